//! The arguments that say which shop to connect to and how; shared by all commands that call one.

use std::io::IsTerminal as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use tracing_subscriber::fmt::format::FmtSpan;
use url::Url;

use crate::bounded;
use crate::client::{ClientOptions, Retries, WsdlCache};
use crate::clock::Clock;
use crate::quirk::Profile;
use crate::secret::ApiKey;
use crate::soap::WireMode;
use crate::transport::proxy::Proxies;
use crate::transport::tcp::{Identity, TcpOptions, TcpTransport, Trust};
use crate::transport::{Redirects, Transport};

/// A shop and how to log in to it.
#[derive(Debug, Args)]
pub struct ConnectionArgs {
    /// SOAP WSDL URL, such as `http://shop.example/api/v2_soap/?wsdl=1`; may hold `user:password@` for basic auth.
    #[arg(long, value_name = "URL")]
    pub url: Url,
    /// SOAP API user.
    #[arg(long, value_name = "NAME")]
    pub user: String,
    /// SOAP API key. Everybody on the machine can read it here; better give it in the environment
    /// (`MOCKGENTO_API_KEY`) or in a file.
    #[arg(long, visible_alias = "api-key", value_name = "KEY", value_parser = masked_key)]
    key: Option<ApiKey>,
    #[arg(long = "key-of-environment", env = "MOCKGENTO_API_KEY", hide = true, hide_env_values = true, value_parser = masked_key)]
    key_of_environment: Option<ApiKey>,
    /// File whose first line is the SOAP API key.
    #[arg(long, value_name = "FILE", conflicts_with = "key")]
    key_file: Option<PathBuf>,
    /// The shop runs in WS-I compliance mode.
    #[arg(long)]
    pub wsi: bool,
    /// Which of the reference client's misbehaviours are wanted: `documented` or `orocrm-4.1`.
    #[arg(long, default_value_t)]
    pub profile: Profile,
    #[command(flatten)]
    network: NetworkArgs,
}

/// How to get to a shop.
#[derive(Debug, Args)]
pub struct NetworkArgs {
    /// Seconds to wait for one answer.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timeout: u64,
    /// PEM file with a certificate authority to trust besides the public ones.
    #[arg(long, value_name = "FILE", conflicts_with = "insecure")]
    ca: Option<PathBuf>,
    /// Trust any certificate. For staging shops only: nothing proves then who answers.
    #[arg(long)]
    insecure: bool,
    /// PEM file with the client certificate the shop's web server asks for.
    #[arg(long, value_name = "FILE")]
    client_cert: Option<PathBuf>,
    /// PEM file with its private key, when it is not in the same file.
    #[arg(long, value_name = "FILE", requires = "client_cert")]
    client_key: Option<PathBuf>,
}

/// Never fails: clap would print the value it refuses.
pub(super) fn masked_key(text: &str) -> Result<ApiKey, std::convert::Infallible> {
    Ok(ApiKey::new(text))
}

impl ConnectionArgs {
    /// The API key, wherever it was given.
    pub fn api_key(&self) -> miette::Result<ApiKey> {
        let missing = || {
            miette!(
                help = "set MOCKGENTO_API_KEY, or give --key-file FILE",
                "the SOAP API key of \"{}\" is missing",
                self.user
            )
        };
        chosen_key(self.key.as_ref(), self.key_file.as_deref(), self.key_of_environment.as_ref())?.ok_or_else(missing)
    }

    /// The style the shop is said to speak.
    pub fn mode(&self) -> WireMode {
        if self.wsi { WireMode::WsI } else { WireMode::RpcEncoded }
    }

    /// A connection over TCP.
    pub fn transport(&self) -> miette::Result<Arc<dyn Transport>> {
        self.transport_with(Redirects::default())
    }

    /// The same with a word on redirects.
    pub fn transport_with(&self, redirects: Redirects) -> miette::Result<Arc<dyn Transport>> {
        if self.key.is_some() {
            warn_of_key();
        }
        self.network.transport(&self.url, redirects)
    }

    /// What the client needs besides.
    pub fn client_options(&self) -> miette::Result<ClientOptions> {
        Ok(ClientOptions {
            url: self.url.clone(),
            user: self.user.clone(),
            key: self.api_key()?,
            mode: self.mode(),
            retries: Retries::Standard,
            quirks: self.profile.quirks(),
            clock: Clock::system(),
            wsdl_cache: WsdlCache::default(),
        })
    }
}

/// The API key: what was given goes before a file, a file before the environment. `None` when there is none at all.
pub(super) fn chosen_key(
    given: Option<&ApiKey>,
    file: Option<&Path>,
    of_environment: Option<&ApiKey>,
) -> miette::Result<Option<ApiKey>> {
    if let Some(key) = given {
        return Ok(Some(key.clone()));
    }
    let Some(path) = file else { return Ok(of_environment.cloned()) };
    let name = path.display();
    let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read {name}"))?;
    match text.lines().next().map(str::trim).filter(|line| !line.is_empty()) {
        Some(key) => Ok(Some(ApiKey::new(key))),
        None => Err(miette!(help = "put the key on the file's first line", "{name} holds no API key")),
    }
}

/// Says that a key on the command line is no secret.
pub(super) fn warn_of_key() {
    let _ = writeln!(
        anstream::stderr(),
        "warning: a key on the command line can be read by everybody on this machine; set MOCKGENTO_API_KEY or give \
         --key-file FILE"
    );
}

impl NetworkArgs {
    /// A connection over TCP; `url` is for messages.
    pub fn transport(&self, url: &Url, redirects: Redirects) -> miette::Result<Arc<dyn Transport>> {
        let trust = match (&self.ca, self.insecure) {
            (_, true) => Trust::Insecure,
            (Some(path), false) => Trust::WithCa(path.clone()),
            (None, false) => Trust::PublicRoots,
        };
        if self.insecure {
            let _ = writeln!(
                anstream::stderr(),
                "warning: --insecure: nothing proves that {} is who answers, and whoever does gets the API key",
                url.host_str().unwrap_or_default()
            );
        }
        let identity = self.client_cert.as_ref().map(|certificates| Identity {
            certificates: certificates.clone(),
            key: self.client_key.as_ref().unwrap_or(certificates).clone(),
        });
        let options = TcpOptions {
            timeout: Duration::from_secs(self.timeout),
            trust,
            identity,
            proxies: Proxies::FromEnvironment,
            redirects,
            ..TcpOptions::default()
        };
        let transport = TcpTransport::new(options, Clock::system()).map_err(|error| miette!("{error}"))?;
        Ok(Arc::new(transport))
    }
}

/// A runtime for one command.
pub fn runtime() -> miette::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .into_diagnostic()
        .wrap_err("cannot start the network")
}

/// The same with a thread beside the caller's.
pub fn runtime_with_helper() -> miette::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .into_diagnostic()
        .wrap_err("cannot start the network")
}

/// Starts the log on standard error.
pub fn start_logging(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "mockgento=info",
        2 => "mockgento=debug",
        _ => "trace",
    };
    let filter = tracing_subscriber::EnvFilter::new(level);
    // A log that somebody started already is as good.
    let is_coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let logging = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(is_coloured);
    // A call or an import is logged with its time when it ends.
    let _ = logging.with_span_events(FmtSpan::CLOSE).try_init();
}
