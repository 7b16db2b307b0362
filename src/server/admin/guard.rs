//! Who may ask. A browser on this machine can be made to send requests here by any page it shows, so being on the
//! loopback interface is not enough: the name in `Host` must be loopback too (against DNS rebinding), a page of another
//! origin is refused, and what changes something must be JSON, which no HTML form can send (against CSRF).

use std::net::IpAddr;

use url::Url;

use super::{AdminRequest, Problem};

pub(super) fn check(request: &AdminRequest) -> Result<(), Problem> {
    // Nobody can be made to show a token: a page of another origin would have to ask first, and is told no.
    if !request.from_here && !request.has_token {
        let remedy = "use it on the machine the shop runs on, or start the shop with --admin-token and send Authorization: Bearer";
        return Err(forbidden("the request comes from another machine", remedy));
    }
    if !request.has_token && !request.host.as_deref().is_some_and(is_loopback) {
        let host = request.host.as_deref().unwrap_or_default();
        return Err(forbidden(
            format!("the Host header says \"{host}\""),
            "ask http://127.0.0.1 or http://localhost with the shop's port",
        ));
    }
    if let Some(origin) = request.origin.as_deref().filter(|origin| !is_own(origin, request.host.as_deref())) {
        return Err(forbidden(format!("the page asking is of \"{origin}\""), "ask from /__admin/ui or a program"));
    }
    if matches!(request.method.as_str(), "POST" | "PUT") && !is_json(request) {
        return Err(Problem::new(
            415,
            "the body is not said to be JSON",
            format!("Content-Type is \"{}\"", request.content_type.as_deref().unwrap_or_default()),
            "send Content-Type: application/json, for an empty body too",
        ));
    }
    Ok(())
}

fn forbidden(detail: impl Into<String>, remedy: &str) -> Problem {
    Problem::new(403, "only programs on this machine may ask", detail, remedy)
}

/// Whether `host`, with or without a port, names this machine whatever DNS says.
fn is_loopback(host: &str) -> bool {
    let Ok(url) = Url::parse(&format!("http://{host}/")) else { return false };
    if !url.username().is_empty() || url.path() != "/" {
        return false;
    }
    match url.host_str() {
        Some("localhost") => true,
        Some(name) => name.trim_matches(['[', ']']).parse().is_ok_and(|address: IpAddr| address.is_loopback()),
        None => false,
    }
}

fn is_own(origin: &str, host: Option<&str>) -> bool {
    origin.strip_prefix("http://").is_some_and(|origin| Some(origin) == host)
}

fn is_json(request: &AdminRequest) -> bool {
    let media = request.content_type.as_deref().and_then(|text| text.split(';').next()).unwrap_or_default();
    media.trim().eq_ignore_ascii_case("application/json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_that_cannot_be_rebound_are_loopback() {
        for (host, expected) in [
            ("127.0.0.1:8085", true),
            ("127.8.9.1", true),
            ("localhost:1", true),
            ("LOCALHOST", true),
            ("[::1]:8085", true),
            ("evil.example:8085", false),
            ("127.0.0.1.evil.example", false),
            ("localhost.evil.example", false),
            ("user@127.0.0.1", false),
            ("192.168.0.1", false),
            ("", false),
        ] {
            assert_eq!(is_loopback(host), expected, "{host}");
        }
    }

    #[test]
    fn pages_of_others_and_forms_are_refused() {
        let fine = AdminRequest {
            method: "POST".to_owned(),
            host: Some("127.0.0.1:8085".to_owned()),
            content_type: Some("application/json; charset=utf-8".to_owned()),
            from_here: true,
            ..AdminRequest::default()
        };
        let with_origin = |origin: &str| AdminRequest { origin: Some(origin.to_owned()), ..fine.clone() };
        let with_type =
            |content_type: Option<&str>| AdminRequest { content_type: content_type.map(str::to_owned), ..fine.clone() };
        for (request, expected) in [
            (fine.clone(), Ok(())),
            (with_origin("http://127.0.0.1:8085"), Ok(())),
            (with_origin("http://evil.example"), Err(403)),
            (with_origin("http://127.0.0.1:9999"), Err(403)),
            (with_origin("null"), Err(403)),
            (with_type(Some("text/plain")), Err(415)),
            (with_type(Some("application/x-www-form-urlencoded")), Err(415)),
            (with_type(None), Err(415)),
            (AdminRequest { method: "GET".to_owned(), ..with_type(None) }, Ok(())),
            (AdminRequest { from_here: false, ..fine.clone() }, Err(403)),
            (AdminRequest { host: Some("shop.test".to_owned()), ..fine.clone() }, Err(403)),
            (AdminRequest { host: None, ..fine.clone() }, Err(403)),
            (
                AdminRequest { from_here: false, has_token: true, host: Some("shop.test".to_owned()), ..fine.clone() },
                Ok(()),
            ),
            (AdminRequest { has_token: true, ..with_origin("http://evil.example") }, Err(403)),
            (AdminRequest { has_token: true, ..with_type(Some("text/plain")) }, Err(415)),
        ] {
            assert_eq!(check(&request).map_err(|problem| problem.status), expected, "{request:?}");
        }
    }
}
