//! What somebody buys at the counter that is made of parts: the line of a configurable product or a bundle with those of its
//! parts under it, and how sums that are given for it fall to them.

use indexmap::IndexMap;

use super::amount::{Amount, amount_of};
use super::candidate::Candidate;
use super::counter::OF_LINES;
use super::given::spread;
use super::quote::{QUOTE, QUOTE_ITEM, children_of};
use crate::shop::seed::SeedRow;
use crate::shop::{Row, Shop};

impl Shop {
    /// The lines that an item becomes that leaves a choice, and nothing is said of it.
    pub(super) fn parts_of(&self, facts: &Row, qty: Amount) -> Option<Vec<Candidate>> {
        let product = self.database.table("catalog_product").row(facts.int("product_id"))?;
        self.first_choice(product, qty)
    }

    /// Puts such lines into a cart, what is said of the first over what it is; answers its id.
    pub(super) fn add_parts(&mut self, quote: i64, lines: &[Candidate], said: &SeedRow) -> i64 {
        let mut whole = None;
        for line in lines {
            let under = whole.filter(|_| line.is_child);
            let (id, _) = self.new_line(quote, line, under);
            whole.get_or_insert(id);
        }
        let id = whole.unwrap_or_default();
        let over = said.iter().filter(|(column, _)| {
            !OF_LINES.contains(&column.as_str()) && !["sku", "qty", "product_id"].contains(&column.as_str())
        });
        let over: Row = over.map(|(column, value)| (column.clone(), value.clone())).collect();
        self.database.table_mut(QUOTE_ITEM).update(id, |row| super::document::lay_over(row, &over));
        id
    }

    /// What is given for a line falls to what stands under it where that is what has a price: percents as they are, amounts
    /// by what the parts cost.
    pub(super) fn given_of_parts(&self, quote: i64, line: i64, given: &Row) -> IndexMap<i64, Row> {
        let Some(row) = self.database.table(QUOTE_ITEM).row(line).cloned() else { return IndexMap::new() };
        let item = (line, row);
        let bundle = self.database.table("catalog_product").row(item.1.int("product_id"));
        let bundle = bundle.filter(|_| self.is_priced_by_children(&item));
        let (Some(bundle), Some(quote)) = (bundle, self.database.table(QUOTE).row(quote)) else {
            return IndexMap::new();
        };
        let children = children_of(self, &item);
        let bundles = amount_of(&item.1, "qty");
        let cost = |child: &Row| self.child_price(quote, bundle, bundles, child) * amount_of(child, "qty");
        let mut weights: Vec<Amount> = children.iter().map(|(_, child)| cost(child)).collect();
        if let Some(first) = weights.first_mut().filter(|first| first.is_zero()) {
            *first = Amount::new(1, 4);
        }
        let mut parts: IndexMap<i64, Row> = IndexMap::new();
        for (column, text) in given.iter() {
            let Some(text) = text else { continue };
            let amount: Amount = text.trim().parse().unwrap_or_default();
            for ((id, child), share) in children.iter().zip(spread(amount, &weights)) {
                let part = match column {
                    "price" => share / amount_of(child, "qty").max(Amount::new(1, 4)),
                    "tax_percent" | "discount_percent" => amount,
                    _ => share,
                };
                parts.entry(*id).or_default().set(column, part.to_string());
            }
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use crate::clock::Clock;
    use crate::shop::{Sale, Seed, Shop, ShopConfig, ShopEdit};

    fn shop() -> Shop {
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().unwrap());
        Shop::new(ShopConfig::new(clock), Seed::corner_shop().unwrap()).unwrap()
    }

    fn order_of(shop: &mut Shop, columns: &[(&str, &str)]) -> Vec<[String; 6]> {
        let item = columns.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect();
        let sale = Sale { customer: Some(1), items: vec![item], ..Sale::default() };
        let order = shop.edit(&ShopEdit::PlaceOrder(sale)).unwrap().to_string();
        let items = shop.database.table("sales_flat_order_item").rows_with("order_id", &order);
        let first = items[0].int("item_id");
        let told = |row: &&crate::shop::Row| {
            let parent = row
                .get("parent_item_id")
                .map_or(String::new(), |id| (crate::soap::value::leading_int(id) - first).to_string());
            let [kind, sku, qty, price, total] =
                ["product_type", "sku", "qty_ordered", "price", "row_total"].map(|column| row.text(column).to_owned());
            [parent, kind, sku, qty, price, total]
        };
        items.iter().map(told).collect()
    }

    #[test]
    fn what_is_bought_by_edits_stands_in_lines_as_the_api_makes_them() {
        let mut shop = shop();
        let mug = order_of(&mut shop, &[("sku", "harbour-mug"), ("qty", "2"), ("price", "9.00")]);
        assert_eq!(
            mug,
            [
                ["", "configurable", "harbour-mug-s", "2.0000", "9.0000", "18.0000"],
                ["0", "simple", "harbour-mug-s", "2.0000", "0.0000", "0.0000"]
            ]
        );
        // A bundle costs what its parts do; what is given for it is theirs.
        let bundle = order_of(&mut shop, &[("sku", "harbour-breakfast"), ("price", "40.00"), ("tax_percent", "10")]);
        assert_eq!(bundle.len(), 3, "{bundle:?}");
        assert_eq!((bundle[0][1].as_str(), bundle[0][5].as_str()), ("bundle", "40.0000"), "{bundle:?}");
        let order = shop.database.table("sales_flat_order").iter().last().map(|(_, row)| row.clone()).unwrap();
        let sums = ["subtotal", "tax_amount", "grand_total", "total_item_count"].map(|column| order.text(column));
        assert_eq!(sums, ["40.0000", "4.0000", "44.0000", "1"]);
    }

    #[test]
    fn a_cart_keeps_the_lines_of_what_is_put_together() {
        let mut shop = shop();
        let item = |qty: &str| {
            let columns = [("sku", "harbour-mug"), ("qty", qty)];
            columns.into_iter().map(|(name, value)| (name.to_owned(), Some(value.to_owned()))).collect()
        };
        let sale = Sale { customer: Some(1), items: vec![item("1")], ..Sale::default() };
        let cart = shop.edit(&ShopEdit::FillCart(sale)).unwrap();
        let lines = |shop: &Shop| -> Vec<(i64, String)> {
            let of_cart = cart.to_string();
            let rows = shop.database.table("sales_flat_quote_item").with("quote_id", &of_cart);
            rows.map(|(id, row)| (id, row.text("qty").to_owned())).collect()
        };
        let before = lines(&shop);
        shop.edit(&ShopEdit::PutInCart { cart, items: vec![item("3")] }).unwrap();
        let after = lines(&shop);
        assert_eq!(
            before.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            after.iter().map(|(id, _)| id).collect::<Vec<_>>()
        );
        assert_eq!((after[0].1.as_str(), after[1].1.as_str()), ("3.0000", "1.0000"));
        shop.edit(&ShopEdit::PutInCart { cart, items: Vec::new() }).unwrap();
        assert_eq!(lines(&shop), []);
    }
}
