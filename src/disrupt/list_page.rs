//! Which page of a list a call asks for. A client may count pages, or ask for what lies beyond the last key that came; the
//! second call for the same list is page 2 either way.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::soap::SoapStruct;

/// Keys of lists that are read in pages.
const KEYS: &[&str] = &["customer_id", "order_id", "entity_id", "subscriber_id", "region_id"];

/// The last page of each list.
#[derive(Clone, Debug, Default)]
pub(super) struct ListPages(BTreeMap<String, Asked>);

#[derive(Clone, Debug)]
struct Asked {
    /// The conditions but the one of the key, and the size of the page.
    list: String,
    /// The condition of the key.
    beyond: Option<String>,
    page: u64,
}

impl ListPages {
    /// The page that a call asks for; nothing where there are none.
    pub(super) fn of(&mut self, operation: &str, arguments: &SoapStruct) -> Option<u64> {
        let number = number(arguments)?;
        let mut list = serde_json::to_value(arguments).unwrap_or_default();
        if let Some(members) = list.as_object_mut() {
            members.remove("sessionId");
            if let Some(pager) = members.get_mut("pager").and_then(Value::as_object_mut) {
                pager.remove("page");
            }
        }
        let beyond = take_beyond(&mut list);
        let list = list.to_string();
        let before = self.0.get(operation).filter(|before| beyond.is_some() && number == 1 && before.list == list);
        let page = match before {
            // The same call once more.
            Some(before) if before.beyond == beyond => before.page,
            Some(before) => before.page + 1,
            None => number,
        };
        self.0.insert(operation.to_owned(), Asked { list, beyond, page });
        Some(page)
    }

    /// A new session begins its lists anew.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// The page by its number.
fn number(arguments: &SoapStruct) -> Option<u64> {
    arguments.get("pager")?.as_struct()?.text("page")?.parse().ok()
}

/// Takes the condition of the key out of some filters, whichever the style.
fn take_beyond(filters: &mut Value) -> Option<String> {
    match filters {
        Value::Array(entries) => {
            let at = entries.iter().position(is_beyond);
            match at {
                Some(at) => Some(entries.remove(at).to_string()),
                None => entries.iter_mut().find_map(take_beyond),
            }
        }
        Value::Object(members) => {
            let alone = members.iter().find(|(_, value)| is_beyond(value)).map(|(name, _)| name.clone());
            match alone {
                Some(name) => members.insert(name, Value::Array(Vec::new())).map(|entry| entry.to_string()),
                None => members.values_mut().find_map(take_beyond),
            }
        }
        _ => None,
    }
}

fn is_beyond(entry: &Value) -> bool {
    let key = entry["key"].as_str().unwrap_or_default();
    let operator = entry["value"]["key"].as_str().unwrap_or_default();
    KEYS.contains(&key) && ["gt", "lt"].contains(&operator)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::SoapValue;

    fn call(page: &str, size: &str, conditions: &[(&str, &str, &str)]) -> SoapStruct {
        let entry = |(key, operator, value): &(&str, &str, &str)| {
            let condition = SoapStruct::new().with("key", *operator).with("value", *value);
            SoapValue::from(SoapStruct::new().with("key", *key).with("value", condition))
        };
        let entries: Vec<SoapValue> = conditions.iter().map(entry).collect();
        SoapStruct::new()
            .with("filters", SoapStruct::new().with("complex_filter", entries))
            .with("pager", SoapStruct::new().with("page", page).with("pageSize", size))
    }

    #[test]
    fn pages_by_number_and_by_key_are_counted_alike() {
        let dated = ("updated_at", "from", "2024-01-01 00:00:00");
        let mut pages = ListPages::default();
        for (what, asked, page) in [
            ("by number", call("1", "100", &[dated]), 1),
            ("by number", call("2", "100", &[dated]), 2),
            ("by key, first", call("1", "100", &[dated]), 1),
            ("by key, second", call("1", "100", &[dated, ("customer_id", "gt", "100")]), 2),
            ("a retry", call("1", "100", &[dated, ("customer_id", "gt", "100")]), 2),
            ("by key, third", call("1", "100", &[dated, ("customer_id", "gt", "200")]), 3),
            ("another list", call("1", "100", &[("customer_id", "in", "1,2")]), 1),
            ("a look for the newest", call("1", "1", &[]), 1),
            ("downwards", call("1", "100", &[("subscriber_id", "lt", "251")]), 1),
            ("downwards, second", call("1", "100", &[("subscriber_id", "lt", "151")]), 2),
        ] {
            assert_eq!(pages.of("list", &asked), Some(page), "{what}");
        }
        assert_eq!(pages.of("storeList", &SoapStruct::new()), None);
    }
}
