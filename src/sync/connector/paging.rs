//! What a list is asked for next, and when it is over: pages, windows, or once. Pure; the calls are made in `source`.
//!
//! A shop lives while it is read. Pages by number lose rows then: whoever is saved again leaves the window of the dates, so
//! that everything after them moves one place forward, over the edge between a page that was read and one that was not
//! . Pages by key cannot: each asks for rows beyond the last key that came, which no row before it can move. It needs
//! a list in the order of its key, and that is looked at.
//!
//! No list goes on for ever either, whatever a shop answers.

use std::collections::HashSet;

use super::list::ListCall;
use crate::datetime;
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::error::{CallError, Endless};
use crate::sync::filter::{FilterBag, pager};
use crate::sync::window::{NativeWindows, Window};

/// Rows that one question may bring: a shop of Magento 1 does not have as many in a window, one that makes them up does.
pub const ROWS_MAX: usize = 10_000_000;
/// Pages after which a list by key is asked for what cannot be there, so that a shop that makes rows up is found out.
const PAGES_PER_PROBE: u32 = 100;
/// Windows that lie in the future and still bring rows: more than a year of them.
const FUTURE_WINDOWS_MAX: u32 = 60;
/// How far a shop's dates may be from what it compares them with: rows that are told in local time.
const ZONES: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// How a list is asked for.
#[derive(Debug)]
pub(super) enum Plan {
    /// Pages of one filtered list; `later` are the conditions from the second page on, where they differ.
    Pages { filters: FilterBag, later: Option<FilterBag>, size: usize, page: Option<u32>, rest: Rest },
    /// Consecutive windows of a list without paging; how many of them that brought rows lay in the future.
    Windows { field: &'static str, windows: NativeWindows, asked: Option<Window>, beyond: u32 },
    /// One list, or one page of one.
    Once { filters: FilterBag, size: Option<usize>, asked: bool },
}

/// How the pages after the first are told.
#[derive(Debug)]
pub(super) enum Rest {
    /// Rows beyond the last key.
    ByKey { last: Option<i64>, rows: usize, probing: bool },
    /// The next number; the keys that came.
    ByNumber { seen: HashSet<String> },
}

impl Rest {
    pub(super) fn by_key() -> Self {
        Self::ByKey { last: None, rows: 0, probing: false }
    }

    pub(super) fn by_number() -> Self {
        Self::ByNumber { seen: HashSet::new() }
    }
}

impl Plan {
    /// The arguments of the next call; nothing at the end.
    pub(super) fn next_arguments(&mut self, call: &ListCall) -> Option<SoapStruct> {
        match self {
            Self::Pages { filters, later, size, page, rest } => {
                let page = (*page)?;
                let filters = later.as_ref().filter(|_| page > 1).unwrap_or(filters);
                let beyond = match rest {
                    Rest::ByKey { probing: true, .. } => Some(call.order.end()),
                    Rest::ByKey { last, .. } => *last,
                    Rest::ByNumber { .. } => None,
                };
                let number = if matches!(rest, Rest::ByNumber { .. }) { page } else { 1 };
                let filters = match beyond {
                    Some(key) => filters.clone().complex(call.key, call.order.beyond(), key).to_argument(),
                    None => filters.to_argument(),
                };
                Some(SoapStruct::new().with("filters", filters).with("pager", pager(number, *size)))
            }
            Self::Windows { field, windows, asked, .. } => {
                let window = windows.next_window()?;
                *asked = Some(window);
                Some(SoapStruct::new().with("filters", call.filters.clone().window(field, window).to_argument()))
            }
            Self::Once { filters, size, asked } => {
                let first = !std::mem::replace(asked, true);
                let arguments = first.then(|| SoapStruct::new().with("filters", filters.to_argument()))?;
                Some(match size {
                    Some(size) => arguments.with("pager", pager(1, *size)),
                    None => arguments,
                })
            }
        }
    }

