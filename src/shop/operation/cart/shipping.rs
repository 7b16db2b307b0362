//! Shipping methods of a cart: API resource `cart_shipping`. Flat rate and free shipping are there; carriers that ask
//! somebody over the internet are not.

use super::super::{Call, Operations};
use crate::shop::sales::amount::money;
use crate::shop::{Refusal, Row};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations =
    &[("shoppingCartShippingList", list), ("shoppingCartShippingMethod", choose)];

fn shipping_address(call: &Call<'_>, quote: &Row) -> Result<Row, Refusal> {
    let address = super::address(call.shop, quote, "shipping").cloned();
    address.ok_or_else(|| call.fault("shipping_address_is_not_set"))
}

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    shipping_address(call, &quote)?;
    let rates = call.shop.rates(&quote).into_iter().map(|rate| {
        let row = SoapStruct::new()
            .with("code", rate.code())
            .with("carrier", rate.carrier)
            .with("carrier_title", rate.carrier_title)
            .with("method", rate.carrier)
            .with("method_title", rate.method_title)
            .with("method_description", SoapValue::Nil)
            .with("price", money(rate.price));
        SoapValue::from(row)
    });
    Ok(rates.collect::<Vec<_>>().into())
}

fn choose(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    shipping_address(call, &quote)?;
    let method = call.text("method");
    let Some(rate) = call.shop.rates(&quote).into_iter().find(|rate| rate.code() == method) else {
        return Err(call.fault("shipping_method_is_not_available"));
    };
    let description = format!("{} - {}", rate.carrier_title, rate.method_title);
    call.shop.set_quote_shipping(&quote, &method, &description);
    call.shop.collect_totals(quote.int("entity_id"));
    Ok(true.into())
}
