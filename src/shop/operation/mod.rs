//! What the API's operations do, one file per API resource. Each file lists its operations in a table; this one joins
//! the tables and runs the checks that come before any operation. Faults are raised by name through the contract.

mod bridge;
mod cart;
pub(in crate::shop) mod catalog;
mod core;
mod customer;
mod customer_address;
mod customer_group;
mod directory;
mod entity_table;
#[cfg(test)]
mod every;
mod flat_table;
mod sales_creditmemo;
mod sales_document;
mod sales_invoice;
mod sales_order;
mod sales_shipment;
mod store;
#[cfg(test)]
mod tour;
#[cfg(test)]
mod vectors;

use std::sync::{Arc, LazyLock};

use indexmap::IndexMap;

use super::{Database, Refusal, Row, Shop};
use crate::magento::{Declarer, Filters};
use crate::soap::{SoapFault, SoapStruct, SoapValue, WireStyle};

/// What an operation is given.
pub(super) struct Call<'a> {
    pub(super) shop: &'a mut Shop,
    pub(super) arguments: &'a SoapStruct,
    /// The API resource, for raising its faults.
    pub(super) resource: &'a str,
    /// How it was called.
    pub(super) given: &'a Given,
}

/// How an operation was called, beside its arguments by the names of version 2.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// Whether it came through API version 1: the functions of its handler are the same in every style, and a method's
    /// arguments are bound already.
    pub(super) is_version1: bool,
    /// Filters that are read already, because the version of the API has its own form for them.
    pub(super) filters: Option<Filters>,
}

impl Given {
    pub(super) fn version1() -> Self {
        Self { is_version1: true, filters: None }
    }
}

/// What does the work of an operation.
pub(super) type Handler = fn(&mut Call<'_>) -> Result<SoapValue, Refusal>;

/// Operations of one file, by name.
pub(super) type Operations = &'static [(&'static str, Handler)];

const ALL: &[Operations] = &[
    core::OPERATIONS,
    store::OPERATIONS,
    directory::OPERATIONS,
    customer_group::OPERATIONS,
    customer::OPERATIONS,
    customer_address::OPERATIONS,
    sales_order::OPERATIONS,
    sales_invoice::OPERATIONS,
    sales_shipment::OPERATIONS,
    sales_creditmemo::OPERATIONS,
    cart::OPERATIONS,
    cart::product::OPERATIONS,
    cart::customer::OPERATIONS,
    cart::shipping::OPERATIONS,
    cart::payment::OPERATIONS,
    cart::coupon::OPERATIONS,
    cart::gift_message::OPERATIONS,
    bridge::ping::OPERATIONS,
    bridge::website::OPERATIONS,
    bridge::region::OPERATIONS,
    bridge::customer::OPERATIONS,
    bridge::customer_address::OPERATIONS,
    bridge::order::OPERATIONS,
    bridge::quote::OPERATIONS,
    bridge::newsletter::OPERATIONS,
    bridge::wishlist::OPERATIONS,
    bridge::viewed_product::OPERATIONS,
];

static HANDLERS: LazyLock<IndexMap<&'static str, Handler>> =
    LazyLock::new(|| ALL.iter().chain(catalog::ALL).flat_map(|operations| operations.iter().copied()).collect());

/// Whether an operation does something.
pub(super) fn implemented(operation: &str) -> bool {
    HANDLERS.contains_key(operation)
}

/// The core operations that check what they need themselves.
const WITHOUT_SESSION: &[&str] =
    &["login", "startSession", "endSession", "globalFaults", "resources", "resourceFaults", "call", "multiCall"];

/// Runs the checks of wire spec 4.4 in their order, then the operation.
pub(super) fn dispatch(
    shop: &mut Shop,
    operation: &str,
    arguments: &SoapStruct,
    given: &Given,
) -> Result<SoapValue, Refusal> {
    let contract = Arc::clone(&shop.config.contract);
    if !shop.declares(operation) {
        return Err(contract.global_fault("resource_path_invalid").into());
    }
    let handler = HANDLERS.get(operation).copied();
    if WITHOUT_SESSION.contains(&operation) {
        return shop.stubbed(operation, "global", arguments, |shop| {
            let mut call = Call { shop, arguments, resource: "global", given };
            let handler =
                handler.ok_or_else(|| call.shop.config.contract.global_fault("resource_path_not_callable"))?;
            handler(&mut call)
        });
    }
    if shop.style() == WireStyle::WsI {
        bind_by_name(shop, operation, arguments)?;
    }
    let Some(facts) =
        contract.operation(operation).filter(|_| !matches!(contract.declarer(operation), Some(Declarer::Wsdl(_))))
    else {
        return declared_only(shop, operation, arguments);
    };
    if !given.is_version1 {
        let session = arguments.text_as_it_is("sessionId").unwrap_or_default();
        let user = shop.user_of(&session).ok_or_else(|| contract.global_fault("session_expired"))?;
        check_path(shop, &user, operation)?;
    }
    let resource = facts.resource.as_deref().unwrap_or("global");
    let is_of_module = contract.declarer(operation).is_some();
    let renamed = (shop.style() == WireStyle::WsI).then(|| by_rpc_names(shop, operation, arguments));
    let arguments = renamed.as_ref().unwrap_or(arguments);
    shop.stubbed(operation, resource, arguments, |shop| match handler {
        Some(handler) => {
            check_spelling_of_store(shop, operation, arguments)?;
            handler(&mut Call { shop, arguments, resource, given })
        }
        None if is_of_module => Err(shop.not_stubbed(operation, arguments)),
        None => Err(shop.config.contract.global_fault("resource_path_not_callable").into()),
    })
}

