//! What a shop sells: carts that are counted together, orders placed from them, and the invoices, shipments and refunds
//! of an order. This is the only place that knows Magento's rules for them; the API's operations, the edits of scenarios
//! and of `/__admin/edits` read what they are given, call this, and say how it ended in their own words. Nothing here
//! knows arguments of a call, faults or scenarios.

pub(super) mod amount;
pub(super) mod cancel;
pub(super) mod candidate;
pub(super) mod counter;
mod discount;
pub(super) mod document;
pub(super) mod given;
pub(super) mod invoice;
pub(super) mod items;
pub(super) mod line;
pub(super) mod order;
mod parts;
pub(super) mod payment;
pub(super) mod place;
pub(super) mod price;
mod price_rule;
pub(super) mod product_price;
pub(super) mod quote;
pub(super) mod refund;
pub(super) mod refused;
pub(super) mod register;
pub(super) mod ship;
pub(super) mod shipping;
pub(super) mod stock;
pub(super) mod totals;

pub use counter::Sale;
pub use refused::SaleRefused;

use super::Row;
use crate::magento::columns;
use amount::Amount;

/// A document that was made: an order, invoice, shipment or credit memo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Made {
    /// The primary key of the record.
    pub(super) id: i64,
    /// The number people know it by.
    pub(super) increment_id: String,
}

/// A row with every column of its table, all null but the key, which is left out.
pub(super) fn blank(table: &str, key: &str) -> Row {
    let known = columns::table(table).into_iter().flat_map(|table| table.columns.keys());
    let mut row: Row = known.map(|column| (column.as_str(), None)).collect();
    row.remove(key);
    row
}

/// Copies columns of one row into another, null when the source has none.
pub(super) fn copy(from: &Row, to: &mut Row, columns: &[&str]) {
    for column in columns {
        to.set_opt(*column, from.get(column).map(str::to_owned));
    }
}

/// Sets columns of a row to fixed values.
pub(super) fn fill(row: &mut Row, columns: &[(&str, &str)]) {
    for (column, value) in columns {
        row.set(*column, *value);
    }
}

/// Sets columns of a row to zero with four decimals.
pub(super) fn zero(row: &mut Row, columns: &[&str]) {
    for column in columns {
        row.set(*column, amount::money(Amount::ZERO));
    }
}
