//! What users of the CRM wrote while a case ran, and whether it is in the shop in the end, once: an edit that was taken must
//! arrive, whatever went wrong on the way, unless somebody in the shop wrote the same field.

use std::collections::{BTreeMap, BTreeSet};

use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, Integration, RowId};
use crate::email_address;
use crate::scenario::language::script::Script;
use crate::scenario::language::step::StepKind;
use crate::scenario::language::step::magento_edit::MagentoEdit;
use crate::shop::{Row, Shop};

/// Fields of a customer that arrive in a column as they are.
const OF_CUSTOMER: &[(&str, &str)] = &[
    ("firstName", "firstname"),
    ("middleName", "middlename"),
    ("lastName", "lastname"),
    ("vat", "taxvat"),
    ("namePrefix", "prefix"),
    ("nameSuffix", "suffix"),
];
/// What a new address is known by.
const OF_ADDRESS: &[(&str, &str)] = &[
    ("firstName", "firstname"),
    ("lastName", "lastname"),
    ("city", "city"),
    ("postalCode", "postcode"),
    ("phone", "telephone"),
];
/// Table and column of customers and their addresses.
const CUSTOMER: &str = "customer";
const ADDRESS: &str = "customer_address";

/// What was written and taken.
#[derive(Debug, Default)]
pub(in crate::scenario) struct Ledger {
    /// The last value of each field.
    fields: BTreeMap<(RowId, String), CrmValue>,
    /// Customers that were made.
    created: BTreeSet<RowId>,
    /// New addresses: whose, and what they hold.
    addresses: Vec<(RowId, Fields)>,
}

impl Ledger {
    /// Fields of a customer were saved.
    pub(super) fn saved(&mut self, customer: RowId, fields: &Fields) {
        for (name, value) in fields.iter() {
            self.fields.insert((customer, name.to_owned()), value.clone());
        }
    }

    /// A customer was made, or a guest registered.
    pub(super) fn created(&mut self, customer: RowId) {
        self.created.insert(customer);
    }

    /// An address was added.
    pub(super) fn added(&mut self, customer: RowId, address: &Fields) {
        self.addresses.push((customer, address.clone()));
    }

    /// An address was changed; of one that was added here, what it holds now must arrive.
    pub(super) fn changed(&mut self, customer: RowId, before: &Fields, fields: &Fields) {
        let is_it = |(whose, held): &&mut (RowId, Fields)| {
            *whose == customer && held.iter().all(|(name, value)| before.get(name) == Some(value))
        };
        if let Some((_, held)) = self.addresses.iter_mut().find(is_it) {
            for (name, value) in fields.iter() {
                held.set(name.to_owned(), value.clone());
            }
        }
    }

    /// What is not in the shop, or there twice, in words.
    pub(super) fn not_arrived(
        &self,
        crm: &Crm,
        integration: &Integration,
        shop: &Shop,
        script: &Script,
    ) -> Result<Vec<String>, CrmError> {
        let mut found = Vec::new();
        let customer_of = |id: RowId| -> Result<Option<i64>, CrmError> {
            let Some(row) = crm.get(Entity::Customer, id)? else { return Ok(None) };
            let is_here = row.fields.link("channel") == Some(integration.id.0);
            Ok(row.fields.origin_id().map(|id| id.0).filter(|_| is_here))
        };
        for ((id, field), value) in &self.fields {
            let Some(column) = column_of(OF_CUSTOMER, field) else { continue };
            let Some(customer) = customer_of(*id)? else { continue };
            let Some(row) = shop.database().table(CUSTOMER).row(customer) else { continue };
            if row.text(column) != text(value) && !is_written_in_shop(script, column) {
                found.push(format!(
                    "customer {customer} of the shop has {column} {:?}, though a user of the CRM wrote {:?}",
                    row.text(column),
                    text(value)
                ));
            }
        }
        for id in &self.created {
            found.extend(self.lacks(*id, crm, integration, shop)?);
        }
        for (id, address) in &self.addresses {
            let Some(customer) = customer_of(*id)? else { continue };
            if shop.database().table(CUSTOMER).row(customer).is_none() || addresses_are_edited(script) {
                continue;
            }
            let is_it = |row: &Row| {
                row.text("parent_id") == customer.to_string()
                    && OF_ADDRESS
                        .iter()
                        .all(|(field, column)| address.get(field).is_none_or(|value| row.text(column) == text(value)))
            };
            let times = shop.database().table(ADDRESS).iter().filter(|(_, row)| is_it(row)).count();
            let twins = self.addresses.iter().filter(|(whose, other)| whose == id && other == address).count();
            if times != twins {
                let city = address.text("city").unwrap_or_default();
                found.push(format!(
                    "customer {customer} of the shop has {times} addresses in {city:?} that a user of the CRM made {twins} of"
                ));
            }
        }
        Ok(found)
    }
}

impl Ledger {
    /// Whether a customer who was made here is in the shop, and once, in words.
    fn lacks(&self, id: RowId, crm: &Crm, integration: &Integration, shop: &Shop) -> Result<Option<String>, CrmError> {
        let Some(row) = crm.get(Entity::Customer, id)? else { return Ok(None) };
        if row.fields.link("channel") != Some(integration.id.0) {
            return Ok(None);
        }
        let email = row.fields.text("email").unwrap_or_default();
        if row.fields.origin_id().is_none() {
            return Ok(Some(format!("customer {email:?}, whom a user of the CRM made, is not in the shop")));
        }
        let website = row.fields.link("website").map(|id| crm.get(Entity::Website, id)).transpose()?.flatten();
        let Some(website) = website.and_then(|row| row.fields.origin_id()) else { return Ok(None) };
        let is_it = |row: &Row| {
            row.text("website_id") == website.to_string() && email_address::is_same(row.text("email"), email)
        };
        let times = shop.database().table(CUSTOMER).iter().filter(|(_, row)| is_it(row)).count();
        Ok((times > 1)
            .then(|| format!("customer {email:?}, whom a user of the CRM made once, is {times} times in the shop")))
    }
}

fn column_of(columns: &[(&str, &'static str)], field: &str) -> Option<&'static str> {
    columns.iter().find(|(name, _)| *name == field).map(|(_, column)| *column)
}

fn text(value: &CrmValue) -> String {
    let value = value.to_json();
    value.as_str().map(str::to_owned).unwrap_or_default()
}

/// Edits of the shop that a script has, those during a sync included.
fn edits(script: &Script) -> impl Iterator<Item = &MagentoEdit> {
    script.steps.iter().flat_map(|step| match &step.0 {
        StepKind::InMagento(edits) => edits.0.as_slice(),
        StepKind::During(during) => during.in_magento.0.as_slice(),
        _ => &[],
    })
}

/// Whether somebody in the shop writes a column of some customer: who of the two wins is then a matter of the settings.
fn is_written_in_shop(script: &Script, column: &str) -> bool {
    edits(script).any(|edit| match edit {
        MagentoEdit::UpdateCustomer(update) => update.set.iter().any(|(name, _)| name.get() == column),
        MagentoEdit::Update(update) => update.table.get() == CUSTOMER,
        _ => false,
    })
}

fn addresses_are_edited(script: &Script) -> bool {
    edits(script).any(|edit| match edit {
        MagentoEdit::UpdateAddress(_) | MagentoEdit::DeleteAddress(_) => true,
        MagentoEdit::Update(update) => update.table.get() == ADDRESS,
        MagentoEdit::Delete(deleted) => deleted.table.get() == ADDRESS,
        _ => false,
    })
}
