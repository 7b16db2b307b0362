//! One HTTP/1 connection over hyper: reads requests, hands bytes to the [`Service`], writes its answers. Dates come
//! from the shop's clock, so hyper adds none.

use std::future::Future;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::{HttpService, service_fn};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};

use super::admin::{self, AdminRequest, Token};
use super::body::{self, Body};
use super::endpoint::{Forwarded, HttpAnswer, HttpRequestParts};
use super::patience::Patient;
use super::service::{Reply, Service};
use crate::disrupt::wire::{Orders, Resettable, Wire};

/// A client that has not sent its request's head by then is gone or means harm; also ends idle connections.
const HEADER_READ_TIMEOUT: Duration = Duration::from_secs(30);

/// A client that takes nothing of its answer for so long is gone.
const WRITE_TIMEOUT: Duration = Duration::from_secs(60);
/// Heads are a few hundred bytes; Apache's own limit is about this.
const HEAD_BYTES_MAX: usize = 128 * 1024;
/// A longer body is read and acted on by a thread of its own, so that the others' connections are served meanwhile.
const QUICK_BODY_MAX: usize = 64 * 1024;

/// Why a connection ends early.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a connection may ask of the control API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// The control API is served.
    On {
        /// Whether the peer is on this machine; others are told that they may not.
        from_here: bool,
        /// What makes others as good.
        token: Option<Token>,
    },
    /// There is no control API.
    None,
}

/// How much a connection's peer is trusted to be quick.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Peer {
    /// Anybody on a socket: bounded waits.
    Socket(Admission),
    /// Ourselves over a pipe: no timers, which a paused runtime would fire at once.
    Pipe,
}

/// Serves `stream` until the peer closes it or `stop` resolves; then the exchange under way is finished.
pub(super) async fn serve<S>(stream: S, service: Service, peer: Peer, stop: impl Future<Output = ()>)
where
    S: AsyncRead + AsyncWrite + Resettable + Unpin + Send + 'static,
{
    let orders = Orders::default();
    let is_bounded = peer != Peer::Pipe;
    let answering = {
        let orders = orders.clone();
        service_fn(move |request| answer(service.clone(), orders.clone(), peer, request))
    };
    drive(stream, orders, answering, is_bounded, stop).await;
}

