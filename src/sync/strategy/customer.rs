//! Customers and their addresses (sync spec 5.6, 5.7, 6.8): who is updated, who is upgraded from a guest, which
//! addresses go.

use super::{Change, is_empty, sync_state};
use crate::crm::{CrmValue, Entity, Fields, OriginId, Row, RowId};
use crate::quirk::{Quirk, Quirks};
use crate::sync::convert::Record;

/// A customer record whose relations are looked up already.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerImport {
    /// Fields of the customer.
    pub fields: Fields,
    /// Fields of its addresses; `None` when the row did not speak of addresses.
    pub addresses: Option<Vec<Fields>>,
}

/// What the CRM holds already.
#[derive(Clone, Copy, Debug, Default)]
pub struct Existing<'a> {
    /// The customer found by origin id, or by e-mail and website without one.
    pub customer: Option<&'a Row>,
    /// The addresses of the customer that the CRM has.
    pub addresses: &'a [Row],
    /// What exports sent of those that have no origin id, by their rows: Magento may have made one of that.
    pub sent: &'a [(RowId, Record)],
}

/// Decides what a customer record does.
///
/// The reference client overwrites rows whose CRM edit was not exported yet and deletes addresses made in the CRM
/// fixed, such rows are left alone until their export.
pub fn customer(import: CustomerImport, existing: Existing<'_>, quirks: &Quirks) -> Vec<Change> {
    let mut changes = vec![Change::Root {
        entity: Entity::Customer,
        id: existing.customer.map(|row| row.id),
        fields: root_fields(import.fields, existing.customer, quirks),
    }];
    if let Some(addresses) = import.addresses {
        changes.extend(address_changes(addresses, existing, quirks));
    }
    changes
}

fn root_fields(mut fields: Fields, existing: Option<&Row>, quirks: &Quirks) -> Fields {
    let Some(row) = existing else {
        for field in ["isActive", "guest"] {
            if !fields.has(field) {
                fields.set(field, false);
            }
        }
        return fields;
    };
    if is_waiting(row, quirks) {
        // A customer made in the CRM who registered before the export: the export changes that one then, instead of being
        // refused for ever because the e-mail address is taken.
        let identity = fields.origin_id().filter(|_| is_empty(row, "originId"));
        return identity.map(|id| Fields::new().with("originId", id)).unwrap_or_default();
    }
    // A guest who has registered, or a customer made in the CRM: the row gets its origin id now.
    if is_empty(row, "originId") && row.fields.get("guest").is_some_and(CrmValue::is_true) {
        fields.set("guest", false);
        fields.set("isActive", true);
    }
    fields
}

fn address_changes(
    imported: Vec<Fields>,
    Existing { addresses: existing, sent, .. }: Existing<'_>,
    quirks: &Quirks,
) -> Vec<Change> {
    let origin_ids: Vec<Option<OriginId>> = imported.iter().map(|fields| fields.origin_id()).collect();
    let mut changes = Vec::new();
    let mut found_again = Vec::new();
    for (fields, id) in imported.into_iter().zip(&origin_ids) {
        let row = existing.iter().find(|row| id.is_some() && row.fields.origin_id() == *id);
        let made = made_here(&fields, existing, sent, quirks);
        if let Some(made) = made.filter(|made| row.is_none() && !found_again.contains(&made.id)) {
            found_again.push(made.id);
            let fields = Fields::new().with("originId", *id);
            changes.push(Change::Child { entity: Entity::CustomerAddress, id: Some(made.id), owner: "owner", fields });
            continue;
        }
        if row.is_some_and(|row| is_waiting(row, quirks)) {
            continue;
        }
        changes.push(Change::Child {
            entity: Entity::CustomerAddress,
            id: row.map(|row| row.id),
            owner: "owner",
            fields,
        });
    }
    for row in existing {
        let listed = row.fields.origin_id().is_some_and(|id| origin_ids.contains(&Some(id)));
        let is_local = is_empty(row, "originId") || is_waiting(row, quirks);
        if !listed && (quirks.has(Quirk::ImportOverwritesPendingEdits) || !is_local) {
            changes.push(Change::Delete { entity: Entity::CustomerAddress, id: row.id });
        }
    }
    changes
}

/// The address made in the CRM that Magento has created although its answer was lost: it comes back as somebody else's
/// . It gets its origin id, and its export changes that one instead of making another. It is known by what the row says
/// now, or said when it was sent: somebody may have edited it since.
fn made_here<'a>(imported: &Fields, existing: &'a [Row], sent: &[(RowId, Record)], quirks: &Quirks) -> Option<&'a Row> {
    if quirks.has(Quirk::CreateSentAgain) {
        return None;
    }
    let is_same = |text: &dyn Fn(&str) -> String| {
        SAME_ADDRESS.iter().all(|field| text(field) == imported.text(field).unwrap_or_default())
    };
    let says = |row: &Row| is_same(&|field| row.fields.text(field).unwrap_or_default().to_owned());
    let said = |row: &Row| {
        let mut sent = sent.iter().filter(|(of, _)| *of == row.id);
        sent.any(|(_, record)| is_same(&|field| record.text(field).unwrap_or_default().to_owned()))
    };
    let mut made = existing.iter().filter(|row| is_empty(row, "originId"));
    made.clone().find(|row| says(row)).or_else(|| made.find(|row| said(row)))
}

/// What an address is known by that has no origin id yet.
const SAME_ADDRESS: &[&str] = &["firstName", "lastName", "street", "street2", "city", "postalCode", "country", "phone"];

