//! Customer addresses through the bridge: wire spec, sections 8.4 and 8.5.

use super::super::{Call, Operations, customer_address};
use super::customer::extra_attributes;
use crate::shop::{Refusal, Shop};
use crate::soap::{Shape, SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations =
    &[("oroCustomerAddressList", list), ("oroCustomerAddressInfo", info)];

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let id = call.int("customerId");
    let customer = call.shop.database.table("customer").row(id).ok_or_else(|| call.fault("not_exists"))?;
    let addresses = customer_address::all_of(call.shop, customer).into_iter();
    Ok(addresses.map(|address| with_attributes(call.shop, address).into()).collect::<Vec<SoapValue>>().into())
}

/// An unknown address is 103 here and 102 in the core call.
fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let address = customer_address::load(call).ok_or_else(|| call.fault("address_not_exists"))?;
    let detailed = customer_address::detailed(call.shop, &address);
    Ok(with_attributes(call.shop, detailed).into())
}

/// Addresses always carry the list, inside customers too; it is empty while the option is off (recording 200).
pub(super) fn with_attributes(shop: &Shop, mut address: SoapStruct) -> SoapStruct {
    let mut attributes = SoapValue::from(Vec::new());
    if shop.settings.is_on("oro/api/enable_attributes")
        && let Some((_, declared)) = shop.codec().schema().type_named("customerAddressEntityItem")
        && let Shape::Struct { fields, .. } = &declared.shape
    {
        let texts: Vec<(String, Option<String>)> = address
            .iter()
            .filter(|(name, _)| *name != "entity_id" && !fields.iter().any(|field| *field.name == **name))
            .map(|(name, value)| (name.to_owned(), value.to_text()))
            .collect();
        attributes = extra_attributes(texts.iter().map(|(name, value)| (name.as_str(), value.as_deref())));
    }
    address.set("attributes", attributes);
    address
}
