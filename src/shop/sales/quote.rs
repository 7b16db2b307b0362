//! A cart's rows: the cart itself, its lines, addresses and payment. Sums are counted in `totals`.

use super::amount::{Amount, CURRENCIES, amount_of, money};
use super::candidate::ItemOption;
use super::{blank, fill, zero};
use crate::shop::{Row, Shop};

pub(in crate::shop) const QUOTE: &str = "sales_flat_quote";
pub(in crate::shop) const QUOTE_ITEM: &str = "sales_flat_quote_item";
const QUOTE_ITEM_OPTION: &str = "sales_flat_quote_item_option";
const QUOTE_ADDRESS: &str = "sales_flat_quote_address";
const QUOTE_PAYMENT: &str = "sales_flat_quote_payment";

/// What a new cart has besides its store and stamps: the defaults of its table. Whose it is and how they are taxed is
/// known when its totals are collected for the first time.
const NEW_QUOTE: &[(&str, &str)] = &[
    ("is_active", "0"),
    ("is_virtual", "0"),
    ("is_multi_shipping", "0"),
    ("items_count", "0"),
    ("items_qty", "0.0000"),
    ("orig_order_id", "0"),
    ("store_to_base_rate", "1.0000"),
    ("store_to_quote_rate", "1.0000"),
    ("base_to_global_rate", "1.0000"),
    ("base_to_quote_rate", "1.0000"),
    ("grand_total", "0.0000"),
    ("base_grand_total", "0.0000"),
    ("customer_id", "0"),
    ("customer_group_id", "0"),
    ("customer_tax_class_id", "0"),
    ("customer_note_notify", "1"),
    ("customer_is_guest", "0"),
    ("is_changed", "1"),
    ("trigger_recollect", "0"),
    ("is_persistent", "0"),
];

const CURRENCY_COLUMNS: &[&str] =
    &["base_currency_code", "store_currency_code", "quote_currency_code", "global_currency_code"];

/// Columns of a cart's line that are zero until totals are collected.
const NEW_ITEM_ZEROS: &[&str] = &[
    "price",
    "base_price",
    "discount_percent",
    "discount_amount",
    "base_discount_amount",
    "tax_percent",
    "tax_amount",
    "base_tax_amount",
    "row_total",
    "base_row_total",
    "row_total_with_discount",
    "row_weight",
];

/// Sums of an address before totals are collected.
const NEW_ADDRESS_ZEROS: &[&str] = &[
    "weight",
    "subtotal",
    "base_subtotal",
    "subtotal_with_discount",
    "base_subtotal_with_discount",
    "tax_amount",
    "base_tax_amount",
    "shipping_amount",
    "base_shipping_amount",
    "shipping_tax_amount",
    "base_shipping_tax_amount",
    "discount_amount",
    "base_discount_amount",
    "grand_total",
    "base_grand_total",
    "subtotal_incl_tax",
    "shipping_incl_tax",
    "base_shipping_incl_tax",
];

/// Columns that an address of a cart shares with one of a customer.
pub(in crate::shop) const ADDRESS: &[&str] = &[
    "prefix",
    "firstname",
    "middlename",
    "lastname",
    "suffix",
    "company",
    "street",
    "city",
    "region",
    "region_id",
    "postcode",
    "country_id",
    "telephone",
    "fax",
    "vat_id",
];

/// The cart's address of a kind.
pub(in crate::shop) fn address<'a>(shop: &'a Shop, quote: &'a Row, kind: &str) -> Option<&'a Row> {
    let mut addresses = shop.database.table(QUOTE_ADDRESS).with("quote_id", quote.text("entity_id"));
    addresses.find(|(_, address)| address.get("address_type") == Some(kind)).map(|(_, address)| address)
}

/// Where a cart is sent to, or billed when there is nothing to send.
pub(in crate::shop) fn charged_address(shop: &Shop, quote: &Row) -> Option<Row> {
    let kind = if quote.get("is_virtual") == Some("1") { "billing" } else { "shipping" };
    address(shop, quote, kind).cloned()
}

/// The cart's payment.
pub(in crate::shop) fn payment<'a>(shop: &'a Shop, quote: &'a Row) -> Option<&'a Row> {
    let mut payments = shop.database.table(QUOTE_PAYMENT).with("quote_id", quote.text("entity_id"));
    payments.next().map(|(_, payment)| payment)
}

/// The lines of a cart that have a price of their own.
pub(in crate::shop) fn priced_items(shop: &Shop, quote: i64) -> Vec<(i64, Row)> {
    let quote = quote.to_string();
    let rows = shop.database.table(QUOTE_ITEM).with("quote_id", &quote);
    rows.filter(|(_, row)| row.get("parent_item_id").is_none()).map(|(id, row)| (id, row.clone())).collect()
}