/// Operations that never look at the store they are given.
const WITHOUT_STORE: &[&str] = &["shoppingCartCouponAdd"];

/// A store view that is found by another spelling of its id or code than the database has, such as `01` or `DEFAULT`, is
/// loaded, but kept under its own: what looks for it under the other then finds nothing (seen on OpenMage 19.4.23 in every
/// operation that has a store).
fn check_spelling_of_store(shop: &Shop, operation: &str, arguments: &SoapStruct) -> Result<(), Refusal> {
    if WITHOUT_STORE.contains(&operation) {
        return Ok(());
    }
    let asked = ["storeView", "store", "storeId"].into_iter().find_map(|name| arguments.text(name));
    let Some(asked) = asked.filter(|asked| !asked.is_empty()) else { return Ok(()) };
    let is_itself = |store: &Row| asked == store.text("store_id") || asked == store.text("code");
    match shop.store(&asked) {
        Some(store) if !is_itself(store) => {
            Err(Refusal::Thrown("Call to a member function getId() on null".to_owned()))
        }
        _ => Ok(()),
    }
}

/// An operation of which only the declaration is known, so that nothing is known of its rights: a stub answers it, in any
/// session where it has a part for one.
fn declared_only(shop: &mut Shop, operation: &str, arguments: &SoapStruct) -> Result<SoapValue, Refusal> {
    let declared = shop.codec().schema().operation(operation);
    if declared.is_some_and(|declared| declared.request.parts.iter().any(|part| part.name == "sessionId")) {
        let session = arguments.text_as_it_is("sessionId").unwrap_or_default();
        if shop.user_of(&session).is_none() {
            return Err(shop.config.contract.global_fault("session_expired").into());
        }
    }
    shop.stubbed(operation, "global", arguments, |shop| Err(shop.not_stubbed(operation, arguments)))
}

/// Whether the shop has the operation's resource, and the user the rights to it.
pub(super) fn check_path(shop: &Shop, user: &str, operation: &str) -> Result<(), Refusal> {
    let contract = &shop.config.contract;
    let invalid = || Refusal::from(contract.global_fault("resource_path_invalid"));
    let facts = contract.operation(operation).ok_or_else(invalid)?;
    if operation.starts_with("oroWishlist") && shop.bridge().is_some_and(|release| !release.at_least("1.2.7.0")) {
        return Err(invalid());
    }
    if contract.declarer(operation).is_some() && facts.resource.is_none() {
        return Err(invalid());
    }
    let is_installed = |since: &String| shop.bridge().is_some_and(|release| release.at_least(since));
    if !facts.since.as_ref().is_none_or(is_installed) {
        return Err(invalid());
    }
    if !shop.users.allows(user, facts, shop.bridge(), contract.acl()) {
        return Err(contract.global_fault("access_denied").into());
    }
    Ok(())
}

/// WS-I calls many parts otherwise than RPC does, in the same order; the operations know RPC's names.
fn by_rpc_names(shop: &Shop, operation: &str, arguments: &SoapStruct) -> SoapStruct {
    let rpc = shop.config.contract.schema(WireStyle::RpcEncoded, shop.bridge(), shop.flavor());
    let declared = (shop.codec().schema().operation(operation), rpc.operation(operation));
    let (Some(here), Some(rpc)) = declared else { return arguments.clone() };
    let rpc_name = |name: &str| {
        let at = here.request.parts.iter().position(|part| part.name == name)?;
        rpc.request.parts.get(at).map(|part| part.name.clone())
    };
    let renamed =
        arguments.iter().map(|(name, value)| (rpc_name(name).unwrap_or_else(|| name.to_owned()), value.clone()));
    renamed.collect()
}

/// Arguments that the implementation requires although the WS-I schema says they are optional (wire spec, section 3.3).
const REQUIRED_IN_WSI: &[(&str, &[&str])] = &[
    ("oroQuoteList", &["filters", "pager"]),
    ("oroCustomerList", &["filters", "pager"]),
    ("newsletterSubscriberList", &["filters", "pager"]),
    ("oroRegionList", &["filters", "pager"]),
    ("catalogProductCustomOptionList", &["store"]),
    ("salesOrderShipmentAddComment", &["comment"]),
];

