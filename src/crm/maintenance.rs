//! The maintenance commands of the reference client (sync spec 7.2 and 7.3; its `oro:magento:customer:add-contacts`,
//! `oro:magento:copy-data-to-contact:addresses` and `oro:magento:lifetime:recalculate`): what an import would have done, done
//! for the customers that are there. 25 of them in one transaction; what is right already stays.

use rusqlite::params_from_iter;
use rusqlite::types::ToSqlOutput;

use super::{Crm, CrmError, CrmValue, Entity, Fields, IntegrationId, Row, RowId};

/// Customers of one transaction.
const BATCH_SIZE: usize = 25;

/// By what two addresses are the same; nothing else is compared.
const SAME_ADDRESS: &[&str] = &[
    "label",
    "street",
    "street2",
    "city",
    "postalCode",
    "country",
    "organization",
    "region",
    "regionText",
    "namePrefix",
    "firstName",
    "middleName",
    "lastName",
    "nameSuffix",
];

/// What an address has besides.
const COPIED_TOO: &[&str] = &["types", "primary"];

/// What a command did, or would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Maintained {
    /// Customers that were looked at.
    pub customers: usize,
    /// What was added or set: contacts, addresses, lifetime values.
    pub changed: usize,
}

impl Crm {
    /// Gives every customer that has no contact one, with its addresses and phones, as the import of a new customer does.
    ///
    /// # Errors
    /// When the database fails.
    pub fn add_contacts(&mut self, channels: &[IntegrationId]) -> Result<Maintained, CrmError> {
        self.maintain(channels, |crm, customer| {
            if customer.fields.link("contact").is_some() {
                return Ok(0);
            }
            crm.add_contact(customer)?;
            Ok(1)
        })
    }

    /// Copies the addresses of customers to their contacts, where the contact has none that says the same; phones stay
    /// behind. `only` some customers, or all when it is empty.
    ///
    /// # Errors
    /// When the database fails.
    pub fn copy_addresses_to_contacts(
        &mut self,
        channels: &[IntegrationId],
        only: &[RowId],
    ) -> Result<Maintained, CrmError> {
        let is_meant = |customer: &Row| only.is_empty() || only.contains(&customer.id);
        self.maintain(channels, |crm, customer| match customer.fields.link("contact") {
            Some(contact) if is_meant(customer) => crm.copy_addresses(customer.id, contact),
            _ => Ok(0),
        })
    }

    /// Sums the orders of every customer up anew; a value that was wrong leaves an entry of its account's history.
    ///
    /// # Errors
    /// When the database fails.
    pub fn recalculate_lifetimes(&mut self, channels: &[IntegrationId]) -> Result<Maintained, CrmError> {
        self.maintain(channels, |crm, customer| {
            let Some(channel) = customer.fields.link("channel").map(IntegrationId) else { return Ok(0) };
            let before = customer.fields.get("lifetime").cloned();
            crm.recalculate_lifetime(channel, customer.id)?;
            let after = crm.require_only(Entity::Customer, &["lifetime"], customer.id)?;
            Ok(usize::from(after.fields.get("lifetime") != before.as_ref()))
        })
    }

    /// What [`Crm::recalculate_lifetimes`] would do; nothing is written.
    ///
    /// # Errors
    /// When the database fails.
    pub fn lifetimes_to_recalculate(&mut self, channels: &[IntegrationId]) -> Result<Maintained, CrmError> {
        let mut found = Maintained::default();
        let undone: Result<(), CrmError> = self.transaction(|crm| {
            found = crm.recalculate_lifetimes(channels)?;
            Err(CrmError::Forbidden("undone".to_owned()))
        });
        match undone {
            Err(CrmError::Forbidden(_)) | Ok(()) => Ok(found),
            Err(error) => Err(error),
        }
    }

    fn maintain(
        &mut self,
        channels: &[IntegrationId],
        work: impl Fn(&mut Self, &Row) -> Result<usize, CrmError>,
    ) -> Result<Maintained, CrmError> {
        let mut done = Maintained::default();
        for batch in self.customers_of(channels)?.chunks(BATCH_SIZE) {
            self.transaction(|crm| {
                for id in batch {
                    let customer = crm.require(Entity::Customer, *id)?;
                    done.customers += 1;
                    done.changed += work(crm, &customer)?;
                }
                Ok::<_, CrmError>(())
            })?;
        }
        Ok(done)
    }

