//! What customers and guests do at the counter, without the API: fill carts and place orders. Everything goes through a
//! cart, as in a real shop; what somebody gives is theirs, what nobody gives is what a checkout would write.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Made;
use super::amount::{Amount, amount_of, money};
use super::candidate::{BUY_REQUEST, Candidate, ItemOption};
use super::document::lay_over;
use super::given::Given;
use super::order::{ORDER, ORDER_ITEM};
use super::quote::{self, Payment, QUOTE, QUOTE_ITEM, charged_address, children_of, priced_items};
use crate::shop::edit::error::EditError;
use crate::shop::seed::SeedRow;
use crate::shop::{Row, Shop};

/// Somebody buys something, or is about to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Sale {
    /// A customer's id; `None` for a guest.
    pub customer: Option<i64>,
    /// A guest's `email`, `firstname` and `lastname`.
    pub guest: SeedRow,
    /// Store view; the customer's, or the first one, when left out.
    pub store: Option<i64>,
    /// Columns of each item: `sku`, `name`, `price`, `qty` and any other. A `sku` of the catalogue brings the product's.
    pub items: Vec<SeedRow>,
    /// Columns of the address, for billing and shipping; a customer's default one when left out.
    pub address: SeedRow,
    /// The cart that becomes an order; it brings its items when none are given.
    pub cart: Option<i64>,
    /// What the shop notes on the order.
    pub comment: Option<String>,
    /// Columns of the order or cart.
    pub set: SeedRow,
}

/// Columns of a sale that are calculated with, rather than written over what was calculated.
const CALCULATED_WITH: &[&str] = &["shipping_amount", "tax_amount", "discount_amount"];

/// Columns of an item that are calculated with.
pub(super) const OF_LINES: &[&str] =
    &["price", "row_total", "tax_amount", "tax_percent", "discount_amount", "discount_percent"];

/// Who buys, as carts write it, and where they live.
struct Buyer {
    columns: Row,
    address: Row,
    store: i64,
}

impl Shop {
    /// Places an order; the cart it came from is no longer active. Gives the order's id.
    pub(in crate::shop) fn place_order(&mut self, sale: &Sale) -> Result<i64, EditError> {
        let buyer = self.buyer(sale)?;
        let quote = match sale.cart {
            Some(cart) => {
                self.require(QUOTE, cart)?;
                cart
            }
            None => self.new_quote(buyer.store),
        };
        let given = self.fill(quote, sale, &buyer)?;
        self.check_out(quote, sale);
        self.collect_totals_with(quote, &given);
        let row = self.database.table(QUOTE).row(quote).cloned().unwrap_or_default();
        let set = order_columns(sale, &row);
        let Made { id, .. } = self.convert(row, &set);
        self.say_of_items(id, sale, &given);
        if sale.comment.is_some() {
            self.note(id, sale.comment.clone());
        }
        // A note saves the order; what was said of its stamp is still so.
        if let Some(updated) = set.get("updated_at") {
            let updated = updated.to_owned();
            self.database.table_mut(ORDER).update(id, |row| row.set("updated_at", updated));
        }
        Ok(id)
    }

    /// Fills a new cart. Gives its id.
    pub(in crate::shop) fn fill_cart(&mut self, sale: &Sale) -> Result<i64, EditError> {
        let buyer = self.buyer(sale)?;
        let quote = self.new_quote(buyer.store);
        let given = self.fill(quote, sale, &buyer)?;
        self.collect_totals_with(quote, &given);
        let row = self.database.table(QUOTE).row(quote).cloned().unwrap_or_default();
        let set = with_base_sums(&sale.set, &row, "base_to_quote_rate");
        self.database.table_mut(QUOTE).update(quote, |row| {
            row.set("is_active", "1");
            lay_over(row, &set);
        });
        Ok(quote)
    }

    /// Makes a cart hold just these items; those with a `sku` it held already stay the same rows. Gives the cart's id.
    pub(in crate::shop) fn put_in_cart(&mut self, cart: i64, items: &[SeedRow]) -> Result<i64, EditError> {
        self.require(QUOTE, cart)?;
        let given = self.replace_items(cart, items)?;
        let quote = self.database.table(QUOTE).row(cart).cloned().unwrap_or_default();
        let shipping = charged_address(self, &quote).map(|address| amount_of(&address, "shipping_amount"));
        let given = Given { shipping, ..given };
        self.collect_totals_with(cart, &given);
        Ok(cart)
    }

