//! The rows of a client's CRM as texts, wherever they come from.

use indexmap::IndexMap;
use serde_json::Value;

use super::adapter::VALUES_MAX;
use crate::bounded::json_nodes;
use crate::database::{ROWS_MAX, Row};
use crate::scenario::language::finding::choices;
use crate::scenario::language::known;

/// Rows by table, in the order they were given.
pub type Tables = IndexMap<String, Vec<Row>>;

/// Rows that a program printed; what is wrong with them otherwise.
pub(super) fn of_json(text: &str) -> Result<Tables, String> {
    if json_nodes(text.as_bytes()) > VALUES_MAX {
        return Err(format!("more than {VALUES_MAX} keys and values"));
    }
    let tables: IndexMap<String, Vec<IndexMap<String, Value>>> = serde_json::from_str(text).map_err(|cause| {
        let begins: String = text.trim_start().chars().take(60).collect();
        let begins = if begins.is_empty() {
            "it printed nothing".to_owned()
        } else {
            format!("it begins `{}`", begins.trim_end())
        };
        format!("not JSON of the form {{\"customer\": [{{…}}]}}: {cause}; {begins}")
    })?;
    of_tables(tables)
}

/// Rows as an adapter answers them.
pub(super) fn of_tables(tables: IndexMap<String, Vec<IndexMap<String, Value>>>) -> Result<Tables, String> {
    if let Some(why) = tables.keys().find_map(|name| not_a_table(name)) {
        return Err(why);
    }
    if let Some((name, rows)) = tables.iter().find(|(_, rows)| rows.len() > ROWS_MAX) {
        return Err(format!("{} rows of {name}; at most {ROWS_MAX} are compared", rows.len()));
    }
    let row = |row: IndexMap<String, Value>| row.into_iter().map(|(name, value)| (name, text(&value))).collect();
    Ok(tables.into_iter().map(|(name, rows)| (name, rows.into_iter().map(row).collect())).collect())
}

/// Why a name is not that of a table; rows of it would be compared with nothing.
pub(super) fn not_a_table(name: &str) -> Option<String> {
    let known = known::crm_tables();
    let is_unknown = !known.contains(&name);
    is_unknown.then(|| {
        format!("rows of `{name}`, which is not a table of the CRM that scenarios know; {}", choices(name, &known))
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        Value::Array(items) => Some(items.iter().filter_map(text).collect::<Vec<_>>().join(", ")),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_texts_whatever_json_they_are() {
        let tables =
            of_json(r#"{"customer": [{"originId": 1, "guest": false, "paid": 1.50, "types": ["a", "b"], "n": null}]}"#)
                .unwrap();
        let row: Vec<_> = tables["customer"][0]
            .iter()
            .map(|(name, value)| format!("{name}={}", value.as_deref().unwrap_or("-")))
            .collect();
        assert_eq!(row, ["originId=1", "guest=false", "paid=1.5", "types=a, b", "n=-"]);
    }

    #[test]
    fn what_is_no_rows_is_said_with_its_beginning() {
        for (text, said) in [
            ("", "it printed nothing"),
            ("PHP Warning: x", "it begins `PHP Warning: x`"),
            ("[]", "not JSON of the form"),
            (r#"{"customer": {"a": 1}}"#, "not JSON of the form"),
            (r#"{"customer": [{"a": 1}]} trailing"#, "trailing characters"),
            (
                r#"{"custmer": [{"a": 1}]}"#,
                "rows of `custmer`, which is not a table of the CRM that scenarios know; did you mean `customer`?",
            ),
        ] {
            let error = of_json(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }
}
