//! A cart's content and what it adds up to. Prices are those of the catalogue; a tax is charged where the seed has
//! tax rates, a discount where it has the coupon's price rule.

use super::super::amount::{Amount, CURRENCIES, CarriedRounding, amount_of, money, rounded};
use crate::magento::columns;
use crate::shop::{Row, Shop};

/// A row with every column of its table, all null.
pub(super) fn blank(table: &str) -> Row {
    let known = columns::table(table).into_iter().flat_map(|table| table.columns.keys());
    known.map(|column| (column.as_str(), None)).collect()
}

/// What a new cart has besides its store and stamps.
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
    ("customer_group_id", "0"),
    ("customer_tax_class_id", "3"),
    ("customer_note_notify", "1"),
    ("customer_is_guest", "0"),
    ("is_changed", "1"),
    ("trigger_recollect", "0"),
    ("is_persistent", "0"),
];

const CURRENCY_COLUMNS: &[&str] =
    &["base_currency_code", "store_currency_code", "quote_currency_code", "global_currency_code"];

/// Where a cart is sent to, or billed when there is nothing to send.
pub(super) fn charged_address(shop: &Shop, quote: &Row) -> Option<Row> {
    let kind = if quote.get("is_virtual") == Some("1") { "billing" } else { "shipping" };
    super::address(shop, quote, kind).cloned()
}

/// The items of a cart that have a price of their own.
pub(super) fn priced_items(shop: &Shop, quote: i64) -> Vec<(i64, Row)> {
    let quote = quote.to_string();
    let rows = shop.database.table("sales_flat_quote_item").with("quote_id", &quote);
    rows.filter(|(_, row)| row.get("parent_item_id").is_none()).map(|(id, row)| (id, row.clone())).collect()
}

impl Shop {
    /// An empty cart; answers its id.
    pub(super) fn new_quote(&mut self, store: i64) -> i64 {
        let now = self.now_sql();
        let currency = self.settings.get("currency/options/base").unwrap_or("USD").to_owned();
        let mut quote = blank("sales_flat_quote");
        for (column, value) in NEW_QUOTE {
            quote.set(*column, *value);
        }
        for column in CURRENCY_COLUMNS {
            quote.set(*column, currency.as_str());
        }
        quote.set("store_id", store.to_string());
        quote.set("created_at", now.as_str());
        quote.set("updated_at", now);
        quote.remove("entity_id");
        self.database.table_mut("sales_flat_quote").insert(quote)
    }

    /// Counts a cart together again and saves it.
    pub(super) fn collect_totals(&mut self, quote_id: i64) {
        let Some(quote) = self.database.table("sales_flat_quote").row(quote_id).cloned() else { return };
        let items = priced_items(self, quote_id);
        let is_virtual = !items.is_empty() && items.iter().all(|(_, item)| item.get("is_virtual") == Some("1"));
        let quote = quote.with("is_virtual", if is_virtual { "1" } else { "0" });
        let address = charged_address(self, &quote);
        let rule = self.price_rule(quote.text("coupon_code"));
        let tax_percent = address.as_ref().map(|address| self.tax_percent(address)).unwrap_or_default();
        let mut totals = Totals::default();
        let mut tax_rounding = CarriedRounding::default();
        let mut discount_rounding = CarriedRounding::default();
        for (id, item) in items {
            let taxed = self.is_taxed(&item);
            let percent = if taxed { tax_percent } else { Amount::ZERO };
            let priced = Priced::new(&item, percent, rule.as_ref(), &mut tax_rounding, &mut discount_rounding);
            totals.add(&item, &priced);
            self.database.table_mut("sales_flat_quote_item").update(id, |row| priced.write(row, rule.as_ref()));
        }
        if let Some(address) = &address {
            totals.shipping = self.shipping_amount(&quote, address);
            let taxed = self.settings.get("tax/classes/shipping_tax_class").is_some_and(|class| class != "0");
            let percent = if taxed { tax_percent } else { Amount::ZERO };
            totals.shipping_tax = tax_rounding.round(totals.shipping * percent / Amount::ONE_HUNDRED);
            totals.shipping_incl_tax = rounded(totals.shipping * (Amount::ONE + percent / Amount::ONE_HUNDRED));
            totals.tax += totals.shipping_tax;
            self.database.table_mut("sales_flat_quote_address").update(address.int("address_id"), |row| {
                totals.write_address(row, rule.as_ref());
            });
        }
        let now = self.now_sql();
        self.database.table_mut("sales_flat_quote").update(quote_id, |row| {
            row.set("is_virtual", if is_virtual { "1" } else { "0" });
            totals.write_quote(row, rule.as_ref());
            row.set("updated_at", now);
        });
    }

    /// The active price rule of a coupon.
    fn price_rule(&self, coupon: &str) -> Option<Row> {
        if coupon.is_empty() {
            return None;
        }
        let mut rules = self.database.table("salesrule").iter().map(|(_, row)| row);
        let fits =
            |row: &&Row| row.text("coupon_code").eq_ignore_ascii_case(coupon) && row.get("is_active") != Some("0");
        rules.find(fits).cloned()
    }

    /// What all tax rates of an address's country and region add up to.
    fn tax_percent(&self, address: &Row) -> Amount {
        let rates = self.database.table("tax_calculation_rate").iter().map(|(_, row)| row);
        let here = |row: &&Row| {
            let region = row.get("tax_region_id").unwrap_or("0");
            row.get("tax_country_id") == address.get("country_id")
                && (region == "0" || Some(region) == address.get("region_id"))
        };
        rates.filter(here).map(|row| amount_of(row, "rate")).sum()
    }

