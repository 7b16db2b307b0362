//! What is synced, one file a stream with a table row of it: how its rows are asked for, which of them wait for others, how
//! one comes into the CRM, where its details are. Nothing here runs a sync: `job` works through a stream by its row, and
//! `connector` joins the rows.

use std::future::Future;
use std::pin::Pin;

use jiff::{SignedDuration, Timestamp};

use super::bridge::Bridge;
use super::connector::Stream;
use super::connector::list::{ListCall, ScopedBy};
use super::convert::{Record, RowError};
use super::error::CallError;
use super::outcome::{ConnectorOutcome, RunKind};
use super::scope::Scope;
use crate::client::{ClientError, MagentoClient};
use crate::crm::{Crm, CrmError, Entity, OriginId};
use crate::quirk::Quirks;
use crate::soap::SoapStruct;
use waiting::{Batch, Gate, Pass, Waiting};

mod bought;
pub mod cart;
mod claim;
pub mod credit_memo;
pub mod customer;
pub mod customer_group;
pub mod guest;
pub mod newsletter;
pub mod order;
mod person;
pub mod region;
pub mod store;
#[cfg(test)]
mod vectors;
pub(in crate::sync) mod waiting;
pub mod website;

/// Everything that is different about a stream.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rules {
    /// A small table, read whole before everything else.
    Dictionary(&'static Dictionary),
    /// Rows by windows of time.
    Listed(&'static Listed),
}

macro_rules! rules {
    ($($stream:ident: $kind:ident $file:ident;)*) => {
        impl Stream {
            /// What is different about it.
            pub(super) fn rules(self) -> Rules {
                match self { $(Self::$stream => Rules::$kind(&$file::RULES),)* }
            }
        }
    };
}

rules! {
    Website: Dictionary website;
    Store: Dictionary store;
    CustomerGroup: Dictionary customer_group;
    Region: Dictionary region;
    Customer: Listed customer;
    Cart: Listed cart;
    Order: Listed order;
    CreditMemo: Listed credit_memo;
    NewsletterSubscriber: Listed newsletter;
}

impl Stream {
    /// How its rows are listed; nothing for dictionaries.
    pub(super) fn listed(self) -> Option<&'static Listed> {
        match self.rules() {
            Rules::Listed(listed) => Some(listed),
            Rules::Dictionary(_) => None,
        }
    }
}

/// What is different about a dictionary: a small table that is read whole.
#[derive(Debug)]
pub(super) struct Dictionary {
    /// Its rows in the CRM.
    pub(super) entity: Entity,
    /// Asks the shop for all of them.
    pub(super) ask: Ask,
    /// One row as the CRM has it.
    pub(super) convert: fn(&SoapStruct, &Quirks) -> Result<Record, RowError>,
    /// Rows of one transaction.
    pub(super) batch: usize,
    /// It is not asked for again within that time.
    pub(super) interval: Option<SignedDuration>,
}

/// A stream of windows.
#[derive(Debug)]
pub(super) struct Listed {
    /// The list of either API, without conditions. Fails without the bridge that it needs.
    pub(super) list: fn(&Bridge) -> Result<ListCall, ClientError>,
    /// Which condition keeps to the chosen website.
    pub(super) scoped_by: ScopedBy,
    /// The same for lists of rows by their ids.
    pub(super) by_ids_scoped_by: fn(&Quirks) -> ScopedBy,
    /// Which rows an incremental run asks for, and how the initial one walks.
    pub(super) changes: Changes,
    /// The key by which rows of a batch collapse, the last one wins; details are asked for by it.
    pub(super) key: &'static str,
    /// What becomes of a row that was read; notes what it misses.
    pub(super) gate: fn(&Crm, &Scope, &SoapStruct, &mut Waiting) -> Result<Gate, CrmError>,
    /// Imports one row inside the caller's transaction; gives the moment of its last change.
    pub(super) import: Import,
    /// Takes rows out of a batch before it is written.
    pub(super) collapse: fn(&mut Batch, &Scope),
    /// What follows the rows of a batch, inside its transaction.
    pub(super) written: fn(&mut Crm, &Scope, &Batch, Written) -> Result<(), CrmError>,
    /// Where the details of bare rows are.
    pub(super) details: Option<Details>,
    /// The word for a batch that the database refused, for the streams whose main job goes on without it (sync spec 4.10).
    pub(super) skipped_as: Option<&'static str>,
    /// Under which name is noted what was fetched by id and lacks something.
    pub(super) noted_as: Option<&'static str>,
    /// Which such notes a run of this stream works off.
    pub(super) works_off: &'static [WorksOff],
}

/// Rows of another stream that are to be fetched by id once more.
#[derive(Debug)]
pub(super) struct WorksOff {
    /// Under which name they are noted.
    pub(super) noted_as: &'static str,
    /// The ids that wait in this stream.
    pub(super) wait_in: fn(&mut Waiting) -> &mut Vec<OriginId>,
}