/// Whether an edit of the row waits for its export and must not be overwritten.
fn is_waiting(row: &Row, quirks: &Quirks) -> bool {
    sync_state::is_to_export(row) && !quirks.has(Quirk::ImportOverwritesPendingEdits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::RowId;
    use crate::quirk::Profile;

    fn row(entity: Entity, id: i64, fields: Fields) -> Row {
        Row { entity, id: RowId(id), fields }
    }

    fn address(id: i64, origin_id: Option<i64>, sync_state: i64) -> Row {
        row(Entity::CustomerAddress, id, Fields::new().with("originId", origin_id).with("syncState", sync_state))
    }

    fn import(addresses: Option<&[i64]>) -> CustomerImport {
        let address = |id: &i64| Fields::new().with("originId", *id).with("city", "Paris");
        CustomerImport {
            fields: Fields::new().with("originId", 7).with("firstName", "Ann"),
            addresses: addresses.map(|ids| ids.iter().map(address).collect()),
        }
    }

    fn described(changes: &[Change]) -> Vec<String> {
        changes
            .iter()
            .map(|change| match change {
                Change::Root { id, fields, .. } => format!("root {:?} {}", id.map(|id| id.0), fields.len()),
                Change::Child { id, fields, .. } => {
                    format!("child {:?} {:?}", id.map(|id| id.0), fields.int("originId"))
                }
                Change::Delete { id, .. } => format!("delete {}", id.0),
            })
            .collect()
    }

    #[test]
    fn a_customer_made_in_the_crm_who_registered_meanwhile_gets_the_origin_id_and_nothing_else() {
        for (origin_id, expected) in [(None, 1), (Some(7), 0)] {
            let fields = Fields::new().with("originId", origin_id).with("firstName", "Annie").with("syncState", 1);
            let waiting = row(Entity::Customer, 1, fields);
            let existing = Existing { customer: Some(&waiting), addresses: &[], sent: &[] };
            let changes = customer(import(None), existing, &Quirks::default());
            let [Change::Root { fields, .. }] = changes.as_slice() else { panic!("{changes:?}") };
            assert_eq!(fields.len(), expected, "{fields:?}");
            assert_eq!(fields.origin_id().is_some(), origin_id.is_none());
        }
    }

    #[test]
    fn a_guest_with_the_same_email_and_website_becomes_the_customer() {
        // Vector 126.
        let guest = row(Entity::Customer, 3, Fields::new().with("originId", CrmValue::Null).with("guest", true));
        let existing = Existing { customer: Some(&guest), addresses: &[], sent: &[] };
        let changes = customer(import(None), existing, &Quirks::default());
        let Change::Root { id, fields, .. } = &changes[0] else { panic!("a root comes first") };
        assert_eq!((*id, fields.origin_id()), (Some(RowId(3)), Some(OriginId(7))));
        assert_eq!((fields.get("guest"), fields.get("isActive")), (Some(&false.into()), Some(&true.into())));
    }

    #[test]
    fn the_imported_addresses_replace_the_stored_ones_when_the_row_speaks_of_them() {
        let stored = row(Entity::Customer, 3, Fields::new().with("originId", 7));
        let addresses = [address(1, Some(10), 0), address(2, Some(11), 0)];
        let existing = Existing { customer: Some(&stored), addresses: &addresses, sent: &[] };
        let changes = customer(import(Some(&[10, 12])), existing, &Quirks::default());
        assert_eq!(
            described(&changes),
            ["root Some(3) 2", "child Some(1) Some(10)", "child None Some(12)", "delete 2"]
        );
        assert_eq!(described(&customer(import(None), existing, &Quirks::default())), ["root Some(3) 2"]);
    }

    #[test]
    fn an_address_made_here_that_comes_back_from_magento_is_the_same_one() {
        let stored = row(Entity::Customer, 3, Fields::new().with("originId", 7));
        let mut made = address(5, None, 1);
        made.fields.set("city", "Paris");
        let mut edited = made.clone();
        edited.fields.set("city", "Rome");
        let mut record = Record::default();
        record.values.insert("city", "Paris".into());
        let quirks = Quirks::default();
        // Edited since it was sent, it is known by what was sent.
        for (row, sent) in [(made.clone(), vec![]), (edited, vec![(RowId(5), record)])] {
            let existing = Existing { customer: Some(&stored), addresses: &[row], sent: &sent };
            assert_eq!(
                described(&customer(import(Some(&[10, 11])), existing, &quirks)),
                ["root Some(3) 2", "child Some(5) Some(10)", "child None Some(11)"]
            );
        }
        let existing = Existing { customer: Some(&stored), addresses: &[made], sent: &[] };
        let again = quirks.clone().with(Quirk::CreateSentAgain, true);
        assert_eq!(
            described(&customer(import(Some(&[10])), existing, &again)),
            ["root Some(3) 2", "child None Some(10)"]
        );
    }

    #[test]
    fn rows_that_wait_for_their_export_are_left_alone_unless_the_quirk_is_on() {
        let stored = row(Entity::Customer, 3, Fields::new().with("originId", 7).with("syncState", 1));
        let addresses = [address(1, Some(10), 1), address(2, None, 1), address(4, Some(11), 0)];
        let existing = Existing { customer: Some(&stored), addresses: &addresses, sent: &[] };
        let documented = customer(import(Some(&[10])), existing, &Quirks::default());
        assert_eq!(described(&documented), ["root Some(3) 0", "delete 4"]);
        let reference = customer(import(Some(&[10])), existing, &Profile::OroCrm41.quirks());
        assert_eq!(described(&reference), ["root Some(3) 2", "child Some(1) Some(10)", "delete 2", "delete 4"]);
    }
}
