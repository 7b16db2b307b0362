//! Which keys a record takes where something else was written, by the language's own schema.

use serde_json::Value;

use crate::scenario::language::text::span::Place;

/// Keys beyond these are left out of a message.
const KEYS_MAX: usize = 8;

/// What to write at a place where a record belongs; `None` when the key before it has more than one meaning.
pub(super) fn wanted(text: &str, place: &Place, schema: fn() -> Value) -> Option<String> {
    let (key, written) = pair(text, place)?;
    if written.is_empty() || written.contains('\n') || key.is_empty() {
        return None;
    }
    let root = schema();
    let mut records = Vec::new();
    collect(&root, &root, key, &mut records);
    records.dedup();
    let [(required, all)] = records.as_slice() else { return None };
    match required.as_slice() {
        [only] => Some(format!("write `{key}: {{{only}: {written}}}`")),
        [] => Some(format!("write `{key}: {{…}}` with some of `{}`", shown(all))),
        several => Some(format!("write `{key}: {{{}: …}}`", several.join(": …, "))),
    }
}

/// The key at the place or before it, and what is written behind it.
fn pair<'a>(text: &'a str, place: &Place) -> Option<(&'a str, &'a str)> {
    let at = text.get(place.bytes.clone())?.trim();
    if let Some(value) = text.get(place.bytes.end..)?.strip_prefix(':') {
        return Some((at, value.lines().next()?.trim()));
    }
    let line = text.get(..place.bytes.start)?.rsplit('\n').next()?.trim_end();
    let key = line.strip_suffix(':')?.rsplit(['{', ',', '[', ':']).next()?.trim_start_matches([' ', '-']).trim();
    Some((key, at))
}

type Keys = (Vec<String>, Vec<String>);

fn shown(keys: &[String]) -> String {
    let more = if keys.len() > KEYS_MAX { "` and more: `mockgento schema` lists all" } else { "" };
    let shown = keys.iter().take(KEYS_MAX).cloned().collect::<Vec<_>>().join("`, `");
    format!("{shown}{more}")
}

/// Every record that stands under this key anywhere in the language.
fn collect(root: &Value, schema: &Value, key: &str, found: &mut Vec<Keys>) {
    match schema {
        Value::Object(members) => {
            if let Some(below) = members.get("properties").and_then(|properties| properties.get(key)) {
                records(root, below, found);
            }
            members.values().for_each(|member| collect(root, member, key, found));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(root, item, key, found)),
        _ => {}
    }
}

/// The records that a schema allows.
fn records(root: &Value, schema: &Value, found: &mut Vec<Keys>) {
    if let Some(target) =
        schema.get("$ref").and_then(Value::as_str).and_then(|path| root.pointer(path.trim_start_matches('#')))
    {
        return records(root, target, found);
    }
    for several in ["anyOf", "oneOf", "allOf"] {
        let choices = schema.get(several).and_then(Value::as_array);
        choices.into_iter().flatten().for_each(|choice| records(root, choice, found));
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let required = schema.get("required").and_then(Value::as_array);
        let required = required.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect();
        let keys = (required, properties.keys().cloned().collect());
        if !found.contains(&keys) {
            found.push(keys);
        }
    }
}
