//! Products in a cart: API resource `cart_product`.

use super::super::catalog::product::{self as catalog_product, IdentifiedBy};
use super::super::{Call, Operations};
use crate::shop::sales::amount::{Amount, amount_of, money};
use crate::shop::sales::quote::priced_items;
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

/// The product a row names, by id before SKU; none for one that does not exist.
fn product_of(shop: &Shop, row: &SoapStruct) -> Result<Option<Row>, String> {
    let by_id = row.text("product_id").map(|id| (id, IdentifiedBy::Id));
    let Some((name, by)) = by_id.or_else(|| row.text("sku").map(|sku| (sku, IdentifiedBy::Sku))) else {
        return Err("One item of products do not have identifier or sku".to_owned());
    };
    Ok(catalog_product::find(shop, &name, by).cloned())
}

/// Why a row is about no line of a cart.
pub(super) enum NoLine {
    /// What Magento says.
    Error(String),
    /// The cart has no such line, which Magento does not look at before it goes on.
    Absent,
}

impl NoLine {
    /// What PHP makes of a line that is not there.
    fn refusal(self, call: &Call<'_>, errors: &mut Vec<String>) -> Result<(), Refusal> {
        match self {
            Self::Error(text) => errors.push(text),
            Self::Absent if call.shop.flavor().is_openmage() => {
                return Err(Refusal::Thrown("Call to a member function getId() on bool".to_owned()));
            }
            Self::Absent => return Err(Refusal::Thrown("Call to a member function getId() on boolean".to_owned())),
        }
        Ok(())
    }
}

/// The line of a cart that a row is about, with its product.
pub(super) fn line_of(shop: &Shop, quote: i64, row: &SoapStruct) -> Result<(i64, Row), NoLine> {
    let product = product_of(shop, row).map_err(NoLine::Error)?.unwrap_or_default();
    let line = shop.quote_item_of(quote, &product).ok_or(NoLine::Absent)?;
    Ok((line, product))
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
    let collected = call.shop.drop_broken_lines(quote);
    let mut errors = Vec::new();
    for row in rows {
        let added = match product_of(call.shop, &row) {
            Ok(Some(product)) => call.shop.add_to_quote(quote, &product, &row, qty_of(&row).unwrap_or(Amount::ONE)),
            Ok(None) => {
                call.shop.add_broken_line(quote);
                Ok(())
            }
            Err(error) => Err(error),
        };
        errors.extend(added.err());
    }
    if !errors.is_empty() {
        call.shop.database = before;
    }
    all_or_fault(call, "add_product_fault", errors)?;
    if !collected {
        call.shop.collect_totals(quote);
    }
    Ok(true.into())
}

/// What a product must be configured with before it can be bought.
fn unconfigured(shop: &Shop, product: &Row, request: &SoapStruct) -> Option<String> {
    match product.text("type_id") {
        "configurable" => Some("Please specify the product's option(s).".to_owned()),
        "grouped" => Some("Please specify the quantity of product(s).".to_owned()),
        "bundle" => Some("Please specify product option(s).".to_owned()),
        _ => missing_option(shop, product, request),
    }
}

