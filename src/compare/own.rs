//! Operations of modules: which of them are asked, and with what. Nothing is known of them but their names and what they
//! declare; the records of the shop and the rows of their own lists give the arguments.

use super::sample::{Sample, ids};
use super::service::{Declared, PartFacts, ServiceFacts};
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::filter::{FilterBag, pager};

/// Arguments that are about no record.
const NOT_ABOUT_A_RECORD: [&str; 3] = ["sessionId", "filters", "pager"];
/// Arguments that say for which store view an answer is, in lower case and without underscores.
const VIEWS: [&str; 4] = ["store", "storeid", "storeview", "storeviewid"];

fn is_view(name: &str) -> bool {
    VIEWS.contains(&plain(name).as_str())
}

/// Whether an operation is asked about something that has a name.
pub(super) fn is_about_a_record(operation: &str, facts: &ServiceFacts) -> bool {
    let parts = facts.parts(operation).map(|(parts, _)| parts).unwrap_or_default();
    parts.iter().any(|part| !NOT_ABOUT_A_RECORD.contains(&part.name.as_str()) && !is_view(&part.name))
}

/// How an operation is asked.
pub(super) enum Asking {
    /// With each of these; and with one that should name nothing, where one can be made.
    With(Vec<SoapStruct>, Option<SoapStruct>),
    /// For rows in windows that grow backwards from now, by this stamp, with these arguments besides.
    Newest(&'static str, SoapStruct),
    /// With this, which brings all there is.
    ForAll(SoapStruct),
    /// Not at all, for this reason.
    Not(String),
}

/// Rows that lists of modules answered, by the operation.
pub(super) type OwnRows = Vec<(String, Vec<SoapStruct>)>;

/// Stamps by which rows are found without asking for all.
const STAMPS: [&str; 2] = ["created_at", "updated_at"];

/// How an operation of a module is asked in a shop with such records.
pub(super) fn asking(operation: &str, facts: &ServiceFacts, sample: &Sample, own: &OwnRows, records: usize) -> Asking {
    let Some((parts, answer)) = facts.parts(operation) else {
        return Asking::Not("no client can read what it declares".to_owned());
    };
    let mut fixed = SoapStruct::new();
    let mut named: Vec<(&PartFacts, Vec<SoapValue>)> = Vec::new();
    let (mut has_filters, mut has_pager) = (false, false);
    for part in parts.iter().filter(|part| part.name != "sessionId") {
        match (part.name.as_str(), facts.types.get(&part.type_name)) {
            ("filters", Some(_)) => {
                has_filters = true;
                fixed.set("filters", FilterBag::new().to_argument());
            }
            ("pager", Some(Declared::Record(fields)))
                if fields.contains_key("page") && fields.contains_key("pageSize") =>
            {
                has_pager = true;
                fixed.set("pager", pager(1, records));
            }
            // Another store view makes no other question.
            (name, None) if is_view(name) && part.optional => {}
            (name, None) if is_view(name) => match known(name, operation, sample, own).into_iter().next() {
                Some(view) => fixed.set(name, view),
                None => return Asking::Not(format!("nothing is known to ask with for {name}")),
            },
            (_, None) => {
                let values = known(&part.name, operation, sample, own);
                if !values.is_empty() {
                    named.push((part, values.into_iter().take(records).collect()));
                } else if !part.optional {
                    return Asking::Not(format!("nothing is known to ask with for {}", part.name));
                }
            }
            _ if part.optional => {}
            _ => return Asking::Not(format!("nothing is known to ask with for {}", part.name)),
        }
    }
    if named.is_empty() {
        let item = facts.item_of(&answer);
        let stamp = STAMPS.into_iter().find(|stamp| item.is_some_and(|fields| fields.contains_key(*stamp)));
        return match (has_pager, has_filters, stamp) {
            (true, ..) | (false, false, _) => Asking::With(vec![fixed], None),
            (false, true, Some(stamp)) => Asking::Newest(stamp, fixed),
            (false, true, None) => Asking::ForAll(fixed),
        };
    }
    let rounds = named.iter().map(|(_, values)| values.len()).max().unwrap_or(0);
    let call = |at: usize| {
        let mut call = fixed.clone();
        for (part, values) in &named {
            call.set(part.name.as_str(), values[at % values.len()].clone());
        }
        call
    };
    let missing = match named.as_slice() {
        [(part, values)] => {
            let is_digits = |value: &SoapValue| value.to_text().is_some_and(|text| text.parse::<i64>().is_ok());
            let is_number = part.type_name == "int" || values.iter().all(is_digits);
            let nothing = if is_number { "0" } else { "no_such_one" };
            Some(call(0).with(part.name.as_str(), nothing))
        }
        _ => None,
    };
    Asking::With((0..rounds).map(call).collect(), missing)
}

/// Ids of records by what arguments are called, in lower case and without underscores.
type Known = (&'static [&'static str], fn(&Sample) -> Vec<SoapValue>);

