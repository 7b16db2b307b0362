//! `in magento` as data: what a merchant or a customer does in the shop.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::language::step::sale::{
    CartInMagento, DocumentInMagento, NumberOfOrder, OrderInMagento, RefundInMagento, SaleInMagento,
    SubscriptionInMagento,
};
use crate::scenario::language::text::matcher::Matcher;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::{Fields, Value};
use crate::scenario::language::text::words::YesNo;

/// What a merchant or a customer does in the shop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub enum MagentoEdit {
    /// Somebody registers.
    #[serde(rename = "create customer")]
    CreateCustomer(CreateInMagento),
    /// A customer's fields change.
    #[serde(rename = "update customer")]
    UpdateCustomer(UpdateCustomer),
    /// A customer is deleted.
    #[serde(rename = "delete customer")]
    DeleteCustomer(DeleteCustomer),
    /// A customer gets an address.
    #[serde(rename = "create address")]
    CreateAddress(UpdateCustomer),
    /// An address changes.
    #[serde(rename = "update address")]
    UpdateAddress(UpdateAddress),
    /// An address is deleted.
    #[serde(rename = "delete address")]
    DeleteAddress(DeleteAddress),
    /// Somebody fills a cart.
    #[serde(rename = "create cart")]
    CreateCart(SaleInMagento),
    /// A cart changes: its columns, or all that is in it.
    #[serde(rename = "update cart")]
    UpdateCart(CartInMagento),
    /// A cart is cleaned away.
    #[serde(rename = "delete cart")]
    DeleteCart(CartInMagento),
    /// Somebody places an order.
    #[serde(rename = "place order")]
    PlaceOrder(SaleInMagento),
    /// An order changes, or somebody notes something on it.
    #[serde(rename = "update order")]
    UpdateOrder(OrderInMagento),
    /// An order is invoiced, whole or in part.
    #[serde(rename = "invoice order")]
    InvoiceOrder(DocumentInMagento),
    /// An order is sent, whole or in part.
    #[serde(rename = "ship order")]
    ShipOrder(DocumentInMagento),
    /// An order is refunded, whole or in part, with a credit memo.
    #[serde(rename = "refund order")]
    RefundOrder(RefundInMagento),
    /// What is neither sent nor invoiced of an order is canceled.
    #[serde(rename = "cancel order")]
    CancelOrder(NumberOfOrder),
    /// An order is put on hold.
    #[serde(rename = "hold order")]
    HoldOrder(NumberOfOrder),
    /// An order is taken off hold.
    #[serde(rename = "unhold order")]
    UnholdOrder(NumberOfOrder),
    /// An order is deleted with its documents, as modules for it do.
    #[serde(rename = "delete order")]
    DeleteOrder(NumberOfOrder),
    /// Somebody subscribes to the newsletter.
    #[serde(rename = "subscribe")]
    Subscribe(SubscriptionInMagento),
    /// Somebody unsubscribes from the newsletter.
    #[serde(rename = "unsubscribe")]
    Unsubscribe(SubscriptionInMagento),
    /// A website is made.
    #[serde(rename = "create website")]
    CreateWebsite(CreateInMagento),
    /// A website is saved with other values.
    #[serde(rename = "update website")]
    UpdateWebsite(UpdatePart),
    /// A website is deleted with its stores.
    #[serde(rename = "delete website")]
    DeleteWebsite(DeletePart),
    /// A store view is made.
    #[serde(rename = "create store view")]
    CreateStoreView(CreateInMagento),
    /// A store view is saved with other values.
    #[serde(rename = "update store view")]
    UpdateStoreView(UpdatePart),
    /// A store view is deleted.
    #[serde(rename = "delete store view")]
    DeleteStoreView(DeletePart),
    /// A customer group is made.
    #[serde(rename = "create group")]
    CreateGroup(CreateInMagento),
    /// A customer group is saved with other values.
    #[serde(rename = "update group")]
    UpdateGroup(UpdatePart),
    /// A customer group is deleted; its customers get the default group.
    #[serde(rename = "delete group")]
    DeleteGroup(DeletePart),
    /// A product is made, with its stock.
    #[serde(rename = "create product")]
    CreateProduct(CreateInMagento),
    /// A product is saved with other values.
    #[serde(rename = "update product")]
    UpdateProduct(UpdatePart),
    /// A product is deleted.
    #[serde(rename = "delete product")]
    DeleteProduct(DeletePart),
    /// A record is added to a table, in the database itself.
    #[serde(rename = "create")]
    Create(CreateRecord),
    /// A record of a table changes, in the database itself.
    #[serde(rename = "update")]
    Update(UpdateRecord),
    /// A record is deleted with what hangs on it.
    #[serde(rename = "delete")]
    Delete(DeleteRecord),
    /// A value of Magento's configuration changes.
    #[serde(rename = "configure")]
    Configure(Configure),
    /// An API user changes.
    #[serde(rename = "update api user")]
    UpdateApiUser(UpdateApiUser),
    /// The bridge is installed, updated or (with `none`) removed.
    #[serde(rename = "install bridge")]
    InstallBridge(InstallBridge),
    /// Magento's cache is emptied, which holds the WSDL where that is cached.
    #[serde(rename = "flush cache")]
    FlushCache(FlushCache),
    /// WS-I compliance is switched.
    #[serde(rename = "set wsi")]
    SetWsi(SetWsi),
}

