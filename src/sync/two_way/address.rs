//! A customer's address on its way to Magento.

use super::refusal::{Refusal, Stop};
use super::{Exported, already_there, plain};
use crate::client::{ClientError, Endpoint};
use crate::crm::{Crm, CrmError, CrmValue, Entity, ExportResult as Stored, Fields, OriginId, PendingExport, Row};
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::bridge::Bridge;
use crate::sync::connector::detail;
use crate::sync::convert::{self, Link, Record, RowError};
use crate::sync::export;
use crate::sync::run::Run;
use crate::sync::scope::Scope;
use crate::sync::strategy::address::AddressKind;
use crate::sync::write::Writes;

/// API fault "Customer not exists." of the native calls about addresses.
const CUSTOMER_GONE: u16 = 101;

/// An address of the customer with that id in Magento; none for one that a plan takes for created.
#[derive(Clone, Copy, Debug)]
pub(super) struct Address {
    customer: Option<OriginId>,
}

impl Address {
    /// `None` while its customer is not in Magento.
    pub(super) fn of(run: &Run<'_, '_>, row: &Row) -> Result<Option<Self>, CrmError> {
        let owner = row.fields.link("owner").map(|id| run.crm.require(Entity::Customer, id)).transpose()?;
        let Some(owner) = owner else { return Ok(None) };
        let customer = owner.fields.origin_id();
        let is_planned = run.writes == Writes::Plan && !crate::sync::strategy::sync_state::is_to_export(&owner);
        Ok((customer.is_some() || is_planned).then_some(Self { customer }))
    }
}

async fn read_address(run: &mut Run<'_, '_>, id: OriginId) -> Result<SoapStruct, ClientError> {
    let bridge = run.bridge.clone();
    detail::address(run.client().await?, id, &bridge).await
}

/// Whether an answer is the address that was asked for. The reference client compares the type too.
fn is_address(answer: &SoapStruct, id: OriginId, quirks: &Quirks) -> bool {
    match answer.get("customer_address_id") {
        Some(SoapValue::Int(found)) => *found == id.0,
        Some(other) => !quirks.has(Quirk::AnyErrorRemovesAddress) && other.to_int() == Some(id.0),
        None => false,
    }
}

