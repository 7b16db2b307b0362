//! A CRM user's edit as JSON, in the scenario's own words, for a client that does it.

use serde_json::{Map, Value, json};

use crate::scenario::language::step::crm_edit::{CartMove, CrmEdit};
use crate::scenario::language::text::value::Fields;

/// The edit: one key, as in the scenario, and its data. What the scenario expects of it is not told.
pub(super) fn told(edit: &CrmEdit, source: &str) -> Value {
    let record = |fields: &Fields| record(fields, source);
    match edit {
        CrmEdit::CreateCustomer(of) => {
            let addresses: Vec<Value> = of.addresses.iter().map(record).collect();
            json!({ "create customer": { "set": record(&of.set), "addresses": addresses } })
        }
        CrmEdit::UpdateCustomer(of) => {
            json!({ "update customer": { "customer": of.customer.get(), "set": record(&of.set) } })
        }
        CrmEdit::CreateAddress(of) => {
            json!({ "create address": { "customer": of.customer.get(), "set": record(&of.set) } })
        }
        CrmEdit::UpdateAddress(of) => {
            json!({ "update address": { "address": of.address.get(), "set": record(&of.set) } })
        }
        CrmEdit::Register(of) => json!({ "register": { "customer": of.customer.get() } }),
        CrmEdit::MoveCart(of) => {
            let step = match of.step {
                CartMove::Abandon => "abandon",
                CartMove::ConvertToOpportunity => "convert to opportunity",
                CartMove::Reopen => "reopen",
            };
            json!({ "move cart": { "cart": of.cart.get(), "step": step } })
        }
        CrmEdit::PlaceOrder(of) => {
            let items: Vec<Value> = of.items.iter().map(record).collect();
            let mut data = json!({ "items": items });
            for (name, value) in [("cart", &of.cart), ("customer", &of.customer)] {
                if let Some(value) = value {
                    data[name] = json!(value.get());
                }
            }
            json!({ "place order": data })
        }
        CrmEdit::Subscribe(of) => json!({ "subscribe": { "customer": of.customer.get() } }),
        CrmEdit::Unsubscribe(of) => json!({ "unsubscribe": { "customer": of.customer.get() } }),
        CrmEdit::DeleteContact(of) => json!({ "delete contact": { "customer": of.customer.get() } }),
        CrmEdit::AddContacts(_) => json!({ "add contacts": {} }),
        CrmEdit::CopyAddresses(_) => json!({ "copy addresses to contacts": {} }),
        CrmEdit::RecalculateLifetimes(_) => json!({ "recalculate lifetimes": {} }),
        CrmEdit::DeleteChannel(_) => json!({ "delete channel": {} }),
        CrmEdit::CreateChannel(_) => json!({ "create channel": {} }),
        CrmEdit::ChangeSettings(_) => json!({ "change settings": {} }),
    }
}

fn record(fields: &Fields, source: &str) -> Value {
    fields.iter().map(|(name, value)| (name.get().clone(), value.to_json(source))).collect::<Map<_, _>>().into()
}
