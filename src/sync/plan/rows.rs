//! Rows of the CRM before and after, entity by entity.

use serde::Serialize;

use crate::crm::{Crm, CrmError, CrmValue, Entity, Row};

/// Rows whose changes are shown for each entity; counts are of all.
const SHOWN_MAX: usize = 20;

/// When something was synced says nothing about what was synced.
const BOOKKEEPING: &[&str] = &["syncedAt", "importedAt"];

/// Fields that name a row, the best first.
const NAMES: &[&str] = &["incrementId", "email", "name", "combinedCode", "code", "street", "originId"];

/// What becomes of an entity's rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EntityPlan {
    /// The entity, by the name of its table.
    pub entity: &'static str,
    /// The number of rows that would be created.
    pub created: usize,
    /// The number of rows that would change.
    pub updated: usize,
    /// Rows that had no counterpart in Magento and take over a record's key: guests that registered, customers of the
    /// CRM that Magento knows now.
    pub merged: usize,
    /// The number of rows that would be deleted.
    pub deleted: usize,
    /// Rows that stay as they are.
    pub unchanged: usize,
}

impl EntityPlan {
    /// Whether all rows stay as they are.
    pub fn is_unchanged(&self) -> bool {
        self.created + self.updated + self.merged + self.deleted == 0
    }
}

/// A row that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RowChange {
    /// The entity, by the name of its table.
    pub entity: &'static str,
    /// What people call the row.
    pub row: String,
    /// Its fields that change.
    pub fields: Vec<ValueChange>,
}

/// A field that changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ValueChange {
    /// The CRM's name of the field.
    pub field: String,
    /// The value before the sync.
    pub before: serde_json::Value,
    /// The value after the sync.
    pub after: serde_json::Value,
}

#[derive(Default)]
pub(super) struct Compared {
    pub(super) entities: Vec<EntityPlan>,
    pub(super) changes: Vec<RowChange>,
}

pub(super) fn compare(before: &Crm, after: &Crm) -> Result<Compared, CrmError> {
    let mut compared = Compared::default();
    for entity in Entity::ALL.iter().copied().filter(|entity| *entity != Entity::LifetimeHistory) {
        let (plan, changes) = compare_entity(before, after, entity)?;
        if !plan.is_unchanged() || plan.unchanged > 0 {
            compared.entities.push(plan);
        }
        compared.changes.extend(changes);
    }
    Ok(compared)
}

fn compare_entity(before: &Crm, after: &Crm, entity: Entity) -> Result<(EntityPlan, Vec<RowChange>), CrmError> {
    let mut plan = EntityPlan { entity: entity.table(), created: 0, updated: 0, merged: 0, deleted: 0, unchanged: 0 };
    let mut changes = Vec::new();
    after.each_row(entity, &[], &mut |now| {
        // The key of a deleted row may be given to a new one.
        let Some(then) = before.get(entity, now.id)?.filter(|then| is_same(then, &now)) else {
            plan.created += 1;
            return Ok(());
        };
        let fields = changed(&then, &now);
        if fields.is_empty() {
            plan.unchanged += 1;
            return Ok(());
        }
        let took_over = then.fields.origin_id().is_none() && now.fields.origin_id().is_some();
        if took_over {
            plan.merged += 1
        } else {
            plan.updated += 1
        }
        if changes.len() < SHOWN_MAX {
            changes.push(described(before, after, &then, &now, &fields)?);
        }
        Ok::<_, CrmError>(())
    })?;
    let stayed = plan.updated + plan.merged + plan.unchanged;
    plan.deleted = usize::try_from(before.count(entity)?).unwrap_or_default().saturating_sub(stayed);
    Ok((plan, changes))
}

/// Whether a row is still the one it was: what Magento has an id for keeps it.
fn is_same(then: &Row, now: &Row) -> bool {
    let identity = then.fields.origin_id();
    identity.is_none() || identity == now.fields.origin_id()
}

/// The columns in which two states of a row differ, in the table's order.
fn changed(then: &Row, now: &Row) -> Vec<&'static str> {
    let value = |row: &Row, name: &str| row.fields.get(name).cloned().unwrap_or(CrmValue::Null);
    let columns = now.entity.columns().iter().map(|(name, _)| *name);
    columns.filter(|name| !BOOKKEEPING.contains(name) && value(then, name) != value(now, name)).collect()
}

fn described(before: &Crm, after: &Crm, then: &Row, now: &Row, fields: &[&str]) -> Result<RowChange, CrmError> {
    let (old, new) = (before.shown(then)?, after.shown(now)?);
    let value = |shown: &serde_json::Map<String, serde_json::Value>, field: &str| {
        shown.get(field).cloned().unwrap_or(serde_json::Value::Null)
    };
    let change = |field: &&str| ValueChange {
        field: (*field).to_owned(),
        before: value(&old, field),
        after: value(&new, field),
    };
    Ok(RowChange {
        entity: now.entity.table(),
        row: called(now),
        fields: fields.iter().filter(|field| **field != "password").map(change).collect(),
    })
}

/// What people call a row.
pub(super) fn called(row: &Row) -> String {
    let name = NAMES.iter().find_map(|name| match row.fields.get(name) {
        Some(CrmValue::Text(text)) if !text.is_empty() => Some(text.clone()),
        Some(CrmValue::Int(id)) => Some(id.to_string()),
        _ => None,
    });
    name.unwrap_or_else(|| format!("row {}", row.id.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::{Fields, IntegrationSettings};
    use crate::secret::ApiKey;
    use jiff::Timestamp;

    #[test]
    fn rows_are_counted_by_what_becomes_of_them() {
        let crm = || {
            let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
            let settings = IntegrationSettings {
                api_url: "u".into(),
                api_user: "u".into(),
                api_key: ApiKey::new("k"),
                ..IntegrationSettings::default()
            };
            let channel = crm.add_integration(&settings).unwrap().0;
            let customer = |email: &str, origin: Option<i64>| {
                Fields::new().with("channel", channel).with("email", email).with("originId", origin)
            };
            let ids = [("same", Some(1)), ("changed", Some(2)), ("guest", None), ("gone", Some(4))]
                .map(|(email, origin)| crm.insert(Entity::Customer, customer(email, origin)).unwrap());
            (crm, channel, ids)
        };
        let (before, _, _) = crm();
        let (mut after, channel, [same, changed, guest, gone]) = crm();
        let now = after.clock().now();
        after.update(Entity::Customer, same, &Fields::new().with("syncedAt", now)).unwrap();
        after.update(Entity::Customer, changed, &Fields::new().with("firstName", "Ann")).unwrap();
        after.update(Entity::Customer, guest, &Fields::new().with("originId", 3)).unwrap();
        after.delete(Entity::Customer, gone).unwrap();
        after.insert(Entity::Customer, Fields::new().with("channel", channel).with("email", "new")).unwrap();
        let compared = compare(&before, &after).unwrap();
        let expected = EntityPlan { entity: "customer", created: 1, updated: 1, merged: 1, deleted: 1, unchanged: 1 };
        assert_eq!(compared.entities.last(), Some(&expected));
        assert!(compared.entities.iter().rev().skip(1).all(EntityPlan::is_unchanged));
        let shown: Vec<String> =
            compared.changes.iter().map(|row| format!("{} {}", row.row, row.fields[0].field)).collect();
        assert_eq!(shown, ["changed firstName", "guest originId"]);
    }
}
