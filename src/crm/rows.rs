//! Rows: look up, insert, update, delete, checked against the table of columns.

use std::fmt::Write as _;

use rusqlite::types::ToSqlOutput;
use rusqlite::{OptionalExtension as _, params_from_iter};

use super::condition::{Condition, Order, all_of, write_where};
use super::sql::{from_sql, key_to_sql, to_sql};
use super::{ColumnType, Crm, CrmError, CrmValue, Entity, Fields, Row, RowId};
use crate::nearest::nearest;

impl Crm {
    /// Rows in which all the given fields have the given values, by row id. Null finds nulls.
    ///
    /// # Errors
    /// For a field the entity does not have, a value that does not fit, or a failing database.
    pub fn find(&self, entity: Entity, conditions: &[(&str, CrmValue)]) -> Result<Vec<Row>, CrmError> {
        self.select_where(entity, all_of(conditions), Order::Oldest, None)
    }

    /// Rows that meet all conditions.
    pub(super) fn select_where<'a>(
        &self,
        entity: Entity,
        conditions: impl IntoIterator<Item = Condition<'a>>,
        order: Order,
        limit: Option<u32>,
    ) -> Result<Vec<Row>, CrmError> {
        let (mut tail, mut values) = (String::new(), Vec::new());
        write_where(entity, conditions, &mut tail, &mut values)?;
        tail.push_str(match order {
            Order::Oldest => " ORDER BY \"id\"",
            Order::Newest => " ORDER BY \"id\" DESC",
        });
        if let Some(limit) = limit {
            let _ = write!(tail, " LIMIT {limit}");
        }
        self.select(entity, &tail, values)
    }

    /// The first of the rows that [`Crm::find`] gives.
    ///
    /// # Errors
    /// As [`Crm::find`].
    pub fn find_one(&self, entity: Entity, conditions: &[(&str, CrmValue)]) -> Result<Option<Row>, CrmError> {
        Ok(self.select_where(entity, all_of(conditions), Order::Oldest, Some(1))?.pop())
    }

    /// The id of the first of the rows that [`Crm::find`] gives: for look-ups that need no fields.
    ///
    /// # Errors
    /// As [`Crm::find`].
    pub fn find_id(&self, entity: Entity, conditions: &[(&str, CrmValue)]) -> Result<Option<RowId>, CrmError> {
        let mut sql = format!("SELECT \"id\" FROM \"{}\"", entity.table());
        let mut values = Vec::new();
        write_where(entity, all_of(conditions), &mut sql, &mut values)?;
        sql.push_str(" ORDER BY \"id\" LIMIT 1");
        let mut statement = self.connection.prepare_cached(&sql)?;
        Ok(statement.query_row(params_from_iter(values), |row| row.get(0)).optional()?.map(RowId))
    }

    /// Rows of a channel whose field has one of the values, by row id: one query for a whole batch.
    ///
    /// # Errors
    /// As [`Crm::find`].
    pub fn find_by_keys(
        &self,
        entity: Entity,
        channel: RowId,
        field: &str,
        keys: &[CrmValue],
    ) -> Result<Vec<Row>, CrmError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let kind = column(entity, field)?;
        let mut values = vec![channel.0.into()];
        let key_column = entity.key_column(field);
        for key in keys {
            let as_given = to_sql(entity, field, kind, key)?;
            values.push(if key_column.is_some() { key_to_sql(key) } else { as_given });
        }
        let field = key_column.unwrap_or(field);
        let marks = vec!["?"; keys.len()].join(", ");
        let tail = format!(" WHERE \"channel\" = ? AND \"{field}\" IN ({marks}) ORDER BY \"id\"");
        self.select(entity, &tail, values)
    }

    /// A row by its key.
    ///
    /// # Errors
    /// When the database fails.
    pub fn get(&self, entity: Entity, id: RowId) -> Result<Option<Row>, CrmError> {
        Ok(self.select(entity, " WHERE \"id\" = ?", vec![id.0.into()])?.into_iter().next())
    }

    /// Rows as [`Crm::find`] gives them, with no other fields than those named: for what is looked at with every row of
    /// an import.
    ///
    /// # Errors
    /// As [`Crm::find`].
    pub(super) fn find_only(
        &self,
        entity: Entity,
        fields: &[&'static str],
        conditions: &[(&str, CrmValue)],
    ) -> Result<Vec<Row>, CrmError> {
        self.select_only(entity, fields, all_of(conditions))
    }

    /// A row that must exist, with no other fields than those named.
    ///
    /// # Errors
    /// As [`Crm::require`]; [`CrmError::UnknownField`] for a field the entity does not have.
    pub fn require_only(&self, entity: Entity, fields: &[&'static str], id: RowId) -> Result<Row, CrmError> {
        self.select_only(entity, fields, [Condition::Is(id)])?.pop().ok_or_else(|| missing(entity, id))
    }

    fn select_only<'a>(
        &self,
        entity: Entity,
        fields: &[&'static str],
        conditions: impl IntoIterator<Item = Condition<'a>>,
    ) -> Result<Vec<Row>, CrmError> {
        let typed = |field: &&'static str| Ok((*field, column(entity, field)?));
        let columns: Vec<_> = fields.iter().map(typed).collect::<Result<_, CrmError>>()?;
        let (mut tail, mut values, mut found) = (String::new(), Vec::new(), Vec::new());
        write_where(entity, conditions, &mut tail, &mut values)?;
        tail.push_str(" ORDER BY \"id\"");
        self.select_each(entity, &columns, &tail, values, &mut |row| {
            found.push(row);
            Ok::<_, CrmError>(())
        })?;
        Ok(found)
    }

    /// A row that must exist.
    ///
    /// # Errors
    /// [`CrmError::NotFound`] when it does not.
    pub fn require(&self, entity: Entity, id: RowId) -> Result<Row, CrmError> {
        self.get(entity, id)?.ok_or_else(|| missing(entity, id))
    }

    /// Number of rows.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count(&self, entity: Entity) -> Result<i64, CrmError> {
        let sql = format!("SELECT COUNT(*) FROM \"{}\"", entity.table());
        Ok(self.connection.prepare_cached(&sql)?.query_row([], |row| row.get(0))?)
    }

    /// Adds a row.
    ///
    /// # Errors
    /// For an unknown field, a value that does not fit, or a uniqueness rule (see [`CrmError::is_duplicate`]).
    pub fn insert(&mut self, entity: Entity, fields: Fields) -> Result<RowId, CrmError> {
        let mut sql = format!("INSERT INTO \"{}\"", entity.table());
        let mut values = Vec::with_capacity(fields.len());
        let left_out =
            entity.defaults().iter().filter(|(field, _)| !fields.has(field)).map(|(field, value)| (*field, value));
        for (field, value) in fields.iter().chain(left_out) {
            values.push(to_sql(entity, field, column(entity, field)?, value)?);
            for part in [if values.len() == 1 { " (\"" } else { ", \"" }, field, "\""] {
                sql.push_str(part);
            }
            if let Some(key) = entity.key_column(field) {
                values.push(key_to_sql(value));
                [", \"", key, "\""].iter().for_each(|part| sql.push_str(part));
            }
        }
        match values.len() {
            0 => sql.push_str(" DEFAULT VALUES"),
            count => {
                sql.push_str(") VALUES (?");
                sql.push_str(&", ?".repeat(count - 1));
                sql.push(')');
            }
        }
        self.connection.prepare_cached(&sql)?.execute(params_from_iter(values)).map_err(|error| self.failed(error))?;
        Ok(RowId(self.connection.last_insert_rowid()))
    }

    /// Sets the given fields of a row; the others stay.
    ///
    /// # Errors
    /// As [`Crm::insert`]; [`CrmError::NotFound`] when there is no such row.
    pub fn update(&mut self, entity: Entity, id: RowId, fields: &Fields) -> Result<(), CrmError> {
        if fields.is_empty() {
            return Ok(());
        }
        let mut sql = format!("UPDATE \"{}\" SET ", entity.table());
        let mut values = Vec::with_capacity(fields.len() + 1);
        for (field, value) in fields.iter() {
            for part in [if values.is_empty() { "\"" } else { ", \"" }, field, "\" = ?"] {
                sql.push_str(part);
            }
            values.push(to_sql(entity, field, column(entity, field)?, value)?);
            if let Some(key) = entity.key_column(field) {
                values.push(key_to_sql(value));
                [", \"", key, "\" = ?"].iter().for_each(|part| sql.push_str(part));
            }
        }
        values.push(id.0.into());
        sql.push_str(" WHERE \"id\" = ?");
        let changed = self
            .connection
            .prepare_cached(&sql)?
            .execute(params_from_iter(values))
            .map_err(|error| self.failed(error))?;
        if changed == 0 {
            return Err(missing(entity, id));
        }
        Ok(())
    }

    /// Deletes a row and what belongs to it; says whether there was one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn delete(&mut self, entity: Entity, id: RowId) -> Result<bool, CrmError> {
        let sql = format!("DELETE FROM \"{}\" WHERE \"id\" = ?", entity.table());
        Ok(self.connection.prepare_cached(&sql)?.execute([id.0]).map_err(|error| self.failed(error))? > 0)
    }

    /// Whether a row exists.
    pub(super) fn exists(&self, entity: Entity, id: RowId) -> Result<bool, CrmError> {
        let sql = format!("SELECT 1 FROM \"{}\" WHERE \"id\" = ?", entity.table());
        Ok(self.connection.prepare_cached(&sql)?.query_row([id.0], |_| Ok(())).optional()?.is_some())
    }

    fn select(&self, entity: Entity, tail: &str, values: Vec<ToSqlOutput<'_>>) -> Result<Vec<Row>, CrmError> {
        let mut found = Vec::new();
        self.select_each(entity, entity.columns(), tail, values, &mut |row| {
            found.push(row);
            Ok::<_, CrmError>(())
        })?;
        Ok(found)
    }

    /// Hands over the rows that [`Crm::find`] gives one at a time, so that memory does not grow with their number.
    pub(super) fn visit<E: From<CrmError>>(
        &self,
        entity: Entity,
        conditions: &[(&str, CrmValue)],
        visit: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let (mut tail, mut values) = (String::new(), Vec::new());
        write_where(entity, all_of(conditions), &mut tail, &mut values)?;
        tail.push_str(" ORDER BY \"id\"");
        self.select_each(entity, entity.columns(), &tail, values, visit)
    }

    fn select_each<E: From<CrmError>>(
        &self,
        entity: Entity,
        columns: &[(&'static str, ColumnType)],
        tail: &str,
        values: Vec<ToSqlOutput<'_>>,
        visit: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<(), E> {
        let failed = |error: rusqlite::Error| E::from(error.into());
        let mut sql = "SELECT \"id\"".to_owned();
        for (name, _) in columns {
            for part in [", \"", name, "\""] {
                sql.push_str(part);
            }
        }
        for part in [" FROM \"", entity.table(), "\"", tail] {
            sql.push_str(part);
        }
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        let mut rows = statement.query(params_from_iter(values)).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            let mut fields = Fields::with_capacity(columns.len());
            for (at, (name, kind)) in columns.iter().enumerate() {
                fields.set(*name, from_sql(*kind, row.get_ref(at + 1).map_err(failed)?));
            }
            visit(Row { entity, id: RowId(row.get(0).map_err(failed)?), fields })?;
        }
        Ok(())
    }
}

fn missing(entity: Entity, id: RowId) -> CrmError {
    CrmError::NotFound { entity: entity.table(), what: format!("row {}", id.0) }
}

/// The type of a field; a wrong name is answered with the nearest right one.
pub(super) fn column(entity: Entity, field: &str) -> Result<ColumnType, CrmError> {
    entity.column(field).ok_or_else(|| {
        let nearest = nearest(field, entity.columns().iter().map(|(name, _)| *name));
        let hint = nearest.map(|name| format!("; did you mean \"{name}\"?")).unwrap_or_default();
        CrmError::UnknownField { entity: entity.table(), field: field.to_owned(), hint }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use jiff::Timestamp;

    fn crm() -> Crm {
        Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap()
    }

    #[test]
    fn the_table_of_columns_is_what_the_schema_declares() {
        let crm = crm();
        for entity in Entity::ALL {
            let mut statement = crm.connection.prepare(&format!("PRAGMA table_info(\"{}\")", entity.table())).unwrap();
            let declared: Vec<String> =
                statement.query_map([], |row| row.get(1)).unwrap().collect::<Result<_, _>>().unwrap();
            let names = entity.columns().iter().map(|(name, _)| *name);
            let keys = names.clone().filter_map(|name| entity.key_column(name));
            let listed: Vec<String> = ["id"].into_iter().chain(names).chain(keys).map(str::to_owned).collect();
            assert_eq!(declared, listed, "{entity:?}");
        }
    }

    #[test]
    fn rows_come_back_as_they_were_put_and_updates_touch_only_what_they_name() {
        let mut crm = crm();
        let id = crm.insert(Entity::Account, Fields::new().with("name", "Jane O'Neil").with("owner", "admin")).unwrap();
        crm.update(Entity::Account, id, &Fields::new().with("owner", CrmValue::Null)).unwrap();
        let row = crm.get(Entity::Account, id).unwrap().unwrap();
        assert_eq!((row.fields.text("name"), row.fields.get("owner")), (Some("Jane O'Neil"), Some(&CrmValue::Null)));
        assert_eq!(crm.find(Entity::Account, &[("owner", CrmValue::Null)]).unwrap().len(), 1);
        assert!(crm.delete(Entity::Account, id).unwrap() && !crm.delete(Entity::Account, id).unwrap());
    }

    #[test]
    fn wrong_fields_and_values_are_refused_with_a_hint() {
        let mut crm = crm();
        let typo = crm.insert(Entity::Account, Fields::new().with("nmae", "x")).unwrap_err().to_string();
        assert_eq!(typo, "account has no field \"nmae\"; did you mean \"name\"?");
        let wrong = crm.insert(Entity::Account, Fields::new().with("name", true)).unwrap_err().to_string();
        assert_eq!(wrong, "account.name takes a text, not true");
    }
}