    /// The customers of some integrations, of all when none is named, by row id.
    fn customers_of(&self, channels: &[IntegrationId]) -> Result<Vec<RowId>, CrmError> {
        let mut sql = "SELECT \"id\" FROM \"customer\"".to_owned();
        if !channels.is_empty() {
            let marks = vec!["?"; channels.len()].join(", ");
            sql.push_str(&format!(" WHERE \"channel\" IN ({marks})"));
        }
        sql.push_str(" ORDER BY \"id\"");
        let values = channels.iter().map(|channel| ToSqlOutput::from(channel.0.0));
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params_from_iter(values), |row| row.get(0).map(RowId))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn copy_addresses(&mut self, customer: RowId, contact: RowId) -> Result<usize, CrmError> {
        let mut known = self.find(Entity::ContactAddress, &[("contact", CrmValue::Ref(contact))])?;
        let mut copied = 0;
        for address in self.find(Entity::CustomerAddress, &[("owner", CrmValue::Ref(customer))])? {
            let value = |row: &Row, name: &str| row.fields.get(name).cloned().unwrap_or_default();
            if known.iter().any(|row| SAME_ADDRESS.iter().all(|name| value(row, name) == value(&address, name))) {
                continue;
            }
            let said = SAME_ADDRESS.iter().chain(COPIED_TOO).map(|name| (*name, value(&address, name)));
            let fields: Fields = said.chain([("contact", contact.into())]).collect();
            let id = self.insert(Entity::ContactAddress, fields)?;
            known.push(self.require(Entity::ContactAddress, id)?);
            copied += 1;
        }
        Ok(copied)
    }

