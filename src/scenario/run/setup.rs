//! The beginning of a case: its clock, shops, wire, CRM and channel, as the scenario and the case say.

use crate::scenario::run::cannot_work::CannotWork;
use indexmap::IndexMap;

use super::actor::{Actor, Theirs};
use super::case::Case;
use super::ledger::Ledger;
use super::moments::Moments;
use super::network::{self, NetworkError, Served};
use super::options::RunOptions;
use super::world::{API_KEY, API_USER, CrmFile, World};
use crate::client::WsdlCache;
use crate::clock::Clock;
use crate::crm::{Crm, CrmError};
use crate::magento::BridgeRelease;
use crate::quirk::{Quirk, Quirks};
use crate::scenario::actor::lacking;
use crate::scenario::actor::testee::Surroundings;
use crate::scenario::language::beside::{modules, overrides, seeds};
use crate::scenario::language::finding::ScenarioError;
use crate::scenario::language::script::Script;
use crate::scenario::language::script::default_clock;
use crate::scenario::language::setup::shop::ShopSetup;
use crate::scenario::language::setup::variant::Variant;
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;
use crate::shop::seed::SeedUser;
use crate::shop::{Shop, ShopConfig};
use crate::snapshot::{Mode, Store};
use crate::soap::WireStyle;

