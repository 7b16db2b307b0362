//! An order out of a cart.

use super::amount::{CURRENCIES, amount_of, money};
use super::order::{HistoryEntry, Notified, ORDER, ORDER_ITEM};
use super::quote::{self, QUOTE, charged_address, counted_items, priced_items};
use super::{Made, SaleRefused, blank, copy, fill};
use crate::shop::address::State;
use crate::shop::increment_id::Numbered;
use crate::shop::{Row, Shop};

/// Column of the order, and of the cart it comes from, where they differ.
const FROM_QUOTE: &[(&str, &str)] = &[
    ("quote_id", "entity_id"),
    ("order_currency_code", "quote_currency_code"),
    ("store_to_order_rate", "store_to_quote_rate"),
    ("base_to_order_rate", "base_to_quote_rate"),
];

/// Columns of an order that stand in the cart under the same name.
const SAME_IN_QUOTE: &[&str] = &[
    "store_id",
    "is_virtual",
    "customer_id",
    "customer_group_id",
    "customer_is_guest",
    "customer_email",
    "customer_prefix",
    "customer_firstname",
    "customer_middlename",
    "customer_lastname",
    "customer_suffix",
    "customer_dob",
    "customer_taxvat",
    "customer_gender",
    "customer_note",
    "coupon_code",
    "applied_rule_ids",
    "remote_ip",
    "gift_message_id",
    "base_currency_code",
    "store_currency_code",
    "global_currency_code",
    "store_to_base_rate",
    "base_to_global_rate",
];

/// Sums of an order that stand in the cart's charged address under the same name.
const SAME_IN_ADDRESS: &[&str] = &[
    "shipping_method",
    "shipping_description",
    "weight",
    "discount_description",
    "subtotal_incl_tax",
    "shipping_hidden_tax_amount",
    "base_shipping_hidden_tax_amnt",
];

/// The same in both currencies.
const SUMS: &[&str] = &[
    "subtotal",
    "tax_amount",
    "shipping_amount",
    "shipping_tax_amount",
    "shipping_incl_tax",
    "shipping_discount_amount",
    "discount_amount",
    "grand_total",
    "hidden_tax_amount",
];

/// Columns of an order's item that stand in the cart's under the same name.
const SAME_IN_ITEM: &[&str] = &[
    "store_id",
    "product_id",
    "product_type",
    "weight",
    "row_weight",
    "is_virtual",
    "sku",
    "name",
    "description",
    "applied_rule_ids",
    "additional_data",
    "free_shipping",
    "is_qty_decimal",
    "no_discount",
    "tax_percent",
    "tax_amount",
    "base_tax_amount",
    "discount_percent",
    "discount_amount",
    "base_discount_amount",
    "row_total",
    "base_row_total",
    "price_incl_tax",
    "base_price_incl_tax",
    "row_total_incl_tax",
    "base_row_total_incl_tax",
    "hidden_tax_amount",
    "base_hidden_tax_amount",
    "gift_message_id",
    "weee_tax_applied",
    "weee_tax_applied_amount",
    "weee_tax_applied_row_amount",
    "base_weee_tax_applied_amount",
    "weee_tax_disposition",
    "weee_tax_row_disposition",
    "base_weee_tax_disposition",
    "base_weee_tax_row_disposition",
];

/// Counters of an order's item that start at zero.
const ZERO_AT_FIRST: &[&str] = &[
    "qty_canceled",
    "qty_invoiced",
    "qty_refunded",
    "qty_shipped",
    "tax_invoiced",
    "base_tax_invoiced",
    "discount_invoiced",
    "base_discount_invoiced",
    "amount_refunded",
    "base_amount_refunded",
    "row_invoiced",
    "base_row_invoiced",
    "base_weee_tax_applied_row_amnt",
];

/// Columns of an order's payment that stand in the cart's under the same name.
const SAME_IN_PAYMENT: &[&str] = &[
    "method",
    "po_number",
    "cc_owner",
    "cc_type",
    "cc_last4",
    "cc_number_enc",
    "cc_exp_month",
    "cc_exp_year",
    "cc_ss_issue",
    "cc_ss_start_month",
    "cc_ss_start_year",
    "additional_data",
    "additional_information",
];

/// What every order starts with.
const NEW_ORDER: &[(&str, &str)] =
    &[("state", "new"), ("email_sent", "1"), ("customer_note_notify", "1"), ("paypal_ipn_customer_notified", "0")];

/// Makes an order of a cart as it is now and closes the cart. Totals must have been collected.
///
/// # Errors
/// [`SaleRefused::CannotPlace`] when the cart lacks something that an order needs, or the stock does.
pub(in crate::shop) fn place(shop: &mut Shop, quote_id: i64) -> Result<Made, SaleRefused> {
    let quote = shop.database.table(QUOTE).row(quote_id).cloned().unwrap_or_default();
    if let Some(problem) = shop.why_not(&quote) {
        return Err(SaleRefused::CannotPlace(problem));
    }
    Ok(shop.convert(quote, &Row::new()))
}

