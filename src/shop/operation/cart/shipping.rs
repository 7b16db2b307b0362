//! Shipping methods of a cart: API resource `cart_shipping`. Flat rate and free shipping are there; carriers that ask
//! somebody over the internet are not.

use super::super::amount::{Amount, amount_of, money};
use super::super::{Call, Operations};
use super::quote::priced_items;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations =
    &[("shoppingCartShippingList", list), ("shoppingCartShippingMethod", choose)];

/// A way to send a cart and its price.
struct Rate {
    carrier: &'static str,
    carrier_title: String,
    method_title: String,
    price: Amount,
}

impl Rate {
    /// Both carriers have one method that is called like them.
    fn code(&self) -> String {
        format!("{0}_{0}", self.carrier)
    }
}

impl Shop {
    /// A carrier's setting, or that of a fresh install.
    fn carrier_setting(&self, carrier: &str, name: &str, otherwise: &str) -> String {
        self.settings.get(&format!("carriers/{carrier}/{name}")).unwrap_or(otherwise).to_owned()
    }

    fn rates(&self, quote: &Row) -> Vec<Rate> {
        let setting = |carrier, name, otherwise| self.carrier_setting(carrier, name, otherwise);
        let sent = priced_items(self, quote.int("entity_id"));
        let sent = sent.iter().map(|(_, item)| item).filter(|item| item.get("is_virtual") != Some("1"));
        let (mut pieces, mut worth) = (Amount::ZERO, Amount::ZERO);
        for item in sent {
            pieces += amount_of(item, "qty");
            worth += amount_of(item, "base_row_total");
        }
        let number = |text: String| text.parse::<Amount>().unwrap_or_default();
        let mut rates = Vec::new();
        if setting("flatrate", "active", "1") == "1" {
            let price = number(setting("flatrate", "price", "5.00"));
            let per_piece = setting("flatrate", "type", "I") == "I";
            rates.push(Rate {
                carrier: "flatrate",
                carrier_title: setting("flatrate", "title", "Flat Rate"),
                method_title: setting("flatrate", "name", "Fixed"),
                price: if per_piece { price * pieces } else { price },
            });
        }
        let enough = worth >= number(setting("freeshipping", "free_shipping_subtotal", "0"));
        if setting("freeshipping", "active", "0") == "1" && enough {
            rates.push(Rate {
                carrier: "freeshipping",
                carrier_title: setting("freeshipping", "title", "Free Shipping"),
                method_title: setting("freeshipping", "name", "Free"),
                price: Amount::ZERO,
            });
        }
        rates
    }

    /// What the chosen way of sending costs now; nothing when none is chosen or it is gone.
    pub(super) fn shipping_amount(&self, quote: &Row, address: &Row) -> Amount {
        let chosen = address.get("shipping_method");
        self.rates(quote)
            .iter()
            .find(|rate| Some(rate.code().as_str()) == chosen)
            .map(|rate| rate.price)
            .unwrap_or_default()
    }

    /// Whether the chosen way of sending exists.
    pub(super) fn has_shipping_method(&self, quote: &Row, address: &Row) -> bool {
        self.rates(quote).iter().any(|rate| Some(rate.code().as_str()) == address.get("shipping_method"))
    }
}

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
    let address = shipping_address(call, &quote)?;
    let method = call.text("method");
    let Some(rate) = call.shop.rates(&quote).into_iter().find(|rate| rate.code() == method) else {
        return Err(call.fault("shipping_method_is_not_available"));
    };
    let description = format!("{} - {}", rate.carrier_title, rate.method_title);
    call.shop.database.table_mut("sales_flat_quote_address").update(address.int("address_id"), |row| {
        row.set("shipping_method", method);
        row.set("shipping_description", description);
    });
    call.shop.collect_totals(quote.int("entity_id"));
    Ok(true.into())
}
