//! The few records a shop is asked about: its newest ones, found by windows that grow backwards, so that no shop is ever
//! asked for all it has.

use jiff::{SignedDuration, Timestamp};

use super::asked::AskedShop;
use crate::crm::OriginId;
use crate::soap::SoapStruct;
use crate::sync::convert::key_of;
use crate::sync::filter::{FilterBag, pager};

/// The first window; each one after it is four times as long, the last one ends forty years back.
const FIRST_WINDOW: SignedDuration = SignedDuration::from_hours(1);
const WINDOWS: u32 = 10;
const GROWTH: i32 = 4;
/// The shop's clock may be ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(26);

/// What was found. It holds personal data and is never printed or written.
#[derive(Default)]
pub struct Sample {
    pub(super) websites: Vec<SoapStruct>,
    pub(super) stores: Vec<SoapStruct>,
    pub(super) groups: Vec<SoapStruct>,
    pub(super) customers: Vec<SoapStruct>,
    /// The addresses of each sampled customer.
    pub(super) addresses: Vec<(OriginId, Vec<SoapStruct>)>,
    pub(super) orders: Vec<SoapStruct>,
    pub(super) credit_memos: Vec<SoapStruct>,
    pub(super) carts: Vec<SoapStruct>,
    pub(super) subscribers: Vec<SoapStruct>,
}

impl Sample {
    /// Looks for `size` records of each kind.
    pub(super) async fn take(shop: &mut AskedShop, size: usize, told: &mut dyn FnMut(&str)) -> Self {
        let none = SoapStruct::new;
        told("looking for records to ask about");
        let mut sample = Self {
            websites: shop.rows("oroWebsiteList", none()).await,
            stores: shop.rows("storeList", none()).await,
            groups: shop.rows("customerGroupList", none()).await,
            customers: newest(shop, "customerCustomerList", "created_at", size).await,
            orders: newest(shop, "salesOrderList", "created_at", size).await,
            credit_memos: newest(shop, "salesOrderCreditmemoList", "created_at", size).await,
            carts: newest(shop, "oroQuoteList", "updated_at", size).await,
            ..Self::default()
        };
        // What hangs on a document is in its own record only; stamps as the database has them are in the list.
        for operation in ["salesOrderInfo", "oroOrderInfo"] {
            let order = ["orderIncrementId", "increment_id"];
            complete(shop, &mut sample.orders, operation, order).await;
        }
        let memo = ["creditmemoIncrementId", "increment_id"];
        complete(shop, &mut sample.credit_memos, "salesOrderCreditmemoInfo", memo).await;
        complete_customers(shop, &mut sample.customers).await;
        sample.customers.iter_mut().for_each(gender_by_number);
        sample.orders.iter_mut().for_each(without_joined);
        for customer in ids(&sample.customers, "customer_id") {
            let arguments = SoapStruct::new().with("customerId", customer);
            let addresses = shop.rows("customerAddressList", arguments).await;
            sample.addresses.push((customer, addresses));
        }
        // Older bridges declare no pager here, and some first ids bound the list as well.
        let filters = FilterBag::new().complex("subscriber_id", "gt", "0");
        let arguments = SoapStruct::new().with("filters", filters.to_argument()).with("pager", pager(1, size));
        if shop.bridge.version.as_ref().is_some_and(|version| version.at_least(crate::version::SUPPORTED_BRIDGE)) {
            sample.subscribers = shop.rows("newsletterSubscriberList", arguments).await;
        }
        sample.subscribers.truncate(size);
        sample
    }
}

/// What a list adds to an order from its addresses.
const JOINED: [&str; 10] = [
    "firstname",
    "lastname",
    "telephone",
    "postcode",
    "billing_firstname",
    "billing_lastname",
    "billing_name",
    "shipping_firstname",
    "shipping_lastname",
    "shipping_name",
];

fn without_joined(order: &mut SoapStruct) {
    for name in JOINED {
        order.remove(name);
    }
}

/// The bridge gives the label of what the database has a number for.
fn gender_by_number(customer: &mut SoapStruct) {
    let number = match customer.text("gender").as_deref() {
        Some("Male") => "1",
        Some("Female") => "2",
        _ => return,
    };
    customer.set("gender", number);
}

/// Adds what a record has besides its row in the list.
async fn complete(shop: &mut AskedShop, rows: &mut [SoapStruct], operation: &str, [argument, key]: [&str; 2]) {
    for row in rows {
        let Some(name) = row.text(key) else { continue };
        let record = shop.rows(operation, SoapStruct::new().with(argument, name)).await;
        for (name, value) in record.into_iter().flatten() {
            if row.get(&name).is_none() {
                row.set(name, value);
            }
        }
    }
}

/// Adds what only the bridge tells of customers. It has null, or in WS-I nothing, for attributes that one does not have.
async fn complete_customers(shop: &mut AskedShop, customers: &mut [SoapStruct]) {
    let known = ids(customers, "customer_id");
    let filters = FilterBag::new().ids("customer_id", &known).to_argument();
    let arguments = SoapStruct::new().with("filters", filters).with("pager", pager(1, known.len().max(1)));
    for told in shop.rows("oroCustomerList", arguments).await {
        let id = told.text("customer_id");
        let Some(customer) = customers.iter_mut().find(|customer| customer.text("customer_id") == id) else { continue };
        for (name, value) in told {
            if customer.get(&name).is_none() && value.to_text().is_some_and(|text| !text.is_empty()) {
                customer.set(name, value);
            }
        }
    }
}

/// The newest rows of a list.
async fn newest(shop: &mut AskedShop, operation: &str, stamp: &str, size: usize) -> Vec<SoapStruct> {
    let others = match operation.starts_with("oro") {
        true => SoapStruct::new().with("pager", pager(1, size)),
        false => SoapStruct::new(),
    };
    let (_, mut rows) = newest_asked(shop, operation, stamp, &others).await;
    rows.split_off(rows.len().saturating_sub(size))
}

/// The rows of the first window that has some, and what brought them; `others` are the arguments besides filters.
pub(super) async fn newest_asked(
    shop: &mut AskedShop,
    operation: &str,
    stamp: &str,
    others: &SoapStruct,
) -> (SoapStruct, Vec<SoapStruct>) {
    let now = shop.client.server_time().unwrap_or_else(|| shop.now());
    let mut until = now.saturating_add(AHEAD).unwrap_or(Timestamp::MAX);
    let mut length = FIRST_WINDOW;
    let mut last = others.clone();
    for _ in 0..=WINDOWS {
        let from = now.saturating_sub(length).unwrap_or(Timestamp::MIN).max(Timestamp::UNIX_EPOCH);
        let filters = FilterBag::new().date(stamp, "from", from).date(stamp, "to", until);
        let mut arguments = others.clone();
        arguments.set("filters", filters.to_argument());
        let rows = shop.rows(operation, arguments.clone()).await;
        (until, length) = (from, length * GROWTH);
        last = arguments;
        if !rows.is_empty() || from == Timestamp::UNIX_EPOCH {
            return (last, rows);
        }
    }
    (last, Vec::new())
}

/// The ids of rows.
pub(super) fn ids(rows: &[SoapStruct], key: &str) -> Vec<OriginId> {
    rows.iter().filter_map(|row| key_of(row, key)).collect()
}
