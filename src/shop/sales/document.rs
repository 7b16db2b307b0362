//! What invoices, shipments and credit memos have in common: which items they take, what of each item's money falls to
//! them, and their comments.

use indexmap::IndexMap;

use super::amount::{Amount, CURRENCIES, CarriedRounding, amount_of, money};
use super::items::{Items, countable};
use crate::shop::{Row, Shop};

/// Quantities by order item, as a call asks for them; none asks for everything that is left.
pub(in crate::shop) type Asked = IndexMap<i64, Amount>;

/// Something that is said with a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::shop) struct Remark {
    /// The text; Magento keeps remarks without one too.
    pub(in crate::shop) comment: Option<String>,
    /// Whether the customer was told.
    pub(in crate::shop) notified: bool,
    /// Whether the customer sees it in their account.
    pub(in crate::shop) visible: bool,
}

/// Columns that are to be otherwise than Magento would have them.
pub(in crate::shop) fn lay_over(row: &mut Row, columns: &Row) {
    for (column, value) in columns.iter() {
        row.set_opt(column, value.map(str::to_owned));
    }
}

/// Which columns of an order item a kind of document divides among its documents.
pub(in crate::shop) struct Division {
    /// The quantity that is divided, and what of it is done.
    pub(in crate::shop) qty: (&'static str, &'static str),
    /// The same for the row total, the tax, the hidden tax and the discount.
    pub(in crate::shop) row: (&'static str, &'static str),
    pub(in crate::shop) tax: (&'static str, &'static str),
    pub(in crate::shop) hidden_tax: (&'static str, &'static str),
    pub(in crate::shop) discount: (&'static str, &'static str),
}

/// An item of a document in the making.
pub(in crate::shop) struct Line {
    pub(in crate::shop) order_item: i64,
    pub(in crate::shop) qty: Amount,
    /// Its money is that of another line.
    pub(in crate::shop) dummy: bool,
    /// It takes all that is left of the order item.
    pub(in crate::shop) last: bool,
    /// The row of the document's item table.
    pub(in crate::shop) row: Row,
}

/// Columns that an item of an invoice or credit memo has from the order item.
const COPIED: &[&str] = &[
    "product_id",
    "sku",
    "name",
    "description",
    "price",
    "base_price",
    "base_cost",
    "price_incl_tax",
    "base_price_incl_tax",
    "additional_data",
    "weee_tax_applied",
    "weee_tax_applied_amount",
    "base_weee_tax_applied_amount",
    "weee_tax_applied_row_amount",
    "base_weee_tax_applied_row_amnt",
    "weee_tax_disposition",
    "base_weee_tax_disposition",
    "weee_tax_row_disposition",
    "base_weee_tax_row_disposition",
];

impl Line {
    /// A line of `qty` of an order item, without money yet.
    pub(in crate::shop) fn new(order_item: i64, item: &Row, qty: Amount, dummy: bool, left: Amount) -> Self {
        let mut row: Row =
            COPIED.iter().map(|column| ((*column).to_owned(), item.get(column).map(str::to_owned))).collect();
        row.set("order_item_id", order_item.to_string());
        let qty = countable(item, qty);
        row.set("qty", money(qty));
        Self { order_item, qty, dummy, last: !dummy && qty == left, row }
    }

    /// A line of a document that is stored.
    pub(in crate::shop) fn stored(row: &Row) -> Self {
        let qty = amount_of(row, "qty");
        Self { order_item: row.int("order_item_id"), qty, dummy: false, last: false, row: row.clone() }
    }

    pub(in crate::shop) fn amount(&self, column: &str) -> Amount {
        amount_of(&self.row, column)
    }
}

