//! A table of dynamic rows: every value a text or null, as its database driver delivers it, with the indexes that lists and
//! look-ups use.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Deref;
use std::sync::Arc;

use foldhash::fast::FixedState;
use indexmap::IndexMap;

use super::index::{Index, TextIndex};
use super::row::{Row, Shape};
use crate::magento::Filters;
use crate::magento::columns::moment::Moment;
use crate::magento::columns::{self, SqlType, TableColumns, collation};
use crate::magento::filter::IdSpan;
use crate::soap::value::Name;

/// A table's name, its primary key and the columns that are looked up often.
pub(super) struct TableFacts {
    pub(super) name: &'static str,
    pub(super) key: &'static str,
    pub(super) indexed: &'static [&'static str],
}

/// Columns of moments that lists are filtered by, in every table that may be large.
const MOMENTS: &[&str] = &["created_at", "updated_at"];
const WITH_MOMENTS: &[&str] = &["customer", "sales_flat_order", "sales_flat_quote", "sales_flat_creditmemo"];

/// Shapes whose types a table remembers.
const SHAPES_MAX: usize = 1024;

/// Types of the columns of a shape.
type Types = Arc<[Option<SqlType>]>;

/// A table: rows by primary key, with indexes on the columns its facts name.
#[derive(Clone, Debug)]
pub struct Table {
    key: &'static str,
    /// What the database knows of the columns.
    known: Option<Known>,
    rows: BTreeMap<i64, Row>,
    next_id: i64,
    /// Columns that a row has had, or that another module has added.
    columns: HashSet<Name, FixedState>,
    /// The shapes that rows have had, by where they are, with the types of their columns as far as the database knows
    /// them.
    shapes: HashMap<usize, (Arc<Shape>, Types), FixedState>,
    indexes: IndexMap<&'static str, TextIndex>,
    /// Rows by the digits of a moment, for each of [`MOMENTS`]; those whose column holds something else are under
    /// [`NO_MOMENT`].
    moments: IndexMap<&'static str, Index<u64>>,
}

/// What is known of a table's columns.
#[derive(Clone, Debug)]
enum Known {
    /// A table of Magento.
    Product(&'static TableColumns),
    /// A table that a seed declares.
    Own(Arc<TableColumns>),
}

impl Deref for Known {
    type Target = TableColumns;

    fn deref(&self) -> &TableColumns {
        match self {
            Self::Product(columns) => columns,
            Self::Own(columns) => columns,
        }
    }
}

impl Table {
    /// A table of Magento without rows.
    pub(super) fn new(facts: &TableFacts) -> Self {
        let indexes = facts.indexed.iter().map(|column| (*column, TextIndex::default())).collect();
        let moments_of = if WITH_MOMENTS.contains(&facts.name) { MOMENTS } else { &[] };
        let moments = moments_of.iter().map(|column| (*column, Index::default())).collect();
        Self {
            key: facts.key,
            known: columns::table(facts.name).map(Known::Product),
            rows: BTreeMap::new(),
            next_id: 1,
            columns: HashSet::default(),
            shapes: HashMap::default(),
            indexes,
            moments,
        }
    }

    /// A table that a seed declares, without rows.
    pub(super) fn own(key: &'static str, declared: TableColumns) -> Self {
        Self {
            key,
            columns: declared.columns.keys().map(|column| column.as_str().into()).collect(),
            shapes: HashMap::default(),
            known: Some(Known::Own(Arc::new(declared))),
            rows: BTreeMap::new(),
            next_id: 1,
            indexes: IndexMap::new(),
            moments: IndexMap::new(),
        }
    }

    /// Packs the rows close together, once many were added one behind the other: a tree that grows at its end is left half
    /// empty.
    pub(super) fn fill_up(&mut self) {
        self.rows = std::mem::take(&mut self.rows).into_iter().collect();
    }

    /// The primary key's column; empty for link tables.
    pub fn key(&self) -> &'static str {
        self.key
    }

    /// Whether any row ever had the column.
    pub fn has_column(&self, column: &str) -> bool {
        self.columns.contains(column)
    }

