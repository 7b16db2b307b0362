//! Lines of a cart: how a product gets in, what makes two of them one, and what goes out.

use super::amount::{Amount, amount_of, money};
use super::candidate::{BUY_REQUEST, Candidate, Request, is_virtual};
use super::quote::{QUOTE_ITEM, priced_items};
use crate::shop::{Row, Shop};

impl Shop {
    /// Puts a product into a cart with what its type brings along, or more of it when it is in there.
    ///
    /// # Errors
    /// What Magento says: something is missing, or there is not enough.
    pub(in crate::shop) fn add_to_quote(&mut self, quote: i64, product: &Row, request: &Request) -> Result<(), String> {
        let candidates = self.candidates(product, request)?;
        let mut parent: Option<(i64, Amount)> = None;
        let mut errors: Vec<String> = Vec::new();
        for candidate in &candidates {
            let under = parent.filter(|_| candidate.is_child);
            let known = self.line_like(quote, candidate, under.map(|(id, _)| id));
            let (id, qty) = match known {
                // What stands under a line stays as it was put there.
                Some(id) if candidate.is_child => (id, self.qty_of_line(id)),
                Some(id) => self.more_of_line(id, candidate),
                None => self.new_line(quote, candidate, under.map(|(id, _)| id)),
            };
            let wanted = under.map_or(qty, |(_, parents)| parents * qty);
            if let Err(error) = self.check_stock(&candidate.product, wanted)
                && !errors.contains(&error)
            {
                errors.push(error);
            }
            if !candidate.is_child {
                parent = Some((id, qty));
            }
        }
        if errors.is_empty() { Ok(()) } else { Err(errors.join("\n")) }
    }

    pub(super) fn new_line(&mut self, quote: i64, candidate: &Candidate, parent: Option<i64>) -> (i64, Amount) {
        let product = &candidate.product;
        let mut facts = Row::new();
        for column in ["sku", "name", "weight"] {
            facts.set_opt(column, product.get(column).map(str::to_owned));
        }
        facts.set("product_id", product.text("entity_id"));
        facts.set("product_type", product.text("type_id"));
        facts.set("is_virtual", if is_virtual(product) { "1" } else { "0" });
        super::document::lay_over(&mut facts, &candidate.facts);
        facts.set_opt("parent_item_id", parent.map(|id| id.to_string()));
        let qty = self.whole_pieces(product, candidate.qty);
        (self.add_quote_item(quote, &facts, qty, &candidate.options), qty)
    }

    fn more_of_line(&mut self, id: i64, candidate: &Candidate) -> (i64, Amount) {
        let qty = self.whole_pieces(&candidate.product, self.qty_of_line(id) + candidate.qty);
        self.set_item_qty(id, qty);
        let request = candidate.options.iter().find(|option| option.code == BUY_REQUEST);
        self.set_buy_request(id, request.map_or_else(String::new, |option| option.value.clone()));
        (id, qty)
    }

    fn qty_of_line(&self, id: i64) -> Amount {
        self.database.table(QUOTE_ITEM).row(id).map(|row| amount_of(row, "qty")).unwrap_or_default()
    }

    /// The line of a cart that is of the same product with the same options, under the same line.
    pub(in crate::shop) fn line_like(&self, quote: i64, candidate: &Candidate, parent: Option<i64>) -> Option<i64> {
        let parent = parent.map(|id| id.to_string());
        let wanted: Vec<(&str, &str)> = candidate
            .options
            .iter()
            .map(|option| (option.code.as_str(), option.value.as_str()))
            .filter(|(code, _)| *code != BUY_REQUEST)
            .collect();
        let of_quote = quote.to_string();
        let rows = self.database.table(QUOTE_ITEM).with("quote_id", &of_quote);
        let is_like = |(id, row): &(i64, &Row)| {
            let known = self.item_options(*id);
            let mut known = known.iter().filter(|(code, _)| code != BUY_REQUEST);
            let count = known.clone().count();
            row.get("product_id") == candidate.product.get("entity_id")
                && row.get("parent_item_id") == parent.as_deref()
                && count == wanted.len()
                && known.all(|(code, value)| wanted.contains(&(code.as_str(), value.as_str())))
        };
        rows.into_iter().find(is_like).map(|(id, _)| id)
    }

    /// Makes a line hold so many pieces.
    pub(in crate::shop) fn set_item_qty(&mut self, item: i64, qty: Amount) {
        let now = self.now_sql();
        self.database.table_mut(QUOTE_ITEM).update(item, |row| {
            row.set("qty", money(qty));
            row.set("updated_at", now);
        });
    }

    /// Whether there is enough for a line of so many pieces, and for what stands under it.
    ///
    /// # Errors
    /// What Magento says when there is not.
    pub(in crate::shop) fn check_line(&self, item: &(i64, Row), qty: Amount) -> Result<(), String> {
        let products = self.database.table("catalog_product");
        let check = |row: &Row, qty: Amount| match products.row(row.int("product_id")) {
            Some(product) => self.check_stock(product, qty),
            None => Ok(()),
        };
        check(&item.1, qty)?;
        super::quote::children_of(self, item)
            .iter()
            .try_for_each(|(_, child)| check(child, amount_of(child, "qty") * qty))
    }

    /// A line of a product that does not exist: Magento takes it, and drops it when the cart is opened next.
    pub(in crate::shop) fn add_broken_line(&mut self, quote: i64) {
        let facts = Row::new().with("product_type", "simple");
        let request = super::candidate::ItemOption {
            code: BUY_REQUEST.to_owned(),
            value: "a:0:{}".to_owned(),
            product: String::new(),
        };
        self.add_quote_item(quote, &facts, Amount::ONE, &[request]);
    }

    /// Drops lines without a product. When there are any, the totals are collected at once and not again in this call,
    /// so what it adds is not counted (recorded: one good product beside an unknown one).
    pub(in crate::shop) fn drop_broken_lines(&mut self, quote: i64) -> bool {
        let broken = |item: &Row| item.get("product_id").is_none() && item.text("sku").is_empty();
        let ids: Vec<i64> =
            priced_items(self, quote).into_iter().filter(|(_, item)| broken(item)).map(|(id, _)| id).collect();
        for id in &ids {
            self.remove_quote_item(*id);
        }
        if !ids.is_empty() {
            self.collect_totals(quote);
        }
        !ids.is_empty()
    }
}
