//! A grouped product: no line of its own, but one of each of its products that the buyer wants.

use super::request::{array, key, text};
use super::{BUY_REQUEST, Candidate, Request};
use crate::shop::sales::amount::Amount;
use crate::shop::{Row, Shop};

/// `link_type_id` of the products of a group.
pub(super) const OF_GROUP: &str = "3";

impl Shop {
    pub(super) fn grouped(&self, product: &Row, request: &Request) -> Result<Vec<Candidate>, String> {
        let wanted = request.map("super_group").unwrap_or_default();
        let links = self.database.table("catalog_product_link").with("product_id", product.text("entity_id"));
        let mut members: Vec<&Row> =
            links.map(|(_, link)| link).filter(|link| link.get("link_type_id") == Some(OF_GROUP)).collect();
        members.sort_by_key(|link| (link.int("position"), link.int("link_id")));
        let mut candidates = Vec::new();
        for link in members {
            let id = link.text("linked_product_id");
            let Some(member) = self.product_by_id(link.int("linked_product_id")) else { continue };
            let qty = wanted.iter().find(|(of, _)| of == id).and_then(|(_, qty)| qty.to_text());
            let qty: Option<Amount> = qty.and_then(|qty| qty.trim().parse().ok());
            let Some(qty) = qty.filter(|qty| !qty.is_zero()) else { continue };
            let mut candidate = self.single(member, request)?;
            candidate.qty = qty;
            let of_group = product.text("entity_id");
            candidate.add_option_of("product_type", "grouped", of_group.to_owned());
            let number = if self.flavor().integer_columns() { key(of_group) } else { text(of_group) };
            let config = array(&[text("product_type") + &text("grouped"), text("product_id") + &number]);
            candidate.add_option(BUY_REQUEST, array(&[text("super_product_config") + &config]));
            candidates.push(candidate);
        }
        if candidates.is_empty() {
            Err("Please specify the quantity of product(s).".to_owned())
        } else {
            Ok(candidates)
        }
    }
}
