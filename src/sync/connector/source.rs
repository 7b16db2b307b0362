//! Where rows come from: list calls as streams that are pulled row by row, so that the order of calls is the reference
//! client's (client trace, section 4). A page or window is asked for only when the row before it was taken.

use std::collections::VecDeque;

use indexmap::IndexMap;

use super::list::ListCall;
use crate::client::{Ahead, ClientError, MagentoClient};
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::convert::customer::collection;
use crate::sync::filter::{FilterBag, pager};
use crate::sync::window::{NativeWindows, Window};

/// Rows a bridge list is asked for at a time.
pub const PAGE_SIZE: usize = 100;
/// The same for regions.
pub const REGION_PAGE_SIZE: usize = 500;

/// A stream of rows.
#[derive(Debug)]
pub struct RowSource {
    call: ListCall,
    plan: Plan,
    rows: VecDeque<SoapStruct>,
    /// Whether the next page is asked for while this one is worked on.
    asks_ahead: bool,
    ahead: Option<Ahead>,
}

#[derive(Debug)]
enum Plan {
    /// Pages of one filtered list; `later` are the conditions from the second page on, where they differ.
    Pages { filters: FilterBag, later: Option<FilterBag>, size: usize, next: Option<u32> },
    /// Consecutive windows of a list without paging.
    Windows { field: &'static str, windows: NativeWindows },
    /// One list, or one page of one.
    Once { filters: FilterBag, size: Option<usize>, asked: bool },
}

impl RowSource {
    /// A bridge list, page by page until a page is short.
    pub fn pages(call: ListCall, dates: Option<(&'static str, Window)>) -> Self {
        let filters = dated(&call.filters, dates);
        Self::filtered_pages(call, filters, None)
    }

    /// A bridge list by conditions of its own, which may differ from the second page on.
    pub fn filtered_pages(call: ListCall, first: FilterBag, later: Option<FilterBag>) -> Self {
        let (filters, later) = (first.without_empty(), later.map(FilterBag::without_empty));
        let size = call.page_size;
        Self::of(call, Plan::Pages { filters, later, size, next: Some(1) })
    }

    /// Rows by their ids: one page of a bridge list, one list without pages otherwise. What does not fit is not asked for.
    pub fn by_ids(call: ListCall) -> Self {
        let filters = call.filters.clone();
        let size = call.paged.then_some(call.page_size);
        Self::of(call, Plan::Once { filters, size, asked: false })
    }

    /// A list without paging, asked once.
    pub fn once(call: ListCall, dates: Option<(&'static str, Window)>) -> Self {
        let filters = dated(&call.filters, dates);
        Self::of(call, Plan::Once { filters, size: None, asked: false })
    }

    /// A list without paging, window after window.
    pub fn windows(call: ListCall, field: &'static str, windows: NativeWindows) -> Self {
        Self::of(call, Plan::Windows { field, windows })
    }

    fn of(call: ListCall, plan: Plan) -> Self {
        Self { call, plan, rows: VecDeque::new(), asks_ahead: false, ahead: None }
    }

    /// The next row, asking Magento when none is left; `None` at the end.
    ///
    /// # Errors
    /// Whatever the list call fails with; the stream is over then.
    pub async fn next(&mut self, client: &mut MagentoClient) -> Result<Option<SoapStruct>, ClientError> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Ok(Some(row));
            }
            let answer = match self.ahead.take() {
                Some(ahead) => client.rows_of(ahead).await?,
                None => {
                    let Some(arguments) = self.plan.next_arguments(&self.call.filters) else { return Ok(None) };
                    client.call_list(self.call.operation, arguments).await?
                }
            };
            let rows = self.distinct(answer);
            self.plan.answered(rows.len());
            self.rows = rows;
            if self.asks_ahead && matches!(self.plan, Plan::Pages { .. }) {
                let next = self.plan.next_arguments(&self.call.filters);
                self.ahead = next.and_then(|arguments| client.send_ahead(self.call.operation, arguments));
            }
        }
    }

    /// Asks for each page while the one before is worked on. The rows are the same, in the same order; calls that the work
    /// on a page needs come after that of the next page.
    #[must_use]
    pub fn asking_ahead(self, asks_ahead: bool) -> Self {
        Self { asks_ahead, ..self }
    }

    fn distinct(&self, answer: Vec<SoapStruct>) -> VecDeque<SoapStruct> {
        let mut rows: IndexMap<String, SoapStruct> = IndexMap::new();
        for mut row in answer {
            for name in self.call.nested {
                normalise(&mut row, name);
            }
            rows.insert(row.text(self.call.key).unwrap_or_default(), row);
        }
        rows.into_values().collect()
    }
}

/// Makes a nested collection a list, whatever the style delivered.
pub fn normalise(row: &mut SoapStruct, name: &str) {
    if let Some(value) = row.get_mut(name) {
        let list = collection(value).into_iter().map(SoapValue::from).collect::<Vec<_>>();
        *value = list.into();
    }
}