    /// Deletes the contact of a customer, as a CRM user does; the customer and the account stay without it.
    ///
    /// # Errors
    /// [`CrmError::NotFound`] when the customer has none.
    pub fn delete_contact_of(&mut self, customer: RowId) -> Result<(), CrmError> {
        let found = self.require(Entity::Customer, customer)?.fields.link("contact");
        let contact =
            found.ok_or_else(|| CrmError::NotFound { entity: "contact", what: "of this customer".to_owned() })?;
        self.delete(Entity::Contact, contact).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::IntegrationSettings;
    use crate::quirk::Quirks;
    use crate::secret::ApiKey;
    use rust_decimal::Decimal;

    /// Two integrations with 30 customers each, all with a contact and one address.
    fn world() -> (Crm, [IntegrationId; 2]) {
        let mut crm = Crm::in_memory(Clock::virtual_at(jiff::Timestamp::UNIX_EPOCH)).unwrap();
        let channels = ["First", "Second"].map(|name| {
            let settings = IntegrationSettings {
                name: name.into(),
                api_url: format!("http://{name}/"),
                api_user: "u".into(),
                api_key: ApiKey::new("k"),
                ..IntegrationSettings::default()
            };
            let channel = crm.add_integration(&settings).unwrap();
            for number in 0..30 {
                let person = Fields::new().with("channel", channel.0).with("firstName", format!("{name} {number}"));
                let id = crm.insert(Entity::Customer, person).unwrap();
                crm.insert(
                    Entity::CustomerAddress,
                    Fields::new().with("owner", id).with("city", "Rome").with("phone", "5"),
                )
                .unwrap();
                crm.customer_created(id, &Quirks::default()).unwrap();
            }
            channel
        });
        (crm, channels)
    }

    fn of(channel: IntegrationId, crm: &Crm) -> Vec<Row> {
        crm.find(Entity::Customer, &[("channel", channel.0.into())]).unwrap()
    }

    #[test]
    fn customers_without_a_contact_get_one_and_the_others_keep_theirs() {
        let (mut crm, [first, second]) = world();
        assert_eq!(crm.add_contacts(&[]).unwrap(), Maintained { customers: 60, changed: 0 });
        for channel in [first, second] {
            for customer in of(channel, &crm).into_iter().take(28) {
                crm.delete_contact_of(customer.id).unwrap();
            }
        }
        assert_eq!(crm.add_contacts(&[first]).unwrap(), Maintained { customers: 30, changed: 28 });
        assert_eq!(crm.count(Entity::Contact).unwrap(), 32);
        let customer = of(first, &crm).remove(0);
        let contact = crm.require(Entity::Contact, customer.fields.link("contact").unwrap()).unwrap();
        assert_eq!((contact.fields.text("firstName"), contact.fields.text("lastName")), (Some("First 0"), Some("N/A")));
        let account = crm.require(Entity::Account, customer.fields.link("account").unwrap()).unwrap();
        assert_eq!(account.fields.link("defaultContact"), Some(contact.id));
        assert_eq!(contact.fields.link("account"), Some(account.id));
        assert_eq!(crm.find(Entity::ContactAddress, &[("contact", contact.id.into())]).unwrap().len(), 1);
        assert_eq!(crm.add_contacts(&[first]).unwrap(), Maintained { customers: 30, changed: 0 });
    }

    #[test]
    fn addresses_are_copied_once_and_without_their_phone() {
        let (mut crm, [first, second]) = world();
        let added = |crm: &mut Crm, owner: RowId| {
            let fields = Fields::new().with("owner", owner).with("city", "Oslo").with("phone", "7");
            let types = CrmValue::TextList(vec!["billing".to_owned()]);
            crm.insert(Entity::CustomerAddress, fields.with("types", types).with("primary", true)).unwrap();
        };
        let customers: Vec<Row> = of(first, &crm);
        added(&mut crm, customers[0].id);
        added(&mut crm, customers[1].id);
        let other = of(second, &crm).remove(0).id;
        added(&mut crm, other);
        let phones = crm.count(Entity::ContactPhone).unwrap();
        let done = crm.copy_addresses_to_contacts(&[first], &[customers[0].id]).unwrap();
        assert_eq!(done, Maintained { customers: 30, changed: 1 });
        assert_eq!(crm.copy_addresses_to_contacts(&[first], &[]).unwrap().changed, 1);
        assert_eq!(crm.copy_addresses_to_contacts(&[], &[]).unwrap(), Maintained { customers: 60, changed: 1 });
        assert_eq!(crm.copy_addresses_to_contacts(&[], &[]).unwrap().changed, 0);
        let copies = crm.find(Entity::ContactAddress, &[("city", "Oslo".into())]).unwrap();
        assert_eq!(copies.len(), 3);
        assert!(copies.iter().all(|copy| copy.fields.get("primary") == Some(&true.into())));
        assert_eq!(crm.count(Entity::ContactPhone).unwrap(), phones);
    }

    #[test]
    fn lifetimes_are_summed_up_and_before_that_counted() {
        let (mut crm, [first, second]) = world();
        for (channel, number) in [(first, "1"), (second, "2")] {
            let customer = of(channel, &crm).remove(0).id;
            for (status, subtotal) in [("complete", 10), ("Canceled", 5)] {
                let order = Fields::new().with("channel", channel.0).with("customer", customer).with("status", status);
                let order = order.with("subtotalAmount", Decimal::from(subtotal));
                crm.insert(Entity::Order, order.with("incrementId", format!("{number}{status}"))).unwrap();
            }
        }
        let wrong = Maintained { customers: 60, changed: 2 };
        assert_eq!(crm.lifetimes_to_recalculate(&[]).unwrap(), wrong);
        assert_eq!(crm.count(Entity::LifetimeHistory).unwrap(), 0, "looking writes nothing");
        assert_eq!(crm.recalculate_lifetimes(&[second]).unwrap(), Maintained { customers: 30, changed: 1 });
        assert_eq!(crm.recalculate_lifetimes(&[]).unwrap(), Maintained { customers: 60, changed: 1 });
        assert_eq!(crm.lifetimes_to_recalculate(&[]).unwrap().changed, 0);
        let customer = of(first, &crm).remove(0);
        assert_eq!(customer.fields.get("lifetime"), Some(&CrmValue::Decimal(Decimal::TEN)));
        assert_eq!(crm.count(Entity::LifetimeHistory).unwrap(), 2);
    }
}
