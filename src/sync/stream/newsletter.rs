//! Newsletter subscribers: their customer is fetched when missing; the first import remembers how far down it came (sync
//! spec 4.9 and 5.11).

use jiff::Timestamp;

use super::waiting::{Batch, Gate, Waiting};
use super::{CUSTOMERS_AGAIN, Changes, Listed, Written};
use crate::client::BridgeEndpoint;
use crate::crm::{Crm, CrmError, CrmValue, Entity};
use crate::quirk::Quirk;
use crate::soap::SoapStruct;
use crate::sync::connector::key_order::KeyOrder;
use crate::sync::connector::list::{ListCall, ScopedBy};
use crate::sync::convert;
use crate::sync::outcome::{ConnectorOutcome, RunKind};
use crate::sync::scope::Scope;
use crate::sync::strategy::{self, Change};
use crate::sync::warning::Warning;

/// What is different about them.
pub(in crate::sync) const RULES: Listed = Listed {
    list: |bridge| {
        let operation = BridgeEndpoint::SubscriberList.operation(bridge.version())?;
        Ok(ListCall { paged: true, order: KeyOrder::Descending, ..ListCall::new(operation, "subscriber_id") })
    },
    scoped_by: ScopedBy::Stores,
    by_ids_scoped_by: |_| ScopedBy::Stores,
    changes: Changes::Newsletter,
    key: "subscriber_id",
    gate,
    import,
    collapse,
    written: |crm, scope, batch, written| {
        if is_first_import(written.kind, written.postponed, scope) {
            lower_cursor(crm, scope, cursor(batch, written, scope))?;
        }
        Ok(())
    },
    details: None,
    skipped_as: None,
    noted_as: None,
    works_off: &[CUSTOMERS_AGAIN],
};

/// The last of the statuses, from 1: subscribed, not active, unsubscribed, unconfirmed.
const STATUSES: u8 = 4;

/// Whether a subscriber can be imported, or waits for their customer (vector 135).
pub(super) fn gate(crm: &Crm, scope: &Scope, row: &SoapStruct, waiting: &mut Waiting) -> Result<Gate, CrmError> {
    let customer = convert::newsletter_subscriber::customer(row).map(|link| link.origin_id);
    match customer {
        Some(id) if scope.id_by_origin(crm, Entity::Customer, id)?.is_none() => {
            waiting.customers.push(id);
            Ok(Gate::Postpone)
        }
        _ => Ok(Gate::Import),
    }
}

/// Imports one row inside the caller's transaction; gives the moment of its last change.
pub(in crate::sync) fn import(
    crm: &mut Crm,
    scope: &Scope,
    row: &SoapStruct,
    outcome: &mut ConnectorOutcome,
) -> Result<Option<Timestamp>, CrmError> {
    let mut record = match convert::newsletter_subscriber::subscriber(row, &scope.quirks) {
        Ok(record) => record,
        Err(error) => {
            let id = row.text("subscriber_id").unwrap_or_default();
            outcome.skip_row(Warning::refused("newsletter subscriber", id, error));
            return Ok(None);
        }
    };
    scope.known_status(&mut record, STATUSES, outcome.counts.read, &mut outcome.warnings);
    let mut fields = scope.fields(crm, &record, outcome.counts.read, &mut outcome.warnings)?;
    let existing = match record.origin_id() {
        Some(id) => scope.by_origin(crm, Entity::NewsletterSubscriber, id)?,
        None => None,
    };
    let changed_at = match fields.get("changeStatusAt") {
        Some(CrmValue::DateTime(at)) => Some(*at),
        _ => None,
    };
    strategy::newsletter::stamp(&mut fields, existing.is_none(), scope.now);
    let change = Change::Root { entity: Entity::NewsletterSubscriber, id: existing.map(|row| row.id), fields };
    scope.apply(crm, vec![change], &mut outcome.counts)?;
    Ok(changed_at)
}

