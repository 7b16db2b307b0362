//! What MariaDB 10.11 answered, asked with the character set and `sql_mode` that Magento sets.

use indexmap::IndexMap;

use super::sql_type::{Declaration, SqlType};
use super::stored::stored;
use crate::magento::filter::{Condition, Operand};

const COMPARED: &str = include_str!("../../../tests/fixtures/database/compare.tsv");
const STORED: &str = include_str!("../../../tests/fixtures/database/stored.tsv");

fn rows(table: &'static str) -> impl Iterator<Item = Vec<String>> {
    let unescaped = |cell: &str| cell.replace("\\t", "\t").replace("\\n", "\n").replace("\\\\", "\\");
    table.lines().skip(1).map(move |line| line.split('\t').map(unescaped).collect())
}

fn sql_type(text: &str) -> SqlType {
    Declaration::parse(text).unwrap().sql_type
}

/// The answers in the order of the table's columns.
fn answers(value: &str, text: &str, sql_type: SqlType) -> String {
    const OPERATORS: [&str; 11] = ["eq", "neq", "like", "nlike", "gt", "lt", "gteq", "lteq", "in", "nin", "finset"];
    let answer = |operator: &str| {
        // A list is given whole, as the table was made with it.
        let operand = match operator {
            "in" | "nin" | "finset" => Operand::List(vec![text.to_owned()]),
            _ => Operand::Text(text.to_owned()),
        };
        let condition = Condition::Complex(IndexMap::from([(operator.to_owned(), operand)]));
        condition.test(sql_type).unwrap().passes(Some(value))
    };
    OPERATORS.map(|operator| if answer(operator) { '1' } else { '0' }).iter().collect()
}

#[test]
fn values_compare_as_in_the_database() {
    let wrong: Vec<String> = rows(COMPARED)
        .filter_map(|row| {
            let [column, value, text, expected] = row.try_into().unwrap();
            let found = answers(&value, &text, sql_type(&column));
            (found != expected).then(|| format!("{column} {value:?} and {text:?}: {found} instead of {expected}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn values_are_kept_as_in_the_database() {
    let wrong: Vec<String> = rows(STORED)
        .filter_map(|row| {
            let [column, given, expected] = row.try_into().unwrap();
            let found = stored(&given, sql_type(&column));
            (found != expected).then(|| format!("{column} {given:?}: {found:?} instead of {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_kept_is_kept_again() {
    for row in rows(STORED).chain(rows(COMPARED)) {
        let sql_type = sql_type(&row[0]);
        let once = stored(&row[1], sql_type).into_owned();
        assert_eq!(stored(&once, sql_type), once, "{row:?}");
    }
}
