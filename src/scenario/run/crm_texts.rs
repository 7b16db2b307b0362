//! Our CRM's rows as scenarios show and expect them: every value a text, related rows by what people call them.

use super::cannot_work::CannotWork;
use crate::crm::{ColumnType, Crm, CrmValue, Entity, Row};
use crate::database::Row as TextRow;
use crate::scenario::language::known::SHOWN_ON;

/// A CRM's rows of an entity as texts.
pub(super) fn rows_of(crm: &Crm, entity: Entity) -> Result<Vec<TextRow>, CannotWork> {
    Ok(crm.find(entity, &[])?.iter().map(|row| texts_of(crm, row)).collect())
}

fn texts_of(crm: &Crm, row: &Row) -> TextRow {
    let text = |name: &str, value: &CrmValue| match (row.entity.column(name), value) {
        (Some(ColumnType::Ref(Entity::Integration)), _) => None,
        (Some(ColumnType::Ref(target)), CrmValue::Ref(id)) => {
            let related = crm.get(target, *id).ok().flatten()?;
            Some(name_of(&related))
        }
        (_, CrmValue::Null) => None,
        (_, CrmValue::TextList(items)) => Some(items.join(", ")),
        (_, other) => Some(plain(&other.to_json())),
    };
    let mut texts: TextRow = row.fields.iter().map(|(name, value)| (name.to_owned(), text(name, value))).collect();
    if row.entity == Entity::OrderNote {
        let pages = crm.pages_of_note(row).unwrap_or_default();
        texts.insert(SHOWN_ON.to_owned(), Some(pages.join(", ")).filter(|pages| !pages.is_empty()));
    }
    texts
}

/// What a related row is called.
fn name_of(row: &Row) -> String {
    let text = |name: &str| row.fields.text(name).unwrap_or_default();
    match row.entity {
        Entity::Website | Entity::Store => text("code").to_owned(),
        Entity::Customer => text("email").to_owned(),
        Entity::Contact => format!("{} {}", text("firstName"), text("lastName")),
        Entity::Order | Entity::CreditMemo => text("incrementId").to_owned(),
        Entity::CustomerGroup | Entity::Account => text("name").to_owned(),
        _ => row.fields.origin_id().map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
