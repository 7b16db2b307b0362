//! `mockgento serve`: a fake shop on a socket until Ctrl-C, or until the program that started it is gone. Which shop a
//! scenario has at some moment is found in [`of_scenario`].

use std::fs::File;
use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, PoisonError};

mod args;
mod control_args;
mod of_scenario;

use comfy_table::{ContentArrangement, Table, presets};
use miette::{IntoDiagnostic, WrapErr, miette};
use tracing_subscriber::EnvFilter;

use self::args::LogFormat;
pub use self::args::ServeArgs;
use super::ready::Ready;
use super::shop_args::ShopKind;
use super::shops::{self, NamedShop};
use super::{ExitCode, Outcome};
use crate::bounded;
use crate::cli::output;
use crate::clock::Clock;
use crate::magento::Contract;
use crate::server::{AdminApi, BaseUrl, EndpointOptions, FakeShop, InMemoryShop, ServerOptions};
use crate::shop::seed::SeedUser;
use crate::shop::stubs::StubFile;
use crate::shop::{Seed, SeedError, Shop, ShopConfig, built_in};

/// Serves until Ctrl-C.
pub fn run(args: &ServeArgs) -> Outcome {
    let kind = args.shop.kind()?;
    if args.list_operations {
        // A reader that closed the pipe early has seen what it wanted.
        let _ = writeln!(output::stdout(), "{}", operations(&kind));
        return Ok(ExitCode::AsExpected);
    }
    if let Some(place) = &args.scenario {
        // The log is of whoever calls from now on.
        let (plans, said) = of_scenario::plans(args, place, args.until)?;
        start_logging(args)?;
        return run_all(args, plans, &said);
    }
    start_logging(args)?;
    if let Some(folder) = &args.cassette {
        let is_json = args.log_format == LogFormat::Json;
        return runtime()?.block_on(super::record::serve_cassette(folder, args.listen(), &args.ready, is_json));
    }
    let plans = match &args.shops {
        None => vec![Plan {
            name: None,
            shop: Content::New(Box::new(shop(args, &kind)?)),
            described: kind.described(),
            args,
        }],
        Some(file) => return run_several(args, &shops::read(file, args.listen)?),
    };
    run_all(args, plans, "")
}

/// A shop that is to be served, with what the command line or a file says of it.
struct Plan<'a> {
    name: Option<String>,
    args: &'a ServeArgs,
    /// Style, bridge and flavor, in words.
    described: String,
    shop: Content,
}

/// What is served.
enum Content {
    /// A shop that nobody has called.
    New(Box<Shop>),
    /// One with a past.
    Known(InMemoryShop),
}

/// All shops are made before the first is served: they start all or not at all.
fn run_several(args: &ServeArgs, shops: &[NamedShop]) -> Outcome {
    let mut plans = Vec::new();
    for NamedShop { name, place, args: own } in shops {
        let said = |report: miette::Report| report.wrap_err(format!("{place}: the shop {name} cannot be served"));
        let kind = own.shop.kind().map_err(said)?;
        let shop = Content::New(Box::new(shop(own, &kind).map_err(said)?));
        plans.push(Plan { name: Some(name.clone()), shop, described: kind.described(), args: own });
    }
    run_all(args, plans, "")
}

/// Serves until the end; `said` is told after the addresses.
fn run_all(args: &ServeArgs, plans: Vec<Plan<'_>>, said: &str) -> Outcome {
    let runtime = runtime()?;
    let served = runtime.block_on(serve(args, plans, said));
    // A request that is still being read does not keep the program.
    runtime.shutdown_background();
    served
}

fn runtime() -> miette::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .into_diagnostic()
        .wrap_err("cannot start the server's threads")
}

