//! A guest who has registered: what was made of the guest's order becomes what the customer would have had from the start,
//! as far as nobody has changed it since. Which of the two comes first may be chance: a call that failed lets an order pass
//! its customer.

use super::account::{NAME_LENGTH_MAX, account_name};
use super::{Crm, CrmError, CrmValue, Entity, Fields, Row, RowId};
use crate::quirk::Quirks;

/// What a contact has of its customer.
const OF_CONTACT: &[&str] =
    &["namePrefix", "firstName", "middleName", "lastName", "nameSuffix", "gender", "birthday", "email"];

/// Records that show their customer's names.
const SHOWING: &[Entity] = &[Entity::Order, Entity::Cart];

impl Crm {
    /// Passes on what a guest's row has become; `guest` is the row as it was. The addresses of the contact are filled up
    /// apart, once they are there.
    ///
    /// # Errors
    /// When there is no such row any more, or the database fails.
    pub fn guest_registered(&mut self, guest: &Row, quirks: &Quirks) -> Result<(), CrmError> {
        let customer = self.require(Entity::Customer, guest.id)?;
        self.rename_contact(guest, &customer)?;
        self.settle_account(guest, &customer, quirks)?;
        for entity in SHOWING {
            for row in self.find(*entity, &[("customer", customer.id.into())])? {
                let fields = carried_over(&row, guest, &customer, &["firstName", "lastName"]);
                if !fields.is_empty() {
                    self.update(*entity, row.id, &fields)?;
                }
            }
        }
        Ok(())
    }

    fn rename_contact(&mut self, guest: &Row, customer: &Row) -> Result<(), CrmError> {
        let Some(contact) = guest.fields.link("contact") else { return Ok(()) };
        let made = self.require(Entity::Contact, contact)?;
        let mut fields = carried_over(&made, guest, customer, OF_CONTACT);
        for name in ["firstName", "lastName"] {
            let lacked = made.fields.text(name) == Some("N/A") && is_blank(&guest.fields, name);
            if lacked && !is_blank(&customer.fields, name) {
                fields.set(name, customer.fields.get(name).cloned().unwrap_or_default());
            }
        }
        if fields.is_empty() { Ok(()) } else { self.update(Entity::Contact, contact, &fields) }
    }

    /// An account that was made for the guest alone takes the customer's name, or gives way to the account that the
    /// customer would have joined. In an account with others, the customer stays.
    fn settle_account(&mut self, guest: &Row, customer: &Row, quirks: &Quirks) -> Result<(), CrmError> {
        let Some(account) = guest.fields.link("account") else { return Ok(()) };
        let made = self.require(Entity::Account, account)?;
        let name = |row: &Row| account_name(row.fields.text("firstName"), row.fields.text("lastName"), NAME_LENGTH_MAX);
        let is_alone = self.find(Entity::Customer, &[("account", account.into())])?.len() == 1;
        if !is_alone || made.fields.text("name") != Some(name(guest).as_str()) {
            return Ok(());
        }
        match self
            .similar_customer(customer, quirks)?
            .and_then(|row| row.fields.link("account"))
            .filter(|found| *found != account)
        {
            Some(joined) => self.join(customer, account, joined),
            None => self.update(Entity::Account, account, &Fields::new().with("name", name(customer))),
        }
    }

    fn join(&mut self, customer: &Row, from: RowId, to: RowId) -> Result<(), CrmError> {
        let moved = Fields::new().with("account", to);
        self.update(Entity::Customer, customer.id, &moved)?;
        for entity in [Entity::Contact, Entity::LifetimeHistory] {
            for row in self.find(entity, &[("account", from.into())])? {
                self.update(entity, row.id, &moved)?;
            }
        }
        if let Some(contact) = customer.fields.link("contact") {
            self.update(Entity::Account, to, &Fields::new().with("defaultContact", contact))?;
        }
        self.delete(Entity::Account, from).map(|_| ())
    }
}

/// Fields that a row has as the guest had them, and that the customer has otherwise.
fn carried_over(row: &Row, guest: &Row, customer: &Row, names: &[&'static str]) -> Fields {
    let value = |row: &Row, name: &str| row.fields.get(name).cloned().unwrap_or_default();
    let mut fields = Fields::new();
    for name in names {
        let (has, had, is) = (value(row, name), value(guest, name), value(customer, name));
        if has == had && had != is {
            fields.set(*name, is);
        }
    }
    fields
}

fn is_blank(fields: &Fields, name: &str) -> bool {
    fields.get(name).is_none_or(CrmValue::is_null) || fields.text(name).is_some_and(|text| text.trim().is_empty())
}