const KNOWN: &[Known] = &[
    (&["customerid", "customer"], |sample| of_ids(&sample.customers, "customer_id")),
    (&["addressid", "customeraddressid"], |sample| {
        sample.addresses.iter().flat_map(|(_, rows)| of_ids(rows, "customer_address_id")).collect()
    }),
    (&["orderid"], |sample| of_ids(&sample.orders, "order_id")),
    (&["orderincrementid", "ordernumber"], |sample| texts(&sample.orders, "increment_id")),
    (&["creditmemoid"], |sample| of_ids(&sample.credit_memos, "creditmemo_id")),
    (&["creditmemoincrementid"], |sample| texts(&sample.credit_memos, "increment_id")),
    (&["quoteid", "cartid"], |sample| of_ids(&sample.carts, "entity_id")),
    (&["subscriberid"], |sample| of_ids(&sample.subscribers, "subscriber_id")),
    (&["productid", "product"], |sample| texts(&items(sample), "product_id")),
    (&["sku", "productsku"], |sample| texts(&items(sample), "sku")),
    (&["storeid", "store", "storeview", "storeviewid"], |sample| texts(&sample.stores, "store_id")),
    (&["storecode"], |sample| texts(&sample.stores, "code")),
    (&["websiteid", "website"], |sample| texts(&sample.stores, "website_id")),
    (&["groupid", "customergroupid"], |sample| texts(&sample.groups, "customer_group_id")),
    (&["country", "countryid", "countrycode"], |_| vec!["US".into()]),
];

fn of_ids(rows: &[SoapStruct], key: &str) -> Vec<SoapValue> {
    ids(rows, key).into_iter().map(SoapValue::from).collect()
}

fn texts(rows: &[SoapStruct], field: &str) -> Vec<SoapValue> {
    let mut found: Vec<String> =
        rows.iter().filter_map(|row| row.text(field)).filter(|text| !text.is_empty()).collect();
    let mut seen = std::collections::BTreeSet::new();
    found.retain(|text| seen.insert(text.clone()));
    found.into_iter().map(SoapValue::from).collect()
}

fn items(sample: &Sample) -> Vec<SoapStruct> {
    let of = |order: &SoapStruct| order.get("items").cloned().map(crate::client::collection).unwrap_or_default();
    sample.orders.iter().flat_map(of).collect()
}

/// What an argument of that name may be: what the lists of the same module have in a column of that name, and what the
/// shop's own records are called.
fn known(argument: &str, operation: &str, sample: &Sample, own: &OwnRows) -> Vec<SoapValue> {
    let wanted = plain(argument);
    let related = |other: &str| own_prefix(other) == own_prefix(operation);
    let of_lists = own.iter().filter(|(list, _)| related(list) || wanted != "id").flat_map(|(_, rows)| rows);
    let values = of_lists.filter_map(|row| {
        let field = row.iter().find(|(name, _)| plain(name) == wanted)?;
        field.1.to_text().filter(|text| !text.is_empty()).map(SoapValue::from)
    });
    let values: Vec<SoapValue> = values.collect();
    if !values.is_empty() {
        return values;
    }
    let row = KNOWN.iter().find(|(names, _)| names.contains(&wanted.as_str()));
    row.map(|(_, values)| values(sample)).unwrap_or_default()
}

fn plain(name: &str) -> String {
    name.chars().filter(|letter| *letter != '_').flat_map(char::to_lowercase).collect()
}

