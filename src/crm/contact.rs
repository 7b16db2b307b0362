//! The contact made for a new customer: sync spec, section 7.2. Nothing is passed on later.

use super::account::types;
use super::{Crm, CrmError, CrmValue, Entity, Fields, Row, RowId};

const COPIED: &[&str] =
    &["namePrefix", "firstName", "middleName", "lastName", "nameSuffix", "gender", "birthday", "email", "owner"];

const ADDRESS_COPIED: &[&str] = &[
    "label",
    "namePrefix",
    "firstName",
    "middleName",
    "lastName",
    "nameSuffix",
    "organization",
    "street",
    "street2",
    "city",
    "postalCode",
    "country",
    "region",
    "regionText",
    "types",
    "primary",
];

/// What an address is known by when it comes again with its region.
const SAME_ADDRESS: &[&str] = &["firstName", "lastName", "street", "street2", "city", "postalCode", "country"];

impl Crm {
    /// What happens once a customer row and its addresses are saved for the first time: an account is discovered or
    /// made, and a contact with the addresses and phones.
    ///
    /// # Errors
    /// When there is no such customer, or the database fails.
    pub fn customer_created(&mut self, id: RowId) -> Result<(), CrmError> {
        let customer = self.require(Entity::Customer, id)?;
        let account = self.discover_account(&customer)?;
        if customer.fields.link("contact").is_none() {
            let contact = self.create_contact(&customer, account)?;
            self.update(Entity::Customer, id, &Fields::new().with("contact", contact))?;
            self.update(Entity::Account, account, &Fields::new().with("defaultContact", contact))?;
        }
        Ok(())
    }

    fn create_contact(&mut self, customer: &Row, account: RowId) -> Result<RowId, CrmError> {
        let mut fields = Fields::new().with("account", account);
        for name in COPIED {
            fields.set(*name, customer.fields.get(name).cloned().unwrap_or_default());
        }
        for name in ["firstName", "lastName"] {
            if fields.text(name).unwrap_or_default().trim().is_empty() {
                fields.set(name, "N/A");
            }
        }
        let contact = self.insert(Entity::Contact, fields)?;
        for address in self.find(Entity::CustomerAddress, &[("owner", CrmValue::Ref(customer.id))])? {
            self.copy_address(contact, &address)?;
        }
        Ok(contact)
    }

    /// Gives the contact of a customer what it lacks and the customer has by now: empty fields and whole addresses. What
    /// it has stays, for somebody may have edited it.
    ///
    /// # Errors
    /// When there is no such customer, or the database fails.
    pub fn fill_up_contact(&mut self, customer: RowId) -> Result<(), CrmError> {
        let customer = self.require(Entity::Customer, customer)?;
        let Some(contact) = customer.fields.link("contact") else { return Ok(()) };
        let made = self.require(Entity::Contact, contact)?;
        self.fill_up(&made, &customer, COPIED)?;
        let known = self.find(Entity::ContactAddress, &[("contact", CrmValue::Ref(contact))])?;
        for address in self.find(Entity::CustomerAddress, &[("owner", CrmValue::Ref(customer.id))])? {
            let is_same = |row: &&Row| SAME_ADDRESS.iter().all(|name| row.fields.get(name) == address.fields.get(name));
            match known.iter().find(is_same) {
                Some(row) => self.fill_up(row, &address, ADDRESS_COPIED)?,
                None => self.copy_address(contact, &address)?,
            }
        }
        Ok(())
    }

    fn fill_up(&mut self, row: &Row, from: &Row, names: &[&'static str]) -> Result<(), CrmError> {
        let mut fields = Fields::new();
        for name in names {
            let lacks = row.fields.get(name).is_none_or(CrmValue::is_null);
            if let Some(value) = from.fields.get(name).filter(|value| lacks && !value.is_null()) {
                fields.set(*name, value.clone());
            }
        }
        // The region's text stood in for the region.
        if fields.has("region") {
            fields.set("regionText", from.fields.get("regionText").cloned().unwrap_or_default());
        }
        if fields.is_empty() { Ok(()) } else { self.update(row.entity, row.id, &fields) }
    }

    fn copy_address(&mut self, contact: RowId, address: &Row) -> Result<(), CrmError> {
        let mut fields = Fields::new().with("contact", contact);
        for name in ADDRESS_COPIED {
            fields.set(*name, address.fields.get(name).cloned().unwrap_or_default());
        }
        fields.set("types", CrmValue::TextList(types(address)));
        self.insert(Entity::ContactAddress, fields)?;
        if let Some(phone) = address.fields.text("phone").filter(|phone| !phone.is_empty()) {
            let primary = address.fields.get("primary").cloned().unwrap_or_default();
            let fields = Fields::new().with("contact", contact).with("phone", phone).with("primary", primary);
            self.insert(Entity::ContactPhone, fields)?;
        }
        Ok(())
    }
}
