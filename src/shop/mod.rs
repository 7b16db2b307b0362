//! The fake shop: its tables, sessions, rights and what every operation does to them. No bytes and no HTTP in here, and
//! nothing asynchronous: [`Shop::dispatch`] takes an operation's name and arguments and answers a value or a refusal.
#![doc(hidden)]

pub mod acl;
mod address;
pub mod built_in;
mod checkpoint;
pub mod conditions;
pub mod config;
pub mod database;
mod delete;
mod description;
pub mod dump;
pub mod edit;
mod explain;
pub mod generate;
mod increment_id;
mod index;
mod known_secrets;
mod newsletter;
pub mod operation;
mod option_labels;
pub mod overrides;
pub mod recorded;
pub mod refusal;
pub mod row;
pub mod sales;
pub mod seed;
pub mod session;
pub mod state;
mod store_value;
pub mod stubs;
mod table;
pub mod version1;
pub mod written;

use std::sync::Arc;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::clock::{Clock, ClockMark};
use crate::magento::flavor::JsonRpc;
use crate::magento::{BridgeRelease, Contract, Flavor, WebServer};
use crate::soap::mend::mend;
use crate::soap::{Codec, HeaderBlock, RequestError, SoapFault, SoapStruct, SoapValue, WireStyle};

pub use checkpoint::Checkpoint;
pub use config::{Settings, ShopConfig};
pub use database::{Database, Table};
pub use edit::{EditError, OrderDocument, OrderRemark, Part, ShopEdit};
pub use overrides::{Overrides, OverridesError};
pub use refusal::Refusal;
pub use row::Row;
pub use sales::{Sale, SaleRefused};
pub use seed::{Seed, SeedError};
pub use written::Miswritten;

use description::Description;
use operation::Given;
use session::Sessions;
use stubs::{Stubbed, Stubs};

/// A fake shop: state plus the switches of its installation.
#[derive(Clone)]
pub struct Shop {
    /// The installation's switches: style, bridge, flavor.
    pub(crate) config: ShopConfig,
    /// Values of Magento's configuration, by path.
    pub(crate) settings: Settings,
    pub(crate) database: Database,
    pub(crate) users: acl::Users,
    sessions: Sessions,
    pub(crate) random: ChaCha8Rng,
    description: Description,
    stubs: Stubs,
    /// Stubs that calls met and nobody has asked for yet.
    stubbed: Vec<Stubbed>,
    codec_of_version1: Codec,
    origin: Origin,
    /// Where a server said it listens; it outlives a reset.
    served_at: Option<String>,
    version: u64,
    /// Whether the operation that is running was called through API version 1.
    is_version1: bool,
}

/// What a reset goes back to.
#[derive(Clone)]
struct Origin {
    seed: Arc<Seed>,
    config: ShopConfig,
    clock: ClockMark,
    stubs: Stubs,
}

impl Shop {
    /// Opens a shop on a seed.
    ///
    /// # Errors
    /// [`SeedError`] when the seed contradicts itself, such as an address of a customer that does not exist.
    pub fn new(config: ShopConfig, seed: Seed) -> Result<Self, SeedError> {
        let mut origin = seed.clone();
        let loaded = seed.load(&config.contract)?;
        // Rows of the seed that were completed would be there twice.
        origin.customers = loaded.customers;
        let seed = Arc::new(origin);
        let description = Description::new(codec_for(&config));
        let mut shop = Self {
            origin: Origin { seed, config: config.clone(), clock: config.clock.mark(), stubs: Stubs::default() },
            stubs: Stubs::default(),
            stubbed: Vec::new(),
            served_at: None,
            version: 0,
            is_version1: false,
            random: ChaCha8Rng::seed_from_u64(config.random_seed),
            settings: loaded.settings,
            database: loaded.database,
            users: loaded.users,
            sessions: Sessions::default(),
            description,
            codec_of_version1: codec_of_version1(&config),
            config,
        };
        shop.describe_anew();
        shop.install_categories();
        shop.install_attribute_sets();
        shop.join_attribute_sets(&loaded.members)?;
        shop.install_stubs_of_overrides().map_err(|error| SeedError::Overrides(error.to_string()))?;
        Ok(shop)
    }

    /// A shop that is now as this one, with a clock and a life of its own; nobody is logged in.
    #[must_use]
    pub fn copied(&self, clock: Clock) -> Self {
        let config = ShopConfig { clock, ..self.config.clone() };
        Self { config, sessions: Sessions::default(), ..self.clone() }
    }

    /// Reads and writes envelopes of SOAP v1, which is the same in every style.
    pub fn codec_of_version1(&self) -> &Codec {
        &self.codec_of_version1
    }

