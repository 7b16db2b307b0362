//! The arguments that say which shop is meant; shared by commands that pose as one.

use clap::Args;

use crate::magento::{BridgeRelease, Flavor};
use crate::soap::WireMode;

/// Style, bridge and product of a shop.
#[derive(Debug, Args)]
pub struct ShopArgs {
    /// Speak WS-I (document/literal) instead of RPC/encoded.
    #[arg(long)]
    wsi: bool,
    /// Release of the OroCRM bridge the shop has installed, or `none`.
    #[arg(long, value_name = "VERSION", default_value = "1.2.19", value_parser = bridge)]
    bridge: Bridge,
    /// The product and line to pose as.
    #[arg(long, value_enum, default_value_t)]
    pub flavor: Flavor,
}

/// An installed release or none.
#[derive(Clone, Copy, Debug)]
struct Bridge(Option<&'static BridgeRelease>);

fn bridge(text: &str) -> Result<Bridge, String> {
    if text == "none" {
        return Ok(Bridge(None));
    }
    BridgeRelease::find(text).map(|release| Bridge(Some(release))).map_err(|error| error.to_string())
}

impl ShopArgs {
    /// The style.
    pub fn mode(&self) -> WireMode {
        if self.wsi { WireMode::WsI } else { WireMode::RpcEncoded }
    }

    /// The installed bridge.
    pub fn bridge(&self) -> Option<&'static BridgeRelease> {
        self.bridge.0
    }

    /// The shop in a few words, for a person.
    pub fn described(&self) -> String {
        let flavor = clap::ValueEnum::to_possible_value(&self.flavor);
        let flavor = flavor.as_ref().map_or("magento", |value| value.get_name());
        let style = match self.mode() {
            WireMode::RpcEncoded => "RPC/encoded",
            WireMode::WsI => "WS-I",
        };
        match self.bridge() {
            Some(release) => format!("{flavor}, {style}, bridge {}", release.short()),
            None => format!("{flavor}, {style}, no bridge"),
        }
    }
}
