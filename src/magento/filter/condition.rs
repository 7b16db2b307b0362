//! What a condition lets pass: Magento's operators with the database's comparisons.

use std::cmp::Ordering;

use indexmap::IndexMap;
use regex::{Regex, RegexBuilder};

use super::{IdSpan, MomentSpan, SqlError};
use crate::magento::columns::SqlType;
use crate::magento::columns::collation::{self, Pattern};
use crate::magento::columns::compare::Literal;
use crate::magento::columns::moment::Moment;
use crate::soap::SoapValue;

/// What a field must satisfy.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// Equality, from a simple filter.
    Simple(String),
    /// Operators with their operands in request order; which of them count is decided when it is evaluated.
    Complex(IndexMap<String, Operand>),
    /// The value meets one of these conditions.
    Any(Vec<Condition>),
}

/// What an operator is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    /// A text.
    Text(String),
    /// The parts of a comma list (`in`, `nin`, `finset`).
    List(Vec<String>),
}

impl Operand {
    /// The operand as one text.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Text(text) => text,
            // A list is never empty: splitting a text gives one part at least.
            Self::List(items) => items.first().map_or("", String::as_str),
        }
    }

    /// The operand as a list.
    pub(super) fn items(&self) -> &[String] {
        match self {
            Self::Text(text) => std::slice::from_ref(text),
            Self::List(items) => items,
        }
    }
}

/// Operators that Magento's condition builder knows; anything else is equality.
const OPERATORS: &[&str] = &[
    "eq", "neq", "like", "nlike", "in", "nin", "is", "notnull", "null", "gt", "lt", "gteq", "lteq", "finset", "regexp",
    "from", "to", "seq", "sneq",
];

/// A condition read for a column of one type.
#[derive(Debug)]
pub enum Test<'a> {
    /// A comparison; a null column never passes.
    Ordered(Literal<'a>, fn(Ordering) -> bool),
    /// Both bounds, as far as there are any.
    Between(Option<Literal<'a>>, Option<Literal<'a>>),
    /// One of these, or none of these.
    In(Vec<Literal<'a>>, bool),
    /// `LIKE`, or `NOT LIKE`.
    Like(Pattern, bool),
    /// `IS NULL`, or `IS NOT NULL`.
    Null(bool),
    /// `FIND_IN_SET`.
    FindInSet(&'a str),
    /// `REGEXP`.
    Regexp(Box<Regex>),
    /// Any of these.
    Any(Vec<Test<'a>>),
}

impl Test<'_> {
    /// Whether a column's value, null as `None`, passes.
    pub fn passes(&self, column: Option<&str>) -> bool {
        if let Self::Null(wanted) = self {
            return column.is_none() == *wanted;
        }
        if let Self::Any(tests) = self {
            return tests.iter().any(|test| test.passes(column));
        }
        let Some(column) = column else { return false };
        let holds = |bound: &Option<Literal<'_>>, holds: fn(Ordering) -> bool| {
            bound.as_ref().is_none_or(|bound| holds(bound.order_of(column)))
        };
        match self {
            Self::Ordered(literal, holds) => holds(literal.order_of(column)),
            Self::Between(from, to) => holds(from, Ordering::is_ge) && holds(to, Ordering::is_le),
            Self::In(literals, wanted) => literals.iter().any(|literal| literal.is(column)) == *wanted,
            Self::Like(pattern, wanted) => pattern.matches(column) == *wanted,
            Self::FindInSet(item) => collation::find_in_set(item, column),
            Self::Regexp(regex) => regex.is_match(column),
            Self::Null(_) | Self::Any(_) => false,
        }
    }
}

impl Condition {
    /// The condition that a value of API version 1 stands for.
    pub fn from_value(value: &SoapValue) -> Self {
        match value {
            // Without an operator that Magento knows, each value is a condition.
            SoapValue::Struct(values) if !values.iter().any(|(name, _)| is_known(name)) => {
                Self::Any(values.iter().map(|(_, value)| Self::from_value(value)).collect())
            }
            SoapValue::Struct(operators) => {
                let operand = |operand: &SoapValue| match operand {
                    SoapValue::List(items) => {
                        Operand::List(items.iter().map(|item| item.to_text().unwrap_or_default()).collect())
                    }
                    other => Operand::Text(other.to_text().unwrap_or_default()),
                };
                let operators = operators.iter().map(|(operator, value)| (operator.to_owned(), operand(value)));
                Self::Complex(operators.collect())
            }
            SoapValue::List(items) => Self::Any(items.iter().map(Self::from_value).collect()),
            scalar => Self::Simple(scalar.to_text().unwrap_or_default()),
        }
    }

    /// Reads the condition for a column of that type.
    ///
    /// # Errors
    /// [`SqlError`] where the real condition is invalid SQL, such as `is` with a text.
    pub fn test(&self, sql_type: SqlType) -> Result<Test<'_>, SqlError> {
        let equal = |text| Test::Ordered(Literal::new(text, sql_type), Ordering::is_eq);
        let operators = match self {
            Self::Simple(value) => return Ok(equal(value)),
            Self::Complex(operators) => operators,
            Self::Any(conditions) => {
                let tests = conditions.iter().map(|condition| condition.test(sql_type));
                return Ok(Test::Any(tests.collect::<Result<_, _>>()?));
            }
        };
        if operators.contains_key("from") || operators.contains_key("to") {
            let bound = |name: &str| operators.get(name).map(|operand| Literal::new(operand.text(), sql_type));
            return Ok(Test::Between(bound("from"), bound("to")));
        }
        match operators.iter().find(|(name, _)| is_known(name)) {
            Some((operator, operand)) => test(operator, operand, sql_type),
            None => Ok(Test::Any(operators.values().map(|operand| equal(operand.text())).collect())),
        }
    }

    /// The operator that counts when it is the only one.
    fn only(&self) -> Option<(&str, &Operand)> {
        let Self::Complex(operators) = self else { return None };
        operators.first().filter(|_| operators.len() == 1).map(|(name, operand)| (name.as_str(), operand))
    }

    /// The texts that the condition leaves, when it names them.
    pub(super) fn texts(&self) -> Option<Vec<&str>> {
        if let Self::Simple(text) = self {
            return Some(vec![text]);
        }
        match self.only()? {
            ("eq", operand) => Some(vec![operand.text()]),
            ("in", operand) => Some(operand.items().iter().map(String::as_str).collect()),
            _ => None,
        }
    }

    /// The bounds of a comparison with moments; both are part of the span, so that it may be wider than the condition.
    pub(super) fn moment_span(&self) -> Option<MomentSpan> {
        let Self::Complex(operators) = self else { return None };
        let bound = |operand: &Operand| {
            let moment = Moment::read(operand.text()).unwrap_or_default();
            Some(moment.whole_second().datetime())
        };
        if operators.contains_key("from") || operators.contains_key("to") {
            return Some((operators.get("from").and_then(bound), operators.get("to").and_then(bound)));
        }
        match self.only()? {
            ("gteq" | "gt", operand) => Some((bound(operand), None)),
            ("lteq" | "lt", operand) => Some((None, bound(operand))),
            ("eq", operand) => Some((bound(operand), bound(operand))),
            _ => None,
        }
    }

    /// The bounds of a comparison with whole numbers, likewise; nothing where a bound is written otherwise than as digits.
    pub(super) fn id_span(&self) -> Option<IdSpan> {
        let Self::Complex(operators) = self else { return None };
        let bound = |operand: &Operand| {
            let text = operand.text();
            let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            if is_plain { text.parse::<i64>().ok() } else { None }
        };
        if operators.contains_key("from") || operators.contains_key("to") {
            let of = |name: &str| match operators.get(name) {
                Some(operand) => bound(operand).map(Some),
                None => Some(None),
            };
            return Some((of("from")?, of("to")?));
        }
        match self.only()? {
            ("gteq" | "gt", operand) => Some((Some(bound(operand)?), None)),
            ("lteq" | "lt", operand) => Some((None, Some(bound(operand)?))),
            _ => None,
        }
    }

    /// Whether a database finds its rows by going along an index of the column: anything but a pattern with a joker in
    /// front and what is denied.
    pub fn is_range(&self) -> bool {
        let operators = match self {
            Self::Complex(operators) => operators,
            Self::Simple(_) => return true,
            Self::Any(conditions) => return conditions.iter().all(Self::is_range),
        };
        if operators.contains_key("from") || operators.contains_key("to") {
            return true;
        }
        operators.iter().find(|(name, _)| is_known(name)).is_none_or(|(operator, operand)| match operator.as_str() {
            "eq" | "in" | "gt" | "lt" | "gteq" | "lteq" => true,
            "like" => !operand.text().starts_with(['%', '_']),
            _ => false,
        })
    }

    /// Whether null columns can pass; on an EAV attribute they never do, because the join drops them.
    pub fn asks_for_null(&self) -> bool {
        match self {
            Self::Simple(_) => false,
            Self::Complex(operators) => operators.contains_key("null"),
            Self::Any(conditions) => conditions.iter().any(Self::asks_for_null),
        }
    }
}

