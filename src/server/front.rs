//! HTTP for somebody who answers without a shop: a proxy that records, a recording that is played. Requests come whole and
//! within the limits of a shop's server; what an answer is, they decide.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header;
use hyper::service::service_fn;
use hyper::{Request, Response};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::body::{self, Body, Room};
use super::endpoint::HttpAnswer;
use super::handle::StartError;
use super::http;
use super::listener;
use crate::disrupt::Disruption;
use crate::disrupt::wire::Orders;

/// A request as it came; a compressed body is undone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FrontRequest {
    /// The HTTP method, such as `GET` or `POST`.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// All headers in order, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; nothing when it was too long.
    pub body: Option<Vec<u8>>,
}

impl FrontRequest {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// What a request gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FrontAnswer {
    /// An HTTP answer.
    Http(HttpAnswer),
    /// None: this happens to the connection instead.
    Broken(Disruption),
}

/// The future that [`Answers::answer`] returns.
pub type Answering<'a> = Pin<Box<dyn Future<Output = FrontAnswer> + Send + 'a>>;

/// Whoever answers the requests of a server.
pub trait Answers: Send + Sync + 'static {
    /// Answers one request.
    fn answer(&self, request: FrontRequest) -> Answering<'_>;
}

/// A running front. Dropping it stops it and cuts its connections.
#[must_use = "the server stops when its handle is dropped"]
pub struct Front {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

impl Front {
    /// Binds `listen`, asks `answers` who answers there, and serves on the current tokio runtime.
    ///
    /// # Errors
    /// [`StartError::Bind`] when the address is taken or not ours.
    pub async fn start(
        listen: SocketAddr,
        answers: impl FnOnce(SocketAddr) -> Arc<dyn Answers>,
    ) -> Result<Self, StartError> {
        let bound = listener::bind(listen).await;
        let (listener, address) = bound.map_err(|source| StartError::Bind { address: listen, source })?;
        let answers = answers(address);
        let (stop, stopped) = watch::channel(false);
        let room = Room::new();
        let serve =
            move |stream: TcpStream, _, stopped| connection(stream, Arc::clone(&answers), room.clone(), stopped);
        let accepting = tokio::spawn(listener::accept_each(listener, stopped, serve));
        Ok(Self { address, stop, accepting })
    }

    /// The address really bound.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops in order: exchanges under way are finished first, for two seconds at most.
    pub async fn stop(mut self) {
        // Nobody listens any more when the accept loop has ended by itself.
        let _ = self.stop.send(true);
        let _ = (&mut self.accepting).await;
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn connection(stream: TcpStream, answers: Arc<dyn Answers>, room: Room, stopped: impl Future<Output = ()>) {
    let orders = Orders::default();
    let answering = {
        let orders = orders.clone();
        service_fn(move |request| answer(Arc::clone(&answers), orders.clone(), room.clone(), request))
    };
    http::drive(stream, orders, answering, true, stopped).await;
}

async fn answer(
    answers: Arc<dyn Answers>,
    orders: Orders,
    room: Room,
    request: Request<Incoming>,
) -> Result<Response<http_body_util::Full<hyper::body::Bytes>>, hyper::Error> {
    let (head, incoming) = request.into_parts();
    let waits =
        http::text(&head.headers, header::EXPECT).is_some_and(|expect| expect.eq_ignore_ascii_case("100-continue"));
    let encoding = http::text(&head.headers, header::CONTENT_ENCODING);
    let (read, _place) = body::read(incoming, encoding.as_deref(), waits, Some(&room)).await?;
    if read == Body::Late {
        return Ok(http::response(http::late(), true));
    }
    let headers = head.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let request = FrontRequest {
        method: head.method.to_string(),
        target: head.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string),
        headers: headers.collect(),
        body: match read {
            Body::Whole(bytes) => Some(bytes),
            Body::TooLong | Body::Late => None,
        },
    };
    let too_long = request.body.is_none();
    Ok(match answers.answer(request).await {
        FrontAnswer::Http(answer) => http::response(answer, too_long),
        FrontAnswer::Broken(disruption) => {
            orders.give(&disruption);
            // Some orders let the beginning of an answer through before they strike.
            let filler = HttpAnswer { status: 200, headers: Vec::new(), body: vec![b' '; FILLER] };
            http::response(filler, true)
        }
    })
}

/// More than any order lets through.
const FILLER: usize = 16 * 1024;
