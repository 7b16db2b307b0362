//! The arguments that say which shop to connect to and how; shared by all commands that call one.

use std::io::IsTerminal as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use tracing_subscriber::fmt::format::FmtSpan;
use url::Url;

use super::address::{OriginUrl, ShopUrl};
use super::key_args::KeyArgs;
use crate::cli::output;
use crate::client::{ClientOptions, Retries, WsdlCache};
use crate::clock::Clock;
use crate::quirk::Profile;
use crate::secret::ApiKey;
use crate::soap::WireStyle;
use crate::transport::proxy::Proxies;
use crate::transport::tcp::{Identity, TcpOptions, TcpTransport, Trust};
use crate::transport::{AllowedOrigins, Origin, Redirects, Transport};

/// A shop and how to log in to it.
#[derive(Debug, Args)]
pub struct ConnectionArgs {
    /// SOAP WSDL URL, such as `http://shop.example/api/v2_soap/?wsdl=1`; may hold `user:password@` for basic auth.
    #[arg(long, value_name = "URL", value_parser = ShopUrl)]
    pub url: Url,
    /// SOAP API user.
    #[arg(long, value_name = "NAME")]
    pub user: String,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
    /// The shop runs in WS-I compliance mode.
    #[arg(long)]
    pub wsi: bool,
    /// Which of the reference client's misbehaviours are wanted: `documented` or `orocrm-4.1`.
    #[arg(long, default_value_t)]
    pub profile: Profile,
    #[command(flatten)]
    pub(super) network: NetworkArgs,
}

/// How to get to a shop.
#[derive(Clone, Debug, Args)]
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
    /// Let calls, and with them the API key, go to this scheme, host and port too, if the shop's WSDL says so. Without it
    /// secrets stay where the URL says. May be given several times.
    #[arg(long, value_name = "URL", value_parser = OriginUrl)]
    allow_origin: Vec<Origin>,
}

impl ConnectionArgs {
    /// The API key, wherever it was given.
    pub fn api_key(&self) -> miette::Result<ApiKey> {
        self.keys.key(&self.user)
    }

    /// The URL with its password, wherever that was given.
    pub fn shop_url(&self) -> miette::Result<Url> {
        self.keys.url(&self.url)
    }

    /// The style the shop is said to speak.
    pub fn mode(&self) -> WireStyle {
        if self.wsi { WireStyle::WsI } else { WireStyle::RpcEncoded }
    }

    /// A connection over TCP.
    pub fn transport(&self) -> miette::Result<Arc<dyn Transport>> {
        self.transport_with(Redirects::default())
    }

    /// The same with a word on redirects.
    pub fn transport_with(&self, redirects: Redirects) -> miette::Result<Arc<dyn Transport>> {
        self.keys.warn(&self.url);
        self.network.transport(&self.url, redirects)
    }

    /// What the client needs besides.
    pub fn client_options(&self) -> miette::Result<ClientOptions> {
        Ok(ClientOptions {
            url: self.shop_url()?,
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
                output::stderr(),
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
            allowed_origins: AllowedOrigins::new(self.allow_origin.clone()),
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
    let logging = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(move || output::log(is_coloured))
        .with_ansi(is_coloured);
    // A call or an import is logged with its time when it ends.
    let _ = logging.with_span_events(FmtSpan::CLOSE).try_init();
}
