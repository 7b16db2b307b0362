//! Products in a cart: API resource `cart_product`.

use super::super::amount::{Amount, CURRENCIES, amount_of, money};
use super::super::catalog::product::{self as catalog_product, IdentifiedBy};
use super::super::{Call, Operations};
use super::quote::{blank, priced_items};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("shoppingCartProductAdd", add),
    ("shoppingCartProductUpdate", update),
    ("shoppingCartProductRemove", remove),
    ("shoppingCartProductList", list),
    ("shoppingCartProductMoveToCustomerQuote", move_to_customer),
];

/// The products a call brings. None is data that is not valid.
fn asked(call: &Call<'_>) -> Result<Vec<SoapStruct>, Refusal> {
    let rows = call.arguments.get("products").and_then(SoapValue::as_list).unwrap_or_default();
    let rows: Vec<SoapStruct> = rows.iter().filter_map(SoapValue::as_struct).cloned().collect();
    if rows.is_empty() { Err(call.fault("invalid_product_data")) } else { Ok(rows) }
}

/// The product a row names, by id before SKU.
pub(super) fn product_of(shop: &Shop, row: &SoapStruct) -> Result<Row, String> {
    let by_id = row.text("product_id").map(|id| (id, IdentifiedBy::Id));
    let Some((name, by)) = by_id.or_else(|| row.text("sku").map(|sku| (sku, IdentifiedBy::Sku))) else {
        return Err("One item of products do not have identifier or sku".to_owned());
    };
    let product = catalog_product::find(shop, &name, by).cloned();
    product.ok_or_else(|| "The stock item for Product is not valid.".to_owned())
}

fn qty_of(row: &SoapStruct) -> Option<Amount> {
    row.text("qty").and_then(|qty| qty.trim().parse().ok()).filter(|qty| *qty > Amount::ZERO)
}

/// All errors of a call at once, as one fault.
fn all_or_fault(call: &Call<'_>, fault: &str, errors: Vec<String>) -> Result<(), Refusal> {
    if errors.is_empty() { Ok(()) } else { Err(call.fault_with(fault, errors.join("\n"))) }
}

fn add(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    let rows = asked(call)?;
    let before = call.shop.database.clone();
    let mut errors = Vec::new();
    for row in rows {
        let added = product_of(call.shop, &row)
            .and_then(|product| call.shop.add_to_quote(quote, &product, qty_of(&row).unwrap_or(Amount::ONE)));
        errors.extend(added.err());
    }
    if !errors.is_empty() {
        call.shop.database = before;
    }
    all_or_fault(call, "add_product_fault", errors)?;
    call.shop.collect_totals(quote);
    Ok(true.into())
}

/// What a product must be configured with before it can be bought; plain items of the API say nothing of it.
fn unconfigured(product: &Row) -> Option<&'static str> {
    match product.text("type_id") {
        "configurable" => Some("Please specify the product's option(s)."),
        "grouped" => Some("Please specify the quantity of product(s)."),
        "bundle" => Some("Please specify product option(s)."),
        _ if product.get("required_options") == Some("1") => Some("Please specify the product required option(s)."),
        _ => None,
    }
}

/// Columns of a cart's item that are zero until totals are collected.
const ZERO_AT_FIRST: &[&str] = &[
    "weee_tax_disposition",
    "weee_tax_row_disposition",
    "base_weee_tax_disposition",
    "base_weee_tax_row_disposition",
    "weee_tax_applied_amount",
    "weee_tax_applied_row_amount",
    "base_weee_tax_applied_amount",
    "row_total_with_discount",
    "hidden_tax_amount",
    "base_hidden_tax_amount",
];

