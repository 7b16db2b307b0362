//! What a product that leaves a choice is for somebody who buys it without a word on it: of a configurable product the first
//! variant that can be had, of each option of a bundle and of a group what its page has chosen already.

use super::grouped::OF_GROUP;
use super::{Candidate, Request};
use crate::shop::sales::amount::{Amount, amount_of};
use crate::shop::{Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

impl Shop {
    /// The lines of a product that leaves a choice, each that has others under it before those; `None` for every other
    /// product, and for one of which nothing can be had.
    pub(in crate::shop) fn first_choice(&self, product: &Row, qty: Amount) -> Option<Vec<Candidate>> {
        let (name, chosen) = match product.text("type_id") {
            "configurable" => ("super_attribute", self.first_variant(product)?),
            "bundle" => ("bundle_option", self.first_selections(product)),
            "grouped" => ("super_group", self.first_members(product, qty)),
            _ => return None,
        };
        let asked = SoapStruct::new()
            .with("product_id", product.text("entity_id"))
            .with("qty", qty.normalize().to_string())
            .with(name, chosen);
        self.candidates(product, &Request::new(&asked, qty)).ok()
    }

    fn first_variant(&self, product: &Row) -> Option<Vec<SoapValue>> {
        let links = self.database.table("catalog_product_super_link").rows_with("parent_id", product.text("entity_id"));
        let mut variants = links.into_iter().filter_map(|link| self.product_by_id(link.int("product_id")));
        let variant = variants.find(|variant| self.is_salable(variant))?;
        let value = |attribute: &&Row| {
            let id = attribute.text("attribute_id");
            Some(pair(id, variant.get(&self.attribute_code(id)?)?))
        };
        self.super_attributes(product).iter().map(value).collect()
    }

    fn first_selections(&self, product: &Row) -> Vec<SoapValue> {
        let ids = self.bundle_options(product).into_iter().filter_map(|option| {
            let of_option = option.text("option_id");
            let mut rows: Vec<&Row> =
                self.database.table("catalog_product_bundle_selection").rows_with("option_id", of_option);
            rows.retain(|row| self.product_by_id(row.int("product_id")).is_some_and(|part| self.is_salable(part)));
            rows.sort_by_key(|row| (row.int("position"), row.int("selection_id")));
            let default = rows.iter().find(|row| row.int("is_default") != 0);
            let is_required = option.int("required") != 0;
            let chosen = default.or_else(|| rows.first().filter(|_| is_required))?;
            Some(pair(of_option, chosen.text("selection_id")))
        });
        ids.collect()
    }
}

impl Shop {
    /// So many pieces of each product of a group as its page has filled in, one of each where it has nothing.
    fn first_members(&self, product: &Row, qty: Amount) -> Vec<SoapValue> {
        let links = self.database.table("catalog_product_link").rows_with("product_id", product.text("entity_id"));
        let is_salable = |link: &&Row| {
            let member = self.product_by_id(link.int("linked_product_id"));
            link.get("link_type_id") == Some(OF_GROUP) && member.is_some_and(|member| self.is_salable(member))
        };
        let members: Vec<&Row> = links.into_iter().filter(is_salable).collect();
        let is_filled_in = members.iter().any(|link| amount_of(link, "qty") > Amount::ZERO);
        let pieces = |link: &Row| if is_filled_in { amount_of(link, "qty") } else { Amount::ONE };
        let chosen = members.into_iter().filter(|link| pieces(link) > Amount::ZERO);
        chosen.map(|link| pair(link.text("linked_product_id"), &(pieces(link) * qty).normalize().to_string())).collect()
    }
}

fn pair(key: &str, value: &str) -> SoapValue {
    SoapStruct::new().with("key", key).with("value", value).into()
}
