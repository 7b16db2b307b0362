//! How an invoice or a credit memo is counted into its order, the order's items and its payment. One procedure does it
//! for both; what differs is a table of columns.

use super::amount::{Amount, CURRENCIES, add, amount_of};
use super::document::{Division, Line};
use super::order;
use crate::shop::increment_id::Numbered;
use crate::shop::{Row, Shop};

/// A column and the column of the document that is added to it; both exist for the base currency too.
type Added = &'static [(&'static str, &'static str)];

/// A kind of document that moves money.
pub(in crate::shop) struct Kind {
    /// Its tables: the document, its items, its comments.
    pub(in crate::shop) table: &'static str,
    pub(in crate::shop) items: &'static str,
    pub(in crate::shop) comments: &'static str,
    /// What counts its numbers.
    pub(in crate::shop) numbered: Numbered,
    /// The name under which an order's history knows it.
    pub(in crate::shop) entity: &'static str,
    /// What an error calls the deed.
    pub(in crate::shop) deed: &'static str,
    /// What of an order's item it divides among its documents.
    pub(in crate::shop) division: Division,
    /// What it adds to the order.
    pub(in crate::shop) to_order: Added,
    /// What each of its lines adds to the order's item, besides the quantity.
    pub(in crate::shop) to_item: Added,
}

/// What is special about invoices.
pub(in crate::shop) static INVOICE: Kind = Kind {
    table: "sales_flat_invoice",
    items: "sales_flat_invoice_item",
    comments: "sales_flat_invoice_comment",
    numbered: Numbered::Invoice,
    entity: "invoice",
    deed: "invoice",
    division: Division {
        qty: ("qty_ordered", "qty_invoiced"),
        row: ("row_total", "row_invoiced"),
        tax: ("tax_amount", "tax_invoiced"),
        hidden_tax: ("hidden_tax_amount", "hidden_tax_invoiced"),
        discount: ("discount_amount", "discount_invoiced"),
    },
    to_order: &[
        ("total_invoiced", "grand_total"),
        ("subtotal_invoiced", "subtotal"),
        ("tax_invoiced", "tax_amount"),
        ("hidden_tax_invoiced", "hidden_tax_amount"),
        ("shipping_invoiced", "shipping_amount"),
        ("discount_invoiced", "discount_amount"),
    ],
    to_item: &[
        ("tax_invoiced", "tax_amount"),
        ("hidden_tax_invoiced", "hidden_tax_amount"),
        ("discount_invoiced", "discount_amount"),
        ("row_invoiced", "row_total"),
    ],
};

/// What is special about credit memos.
pub(in crate::shop) static CREDIT_MEMO: Kind = Kind {
    table: "sales_flat_creditmemo",
    items: "sales_flat_creditmemo_item",
    comments: "sales_flat_creditmemo_comment",
    numbered: Numbered::CreditMemo,
    entity: "creditmemo",
    deed: "refund",
    division: Division {
        qty: ("qty_invoiced", "qty_refunded"),
        row: ("row_invoiced", "amount_refunded"),
        tax: ("tax_invoiced", "tax_refunded"),
        hidden_tax: ("hidden_tax_invoiced", "hidden_tax_refunded"),
        discount: ("discount_invoiced", "discount_refunded"),
    },
    to_order: &[
        ("total_refunded", "grand_total"),
        ("subtotal_refunded", "subtotal"),
        ("tax_refunded", "tax_amount"),
        ("hidden_tax_refunded", "hidden_tax_amount"),
        ("shipping_refunded", "shipping_amount"),
        ("shipping_tax_refunded", "shipping_tax_amount"),
        ("adjustment_positive", "adjustment_positive"),
        ("adjustment_negative", "adjustment_negative"),
        ("discount_refunded", "discount_amount"),
    ],
    to_item: &[
        ("tax_refunded", "tax_amount"),
        ("hidden_tax_refunded", "hidden_tax_amount"),
        ("discount_refunded", "discount_amount"),
        ("amount_refunded", "row_total"),
    ],
};

/// An invoice that is paid with its making, as those of payment methods without a gateway are.
pub(in crate::shop) const PAID: Added = &[("total_paid", "grand_total")];
/// A refund whose money the shop was to send back itself; the API's are such.
pub(in crate::shop) const ONLINE: Added = &[("total_online_refunded", "grand_total")];
/// A refund whose money somebody handed back.
pub(in crate::shop) const OFFLINE: Added = &[("total_offline_refunded", "grand_total")];

/// What a paid invoice adds to the order's payment.
pub(in crate::shop) const PAYMENT_PAID: Added =
    &[("amount_paid", "grand_total"), ("shipping_captured", "shipping_amount")];
/// What a refund that somebody handed back adds to it.
pub(in crate::shop) const PAYMENT_REFUNDED: Added =
    &[("amount_refunded", "grand_total"), ("shipping_refunded", "shipping_amount")];

/// Whether a document is counted in, or a canceled one out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::shop) enum Count {
    In,
    Out,
}

impl Count {
    fn signed(self, amount: Amount) -> Amount {
        if self == Self::In { amount } else { -amount }
    }
}

impl Kind {
    /// Counts a document and its lines into its order (or out of it), with the columns in `more` besides the kind's own.
    pub(in crate::shop) fn register(
        &self,
        shop: &mut Shop,
        order_id: i64,
        document: &Row,
        lines: &[Line],
        (count, more): (Count, Added),
    ) {
        let (_, counted) = self.division.qty;
        for line in lines.iter().filter(|line| line.qty > Amount::ZERO) {
            shop.database.table_mut("sales_flat_order_item").update(line.order_item, |item| {
                add(item, counted, count.signed(line.qty));
                add_all(item, &line.row, self.to_item, count);
            });
        }
        shop.database.table_mut("sales_flat_order").update(order_id, |order| {
            add_all(order, document, self.to_order, count);
            add_all(order, document, more, count);
        });
    }
}

/// Adds a document's sums to columns of the order's payment.
pub(in crate::shop) fn count_into_payment(shop: &mut Shop, order: &Row, document: &Row, columns: Added) {
    let Some(id) = order::payment(shop, order).map(|payment| payment.int("entity_id")) else { return };
    let payments = shop.database.table_mut("sales_flat_order_payment");
    payments.update(id, |payment| add_all(payment, document, columns, Count::In));
}

fn add_all(to: &mut Row, from: &Row, columns: Added, count: Count) {
    for currency in CURRENCIES {
        for (column, source) in columns {
            let amount = amount_of(from, &format!("{currency}{source}"));
            add(to, &format!("{currency}{column}"), count.signed(amount));
        }
    }
}
