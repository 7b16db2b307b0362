//! Customers through the bridge: wire spec, sections 8.3 and 8.5.

use std::sync::Arc;

use super::super::{Call, Operations, customer, customer_address};
use crate::magento::Pager;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::value::Name;
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("oroCustomerList", list),
    ("oroCustomerInfo", info),
    ("oroCustomerCreate", customer::register),
    ("oroCustomerUpdate", update),
];

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let pager = Pager::from_value(call.arguments.get("pager"))?;
    let page = customer::find_page(call, pager)?;
    let mut absent = Absent::default();
    let rows: Vec<SoapValue> =
        page.iter().map(|(_, row)| complete(call.shop, row, customer::listed(row), &mut absent).into()).collect();
    Ok(rows.into())
}

/// Restricting the attributes leaves required members out, which breaks the answer on real shops from 1.2.13 on.
fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let row = customer::load(call)?;
    let detailed = customer::detailed(call.shop, &row);
    let full = complete(call.shop, &row, detailed, &mut Absent::default());
    let Some(wanted) = customer::wanted_attributes(call) else { return Ok(full.into()) };
    let mut answer = SoapStruct::new();
    for name in wanted.iter().map(String::as_str).chain(["customer_id", "addresses"]) {
        if let Some(value) = full.get(name) {
            answer.set(name, value.clone());
        }
    }
    Ok(answer.into())
}

/// Members that the bridge's record has in any case.
const DECLARED: &[&str] = &[
    "customer_id",
    "created_at",
    "updated_at",
    "increment_id",
    "store_id",
    "website_id",
    "created_in",
    "email",
    "firstname",
    "middlename",
    "lastname",
    "group_id",
    "prefix",
    "suffix",
    "dob",
    "taxvat",
    "confirmation",
    "password_hash",
    "gender",
];

/// Those of them that a row has not, found out once for rows that have the same columns.
#[derive(Default)]
struct Absent {
    like: Option<Row>,
    names: Vec<Name>,
}

impl Absent {
    /// Sets them to nil. What a record has besides its row is the same for all of a list.
    fn set(&mut self, row: &Row, answer: &mut SoapStruct) {
        if !self.like.as_ref().is_some_and(|like| like.has_columns_of(row)) {
            self.names = DECLARED.iter().filter(|name| !answer.has(name)).map(|name| Name::from(*name)).collect();
            self.like = Some(row.clone());
        }
        for name in &self.names {
            answer.set(Arc::clone(name), SoapValue::Nil);
        }
    }
}

/// The bridge's record: every declared member there, gender by its label, addresses, and attributes when switched on.
fn complete(shop: &Shop, row: &Row, mut answer: SoapStruct, absent: &mut Absent) -> SoapStruct {
    let gender = match row.get("gender") {
        Some("1") => Some("Male"),
        Some("2") => Some("Female"),
        _ => None,
    };
    answer.set("gender", gender);
    absent.set(row, &mut answer);
    let addresses = customer_address::all_of(shop, row).into_iter();
    let with_attributes = addresses.map(|address| super::customer_address::with_attributes(shop, address).into());
    answer.set("addresses", with_attributes.collect::<Vec<SoapValue>>());
    if shop.settings.is_on("oro/api/enable_attributes") {
        let hidden = |name: &str| {
            DECLARED.contains(&name) && name != "confirmation"
                || matches!(name, "entity_id" | "default_billing" | "default_shipping")
        };
        answer.set("attributes", extra_attributes(row.iter().filter(|(name, _)| !hidden(name))));
    }
    answer
}

/// Raw fields that the wire type does not name, as key and value.
pub(super) fn extra_attributes<'a>(fields: impl Iterator<Item = (&'a str, Option<&'a str>)>) -> SoapValue {
    let pair = |(key, value): (&str, Option<&str>)| -> SoapValue {
        SoapStruct::new().with("key", key).with("value", value).into()
    };
    fields.map(pair).collect::<Vec<_>>().into()
}

/// As the core update, except that a password is changed when one is given.
fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let password = call.record("customerData").text("password").filter(|password| !password.is_empty());
    let hash = password.map(|password| call.shop.hash_password(&password));
    customer::save(call, hash)
}
