//! An order out of a cart.

use super::super::amount::{Amount, CURRENCIES, add, amount_of, money};
use super::super::sales_order::HistoryEntry;
use super::super::{Call, customer_address};
use super::quote::{blank, priced_items};
use crate::shop::increment_id::Numbered;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::SoapValue;

pub(super) fn order(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?;
    let accepted: Vec<String> = call
        .arguments
        .get("licenses")
        .and_then(SoapValue::as_list)
        .map(|list| list.iter().filter_map(SoapValue::to_text).collect())
        .unwrap_or_default();
    let asked = super::agreements(call.shop, &quote);
    if !asked.iter().all(|agreement| accepted.iter().any(|id| id == agreement.text("agreement_id"))) {
        return Err(call.fault("required_agreements_are_not_all"));
    }
    if quote.get("is_multi_shipping") == Some("1") {
        return Err(call.fault("invalid_checkout_type"));
    }
    let guests = call.shop.settings.get("checkout/options/guest_checkout").is_none_or(|value| value == "1");
    if quote.get("checkout_method") == Some("guest") && !guests {
        return Err(call.fault("guest_checkout_is_not_enabled"));
    }
    let id = quote.int("entity_id");
    call.shop.collect_totals(id);
    let quote = super::load(call)?;
    if let Some(problem) = call.shop.why_not(&quote) {
        return Err(call.fault_with("create_order_fault", problem));
    }
    let increment_id = call.shop.place(quote);
    Ok(increment_id.into())
}

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
    "price",
    "base_price",
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