/// Gives every line its share of the order item's money: all that is left to the last line, else by quantity.
pub(in crate::shop) fn share_out(lines: &mut [Line], items: &Items, division: &Division) {
    for currency in CURRENCIES {
        let mut rounding = CarriedRounding::default();
        let mut including = CarriedRounding::default();
        for line in lines.iter_mut().filter(|line| !line.dummy) {
            let Some((_, item)) = items.iter().find(|(id, _)| *id == line.order_item) else { continue };
            let whole = share(line, item, currency, division.row, division.qty, |price| rounding.round(price));
            line.row.set(format!("{currency}row_total"), money(whole));
            let with_tax = amount_of(item, &format!("{currency}row_total_incl_tax"));
            let ordered = amount_of(item, "qty_ordered");
            if !with_tax.is_zero() && !ordered.is_zero() {
                let part = including.round(with_tax / ordered * line.qty);
                line.row.set(format!("{currency}row_total_incl_tax"), money(part));
            }
        }
        for (column, columns) in [
            ("discount_amount", division.discount),
            ("tax_amount", division.tax),
            ("hidden_tax_amount", division.hidden_tax),
        ] {
            for line in lines.iter_mut().filter(|line| !line.dummy) {
                let Some((_, item)) = items.iter().find(|(id, _)| *id == line.order_item) else { continue };
                // An order without any discount leaves the column null.
                let discount = column == "discount_amount";
                if discount && amount_of(item, &format!("{currency}{}", columns.0)).is_zero() {
                    continue;
                }
                let part = share(line, item, currency, columns, division.qty, |price| rounding.round_negative(price));
                line.row.set(format!("{currency}{column}"), money(part));
            }
        }
    }
}

fn share(
    line: &Line,
    item: &Row,
    currency: &str,
    (whole, done): (&str, &str),
    (qty, qty_done): (&str, &str),
    round: impl FnOnce(Amount) -> Amount,
) -> Amount {
    let left = amount_of(item, &format!("{currency}{whole}")) - amount_of(item, &format!("{currency}{done}"));
    let available = amount_of(item, qty) - amount_of(item, qty_done);
    if line.last || available.is_zero() { left } else { round(left / available * line.qty) }
}

/// The sum of a column over the lines.
pub(in crate::shop) fn sum(lines: &[Line], column: &str) -> Amount {
    lines.iter().filter(|line| !line.dummy).map(|line| line.amount(column)).sum()
}

/// Columns that a document has from its order.
const FROM_ORDER: &[&str] = &[
    "store_id",
    "billing_address_id",
    "shipping_address_id",
    "store_to_base_rate",
    "store_to_order_rate",
    "base_to_global_rate",
    "base_to_order_rate",
    "global_currency_code",
    "base_currency_code",
    "store_currency_code",
    "order_currency_code",
];

/// A document of an order, without money or number yet.
pub(in crate::shop) fn of_order(order: &Row) -> Row {
    let mut row: Row =
        FROM_ORDER.iter().map(|column| ((*column).to_owned(), order.get(column).map(str::to_owned))).collect();
    row.set("order_id", order.text("entity_id"));
    row
}

impl Shop {
    /// Stamps and stores a document with its items; answers its id.
    pub(in crate::shop) fn add_document(
        &mut self,
        mut document: Row,
        lines: Vec<Line>,
        (table, item_table): (&'static str, &'static str),
    ) -> i64 {
        let now = self.now_sql();
        document.set_default("created_at", &now);
        document.set_default("updated_at", &now);
        let id = self.database.table_mut(table).insert(document);
        for line in lines.into_iter().filter(|line| line.qty > Amount::ZERO) {
            self.database.table_mut(item_table).insert(line.row.with("parent_id", id.to_string()));
        }
        id
    }

    /// Adds a remark to a document and saves the document with it.
    pub(in crate::shop) fn add_document_comment(
        &mut self,
        (table, comment_table): (&'static str, &'static str),
        document: i64,
        remark: Remark,
    ) {
        let now = self.now_sql();
        let flag = |on| if on { "1" } else { "0" };
        let mut row = Row::new()
            .with("parent_id", document.to_string())
            .with("is_customer_notified", flag(remark.notified))
            .with("is_visible_on_front", flag(remark.visible));
        row.set_opt("comment", remark.comment.filter(|comment| !comment.is_empty()));
        row.set("created_at", now.as_str());
        self.database.table_mut(comment_table).insert(row);
        self.database.table_mut(table).update(document, |row| row.set("updated_at", now));
    }
}
