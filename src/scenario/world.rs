//! Everything one telling of a story has: its clock, shops, wire and CRM, and what happened last.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;

use super::coverage::Exercised;
use super::crm_edit::CrmEdit;
use super::network::{self, NetworkError, Served};
use super::origin::Origin;
use super::overrides;
use super::result::{Failure, FailureKind};
use super::runner::RunOptions;
use super::script::{Script, ShopSetup, Variant};
use super::seeds;
use super::span::At;
use super::step::{Step, StepKind};
use super::story::Case;
use super::value::{Fields, Value};
use crate::client::WsdlCache;
use crate::clock::Clock;
use crate::crm::{Crm, CrmError, IntegrationId};
use crate::magento::BridgeRelease;
use crate::quirk::{Quirk, Quirks};
use crate::shop::seed::SeedUser;
use crate::shop::{Shop, ShopConfig};
use crate::snapshot::Store;
use crate::soap::WireMode;
use crate::transport::Transport;

/// The SOAP user an integration logs in as unless it says otherwise.
pub(super) const API_USER: &str = "oro";
/// That user's key, in shops whose seed has no such user.
pub(super) const API_KEY: &str = "oro-key-1";
/// The name of a story's only shop.
const ONLY_SHOP: &str = "magento";
/// The start of a story that does not say.
const START: &str = "2024-01-10T12:00:00Z";

/// Why a story cannot begin.
#[derive(Debug, thiserror::Error)]
pub(super) enum SetUpError {
    #[error("the shop cannot be set up: {0}")]
    Shop(String),
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error("the CRM cannot be set up: {0}")]
    Crm(#[from] CrmError),
    #[error("the integration cannot be set up: {0}")]
    Integration(CannotWork),
}

/// What a step leaves: nothing when all went well, or why not.
pub(super) type Failures = Vec<Failure>;

/// Why a step cannot work, as a lower-case fragment.
pub(super) type CannotWork = String;

/// The end of a sync or a check.
#[derive(Clone, Debug)]
pub(super) struct LastOutcome {
    /// Whether everything succeeded.
    pub(super) success: bool,
    /// What it said, one line per connector or finding.
    pub(super) message: String,
    /// All of it, for snapshots.
    pub(super) shown: serde_json::Value,
}

/// The beginning of a step.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    /// The step's word.
    pub(super) step: &'static str,
    /// The story's time.
    pub(super) at: Timestamp,
    /// Journal entries of each shop at that moment.
    pub(super) from: IndexMap<String, usize>,
}

/// The world of one telling.
pub(super) struct World<'a> {
    pub(super) case: &'a Case,
    pub(super) variant: Variant,
    pub(super) clock: Clock,
    pub(super) quirks: Quirks,
    pub(super) shops: IndexMap<String, Served>,
    pub(super) transport: Arc<dyn Transport>,
    pub(super) wsdl_cache: WsdlCache,
    pub(super) crm: Crm,
    /// The integration; `None` while the channel is deleted.
    pub(super) integration: Option<IntegrationId>,
    /// The fragment the step at hand stands in.
    origin: Option<&'a Origin>,
    /// How the last sync or check ended.
    pub(super) last: Option<LastOutcome>,
    pub(super) store: Store,
    pub(super) accepted: usize,
    /// Journal entries of each shop that an earlier snapshot has shown.
    pub(super) shown: IndexMap<String, usize>,
    /// Steps that may call, with the journals' lengths when they began.
    pub(super) marks: Vec<Mark>,
    /// Journal entries of each shop that an earlier `expect` of calls has counted.
    counted: IndexMap<String, usize>,
}

impl<'a> World<'a> {
    pub(super) async fn new(case: &'a Case, options: RunOptions) -> Result<Self, SetUpError> {
        let script = &case.story.script;
        let variant = case.changes();
        let start = script.clock.map(|moment| moment.0).or_else(|| START.parse().ok()).unwrap_or(Timestamp::UNIX_EPOCH);
        let clock = Clock::virtual_at(start);
        let mut shops = IndexMap::new();
        for (name, setup) in setups(script) {
            let shop = build(case, &variant, name, setup, &clock)?;
            shops.insert(name.to_owned(), Served::start(shop, options.carrier).await?);
        }
        let transport = network::transport(shops.values(), options.carrier, &clock)?;
        let mut world = Self {
            quirks: quirks(script, &variant),
            crm: Crm::in_memory(clock.clone())?,
            integration: None,
            origin: None,
            last: None,
            transport,
            wsdl_cache: WsdlCache::default(),
            store: Store::new(case.story.snapshots.as_path(), options.mode),
            case,
            variant,
            clock,
            shops,
            accepted: 0,
            shown: IndexMap::new(),
            marks: Vec::new(),
            counted: IndexMap::new(),
        };
        if let Some(discovery) = &script.account_discovery {
            world.crm.set_discovery(discovery.config())?;
        }
        world.create_channel().await.map_err(SetUpError::Integration)?;
        world.forget_calls();
        world.counted = world.journal_lengths();
        Ok(world)
    }