impl Shop {
    /// Puts a product into a cart, or more of it when it is in there.
    fn add_to_quote(&mut self, quote: i64, product: &Row, qty: Amount) -> Result<(), String> {
        if let Some(text) = unconfigured(product) {
            return Err(text.to_owned());
        }
        let known =
            priced_items(self, quote).into_iter().find(|(_, item)| item.get("product_id") == product.get("entity_id"));
        let wanted = qty + known.as_ref().map(|(_, item)| amount_of(item, "qty")).unwrap_or_default();
        self.check_stock(product, wanted)?;
        let now = self.now_sql();
        if let Some((id, _)) = known {
            self.set_item_qty(id, wanted);
            return Ok(());
        }
        let is_virtual = matches!(product.text("type_id"), "virtual" | "downloadable");
        let mut item = blank("sales_flat_quote_item");
        for column in ["sku", "name", "weight"] {
            item.set_opt(column, product.get(column).map(str::to_owned));
        }
        for column in ["free_shipping", "is_qty_decimal", "no_discount"] {
            item.set(column, "0");
        }
        for column in ZERO_AT_FIRST {
            item.set(*column, "0.0000");
        }
        item.remove("item_id");
        item.set("weee_tax_applied", "a:0:{}");
        item.set("quote_id", quote.to_string());
        item.set("product_id", product.text("entity_id"));
        item.set("product_type", product.text("type_id"));
        item.set("is_virtual", if is_virtual { "1" } else { "0" });
        item.set("qty", money(qty));
        let price = money(self.final_price(quote, product, qty));
        for currency in CURRENCIES {
            item.set(format!("{currency}price"), price.as_str());
        }
        let store = self.database.table("sales_flat_quote").row(quote).map(|row| row.text("store_id").to_owned());
        item.set_opt("store_id", store);
        item.set("created_at", now.as_str());
        item.set("updated_at", now);
        let id = self.database.table_mut("sales_flat_quote_item").insert(item);
        let option = Row::new()
            .with("item_id", id.to_string())
            .with("product_id", product.text("entity_id"))
            .with("code", "info_buyRequest")
            .with("value", buy_request(product, qty));
        self.database.table_mut("sales_flat_quote_item_option").insert(option);
        Ok(())
    }

    /// The lowest of the price, the special price while it holds, and the tier price that the cart's group, website and
    /// quantity come to.
    fn final_price(&self, quote: i64, product: &Row, qty: Amount) -> Amount {
        let today = self.now_sql();
        let from = product.get("special_from_date").is_none_or(|from| from <= today.as_str());
        let to = product.get("special_to_date").is_none_or(|to| to.get(..10) >= today.get(..10));
        let special = product.get("special_price").is_some() && from && to;
        let regular = amount_of(product, "price");
        let tiers = self.database.table("catalog_product_tier_price").with("product_id", product.text("entity_id"));
        let quote = self.database.table("sales_flat_quote").row(quote);
        let group = quote.map_or(0, |quote| quote.int("customer_group_id"));
        let store = quote.and_then(|quote| self.database.table("core_store").row(quote.int("store_id")));
        let website = store.map_or(0, |store| store.int("website_id"));
        let is_theirs = |tier: &Row| {
            (tier.get("all_groups") == Some("1") || tier.int("customer_group_id") == group)
                && (tier.int("website_id") == 0 || tier.int("website_id") == website)
                && amount_of(tier, "qty") <= qty
        };
        let tier = tiers.filter(|(_, tier)| is_theirs(tier)).map(|(_, tier)| amount_of(tier, "value")).min();
        let best = tier.map_or(regular, |tier| tier.min(regular));
        if special { best.min(amount_of(product, "special_price")) } else { best }
    }

    /// Whether the stock has that much of a product.
    pub(super) fn check_stock(&self, product: &Row, wanted: Amount) -> Result<(), String> {
        let id = product.text("entity_id");
        let Some((_, stock)) = self.database.table("cataloginventory_stock_item").with("product_id", id).next() else {
            return Ok(());
        };
        if stock.get("manage_stock") == Some("0") && stock.get("use_config_manage_stock") != Some("1") {
            return Ok(());
        }
        if stock.get("is_in_stock") == Some("0") {
            return Err("This product is currently out of stock.".to_owned());
        }
        let short = amount_of(stock, "qty") - amount_of(stock, "min_qty") < wanted;
        if short && stock.get("backorders").is_none_or(|allowed| allowed == "0") {
            return Err(format!("The requested quantity for \"{}\" is not available.", product.text("name")));
        }
        Ok(())
    }

    fn set_item_qty(&mut self, item: i64, qty: Amount) {
        let now = self.now_sql();
        let held = self.database.table("sales_flat_quote_item").row(item).cloned().unwrap_or_default();
        let product = self.database.table("catalog_product").row(held.int("product_id"));
        let price = product.map(|product| money(self.final_price(held.int("quote_id"), product, qty)));
        self.database.table_mut("sales_flat_quote_item").update(item, |row| {
            row.set("qty", money(qty));
            for currency in CURRENCIES {
                if let Some(price) = &price {
                    row.set(format!("{currency}price"), price.as_str());
                }
            }
            row.set("updated_at", now);
        });
    }

