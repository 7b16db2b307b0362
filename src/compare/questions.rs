//! What shops are asked, as tables: lists and records, faults, pages, filters. The ids in the questions are the shop's
//! own; what comes back is compared by its form.

use super::sample::{Sample, ids};
use super::topic::Topic;
use crate::crm::OriginId;
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::convert::key_of;
use crate::sync::filter::{FilterBag, pager};

/// One question, which may take several calls.
pub(super) struct Question {
    pub(super) topic: Topic,
    /// What people read, such as `oroOrderList: page past the end`.
    pub(super) name: String,
    pub(super) operation: &'static str,
    pub(super) calls: Vec<SoapStruct>,
    pub(super) wants: Wants,
}

/// What of the answer is compared.
pub(super) enum Wants {
    /// The fields of the record are compared.
    Fields,
    /// Whether it is a fault, and which.
    Fault,
    /// How many of so many rows it has; and whether they are the last ones, by this key.
    Rows { of: usize, key: &'static str, last: Option<OriginId> },
    /// Whether it has the row with that key. Others may be there: the shop has more rows than are looked at.
    Row { key: &'static str, id: OriginId },
}

/// Lists that are asked for without arguments.
const DICTIONARIES: [&str; 6] =
    ["storeList", "customerGroupList", "directoryCountryList", "magentoInfo", "oroPing", "oroWebsiteList"];

/// A list that takes filters: its key, whether it takes a pager, and what tells its rows from each other besides the key.
struct List {
    operation: &'static str,
    key: &'static str,
    rows: fn(&Sample) -> &[SoapStruct],
    has_pager: bool,
    marks: &'static [&'static str],
}

const fn list(
    operation: &'static str,
    key: &'static str,
    rows: fn(&Sample) -> &[SoapStruct],
    has_pager: bool,
    marks: &'static [&'static str],
) -> List {
    List { operation, key, rows, has_pager, marks }
}

/// A customer has an address, a document a number. A cart has neither for sure.
const CUSTOMER: &[&str] = &["created_at", "email"];
const DOCUMENT: &[&str] = &["created_at", "increment_id"];
const CART: &[&str] = &["created_at", "updated_at", "customer_email"];

const LISTS: [List; 7] = [
    list("customerCustomerList", "customer_id", |sample| &sample.customers, false, CUSTOMER),
    list("salesOrderList", "order_id", |sample| &sample.orders, false, DOCUMENT),
    list("salesOrderCreditmemoList", "creditmemo_id", |sample| &sample.credit_memos, false, DOCUMENT),
    list("oroCustomerList", "customer_id", |sample| &sample.customers, true, CUSTOMER),
    list("oroOrderList", "order_id", |sample| &sample.orders, true, DOCUMENT),
    list("oroQuoteList", "entity_id", |sample| &sample.carts, true, CART),
    list("newsletterSubscriberList", "subscriber_id", |sample| &sample.subscribers, true, &["subscriber_email"]),
];

/// Records by what names them.
struct Record {
    operation: &'static str,
    argument: &'static str,
    /// The names of those that are there.
    known: fn(&Sample) -> Vec<SoapValue>,
    /// The name of one that is not.
    missing: &'static str,
}

const fn record(
    operation: &'static str,
    argument: &'static str,
    known: fn(&Sample) -> Vec<SoapValue>,
    missing: &'static str,
) -> Record {
    Record { operation, argument, known, missing }
}

const RECORDS: [Record; 10] = [
    record("customerCustomerInfo", "customerId", customers, "0"),
    record("customerAddressList", "customerId", customers, "0"),
    record("customerAddressInfo", "addressId", addresses, "0"),
    record("salesOrderInfo", "orderIncrementId", orders, "no such order"),
    record("salesOrderCreditmemoInfo", "creditmemoIncrementId", credit_memos, "no such memo"),
    record("oroCustomerInfo", "customerId", customers, "0"),
    record("oroCustomerAddressList", "customerId", customers, "0"),
    record("oroCustomerAddressInfo", "addressId", addresses, "0"),
    record("oroOrderInfo", "orderIncrementId", orders, "no such order"),
    record("directoryRegionList", "country", |_| vec!["US".into()], "XX"),
];

