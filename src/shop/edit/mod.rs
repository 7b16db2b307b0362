//! What a merchant or a customer does in the shop, without the API: records created, changed and deleted, and switches
//! of the installation. Edits by name are what a form of Magento does and are refused as it refuses them (`people`,
//! `sale`); edits of a table are the database's own (`tables`). What the API does is in `operation`.

mod document;
pub(in crate::shop) mod error;
mod people;
mod product;
mod sale;
mod structure;
mod tables;
mod values;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Shop;
use super::acl::Role;
use super::description::WSDL_CACHE;
use super::row::Row;
use super::sales::Sale;
use super::seed::SeedRow;
use super::written::{self, paths};
use crate::magento::BridgeRelease;
use crate::secret::ApiKey;
use crate::soap::WireStyle;
pub use document::{OrderDocument, OrderRemark};
pub use error::EditError;
use people::check_email;
pub use structure::Part;

/// One edit of a shop, as somebody makes it in the admin pages or in the storefront.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ShopEdit {
    /// Adds a record to a table.
    Create {
        /// Table, by Magento's name.
        table: String,
        /// The values by the names of the columns.
        fields: SeedRow,
    },
    /// Changes a record.
    Update {
        /// Table, by Magento's name.
        table: String,
        /// The primary key of the record.
        id: i64,
        /// Columns to set; null empties.
        fields: SeedRow,
    },
    /// Deletes a record and what hangs on it.
    Delete {
        /// Table, by Magento's name.
        table: String,
        /// The primary key of the record.
        id: i64,
    },
    /// A customer registers.
    CreateCustomer {
        /// The values by the names of the columns.
        fields: SeedRow,
    },
    /// A customer is saved with other values.
    UpdateCustomer {
        /// The primary key of the customer.
        id: i64,
        /// Columns to set; null empties.
        fields: SeedRow,
    },
    /// A customer gets an address.
    CreateAddress {
        /// The id of the customer.
        customer: i64,
        /// Columns; `is_default_billing` and `is_default_shipping` are its customer's.
        fields: SeedRow,
    },
    /// An address is saved with other values.
    UpdateAddress {
        /// The primary key of the address.
        id: i64,
        /// Columns to set; null empties.
        fields: SeedRow,
    },
    /// An order is saved with other values, by its statuses and states.
    UpdateOrder {
        /// The id of the order.
        order: i64,
        /// Columns to set; null empties.
        fields: SeedRow,
    },
    /// A cart is saved with other values.
    UpdateCart {
        /// The id of the cart.
        cart: i64,
        /// Columns to set; null empties.
        fields: SeedRow,
    },
    /// Sets a configuration value by path.
    Configure {
        /// Path, such as `general/locale/timezone`.
        path: String,
        /// The value of the setting.
        value: String,
    },
    /// Empties Magento's cache, which holds the description of the API where that is cached.
    FlushCache {
        /// Whether PHP's copy of the description is deleted as well.
        with_php: bool,
    },
    /// Switches WS-I compliance on or off.
    SetWsi(bool),
    /// Installs a bridge release, or removes it.
    SetBridge(Option<String>),
    /// Activates or deactivates an API user.
    SetUserActive {
        /// The name of the API user.
        user: String,
        /// Whether the account is active.
        active: bool,
    },
    /// Gives an API user another key.
    SetUserKey {
        /// The name of the API user.
        user: String,
        /// The new API key.
        key: String,
    },
    /// Gives an API user other rights.
    SetUserRole {
        /// The name of the API user.
        user: String,
        /// Allowed ACL nodes; `all` for everything.
        nodes: Vec<String>,
    },
    /// Ends all API sessions.
    ExpireSessions,
    /// Somebody fills a cart.
    FillCart(Sale),
    /// A cart holds other items from now on.
    PutInCart {
        /// The id of the cart.
        cart: i64,
        /// Columns of each item.
        items: Vec<SeedRow>,
    },
    /// Somebody places an order.
    PlaceOrder(Sale),
    /// Somebody notes something on an order.
    CommentOrder {
        /// The id of the order.
        order: i64,
        /// The text of the comment.
        comment: String,
        /// Whether the customer is told by e-mail.
        #[serde(default)]
        notify: bool,
        /// Whether the customer sees it in their account.
        #[serde(default)]
        visible: bool,
    },
    /// An order is invoiced, whole or in part.
    Invoice(OrderDocument),
    /// An order is sent, whole or in part.
    Ship(OrderDocument),
    /// A part of an order is refunded, with a credit memo.
    CreditMemo(OrderDocument),
    /// What is open of an order is canceled.
    CancelOrder {
        /// The id of the order.
        order: i64,
    },
    /// An order is put on hold.
    HoldOrder {
        /// The id of the order.
        order: i64,
    },
    /// An order is taken off hold.
    UnholdOrder {
        /// The id of the order.
        order: i64,
    },
    /// A website, store view, customer group or product is made by its form.
    AddPart {
        /// The kind of record, by its form.
        part: Part,
        /// The values by the names of the columns.
        fields: SeedRow,
    },
    /// A website, store view, customer group or product is saved with other values.
    ChangePart {
        /// The kind of record, by its form.
        part: Part,
        /// The primary key of the record.
        id: i64,
        /// The values to set, by the names of the columns.
        fields: SeedRow,
    },
    /// A website, store view, customer group or product is deleted by its form.
    DeletePart {
        /// The kind of record, by its form.
        part: Part,
        /// The primary key of the record.
        id: i64,
    },
    /// An order is refunded whole.
    Refund {
        /// The id of the order.
        order: i64,
        /// Columns of the credit memo.
        set: SeedRow,
    },
    /// A newsletter subscription is made, changed or ended.
    Subscribe {
        /// The e-mail address of the subscriber.
        email: String,
        /// 1 subscribed, 2 not active, 3 unsubscribed, 4 unconfirmed.
        status: i64,
        /// Columns of the subscription.
        set: SeedRow,
    },
}