/// All lines of a cart, children with the pieces that they are in all.
pub(in crate::shop) fn counted_items(shop: &Shop, quote: i64) -> Vec<(i64, Row)> {
    let quote = quote.to_string();
    let rows = shop.database.table(QUOTE_ITEM).with("quote_id", &quote);
    let mut rows: Vec<(i64, Row)> = rows.map(|(id, row)| (id, row.clone())).collect();
    let qtys: Vec<(i64, Amount)> = rows.iter().map(|(id, row)| (*id, amount_of(row, "qty"))).collect();
    for (_, row) in &mut rows {
        let parent = row.get("parent_item_id").map(crate::soap::value::leading_int);
        if let Some((_, qty)) = qtys.iter().find(|(id, _)| Some(*id) == parent) {
            let whole = amount_of(row, "qty") * *qty;
            row.set("qty", money(whole));
        }
    }
    rows
}

/// The lines under a line.
pub(in crate::shop) fn children_of(shop: &Shop, item: &(i64, Row)) -> Vec<(i64, Row)> {
    let rows = shop.database.table(QUOTE_ITEM).with("quote_id", item.1.text("quote_id"));
    let parent = item.0.to_string();
    let is_child = |row: &Row| row.get("parent_item_id") == Some(parent.as_str());
    rows.filter(|(_, row)| is_child(row)).map(|(id, row)| (id, row.clone())).collect()
}

/// How a cart is paid.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::shop) struct Payment {
    /// Code of the method.
    pub(in crate::shop) method: String,
    /// Columns of the method's form: `po_number`, `cc_owner`, `cc_type`, `cc_last4` and the four of validity.
    pub(in crate::shop) columns: Row,
}

impl Shop {
    /// An empty cart; answers its id.
    pub(in crate::shop) fn new_quote(&mut self, store: i64) -> i64 {
        let now = self.now_sql();
        let currency = self.settings.get("currency/options/base").unwrap_or("USD").to_owned();
        let mut quote = blank(QUOTE, "entity_id");
        fill(&mut quote, NEW_QUOTE);
        for column in CURRENCY_COLUMNS {
            quote.set(*column, currency.as_str());
        }
        quote.set("store_id", store.to_string());
        quote.set("created_at", now.as_str());
        quote.set("updated_at", now);
        self.database.table_mut(QUOTE).insert(quote)
    }

    /// Adds a line to a cart, without sums yet. `facts` are the columns that the product or the buyer brings, `options`
    /// what tells it from others of the product, and what was asked for. Answers the line's id.
    pub(in crate::shop) fn add_quote_item(
        &mut self,
        quote: i64,
        facts: &Row,
        qty: Amount,
        options: &[ItemOption],
    ) -> i64 {
        let now = self.now_sql();
        let mut item = blank(QUOTE_ITEM, "item_id");
        for column in ["free_shipping", "is_qty_decimal", "no_discount", "is_virtual"] {
            item.set(column, "0");
        }
        zero(&mut item, NEW_ITEM_ZEROS);
        let store = self.database.table(QUOTE).row(quote).map(|row| row.text("store_id").to_owned());
        item.set_opt("store_id", store);
        super::document::lay_over(&mut item, facts);
        item.set("quote_id", quote.to_string());
        item.set("qty", money(qty));
        for column in ["created_at", "updated_at"] {
            if item.get(column).is_none() {
                item.set(column, now.as_str());
            }
        }
        let id = self.database.table_mut(QUOTE_ITEM).insert(item);
        for option in options {
            let mut row = Row::new().with("item_id", id.to_string());
            row.set_opt("product_id", Some(option.product.clone()).filter(|product| !product.is_empty()));
            row.set("code", option.code.as_str());
            row.set("value", option.value.as_str());
            self.database.table_mut(QUOTE_ITEM_OPTION).insert(row);
        }
        id
    }

    /// Options of a line, by code and value.
    pub(in crate::shop) fn item_options(&self, item: i64) -> Vec<(String, String)> {
        let item = item.to_string();
        let rows = self.database.table(QUOTE_ITEM_OPTION).with("item_id", &item);
        rows.map(|(_, row)| (row.text("code").to_owned(), row.text("value").to_owned())).collect()
    }

    /// An option of a line.
    pub(in crate::shop) fn option_row(&self, item: i64, code: &str) -> Option<&Row> {
        let rows = self.database.table(QUOTE_ITEM_OPTION).rows_with("item_id", &item.to_string());
        rows.into_iter().find(|row| row.get("code") == Some(code))
    }

    /// The value of an option of a line.
    pub(in crate::shop) fn item_option(&self, item: i64, code: &str) -> Option<String> {
        self.option_row(item, code).map(|row| row.text("value").to_owned())
    }

    /// Takes a line out of a cart, with its options and children.
    pub(in crate::shop) fn remove_quote_item(&mut self, item: i64) {
        self.delete_row(QUOTE_ITEM, item);
    }

    /// Notes what was asked for when more of a line was added.
    pub(in crate::shop) fn set_buy_request(&mut self, item: i64, request: String) {
        let table = self.database.table_mut(QUOTE_ITEM_OPTION);
        let text = item.to_string();
        let known = table.with("item_id", &text).find(|(_, row)| row.get("code") == Some("info_buyRequest"));
        if let Some(id) = known.map(|(id, _)| id) {
            table.update(id, |row| row.set("value", request));
        }
    }

