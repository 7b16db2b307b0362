//! The contact made for a new customer: sync spec, section 7.2. Nothing is passed on later.

use super::account::types;
use super::{Crm, CrmError, CrmValue, Entity, Fields, Row, RowId};
use crate::quirk::Quirks;

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
    pub fn customer_created(&mut self, id: RowId, quirks: &Quirks) -> Result<(), CrmError> {
        let customer = self.require(Entity::Customer, id)?;
        self.give_account(&customer, quirks)?;
        Ok(())
    }

    /// The same for a row that was just read; gives its account.
    ///
    /// # Errors
    /// When the database fails.
    pub fn give_account(&mut self, customer: &Row, quirks: &Quirks) -> Result<RowId, CrmError> {
        let account = self.discover_account(customer, quirks)?;
        let mut links = Fields::new().with("account", account);
        if customer.fields.link("contact").is_none() {
            let contact = self.create_contact(customer, Some(account))?;
            links.set("contact", contact);
        }
        self.update(Entity::Customer, customer.id, &links)?;
        Ok(account)
    }

    /// Makes the contact of a customer that has none, whatever its account.
    pub(super) fn add_contact(&mut self, customer: &Row) -> Result<(), CrmError> {
        let contact = self.create_contact(customer, customer.fields.link("account"))?;
        self.update(Entity::Customer, customer.id, &Fields::new().with("contact", contact))
    }

    fn create_contact(&mut self, customer: &Row, account: Option<RowId>) -> Result<RowId, CrmError> {
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
        if let Some(account) = account {
            self.update(Entity::Account, account, &Fields::new().with("defaultContact", contact))?;
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
                // Only a contact that was made of a bare row: with some addresses, this may be one that has changed since.
                None if known.is_empty() => self.copy_address(contact, &address)?,
                None => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::IntegrationSettings;
    use crate::secret::ApiKey;

    /// A customer with a contact, whose addresses are as told when the contact is made.
    fn world(addresses: &[(&str, Option<&str>)]) -> (Crm, RowId) {
        let mut crm = Crm::in_memory(Clock::virtual_at(jiff::Timestamp::UNIX_EPOCH)).unwrap();
        let settings = IntegrationSettings {
            api_url: "u".into(),
            api_user: "u".into(),
            api_key: ApiKey::new("k"),
            sync_start_date: jiff::civil::date(2024, 1, 1),
            ..IntegrationSettings::default()
        };
        let channel = crm.add_integration(&settings).unwrap().0;
        let named = Fields::new().with("firstName", "Ada").with("lastName", "Byron").with("email", "a@x.com");
        let customer = crm.insert(Entity::Customer, named.with("channel", channel)).unwrap();
        add(&mut crm, customer, addresses);
        crm.customer_created(customer, &Quirks::default()).unwrap();
        (crm, customer)
    }

    fn add(crm: &mut Crm, customer: RowId, addresses: &[(&str, Option<&str>)]) {
        for (city, text) in addresses {
            let fields = Fields::new().with("owner", customer).with("city", *city).with("phone", "555");
            crm.insert(Entity::CustomerAddress, fields.with("regionText", text.map(str::to_owned))).unwrap();
        }
    }

    fn cities(crm: &Crm) -> Vec<(String, Option<String>)> {
        let rows = crm.find(Entity::ContactAddress, &[]).unwrap();
        let text = |row: &Row, name: &str| row.fields.text(name).map(str::to_owned);
        rows.iter().map(|row| (text(row, "city").unwrap_or_default(), text(row, "regionText"))).collect()
    }

    #[test]
    fn a_contact_made_of_a_bare_customer_gets_what_was_missing() {
        let (mut crm, customer) = world(&[]);
        crm.update(Entity::Customer, customer, &Fields::new().with("gender", "female").with("lastName", "King"))
            .unwrap();
        add(&mut crm, customer, &[("Rome", None)]);
        crm.fill_up_contact(customer).unwrap();
        let contact = crm.find(Entity::Contact, &[]).unwrap().remove(0);
        assert_eq!(contact.fields.text("gender"), Some("female"));
        assert_eq!(contact.fields.text("lastName"), Some("Byron"), "what it has stays");
        assert_eq!(cities(&crm), [("Rome".to_owned(), None)]);
        assert_eq!(crm.count(Entity::ContactPhone).unwrap(), 1);
    }

    #[test]
    fn an_address_that_has_changed_since_is_not_added_to_a_contact_with_addresses() {
        let (mut crm, customer) = world(&[("Rome", None)]);
        let address = crm.find(Entity::CustomerAddress, &[]).unwrap().remove(0).id;
        crm.update(Entity::CustomerAddress, address, &Fields::new().with("regionText", "Lazio")).unwrap();
        crm.fill_up_contact(customer).unwrap();
        assert_eq!(cities(&crm), [("Rome".to_owned(), Some("Lazio".to_owned()))]);
        crm.update(Entity::CustomerAddress, address, &Fields::new().with("city", "Oslo")).unwrap();
        crm.fill_up_contact(customer).unwrap();
        assert_eq!(cities(&crm).len(), 1, "nothing is passed on later");
    }
}
