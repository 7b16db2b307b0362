//! One sync from beginning to end: edits that wait, dictionaries, incremental connectors, the initial walk. The only
//! asynchronous loop of the sync; what it decides by is pure and stands elsewhere (sync spec 4.3, 4.4, 4.7).
//!
//! The reference client logs in anew for most connectors; here one session serves the whole run. The calls between are
//! made in its order and with its arguments.

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::Offset;

use super::connector::source::{PAGE_SIZE, RowSource};
use super::connector::{Connector, ConnectorKind, Stream, customer, dictionary};
use super::context::{Bridge, StopFlag, SyncContext, SyncEvent};
use super::error::SyncError;
use super::job::{self, Job, Mark};
use super::outcome::{ConnectorOutcome, RunKind, RunStatus, SyncOutcome};
use super::store::Scope;
use super::two_way;
use super::window::{self, NativeWindows, Progress};
use crate::client::{ClientError, ClientOptions, MagentoClient, Retries};
use crate::clock::Clock;
use crate::crm::{Crm, CrmError, Integration, IntegrationId};
use crate::quirk::{Quirk, Quirks};
use crate::soap::WireMode;

/// Streams whose rows are imported. Orders, carts, credit memos and newsletter subscribers are not yet.
const IMPORTED: &[Stream] = &[Stream::Customer];

/// A sync in progress.
pub(super) struct Run<'c, 'e> {
    pub(super) crm: &'c mut Crm,
    pub(super) events: &'c mut (dyn FnMut(SyncEvent) + Send + 'e),
    pub(super) integration: Integration,
    pub(super) quirks: Quirks,
    pub(super) clock: Clock,
    pub(super) stop: StopFlag,
    pub(super) bridge: Bridge,
    transport: std::sync::Arc<dyn crate::transport::Transport>,
    options: ClientOptions,
    connection: Option<MagentoClient>,
    refused: Option<ClientError>,
}

/// Runs one sync of an integration.
///
/// # Errors
/// [`SyncError`] when it cannot run at all. Connectors that fail are results: see [`SyncOutcome`].
pub async fn sync(context: &mut SyncContext<'_>, id: IntegrationId) -> Result<SyncOutcome, SyncError> {
    let options = context.options.clone();
    if options.force {
        forget_progress(context.crm, id)?;
    }
    let mut run = Run::open(context, id)?;
    let mut outcome = SyncOutcome::default();
    run.find_bridge().await;
    // The reference client exports in the background, so an import may come first and overwrite the edit.
    let import_first = run.quirks.has(Quirk::ImportOverwritesPendingEdits);
    if !import_first {
        outcome.exports = two_way::export_all(&mut run).await?;
    }
    let connectors = Connector::of_channel(IMPORTED, run.bridge.version());
    let of = |kind: ConnectorKind| connectors.iter().copied().filter(move |c| c.kind() == kind).collect::<Vec<_>>();
    for connector in of(ConnectorKind::Dictionary) {
        run.dictionary(connector, &mut outcome).await?;
    }
    let start = run.initial_start()?;
    let wanted = |connector: &Connector| options.only_connector.is_none_or(|only| only == *connector);
    let incremental: Vec<_> = of(ConnectorKind::Incremental).into_iter().filter(wanted).collect();
    run.incremental(&incremental, start, &mut outcome).await?;
    run.initial(&of(ConnectorKind::Initial), start, &mut outcome).await?;
    if import_first {
        outcome.exports = two_way::export_all(&mut run).await?;
    }
    outcome.interrupted = run.stop.is_set();
    Ok(outcome)
}

/// Exports the edits that wait, and nothing else: what the reference client does right after an edit was saved.
///
/// # Errors
/// As [`sync`].
pub async fn export_pending(context: &mut SyncContext<'_>, id: IntegrationId) -> Result<SyncOutcome, SyncError> {
    let mut run = Run::open(context, id)?;
    run.find_bridge().await;
    let exports = two_way::export_all(&mut run).await?;
    Ok(SyncOutcome { exports, ..SyncOutcome::default() })
}

/// A forced re-sync ignores what the connectors remember and walks again (sync spec 4.3).
fn forget_progress(crm: &mut Crm, id: IntegrationId) -> Result<(), CrmError> {
    crm.transaction(|crm| {
        for connector in Connector::ALL.iter().filter(|connector| connector.stream().supports_force()) {
            crm.skip_statuses(id, connector.name())?;
            crm.clear_bookmark(id, connector.name())?;
        }
        crm.set_initial_sync_start_date(id, None)
    })
}

