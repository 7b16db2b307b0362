//! What a merchant or a customer does in the shop, without the API: records created, changed and deleted, and switches
//! of the installation.

use serde::{Deserialize, Serialize};

use super::Shop;
use super::acl::Role;
use super::database::Database;
use super::row::Row;
use super::sales::{Sale, SaleRefused};
use super::seed::SeedRow;
use crate::magento::BridgeRelease;
use crate::nearest::nearest;
use crate::secret::ApiKey;
use crate::soap::WireStyle;

/// One edit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ShopEdit {
    /// Adds a record to a table.
    Create {
        /// Table, by Magento's name.
        table: String,
        /// Columns.
        fields: SeedRow,
    },
    /// Changes a record.
    Update {
        /// Table, by Magento's name.
        table: String,
        /// Primary key.
        id: i64,
        /// Columns to set; null empties.
        fields: SeedRow,
    },
    /// Deletes a record and what hangs on it.
    Delete {
        /// Table, by Magento's name.
        table: String,
        /// Primary key.
        id: i64,
    },
    /// Sets a configuration value by path.
    Configure {
        /// Path, such as `general/locale/timezone`.
        path: String,
        /// Value.
        value: String,
    },
    /// Switches WS-I compliance.
    SetWsi(bool),
    /// Installs a bridge release, or removes it.
    SetBridge(Option<String>),
    /// Activates or deactivates an API user.
    SetUserActive {
        /// User name.
        user: String,
        /// Whether the account is active.
        active: bool,
    },
    /// Gives an API user another key.
    SetUserKey {
        /// User name.
        user: String,
        /// The new key.
        key: String,
    },
    /// Gives an API user other rights.
    SetUserRole {
        /// User name.
        user: String,
        /// Allowed ACL nodes; `all` for everything.
        nodes: Vec<String>,
    },
    /// Forgets all sessions.
    ExpireSessions,
    /// Somebody fills a cart.
    FillCart(Sale),
    /// A cart holds other items from now on.
    PutInCart {
        /// The cart's id.
        cart: i64,
        /// Columns of each item.
        items: Vec<SeedRow>,
    },
    /// Somebody places an order.
    PlaceOrder(Sale),
    /// Somebody notes something on an order.
    CommentOrder {
        /// The order's id.
        order: i64,
        /// What is noted.
        comment: String,
    },
    /// An order is refunded whole.
    Refund {
        /// The order's id.
        order: i64,
        /// Columns of the credit memo.
        set: SeedRow,
    },
    /// A newsletter subscription is made, changed or ended.
    Subscribe {
        /// E-mail address.
        email: String,
        /// 1 subscribed, 2 not active, 3 unsubscribed, 4 unconfirmed.
        status: i64,
        /// Columns of the subscription.
        set: SeedRow,
    },
}

/// Why an edit cannot be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// No such table.
    #[error("the shop has no table \"{table}\"; did you mean \"{nearest}\"?")]
    UnknownTable {
        /// Asked for.
        table: String,
        /// The most similar one.
        nearest: String,
    },
    /// No such record.
    #[error("{table} has no record {id}; it has {count}")]
    UnknownRecord {
        /// Table.
        table: String,
        /// Primary key asked for.
        id: i64,
        /// Number of records there.
        count: usize,
    },
    /// An amount that is none.
    #[error("{column} holds \"{found}\", which is no number; write one such as 12.50")]
    NoNumber {
        /// Column.
        column: String,
        /// What it holds.
        found: String,
    },
    /// Magento's rules do not allow it.
    #[error("{what} {id} is refused: {why}")]
    Refused {
        /// What was to be done, and with what.
        what: &'static str,
        /// Primary key.
        id: i64,
        /// Magento's words.
        why: SaleRefused,
    },
    /// No such API user.
    #[error("the shop has no API user \"{0}\"")]
    UnknownUser(String),
    /// No such bridge release.
    #[error(transparent)]
    UnknownRelease(#[from] crate::magento::bridge::UnknownRelease),
}

/// Tables whose records carry stamps.
const STAMPED: &[&str] = &[
    "customer",
    "customer_address",
    "sales_flat_order",
    "sales_flat_quote",
    "sales_flat_creditmemo",
    "catalog_product",
];

pub(super) fn apply(shop: &mut Shop, edit: &ShopEdit) -> Result<i64, EditError> {
    match edit {
        ShopEdit::Create { table, fields } => create(shop, table, fields),
        ShopEdit::Update { table, id, fields } => update(shop, table, *id, fields),
        ShopEdit::Delete { table, id } => delete(shop, table, *id),
        ShopEdit::Configure { path, value } => {
            shop.settings.set(path.clone(), value.clone());
            Ok(0)
        }
        ShopEdit::SetWsi(on) => {
            shop.set_mode(if *on { WireStyle::WsI } else { WireStyle::RpcEncoded });
            Ok(0)
        }
        ShopEdit::SetBridge(release) => {
            let release = release.as_deref().map(BridgeRelease::find).transpose()?;
            shop.set_bridge(release);
            Ok(0)
        }
        ShopEdit::SetUserActive { user, active } => change_user(shop, user, |found| found.active = *active),
        ShopEdit::SetUserKey { user, key } => change_user(shop, user, |found| found.key = ApiKey::new(key.clone())),
        ShopEdit::SetUserRole { user, nodes } => {
            change_user(shop, user, |found| found.role = Some(Role::from_nodes(nodes.clone())))
        }
        ShopEdit::ExpireSessions => {
            shop.expire_sessions();
            Ok(0)
        }
        ShopEdit::FillCart(sale) => shop.fill_cart(sale),
        ShopEdit::PutInCart { cart, items } => shop.put_in_cart(*cart, items),
        ShopEdit::PlaceOrder(sale) => shop.place_order(sale),
        ShopEdit::CommentOrder { order, comment } => {
            shop.require("sales_flat_order", *order)?;
            Ok(shop.note(*order, Some(comment.clone())))
        }
        ShopEdit::Refund { order, set } => shop.refund_order(*order, set),
        ShopEdit::Subscribe { email, status, set } => Ok(shop.subscribe(email, *status, &row_of(set))),
    }
}

