//! A customer on its way to Magento.

use super::refusal::Stop;
use super::{Exported, already_there, plain};
use crate::client::{ClientError, Endpoint};
use crate::crm::{Crm, CrmError, CrmValue, Entity, ExportResult as Stored, Fields, OriginId, PendingExport, Row};
use crate::quirk::Quirks;
use crate::soap::SoapStruct;
use crate::sync::bridge::Bridge;
use crate::sync::connector::{Connector, detail};
use crate::sync::convert::{self, Link, Record, RowError};
use crate::sync::export;
use crate::sync::outcome::{ConnectorOutcome, RunKind};
use crate::sync::run::Run;
use crate::sync::scope::Scope;
use crate::sync::stream::customer as job;

/// API fault "Customer not exists."
const CUSTOMER_GONE: u16 = 102;

/// A customer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Customer;

impl Exported for Customer {
    const ENTITY: &'static str = "customer";
    const ARGUMENT: &'static str = "customerData";
    const KEY: &'static str = "customerId";
    const ADDITIONAL: &'static [&'static str] = &[];

    fn create_operation(self, bridge: &Bridge) -> &'static str {
        Endpoint::CustomerCreate.operation(bridge.version())
    }

    fn update_operation(self, bridge: &Bridge) -> &'static str {
        Endpoint::CustomerUpdate.operation(bridge.version())
    }

    fn info_operation(self, bridge: &Bridge) -> &'static str {
        Endpoint::CustomerInfo.operation(bridge.version())
    }

    fn create_arguments(self) -> SoapStruct {
        SoapStruct::new()
    }

    fn record(self, crm: &Crm, _: &Scope, row: &Row) -> Result<Record, CrmError> {
        let mut record = plain(row);
        for (field, entity) in
            [("group", Entity::CustomerGroup), ("store", Entity::Store), ("website", Entity::Website)]
        {
            let linked = row.fields.link(field).map(|id| crm.require(entity, id)).transpose()?;
            let origin_id = linked.and_then(|row| row.fields.origin_id());
            record.links.insert(field, origin_id.map(|origin_id| Link::to(entity, origin_id)));
        }
        Ok(record)
    }

    fn form(self, record: &Record) -> SoapStruct {
        export::customer::customer(record)
    }

    fn converted(self, row: &SoapStruct, quirks: &Quirks) -> Result<Record, RowError> {
        convert::customer::customer(row, quirks)
    }

    async fn already_there(self, run: &mut Run<'_, '_>, form: &SoapStruct) -> Result<Option<OriginId>, Stop> {
        already_there::customer(run, form).await
    }

    async fn read(self, run: &mut Run<'_, '_>, id: OriginId) -> Result<Option<SoapStruct>, Stop> {
        let bridge = run.bridge.clone();
        match detail::customer(run.client().await?, id, &bridge).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.fault_code() == Some(CUSTOMER_GONE) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn is_gone(self, error: &ClientError, _: &Quirks) -> bool {
        error.fault_code() == Some(CUSTOMER_GONE)
    }

    fn created(self, crm: &mut Crm, scope: &Scope, row: &Row, id: Option<OriginId>) -> Result<(), CrmError> {
        let mut fields = Fields::new().with("createdAt", scope.now).with("updatedAt", scope.now);
        if let Some(id) = id {
            fields.set("originId", id);
        }
        crm.update(Entity::Customer, row.id, &fields.with("password", CrmValue::Null))?;
        crm.queue_addresses(row.id)
    }

    fn held(
        self,
        crm: &mut Crm,
        scope: &Scope,
        row: &Row,
        edit: &PendingExport,
        mut held: Record,
    ) -> Result<(), CrmError> {
        if edit.change_set.is_empty() {
            // It was to be created, and Magento has it since.
            crm.queue_addresses(row.id)?;
        }
        held.values.shift_remove("confirmed");
        let mut outcome = ConnectorOutcome::new(Connector::Customer, RunKind::Export);
        job::write_record(crm, scope, held, &mut outcome)?;
        crm.update(Entity::Customer, row.id, &Fields::new().with("password", CrmValue::Null))
    }

    fn changed(self, crm: &mut Crm, scope: &Scope, row: &Row) -> Result<(), CrmError> {
        crm.update(Entity::Customer, row.id, &Fields::new().with("updatedAt", scope.now))
    }

    fn gone(self, crm: &mut Crm, edit: &PendingExport, _: &Row, quirks: &Quirks) -> Result<(), CrmError> {
        crm.finish_export(edit, &Stored::Removed, quirks)
    }
}
