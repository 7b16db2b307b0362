//! The arguments that say which shop is meant; shared by commands that pose as one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use miette::miette;
use url::Url;

use super::address;
use super::connection_args::runtime;
use crate::bounded;
use crate::clock::Clock;
use crate::magento::{BridgeRelease, Contract, Declarer, Flavor, Module, WebServer};
use crate::shop::Overrides;
use crate::soap::{ServiceSchema, WireStyle};
use crate::transport::tcp::{TcpOptions, TcpTransport};
use crate::transport::{HttpRequest, Transport as _};

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
    /// Install a module: the folder with its `api.xml`, `wsdl.xml` and `wsi.xml`, or one that holds such folders. May be given
    /// several times; they join in this order.
    #[arg(long, value_name = "DIR")]
    module: Vec<PathBuf>,
    /// Declare what this WSDL of a shop has beyond the product: a file or an http(s) address.
    #[arg(long, value_name = "FILE|URL")]
    wsdl: Option<String>,
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
    /// The style in which the shop speaks.
    pub mode: WireStyle,
    /// The release of the bridge that is installed; `None` without one.
    pub bridge: Option<&'static BridgeRelease>,
    /// The product and line.
    pub flavor: Flavor,
    /// What it does otherwise.
    pub overrides: Option<Arc<Overrides>>,
    /// What its API is, modules included.
    pub contract: Arc<Contract>,
    /// What of its modules is served otherwise than it is written.
    pub notes: Vec<String>,
}

impl ShopArgs {
    /// Reads the overrides, if any; what is asked for otherwise goes before what they say.
    pub fn kind(&self) -> miette::Result<ShopKind> {
        let overrides = self.overrides.as_deref().map(read).transpose()?;
        let said = overrides.clone().unwrap_or_default();
        let bridge = said.bridge_release().map_err(|error| miette!("{error}"))?;
        let modules = self.modules()?;
        let contract = match modules.as_slice() {
            [] => Contract::base(),
            modules => Contract::shared().with_modules(modules).map_err(|error| miette!("{error}"))?,
        };
        let kind = ShopKind {
            mode: if self.wsi { WireStyle::WsI } else { said.mode().unwrap_or_default() },
            bridge: self.bridge.map_or_else(|| bridge.unwrap_or(Some(BridgeRelease::newest())), |asked| asked.0),
            flavor: self.flavor.or(said.flavor).unwrap_or_default(),
            overrides: overrides.map(Arc::new),
            notes: modules.iter().flat_map(|module| module.notes.clone()).collect(),
            contract,
        };
        let product = kind.contract.schema(kind.mode, kind.bridge, kind.flavor);
        let kind = ShopKind { notes: [kind.notes.clone(), unreachable(&kind, &product)].concat(), ..kind };
        said.check(&product).map_err(|error| miette!("{error}"))?;
        Ok(kind)
    }
}

impl ShopArgs {
    fn modules(&self) -> miette::Result<Vec<Module>> {
        let mut modules = Vec::new();
        for folder in &self.module {
            modules.extend(Module::read_folder(folder).map_err(|error| miette!("{error}"))?);
        }
        if let Some(wsdl) = &self.wsdl {
            let (text, shown) = wsdl_of(wsdl)?;
            modules.push(Module::read_wsdl(&text, &shown).map_err(|error| miette!("{error}"))?);
        }
        Ok(modules)
    }
}

/// Operations of modules that no client reaches, and why; no file of them is broken.
fn unreachable(kind: &ShopKind, schema: &ServiceSchema) -> Vec<String> {
    let of_modules = kind.contract.operations().filter_map(|facts| match kind.contract.declarer(&facts.name) {
        // A path of API v1 is no name of version 2.
        Some(Declarer::Module(place)) if !facts.name.contains('.') => Some((facts, place)),
        _ => None,
    });
    let told = of_modules.filter_map(|(facts, place)| {
        let name = &facts.name;
        if facts.resource.is_none() {
            return Some(format!(
                "{place}: {name} leads to no method of api.xml, so that it answers fault 3 as in a real shop; give its resource \
                 a prefix (v2/resources_function_prefix) that {name} begins with, and a method of the name that follows"
            ));
        }
        let is_missing = kind.mode == WireStyle::WsI && schema.operation(name).is_none();
        is_missing.then(|| format!("{place}: {name} is not in WS-I; declare it in wsi.xml"))
    });
    told.collect()
}

/// A WSDL, and where it is as people may read it. What is there as a file is one; of the rest, whatever looks like an
/// address may hold a password and is never repeated.
fn wsdl_of(given: &str) -> miette::Result<(String, String)> {
    let path = Path::new(given);
    let is_address = given.contains("//") || given.contains('@');
    if path.exists() || !is_address {
        let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX).map_err(|error| {
            miette!(
                help = "give a file, or an address with http:// or https://",
                "cannot read the WSDL {given}: {error}"
            )
        })?;
        return Ok((text, given.to_owned()));
    }
    let url = address::read(given).map_err(|problem| {
        miette!(help = "give a file that is there, or an address with http:// or https://", "--wsdl: {problem}")
    })?;
    let shown = crate::transport::masked(&url);
    Ok((fetched(url, &shown)?, shown))
}

/// Downloads a WSDL; its style and declarations are all that is read of it.
fn fetched(url: Url, shown: &str) -> miette::Result<String> {
    let transport = TcpTransport::new(TcpOptions::default(), Clock::system()).map_err(|error| miette!("{error}"))?;
    let answer = runtime()?
        .block_on(transport.send(HttpRequest::get(url)))
        .map_err(|error| miette!(help = "download it and give the file", "cannot fetch the WSDL: {error}"))?;
    if answer.status != 200 {
        return Err(miette!(
            help = "open the address in a browser",
            "{shown} answers status {} and no WSDL",
            answer.status
        ));
    }
    String::from_utf8(answer.body).map_err(|_| miette!("{shown} answers no UTF-8"))
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
        let product = self.contract.schema(self.mode, self.bridge, self.flavor);
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
        let operations =
            self.contract.operations().filter(|facts| self.contract.declarer(&facts.name).is_some()).count();
        let modules = match operations {
            0 => String::new(),
            1 => ", 1 operation of modules".to_owned(),
            more => format!(", {more} operations of modules"),
        };
        format!("{flavor}, {style}, {bridge}{own}{modules}")
    }
}