/// Serves one connection with whoever answers; `is_bounded` ends those that are slow to ask.
pub(super) async fn drive<S, A>(
    stream: S,
    orders: Orders,
    answering: A,
    is_bounded: bool,
    stop: impl Future<Output = ()>,
) where
    S: AsyncRead + AsyncWrite + Resettable + Unpin + Send + 'static,
    A: HttpService<Incoming, ResBody = Full<Bytes>>,
    A::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let patient = Patient::new(stream, is_bounded.then_some(WRITE_TIMEOUT));
    let io = TokioIo::new(Wire::new(patient, orders));
    let mut builder = http1::Builder::new();
    builder.auto_date_header(false).title_case_headers(true).half_close(true).keep_alive(true);
    builder.max_buf_size(HEAD_BYTES_MAX);
    match is_bounded {
        true => builder.timer(TokioTimer::new()).header_read_timeout(HEADER_READ_TIMEOUT),
        false => builder.header_read_timeout(None),
    };
    let connection = builder.serve_connection(io, answering);
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn answer(
    service: Service,
    orders: Orders,
    peer: Peer,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Failure> {
    let (head, incoming) = request.into_parts();
    let (admission, room) = match peer {
        Peer::Socket(admission) => (admission, Some(service.room())),
        Peer::Pipe => (Admission::None, None),
    };
    let waits = text(&head.headers, header::EXPECT).is_some_and(|expect| expect.eq_ignore_ascii_case("100-continue"));
    // PHP sees a compressed body as it came; the control API is ours.
    let encoding = text(&head.headers, header::CONTENT_ENCODING).filter(|_| admin::concerns(head.uri.path()));
    let (read, place) = body::read(incoming, encoding.as_deref(), waits, room).await?;
    if read == Body::Late {
        return Ok(response(late(), true));
    }
    if admission != Admission::None && admin::concerns(head.uri.path()) {
        let answering = tokio::task::spawn_blocking(move || control(&service, admission, &head, read));
        return Ok(answering.await?);
    }
    let parts = HttpRequestParts {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        host: text(&head.headers, header::HOST).or_else(|| head.uri.authority().map(ToString::to_string)),
        content_type: text(&head.headers, header::CONTENT_TYPE),
        authorization: text(&head.headers, header::AUTHORIZATION),
        forwarded: Forwarded {
            proto: text(&head.headers, HeaderName::from_static("x-forwarded-proto")),
            offloaded: text(&head.headers, HeaderName::from_static("ssl-offloaded")),
        },
    };
    let (bytes, too_long) = match read {
        Body::Whole(bytes) => (bytes, false),
        Body::TooLong | Body::Late => {
            // PHP throws a body beyond its limit away and SoapServer then sees none at all.
            tracing::warn!(limit = body::BODY_MAX, path = parts.path, "a request body is too long and was dropped");
            (Vec::new(), true)
        }
    };
    if let Some(let_go) = service.waiting().of(&service, &parts, &bytes) {
        // Whoever had it wait and is gone has nothing more to do before it.
        let _ = let_go.await;
    }
    let reply = match room {
        Some(_) if bytes.len() > QUICK_BODY_MAX => at_length(service, parts, bytes).await?,
        _ => service.reply(&parts, &bytes),
    };
    drop(place);
    if let Some(delay) = reply.delay {
        tokio::time::sleep(delay).await;
    }
    let last = too_long || !reply.on_the_wire.is_empty();
    for disruption in &reply.on_the_wire {
        orders.give(disruption);
    }
    Ok(response(reply.answer, last))
}

/// Answers a long request, a few of them at a time: each may take several times its length in memory.
async fn at_length(service: Service, parts: HttpRequestParts, bytes: Vec<u8>) -> Result<Reply, Failure> {
    let turn = service.turn().await;
    let answering = tokio::task::spawn_blocking(move || {
        let reply = service.reply(&parts, &bytes);
        drop(turn);
        reply
    });
    Ok(answering.await?)
}

/// What Apache says of a request that does not come.
pub(super) fn late() -> HttpAnswer {
    const PAGE: &str =
        "<html><head><title>408 Request Timeout</title></head><body><h1>Request Timeout</h1></body></html>\n";
    let headers =
        [("Content-Type", "text/html; charset=iso-8859-1".to_owned()), ("Content-Length", PAGE.len().to_string())];
    let headers = headers.map(|(name, value)| (name.to_owned(), value)).into();
    HttpAnswer { status: 408, headers, body: PAGE.as_bytes().to_vec() }
}

/// Answers a request to the control API.
fn control(service: &Service, admission: Admission, head: &Parts, body: Body) -> Response<Full<Bytes>> {
    let too_long = body == Body::TooLong;
    let (from_here, token) = match admission {
        Admission::On { from_here, token } => (from_here, token),
        Admission::None => (false, None),
    };
    let authorization = text(&head.headers, header::AUTHORIZATION);
    let request = AdminRequest {
        method: head.method.to_string(),
        path: head.uri.path().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        host: text(&head.headers, header::HOST),
        origin: text(&head.headers, header::ORIGIN),
        content_type: text(&head.headers, header::CONTENT_TYPE),
        body: match body {
            Body::Whole(bytes) => Some(bytes),
            Body::TooLong | Body::Late => None,
        },
        from_here,
        has_token: token.is_some_and(|token| token.is_shown(authorization.as_deref())),
    };
    response(admin::answer(service, &request), too_long)
}

pub(super) fn text(headers: &HeaderMap, name: HeaderName) -> Option<String> {
    headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
}

/// hyper's form of an answer; `last` closes the connection after it.
pub(super) fn response(answer: HttpAnswer, last: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        match (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_str(&value)) {
            (Ok(name), Ok(value)) => {
                headers.append(name, value);
            }
            _ => tracing::warn!(name, "a header cannot be written and was left out"),
        }
    }
    if last {
        headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
