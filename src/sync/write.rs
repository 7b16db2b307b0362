//! What an export is about to write to Magento, field by field: for an audit, for a plan. Pure.

use indexmap::IndexSet;
use serde::{Deserialize, Serialize};

use super::merge::{Sides, conflicts, is_same};
use crate::crm::OriginId;
use crate::secret::MASK;
use crate::soap::{SoapStruct, SoapValue};

/// Whether an export writes to the shop, or only says what it would write.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Writes {
    /// Calls that write are sent to the shop.
    #[default]
    Send,
    /// They are decided up to the call that would write, which is told and not made. The CRM is then changed as if Magento
    /// had taken it, so it must be a copy.
    Plan,
}

/// One call that writes to Magento.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MagentoWrite {
    /// `customer`, `customerAddress` or `newsletterSubscriber`.
    pub entity: String,
    /// The operation that is called.
    pub operation: String,
    /// Magento's id; none for a record it is to create.
    pub origin_id: Option<OriginId>,
    /// Every field that leaves, in the order and under the names of Magento's type.
    pub changes: Vec<FieldChange>,
    /// Fields that were changed on both sides.
    pub conflicts: Vec<Conflict>,
}

/// A field that leaves for Magento.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    /// Magento's name of the field.
    pub field: String,
    /// What Magento holds; lines of a street are divided by line feeds.
    pub before: Option<String>,
    /// What it is sent.
    pub after: Option<String>,
    /// Whether Magento did not say what it holds, so that `before` says nothing.
    #[serde(default, skip_serializing_if = "is_false")]
    pub unread: bool,
}

/// A field that was changed on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Magento's name of the field.
    pub field: String,
    /// What both sides had.
    pub known: Option<String>,
    /// What the CRM's user made of it.
    pub crm: Option<String>,
    /// What Magento holds now.
    pub magento: Option<String>,
    /// Whose value goes to both sides of a field that both changed.
    pub winner: Winner,
}

impl std::fmt::Display for Winner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Crm => "crm",
            Self::Magento => "magento",
        })
    }
}

/// Which side's value both sides get.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Winner {
    /// The value of the CRM goes to both sides.
    Crm,
    /// The value of Magento goes to both sides.
    Magento,
}

/// What Magento holds before an update.
#[derive(Clone, Copy, Debug)]
pub(super) struct Remote<'a> {
    /// As it was answered.
    pub(super) raw: &'a SoapStruct,
    /// In the form of an export.
    pub(super) form: &'a SoapStruct,
    /// Fields of the export that the answer does not speak of.
    pub(super) unread: &'a IndexSet<String>,
}

impl FieldChange {
    /// Whether Magento is sent what it holds.
    pub fn is_same(&self) -> bool {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        !self.unread && text(&self.before) == text(&self.after)
    }
}

impl MagentoWrite {
    /// A record that Magento does not have.
    pub(super) fn create(entity: &str, operation: &str, data: &SoapStruct) -> Self {
        let change = |(name, value): (&str, &SoapValue)| FieldChange {
            field: name.to_owned(),
            before: None,
            after: shown(name, Some(value)),
            unread: false,
        };
        let changes = data.iter().map(change).collect();
        Self {
            entity: entity.to_owned(),
            operation: operation.to_owned(),
            origin_id: None,
            changes,
            conflicts: Vec::new(),
        }
    }

    /// A record that Magento has; `data` is what leaves of `merged`.
    pub(super) fn update(
        entity: &str,
        operation: &str,
        origin_id: OriginId,
        sides: Sides<'_>,
        merged: &SoapStruct,
        data: &SoapStruct,
        remote: Remote<'_>,
    ) -> Self {
        let conflict = |name: &str| Conflict {
            field: name.to_owned(),
            known: sides.before.and_then(|before| shown(name, before.get(name))),
            crm: shown(name, sides.local.get(name)),
            magento: shown(name, sides.remote.get(name)),
            winner: if same(merged.get(name), sides.local.get(name)) { Winner::Crm } else { Winner::Magento },
        };
        Self {
            entity: entity.to_owned(),
            operation: operation.to_owned(),
            origin_id: Some(origin_id),
            changes: data.iter().map(|(name, value)| remote.change(name, value)).collect(),
            conflicts: conflicts(sides)
                .into_iter()
                .filter(|name| !same(sides.local.get(name), sides.remote.get(name)))
                .map(conflict)
                .collect(),
        }
    }
}

