//! What kind of installation a shop is, and Magento's own configuration values.

use std::sync::Arc;

use indexmap::IndexMap;
use jiff::tz::TimeZone;

use super::overrides::Overrides;
use crate::clock::Clock;
use crate::magento::{BridgeRelease, Contract, Flavor, WebServer};
use crate::soap::WireStyle;

/// Where the configuration has the time zone.
pub(in crate::shop) const TIME_ZONE: &str = "general/locale/timezone";

/// The switches of an installation.
#[derive(Clone, Debug)]
pub struct ShopConfig {
    /// Style of the API (`api/config/compliance_wsi`).
    pub mode: WireStyle,
    /// Installed bridge release, if any.
    pub bridge: Option<&'static BridgeRelease>,
    /// What the shop poses as.
    pub flavor: Flavor,
    /// What serves it; the flavor's own when nobody says.
    pub web_server: Option<WebServer>,
    /// Source of all stamps and expiries.
    pub clock: Clock,
    /// Whether the bridge's malformed operations are declared, and so can be called, in a form that strict stacks load
    /// (wire spec, fact 14). No real shop does it.
    pub mended: bool,
    /// What the shop does otherwise than its product, as somebody's real shop does.
    pub overrides: Option<Arc<Overrides>>,
    /// What the API is: the product's, or that and what modules declare.
    pub contract: Arc<Contract>,
    /// Seed of session ids, confirmation keys and salts.
    pub random_seed: u64,
}

impl ShopConfig {
    /// Magento CE 1.9.4 in RPC style without bridge.
    pub fn new(clock: Clock) -> Self {
        Self {
            mode: WireStyle::RpcEncoded,
            bridge: None,
            flavor: Flavor::default(),
            web_server: None,
            clock,
            mended: false,
            overrides: None,
            contract: Contract::base(),
            random_seed: 1,
        }
    }
}

/// Values of Magento's configuration by path; the defaults are those of a fresh install.
#[derive(Clone, Debug)]
pub struct Settings(IndexMap<String, String>);

/// Path and value of what operations read.
const DEFAULTS: &[(&str, &str)] = &[
    ("web/unsecure/base_url", "http://localhost/"),
    ("admin/url/front_name", "admin"),
    (TIME_ZONE, "America/Los_Angeles"),
    ("general/country/optional_zip_countries", "HK,IE,MO,PA"),
    ("api/config/session_timeout", "3600"),
    ("customer/account_share/scope", "1"),
    ("customer/create_account/default_group", "1"),
    ("oro/api/enable_attributes", "0"),
];

impl Default for Settings {
    fn default() -> Self {
        Self(DEFAULTS.iter().map(|(path, value)| ((*path).to_owned(), (*value).to_owned())).collect())
    }
}

impl Settings {
    /// A value; empty when it is not set.
    pub fn text(&self, path: &str) -> String {
        self.0.get(path).cloned().unwrap_or_default()
    }

    /// A value, when it is set.
    pub fn get(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Sets the value of a path such as `web/unsecure/base_url`.
    pub fn set(&mut self, path: impl Into<String>, value: impl Into<String>) {
        self.0.insert(path.into(), value.into());
    }

    /// Whether a switch is on.
    pub fn is_on(&self, path: &str) -> bool {
        self.get(path) == Some("1")
    }

    /// Whether a comma list holds an item.
    pub fn lists(&self, path: &str, item: &str) -> bool {
        self.get(path).is_some_and(|list| list.split(',').any(|entry| entry == item))
    }

    /// The zone of ISO dates in "info" answers; UTC when the name is unknown.
    pub fn time_zone(&self) -> TimeZone {
        TimeZone::get(&self.text(TIME_ZONE)).unwrap_or(TimeZone::UTC)
    }

    /// All values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, value)| (path.as_str(), value.as_str()))
    }
}
