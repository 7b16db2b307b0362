//! Newsletter subscriptions: made by people, and following the customers whose addresses they are of.

use rand_chacha::rand_core::Rng;

use super::sales::document::lay_over;
use super::{Row, Shop};

const TABLE: &str = "newsletter_subscriber";
/// A subscription nobody has confirmed or ended yet.
const NOT_ACTIVE: &str = "2";
const UNSUBSCRIBED: &str = "3";
const UNCONFIRMED: &str = "4";

impl Shop {
    /// Writes down that an address does or does not want the newsletter; whose it is, the customers know. Answers the
    /// subscription's id.
    pub(super) fn subscribe(&mut self, email: &str, status: i64, set: &Row) -> i64 {
        let now = self.now_sql();
        let customer = self.database.table("customer").with("email", email).next();
        let (owner, store) = customer.map_or((0, 1), |(id, row)| (id, row.int("store_id")));
        let known = self.database.table(TABLE).with("subscriber_email", email).next().map(|(id, _)| id);
        let changed = |row: &mut Row| {
            row.set("subscriber_email", email);
            row.set("subscriber_status", status.to_string());
            row.set("change_status_at", now.clone());
            row.set_default("customer_id", &owner.to_string());
            row.set_default("store_id", &store.to_string());
            lay_over(row, set);
        };
        let table = self.database.table_mut(TABLE);
        if let Some(id) = known {
            table.update(id, changed);
            return id;
        }
        let mut row = Row::new();
        changed(&mut row);
        table.insert(row)
    }

    /// A saved customer takes along the subscription that is theirs or that was made for their address: it gets their id,
    /// store and address. Somebody who never subscribed gets none.
    pub(super) fn subscription_follows(&mut self, customer: i64) {
        let Some(customer) = self.database.table("customer").row(customer).cloned() else { return };
        let table = self.database.table(TABLE);
        let theirs = table.with("customer_id", customer.text("entity_id")).next();
        let found = theirs.or_else(|| table.with("subscriber_email", customer.text("email")).next());
        let Some((id, mut row)) = found.map(|(id, row)| (id, row.clone())) else { return };
        let unconfirmed = customer.get("confirmation").is_some_and(|key| !key.is_empty());
        if row.int("customer_id") == 0 {
            row.set("customer_id", customer.text("entity_id"));
            if row.get("subscriber_confirm_code").is_some() {
                row.set("subscriber_confirm_code", self.confirm_code());
            }
            if row.get("subscriber_status") == Some(NOT_ACTIVE) {
                row.set("subscriber_status", if unconfirmed { UNCONFIRMED } else { UNSUBSCRIBED });
            }
        }
        row.set("store_id", customer.text("store_id"));
        row.set("subscriber_email", customer.text("email"));
        if self.bridge().is_some() {
            // The bridge stamps whatever subscription is saved.
            row.set("change_status_at", self.now_sql());
        }
        self.database.table_mut(TABLE).update(id, |known| *known = row);
    }

    /// 32 small letters and digits (recording 310).
    pub(super) fn confirm_code(&mut self) -> String {
        const ALPHABET: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
        let mut bytes = [0_u8; 32];
        self.random.fill_bytes(&mut bytes);
        bytes.iter().map(|byte| char::from(ALPHABET[usize::from(*byte) % ALPHABET.len()])).collect()
    }
}
