//! What version 1 answers otherwise than version 2 because its class computes it otherwise, before the value takes its
//! form; and what arguments and filters do to the keys of an answer, after it.

use super::HandlerCall;
use crate::magento::Filters;
use crate::shop::sales::order::address;
use crate::shop::{Row, Shop};
use crate::soap::record::Member;
use crate::soap::value::Name;
use crate::soap::{SoapStruct, SoapValue};

type Adjust = fn(&Shop, &HandlerCall, &mut SoapValue);

const ADJUSTED: &[(&str, Adjust)] = &[
    ("core_magento.info", version_of_openmage),
    ("customer.info", with_defaults_of_customer),
    ("customer.list", with_defaults_of_customer),
    ("oro_customer.info", with_defaults_of_customer),
    ("oro_customer.list", with_defaults_of_customer),
    ("catalog_product.info", with_group_prices),
    ("catalog_category.info", sorting_of_category),
    ("catalog_category_attribute.list", with_static_attributes),
    ("sales_order.list", with_names),
    ("sales_order.info", store_of_history),
    ("oro_order.list", with_names),
    ("oro_order.info", store_of_history),
    ("sales_order_creditmemo.info", order_of_memo),
    ("oro_quote.list", items_as_loaded),
    ("cart.totals", sums_as_numbers),
];

pub(super) fn adjust(shop: &Shop, path: &str, call: &HandlerCall, value: &mut SoapValue) {
    if let Some((_, adjust)) = ADJUSTED.iter().find(|(known, _)| *known == path) {
        adjust(shop, call, value);
    }
}

fn each(value: &mut SoapValue, mut change: impl FnMut(&mut SoapStruct)) {
    match value {
        SoapValue::Struct(record) => change(record),
        SoapValue::List(rows) => {
            for row in rows {
                if let SoapValue::Struct(record) = row {
                    change(record);
                }
            }
        }
        _ => {}
    }
}

fn version_of_openmage(shop: &Shop, _: &HandlerCall, value: &mut SoapValue) {
    each(value, |info| info.set("openmage_version", shop.flavor().openmage_version()));
}

/// Columns of the customer's own table that are never null.
fn with_defaults_of_customer(_: &Shop, _: &HandlerCall, value: &mut SoapValue) {
    each(value, |customer| {
        if customer.member("disable_auto_group_change").is_none_or(Member::is_nil) {
            customer.set("disable_auto_group_change", "0");
        }
    });
}

/// Prices by group are a list, of which the fake keeps none.
fn with_group_prices(_: &Shop, _: &HandlerCall, value: &mut SoapValue) {
    each(value, |product| {
        if product.member("group_price").is_none_or(Member::is_nil) {
            product.set("group_price", Vec::new());
        }
    });
}

/// As they are kept: version 2 makes lists and defaults of them.
fn sorting_of_category(shop: &Shop, call: &HandlerCall, value: &mut SoapValue) {
    let id = call.arguments.get("categoryId").and_then(SoapValue::to_int).unwrap_or_default();
    let category = shop.database.table("catalog_category").row(id);
    each(value, |info| {
        for column in ["available_sort_by", "default_sort_by"] {
            if category.is_some_and(|category| category.get(column).is_none_or(str::is_empty)) {
                info.set(column, SoapValue::Nil);
            }
        }
    });
}

/// Columns of the entity's own table that are listed in front of its attributes.
fn with_static_attributes(_: &Shop, _: &HandlerCall, value: &mut SoapValue) {
    let SoapValue::List(rows) = value else { return };
    let row = |code: &str| -> SoapValue {
        SoapStruct::new()
            .with("attribute_id", SoapValue::Nil)
            .with("code", code)
            .with("type", SoapValue::Nil)
            .with("required", SoapValue::Nil)
            .with("scope", "global")
            .into()
    };
    rows.splice(0..0, ["created_at", "updated_at", "parent_id", "increment_id"].map(row));
}

fn order_of<'a>(shop: &'a Shop, record: &SoapStruct) -> Option<&'a Row> {
    let id = record.get("entity_id").or_else(|| record.get("order_id")).and_then(SoapValue::to_int)?;
    shop.database.table("sales_flat_order").row(id)
}

/// Fields of the shipping address, or of the billing one, that the query of the list selects under their own names.
fn with_names(shop: &Shop, call: &HandlerCall, value: &mut SoapValue) {
    each(value, |record| {
        let Some(order) = order_of(shop, record) else { return };
        let shipping = address(shop, order, "shipping");
        for field in ["firstname", "middlename", "lastname", "telephone", "postcode"] {
            record.set(field, shipping.as_ref().and_then(|address| address.get(field)));
        }
        let store = shop.database.table("core_store").row(order.int("store_id"));
        record.set("website_id", store.and_then(|store| store.get("website_id")));
    });
    store_of_history(shop, call, value);
}

/// An item that others stand under says so, because its children were looked for.
fn mark_parents(record: &mut SoapStruct) {
    let Some(SoapValue::List(items)) = record.get_mut("items") else { return };
    let parents: Vec<String> = items.iter().filter_map(|item| item.as_struct()?.text("parent_item_id")).collect();
    for item in items {
        if let SoapValue::Struct(item) = item
            && item.text("item_id").is_some_and(|id| parents.contains(&id))
        {
            item.set("has_children", true);
        }
    }
}