pub(super) fn is_known(operator: &str) -> bool {
    OPERATORS.contains(&operator)
}

fn test<'a>(operator: &str, operand: &'a Operand, sql_type: SqlType) -> Result<Test<'a>, SqlError> {
    let text = operand.text();
    let ordered = |holds| Test::Ordered(Literal::new(text, sql_type), holds);
    let items = || operand.items().iter().map(|item| Literal::new(item, sql_type)).collect();
    Ok(match operator {
        "neq" => ordered(Ordering::is_ne),
        "gt" => ordered(Ordering::is_gt),
        "lt" => ordered(Ordering::is_lt),
        "gteq" => ordered(Ordering::is_ge),
        "lteq" => ordered(Ordering::is_le),
        "in" => Test::In(items(), true),
        "nin" => Test::In(items(), false),
        "like" => Test::Like(Pattern::new(text), true),
        "nlike" => Test::Like(Pattern::new(text), false),
        "null" => Test::Null(true),
        "notnull" => Test::Null(false),
        "is" => return Err(SqlError::Syntax { near: text.to_owned() }),
        "finset" if operand.items().len() > 1 => return Err(SqlError::ParameterCount),
        "finset" => Test::FindInSet(text),
        "regexp" => Test::Regexp(Box::new(regexp(text)?)),
        "seq" if text.is_empty() => Test::Null(true),
        "sneq" if text.is_empty() => Test::Null(false),
        "sneq" => ordered(Ordering::is_ne),
        _ => ordered(Ordering::is_eq),
    })
}

/// What one pattern may come to when it is compiled; a request may have one for each column.
const REGEXP_BYTES_MAX: usize = 1024 * 1024;

fn regexp(text: &str) -> Result<Regex, SqlError> {
    let mut builder = RegexBuilder::new(text);
    builder.case_insensitive(true).size_limit(REGEXP_BYTES_MAX).dfa_size_limit(REGEXP_BYTES_MAX);
    builder.build().map_err(|error| SqlError::regexp(text, &error))
}
