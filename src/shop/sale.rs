//! What customers and guests do at the counter, without the API: fill carts, place orders, get refunds, subscribe to the
//! newsletter. Columns that a story does not give are those a checkout would write.

use indexmap::IndexMap;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::Shop;
use super::edit::EditError;
use super::increment_id::Numbered;
use super::row::Row;
use super::seed::SeedRow;

/// Somebody buys something, or is about to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Sale {
    /// A customer's id; `None` for a guest.
    pub customer: Option<i64>,
    /// A guest's `email`, `firstname` and `lastname`.
    pub guest: SeedRow,
    /// Store view; the customer's, or the first one, when left out.
    pub store: Option<i64>,
    /// Columns of each item: `sku`, `name`, `price`, `qty` and any other.
    pub items: Vec<SeedRow>,
    /// Columns of the address, for billing and shipping; a customer's default one when left out.
    pub address: SeedRow,
    /// The cart that becomes an order.
    pub cart: Option<i64>,
    /// What the shop notes on the order.
    pub comment: Option<String>,
    /// Columns of the order or cart.
    pub set: SeedRow,
}

/// The currency of everything.
const CURRENCY: &str = "USD";

const ORDER: &str = "sales_flat_order";
const ORDER_ITEM: &str = "sales_flat_order_item";
const QUOTE: &str = "sales_flat_quote";
const QUOTE_ITEM: &str = "sales_flat_quote_item";
const CREDIT_MEMO: &str = "sales_flat_creditmemo";
const SUBSCRIBER: &str = "newsletter_subscriber";

/// Who buys, as orders and carts write it, and where they live.
struct Buyer {
    columns: Row,
    address: Row,
    store: i64,
}

impl Shop {
    /// Places an order; the cart it came from, if any, is no longer active. Gives its id.
    pub(super) fn place_order(&mut self, sale: &Sale) -> Result<i64, EditError> {
        let buyer = self.buyer(sale)?;
        let now = self.now_sql();
        let (subtotal, quantity) = sums(&sale.items)?;
        let amount = |name: &str| sale.set.get(name).map_or(Ok(Decimal::ZERO), |text| decimal(name, text.as_deref()));
        let total = subtotal + amount("shipping_amount")? + amount("tax_amount")? - amount("discount_amount")?.abs();
        let mut order = buyer.columns.clone();
        order.set("increment_id", self.next_increment_id(Numbered::Order, buyer.store));
        order.set("store_name", self.store_name(buyer.store));
        for (column, value) in [("state", "new"), ("status", "pending"), ("order_currency_code", CURRENCY)] {
            order.set(column, value);
        }
        order.set("subtotal", money(subtotal));
        order.set("grand_total", money(total));
        order.set("total_qty_ordered", money(quantity));
        order.set("is_virtual", "0");
        order.set("shipping_method", "flatrate_flatrate");
        order.set_opt("quote_id", sale.cart.map(|id| id.to_string()));
        stamp(&mut order, &now);
        lay_over(&mut order, &sale.set);
        for column in ["shipping_amount", "tax_amount", "discount_amount"] {
            order.set(column, money(amount(column)?));
        }
        let created = order.text("created_at").to_owned();
        let updated = order.text("updated_at").to_owned();
        let id = self.database.table_mut(ORDER).insert(order);
        for item in &sale.items {
            let mut row = priced(item, "qty_ordered")?;
            row.set("order_id", id.to_string());
            row.set("store_id", buyer.store.to_string());
            row.set_default("created_at", &created);
            row.set_default("updated_at", &created);
            self.database.table_mut(ORDER_ITEM).insert(row);
        }
        self.add_addresses("sales_flat_order_address", "parent_id", id, &buyer.address);
        let payment = Row::new().with("parent_id", id.to_string()).with("method", "checkmo");
        self.database.table_mut("sales_flat_order_payment").insert(payment);
        self.add_comment(id, sale.comment.as_deref(), &created);
        self.database.table_mut(ORDER).update(id, |row| row.set("updated_at", updated));
        if let Some(cart) = sale.cart {
            self.database.table_mut(QUOTE).update(cart, |row| {
                row.set("is_active", "0");
                row.set("updated_at", now);
            });
        }
        Ok(id)
    }

    /// Puts a comment on an order, as the admin's form does.
    pub(super) fn comment_order(&mut self, order: i64, comment: &str) -> Result<i64, EditError> {
        let now = self.now_sql();
        self.require(ORDER, order)?;
        self.add_comment(order, Some(comment), &now);
        Ok(order)
    }