impl<'c, 'e> Run<'c, 'e> {
    fn open<'x: 'c>(context: &'c mut SyncContext<'x>, id: IntegrationId) -> Result<Run<'c, 'x>, SyncError> {
        let integration = context.crm.integration(id)?;
        let settings = &integration.settings;
        if !settings.enabled {
            return Err(SyncError::Disabled { name: settings.name.clone() });
        }
        let url = settings.api_url.parse().map_err(|error| SyncError::Settings {
            name: settings.name.clone(),
            problem: format!("the SOAP WSDL URL is no URL ({error}); correct it"),
        })?;
        let options = ClientOptions {
            url,
            user: settings.api_user.clone(),
            key: settings.api_key.clone(),
            mode: if settings.is_wsi_mode { WireMode::WsI } else { WireMode::RpcEncoded },
            retries: Retries::Standard,
            quirks: context.quirks.clone(),
            clock: context.clock.clone(),
            wsdl_cache: context.options.wsdl_cache.clone(),
        };
        Ok(Run {
            integration,
            quirks: context.quirks.clone(),
            clock: context.clock.clone(),
            stop: context.options.stop.clone(),
            bridge: Bridge::default(),
            transport: context.transport.clone(),
            options,
            connection: None,
            refused: None,
            crm: &mut *context.crm,
            events: &mut *context.events,
        })
    }

    /// The logged-in client. A shop that refused the first connection is not asked again in this run: every connector
    /// fails with what it said.
    pub(super) async fn client(&mut self) -> Result<&mut MagentoClient, ClientError> {
        let connected = match (self.connection.take(), &self.refused) {
            (Some(client), _) => client,
            (None, Some(error)) => return Err(error.clone()),
            (None, None) => match MagentoClient::connect(self.transport.clone(), self.options.clone()).await {
                Ok(client) => client,
                Err(error) => return Err(self.refused.insert(error).clone()),
            },
        };
        Ok(self.connection.insert(connected))
    }

    /// Asks for the bridge; when the shop cannot be reached, what the last check found stands in.
    async fn find_bridge(&mut self) {
        let version = match self.client().await {
            Ok(client) => client.bridge().await.version,
            Err(_) => self.integration.settings.extension_version.clone().map(crate::version::ExtensionVersion::new),
        };
        self.bridge = Bridge::new(version);
    }

    pub(super) fn scope(&self) -> Scope {
        Scope {
            channel: self.integration.id,
            owner: self.integration.settings.default_user_owner.clone(),
            quirks: self.quirks.clone(),
            now: self.clock.now(),
        }
    }

    fn initial_start(&mut self) -> Result<Timestamp, CrmError> {
        if let Some(start) = self.integration.initial_sync_start_date {
            return Ok(start);
        }
        let now = self.clock.now();
        self.crm.set_initial_sync_start_date(self.integration.id, Some(now))?;
        self.integration.initial_sync_start_date = Some(now);
        Ok(now)
    }

    fn finished(&mut self, done: ConnectorOutcome, outcome: &mut SyncOutcome) {
        (self.events)(SyncEvent::ConnectorFinished { outcome: done.clone() });
        outcome.connectors.push(done);
    }

    async fn dictionary(&mut self, connector: Connector, outcome: &mut SyncOutcome) -> Result<(), SyncError> {
        let mut done = ConnectorOutcome::new(connector, RunKind::Dictionary);
        let scope = self.scope();
        if connector.stream() == Stream::Region && self.regions_are_fresh(&scope)? {
            done.status = RunStatus::Skipped;
            self.finished(done, outcome);
            return Ok(());
        }
        (self.events)(SyncEvent::ConnectorStarted { connector });
        match self.dictionary_rows(connector.stream()).await {
            Ok(rows) => job::dictionary::import(self.crm, &scope, connector.stream(), &rows, &mut done)?,
            Err(error) => done.fail(error.to_string()),
        }
        scope.record(self.crm, &mut done, Mark::None, None)?;
        self.finished(done, outcome);
        Ok(())
    }

    async fn dictionary_rows(&mut self, stream: Stream) -> Result<Vec<crate::soap::SoapStruct>, ClientError> {
        let (bridge, quirks) = (self.bridge.clone(), self.quirks.clone());
        let client = self.client().await?;
        match stream {
            Stream::Website => dictionary::websites(client, &bridge, &quirks).await,
            Stream::Store => dictionary::stores(client).await,
            Stream::CustomerGroup => dictionary::customer_groups(client).await,
            _ => dictionary::regions(client, &bridge, &quirks).await,
        }
    }

    /// Regions are not asked for again within a day (sync spec 5.5).
    fn regions_are_fresh(&self, scope: &Scope) -> Result<bool, CrmError> {
        let last = self.crm.last_completed_status(self.integration.id, Connector::RegionDictionary.name())?;
        let younger = |at: Timestamp| scope.now.duration_since(at) < window::REGION_INTERVAL;
        Ok(last.is_some_and(|status| younger(status.date)))
    }

    /// Every incremental connector once; one that fails does not stop the next (sync spec 4.4).
    async fn incremental(
        &mut self,
        connectors: &[Connector],
        initial_start: Timestamp,
        outcome: &mut SyncOutcome,
    ) -> Result<(), SyncError> {
        let mut all_ok = true;
        for connector in connectors {
            if self.stop.is_set() {
                return Ok(());
            }
            (self.events)(SyncEvent::ConnectorStarted { connector: *connector });
            let mut progress = self.scope().progress(self.crm, *connector, initial_start)?;
            let mut done = self.customers_since(*connector, progress, all_ok).await?;
            // Without the quirk a connector that is behind catches up in one run.
            while done.is_ok() && !self.quirks.has(Quirk::OneWindowPerRun) && !self.stop.is_set() {
                let next = self.scope().progress(self.crm, *connector, initial_start)?;
                if next.bookmark <= progress.bookmark || next.bookmark >= self.clock.now() {
                    break;
                }
                progress = next;
                let next = self.customers_since(*connector, progress, all_ok).await?;
                done.add(next);
            }
            all_ok &= done.is_ok();
            self.finished(done, outcome);
        }
        Ok(())
    }

