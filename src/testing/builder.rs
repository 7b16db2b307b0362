//! What a test's shop starts as.

use jiff::Timestamp;

use super::TestShop;
use crate::clock::Clock;
use crate::magento::{BridgeRelease, Flavor, WebServer};
use crate::secret::ApiKey;
use crate::server::{FakeShop, ServerOptions};
use crate::shop::seed::SeedUser;
use crate::shop::{Seed, Shop, ShopConfig};
use crate::soap::WireStyle;

/// Where a test's clock stands unless it says otherwise.
const START: &str = "2026-01-31T09:00:00Z";
/// The API user every test shop has.
const USER: &str = "tester";
const KEY: &str = "tester-key";

/// Settings of a [`TestShop`] before it starts: the built-in corner shop on any free port of this machine, Magento
/// 1.9.4, RPC/encoded, the newest bridge, a clock that stands at 2026-01-31 09:00 UTC.
#[must_use = "nothing runs before start()"]
#[derive(Debug)]
pub struct TestShopBuilder {
    seed: Option<Seed>,
    config: ShopConfig,
    user: String,
    key: ApiKey,
}

impl TestShopBuilder {
    pub(super) fn new() -> Self {
        let config =
            ShopConfig { bridge: Some(BridgeRelease::newest()), ..ShopConfig::new(Clock::adjustable(at(START))) };
        Self { seed: None, config, user: USER.to_owned(), key: ApiKey::new(KEY) }
    }

    /// Starts on another seed; the user of [`Self::user`] is added to it.
    pub fn seed(mut self, seed: Seed) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Starts on a seed written as YAML or JSON.
    ///
    /// # Panics
    /// When it is none, with the place of the mistake.
    #[track_caller]
    pub fn seed_text(self, text: &str) -> Self {
        match Seed::parse(text, "seed") {
            Ok(seed) => self.seed(seed),
            Err(error) => panic!("{error}"),
        }
    }

    /// Speaks WS-I (document/literal) instead of RPC/encoded.
    pub fn wsi(mut self) -> Self {
        self.config.mode = WireStyle::WsI;
        self
    }

    /// Installs this release of the OroCRM bridge, such as `1.1.4`.
    ///
    /// # Panics
    /// When there is no such release, with those that exist.
    #[track_caller]
    pub fn bridge(mut self, version: &str) -> Self {
        match BridgeRelease::find(version) {
            Ok(release) => self.config.bridge = Some(release),
            Err(error) => panic!("{error}"),
        }
        self
    }

    /// Has never heard of the bridge.
    pub fn without_bridge(mut self) -> Self {
        self.config.bridge = None;
        self
    }

    /// Poses as another product or line.
    pub fn flavor(mut self, flavor: Flavor) -> Self {
        self.config.flavor = flavor;
        self
    }

    /// Is served by something else than is usual for its flavor.
    pub fn web_server(mut self, web_server: WebServer) -> Self {
        self.config.web_server = Some(web_server);
        self
    }

    /// Serves the bridge's malformed WS-I operations in a form that every client can load.
    pub fn mended_wsdl(mut self) -> Self {
        self.config.mended = true;
        self
    }

    /// The API user, with access to everything, that [`TestShop::user`] and [`TestShop::key`] name.
    pub fn user(mut self, name: &str, key: &str) -> Self {
        self.user = name.to_owned();
        self.key = ApiKey::new(key);
        self
    }

    /// The clock stands here until the test moves it.
    ///
    /// # Panics
    /// When `instant` is not such as `2026-01-31T09:00:00Z`.
    #[track_caller]
    pub fn frozen_at(mut self, instant: &str) -> Self {
        let at = at(instant);
        assert!(at.is_some(), "\"{instant}\" is no instant such as {START}");
        self.config.clock = Clock::adjustable(at);
        self
    }

    /// The clock runs with the machine's.
    pub fn running_clock(mut self) -> Self {
        self.config.clock = Clock::adjustable(None);
        self
    }

    /// Starts the shop on the test's runtime.
    ///
    /// # Panics
    /// When the seed contradicts itself or no port can be had, saying why.
    pub async fn start(self) -> TestShop {
        let mut seed = match self.seed.map_or_else(Seed::corner_shop, Ok) {
            Ok(seed) => seed,
            Err(error) => panic!("the built-in seed: {error}"),
        };
        seed.api_users.push(SeedUser::with_full_access(&self.user, self.key.expose_secret()));
        let shop = match Shop::new(self.config, seed) {
            Ok(shop) => shop,
            Err(error) => panic!("the seed: {error}"),
        };
        match FakeShop::start(shop, ServerOptions::default()).await {
            Ok(running) => TestShop::new(running, self.user, self.key),
            Err(error) => panic!("{error}"),
        }
    }
}

fn at(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
