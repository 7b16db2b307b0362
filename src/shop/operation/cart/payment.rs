//! Payment methods of a cart: API resource `cart_payment`. Those without a gateway are there.

use super::super::amount::amount_of;
use super::super::{Call, Operations};
use super::quote::{blank, charged_address};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations =
    &[("shoppingCartPaymentList", list), ("shoppingCartPaymentMethod", choose)];

/// A payment method: code, title, and whether a fresh install has it switched on.
const METHODS: &[(&str, &str, &str)] = &[
    ("ccsave", "Credit Card (saved)", "0"),
    ("checkmo", "Check / Money order", "1"),
    ("free", "No Payment Information Required", "1"),
    ("banktransfer", "Bank Transfer Payment", "0"),
    ("cashondelivery", "Cash On Delivery", "0"),
    ("purchaseorder", "Purchase Order", "0"),
];

/// Card types of the saved credit card in a fresh install.
const CARD_TYPES: &[(&str, &str)] =
    &[("AE", "American Express"), ("VI", "Visa"), ("MC", "MasterCard"), ("DI", "Discover")];

impl Shop {
    /// Methods a cart can be paid with: without anything to pay only the free one, and that only then.
    fn payment_methods(&self, quote: &Row) -> Vec<(&'static str, String)> {
        let setting = |code: &str, name: &str, otherwise: &str| {
            self.settings.get(&format!("payment/{code}/{name}")).unwrap_or(otherwise).to_owned()
        };
        let nothing_to_pay = amount_of(quote, "base_grand_total").is_zero();
        METHODS
            .iter()
            .filter(|(code, _, active)| setting(code, "active", active) == "1" && (*code == "free") == nothing_to_pay)
            .map(|(code, title, _)| (*code, setting(code, "title", title)))
            .collect()
    }
}

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    let rows = call.shop.payment_methods(&quote).into_iter().map(|(code, title)| {
        let types = if code == "ccsave" { CARD_TYPES } else { &[] };
        let types: Vec<SoapValue> =
            types.iter().map(|(key, value)| SoapStruct::new().with("key", *key).with("value", *value).into()).collect();
        SoapValue::from(SoapStruct::new().with("code", code).with("title", title).with("cc_types", types))
    });
    Ok(rows.collect::<Vec<_>>().into())
}

fn choose(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    let data = call.record("method");
    if data.is_empty() {
        return Err(call.fault("payment_method_empty"));
    }
    if charged_address(call.shop, &quote).is_none() {
        let is_virtual = quote.get("is_virtual") == Some("1");
        return Err(call.fault(if is_virtual { "billing_address_is_not_set" } else { "shipping_address_is_not_set" }));
    }
    let method = data.text("method").unwrap_or_default();
    let known = METHODS.iter().any(|(code, ..)| *code == method);
    if !call.shop.payment_methods(&quote).iter().any(|(code, _)| *code == method) {
        // A method that is there but not for this cart is not allowed; any other cannot be set.
        let active = call.shop.settings.get(&format!("payment/{method}/active"));
        let default = METHODS.iter().any(|(code, _, active)| *code == method && *active == "1");
        let switched_on = active.map_or(default, |active| active == "1");
        return Err(if known && switched_on {
            call.fault("method_not_allowed")
        } else {
            call.fault_with("payment_method_is_not_set", "The requested Payment Method is not available.")
        });
    }
    call.shop.set_payment(&quote, &method, &data);
    call.shop.collect_totals(quote.int("entity_id"));
    Ok(true.into())
}

impl Shop {
    fn set_payment(&mut self, quote: &Row, method: &str, data: &SoapStruct) {
        let now = self.now_sql();
        let known = super::payment(self, quote).map(|row| (row.int("payment_id"), row.text("created_at").to_owned()));
        let mut row = blank("sales_flat_quote_payment");
        row.remove("payment_id");
        row.set("quote_id", quote.text("entity_id"));
        row.set("method", method);
        for column in ["cc_exp_month", "cc_exp_year", "cc_ss_start_month", "cc_ss_start_year"] {
            let given = data.get(column).and_then(SoapValue::to_int).unwrap_or_default();
            row.set(column, given.to_string());
        }
        for column in ["po_number", "cc_owner", "cc_type"] {
            row.set_opt(column, data.text(column));
        }
        if let Some(number) = data.text("cc_number").filter(|number| number.len() >= 4 && number.is_ascii()) {
            // Only the last digits are kept; the number itself has no business in a test.
            row.set("cc_last4", &number[number.len() - 4..]);
        }
        row.set("created_at", known.as_ref().map_or(now.as_str(), |(_, created)| created));
        row.set("updated_at", now.as_str());
        let table = self.database.table_mut("sales_flat_quote_payment");
        match known {
            Some((id, _)) => {
                row.set("payment_id", id.to_string());
                table.update(id, |known| *known = row);
            }
            None => {
                table.insert(row);
            }
        }
    }

    /// Whether the cart's payment method is one it can be paid with.
    pub(super) fn can_be_paid(&self, quote: &Row) -> bool {
        let method = super::payment(self, quote).and_then(|payment| payment.get("method"));
        self.payment_methods(quote).iter().any(|(code, _)| Some(*code) == method)
    }
}
