//! Arguments as both styles mean them: lists are lists however they are wrapped, filters are lines.

use crate::soap::{SoapStruct, SoapValue};

/// What WS-I wraps the items of a list in.
const WRAPPER: &str = "complexObjectArray";

/// The members of a list in either style.
pub(super) fn listed(value: &SoapValue) -> Option<Vec<&SoapValue>> {
    match value {
        SoapValue::List(items) => Some(items.iter().collect()),
        SoapValue::Struct(members) => {
            let inner = members.get(WRAPPER).filter(|_| members.len() == 1)?;
            Some(listed(inner).unwrap_or_else(|| vec![inner]))
        }
        _ => None,
    }
}

/// Filters as lines: `website_id = 1` for a simple one, `updated_at from 2024-03-10 12:00:00` for a complex one. `None`
/// where they are none.
pub fn lines_of_filters(filters: &SoapStruct) -> Option<Vec<String>> {
    let mut lines = Vec::new();
    for (group, entries) in filters.iter() {
        for entry in entries_of(entries)? {
            let SoapValue::Struct(entry) = entry else { return None };
            let key = entry.text("key")?;
            match (group, entry.get("value")) {
                ("filter", Some(value)) => lines.push(format!("{key} = {}", value.to_text()?)),
                ("complex_filter", Some(SoapValue::Struct(condition))) => {
                    lines.push(format!("{key} {} {}", condition.text("key")?, condition.text("value")?));
                }
                _ => return None,
            }
        }
    }
    Some(lines)
}

/// A single entry may stand for a list of one.
fn entries_of(value: &SoapValue) -> Option<Vec<&SoapValue>> {
    match value {
        SoapValue::Struct(members) if members.is_empty() => Some(Vec::new()),
        SoapValue::Nil => Some(Vec::new()),
        SoapValue::Struct(_) | SoapValue::List(_) => Some(listed(value).unwrap_or_else(|| vec![value])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_read_as_conditions_in_either_style() {
        let condition = |key: &str, operator: &str, value: &str| {
            SoapValue::Struct(
                SoapStruct::new()
                    .with("key", key)
                    .with("value", SoapStruct::new().with("key", operator).with("value", value)),
            )
        };
        let two = vec![condition("created_at", "from", "2024-01-01 00:00:00"), condition("store_id", "in", "1,2")];
        let simple = SoapStruct::new().with("key", "increment_id").with("value", "100");
        let rpc = SoapStruct::new()
            .with("filter", SoapValue::List(vec![simple.into()]))
            .with("complex_filter", SoapValue::List(two.clone()));
        let lines = |filters: &SoapStruct| lines_of_filters(filters).unwrap();
        assert_eq!(lines(&rpc), ["increment_id = 100", "created_at from 2024-01-01 00:00:00", "store_id in 1,2"]);
        let wsi = SoapStruct::new()
            .with("complex_filter", SoapStruct::new().with("complexObjectArray", SoapValue::List(two)));
        assert_eq!(lines(&wsi), ["created_at from 2024-01-01 00:00:00", "store_id in 1,2"]);
        assert!(lines(&SoapStruct::new()).is_empty());
        assert!(lines_of_filters(&SoapStruct::new().with("firstname", "Jane")).is_none());
    }
}
