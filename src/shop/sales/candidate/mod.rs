//! What a product becomes when it is put into a cart: one line, or a line with others under it, or several, as its type
//! and what was asked for say. Only the rules of the types are here; lines are written in `line`, counted in `totals`.

pub(in crate::shop) mod bundle;
mod configurable;
mod custom_option;
mod first_choice;
mod grouped;
pub(in crate::shop) mod order_options;
mod request;

pub(in crate::shop) use request::Request;

use super::amount::Amount;
use crate::shop::{Row, Shop};

/// An option of a cart's line as its table keeps it: what tells two lines of one product apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::shop) struct ItemOption {
    pub(in crate::shop) code: String,
    pub(in crate::shop) value: String,
    /// The product that the option is about.
    pub(in crate::shop) product: String,
}

/// What was asked for is kept with a line, but two lines that differ in nothing else are one.
pub(in crate::shop) const BUY_REQUEST: &str = "info_buyRequest";

/// A line in the making.
#[derive(Clone, Debug)]
pub(in crate::shop) struct Candidate {
    pub(in crate::shop) product: Row,
    /// Columns of the line that differ from the product's.
    pub(in crate::shop) facts: Row,
    /// Pieces; of a child, in each of the parent.
    pub(in crate::shop) qty: Amount,
    pub(in crate::shop) options: Vec<ItemOption>,
    /// Whether it stands under the line before it that does not.
    pub(in crate::shop) is_child: bool,
}

impl Candidate {
    fn new(product: &Row, qty: Amount, request: String) -> Self {
        let mut candidate =
            Self { product: product.clone(), facts: Row::new(), qty, options: Vec::new(), is_child: false };
        candidate.add_option(BUY_REQUEST, request);
        candidate
    }

    /// The SKU that its line goes by.
    pub(in crate::shop) fn sku(&self) -> &str {
        self.facts.get("sku").unwrap_or(self.product.text("sku"))
    }

    fn add_option(&mut self, code: &str, value: impl Into<String>) {
        let product = self.product.text("entity_id").to_owned();
        self.add_option_of(code, value, product);
    }

    fn add_option_of(&mut self, code: &str, value: impl Into<String>, product: String) {
        let (code, value) = (code.to_owned(), value.into());
        match self.options.iter_mut().find(|option| option.code == code) {
            Some(known) => *known = ItemOption { code, value, product },
            None => self.options.push(ItemOption { code, value, product }),
        }
    }
}

/// Whether nothing of a product is sent.
pub(in crate::shop) fn is_virtual(product: &Row) -> bool {
    matches!(product.text("type_id"), "virtual" | "downloadable")
}

impl Shop {
    /// The lines that a product becomes.
    ///
    /// # Errors
    /// What Magento says when something is missing or not to be had.
    pub(in crate::shop) fn candidates(&self, product: &Row, request: &Request) -> Result<Vec<Candidate>, String> {
        match product.text("type_id") {
            "configurable" => self.configurable(product, request),
            "bundle" => self.bundle(product, request),
            "grouped" => self.grouped(product, request),
            _ => Ok(vec![self.single(product, request)?]),
        }
    }

    /// A product that is one line.
    fn single(&self, product: &Row, request: &Request) -> Result<Candidate, String> {
        let mut candidate = Candidate::new(product, request.qty(), request.serialized(product));
        self.add_custom_options(&mut candidate, request)?;
        Ok(candidate)
    }

    /// Whether a product can be bought at all: it is enabled and in stock.
    fn is_salable(&self, product: &Row) -> bool {
        let mut stock =
            self.database.table("cataloginventory_stock_item").with("product_id", product.text("entity_id"));
        let in_stock = stock.next().is_none_or(|(_, stock)| super::stock::is_in_stock(self, stock));
        product.get("status") != Some("2") && in_stock
    }

    fn product_by_id(&self, id: i64) -> Option<&Row> {
        self.database.table("catalog_product").row(id)
    }
}