async fn serve(args: &ServeArgs, plans: Vec<Plan<'_>>, said: &str) -> Outcome {
    let files = args.ready.prepare()?;
    let mut served = Vec::new();
    for (number, Plan { name, args: own, described, shop }) in plans.into_iter().enumerate() {
        let endpoint = EndpointOptions { exact_wsdl: own.exact_wsdl, ..EndpointOptions::default() };
        let admin = if own.control.no_admin { AdminApi::Off } else { args.control.api()? };
        let mut listen = own.listen();
        if number > 0 && args.scenario.is_some() {
            // All of a scenario's shops have one command line: the first has the port that it names.
            listen.set_port(0);
        }
        let options = ServerOptions { listen, base_url: BaseUrl::Bound, endpoint, admin };
        let (notes, started) = match shop {
            Content::New(shop) => (notes(&shop), FakeShop::start(*shop, options).await),
            Content::Known(known) => {
                let notes = notes(&known.shop().lock().unwrap_or_else(PoisonError::into_inner));
                (notes, FakeShop::attach(&known, options).await)
            }
        };
        let running = started.map_err(|error| match &name {
            Some(name) => miette!("{name}: {error}"),
            None => miette!("{error}"),
        })?;
        if !running.address().ip().is_loopback() {
            tracing::warn!(address = %running.address(), "this shop is reachable from other machines");
        }
        let has_admin = admin != AdminApi::Off;
        let ready = ready(args, has_admin, &running, notes);
        served.push((name, described, has_admin, ready, running));
    }
    let end = args.ready.end().into_diagnostic().wrap_err("cannot wait for Ctrl-C")?;
    let named = served.iter().filter_map(|(name, _, _, ready, _)| Some((name.clone()?, ready.clone())));
    let first =
        served.first().map(|(.., ready, _)| ready.clone()).ok_or_else(|| miette!("there is no shop to serve"))?;
    let ready = Ready { shops: named.collect(), ..first };
    files.write(&ready)?;
    match args.log_format {
        LogFormat::Json => ready.print(),
        LogFormat::Text => {
            for (name, described, has_admin, ready, _) in &served {
                announce(name.as_deref(), *has_admin, described, ready);
            }
            let _ = writeln!(output::stdout(), "{said}Stop with Ctrl-C.");
            let _ = output::stdout().flush();
        }
    }
    end.await.log();
    files.remove(&ready);
    for (.., running) in served {
        running.stop().await;
    }
    Ok(ExitCode::AsExpected)
}

/// What a client of this shop would stumble over.
fn notes(shop: &Shop) -> Vec<String> {
    let unparsable = shop.codec().schema().unparsable.clone();
    let missing = Contract::shared().operations().filter(|operation| !Shop::implemented(&operation.name)).count();
    let unparsable = unparsable.map(|why| format!("Every call fails, as on a real one: {why}."));
    let missing = (missing > 0)
        .then(|| format!("{missing} operations of the API are not implemented; --list-operations names them."));
    unparsable.into_iter().chain(missing).collect()
}

fn ready(args: &ServeArgs, has_admin: bool, running: &FakeShop, notes: Vec<String>) -> Ready {
    let ready = Ready::at(running.address(), running.url().to_string(), running.wsdl_url().to_string());
    let has_console = has_admin && is_reached_from_here(running.address());
    let console = has_console.then(|| running.admin_url().to_string());
    let has_admin = has_console || (has_admin && args.control.token().is_some());
    let admin = has_admin.then(|| running.admin_url().as_str().trim_end_matches("/ui").to_owned());
    Ready { console, admin, notes, ..ready }
}

/// The console answers on the loopback interface only.
fn is_reached_from_here(address: SocketAddr) -> bool {
    address.ip().is_loopback() || address.ip().is_unspecified()
}

/// Tells where the shop is; programs read the WSDL's address from the second line.
fn announce(name: Option<&str>, has_admin: bool, described: &str, ready: &Ready) {
    let name = name.map(|name| format!("{name}: ")).unwrap_or_default();
    let mut text = format!("{name}Shop at {} ({described})\nWSDL at {}\n", ready.url, ready.wsdl);
    for note in &ready.notes {
        text.push_str(&format!("{note}\n"));
    }
    match &ready.console {
        Some(console) => text.push_str(&format!("Console at {console}\n")),
        None if !has_admin => {}
        None => text.push_str(&format!(
            "No console: it is served to this machine only, and {} is no loopback address; 0.0.0.0 has both.\n",
            ready.address.ip()
        )),
    }
    if ready.address.ip().is_unspecified() {
        text.push_str("From other machines, put this machine's name or address in the place of the host.\n");
    }
    // A reader that has seen the address may close the pipe; the server goes on.
    let _ = output::stdout().write_all(text.as_bytes());
}

