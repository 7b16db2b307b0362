//! Whether Magento made a record although its answer never came. A creation that was tried before is not sent again before
//! it was looked for, so that a lost answer or a killed run does not make it twice.

use super::refusal::{Refusal, Stop};
use crate::client::Endpoint;
use crate::crm::{CrmError, Entity, OriginId};
use crate::soap::SoapStruct;
use crate::sync::connector::detail;
use crate::sync::convert::{self, key_of};
use crate::sync::export;
use crate::sync::filter::FilterBag;
use crate::sync::merge::is_same;
use crate::sync::run::Run;

/// Members of an address that only Magento decides.
const OF_MAGENTO: &[&str] = &["customer_address_id", "region", "region_id", "street2"];

/// Magento's id of the customer with the e-mail address of `form` on its website, unless the CRM knows that one already.
pub(super) async fn customer(run: &mut Run<'_, '_>, form: &SoapStruct) -> Result<Option<OriginId>, Stop> {
    let email = form.text("email").unwrap_or_default();
    // Somebody else's customer on another website may have the address too, and must not be taken for this one.
    let website = form.text("website_id").and_then(|id| id.parse().ok()).ok_or_else(|| {
        Refusal::lasting(format!("it is not known on which website the customer {email} was to be made; set its store"))
    })?;
    let filters = FilterBag::new().complex("email", "eq", email).website(website);
    let arguments = SoapStruct::new().with("filters", filters.to_argument());
    // The native list whatever the bridge, as the form's own question after an address (client trace, section 5).
    let rows = run.client().await?.call_list("customerCustomerList", arguments).await?;
    let ids = rows.iter().filter_map(|row| key_of(row, "customer_id"));
    Ok(unknown(run, Entity::Customer, ids)?)
}

/// Magento's id of an address of the customer that says what `form` says, unless the CRM knows that one already.
pub(super) async fn address(
    run: &mut Run<'_, '_>,
    form: &SoapStruct,
    customer_id: OriginId,
) -> Result<Option<OriginId>, Stop> {
    let operation = Endpoint::AddressList.operation(run.bridge.version());
    let arguments = SoapStruct::new().with("customerId", customer_id);
    let rows = match run.client().await?.call_list(operation, arguments).await {
        Ok(rows) => rows,
        // Nobody has addresses who is not there; the creation says so too, and what comes of it is decided there.
        Err(error) if error.fault_code() == Some(detail::customer_of_address_gone_fault(&run.bridge)) => {
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let mut alike = Vec::new();
    for row in rows {
        let record = convert::address::customer_address(&row, &run.quirks)?;
        if says_the_same(form, &export::address::address(&record, Some(customer_id))) {
            alike.extend(record.origin_id());
        }
    }
    Ok(unknown(run, Entity::CustomerAddress, alike.into_iter())?)
}

fn says_the_same(form: &SoapStruct, found: &SoapStruct) -> bool {
    form.iter()
        .filter(|(name, _)| !OF_MAGENTO.contains(name))
        .all(|(name, value)| found.get(name).is_some_and(|other| is_same(value, other)))
}

fn unknown(
    run: &Run<'_, '_>,
    entity: Entity,
    ids: impl Iterator<Item = OriginId>,
) -> Result<Option<OriginId>, CrmError> {
    let scope = run.scope();
    for id in ids {
        if scope.id_by_origin(run.crm, entity, id)?.is_none() {
            return Ok(Some(id));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::SoapValue;

    #[test]
    fn an_address_is_the_same_when_magento_holds_all_that_was_sent() {
        let sent = SoapStruct::new().with("city", "Hull").with("company", "").with("customer_address_id", "");
        for (found, expected) in [
            (SoapStruct::new().with("city", "Hull").with("company", "").with("customer_address_id", "7"), true),
            (SoapStruct::new().with("city", "Hull").with("company", SoapValue::Nil), true),
            (SoapStruct::new().with("city", "York").with("company", ""), false),
            (SoapStruct::new().with("city", "Hull"), false),
        ] {
            assert_eq!(says_the_same(&sent, &found), expected, "{found:?}");
        }
    }
}
