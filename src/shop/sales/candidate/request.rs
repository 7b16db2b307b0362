//! What a buyer asks for with a product: a quantity, and what the product's type wants to know. API version 2 sends maps as
//! lists of keys and values, version 1 as arrays of PHP.

use crate::shop::Row;
use crate::shop::sales::amount::Amount;
use crate::soap::{SoapStruct, SoapValue};

/// A request to buy.
pub(in crate::shop) struct Request<'a> {
    asked: &'a SoapStruct,
    qty: Amount,
}

/// A map of PHP, keys in order.
pub(super) type Map = Vec<(String, SoapValue)>;

impl<'a> Request<'a> {
    pub(in crate::shop) fn new(asked: &'a SoapStruct, qty: Amount) -> Self {
        Self { asked, qty }
    }

    pub(super) fn qty(&self) -> Amount {
        self.qty
    }

    /// An array that was sent; `None` for anything else.
    pub(super) fn map(&self, name: &str) -> Option<Map> {
        map_of(self.asked.get(name)?)
    }

    /// The request in PHP's serialized form: the fields in the order in which they came.
    pub(super) fn serialized(&self, product: &Row) -> String {
        let mut fields = Vec::new();
        for (name, value) in self.asked.iter() {
            let value = match value {
                SoapValue::Nil => continue,
                // The WSDL says that it is a double.
                SoapValue::Text(qty) if name == "qty" => match qty.trim().parse::<Amount>() {
                    Ok(qty) => format!("d:{};", qty.normalize()),
                    Err(_) => serialized(value),
                },
                value => serialized(value),
            };
            fields.push(text(name) + &value);
        }
        if !["product_id", "sku"].iter().any(|name| self.asked.get(name).is_some()) {
            fields.push(text("product_id") + &text(product.text("entity_id")));
        }
        if self.asked.get("qty").is_none() {
            fields.push(text("qty") + &format!("i:{};", self.qty.normalize()));
        }
        array(&fields)
    }
}

/// An array of PHP: a map of version 1, a list of pairs of version 2, or a list.
fn map_of(value: &SoapValue) -> Option<Map> {
    let pair = |value: &SoapValue| {
        let pair = value.as_struct()?;
        let key = pair.text("key")?;
        let value = pair.get("value").filter(|value| !value.is_nil())?;
        (pair.len() == 2).then(|| (key, value.clone()))
    };
    match value {
        SoapValue::Struct(members) => {
            Some(members.iter().map(|(name, value)| (name.to_owned(), value.clone())).collect())
        }
        SoapValue::List(items) => {
            let pairs: Map = items.iter().filter_map(pair).collect();
            if !pairs.is_empty() {
                return Some(pairs);
            }
            Some(items.iter().enumerate().map(|(at, value)| (at.to_string(), value.clone())).collect())
        }
        _ => None,
    }
}

/// The values of an array, or the one value.
pub(super) fn texts_of(value: &SoapValue) -> Vec<String> {
    match map_of(value) {
        Some(map) => map.iter().filter_map(|(_, value)| value.to_text()).collect(),
        None => value.to_text().into_iter().collect(),
    }
}

/// A text as PHP serializes it.
pub(super) fn text(value: &str) -> String {
    format!("s:{}:\"{value}\";", value.len())
}

/// Keys and values, serialized already, as an array.
pub(super) fn array(fields: &[String]) -> String {
    format!("a:{}:{{{}}}", fields.len(), fields.concat())
}

/// A key of an array: one that looks like an integer is one.
pub(super) fn key(key: &str) -> String {
    match key.parse::<i64>() {
        Ok(number) if number.to_string() == key => format!("i:{number};"),
        _ => text(key),
    }
}

/// A list of values, serialized already.
pub(super) fn list(values: impl Iterator<Item = String>) -> String {
    let fields: Vec<String> = values.enumerate().map(|(at, value)| format!("i:{at};{value}")).collect();
    array(&fields)
}

fn serialized(value: &SoapValue) -> String {
    if let Some(map) = map_of(value) {
        let fields: Vec<String> = map.iter().map(|(name, value)| key(name) + &serialized(value)).collect();
        return array(&fields);
    }
    match value {
        SoapValue::Bool(flag) => format!("b:{};", u8::from(*flag)),
        SoapValue::Int(number) => format!("i:{number};"),
        SoapValue::Double(number) => format!("d:{number};"),
        other => other.to_text().map_or_else(|| "N;".to_owned(), |value| text(&value)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_serialized_as_it_came() {
        let pair =
            |key: &str, value: &str| -> SoapValue { SoapStruct::new().with("key", key).with("value", value).into() };
        let map = |members: SoapStruct| -> SoapValue { members.into_array().into() };
        let product = Row::new().with("entity_id", "9");
        for (asked, expected) in [
            (
                SoapStruct::new().with("product_id", "23").with("qty", 2),
                r#"a:2:{s:10:"product_id";s:2:"23";s:3:"qty";i:2;}"#,
            ),
            (SoapStruct::new().with("sku", "ü").with("qty", "2.50"), r#"a:2:{s:3:"sku";s:2:"ü";s:3:"qty";d:2.5;}"#),
            (
                SoapStruct::new().with("sku", "a").with("bundle_option", vec![pair("1", "2"), pair("x", "3")]),
                r#"a:3:{s:3:"sku";s:1:"a";s:13:"bundle_option";a:2:{i:1;s:1:"2";s:1:"x";s:1:"3";}s:3:"qty";i:1;}"#,
            ),
            (
                SoapStruct::new()
                    .with("sku", "a")
                    .with("qty", 1)
                    .with("bundle_option", map(SoapStruct::new().with("2", vec![SoapValue::from("3"), "4".into()]))),
                r#"a:3:{s:3:"sku";s:1:"a";s:3:"qty";i:1;s:13:"bundle_option";a:1:{i:2;a:2:{i:0;s:1:"3";i:1;s:1:"4";}}}"#,
            ),
        ] {
            assert_eq!(Request::new(&asked, Amount::ONE).serialized(&product), expected);
        }
    }
}