    /// The type of a column, that of texts for one of which only the name is known; `None` where there is no such column.
    pub fn sql_type(&self, column: &str) -> Option<SqlType> {
        match self.known.as_deref().and_then(|known| known.column(column)) {
            Some(column) => Some(column.declared.sql_type),
            None => self.columns.contains(column).then_some(SqlType::TEXT),
        }
    }

    /// The columns that the table is said to have, in their order.
    pub fn declared_columns(&self) -> impl Iterator<Item = &str> {
        self.known.as_deref().into_iter().flat_map(|known| known.columns.keys().map(String::as_str))
    }

    /// Notes that the table has a column that Magento's own has not.
    pub fn add_column(&mut self, column: &str) {
        self.columns.insert(column.into());
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// A row by id.
    pub fn row(&self, id: i64) -> Option<&Row> {
        self.rows.get(&id)
    }

    /// Rows in key order.
    pub fn iter(&self) -> impl Iterator<Item = (i64, &Row)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }

    /// Rows with that value in a column, in key order. Indexed columns are looked up, others searched.
    pub fn with<'a>(&'a self, column: &'a str, value: &'a str) -> Box<dyn Iterator<Item = (i64, &'a Row)> + 'a> {
        match self.indexes.get(column) {
            Some(index) => {
                let ids = index.get(&collation::key(value));
                Box::new(ids.iter().filter_map(|id| self.rows.get(id).map(|row| (*id, row))))
            }
            None => Box::new(self.iter().filter(move |(_, row)| row.get(column) == Some(value))),
        }
    }

    /// The same all at once, whatever becomes of the value.
    pub fn rows_with(&self, column: &str, value: &str) -> Vec<&Row> {
        let ids: Vec<i64> = self.with(column, value).map(|(id, _)| id).collect();
        ids.into_iter().filter_map(|id| self.rows.get(&id)).collect()
    }

    /// Rows that can pass the filters, in key order: all of them, or those the ids or an index of moments leave.
    pub fn candidates<'a>(&'a self, filters: &Filters) -> Box<dyn Iterator<Item = (i64, &'a Row)> + 'a> {
        if let Some(mut ids) = filters.ids(self.key) {
            ids.sort_unstable();
            ids.dedup();
            return Box::new(ids.into_iter().filter_map(|id| self.rows.get(&id).map(|row| (id, row))));
        }
        if let Some(mut ids) = self.indexed_ids(filters) {
            ids.sort_unstable();
            ids.dedup();
            return Box::new(ids.into_iter().filter_map(|id| self.rows.get(&id).map(|row| (id, row))));
        }
        let key = filters.id_span(self.key).unwrap_or_default();
        let spans = filters.moment_spans();
        let indexed = spans.iter().find_map(|(column, span)| Some((self.moments.get(column)?, span)));
        let Some((index, (from, to))) = indexed else { return Box::new(self.within(key)) };
        let from = from.as_deref().map_or(0, digits);
        let to = to.as_deref().map_or(NO_MOMENT - 1, digits);
        if from > to {
            return Box::new(std::iter::empty());
        }
        let dated = index.within(from..=to).chain(index.get(&NO_MOMENT).iter().copied());
        let (first, last) = (key.0.unwrap_or(i64::MIN), key.1.unwrap_or(i64::MAX));
        let mut ids: Vec<i64> = dated.filter(|id| (first..=last).contains(id)).collect();
        ids.sort_unstable();
        Box::new(ids.into_iter().filter_map(|id| self.rows.get(&id).map(|row| (id, row))))
    }

    /// The rows whose keys are in a span, in key order.
    fn within(&self, (from, to): IdSpan) -> impl Iterator<Item = (i64, &Row)> {
        let (from, to) = (from.unwrap_or(i64::MIN), to.unwrap_or(i64::MAX));
        let rows = (from <= to).then(|| self.rows.range(from..=to));
        rows.into_iter().flatten().map(|(id, row)| (*id, row))
    }

    /// The rows of an index that filters ask by name.
    fn indexed_ids(&self, filters: &Filters) -> Option<Vec<i64>> {
        self.indexes.iter().find_map(|(column, index)| {
            let texts = filters.texts(column)?;
            // A number may be written in many ways; the index knows one.
            let is_text = matches!(
                self.known.as_ref()?.column(column)?.declared.sql_type,
                SqlType::Varchar(_) | SqlType::Text(_)
            );
            let found = texts.into_iter().flat_map(|text| index.get(&collation::key(text)));
            is_text.then(|| found.copied().collect())
        })
    }

    /// Leaves the ids up to `last` to rows that a shop has and the fake has not.
    pub fn reserve_ids(&mut self, last: i64) {
        self.next_id = self.next_id.max(last + 1);
    }

    /// The id that the next row gets which brings none.
    pub fn next_id(&self) -> i64 {
        self.next_id
    }

    /// Counts up as for a row that was refused.
    pub fn skip_id(&mut self) {
        self.next_id += 1;
    }

    /// Adds a row; its key is the one it brings, or the next free one. Answers the key.
    pub fn insert(&mut self, mut row: Row) -> i64 {
        let brought = (!self.key.is_empty()).then(|| row.get(self.key).map(crate::soap::value::leading_int)).flatten();
        let id = brought.unwrap_or(self.next_id);
        self.next_id = self.next_id.max(id + 1);
        if !self.key.is_empty() && brought.is_none() {
            row.set(self.key, id.to_string());
        }
        self.unindex(id);
        self.put(id, row);
        id
    }

    /// Changes a row through `change`; answers whether it exists.
    pub fn update(&mut self, id: i64, change: impl FnOnce(&mut Row)) -> bool {
        let Some(mut row) = self.rows.get(&id).cloned() else { return false };
        self.unindex(id);
        change(&mut row);
        self.put(id, row);
        true
    }

    fn put(&mut self, id: i64, mut row: Row) {
        let shape = row.shape();
        let types = self.types_of(&shape);
        row.pack(shape, &types);
        self.index(id, &row);
        self.rows.insert(id, row);
    }

    fn types_of(&mut self, shape: &Arc<Shape>) -> Types {
        let place = Arc::as_ptr(shape).addr();
        if let Some((_, types)) = self.shapes.get(&place) {
            return Arc::clone(types);
        }
        let known = self.known.as_deref();
        let type_of = |name: &Name| Some(known?.columns.get(name.as_ref())?.declared.sql_type);
        let types: Types = shape.names().iter().map(type_of).collect();
        self.columns.extend(shape.names().iter().cloned());
        if self.shapes.len() >= SHAPES_MAX {
            self.shapes.clear();
        }
        self.shapes.insert(place, (Arc::clone(shape), Arc::clone(&types)));
        types
    }

    /// Takes a row out.
    pub fn remove(&mut self, id: i64) -> Option<Row> {
        self.unindex(id);
        self.rows.remove(&id)
    }

    fn index(&mut self, id: i64, row: &Row) {
        for (column, index) in &mut self.indexes {
            if let Some(value) = row.get(column) {
                index.add(collation::key(value), id);
            }
        }
        for (column, index) in &mut self.moments {
            index.add(moment(row.text(column)), id);
        }
    }

    fn unindex(&mut self, id: i64) {
        let Some(row) = self.rows.get(&id) else { return };
        for (column, index) in &mut self.indexes {
            if let Some(value) = row.get(column) {
                index.take(&collation::key(value), id);
            }
        }
        for (column, index) in &mut self.moments {
            index.take(&moment(row.text(column)), id);
        }
    }
}

