//! The handles users hold: a shop on a socket, a shop in memory.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio::task::JoinHandle;
use url::Url;

use super::address::wsdl_url;
use super::admin::{ADMIN_PATH, AdminApi};
use super::endpoint::EndpointOptions;
use super::gate::Gate;
use super::journal::Journal;
use super::service::Service;
use super::waiting::Usher;
use super::{listener, redirect};
use crate::carrier::ServesConnection;
use crate::disrupt::{Armed, ArmedId, Plan};
use crate::shop::Shop;

/// Exchanges a long-running server keeps; older ones are forgotten.
const JOURNAL_ENTRIES_MAX: usize = 10_000;

/// Which base URL a shop on a socket has; it shows in the bridge's ping and in WSDLs of older shops.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BaseUrl {
    /// The address that was bound.
    #[default]
    Bound,
    /// What the seed says, so that nothing the shop answers depends on the port.
    Seeded,
}

/// Where and how to serve.
#[derive(Clone, Debug)]
pub struct ServerOptions {
    /// The address; port 0 takes any free one.
    pub listen: SocketAddr,
    /// The shop's base URL.
    pub base_url: BaseUrl,
    /// Deviations from a real shop.
    pub endpoint: EndpointOptions,
    /// Who may use the control API at `/__admin`.
    pub admin: AdminApi,
}

impl Default for ServerOptions {
    /// Any free port of the loopback interface.
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            base_url: BaseUrl::default(),
            endpoint: EndpointOptions::default(),
            admin: AdminApi::default(),
        }
    }
}

/// The server cannot start.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be bound.
    #[error("cannot listen on {address}: {source}; {}", bind_remedy(source.kind()))]
    Bind {
        /// The address that cannot be listened on.
        address: SocketAddr,
        /// What the system said.
        source: std::io::Error,
    },
    /// The address makes no URL.
    #[error("no URL for {address}: {source}")]
    Url {
        /// The address that makes no URL.
        address: SocketAddr,
        /// The error underneath.
        source: url::ParseError,
    },
}

/// What to do about an address that cannot be bound.
fn bind_remedy(kind: std::io::ErrorKind) -> &'static str {
    match kind {
        std::io::ErrorKind::AddrNotAvailable => {
            "this machine has no such address; use 127.0.0.1, or 0.0.0.0 for all it has"
        }
        std::io::ErrorKind::PermissionDenied => "ports below 1024 need more rights; use one above, such as 8085",
        _ => "choose another port, or 0 for any free one",
    }
}

/// A fake shop on a socket. Dropping it stops the server and cuts its connections.
#[must_use = "the server stops when its handle is dropped"]
pub struct FakeShop {
    service: Service,
    address: SocketAddr,
    url: Url,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl FakeShop {
    /// Binds and serves on the current tokio runtime.
    ///
    /// ```
    /// use mockgento::clock::Clock;
    /// use mockgento::server::{FakeShop, ServerOptions};
    /// use mockgento::shop::{Seed, Shop, ShopConfig};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let shop = Shop::new(ShopConfig::new(Clock::system()), Seed::corner_shop()?)?;
    /// let running = FakeShop::start(shop, ServerOptions::default()).await?;
    /// assert!(running.wsdl_url().as_str().starts_with("http://127.0.0.1:"));
    /// // … point a client at it, then look at what it did:
    /// assert_eq!(running.journal().calls_of("login").count(), 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`StartError::Bind`] when the address is taken or not ours.
    pub async fn start(shop: Shop, options: ServerOptions) -> Result<Self, StartError> {
        let service = Service::new(shop, options.endpoint.clone(), Journal::bounded(JOURNAL_ENTRIES_MAX));
        Self::attach(&InMemoryShop { service }, options).await
    }

    /// Serves a shop that is in memory on a socket too, with what it has heard and what is armed in it. Both are one shop.
    ///
    /// # Errors
    /// As [`FakeShop::start`].
    pub async fn attach(shop: &InMemoryShop, options: ServerOptions) -> Result<Self, StartError> {
        let (service, shared) = (&shop.service, shop.shop());
        let (listener, address) = listener::bind(options.listen)
            .await
            .map_err(|source| StartError::Bind { address: options.listen, source })?;
        let named = callable(address);
        let url = Url::parse(&format!("http://{named}/")).map_err(|source| StartError::Url { address, source })?;
        let mut shop = locked(&shared);
        if options.base_url == BaseUrl::Bound {
            let base_url = redirect::served_base_url(&shop.base_url(), url.as_str());
            shop.set_base_url(base_url);
        }
        let every_address = address.ip().is_unspecified() && options.base_url == BaseUrl::Bound;
        // The base URL is where the shop listens, which says nothing of how clients reach it: it sends nobody elsewhere
        // unless the shop's settings want it.
        let wants = shop.settings().is_on("web/url/redirect_to_base") || shop.base_url().starts_with("https://");
        let redirects = options.base_url == BaseUrl::Bound && wants;
        let endpoint = EndpointOptions { every_address, redirects, ..options.endpoint };
        drop(shop);
        let service = service.with_options(endpoint);
        let (stop, stopped) = watch::channel(false);
        let accepting = tokio::spawn(listener::accept(listener, service.clone(), options.admin, stopped));
        Ok(Self { service, address, url, stop, accepting })
    }

    /// The address really bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The shop's base URL, with a slash at its end; one of this machine when it listens on all addresses.
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The WSDL's address, which is what clients are configured with.
    pub fn wsdl_url(&self) -> Url {
        wsdl_url(&self.url)
    }

    /// The console's address; the control API is below the same path.
    pub fn admin_url(&self) -> Url {
        let mut url = self.url.clone();
        url.set_path(&format!("{ADMIN_PATH}/ui"));
        url
    }

    /// The shop, to look into or to edit.
    pub fn shop(&self) -> Arc<Mutex<Shop>> {
        Arc::clone(self.service.shop())
    }

    /// The journal, locked; release it before the next request.
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        locked(self.service.journal())
    }

