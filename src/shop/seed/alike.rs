//! Rows of the tables of a seed. They are a list, or groups of rows that are alike: `common` has the values of all columns,
//! and each of `rows` says only what it has otherwise. What a shop has sold is written so, because a row of an order has 150
//! columns of which most are as in every other order.

use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};

use crate::nearest;
use crate::shop::database::Database;
use crate::shop::row::{Row, RowLike, Shape};

type Tables = IndexMap<String, Vec<Row>>;

/// Fewer rows than this are written out.
const ALIKE_MIN: usize = 4;

pub(super) fn serialize<S: Serializer>(tables: &Tables, serializer: S) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(tables.len()))?;
    for (table, rows) in tables {
        match grouped(table, rows) {
            Some(groups) => map.serialize_entry(table, &Alike { alike: groups })?,
            None => map.serialize_entry(table, rows)?,
        }
    }
    map.end()
}

#[derive(serde::Serialize)]
struct Alike<'a> {
    alike: Vec<Group<'a>>,
}

/// Rows of the same columns.
struct Group<'a> {
    common: Vec<(&'a str, Option<&'a str>)>,
    rows: Vec<&'a Row>,
}

/// Rows by their columns; `None` for those that are written out: few, or numbered by where they stand.
fn grouped<'a>(table: &str, rows: &'a [Row]) -> Option<Vec<Group<'a>>> {
    if rows.len() < ALIKE_MIN {
        return None;
    }
    // Shapes are told apart by where they are, and so are held meanwhile.
    let mut groups: IndexMap<usize, (Arc<Shape>, Vec<&Row>)> = IndexMap::new();
    for row in rows {
        let shape = row.shape();
        groups.entry(Arc::as_ptr(&shape).addr()).or_insert_with(|| (shape, Vec::new())).1.push(row);
    }
    let is_numbered_by_place = Database::key_of(table).is_none_or(str::is_empty);
    if groups.len() > 1 && (is_numbered_by_place || groups.len() * ALIKE_MIN > rows.len()) {
        return None;
    }
    Some(groups.into_values().map(|(_, rows)| Group { common: common_of(&rows), rows }).collect())
}

/// The value that most rows have, column by column; where there is none, that of some row.
fn common_of<'a>(rows: &[&'a Row]) -> Vec<(&'a str, Option<&'a str>)> {
    let mut common: Vec<(&str, Option<&str>)> = rows.first().map(|row| row.iter().collect()).unwrap_or_default();
    let mut votes = vec![0_usize; common.len()];
    for row in rows {
        for ((candidate, votes), (_, value)) in common.iter_mut().zip(&mut votes).zip(row.iter()) {
            if candidate.1 == value {
                *votes += 1;
            } else if *votes == 0 {
                (candidate.1, *votes) = (value, 1);
            } else {
                *votes -= 1;
            }
        }
    }
    common
}

impl Serialize for Group<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        let common: Row = self.common.iter().map(|(name, value)| (*name, value.map(str::to_owned))).collect();
        map.serialize_entry("common", &common)?;
        map.serialize_entry("rows", &Different(self))?;
        map.end()
    }
}

struct Different<'a>(&'a Group<'a>);

impl Serialize for Different<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Group { common, rows } = self.0;
        let mut list = serializer.serialize_seq(Some(rows.len()))?;
        for row in rows {
            let differs = row.iter().zip(common).filter(|((_, value), (_, common))| value != common);
            let own: Vec<(&str, Option<&str>)> = differs.map(|(column, _)| column).collect();
            list.serialize_element(&Own(&own))?;
        }
        list.end()
    }
}

struct Own<'a>(&'a [(&'a str, Option<&'a str>)]);

impl Serialize for Own<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().copied())
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tables, D::Error> {
    let tables = IndexMap::<String, TableRows>::deserialize(deserializer)?;
    Ok(tables.into_iter().map(|(table, rows)| (table, rows.0)).collect())
}

/// The rows of a table, however they are written.
struct TableRows(Vec<Row>);

