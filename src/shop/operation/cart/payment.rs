//! Payment methods of a cart: API resource `cart_payment`. Those without a gateway are there.

use super::super::{Call, Operations};
use crate::shop::sales::amount::amount_of;
use crate::shop::sales::payment::METHODS;
use crate::shop::sales::quote::{Payment, charged_address};
use crate::shop::{Refusal, Row};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations =
    &[("shoppingCartPaymentList", list), ("shoppingCartPaymentMethod", choose)];

/// Card types of the saved credit card in a fresh install.
const CARD_TYPES: &[(&str, &str)] =
    &[("AE", "American Express"), ("VI", "Visa"), ("MC", "MasterCard"), ("DI", "Discover")];

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    let rows = call.shop.payment_methods(&quote).into_iter().map(|(code, title)| {
        let types = if code == "ccsave" { card_types() } else { SoapValue::Nil };
        SoapValue::from(SoapStruct::new().with("code", code).with("title", title).with("cc_types", types))
    });
    Ok(rows.collect::<Vec<_>>().into())
}

fn card_types() -> SoapValue {
    let pair = |(key, value): &(&str, &str)| SoapStruct::new().with("key", *key).with("value", *value).into();
    CARD_TYPES.iter().map(pair).collect::<Vec<SoapValue>>().into()
}

fn choose(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    call.check_record("method")?;
    let data = call.record("method");
    if data.is_empty() {
        return Err(call.fault("payment_method_empty"));
    }
    if charged_address(call.shop, &quote).is_none() {
        let is_virtual = quote.get("is_virtual") == Some("1");
        return Err(call.fault(if is_virtual { "billing_address_is_not_set" } else { "shipping_address_is_not_set" }));
    }
    let method = data.text("method").unwrap_or_default();
    if !call.shop.payment_methods(&quote).iter().any(|(code, _)| *code == method) {
        // A method that is there for a cart that costs nothing is not allowed; any other cannot be set.
        let active = call.shop.settings.get(&format!("payment/{method}/active"));
        let default = METHODS.iter().any(|(code, _, active)| *code == method && *active == "1");
        let switched_on = active.map_or(default, |active| active == "1");
        let is_free = amount_of(&quote, "base_subtotal").is_zero();
        return Err(if switched_on && method != "free" && is_free {
            call.fault("method_not_allowed")
        } else {
            call.fault_with("payment_method_is_not_set", "The requested Payment Method is not available.")
        });
    }
    let columns = form(&method, &data);
    call.shop.set_quote_payment(&quote, &Payment { method, columns });
    call.shop.collect_totals(quote.int("entity_id"));
    Ok(true.into())
}

fn takes(method: &str, column: &str) -> bool {
    match method {
        "checkmo" => false,
        "purchaseorder" => column == "po_number",
        "ccsave" => column != "po_number",
        _ => true,
    }
}

/// Columns of the payment that its form brings, as far as the method takes them: a card has its columns, a purchase order
/// its number, a cheque none, and the others whatever there is.
fn form(method: &str, data: &SoapStruct) -> Row {
    let mut columns = Row::new();
    let data: SoapStruct =
        data.iter().filter(|(name, _)| takes(method, name)).map(|(n, v)| (n.to_owned(), v.clone())).collect();
    for column in ["cc_exp_month", "cc_exp_year", "cc_ss_start_month", "cc_ss_start_year"] {
        let given = data.get(column).and_then(SoapValue::to_int).unwrap_or_default();
        columns.set(column, given.to_string());
    }
    for column in ["po_number", "cc_owner", "cc_type"] {
        columns.set_opt(column, data.text(column));
    }
    if let Some(number) = data.text("cc_number").filter(|number| number.len() >= 4 && number.is_ascii()) {
        // Only the last digits are kept; the number itself has no business in a test.
        columns.set("cc_last4", &number[number.len() - 4..]);
    }
    columns
}
