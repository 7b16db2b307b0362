//! How the rows of each stream are asked for: the list of either API and its conditions, in the reference client's order
//! (sync spec 2.5, 4.5 and 4.8; client trace, section 4).

use jiff::Timestamp;

use super::Stream;
use super::source::{PAGE_SIZE, RowSource};
use crate::client::{BridgeEndpoint, ClientError, Endpoint};
use crate::quirk::{Quirk, Quirks};
use crate::soap::SoapStruct;
use crate::sync::context::Bridge;
use crate::sync::filter::{FilterBag, pager};

/// A list call without its dates: what stays the same from page to page and window to window.
#[derive(Clone, Debug)]
pub struct ListCall {
    /// Operation name.
    pub operation: &'static str,
    /// Conditions that come before the dates.
    pub filters: FilterBag,
    /// The row's key; rows with the same key collapse to the last one.
    pub key: &'static str,
    /// Nested lists which WS-I may deliver as single records.
    pub nested: &'static [&'static str],
    /// Rows of a page, where there are pages.
    pub page_size: usize,
}

impl ListCall {
    /// A list without conditions.
    pub fn new(operation: &'static str, key: &'static str) -> Self {
        Self { operation, filters: FilterBag::new(), key, nested: &[], page_size: PAGE_SIZE }
    }

    /// The same with these conditions.
    #[must_use]
    pub fn with_filters(self, filters: FilterBag) -> Self {
        Self { filters, ..self }
    }

    /// The same with pages of another size, when one is set (sync spec 4.5, `page_size`).
    #[must_use]
    pub fn with_page_size(self, size: Option<usize>) -> Self {
        Self { page_size: size.unwrap_or(self.page_size), ..self }
    }
}

/// Which website rows are wanted of.
#[derive(Clone, Copy, Debug)]
pub struct IdScope<'a> {
    /// Website, or -1.
    pub website: i64,
    /// Its store views; `None` for all websites, or where the website itself is the condition.
    pub stores: Option<&'a [i64]>,
}

/// Whether a stream's list comes in pages: the bridge's lists do. Magento's own credit memo list is used either way.
pub fn is_paged(stream: Stream, bridge: &Bridge) -> bool {
    match stream {
        Stream::Customer | Stream::Order => bridge.is_installed(),
        Stream::CreditMemo => false,
        _ => true,
    }
}

/// The list of a stream; customers are filtered by website, everything else by the website's store views.
///
/// # Errors
/// [`ClientError::BridgeRequired`] for carts and subscribers without the bridge (vector 77).
pub fn of_stream(
    stream: Stream,
    website: i64,
    stores: Option<&[i64]>,
    bridge: &Bridge,
) -> Result<ListCall, ClientError> {
    let filters = match stream {
        Stream::Customer => FilterBag::new().website(website),
        _ => FilterBag::new().stores(stores),
    };
    Ok(ListCall { filters, ..all_of(stream, bridge)? })
}

/// Whether a list by ids is filtered by website. Customers are; orders are in the reference client only, although orders
/// have no such column (Q-20).
pub fn by_ids_of_website(stream: Stream, quirks: &Quirks) -> bool {
    match stream {
        Stream::Customer => true,
        Stream::Order => quirks.has(Quirk::OrdersByIdFilterWebsite),
        _ => false,
    }
}

/// The list of rows by their ids.
///
/// # Errors
/// As [`of_stream`].
pub fn by_ids(
    stream: Stream,
    ids: &[i64],
    scope: IdScope<'_>,
    bridge: &Bridge,
    quirks: &Quirks,
) -> Result<ListCall, ClientError> {
    let call = all_of(stream, bridge)?;
    let filters = FilterBag::new().ids(call.key, ids);
    let filters = match by_ids_of_website(stream, quirks) {
        true => filters.website(scope.website),
        false => filters.stores(scope.stores),
    };
    Ok(ListCall { filters, ..call })
}

/// Subscribers changed since `start`. The reference client asks for the second page and later ones from the server's time
/// on, so that nothing comes (Q-14).
pub fn changed_subscribers(
    call: ListCall,
    start: Timestamp,
    server_time: Option<Timestamp>,
    quirks: &Quirks,
) -> RowSource {
    let bag = |from: Timestamp| {
        let bag = FilterBag::new().date("change_status_at", "gt", from);
        let bag = match server_time {
            Some(to) => bag.date("change_status_at", "lte", to),
            None => bag,
        };
        bag.merged(&call.filters)
    };
    let first = bag(start);
    let later = server_time.filter(|_| quirks.has(Quirk::NewsletterSecondPageBroken)).map(bag);
    RowSource::filtered_pages(call, first, later)
}

/// The arguments of the list of one that names the newest subscriber: the bridge lists them newest first.
pub fn newest_subscriber(call: &ListCall) -> SoapStruct {
    SoapStruct::new().with("filters", call.filters.to_argument()).with("pager", pager(1, 1))
}

/// Subscribers below a bound, newest first.
pub fn subscribers_below(call: ListCall, bound: Option<i64>) -> RowSource {
    let filters = match bound {
        Some(id) => FilterBag::new().complex("subscriber_id", "lt", id).merged(&call.filters),
        None => call.filters.clone(),
    };
    RowSource::filtered_pages(call, filters, None)
}

