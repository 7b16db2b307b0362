//! Values of the CRM to and from SQLite's.

use rusqlite::types::{ToSqlOutput, Value as Sql, ValueRef};

use super::{ColumnType, CrmError, CrmValue, Entity, RowId};
use crate::{datetime, email_address};

/// A value as it is stored; checks that it fits the column. Texts are not copied.
pub(super) fn to_sql<'v>(
    entity: Entity,
    field: &str,
    kind: ColumnType,
    value: &'v CrmValue,
) -> Result<ToSqlOutput<'v>, CrmError> {
    let text = |text: String| Ok(ToSqlOutput::Owned(Sql::Text(text)));
    let integer = |number: i64| Ok(ToSqlOutput::Owned(Sql::Integer(number)));
    match (kind, value) {
        (_, CrmValue::Null) => Ok(ToSqlOutput::Owned(Sql::Null)),
        (ColumnType::Text, CrmValue::Text(t)) => Ok(ToSqlOutput::Borrowed(ValueRef::Text(t.as_bytes()))),
        (ColumnType::Text, CrmValue::Int(n)) => text(n.to_string()),
        (ColumnType::Int, CrmValue::Int(n)) => integer(*n),
        (ColumnType::Bool, CrmValue::Bool(b)) => integer(i64::from(*b)),
        (ColumnType::Decimal, CrmValue::Decimal(d)) => text(d.to_string()),
        (ColumnType::Decimal, CrmValue::Int(n)) => text(n.to_string()),
        (ColumnType::DateTime, CrmValue::DateTime(at)) => text(datetime::to_sql(*at)),
        (ColumnType::Date, CrmValue::Date(day)) => text(day.to_string()),
        (ColumnType::TextList, CrmValue::TextList(items)) => text(serde_json::json!(items).to_string()),
        (ColumnType::Ref(_), CrmValue::Ref(id)) => integer(id.0),
        (kind, other) => Err(CrmError::WrongType {
            entity: entity.table(),
            field: field.to_owned(),
            expected: kind.expected(),
            found: other.to_json().to_string(),
        }),
    }
}

/// What an e-mail address is looked up by.
pub(super) fn key_to_sql(value: &CrmValue) -> ToSqlOutput<'static> {
    ToSqlOutput::Owned(value.as_text().map_or(Sql::Null, |address| Sql::Text(email_address::key(address))))
}

/// A stored value by its column's type; what does not fit was put there by somebody else and reads as null.
pub(super) fn from_sql(kind: ColumnType, stored: ValueRef<'_>) -> CrmValue {
    let text = || stored.as_str().ok();
    let read = match kind {
        ColumnType::Text => text().map(CrmValue::from),
        ColumnType::Int => stored.as_i64().ok().map(CrmValue::Int),
        ColumnType::Bool => stored.as_i64().ok().map(|n| CrmValue::Bool(n != 0)),
        ColumnType::Decimal => text().and_then(|t| t.parse().ok()).map(CrmValue::Decimal),
        ColumnType::DateTime => text().and_then(|t| datetime::parse(t).ok().flatten()).map(CrmValue::DateTime),
        ColumnType::Date => text().and_then(|t| t.parse().ok()).map(CrmValue::Date),
        ColumnType::TextList => text().and_then(|t| serde_json::from_str(t).ok()).map(CrmValue::TextList),
        ColumnType::Ref(_) => stored.as_i64().ok().map(|id| CrmValue::Ref(RowId(id))),
    };
    read.unwrap_or_default()
}
