//! What joins a client and a server that share a process: a stream in memory in place of a socket. Both ends know this
//! trait and neither knows the other.

use std::future::Future;
use std::pin::Pin;

use tokio::io::DuplexStream;

/// Something that answers HTTP on a stream until the peer closes it: the server's side of the pipe.
pub trait ServesConnection: Send + Sync {
    /// Serves one connection to its end.
    fn serve(&self, stream: DuplexStream) -> Pin<Box<dyn Future<Output = ()> + Send>>;
}
