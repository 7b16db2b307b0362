//! `shop` and `shops` as data: what a fake shop is at the start.

use std::borrow::Cow;
use std::fmt;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, Error, SeqAccess, Visitor};

use crate::magento::{Flavor, WebServer};
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::{Interval, YesNo};
use crate::shop::stubs::StubText;

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
    /// Modules of the shop, which declare further operations: folders with their `api.xml`, `wsdl.xml` and `wsi.xml`, by
    /// paths relative to this file.
    #[serde(default)]
    pub modules: Vec<At<String>>,
    /// What operations answer before the shop does: a list of stubs, or a file of them beside this one.
    #[serde(default)]
    pub stubs: Option<At<StubsSetup>>,
    /// How long a session of the API lives without a call.
    #[serde(default, rename = "session timeout")]
    pub session_timeout: Option<Interval>,
    /// SOAP users by name, on top of those of the seed and of `oro`, who may do everything.
    #[serde(default, rename = "api users")]
    pub api_users: IndexMap<At<String>, ApiUserSetup>,
}

/// Stubs, or where they are.
#[derive(Clone, Debug)]
pub enum StubsSetup {
    /// A file beside the scenario.
    File(String),
    /// The stubs are written in the scenario itself.
    Inline(Vec<At<StubText>>),
}

impl<'de> Deserialize<'de> for StubsSetup {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Stubs;

        impl<'de> Visitor<'de> for Stubs {
            type Value = StubsSetup;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list of stubs, or the name of a file of them")
            }

            fn visit_str<E: Error>(self, name: &str) -> Result<StubsSetup, E> {
                Ok(StubsSetup::File(name.to_owned()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<StubsSetup, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(items)).map(StubsSetup::Inline)
            }
        }

        deserializer.deserialize_any(Stubs)
    }
}

impl JsonSchema for StubsSetup {
    fn schema_name() -> Cow<'static, str> {
        "StubsSetup".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let stub = generator.subschema_for::<StubText>();
        json_schema!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": stub }] })
    }
}

/// A SOAP user of the shop.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiUserSetup {
    /// The API key, six characters or more.
    pub key: At<String>,
    /// Whether the account is active; only an active user can log in.
    #[serde(default = "yes")]
    pub active: YesNo,
    /// The resources of the user's role, such as `customer/info`. Left out: all.
    #[serde(default)]
    pub resources: Option<Vec<At<String>>>,
}

fn yes() -> YesNo {
    YesNo::Yes
}
