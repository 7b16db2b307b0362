//! The filters this client sends: a bag of named conditions, last write wins, serialised in the order in which the
//! names first came (sync spec 4.5 "filter bag rules", 12.2). Pure.

use indexmap::IndexMap;
use jiff::Timestamp;

use super::window::Window;
use crate::crm::{OriginId, StoreId, WebsiteId};
use crate::datetime;
use crate::soap::{SoapStruct, SoapValue};

/// Conditions for one list call.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilterBag {
    simple: IndexMap<String, (String, SoapValue)>,
    complex: IndexMap<String, (String, SoapValue)>,
}

impl FilterBag {
    /// Filters without any condition.
    pub fn new() -> Self {
        Self::default()
    }

    /// A plain equality, named by its key.
    #[must_use]
    pub fn simple(mut self, key: &str, value: impl Into<SoapValue>) -> Self {
        self.simple.insert(key.to_owned(), (key.to_owned(), value.into()));
        self
    }

    /// A condition such as `in` or `lt`, named by its key.
    #[must_use]
    pub fn complex(self, key: &str, condition: &str, value: impl Into<SoapValue>) -> Self {
        self.named(key, key, condition, value.into())
    }

    /// A bound of a date field; its name holds the condition, so that both bounds of one field coexist.
    #[must_use]
    pub fn date(self, key: &str, condition: &str, at: Timestamp) -> Self {
        self.named(&format!("{key}-{condition}"), key, condition, datetime::to_sql(at).into())
    }

    /// Both bounds of a window.
    #[must_use]
    pub fn window(self, key: &str, window: Window) -> Self {
        self.date(key, "from", window.from).date(key, "to", window.to)
    }

    /// The website filter of customers; nothing for "all websites" (-1).
    #[must_use]
    pub fn website(self, website: WebsiteId) -> Self {
        if website == WebsiteId::ALL { self } else { self.complex("website_id", "in", website.to_string()) }
    }

    /// The store filter of everything else; nothing when no stores are given.
    #[must_use]
    pub fn stores(self, stores: Option<&[StoreId]>) -> Self {
        match stores {
            Some(stores) => self.complex("store_id", "in", id_list(stores)),
            None => self,
        }
    }

    /// Rows by their keys.
    #[must_use]
    pub fn ids(self, key: &str, ids: &[OriginId]) -> Self {
        self.complex(key, "in", id_list(ids))
    }

    /// Another bag laid over this one; its entries are named by their keys.
    #[must_use]
    pub fn merged(mut self, other: &Self) -> Self {
        self.simple.extend(other.simple.values().map(|(key, value)| (key.clone(), (key.clone(), value.clone()))));
        self.complex.extend(other.complex.values().map(|(key, value)| (key.clone(), (key.clone(), value.clone()))));
        self
    }

    /// The bag without conditions whose value is null or empty, as bridge lists send it.
    #[must_use]
    pub fn without_empty(mut self) -> Self {
        self.simple.retain(|_, (_, value)| value.is_truthy());
        self.complex.retain(|_, (_, condition)| {
            condition.as_struct().and_then(|c| c.get("value")).is_some_and(SoapValue::is_truthy)
        });
        self
    }

    /// The `filters` argument: `filter` and `complex_filter`, empty groups left out.
    pub fn to_argument(&self) -> SoapStruct {
        let mut filters = SoapStruct::new();
        for (group, entries) in [("filter", &self.simple), ("complex_filter", &self.complex)] {
            if entries.is_empty() {
                continue;
            }
            let list: Vec<SoapValue> = entries
                .values()
                .map(|(key, value)| SoapStruct::new().with("key", key.as_str()).with("value", value.clone()).into())
                .collect();
            filters.set(group, list);
        }
        filters
    }

    fn named(mut self, name: &str, key: &str, condition: &str, value: SoapValue) -> Self {
        let condition = SoapStruct::new().with("key", condition).with("value", value);
        self.complex.insert(name.to_owned(), (key.to_owned(), condition.into()));
        self
    }
}