    /// Gives a cart addresses, by kind; rows it had stay. Magento looks at the shipping address of a cart that is sent
    /// even when only the billing one is given, which makes it, and before the billing one.
    pub(in crate::shop) fn set_quote_addresses(&mut self, quote: &Row, addresses: &[(&str, Row)]) {
        let given = |kind: &str| addresses.iter().rev().find(|(known, _)| *known == kind).map(|(_, row)| row);
        let is_virtual = quote.get("is_virtual") == Some("1");
        if given("shipping").is_some() || (given("billing").is_some() && !is_virtual) {
            let known = address(self, quote, "shipping").map(|row| row.int("address_id"));
            let same = known.is_none() && self.is_same_as_billing(quote, given("shipping").unwrap_or(&Row::new()));
            let id = known.unwrap_or_else(|| self.new_quote_address(quote, "shipping"));
            self.change_quote_address(id, |row| row.set("same_as_billing", if same { "1" } else { "0" }));
        }
        for kind in ["billing", "shipping"] {
            let Some(given) = given(kind) else { continue };
            let known = address(self, quote, kind).map(|row| row.int("address_id"));
            let id = known.unwrap_or_else(|| self.new_quote_address(quote, kind));
            let now = self.now_sql();
            self.change_quote_address(id, |row| {
                // What is not given stays as it was.
                for column in ADDRESS.iter().chain(&["customer_address_id", "email"]).filter(|it| given.has(it)) {
                    row.set_opt(*column, given.get(column).map(str::to_owned));
                }
                row.set_opt("customer_id", quote.get("customer_id").map(str::to_owned).filter(|id| id != "0"));
                row.set("updated_at", now);
            });
        }
    }

    fn new_quote_address(&mut self, quote: &Row, kind: &str) -> i64 {
        let now = self.now_sql();
        let mut row = blank(QUOTE_ADDRESS, "address_id");
        zero(&mut row, NEW_ADDRESS_ZEROS);
        for column in ["save_in_address_book", "same_as_billing", "free_shipping", "collect_shipping_rates"] {
            row.set(column, "0");
        }
        row.set("applied_taxes", "a:0:{}");
        row.set("quote_id", quote.text("entity_id"));
        row.set("address_type", kind);
        row.set("created_at", now.as_str());
        row.set("updated_at", now);
        self.database.table_mut(QUOTE_ADDRESS).insert(row)
    }

    /// Whether a new shipping address counts as the billing address: that of somebody who is no customer or whose
    /// address is none of theirs does.
    fn is_same_as_billing(&self, quote: &Row, address: &Row) -> bool {
        let customer = self.database.table("customer").row(quote.int("customer_id"));
        let Some(customer) = customer.filter(|_| address.get("customer_address_id").is_some()) else { return true };
        let default = |column: &str| customer.get(column).filter(|id| !id.is_empty() && *id != "0");
        let (billing, shipping) = (default("default_billing"), default("default_shipping"));
        shipping.is_none() || shipping == billing
    }

    /// Chooses how a cart is paid; the row of an earlier choice stays.
    pub(in crate::shop) fn set_quote_payment(&mut self, quote: &Row, chosen: &Payment) {
        let now = self.now_sql();
        let known = payment(self, quote).map(|row| (row.int("payment_id"), row.text("created_at").to_owned()));
        let mut row = blank(QUOTE_PAYMENT, "payment_id");
        row.set("quote_id", quote.text("entity_id"));
        row.set("method", chosen.method.as_str());
        for column in ["cc_exp_month", "cc_exp_year", "cc_ss_start_month", "cc_ss_start_year"] {
            row.set(column, "0");
        }
        super::document::lay_over(&mut row, &chosen.columns);
        row.set("created_at", known.as_ref().map_or(now.as_str(), |(_, created)| created));
        row.set("updated_at", now.as_str());
        let table = self.database.table_mut(QUOTE_PAYMENT);
        match known {
            Some((id, _)) => {
                row.set("payment_id", id.to_string());
                table.update(id, |known| *known = row);
            }
            None => {
                table.insert(row);
            }
        }
    }

    /// Chooses how a cart is sent.
    pub(in crate::shop) fn set_quote_shipping(&mut self, quote: &Row, method: &str, description: &str) {
        let Some(id) = address(self, quote, "shipping").map(|address| address.int("address_id")) else { return };
        self.database.table_mut(QUOTE_ADDRESS).update(id, |row| {
            row.set("shipping_method", method);
            row.set("shipping_description", description);
        });
    }

    /// Changes a row of a cart's address.
    pub(in crate::shop) fn change_quote_address(&mut self, id: i64, change: impl FnOnce(&mut Row)) {
        self.database.table_mut(QUOTE_ADDRESS).update(id, change);
    }

    /// Rates of a cart's currency, for each of [`CURRENCIES`].
    pub(in crate::shop) fn quote_rates(quote: &Row) -> [(&'static str, Amount); 2] {
        let rate = amount_of(quote, "base_to_quote_rate");
        let rate = if rate.is_zero() { Amount::ONE } else { rate };
        [(CURRENCIES[0], rate), (CURRENCIES[1], Amount::ONE)]
    }
}
