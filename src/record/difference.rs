//! Where two states of a CRM differ.

use std::net::IpAddr;

use serde_json::Value;

/// Members that say how a run went and not what it left: settings name the shop, messages quote it.
const ASIDE: [&str; 2] = ["settings", "lastStatuses"];

/// The place of the first difference, such as `integrations[0].customers[3].email`.
pub fn first_difference(one: &Value, other: &Value) -> Option<String> {
    differences(one, other).into_iter().next()
}

/// The places of all differences, in order.
pub fn differences(one: &Value, other: &Value) -> Vec<String> {
    let mut places = Vec::new();
    differs("", one, other, &|one, other| one == other, &mut places);
    places
}

/// The place where a recorded state differs from the one it was made of in more than what stands for personal values:
/// those keep their shape.
pub fn first_difference_but_names(live: &Value, recorded: &Value) -> Option<String> {
    differences_but_names(live, recorded).into_iter().next()
}

/// All such places, in order.
pub fn differences_but_names(live: &Value, recorded: &Value) -> Vec<String> {
    let mut places = Vec::new();
    differs("", live, recorded, &is_like, &mut places);
    places
}

fn is_like(one: &str, other: &str) -> bool {
    let is_address = |text: &str| text.contains('@') || text.parse::<IpAddr>().is_ok();
    let shape = |text: &str| {
        let class =
            |c: char| if c.is_alphanumeric() { (c.is_numeric(), c.is_uppercase(), ' ') } else { (false, false, c) };
        text.chars().map(class).collect::<Vec<_>>()
    };
    one == other || is_address(one) && is_address(other) || shape(one) == shape(other)
}

fn differs(place: &str, one: &Value, other: &Value, is_same: &dyn Fn(&str, &str) -> bool, places: &mut Vec<String>) {
    let here = || if place.is_empty() { "the top".to_owned() } else { place.to_owned() };
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => {
            let dot = if place.is_empty() { "" } else { "." };
            let added = other.keys().filter(|name| !one.contains_key(*name));
            for name in one.keys().chain(added).filter(|name| !ASIDE.contains(&name.as_str())) {
                let below = format!("{place}{dot}{name}");
                match (one.get(name), other.get(name)) {
                    (Some(one), Some(other)) => differs(&below, one, other, is_same, places),
                    _ => places.push(below),
                }
            }
        }
        (Value::Array(one), Value::Array(other)) => {
            if one.len() != other.len() {
                return places.push(here());
            }
            for (at, (one, other)) in one.iter().zip(other).enumerate() {
                differs(&format!("{place}[{at}]"), one, other, is_same, places);
            }
        }
        (Value::String(one), Value::String(other)) if is_same(one, other) => {}
        _ if one == other => {}
        _ => places.push(here()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_first_difference_is_named_by_its_place() {
        let one = json!({"a": [{"b": 1, "settings": "x"}, {"b": 2}]});
        assert_eq!(first_difference(&one, &json!({"a": [{"b": 1, "settings": "y"}, {"b": 2}]})), None);
        for (other, place) in [
            (json!({"a": [{"b": 1, "settings": "x"}, {"b": 3}]}), "a[1].b"),
            (json!({"a": []}), "a"),
            (json!({"c": []}), "a"),
        ] {
            assert_eq!(first_difference(&one, &other).as_deref(), Some(place));
        }
    }
}
