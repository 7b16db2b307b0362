//! `shop` and `shops` as data: what a fake shop is at the start.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::magento::{Flavor, WebServer};
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::{Interval, YesNo};

/// A fake Magento shop.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShopSetup {
    /// What the shop holds at the start: the name of a seed that comes with Mockgento, or a path beside this file.
    #[serde(default)]
    pub seed: Option<At<String>>,
    /// Whether WS-I compliance is switched on in the shop.
    #[serde(default)]
    pub wsi: YesNo,
    /// The installed OroCRM bridge: a release such as 1.2.19, or `none`. Left out: the newest.
    #[serde(default)]
    pub bridge: Option<At<String>>,
    /// What the shop poses as.
    #[serde(default)]
    pub flavor: Flavor,
    /// What serves it, `fpm` or `built-in`; left out, what is usual for the flavor.
    #[serde(default, rename = "web server")]
    pub web_server: Option<WebServer>,
    /// In which way the shop differs from that product: a file as `mockgento compare --write-overrides` makes it, beside
    /// this one. Its flavor, bridge and style hold where nothing else is said here.
    #[serde(default)]
    pub overrides: Option<At<String>>,
    /// How long a session of the API lives without a call.
    #[serde(default, rename = "session timeout")]
    pub session_timeout: Option<Interval>,
    /// SOAP users by name, on top of those of the seed and of `oro`, who may do everything.
    #[serde(default, rename = "api users")]
    pub api_users: IndexMap<At<String>, ApiUserSetup>,
}

/// A SOAP user of the shop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiUserSetup {
    /// The API key, six characters or more.
    pub key: At<String>,
    /// What "The account is" says.
    #[serde(default = "yes")]
    pub active: YesNo,
    /// The resources of the user's role, such as `customer/info`. Left out: all.
    #[serde(default)]
    pub resources: Option<Vec<At<String>>>,
}

fn yes() -> YesNo {
    YesNo::Yes
}
