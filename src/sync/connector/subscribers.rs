//! Lists of newsletter subscribers: those that changed, and those below a bound (sync spec 4.8).

use jiff::Timestamp;

use super::list::ListCall;
use super::source::RowSource;
use crate::quirk::{Quirk, Quirks};
use crate::soap::SoapStruct;
use crate::sync::filter::{FilterBag, pager};

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
