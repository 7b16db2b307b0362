//! A sync in progress: the CRM it writes, the one session it calls through, what it found out about the shop.
//!
//! The reference client logs in anew for most connectors; here one session serves the whole run. The calls between are
//! made in its order and with its arguments.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Time;
use jiff::tz::Offset;

use super::bookmark::Mark;
use super::bridge::Bridge;
use super::connector::list::{ListCall, ScopedBy};
use super::connector::{Connector, ConnectorKind, Stream, dictionary};
use super::context::{StopFlag, SyncContext, SyncEvent};
use super::convert::dictionary::stores_of_website;
use super::error::{CallError, SyncError};

use super::outcome::{ConnectorOutcome, RunKind, SyncOutcome};
use super::scope::{Known, Scope};
use super::stop::Stoppable;
use super::stream::Listed;
use super::write::{MagentoWrite, Writes};
use crate::client::{ClientError, ClientOptions, MagentoClient, Retries};
use crate::clock::Clock;
use crate::crm::integration::ShopFacts;
use crate::crm::{Crm, CrmError, Integration, IntegrationId, IntegrationSettings, OriginId, StoreId, WebsiteId};
use crate::quirk::{Quirk, Quirks};
use crate::soap::{SoapStruct, WireStyle};
use crate::transport::Transport;

/// A sync in progress.
pub(super) struct Run<'c, 'e> {
    pub(super) crm: &'c mut Crm,
    pub(super) events: &'c mut (dyn FnMut(SyncEvent) + Send + 'e),
    pub(super) integration: Integration,
    pub(super) quirks: Quirks,
    pub(super) clock: Clock,
    pub(super) stop: StopFlag,
    pub(super) asks_ahead: bool,
    pub(super) bridge: Bridge,
    pub(super) writes: Writes,
    /// Whether something that rows need could not be fetched: the bridge's answer or a dictionary.
    pub(super) is_incomplete: bool,
    streams: Vec<Stream>,
    transport: Arc<dyn Transport>,
    options: ClientOptions,
    connection: Option<MagentoClient>,
    refused: Option<ClientError>,
}

/// What becomes of a call that was announced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Announced {
    /// It is to be made.
    Send,
    /// It is not made; the run goes on as if it had been.
    Plan,
    /// It is not made: somebody asked to stop.
    Stop,
}

