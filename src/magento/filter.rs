//! Filters as Magento's list operations take them: the `filter` / `complex_filter` bag, its normalisation, and the
//! conditions compared as MySQL compares them. Wire spec, sections 6.1 and 6.2.

use std::cmp::Ordering;

use indexmap::IndexMap;
use regex::RegexBuilder;

use crate::soap::SoapValue;

/// A normalised filter bag: fields in order, each with one condition; all of them must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filters {
    /// Condition by field.
    pub fields: IndexMap<String, Condition>,
}

/// What a field must satisfy.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Equality, from a simple filter.
    Simple(String),
    /// Operators with their operands in request order; which of them count is decided when it is evaluated.
    Complex(IndexMap<String, Operand>),
}

/// What an operator is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A text.
    Text(String),
    /// The parts of a comma list (`in`, `nin`, `finset`).
    List(Vec<String>),
}

/// A condition that MySQL refuses; the shop answers it as a fault with the database's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SqlError(pub String);

impl Filters {
    /// Reads a `filters` argument of either style; absent, nil and empty ones let everything pass.
    pub fn from_value(value: Option<&SoapValue>) -> Self {
        let Some(bag) = value.and_then(SoapValue::as_struct) else { return Self::default() };
        let mut fields: IndexMap<String, Condition> = IndexMap::new();
        for pair in entries(bag.get("filter")) {
            if let (Some(key), Some(value)) = (pair.text("key"), pair.text("value")) {
                fields.insert(key, Condition::Simple(value));
            }
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
        Self { fields }
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

impl Filters {
    /// Columns of moments with the span the filters leave of each: an index can be asked with it before every row is
    /// looked at. Nothing when a condition may be refused, because then some row has to be looked at.
    pub fn moment_spans(&self) -> Vec<(&str, MomentSpan)> {
        if !self.fields.values().all(Condition::cannot_fail) {
            return Vec::new();
        }
        let spans =
            self.fields.iter().filter_map(|(field, condition)| Some((field.as_str(), condition.moment_span()?)));
        spans.collect()
    }
}

impl Filters {
    /// The ids that the filters leave of a column that holds nothing but ids; nothing when they name none.
    pub fn ids(&self, column: &str) -> Option<Vec<i64>> {
        let condition = self.fields.get(column).filter(|_| self.fields.values().all(Condition::cannot_fail))?;
        let id = |text: &String| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten();
        match condition {
            Condition::Simple(text) => Some(vec![id(text)?]),
            Condition::Complex(operators) if operators.len() == 1 => match operators.first()? {
                (operator, Operand::Text(text)) if operator == "eq" => Some(vec![id(text)?]),
                (operator, Operand::List(texts)) if operator == "in" => texts.iter().map(id).collect(),
                _ => None,
            },
            Condition::Complex(_) => None,
        }
    }
}

/// The items of a list, or one item that came without its list.
fn entries(value: Option<&SoapValue>) -> Vec<&crate::soap::SoapStruct> {
    match value {
        Some(SoapValue::List(items)) => items.iter().filter_map(SoapValue::as_struct).collect(),
        Some(SoapValue::Struct(one)) => vec![one],
        _ => Vec::new(),
    }
}

/// Operators in the order in which Magento's condition builder knows them; anything else is equality.
const OPERATORS: &[&str] = &[
    "eq", "neq", "like", "nlike", "in", "nin", "is", "notnull", "null", "gt", "lt", "gteq", "lteq", "finset", "regexp",
    "from", "to", "seq", "sneq",
];

impl Condition {
    /// Whether a column value, null as `None`, satisfies the condition.
    ///
    /// # Errors
    /// [`SqlError`] where the real condition is invalid SQL, such as `is` with a text.
    pub fn matches(&self, column: Option<&str>) -> Result<bool, SqlError> {
        let operators = match self {
            Self::Simple(value) => return Ok(equal(column, value)),
            Self::Complex(operators) => operators,
        };
        if operators.contains_key("from") || operators.contains_key("to") {
            let from = operators.get("from").is_none_or(|bound| at_least(column, &text_of(bound)));
            let to = operators.get("to").is_none_or(|bound| at_most(column, &text_of(bound)));
            return Ok(from && to);
        }
        let known = operators.iter().find(|(name, _)| OPERATORS.contains(&name.as_str()));
        match known {
            Some((operator, operand)) => apply(operator, operand, column),
            None => match operators.first() {
                Some((_, operand)) => Ok(equal(column, &text_of(operand))),
                None => Ok(true),
            },
        }
    }

    fn cannot_fail(&self) -> bool {
        const REFUSABLE: &[&str] = &["like", "nlike", "is", "finset", "regexp"];
        match self {
            Self::Simple(_) => true,
            Self::Complex(operators) => !operators.keys().any(|operator| REFUSABLE.contains(&operator.as_str())),
        }
    }

    /// The bounds of a comparison with moments; both are part of the span, so that it may be wider than the condition.
    fn moment_span(&self) -> Option<MomentSpan> {
        let Self::Complex(operators) = self else { return None };
        let moment = |names: [&str; 3]| {
            let found =
                names.iter().find_map(|name| operators.get(*name)).map(|operand| as_datetime(&text_of(operand)));
            found.filter(|text| is_datetime(text))
        };
        let is_pair = operators.contains_key("from") || operators.contains_key("to");
        if !is_pair && operators.len() > 1 {
            return None;
        }
        let span = if is_pair {
            (moment(["from"; 3]), moment(["to"; 3]))
        } else {
            (moment(["gteq", "gt", "gteq"]), moment(["lteq", "lt", "lteq"]))
        };
        (span.0.is_some() || span.1.is_some()).then_some(span)
    }

    /// Whether null columns can pass; on an EAV attribute they never do, because the join drops them.
    pub fn asks_for_null(&self) -> bool {
        match self {
            Self::Simple(_) => false,
            Self::Complex(operators) => operators.contains_key("null"),
        }
    }

    /// The condition as the SQL text around `column`, for fault texts that quote it.
    pub fn to_sql(&self, column: &str) -> String {
        let quote = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
        let operators = match self {
            Self::Simple(value) => return format!("({column} = {})", quote(value)),
            Self::Complex(operators) => operators,
        };
        let list = |operand: &Operand| match operand {
            Operand::List(items) => items.iter().map(|item| quote(item)).collect::<Vec<_>>().join(", "),
            Operand::Text(text) => quote(text),
        };
        if operators.contains_key("from") || operators.contains_key("to") {
            let mut parts = Vec::new();
            if let Some(from) = operators.get("from") {
                parts.push(format!("{column} >= {}", quote(&text_of(from))));
            }
            if let Some(to) = operators.get("to") {
                parts.push(format!("{column} <= {}", quote(&text_of(to))));
            }
            return format!("({})", parts.join(" AND "));
        }
        let known = operators.iter().find(|(name, _)| OPERATORS.contains(&name.as_str()));
        let Some((operator, operand)) = known.or_else(|| operators.first()) else { return String::new() };
        let text = text_of(operand);
        match operator.as_str() {
            "neq" => format!("({column} != {})", quote(&text)),
            "like" => format!("({column} LIKE {})", quote(&text)),
            "nlike" => format!("({column} NOT LIKE {})", quote(&text)),
            "in" => format!("({column} IN({}))", list(operand)),
            "nin" => format!("({column} NOT IN({}))", list(operand)),
            "is" => format!("({column} IS {})", quote(&text)),
            "notnull" => format!("({column} IS NOT NULL)"),
            "null" => format!("({column} IS NULL)"),
            "gt" => format!("({column} > {})", quote(&text)),
            "lt" => format!("({column} < {})", quote(&text)),
            "gteq" => format!("({column} >= {})", quote(&text)),
            "lteq" => format!("({column} <= {})", quote(&text)),
            "finset" => format!("(FIND_IN_SET({}, {column}))", list(operand)),
            "regexp" => format!("({column} REGEXP {})", quote(&text)),
            _ => format!("({column} = {})", quote(&text)),
        }
    }
}

fn text_of(operand: &Operand) -> String {
    match operand {
        Operand::Text(text) => text.clone(),
        Operand::List(items) => items.join(","),
    }
}

fn apply(operator: &str, operand: &Operand, column: Option<&str>) -> Result<bool, SqlError> {
    let text = text_of(operand);
    let items = match operand {
        Operand::List(items) => items.clone(),
        Operand::Text(text) => vec![text.clone()],
    };
    Ok(match operator {
        "neq" => column.is_some() && !equal(column, &text),
        "gt" => ordered(column, &text, Ordering::is_gt),
        "lt" => ordered(column, &text, Ordering::is_lt),
        "gteq" => at_least(column, &text),
        "lteq" => at_most(column, &text),
        "in" => items.iter().any(|item| equal(column, item)),
        "nin" => column.is_some() && !items.iter().any(|item| equal(column, item)),
        "like" => like(column, &text)?,
        "nlike" => column.is_some() && !like(column, &text)?,
        "null" => column.is_none(),
        "notnull" => column.is_some(),
        "is" => return Err(SqlError(format!("'{text}'"))),
        "finset" if items.len() > 1 => return Err(SqlError("FIND_IN_SET".to_owned())),
        "finset" => column.is_some_and(|column| column.split(',').any(|item| item.eq_ignore_ascii_case(&text))),
        "regexp" => column.is_some_and(|column| {
            RegexBuilder::new(&text).case_insensitive(true).build().is_ok_and(|regex| regex.is_match(column))
        }),
        "seq" if text.is_empty() => column.is_none(),
        "sneq" if text.is_empty() => column.is_some(),
        "sneq" => column.is_some() && !equal(column, &text),
        _ => equal(column, &text),
    })
}

/// MySQL's comparison of a column with a quoted literal: as numbers when the column holds one, else as texts
/// without regard to case. Dates compare as texts, a date without time as midnight.
fn compare(column: &str, literal: &str) -> Ordering {
    if let Ok(number) = column.parse::<f64>() {
        return number.partial_cmp(&leading_number(literal)).unwrap_or(Ordering::Equal);
    }
    if is_datetime(column) {
        return column.cmp(&as_datetime(literal));
    }
    column.trim_end().to_lowercase().cmp(&literal.trim_end().to_lowercase())
}

/// Whether a text is a moment as the database writes it: `2024-01-10 12:00:00`.
pub fn is_datetime(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 19 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[10] == b' ' && bytes[13] == b':'
}

/// A literal that is no date counts as the zero date (recording 061).
fn as_datetime(literal: &str) -> String {
    let literal = literal.trim().replace('T', " ");
    if !literal.starts_with(|c: char| c.is_ascii_digit()) {
        return "0000-00-00 00:00:00".to_owned();
    }
    if literal.len() == 10 { format!("{literal} 00:00:00") } else { literal }
}

fn leading_number(text: &str) -> f64 {
    let text = text.trim();
    (0..=text.len())
        .rev()
        .filter(|end| text.is_char_boundary(*end))
        .find_map(|end| text[..end].parse::<f64>().ok().filter(|number| number.is_finite()))
        .unwrap_or(0.0)
}

fn equal(column: Option<&str>, literal: &str) -> bool {
    ordered(column, literal, Ordering::is_eq)
}

fn at_least(column: Option<&str>, literal: &str) -> bool {
    ordered(column, literal, Ordering::is_ge)
}

fn at_most(column: Option<&str>, literal: &str) -> bool {
    ordered(column, literal, Ordering::is_le)
}

fn ordered(column: Option<&str>, literal: &str, holds: fn(Ordering) -> bool) -> bool {
    column.is_some_and(|column| holds(compare(column, literal)))
}

/// `LIKE` with `%` and `_`, without regard to case.
fn like(column: Option<&str>, pattern: &str) -> Result<bool, SqlError> {
    let Some(column) = column else { return Ok(false) };
    let mut regex = String::from("^");
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '%' => regex.push_str(".*"),
            '_' => regex.push('.'),
            '\\' => regex.push_str(&regex::escape(&chars.next().map(String::from).unwrap_or_default())),
            other => regex.push_str(&regex::escape(&other.to_string())),
        }
    }
    regex.push('$');
    let compiled = RegexBuilder::new(&regex).case_insensitive(true).dot_matches_new_line(true).build();
    compiled.map(|regex| regex.is_match(column)).map_err(|error| SqlError(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::SoapStruct;

    fn bag(simple: &[(&str, &str)], complex: &[(&str, &str, &str)]) -> Filters {
        let pair = |key: &str, value: SoapValue| SoapStruct::new().with("key", key).with("value", value);
        let simple: Vec<SoapValue> = simple.iter().map(|(key, value)| pair(key, (*value).into()).into()).collect();
        let complex: Vec<SoapValue> = complex
            .iter()
            .map(|(field, operator, value)| pair(field, pair(operator, (*value).into()).into()).into())
            .collect();
        Filters::from_value(Some(&SoapStruct::new().with("filter", simple).with("complex_filter", complex).into()))
    }

    fn passes(complex: &[(&str, &str, &str)], column: Option<&str>) -> bool {
        bag(&[], complex).fields["f"].matches(column).unwrap()
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
    fn a_span_of_moments_is_left_by_comparisons_that_cannot_be_refused() {
        let from = ("created_at", "from", "2024-01-01 00:00:00");
        let day = Some("2024-01-01 00:00:00".to_owned());
        let bag = |complex: &[_]| bag(&[], complex);
        assert_eq!(bag(&[from]).moment_spans(), [("created_at", (day.clone(), None))]);
        assert_eq!(bag(&[("created_at", "lt", "2024-01-01")]).moment_spans(), [("created_at", (None, day))]);
        for without in [("created_at", "eq", "2024-01-01 00:00:00"), ("store_id", "gt", "1"), ("email", "like", "a%")] {
            assert_eq!(bag(&[without]).moment_spans(), [], "{without:?}");
        }
        assert_eq!(bag(&[from, ("email", "like", "a%")]).moment_spans(), [], "a pattern may be refused");
    }

    #[test]
    fn operators_compare_as_mysql_does() {
        for (operator, operand, column, expected) in [
            ("eq", "5", Some("5.0000"), true),
            ("eq", "JANE@example.com", Some("jane@example.com"), true),
            ("neq", "5", Some("6"), true),
            ("neq", "5", None, false),
            ("gt", "10", Some("9"), false),
            ("gteq", "2013-05-02", Some("2013-05-02 00:00:00"), true),
            ("lt", "2013-05-02", Some("2013-05-02 00:00:00"), false),
            ("in", "1, 2", Some("2"), true),
            ("nin", "1,2", Some("3"), true),
            ("like", "%an_", Some("Jane"), true),
            ("nlike", "%an_", Some("Bob"), true),
            ("null", "1", None, true),
            ("notnull", "1", None, false),
            ("finset", "2", Some("1,2,3"), true),
            ("regexp", "^J", Some("jane"), true),
            ("seq", "", None, true),
            ("lte", "5", Some("5"), true),
            ("lte", "5", Some("4"), false),
        ] {
            assert_eq!(passes(&[("f", operator, operand)], column), expected, "{column:?} {operator} {operand}");
        }
        assert!(bag(&[], &[("f", "is", "NULL")]).fields["f"].matches(None).is_err());
        assert!(bag(&[], &[("f", "finset", "1,2")]).fields["f"].matches(Some("1")).is_err());
    }

    #[test]
    fn only_from_and_to_combine_on_one_field() {
        let range = [("f", "from", "10"), ("f", "to", "20")];
        assert!(passes(&range, Some("15")) && !passes(&range, Some("21")));
        let first_wins = [("f", "gt", "10"), ("f", "lteq", "20")];
        assert!(passes(&first_wins, Some("30")));
        let duplicate = [("f", "gt", "10"), ("f", "gt", "40")];
        assert!(passes(&duplicate, Some("30")));
    }

    #[test]
    fn a_simple_filter_hides_a_complex_one_and_the_last_simple_one_wins() {
        let filters = bag(&[("a", "1"), ("a", "2")], &[("a", "gt", "5"), ("b", "eq", "3")]);
        assert_eq!(filters.fields["a"], Condition::Simple("2".to_owned()));
        assert_eq!(filters.fields.keys().collect::<Vec<_>>(), ["a", "b"]);
    }
}