    /// What the shop does of JSON-RPC.
    pub fn json_rpc(&self) -> JsonRpc {
        let installed = self.overrides().and_then(|overrides| overrides.doors.json_rpc);
        match installed {
            Some(true) => JsonRpc::Works,
            Some(false) => JsonRpc::Missing,
            None => self.flavor().json_rpc(),
        }
    }

    /// Codes of the store views that an address may begin with, and the administration's.
    pub fn store_codes(&self) -> Vec<String> {
        let stores = self.database.table("core_store").iter();
        let active = stores.filter(|(_, store)| store.get("is_active") != Some("0"));
        active.map(|(_, store)| store.text("code").to_owned()).chain(["admin".to_owned()]).collect()
    }

    /// The clock of the shop, which stamps its rows.
    pub fn clock(&self) -> &Clock {
        &self.config.clock
    }

    /// Lets the shop tell the time by another clock from here on; a reset puts that one back to where the shop began.
    pub fn set_clock(&mut self, clock: Clock) {
        self.version += 1;
        self.origin.config.clock = clock.clone();
        self.config.clock = clock;
    }

    /// The style in which the shop speaks now.
    pub fn mode(&self) -> WireStyle {
        self.config.mode
    }

    /// The installed bridge release.
    pub fn bridge(&self) -> Option<&'static BridgeRelease> {
        self.config.bridge
    }

    /// What the API is: the product's, or that and what modules declare.
    pub fn contract(&self) -> &Arc<Contract> {
        &self.config.contract
    }

    /// Installs modules: the API is what this says, until a reset.
    pub fn set_contract(&mut self, contract: Arc<Contract>) {
        self.version += 1;
        self.config.contract = contract;
        self.describe_anew();
    }

    /// What the shop poses as.
    pub fn flavor(&self) -> Flavor {
        self.config.flavor
    }

    /// What serves the shop.
    pub fn web_server(&self) -> WebServer {
        self.config.web_server.unwrap_or_else(|| self.flavor().web_server())
    }

    /// Serves the shop by something else; `None` for what is usual for its flavor.
    pub fn set_web_server(&mut self, web_server: Option<WebServer>) {
        self.version += 1;
        self.config.web_server = web_server;
    }

    /// A number that is another one after anything but reading has been done in the shop; the same call gets the same
    /// answer while it stays. Stamps come with changes only, so time passing changes nothing here.
    pub fn version(&self) -> u64 {
        self.version
    }

    /// Uses a session, which keeps it alive; false when there is none.
    pub(crate) fn use_session(&mut self, session: &str) -> bool {
        self.user_of(session).is_some()
    }

    /// The base URL of the installation, with a slash at its end.
    pub fn base_url(&self) -> String {
        self.settings.text("web/unsecure/base_url")
    }

    /// Sets the base URL, once the server knows where it listens.
    pub fn set_base_url(&mut self, url: impl Into<String>) {
        self.version += 1;
        let url = url.into();
        self.settings.set("web/unsecure/base_url", url.clone());
        self.served_at = Some(url);
    }

    /// Puts everything back as it was opened: tables, users, configuration, style, bridge, flavor and clock. Sessions
    /// end.
    ///
    /// # Errors
    /// [`SeedError`] never comes from a seed that a shop was opened on.
    pub fn reset(&mut self) -> Result<(), SeedError> {
        let seed = Arc::clone(&self.origin.seed);
        self.open_on(seed, self.origin.config.clone())?;
        self.config.clock.restore(&self.origin.clock);
        Ok(())
    }

    /// Opens the shop on another seed, which resets go back to from now on. Style, bridge and flavor stay; sessions end.
    ///
    /// # Errors
    /// [`SeedError`] when the seed contradicts itself; the shop stays as it was then.
    pub fn reseed(&mut self, seed: Seed) -> Result<(), SeedError> {
        self.open_on(Arc::new(seed), self.config.clone())
    }

    fn open_on(&mut self, seed: Arc<Seed>, config: ShopConfig) -> Result<(), SeedError> {
        let mut fresh = Self::new(config, Seed::clone(&seed))?;
        let stubs = self.origin.stubs.clone();
        fresh.stubs = stubs.clone();
        let seed = Arc::clone(&fresh.origin.seed);
        fresh.origin = Origin { seed, config: self.origin.config.clone(), clock: self.origin.clock.clone(), stubs };
        if let Some(url) = &self.served_at {
            fresh.set_base_url(url.clone());
        }
        fresh.version = self.version + 1;
        *self = fresh;
        Ok(())
    }

    /// Switches WS-I compliance on or off, as `System > Configuration` does.
    pub fn set_mode(&mut self, mode: WireStyle) {
        self.version += 1;
        self.config.mode = mode;
        self.describe_anew();
    }

    /// Installs another bridge release, or removes it.
    pub fn set_bridge(&mut self, bridge: Option<&'static BridgeRelease>) {
        self.version += 1;
        self.config.bridge = bridge;
        self.describe_anew();
    }

    /// Makes the shop pose as another product or line.
    pub fn set_flavor(&mut self, flavor: Flavor) {
        self.version += 1;
        self.config.flavor = flavor;
        self.describe_anew();
        self.codec_of_version1 = codec_of_version1(&self.config);
    }

    /// Runs one operation: session, path, access control, then the operation itself (wire spec, section 4.4).
    ///
    /// # Errors
    /// [`Refusal`]: a fault, or one of the ways in which a real server breaks.
    pub fn dispatch(&mut self, operation: &str, arguments: &SoapStruct) -> Result<SoapValue, Refusal> {
        self.dispatch_as(operation, arguments, &Given::default())
    }

    /// The same for an operation that came through any version of the API.
    fn dispatch_as(&mut self, operation: &str, arguments: &SoapStruct, given: &Given) -> Result<SoapValue, Refusal> {
        if !self.config.contract.operation(operation).is_some_and(|facts| facts.reads_only) {
            self.version += 1;
        }
        self.is_version1 = given.is_version1;
        let outcome = operation::dispatch(self, operation, arguments, given);
        let Some(overrides) = self.config.overrides.clone() else { return outcome };
        overrides.outcome(operation, arguments, outcome, || {
            let mut arguments = arguments.clone();
            arguments.set("pager", SoapStruct::new());
            match operation::dispatch(self, operation, &arguments, given) {
                Ok(SoapValue::List(rows)) => Some(rows),
                _ => None,
            }
        })
    }

    /// What this shop does otherwise than its product.
    pub fn overrides(&self) -> Option<&Arc<Overrides>> {
        self.config.overrides.as_ref()
    }

    /// What Magento answers to any SOAP header block: it runs the block as an operation (wire spec, section 4.5).
    pub fn refuse_header(&self, block: HeaderBlock) -> Refusal {
        if self.mode() == WireStyle::WsI && block == HeaderBlock::Scalar && self.flavor().is_openmage() {
            let text = "get_object_vars(): Argument #1 ($object) must be of type object, string given";
            return Refusal::Thrown(text.to_owned());
        }
        self.config.contract.global_fault("session_expired").into()
    }

    /// Whether an operation of the contract does something here.
    pub fn implemented(operation: &str) -> bool {
        operation::implemented(operation)
    }

    /// Forgets every session, as if all had timed out.
    pub fn expire_sessions(&mut self) {
        self.version += 1;
        self.sessions.clear();
    }

    /// Applies what a merchant or customer does in the shop.
    ///
    /// # Errors
    /// [`EditError`] when the record or field does not exist.
    pub fn edit(&mut self, edit: &ShopEdit) -> Result<i64, EditError> {
        self.version += 1;
        edit::apply(self, edit)
    }

    /// Why a call got its fault, in words for whoever wrote the client; `None` when the fault says it all.
    pub fn explain_fault(&self, operation: &str, arguments: &SoapStruct, fault: &SoapFault) -> Option<String> {
        explain::fault(self, operation, arguments, fault)
    }

    /// Why a request was refused before any operation ran.
    pub fn explain_refusal(&self, error: &RequestError) -> String {
        explain::refusal(self, error)
    }

    /// Values of Magento's configuration, by path.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Everything in the shop that a person would want to compare, ordered and without secrets.
    pub fn state(&self) -> serde_json::Value {
        state::of(self)
    }

    /// The tables, to look at.
    pub fn database(&self) -> &Database {
        &self.database
    }

    pub(crate) fn now_sql(&self) -> String {
        crate::datetime::to_sql(self.config.clock.now())
    }
}

fn codec_of_version1(config: &ShopConfig) -> Codec {
    let own = config.overrides.as_ref().and_then(|overrides| overrides.service.namespace.clone());
    let namespace = own.unwrap_or_else(|| config.flavor.target_namespace().to_owned());
    Codec::of_version1(crate::soap::version1::service(&namespace, config.flavor.version1_handler()))
}

fn codec_for(config: &ShopConfig) -> Codec {
    let real = config.contract.schema(config.mode, config.bridge, config.flavor);
    let own = match &config.overrides {
        Some(overrides) => Arc::new(overrides.service_of(&real)),
        None => real,
    };
    let schema = if config.mended { Arc::new(mend(&own)) } else { own };
    Codec::new(schema).with_line_splitting(config.flavor.splits_lines(config.mode))
}