    /// Does one step; nothing is wrong when the list is empty.
    pub(super) async fn step(&mut self, step: &'a At<Step>) -> Failures {
        self.marks.push(Mark { step: step.0.word(), at: self.clock.now(), from: self.journal_lengths() });
        self.origin = step.1.as_deref();
        let failures = match self.done(step).await {
            Ok(failures) => failures,
            Err(message) => vec![Self::failure(step, FailureKind::CannotWork, message)],
        };
        failures.into_iter().map(|failure| failure.from(step)).collect()
    }

    async fn done(&mut self, step: &At<Step>) -> Result<Failures, CannotWork> {
        match &step.0 {
            StepKind::CheckConnection(settings) => self.check_connection(settings.as_ref()).await?,
            StepKind::Sync(settings) => self.sync(settings.as_ref()).await?,
            StepKind::Run(run) => self.run_program(&run.0).await?,
            StepKind::SyncData(one) => self.sync_data(one).await?,
            StepKind::ScheduleSync(settings) => self.schedule_sync(settings.as_ref())?,
            StepKind::RunQueue(_) => self.run_queue().await?,
            StepKind::ExpireCarts(_) => self.expire_carts().await?,
            StepKind::InMagento(edits) => edits.0.iter().try_for_each(|edit| self.edit_magento(edit))?,
            StepKind::InCrm(edits) => return self.edits_in_crm(&edits.0, step).await,
            StepKind::Advance(interval) => self.pass(interval.0).await?,
            StepKind::Disrupt(disruptions) => disruptions.0.iter().try_for_each(|one| self.disrupt(one))?,
            StepKind::Clear(which) => self.clear(which.as_ref())?,
            StepKind::Use(_) => return Err("its steps were not put in; please report it".to_owned()),
            StepKind::Expect(expectation) => {
                if !self.is_told_here(expectation) {
                    return Ok(Vec::new());
                }
                let failures = self.expect(expectation, step)?;
                if !expectation.calls.0.is_empty() {
                    self.counted = self.journal_lengths();
                }
                return Ok(failures);
            }
            StepKind::Snapshot(snapshot) => return Ok(self.snapshot(snapshot, step)?.into_iter().collect()),
        }
        Ok(Vec::new())
    }

    async fn edits_in_crm(&mut self, edits: &[CrmEdit], step: &At<Step>) -> Result<Failures, CannotWork> {
        let mut failures = Vec::new();
        for edit in edits {
            let unmet = self.edit_crm(edit).await?;
            failures.extend(unmet.map(|message| Self::failure(step, FailureKind::Unmet, message)));
        }
        Ok(failures)
    }

    /// From which call on `expect: calls` counts in that shop.
    pub(super) fn calls_from(&self, shop: Option<&At<String>>) -> usize {
        let name = shop.map(|name| name.get().as_str()).or_else(|| self.shops.keys().next().map(String::as_str));
        name.and_then(|name| self.counted.get(name)).copied().unwrap_or_default()
    }

    /// What its shops and its CRM have seen.
    pub(super) fn exercised(&self) -> Exercised {
        let mut exercised = Exercised::default();
        for shop in self.shops.values() {
            for entry in shop.journal().entries() {
                exercised.add_call(&entry.operation, &entry.outcome, &entry.disruptions);
            }
        }
        let statuses = self.integration.and_then(|id| self.crm.statuses(id).ok()).unwrap_or_default();
        exercised.connectors = statuses.into_iter().map(|status| status.connector).collect();
        exercised
    }

    fn journal_lengths(&self) -> IndexMap<String, usize> {
        self.shops.iter().map(|(name, shop)| (name.clone(), shop.journal().entries().len())).collect()
    }

    /// Lets the next trace start here.
    pub(super) fn forget_calls(&mut self) {
        self.shown = self.journal_lengths();
    }

    pub(super) fn accepted(&self) -> usize {
        self.accepted
    }

