//! Orders: who bought is looked for before, the cart and the customer's lifetime follow after (sync spec 5.8, 6, 7.3).

use jiff::Timestamp;
use serde_json::json;

use super::waiting::{Gate, Waiting};
use super::{CARTS_AGAIN, CUSTOMERS_AGAIN, Changes, Details, Listed, keep_all, nothing_follows};
use super::{bought, claim, guest, person};
use crate::client::Endpoint;
use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, OriginId, Row};
use crate::quirk::Quirk;
use crate::soap::SoapStruct;
use crate::sync::connector::detail;
use crate::sync::connector::list::{ListCall, ScopedBy};
use crate::sync::convert::key_of;
use crate::sync::convert::{self, Record, RowError};
use crate::sync::outcome::ConnectorOutcome;
use crate::sync::scope::Scope;
use crate::sync::strategy::address::AddressKind;
use crate::sync::strategy::order::{self as rules, Existing, OrderImport};
use crate::sync::warning::Warning;

/// What is different about them. Orders by ids are filtered by website in the reference client only, although orders have no
/// such column.
pub(in crate::sync) const RULES: Listed = Listed {
    list: |bridge| {
        let operation = Endpoint::OrderList.operation(bridge.version());
        let nested = if bridge.is_installed() { &["items"][..] } else { &[] };
        Ok(ListCall { nested, paged: bridge.is_installed(), ..ListCall::new(operation, "order_id") })
    },
    scoped_by: ScopedBy::Stores,
    by_ids_scoped_by: |quirks| match quirks.has(Quirk::OrdersByIdFilterWebsite) {
        true => ScopedBy::Website,
        false => ScopedBy::Stores,
    },
    changes: Changes::Dates,
    key: "increment_id",
    gate,
    import,
    collapse: keep_all,
    written: nothing_follows,
    details: Some(Details {
        are_wanted: |bridge| !bridge.is_supported(),
        ask: |client, key, bridge| Box::pin(detail::order(client, key, bridge)),
        gone_fault: 100,
        bare_again: false,
    }),
    skipped_as: Some("orders"),
    noted_as: Some(ORDER_BY_ID),
    works_off: &[CUSTOMERS_AGAIN, CARTS_AGAIN],
};

/// Under which name orders are noted that were fetched by id and lack something.
pub(super) const ORDER_BY_ID: &str = "order by id";

/// Whether an order can be imported, or waits for its customer or cart. All that is missing is noted at once (vectors 119
/// to 122).
pub(super) fn gate(crm: &Crm, scope: &Scope, row: &SoapStruct, waiting: &mut Waiting) -> Result<Gate, CrmError> {
    let mut gate = Gate::Import;
    let customer_id = key(row, "customer_id");
    let is_known = match customer_id {
        Some(id) => scope.id_by_origin(crm, Entity::Customer, id)?.is_some(),
        None => match person::find(crm, scope, &person::of_order(scope, row))? {
            Some(known) => {
                if guest::has_holes(&known, scope) {
                    waiting.guests.push(row.clone());
                }
                true
            }
            None => false,
        },
    };
    if let Some(id) = customer_id.filter(|_| !is_known) {
        waiting.customers.push(id);
        gate = Gate::Postpone;
    }
    if let Some(id) = key(row, "quote_id").filter(|_| scope.looks_for_carts)
        && scope.id_by_origin(crm, Entity::Cart, id)?.is_none()
    {
        waiting.carts.push(id);
        gate = Gate::Postpone;
    }
    if !is_known && customer_id.is_none() && scope.guest_sync {
        waiting.guests.push(row.clone());
        gate = Gate::Postpone;
    }
    Ok(gate)
}

/// Magento's key of a relation, when the row has one.
pub(super) fn key(row: &SoapStruct, name: &str) -> Option<OriginId> {
    key_of(row, name).filter(|id| id.0 != 0)
}

