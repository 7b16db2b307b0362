//! Who buys a cart and where it goes: API resource `cart_customer`.

use super::super::{Call, Operations, customer_address};
use crate::shop::address::State;
use crate::shop::sales::counter::FROM_CUSTOMER;
use crate::shop::sales::quote::ADDRESS;
use crate::shop::{Refusal, Row};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations =
    &[("shoppingCartCustomerSet", set), ("shoppingCartCustomerAddresses", set_addresses)];

fn set(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    call.check_record("customer")?;
    let data = call.record("customer");
    let Some(mode) = data.text("mode") else { return Err(call.fault("customer_mode_is_unknown")) };
    if !["customer", "register", "guest"].contains(&mode.as_str()) {
        return Err(unknown_mode(call));
    }
    let customer = if mode == "customer" {
        let id = data.get("customer_id").and_then(SoapValue::to_int).unwrap_or_default();
        call.shop.database.table("customer").row(id).cloned().ok_or_else(|| call.fault("customer_not_exists"))?
    } else {
        validate(call, &data, &mode)?;
        data.iter().map(|(name, value)| (name.to_owned(), value.to_text())).collect()
    };
    let group = customer.get("group_id").map(str::to_owned);
    let group = group.unwrap_or_else(|| call.shop.settings.text("customer/create_account/default_group"));
    let hash = match mode.as_str() {
        "customer" => None,
        "register" if call.shop.flavor().carts_register() => {
            Some(call.shop.hash_password(&data.text("password").unwrap_or_default()))
        }
        // A guest gets a password that nobody knows, encrypted.
        _ => Some(call.shop.encrypted_password()),
    };
    call.shop.database.table_mut("sales_flat_quote").update(quote, |row| {
        for (column, from) in FROM_CUSTOMER {
            row.set_opt(*column, customer.get(from).map(str::to_owned));
        }
        row.set_opt("customer_id", customer.get("entity_id").map(str::to_owned));
        row.set("customer_group_id", group);
        // Who a guest is, is settled with the order.
        row.set("customer_is_guest", "0");
        row.set("checkout_method", mode.as_str());
        row.set_opt("password_hash", hash);
    });
    call.shop.collect_totals(quote);
    Ok(true.into())
}

/// A mode that is none leaves Magento without a customer, which PHP 7 and later stop.
fn unknown_mode(call: &Call<'_>) -> Refusal {
    if !call.shop.flavor().is_openmage() {
        return call.fault("customer_mode_is_unknown");
    }
    Refusal::Thrown(
        "Mage_Sales_Model_Quote::setCustomer(): Argument #1 ($customer) must be of type Mage_Customer_Model_Customer, \
         null given, called in /var/www/shop/app/code/core/Mage/Checkout/Model/Cart/Customer/Api.php on line 85"
            .to_owned(),
    )
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
        let empty = password.is_empty();
        if empty {
            errors.push("The password cannot be empty.".to_owned());
        } else if password.chars().count() < shortest {
            errors.push(format!("The minimum password length is {shortest}"));
        }
        let repeated = call.shop.flavor().carts_register() && password == text("confirmation");
        if !empty && !repeated {
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
        let address = address(call, &quote, data)?;
        match data.text("mode").as_deref() {
            Some("billing") => addresses.push(("billing", address)),
            Some("shipping") => addresses.push(("shipping", address)),
            _ => {}
        }
    }
    call.shop.set_quote_addresses(&quote, &addresses);
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
    if call.shop.flavor().carts_write_email() {
        address.set_opt("email", quote.get("customer_email").map(str::to_owned));
    }
    let missing = call.shop.missing_in_address(&address, State::Required);
    if missing.is_empty() { Ok(address) } else { Err(call.fault_with("customer_address_invalid", missing.join("\n"))) }
}