pub(super) fn apply(shop: &mut Shop, edit: &ShopEdit) -> Result<i64, EditError> {
    match edit {
        ShopEdit::Create { table, fields } => tables::create(shop, table, fields),
        ShopEdit::Update { table, id, fields } => tables::update(shop, table, *id, fields),
        ShopEdit::Delete { table, id } => tables::delete(shop, table, *id),
        ShopEdit::CreateCustomer { fields } => shop.register(fields),
        ShopEdit::UpdateCustomer { id, fields } => shop.save_customer(*id, fields),
        ShopEdit::CreateAddress { customer, fields } => shop.add_address(*customer, fields),
        ShopEdit::UpdateAddress { id, fields } => shop.save_address(*id, fields),
        ShopEdit::UpdateOrder { order, fields } => shop.change_order(*order, fields),
        ShopEdit::UpdateCart { cart, fields } => shop.change_cart(*cart, fields),
        ShopEdit::Configure { path, value } => {
            shop.check_setting(path, value)?;
            shop.settings.set(path.clone(), paths::saved(path, value));
            if path == WSDL_CACHE {
                shop.describe_anew();
            }
            Ok(0)
        }
        ShopEdit::FlushCache { with_php } => {
            shop.flush_cache(*with_php);
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
        ShopEdit::FillCart(sale) => {
            shop.check_sale(sale, written::CART)?;
            shop.fill_cart(sale)
        }
        ShopEdit::PutInCart { cart, items } => {
            shop.check_items(items)?;
            shop.put_in_cart(*cart, items)
        }
        ShopEdit::PlaceOrder(sale) => {
            shop.check_sale(sale, written::ORDER)?;
            shop.check_is_bought(sale)?;
            shop.check_number(sale)?;
            shop.check_guest(sale)?;
            shop.place_order(sale)
        }
        ShopEdit::CommentOrder { order, comment, notify, visible } => {
            let remark = OrderRemark { comment: Some(comment.clone()), notify: *notify, visible: *visible };
            shop.remark_on_order(*order, &remark)
        }
        ShopEdit::Refund { order, set } => {
            shop.refund_order(&OrderDocument { order: *order, set: set.clone(), ..OrderDocument::default() })
        }
        ShopEdit::Invoice(told) => shop.invoice_order(told),
        ShopEdit::Ship(told) => shop.ship_order(told),
        ShopEdit::CreditMemo(told) => shop.refund_order(told),
        ShopEdit::CancelOrder { order } => shop.cancel_order(*order),
        ShopEdit::HoldOrder { order } => shop.hold_order(*order, true),
        ShopEdit::UnholdOrder { order } => shop.hold_order(*order, false),
        ShopEdit::AddPart { part, fields } => shop.add_part(*part, fields),
        ShopEdit::ChangePart { part, id, fields } => shop.change_part(*part, *id, fields),
        ShopEdit::DeletePart { part, id } => shop.delete_part(*part, *id),
        ShopEdit::Subscribe { email, status, set } => {
            shop.check_written(written::SUBSCRIPTION, set)?;
            check_email(email)?;
            Ok(shop.subscribe(email, *status, &row_of(set)))
        }
    }
}

fn change_user(shop: &mut Shop, name: &str, change: impl FnOnce(&mut super::acl::ApiUser)) -> Result<i64, EditError> {
    if shop.users.get(name).is_none() {
        let known: Vec<String> = shop.users.iter().map(|user| user.name.clone()).collect();
        let remedy = crate::nearest::choices(name, &known.iter().map(String::as_str).collect::<Vec<_>>());
        return Err(EditError::UnknownUser { user: name.to_owned(), remedy });
    }
    if let Some(user) = shop.users.get_mut(name) {
        change(user);
    }
    Ok(0)
}

fn row_of(columns: &SeedRow) -> Row {
    columns.iter().map(|(column, value)| (column.clone(), value.clone())).collect()
}
