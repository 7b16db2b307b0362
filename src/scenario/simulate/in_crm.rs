//! Draws what users of the CRM do to customers whom a sync without trouble has brought.

use serde_json::{Map, Value, json};

use super::dice::Dice;
use super::edits::{AddressNames, address};
use super::people::{Customer, People};

const ADDRESS: AddressNames = ["firstName", "lastName", "street", "city", "country", "postalCode", "phone"];

/// What a user does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InCrm {
    UpdateCustomer,
    CreateAddress,
    UpdateAddress,
    CreateCustomer,
}

const IN_CRM: &[(usize, InCrm)] =
    &[(50, InCrm::UpdateCustomer), (15, InCrm::CreateAddress), (15, InCrm::UpdateAddress), (20, InCrm::CreateCustomer)];

/// An edit; nothing where there is nobody to do it to.
pub(super) fn any(people: &mut People, dice: &mut Dice) -> Option<Value> {
    let kind = dice.weighted(IN_CRM)?;
    edit(kind, people, dice)
}

/// An edit of that kind; nothing where there is nobody to do it to.
pub(super) fn edit(kind: InCrm, people: &mut People, dice: &mut Dice) -> Option<Value> {
    let known: Vec<Customer> = people.customers.iter().filter(|customer| customer.is_in_crm).cloned().collect();
    let customer = dice.pick(&known)?.clone();
    Some(match kind {
        InCrm::UpdateCustomer => {
            let field = *dice.pick(&["firstName", "middleName", "lastName", "vat", "namePrefix"])?;
            json!({ "update customer": { "customer": customer.name, "set": { field: people.new_word(dice) } } })
        }
        InCrm::CreateAddress => {
            json!({ "create address": { "customer": customer.name, "set": address(people, dice, ADDRESS) } })
        }
        InCrm::UpdateAddress => {
            let addresses: Vec<u32> = known.iter().flat_map(|customer| customer.addresses.clone()).collect();
            let address = *dice.pick(&addresses)?;
            let field = *dice.pick(&["city", "postalCode", "phone"])?;
            json!({ "update address": { "address": address.to_string(), "set": { field: people.new_word(dice) } } })
        }
        InCrm::CreateCustomer => {
            let store = dice.between(1, 3);
            let mut set = Map::new();
            for (name, value) in
                [("email", people.new_email()), ("firstName", "New".to_owned()), ("lastName", people.new_word(dice))]
            {
                set.insert(name.to_owned(), value.into());
            }
            for (name, value) in [("store", store.to_string()), ("group", dice.between(1, 3).to_string())] {
                set.insert(name.to_owned(), value.into());
            }
            let addresses: Vec<Value> = (0..dice.below(3)).map(|_| address(people, dice, ADDRESS)).collect();
            json!({ "create customer": { "set": set, "addresses": addresses } })
        }
    })
}