    /// Gives a cart its buyer, addresses, items, shipping and payment; answers the sums that were given.
    fn fill(&mut self, quote: i64, sale: &Sale, buyer: &Buyer) -> Result<Given, EditError> {
        self.database.table_mut(QUOTE).update(quote, |row| lay_over(row, &buyer.columns));
        let row = self.database.table(QUOTE).row(quote).cloned().unwrap_or_default();
        let given = match sale.items.is_empty() && sale.cart.is_some() {
            true => Given { lines: self.lines_as_they_are(quote), ..Given::default() },
            false => self.replace_items(quote, &sale.items)?,
        };
        let items = priced_items(self, quote);
        let is_virtual = !items.is_empty() && items.iter().all(|(_, item)| item.get("is_virtual") == Some("1"));
        let row = row.with("is_virtual", if is_virtual { "1" } else { "0" });
        let mut address = buyer.address.clone();
        if sale.customer.is_none() {
            // Only a guest's address says where to write to; a customer's account does.
            address.set_opt("email", row.get("customer_email").map(str::to_owned));
        }
        let mut addresses = vec![("billing", address.clone())];
        if !is_virtual {
            addresses.push(("shipping", address));
        }
        self.set_quote_addresses(&row, &addresses);
        for (kind, _) in &addresses {
            let Some(id) = quote::address(self, &row, kind).map(|address| address.int("address_id")) else { continue };
            let columns = known_columns("sales_flat_quote_address", &sale.address);
            self.change_quote_address(id, |address| lay_over(address, &columns));
        }
        let amount = |name: &str| match sale.set.get(name) {
            Some(text) => decimal(name, text.as_deref()).map(Some),
            None => Ok(None),
        };
        // Nobody pays for shipping that nobody spoke of.
        let shipping = Some(amount("shipping_amount")?.unwrap_or_default());
        let (tax, discount) = (amount("tax_amount")?, amount("discount_amount")?.map(|sum| sum.abs()));
        Ok(Given { shipping, tax, discount, ..given })
    }

    /// Chooses how a cart is sent and paid, as its buyer does on the way to an order.
    fn check_out(&mut self, quote: i64, sale: &Sale) {
        let row = self.database.table(QUOTE).row(quote).cloned().unwrap_or_default();
        let method = text_of(&sale.set, "shipping_method").unwrap_or("flatrate_flatrate");
        let description = text_of(&sale.set, "shipping_description").unwrap_or("Flat Rate - Fixed");
        self.set_quote_shipping(&row, method, description);
        self.set_quote_payment(&row, &Payment { method: "checkmo".to_owned(), columns: Row::new() });
    }

    /// Columns of items that only an order has are said of the order's.
    fn say_of_items(&mut self, order: i64, sale: &Sale, given: &Given) {
        for (line, item) in given.of_items.iter().zip(&sale.items) {
            let Some(line) = *line else { continue };
            let said = item.iter().filter(|(column, _)| !OF_LINES.contains(&column.as_str()));
            let said: SeedRow = said.map(|(column, value)| (column.clone(), value.clone())).collect();
            let mut columns = known_columns(ORDER_ITEM, &said);
            let row = self.database.table(QUOTE_ITEM).row(line).cloned().unwrap_or_default();
            if !children_of(self, &(line, row)).is_empty() {
                // It goes by the SKU of what was chosen.
                columns.remove("sku");
            }
            let of_order = order.to_string();
            let rows = self.database.table(ORDER_ITEM).with("order_id", &of_order);
            let found = rows.filter(|(_, row)| row.int("quote_item_id") == line).map(|(id, _)| id).next();
            if let Some(id) = found {
                self.database.table_mut(ORDER_ITEM).update(id, |row| lay_over(row, &columns));
            }
        }
    }

    /// What the lines of a cart cost now is what they are bought for.
    fn lines_as_they_are(&self, quote: i64) -> IndexMap<i64, Row> {
        let rate = self.database.table(QUOTE).row(quote).map(Self::quote_rates).map_or(Amount::ONE, |rates| rates[0].1);
        let of_line = |(id, item): (i64, Row)| {
            let price = money(amount_of(&item, "base_price") * rate);
            (id, Row::new().with("price", price).with("tax_percent", item.text("tax_percent")))
        };
        priced_items(self, quote).into_iter().map(of_line).collect()
    }

