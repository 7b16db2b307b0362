//! Credit memos: their order is fetched when it is missing, their items come from the details (sync spec 5.10).

use jiff::Timestamp;

use super::order::{ORDER_BY_ID, key};
use super::waiting::{Gate, Waiting};
use super::{Changes, Details, Listed, WorksOff, keep_all, nothing_follows};
use crate::crm::{Crm, CrmError, CrmValue, Entity};
use crate::soap::SoapStruct;
use crate::sync::connector::detail;
use crate::sync::connector::list::{ListCall, ScopedBy};
use crate::sync::convert;
use crate::sync::outcome::ConnectorOutcome;
use crate::sync::scope::Scope;
use crate::sync::strategy;
use crate::sync::warning::Warning;

/// What is different about them. Magento's own list is used with the bridge too, and its rows are always bare.
pub(in crate::sync) const RULES: Listed = Listed {
    list: |_| Ok(ListCall::new("salesOrderCreditmemoList", "creditmemo_id")),
    scoped_by: ScopedBy::Stores,
    by_ids_scoped_by: |_| ScopedBy::Stores,
    changes: Changes::Dates,
    key: "increment_id",
    gate,
    import,
    collapse: keep_all,
    written: nothing_follows,
    details: Some(Details {
        are_wanted: |_| true,
        ask: |client, key, _| Box::pin(detail::credit_memo(client, key)),
        gone_fault: 100,
        bare_again: false,
    }),
    skipped_as: None,
    noted_as: None,
    works_off: &[WorksOff { noted_as: ORDER_BY_ID, wait_in: |waiting| &mut waiting.orders }],
};

/// The last of the states, from 1: pending, refunded, canceled.
const STATES: u8 = 3;

/// Whether a credit memo can be imported, or waits for its order (vector 133).
pub(super) fn gate(crm: &Crm, scope: &Scope, row: &SoapStruct, waiting: &mut Waiting) -> Result<Gate, CrmError> {
    match key(row, "order_id") {
        Some(id) if scope.id_by_origin(crm, Entity::Order, id)?.is_none() => {
            waiting.orders.push(id);
            Ok(Gate::Postpone)
        }
        _ => Ok(Gate::Import),
    }
}

/// Imports one row inside the caller's transaction; gives its `updatedAt`.
pub(super) fn import(
    crm: &mut Crm,
    scope: &Scope,
    row: &SoapStruct,
    outcome: &mut ConnectorOutcome,
) -> Result<Option<Timestamp>, CrmError> {
    let mut record = match convert::credit_memo::credit_memo(row, &scope.quirks) {
        Ok(record) => record,
        Err(error) => {
            outcome.skip_row(Warning::refused("credit memo", row.text("increment_id").unwrap_or_default(), error));
            return Ok(None);
        }
    };
    let number = outcome.counts.read;
    let items = record.rows.shift_remove("items").map(|items| {
        items.iter().map(|item| scope.fields(crm, item, number, &mut outcome.warnings)).collect::<Result<Vec<_>, _>>()
    });
    let items = items.transpose()?;
    let key = [
        ("channel", CrmValue::Ref(scope.channel.0)),
        ("incrementId", record.text("incrementId").map(str::to_owned).into()),
        ("originId", record.origin_id().into()),
    ];
    let existing = crm.find_one(Entity::CreditMemo, &key)?;
    let stored_items = match &existing {
        Some(row) => crm.find(Entity::CreditMemoItem, &[("creditMemo", row.id.into())])?,
        None => Vec::new(),
    };
    scope.known_status(&mut record, STATES, number, &mut outcome.warnings);
    let fields = scope.fields(crm, &record, number, &mut outcome.warnings)?;
    let updated_at = match fields.get("updatedAt") {
        Some(CrmValue::DateTime(at)) => Some(*at),
        _ => None,
    };
    let changes = strategy::credit_memo::credit_memo(fields, items, existing.as_ref(), &stored_items);
    scope.apply(crm, changes, &mut outcome.counts)?;
    Ok(updated_at)
}