/// Arguments that the WS-I schema requires and the implementation does not: it gives them a default.
const OPTIONAL_IN_WSI: &[(&str, &[&str])] = &[
    ("salesOrderList", &["filters"]),
    ("catalogProductList", &["filters"]),
    ("catalogCategoryTree", &["parentId"]),
    ("catalogCategoryMove", &["afterId"]),
    ("salesOrderShipmentCreate", &["itemsQty", "email", "includeComment"]),
    ("salesOrderShipmentAddComment", &["email", "includeInEmail"]),
    ("salesOrderInvoiceCreate", &["itemsQty"]),
    ("catalogProductTagList", &["store"]),
];

/// WS-I binds arguments by name before it looks at the session; a required one that is missing or null is fault 6.
fn bind_by_name(shop: &Shop, operation: &str, arguments: &SoapStruct) -> Result<(), Refusal> {
    let Some(declared) = shop.codec().schema().operation(operation) else { return Ok(()) };
    let named = |table: &'static [(&str, &[&str])], part: &str| {
        table.iter().any(|(name, parts)| *name == operation && parts.contains(&part))
    };
    for part in &declared.request.parts {
        let declared = part.occurs == crate::soap::Occurs::Required && !named(OPTIONAL_IN_WSI, &part.name);
        let required = declared || named(REQUIRED_IN_WSI, &part.name);
        let missing = arguments.get(&part.name).is_none_or(SoapValue::is_nil);
        if required && missing {
            return Err(shop.config.contract.global_fault("invalid_request_param").into());
        }
    }
    Ok(())
}

pub(super) use catalog::{options_of, system_attribute, system_options};
pub(super) use core::fault_rows;

/// Rows of a child table that belong to a document, as records.
fn children(database: &Database, table: &'static str, parent: &str, aliases: &[(&str, &str)]) -> SoapValue {
    let rows = database.table(table).with("parent_id", parent);
    rows.map(|(_, row)| flat_table::record(row, aliases).into()).collect::<Vec<SoapValue>>().into()
}

impl Shop {
    /// Whether the shop's API has an operation, of the product, of a module or of overrides.
    pub fn declares(&self, operation: &str) -> bool {
        self.contract().operation(operation).is_some() || self.codec().schema().operation(operation).is_some()
    }

    /// The user of a session, which stays alive by being used.
    pub(super) fn user_of(&mut self, session: &str) -> Option<String> {
        let timeout = crate::soap::value::leading_int(&self.settings.text("api/config/session_timeout"));
        self.sessions.touch(session, self.config.clock.now(), timeout)
    }
}

impl Call<'_> {
    /// An argument as text; empty when absent or nil.
    pub(super) fn text(&self, name: &str) -> String {
        self.arguments.text(name).unwrap_or_default()
    }

    /// An argument as PHP's `(int)`; 0 when absent or nil.
    pub(super) fn int(&self, name: &str) -> i64 {
        self.arguments.get(name).and_then(SoapValue::to_int).unwrap_or_default()
    }

    /// A record argument; empty when absent or nil.
    pub(super) fn record(&self, name: &str) -> SoapStruct {
        self.arguments.get(name).and_then(SoapValue::as_struct).cloned().unwrap_or_default()
    }

    /// The filters of a listing.
    pub(super) fn filters(&self) -> Result<Filters, Refusal> {
        if self.given.is_version1 {
            return Ok(self.given.filters.clone().unwrap_or_default());
        }
        Filters::from_value(self.arguments.get("filters"), self.shop.mode()).map_err(|_| Refusal::object_for_text())
    }

    /// A fault of the resource.
    pub(super) fn fault(&self, name: &str) -> Refusal {
        self.shop.config.contract.fault(self.resource, name).into()
    }

    /// A fault of the resource with a text of the implementation.
    pub(super) fn fault_with(&self, name: &str, text: impl Into<String>) -> Refusal {
        self.shop.config.contract.fault_with(self.resource, name, text).into()
    }

    /// What PHP 8 says where a record is wanted and none was sent; older ones warn and go on with nothing, and version 1 takes
    /// maps, not objects.
    fn check_record(&self, argument: &str) -> Result<(), Refusal> {
        let is_record = self.arguments.get(argument).is_some_and(|value| value.as_struct().is_some());
        if is_record || self.given.is_version1 || !self.shop.flavor().is_openmage() {
            return Ok(());
        }
        let text = "get_object_vars(): Argument #1 ($object) must be of type object, null given";
        Err(Refusal::Thrown(text.to_owned()))
    }

    /// What an exception nobody catches becomes: fault 1 with its message.
    pub(super) fn uncaught(&self, text: impl Into<String>) -> Refusal {
        SoapFault { string: text.into(), ..self.shop.config.contract.global_fault("internal") }.into()
    }
}