    /// The text of the file that the step at hand stands in.
    pub(super) fn source(&self) -> &'a str {
        &self.origin.map_or(&self.case.story.file, |origin| &origin.file).text
    }

    /// The shop of that name, or the only one.
    pub(super) fn shop(&self, name: Option<&At<String>>) -> Result<&Served, CannotWork> {
        let found = match name {
            Some(name) => self.shops.get(name.get()),
            None => self.shops.first().map(|(_, shop)| shop),
        };
        found.ok_or_else(|| format!("there is no shop called `{}`", name.map_or("", |name| name.get())))
    }

    /// Columns as an edit wants them.
    pub(super) fn columns(&self, fields: &Fields) -> Result<IndexMap<String, Option<String>>, CannotWork> {
        let mut columns = IndexMap::new();
        for (name, value) in fields.iter() {
            let text = match value.get() {
                Value::List(_) | Value::Record(_) => {
                    return Err(format!("`{}` takes one value, not several", name.get()));
                }
                _ => value.text(self.source()).map(std::borrow::Cow::into_owned),
            };
            columns.insert(name.get().clone(), text);
        }
        Ok(columns)
    }

    /// A failure of the step.
    pub(super) fn failure(step: &At<Step>, kind: FailureKind, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            file: None,
            line: step.place().line,
            step: step.0.word().to_owned(),
            message: message.into(),
            detail: String::new(),
        }
    }
}

/// The story's shops by name; the corner shop when it has none.
fn setups(script: &Script) -> Vec<(&str, ShopSetup)> {
    if script.shops.is_empty() {
        return vec![(ONLY_SHOP, script.shop.clone().unwrap_or_default())];
    }
    script.shops.iter().map(|(name, setup)| (name.get().as_str(), setup.clone())).collect()
}

/// The quirks a story starts with in one of its tellings.
pub(in crate::scenario) fn quirks(script: &Script, variant: &Variant) -> Quirks {
    let mut quirks = variant.profile.unwrap_or(script.profile).quirks();
    for (id, on) in script.quirks.iter().chain(&variant.quirks) {
        if let Some(quirk) = Quirk::ALL.iter().find(|quirk| quirk.id() == id.get()) {
            quirks = quirks.with(*quirk, on.is_yes());
        }
    }
    quirks
}

fn build(case: &Case, variant: &Variant, name: &str, setup: ShopSetup, clock: &Clock) -> Result<Shop, SetUpError> {
    let seed_name = setup.seed.as_ref().map_or(seeds::DEFAULT, |seed| seed.get().as_str());
    let mut seed = seeds::load(seed_name, &case.story.file.path).map_err(|wrong| SetUpError::Shop(wrong.message))?;
    for (user, api_user) in &setup.api_users {
        seed.api_users.retain(|known| known.username != *user.get());
        let all = || vec!["all".to_owned()];
        let nodes = |resources: &Vec<At<String>>| resources.iter().map(|node| node.get().clone()).collect();
        seed.api_users.push(SeedUser {
            username: user.get().clone(),
            api_key: api_user.key.get().clone(),
            is_active: api_user.active.is_yes(),
            role: Some(api_user.resources.as_ref().map_or_else(all, nodes)),
        });
    }
    if seed.api_users.iter().all(|user| user.username != API_USER) {
        seed.api_users.push(SeedUser::with_full_access(API_USER, API_KEY));
    }
    if let Some(timeout) = setup.session_timeout {
        seed.config.insert("api/config/session_timeout".to_owned(), timeout.0.as_secs().to_string());
    }
    if !case.story.script.shops.is_empty() {
        seed.config.insert("web/unsecure/base_url".to_owned(), format!("http://{name}.example/"));
    }
    let mut config = ShopConfig::new(clock.clone());
    let wsi = variant.wsi.unwrap_or(setup.wsi);
    config.mode = if wsi.is_yes() { WireMode::WsI } else { WireMode::RpcEncoded };
    config.bridge = bridge(variant.bridge.as_ref().or(setup.bridge.as_ref()))?;
    config.flavor = variant.flavor.unwrap_or(setup.flavor);
    if let Some(file) = &setup.overrides {
        let own = overrides::load(file, &case.story.file.path).map_err(|wrong| SetUpError::Shop(wrong.message))?;
        overrides::install(own, &mut config, variant.bridge.is_some() || setup.bridge.is_some());
    }
    Shop::new(config, seed).map_err(|error| SetUpError::Shop(error.to_string()))
}

/// The release of that name; the newest when none is named, nothing for `none`.
fn bridge(version: Option<&At<String>>) -> Result<Option<&'static BridgeRelease>, SetUpError> {
    match version.map(|version| version.get().as_str()) {
        None => Ok(Some(BridgeRelease::newest())),
        Some("none") => Ok(None),
        Some(version) => BridgeRelease::find(version).map(Some).map_err(|error| SetUpError::Shop(error.to_string())),
    }
}