impl MagentoEdit {
    /// What Magento is expected to refuse it with.
    pub fn refused(&self) -> Option<&At<Matcher>> {
        match self {
            Self::CreateCustomer(edit) => edit.refused.as_ref(),
            Self::UpdateCustomer(edit) => edit.refused.as_ref(),
            Self::DeleteCustomer(edit) => edit.refused.as_ref(),
            Self::CreateAddress(edit) => edit.refused.as_ref(),
            Self::UpdateAddress(edit) => edit.refused.as_ref(),
            Self::DeleteAddress(edit) => edit.refused.as_ref(),
            Self::CreateCart(edit) => edit.refused.as_ref(),
            Self::UpdateCart(edit) => edit.refused.as_ref(),
            Self::DeleteCart(edit) => edit.refused.as_ref(),
            Self::PlaceOrder(edit) => edit.refused.as_ref(),
            Self::UpdateOrder(edit) => edit.refused.as_ref(),
            Self::InvoiceOrder(edit) => edit.refused.as_ref(),
            Self::ShipOrder(edit) => edit.refused.as_ref(),
            Self::RefundOrder(edit) => edit.refused.as_ref(),
            Self::CancelOrder(edit) => edit.refused.as_ref(),
            Self::HoldOrder(edit) => edit.refused.as_ref(),
            Self::UnholdOrder(edit) => edit.refused.as_ref(),
            Self::DeleteOrder(edit) => edit.refused.as_ref(),
            Self::Subscribe(edit) => edit.refused.as_ref(),
            Self::Unsubscribe(edit) => edit.refused.as_ref(),
            Self::CreateWebsite(edit) => edit.refused.as_ref(),
            Self::UpdateWebsite(edit) => edit.refused.as_ref(),
            Self::DeleteWebsite(edit) => edit.refused.as_ref(),
            Self::CreateStoreView(edit) => edit.refused.as_ref(),
            Self::UpdateStoreView(edit) => edit.refused.as_ref(),
            Self::DeleteStoreView(edit) => edit.refused.as_ref(),
            Self::CreateGroup(edit) => edit.refused.as_ref(),
            Self::UpdateGroup(edit) => edit.refused.as_ref(),
            Self::DeleteGroup(edit) => edit.refused.as_ref(),
            Self::CreateProduct(edit) => edit.refused.as_ref(),
            Self::UpdateProduct(edit) => edit.refused.as_ref(),
            Self::DeleteProduct(edit) => edit.refused.as_ref(),
            Self::Create(edit) => edit.refused.as_ref(),
            Self::Update(edit) => edit.refused.as_ref(),
            Self::Delete(edit) => edit.refused.as_ref(),
            Self::Configure(edit) => edit.refused.as_ref(),
            Self::UpdateApiUser(edit) => edit.refused.as_ref(),
            Self::InstallBridge(edit) => edit.refused.as_ref(),
            Self::FlushCache(edit) => edit.refused.as_ref(),
            Self::SetWsi(edit) => edit.refused.as_ref(),
        }
    }
}

/// A record that is created in Magento.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateInMagento {
    /// Magento's attributes, such as `email` and `firstname`.
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A change of a customer, or an address for one.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCustomer {
    /// The customer: an e-mail address or Magento's id.
    pub customer: At<String>,
    /// The values by Magento's names of the attributes.
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A customer to delete.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteCustomer {
    /// The customer: an e-mail address or Magento's id.
    pub customer: At<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A change of an address.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAddress {
    /// Magento's id of the address.
    pub address: At<String>,
    /// Magento's attributes, such as `street` and `city`.
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// An address to delete.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteAddress {
    /// Magento's id of the address.
    pub address: At<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A change of a website, store view, customer group or product.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePart {
    /// Its code (of a product its SKU), or the id that Magento gave it.
    pub named: At<String>,
    /// The values by Magento's names of the columns.
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A website, store view, customer group or product to delete.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeletePart {
    /// Its code (of a product its SKU), or the id that Magento gave it.
    pub named: At<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A new record of any table. Nothing is asked but what the database itself asks; values become what the columns keep.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRecord {
    /// The table, by Magento's name, such as `customer_group`.
    pub table: At<String>,
    /// The values by the names of the columns.
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A change of a record of any table. Nothing is asked but what the database itself asks; values become what the columns
/// keep.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRecord {
    /// The table, by Magento's name, such as `core_store`.
    pub table: At<String>,
    /// The record's primary key.
    pub id: At<String>,
    /// The values by the names of the columns.
    pub set: Fields,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A record to delete, with what hangs on it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeleteRecord {
    /// The table, by Magento's name, such as `sales_flat_order`.
    pub table: At<String>,
    /// The record's primary key.
    pub id: At<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A value of Magento's configuration.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Configure {
    /// The path, such as `general/locale/timezone`.
    pub path: At<String>,
    /// The value, as the database keeps it: 1 for yes, 0 for no.
    pub value: At<Value>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// A change of a SOAP user.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateApiUser {
    /// The name of the API user.
    pub user: At<String>,
    /// Whether the account is active; only an active user can log in.
    #[serde(default)]
    pub active: Option<YesNo>,
    /// A new API key.
    #[serde(default)]
    pub key: Option<At<String>>,
    /// The resources of the user's role from now on.
    #[serde(default)]
    pub resources: Option<Vec<At<String>>>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// The release of the bridge that is installed from now on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstallBridge {
    /// A release such as 1.2.19, or `none`.
    pub version: At<String>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// Magento's cache, and what PHP keeps beside it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlushCache {
    /// Whether PHP's copy of the WSDL (`/tmp/wsdl-*`) is deleted as well; it lives for a day otherwise.
    #[serde(default, rename = "with php")]
    pub with_php: Option<YesNo>,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}

/// The switch "WS-I Compliance" of the shop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SetWsi {
    /// Whether WS-I compliance is on from now on.
    pub wsi: YesNo,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
    /// Magento refuses it and says this.
    #[serde(default)]
    pub refused: Option<At<Matcher>>,
}
