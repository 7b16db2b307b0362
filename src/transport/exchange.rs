//! One request through hyper-util's client, whichever connector carries it: Basic auth, redirects, limits, errors.

use std::error::Error;
use std::time::Duration;

use http_body_util::{BodyExt as _, Full};
use hyper::body::{Body as _, Bytes, Frame, Incoming};
use hyper::{Request, Response, StatusCode, header};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::Connect;
use url::Url;

use super::credentials::basic_auth;
use super::{AllowedOrigins, Breakage, HttpAnswer, HttpRequest, Method, Redirects, TransportError, masked};
use crate::clock::{Clock, Deadline};

/// What both carriers obey.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    /// For one whole exchange, connect to last byte.
    pub(super) timeout: Duration,
    /// Longest answer in bytes.
    pub(super) body_max: usize,
    /// What becomes of redirects.
    pub(super) redirects: Redirects,
    /// Whether a client certificate is shown to those who ask.
    pub(super) has_identity: bool,
}

/// Sends `request`, following at most one redirect of a GET that stays at its origin.
pub(super) async fn send<C>(
    client: &Client<C, Full<Bytes>>,
    clock: &Clock,
    bounds: Bounds,
    request: HttpRequest,
) -> Result<HttpAnswer, TransportError>
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let answer = once(client, clock, bounds, &request).await?;
    if bounds.redirects == Redirects::AreAnswers {
        return Ok(answer);
    }
    let Some(target) = redirect_target(&request, &answer)? else { return Ok(answer) };
    let mut again = HttpRequest { url: target, ..request };
    if again.url.scheme() == "https" {
        // Inside TLS the shop would read what is meant for the proxy.
        again.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("proxy-authorization"));
    }
    let answer = once(client, clock, bounds, &again).await?;
    match location(&answer) {
        Some(location) => Err(redirected(&again.url, answer.status, location)),
        None => Ok(answer),
    }
}

async fn once<C>(
    client: &Client<C, Full<Bytes>>,
    clock: &Clock,
    bounds: Bounds,
    request: &HttpRequest,
) -> Result<HttpAnswer, TransportError>
where
    C: Connect + Clone + Send + Sync + 'static,
{
    let outgoing = outgoing(request)?;
    let url = || masked(&request.url);
    let deadline = clock.deadline(bounds.timeout);
    let work = async {
        let response =
            client.request(outgoing).await.map_err(|error| sending_failed(url(), bounds.has_identity, &error))?;
        let answer = collect(response, bounds.body_max, url()).await?;
        Ok(HttpAnswer { deadline, ..answer })
    };
    match clock.timeout(bounds.timeout, work).await {
        Ok(done) => done,
        Err(elapsed) => Err(TransportError::Timeout { url: url(), after: elapsed.0 }),
    }
}

fn outgoing(request: &HttpRequest) -> Result<Request<Full<Bytes>>, TransportError> {
    let address = |reason: String| TransportError::Address { url: masked(&request.url), reason };
    if !matches!(request.url.scheme(), "http" | "https") {
        return Err(address(format!("scheme '{}' is not supported", request.url.scheme())));
    }
    let mut bare = request.url.clone();
    let _ = bare.set_username("");
    let _ = bare.set_password(None);
    bare.set_fragment(None);
    let mut builder = Request::builder()
        .method(match request.method {
            Method::Get => hyper::Method::GET,
            Method::Post => hyper::Method::POST,
        })
        .uri(bare.as_str());
    for (name, value) in &request.headers {
        builder = builder.header(name, value);
    }
    let brings_auth = request.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("authorization"));
    if let (false, Some(basic)) = (brings_auth, basic_auth(&request.url)) {
        builder = builder.header(header::AUTHORIZATION, basic);
    }
    builder.body(Full::new(Bytes::from(request.body.clone()))).map_err(|error| address(error.to_string()))
}

async fn collect(response: Response<Incoming>, limit: usize, url: String) -> Result<HttpAnswer, TransportError> {
    let status = response.status().as_u16();
    let headers = response
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    let mut incoming = response.into_body();
    // As long as it says that it is; a length that is not true costs no memory.
    let announced = usize::try_from(incoming.size_hint().lower()).unwrap_or(limit);
    let mut body = Vec::with_capacity(announced.min(limit));
    let too_large = || TransportError::TooLarge { url: url.clone(), limit };
    while let Some(frame) = incoming.frame().await {
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) if body.len() + data.len() > limit => return Err(too_large()),
            Ok(Ok(data)) => {
                make_room(&mut body, data.len(), limit);
                body.extend_from_slice(&data);
            }
            Ok(Err(_trailers)) => {}
            Err(_) if is_whole(&body) => break,
            Err(error) => {
                let detail = chain(&error);
                return Err(TransportError::Broken { url, breakage: Breakage::InsideBody, detail });
            }
        }
    }
    Ok(HttpAnswer { status, headers, body, deadline: Deadline::never() })
}

