//! The wire of a scenario: its shops by host name, in memory or behind loopback sockets, and the transport that finds them.
//! Names, addresses and errors look the same on both carriers, so that snapshots do.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use url::Url;

use super::moments::Moments;
use super::options::Carrier;
use crate::clock::Clock;
use crate::disrupt::{Disruption, Plan};
use crate::server::{
    AdminApi, BaseUrl, EndpointOptions, FakeShop, Gate, InMemoryShop, Journal, ServerOptions, StartError, wsdl_url,
};
use crate::shop::Shop;
use crate::transport::in_memory::InMemoryTransport;
use crate::transport::tcp::{TcpOptions, TcpTransport, TrustError};
use crate::transport::{AllowedOrigins, HttpRequest, Sending, Transport, TransportError};

/// A shop that is being served.
pub(in crate::scenario) enum Served {
    InMemory(InMemoryShop),
    Tcp(FakeShop),
}

/// Why the wire cannot be laid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// No port could be listened on.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The TLS library could not be set up.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// A shop's base URL in its seed or name.
    #[error("the shop's base URL \"{url}\" is not one: {cause}; correct web/unsecure/base_url in the seed")]
    BaseUrl {
        /// The address that cannot be read.
        url: String,
        /// The error underneath.
        cause: url::ParseError,
    },
}

impl Served {
    /// Serves a shop over the carrier that was chosen.
    pub(in crate::scenario) async fn start(shop: Shop, carrier: Carrier) -> Result<Self, NetworkError> {
        match carrier {
            Carrier::InMemory => Ok(Self::InMemory(InMemoryShop::new(shop, EndpointOptions::default()))),
            Carrier::Tcp => {
                let options =
                    ServerOptions { base_url: BaseUrl::Seeded, admin: AdminApi::Off, ..ServerOptions::default() };
                Ok(Self::Tcp(FakeShop::start(shop, options).await?))
            }
        }
    }

    /// The shop, for whoever edits it while something else is going on.
    pub(in crate::scenario) fn shared(&self) -> Arc<Mutex<Shop>> {
        match self {
            Self::InMemory(served) => served.shop(),
            Self::Tcp(served) => served.shop(),
        }
    }

    /// The shop, for the length of one look or edit.
    pub(in crate::scenario) fn with_shop<T>(&self, work: impl FnOnce(&mut Shop) -> T) -> T {
        let shop: Arc<Mutex<Shop>> = match self {
            Self::InMemory(served) => served.shop(),
            Self::Tcp(served) => served.shop(),
        };
        work(&mut shop.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What came over the wire.
    pub(in crate::scenario) fn journal(&self) -> MutexGuard<'_, Journal> {
        match self {
            Self::InMemory(served) => served.journal(),
            Self::Tcp(served) => served.journal(),
        }
    }

    /// The same shop without its socket, if it has one: shop, journal and plan are shared.
    pub(in crate::scenario) fn in_memory(&self) -> InMemoryShop {
        match self {
            Self::InMemory(served) => served.clone(),
            Self::Tcp(served) => served.in_memory(),
        }
    }

    /// What is to go wrong.
    pub(in crate::scenario) fn plan(&self) -> MutexGuard<'_, Plan> {
        match self {
            Self::InMemory(served) => served.plan(),
            Self::Tcp(served) => served.plan(),
        }
    }

    /// The way to it.
    fn gate(&self) -> Gate {
        match self {
            Self::InMemory(served) => served.gate(),
            Self::Tcp(served) => served.gate(),
        }
    }

    /// The base URL by which clients know it.
    pub(in crate::scenario) fn base_url(&self) -> Result<Url, NetworkError> {
        let url = self.with_shop(|shop| shop.base_url());
        Url::parse(&url).map_err(|cause| NetworkError::BaseUrl { url, cause })
    }

    /// The address an integration is configured with.
    pub(in crate::scenario) fn wsdl_url(&self) -> Result<Url, NetworkError> {
        self.base_url().map(|base| wsdl_url(&base))
    }
}

