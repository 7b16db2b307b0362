//! Products that are made of others, or of files.

use super::clerk::{Clerk, money};
use super::series::Piece;
use crate::shop::generate::recipe::GenerateError;
use crate::shop::row::Row;
use crate::soap::SoapStruct;
use crate::soap::value::leading_int;

impl Clerk<'_> {
    pub(super) fn download(&mut self, product: i64, piece: &Piece) -> Result<(), GenerateError> {
        let address = |name: &str| format!("http://files.example/{name}.pdf");
        let link = SoapStruct::new()
            .with("title", "The book")
            .with("price", money(piece.cents))
            .with("is_unlimited", "0")
            .with("number_of_downloads", "5")
            .with("is_shareable", "0")
            .with("type", "url")
            .with("link_url", address("book"))
            .with("sample", SoapStruct::new().with("type", "url").with("url", address("first-pages")));
        let sample = SoapStruct::new().with("title", "Contents").with("type", "url").with("sample_url", address("toc"));
        for (kind, resource) in [("link", link), ("sample", sample)] {
            let arguments =
                SoapStruct::new().with("productId", product).with("resource", resource).with("resourceType", kind);
            self.call("catalogProductDownloadableLinkAdd", arguments)?;
        }
        Ok(())
    }

    pub(super) fn group(&mut self, product: i64, members: &[i64]) -> Result<(), GenerateError> {
        for (position, member) in (1..).zip(members) {
            let data = SoapStruct::new().with("position", i64::from(position)).with("qty", "1");
            let arguments = SoapStruct::new()
                .with("type", "grouped")
                .with("product", product)
                .with("linkedProduct", *member)
                .with("data", data)
                .with("identifierType", "id");
            self.call("catalogProductLinkAssign", arguments)?;
        }
        Ok(())
    }

    /// The variants of a configurable product, by size; the large one costs more.
    pub(super) fn choices(&mut self, product: i64, variants: &[i64]) {
        let (attribute, large) = (self.attribute("size").to_string(), self.option("size", "Large"));
        let product = product.to_string();
        let row = Row::new().with("product_id", &*product).with("attribute_id", attribute).with("position", "0");
        let of = self.shop.database.table_mut("catalog_product_super_attribute").insert(row).to_string();
        let label = Row::new().with("product_super_attribute_id", &*of).with("store_id", "0").with("use_default", "1");
        self.shop.database.table_mut("catalog_product_super_attribute_label").insert(label.with("value", "Size"));
        let price = Row::new().with("product_super_attribute_id", of).with("value_index", large);
        let price = price.with("is_percent", "0").with("pricing_value", "2.0000").with("website_id", "0");
        self.shop.database.table_mut("catalog_product_super_attribute_pricing").insert(price);
        for variant in variants {
            let link = Row::new().with("product_id", variant.to_string()).with("parent_id", &*product);
            self.shop.database.table_mut("catalog_product_super_link").insert(link);
        }
        self.has_choices(&product);
    }

    /// A pot and a cup, each to choose.
    pub(super) fn selections(&mut self, product: i64, series: &[i64]) {
        let product = product.to_string();
        for (position, title, parts) in [("1", "Pot or tray", &series[3..5]), ("2", "Mug", &series[..3])] {
            let option = Row::new().with("parent_id", &*product).with("required", "1").with("position", position);
            let option = option.with("type", "radio");
            let of = self.shop.database.table_mut("catalog_product_bundle_option").insert(option).to_string();
            let name = Row::new().with("option_id", &*of).with("store_id", "0").with("title", title);
            self.shop.database.table_mut("catalog_product_bundle_option_value").insert(name);
            for (nth, part) in parts.iter().enumerate() {
                let row = Row::new()
                    .with("option_id", &*of)
                    .with("parent_product_id", &*product)
                    .with("product_id", part.to_string())
                    .with("position", nth.to_string())
                    .with("is_default", if nth == 0 { "1" } else { "0" })
                    .with("selection_price_type", "0")
                    .with("selection_price_value", "0.0000")
                    .with("selection_qty", "1.0000")
                    .with("selection_can_change_qty", "1");
                self.shop.database.table_mut("catalog_product_bundle_selection").insert(row);
            }
        }
        self.has_choices(&product);
    }

    fn has_choices(&mut self, product: &str) {
        self.shop.database.table_mut("catalog_product").update(leading_int(product), |row| {
            row.set("has_options", "1");
            row.set("required_options", "1");
        });
    }
}