/// The first custom option, in the order in which they are shown, whose value is missing or wrong.
fn missing_option(shop: &Shop, product: &Row, request: &SoapStruct) -> Option<String> {
    let named = shop.flavor() != crate::magento::Flavor::Magento17;
    let mut options: Vec<&Row> = shop
        .database
        .table("catalog_product_option")
        .with("product_id", product.text("entity_id"))
        .map(|(_, row)| row)
        .collect();
    options.sort_by(|a, b| (a.int("sort_order"), a.text("title")).cmp(&(b.int("sort_order"), b.text("title"))));
    let given = request.get("options").and_then(SoapValue::as_list).unwrap_or_default();
    let value_of = |option: &Row| {
        let pair = given.iter().filter_map(SoapValue::as_struct);
        let mut pair = pair.filter(|pair| pair.text("key").as_deref() == option.get("option_id"));
        pair.next().and_then(|pair| pair.text("value")).filter(|value| !value.trim().is_empty())
    };
    for option in options {
        let title = option.text("title");
        let Some(value) = value_of(option) else {
            match option.get("is_require") != Some("0") {
                true if named => return Some(format!("Please specify the product required option <em>{title}</em>.")),
                true => return Some("Please specify the product required option(s).".to_owned()),
                false => continue,
            }
        };
        let longest = usize::try_from(option.int("max_characters")).unwrap_or_default();
        if longest > 0 && value.chars().count() > longest {
            return Some("The text is too long".to_owned());
        }
        let values = shop.database.table("catalog_product_option_type_value");
        let of_option: Vec<i64> = values.with("option_id", option.text("option_id")).map(|(id, _)| id).collect();
        let chosen = value.split(',').map(crate::soap::value::leading_int);
        if SELECTS.contains(&option.text("type")) && chosen.into_iter().any(|id| !of_option.contains(&id)) {
            return Some("Please specify the product required option(s).".to_owned());
        }
    }
    None
}

/// Kinds of custom options whose value is one of a list.
const SELECTS: &[&str] = &["drop_down", "radio", "checkbox", "multiple"];

impl Shop {
    /// Puts a product into a cart, or more of it when it is in there.
    fn add_to_quote(&mut self, quote: i64, product: &Row, request: &SoapStruct, qty: Amount) -> Result<(), String> {
        if let Some(text) = unconfigured(self, product, request) {
            return Err(text);
        }
        let known =
            priced_items(self, quote).into_iter().find(|(_, item)| item.get("product_id") == product.get("entity_id"));
        let held = known.as_ref().map(|(_, item)| amount_of(item, "qty")).unwrap_or_default();
        let wanted = self.whole_pieces(product, qty + held);
        self.check_stock(product, wanted)?;
        if let Some((id, _)) = known {
            self.set_item_qty(id, wanted);
            self.set_buy_request(id, buy_request(request, product, qty));
            return Ok(());
        }
        let is_virtual = matches!(product.text("type_id"), "virtual" | "downloadable");
        let mut facts = Row::new();
        for column in ["sku", "name", "weight"] {
            facts.set_opt(column, product.get(column).map(str::to_owned));
        }
        facts.set("product_id", product.text("entity_id"));
        facts.set("product_type", product.text("type_id"));
        facts.set("is_virtual", if is_virtual { "1" } else { "0" });
        self.add_quote_item(quote, &facts, wanted, buy_request(request, product, qty));
        Ok(())
    }

    fn set_item_qty(&mut self, item: i64, qty: Amount) {
        let now = self.now_sql();
        self.database.table_mut("sales_flat_quote_item").update(item, |row| {
            row.set("qty", money(qty));
            row.set("updated_at", now);
        });
    }

    /// The item of a cart that holds a product.
    fn quote_item_of(&self, quote: i64, product: &Row) -> Option<i64> {
        let found =
            priced_items(self, quote).into_iter().find(|(_, item)| item.get("product_id") == product.get("entity_id"));
        found.map(|(id, _)| id)
    }

    /// A line of a product that does not exist: Magento takes it, and drops it when the cart is opened next.
    fn add_broken_line(&mut self, quote: i64) {
        let facts = Row::new().with("product_type", "simple");
        self.add_quote_item(quote, &facts, Amount::ONE, "a:0:{}".to_owned());
    }

    /// Drops lines without a product. When there are any, the totals are collected at once and not again in this call,
    /// so what it adds is not counted (recorded: one good product beside an unknown one).
    fn drop_broken_lines(&mut self, quote: i64) -> bool {
        let broken = |item: &Row| item.get("product_id").is_none() && item.text("sku").is_empty();
        let ids: Vec<i64> =
            priced_items(self, quote).into_iter().filter(|(_, item)| broken(item)).map(|(id, _)| id).collect();
        for id in &ids {
            self.remove_quote_item(*id);
        }
        if !ids.is_empty() {
            self.collect_totals(quote);
        }
        !ids.is_empty()
    }
}