    /// Makes a cart hold just these items; answers what is given for each line.
    fn replace_items(&mut self, quote: i64, items: &[SeedRow]) -> Result<Given, EditError> {
        let mut held: IndexMap<String, i64> = IndexMap::new();
        for (id, row) in priced_items(self, quote) {
            held.insert(row.text("sku").to_owned(), id);
        }
        let mut given = Given::default();
        for item in items {
            let qty = of_item(item, "qty", "1")?;
            for column in OF_LINES {
                of_item(item, column, "0")?;
            }
            let facts = self.facts(item);
            let parts = self.parts_of(&facts, qty);
            if self.is_group(&facts) && !parts.is_empty() {
                let mut lines = Vec::with_capacity(parts.len());
                for part in &parts {
                    let held = part.first().and_then(|line| Some((held.shift_remove(line.sku())?, line.qty)));
                    lines.push(match held {
                        Some((id, qty)) => {
                            self.set_item_qty(id, qty);
                            id
                        }
                        None => self.add_parts(quote, part, &SeedRow::new()),
                    });
                }
                given.lines.extend(self.given_of_group(quote, &lines, qty, &of_line(item)));
                given.of_items.push(None);
                continue;
            }
            let whole = parts.first();
            let sku = whole.and_then(|lines| lines.first()).map_or(facts.text("sku"), Candidate::sku);
            let id = match (held.shift_remove(sku), whole) {
                (Some(id), whole) => {
                    if whole.is_none() {
                        self.database.table_mut(QUOTE_ITEM).update(id, |row| lay_over(row, &facts));
                    }
                    self.set_item_qty(id, qty);
                    id
                }
                (None, Some(lines)) => self.add_parts(quote, lines, item),
                (None, None) => self.add_quote_item(quote, &facts, qty, &[asked_for(&facts, qty)]),
            };
            let of_item = of_line(item);
            let of_parts = self.given_of_parts(quote, id, &of_item);
            given.lines.insert(id, of_item);
            given.lines.extend(of_parts);
            given.of_items.push(Some(id));
        }
        for id in held.into_values() {
            self.remove_quote_item(id);
        }
        Ok(given)
    }

    /// The columns of a line: those of the product that has the `sku`, and what is given. A `sku` that is none of the
    /// catalogue's is of a product that is not there any more.
    fn facts(&self, item: &SeedRow) -> Row {
        let table = self.database.table("catalog_product");
        let sku = text_of(item, "sku").unwrap_or_default();
        let named = text_of(item, "product_id").and_then(|id| table.row(crate::soap::value::leading_int(id)));
        let product = table.with("sku", sku).next().map(|(_, row)| row).or(named.filter(|_| sku.is_empty()));
        let mut facts = Row::new();
        facts.set("sku", sku);
        match product {
            Some(product) => {
                for column in ["sku", "name", "weight"] {
                    facts.set_opt(column, product.get(column).map(str::to_owned));
                }
                facts.set("product_id", product.text("entity_id"));
                facts.set("product_type", product.text("type_id"));
                let is_virtual = matches!(product.text("type_id"), "virtual" | "downloadable");
                facts.set("is_virtual", if is_virtual { "1" } else { "0" });
            }
            None => {
                let last = table.iter().last().map_or(0, |(id, _)| id);
                facts.set("name", sku);
                facts.set("product_id", (last + 1).to_string());
                facts.set("product_type", "simple");
            }
        }
        for (column, value) in item.iter().filter(|(column, _)| !OF_LINES.contains(&column.as_str())) {
            facts.set_opt(column.clone(), value.clone());
        }
        facts.remove("qty");
        facts
    }

    /// Puts a comment on an order, as the admin's form does.
    pub(in crate::shop) fn note(&mut self, order: i64, comment: Option<String>) -> i64 {
        use super::order::{HistoryEntry, Notified, Saved};
        let Some(row) = self.database.table(ORDER).row(order).cloned() else { return 0 };
        self.save_order(&row, Saved::Alone, |_| {});
        let entry = HistoryEntry { comment, notified: Notified::NO, ..HistoryEntry::of_status(row.text("status")) };
        self.add_to_history(&row, entry)
    }

    /// A row that must be there.
    pub(in crate::shop) fn require(&self, table: &'static str, id: i64) -> Result<&Row, EditError> {
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
            for (column, from) in FROM_CUSTOMER {
                columns.set_opt(*column, customer.get(from).map(str::to_owned));
            }
            columns.set("customer_group_id", customer.text("group_id"));
            columns.set("customer_id", id.to_string());
            columns.set("customer_is_guest", "0");
            columns.set_opt("checkout_method", None);
            store = store.or(Some(customer.int("store_id")).filter(|store| *store > 0));
            if let Some(home) = self.database.table("customer_address").row(customer.int("default_billing")) {
                address = home.clone();
                for column in ["entity_id", "parent_id", "created_at", "updated_at"] {
                    address.remove(column);
                }
                address.set("customer_address_id", home.text("entity_id"));
            }
        } else {
            for (column, value) in &sale.guest {
                columns.set_opt(format!("customer_{column}"), value.clone());
            }
            columns.set_opt("customer_id", None);
            columns.set("customer_group_id", "0");
            columns.set("customer_is_guest", "1");
            columns.set("checkout_method", "guest");
        }
        let first = || self.database.table("core_store").iter().map(|(id, _)| id).find(|id| *id > 0);
        let store = store.or_else(first).unwrap_or_default();
        columns.set("store_id", store.to_string());
        for column in ["firstname", "lastname"] {
            let name = columns.text(&format!("customer_{column}")).to_owned();
            address.set_default(column, &name);
        }
        if !sale.address.is_empty() {
            address.remove("customer_address_id");
        }
        for (column, value) in &sale.address {
            address.set_opt(column.clone(), value.clone());
        }
        Ok(Buyer { columns, address, store })
    }
}

