//! What an order remembers of how a line was put together: `product_options` of its items, in PHP's serialized form.

use super::BUY_REQUEST;
use super::request::{array, list, text};
use crate::shop::{Row, Shop};

/// Keys and values of a serialized array of numbers and texts.
pub(in crate::shop) fn members(serialized: &str) -> Vec<(String, String)> {
    let mut scalars = Vec::new();
    let mut rest = serialized.split_once('{').map_or("", |(_, rest)| rest);
    while let Some((kind, after)) = rest.split_once(':') {
        let scalar = match kind {
            "i" | "d" | "b" => after.split_once(';').map(|(number, after)| (number.to_owned(), after)),
            "s" => after.split_once(':').and_then(|(length, after)| {
                let length: usize = length.parse().ok()?;
                Some((after.get(1..=length)?.to_owned(), after.get(length + 3..)?))
            }),
            _ => None,
        };
        let Some((scalar, after)) = scalar else { break };
        scalars.push(scalar);
        rest = after;
    }
    scalars.chunks_exact(2).map(|pair| (pair[0].clone(), pair[1].clone())).collect()
}

/// A value of such an array.
pub(super) fn member(serialized: &str, key: &str) -> Option<String> {
    members(serialized).into_iter().find(|(name, _)| name == key).map(|(_, value)| value)
}

impl Shop {
    /// `product_options` of the order's item that a line becomes.
    pub(in crate::shop) fn order_options(&self, id: i64, item: &Row) -> String {
        let request = self.item_option(id, BUY_REQUEST).unwrap_or_else(|| "a:0:{}".to_owned());
        let mut fields = vec![text(BUY_REQUEST) + &request];
        let product = self.product_by_id(item.int("product_id"));
        match (item.text("product_type"), product) {
            ("configurable", Some(product)) => self.options_of_configurable(id, product, &mut fields),
            ("bundle", Some(product)) => self.options_of_bundle(id, product, &mut fields),
            _ => {}
        }
        if let Some(of_group) = self.option_row(id, "product_type") {
            let group = self.number(of_group.text("product_id"));
            let config = [
                text("product_code") + &text("product_type"),
                text("product_type") + &text(of_group.text("value")),
                text("product_id") + &group,
            ];
            fields.push(text("super_product_config") + &array(&config));
        }
        if let Some(attributes) = self.item_option(id, "bundle_selection_attributes") {
            fields.push(text("bundle_selection_attributes") + &text(&attributes));
        }
        array(&fields)
    }

    fn options_of_configurable(&self, id: i64, product: &Row, fields: &mut Vec<String>) {
        let chosen = self.item_option(id, "attributes").unwrap_or_default();
        let mut infos = Vec::new();
        for (attribute, value) in members(&chosen) {
            let attributes = self.super_attributes(product);
            let Some(known) = attributes.iter().find(|row| row.text("attribute_id") == attribute) else { continue };
            let label = self.super_attribute_label(known);
            let value = self.option_label(&attribute, &value).unwrap_or_default();
            infos.push(array(&[text("label") + &text(&label), text("value") + &text(&value)]));
        }
        fields.push(text("attributes_info") + &list(infos.into_iter()));
        let simple = self.item_option(id, "simple_product").and_then(|id| self.product_by_id(id.parse().ok()?));
        if let Some(simple) = simple {
            fields.push(text("simple_name") + &text(simple.text("name")));
            fields.push(text("simple_sku") + &text(simple.text("sku")));
        }
        fields.push(text("product_calculations") + "i:1;");
        fields.push(text("shipment_type") + "i:0;");
    }

    /// The label that a configurable product gives an attribute, or the attribute's own.
    fn super_attribute_label(&self, attribute: &Row) -> String {
        let labels = self.database.table("catalog_product_super_attribute_label");
        let mut labels = labels.with("product_super_attribute_id", attribute.text("product_super_attribute_id"));
        let own = labels.find(|(_, row)| row.int("store_id") == 0);
        match own.filter(|(_, row)| row.get("use_default") != Some("1")) {
            Some((_, row)) => row.text("value").to_owned(),
            None => self.attribute_label(attribute.text("attribute_id")).unwrap_or_default(),
        }
    }

    fn options_of_bundle(&self, id: i64, product: &Row, fields: &mut Vec<String>) {
        let mut options: Vec<(&Row, Vec<String>)> = Vec::new();
        for (selection, qty) in self.selections_of_item(id, product) {
            let price = self.total_selection_price(product, &selection, qty);
            let (qty, price) = (qty.normalize(), price.normalize());
            let value = array(&[
                text("title") + &text(selection.product().text("name")),
                text("qty") + &if qty.fract().is_zero() { format!("i:{qty};") } else { format!("d:{qty};") },
                text("price") + &format!("d:{price};"),
            ]);
            let option = selection.option();
            match options.iter_mut().find(|(known, _)| known.get("option_id") == option.get("option_id")) {
                Some((_, values)) => values.push(value),
                None => options.push((option, vec![value])),
            }
        }
        let described = options.into_iter().map(|(option, values)| {
            let described = array(&[
                text("option_id") + &self.number(option.text("option_id")),
                text("label") + &text(&self.title_of(option)),
                text("value") + &list(values.into_iter()),
            ]);
            format!("i:{};{described}", option.int("option_id"))
        });
        fields.push(text("bundle_options") + &array(&described.collect::<Vec<_>>()));
        let by_parent = !super::bundle::is_priced_by_children(product);
        fields.push(text("product_calculations") + &format!("i:{};", u8::from(by_parent)));
        fields.push(text("shipment_type") + &self.number(product.text("shipment_type")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_of_a_serialized_array_are_read_back() {
        for (serialized, expected) in [
            ("a:0:{}", vec![]),
            (r#"a:1:{i:94;s:3:"902";}"#, vec![("94", "902")]),
            (r#"a:2:{i:0;i:4;i:1;s:2:"ü";}"#, vec![("0", "4"), ("1", "ü")]),
            ("nonsense", vec![]),
        ] {
            let members = members(serialized);
            let members: Vec<(&str, &str)> = members.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            assert_eq!(members, expected, "{serialized}");
        }
    }
}
