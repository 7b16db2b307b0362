//! Who buys a cart and where it goes: API resource `cart_customer`.

use super::super::{Call, Operations, customer_address};
use super::quote::blank;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations =
    &[("shoppingCartCustomerSet", set), ("shoppingCartCustomerAddresses", set_addresses)];

/// Column of the cart, and of the customer it comes from.
const FROM_CUSTOMER: &[(&str, &str)] = &[
    ("customer_email", "email"),
    ("customer_prefix", "prefix"),
    ("customer_firstname", "firstname"),
    ("customer_middlename", "middlename"),
    ("customer_lastname", "lastname"),
    ("customer_suffix", "suffix"),
    ("customer_dob", "dob"),
    ("customer_taxvat", "taxvat"),
    ("customer_gender", "gender"),
];

fn set(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    let data = call.record("customer");
    let Some(mode) = data.text("mode").filter(|mode| ["customer", "register", "guest"].contains(&mode.as_str())) else {
        return Err(call.fault("customer_mode_is_unknown"));
    };
    let customer = if mode == "customer" {
        let id = data.get("customer_id").and_then(SoapValue::to_int).unwrap_or_default();
        call.shop.database.table("customer").row(id).cloned().ok_or_else(|| call.fault("customer_not_exists"))?
    } else {
        validate(call, &data, &mode)?;
        data.iter().map(|(name, value)| (name.to_owned(), value.to_text())).collect()
    };
    let password = data.text("password").filter(|_| mode == "register");
    let hash = password.map(|password| call.shop.hash_password(&password));
    call.shop.database.table_mut("sales_flat_quote").update(quote, |row| {
        for (column, from) in FROM_CUSTOMER {
            row.set_opt(*column, customer.get(from).map(str::to_owned));
        }
        row.set_opt("customer_id", customer.get("entity_id").map(str::to_owned));
        row.set("customer_group_id", customer.get("group_id").unwrap_or(if mode == "guest" { "0" } else { "1" }));
        row.set("customer_is_guest", if mode == "guest" { "1" } else { "0" });
        row.set("checkout_method", mode.as_str());
        row.set_opt("password_hash", hash);
    });
    call.shop.collect_totals(quote);
    Ok(true.into())
}

/// The texts of Magento's customer validation, in its order.
fn validate(call: &Call<'_>, data: &SoapStruct, mode: &str) -> Result<(), Refusal> {
    let text = |name: &str| data.text(name).unwrap_or_default();
    let mut errors = Vec::new();
    if text("firstname").trim().is_empty() {
        errors.push("The first name cannot be empty.".to_owned());
    }
    if text("lastname").trim().is_empty() {
        errors.push("The last name cannot be empty.".to_owned());
    }
    let email = text("email");
    let is_email = email.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    if !is_email {
        errors.push(format!("Invalid email address \"{email}\"."));
    }
    if mode == "register" {
        let (password, shortest) = (text("password"), call.shop.flavor().password_length_min());
        if password.is_empty() {
            errors.push("The password cannot be empty.".to_owned());
        } else if password.chars().count() < shortest {
            errors.push(format!("The minimum password length is {shortest}"));
        }
        if password != text("confirmation") {
            errors.push("Please make sure your passwords match.".to_owned());
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(call.fault_with("customer_data_invalid", errors.join("\n"))) }
}

fn set_addresses(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    let rows = call.arguments.get("customer").and_then(SoapValue::as_list).unwrap_or_default();
    let rows: Vec<SoapStruct> = rows.iter().filter_map(SoapValue::as_struct).cloned().collect();
    if rows.is_empty() {
        return Err(call.fault("customer_address_data_empty"));
    }
    let mut addresses = Vec::new();
    for data in &rows {
        addresses.push((data.text("mode").unwrap_or_default(), address(call, &quote, data)?));
    }
    for (kind, address) in addresses {
        if kind == "billing" || kind == "shipping" {
            call.shop.set_quote_address(&quote, &kind, &address);
        }
    }
    call.shop.collect_totals(quote.int("entity_id"));
    Ok(true.into())
}

/// An address of the customer's book, or the one the call spells out.
fn address(call: &Call<'_>, quote: &Row, data: &SoapStruct) -> Result<Row, Refusal> {
    let id = data.get("address_id").and_then(SoapValue::to_int).unwrap_or_default();
    let mut address = Row::new();
    if id > 0 {
        let known =
            call.shop.database.table("customer_address").row(id).ok_or_else(|| call.fault("invalid_address_id"))?;
        if known.get("parent_id") != quote.get("customer_id") {
            return Err(call.fault("address_not_belong_customer"));
        }
        for column in ADDRESS {
            address.set_opt(*column, known.get(column).map(str::to_owned));
        }
        address.set("customer_address_id", id.to_string());
    } else {
        customer_address::fill(&mut address, data);
    }
    let missing = customer_address::missing(call.shop, &address);
    if missing.is_empty() { Ok(address) } else { Err(call.fault_with("customer_address_invalid", missing.join("\n"))) }
}

/// Columns that an address of a cart shares with one of a customer.
const ADDRESS: &[&str] = &[
    "prefix",
    "firstname",
    "middlename",
    "lastname",
    "suffix",
    "company",
    "street",
    "city",
    "region",
    "region_id",
    "postcode",
    "country_id",
    "telephone",
    "fax",
    "vat_id",
];

/// Sums of an address before totals are collected.
const ZERO_AT_FIRST: &[&str] = &[
    "weight",
    "subtotal",
    "base_subtotal",
    "subtotal_with_discount",
    "base_subtotal_with_discount",
    "tax_amount",
    "base_tax_amount",
    "shipping_amount",
    "base_shipping_amount",
    "shipping_tax_amount",
    "base_shipping_tax_amount",
    "discount_amount",
    "base_discount_amount",
    "grand_total",
    "base_grand_total",
    "subtotal_incl_tax",
    "shipping_incl_tax",
    "base_shipping_incl_tax",
];

impl Shop {
    fn set_quote_address(&mut self, quote: &Row, kind: &str, address: &Row) {
        let now = self.now_sql();
        let known =
            super::address(self, quote, kind).map(|row| (row.int("address_id"), row.text("created_at").to_owned()));
        let mut row = blank("sales_flat_quote_address");
        row.remove("address_id");
        for column in ZERO_AT_FIRST {
            row.set(*column, "0.0000");
        }
        for column in ["save_in_address_book", "same_as_billing", "free_shipping", "collect_shipping_rates"] {
            row.set(column, "0");
        }
        for column in ADDRESS.iter().chain(&["customer_address_id"]) {
            row.set_opt(*column, address.get(column).map(str::to_owned));
        }
        row.set("applied_taxes", "a:0:{}");
        row.set("quote_id", quote.text("entity_id"));
        row.set("address_type", kind);
        row.set_opt("customer_id", quote.get("customer_id").map(str::to_owned));
        row.set_opt("email", quote.get("customer_email").map(str::to_owned));
        row.set("created_at", known.as_ref().map_or(now.as_str(), |(_, created)| created));
        row.set("updated_at", now.as_str());
        let table = self.database.table_mut("sales_flat_quote_address");
        match known {
            Some((id, _)) => {
                row.set("address_id", id.to_string());
                table.update(id, |known| *known = row);
            }
            None => {
                table.insert(row);
            }
        }
    }
}