    fn is_taxed(&self, item: &Row) -> bool {
        let product = self.database.table("catalog_product").row(item.int("product_id"));
        product.and_then(|product| product.get("tax_class_id")).is_some_and(|class| class != "0")
    }
}

/// An item's price and what it makes.
struct Priced {
    row_total: Amount,
    row_weight: Amount,
    tax_percent: Amount,
    tax: Amount,
    discount: Amount,
    price_incl_tax: Amount,
    row_total_incl_tax: Amount,
}

impl Priced {
    fn new(
        item: &Row,
        tax_percent: Amount,
        rule: Option<&Row>,
        tax_rounding: &mut CarriedRounding,
        discount_rounding: &mut CarriedRounding,
    ) -> Self {
        let (price, qty) = (amount_of(item, "price"), amount_of(item, "qty"));
        let row_total = rounded(price * qty);
        let discount = rule.map_or(Amount::ZERO, |rule| {
            let amount = amount_of(rule, "discount_amount");
            match rule.text("simple_action") {
                "by_fixed" => rounded(amount * qty).min(row_total),
                _ => discount_rounding.round(row_total * amount / Amount::ONE_HUNDRED),
            }
        });
        let with_tax = Amount::ONE + tax_percent / Amount::ONE_HUNDRED;
        Self {
            row_total,
            row_weight: amount_of(item, "weight") * qty,
            tax_percent,
            tax: tax_rounding.round((row_total - discount) * tax_percent / Amount::ONE_HUNDRED),
            discount,
            price_incl_tax: rounded(price * with_tax),
            row_total_incl_tax: rounded(row_total * with_tax),
        }
    }

    fn write(&self, row: &mut Row, rule: Option<&Row>) {
        row.set("tax_percent", money(self.tax_percent));
        row.set("row_weight", money(self.row_weight));
        row.set_opt("applied_rule_ids", rule.map(|rule| rule.text("rule_id").to_owned()));
        let by_percent = rule.filter(|rule| rule.text("simple_action") != "by_fixed");
        row.set(
            "discount_percent",
            money(by_percent.map(|rule| amount_of(rule, "discount_amount")).unwrap_or_default()),
        );
        for currency in CURRENCIES {
            row.set(format!("{currency}row_total"), money(self.row_total));
            row.set(format!("{currency}tax_amount"), money(self.tax));
            row.set(format!("{currency}discount_amount"), money(self.discount));
            row.set(format!("{currency}price_incl_tax"), money(self.price_incl_tax));
            row.set(format!("{currency}row_total_incl_tax"), money(self.row_total_incl_tax));
        }
    }
}

/// What a cart adds up to.
#[derive(Default)]
struct Totals {
    count: usize,
    qty: Amount,
    weight: Amount,
    subtotal: Amount,
    subtotal_incl_tax: Amount,
    discount: Amount,
    tax: Amount,
    shipping: Amount,
    shipping_tax: Amount,
    shipping_incl_tax: Amount,
}

impl Totals {
    fn add(&mut self, item: &Row, priced: &Priced) {
        self.count += 1;
        self.qty += amount_of(item, "qty");
        self.weight += priced.row_weight;
        self.subtotal += priced.row_total;
        self.subtotal_incl_tax += priced.row_total_incl_tax;
        self.discount += priced.discount;
        self.tax += priced.tax;
    }

    fn grand_total(&self) -> Amount {
        self.subtotal - self.discount + self.tax + self.shipping
    }

    fn write_address(&self, row: &mut Row, rule: Option<&Row>) {
        row.set("weight", money(self.weight));
        row.set_opt("discount_description", rule.map(|rule| rule.text("coupon_code").to_owned()));
        for currency in CURRENCIES {
            row.set(format!("{currency}subtotal"), money(self.subtotal));
            row.set(format!("{currency}tax_amount"), money(self.tax));
            row.set(format!("{currency}shipping_amount"), money(self.shipping));
            row.set(format!("{currency}shipping_tax_amount"), money(self.shipping_tax));
            row.set(format!("{currency}shipping_incl_tax"), money(self.shipping_incl_tax));
            row.set(format!("{currency}shipping_discount_amount"), money(Amount::ZERO));
            row.set(format!("{currency}discount_amount"), money(-self.discount));
            row.set(format!("{currency}grand_total"), money(self.grand_total()));
            row.set(format!("{currency}hidden_tax_amount"), money(Amount::ZERO));
        }
        row.set("subtotal_incl_tax", money(self.subtotal_incl_tax));
        row.set("base_subtotal_total_incl_tax", money(self.subtotal_incl_tax));
    }

    fn write_quote(&self, row: &mut Row, rule: Option<&Row>) {
        row.set("items_count", self.count.to_string());
        row.set("items_qty", money(self.qty));
        row.set_opt("applied_rule_ids", rule.map(|rule| rule.text("rule_id").to_owned()));
        if rule.is_none() {
            row.set_opt("coupon_code", None);
        }
        for currency in CURRENCIES {
            row.set(format!("{currency}subtotal"), money(self.subtotal));
            row.set(format!("{currency}subtotal_with_discount"), money(self.subtotal - self.discount));
            row.set(format!("{currency}grand_total"), money(self.grand_total()));
        }
    }
}
