//! Who is behind an order or a cart, and whether the CRM knows them (sync spec 6.2).

use crate::crm::{Crm, CrmError, CrmValue, Entity, Row};
use crate::quirk::Quirk;
use crate::soap::SoapStruct;
use crate::sync::convert;
use crate::sync::scope::Scope;
use crate::sync::strategy::guest::{Person, search};

/// The person behind a row of Magento, by the fields orders and carts have in common.
pub(super) fn of_row(row: &SoapStruct) -> Person {
    let text = |name| row.get(name).and_then(convert::filled);
    Person {
        email: text("customer_email"),
        first_name: text("customer_firstname"),
        last_name: text("customer_lastname"),
    }
}

/// The person behind an order. The reference client compares the order's own names, which a newly read order does not
/// have yet, so that the first customer with a shared address wins.
pub(super) fn of_order(scope: &Scope, row: &SoapStruct) -> Person {
    let person = of_row(row);
    match scope.quirks.has(Quirk::SharedEmailIgnoresNames) {
        true => Person { email: person.email, ..Person::default() },
        false => person,
    }
}

/// The customer who is that person, registered or guest; the oldest row wins.
pub(super) fn find(crm: &Crm, scope: &Scope, person: &Person) -> Result<Option<Row>, CrmError> {
    let Some(search) = search(person, &scope.shared_emails, &scope.quirks) else { return Ok(None) };
    let mut key = vec![("channel", CrmValue::Ref(scope.channel.0)), ("email", search.email.into())];
    if let Some((first, last)) = search.names {
        key.extend([("firstName", first.into()), ("lastName", last.into())]);
    }
    crm.find_one(Entity::Customer, &key)
}
