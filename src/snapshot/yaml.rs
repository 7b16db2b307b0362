//! A tree as YAML made for reading and for line diffs: short leaves on one line, everything else one line per value.

use serde_json::{Map, Value};

/// Columns up to which a nested value stays on its line.
const FLOW_COLUMNS: usize = 100;

/// The text of a record.
pub fn text(record: &Map<String, Value>) -> String {
    let mut out = String::new();
    members(&mut out, record, 0);
    out
}

fn members(out: &mut String, record: &Map<String, Value>, indent: usize) {
    for (name, value) in record {
        out.push_str(&" ".repeat(indent));
        out.push_str(&scalar(name));
        out.push(':');
        nested(out, value, indent);
    }
}

/// What follows a `key:`.
fn nested(out: &mut String, value: &Value, indent: usize) {
    match flow(value, indent) {
        Some(short) => {
            out.push(' ');
            out.push_str(&short);
            out.push('\n');
        }
        None => {
            out.push('\n');
            block(out, value, indent + 2);
        }
    }
}

fn block(out: &mut String, value: &Value, indent: usize) {
    match value {
        Value::Object(record) => members(out, record, indent),
        Value::Array(items) => {
            for item in items {
                item_of_list(out, item, indent);
            }
        }
        leaf => {
            out.push_str(&" ".repeat(indent));
            out.push_str(&leaf_text(leaf));
            out.push('\n');
        }
    }
}

fn item_of_list(out: &mut String, item: &Value, indent: usize) {
    let dash = format!("{}- ", " ".repeat(indent));
    if let Some(short) = flow(item, indent) {
        out.push_str(&dash);
        out.push_str(&short);
        out.push('\n');
        return;
    }
    let mut inner = String::new();
    block(&mut inner, item, indent + 2);
    out.push_str(&dash);
    out.push_str(inner.get(indent + 2..).unwrap_or_default());
}

/// The value on one line, when it is a leaf, empty, or a short list or record of leaves.
fn flow(value: &Value, indent: usize) -> Option<String> {
    let short = match value {
        Value::Object(record) if record.values().all(is_leaf) => {
            let inner: Vec<_> =
                record.iter().map(|(name, leaf)| format!("{}: {}", in_flow(name), flow_leaf(leaf))).collect();
            format!("{{{}}}", inner.join(", "))
        }
        Value::Array(items) if items.iter().all(is_leaf) => {
            format!("[{}]", items.iter().map(flow_leaf).collect::<Vec<_>>().join(", "))
        }
        Value::Object(_) | Value::Array(_) => return None,
        leaf => return Some(leaf_text(leaf)),
    };
    let fits = short.chars().count() + indent <= FLOW_COLUMNS || short.len() <= 2;
    fits.then_some(short)
}

fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Object(record) => record.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => true,
    }
}

fn flow_leaf(value: &Value) -> String {
    match value {
        Value::String(text) => in_flow(text),
        leaf => leaf_text(leaf),
    }
}

fn leaf_text(value: &Value) -> String {
    match value {
        Value::String(text) => scalar(text),
        Value::Object(_) => "{}".to_owned(),
        Value::Array(_) => "[]".to_owned(),
        other => other.to_string(),
    }
}

/// Inside brackets commas and brackets need quotes as well.
fn in_flow(text: &str) -> String {
    if text.contains([',', '[', ']', '{', '}']) { quoted(text) } else { scalar(text) }
}

/// A text, in quotes where YAML would read something else.
fn scalar(text: &str) -> String {
    let first = text.chars().next();
    let plain = first.is_some_and(|c| c.is_alphanumeric() || c == '/' || c == '_' || c == '(' || c == '+')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with([':', ' '])
        && !text.chars().any(char::is_control)
        && !reads_as_something_else(text);
    if plain { text.to_owned() } else { quoted(text) }
}

/// Whether YAML takes the word for a number, a boolean or nothing.
fn reads_as_something_else(text: &str) -> bool {
    let words = ["null", "true", "false", "yes", "no", "on", "off", "y", "n"];
    let number = text.parse::<f64>().is_ok() || text.starts_with("0x") || text.starts_with("0o");
    number || words.contains(&text.to_ascii_lowercase().as_str())
}

/// JSON's quoting is valid in YAML.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_reads_well_and_back() {
        let tree = serde_json::json!({
            "outcome": "success",
            "crm": {
                "customer": [
                    { "originId": 1, "firstName": "Zoë", "postalCode": "00123", "birthday": null, "note": "yes: no",
                      "address": [{"city": "Łódź", "street": "a, b"}, {"tags": ["x", "1", ""], "deep": [{"very": ["long"]}]}] },
                    {},
                ],
                "order": [],
            },
            "multi": "two\nlines",
        });
        let record = tree.as_object().unwrap();
        let text = text(record);
        let expected = "\
outcome: success
crm:
  customer:
    - originId: 1
      firstName: Zoë
      postalCode: \"00123\"
      birthday: null
      note: \"yes: no\"
      address:
        - {city: Łódź, street: \"a, b\"}
        - tags: [x, \"1\", \"\"]
          deep:
            - very: [long]
    - {}
  order: []
multi: \"two\\nlines\"
";
        assert_eq!(text, expected);
        let back: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(&back, &tree);
    }
}