/// The `pager` argument of bridge lists; both members are sent as strings (client trace, section 4).
pub fn pager(page: u32, size: usize) -> SoapStruct {
    SoapStruct::new().with("page", page.to_string()).with("pageSize", size.to_string())
}

fn id_list<Id: ToString>(ids: &[Id]) -> String {
    ids.iter().map(Id::to_string).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(bag: &FilterBag) -> String {
        serde_json::to_string(&bag.to_argument()).unwrap()
    }

    fn at(text: &str) -> Timestamp {
        datetime::parse(text).unwrap().unwrap()
    }

    #[test]
    fn entries_are_kept_by_name_and_written_in_two_groups() {
        // Vectors 12 and 13.
        let bag = FilterBag::new().simple("testField1", "testValue1").complex("testFieldComplex", "in", "some, list");
        assert_eq!(
            json(&bag),
            r#"{"filter":[{"key":"testField1","value":"testValue1"}],"complex_filter":[{"key":"testFieldComplex","value":{"key":"in","value":"some, list"}}]}"#
        );
        let other = FilterBag::new()
            .simple("testField1", "Overriden")
            .simple("testField2", "testValue2")
            .complex("c2", "gt", "3");
        let merged = json(&bag.merged(&other));
        assert!(
            merged.contains(r#""value":"Overriden""#)
                && merged.contains("testField2")
                && merged.contains(r#""key":"gt""#)
        );
        assert!(!merged.contains("testValue1"));
    }

    #[test]
    fn empty_values_are_dropped_and_empty_groups_left_out() {
        // Vectors 14 and 15.
        let bag = FilterBag::new().simple("a", SoapValue::Nil).complex("b", "in", SoapValue::Nil).without_empty();
        assert_eq!(json(&bag), "{}");
        let bag =
            FilterBag::new().simple("f1", "v").simple("f2", SoapValue::Nil).complex("c", "in", "v").without_empty();
        assert_eq!(
            json(&bag),
            r#"{"filter":[{"key":"f1","value":"v"}],"complex_filter":[{"key":"c","value":{"key":"in","value":"v"}}]}"#
        );
    }

    #[test]
    fn a_date_bound_replaces_the_same_bound_only() {
        // Vectors 18 to 20.
        let early = FilterBag::new().date("updated_at", "from", at("2020-01-01 00:00:00"));
        let later = early.clone().date("updated_at", "from", at("2020-02-01 00:00:00"));
        assert_eq!(later.complex.len(), 1);
        assert!(json(&later).contains("2020-02-01 00:00:00"));
        let cleared = FilterBag::new().complex("updated_at-gt", "gt", SoapValue::Nil);
        assert_eq!(later.clone().merged(&cleared).without_empty(), later);
        assert_eq!(later.merged(&early).complex.len(), 2);
    }

    #[test]
    fn each_further_condition_is_an_entry_of_its_own() {
        // Vector 16.
        let day = at("2020-01-01 00:00:00");
        let steps: [fn(FilterBag, Timestamp) -> FilterBag; 5] = [
            |bag, _| bag.complex("customer_id", "gt", "7"),
            |bag, day| bag.date("created_at", "to", day),
            |bag, day| bag.date("updated_at", "from", day),
            |bag, _| bag.website(WebsiteId(2)),
            |bag, _| bag.stores(Some(&[StoreId(1), StoreId(3)])),
        ];
        let mut bag = FilterBag::new();
        for (done, step) in steps.into_iter().enumerate() {
            bag = step(bag, day);
            assert_eq!(bag.complex.len(), done + 1);
        }
    }

    #[test]
    fn all_websites_means_no_filter() {
        assert_eq!(FilterBag::new().website(WebsiteId::ALL), FilterBag::new());
        let one = FilterBag::new().website(WebsiteId(2));
        assert_eq!(json(&one), r#"{"complex_filter":[{"key":"website_id","value":{"key":"in","value":"2"}}]}"#);
    }
}
