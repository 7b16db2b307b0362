//! The arguments of `serve`, and which of them say nothing of a recording, of a scenario's shops or of those of a file.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use miette::miette;

use super::control_args::ControlArgs;
use crate::cli::key_args::masked_key;
use crate::cli::ready::ReadyArgs;
use crate::cli::shop_args::ShopArgs;
use crate::magento::WebServer;
use crate::secret::ApiKey;
use crate::shop::built_in;

/// A recording is no shop.
const REFUSED_BESIDE_CASSETTE: &[&str] = &[
    "seed",
    "user",
    "key",
    "now",
    "exact_wsdl",
    "mend_wsdl",
    "list_operations",
    "stubs",
    "module",
    "wsdl",
    "wsi",
    "bridge",
    "flavor",
    "overrides",
    "web_server",
    "admin_token",
    "until",
];
/// The scenario says what its shops are.
const REFUSED_BESIDE_SCENARIO: &[&str] = &[
    "cassette",
    "seed",
    "shops",
    "user",
    "key",
    "now",
    "web_server",
    "stubs",
    "module",
    "wsdl",
    "wsi",
    "bridge",
    "flavor",
    "overrides",
    "mend_wsdl",
    "list_operations",
];
/// The file says so of each.
const REFUSED_BESIDE_SHOPS: &[&str] = &[
    "cassette",
    "seed",
    "user",
    "key",
    "now",
    "web_server",
    "stubs",
    "module",
    "wsdl",
    "wsi",
    "bridge",
    "flavor",
    "overrides",
    "exact_wsdl",
    "mend_wsdl",
    "list_operations",
    "until",
];

/// Where one shop is when nobody says.
const USUAL_ADDRESS: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8085);

/// Arguments of `serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// Address to listen on; port 0 takes any free one and prints it. Only loopback is reachable unless you name another.
    /// Left out: 127.0.0.1:8085. With `--shops` the first shop whose `listen` the file does not say is there, the others on
    /// any free port of it.
    #[arg(long, value_name = "ADDRESS", env = "MOCKGENTO_LISTEN")]
    pub(super) listen: Option<SocketAddr>,
    /// What the shop holds: a YAML or JSON file, or the name of a shop that comes with the program: `corner-shop`, or
    /// `big`, two years of a shop with 2,060 customers and 1,030 orders.
    #[arg(long, value_name = "FILE", default_value = built_in::NAMES[0])]
    pub(super) seed: PathBuf,
    /// What serves the shop: `fpm`, as most shops are, or `built-in`, PHP's own server, which sends its Content-Type beside
    /// Magento's. Left out: what is usual for the flavor.
    #[arg(long, value_enum)]
    pub(super) web_server: Option<WebServer>,
    /// Answer from a recording instead of a shop: calls by operation and arguments, with a fault for what it does not have.
    #[arg(long, value_name = "DIR", conflicts_with_all = REFUSED_BESIDE_CASSETTE)]
    pub(super) cassette: Option<PathBuf>,
    /// The shops of a scenario, as they are after its steps: a file, or a case as `mockgento list` names it. Their clocks stand
    /// at the scenario's time until the console sets them.
    #[arg(long, value_name = "SCENARIO", conflicts_with_all = REFUSED_BESIDE_SCENARIO)]
    pub(super) scenario: Option<PathBuf>,
    /// With `--scenario`: only the steps that begin in this line of the file or before it.
    #[arg(long, value_name = "LINE", requires = "scenario")]
    pub(super) until: Option<usize>,
    #[command(flatten)]
    pub(super) shop: ShopArgs,
    /// What operations answer before the shop does: a file of stubs (see docs/stubs.md). May be given several times.
    #[arg(long, value_name = "FILE")]
    pub(super) stubs: Vec<PathBuf>,
    /// Serve several shops in this process: a YAML file of shops by name, each with what this command line says of one (see
    /// docs/control.md). Each has a port of its own, any free one unless `listen` names it.
    #[arg(long, value_name = "FILE", conflicts_with_all = REFUSED_BESIDE_SHOPS)]
    pub(super) shops: Option<PathBuf>,
    /// Add an API user with access to everything; its key comes from `--key`.
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// API key of `--user`, six characters or more; better given in the environment (`MOCKGENTO_API_KEY`).
    #[arg(long, value_name = "KEY", requires = "user", value_parser = masked_key)]
    key: Option<ApiKey>,
    /// What is in the environment may be there for another command, so that it needs no user.
    #[arg(
        long = "key-of-environment", env = "MOCKGENTO_API_KEY", hide = true, hide_env_values = true,
        value_parser = masked_key
    )]
    key_of_environment: Option<ApiKey>,
    /// Let the RPC WSDL import the SOAP encoding schema from the internet, as a real shop's does.
    #[arg(long)]
    pub(super) exact_wsdl: bool,
    /// Serve the bridge's five malformed WS-I operations in a form that every client can load.
    #[arg(long)]
    pub(super) mend_wsdl: bool,
    /// Freeze the shop's clock at this instant, such as `2026-01-31T09:00:00Z`, until the console sets it.
    #[arg(long, value_name = "INSTANT")]
    pub(super) now: Option<Timestamp>,
    #[command(flatten)]
    pub(super) control: ControlArgs,
    /// List the API's operations and whether they are implemented, and end.
    #[arg(long)]
    pub(super) list_operations: bool,
    #[command(flatten)]
    pub(super) ready: ReadyArgs,
    /// What to log on standard error, such as `info`, `debug` or `mockgento::server=trace`.
    #[arg(long, value_name = "FILTER", env = "MOCKGENTO_LOG", default_value = "info")]
    pub(super) log: String,
    /// Form of the log, and of what is printed once the shop can be called: with `json` that is one line with the members of
    /// `--ready-file`.
    #[arg(long, value_enum, default_value_t)]
    pub(super) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

