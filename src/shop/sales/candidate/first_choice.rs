//! What a configurable product or a bundle is for somebody who buys it without a word on its choices: the first variant that
//! can be had, and of each option of a bundle what its page has chosen already.

use super::{Candidate, Request};
use crate::shop::sales::amount::Amount;
use crate::shop::{Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

impl Shop {
    /// The lines of a product that leaves a choice, the one with the others under it first; `None` for every other product,
    /// and for one of which nothing can be had.
    pub(in crate::shop) fn first_choice(&self, product: &Row, qty: Amount) -> Option<Vec<Candidate>> {
        let (name, chosen) = match product.text("type_id") {
            "configurable" => ("super_attribute", self.first_variant(product)?),
            "bundle" => ("bundle_option", self.first_selections(product)),
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

fn pair(key: &str, value: &str) -> SoapValue {
    SoapStruct::new().with("key", key).with("value", value).into()
}
