//! The arguments that say which shop is meant; shared by commands that pose as one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use miette::miette;

use crate::bounded;
use crate::magento::{BridgeRelease, Contract, Flavor, WebServer};
use crate::shop::Overrides;
use crate::soap::{ServiceSchema, WireStyle};

/// Style, bridge and product of a shop.
#[derive(Debug, Args)]
pub struct ShopArgs {
    /// Speak WS-I (document/literal) instead of RPC/encoded.
    #[arg(long)]
    wsi: bool,
    /// Release of the OroCRM bridge the shop has installed, or `none`. Left out: what the overrides say, else the newest.
    #[arg(long, value_name = "VERSION", value_parser = bridge)]
    bridge: Option<Bridge>,
    /// The product and line to pose as. Left out: what the overrides say, else magento-1.9.4.
    #[arg(long, value_enum)]
    flavor: Option<Flavor>,
    /// In which way the shop differs from that product: a file as `mockgento compare --write-overrides` makes it.
    #[arg(long, value_name = "FILE")]
    overrides: Option<PathBuf>,
}

impl ValueEnum for Flavor {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).aliases(self.aliases()).help(self.title()))
    }
}

impl ValueEnum for WebServer {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()))
    }
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

/// The shop that the arguments mean.
#[derive(Clone, Debug)]
pub struct ShopKind {
    /// The style.
    pub mode: WireStyle,
    /// The installed bridge.
    pub bridge: Option<&'static BridgeRelease>,
    /// The product and line.
    pub flavor: Flavor,
    /// What it does otherwise.
    pub overrides: Option<Arc<Overrides>>,
}

impl ShopArgs {
    /// Reads the overrides, if any; what is asked for otherwise goes before what they say.
    pub fn kind(&self) -> miette::Result<ShopKind> {
        let overrides = self.overrides.as_deref().map(read).transpose()?;
        let said = overrides.clone().unwrap_or_default();
        let bridge = said.bridge_release().map_err(|error| miette!("{error}"))?;
        let kind = ShopKind {
            mode: if self.wsi { WireStyle::WsI } else { said.mode().unwrap_or_default() },
            bridge: self.bridge.map_or_else(|| bridge.unwrap_or(Some(BridgeRelease::newest())), |asked| asked.0),
            flavor: self.flavor.or(said.flavor).unwrap_or_default(),
            overrides: overrides.map(Arc::new),
        };
        let product = Contract::shared().schema(kind.mode, kind.bridge, kind.flavor);
        said.check(&product).map_err(|error| miette!("{error}"))?;
        Ok(kind)
    }
}

fn read(path: &Path) -> miette::Result<Overrides> {
    let name = path.display().to_string();
    let help = "give a file as \"mockgento compare --write-overrides\" makes it";
    let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX)
        .map_err(|error| miette!(help = help, "cannot read the overrides {name}: {error}"))?;
    Overrides::parse(&text, &name).map_err(|error| miette!(help = help, "{error}"))
}

impl ShopKind {
    /// The operations and types it declares.
    pub fn schema(&self) -> Arc<ServiceSchema> {
        let product = Contract::shared().schema(self.mode, self.bridge, self.flavor);
        self.overrides.as_ref().map_or_else(|| product.clone(), |own| Arc::new(own.service_of(&product)))
    }

    /// The shop in a few words, for a person.
    pub fn described(&self) -> String {
        let flavor = self.flavor.as_str();
        let style = match self.mode {
            WireStyle::RpcEncoded => "RPC/encoded",
            WireStyle::WsI => "WS-I",
        };
        let bridge = match self.bridge {
            Some(release) => format!("bridge {}", release.short()),
            None => "no bridge".to_owned(),
        };
        let own = if self.overrides.is_some() { ", overridden" } else { "" };
        format!("{flavor}, {style}, {bridge}{own}")
    }
}
