//! What an export is about to write to Magento, field by field: for an audit, for a plan. Pure.

use serde::Serialize;

use super::merge::{Sides, conflicts, is_same};
use crate::secret::MASK;
use crate::soap::{SoapStruct, SoapValue};

/// Whether exports write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writes {
    /// They do.
    #[default]
    Send,
    /// They are decided up to the call that would write, which is told and not made.
    Plan,
}

/// One writing call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MagentoWrite {
    /// `customer`, `customerAddress` or `newsletterSubscriber`.
    pub entity: &'static str,
    /// What is called.
    pub operation: String,
    /// Magento's id; none for a record it is to create.
    pub origin_id: Option<i64>,
    /// The fields that get another value, in Magento's order and names. Of a new record all that are not empty.
    pub changes: Vec<FieldChange>,
    /// Fields that were changed on both sides.
    pub conflicts: Vec<Conflict>,
}

/// A field that gets another value in Magento.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldChange {
    /// Magento's name.
    pub field: String,
    /// What Magento holds.
    pub before: Option<String>,
    /// What it is sent.
    pub after: Option<String>,
}

/// A field that was changed on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Conflict {
    /// Magento's name.
    pub field: String,
    /// What both sides had.
    pub known: Option<String>,
    /// What the CRM's user made of it.
    pub crm: Option<String>,
    /// What Magento holds now.
    pub magento: Option<String>,
    /// `crm` or `magento`.
    pub winner: &'static str,
}

impl MagentoWrite {
    /// A record that Magento does not have.
    pub(super) fn create(entity: &'static str, operation: &str, form: &SoapStruct) -> Self {
        let nothing = SoapStruct::new();
        let mut changes = changes(&nothing, form);
        changes.retain(|change| change.after.as_deref().is_some_and(|after| !after.is_empty()));
        Self { entity, operation: operation.to_owned(), origin_id: None, changes, conflicts: Vec::new() }
    }

    /// A record that is merged into what Magento has.
    pub(super) fn update(
        entity: &'static str,
        operation: &str,
        origin_id: i64,
        sides: Sides<'_>,
        merged: &SoapStruct,
    ) -> Self {
        let conflict = |name: &str| Conflict {
            field: name.to_owned(),
            known: sides.before.and_then(|before| shown(name, before.get(name))),
            crm: shown(name, sides.local.get(name)),
            magento: shown(name, sides.remote.get(name)),
            winner: if same(merged.get(name), sides.local.get(name)) { "crm" } else { "magento" },
        };
        Self {
            entity,
            operation: operation.to_owned(),
            origin_id: Some(origin_id),
            changes: changes(sides.remote, merged),
            conflicts: conflicts(sides)
                .into_iter()
                .filter(|name| !same(sides.local.get(name), sides.remote.get(name)))
                .map(conflict)
                .collect(),
        }
    }
}

fn changes(before: &SoapStruct, after: &SoapStruct) -> Vec<FieldChange> {
    let differs = |(name, value): &(&str, &SoapValue)| !same(before.get(name), Some(value));
    let change = |(name, value): (&str, &SoapValue)| FieldChange {
        field: name.to_owned(),
        before: shown(name, before.get(name)),
        after: shown(name, Some(value)),
    };
    after.iter().filter(differs).map(change).collect()
}

fn same(one: Option<&SoapValue>, other: Option<&SoapValue>) -> bool {
    is_same(one.unwrap_or(&SoapValue::Nil), other.unwrap_or(&SoapValue::Nil))
}

fn shown(name: &str, value: Option<&SoapValue>) -> Option<String> {
    if name.contains("password") {
        return value.map(|_| MASK.to_owned());
    }
    match value? {
        SoapValue::Nil => None,
        SoapValue::List(lines) => Some(lines.iter().filter_map(SoapValue::to_text).collect::<Vec<_>>().join(", ")),
        other => other.to_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Quirks;
    use crate::sync::merge::{Priority, merge};

    fn record(fields: &[(&str, &str)]) -> SoapStruct {
        fields.iter().map(|(name, value)| (*name, SoapValue::from(*value))).collect()
    }

    #[test]
    fn a_write_tells_what_changes_in_magento_and_who_wins_what_both_changed() {
        let known = record(&[("firstname", "Ann"), ("lastname", "Lee"), ("taxvat", "1")]);
        let local = record(&[("firstname", "Anna"), ("lastname", "Ray"), ("taxvat", "1"), ("password", "s3cret")]);
        let remote = record(&[("firstname", "Ann"), ("lastname", "Fox"), ("taxvat", "1")]);
        let sides = Sides { local: &local, before: Some(&known), remote: &remote, additional: &[] };
        for (priority, winner, lastname) in
            [(Priority::RemoteWins, "magento", None), (Priority::LocalWins, "crm", Some("Ray"))]
        {
            let merged = merge(sides, priority, &Quirks::default());
            let write = MagentoWrite::update("customer", "customerCustomerUpdate", 7, sides, &merged);
            let change = |field: &str| {
                let found = write.changes.iter().find(|change| change.field == field);
                found.map(|change| (change.before.as_deref(), change.after.as_deref()))
            };
            assert_eq!(change("firstname"), Some((Some("Ann"), Some("Anna"))));
            assert_eq!(change("lastname"), lastname.map(|after| (Some("Fox"), Some(after))));
            assert_eq!(change("taxvat"), None);
            assert_eq!(change("password"), Some((None, Some(MASK))));
            let conflict = &write.conflicts[0];
            assert_eq!((conflict.field.as_str(), conflict.winner), ("lastname", winner));
            assert_eq!(write.conflicts.len(), 1);
        }
    }

    #[test]
    fn of_a_new_record_everything_is_a_change_that_is_not_empty() {
        let write =
            MagentoWrite::create("customer", "customerCustomerCreate", &record(&[("email", "a@b"), ("dob", "")]));
        let fields: Vec<&str> = write.changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!((fields, write.origin_id), (vec!["email"], None));
    }
}
