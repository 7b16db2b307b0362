//! API version 1, which SOAP v1, XML-RPC and JSON-RPC speak: methods by their path (`customer.list`), the names of their
//! parameters, and what they return as PHP holds it: keys in their order and numbers told from texts. `version1.json` has
//! what OpenMage 19.4.23 with bridge 1.2.19 does.
//!
//! A result of the table is the name of a type, `[type]` for a list, an object for a record and `{"*": type}` for a map
//! whose keys are values. The types are `string`, `int` for an integer column (a text on most shops, see
//! [`Flavor::integer_columns`](super::Flavor::integer_columns)), `int!` for what PHP makes an integer of, `bool`, `float`
//! and `any` for what is left as it is. A key with a question mark is absent where there is no value; with a tilde it may
//! be absent or null.

use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;
use serde::Deserialize;

use super::table::table;
use crate::soap::value::Name;
use crate::soap::{SoapStruct, SoapValue};

/// What is known of API version 1.
#[derive(Debug)]
pub struct Version1 {
    /// Resources in the order in which `resources` lists them.
    pub resources: IndexMap<String, DescribedResource>,
    /// The methods by path, such as `customer.list`.
    pub methods: IndexMap<String, Method>,
}

/// A resource as the method `resources` describes it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DescribedResource {
    /// The title of the resource.
    pub title: String,
    /// What the resource is about.
    #[serde(default)]
    pub description: Option<String>,
    /// Titles of its methods by name.
    pub methods: IndexMap<String, String>,
}

/// A method of a resource.
#[derive(Debug)]
pub struct Method {
    /// Class and function behind it, as PHP's messages name them.
    pub php: String,
    /// The method's parameters in their order.
    pub parameters: Vec<Parameter>,
    /// The form of what the method returns.
    pub result: Form,
}

/// A parameter of a method.
#[derive(Debug, PartialEq, Eq)]
pub struct Parameter {
    /// The name of the parameter in PHP.
    pub name: String,
    /// Whether it has a default.
    pub is_optional: bool,
    /// Whether PHP takes nothing but an array.
    pub is_array: bool,
}

/// How PHP holds a value.
#[derive(Debug, PartialEq)]
pub enum Form {
    /// Any value, kept as it is.
    Any,
    /// A text.
    Text,
    /// A column that the database has as an integer.
    IntColumn,
    /// An integer.
    Int,
    /// A boolean.
    Bool,
    /// A floating point number.
    Float,
    /// What a text of PHP's `serialize` holds; nothing is an empty list.
    Unserialized,
    /// No value at all, whatever is returned.
    Nothing,
    /// A list whose entries have this form.
    List(Box<Form>),
    /// A map whose keys are values.
    Map(Box<Form>),
    /// A record with these keys.
    Record(Vec<Key>),
}

