//! Increment ids: the numbers people see on documents, counted per kind of document and store view.

use super::{Row, Shop};

/// A kind of document that is numbered, by its entity type id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Numbered {
    Order = 5,
    Invoice = 6,
    CreditMemo = 7,
    Shipment = 8,
}

impl Numbered {
    fn table(self) -> &'static str {
        match self {
            Self::Order => "sales_flat_order",
            Self::Invoice => "sales_flat_invoice",
            Self::CreditMemo => "sales_flat_creditmemo",
            Self::Shipment => "sales_flat_shipment",
        }
    }
}

/// Digits of a number after its prefix.
const DIGITS: usize = 8;

impl Shop {
    /// The next increment id of a kind in a store view. The prefix of a store view is its id unless somebody changed it;
    /// a seed without counters goes on from its highest number.
    pub(super) fn next_increment_id(&mut self, kind: Numbered, store: i64) -> String {
        let (entity_type, store_id) = ((kind as i64).to_string(), store.to_string());
        let is_counter = |row: &Row| row.text("entity_type_id") == entity_type && row.text("store_id") == store_id;
        let counters = self.database.table("eav_entity_store");
        let found = counters.iter().find(|(_, row)| is_counter(row)).map(|(id, row)| (id, row.clone()));
        let (id, counter) = match found {
            Some(known) => known,
            None => {
                let highest = self.highest_number(kind.table(), store);
                let row = Row::new()
                    .with("entity_type_id", entity_type)
                    .with("store_id", store_id.as_str())
                    .with("increment_prefix", store_id.as_str())
                    .with("increment_last_id", format!("{store}{highest:0DIGITS$}"));
                (self.database.table_mut("eav_entity_store").insert(row.clone()), row)
            }
        };
        let table = self.database.table_mut("eav_entity_store");
        let prefix = counter.text("increment_prefix");
        let last = counter.text("increment_last_id").strip_prefix(prefix).unwrap_or_default();
        let next = format!("{prefix}{:0DIGITS$}", crate::soap::value::leading_int(last) + 1);
        table.update(id, |row| row.set("increment_last_id", next.as_str()));
        next
    }

    /// The highest number of a store view's documents, without the prefix.
    fn highest_number(&self, table: &'static str, store: i64) -> i64 {
        let prefix = store.to_string();
        let numbers = self.database.table(table).iter().filter_map(|(_, row)| {
            let digits = row.text("increment_id").strip_prefix(prefix.as_str())?;
            (digits.len() == DIGITS).then(|| digits.parse().ok()).flatten()
        });
        numbers.max().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::shop::{Seed, ShopConfig};

    #[test]
    fn every_store_view_counts_for_itself() {
        let clock = Clock::virtual_at(jiff::Timestamp::UNIX_EPOCH);
        let mut shop = Shop::new(ShopConfig::new(clock), Seed::corner_shop_people().unwrap()).unwrap();
        let ids: Vec<String> =
            [(Numbered::Order, 1), (Numbered::Order, 1), (Numbered::Order, 3), (Numbered::Invoice, 1)]
                .map(|(kind, store)| shop.next_increment_id(kind, store))
                .into();
        assert_eq!(ids, ["100000001", "100000002", "300000001", "100000001"]);
    }
}
