//! What is asked of rows, as SQL: fields are checked against the columns, so that no other text gets in.

use rusqlite::types::ToSqlOutput;

use super::rows::column;
use super::sql::{key_to_sql, to_sql};
use super::{CrmError, CrmValue, Entity, RowId};

/// What a row must meet.
#[derive(Clone, Debug)]
pub(super) enum Condition<'a> {
    /// The field has the value.
    Equals(&'a str, &'a CrmValue),
    /// The field has the value, or is null or an empty text.
    EqualsOrBlank(&'a str, &'a CrmValue),
    /// The field is null.
    IsNull(&'a str),
    /// It is this row.
    Is(RowId),
    /// It is another row.
    IsNot(RowId),
}

/// Which rows come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    /// By row id.
    Oldest,
    /// By row id, backwards.
    Newest,
}

impl<'a> Condition<'a> {
    pub(super) fn of(field: &'a str, value: &'a CrmValue) -> Self {
        if value.is_null() { Self::IsNull(field) } else { Self::Equals(field, value) }
    }

    /// Adds the clause and its values; fields are checked against the columns, so that no other text gets in.
    fn write(&self, entity: Entity, sql: &mut String, values: &mut Vec<ToSqlOutput<'a>>) -> Result<(), CrmError> {
        let mut bound = |field: &'a str, value: &'a CrmValue| -> Result<&'a str, CrmError> {
            let as_given = to_sql(entity, field, column(entity, field)?, value)?;
            let key = entity.key_column(field);
            values.push(if key.is_some() { key_to_sql(value) } else { as_given });
            Ok(key.unwrap_or(field))
        };
        let parts: &[&str] = match self {
            Self::Equals(field, value) => {
                let compared = bound(field, value)?;
                &["\"", compared, "\" = ?"]
            }
            Self::EqualsOrBlank(field, value) => {
                let compared = bound(field, value)?;
                &["(\"", compared, "\" = ? OR \"", field, "\" IS NULL OR \"", field, "\" = '')"]
            }
            // The plus keeps SQLite from looking nulls up in an index, which may hold nothing else: all guests have no
            // `originId`.
            Self::IsNull(field) => {
                column(entity, field)?;
                &["+\"", field, "\" IS NULL"]
            }
            Self::Is(id) => {
                values.push(id.0.into());
                &["\"id\" = ?"]
            }
            Self::IsNot(id) => {
                values.push(id.0.into());
                &["\"id\" <> ?"]
            }
        };
        parts.iter().for_each(|part| sql.push_str(part));
        Ok(())
    }
}

/// Adds ` WHERE …` for conditions that must all be met.
pub(super) fn write_where<'a>(
    entity: Entity,
    conditions: impl IntoIterator<Item = Condition<'a>>,
    sql: &mut String,
    values: &mut Vec<ToSqlOutput<'a>>,
) -> Result<(), CrmError> {
    for (at, condition) in conditions.into_iter().enumerate() {
        sql.push_str(if at == 0 { " WHERE " } else { " AND " });
        condition.write(entity, sql, values)?;
    }
    Ok(())
}

/// Conditions out of pairs of fields and values.
pub(super) fn all_of<'a>(pairs: &'a [(&'a str, CrmValue)]) -> impl Iterator<Item = Condition<'a>> {
    pairs.iter().map(|(field, value)| Condition::of(field, value))
}

#[cfg(test)]
mod tests {
    use rusqlite::params_from_iter;

    use super::*;
    use crate::clock::Clock;
    use crate::crm::Crm;

    /// SQLite knows nothing of how many rows share a value, and a wrong guess makes an import slower with every row.
    #[test]
    fn what_an_import_looks_up_is_found_by_the_narrowest_index() {
        let crm = Crm::in_memory(Clock::virtual_at(jiff::Timestamp::UNIX_EPOCH)).unwrap();
        let (one, null) = (CrmValue::Int(1), CrmValue::Null);
        let (text, link) = (CrmValue::from("x"), CrmValue::Ref(RowId(1)));
        let columns_of = |entity: Entity, pairs: &[(&str, &CrmValue)]| {
            let conditions = pairs.iter().map(|(field, value)| Condition::of(field, value));
            let (mut sql, mut values) = (format!("EXPLAIN QUERY PLAN SELECT * FROM \"{}\"", entity.table()), vec![]);
            write_where(entity, conditions, &mut sql, &mut values).unwrap();
            sql.push_str(" ORDER BY \"id\" LIMIT 1");
            let mut statement = crm.connection.prepare(&sql).unwrap();
            let plan: String = statement.query_row(params_from_iter(values), |row| row.get("detail")).unwrap();
            plan.split_once(" (").map_or(plan.clone(), |(_, columns)| columns.trim_end_matches(')').to_owned())
        };
        let channel = ("channel", &link);
        for (entity, pairs, expected) in [
            (Entity::Customer, vec![channel, ("originId", &one)], "channel=? AND originId=?"),
            (Entity::Customer, vec![channel, ("email", &text)], "emailKey=? AND channel=?"),
            (
                Entity::Customer,
                vec![channel, ("email", &text), ("website", &link), ("originId", &null)],
                "emailKey=? AND channel=? AND website=?",
            ),
            (Entity::Customer, vec![("firstName", &text), ("lastName", &text), ("email", &text)], "emailKey=?"),
            (Entity::Contact, vec![("email", &text)], "emailKey=?"),
            (Entity::Cart, vec![("email", &text)], "emailKey=?"),
            (Entity::NewsletterSubscriber, vec![("email", &text)], "emailKey=?"),
            (Entity::Customer, vec![("account", &link), channel], "account=?"),
            (Entity::CustomerAddress, vec![("owner", &link)], "owner=?"),
            (Entity::Order, vec![channel, ("incrementId", &text)], "channel=? AND incrementId=?"),
            (Entity::Order, vec![channel, ("originId", &one)], "channel=? AND originId=?"),
            (Entity::Order, vec![("customer", &link)], "customer=?"),
            (Entity::Order, vec![channel, ("customerEmail", &text), ("customer", &null)], "customerEmailKey=?"),
            (Entity::Cart, vec![channel, ("originId", &one)], "channel=? AND originId=?"),
            (Entity::CreditMemo, vec![channel, ("incrementId", &text)], "channel=? AND incrementId=?"),
            (Entity::NewsletterSubscriber, vec![channel, ("originId", &one)], "originId=?"),
            (Entity::Region, vec![channel, ("regionId", &one)], "regionId=?"),
            (Entity::Region, vec![("channel", &null), ("regionId", &one)], "regionId=?"),
        ] {
            assert_eq!(columns_of(entity, &pairs), expected, "{entity:?}");
        }
    }
}