/// The transport that leads each shop's host to it.
pub(in crate::scenario) fn transport<'a>(
    shops: impl Iterator<Item = &'a Served>,
    carrier: Carrier,
    clock: &Clock,
    moments: &Moments,
) -> Result<Arc<dyn Transport>, NetworkError> {
    let (mut peers, mut addresses, mut gates) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    for shop in shops {
        let host = shop.base_url()?.host_str().unwrap_or_default().to_owned();
        gates.insert(host.clone(), shop.gate());
        match shop {
            Served::InMemory(served) => drop(peers.insert(host, served.peer())),
            Served::Tcp(served) => drop(addresses.insert(host, served.address())),
        }
    }
    let inner: Arc<dyn Transport> = match carrier {
        Carrier::InMemory => Arc::new(InMemoryTransport::network(peers, clock.clone())),
        Carrier::Tcp => {
            let inner = TcpTransport::new(TcpOptions::default(), clock.clone())?;
            Arc::new(LoopbackNames { inner, addresses })
        }
    };
    Ok(Arc::new(Gated { inner, gates, clock: clock.clone(), moments: moments.clone() }))
}

/// Asks each shop's gate before a call connects: what arrives cannot be refused any more.
struct Gated {
    inner: Arc<dyn Transport>,
    gates: BTreeMap<String, Gate>,
    clock: Clock,
    moments: Moments,
}

impl Gated {
    fn sent(&self, request: HttpRequest) -> Sending<'_> {
        let gate = self.gates.get(request.url.host_str().unwrap_or_default());
        let Some(struck) = gate.and_then(|gate| gate.strike(&request.body, self.clock.now())) else {
            return self.inner.send(request);
        };
        let (url, detail) = (crate::transport::masked(&request.url), struck.name());
        let error = match struck {
            Disruption::TlsFailure => TransportError::Tls { url, detail: "the handshake failed".to_owned() },
            _ => TransportError::Connect { url, detail },
        };
        Box::pin(std::future::ready(Err(error)))
    }

    /// What the call has to wait for before it is sent.
    fn waits_for(&self, request: &HttpRequest) -> Option<oneshot::Receiver<()>> {
        if !self.moments.is_asked_for() {
            return None;
        }
        let host = request.url.host_str().unwrap_or_default();
        let call = self.gates.get(host)?.read(&request.body);
        self.moments.before(host, call.seen(self.clock.now()))
    }
}

impl Transport for Gated {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        match self.waits_for(&request) {
            None => self.sent(request),
            Some(let_go) => Box::pin(async move {
                // Whoever asked for the moment and is gone has nothing more to do in it.
                let _ = let_go.await;
                self.sent(request).await
            }),
        }
    }

    fn allowed_origins(&self) -> &AllowedOrigins {
        self.inner.allowed_origins()
    }
}

/// Host names that lead to loopback sockets, as entries in a hosts file would, ports included.
struct LoopbackNames {
    inner: TcpTransport,
    addresses: BTreeMap<String, SocketAddr>,
}

impl LoopbackNames {
    fn routed(&self, mut request: HttpRequest) -> Result<HttpRequest, TransportError> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let unknown = || TransportError::Connect {
            url: crate::transport::masked(&request.url),
            detail: format!("no host '{host}' in this scenario"),
        };
        let address = self.addresses.get(&host).copied().ok_or_else(unknown)?;
        let name = match request.url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host,
        };
        let as_http = request.url.set_scheme("http").and_then(|()| request.url.set_ip_host(address.ip()));
        if as_http.and_then(|()| request.url.set_port(Some(address.port()))).is_err() {
            return Err(TransportError::Connect { url: name, detail: "not an HTTP address".to_owned() });
        }
        request.headers.push(("Host".to_owned(), name));
        Ok(request)
    }
}

impl Transport for LoopbackNames {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        let asked = crate::transport::masked(&request.url);
        match self.routed(request) {
            Ok(routed) => Box::pin(async move { self.inner.send(routed).await.map_err(|error| named(error, &asked)) }),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn allowed_origins(&self) -> &AllowedOrigins {
        self.inner.allowed_origins()
    }
}

/// The same error about the address that was asked for.
fn named(mut error: TransportError, asked: &str) -> TransportError {
    match &mut error {
        TransportError::Address { url, .. }
        | TransportError::Connect { url, .. }
        | TransportError::Tls { url, .. }
        | TransportError::Timeout { url, .. }
        | TransportError::TooLarge { url, .. }
        | TransportError::Broken { url, .. }
        | TransportError::MayWrite { url, .. }
        | TransportError::GivenUp { url }
        | TransportError::Redirected { url, .. } => asked.clone_into(url),
    }
    error
}