/// Imports one row inside the caller's transaction; gives its `updatedAt`.
pub(super) fn import(
    crm: &mut Crm,
    scope: &Scope,
    row: &SoapStruct,
    outcome: &mut ConnectorOutcome,
) -> Result<Option<Timestamp>, CrmError> {
    let record = match convert::order::order(row, &scope.quirks) {
        Ok(record) => record,
        Err(error) => return refuse(row, &error, outcome),
    };
    let existing = match record.text("incrementId") {
        Some(increment_id) => {
            let key = [("channel", CrmValue::Ref(scope.channel.0)), ("incrementId", increment_id.into())];
            crm.find_one(Entity::Order, &key)?
        }
        None => None,
    };
    let writing = Writing { scope, row, number: outcome.counts.read };
    let import = writing.prepared(crm, record, &mut outcome.warnings)?;
    for (field, from) in [("status", "status"), ("createdAt", "created_at")] {
        if rules::lacks(&import.fields, existing.as_ref(), field) {
            return refuse(row, &RowError::Missing { field: from }, outcome);
        }
    }
    let updated_at = match import.fields.get("updatedAt") {
        Some(CrmValue::DateTime(at)) => Some(*at),
        _ => None,
    };
    let children = |entity, owner: &str| match &existing {
        Some(row) => crm.find(entity, &[(owner, row.id.into())]),
        None => Ok(Vec::new()),
    };
    let addresses = children(Entity::OrderAddress, "owner")?;
    let items = children(Entity::OrderItem, "order")?;
    let notes = children(Entity::OrderNote, "order")?;
    let found = Existing { order: existing.as_ref(), addresses: &addresses, items: &items, notes: &notes };
    let owner = existing.as_ref().and_then(|row| row.fields.get("owner").cloned());
    let import = OrderImport { owner: owner.unwrap_or_else(|| scope.owner.clone().into()), ..import };
    let changes = rules::order(import, found);
    if let Some(id) = scope.apply(crm, changes, &mut outcome.counts)? {
        bought::follow_up(crm, scope, existing.as_ref(), id)?;
        claim::note(crm, scope, (Entity::Order, id), key(row, "customer_id"))?;
    }
    Ok(updated_at)
}

fn refuse(row: &SoapStruct, error: &RowError, outcome: &mut ConnectorOutcome) -> Result<Option<Timestamp>, CrmError> {
    outcome.skip_row(Warning::refused("order", row.text("increment_id").unwrap_or_default(), error));
    Ok(None)
}

/// An order on its way from a row to fields.
struct Writing<'a> {
    scope: &'a Scope,
    row: &'a SoapStruct,
    number: usize,
}

impl Writing<'_> {
    fn prepared(&self, crm: &Crm, mut record: Record, warnings: &mut Vec<Warning>) -> Result<OrderImport, CrmError> {
        let customer = self.customer(crm, &mut record, warnings)?;
        // Without the bridge there are no carts, so nobody misses the order's; the reference client does.
        let is_missed = self.scope.looks_for_carts || self.scope.quirks.has(Quirk::CartMissedWithoutBridge);
        if let Some(id) = record.link("cart").filter(|_| !is_missed)
            && self.scope.id_by_origin(crm, Entity::Cart, id)?.is_none()
        {
            record.links.insert("cart", None);
        }
        let mut rows = |name, address: bool, record: &mut Record| -> Result<Option<Vec<Fields>>, CrmError> {
            let Some(records) = record.rows.shift_remove(name) else { return Ok(None) };
            let fields = records.into_iter().map(|record| match address {
                true => self.scope.address_fields(crm, record, AddressKind::Sale, self.number, warnings),
                false => self.scope.fields(crm, &record, self.number, warnings),
            });
            fields.collect::<Result<_, _>>().map(Some)
        };
        let addresses = rows("addresses", true, &mut record)?;
        let items = rows("items", false, &mut record)?;
        let notes = rows("orderNotes", false, &mut record)?;
        let mut fields = self.scope.fields(crm, &record, self.number, warnings)?;
        fields.set("customer", customer.as_ref().map(|row| row.id));
        let is_billing = |address: &&Fields| matches!(address.get("types"), Some(CrmValue::TextList(types)) if types.iter().any(|kind| kind == "billing"));
        let billing = addresses.iter().flatten().find(is_billing);
        if customer.is_some() || billing.is_some() {
            let (first, last) = rules::shown_names(customer.as_ref(), billing);
            fields.set("firstName", first);
            fields.set("lastName", last);
        }
        Ok(OrderImport { fields, addresses, items, notes, owner: CrmValue::Null })
    }

    /// By origin id, else by e-mail; nobody is a warning.
    fn customer(&self, crm: &Crm, record: &mut Record, warnings: &mut Vec<Warning>) -> Result<Option<Row>, CrmError> {
        let link = record.links.shift_remove("customer").flatten();
        if let Some(link) = link
            && let Some(row) = self.scope.by_origin(crm, Entity::Customer, link.origin_id)?
        {
            return Ok(Some(row));
        }
        let person = person::of_order(self.scope, self.row);
        let found = person::find(crm, self.scope, &person)?;
        if found.is_none() {
            // A guest is a customer of whom nothing is known but the channel.
            let relation = link.map_or(json!({}), |link| json!({ "originId": link.key() }));
            warnings.push(self.scope.not_found(self.number, Entity::Customer, relation));
        }
        Ok(found)
    }
}
