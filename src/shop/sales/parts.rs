//! What somebody buys at the counter that is made of parts: the line of a configurable product or a bundle with those of its
//! parts under it, the lines of a group, and how sums that are given for it fall to them.

use indexmap::IndexMap;

use super::amount::{Amount, amount_of};
use super::candidate::Candidate;
use super::counter::OF_LINES;
use super::given::{Share, shared};
use super::quote::{QUOTE, QUOTE_ITEM, children_of};
use crate::shop::seed::SeedRow;
use crate::shop::{Row, Shop};

impl Shop {
    /// The lines that an item becomes that leaves a choice of which nothing is said, each with what stands under it; none
    /// for an item that is just one.
    pub(super) fn parts_of(&self, facts: &Row, qty: Amount) -> Vec<Vec<Candidate>> {
        let product = self.database.table("catalog_product").row(facts.int("product_id"));
        let lines = product.and_then(|product| self.first_choice(product, qty)).unwrap_or_default();
        let mut wholes: Vec<Vec<Candidate>> = Vec::new();
        for line in lines {
            match wholes.last_mut() {
                Some(whole) if line.is_child => whole.push(line),
                _ => wholes.push(vec![line]),
            }
        }
        wholes
    }

    /// Whether an item has no line of its own.
    pub(super) fn is_group(&self, facts: &Row) -> bool {
        let product = self.database.table("catalog_product").row(facts.int("product_id"));
        product.is_some_and(|product| product.get("type_id") == Some("grouped"))
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
        let bundles = amount_of(&item.1, "qty");
        let share = |(line, child): (i64, Row)| {
            let pieces = amount_of(&child, "qty");
            Share { line, pieces, cost: self.child_price(quote, bundle, bundles, &child) * pieces }
        };
        let shares: Vec<Share> = children_of(self, &item).into_iter().map(share).collect();
        shared(given, &shares)
    }

    /// What is given for a group falls to its lines likewise.
    pub(super) fn given_of_group(&self, quote: i64, lines: &[i64], groups: Amount, given: &Row) -> IndexMap<i64, Row> {
        let quote = self.database.table(QUOTE).row(quote).cloned().unwrap_or_default();
        let share = |line: &i64| {
            let row = self.database.table(QUOTE_ITEM).row(*line)?;
            let product = self.database.table("catalog_product").row(row.int("product_id"))?;
            let qty = amount_of(row, "qty");
            let pieces = if groups.is_zero() { qty } else { qty / groups };
            Some(Share { line: *line, pieces, cost: self.final_price(&quote, product, qty) * qty })
        };
        shared(given, &lines.iter().filter_map(share).collect::<Vec<Share>>())
    }
}

#[cfg(test)]
mod tests {
    use crate::clock::Clock;
    use crate::shop::sales::quote::QUOTE_ITEM;
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
        let named =
            order_of(&mut shop, &[("sku", "harbour-mug"), ("name", "A mug"), ("weight", "7"), ("price", "9.00")]);
        assert_eq!(named.len(), 2, "{named:?}");
        let items = shop.database.table("sales_flat_order_item").iter().map(|(_, row)| row);
        let given: Vec<_> =
            items.filter(|row| row.get("name") == Some("A mug")).map(|row| row.text("weight")).collect();
        assert_eq!(given, ["7.0000"], "what is said of a line is said of the first of its parts");
        // A bundle costs what its parts do; what is given for it is theirs.
        let bundle = order_of(&mut shop, &[("sku", "harbour-breakfast"), ("price", "40.00"), ("tax_percent", "10")]);
        assert_eq!(bundle.len(), 3, "{bundle:?}");
        assert_eq!((bundle[0][1].as_str(), bundle[0][5].as_str()), ("bundle", "40.0000"), "{bundle:?}");
        let order = shop.database.table("sales_flat_order").iter().last().map(|(_, row)| row.clone()).unwrap();
        let sums = ["subtotal", "tax_amount", "grand_total", "total_item_count"].map(|column| order.text(column));
        assert_eq!(sums, ["40.0000", "4.0000", "44.0000", "1"]);
    }

    /// The lines of a cart with their quantities.
    fn lines(shop: &Shop, cart: i64) -> Vec<(i64, String)> {
        let of_cart = cart.to_string();
        let rows = shop.database.table(QUOTE_ITEM).with("quote_id", &of_cart);
        rows.map(|(id, row)| (id, row.text("qty").to_owned())).collect()
    }

    /// A group has no line of its own; what is given for it falls to what is in it.
    #[test]
    fn a_group_becomes_the_lines_of_its_products() {
        let mut shop = shop();
        let products = shop.database.table("catalog_product");
        let group =
            products.iter().find(|(_, row)| row.get("type_id") == Some("grouped")).unwrap().1.text("sku").to_owned();
        let plain = order_of(&mut shop, &[("sku", &group), ("qty", "2")]);
        assert!(plain.len() > 1 && plain.iter().all(|line| line[1] == "grouped" && line[0].is_empty()), "{plain:?}");
        assert!(plain.iter().all(|line| line[2] != group && line[3] == "2.0000"), "{plain:?}");
        let given = order_of(&mut shop, &[("sku", &group), ("qty", "2"), ("price", "10.00"), ("name", "Set")]);
        assert_eq!(
            given.iter().map(|line| &line[2]).collect::<Vec<_>>(),
            plain.iter().map(|line| &line[2]).collect::<Vec<_>>()
        );
        let order = shop.database.table("sales_flat_order").iter().last().map(|(_, row)| row.clone()).unwrap();
        assert_eq!(order.text("subtotal"), "20.0000");
        let names = shop.database.table("sales_flat_order_item").rows_with("order_id", order.text("entity_id"));
        assert!(names.iter().all(|item| item.text("name") != "Set"), "a name is of one line");

        // What is in the cart already stays the same lines.
        let item = |qty: &str| {
            [("sku", group.as_str()), ("qty", qty)].map(|(name, value)| (name.to_owned(), Some(value.to_owned())))
        };
        let sale = Sale { customer: Some(1), items: vec![item("1").into()], ..Sale::default() };
        let cart = shop.edit(&ShopEdit::FillCart(sale)).unwrap();
        let before = lines(&shop, cart);
        shop.edit(&ShopEdit::PutInCart { cart, items: vec![item("3").into()] }).unwrap();
        let expected: Vec<_> = before.into_iter().map(|(id, _)| (id, "3.0000".to_owned())).collect();
        assert_eq!(lines(&shop, cart), expected);
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
        let before = lines(&shop, cart);
        shop.edit(&ShopEdit::PutInCart { cart, items: vec![item("3")] }).unwrap();
        let after = lines(&shop, cart);
        assert_eq!(
            before.iter().map(|(id, _)| id).collect::<Vec<_>>(),
            after.iter().map(|(id, _)| id).collect::<Vec<_>>()
        );
        assert_eq!((after[0].1.as_str(), after[1].1.as_str()), ("3.0000", "1.0000"));
        shop.edit(&ShopEdit::PutInCart { cart, items: Vec::new() }).unwrap();
        assert_eq!(lines(&shop, cart), []);
    }
}