impl Plan {
    fn next_arguments(&mut self, base: &FilterBag) -> Option<SoapStruct> {
        match self {
            Self::Pages { filters, later, size, next } => {
                let page = (*next)?;
                let filters = later.as_ref().filter(|_| page > 1).unwrap_or(filters);
                Some(SoapStruct::new().with("filters", filters.to_argument()).with("pager", pager(page, *size)))
            }
            Self::Windows { field, windows } => {
                let window = windows.next_window()?;
                Some(SoapStruct::new().with("filters", base.clone().window(field, window).to_argument()))
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

    fn answered(&mut self, rows: usize) {
        match self {
            Self::Pages { size, next, .. } => *next = next.filter(|_| rows >= *size).map(|page| page + 1),
            Self::Windows { windows, .. } => windows.answered(rows),
            Self::Once { .. } => {}
        }
    }
}

fn dated(filters: &FilterBag, dates: Option<(&'static str, Window)>) -> FilterBag {
    match dates {
        Some((field, window)) => filters.clone().window(field, window),
        None => filters.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::{Profile, Quirks};
    use crate::sync::connector::list::{changed_subscribers, newest_subscriber, subscribers_below};

    /// What a stream asks for while its pages hold so many rows: conditions and pager, a text each.
    fn asked(mut source: RowSource, pages: &[usize]) -> Vec<String> {
        let mut asked = Vec::new();
        while let Some(arguments) = source.plan.next_arguments(&source.call.filters) {
            source.plan.answered(pages[asked.len()]);
            asked.push(in_words(&arguments));
        }
        asked
    }

    fn in_words(arguments: &SoapStruct) -> String {
        let text = serde_json::to_string(arguments).unwrap();
        text.replace("\"", "").replace("key:", "").replace("value:", "")
    }

    fn subscribers() -> ListCall {
        let filters = FilterBag::new().stores(Some(&[1, 3]));
        ListCall::new("newsletterSubscriberList", "subscriber_id").with_filters(filters)
    }

    #[test]
    fn changed_subscribers_are_paged_by_the_same_dates_unless_the_quirk_moves_the_lower_one() {
        // Vector 44, and the recommendation of Q-14.
        let at = |text: &str| text.parse().unwrap();
        let (start, server) = (at("2020-03-10T11:00:00Z"), at("2020-03-10T12:00:00Z"));
        let page = |number: u32, from: &str| {
            format!(
                "{{filters:{{complex_filter:[{{change_status_at,{{gt,2020-03-10 {from}}}}},\
                 {{change_status_at,{{lte,2020-03-10 12:00:00}}}},{{store_id,{{in,1,3}}}}]}},\
                 pager:{{page:{number},pageSize:100}}}}"
            )
        };
        for (quirks, second) in [(Profile::OroCrm41.quirks(), "12:00:00"), (Quirks::default(), "11:00:00")] {
            let source = changed_subscribers(subscribers(), start, Some(server), &quirks);
            assert_eq!(asked(source, &[100, 0]), [page(1, "11:00:00"), page(2, second)]);
        }
    }

    #[test]
    fn the_first_subscribers_are_those_below_the_cursor_page_by_page() {
        // Vectors 45 and 68: one past the newest of 250, or the stored 42, until a page is short.
        let stores = "{store_id,{in,1,3}}";
        let probe = in_words(&newest_subscriber(&subscribers()));
        assert_eq!(probe, format!("{{filters:{{complex_filter:[{stores}]}},pager:{{page:1,pageSize:1}}}}"));
        for (bound, condition) in
            [(Some(251), "{subscriber_id,{lt,251}},"), (Some(42), "{subscriber_id,{lt,42}},"), (None, "")]
        {
            let found = asked(subscribers_below(subscribers(), bound), &[100, 100, 50]);
            let page = |number: u32| {
                format!("{{filters:{{complex_filter:[{condition}{stores}]}},pager:{{page:{number},pageSize:100}}}}")
            };
            assert_eq!(found, [page(1), page(2), page(3)]);
        }
    }

    #[test]
    fn a_full_page_asks_for_the_next_one_and_a_short_page_ends_it() {
        // Vectors 39 and 40: rows per page, calls made.
        for (pages, calls) in [(&[100, 30][..], 2), (&[100, 0], 2), (&[99], 1), (&[0], 1)] {
            let mut plan = Plan::Pages { filters: FilterBag::new(), later: None, size: PAGE_SIZE, next: Some(1) };
            let mut asked = 0;
            while let Some(arguments) = plan.next_arguments(&FilterBag::new()) {
                let pager = arguments.get("pager").and_then(SoapValue::as_struct).unwrap();
                assert_eq!(pager.text("page"), Some((asked + 1).to_string()));
                plan.answered(pages[asked]);
                asked += 1;
            }
            assert_eq!(asked, calls);
        }
    }

    #[test]
    fn a_page_size_may_be_set() {
        // Vector 49; 500 is that of regions, in `dictionary`.
        for (set, expected) in [(None, 100), (Some(2000), 2000)] {
            let call = subscribers().with_page_size(set);
            let found = asked(subscribers_below(call, None), &[expected - 1]);
            assert!(found[0].contains(&format!("pageSize:{expected}")), "{found:?}");
        }
    }

    #[test]
    fn rows_with_the_same_key_collapse_to_the_last_one() {
        // Vector 138.
        let row = |id: &str, name: &str| SoapStruct::new().with("customer_id", id).with("firstname", name);
        let call = ListCall::new("x", "customer_id");
        let source = RowSource::once(call, None);
        let rows = source.distinct(vec![row("1", "a"), row("2", "b"), row("1", "c")]);
        assert_eq!(rows.iter().map(|r| r.text("firstname").unwrap()).collect::<Vec<_>>(), ["c", "b"]);
    }
}
