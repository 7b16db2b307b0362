//! Customer addresses: wire spec, section 7.3.

use super::customer::iso_stamp;
use super::{Call, Operations};
use crate::magento::directory;
use crate::shop::address::State;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[
    ("customerAddressList", list),
    ("customerAddressInfo", info),
    ("customerAddressCreate", create),
    ("customerAddressUpdate", update),
    ("customerAddressDelete", delete),
];

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let id = call.int("customerId");
    let customer = call.shop.database.table("customer").row(id).ok_or_else(|| call.fault("customer_not_exists"))?;
    Ok(all_of(call.shop, customer).into_iter().map(SoapValue::from).collect::<Vec<_>>().into())
}

/// All addresses of a customer as lists give them: newest first (recordings 200 and 214).
pub(super) fn all_of(shop: &Shop, customer: &Row) -> Vec<SoapStruct> {
    let addresses = shop.database.table("customer_address").with("parent_id", customer.text("entity_id"));
    let mut all: Vec<_> = addresses.map(|(_, address)| listed(address, Some(customer))).collect();
    all.reverse();
    all
}

/// An address with its default flags, which are always there.
fn listed(address: &Row, customer: Option<&Row>) -> SoapStruct {
    let mut answer = address.to_struct();
    let id = address.text("entity_id");
    answer.set("customer_address_id", id);
    let is_default = |column: &str| customer.is_some_and(|customer| customer.get(column) == Some(id));
    answer.set("is_default_billing", is_default("default_billing"));
    answer.set("is_default_shipping", is_default("default_shipping"));
    answer
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let address = load(call).ok_or_else(|| call.fault("not_exists"))?;
    Ok(detailed(call.shop, &address).into())
}

/// The address the call is about.
pub(super) fn load(call: &Call<'_>) -> Option<Row> {
    call.shop.database.table("customer_address").row(call.int("addressId")).cloned()
}

/// An address as info gives it: `created_at` as ISO 8601.
pub(super) fn detailed(shop: &Shop, address: &Row) -> SoapStruct {
    let customer = shop.database.table("customer").row(address.int("parent_id"));
    let mut answer = listed(address, customer);
    answer.set("created_at", iso_stamp(shop, address));
    answer
}

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let customer = call.int("customerId");
    if call.shop.database.table("customer").row(customer).is_none() {
        return Err(call.fault("customer_not_exists"));
    }
    let data = call.record("addressData");
    let mut address = Row::new().with("parent_id", customer.to_string());
    fill(&mut address, &data);
    validate(call, &address)?;
    let now = call.shop.now_sql();
    address.set("created_at", now.clone());
    address.set("updated_at", now);
    address.set("is_active", "1");
    address.set_opt("increment_id", None);
    let id = call.shop.database.table_mut("customer_address").insert(address);
    call.shop.set_defaults(customer, id, &data);
    Ok(id.into())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let mut address = load(call).ok_or_else(|| call.fault("not_exists"))?;
    let data = call.record("addressData");
    fill(&mut address, &data);
    validate(call, &address)?;
    let (id, customer) = (address.int("entity_id"), address.int("parent_id"));
    let now = call.shop.now_sql();
    address.set("updated_at", now);
    call.shop.database.table_mut("customer_address").update(id, |row| *row = address);
    call.shop.set_defaults(customer, id, &data);
    Ok(true.into())
}

fn delete(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let id = load(call).ok_or_else(|| call.fault("not_exists"))?.int("entity_id");
    Ok(call.shop.delete_row("customer_address", id).into())
}

/// What PHP's `trim` takes away.
const PHP_TRIMS: [char; 6] = [' ', '\t', '\n', '\r', '\0', '\u{b}'];

/// Sets what the data brings. Street lines are joined; a region's name follows from its id.
pub(super) fn fill(address: &mut Row, data: &SoapStruct) {
    for (name, value) in data.iter() {
        match (name, value) {
            ("is_default_billing" | "is_default_shipping" | "customer_address_id", _) => {}
            ("street", SoapValue::List(lines)) => {
                let lines: Vec<String> = lines.iter().filter_map(SoapValue::to_text).collect();
                let street = lines.join("\n").trim_matches(PHP_TRIMS).to_owned();
                address.set_opt("street", Some(street).filter(|street| !street.is_empty()));
            }
            _ => {
                if let Some(text) = value.to_text() {
                    address.set_opt(name, (!text.is_empty()).then_some(text));
                }
            }
        }
    }
    let region = directory::region(address.int("region_id")).filter(|r| r.country_id == address.text("country_id"));
    if let Some(region) = region {
        address.set("region", region.name.clone());
    }
}

fn validate(call: &Call<'_>, address: &Row) -> Result<(), Refusal> {
    let missing = call.shop.missing_in_address(address, State::Optional);
    if missing.is_empty() { Ok(()) } else { Err(call.fault_with("data_invalid", missing.join("\n"))) }
}

impl Shop {
    /// Makes an address its customer's default where the data says so; `false` does not take it back.
    fn set_defaults(&mut self, customer: i64, address: i64, data: &SoapStruct) {
        let truthy = |name: &str| data.get(name).is_some_and(SoapValue::is_truthy);
        let (billing, shipping) = (truthy("is_default_billing"), truthy("is_default_shipping"));
        if !billing && !shipping {
            return;
        }
        // The customer is saved with it.
        let now = self.now_sql();
        self.database.table_mut("customer").update(customer, |row| {
            row.set("updated_at", now);
            if billing {
                row.set("default_billing", address.to_string());
            }
            if shipping {
                row.set("default_shipping", address.to_string());
            }
        });
        self.subscription_follows(customer);
    }
}
