//! A configurable product: the buyer says a value of each attribute, and the simple product that has them goes under it.

use super::request::{array, key, text};
use super::{Candidate, Request, is_virtual};
use crate::shop::sales::amount::{Amount, amount_of};
use crate::shop::{Row, Shop};

const SPECIFY: &str = "Please specify the product's option(s).";

impl Shop {
    pub(super) fn configurable(&self, product: &Row, request: &Request) -> Result<Vec<Candidate>, String> {
        let chosen: Vec<(String, String)> = request
            .map("super_attribute")
            .unwrap_or_default()
            .into_iter()
            .filter_map(|(attribute, value)| Some((attribute, value.to_text()?)))
            .collect();
        if chosen.is_empty() {
            return Err(SPECIFY.to_owned());
        }
        let mut parent = self.single(product, request)?;
        let value_of = |attribute: &str| chosen.iter().find(|(id, _)| id == attribute).map(|(_, value)| value.as_str());
        let is_chosen = |attribute: &Row| {
            value_of(attribute.text("attribute_id")).is_some_and(|value| !value.is_empty() && value != "0")
        };
        if !self.super_attributes(product).iter().all(|attribute| is_chosen(attribute)) {
            return Err(SPECIFY.to_owned());
        }
        let Some(simple) = self.simple_with(product, &chosen) else { return Err(SPECIFY.to_owned()) };
        let id = simple.text("entity_id").to_owned();
        let chosen: Vec<String> = chosen.iter().map(|(attribute, value)| key(attribute) + &text(value)).collect();
        parent.add_option("attributes", array(&chosen));
        parent.add_option_of(&format!("product_qty_{id}"), "1", id.clone());
        parent.add_option_of("simple_product", id.clone(), id);
        for column in ["sku", "weight"] {
            parent.facts.set_opt(column, simple.get(column).map(str::to_owned));
        }
        parent.facts.set("is_virtual", if is_virtual(simple) { "1" } else { "0" });
        let mut child = Candidate::new(simple, Amount::ONE, request.serialized(product));
        child.is_child = true;
        child.add_option("parent_product_id", product.text("entity_id"));
        Ok(vec![parent, child])
    }

    /// The attributes that a configurable product leaves to its buyer, in order.
    pub(super) fn super_attributes(&self, product: &Row) -> Vec<&Row> {
        let table = self.database.table("catalog_product_super_attribute");
        let mut rows = table.rows_with("product_id", product.text("entity_id"));
        rows.sort_by_key(|row| row.int("position"));
        rows
    }

    fn simple_with(&self, product: &Row, chosen: &[(String, String)]) -> Option<&Row> {
        let links = self.database.table("catalog_product_super_link").with("parent_id", product.text("entity_id"));
        let simples = links.filter_map(|(_, link)| self.product_by_id(link.int("product_id")));
        let has = |simple: &Row, (attribute, value): &(String, String)| {
            let code = self.attribute_code(attribute);
            code.is_some_and(|code| simple.get(&code) == Some(value.as_str()))
        };
        simples.into_iter().find(|simple| chosen.iter().all(|chosen| has(simple, chosen)))
    }

    /// What the chosen values add to a price: an amount, or percents of the price.
    pub(in crate::shop) fn configured_surcharge(&self, item: i64, product: &Row, price: Amount) -> Amount {
        let Some(chosen) = self.item_option(item, "attributes") else { return Amount::ZERO };
        let mut sum = Amount::ZERO;
        for attribute in self.super_attributes(product) {
            let Some(value) = super::order_options::member(&chosen, attribute.text("attribute_id")) else { continue };
            let prices = self.database.table("catalog_product_super_attribute_pricing");
            let mut prices = prices.with("product_super_attribute_id", attribute.text("product_super_attribute_id"));
            let Some((_, row)) = prices.find(|(_, row)| row.get("value_index") == Some(value.as_str())) else {
                continue;
            };
            let amount = amount_of(row, "pricing_value");
            let is_percent = row.get("is_percent").is_some_and(|flag| flag != "0");
            sum += if is_percent { price * amount / Amount::ONE_HUNDRED } else { amount };
        }
        sum
    }
}