    pub(super) fn remove_quote_item(&mut self, item: i64) {
        let name = item.to_string();
        let options: Vec<i64> =
            self.database.table("sales_flat_quote_item_option").with("item_id", &name).map(|(id, _)| id).collect();
        for option in options {
            self.database.table_mut("sales_flat_quote_item_option").remove(option);
        }
        self.database.table_mut("sales_flat_quote_item").remove(item);
    }

    /// The item of a cart that holds a product.
    pub(super) fn quote_item_of(&self, quote: i64, product: &Row) -> Result<i64, String> {
        let found =
            priced_items(self, quote).into_iter().find(|(_, item)| item.get("product_id") == product.get("entity_id"));
        found.map(|(id, _)| id).ok_or_else(|| "One item of products is not belong any of quote item".to_owned())
    }
}

/// What was asked for, in PHP's serialized form.
fn buy_request(product: &Row, qty: Amount) -> String {
    let id = product.text("entity_id");
    format!("a:2:{{s:10:\"product_id\";s:{}:\"{id}\";s:3:\"qty\";d:{};}}", id.len(), qty.normalize())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    let rows = asked(call)?;
    let mut errors = Vec::new();
    for row in rows {
        let product = product_of(call.shop, &row);
        let found = product.and_then(|product| Ok((call.shop.quote_item_of(quote, &product)?, product)));
        match (found, qty_of(&row)) {
            (Ok((item, product)), Some(qty)) => match call.shop.check_stock(&product, qty) {
                Ok(()) => call.shop.set_item_qty(item, qty),
                Err(error) => errors.push(error),
            },
            (Ok(_), None) => {}
            (Err(error), _) => errors.push(error),
        }
    }
    all_or_fault(call, "update_product_fault", errors)?;
    call.shop.collect_totals(quote);
    Ok(true.into())
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    let rows = asked(call)?;
    let mut errors = Vec::new();
    for row in rows {
        let product = product_of(call.shop, &row);
        match product.and_then(|product| call.shop.quote_item_of(quote, &product)) {
            Ok(item) => call.shop.remove_quote_item(item),
            Err(error) => errors.push(error),
        }
    }
    all_or_fault(call, "remove_product_fault", errors)?;
    call.shop.collect_totals(quote);
    Ok(true.into())
}

/// The products of a cart as the product list gives them, without prices (wire spec, section 7.7).
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    let mut rows = Vec::new();
    for (_, item) in priced_items(call.shop, quote) {
        if let Some(product) = call.shop.database.table("catalog_product").row(item.int("product_id")) {
            let mut row = catalog_product::listed(call.shop, product);
            row.remove("price");
            row.remove("special_price");
            rows.push(SoapValue::from(row));
        }
    }
    Ok(rows.into())
}

/// Moves products into the active cart of the cart's customer.
fn move_to_customer(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    let id = quote.int("entity_id");
    let Some(customer) = quote.get("customer_id").filter(|customer| *customer != "0") else {
        return Err(call.fault("customer_not_set_for_quote"));
    };
    let quotes = call.shop.database.table("sales_flat_quote").iter();
    let theirs = |row: &Row| row.get("customer_id") == Some(customer) && row.get("is_active") == Some("1");
    let Some(target) = quotes.filter(|(_, row)| theirs(row)).map(|(id, _)| id).last() else {
        return Err(call.fault("customer_quote_not_exist"));
    };
    if target == id {
        return Err(call.fault("quotes_are_similar"));
    }
    let mut errors = Vec::new();
    for row in asked(call)? {
        let moved = product_of(call.shop, &row).and_then(|product| {
            let item = call.shop.quote_item_of(id, &product)?;
            let held = call.shop.database.table("sales_flat_quote_item").row(item).map(|item| amount_of(item, "qty"));
            call.shop.add_to_quote(target, &product, qty_of(&row).or(held).unwrap_or(Amount::ONE))?;
            call.shop.remove_quote_item(item);
            Ok(())
        });
        errors.extend(moved.err());
    }
    all_or_fault(call, "unable_to_move_all_products", errors)?;
    call.shop.collect_totals(target);
    call.shop.collect_totals(id);
    Ok(true.into())
}
