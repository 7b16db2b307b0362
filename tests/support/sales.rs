//! Carts and orders of the tea shop's customers, through its API.

#![allow(dead_code, reason = "not every test file wants all of it")]

use serde_json::{Value, json};

use super::wire::Wire;

pub fn address(mode: &str) -> Value {
    json!({"mode": mode, "firstname": "Ada", "lastname": "Lovelace", "street": "1 Main St", "city": "Los Angeles",
           "region": "California", "region_id": "12", "postcode": "90001", "country_id": "US", "telephone": "555",
           "is_default_billing": 0, "is_default_shipping": 0})
}

/// A cart of Ada's with two green teas and one black one, ready to be ordered but for what the caller adds.
pub fn cart(shop: &mut Wire) -> i64 {
    let cart = shop.ok("shoppingCartCreate", json!({"storeId": "1"})).to_int().expect("an id");
    let products = json!([{"product_id": "1", "qty": 2}, {"sku": "TEA-B", "qty": 1}]);
    shop.ok("shoppingCartProductAdd", json!({"quoteId": cart, "products": products}));
    shop.ok("shoppingCartCustomerSet", json!({"quoteId": cart, "customer": {"mode": "customer", "customer_id": 1}}));
    let addresses = json!([address("billing"), address("shipping")]);
    shop.ok("shoppingCartCustomerAddresses", json!({"quoteId": cart, "customer": addresses}));
    cart
}

pub fn order(shop: &mut Wire) -> String {
    let cart = cart(shop);
    place(shop, cart)
}

pub fn order_with_coupon(shop: &mut Wire, coupon: &str) -> String {
    let cart = cart(shop);
    shop.ok("shoppingCartCouponAdd", json!({"quoteId": cart, "couponCode": coupon}));
    place(shop, cart)
}

fn place(shop: &mut Wire, cart: i64) -> String {
    shop.ok("shoppingCartShippingMethod", json!({"quoteId": cart, "method": "flatrate_flatrate"}));
    shop.ok("shoppingCartPaymentMethod", json!({"quoteId": cart, "method": {"method": "checkmo"}}));
    shop.ok("shoppingCartOrder", json!({"quoteId": cart})).to_text().expect("an increment id")
}