    /// Fills a new cart. Gives its id.
    pub(super) fn fill_cart(&mut self, sale: &Sale) -> Result<i64, EditError> {
        let buyer = self.buyer(sale)?;
        let now = self.now_sql();
        let mut cart = buyer.columns.clone();
        for (column, value) in [
            ("is_active", "1"),
            ("is_virtual", "0"),
            ("is_multi_shipping", "0"),
            ("store_to_base_rate", "1.0000"),
            ("store_to_quote_rate", "1.0000"),
            ("base_currency_code", CURRENCY),
            ("store_currency_code", CURRENCY),
            ("quote_currency_code", CURRENCY),
        ] {
            cart.set(column, value);
        }
        stamp(&mut cart, &now);
        lay_over(&mut cart, &sale.set);
        let id = self.database.table_mut(QUOTE).insert(cart);
        self.add_addresses("sales_flat_quote_address", "quote_id", id, &buyer.address);
        self.put_in_cart(id, &sale.items)?;
        self.database.table_mut(QUOTE).update(id, |row| lay_over(row, &sale.set));
        Ok(id)
    }

    /// Makes a cart hold just these items; those with a `sku` it held already stay the same rows.
    pub(super) fn put_in_cart(&mut self, cart: i64, items: &[SeedRow]) -> Result<i64, EditError> {
        let now = self.now_sql();
        let store = self.require(QUOTE, cart)?.text("store_id").to_owned();
        let of_cart = cart.to_string();
        let mut held: IndexMap<String, i64> = IndexMap::new();
        for (id, row) in self.database.table(QUOTE_ITEM).with("quote_id", &of_cart) {
            held.insert(row.text("sku").to_owned(), id);
        }
        for item in items {
            let mut row = priced(item, "qty")?;
            row.set("quote_id", of_cart.clone());
            row.set("store_id", store.clone());
            row.set("updated_at", now.clone());
            match held.shift_remove(row.text("sku")) {
                Some(id) => {
                    self.database.table_mut(QUOTE_ITEM).update(id, |stored| {
                        row.iter().for_each(|(column, value)| stored.set_opt(column, value.map(str::to_owned)));
                    });
                }
                None => {
                    row.set_default("created_at", &now);
                    self.database.table_mut(QUOTE_ITEM).insert(row);
                }
            }
        }
        for id in held.into_values() {
            self.database.table_mut(QUOTE_ITEM).remove(id);
        }
        let (subtotal, quantity) = sums(items)?;
        self.database.table_mut(QUOTE).update(cart, |row| {
            row.set("items_count", items.len().to_string());
            row.set("items_qty", money(quantity));
            row.set("subtotal", money(subtotal));
            row.set("grand_total", money(subtotal));
            row.set("updated_at", now);
        });
        Ok(cart)
    }

    /// Refunds an order whole: a credit memo with all its items. Gives the memo's id.
    pub(super) fn refund_order(&mut self, order: i64, set: &SeedRow) -> Result<i64, EditError> {
        let sold = self.require(ORDER, order)?.clone();
        let now = self.now_sql();
        let mut memo = Row::new().with("order_id", order.to_string()).with("state", "2");
        memo.set("store_id", sold.text("store_id"));
        memo.set("increment_id", self.next_increment_id(Numbered::CreditMemo, sold.int("store_id")));
        for column in ["subtotal", "grand_total", "shipping_amount", "tax_amount", "discount_amount"] {
            memo.set_opt(column, sold.get(column).map(str::to_owned));
        }
        for column in ["adjustment", "adjustment_positive", "adjustment_negative"] {
            memo.set(column, money(Decimal::ZERO));
        }
        stamp(&mut memo, &now);
        lay_over(&mut memo, set);
        let total = memo.text("grand_total").to_owned();
        let id = self.database.table_mut(CREDIT_MEMO).insert(memo);
        let items: Vec<Row> = self
            .database
            .table(ORDER_ITEM)
            .with("order_id", &order.to_string())
            .map(|(item_id, item)| {
                let mut row = Row::new().with("parent_id", id.to_string()).with("order_item_id", item_id.to_string());
                row.set_opt("qty", item.get("qty_ordered").map(str::to_owned));
                for column in ["sku", "name", "price", "row_total", "tax_amount", "discount_amount", "product_id"] {
                    row.set_opt(column, item.get(column).map(str::to_owned));
                }
                row
            })
            .collect();
        for item in items {
            self.database.table_mut("sales_flat_creditmemo_item").insert(item);
        }
        self.database.table_mut(ORDER).update(order, |row| {
            row.set("total_refunded", total);
            row.set("state", "closed");
            row.set("status", "closed");
            row.set("updated_at", now);
        });
        Ok(id)
    }

