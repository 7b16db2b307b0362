//! Filters as Magento's list operations take them: the `filter` / `complex_filter` bag and its normalisation (here),
//! what a condition lets pass (`condition`), and its SQL text and the database's complaints (`sql`). How values compare
//! is in [`columns`](super::columns). Wire spec, sections 6.1 and 6.2.

mod condition;
mod sql;

use indexmap::IndexMap;

pub use condition::{Condition, Operand, Test};
pub use sql::SqlError;

use super::columns::SqlType;
use crate::soap::{SoapStruct, SoapValue, WireStyle};

/// A normalised filter bag: fields in order, each with one condition; all of them must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// The condition of each field, in the order they were given.
    pub fields: IndexMap<String, Condition>,
}

/// An item of a filter bag that is no pair of a name and a value. Magento takes it for a value and PHP cannot make a text
/// of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPair;

impl Filters {
    /// Reads a `filters` argument of either style; absent, nil and empty ones let everything pass.
    ///
    /// # Errors
    /// [`NotAPair`] for an item of a simple filter without a name or without a value. WS-I forgets those that stand
    /// beside a whole one.
    pub fn from_value(value: Option<&SoapValue>, mode: WireStyle) -> Result<Self, NotAPair> {
        let bag = match value {
            Some(SoapValue::Struct(bag)) => bag,
            Some(SoapValue::List(values)) => return Self::from_list(values),
            _ => return Ok(Self::default()),
        };
        if !bag.is_empty() && bag.get("filter").is_none() && bag.get("complex_filter").is_none() {
            return Ok(Self::from_map(bag));
        }
        let mut fields: IndexMap<String, Condition> = IndexMap::new();
        let pairs = entries(bag.get("filter"));
        for pair in &pairs {
            if let (Some(key), Some(value)) = (pair.text("key"), pair.text("value")) {
                fields.insert(key, Condition::Simple(value));
            } else if mode == WireStyle::RpcEncoded {
                return Err(NotAPair);
            }
        }
        if fields.is_empty() && !pairs.is_empty() {
            return Err(NotAPair);
        }
        let mut complex: IndexMap<String, IndexMap<String, Operand>> = IndexMap::new();
        for entry in entries(bag.get("complex_filter")) {
            let Some(key) = entry.text("key") else { continue };
            let Some(condition) = entry.get("value").and_then(SoapValue::as_struct) else { continue };
            let operator = condition.text("key").unwrap_or_default();
            let text = condition.text("value").unwrap_or_default();
            let operand = match operator.as_str() {
                "in" | "nin" | "finset" => Operand::List(text.split(',').map(str::to_owned).collect()),
                _ => Operand::Text(text),
            };
            complex.entry(key).or_default().entry(operator).or_insert(operand);
        }
        for (key, operators) in complex {
            fields.entry(key).or_insert(Condition::Complex(operators));
        }
        Ok(Self { fields })
    }

    /// Filters that came as a map, as API version 1 has them: a value, or operators with their operands, by field. A list
    /// lets pass what one of its items does.
    pub fn from_map(map: &SoapStruct) -> Self {
        Self { fields: map.iter().map(|(field, value)| (field.to_owned(), Condition::from_value(value))).collect() }
    }

    /// Filters that came as a list: its numbers stand for fields.
    ///
    /// # Errors
    /// [`NotAPair`] for an item that is no text.
    pub fn from_list(values: &[SoapValue]) -> Result<Self, NotAPair> {
        let mut fields = IndexMap::new();
        for (number, value) in values.iter().enumerate() {
            let text = value.to_text().ok_or(NotAPair)?;
            fields.insert(number.to_string(), Condition::Simple(text));
        }
        Ok(Self { fields })
    }

    /// Renames a field, as `customer_id` becomes `entity_id`; a field already named so gives way.
    pub fn rename(&mut self, from: &str, to: &str) {
        if let Some(condition) = self.fields.shift_remove(from) {
            self.fields.insert(to.to_owned(), condition);
        }
    }
}