impl Shop {
    /// Why a cart cannot become an order yet, in Magento's words and order.
    fn why_not(&self, quote: &Row) -> Option<String> {
        let problems = |kind: &str| {
            let address = super::address(self, quote, kind).cloned().unwrap_or_default();
            let missing = customer_address::missing(self, &address);
            (!missing.is_empty()).then(|| format!("Please check {kind} address information. {}", missing.join(" ")))
        };
        if quote.get("is_virtual") != Some("1") {
            if let Some(problem) = problems("shipping") {
                return Some(problem);
            }
            let address = super::address(self, quote, "shipping")?;
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
        for (_, item) in priced_items(self, quote.int("entity_id")) {
            let product = self.database.table("catalog_product").row(item.int("product_id"))?;
            if self.check_stock(product, amount_of(&item, "qty")).is_err() {
                return Some("Not all products are available in the requested quantity".to_owned());
            }
        }
        None
    }

    /// Makes the order and closes the cart; answers the order's increment id.
    fn place(&mut self, mut quote: Row) -> String {
        let id = quote.int("entity_id");
        if quote.get("checkout_method") == Some("register") && quote.get("customer_id").is_none() {
            self.register_buyer(&mut quote);
        }
        let increment_id = self.next_increment_id(Numbered::Order, quote.int("store_id"));
        let order = self.order_row(&quote, &increment_id);
        let order_id = self.database.table_mut("sales_flat_order").insert(order);
        self.add_order_addresses(&quote, order_id);
        self.add_order_items(&quote, order_id);
        self.add_order_payment(&quote, order_id);
        if let Some(order) = self.database.table("sales_flat_order").row(order_id).cloned() {
            self.add_to_history(&order, HistoryEntry::of_status("pending"));
        }
        let now = self.now_sql();
        self.database.table_mut("sales_flat_quote").update(id, |row| {
            row.set("is_active", "0");
            row.set("reserved_order_id", increment_id.as_str());
            row.set("updated_at", now);
        });
        increment_id
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
        quote.set("customer_id", id.to_string());
        self.database.table_mut("sales_flat_quote").update(quote.int("entity_id"), |row| {
            row.set("customer_id", id.to_string());
        });
    }

    fn order_row(&mut self, quote: &Row, increment_id: &str) -> Row {
        let now = self.now_sql();
        let items = priced_items(self, quote.int("entity_id"));
        let address = super::quote::charged_address(self, quote).unwrap_or_default();
        let mut order = blank("sales_flat_order");
        order.remove("entity_id");
        for (column, from) in FROM_QUOTE.iter().copied().chain(SAME_IN_QUOTE.iter().map(|column| (*column, *column))) {
            order.set_opt(column, quote.get(from).map(str::to_owned));
        }
        for column in SAME_IN_ADDRESS {
            order.set_opt(*column, address.get(column).map(str::to_owned));
        }
        for currency in CURRENCIES {
            for sum in SUMS {
                let column = format!("{currency}{sum}");
                let value = address.get(&column).map(str::to_owned);
                order.set_opt(column, value);
            }
        }
        order.set_opt("base_subtotal_incl_tax", address.get("subtotal_incl_tax").map(str::to_owned));
        order.set("total_qty_ordered", money(items.iter().map(|(_, item)| amount_of(item, "qty")).sum()));
        order.set("total_item_count", items.len().to_string());
        order.set("increment_id", increment_id);
        order.set("state", "new");
        order.set("status", "pending");
        let hash = crate::shop::session::random_hex(&mut self.random);
        order.set("protect_code", &hash[..6]);
        order.set("store_name", self.store_name(quote.int("store_id")));
        order.set("paypal_ipn_customer_notified", "0");
        order.set("created_at", now.as_str());
        order.set("updated_at", now);
        order
    }

    fn add_order_addresses(&mut self, quote: &Row, order: i64) {
        for kind in ["billing", "shipping"] {
            if kind == "shipping" && quote.get("is_virtual") == Some("1") {
                continue;
            }
            let Some(from) = super::address(self, quote, kind).cloned() else { continue };
            let mut address = blank("sales_flat_order_address");
            address.remove("entity_id");
            let columns: Vec<String> = address.iter().map(|(column, _)| column.to_owned()).collect();
            for column in columns {
                let value = from.get(&column).map(str::to_owned);
                address.set_opt(column, value);
            }
            address.set("parent_id", order.to_string());
            let id = self.database.table_mut("sales_flat_order_address").insert(address);
            self.database.table_mut("sales_flat_order").update(order, |row| {
                row.set(format!("{kind}_address_id"), id.to_string());
            });
        }
    }

    fn add_order_items(&mut self, quote: &Row, order: i64) {
        let now = self.now_sql();
        for (id, from) in priced_items(self, quote.int("entity_id")) {
            let mut item = blank("sales_flat_order_item");
            item.remove("item_id");
            for column in SAME_IN_ITEM {
                item.set_opt(*column, from.get(column).map(str::to_owned));
            }
            for column in ZERO_AT_FIRST {
                item.set(*column, "0.0000");
            }
            let option = self.database.table("sales_flat_quote_item_option");
            let name = id.to_string();
            let request = option.with("item_id", &name).next().map(|(_, row)| row.text("value").to_owned());
            let request = request.unwrap_or_else(|| "a:0:{}".to_owned());
            item.set("product_options", format!("a:1:{{s:15:\"info_buyRequest\";{request}}}"));
            item.set("order_id", order.to_string());
            item.set("quote_item_id", name.as_str());
            item.set("qty_ordered", from.text("qty"));
            item.set("is_nominal", "0");
            for currency in CURRENCIES {
                item.set(format!("{currency}original_price"), from.text("price"));
            }
            item.set("created_at", now.as_str());
            item.set("updated_at", now.as_str());
            self.database.table_mut("sales_flat_order_item").insert(item);
            self.take_from_stock(from.text("product_id"), amount_of(&from, "qty"));
        }
    }

    fn take_from_stock(&mut self, product: &str, qty: Amount) {
        let table = self.database.table_mut("cataloginventory_stock_item");
        let found = table.with("product_id", product).next().map(|(id, _)| id);
        if let Some(id) = found {
            table.update(id, |row| add(row, "qty", -qty));
        }
    }

    fn add_order_payment(&mut self, quote: &Row, order: i64) {
        let Some(from) = super::payment(self, quote).cloned() else { return };
        let address = super::quote::charged_address(self, quote).unwrap_or_default();
        let mut payment = blank("sales_flat_order_payment");
        payment.remove("entity_id");
        payment.set("parent_id", order.to_string());
        for column in ["method", "po_number", "cc_owner", "cc_type", "cc_last4"] {
            payment.set_opt(column, from.get(column).map(str::to_owned));
        }
        for currency in CURRENCIES {
            payment.set(format!("{currency}amount_ordered"), money(amount_of(quote, "grand_total")));
            payment.set(format!("{currency}shipping_amount"), address.text("shipping_amount"));
        }
        self.database.table_mut("sales_flat_order_payment").insert(payment);
    }
}