    /// Takes note of what came.
    pub(super) fn answered(&mut self, call: &ListCall, rows: &[SoapStruct]) -> Result<(), CallError> {
        match self {
            Self::Pages { size, page, rest, .. } => {
                let size = *size;
                let asked = page.unwrap_or(1);
                *page = rest.goes_on(call, rows, Page { number: asked, size })?.then_some(asked + 1);
                Ok(())
            }
            Self::Windows { field, windows, asked, beyond } => {
                windows.answered(rows.len());
                let Some(window) = asked.filter(|window| !rows.is_empty() && windows.is_future(*window)) else {
                    return Ok(());
                };
                *beyond += 1;
                let from = window.from.saturating_sub(ZONES).unwrap_or(window.from);
                let is_older = |row: &SoapStruct| date(row, field).is_some_and(|at| at < from);
                if rows.iter().any(is_older) || *beyond > FUTURE_WINDOWS_MAX {
                    return Err(endless(call, rows.len(), Endless::WindowIgnored(field)));
                }
                Ok(())
            }
            Self::Once { .. } => Ok(()),
        }
    }
}

/// A page that was asked for.
#[derive(Clone, Copy)]
struct Page {
    number: u32,
    size: usize,
}

impl Rest {
    /// Whether a page is not the last one.
    fn goes_on(&mut self, call: &ListCall, rows: &[SoapStruct], page: Page) -> Result<bool, CallError> {
        match self {
            Self::ByNumber { seen } => {
                let keys = rows.iter().map(|row| row.text(call.key).unwrap_or_default());
                let distinct: HashSet<String> = keys.collect();
                // Doubles count once in the reference client, so that a page with some is a short one.
                let is_full = !distinct.is_empty() && distinct.len() >= page.size;
                if is_full && distinct.is_subset(seen) {
                    return Err(endless(call, rows.len(), Endless::PageAgain(page.number)));
                }
                seen.extend(distinct);
                bounded(call, seen.len())?;
                Ok(is_full)
            }
            Self::ByKey { probing: probing @ true, .. } => {
                *probing = false;
                match rows.is_empty() {
                    true => Ok(true),
                    false => Err(endless(call, rows.len(), Endless::MadeUp(condition(call, call.order.end())))),
                }
            }
            Self::ByKey { last, rows: read, probing } => {
                if rows.is_empty() || rows.len() < page.size {
                    return Ok(false);
                }
                *last = Some(last_key(call, rows, *last)?);
                *read += rows.len();
                bounded(call, *read)?;
                *probing = page.number.is_multiple_of(PAGES_PER_PROBE);
                Ok(true)
            }
        }
    }
}

/// The last key of a full page: beyond the key before, and in order. A row that comes twice, as joins of a database make it,
/// does no harm.
fn last_key(call: &ListCall, rows: &[SoapStruct], before: Option<i64>) -> Result<i64, CallError> {
    let out_of_order = || CallError::OutOfOrder { operation: call.operation, key: call.key };
    let mut last = None;
    for row in rows {
        let key = row.get(call.key).and_then(SoapValue::to_int).ok_or_else(out_of_order)?;
        if let Some(before) = before.filter(|before| !call.order.is_beyond(key, *before)) {
            return Err(endless(call, rows.len(), Endless::KeyIgnored(condition(call, before))));
        }
        if last.is_some_and(|last| call.order.is_beyond(last, key)) {
            return Err(out_of_order());
        }
        last = Some(key);
    }
    last.ok_or_else(out_of_order)
}

fn bounded(call: &ListCall, rows: usize) -> Result<(), CallError> {
    if rows > ROWS_MAX { Err(endless(call, rows, Endless::TooLong(ROWS_MAX))) } else { Ok(()) }
}

fn condition(call: &ListCall, key: i64) -> String {
    format!("{} {} {key}", call.key, call.order.beyond())
}

fn endless(call: &ListCall, rows: usize, why: Endless) -> CallError {
    CallError::Endless { operation: call.operation, rows, why }
}

fn date(row: &SoapStruct, field: &str) -> Option<jiff::Timestamp> {
    datetime::parse(&row.text(field)?).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> ListCall {
        ListCall { paged: true, ..ListCall::new("oroCustomerList", "customer_id") }
    }

    fn rows(keys: impl IntoIterator<Item = i64>) -> Vec<SoapStruct> {
        keys.into_iter().map(|key| SoapStruct::new().with("customer_id", key)).collect()
    }

    fn pages(rest: Rest, size: usize) -> Plan {
        Plan::Pages { filters: FilterBag::new(), later: None, size, page: Some(1), rest }
    }

    /// Answers a plan by a shop, at most so many times; the conditions it asked with.
    fn asked(
        mut plan: Plan,
        call: &ListCall,
        shop: impl Fn(usize, Option<i64>) -> Vec<SoapStruct>,
        at_most: usize,
    ) -> Result<usize, String> {
        for calls in 0..at_most {
            let Some(arguments) = plan.next_arguments(call) else { return Ok(calls) };
            let text = serde_json::to_string(&arguments).unwrap();
            let key = text.split("\"key\":\"gt\",\"value\":").nth(1).and_then(|rest| rest.split('}').next());
            let number = arguments.get("pager").and_then(SoapValue::as_struct).and_then(|pager| pager.text("page"));
            let answer = shop(number.unwrap().parse().unwrap(), key.map(|key| key.parse().unwrap()));
            plan.answered(call, &answer).map_err(|error| error.to_string())?;
        }
        Err("it goes on".to_owned())
    }

    #[test]
    fn a_full_page_asks_for_the_next_one_and_a_short_page_ends_it() {
        // Vectors 39 and 40: rows of the shop, calls made; the same by key and by number.
        for (of_shop, calls) in [(130, 2), (100, 2), (99, 1), (0, 1)] {
            for rest in [Rest::by_key(), Rest::by_number()] {
                let shop = |page: usize, last: Option<i64>| {
                    let all = (1..=of_shop).filter(|key| last.is_none_or(|last| *key > last));
                    rows(all.skip((page - 1) * 100).take(100))
                };
                assert_eq!(asked(pages(rest, 100), &call(), shop, 9), Ok(calls), "{of_shop}");
            }
        }
    }

    #[test]
    fn a_row_that_comes_twice_shortens_a_page_by_number_only() {
        let shop = |page: usize, last: Option<i64>| match (page, last) {
            (1, None) => rows([1, 2, 2]),
            (_, Some(2)) | (2, _) => rows([3]),
            other => panic!("{other:?}"),
        };
        assert_eq!(asked(pages(Rest::by_number(), 3), &call(), shop, 9), Ok(1));
        assert_eq!(asked(pages(Rest::by_key(), 3), &call(), shop, 9), Ok(2));
    }

    #[test]
    fn whatever_a_shop_answers_a_list_ends() {
        type Answer = fn(usize, Option<i64>) -> Vec<SoapStruct>;
        let last_page_again: Answer = |page, _| if page == 1 { rows(1..=3) } else { rows(4..=6) };
        let everything: Answer = |_, _| rows(1..=7);
        let first_page_again: Answer = |_, _| rows(1..=3);
        let shuffled: Answer = |_, _| rows([3, 1, 2]);
        let without_keys: Answer = |_, _| vec![SoapStruct::new(); 3];
        let made_up: Answer = |page, last| {
            let first = last.unwrap_or_default() + 1 + 3 * (page as i64 - 1);
            rows(first..first + 3)
        };
        for (what, shop, by_key, by_number) in [
            ("last page again", last_page_again, "customer_id gt 3", "page 3 held only rows"),
            ("everything at once", everything, "customer_id gt 7", "page 2 held only rows"),
            ("first page again", first_page_again, "customer_id gt 3", "page 2 held only rows"),
            ("no order", shuffled, "not in the order of customer_id", "page 2 held only rows"),
            ("no keys", without_keys, "not in the order of customer_id", ""),
            ("made up", made_up, "customer_id gt 4294967295, which no shop has", "it goes on"),
        ] {
            let found = asked(pages(Rest::by_key(), 3), &call(), shop, 200).map_err(|error| {
                assert!(error.contains(by_key), "{what}: {error}");
            });
            assert_eq!(found, Err(()), "{what}");
            match asked(pages(Rest::by_number(), 3), &call(), shop, 200) {
                Ok(calls) => assert!(by_number.is_empty() && calls == 1, "{what}: {calls}"),
                Err(error) => assert!(!by_number.is_empty() && error.contains(by_number), "{what}: {error}"),
            }
        }
    }

    #[test]
    fn rows_without_end_end_at_a_bound() {
        let mut rest = Rest::ByKey { last: None, rows: ROWS_MAX - 2, probing: false };
        let error = rest.goes_on(&call(), &rows(1..=3), Page { number: 1, size: 3 }).unwrap_err();
        assert!(error.to_string().contains("more than 10000000 rows"), "{error}");
    }

    #[test]
    fn windows_of_the_future_end_when_they_bring_the_past() {
        let at = |text: &str| text.parse().unwrap();
        let now = at("2024-01-10T12:00:00Z");
        let list = ListCall::new("customerCustomerList", "customer_id");
        let dated = |date: &str| vec![SoapStruct::new().with("customer_id", 1).with("updated_at", date)];
        for (date, calls, error) in [
            ("2024-01-02 12:00:00", 2, "updated_at is in the future"),
            ("2094-01-02 12:00:00", 62, "updated_at is in the future"),
        ] {
            let windows = NativeWindows::new(at("2024-01-08T12:00:00Z"), now);
            let mut plan = Plan::Windows { field: "updated_at", windows, asked: None, beyond: 0 };
            let mut made = 0;
            let found = loop {
                plan.next_arguments(&list).unwrap();
                made += 1;
                if let Err(error) = plan.answered(&list, &dated(date)) {
                    break error.to_string();
                }
            };
            assert!(found.contains(error) && made == calls, "{made}: {found}");
        }
    }
}
