//! Two shops asked the same questions, read-only: which operations one lacks, which fields its records have besides,
//! which faults it answers with. What is asked is a table; nothing of the answers' values is kept.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;

use super::{ClientError, ClientOptions, MagentoClient, collection};
use crate::soap::{SoapStruct, SoapValue, wsdl_reader};
use crate::transport::{HttpRequest, Transport};

/// A difference between two shops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ShopDifference {
    /// What was asked: an operation, or `wsdl`.
    pub question: String,
    /// What differs.
    pub aspect: &'static str,
    /// What only the first shop has or says.
    pub first: String,
    /// What only the second one has or says.
    pub second: String,
}

/// Questions for lists and records that every shop has.
const LISTS: [&str; 6] =
    ["storeList", "customerGroupList", "directoryCountryList", "magentoInfo", "oroPing", "oroWebsiteList"];

/// Questions for records that no shop has: the fault is the answer.
const MISSING: [(&str, &str, &str); 8] = [
    ("customerCustomerInfo", "customerId", "0"),
    ("customerAddressInfo", "addressId", "0"),
    ("salesOrderInfo", "orderIncrementId", "no such order"),
    ("salesOrderCreditmemoInfo", "creditmemoIncrementId", "no such memo"),
    ("oroCustomerInfo", "customerId", "0"),
    ("oroCustomerAddressInfo", "addressId", "0"),
    ("oroOrderInfo", "orderIncrementId", "no such order"),
    ("directoryRegionList", "country", "XX"),
];

/// Asks both.
///
/// # Errors
/// [`ClientError`] when one of them cannot be connected to.
pub async fn compare(
    transport: Arc<dyn Transport>,
    first: ClientOptions,
    second: ClientOptions,
) -> Result<Vec<ShopDifference>, ClientError> {
    let mut differences = Vec::new();
    let (one, other) = (operations(&transport, &first).await?, operations(&transport, &second).await?);
    let only = |these: &BTreeSet<String>, those: &BTreeSet<String>| {
        these.difference(those).cloned().collect::<Vec<_>>().join(", ")
    };
    note(&mut differences, "wsdl", "operations", only(&one, &other), only(&other, &one));
    let mut shops = [
        MagentoClient::connect(Arc::clone(&transport), first).await?,
        MagentoClient::connect(transport, second).await?,
    ];
    let common = |name: &&str| one.contains(*name) && other.contains(*name);
    for operation in LISTS.iter().filter(|name| common(name)) {
        let [first, second] = asked(&mut shops, operation, &SoapStruct::new()).await.map(|answer| fields(&answer));
        note(&mut differences, operation, "fields", only(&first, &second), only(&second, &first));
    }
    for (operation, name, value) in MISSING.iter().filter(|(name, _, _)| common(name)) {
        let answers = asked(&mut shops, operation, &SoapStruct::new().with(*name, *value)).await;
        let [first, second] = answers.map(|answer| said(&answer));
        if first != second {
            note(&mut differences, operation, "answer for what is not there", first, second);
        }
    }
    Ok(differences)
}

fn note(differences: &mut Vec<ShopDifference>, question: &str, aspect: &'static str, first: String, second: String) {
    if first != second {
        differences.push(ShopDifference { question: question.to_owned(), aspect, first, second });
    }
}

async fn operations(transport: &Arc<dyn Transport>, options: &ClientOptions) -> Result<BTreeSet<String>, ClientError> {
    let answer = transport.send(HttpRequest::get(options.url.clone())).await.map_err(ClientError::WsdlDownload)?;
    let url = || crate::transport::masked(&options.url);
    let facts = wsdl_reader::read(&answer.body, None).map_err(|source| ClientError::Wsdl { url: url(), source })?;
    Ok(facts.operations().map(str::to_owned).collect())
}

type Answer = Result<SoapValue, ClientError>;

async fn asked(shops: &mut [MagentoClient; 2], operation: &str, arguments: &SoapStruct) -> [Answer; 2] {
    let [one, other] = shops;
    [one.call(operation, arguments.clone()).await, other.call(operation, arguments.clone()).await]
}

/// Names and types of the fields of the rows, or of the record; a fault is told as one.
fn fields(answer: &Answer) -> BTreeSet<String> {
    let value = match answer {
        Ok(value) => value.clone(),
        Err(error) => return BTreeSet::from([error_said(error)]),
    };
    let rows = match &value {
        SoapValue::Struct(record) => vec![record.clone()],
        _ => collection(value),
    };
    let named = |(name, value): (&str, &SoapValue)| format!("{name} ({})", kind(value));
    rows.iter().flat_map(|row| row.iter().map(named).collect::<Vec<_>>()).collect()
}

fn kind(value: &SoapValue) -> &'static str {
    match value {
        SoapValue::Nil => "nil",
        SoapValue::Bool(_) => "bool",
        SoapValue::Int(_) => "int",
        SoapValue::Double(_) => "double",
        SoapValue::Text(_) => "text",
        SoapValue::Struct(_) => "record",
        SoapValue::List(_) => "list",
    }
}

fn said(answer: &Answer) -> String {
    match answer {
        Ok(value) => format!("a {}", kind(value)),
        Err(error) => error_said(error),
    }
}

fn error_said(error: &ClientError) -> String {
    match error {
        ClientError::Fault { fault, .. } => format!("fault {}: {}", fault.code, fault.string),
        other => other.http_status().map_or_else(|| "no usable answer".to_owned(), |status| format!("HTTP {status}")),
    }
}