    /// The plan of disruptions, locked.
    pub fn plan(&self) -> MutexGuard<'_, Plan> {
        locked(self.service.plan())
    }

    /// What a transport asks before it connects, so that connections can be refused.
    pub fn gate(&self) -> Gate {
        Gate::new(self.service.clone())
    }

    /// From now on asks of each call that has arrived whether it has to wait.
    pub(crate) fn have_calls_wait(&self, usher: Usher) {
        self.service.waiting().ask(usher);
    }

    /// The same shop without the socket.
    pub fn in_memory(&self) -> InMemoryShop {
        InMemoryShop { service: self.service.clone() }
    }

    /// Arms a disruption; the id takes it back.
    pub fn arm(&self, armed: Armed) -> ArmedId {
        self.plan().arm(armed)
    }

    /// Stops in order: exchanges under way are finished first, for two seconds at most.
    pub async fn stop(mut self) {
        // Nobody listens any more when the accept loop has ended by itself.
        let _ = self.stop.send(true);
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for FakeShop {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// A fake shop without a socket, for [`crate::transport::in_memory::InMemoryTransport`].
#[derive(Clone)]
pub struct InMemoryShop {
    service: Service,
}

impl InMemoryShop {
    /// A shop that waits for connections in memory; its journal keeps everything.
    pub fn new(shop: Shop, options: EndpointOptions) -> Self {
        Self { service: Service::new(shop, options, Journal::new()) }
    }

    /// What the in-memory transport connects to.
    pub fn peer(&self) -> Arc<dyn ServesConnection> {
        Arc::new(self.service.clone())
    }

    /// The shop, to look into or to edit.
    pub fn shop(&self) -> Arc<Mutex<Shop>> {
        Arc::clone(self.service.shop())
    }

    /// The journal, locked; release it before the next request.
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        locked(self.service.journal())
    }

    /// The plan of disruptions, locked.
    pub fn plan(&self) -> MutexGuard<'_, Plan> {
        locked(self.service.plan())
    }

    /// What a transport asks before it connects, so that connections can be refused.
    pub fn gate(&self) -> Gate {
        Gate::new(self.service.clone())
    }

    /// Arms a disruption; the id takes it back.
    pub fn arm(&self, armed: Armed) -> ArmedId {
        self.plan().arm(armed)
    }
}

/// The address by which programs of this machine call one that may stand for all of them, such as `0.0.0.0`. The control
/// API answers to such a name only.
fn callable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

fn locked<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_that_stands_for_all_is_called_by_one_that_answers() {
        for (bound, called) in [
            ("0.0.0.0:8085", "127.0.0.1:8085"),
            ("[::]:8085", "[::1]:8085"),
            ("127.0.0.1:1", "127.0.0.1:1"),
            ("192.168.0.7:1", "192.168.0.7:1"),
        ] {
            assert_eq!(callable(bound.parse().unwrap()).to_string(), called);
        }
    }
}
