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