/// The name of a scenario's only shop.
const ONLY_SHOP: &str = "magento";
/// Why a scenario cannot begin.
#[derive(Debug, thiserror::Error)]
pub(in crate::scenario) enum SetUpError {
    #[error("the shop cannot be set up: {0}")]
    Shop(String),
    #[error(transparent)]
    Network(#[from] NetworkError),
    #[error("no folder for the CRM: {0}; make room for temporary files")]
    Folder(std::io::Error),
    #[error("the CRM cannot be set up: {0}")]
    Crm(#[from] CrmError),
    #[error("the integration cannot be set up: {0}")]
    Integration(CannotWork),
    #[error("{0}")]
    ClientFile(ScenarioError),
    #[error("{0}")]
    Client(CannotWork),
    #[error("{0}")]
    Skipped(String),
}

impl<'a> World<'a> {
    pub(in crate::scenario) async fn new(case: &'a Case, options: RunOptions) -> Result<Self, SetUpError> {
        let script = &case.scenario.script;
        let mut variant = case.changes();
        let actor = match case.client().map_err(SetUpError::ClientFile)? {
            None => Actor::Own,
            Some(_) if script.integrations.len() > 1 => {
                let why = "it has several integrations, and a client has one";
                return Err(SetUpError::Skipped(why.to_owned()));
            }
            Some(client) => {
                let turn = client.turn().await;
                client.prepare(&Surroundings::default()).await.map_err(|why| SetUpError::Client(why.into()))?;
                let lacks = lacking::lacking(&client, script, &variant, &quirks(script, &variant));
                let unseen = || lacking::unseen(&client, script).filter(|_| !case.is_compared());
                if let Some(why) = lacks.or_else(unseen) {
                    return Err(SetUpError::Skipped(why));
                }
                variant = lacking::settled(&client, variant);
                Actor::Theirs(Theirs::new(client, turn))
            }
        };
        if let Some(as_client) = case.judged_as() {
            variant = lacking::settled(as_client, variant);
        }
        let start = script.clock.map_or_else(default_clock, |moment| moment.0);
        let clock = Clock::virtual_at(start);
        let mut shops = IndexMap::new();
        for (name, setup) in setups(script) {
            let shop = build(case, &variant, name, setup, &clock)?;
            shops.insert(name.to_owned(), Served::start(shop, options.carrier).await?);
        }
        let moments = Moments::default();
        let (crm, crm_file) = crm(script, &clock)?;
        let transport = network::transport(shops.values(), options.carrier, &clock, &moments)?;
        let mut world = Self {
            quirks: quirks(script, &variant),
            actor,
            skipped: None,
            crm,
            crm_file,
            moments,
            integration: None,
            selected: script.integrations.keys().next().map(|name| name.get().clone()).unwrap_or_default(),
            others: IndexMap::new(),
            origin: None,
            armed: Vec::new(),
            ledger: Ledger::default(),
            last: None,
            transport,
            wsdl_cache: WsdlCache::default(),
            store: Store::new(
                case.snapshots_folder().as_path(),
                if options.mode == Mode::Accept { Mode::Check } else { options.mode },
            ),
            to_accept: (options.mode == Mode::Accept).then(Vec::new),
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
        if world.is_theirs() {
            world.serve_by_address();
        }
        world.create_channels().await.map_err(SetUpError::Integration)?;
        match world.begin_theirs().await {
            Ok(()) => {}
            Err(why) => match why.unsupported() {
                Some(cannot) => return Err(SetUpError::Skipped(cannot.to_owned())),
                None => return Err(SetUpError::Client(why)),
            },
        }
        world.forget_calls();
        world.counted = world.journal_lengths();
        Ok(world)
    }
}

/// The scenario's shops by name; the corner shop when it has none.
fn setups(script: &Script) -> Vec<(&str, ShopSetup)> {
    if script.shops.is_empty() {
        return vec![(ONLY_SHOP, script.shop.clone().unwrap_or_default())];
    }
    script.shops.iter().map(|(name, setup)| (name.get().as_str(), setup.clone())).collect()
}

/// The CRM; in a file where somebody works in it while it syncs, which takes a second connection.
fn crm(script: &Script, clock: &Clock) -> Result<(Crm, Option<CrmFile>), SetUpError> {
    let is_edited_meanwhile =
        |step: &At<Step>| matches!(&step.0, StepKind::During(during) if !during.in_crm.0.is_empty());
    if !script.steps.iter().any(is_edited_meanwhile) {
        return Ok((Crm::in_memory(clock.clone())?, None));
    }
    let file = CrmFile { folder: tempfile::tempdir().map_err(SetUpError::Folder)? };
    Ok((file.open(clock)?, Some(file)))
}

/// The quirks a scenario starts with in one of its cases.
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
    let mut seed = seeds::load(seed_name, &case.scenario.file.path).map_err(|wrong| SetUpError::Shop(wrong.message))?;
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
    if !case.scenario.script.shops.is_empty() {
        seed.config.insert("web/unsecure/base_url".to_owned(), format!("http://{name}.example/"));
    }
    let mut config = ShopConfig::new(clock.clone());
    let wsi = variant.wsi.unwrap_or(setup.wsi);
    config.mode = if wsi.is_yes() { WireStyle::WsI } else { WireStyle::RpcEncoded };
    config.bridge = bridge(variant.bridge.as_ref().or(setup.bridge.as_ref()))?;
    config.flavor = variant.flavor.unwrap_or(setup.flavor);
    config.web_server = setup.web_server;
    let scenario = &case.scenario.file;
    config.contract = modules::contract(&setup, &scenario.path).map_err(|wrong| SetUpError::Shop(wrong.message))?;
    if let Some(file) = &setup.overrides {
        let own = overrides::load(file, &scenario.path, &config.contract);
        let own = own.map_err(|wrong| SetUpError::Shop(wrong.message))?;
        overrides::install(own, &mut config, variant.bridge.is_some() || setup.bridge.is_some());
    }
    let mut shop = Shop::new(config, seed).map_err(|error| SetUpError::Shop(error.to_string()))?;
    if let Some(stubs) = modules::stubs(&setup, scenario).map_err(|wrong| SetUpError::Shop(wrong.message))? {
        shop.install_stubs(&stubs).map_err(|error| SetUpError::Shop(error.to_string()))?;
    }
    Ok(shop)
}

/// The release of that name; the newest when none is named, nothing for `none`.
fn bridge(version: Option<&At<String>>) -> Result<Option<&'static BridgeRelease>, SetUpError> {
    match version.map(|version| version.get().as_str()) {
        None => Ok(Some(BridgeRelease::newest())),
        Some("none") => Ok(None),
        Some(version) => BridgeRelease::find(version).map(Some).map_err(|error| SetUpError::Shop(error.to_string())),
    }
}