fn change_user(shop: &mut Shop, name: &str, change: impl FnOnce(&mut super::acl::ApiUser)) -> Result<i64, EditError> {
    let user = shop.users.get_mut(name).ok_or_else(|| EditError::UnknownUser(name.to_owned()))?;
    change(user);
    Ok(0)
}

fn row_of(columns: &SeedRow) -> Row {
    columns.iter().map(|(column, value)| (column.clone(), value.clone())).collect()
}

fn known_table(table: &str) -> Result<&'static str, EditError> {
    Database::names().find(|name| *name == table).ok_or_else(|| {
        let nearest = nearest(table, Database::names());
        EditError::UnknownTable { table: table.to_owned(), nearest: nearest.unwrap_or_default().to_owned() }
    })
}

fn create(shop: &mut Shop, table: &str, fields: &SeedRow) -> Result<i64, EditError> {
    let table = known_table(table)?;
    let mut row = row_of(fields);
    if STAMPED.contains(&table) {
        let now = shop.now_sql();
        row.set_default("created_at", &now);
        row.set_default("updated_at", &now);
    }
    if table == "customer" {
        shop.complete_customer(&mut row);
    }
    let parent = row.int("parent_id");
    let id = shop.database.table_mut(table).insert(row);
    match table {
        "customer_address" => shop.touch_customer(parent),
        "customer" => shop.subscription_follows(id),
        _ => {}
    }
    Ok(id)
}

fn update(shop: &mut Shop, table: &str, id: i64, fields: &SeedRow) -> Result<i64, EditError> {
    let table = known_table(table)?;
    let now = shop.now_sql();
    let count = shop.database.table(table).len();
    let changed = shop.database.table_mut(table).update(id, |row| {
        if STAMPED.contains(&table) {
            row.set("updated_at", now);
        }
        for (column, value) in fields {
            row.set_opt(column.clone(), value.clone());
        }
    });
    if !changed {
        return Err(EditError::UnknownRecord { table: table.to_owned(), id, count });
    }
    if table == "customer_address" {
        let parent = shop.database.table(table).row(id).map_or(0, |row| row.int("parent_id"));
        shop.touch_customer(parent);
    }
    if table == "customer" {
        shop.subscription_follows(id);
    }
    Ok(id)
}

fn delete(shop: &mut Shop, table: &str, id: i64) -> Result<i64, EditError> {
    let table = known_table(table)?;
    let count = shop.database.table(table).len();
    let removed = shop.delete_row(table, id);
    if removed { Ok(id) } else { Err(EditError::UnknownRecord { table: table.to_owned(), id, count }) }
}

impl Shop {
    /// What Magento fills in when a customer is saved for the first time.
    pub(super) fn complete_customer(&mut self, row: &mut Row) {
        row.set_default("website_id", "0");
        row.set_default("store_id", "0");
        let created_in =
            self.database.table("core_store").row(row.int("store_id")).map(|store| store.text("name").to_owned());
        row.set_default("created_in", &created_in.unwrap_or_default());
        row.set_default("group_id", &self.settings.text("customer/create_account/default_group"));
        row.set_default("is_active", "1");
        if !row.has("increment_id") {
            row.set_opt("increment_id", None);
        }
    }

    /// Saving an address in the admin saves its customer too.
    fn touch_customer(&mut self, id: i64) {
        let now = self.now_sql();
        self.database.table_mut("customer").update(id, |row| row.set("updated_at", now));
    }

    /// Refunds an order whole, as the admin's "Refund Offline" does; one that was never invoiced is invoiced first.
    /// Gives the credit memo's id.
    fn refund_order(&mut self, order: i64, set: &SeedRow) -> Result<i64, EditError> {
        use super::sales::invoice::{InvoiceRequest, invoice};
        use super::sales::refund::{Payout, RefundRequest, refund};
        let refused = |what, why| EditError::Refused { what, id: order, why };
        let sold = self.require("sales_flat_order", order)?.clone();
        if super::sales::items::can_invoice(self, &sold) {
            invoice(self, &sold, InvoiceRequest::default()).map_err(|why| refused("invoicing order", why))?;
        }
        let sold = self.require("sales_flat_order", order)?.clone();
        // The admin's form sends both adjustments, nothing in them.
        let nothing = Some(super::sales::amount::Amount::ZERO);
        let request = RefundRequest {
            payout: Payout::Offline,
            set: row_of(set),
            adjustment_positive: nothing,
            adjustment_negative: nothing,
            ..RefundRequest::default()
        };
        let made = refund(self, &sold, request).map_err(|why| refused("refunding order", why))?;
        Ok(made.id)
    }
}