impl Exported for Address {
    const ENTITY: &'static str = "customerAddress";
    const ARGUMENT: &'static str = "addressData";
    const KEY: &'static str = "addressId";
    const ADDITIONAL: &'static [&'static str] = export::address::ADDITIONAL;

    fn create_operation(self, _: &Bridge) -> &'static str {
        "customerAddressCreate"
    }

    fn update_operation(self, _: &Bridge) -> &'static str {
        "customerAddressUpdate"
    }

    fn info_operation(self, bridge: &Bridge) -> &'static str {
        Endpoint::AddressInfo.operation(bridge.version())
    }

    fn create_arguments(self) -> SoapStruct {
        SoapStruct::new().with("customerId", self.customer.unwrap_or_default())
    }

    /// Its region by Magento's number, when the dictionary knows it.
    fn record(self, crm: &Crm, scope: &Scope, row: &Row) -> Result<Record, CrmError> {
        let mut record = plain(row);
        let region = match row.fields.text("region") {
            Some(code) => scope.region_by_code(crm, code)?,
            None => None,
        };
        if let Some(region) = &region {
            let name = region.fields.text("name").map(str::to_owned);
            record.values.insert("regionText", name.into());
        }
        let origin_id = region.and_then(|region| region.fields.int("regionId"));
        record.links.insert("region", origin_id.map(|id| Link::to(Entity::Region, OriginId(id))));
        Ok(record)
    }

    fn form(self, record: &Record) -> SoapStruct {
        export::address::address(record, self.customer)
    }

    fn converted(self, row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
        convert::address::customer_address(row, quirks)
    }

    async fn already_there(self, run: &mut Run<'_, '_>, form: &SoapStruct) -> Result<Option<OriginId>, Stop> {
        match self.customer {
            Some(customer) => already_there::address(run, form, customer).await,
            None => Ok(None),
        }
    }

    /// Asked for twice, once to see whether it is still there and once more for the merge: the reference client's calls.
    async fn read(self, run: &mut Run<'_, '_>, id: OriginId) -> Result<Option<SoapStruct>, Stop> {
        let bridge = run.bridge.clone();
        match read_address(run, id).await {
            Ok(found) if is_address(&found, id, &run.quirks) => {}
            // Any trouble while it looks counts as "removed" for the reference client, whose test for the fault misses
            // the native one.
            _ if run.quirks.has(Quirk::AnyErrorRemovesAddress) => return Ok(None),
            Ok(_) => return Err(Refusal::lasting(format!("Magento answered another record than address {id}")).into()),
            Err(error) if error.fault_code() == Some(detail::address_gone_fault(&bridge)) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
        Ok(Some(read_address(run, id).await?))
    }

    /// The update is native whatever the bridge, so its fault is 102; the reference client waits for the bridge's number
    ///
    fn is_gone(self, error: &ClientError, quirks: &Quirks) -> bool {
        let code = if quirks.has(Quirk::AnyErrorRemovesAddress) { 103 } else { 102 };
        error.fault_code() == Some(code)
    }

    /// The reference client takes it for a failure like any other.
    fn owner_is_gone(self, error: &ClientError, quirks: &Quirks) -> bool {
        error.fault_code() == Some(CUSTOMER_GONE) && !quirks.has(Quirk::AnyErrorRemovesAddress)
    }

    /// As when its own export finds the customer gone: no edit of theirs has anywhere to go.
    fn owner_gone(self, crm: &mut Crm, row: &Row) -> Result<(), CrmError> {
        match row.fields.link("owner") {
            Some(owner) => crm.mark_removed(Entity::Customer, owner),
            None => Ok(()),
        }
    }

    fn created(self, crm: &mut Crm, scope: &Scope, row: &Row, id: Option<OriginId>) -> Result<(), CrmError> {
        let mut fields = Fields::new().with("updated", scope.now);
        match id {
            Some(id) => fields.set("originId", id),
            // Magento's answer to the import says of every address whether it has a type, so none said is none given.
            None if row.fields.get("types").is_none_or(CrmValue::is_null) => {
                fields.set("types", CrmValue::TextList(Vec::new()));
            }
            None => {}
        }
        crm.update(Entity::CustomerAddress, row.id, &fields)
    }

    fn held(self, crm: &mut Crm, scope: &Scope, row: &Row, _: &PendingExport, held: Record) -> Result<(), CrmError> {
        let fields = scope.address_fields(crm, held, AddressKind::Customer, 0, &mut Vec::new())?;
        crm.update(Entity::CustomerAddress, row.id, &fields)
    }

    fn changed(self, crm: &mut Crm, scope: &Scope, row: &Row) -> Result<(), CrmError> {
        crm.update(Entity::CustomerAddress, row.id, &Fields::new().with("updated", scope.now))
    }

    /// An address that Magento no longer has goes from the CRM's customer too; nothing is exported.
    fn gone(self, crm: &mut Crm, edit: &PendingExport, row: &Row, quirks: &Quirks) -> Result<(), CrmError> {
        crm.delete(Entity::CustomerAddress, row.id)?;
        crm.finish_export(edit, &Stored::Exported, quirks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quirk::Profile;

    #[test]
    fn the_address_that_was_asked_for_is_told_by_its_id() {
        let documented = Profile::Documented.quirks();
        let reference = Profile::Documented.quirks().with(Quirk::AnyErrorRemovesAddress, true);
        for (found, by_us, by_the_reference) in [
            (Some(SoapValue::Int(7)), true, true),
            (Some(SoapValue::Int(8)), false, false),
            (Some("7".into()), true, false),
            (Some("8".into()), false, false),
            (Some(SoapValue::Nil), false, false),
            (None, false, false),
        ] {
            let mut answer = SoapStruct::new();
            if let Some(found) = found.clone() {
                answer.set("customer_address_id", found);
            }
            let told = [&documented, &reference].map(|quirks| is_address(&answer, OriginId(7), quirks));
            assert_eq!(told, [by_us, by_the_reference], "{found:?}");
        }
    }
}
