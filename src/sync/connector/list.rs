//! How rows are asked for: a list of either API and its conditions, in the reference client's order (sync spec 2.5, 4.5 and
//! 4.8; client trace, section 4). Which list a stream has is in `stream`.

use jiff::Timestamp;

use super::paging::KeyOrder;
use super::source::{PAGE_SIZE, RowSource};
use crate::quirk::{Quirk, Quirks};
use crate::soap::SoapStruct;
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
    /// Whether it comes in pages: the bridge's lists do.
    pub paged: bool,
    /// The order of its keys.
    pub order: KeyOrder,
    /// Rows of a page, where there are pages.
    pub page_size: usize,
}

impl ListCall {
    /// A list without conditions and pages.
    pub fn new(operation: &'static str, key: &'static str) -> Self {
        Self {
            operation,
            filters: FilterBag::new(),
            key,
            nested: &[],
            paged: false,
            order: KeyOrder::Ascending,
            page_size: PAGE_SIZE,
        }
    }

    /// The rows of these ids.
    #[must_use]
    pub fn of_ids(self, ids: &[i64]) -> Self {
        Self { filters: self.filters.ids(self.key, ids), ..self }
    }

    /// The rows of one website, or of all (-1): by the website itself, or by its store views; `None` for those of all
    /// websites.
    #[must_use]
    pub fn of_website(self, by: ScopedBy, website: i64, stores: Option<&[i64]>) -> Self {
        let filters = match by {
            ScopedBy::Website => self.filters.website(website),
            ScopedBy::Stores => self.filters.stores(stores),
        };
        Self { filters, ..self }
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

/// Which condition keeps a list to one website.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopedBy {
    /// The website's id.
    Website,
    /// The ids of its store views.
    Stores,
}

/// Subscribers changed since `start`. The reference client asks for the second page and later ones from the server's time
/// on, so that nothing comes.
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
    RowSource::filtered_pages(call, first, later, quirks)
}

/// The arguments of the list of one that names the newest subscriber: the bridge lists them newest first.
pub fn newest_subscriber(call: &ListCall) -> SoapStruct {
    SoapStruct::new().with("filters", call.filters.to_argument()).with("pager", pager(1, 1))
}

/// Subscribers below a bound, newest first.
pub fn subscribers_below(call: ListCall, bound: Option<i64>, quirks: &Quirks) -> RowSource {
    let filters = match bound {
        Some(id) => FilterBag::new().complex("subscriber_id", "lt", id).merged(&call.filters),
        None => call.filters.clone(),
    };
    RowSource::filtered_pages(call, filters, None, quirks)
}