fn start_logging(args: &ServeArgs) -> miette::Result<()> {
    let filter = EnvFilter::try_new(&args.log)
        .map_err(|error| miette!(help = "try info, debug or mockgento::server=trace", "--log {}: {error}", args.log))?;
    let builder = tracing_subscriber::fmt().with_env_filter(filter);
    let started = match args.log_format {
        LogFormat::Text => {
            let is_coloured = std::io::stderr().is_terminal();
            builder.with_ansi(is_coloured).with_writer(move || output::log(is_coloured)).try_init()
        }
        LogFormat::Json => builder.json().with_writer(output::json_log).try_init(),
    };
    started.map_err(|error| miette!("cannot start the log: {error}"))
}

fn shop(args: &ServeArgs, kind: &ShopKind) -> miette::Result<Shop> {
    let named = args.seed.to_str().and_then(built_in::seed);
    let is_file = named.is_none();
    let mut seed = match named {
        Some(made) => made.map_err(|error| miette!("{error}"))?,
        None => seed_file(&args.seed)?,
    };
    if let Some((user, key)) = args.user()? {
        seed.api_users.push(SeedUser::with_full_access(user, key.expose_secret()));
    }
    let config = ShopConfig {
        mode: kind.mode,
        bridge: kind.bridge,
        flavor: kind.flavor,
        web_server: args.web_server,
        overrides: kind.overrides.clone(),
        mended: args.mend_wsdl,
        contract: Arc::clone(&kind.contract),
        ..ShopConfig::new(Clock::adjustable(args.now))
    };
    let told = |error: SeedError| {
        let text = is_file.then(|| bounded::read_text(&args.seed, bounded::SEED_BYTES_MAX).unwrap_or_default());
        text.map_or_else(|| error.to_string(), |text| error.told_of(&text, &args.seed.display().to_string()))
    };
    let mut shop = Shop::new(config, seed).map_err(|error| match error {
        SeedError::Overrides(why) => miette!(help = STUBS_HELP, "{why}"),
        error => miette!("{}", told(error)),
    })?;
    for path in &args.stubs {
        let name = path.display().to_string();
        let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX).map_err(|error| {
            miette!(help = "give a YAML or JSON file of stubs", "cannot read the stubs {name}: {error}")
        })?;
        let file = StubFile::parse(&text, &name).map_err(|error| miette!(help = STUBS_HELP, "{error}"))?;
        shop.install_stubs(&file).map_err(|error| miette!(help = STUBS_HELP, "{error}"))?;
    }
    for note in &kind.notes {
        tracing::warn!("{note}");
    }
    Ok(shop)
}

const STUBS_HELP: &str = "`mockgento schema stubs` prints what may stand in a file of stubs, docs/stubs.md explains it";

fn seed_file(path: &Path) -> miette::Result<Seed> {
    let name = path.display().to_string();
    let help = format!("give a YAML or JSON seed file, or one of the names {}", built_in::NAMES.join(", "));
    if let Some(seed) = long_seed(path) {
        return Ok(seed);
    }
    let text = bounded::read_text(path, bounded::SEED_BYTES_MAX)
        .map_err(|error| miette!(help = help, "cannot read the seed {name}: {error}"))?;
    Seed::checked(&text, &name).map_err(|error| miette!("{error}"))
}

/// A seed that is read as it comes from its file; `None` for one that is read as a text.
fn long_seed(path: &Path) -> Option<Seed> {
    let file = File::open(path).ok()?;
    let known = file.metadata().ok().filter(std::fs::Metadata::is_file)?;
    let bytes = Some(known.len()).filter(|bytes| *bytes <= bounded::LONG_SEED_BYTES_MAX)?;
    Seed::of_long_json(file, usize::try_from(bytes).ok()?)
}

/// The operations of the chosen shop, in the contract's order.
fn operations(kind: &ShopKind) -> String {
    let schema = kind.schema();
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(["Operation", "Implemented"]);
    let mut implemented = 0;
    for name in schema.operations.keys() {
        let is_implemented = Shop::implemented(name);
        implemented += usize::from(is_implemented);
        let by_stubs = kind.contract.declarer(name).is_some() || kind.contract.operation(name).is_none();
        table.add_row([
            name.as_str(),
            if is_implemented {
                "yes"
            } else if by_stubs {
                "by stubs"
            } else {
                "no"
            },
        ]);
    }
    format!(
        "{}\n\n{implemented} of {} operations implemented ({})",
        table.trim_fmt(),
        schema.operations.len(),
        kind.described()
    )
}