impl Shop {
    /// Why a cart cannot become an order yet, in Magento's words and order.
    fn why_not(&self, quote: &Row) -> Option<String> {
        let problems = |kind: &str| {
            let address = quote::address(self, quote, kind).cloned().unwrap_or_default();
            let missing = self.missing_in_address(&address, State::Required);
            (!missing.is_empty()).then(|| format!("Please check {kind} address information. {}", missing.join(" ")))
        };
        if quote.get("is_virtual") != Some("1") {
            if let Some(problem) = problems("shipping") {
                return Some(problem);
            }
            let address = quote::address(self, quote, "shipping")?;
            if !self.has_shipping_method(quote, address) {
                return Some("Please specify a shipping method.".to_owned());
            }
        }
        if let Some(problem) = problems("billing") {
            return Some(problem);
        }
        if !self.can_be_paid(quote) {
            return Some("Please select a valid payment method.".to_owned());
        }
        let is_short = |item: &(i64, Row)| self.check_line(item, amount_of(&item.1, "qty")).is_err();
        let short = priced_items(self, quote.int("entity_id")).iter().any(is_short);
        short.then(|| "Not all products are available in the requested quantity".to_owned())
    }

    /// Makes the order and closes the cart, without asking whether it may. `set` are columns of the order that are to be
    /// otherwise.
    pub(in crate::shop) fn convert(&mut self, mut quote: Row, set: &Row) -> Made {
        let id = quote.int("entity_id");
        self.settle_buyer(&mut quote);
        let increment_id = self.next_increment_id(Numbered::Order, quote.int("store_id"));
        let mut order = self.order_row(&quote, &increment_id);
        super::document::lay_over(&mut order, set);
        let increment_id = order.text("increment_id").to_owned();
        let order_id = self.database.table_mut(ORDER).insert(order);
        let stamp = set.get("created_at").map(str::to_owned).unwrap_or_else(|| self.now_sql());
        self.add_order_addresses(&quote, order_id);
        self.add_order_items(&quote, order_id, &stamp);
        self.add_order_payment(&quote, order_id);
        if let Some(order) = self.database.table(ORDER).row(order_id).cloned() {
            let status = order.text("status").to_owned();
            self.add_to_history(&order, HistoryEntry { notified: Notified::YES, ..HistoryEntry::of_status(&status) });
            self.count_uses(&order, 1);
        }
        let now = self.now_sql();
        self.database.table_mut(QUOTE).update(id, |row| {
            row.set("is_active", "0");
            row.set("reserved_order_id", increment_id.as_str());
            row.set("updated_at", now);
        });
        Made { id: order_id, increment_id }
    }

    /// Who buys is settled with the order: a guest becomes one, somebody who registers a customer, and everybody else is
    /// a customer of the shop's default group unless the shop knows better.
    fn settle_buyer(&mut self, quote: &mut Row) {
        let known = quote.get("customer_id").is_some_and(|id| !id.is_empty() && id != "0");
        match quote.text("checkout_method") {
            "guest" => {
                let email = self.guest_email(quote);
                quote.set_opt("customer_id", None);
                quote.set_opt("customer_email", email);
                fill(quote, &[("customer_is_guest", "1"), ("customer_group_id", "0")]);
            }
            "register" if !known => self.register_buyer(quote),
            _ if !known => {
                let group = self.settings.text("customer/create_account/default_group");
                quote.set_opt("customer_id", None);
                quote.set("customer_group_id", group);
            }
            _ => {}
        }
        let settled = quote.clone();
        self.database.table_mut(QUOTE).update(quote.int("entity_id"), |row| {
            copy(&settled, row, &["customer_id", "customer_email", "customer_is_guest", "customer_group_id"]);
        });
    }

    /// A guest is written to where the bill goes; Magento CE forgets the address of one who buys through the API.
    fn guest_email(&self, quote: &Row) -> Option<String> {
        let billing = quote::address(self, quote, "billing")?;
        billing.get("email").map(str::to_owned)
    }

    /// A buyer who registers with the order becomes a customer first.
    fn register_buyer(&mut self, quote: &mut Row) {
        let now = self.now_sql();
        let mut customer = Row::new();
        for (column, from) in [
            ("email", "customer_email"),
            ("firstname", "customer_firstname"),
            ("lastname", "customer_lastname"),
            ("group_id", "customer_group_id"),
            ("store_id", "store_id"),
            ("password_hash", "password_hash"),
        ] {
            if let Some(value) = quote.get(from) {
                customer.set(column, value);
            }
        }
        let store = self.database.table("core_store").row(quote.int("store_id"));
        customer.set_opt("website_id", store.and_then(|store| store.get("website_id")).map(str::to_owned));
        customer.set("created_at", now.as_str());
        customer.set("updated_at", now);
        self.complete_customer(&mut customer);
        let id = self.database.table_mut("customer").insert(customer);
        self.subscription_follows(id);
        quote.set("customer_id", id.to_string());
    }

