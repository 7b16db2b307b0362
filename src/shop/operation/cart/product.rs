//! Products in a cart: API resource `cart_product`.

use super::super::catalog::product::{self as catalog_product, IdentifiedBy};
use super::super::{Call, Operations};
use crate::shop::sales::amount::{Amount, amount_of};
use crate::shop::sales::candidate::Request;
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
    /// What it throws where the product cannot be put into a cart as it is asked for.
    Thrown(String),
    /// The cart has no such line, which Magento does not look at before it goes on.
    Absent,
}

impl NoLine {
    /// What PHP makes of a line that is not there.
    fn refusal(self, call: &Call<'_>, errors: &mut Vec<String>) -> Result<(), Refusal> {
        match self {
            Self::Error(text) | Self::Thrown(text) => errors.push(text),
            Self::Absent if call.shop.flavor().is_openmage() => {
                return Err(Refusal::Thrown("Call to a member function getId() on bool".to_owned()));
            }
            Self::Absent => return Err(Refusal::Thrown("Call to a member function getId() on boolean".to_owned())),
        }
        Ok(())
    }
}

/// The line of a cart that a row is about, with its product: the one that the row would be put into.
pub(super) fn line_of(shop: &Shop, quote: i64, row: &SoapStruct) -> Result<(i64, Row), NoLine> {
    let product = product_of(shop, row).map_err(NoLine::Error)?.unwrap_or_default();
    let request = Request::new(row, qty_of(row).unwrap_or(Amount::ONE));
    let candidates = shop.candidates(&product, &request).map_err(NoLine::Thrown)?;
    let last = candidates.iter().rfind(|candidate| !candidate.is_child).ok_or(NoLine::Absent)?;
    let line = shop.line_like(quote, last, None).ok_or(NoLine::Absent)?;
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
            Ok(Some(product)) => {
                let request = Request::new(&row, qty_of(&row).unwrap_or(Amount::ONE));
                call.shop.add_to_quote(quote, &product, &request)
            }
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

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    let rows = asked(call)?;
    let before = call.shop.database.clone();
    let mut errors = Vec::new();
    for row in rows {
        match (line_of(call.shop, quote, &row), qty_of(&row)) {
            // Here nobody catches it.
            (Err(NoLine::Thrown(text)), _) => {
                call.shop.database = before;
                return Err(call.uncaught(text));
            }
            (Ok((item, product)), Some(qty)) => {
                let qty = call.shop.whole_pieces(&product, qty);
                let line = call.shop.database.table("sales_flat_quote_item").row(item).cloned().unwrap_or_default();
                match call.shop.check_line(&(item, line), qty) {
                    Ok(()) => call.shop.set_item_qty(item, qty),
                    Err(error) => errors.push(error),
                }
            }
            (Ok(_), None) => {}
            (Err(no), _) => no.refusal(call, &mut errors)?,
        }
    }
    if !errors.is_empty() {
        call.shop.database = before;
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
    let of_quote = quote.to_string();
    for (_, item) in call.shop.database.table("sales_flat_quote_item").with("quote_id", &of_quote) {
        if let Some(product) = call.shop.database.table("catalog_product").row(item.int("product_id")) {
            let mut row = catalog_product::listed(call.shop, product);
            row.set("sku", item.get("sku"));
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
            Err(NoLine::Error(text) | NoLine::Thrown(text)) => {
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
        match call.shop.add_to_quote(target, &product, &Request::new(&row, qty)) {
            Ok(()) => call.shop.remove_quote_item(item),
            Err(error) => errors.push(error),
        }
    }
    all_or_fault(call, "unable_to_move_all_products", errors)?;
    call.shop.collect_totals(target);
    call.shop.collect_totals(id);
    Ok(true.into())
}