/// First and last moment, as the database writes them, that a column may hold.
pub type MomentSpan = (Option<String>, Option<String>);

/// First and last id that a column may hold.
pub type IdSpan = (Option<i64>, Option<i64>);

impl Filters {
    /// The conditions read for columns of these types, to be asked of many rows: field by field, in order.
    ///
    /// # Errors
    /// [`SqlError`] where a condition is invalid SQL, whatever the rows hold.
    pub fn tests(&self, type_of: impl Fn(&str) -> SqlType) -> Result<Vec<(&str, Test<'_>)>, SqlError> {
        self.fields.iter().map(|(field, condition)| Ok((field.as_str(), condition.test(type_of(field))?))).collect()
    }

    /// Columns of moments with the span the filters leave of each: an index can be asked with it before every row is
    /// looked at.
    pub fn moment_spans(&self) -> Vec<(&str, MomentSpan)> {
        let spans =
            self.fields.iter().filter_map(|(field, condition)| Some((field.as_str(), condition.moment_span()?)));
        spans.collect()
    }

    /// The span that the filters leave of a column that holds nothing but ids.
    pub fn id_span(&self, column: &str) -> Option<IdSpan> {
        self.fields.get(column)?.id_span()
    }

    /// The texts that the filters leave of a column, when they name them.
    pub fn texts(&self, column: &str) -> Option<Vec<&str>> {
        self.fields.get(column)?.texts()
    }

    /// The ids that the filters leave of a column that holds nothing but ids; nothing when they name none.
    pub fn ids(&self, column: &str) -> Option<Vec<i64>> {
        let id = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        self.texts(column)?.into_iter().map(id).collect()
    }
}