/// An entry of the history has its order's store, up to OpenMage 20.
fn store_of_history(shop: &Shop, _: &HandlerCall, value: &mut SoapValue) {
    each(value, mark_parents);
    let has_store = !shop.flavor().declares_vat();
    each(value, |record| {
        let store = record.get("store_id").cloned().unwrap_or_default();
        let Some(SoapValue::List(history)) = record.get_mut("status_history") else { return };
        for entry in history {
            if let SoapValue::Struct(entry) = entry {
                if has_store {
                    entry.set("store_id", store.clone());
                } else {
                    entry.remove("store_id");
                }
            }
        }
    });
}

fn order_of_memo(shop: &Shop, _: &HandlerCall, value: &mut SoapValue) {
    each(value, |memo| {
        let order = order_of(shop, &SoapStruct::new().with("entity_id", memo.get("order_id").cloned()));
        memo.set("order_increment_id", order.and_then(|order| order.get("increment_id")));
    });
}

/// A cart's items as its model has them.
fn items_as_loaded(_: &Shop, _: &HandlerCall, value: &mut SoapValue) {
    each(value, |quote| {
        let Some(SoapValue::List(items)) = quote.get_mut("items") else { return };
        for item in items {
            let SoapValue::Struct(item) = item else { continue };
            if let Some(qty) = item.text("qty").and_then(|qty| qty.parse::<f64>().ok()) {
                item.set("qty", number(qty));
            }
            item.set("qty_options", Vec::new());
            item.set("has_error", false);
        }
    });
}

/// A number of PHP's: an integer where it is whole.
fn number(number: f64) -> SoapValue {
    #[expect(clippy::cast_possible_truncation, reason = "whole and far from the limits of an integer")]
    if number.fract() == 0.0 && number.abs() < 1e15 { SoapValue::Int(number as i64) } else { number.into() }
}

/// What is summed up is a number, what is read stays a text.
fn sums_as_numbers(_: &Shop, _: &HandlerCall, value: &mut SoapValue) {
    each(value, |line| {
        let is_sum = line.text("title").is_some_and(|title| matches!(title.as_str(), "Subtotal" | "Grand Total"));
        let amount = line.text("amount").and_then(|amount| amount.parse::<f64>().ok());
        if let (true, Some(amount)) = (is_sum, amount) {
            line.set("amount", amount);
        }
    });
}

/// Keys that an info has whatever attributes are asked for; the others are attributes.
const ALWAYS_THERE: &[(&str, &[&str])] = &[
    ("customer.info", &["customer_id"]),
    ("oro_customer.info", &["customer_id", "addresses"]),
    ("catalog_product.info", &["product_id", "sku", "set", "type", "categories", "websites"]),
    (
        "catalog_category.info",
        &["category_id", "is_active", "position", "level", "parent_id", "children", "all_children"],
    ),
];

/// Leaves the attributes that were asked for. The categories' class takes nothing but a list.
pub(super) fn restrict(path: &str, attributes: Option<&SoapValue>, value: SoapValue) -> SoapValue {
    let Some((_, always)) = ALWAYS_THERE.iter().find(|(known, _)| *known == path) else { return value };
    let wanted: Vec<String> = match attributes {
        None | Some(SoapValue::Nil) => return value,
        Some(SoapValue::List(items)) => items.iter().filter_map(SoapValue::to_text).collect(),
        Some(SoapValue::Struct(members)) => members.iter().filter_map(|(_, value)| value.to_text()).collect(),
        Some(_) if !path.starts_with("customer") => return value,
        Some(one) => one.to_text().into_iter().collect(),
    };
    let SoapValue::Struct(record) = value else { return value };
    let kept = record
        .into_iter()
        .filter(|(name, _)| always.contains(&name.as_ref()) || wanted.iter().any(|wanted| **wanted == **name));
    SoapValue::Struct(kept.collect())
}

/// Attributes that were filtered by come first: filtering has loaded them before the others.
pub(super) fn filtered_first(path: &str, filters: Option<&Filters>, value: SoapValue) -> SoapValue {
    let (Some(filters), "customer.list" | "oro_customer.list") = (filters, path) else { return value };
    let SoapValue::List(rows) = value else { return value };
    if filters.fields.is_empty() {
        return rows.into();
    }
    let in_front = |row: SoapValue| {
        let SoapValue::Struct(mut row) = row else { return row };
        let mut ordered = SoapStruct::with_capacity(row.len());
        let names = std::iter::once("customer_id").chain(filters.fields.keys().map(String::as_str));
        for name in names {
            if let Some(value) = row.remove(name) {
                ordered.set(Name::from(name), value);
            }
        }
        for (name, value) in row {
            ordered.set(name, value);
        }
        ordered.into()
    };
    rows.into_iter().map(in_front).collect::<Vec<SoapValue>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::Version1;

    #[test]
    fn what_is_adjusted_is_a_method() {
        let methods = &Version1::shared().methods;
        for path in ADJUSTED.iter().map(|(path, _)| path).chain(ALWAYS_THERE.iter().map(|(path, _)| path)) {
            assert!(methods.contains_key(*path), "{path}");
        }
    }
}
