//! The installation's switches: style, bridge release, flavor, and Magento's configuration values.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AdminRequest, Problem, Reply};
use crate::magento::{BridgeRelease, Flavor, WebServer};
use crate::secret::MASK;
use crate::server::service::Service;
use crate::shop::{Shop, ShopEdit};
use crate::soap::WireStyle;

/// The word for a shop without bridge, as on the command line.
const NO_BRIDGE: &str = "none";

/// What is to change; what is absent stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    /// Whether WS-I compliance is on.
    wsi: Option<bool>,
    /// The installed release of the OroCRM bridge, such as `1.2.19`, or `none`.
    bridge: Option<String>,
    /// The release that the shop poses as.
    flavor: Option<Flavor>,
    /// What serves the shop.
    web_server: Option<WebServer>,
    /// Configuration by path, such as `general/locale/timezone`.
    #[serde(default)]
    configuration: IndexMap<String, String>,
}

pub(super) fn read(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    Ok(Reply::Json(shown(&service.locked_shop())))
}

fn shown(shop: &Shop) -> Value {
    let configuration: IndexMap<&str, &str> =
        shop.settings().iter().map(|(path, value)| (path, if is_secret(path) { MASK } else { value })).collect();
    json!({
        "wsi": shop.mode() == WireStyle::WsI,
        "bridge": shop.bridge().map_or(NO_BRIDGE, BridgeRelease::short),
        "flavor": shop.flavor(),
        "web_server": shop.web_server(),
        "configuration": configuration,
    })
}

/// Magento keeps credentials of payment and mail services among its configuration.
fn is_secret(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    ["password", "api_key", "secret", "signature"].iter().any(|word| name.contains(word))
}

pub(super) fn change(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let change: Change = request.json()?;
    let bridge = change.bridge.as_deref().map(release).transpose()?;
    let mut shop = service.locked_shop();
    if let Some(bridge) = bridge {
        shop.set_bridge(bridge);
    }
    if let Some(wsi) = change.wsi {
        shop.set_mode(if wsi { WireStyle::WsI } else { WireStyle::RpcEncoded });
    }
    if let Some(flavor) = change.flavor {
        shop.set_flavor(flavor);
    }
    if let Some(web_server) = change.web_server {
        shop.set_web_server(Some(web_server));
    }
    for (path, value) in change.configuration {
        shop.edit(&ShopEdit::Configure { path, value })
            .map_err(|error| Problem::new(409, "the value cannot be set", error.to_string(), "see GET /settings"))?;
    }
    Ok(Reply::Json(shown(&shop)))
}

fn release(version: &str) -> Result<Option<&'static BridgeRelease>, Problem> {
    if version == NO_BRIDGE {
        return Ok(None);
    }
    BridgeRelease::find(version)
        .map(Some)
        .map_err(|error| Problem::new(400, "no such bridge release", error.to_string(), "name one of these or none"))
}