    async fn customers_since(
        &mut self,
        connector: Connector,
        progress: Progress,
        all_ok: bool,
    ) -> Result<ConnectorOutcome, SyncError> {
        let server_time = match self.client().await {
            Ok(client) => client.server_time(),
            Err(error) => return Ok(self.failed(connector, RunKind::Incremental, &error)?),
        };
        let now = server_time.unwrap_or_else(|| self.clock.now());
        let start = window::update_start(progress);
        let list = customer::list(self.integration.settings.website_id, &self.bridge);
        let (source, asked_until) = if self.bridge.is_installed() {
            let window = window::bridge_update(start, server_time);
            (self.events)(SyncEvent::WindowOpened { connector, window });
            (RowSource::pages(list, Some(("updated_at", window)), PAGE_SIZE), window.to)
        } else {
            (RowSource::windows(list, "updated_at", NativeWindows::new(start, now)), now)
        };
        let withheld = !all_ok && self.quirks.has(Quirk::BookmarkLostAfterOtherConnectorFailed);
        let mark = if withheld {
            Mark::None
        } else if self.quirks.has(Quirk::BookmarkIsEndOfRun) {
            Mark::EndOfRun { bookmark: progress.bookmark }
        } else {
            Mark::At(window::update_bookmark(progress.bookmark, asked_until, now, &self.quirks))
        };
        let job = Job { connector, kind: RunKind::Incremental, source, mark, start: Some(start) };
        Ok(job::customer::run(self, job).await?)
    }

    /// Backwards from the first sync's start to the sync start date, all streams in step; the first failure ends the
    /// walk, and the next sync resumes it (sync spec 4.7).
    async fn initial(
        &mut self,
        connectors: &[Connector],
        initial_start: Timestamp,
        outcome: &mut SyncOutcome,
    ) -> Result<(), SyncError> {
        let sync_start = self.sync_start()?;
        let mut totals: Vec<ConnectorOutcome> = Vec::new();
        loop {
            let mut progressed = false;
            for connector in connectors {
                let progress = self.scope().progress(self.crm, *connector, initial_start)?;
                if self.stop.is_set() || !window::is_initial_due(progress.bookmark, sync_start) {
                    continue;
                }
                progressed = true;
                let done = self.customers_created(*connector, progress, sync_start).await?;
                let failed = !done.is_ok();
                add(&mut totals, done);
                if failed {
                    progressed = false;
                    break;
                }
            }
            if !progressed {
                break;
            }
        }
        for total in totals {
            self.finished(total, outcome);
        }
        Ok(())
    }

    async fn customers_created(
        &mut self,
        connector: Connector,
        progress: Progress,
        sync_start: Timestamp,
    ) -> Result<ConnectorOutcome, SyncError> {
        let window = window::initial(progress, sync_start, &self.quirks);
        (self.events)(SyncEvent::WindowOpened { connector, window });
        let list = customer::list(self.integration.settings.website_id, &self.bridge);
        let dates = Some(("created_at", window));
        let source = if self.bridge.is_installed() {
            RowSource::pages(list, dates, PAGE_SIZE)
        } else {
            RowSource::once(list, dates)
        };
        let mark = Mark::At(window::initial_bookmark(progress.bookmark, sync_start));
        let job = Job { connector, kind: RunKind::Initial, source, mark, start: None };
        Ok(job::customer::run(self, job).await?)
    }

    /// A connector that could not even connect: its failure is recorded like any other.
    fn failed(
        &mut self,
        connector: Connector,
        kind: RunKind,
        error: &ClientError,
    ) -> Result<ConnectorOutcome, CrmError> {
        let mut done = ConnectorOutcome::new(connector, kind);
        done.fail(error.to_string());
        self.scope().record(self.crm, &mut done, Mark::None, None)?;
        Ok(done)
    }

    fn sync_start(&self) -> Result<Timestamp, SyncError> {
        let settings = &self.integration.settings;
        let midnight = settings.sync_start_date.to_datetime(Time::midnight());
        Offset::UTC.to_timestamp(midnight).map_err(|error| SyncError::Settings {
            name: settings.name.clone(),
            problem: format!("the sync start date is out of range ({error}); choose another"),
        })
    }
}

/// Adds a window's outcome to its connector's.
fn add(totals: &mut Vec<ConnectorOutcome>, done: ConnectorOutcome) {
    match totals.iter_mut().find(|total| total.connector == done.connector) {
        Some(total) => total.add(done),
        None => totals.push(done),
    }
}
