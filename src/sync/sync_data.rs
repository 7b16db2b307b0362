//! "Sync Data" of one order or cart, and the imports that follow an order placed from the CRM (sync spec 9.4).

use jiff::Timestamp;

use super::bookmark::Mark;
use super::connector::Connector;
use super::connector::source::RowSource;
use super::context::SyncContext;
use super::error::{CallError, SyncError};
use super::job::{self, Job};
use super::outcome::{ConnectorOutcome, RunKind, SyncOutcome};
use super::run::Run;
use super::stream::Listed;
use super::window::{self, NativeWindows, Progress};
use crate::crm::{CrmError, IntegrationId, OriginId};
use crate::quirk::Quirk;

/// The record that is asked for again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OneRecord {
    /// An order by its increment id.
    Order(String),
    /// A cart by Magento's id.
    Cart(OriginId),
}

/// Who an order was placed for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlacedFor {
    /// A cart by Magento's id: its order and the cart itself changed.
    Cart(OriginId),
    /// A customer by Magento's id.
    Customer(OriginId),
}

/// What the page says when it worked.
pub const SYNCHRONIZED: &str = "Data successfully synchronized.";
/// What it says when it did not.
pub const NOT_SYNCHRONIZED: &str = "Unable to synchronize from remote.";
/// What the CRM says when an order was placed but could not be imported.
pub const ORDER_NOT_IMPORTED: &str = "Synchronization with remote server failed and orders should be re-synced. \
                                      If the problem persists, please contact your Administrator.";

/// Imports one record again, changed or not. The reference client keeps the window of the dates, so that a record that did
/// not change since stays as it was.
///
/// # Errors
/// [`SyncError`] when the CRM fails or the integration is not active; what the shop refuses is in the outcome.
pub async fn sync_data(
    context: &mut SyncContext<'_>,
    id: IntegrationId,
    record: &OneRecord,
) -> Result<SyncOutcome, SyncError> {
    let mut run = Run::open(context, id)?;
    run.find_bridge().await?;
    let mut outcome = SyncOutcome::default();
    let done = match record {
        OneRecord::Order(number) => {
            let dated = run.quirks.has(Quirk::OrderSyncDataKeepsWindow);
            run.found_by(Connector::Order, ("increment_id", number), dated).await?
        }
        OneRecord::Cart(cart) => {
            let dated = run.quirks.has(Quirk::CartSyncDataKeepsWindow);
            run.found_by(Connector::Cart, ("entity_id", &cart.to_string()), dated).await?
        }
    };
    run.finished(done, &mut outcome);
    Ok(outcome)
}

/// Imports what an order placed from the CRM changed. The reference client puts its conditions where nothing reads them and
/// so imports everything that changed since.
///
/// # Errors
/// As [`sync_data`].
pub async fn after_order(
    context: &mut SyncContext<'_>,
    id: IntegrationId,
    placed: PlacedFor,
) -> Result<SyncOutcome, SyncError> {
    let mut run = Run::open(context, id)?;
    run.find_bridge().await?;
    let mut outcome = SyncOutcome::default();
    let is_cart = matches!(placed, PlacedFor::Cart(_));
    if run.quirks.has(Quirk::PlaceOrderImportsEverything) {
        let start = run.initial_start().await?;
        let connectors = if is_cart { &[Connector::Order, Connector::Cart][..] } else { &[Connector::Order] };
        run.incremental(connectors, start, &mut outcome).await?;
        return Ok(outcome);
    }
    let (field, value) = match placed {
        PlacedFor::Cart(cart) => ("quote_id", cart.to_string()),
        PlacedFor::Customer(customer) => ("customer_id", customer.to_string()),
    };
    let orders = run.found_by(Connector::Order, (field, &value), false).await?;
    run.finished(orders, &mut outcome);
    if is_cart && outcome.is_ok() {
        let cart = run.found_by(Connector::Cart, ("entity_id", &value), false).await?;
        run.finished(cart, &mut outcome);
    }
    Ok(outcome)
}

impl Run<'_, '_> {
    /// Imports the rows of a stream whose field has a value; `dated` adds the window of a run that is due.
    async fn found_by(
        &mut self,
        connector: Connector,
        (field, value): (&str, &str),
        dated: bool,
    ) -> Result<ConnectorOutcome, SyncError> {
        let done = ConnectorOutcome::new(connector, RunKind::Incremental);
        let Some(rules) = connector.stream().listed() else { return Ok(done) };
        self.started(connector);
        let since = if dated { Some(self.start_by_hand(connector)?) } else { None };
        let source = match self.rows_where(rules, (field, value), since).await {
            Ok(source) => source,
            Err(error) => return Ok(self.failed(connector, RunKind::Incremental, &error)?),
        };
        // Only the reference client's button of a cart is a connector run of its own, with a status that has no bookmark.
        let is_recorded = dated && connector == Connector::Cart;
        let mark = if is_recorded { Mark::None } else { Mark::Unrecorded };
        Ok(job::run(self, Job { connector, rules, kind: RunKind::Incremental, source, mark, start: None }).await?)
    }

    /// A run by hand begins at the newest item of the connector's last completed run, or the date of that run, or now (sync
    /// spec 4.5).
    fn start_by_hand(&self, connector: Connector) -> Result<Timestamp, CrmError> {
        let last = self.crm.last_completed_status(self.integration.id, connector.name())?;
        let completed_before = last.is_some();
        let last = last.filter(|status| !status.is_skipped());
        let bookmark = last.map(|status| status.date_in("lastSyncItemDate").unwrap_or(status.date));
        let bookmark = bookmark.unwrap_or_else(|| self.clock.now());
        Ok(window::update_start(Progress { bookmark, completed_before }))
    }

    async fn rows_where(
        &mut self,
        rules: &Listed,
        (field, value): (&str, &str),
        since: Option<Timestamp>,
    ) -> Result<RowSource, CallError> {
        let mut call = self.list_call(rules).await?;
        call.filters = call.filters.complex(field, "eq", value);
        let is_paged = call.paged;
        let Some(since) = since else {
            return Ok(if is_paged { RowSource::pages(call, None, &self.quirks) } else { RowSource::once(call, None) });
        };
        let server_time = self.client().await?.server_time();
        if is_paged {
            let dates = Some(("updated_at", window::month_update(since, server_time)));
            return Ok(RowSource::pages(call, dates, &self.quirks));
        }
        let now = server_time.unwrap_or_else(|| self.clock.now());
        Ok(RowSource::windows(call, "updated_at", NativeWindows::by_months(since, now)))
    }
}