/// The items of a list, or one item that came without its list.
fn entries(value: Option<&SoapValue>) -> Vec<&SoapStruct> {
    match value {
        Some(SoapValue::List(items)) => items.iter().filter_map(SoapValue::as_struct).collect(),
        Some(SoapValue::Struct(one)) if !one.is_empty() => vec![one],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(simple: &[(&str, &str)], complex: &[(&str, &str, &str)]) -> Filters {
        let pair = |key: &str, value: SoapValue| SoapStruct::new().with("key", key).with("value", value);
        let simple: Vec<SoapValue> = simple.iter().map(|(key, value)| pair(key, (*value).into()).into()).collect();
        let complex: Vec<SoapValue> = complex
            .iter()
            .map(|(field, operator, value)| pair(field, pair(operator, (*value).into()).into()).into())
            .collect();
        let bag = SoapStruct::new().with("filter", simple).with("complex_filter", complex).into();
        Filters::from_value(Some(&bag), WireStyle::RpcEncoded).unwrap()
    }

    #[test]
    fn items_that_are_no_pairs_are_told() {
        let whole = || SoapValue::from(SoapStruct::new().with("key", "a").with("value", "1"));
        let part = || SoapValue::from(SoapStruct::new().with("key", "b"));
        for (items, rpc, wsi) in [
            (vec![], Some(0), Some(0)),
            (vec![whole()], Some(1), Some(1)),
            (vec![part()], None, None),
            (vec![whole(), part()], None, Some(1)),
        ] {
            let bag: SoapValue = SoapStruct::new().with("filter", items).into();
            let read = |mode| Filters::from_value(Some(&bag), mode).ok().map(|filters| filters.fields.len());
            assert_eq!((read(WireStyle::RpcEncoded), read(WireStyle::WsI)), (rpc, wsi), "{bag:?}");
        }
    }

    #[test]
    fn maps_filter_by_their_keys_and_lists_by_their_numbers() {
        let operators = SoapStruct::new().with("from", "10").with("to", "20");
        let map: SoapValue = SoapStruct::new().with("a", "1").with("b", operators).into();
        let filters = Filters::from_value(Some(&map), WireStyle::RpcEncoded).unwrap();
        assert_eq!(filters.fields["a"], Condition::Simple("1".to_owned()));
        assert!(filters.fields["b"].test(NUMBER).unwrap().passes(Some("15")));
        let list = SoapValue::List(vec!["x".into()]);
        assert!(Filters::from_value(Some(&list), WireStyle::RpcEncoded).unwrap().fields.contains_key("0"));
        let list = SoapValue::List(vec![SoapStruct::new().into()]);
        assert_eq!(Filters::from_value(Some(&list), WireStyle::RpcEncoded), Err(NotAPair));
    }

    const NUMBER: SqlType = SqlType::Decimal { precision: 12, scale: 4 };

    fn passes(complex: &[(&str, &str, &str)], sql_type: SqlType, column: Option<&str>) -> bool {
        bag(&[], complex).fields["f"].test(sql_type).unwrap().passes(column)
    }

    #[test]
    fn ids_are_left_by_lists_of_numbers_only() {
        let bag = |complex: &[_]| bag(&[], complex);
        assert_eq!(bag(&[("entity_id", "in", "3,1,12")]).ids("entity_id"), Some(vec![3, 1, 12]));
        assert_eq!(bag(&[("entity_id", "eq", "7")]).ids("entity_id"), Some(vec![7]));
        for without in
            [("entity_id", "in", "3, 1"), ("entity_id", "in", "3x"), ("entity_id", "nin", "3"), ("id", "in", "3")]
        {
            assert_eq!(bag(&[without]).ids("entity_id"), None, "{without:?}");
        }
    }

    #[test]
    fn a_span_of_ids_is_left_by_comparisons_with_digits() {
        let bag = |complex: &[_]| bag(&[], complex);
        for (operator, operand, expected) in [
            ("gt", "7", Some((Some(7), None))),
            ("gteq", "7", Some((Some(7), None))),
            ("lt", "7", Some((None, Some(7)))),
            ("from", "7", Some((Some(7), None))),
            ("to", "7", Some((None, Some(7)))),
            ("gt", "7x", None),
            ("gt", "-7", None),
            ("gt", "", None),
            ("gt", "7.5", None),
            ("neq", "7", None),
            ("like", "7", None),
        ] {
            assert_eq!(bag(&[("entity_id", operator, operand)]).id_span("entity_id"), expected, "{operator} {operand}");
        }
        assert_eq!(
            bag(&[("entity_id", "from", "7"), ("entity_id", "to", "9")]).id_span("entity_id"),
            Some((Some(7), Some(9)))
        );
        assert_eq!(bag(&[("entity_id", "from", "7"), ("entity_id", "to", "x")]).id_span("entity_id"), None);
    }

    #[test]
    fn a_span_of_moments_is_left_by_comparisons() {
        let from = ("created_at", "from", "2024-01-01 00:00:00");
        let day = Some("2024-01-01 00:00:00".to_owned());
        let bag = |complex: &[_]| bag(&[], complex);
        assert_eq!(bag(&[from]).moment_spans(), [("created_at", (day.clone(), None))]);
        assert_eq!(bag(&[("created_at", "lt", "20240101")]).moment_spans(), [("created_at", (None, day.clone()))]);
        assert_eq!(
            bag(&[("created_at", "eq", "2024/1/1")]).moment_spans(),
            [("created_at", (day.clone(), day.clone()))]
        );
        assert_eq!(bag(&[from, ("email", "like", "a%")]).moment_spans(), [("created_at", (day, None))]);
        for without in [("created_at", "neq", "2024-01-01 00:00:00"), ("email", "like", "a%")] {
            assert_eq!(bag(&[without]).moment_spans(), [], "{without:?}");
        }
    }

    #[test]
    fn operators_compare_by_the_type_of_the_column() {
        let text = SqlType::Varchar(50);
        for (operator, operand, sql_type, column, expected) in [
            ("eq", "5", NUMBER, Some("5.0000"), true),
            ("eq", "5", text, Some("5.0000"), false),
            ("eq", "JANE@example.com", text, Some("jane@example.com"), true),
            ("neq", "5", NUMBER, Some("6"), true),
            ("neq", "5", NUMBER, None, false),
            ("gt", "10", NUMBER, Some("9"), false),
            ("gt", "10", text, Some("9"), true),
            ("gt", "3", text, Some("100000001"), false),
            ("eq", "100000001 OR 1=1", text, Some("100000001"), false),
            ("in", "100000001, 100000002", text, Some("100000002"), false),
            ("gteq", "2013-05-02", SqlType::Timestamp, Some("2013-05-02 00:00:00"), true),
            ("lt", "2013/5/2", SqlType::Timestamp, Some("2013-05-02 00:00:00"), false),
            ("in", "1, 2", NUMBER, Some("2"), true),
            ("nin", "1,2", NUMBER, Some("3"), true),
            ("nin", "1,2", NUMBER, None, false),
            ("like", "%an_", text, Some("Jane"), true),
            ("like", "Mull%", text, Some("Müller"), true),
            ("nlike", "%an_", text, Some("Bob"), true),
            ("null", "1", text, None, true),
            ("notnull", "1", text, None, false),
            ("finset", "2", text, Some("1,2,3"), true),
            ("regexp", "^J", text, Some("jane"), true),
            ("regexp", "", text, Some("jane"), true),
            ("seq", "", text, None, true),
            ("sneq", "", text, None, false),
            ("lte", "5", NUMBER, Some("5"), true),
            ("lte", "5", NUMBER, Some("4"), false),
            ("moreq", "5", NUMBER, Some("6"), false),
        ] {
            let found = passes(&[("f", operator, operand)], sql_type, column);
            assert_eq!(found, expected, "{column:?} {operator} {operand} as {sql_type}");
        }
        let unknown = [("f", "lte", "5"), ("f", "gte", "7")];
        assert!(passes(&unknown, NUMBER, Some("7")) && !passes(&unknown, NUMBER, Some("6")), "any of them");
    }

    #[test]
    fn what_the_database_refuses_is_said_in_its_words() {
        for (operator, operand, expected) in [
            (
                "is",
                "NULL",
                "1064 You have an error in your SQL syntax; check the manual that corresponds to your \
                            MariaDB server version for the right syntax to use near ''NULL')' at line 1",
            ),
            ("finset", "1,2", "1582 Incorrect parameter count in the call to native function 'FIND_IN_SET'"),
            ("regexp", "[", "1139 Regex error 'missing terminating ] for character class at offset 1'"),
            ("regexp", "a{2,1}", "1139 Regex error 'numbers out of order in {} quantifier at offset 5'"),
            ("regexp", "*", "1139 Regex error 'quantifier does not follow a repeatable item at offset 0'"),
            ("regexp", "(", "1139 Regex error 'missing closing parenthesis at offset 1'"),
        ] {
            let filters = bag(&[], &[("f", operator, operand)]);
            let condition = &filters.fields["f"];
            let query = condition.to_sql("`f`");
            let said = condition.test(NUMBER).unwrap_err().text(&query);
            let expected = format!("SQLSTATE[42000]: Syntax error or access violation: {expected}, query was: {query}");
            assert_eq!(said, expected);
        }
    }

    #[test]
    fn only_from_and_to_combine_on_one_field() {
        let range = [("f", "from", "10"), ("f", "to", "20")];
        assert!(passes(&range, NUMBER, Some("15")) && !passes(&range, NUMBER, Some("21")));
        let first_wins = [("f", "gt", "10"), ("f", "lteq", "20")];
        assert!(passes(&first_wins, NUMBER, Some("30")));
        let duplicate = [("f", "gt", "10"), ("f", "gt", "40")];
        assert!(passes(&duplicate, NUMBER, Some("30")));
    }

    #[test]
    fn a_simple_filter_hides_a_complex_one_and_the_last_simple_one_wins() {
        let filters = bag(&[("a", "1"), ("a", "2")], &[("a", "gt", "5"), ("b", "eq", "3")]);
        assert_eq!(filters.fields["a"], Condition::Simple("2".to_owned()));
        assert_eq!(filters.fields.keys().collect::<Vec<_>>(), ["a", "b"]);
    }
}