/// Where rows are whose column holds no moment: behind every moment.
const NO_MOMENT: u64 = u64::MAX;

/// The digits of a moment as the database writes it, which order as moments do.
fn digits(moment: &str) -> u64 {
    moment.bytes().filter(u8::is_ascii_digit).fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

fn moment(value: &str) -> u64 {
    let is_written = Moment::read(value).is_some_and(|found| found.datetime() == value);
    if is_written { digits(value) } else { NO_MOMENT }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Database;

    #[test]
    fn candidates_are_those_that_can_pass() {
        use crate::soap::{SoapStruct, SoapValue, WireStyle};

        let mut database = Database::default();
        let orders = database.table_mut("sales_flat_order");
        for moment in ["2024-01-01 00:00:00", "2024-01-02 00:00:00", "2024-01-03 00:00:00", "long ago"] {
            orders.insert(Row::new().with("created_at", moment));
        }
        orders.insert(Row::new());
        orders.update(1, |row| row.set("created_at", "2024-01-02 12:00:00"));
        orders.remove(3);
        let filters = |field: &str, operator: &str, value: &str| {
            let condition = SoapStruct::new().with("key", operator).with("value", value);
            let entry: SoapValue = SoapStruct::new().with("key", field).with("value", condition).into();
            let bag = SoapStruct::new().with("complex_filter", vec![entry]).into();
            Filters::from_value(Some(&bag), WireStyle::RpcEncoded).unwrap()
        };
        let type_of = |field: &str| {
            let column = columns::table("sales_flat_order").and_then(|table| table.column(field));
            column.map(|column| column.declared.sql_type).unwrap()
        };
        // The fourth is kept as the zero moment, the fifth has none and is looked at always.
        for (field, operator, value, expected) in [
            ("created_at", "from", "2024-01-02 12:00:00", &[1, 5][..]),
            ("created_at", "from", "long ago", &[1, 2, 4, 5]),
            ("created_at", "from", "2024-01-02", &[1, 2, 5]),
            ("created_at", "to", "2024-01-02 00:00:00", &[2, 4, 5]),
            ("created_at", "to", "2024-1-2 12:00", &[1, 2, 4, 5]),
            ("created_at", "to", "0000-00-00", &[4, 5]),
            ("created_at", "gt", "2025-01-01 00:00:00", &[5]),
            ("created_at", "eq", "2024-01-02T12:00:00", &[1, 5]),
            ("created_at", "lt", "2024-01-02 12:00:00.5", &[1, 2, 4, 5]),
            ("created_at", "lteq", "20240102", &[2, 4, 5]),
            ("created_at", "eq", "0", &[4, 5]),
            ("created_at", "neq", "2024-01-02 00:00:00", &[1, 2, 4, 5]),
            ("entity_id", "in", "4,3,2", &[2, 4]),
            ("entity_id", "gt", "2", &[2, 4, 5]),
            ("entity_id", "lteq", "2", &[1, 2]),
            ("entity_id", "gt", "x", &[1, 2, 4, 5]),
            ("entity_id", "from", "9", &[]),
            ("increment_id", "eq", "1", &[]),
        ] {
            let filters = filters(field, operator, value);
            let found: Vec<i64> = orders.candidates(&filters).map(|(id, _)| id).collect();
            assert_eq!(found, expected, "{field} {operator} {value}");
            let tests = filters.tests(type_of).unwrap();
            let passes = |row: &Row| tests.iter().all(|(field, test)| test.passes(row.get(field)));
            for (id, row) in orders.iter().filter(|(_, row)| passes(row)) {
                assert!(found.contains(&id), "{field} {operator} {value} leaves out {id}: {row:?}");
            }
        }
    }

    #[test]
    fn rows_keep_their_keys_and_indexes_follow_changes() {
        let mut database = Database::default();
        let customers = database.table_mut("customer");
        assert_eq!(customers.insert(Row::new().with("entity_id", "7").with("email", "Jane@example.com")), 7);
        assert_eq!(customers.insert(Row::new().with("email", "bob@example.com")), 8);
        assert_eq!(customers.with("email", "jane@EXAMPLE.com").map(|(id, _)| id).collect::<Vec<_>>(), [7]);
        customers.update(7, |row| row.set("email", "ann@example.com"));
        assert_eq!(customers.with("email", "jane@example.com").count(), 0);
        assert_eq!(customers.with("email", "ann@example.com").count(), 1);
        customers.remove(8);
        assert_eq!(customers.insert(Row::new()), 9, "ids are not used again");
    }
}
