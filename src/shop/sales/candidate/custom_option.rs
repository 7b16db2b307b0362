//! Custom options of a product: what the buyer answers to them becomes options of the line.

use super::{Candidate, Request};
use crate::magento::Flavor;
use crate::shop::sales::amount::{Amount, amount_of};
use crate::shop::{Row, Shop};
use crate::soap::SoapValue;

/// Kinds of custom options whose value is one of a list.
const SELECTS: &[&str] = &["drop_down", "radio", "checkbox", "multiple"];

/// Those of which several values can be chosen. Only there does Magento look whether it has them.
const SEVERAL: &[&str] = &["checkbox", "multiple"];

impl Shop {
    /// The product's options in the order in which they are shown.
    fn custom_options(&self, product: &str) -> Vec<&Row> {
        let table = self.database.table("catalog_product_option");
        let mut options = table.rows_with("product_id", product);
        options.sort_by(|a, b| (a.int("sort_order"), a.text("title")).cmp(&(b.int("sort_order"), b.text("title"))));
        options
    }

    /// Adds what the buyer chose; refuses the first option whose value is missing or wrong.
    pub(super) fn add_custom_options(&self, candidate: &mut Candidate, request: &Request) -> Result<(), String> {
        let named = self.flavor() != Flavor::Magento17;
        let given = request.map("options").unwrap_or_default();
        let mut answered: Vec<(String, String)> = Vec::new();
        let missing = |title: &str| match named {
            true => format!("Please specify the product required option <em>{title}</em>."),
            false => "Please specify the product required option(s).".to_owned(),
        };
        let mut sku = candidate.sku().to_owned();
        for option in self.custom_options(candidate.product.text("entity_id")) {
            let title = option.text("title");
            let value = given.iter().find(|(id, _)| Some(id.as_str()) == option.get("option_id"));
            let value = value.map(|(_, value)| value_of(value)).filter(|value| !value.trim().is_empty());
            let Some(value) = value else {
                if option.get("is_require") != Some("0") {
                    return Err(missing(title));
                }
                continue;
            };
            let longest = usize::try_from(option.int("max_characters")).unwrap_or_default();
            if longest > 0 && value.chars().count() > longest {
                return Err("The text is too long".to_owned());
            }
            let values = self.database.table("catalog_product_option_type_value");
            let of_option: Vec<i64> = values.with("option_id", option.text("option_id")).map(|(id, _)| id).collect();
            let chosen: Vec<i64> = value.split(',').map(crate::soap::value::leading_int).collect();
            let kind = option.text("type");
            if SEVERAL.contains(&kind) && chosen.iter().any(|id| !of_option.contains(id)) {
                return Err(missing(title));
            }
            let chosen = chosen.iter().filter(|id| of_option.contains(id)).filter_map(|id| values.row(*id));
            let part = match SELECTS.contains(&kind) {
                true => chosen.map(|value| value.text("sku")).collect::<Vec<_>>().join("-"),
                false => option.text("sku").to_owned(),
            };
            if !part.is_empty() {
                sku = format!("{sku}-{part}");
            }
            answered.push((option.text("option_id").to_owned(), value));
        }
        if answered.is_empty() {
            return Ok(());
        }
        if sku != candidate.sku() {
            candidate.facts.set("sku", sku);
        }
        let ids: Vec<&str> = answered.iter().map(|(id, _)| id.as_str()).collect();
        candidate.add_option("option_ids", ids.join(","));
        for (id, value) in &answered {
            candidate.add_option(&format!("option_{id}"), value.as_str());
        }
        Ok(())
    }

    /// What a line's answers add to its price: amounts, and percents of it.
    pub(in crate::shop) fn option_surcharge(&self, item: i64, product: &Row, price: Amount) -> Amount {
        let options = self.custom_options(product.text("entity_id"));
        let mut sum = Amount::ZERO;
        for option in options {
            let Some(answer) = self.item_option(item, &format!("option_{}", option.text("option_id"))) else {
                continue;
            };
            let of = |row: &Row| match row.get("price_type") {
                Some("percent") => price * amount_of(row, "price") / Amount::ONE_HUNDRED,
                _ => amount_of(row, "price"),
            };
            if SELECTS.contains(&option.text("type")) {
                let table = self.database.table("catalog_product_option_type_value");
                let values = answer.split(',').map(crate::soap::value::leading_int);
                sum += values.filter_map(|id| table.row(id)).map(of).sum::<Amount>();
            } else {
                sum += of(option);
            }
        }
        sum
    }
}

/// An answer: several are joined.
fn value_of(value: &SoapValue) -> String {
    super::request::texts_of(value).join(",")
}