/// Operators by name, and what they are given so that they find the row.
const OPERATORS: [(&str, Operand); 12] = [
    ("eq", Operand::Own),
    ("neq", Operand::Other),
    ("in", Operand::Own),
    ("nin", Operand::Other),
    ("from", Operand::Own),
    ("to", Operand::Own),
    ("gt", Operand::Below),
    ("gteq", Operand::Own),
    ("lt", Operand::Above),
    ("lteq", Operand::Own),
    ("like", Operand::Own),
    ("nosuchoperator", Operand::Own),
];

/// What an operator is given, by the id of the row it should find.
#[derive(Clone, Copy)]
enum Operand {
    Own,
    Other,
    Below,
    Above,
}

fn customers(sample: &Sample) -> Vec<SoapValue> {
    ids(&sample.customers, "customer_id").into_iter().map(SoapValue::from).collect()
}

fn addresses(sample: &Sample) -> Vec<SoapValue> {
    let all = sample.addresses.iter().flat_map(|(_, rows)| ids(rows, "customer_address_id"));
    all.map(SoapValue::from).collect()
}

fn orders(sample: &Sample) -> Vec<SoapValue> {
    numbers(&sample.orders)
}

fn credit_memos(sample: &Sample) -> Vec<SoapValue> {
    numbers(&sample.credit_memos)
}

fn numbers(rows: &[SoapStruct]) -> Vec<SoapValue> {
    rows.iter().filter_map(|row| row.text("increment_id")).map(SoapValue::from).collect()
}

/// Everything a shop with such records is asked; `records` bounds how many of a kind.
pub(super) fn all(sample: &Sample, records: usize) -> Vec<Question> {
    let mut all = Vec::new();
    for operation in DICTIONARIES {
        all.push(fields(Topic::Dictionaries, operation, vec![SoapStruct::new()]));
    }
    let regions = SoapStruct::new().with("filters", SoapStruct::new()).with("pager", pager(1, 5));
    all.push(fields(Topic::Dictionaries, "oroRegionList", vec![regions]));
    for list in &LISTS {
        let known = ids((list.rows)(sample), list.key);
        if !known.is_empty() {
            all.push(fields(Topic::Records, list.operation, vec![list.call(&known, Some(&pager(1, known.len())))]));
        }
    }
    for record in &RECORDS {
        let known = (record.known)(sample).into_iter().take(records);
        let calls: Vec<SoapStruct> = known.map(|name| SoapStruct::new().with(record.argument, name)).collect();
        if !calls.is_empty() {
            let topic = if record.argument == "country" { Topic::Dictionaries } else { Topic::Records };
            all.push(fields(topic, record.operation, calls));
        }
    }
    all.extend(faults());
    for list in &LISTS {
        let known = ids((list.rows)(sample), list.key);
        if list.has_pager && known.len() > 1 {
            all.extend(pages(list, &known));
        }
    }
    for list in &LISTS {
        all.extend(list.told_apart((list.rows)(sample)).and_then(|row| operators(list, row)).into_iter().flatten());
    }
    all
}

fn fields(topic: Topic, operation: &'static str, calls: Vec<SoapStruct>) -> Question {
    Question { topic, name: operation.to_owned(), operation, calls, wants: Wants::Fields }
}

impl List {
    fn call(&self, ids: &[OriginId], pager: Option<&SoapStruct>) -> SoapStruct {
        self.filtered(&FilterBag::new().ids(self.key, ids), pager)
    }

    fn filtered(&self, filters: &FilterBag, pager: Option<&SoapStruct>) -> SoapStruct {
        let arguments = SoapStruct::new().with("filters", filters.to_argument());
        match pager.filter(|_| self.has_pager) {
            Some(pager) => arguments.with("pager", pager.clone()),
            None => arguments,
        }
    }