/// `acmeLoyalty` of `acmeLoyaltyInfo`.
fn own_prefix(operation: &str) -> &str {
    let last = operation.rfind(|letter: char| letter.is_uppercase()).unwrap_or(operation.len());
    &operation[..last]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::Contract;
    use crate::soap::WireStyle;

    fn facts(signature: &str) -> ServiceFacts {
        let schema = Contract::shared().schema(WireStyle::WsI, None, Default::default());
        let mut facts = ServiceFacts::of_schema(&schema);
        let fields = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), "string".to_owned())).collect();
        for (name, declared) in [
            ("acmePager", Declared::Record(fields(&["page", "pageSize"]))),
            ("acmeOtherPager", Declared::Record(fields(&["limit"]))),
            ("acmeEntity", Declared::Record(fields(&["id", "card_code"]))),
            ("acmeEntityArray", Declared::Array("acmeEntity".to_owned())),
            ("acmeDated", Declared::Record(fields(&["id", "updated_at"]))),
            ("acmeDatedArray", Declared::Array("acmeDated".to_owned())),
        ] {
            facts.types.insert(name.to_owned(), declared);
        }
        let declared = super::super::service::OperationFacts { signature: signature.to_owned(), wrapper: None };
        facts.operations.insert("acmeCardInfo".to_owned(), declared);
        facts
    }

    #[test]
    fn what_an_operation_is_asked_with_is_found_in_the_shop_and_in_its_own_lists() {
        let row = |id: &str, code: &str| SoapStruct::new().with("id", id).with("card_code", code);
        let sample = Sample {
            customers: vec![SoapStruct::new().with("customer_id", "7")],
            orders: vec![SoapStruct::new().with("order_id", "3").with("increment_id", "100000003")],
            ..Sample::default()
        };
        let own = vec![
            ("acmeCardList".to_owned(), vec![row("1", "A"), row("2", "B"), row("3", "C")]),
            ("acmeOtherList".to_owned(), vec![SoapStruct::new().with("id", "99").with("shelf", "S")]),
        ];
        for (signature, expected) in [
            ("sessionId string, customerId int -> result acmeEntity", r#"[{"customerId":7}] not {"customerId":"0"}"#),
            (
                "sessionId string, orderIncrementId string -> result acmeEntity",
                r#"[{"orderIncrementId":"100000003"}] not {"orderIncrementId":"0"}"#,
            ),
            ("sessionId string, id int -> result acmeEntity", r#"[{"id":"1"},{"id":"2"}] not {"id":"0"}"#),
            (
                "sessionId string, cardCode string -> result acmeEntity",
                r#"[{"cardCode":"A"},{"cardCode":"B"}] not {"cardCode":"no_such_one"}"#,
            ),
            ("sessionId string, shelf string -> result acmeEntity", r#"[{"shelf":"S"}] not {"shelf":"no_such_one"}"#),
            (
                "sessionId string, customerId int, cardCode string -> result acmeEntity",
                r#"[{"customerId":7,"cardCode":"A"},{"customerId":7,"cardCode":"B"}]"#,
            ),
            ("sessionId string, colour string -> result acmeEntity", "not: nothing is known to ask with for colour"),
            ("sessionId string, colour string? -> result acmeEntity", "[{}]"),
            ("sessionId string -> result acmeEntityArray", "[{}]"),
            (
                "sessionId string, pager acmePager -> result acmeEntityArray",
                r#"[{"pager":{"page":"1","pageSize":"2"}}]"#,
            ),
            (
                "sessionId string, pager acmeOtherPager -> result acmeEntityArray",
                "not: nothing is known to ask with for pager",
            ),
            ("sessionId string, filters filters -> result acmeEntityArray", r#"all {"filters":{}}"#),
            ("sessionId string, filters filters, store string? -> result acmeEntityArray", r#"all {"filters":{}}"#),
            ("sessionId string, filters filters -> result acmeDatedArray", "newest by updated_at"),
            ("(malformed)", "not: no client can read what it declares"),
        ] {
            let json = |value: &SoapStruct| serde_json::to_string(value).unwrap();
            let found = match asking("acmeCardInfo", &facts(signature), &sample, &own, 2) {
                Asking::With(calls, missing) => {
                    let missing = missing.map(|call| format!(" not {}", json(&call))).unwrap_or_default();
                    format!("{}{missing}", serde_json::to_string(&calls).unwrap())
                }
                Asking::Newest(stamp, _) => format!("newest by {stamp}"),
                Asking::ForAll(arguments) => format!("all {}", json(&arguments)),
                Asking::Not(why) => format!("not: {why}"),
            };
            assert_eq!(found, expected, "{signature}");
        }
    }
}