/// Room for a piece: twice as much as before, but never more than a body may be.
fn make_room(body: &mut Vec<u8>, piece: usize, limit: usize) {
    let wanted = body.len().saturating_add(piece);
    if wanted > body.capacity() {
        let capacity = body.capacity().saturating_mul(2).min(limit).max(wanted);
        body.reserve_exact(capacity - body.len());
    }
}

/// Whether a body whose connection was closed before its announced length is all there: its SOAP document is closed. PHP's
/// SOAP client, with which the reference client calls, does not mind a length that is not true (sync spec 2.7).
fn is_whole(body: &[u8]) -> bool {
    body.trim_ascii_end().ends_with(b"Envelope>")
}

fn sending_failed(url: String, has_identity: bool, error: &hyper_util::client::legacy::Error) -> TransportError {
    let detail = chain(error);
    if error.is_connect() {
        if find::<rustls::Error>(error).is_some() {
            return TransportError::Tls { url, detail };
        }
        return TransportError::Connect { url, detail };
    }
    // In TLS 1.3 the handshake is over for us before the server has looked at our certificate.
    if find::<rustls::Error>(error).is_some() {
        return TransportError::Tls { url, detail };
    }
    let breakage = match find::<hyper::Error>(error) {
        Some(inner) if inner.is_parse() => Breakage::NotHttp,
        _ if url.starts_with("https:") && !has_identity => Breakage::BeforeAnswerWithoutCertificate,
        _ => Breakage::BeforeAnswer,
    };
    TransportError::Broken { url, breakage, detail }
}

/// The first cause of that type, looking into I/O errors too, where rustls hides its own.
fn find<'e, E: Error + 'static>(error: &'e (dyn Error + 'static)) -> Option<&'e E> {
    let mut next = Some(error);
    while let Some(current) = next {
        if let Some(found) = current.downcast_ref::<E>() {
            return Some(found);
        }
        next = match current.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => current.source(),
        };
    }
    None
}

/// The error and its causes in one line.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let cause_text = cause.to_string();
        if !text.ends_with(&cause_text) {
            text.push_str(": ");
            text.push_str(&cause_text);
        }
        next = cause.source();
    }
    text
}

fn location(answer: &HttpAnswer) -> Option<&str> {
    let status = StatusCode::from_u16(answer.status).ok()?;
    if !status.is_redirection() {
        return None;
    }
    answer.header("location")
}

/// Where a GET may go on: to the same origin with the same user, or by TLS to the same host. Anything else is reported.
fn redirect_target(request: &HttpRequest, answer: &HttpAnswer) -> Result<Option<Url>, TransportError> {
    let Some(location) = location(answer) else { return Ok(None) };
    let refused = || redirected(&request.url, answer.status, location);
    let mut target = request.url.join(location).map_err(|_| refused())?;
    let stays = AllowedOrigins::NONE.way(&request.url, &target).takes_credentials();
    if request.method == Method::Post || !stays {
        return Err(refused());
    }
    let _ = target.set_username(request.url.username());
    let _ = target.set_password(request.url.password());
    Ok(Some(target))
}

fn redirected(from: &Url, status: u16, location: &str) -> TransportError {
    let location = from.join(location).map_or_else(|_| location.to_owned(), |target| masked(&target));
    TransportError::Redirected { url: masked(from), status, location }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redirect(method: Method, from: &str, to: &str) -> Result<Option<Url>, TransportError> {
        let request = HttpRequest { method, url: Url::parse(from).unwrap(), headers: Vec::new(), body: Vec::new() };
        let headers = vec![("location".to_owned(), to.to_owned())];
        redirect_target(&request, &HttpAnswer { status: 301, headers, body: Vec::new(), deadline: Deadline::never() })
    }

    #[test]
    fn only_a_get_that_stays_at_its_origin_follows_a_redirect() {
        let to = |url: &str| Some(Url::parse(url).unwrap());
        assert_eq!(redirect(Method::Get, "http://u:p@h/a", "https://h/a").unwrap(), to("https://u:p@h/a"));
        assert_eq!(redirect(Method::Get, "http://h/a", "/b").unwrap(), to("http://h/b"));
        for (method, from, location) in [
            (Method::Post, "http://h/a", "/b"),
            (Method::Get, "http://u:p@h/a", "http://elsewhere/a"),
            (Method::Get, "https://h/a", "http://h/a"),
            (Method::Get, "http://u:p@h/a", "http://h:8080/a"),
            (Method::Get, "http://u:p@h:8080/a", "http://h/a"),
            (Method::Get, "http://h:8080/a", "https://h:8443/a"),
            (Method::Get, "http://h/a", "//evil/a"),
            (Method::Get, "http://h/a", "file:///etc/passwd"),
        ] {
            let refused = redirect(method, from, location);
            assert!(matches!(refused, Err(TransportError::Redirected { status: 301, .. })), "{from} to {location}");
        }
    }
}