/// Pairs of key and value as PHP serializes the array they become.
fn php_map(pairs: &[SoapValue]) -> String {
    let text = |value: &str| format!("s:{}:\"{value}\";", value.len());
    let key = |key: &str| match key.parse::<i64>() {
        Ok(number) if number.to_string() == key => format!("i:{number};"),
        _ => text(key),
    };
    let pairs = pairs.iter().filter_map(SoapValue::as_struct);
    let fields: Vec<String> = pairs
        .filter_map(|pair| Some(key(&pair.text("key")?) + &pair.text("value").map_or("N;".to_owned(), |it| text(&it))))
        .collect();
    format!("a:{}:{{{}}}", fields.len(), fields.concat())
}

/// What was asked for, in PHP's serialized form: the fields in the order in which they came.
fn buy_request(request: &SoapStruct, product: &Row, qty: Amount) -> String {
    let text = |value: &str| format!("s:{}:\"{value}\";", value.len());
    let mut fields = Vec::new();
    for (name, value) in request.iter() {
        if let Some(pairs) = value.as_list() {
            fields.push(text(name) + &php_map(pairs));
            continue;
        }
        let Some(value) = value.to_text() else { continue };
        let number = (name == "qty").then(|| value.trim().parse::<Amount>().ok()).flatten();
        let value = number.map_or_else(|| text(&value), |number| format!("d:{};", number.normalize()));
        fields.push(text(name) + &value);
    }
    if !["product_id", "sku"].iter().any(|name| request.get(name).is_some()) {
        fields.push(text("product_id") + &text(product.text("entity_id")));
    }
    if request.get("qty").is_none() {
        fields.push(text("qty") + &format!("i:{};", qty.normalize()));
    }
    format!("a:{}:{{{}}}", fields.len(), fields.concat())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    let rows = asked(call)?;
    let mut errors = Vec::new();
    for row in rows {
        match (line_of(call.shop, quote, &row), qty_of(&row)) {
            (Ok((item, product)), Some(qty)) => {
                let qty = call.shop.whole_pieces(&product, qty);
                match call.shop.check_stock(&product, qty) {
                    Ok(()) => call.shop.set_item_qty(item, qty),
                    Err(error) => errors.push(error),
                }
            }
            (Ok(_), None) => {}
            (Err(no), _) => no.refusal(call, &mut errors)?,
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
    let mut gone = Vec::new();
    for row in rows {
        match line_of(call.shop, quote, &row) {
            Ok((item, _)) => gone.push(item),
            Err(no) => no.refusal(call, &mut errors)?,
        }
    }
    all_or_fault(call, "remove_product_fault", errors)?;
    gone.into_iter().for_each(|item| call.shop.remove_quote_item(item));
    call.shop.collect_totals(quote);
    Ok(true.into())
}

/// The products of a cart as the product list gives them, without prices (wire spec, section 7.7).
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    if quote.int("items_count") == 0 {
        return Ok(Vec::<SoapValue>::new().into());
    }
    let quote = quote.int("entity_id");
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
        let (item, product) = match line_of(call.shop, id, &row) {
            Ok(found) => found,
            Err(NoLine::Error(text)) => {
                errors.push(text);
                continue;
            }
            Err(NoLine::Absent) => {
                errors.push("One item of products is not belong any of quote item".to_owned());
                continue;
            }
        };
        let held = call.shop.database.table("sales_flat_quote_item").row(item).map(|item| amount_of(item, "qty"));
        let qty = qty_of(&row).or(held).unwrap_or(Amount::ONE);
        match call.shop.add_to_quote(target, &product, &row, qty) {
            Ok(()) => call.shop.remove_quote_item(item),
            Err(error) => errors.push(error),
        }
    }
    all_or_fault(call, "unable_to_move_all_products", errors)?;
    call.shop.collect_totals(target);
    call.shop.collect_totals(id);
    Ok(true.into())
}
