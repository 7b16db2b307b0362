//! Every fault of the contract's tables comes through the wire, in both styles, from the call that `fixtures/faults.yaml`
//! names; what nothing raises is listed there with the reason.

use std::collections::BTreeMap;

use crate::support::wire::{STYLES, Wire};
use mockgento::magento::Contract;
use mockgento::shop::ShopEdit;
use mockgento::soap::WireStyle;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::support::sales;

/// A fault and how it comes about.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: u16,
    never: Option<String>,
    call: Option<String>,
    #[serde(default)]
    with: Value,
    says: Option<String>,
    /// The only style that declares the operation.
    only: Option<String>,
    #[serde(default)]
    config: BTreeMap<String, String>,
    #[serde(default)]
    before: Vec<Step>,
}

/// A call that makes the fault possible.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    call: String,
    with: Value,
}

type Faults = BTreeMap<String, Vec<Entry>>;

fn faults() -> Faults {
    serde_saphyr::from_str(include_str!("../fixtures/faults.yaml")).expect("a table of faults")
}

/// A shop with the carts and orders that the table names, and what they are called there.
struct World {
    shop: Wire,
    names: Vec<(&'static str, String)>,
}

impl World {
    fn new(style: WireStyle, config: &BTreeMap<String, String>) -> Self {
        let config: Vec<(String, String)> = config.iter().map(|(path, value)| (path.clone(), value.clone())).collect();
        let mut shop = Wire::configured_tea_shop(style, Some("1.2.19"), &config);
        let mut names = Vec::new();
        if config.is_empty() {
            names.extend(orders(&mut shop));
        }
        names.push(("CART", sales::cart(&mut shop).to_string()));
        names.push(("GUESTCART", guest_cart(&mut shop)));
        names.push(("EMPTY", new_cart(&mut shop)));
        names.push(("VIRTUAL", cart_of(&mut shop, 1, "COURSE")));
        let several = cart_of(&mut shop, 1, "TEA-G");
        change(&mut shop, "sales_flat_quote", &several, "is_multi_shipping", "1");
        names.push(("MULTI", several));
        let active = cart_of(&mut shop, 2, "TEA-G");
        change(&mut shop, "sales_flat_quote", &active, "is_active", "1");
        names.push(("ACTIVE", active));
        names.push(("BOB", cart_of(&mut shop, 2, "TEA-G")));
        Self { shop, names }
    }

    /// Arguments with the names of carts and orders replaced by their ids.
    fn filled(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => {
                let found = self.names.iter().find(|(name, _)| name == text);
                found.map_or_else(|| value.clone(), |(_, id)| Value::String(id.clone()))
            }
            Value::Array(items) => items.iter().map(|item| self.filled(item)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, member)| (name.clone(), self.filled(member))).collect()
            }
            other => other.clone(),
        }
    }
}

fn change(shop: &mut Wire, table: &str, id: &str, column: &str, value: &str) {
    let edit = ShopEdit::Update {
        table: table.to_owned(),
        id: id.parse().expect("an id"),
        fields: [(column.to_owned(), Some(value.to_owned()))].into_iter().collect(),
    };
    shop.shop.edit(&edit).expect("an edit");
}

fn new_cart(shop: &mut Wire) -> String {
    shop.ok("shoppingCartCreate", json!({"storeId": "1"})).to_text().expect("an id")
}

fn cart_of(shop: &mut Wire, customer: i64, sku: &str) -> String {
    let cart = new_cart(shop);
    shop.ok("shoppingCartProductAdd", json!({"quoteId": cart, "products": [{"sku": sku, "qty": 1}]}));
    let customer = json!({"mode": "customer", "customer_id": customer});
    shop.ok("shoppingCartCustomerSet", json!({"quoteId": cart, "customer": customer}));
    cart
}

fn guest_cart(shop: &mut Wire) -> String {
    let cart = new_cart(shop);
    shop.ok("shoppingCartProductAdd", json!({"quoteId": cart, "products": [{"sku": "TEA-G", "qty": 1}]}));
    let guest =
        json!({"mode": "guest", "email": "g@example.com", "firstname": "G", "lastname": "H", "website_id": "1"});
    shop.ok("shoppingCartCustomerSet", json!({"quoteId": cart, "customer": guest}));
    let addresses = json!([sales::address("billing"), sales::address("shipping")]);
    shop.ok("shoppingCartCustomerAddresses", json!({"quoteId": cart, "customer": addresses}));
    cart
}