    /// Writes down that an address does or does not want the newsletter; whose it is, the customers know.
    pub(super) fn subscribe(&mut self, email: &str, status: i64, set: &SeedRow) -> i64 {
        let now = self.now_sql();
        let customer = self.database.table("customer").with("email", email).next();
        let (owner, store) = customer.map_or((0, 1), |(id, row)| (id, row.int("store_id")));
        let known = self.database.table(SUBSCRIBER).with("subscriber_email", email).next().map(|(id, _)| id);
        let changed = |row: &mut Row| {
            row.set("subscriber_email", email);
            row.set("subscriber_status", status.to_string());
            row.set("change_status_at", now.clone());
            row.set_default("customer_id", &owner.to_string());
            row.set_default("store_id", &store.to_string());
            lay_over(row, set);
        };
        let table = self.database.table_mut(SUBSCRIBER);
        if let Some(id) = known {
            table.update(id, changed);
            return id;
        }
        let mut row = Row::new();
        changed(&mut row);
        table.insert(row)
    }

    fn require(&self, table: &'static str, id: i64) -> Result<&Row, EditError> {
        let rows = self.database.table(table);
        let missing = || EditError::UnknownRecord { table: table.to_owned(), id, count: rows.len() };
        rows.row(id).ok_or_else(missing)
    }

    fn buyer(&self, sale: &Sale) -> Result<Buyer, EditError> {
        let mut columns = Row::new();
        let mut address = Row::new();
        let mut store = sale.store;
        if let Some(id) = sale.customer {
            let customer = self.require("customer", id)?;
            for column in ["email", "firstname", "middlename", "lastname", "prefix", "suffix", "group_id"] {
                columns.set_opt(format!("customer_{column}"), customer.get(column).map(str::to_owned));
            }
            columns.set("customer_id", id.to_string());
            columns.set("customer_is_guest", "0");
            store = store.or(Some(customer.int("store_id")).filter(|store| *store > 0));
            if let Some(home) = self.database.table("customer_address").row(customer.int("default_billing")) {
                address = home.clone();
                for column in ["entity_id", "parent_id", "created_at", "updated_at"] {
                    address.remove(column);
                }
            }
        } else {
            for (column, value) in &sale.guest {
                columns.set_opt(format!("customer_{column}"), value.clone());
            }
            columns.set_opt("customer_id", None);
            columns.set("customer_group_id", "0");
            columns.set("customer_is_guest", "1");
        }
        let first = || self.database.table("core_store").iter().map(|(id, _)| id).find(|id| *id > 0);
        let store = store.or_else(first).unwrap_or_default();
        columns.set("store_id", store.to_string());
        for column in ["firstname", "lastname"] {
            let name = columns.text(&format!("customer_{column}")).to_owned();
            address.set_default(column, &name);
        }
        lay_over(&mut address, &sale.address);
        Ok(Buyer { columns, address, store })
    }

    fn add_addresses(&mut self, table: &'static str, parent: &str, id: i64, address: &Row) {
        for kind in ["billing", "shipping"] {
            let row = address.clone().with(parent, id.to_string()).with("address_type", kind);
            self.database.table_mut(table).insert(row);
        }
    }

    fn add_comment(&mut self, order: i64, comment: Option<&str>, at: &str) {
        let status = self.database.table(ORDER).row(order).map(|row| row.text("status").to_owned());
        let mut row = Row::new().with("parent_id", order.to_string()).with("created_at", at);
        row.set_opt("comment", comment.map(str::to_owned));
        row.set_opt("status", status);
        row.set("is_customer_notified", "0");
        row.set("is_visible_on_front", "0");
        self.database.table_mut("sales_flat_order_status_history").insert(row);
        self.database.table_mut(ORDER).update(order, |row| row.set("updated_at", at));
    }

    /// Website, store and view on three lines, as orders remember where they were placed.
    pub(super) fn store_name(&self, store: i64) -> String {
        let text = |table, id: i64| {
            self.database.table(table).row(id).map_or_else(String::new, |row| row.text("name").to_owned())
        };
        let (website, group) = self
            .database
            .table("core_store")
            .row(store)
            .map_or((0, 0), |row| (row.int("website_id"), row.int("group_id")));
        [text("core_website", website), text("core_store_group", group), text("core_store", store)].join("\n")
    }
}

fn lay_over(row: &mut Row, columns: &SeedRow) {
    for (column, value) in columns {
        row.set_opt(column.clone(), value.clone());
    }
}

fn stamp(row: &mut Row, now: &str) {
    row.set("created_at", now);
    row.set("updated_at", now);
}

/// Four decimals, as the database keeps amounts.
fn money(amount: Decimal) -> String {
    format!("{amount:.4}")
}

fn decimal(name: &str, text: Option<&str>) -> Result<Decimal, EditError> {
    let text = text.unwrap_or("0");
    text.parse().map_err(|_| EditError::NoNumber { column: name.to_owned(), found: text.to_owned() })
}