    fn order_row(&mut self, quote: &Row, increment_id: &str) -> Row {
        let now = self.now_sql();
        let items = priced_items(self, quote.int("entity_id"));
        let address = charged_address(self, quote).unwrap_or_default();
        let mut order = blank(ORDER, "entity_id");
        for (column, from) in FROM_QUOTE {
            order.set_opt(*column, quote.get(from).map(str::to_owned));
        }
        copy(quote, &mut order, SAME_IN_QUOTE);
        copy(&address, &mut order, SAME_IN_ADDRESS);
        for currency in CURRENCIES {
            for sum in SUMS {
                let column = format!("{currency}{sum}");
                let value = address.get(&column).map(str::to_owned);
                order.set_opt(column, value);
            }
        }
        order.set_opt("base_subtotal_incl_tax", address.get("base_subtotal_total_incl_tax").map(str::to_owned));
        order.set("total_qty_ordered", money(items.iter().map(|(_, item)| amount_of(item, "qty")).sum()));
        let coupon = quote.get("coupon_code").and_then(|code| self.rule_of_coupon(code));
        order.set_opt("coupon_rule_name", coupon.and_then(|rule| rule.get("name")).map(str::to_owned));
        order.set("total_item_count", items.len().to_string());
        order.set("increment_id", increment_id);
        fill(&mut order, NEW_ORDER);
        order.set("status", self.default_status("new"));
        let hash = crate::shop::session::random_hex(&mut self.random);
        order.set("protect_code", &hash[..6]);
        order.set("store_name", self.store_name(quote.int("store_id")));
        order.set("created_at", now.as_str());
        order.set("updated_at", now);
        order
    }

    fn add_order_addresses(&mut self, quote: &Row, order: i64) {
        for kind in ["billing", "shipping"] {
            if kind == "shipping" && quote.get("is_virtual") == Some("1") {
                continue;
            }
            let Some(from) = quote::address(self, quote, kind).cloned() else { continue };
            let mut address = blank("sales_flat_order_address", "entity_id");
            let columns: Vec<String> = address.iter().map(|(column, _)| column.to_owned()).collect();
            for column in columns {
                let value = from.get(&column).map(str::to_owned);
                address.set_opt(column, value);
            }
            address.set("parent_id", order.to_string());
            address.set_opt("quote_address_id", None);
            let id = self.database.table_mut("sales_flat_order_address").insert(address);
            self.database.table_mut(ORDER).update(order, |row| {
                row.set(format!("{kind}_address_id"), id.to_string());
            });
        }
    }

    /// The cart's lines become the order's, children under the lines they belong to.
    fn add_order_items(&mut self, quote: &Row, order: i64, stamp: &str) {
        let rows = counted_items(self, quote.int("entity_id"));
        let mut placed: Vec<(i64, i64)> = Vec::new();
        for (id, from) in rows {
            let mut item = blank(ORDER_ITEM, "item_id");
            copy(&from, &mut item, SAME_IN_ITEM);
            super::zero(&mut item, ZERO_AT_FIRST);
            item.set("product_options", self.order_options(id, &from));
            item.set("order_id", order.to_string());
            item.set("quote_item_id", id.to_string());
            item.set("qty_ordered", from.text("qty"));
            item.set("is_nominal", "0");
            let parent = placed.iter().find(|(of_cart, _)| *of_cart == from.int("parent_item_id"));
            item.set_opt("parent_item_id", parent.map(|(_, of_order)| of_order.to_string()));
            if self.option_row(id, "product_type").is_some_and(|row| row.get("value") == Some("grouped")) {
                item.set("product_type", "grouped");
            }
            for (currency, rate) in Self::quote_rates(quote) {
                // A bundle that costs what its selections do has no price of its own in the base currency.
                let base = amount_of(&from, "base_price");
                let base =
                    if base.is_zero() { amount_of(&from, "price") / Self::quote_rates(quote)[0].1 } else { base };
                item.set(format!("{currency}price"), money(base * rate));
                item.set(format!("{currency}original_price"), money(base * rate));
            }
            if parent.is_some() && from.get("weee_tax_applied").is_none() {
                // It costs what the line above it does.
                for column in ["base_original_price", "base_weee_tax_applied_row_amnt"] {
                    item.set_opt(column, None);
                }
            }
            for column in ["created_at", "updated_at"] {
                item.set(column, stamp);
            }
            placed.push((id, self.database.table_mut(ORDER_ITEM).insert(item)));
            self.take_from_stock(from.text("product_id"), amount_of(&from, "qty"));
        }
    }

    fn add_order_payment(&mut self, quote: &Row, order: i64) {
        let Some(from) = quote::payment(self, quote).cloned() else { return };
        let Some(placed) = self.database.table(ORDER).row(order).cloned() else { return };
        let mut payment = blank("sales_flat_order_payment", "entity_id");
        payment.set("parent_id", order.to_string());
        copy(&from, &mut payment, SAME_IN_PAYMENT);
        for currency in CURRENCIES {
            let sum = |column: &str| money(amount_of(&placed, &format!("{currency}{column}")));
            payment.set(format!("{currency}amount_ordered"), sum("grand_total"));
            payment.set(format!("{currency}shipping_amount"), sum("shipping_amount"));
        }
        self.database.table_mut("sales_flat_order_payment").insert(payment);
    }
}
