//! Proxies as the environment names them (`HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY`, `NO_PROXY`): TLS goes through a
//! tunnel, plain HTTP is handed to the proxy. This machine is never asked for through a proxy.

use std::future::Future;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use hyper::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::legacy::connect::{Connected, Connection, HttpConnector};
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

/// Which proxies are used.
#[derive(Clone, Debug, Default)]
pub enum Proxies {
    /// None: every host is asked directly.
    #[default]
    None,
    /// The proxies that the environment names, as in `HTTPS_PROXY`.
    FromEnvironment,
    /// This one for everything but this machine; for tests and callers with settings of their own.
    Fixed(String),
}

/// Finds the proxy of an address.
#[derive(Clone, Debug)]
pub(super) struct Finder(Option<Arc<Matcher>>);

impl Finder {
    pub(super) fn new(proxies: &Proxies) -> Self {
        Self(match proxies {
            Proxies::None => None,
            Proxies::FromEnvironment => Some(Arc::new(Matcher::from_env())),
            Proxies::Fixed(address) => Some(Arc::new(Matcher::builder().all(address.as_str()).build())),
        })
    }

    pub(super) fn find(&self, target: &Uri) -> Option<Intercept> {
        let host = target.host()?.trim_start_matches('[').trim_end_matches(']');
        if host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback()) {
            return None;
        }
        self.0.as_ref()?.intercept(target)
    }
}

/// Connects to a host, or to the proxy that stands before it.
#[derive(Clone, Debug)]
pub(super) struct ProxyConnector {
    pub(super) http: HttpConnector,
    pub(super) finder: Finder,
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

impl Service<Uri> for ProxyConnector {
    type Response = MaybeProxied;
    type Error = Fault;
    type Future = Pin<Box<dyn Future<Output = Result<MaybeProxied, Fault>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Fault>> {
        self.http.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, target: Uri) -> Self::Future {
        let mut http = self.http.clone();
        let proxy = self.finder.find(&target);
        Box::pin(async move {
            let Some(proxy) = proxy else {
                return Ok(MaybeProxied { stream: http.call(target).await?, forwards: false });
            };
            if !matches!(proxy.uri().scheme_str(), Some("http") | None) {
                let text = "the environment names a proxy that is not reached by http://; only such are supported";
                return Err(io::Error::new(io::ErrorKind::Unsupported, text).into());
            }
            if target.scheme_str() != Some("https") {
                return Ok(MaybeProxied { stream: http.call(proxy.uri().clone()).await?, forwards: true });
            }
            let mut tunnel = Tunnel::new(proxy.uri().clone(), http);
            if let Some(credentials) = proxy.basic_auth() {
                tunnel = tunnel.with_auth(credentials.clone());
            }
            Ok(MaybeProxied { stream: tunnel.call(target).await?, forwards: false })
        })
    }
}

/// A connection, which may end at a proxy that forwards requests.
pub(super) struct MaybeProxied {
    stream: TokioIo<TcpStream>,
    forwards: bool,
}

impl Connection for MaybeProxied {
    fn connected(&self) -> Connected {
        self.stream.connected().proxy(self.forwards)
    }
}

impl Read for MaybeProxied {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: ReadBufCursor<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl Write for MaybeProxied {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_never_asked_for_through_a_proxy() {
        let finder = Finder::new(&Proxies::Fixed("http://proxy.example:3128".to_owned()));
        for (target, proxied) in [
            ("http://shop.example/", true),
            ("https://shop.example/", true),
            ("http://127.0.0.1:8085/", false),
            ("http://localhost/", false),
            ("http://[::1]/", false),
        ] {
            assert_eq!(finder.find(&target.parse().unwrap()).is_some(), proxied, "{target}");
        }
        assert!(Finder::new(&Proxies::None).find(&"http://shop.example/".parse().unwrap()).is_none());
    }
}