fn of_item(item: &SeedRow, name: &str, otherwise: &str) -> Result<Decimal, EditError> {
    decimal(name, item.get(name).map_or(Some(otherwise), Option::as_deref))
}

/// Sum of the rows, and of the quantities.
fn sums(items: &[SeedRow]) -> Result<(Decimal, Decimal), EditError> {
    let mut sums = (Decimal::ZERO, Decimal::ZERO);
    for item in items {
        let qty = of_item(item, "qty", "1")?;
        sums.0 += of_item(item, "price", "0")? * qty;
        sums.1 += qty;
    }
    Ok(sums)
}

/// An item with the columns every item has; the quantity goes to the column the table has for it.
fn priced(item: &SeedRow, quantity: &str) -> Result<Row, EditError> {
    let (price, qty) = (of_item(item, "price", "0")?, of_item(item, "qty", "1")?);
    let mut row = Row::new();
    lay_over(&mut row, item);
    row.remove("qty");
    row.set("price", money(price));
    row.set(quantity, money(qty));
    row.set_default("row_total", &money(price * qty));
    let sku = row.text("sku").to_owned();
    row.set_default("name", &sku);
    for (column, value) in [
        ("product_id", "1"),
        ("product_type", "simple"),
        ("is_virtual", "0"),
        ("free_shipping", "0"),
        ("tax_percent", "0.0000"),
        ("tax_amount", "0.0000"),
        ("discount_percent", "0.0000"),
        ("discount_amount", "0.0000"),
    ] {
        row.set_default(column, value);
    }
    row.set_default("original_price", &money(price));
    Ok(row)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::shop::{Seed, ShopConfig, ShopEdit};

    fn shop() -> Shop {
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().unwrap());
        Shop::new(ShopConfig::new(clock), Seed::corner_shop().unwrap()).unwrap()
    }

    fn columns(pairs: &[(&str, &str)]) -> SeedRow {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
    }

    #[test]
    fn a_cart_becomes_an_order_and_the_order_a_refund() {
        let mut shop = shop();
        let mug = columns(&[("sku", "mug"), ("price", "12.50"), ("qty", "2")]);
        let sale = Sale { customer: Some(1), items: vec![mug], ..Sale::default() };
        let cart = shop.edit(&ShopEdit::FillCart(sale.clone())).unwrap();
        let order = shop
            .edit(&ShopEdit::PlaceOrder(Sale { cart: Some(cart), set: columns(&[("shipping_amount", "5")]), ..sale }))
            .unwrap();
        let row = shop.database.table(ORDER).row(order).unwrap();
        let facts = ["increment_id", "subtotal", "grand_total", "customer_email", "store_name"].map(|c| row.text(c));
        assert_eq!(
            facts,
            ["100000001", "25.0000", "30.0000", "jane.oneil@example.com", "Corner Shop\nCorner Shop Store\nEnglish"]
        );
        assert_eq!(shop.database.table(QUOTE).row(cart).unwrap().text("is_active"), "0");
        let memo = shop.edit(&ShopEdit::Refund { order, set: SeedRow::new() }).unwrap();
        assert_eq!(shop.database.table(CREDIT_MEMO).row(memo).unwrap().text("grand_total"), "30.0000");
        assert_eq!(shop.database.table(ORDER).row(order).unwrap().text("status"), "closed");
    }

    #[test]
    fn a_cart_keeps_the_rows_of_what_stays_in_it() {
        let mut shop = shop();
        let item = |sku: &str| columns(&[("sku", sku), ("price", "1")]);
        let sale = Sale { customer: Some(1), items: vec![item("a"), item("b")], ..Sale::default() };
        let cart = shop.edit(&ShopEdit::FillCart(sale)).unwrap();
        shop.edit(&ShopEdit::PutInCart { cart, items: vec![item("b"), item("c")] }).unwrap();
        let skus: Vec<(i64, String)> =
            shop.database.table(QUOTE_ITEM).iter().map(|(id, row)| (id, row.text("sku").to_owned())).collect();
        assert_eq!(skus, [(2, "b".to_owned()), (3, "c".to_owned())]);
        assert_eq!(shop.database.table(QUOTE).row(cart).unwrap().text("items_count"), "2");
    }

    #[test]
    fn a_price_that_is_no_number_is_named() {
        let error = shop()
            .edit(&ShopEdit::PlaceOrder(Sale { items: vec![columns(&[("price", "cheap")])], ..Sale::default() }))
            .unwrap_err();
        assert_eq!(error.to_string(), "price holds \"cheap\", which is no number; write one such as 12.50");
    }
}
