//! How customers are asked for: the list of either API, and the details that the native list lacks (sync spec 2.5, 4.5
//! and 4.8; client trace, sections 4 and 5).

use super::source::ListCall;
use crate::client::{ClientError, Endpoint, MagentoClient};
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::context::Bridge;
use crate::sync::filter::FilterBag;

/// The list call, without dates.
pub fn list(website: i64, bridge: &Bridge) -> ListCall {
    ListCall {
        operation: Endpoint::CustomerList.operation(bridge.version()),
        filters: FilterBag::new().website(website),
        key: "customer_id",
        nested: if bridge.is_installed() { &["addresses"] } else { &[] },
    }
}

/// One customer as the detail call gives it.
///
/// # Errors
/// Fault 102 when the customer is gone, or whatever the call fails with.
pub async fn info(client: &mut MagentoClient, id: i64, bridge: &Bridge) -> Result<SoapStruct, ClientError> {
    let operation = Endpoint::CustomerInfo.operation(bridge.version());
    let answer = client.call(operation, SoapStruct::new().with("customerId", id)).await?;
    Ok(record(answer))
}

/// The details of a customer from the native API: the record, and its addresses from a second call when the record has
/// none.
///
/// # Errors
/// Whatever either call fails with.
pub async fn native_details(client: &mut MagentoClient, id: i64, bridge: &Bridge) -> Result<SoapStruct, ClientError> {
    let mut customer = info(client, id, bridge).await?;
    if customer.get("addresses").is_none() {
        let operation = Endpoint::AddressList.operation(bridge.version());
        let rows = client.call_list(operation, SoapStruct::new().with("customerId", id)).await?;
        customer.set("addresses", rows.into_iter().map(SoapValue::from).collect::<Vec<_>>());
    }
    Ok(customer)
}

/// One address as the detail call gives it.
///
/// # Errors
/// Fault 103 (bridge) or 102 (native) when the address is gone, or whatever the call fails with.
pub async fn address_info(client: &mut MagentoClient, id: i64, bridge: &Bridge) -> Result<SoapStruct, ClientError> {
    let operation = Endpoint::AddressInfo.operation(bridge.version());
    let answer = client.call(operation, SoapStruct::new().with("addressId", id)).await?;
    Ok(record(answer))
}

/// The SOAP fault that says "this address does not exist" (sync spec 2.8).
pub fn address_gone_fault(bridge: &Bridge) -> u16 {
    if bridge.is_supported() { 103 } else { 102 }
}

fn record(answer: SoapValue) -> SoapStruct {
    match answer {
        SoapValue::Struct(record) => record,
        _ => SoapStruct::new(),
    }
}