impl Remote<'_> {
    fn change(&self, name: &str, value: &SoapValue) -> FieldChange {
        let unread = self.unread.contains(name) || self.form.get(name).is_none() && self.raw.get(name).is_none();
        let before = if unread { None } else { self.before(name) };
        FieldChange { field: name.to_owned(), before, after: shown(name, Some(value)), unread }
    }

    /// In the form of an export where that says all of it: a country that the CRM does not know, or the third line of a
    /// street, are only in the answer.
    fn before(&self, name: &str) -> Option<String> {
        let form = self.form.get(name).filter(|value| !matches!(value, SoapValue::List(_)));
        let form = form.and_then(|value| shown(name, Some(value))).filter(|text| !text.is_empty());
        form.or_else(|| shown(name, self.raw.get(name))).or_else(|| shown(name, self.form.get(name)))
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks with a reference")]
fn is_false(flag: &bool) -> bool {
    !*flag
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
        SoapValue::Bool(flag) => Some(if *flag { "1" } else { "0" }.to_owned()),
        SoapValue::List(lines) => Some(lines.iter().filter_map(SoapValue::to_text).collect::<Vec<_>>().join("\n")),
        other => other.to_text(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::SyncPriority;
    use crate::quirk::Quirks;
    use crate::sync::merge::{difference, merge};

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
            [(SyncPriority::Remote, Winner::Magento, None), (SyncPriority::Local, Winner::Crm, Some("Ray"))]
        {
            let merged = merge(sides, priority, &Quirks::default());
            let (data, unread) = (difference(&merged, &remote), IndexSet::from(["password".to_owned()]));
            let held = Remote { raw: &remote, form: &remote, unread: &unread };
            let write = MagentoWrite::update("customer", "oroCustomerUpdate", OriginId(7), sides, &merged, &data, held);
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
    fn every_field_that_leaves_is_told_with_what_magento_holds_and_what_it_did_not_say() {
        let raw = record(&[("country_id", "XX"), ("street", "1\n2\n3"), ("firstname", "Ann")]);
        let form = record(&[("country_id", ""), ("firstname", "Ann"), ("gender", "")])
            .with("street", vec![SoapValue::from("1"), "2".into()]);
        let data = record(&[("country_id", ""), ("firstname", "Ann"), ("gender", "0")])
            .with("street", vec![SoapValue::from("1"), "2".into()]);
        let sides = Sides { local: &form, before: None, remote: &form, additional: &[] };
        let unread = IndexSet::from(["gender".to_owned()]);
        let held = Remote { raw: &raw, form: &form, unread: &unread };
        let write = MagentoWrite::update("customer", "customerCustomerUpdate", OriginId(7), sides, &form, &data, held);
        let told: Vec<_> = write
            .changes
            .iter()
            .map(|it| (it.field.as_str(), it.before.as_deref(), it.after.as_deref(), it.unread, it.is_same()))
            .collect();
        assert_eq!(
            told,
            [
                ("country_id", Some("XX"), Some(""), false, false),
                ("firstname", Some("Ann"), Some("Ann"), false, true),
                ("gender", None, Some("0"), true, false),
                ("street", Some("1\n2\n3"), Some("1\n2"), false, false),
            ]
        );
        let line = serde_json::to_string(&write).unwrap();
        assert_eq!(serde_json::from_str::<MagentoWrite>(&line).unwrap(), write);
    }

    #[test]
    fn of_a_new_record_everything_that_leaves_is_told() {
        let write =
            MagentoWrite::create("customer", "customerCustomerCreate", &record(&[("email", "a@b"), ("dob", "")]));
        let fields: Vec<&str> = write.changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!((fields, write.origin_id), (vec!["email", "dob"], None));
    }
}