/// How an import of one row is called.
pub(super) type Import =
    fn(&mut Crm, &Scope, &SoapStruct, &mut ConnectorOutcome) -> Result<Option<Timestamp>, CrmError>;

/// How a dictionary is asked for.
pub(super) type Ask =
    for<'a> fn(&'a mut MagentoClient, &'a Bridge, Option<usize>, &'a Quirks) -> Call<'a, Vec<SoapStruct>, CallError>;

/// A call under way.
pub(super) type Call<'a, T, E> = Pin<Box<dyn Future<Output = Result<T, E>> + Send + 'a>>;

/// How a stream tells what is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    /// By `created_at` and `updated_at`, window by window.
    Dates,
    /// By `change_status_at`; the initial run goes down by id, after all others (sync spec 4.9).
    Newsletter,
}

/// The details of single rows.
#[derive(Debug)]
pub(super) struct Details {
    /// Whether the list's rows are bare.
    pub(super) are_wanted: fn(&Bridge) -> bool,
    /// Asks for the details of one row by its key.
    pub(super) ask: for<'a> fn(&'a mut MagentoClient, &'a str, &'a Bridge) -> Call<'a, SoapStruct, ClientError>,
    /// The SOAP fault that says "there is no such record" (sync spec 2.8).
    pub(super) gone_fault: u16,
    /// Whether the bare row goes through once more when its details are not to be had.
    pub(super) bare_again: bool,
}

/// Which rows were written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Written {
    /// In which part of the sync.
    pub(super) kind: RunKind,
    /// How often they have been seen.
    pub(super) pass: Pass,
    /// Whether they are rows that had waited.
    pub(super) postponed: bool,
    /// The smallest key of all rows that the run has written, as a number.
    pub(super) lowest: Option<i64>,
    /// The largest key of those that still wait.
    pub(super) held: Option<i64>,
}

/// Rows written in one transaction, and details asked for after them (sync spec 4.8).
pub const BATCH_SIZE: usize = 25;

/// For streams whose rows need no others.
fn import_at_once(_: &Crm, _: &Scope, _: &SoapStruct, _: &mut Waiting) -> Result<Gate, CrmError> {
    Ok(Gate::Import)
}

/// For streams whose batches are written as they are.
fn keep_all(_: &mut Batch, _: &Scope) {}

/// For streams that nothing follows.
fn nothing_follows(_: &mut Crm, _: &Scope, _: &Batch, _: Written) -> Result<(), CrmError> {
    Ok(())
}

/// For streams whose rows belong to customers.
const CUSTOMERS_AGAIN: WorksOff =
    WorksOff { noted_as: customer::CUSTOMER_BY_ID, wait_in: |waiting| &mut waiting.customers };

/// For orders, whose carts are fetched by id where the channel has no carts of its own.
const CARTS_AGAIN: WorksOff = WorksOff { noted_as: cart::CART_BY_ID, wait_in: |waiting| &mut waiting.carts };

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::{StoreId, WebsiteId};
    use crate::quirk::Profile;
    use crate::version::ExtensionVersion;

    fn list(stream: Stream, bridge: &Bridge) -> Result<ListCall, ClientError> {
        (stream.listed().unwrap().list)(bridge)
    }

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
        let stores = [StoreId(1), StoreId(3)];
        let website = |id| (WebsiteId(id), Some(&stores[..]));
        for (stream, ids, scope, expected) in [
            (
                Stream::Customer,
                &[3, 7, 9][..],
                (WebsiteId::ALL, None),
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
                let by = (stream.listed().unwrap().by_ids_scoped_by)(quirks);
                let ids: Vec<OriginId> = ids.iter().copied().map(OriginId).collect();
                let call = list(stream, &newest).unwrap().of_ids(&ids).of_website(by, scope.0, scope.1);
                assert_eq!(conditions(&call), expected, "{stream:?}");
            }
        }
    }

    #[test]
    fn only_the_bridges_lists_come_in_pages() {
        for (stream, expected) in
            [(Stream::Customer, [false, true]), (Stream::Order, [false, true]), (Stream::CreditMemo, [false, false])]
        {
            let found = [None, Some("1.1.4")].map(|version| list(stream, &bridge(version)).unwrap().paged);
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
            let by = stream.listed().unwrap().scoped_by;
            let call =
                list(stream, &bridge(version)).unwrap().of_website(by, WebsiteId(2), Some(&[StoreId(1), StoreId(3)]));
            assert_eq!((call.operation, conditions(&call).as_str()), (operation, expected));
        }
        assert!(list(Stream::Cart, &bridge(None)).is_err());
        assert!(list(Stream::NewsletterSubscriber, &bridge(Some("1.1.4"))).is_err());
    }
}
