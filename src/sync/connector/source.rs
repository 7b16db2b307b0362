//! Where rows come from: list calls as streams that are pulled row by row, so that the order of calls is the reference
//! client's (client trace, section 4). A page or window is asked for only when the row before it was taken.

use std::collections::VecDeque;

use indexmap::IndexMap;

use super::list::ListCall;
use super::paging::{Plan, Rest};
use crate::client::{Ahead, MagentoClient};
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::convert::nested::collection;
use crate::sync::error::CallError;
use crate::sync::filter::FilterBag;
use crate::sync::window::{NativeWindows, Window};

/// Regions that are asked for at a time.
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

impl RowSource {
    /// A bridge list, page by page until a page is short.
    pub fn pages(call: ListCall, dates: Option<(&'static str, Window)>, quirks: &Quirks) -> Self {
        let filters = dated(&call.filters, dates);
        Self::filtered_pages(call, filters, None, quirks)
    }

    /// A bridge list by conditions of its own, which may differ from the second page on.
    pub fn filtered_pages(call: ListCall, first: FilterBag, later: Option<FilterBag>, quirks: &Quirks) -> Self {
        let rest = match quirks.has(Quirk::PagesByNumber) {
            true => Rest::by_number(),
            false => Rest::by_key(),
        };
        let (filters, later) = (first.without_empty(), later.map(FilterBag::without_empty));
        let plan = Plan::Pages { filters, later, size: call.page_size, page: Some(1), rest };
        Self::of(call, plan)
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
        Self::of(call, Plan::Windows { field, windows, asked: None, beyond: 0 })
    }

    fn of(call: ListCall, plan: Plan) -> Self {
        Self { call, plan, rows: VecDeque::new(), asks_ahead: false, ahead: None }
    }

    /// The next row, asking Magento when none is left; `None` at the end.
    ///
    /// # Errors
    /// Whatever the list call fails with, or what the shop answers when its list cannot end or cannot be read whole; the
    /// stream is over then.
    pub async fn next(&mut self, client: &mut MagentoClient) -> Result<Option<SoapStruct>, CallError> {
        loop {
            if let Some(row) = self.rows.pop_front() {
                return Ok(Some(row));
            }
            let answer = match self.ahead.take() {
                Some(ahead) => client.rows_of(ahead).await?,
                None => {
                    let Some(arguments) = self.plan.next_arguments(&self.call) else { return Ok(None) };
                    client.call_list(self.call.operation, arguments).await?
                }
            };
            self.answered(answer)?;
            if self.asks_ahead && matches!(self.plan, Plan::Pages { .. }) {
                let next = self.plan.next_arguments(&self.call);
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

    fn answered(&mut self, answer: Vec<SoapStruct>) -> Result<(), CallError> {
        self.plan.answered(&self.call, &answer)?;
        self.rows = self.distinct(answer);
        Ok(())
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

fn dated(filters: &FilterBag, dates: Option<(&'static str, Window)>) -> FilterBag {
    match dates {
        Some((field, window)) => filters.clone().window(field, window),
        None => filters.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::StoreId;
    use crate::quirk::Profile;
    use crate::sync::connector::key_order::KeyOrder;
    use crate::sync::connector::subscribers::{changed_subscribers, newest_subscriber, subscribers_below};

    /// What a stream asks for while its pages hold so many rows: conditions and pager, a text each.
    fn asked(mut source: RowSource, pages: &[usize]) -> Vec<String> {
        let mut asked = Vec::new();
        let mut next = 0;
        while let Some(arguments) = source.plan.next_arguments(&source.call) {
            let keys = (next..).take(pages[asked.len()]);
            next += pages[asked.len()] as i64;
            let rows: Vec<_> = keys.map(|key| SoapStruct::new().with(source.call.key, 1_000 - key)).collect();
            source.plan.answered(&source.call, &rows).unwrap();
            asked.push(in_words(&arguments));
        }
        asked
    }

    fn in_words(arguments: &SoapStruct) -> String {
        let text = serde_json::to_string(arguments).unwrap();
        text.replace("\"", "").replace("key:", "").replace("value:", "")
    }

    fn subscribers() -> ListCall {
        let filters = FilterBag::new().stores(Some(&[StoreId(1), StoreId(3)]));
        let call = ListCall::new("newsletterSubscriberList", "subscriber_id").with_filters(filters);
        ListCall { order: KeyOrder::Descending, ..call }
    }

    #[test]
    fn changed_subscribers_are_paged_by_the_same_dates_unless_the_quirk_moves_the_lower_one() {
        // Vector 44, and the recommendation of Q-14.
        let at = |text: &str| text.parse().unwrap();
        let (start, server) = (at("2020-03-10T11:00:00Z"), at("2020-03-10T12:00:00Z"));
        let page = |number: u32, from: &str, beyond: &str| {
            format!(
                "{{filters:{{complex_filter:[{{change_status_at,{{gt,2020-03-10 {from}}}}},\
                 {{change_status_at,{{lte,2020-03-10 12:00:00}}}},{{store_id,{{in,1,3}}}}{beyond}]}},\
                 pager:{{page:{number},pageSize:100}}}}"
            )
        };
        for (quirks, second) in [
            (Profile::OroCrm41.quirks(), page(2, "12:00:00", "")),
            (Quirks::default(), page(1, "11:00:00", ",{subscriber_id,{lt,901}}")),
        ] {
            let source = changed_subscribers(subscribers(), start, Some(server), &quirks);
            assert_eq!(asked(source, &[100, 0]), [page(1, "11:00:00", ""), second]);
        }
    }

    #[test]
    fn the_first_subscribers_are_those_below_the_cursor_page_by_page() {
        // Vectors 45 and 68: one past the newest of 250, or the stored 42, until a page is short.
        let stores = "{store_id,{in,1,3}}";
        let probe = in_words(&newest_subscriber(&subscribers()));
        assert_eq!(probe, format!("{{filters:{{complex_filter:[{stores}]}},pager:{{page:1,pageSize:1}}}}"));
        let page = |condition: &str, number: u32| {
            format!("{{filters:{{complex_filter:[{condition}{stores}]}},pager:{{page:{number},pageSize:100}}}}")
        };
        for (bound, condition) in
            [(Some(1251), "{subscriber_id,{lt,1251}},"), (Some(1042), "{subscriber_id,{lt,1042}},"), (None, "")]
        {
            let quirks = Profile::OroCrm41.quirks();
            let found = asked(subscribers_below(subscribers(), bound, &quirks), &[100, 100, 50]);
            assert_eq!(found, [page(condition, 1), page(condition, 2), page(condition, 3)]);
        }
        let found = asked(subscribers_below(subscribers(), Some(1251), &Quirks::default()), &[100, 100, 50]);
        let below = |id: i64| page(&format!("{{subscriber_id,{{lt,{id}}}}},"), 1);
        assert_eq!(found, [below(1251), below(901), below(801)]);
    }

    #[test]
    fn a_page_size_may_be_set() {
        // Vector 49; 500 is that of regions, in `dictionary`.
        for (set, expected) in [(None, 100), (Some(2000), 2000)] {
            let call = subscribers().with_page_size(set);
            let found = asked(subscribers_below(call, None, &Quirks::default()), &[expected - 1]);
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