/// Of several subscribers of one customer in a batch, the reference client stores the first only.
pub(super) fn collapse(batch: &mut Batch, scope: &Scope) {
    if !scope.quirks.has(Quirk::SubscribersCollapseByCustomer) {
        return;
    }
    let mut seen = Vec::new();
    batch.retain(|_, row| match convert::newsletter_subscriber::customer(row) {
        Some(link) if seen.contains(&link.origin_id) => false,
        Some(link) => {
            seen.push(link.origin_id);
            true
        }
        None => true,
    });
}

/// Where the first import goes on when it is interrupted: below the smallest id that was written, as long as nobody above it
/// still waits for their customer. The reference client passes those.
fn cursor(batch: &Batch, written: Written, scope: &Scope) -> Option<i64> {
    if scope.quirks.has(Quirk::SubscriberCursorPassesWaiting) {
        return batch.keys().filter_map(|id| id.parse::<i64>().ok()).min();
    }
    match written.held {
        Some(held) => Some(held + 1),
        None => written.lowest,
    }
}

/// In the reference client the subscribers that waited in an incremental run lower the cursor too.
fn lower_cursor(crm: &mut Crm, scope: &Scope, to: Option<i64>) -> Result<(), CrmError> {
    let stored = crm.newsletter_synced_to(scope.channel)?;
    match to.filter(|id| stored.is_none_or(|stored| *id < stored)) {
        Some(id) => crm.set_newsletter_synced_to(scope.channel, Some(id)),
        None => Ok(()),
    }
}

/// Whether a batch belongs to the first import.
pub(super) fn is_first_import(kind: RunKind, postponed: bool, scope: &Scope) -> bool {
    kind == RunKind::Initial || postponed && scope.quirks.has(Quirk::SubscriberCursorLowered)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::{IntegrationId, RowId};
    use crate::quirk::{Profile, Quirks};
    use crate::sync::scope::Known;

    fn scope(quirks: Quirks) -> Scope {
        Scope {
            channel: IntegrationId(RowId(1)),
            owner: None,
            quirks,
            now: Timestamp::UNIX_EPOCH,
            guest_sync: true,
            shared_emails: Vec::new(),
            looks_for_carts: true,
            is_incomplete: false,
            known: Known::default(),
        }
    }

    #[test]
    fn subscribers_of_one_customer_are_all_kept_unless_the_quirk_is_on() {
        //
        for (quirks, expected) in
            [(Quirks::default(), &["1", "2", "3", "4"][..]), (Profile::OroCrm41.quirks(), &["1", "3", "4"])]
        {
            let row = |customer: &str| SoapStruct::new().with("customer_id", customer);
            let mut batch: Batch =
                [("1", "7"), ("2", "7"), ("3", "0"), ("4", "0")].map(|(id, of)| (id.to_owned(), row(of))).into();
            collapse(&mut batch, &scope(quirks));
            assert_eq!(batch.keys().collect::<Vec<_>>(), expected);
        }
    }

    #[test]
    fn the_cursor_stays_above_who_waits_unless_the_quirk_is_on() {
        //
        let batch: Batch = ["9", "7"].map(|id| (id.to_owned(), SoapStruct::new())).into();
        let written = |lowest, held| Written {
            kind: RunKind::Initial,
            pass: crate::sync::stream::waiting::Pass::Only,
            postponed: false,
            lowest,
            held,
        };
        for (written, fixed, real) in
            [(written(Some(7), None), 7, 7), (written(Some(7), Some(8)), 9, 7), (written(Some(3), None), 3, 7)]
        {
            let found = [Quirks::default(), Profile::OroCrm41.quirks()]
                .map(|quirks| cursor(&batch, written, &scope(quirks)).unwrap());
            assert_eq!(found, [fixed, real]);
        }
    }

    #[test]
    fn only_the_first_import_moves_the_cursor_unless_the_quirk_is_on() {
        //
        for (kind, postponed, expected) in [
            (RunKind::Initial, false, [true, true]),
            (RunKind::Incremental, false, [false, false]),
            (RunKind::Incremental, true, [false, true]),
        ] {
            let found = [Quirks::default(), Profile::OroCrm41.quirks()]
                .map(|quirks| is_first_import(kind, postponed, &scope(quirks)));
            assert_eq!(found, expected);
        }
    }
}