/// Column of the cart, and of the customer it comes from.
pub(in crate::shop) const FROM_CUSTOMER: &[(&str, &str)] = &[
    ("customer_email", "email"),
    ("customer_prefix", "prefix"),
    ("customer_firstname", "firstname"),
    ("customer_middlename", "middlename"),
    ("customer_lastname", "lastname"),
    ("customer_suffix", "suffix"),
    ("customer_dob", "dob"),
    ("customer_taxvat", "taxvat"),
    ("customer_gender", "gender"),
];

/// The columns of an order that are written over what was calculated.
fn order_columns(sale: &Sale, quote: &Row) -> Row {
    let set = sale.set.iter().filter(|(column, _)| !CALCULATED_WITH.contains(&column.as_str()));
    let set: SeedRow = set.map(|(column, value)| (column.clone(), value.clone())).collect();
    with_base_sums(&set, quote, "base_to_quote_rate")
}

/// The same with the base currency's sums for those that only the other currency's are given of.
fn with_base_sums(set: &SeedRow, rates: &Row, rate: &str) -> Row {
    let rate = Some(amount_of(rates, rate)).filter(|rate| !rate.is_zero()).unwrap_or(Amount::ONE);
    let mut columns: Row = set.iter().map(|(column, value)| (column.clone(), value.clone())).collect();
    for (column, value) in set {
        let base = format!("base_{column}");
        let sum: Option<Amount> = value.as_deref().and_then(|text| text.trim().parse().ok());
        if let Some(sum) = sum
            && SUMS_IN_BOTH.contains(&column.as_str())
            && !set.contains_key(&base)
        {
            columns.set(base, money(sum / rate));
        }
    }
    columns
}

/// Sums of orders and carts that stand in both currencies and that somebody may say.
const SUMS_IN_BOTH: &[&str] = &[
    "subtotal",
    "grand_total",
    "total_paid",
    "total_due",
    "total_invoiced",
    "total_refunded",
    "total_canceled",
    "subtotal_with_discount",
    "shipping_amount",
    "tax_amount",
    "discount_amount",
];

/// What was asked for, in PHP's serialized form.
fn asked_for(facts: &Row, qty: Amount) -> ItemOption {
    let id = facts.text("product_id");
    let value = format!("a:2:{{s:10:\"product_id\";s:{}:\"{id}\";s:3:\"qty\";d:{};}}", id.len(), qty.normalize());
    ItemOption { code: BUY_REQUEST.to_owned(), value, product: id.to_owned() }
}

/// What is given for a line and calculated with; a price that nobody gives is nothing for what the catalogue lacks.
fn of_line(item: &SeedRow) -> Row {
    let given = OF_LINES.iter().filter_map(|column| Some(((*column).to_owned(), item.get(*column)?.clone())));
    given.collect()
}

/// Those of the columns that a table has.
fn known_columns(table: &str, columns: &SeedRow) -> Row {
    let known =
        |column: &str| crate::magento::columns::table(table).is_some_and(|table| table.columns.contains_key(column));
    let said = columns.iter().filter(|(column, _)| known(column));
    said.map(|(column, value)| (column.clone(), value.clone())).collect()
}

fn text_of<'a>(row: &'a SeedRow, column: &str) -> Option<&'a str> {
    row.get(column)?.as_deref()
}

fn decimal(name: &str, text: Option<&str>) -> Result<Amount, EditError> {
    let text = text.unwrap_or("0");
    text.trim().parse().map_err(|_| EditError::NoNumber { column: name.to_owned(), found: text.to_owned() })
}

fn of_item(item: &SeedRow, name: &str, otherwise: &str) -> Result<Amount, EditError> {
    decimal(name, item.get(name).map_or(Some(otherwise), Option::as_deref))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::shop::{Seed, ShopConfig, ShopEdit};

    const CREDIT_MEMO: &str = "sales_flat_creditmemo";

    fn shop() -> Shop {
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().unwrap());
        Shop::new(ShopConfig::new(clock), Seed::corner_shop_people().unwrap()).unwrap()
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
        assert_eq!(
            error.to_string(),
            "sales_flat_quote_item.price cannot hold \"cheap\"; write a number such as 12.50, with a point and no currency"
        );
    }
}
