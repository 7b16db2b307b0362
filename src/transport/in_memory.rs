//! The same HTTP client over a pipe in memory, joined to something that serves a connection. Which host is asked for
//! does not matter unless a network of named hosts was given.

use std::collections::BTreeMap;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http_body_util::Full;
use hyper::Uri;
use hyper::body::Bytes;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connected, Connection};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::DuplexStream;
use tower_service::Service;

use super::exchange::{self, Bounds};
use super::{HttpRequest, Sending, Transport};
use crate::carrier::ServesConnection;
use crate::clock::Clock;

/// What a pipe holds in each direction before the writer waits; a page of customers fits.
const PIPE_BYTES: usize = 64 * 1024;

/// A [`Transport`] over pipes in memory.
#[derive(Clone)]
pub struct InMemoryTransport {
    client: Client<PipeConnector, Full<Bytes>>,
    clock: Clock,
    bounds: Bounds,
}

impl InMemoryTransport {
    /// Every host leads to `peer`.
    pub fn new(peer: Arc<dyn ServesConnection>, clock: Clock) -> Self {
        Self::over(Network::Anywhere(peer), clock)
    }

    /// Each host name leads to its own peer; others cannot be reached.
    pub fn network(hosts: BTreeMap<String, Arc<dyn ServesConnection>>, clock: Clock) -> Self {
        Self::over(Network::Hosts(Arc::new(hosts)), clock)
    }

    /// The time one exchange may take; it passes on the clock without being waited for on a paused runtime.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.bounds.timeout = timeout;
        self
    }

    /// The longest answer taken, in bytes.
    #[must_use]
    pub fn with_body_max(mut self, body_max: usize) -> Self {
        self.bounds.body_max = body_max;
        self
    }

    fn over(network: Network, clock: Clock) -> Self {
        let client = Client::builder(TokioExecutor::new()).build(PipeConnector(network));
        let bounds = Bounds {
            timeout: super::tcp::TIMEOUT,
            body_max: super::tcp::BODY_MAX,
            redirects: super::Redirects::FollowOne,
            // There is no TLS here, whatever an address says.
            has_identity: true,
        };
        Self { client, clock, bounds }
    }
}

impl Transport for InMemoryTransport {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        Box::pin(exchange::send(&self.client, &self.clock, self.bounds, request))
    }
}

#[derive(Clone)]
enum Network {
    Anywhere(Arc<dyn ServesConnection>),
    Hosts(Arc<BTreeMap<String, Arc<dyn ServesConnection>>>),
}

impl Network {
    fn peer(&self, host: &str) -> io::Result<Arc<dyn ServesConnection>> {
        match self {
            Self::Anywhere(peer) => Ok(Arc::clone(peer)),
            Self::Hosts(hosts) => hosts
                .get(host)
                .map(Arc::clone)
                .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("no host '{host}' in memory"))),
        }
    }
}

#[derive(Clone)]
struct PipeConnector(Network);

impl Service<Uri> for PipeConnector {
    type Response = Pipe;
    type Error = io::Error;
    type Future = std::future::Ready<io::Result<Pipe>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        std::future::ready(self.0.peer(uri.host().unwrap_or_default()).map(|peer| {
            let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
            tokio::spawn(peer.serve(theirs));
            Pipe(TokioIo::new(ours))
        }))
    }
}

struct Pipe(TokioIo<DuplexStream>);

impl Connection for Pipe {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for Pipe {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl Write for Pipe {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