impl ServeArgs {
    /// Where to listen.
    pub(in crate::cli) fn listen(&self) -> SocketAddr {
        self.listen.unwrap_or(USUAL_ADDRESS)
    }

    /// The API user to be added, with the key.
    pub(in crate::cli) fn user(&self) -> miette::Result<Option<(&str, &ApiKey)>> {
        let Some(user) = &self.user else { return Ok(None) };
        let key = self.key.as_ref().or(self.key_of_environment.as_ref());
        let help = "give one with --key, or in the environment as MOCKGENTO_API_KEY";
        key.map(|key| Some((user.as_str(), key))).ok_or_else(|| miette!(help = help, "--user {user} has no key"))
    }
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, Parser};

    use super::*;

    #[derive(Parser)]
    struct Serve {
        #[command(flatten)]
        args: ServeArgs,
    }

    /// What each way to serve takes from the command line; whatever else there is must be refused. `until` is the scenario's.
    const HONOURED: &[(&str, &[&str])] = &[
        ("cassette", &["listen", "no_admin"]),
        ("scenario", &["listen", "no_admin", "admin_token", "exact_wsdl", "until"]),
        ("shops", &["listen", "no_admin", "admin_token"]),
    ];
    /// Of the process, whatever it serves.
    const OF_ALL: &[&str] = &["ready_file", "port_file", "die_with_parent", "log", "log_format", "help"];

    #[test]
    fn every_argument_is_honoured_or_refused_whatever_is_served() {
        let command = Serve::command();
        for (way, honoured) in HONOURED {
            for argument in command.get_arguments() {
                let id = argument.get_id().as_str();
                if argument.is_hide_set() || id == *way || OF_ALL.contains(&id) {
                    continue;
                }
                let value = match id {
                    "listen" => "127.0.0.1:0",
                    "bridge" => "none",
                    "flavor" => "magento-1.7",
                    "web_server" => "fpm",
                    "now" => "2026-01-31T09:00:00Z",
                    "until" => "1",
                    _ => "something",
                };
                let long = argument.get_long().unwrap_or_default();
                let mut line = vec!["serve".to_owned(), format!("--{way}=x"), format!("--{long}")];
                if argument.get_action().takes_values() {
                    line.push(value.to_owned());
                }
                let taken = Serve::try_parse_from(&line).is_ok();
                assert_eq!(taken, honoured.contains(&id), "{line:?}");
            }
        }
    }

    #[test]
    fn a_key_belongs_to_a_user() {
        let parsed = |words: &[&str]| Serve::try_parse_from([&["serve"], words].concat());
        let refused = parsed(&["--key", "abcdef"]).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(refused.contains("--user <NAME>"), "{refused}");
        let both = parsed(&["--user", "ann", "--key", "abcdef"]).unwrap().args;
        assert_eq!(both.user().unwrap().map(|(user, _)| user), Some("ann"));
        let of_environment = parsed(&["--user", "ann", "--key-of-environment", "abcdef"]).unwrap().args;
        assert!(of_environment.user().unwrap().is_some());
        assert!(parsed(&["--key-of-environment", "abcdef"]).unwrap().args.user().unwrap().is_none());
    }
}