fn finish(shop: &mut Wire, order: &str) {
    let invoice =
        json!({"invoiceIncrementId": order, "itemsQty": [], "comment": null, "email": "0", "includeComment": "0"});
    shop.ok("salesOrderInvoiceCreate", invoice);
    let shipment = json!({"orderIncrementId": order, "itemsQty": [], "comment": "x", "email": 0, "includeComment": 0});
    shop.ok("salesOrderShipmentCreate", shipment);
}

fn orders(shop: &mut Wire) -> Vec<(&'static str, String)> {
    let done = sales::order(shop);
    finish(shop, &done);
    let open = sales::order(shop);
    let cart = guest_cart(shop);
    shop.ok("shoppingCartShippingMethod", json!({"quoteId": cart, "method": "flatrate_flatrate"}));
    shop.ok("shoppingCartPaymentMethod", json!({"quoteId": cart, "method": {"method": "checkmo"}}));
    let guest = shop.ok("shoppingCartOrder", json!({"quoteId": cart})).to_text().expect("an increment id");
    finish(shop, &guest);
    change(shop, "cataloginventory_stock_item", "2", "qty", "3.0000");
    vec![("ORDER", done), ("OPEN", open), ("GUEST", guest)]
}

#[test]
fn every_fault_of_the_contract_is_in_the_table() {
    let faults = faults();
    let mut missing = Vec::new();
    let mut unknown: Vec<(String, u16)> = Vec::new();
    let global = Contract::shared().fault_table("global");
    let own = |resource: &str| !std::ptr::eq(Contract::shared().fault_table(resource), global);
    for (resource, _) in Contract::shared().resources().filter(|(resource, _)| own(resource)) {
        let declared: Vec<u16> = Contract::shared().fault_table(resource).iter().map(|(_, code, _)| *code).collect();
        let listed: Vec<u16> = faults.get(resource).into_iter().flatten().map(|entry| entry.code).collect();
        missing.extend(declared.iter().filter(|code| !listed.contains(code)).map(|code| (resource, *code)));
        // Fault 1 is everybody's.
        let wrong = listed.iter().filter(|code| **code != 1 && !declared.contains(code));
        unknown.extend(wrong.map(|code| (resource.to_owned(), *code)));
    }
    assert_eq!((missing, unknown), (Vec::new(), Vec::new()));
}

#[test]
fn every_fault_comes_from_the_call_that_the_table_names() {
    let faults = faults();
    let mut wrong = Vec::new();
    for style in STYLES {
        let mut untouched = World::new(style, &BTreeMap::new());
        for (resource, entry) in
            faults.iter().flat_map(|(name, entries)| entries.iter().map(move |entry| (name, entry)))
        {
            let Some(call) = &entry.call else {
                assert!(entry.never.is_some(), "{resource} {}: neither a call nor a reason", entry.code);
                continue;
            };
            if entry.only.as_deref().is_some_and(|only| only != style.as_str()) {
                continue;
            }
            let mut own = None;
            let world = if entry.before.is_empty() && entry.config.is_empty() {
                &mut untouched
            } else {
                own.insert(World::new(style, &entry.config))
            };
            for step in &entry.before {
                let arguments = world.filled(&step.with);
                world.shop.ok(&step.call, arguments);
            }
            let arguments = world.filled(&entry.with);
            let answer = world.shop.call(call, arguments);
            let declared = Contract::shared().fault_table(resource).iter().find(|(_, code, _)| *code == entry.code);
            let text = entry.says.clone().or_else(|| declared.map(|(_, _, text)| text.clone())).unwrap_or_default();
            let expected = format!("{} {text}", entry.code);
            if answer.as_ref().err() != Some(&expected) {
                wrong.push(format!("{style:?} {call} {}: expected {expected:?}, got {answer:?}", entry.with));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the table's faults differ:\n{}", wrong.len(), wrong.join("\n"));
}
