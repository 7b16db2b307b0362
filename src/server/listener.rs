//! From "something that accepts" to served connections: the accept loop of a socket, and a pipe in memory.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use tokio::io::DuplexStream;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::admin::AdminApi;
use super::http::{self, Admission, Peer};
use super::service::Service;
use crate::carrier::ServesConnection;

/// How long exchanges under way may take to end when the server stops.
const STOP_PATIENCE: Duration = Duration::from_secs(2);
/// Connections at once; whoever comes later waits in the system's queue. Idle ones end after thirty seconds.
const CONNECTIONS_MAX: usize = 10_000;
/// The wait after a failed accept: out of file handles does not get better at once.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts until `stop` turns true, then lets the exchanges under way end. Dropping the future ends all at once.
pub(super) async fn accept(listener: TcpListener, service: Service, admin: AdminApi, stop: watch::Receiver<bool>) {
    let serve = move |stream, peer, stopped| {
        http::serve(stream, service.clone(), Peer::Socket(admission(admin, peer)), stopped)
    };
    accept_each(listener, stop, serve).await;
}

/// What tells a connection to end.
pub(super) type Stopped = Pin<Box<dyn Future<Output = ()> + Send>>;

/// The same for whatever serves a connection.
pub(super) async fn accept_each<F>(
    listener: TcpListener,
    stop: watch::Receiver<bool>,
    serve: impl Fn(TcpStream, SocketAddr, Stopped) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    accept_up_to(CONNECTIONS_MAX, listener, stop, serve).await;
}

async fn accept_up_to<F>(
    most: usize,
    listener: TcpListener,
    stop: watch::Receiver<bool>,
    serve: impl Fn(TcpStream, SocketAddr, Stopped) -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept(), if connections.len() < most => match accepted {
                Ok((stream, peer)) => {
                    tracing::debug!(%peer, "connected");
                    if let Err(error) = stream.set_nodelay(true) {
                        tracing::debug!(%error, "answers may be delayed");
                    }
                    connections.spawn(serve(stream, peer, Box::pin(stopped(stop.clone()))));
                }
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            Some(_) = connections.join_next(), if !connections.is_empty() => {}
            () = stopped(stop.clone()) => break,
        }
    }
    drop(listener);
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(STOP_PATIENCE, all_ended).await.is_err() {
        tracing::debug!("connections were cut");
    }
}

fn admission(admin: AdminApi, peer: SocketAddr) -> Admission {
    let from_here = peer.ip().to_canonical().is_loopback();
    match admin {
        AdminApi::Off => Admission::None,
        AdminApi::Loopback => Admission::On { from_here, token: None },
        AdminApi::Token(token) => Admission::On { from_here, token: Some(token) },
    }
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // An error means that the handle is gone, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// Binds `address`.
///
/// # Errors
/// What the system says: the port is taken, the address is not ours.
pub(super) async fn bind(address: SocketAddr) -> std::io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let real = listener.local_addr()?;
    Ok((listener, real))
}

impl ServesConnection for Service {
    fn serve(&self, stream: DuplexStream) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(http::serve(stream, self.clone(), Peer::Pipe, std::future::pending()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use tokio::io::AsyncReadExt as _;

    #[tokio::test]
    async fn so_many_connections_are_served_at_once() {
        let (listener, address) = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let served = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&served);
        let serve = move |mut stream: TcpStream, _, _| {
            count.fetch_add(1, Ordering::SeqCst);
            async move {
                // As long as the client is there.
                let _ = stream.read(&mut [0]).await;
            }
        };
        let accepting = tokio::spawn(accept_up_to(3, listener, stopped, serve));
        let mut clients = Vec::new();
        for _ in 0..5 {
            clients.push(TcpStream::connect(address).await.unwrap());
        }
        let until = async |wanted: usize| {
            while served.load(Ordering::SeqCst) < wanted {
                tokio::task::yield_now().await;
            }
        };
        until(3).await;
        for _ in 0..1000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(served.load(Ordering::SeqCst), 3, "the others wait");
        clients.remove(0);
        until(4).await;
        stop.send(true).unwrap();
        drop(clients);
        accepting.await.unwrap();
    }
}