/// One page of carts by their ids, for the daily look for expired ones (sync spec 9.2).
///
/// # Errors
/// As [`of_stream`].
pub fn carts_of_stores(ids: &[i64], stores: &[i64], bridge: &Bridge) -> Result<(ListCall, SoapStruct), ClientError> {
    let call = all_of(Stream::Cart, bridge)?;
    let filters = FilterBag::new().stores(Some(stores)).ids("entity_id", ids);
    let arguments = SoapStruct::new().with("filters", filters.to_argument()).with("pager", pager(1, CART_PAGE_SIZE));
    Ok((call, arguments))
}

/// Carts asked for at a time by the look for expired ones.
pub const CART_PAGE_SIZE: usize = 200;

/// The list of a stream without conditions.
///
/// # Errors
/// As [`of_stream`].
pub fn all_of(stream: Stream, bridge: &Bridge) -> Result<ListCall, ClientError> {
    let version = bridge.version();
    let (operation, key, nested): (&'static str, &'static str, &'static [&'static str]) = match stream {
        Stream::Order => (Endpoint::OrderList.operation(version), "order_id", &["items"]),
        Stream::Cart => (BridgeEndpoint::CartList.operation(version)?, "entity_id", &["items"]),
        Stream::CreditMemo => ("salesOrderCreditmemoList", "creditmemo_id", &[]),
        Stream::NewsletterSubscriber => (BridgeEndpoint::SubscriberList.operation(version)?, "subscriber_id", &[]),
        _ => (Endpoint::CustomerList.operation(version), "customer_id", &["addresses"]),
    };
    let nested = if is_paged(stream, bridge) { nested } else { &[] };
    Ok(ListCall { nested, ..ListCall::new(operation, key) })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Profile;
    use crate::version::ExtensionVersion;

    fn bridge(version: Option<&str>) -> Bridge {
        Bridge::new(version.map(ExtensionVersion::new))
    }

    fn conditions(call: &ListCall) -> String {
        serde_json::to_string(&call.filters.to_argument()).unwrap_or_default()
    }

    #[test]
    fn rows_by_id_are_asked_for_once_with_the_website_or_its_stores() {
        // Vectors 46 and 47, Q-20: the operation, and the conditions in both profiles.
        let newest = bridge(Some("1.2.19"));
        let website = |id| IdScope { website: id, stores: Some(&[1, 3]) };
        for (stream, ids, scope, expected) in [
            (
                Stream::Customer,
                &[3, 7, 9][..],
                IdScope { website: -1, stores: None },
                [r#"{"complex_filter":[{"key":"customer_id","value":{"key":"in","value":"3,7,9"}}]}"#; 2],
            ),
            (
                Stream::Order,
                &[3],
                website(1),
                [
                    r#"{"complex_filter":[{"key":"order_id","value":{"key":"in","value":"3"}},{"key":"store_id","value":{"key":"in","value":"1,3"}}]}"#,
                    r#"{"complex_filter":[{"key":"order_id","value":{"key":"in","value":"3"}},{"key":"website_id","value":{"key":"in","value":"1"}}]}"#,
                ],
            ),
            (
                Stream::Cart,
                &[5],
                website(1),
                [r#"{"complex_filter":[{"key":"entity_id","value":{"key":"in","value":"5"}},{"key":"store_id","value":{"key":"in","value":"1,3"}}]}"#;
                    2],
            ),
        ] {
            for (quirks, expected) in [Quirks::default(), Profile::OroCrm41.quirks()].iter().zip(expected) {
                let call = by_ids(stream, ids, scope, &newest, quirks).unwrap();
                assert_eq!(conditions(&call), expected, "{stream:?}");
            }
        }
    }

    #[test]
    fn only_the_bridges_lists_come_in_pages() {
        for (stream, expected) in
            [(Stream::Customer, [false, true]), (Stream::Order, [false, true]), (Stream::CreditMemo, [false, false])]
        {
            let found = [None, Some("1.1.4")].map(|version| is_paged(stream, &bridge(version)));
            assert_eq!(found, expected, "{stream:?}");
        }
    }

    #[test]
    fn a_list_of_another_stream_than_customers_is_filtered_by_store() {
        // Vectors 38 and 43.
        let website = r#"{"complex_filter":[{"key":"website_id","value":{"key":"in","value":"2"}}]}"#;
        let stores = r#"{"complex_filter":[{"key":"store_id","value":{"key":"in","value":"1,3"}}]}"#;
        for (stream, version, operation, expected) in [
            (Stream::Customer, None, "customerCustomerList", website),
            (Stream::Customer, Some("1.2.0"), "oroCustomerList", website),
            (Stream::Order, None, "salesOrderList", stores),
            (Stream::Order, Some("1.1.4"), "oroOrderList", stores),
            (Stream::CreditMemo, Some("1.2.19"), "salesOrderCreditmemoList", stores),
            (Stream::Cart, Some("1.2.19"), "oroQuoteList", stores),
        ] {
            let call = of_stream(stream, 2, Some(&[1, 3]), &bridge(version)).unwrap();
            assert_eq!((call.operation, conditions(&call).as_str()), (operation, expected));
        }
        assert!(of_stream(Stream::Cart, -1, None, &bridge(None)).is_err());
        assert!(of_stream(Stream::NewsletterSubscriber, -1, None, &bridge(Some("1.1.4"))).is_err());
    }
}