    /// The marks that a row has, with their values.
    fn marks(&self, row: &SoapStruct) -> Vec<(&'static str, String)> {
        let value = |name: &&'static str| row.text(name).filter(|text| !text.is_empty()).map(|text| (*name, text));
        self.marks.iter().filter_map(value).collect()
    }

    /// A row that no other one has the marks of, as far as they are known.
    fn told_apart<'a>(&self, rows: &'a [SoapStruct]) -> Option<&'a SoapStruct> {
        let marks: Vec<_> = rows.iter().map(|row| self.marks(row)).collect();
        let is_alone = |at: &usize| !marks[*at].is_empty() && marks.iter().filter(|of| **of == marks[*at]).count() == 1;
        (0..rows.len()).find(is_alone).map(|at| &rows[at])
    }
}

fn fault(operation: &'static str, of: &str, arguments: SoapStruct) -> Question {
    let name = format!("{operation}: {of}");
    Question { topic: Topic::Faults, name, operation, calls: vec![arguments], wants: Wants::Fault }
}

fn faults() -> Vec<Question> {
    let mut all: Vec<Question> = RECORDS
        .iter()
        .map(|record| {
            fault(record.operation, "one that is not there", SoapStruct::new().with(record.argument, record.missing))
        })
        .collect();
    for list in &LISTS {
        let filters = FilterBag::new().complex("no_such_field", "eq", "1");
        let arguments = list.filtered(&filters, Some(&pager(1, 1)));
        all.push(fault(list.operation, "filter by a field that is not there", arguments));
    }
    all.push(fault("storeInfo", "a store that is not there", SoapStruct::new().with("storeId", "no_such_store")));
    let products = SoapStruct::new()
        .with("filters", FilterBag::new().complex("product_id", "eq", "-1").to_argument())
        .with("store", "no_such_store");
    all.push(fault("catalogProductList", "a store that is not there", products));
    all
}

fn pages(list: &List, known: &[OriginId]) -> Vec<Question> {
    let numbers = |page: &str, size: &str| Some(SoapStruct::new().with("page", page).with("pageSize", size));
    let beyond = (known.len() + 1).to_string();
    [
        ("the first page", numbers("1", "1")),
        ("a page past the end", numbers(&beyond, "1")),
        ("page 0", numbers("0", "1")),
        ("pages of size 0", numbers("1", "0")),
        ("pages of size -1", numbers("1", "-1")),
        ("no pager", None),
    ]
    .into_iter()
    .map(|(what, pager)| Question {
        topic: Topic::Paging,
        name: format!("{}: {what}", list.operation),
        operation: list.operation,
        calls: vec![list.call(known, pager.as_ref())],
        wants: Wants::Rows { of: known.len(), key: list.key, last: known.last().copied() },
    })
    .collect()
}

/// More rows of the same marks than any shop should have.
const ALIKE_MAX: usize = 20;

/// Filters by each operator, for one row: its marks are conditions too, so that an operator which is ignored does not
/// bring the whole shop.
fn operators(list: &List, row: &SoapStruct) -> Option<Vec<Question>> {
    let id = key_of(row, list.key)?;
    let number = row.get(list.key)?.to_int()?;
    let marks = list.marks(row);
    let question = |(operator, operand): (&str, Operand)| {
        let value = match operand {
            Operand::Own => number,
            Operand::Other | Operand::Below => number - 1,
            Operand::Above => number + 1,
        };
        let filters = FilterBag::new().complex(list.key, operator, value.to_string());
        let filters = marks.iter().fold(filters, |filters, (name, mark)| filters.complex(name, "eq", mark.as_str()));
        Question {
            topic: Topic::Filters,
            name: format!("{}: operator {operator}", list.operation),
            operation: list.operation,
            calls: vec![list.filtered(&filters, Some(&pager(1, ALIKE_MAX)))],
            wants: Wants::Row { key: list.key, id },
        }
    };
    Some(OPERATORS.into_iter().map(question).collect())
}
