//! The details of single records, which the native lists lack and the exports compare with (sync spec 2.5 and 4.8; client
//! trace, section 5).

use crate::client::{ClientError, Endpoint, MagentoClient};
use crate::crm::OriginId;
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::bridge::Bridge;

/// One customer as the detail call gives it.
///
/// # Errors
/// Fault 102 when the customer is gone, or whatever the call fails with.
pub async fn customer(client: &mut MagentoClient, id: OriginId, bridge: &Bridge) -> Result<SoapStruct, ClientError> {
    let operation = Endpoint::CustomerInfo.operation(bridge.version());
    let answer = client.call(operation, SoapStruct::new().with("customerId", id)).await?;
    Ok(record(answer))
}

/// The details of a customer from the native API: the record, and its addresses from a second call when the record has
/// none.
///
/// # Errors
/// Whatever either call fails with.
pub async fn native_customer(
    client: &mut MagentoClient,
    id: OriginId,
    bridge: &Bridge,
) -> Result<SoapStruct, ClientError> {
    let mut customer = self::customer(client, id, bridge).await?;
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
pub async fn address(client: &mut MagentoClient, id: OriginId, bridge: &Bridge) -> Result<SoapStruct, ClientError> {
    let operation = Endpoint::AddressInfo.operation(bridge.version());
    let answer = client.call(operation, SoapStruct::new().with("addressId", id)).await?;
    Ok(record(answer))
}

/// One order as Magento's own detail call gives it.
///
/// # Errors
/// Fault 100 when there is none, or whatever the call fails with.
pub async fn order(client: &mut MagentoClient, increment_id: &str, bridge: &Bridge) -> Result<SoapStruct, ClientError> {
    let operation = Endpoint::OrderInfo.operation(bridge.version());
    Ok(record(client.call(operation, SoapStruct::new().with("orderIncrementId", increment_id)).await?))
}

/// One credit memo with its items, which the list does not have.
///
/// # Errors
/// Fault 100 when there is none, or whatever the call fails with.
pub async fn credit_memo(client: &mut MagentoClient, increment_id: &str) -> Result<SoapStruct, ClientError> {
    let arguments = SoapStruct::new().with("creditmemoIncrementId", increment_id);
    Ok(record(client.call("salesOrderCreditmemoInfo", arguments).await?))
}

/// The SOAP fault that says "this address does not exist" (sync spec 2.8).
pub fn address_gone_fault(bridge: &Bridge) -> u16 {
    if bridge.is_supported() { 103 } else { 102 }
}

/// The SOAP fault of a list of addresses that says "this customer does not exist" (sync spec 2.8).
pub fn customer_of_address_gone_fault(bridge: &Bridge) -> u16 {
    if bridge.is_supported() { 102 } else { 101 }
}

fn record(answer: SoapValue) -> SoapStruct {
    match answer {
        SoapValue::Struct(record) => record,
        _ => SoapStruct::new(),
    }
}