impl<'c, 'e> Run<'c, 'e> {
    pub(super) fn open<'x: 'c>(context: &'c mut SyncContext<'x>, id: IntegrationId) -> Result<Run<'c, 'x>, SyncError> {
        let mut integration = context.crm.integration(id)?;
        if let Some(since) = context.options.since {
            let start = &mut integration.settings.sync_start_date;
            *start = since.max(*start);
        }
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
            mode: if settings.is_wsi_mode { WireStyle::WsI } else { WireStyle::RpcEncoded },
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
            asks_ahead: context.options.asks_ahead,
            bridge: Bridge::default(),
            writes: context.options.writes,
            is_incomplete: false,
            streams: context.options.streams.clone(),
            transport: Arc::new(Stoppable { inner: context.transport.clone(), stop: context.options.stop.clone() }),
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

    /// Asks for the bridge; when the shop cannot be reached, what the last check found stands in. An integration that was
    /// never saved with a view of the shop gets its snapshot and its connectors here, as saving the form gives them: from
    /// then on a bridge that goes away is a failure of the connectors that need it, and nothing is left out in silence.
    pub(super) async fn find_bridge(&mut self) -> Result<(), CrmError> {
        let Ok(client) = self.client().await else {
            let stored = self.integration.settings.extension_version.clone();
            self.bridge = Bridge::new(stored.map(crate::version::ExtensionVersion::new));
            return Ok(());
        };
        let found = client.bridge().await;
        self.bridge = Bridge::new(found.version.clone());
        self.is_incomplete |= found.is_unknown;
        if found.is_unknown || !self.integration.settings.connectors.is_empty() {
            return Ok(());
        }
        // A file of an earlier version may have had a bridge that is gone; its connectors are those of then.
        if !self.integration.settings.is_extension_installed {
            let facts = ShopFacts {
                extension_version: found.version.map(|version| version.as_str().to_owned()),
                magento_version: found.magento_version,
                admin_url: found.admin_url,
            };
            self.crm.remember_shop(self.integration.id, facts)?;
        }
        let stored = self.crm.integration(self.integration.id)?.settings;
        self.crm.remember_connectors(self.integration.id, Connector::of_settings(&stored))?;
        self.integration =
            Integration { settings: self.crm.integration(self.integration.id)?.settings, ..self.integration.clone() };
        Ok(())
    }

    /// The connectors that were computed when the channel was saved with a view of the shop; before that, the default
    /// channel's by the bridge that is there now (sync spec 4.2).
    pub(super) fn connectors(&self) -> Vec<Connector> {
        let saved: Vec<Connector> =
            self.integration.settings.connectors.iter().filter_map(|name| Connector::named(name)).collect();
        let mut connectors = if saved.is_empty() {
            Connector::of_channel(Stream::CHANNEL_DEFAULT, self.bridge.version())
        } else {
            saved
        };
        if !self.streams.is_empty() {
            connectors.retain(|connector| {
                connector.kind() == ConnectorKind::Dictionary || self.streams.contains(&connector.stream())
            });
        }
        connectors
    }

    /// What the bridge offers and the integration does not use, because it was saved before the bridge was there.
    pub(super) fn unused_connectors(&self) -> Option<String> {
        let settings = &self.integration.settings;
        let version = self.bridge.version()?.as_str().to_owned();
        let live = IntegrationSettings { extension_version: Some(version.clone()), ..settings.clone() };
        let offered = Connector::of_settings(&live);
        let mut unused: Vec<&str> = Vec::new();
        for connector in offered.iter().filter(|name| !settings.connectors.contains(name)) {
            let label = Connector::named(connector).map_or("", |connector| connector.stream().label());
            if !unused.contains(&label) {
                unused.push(label);
            }
        }
        let name = &settings.name;
        (!settings.connectors.is_empty() && !unused.is_empty()).then(|| {
            format!(
                "the shop has bridge {version}, but \"{name}\" was saved without it, so these are not synced: {}; Check \
                 Connection (\"mockgento check --crm FILE\") adds them",
                unused.join(", ").to_lowercase()
            )
        })
    }

    /// Tells that a call which writes comes next; says whether it is to be made.
    pub(super) fn announce(&mut self, write: MagentoWrite) -> Announced {
        (self.events)(SyncEvent::Writing { write });
        match self.writes {
            _ if self.stop.is_set() => Announced::Stop,
            Writes::Send => Announced::Send,
            Writes::Plan => Announced::Plan,
        }
    }

    pub(super) fn scope(&self) -> Scope {
        let settings = &self.integration.settings;
        let never_saved = settings.connectors.is_empty();
        let trusts_snapshot = self.quirks.has(Quirk::OrdersTrustStoredBridgeFlag) && !never_saved;
        Scope {
            channel: self.integration.id,
            owner: settings.default_user_owner.clone(),
            quirks: self.quirks.clone(),
            now: self.clock.now(),
            guest_sync: settings.guest_customer_sync,
            shared_emails: settings.shared_guest_email_list.clone(),
            is_incomplete: self.is_incomplete && !self.quirks.has(Quirk::IncompleteWindowForgotten),
            known: Known::default(),
            looks_for_carts: if trusts_snapshot { settings.is_extension_installed } else { self.bridge.is_installed() },
        }
    }

    /// The list call of a stream without its dates. Streams that are filtered by store ask for the store views first
    /// when one website is chosen (client trace, section 4).
    pub(super) async fn list_call(&mut self, rules: &Listed) -> Result<ListCall, CallError> {
        let website = self.integration.settings.website_id;
        let stores = self.stores(rules.scoped_by, website).await?;
        let call = (rules.list)(&self.bridge)?.of_website(rules.scoped_by, website, stores.as_deref());
        Ok(call.with_page_size(self.integration.settings.page_size))
    }

    /// The list call that names its rows.
    pub(super) async fn list_by_ids(&mut self, rules: &Listed, ids: &[OriginId]) -> Result<ListCall, CallError> {
        let website = self.integration.settings.website_id;
        let by = (rules.by_ids_scoped_by)(&self.quirks);
        let stores = self.stores(by, website).await?;
        let call = (rules.list)(&self.bridge)?.of_ids(ids).of_website(by, website, stores.as_deref());
        Ok(call.with_page_size(self.integration.settings.page_size))
    }

    /// The ids of the website's store views; `None` for all websites, and where the website itself is the condition.
    async fn stores(&mut self, by: ScopedBy, website: WebsiteId) -> Result<Option<Vec<StoreId>>, CallError> {
        if by == ScopedBy::Website || website == WebsiteId::ALL {
            return Ok(None);
        }
        let stores = dictionary::stores(self.client().await?).await?;
        stores_of_website(&stores, website).map(Some).ok_or(CallError::NoStores(website))
    }

    /// Calls an operation of the shop.
    pub(super) async fn call(
        &mut self,
        operation: &str,
        arguments: SoapStruct,
    ) -> Result<crate::soap::SoapValue, ClientError> {
        self.client().await?.call(operation, arguments).await
    }

    pub(super) fn sync_start(&self) -> Result<Timestamp, SyncError> {
        let settings = &self.integration.settings;
        let midnight = settings.sync_start_date.to_datetime(Time::midnight());
        Offset::UTC.to_timestamp(midnight).map_err(|error| SyncError::Settings {
            name: settings.name.clone(),
            problem: format!("the sync start date is out of range ({error}); choose another"),
        })
    }

    pub(super) fn started(&mut self, connector: Connector) {
        (self.events)(SyncEvent::ConnectorStarted { connector });
    }

    pub(super) fn finished(&mut self, done: ConnectorOutcome, outcome: &mut SyncOutcome) {
        (self.events)(SyncEvent::ConnectorFinished { outcome: done.clone() });
        outcome.connectors.push(done);
    }

    /// A connector that could not even ask: its failure is recorded like any other.
    pub(super) fn failed(
        &mut self,
        connector: Connector,
        kind: RunKind,
        error: &CallError,
    ) -> Result<ConnectorOutcome, CrmError> {
        let mut done = ConnectorOutcome::new(connector, kind);
        done.fail(error.to_string());
        self.scope().record(self.crm, &mut done, Mark::None, None)?;
        Ok(done)
    }
}