/// A key of a record.
#[derive(Debug, PartialEq)]
pub struct Key {
    name: Name,
    presence: Presence,
    form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Presence {
    Always,
    WithValue,
    AsItIs,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Tables {
    resources: IndexMap<String, DescribedResource>,
    methods: IndexMap<String, MethodRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MethodRow {
    php: String,
    #[serde(default)]
    params: String,
    result: Option<FormRow>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FormRow {
    Name(String),
    List(Vec<FormRow>),
    Keys(IndexMap<String, FormRow>),
}

static VERSION1: LazyLock<Version1> = LazyLock::new(|| {
    let Tables { resources, methods } = table("version1", include_str!("contract/version1.json"));
    Version1 { resources, methods: methods.into_iter().map(|(path, row)| (path, row.into())).collect() }
});

impl From<MethodRow> for Method {
    fn from(row: MethodRow) -> Self {
        let parameter = |text: &str| {
            let (text, is_array) = text.strip_suffix("[]").map_or((text, false), |text| (text, true));
            let (name, is_optional) = text.strip_suffix('?').map_or((text, false), |name| (name, true));
            Parameter { name: name.to_owned(), is_optional, is_array }
        };
        Self {
            php: row.php,
            parameters: row.params.split_whitespace().map(parameter).collect(),
            result: row.result.map_or(Form::Any, Form::from),
        }
    }
}

impl From<FormRow> for Form {
    fn from(row: FormRow) -> Self {
        match row {
            FormRow::Name(name) => match name.as_str() {
                "string" => Self::Text,
                "int" => Self::IntColumn,
                "int!" => Self::Int,
                "bool" => Self::Bool,
                "float" => Self::Float,
                "unserialized" => Self::Unserialized,
                "null" => Self::Nothing,
                _ => Self::Any,
            },
            FormRow::List(mut items) => Self::List(Box::new(items.pop().map_or(Self::Any, Self::from))),
            FormRow::Keys(mut keys) => match keys.shift_remove("*") {
                Some(form) => Self::Map(Box::new(form.into())),
                None => Self::Record(keys.into_iter().map(|(name, form)| Key::new(&name, form.into())).collect()),
            },
        }
    }
}

impl Key {
    fn new(text: &str, form: Form) -> Self {
        let (name, presence) = match text.as_bytes().last() {
            Some(b'?') => (&text[..text.len() - 1], Presence::WithValue),
            Some(b'~') => (&text[..text.len() - 1], Presence::AsItIs),
            _ => (text, Presence::Always),
        };
        Self { name: Arc::from(name), presence, form }
    }
}

impl Version1 {
    /// The tables of this build.
    pub fn shared() -> &'static Self {
        &VERSION1
    }
}

/// What decides how a result is held besides its form.
#[derive(Clone, Copy)]
pub struct Holding<'a> {
    /// Whether integer columns are integers.
    pub integer_columns: bool,
    /// Whether a key that the form does not name is one of the shop's own and stays.
    pub keeps: &'a dyn Fn(&str) -> bool,
}

impl Form {
    /// A value as PHP holds it.
    pub fn hold(&self, value: SoapValue, how: Holding<'_>) -> SoapValue {
        match (self, value) {
            (Self::Any, value) => value,
            (Self::Nothing, _) => SoapValue::Nil,
            (Self::Unserialized, value) => unserialized(value),
            (Self::Record(keys), SoapValue::Struct(members)) => record(keys, members, how),
            (Self::List(form), SoapValue::List(items)) => {
                items.into_iter().map(|item| form.hold(item, how)).collect::<Vec<_>>().into()
            }
            (Self::Map(form), SoapValue::Struct(members)) => {
                let members = members.into_iter().map(|(name, value)| (name, form.hold(value, how)));
                SoapValue::Struct(members.collect())
            }
            // Version 2 makes lists of its maps: pairs of a key and a value, or rows that begin with their key.
            (Self::Record(_) | Self::Map(_), SoapValue::List(rows)) => match keyed(rows) {
                Ok(members) => self.hold(members.into(), how),
                Err(rows) => rows.into(),
            },
            (_, value @ (SoapValue::Nil | SoapValue::List(_) | SoapValue::Struct(_))) => value,
            (Self::Int, value) => integer(value),
            (Self::IntColumn, value) if how.integer_columns => integer(value),
            (Self::IntColumn | Self::Text, SoapValue::Bool(on)) => SoapValue::Bool(on),
            (Self::IntColumn | Self::Text, value) => match value {
                SoapValue::Text(text) => SoapValue::Text(text),
                other => other.to_text().into(),
            },
            (Self::Bool, value) => value.is_truthy().into(),
            (Self::Float, SoapValue::Text(text)) => match text.parse::<f64>() {
                Ok(number) => number.into(),
                Err(_) => text.into(),
            },
            (_, value) => value,
        }
    }
}

/// Rows as a map: by the text of their key, or of their first field. An empty list stays one.
fn keyed(rows: Vec<SoapValue>) -> Result<SoapStruct, Vec<SoapValue>> {
    let first = |row: &SoapValue| row.as_struct().and_then(|row| row.get_index(0)?.1.to_text());
    if rows.is_empty() || rows.iter().any(|row| first(row).is_none()) {
        return Err(rows);
    }
    let is_pair = |row: &SoapStruct| row.len() == 2 && row.get("key").is_some() && row.get("value").is_some();
    let mut members = SoapStruct::with_capacity(rows.len());
    for row in rows {
        let (Some(key), SoapValue::Struct(mut row)) = (first(&row), row) else { continue };
        let value = if is_pair(&row) { row.remove("value").unwrap_or_default() } else { row.into() };
        members.set(key, value);
    }
    Ok(members)
}

/// What PHP's `unserialize` makes of arrays of texts and numbers; any other text stays.
fn unserialized(value: SoapValue) -> SoapValue {
    match value {
        SoapValue::Nil => Vec::new().into(),
        SoapValue::Text(text) => match unserialize(&mut text.as_str(), 0) {
            Some(value) => value,
            None => text.into(),
        },
        other => other,
    }
}

/// Nesting of what is unserialized.
const DEPTH_MAX: usize = 16;

fn unserialize(text: &mut &str, depth: usize) -> Option<SoapValue> {
    let upto = |text: &mut &str, end: char| -> Option<String> {
        let (found, rest) = text.split_once(end)?;
        let found = found.to_owned();
        *text = rest;
        Some(found)
    };
    if let Some(rest) = text.strip_prefix("N;") {
        *text = rest;
        return Some(SoapValue::Nil);
    }
    let kind = upto(text, ':')?;
    match kind.as_str() {
        "i" => upto(text, ';')?.parse::<i64>().ok().map(SoapValue::from),
        "d" => upto(text, ';')?.parse::<f64>().ok().map(SoapValue::from),
        "b" => Some((upto(text, ';')? == "1").into()),
        "s" => {
            let length: usize = upto(text, ':')?.parse().ok()?;
            let rest = text.strip_prefix('"')?;
            let (found, rest) = (rest.get(..length)?, rest.get(length..)?);
            *text = rest.strip_prefix("\";")?;
            Some(found.into())
        }
        "a" if depth < DEPTH_MAX => {
            let length: usize = upto(text, ':')?.parse().ok()?;
            *text = text.strip_prefix('{')?;
            let mut members = SoapStruct::new();
            for _ in 0..length {
                let key = unserialize(text, depth + 1)?.to_text()?;
                members.set(key, unserialize(text, depth + 1)?);
            }
            *text = text.strip_prefix('}')?;
            Some(match crate::soap::version1::as_list(&members) {
                Some(items) => items.into(),
                None => members.into(),
            })
        }
        _ => None,
    }
}

/// A text of digits as an integer; anything else stays.
fn integer(value: SoapValue) -> SoapValue {
    match value {
        SoapValue::Text(text) => match text.parse::<i64>() {
            Ok(number) => number.into(),
            Err(_) => text.into(),
        },
        other => other,
    }
}

fn record(keys: &[Key], mut members: SoapStruct, how: Holding<'_>) -> SoapValue {
    let mut held = SoapStruct::with_capacity(keys.len());
    for Key { name, presence, form } in keys {
        let value = match (members.get_mut(name).map(std::mem::take), presence) {
            (None, Presence::WithValue | Presence::AsItIs) | (Some(SoapValue::Nil), Presence::WithValue) => continue,
            (value, _) => value.unwrap_or_default(),
        };
        held.set(Arc::clone(name), form.hold(value, how));
    }
    if !members.is_empty() {
        for (name, value) in members {
            if !value.is_nil() && held.get(&name).is_none() && (how.keeps)(&name) {
                held.set(name, value);
            }
        }
    }
    SoapValue::Struct(held)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::Contract;

    #[test]
    fn every_method_is_one_of_the_catalogue() {
        let contract = Contract::shared();
        for (path, method) in &Version1::shared().methods {
            let (resource, name) = path.split_once('.').unwrap();
            assert!(contract.resource(resource).is_some_and(|facts| facts.methods.contains_key(name)), "{path}");
            assert!(method.php.contains("::"), "{path}");
        }
    }

    #[test]
    fn a_record_has_its_keys_in_order_and_numbers_where_the_database_has_them() {
        let form = Form::from(
            serde_json::from_str::<FormRow>(
                r#"[{"id": "int", "name": "string", "gone?": "string", "count": "int!", "inner": {"*": "int"}}]"#,
            )
            .unwrap(),
        );
        let row = SoapStruct::new()
            .with("name", "5")
            .with("own", "x")
            .with("junk", "y")
            .with("gone", SoapValue::Nil)
            .with("inner", SoapStruct::new().with("7", "8"))
            .with("count", "2");
        let value = SoapValue::List(vec![row.into()]);
        let keeps = |name: &str| name == "own";
        for (integer_columns, expected) in [
            (true, r#"[{"id":null,"name":"5","count":2,"inner":{"7":8},"own":"x"}]"#),
            (false, r#"[{"id":null,"name":"5","count":2,"inner":{"7":"8"},"own":"x"}]"#),
        ] {
            let held = form.hold(value.clone(), Holding { integer_columns, keeps: &keeps });
            assert_eq!(serde_json::to_string(&held).unwrap(), expected);
        }
    }
}
