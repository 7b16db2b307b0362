//! Coupons of a cart: API resource `cart_coupon`.

use super::super::{Call, Operations};
use crate::shop::sales::quote::address;
use crate::shop::{Refusal, Row};
use crate::soap::SoapValue;

pub(in crate::shop::operation) const OPERATIONS: Operations =
    &[("shoppingCartCouponAdd", add), ("shoppingCartCouponRemove", remove)];

fn add(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    // Magento forgets the store on the way.
    let quote = super::load_of_any_store(call)?;
    let code = call.text("couponCode");
    apply(call, &quote, code)
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    apply(call, &quote, String::new())
}

/// A code that no price rule of the cart has is dropped and refused, but for `0`, which PHP takes for none; taking away what is not
/// there is false (wire spec, section 7.7).
fn apply(call: &mut Call<'_>, quote: &Row, code: String) -> Result<SoapValue, Refusal> {
    if quote.int("items_count") == 0 {
        return Err(call.fault("quote_is_empty"));
    }
    if code.is_empty() && quote.text("coupon_code").is_empty() {
        return Ok(false.into());
    }
    let id = quote.int("entity_id");
    if address(call.shop, quote, "shipping").is_none() {
        // Magento asks it for its rates, which makes one.
        call.shop.set_quote_addresses(quote, &[("shipping", Row::new())]);
    }
    let is_none = matches!(code.as_str(), "" | "0");
    let quotes = call.shop.database.table_mut("sales_flat_quote");
    quotes.update(id, |row| row.set_opt("coupon_code", (!code.is_empty()).then_some(code)));
    call.shop.collect_totals(id);
    // What no rule has taken is gone by now.
    let taken =
        call.shop.database.table("sales_flat_quote").row(id).is_some_and(|row| !row.text("coupon_code").is_empty());
    let valid = is_none || taken;
    if valid { Ok(true.into()) } else { Err(call.fault_with("coupon_code_is_not_valid", "Coupon is not valid.")) }
}