impl<'de> Deserialize<'de> for TableRows {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = TableRows;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of rows, or groups of rows under `alike`")
            }

            fn visit_unit<E: de::Error>(self) -> Result<TableRows, E> {
                Ok(TableRows(Vec::new()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<TableRows, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = items.next_element()? {
                    rows.push(row);
                }
                rows.shrink_to_fit();
                Ok(TableRows(rows))
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<TableRows, M::Error> {
                let mut rows = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    if key != "alike" && nearest::meant(&key, ["alike"]).is_some() {
                        return Err(de::Error::unknown_field(&key, &["alike"]));
                    } else if key != "alike" {
                        return Err(de::Error::custom(format_args!(
                            "the rows of a table are a list, and here is one record alone; write `- {{{key}: …}}`, in JSON \
                             [{{\"{key}\": …}}]"
                        )));
                    }
                    for group in map.next_value::<Vec<OneGroup>>()? {
                        rows.extend(group.0);
                    }
                }
                rows.shrink_to_fit();
                Ok(TableRows(rows))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A group, its rows whole.
struct OneGroup(Vec<Row>);

impl<'de> Deserialize<'de> for OneGroup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InGroup;

        impl<'de> Visitor<'de> for InGroup {
            type Value = OneGroup;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`common` and `rows`")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<OneGroup, M::Error> {
                let (mut common, mut rows) = (None, Vec::new());
                while let Some(key) = map.next_key::<String>()? {
                    match (key.as_str(), &common) {
                        ("common", None) => common = Some(map.next_value::<Row>()?),
                        ("rows", Some(common)) => rows.extend(map.next_value_seed(RowsLike(common))?),
                        ("rows", None) => return Err(de::Error::custom("`common` comes before `rows`")),
                        ("common", Some(_)) => return Err(de::Error::duplicate_field("common")),
                        (other, _) => return Err(de::Error::unknown_field(other, &["common", "rows"])),
                    }
                }
                Ok(OneGroup(rows))
            }
        }

        deserializer.deserialize_map(InGroup)
    }
}

struct RowsLike<'a>(&'a Row);

impl<'de> DeserializeSeed<'de> for RowsLike<'_> {
    type Value = Vec<Row>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<Row>, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for RowsLike<'_> {
    type Value = Vec<Row>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Vec<Row>, A::Error> {
        let mut rows = Vec::new();
        while let Some(row) = items.next_element_seed(RowLike(self.0))? {
            rows.push(row);
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::Seed;

    fn read(text: &str) -> Result<Tables, String> {
        Seed::parse(text, "s").map(|seed| seed.tables).map_err(|error| error.to_string())
    }

    #[test]
    fn rows_that_are_alike_are_read_as_if_they_were_written_out() {
        let told = "tables:\n  tag:\n    alike:\n    - common: {tag_id: 1, name: red, status: 1}\n      rows: \
                    [{tag_id: 1}, {tag_id: 2, name: ~}, {tag_id: 3, first_store_id: 1}]\n    - common: {name: x}\n      \
                    rows: [{}, {name: y}]\n";
        let out = "tables:\n  tag: [{tag_id: 1, name: red, status: 1}, {tag_id: 2, name: ~, status: 1}, {tag_id: 3, name: \
                   red, status: 1, first_store_id: 1}, {name: x}, {name: y}]\n";
        assert_eq!(read(told).unwrap(), read(out).unwrap());
        let json = |text: &str| serde_json::to_value(Seed::parse(text, "s").unwrap()).unwrap().to_string();
        assert_eq!(json(told), json(out));
        for (wrong, said) in [
            ("tables: {tag: {alike: [{rows: [], common: {}}]}}", "`common` comes before `rows`"),
            ("tables: {tag: {alike: [{common: {}, common: {}}]}}", ""),
            ("tables: {tag: {alike: [{common: {}, row: []}]}}", "`row` is not known here; did you mean `rows`?"),
            ("tables: {tag: {like: []}}", "`like` is not known here"),
            ("tables: {tag: 7}", "a list of rows, or groups"),
        ] {
            let error = read(wrong).unwrap_err();
            assert!(error.contains(said), "{wrong}: {error}");
        }
    }

    /// What is written is read again as it was, whatever the rows have in common.
    #[test]
    fn what_is_written_is_read_again() {
        let row = |columns: &[(&str, Option<&str>)]| -> Row {
            columns.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()
        };
        let tags = |count: i64| -> Vec<Row> {
            (0..count)
                .map(|nth| {
                    let (id, status) = (nth.to_string(), if nth % 5 == 0 { None } else { Some("1") });
                    row(&[
                        ("tag_id", Some(&id)),
                        ("name", Some(if nth % 3 == 0 { "a" } else { "b" })),
                        ("status", status),
                    ])
                })
                .collect()
        };
        let mut two_shapes = tags(12);
        two_shapes.extend((12..20).map(|nth: i64| row(&[("tag_id", Some(&nth.to_string()))])));
        let mut every_shape = tags(1);
        every_shape.extend([row(&[("tag_id", Some("7"))]), row(&[("tag_id", Some("8")), ("name", None)])]);
        let links = (0..9).map(|nth: i64| row(&[("category_id", Some("2")), ("product_id", Some(&nth.to_string()))]));
        for (table, rows, is_alike) in [
            ("tag", tags(3), false),
            ("tag", tags(20), true),
            ("tag", two_shapes.clone(), true),
            ("tag", every_shape, false),
            ("catalog_category_product", links.collect(), true),
            ("catalog_category_product", two_shapes, false),
        ] {
            let seed = Seed { tables: [(table.to_owned(), rows.clone())].into(), ..Seed::default() };
            for text in [seed.to_yaml().unwrap(), seed.to_json().unwrap()] {
                assert_eq!(text.contains("alike"), is_alike, "{text}");
                assert_eq!(Seed::parse(&text, "s").unwrap().tables[table], rows, "{text}");
            }
        }
    }
}
