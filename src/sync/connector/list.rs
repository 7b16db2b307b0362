//! How rows are asked for: a list of either API and its conditions, in the reference client's order (sync spec 2.5, 4.5 and
//! 4.8; client trace, section 4). Which list a stream has is in `stream`.

use super::key_order::KeyOrder;
use crate::crm::{OriginId, StoreId, WebsiteId};
use crate::sync::filter::FilterBag;

/// Rows a bridge list is asked for at a time.
pub const PAGE_SIZE: usize = 100;

/// A list call without its dates: what stays the same from page to page and window to window.
#[derive(Clone, Debug)]
pub struct ListCall {
    /// The name of the operation.
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
    pub fn of_ids(self, ids: &[OriginId]) -> Self {
        Self { filters: self.filters.ids(self.key, ids), ..self }
    }

    /// The rows of one website, or of all (-1): by the website itself, or by its store views; `None` for those of all
    /// websites.
    #[must_use]
    pub fn of_website(self, by: ScopedBy, website: WebsiteId, stores: Option<&[StoreId]>) -> Self {
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
    /// By the id of the website.
    Website,
    /// The ids of its store views.
    Stores,
}
