//! `/__admin`: what a test in any language asks of a running shop or changes in it, as JSON over HTTP. Each file has one
//! resource; this one has the table of routes. Bytes in, bytes out like `endpoint`, without hyper; what is asked here is
//! not journalled. `openapi.json` describes the same table, and a test compares the two.

mod bodies;
mod checkpoints;
mod clock;
mod disruptions;
mod documents;
mod guard;
mod modules;
mod operations;
mod problem;
mod requests;
mod settings;
mod shop;
mod stubs;
mod token;
mod verify;

use std::io;

use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::form_urlencoded;

use super::endpoint::HttpAnswer;
use super::service::Service;
use crate::printable::printable;
use problem::Problem;
pub use token::{TOKEN_CHARACTERS_MIN, Token};

/// Everything below it is this API's.
pub const ADMIN_PATH: &str = "/__admin";

/// The OpenAPI document of the control API.
pub use documents::control_openapi;

/// Who may use the control API.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AdminApi {
    /// Programs on this machine.
    #[default]
    Loopback,
    /// Programs on this machine, and those elsewhere that show the token.
    Token(Token),
    /// Nobody: its addresses are unknown, as on a real shop.
    Off,
}

/// One request to this API.
#[derive(Clone, Debug, Default)]
pub(super) struct AdminRequest {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) host: Option<String>,
    pub(super) origin: Option<String>,
    pub(super) content_type: Option<String>,
    /// `None` when it was too long.
    pub(super) body: Option<Vec<u8>>,
    /// Whether the connection comes from this machine.
    pub(super) from_here: bool,
    /// Whether it showed the token.
    pub(super) has_token: bool,
}

impl AdminRequest {
    /// The parameters of the query, all of which must be `known`.
    fn parameters(&self, known: &[&str]) -> Result<Vec<(String, String)>, Problem> {
        let parameters: Vec<(String, String)> = form_urlencoded::parse(self.query.as_bytes()).into_owned().collect();
        match parameters.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            Some((name, _)) => Err(Problem::bad_parameter(name, "is not known here", &known.join(", "))),
            None => Ok(parameters),
        }
    }

    fn text(&self, bytes_max: usize) -> Result<&str, Problem> {
        let body = self.body.as_deref().filter(|body| body.len() <= bytes_max).ok_or_else(Problem::too_long)?;
        std::str::from_utf8(body).map_err(|error| Problem::bad_body(format!("the body is not UTF-8: {error}")))
    }

    /// A body of values that people write in YAML too, where words and numbers are told apart less strictly.
    fn yaml<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        let text = shop::as_yaml(self, CHANGE_BYTES_MAX)?;
        serde_saphyr::from_str(&text).map_err(|error| Problem::wrong_body(&error, &text))
    }

    fn json<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_str(self.text(CHANGE_BYTES_MAX)?)
            .map_err(|error| Problem::bad_body(format!("the body: {}", printable(&error.to_string()))))
    }
}

/// The longest body that is no seed.
const CHANGE_BYTES_MAX: usize = 1024 * 1024;
/// The longest answer; longer ones are asked for in parts.
const ANSWER_BYTES_MAX: usize = 32 * 1024 * 1024;

/// JSON written as it is made, so that a long answer takes no more memory than its text.
fn written_json(value: &impl Serialize) -> Result<Reply, Problem> {
    let mut answer = BoundedText(Vec::new());
    serde_json::to_writer_pretty(&mut answer, value).map_err(|_| Problem::answer_too_long(ANSWER_BYTES_MAX))?;
    answer.0.push(b'\n');
    Ok(Reply::Written(answer.0))
}

/// Refuses what would make it too long.
struct BoundedText(Vec<u8>);

impl io::Write for BoundedText {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0.len() + bytes.len() > ANSWER_BYTES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a handler answers.
#[derive(Clone, Debug)]
enum Reply {
    Json(Value),
    /// JSON that was written already, because it may be long.
    Written(Vec<u8>),
    Created(Value),
    Done,
    Document {
        content_type: &'static str,
        text: &'static str,
    },
    /// The same with the console's policy: it may talk to this server only.
    Console(&'static str),
}

type Handler = fn(&Service, &AdminRequest, &str) -> Result<Reply, Problem>;

struct AdminRoute {
    method: &'static str,
    /// Below [`ADMIN_PATH`]; a last segment in braces is handed to the handler.
    path: &'static str,
    handler: Handler,
}

const fn route(method: &'static str, path: &'static str, handler: Handler) -> AdminRoute {
    AdminRoute { method, path, handler }
}

const ROUTES: &[AdminRoute] = &[
    route("GET", "/health", documents::health),
    route("GET", "/openapi.json", documents::openapi),
    route("GET", "/ui", documents::console),
    route("GET", "/requests", requests::list),
    route("DELETE", "/requests", requests::forget),
    route("GET", "/requests/{number}", requests::one),
    route("POST", "/requests/verify", verify::verify),
    route("POST", "/reset", shop::reset),
    route("PUT", "/seed", shop::load_seed),
    route("POST", "/seed", shop::load_seed),
    route("GET", "/state", shop::state),
    route("GET", "/tables", shop::tables),
    route("POST", "/edits", shop::edit),
    route("GET", "/clock", clock::read),
    route("PUT", "/clock", clock::change),
    route("GET", "/disruptions", disruptions::list),
    route("POST", "/disruptions", disruptions::arm),
    route("DELETE", "/disruptions", disruptions::clear),
    route("DELETE", "/disruptions/{id}", disruptions::disarm),
    route("GET", "/stubs", stubs::list),
    route("POST", "/stubs", stubs::add),
    route("DELETE", "/stubs", stubs::clear),
    route("DELETE", "/stubs/{id}", stubs::remove),
    route("GET", "/modules", modules::list),
    route("POST", "/modules", modules::add),
    route("GET", "/checkpoints", checkpoints::list),
    route("POST", "/checkpoints", checkpoints::act),
    route("DELETE", "/checkpoints/{name}", checkpoints::remove),
    route("GET", "/settings", settings::read),
    route("PUT", "/settings", settings::change),
];

/// Whether a path is this API's.
pub(super) fn concerns(path: &str) -> bool {
    path.strip_prefix(ADMIN_PATH).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Answers one request.
pub(super) fn answer(service: &Service, request: &AdminRequest) -> HttpAnswer {
    let reply = guard::check(request).and_then(|()| dispatch(service, request));
    match reply {
        Ok(Reply::Json(value)) => written(200, JSON, shown(&value)),
        Ok(Reply::Written(text)) => written(200, JSON, text),
        Ok(Reply::Created(value)) => written(201, JSON, shown(&value)),
        Ok(Reply::Done) => HttpAnswer { status: 204, headers: common_headers(), body: Vec::new() },
        Ok(Reply::Document { content_type, text }) => written(200, content_type, text.as_bytes().to_vec()),
        Ok(Reply::Console(text)) => {
            let mut answer = written(200, "text/html; charset=utf-8", text.as_bytes().to_vec());
            answer.headers.push(("Content-Security-Policy".to_owned(), CONSOLE_POLICY.to_owned()));
            answer
        }
        Err(problem) => {
            let mut answer = written(problem.status, "application/problem+json", shown(&problem.to_json()));
            answer.headers.extend(problem.allow.map(|methods| ("Allow".to_owned(), methods)));
            answer
        }
    }
}

const JSON: &str = "application/json";
const CONSOLE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; \
                              connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; \
                              frame-ancestors 'none'";

fn dispatch(service: &Service, request: &AdminRequest) -> Result<Reply, Problem> {
    let path = request.path.strip_prefix(ADMIN_PATH).unwrap_or_default();
    let path = match path.trim_end_matches('/') {
        "" => "/ui",
        other => other,
    };
    let found: Vec<(&AdminRoute, &str)> =
        ROUTES.iter().filter_map(|route| matched(route.path, path).map(|rest| (route, rest))).collect();
    if found.is_empty() {
        return Err(Problem::unknown_path(path, ROUTES.iter().map(|route| route.path)));
    }
    // HEAD is a GET whose body the connection leaves out.
    let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
    match found.iter().find(|(route, _)| route.method == method) {
        // What a client writes there is encoded, as a name with a blank in it has to be.
        Some((route, rest)) => (route.handler)(service, request, &percent_decode_str(rest).decode_utf8_lossy()),
        None => {
            let allowed: Vec<&str> = found.iter().map(|(route, _)| route.method).collect();
            Err(Problem::wrong_method(method, &allowed.join(", ")))
        }
    }
}

/// The segment in the place of the braces, or an empty text for a plain path.
fn matched<'a>(pattern: &str, path: &'a str) -> Option<&'a str> {
    match pattern.split_once('{') {
        None => (pattern == path).then_some(""),
        Some((front, _)) => path.strip_prefix(front).filter(|rest| !rest.is_empty() && !rest.contains('/')),
    }
}

fn shown(value: &Value) -> Vec<u8> {
    let mut text = format!("{value:#}");
    text.push('\n');
    text.into_bytes()
}

fn common_headers() -> Vec<(String, String)> {
    vec![
        ("Cache-Control".to_owned(), "no-store".to_owned()),
        ("X-Content-Type-Options".to_owned(), "nosniff".to_owned()),
    ]
}

fn written(status: u16, content_type: &str, body: Vec<u8>) -> HttpAnswer {
    let mut headers = common_headers();
    headers.push(("Content-Type".to_owned(), content_type.to_owned()));
    headers.push(("Content-Length".to_owned(), body.len().to_string()));
    HttpAnswer { status, headers, body }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;
    use crate::magento::{BridgeRelease, Flavor};

    #[test]
    fn the_openapi_document_has_exactly_these_routes() {
        let document: Value = serde_json::from_str(control_openapi()).unwrap();
        let mut documented = BTreeSet::new();
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, operation) in methods.as_object().unwrap().iter().filter(|(name, _)| *name != "parameters") {
                assert!(operation["summary"].is_string(), "{method} {path} says nothing");
                assert!(operation["responses"].is_object(), "{method} {path} answers nothing");
                documented.insert((method.to_uppercase(), path.clone()));
            }
        }
        let served: BTreeSet<(String, String)> =
            ROUTES.iter().map(|route| (route.method.to_owned(), format!("{ADMIN_PATH}{}", route.path))).collect();
        assert_eq!(documented, served);
    }

    #[test]
    fn the_openapi_document_has_every_schema_that_it_names() {
        let document: Value = serde_json::from_str(control_openapi()).unwrap();
        let schemas = document["components"]["schemas"].as_object().unwrap();
        let text = document.to_string();
        let named: BTreeSet<&str> =
            text.split("#/components/schemas/").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let missing: Vec<&&str> = named.iter().filter(|name| !schemas.contains_key(**name)).collect();
        assert!(missing.is_empty(), "{missing:?}");
        let unused: Vec<&String> = schemas.keys().filter(|name| !named.contains(name.as_str())).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }

    #[test]
    fn the_openapi_document_has_every_edit_with_what_it_takes() {
        let document: Value = serde_json::from_str(control_openapi()).unwrap();
        let edits = document["components"]["schemas"]["Edit"]["oneOf"].as_array().unwrap();
        let of = |name: &str| edits.iter().find_map(|edit| edit["properties"].get(name));
        for name in ["create", "place_order", "invoice", "ship", "credit_memo", "add_part", "fill_cart", "set_bridge"] {
            assert!(of(name).is_some(), "{name}");
        }
        let fields = &of("create").unwrap()["properties"]["fields"]["additionalProperties"]["type"];
        assert_eq!(fields, &json!(["string", "null", "number", "boolean"]));
    }

    #[test]
    fn the_openapi_document_has_every_bridge_release_and_flavor() {
        let document: Value = serde_json::from_str(control_openapi()).unwrap();
        let settings = &document["components"]["schemas"]["Settings"]["properties"];
        let releases = BridgeRelease::all().iter().map(BridgeRelease::short);
        assert_eq!(settings["bridge"]["enum"], json!(std::iter::once("none").chain(releases).collect::<Vec<_>>()));
        assert_eq!(settings["flavor"]["enum"], json!(Flavor::ALL));
    }

    #[test]
    fn a_path_matches_its_pattern_only() {
        for (pattern, path, expected) in [
            ("/requests", "/requests", Some("")),
            ("/requests/{number}", "/requests/7", Some("7")),
            ("/requests/{number}", "/requests/", None),
            ("/requests/{number}", "/requests/7/8", None),
            ("/requests", "/requests/7", None),
        ] {
            assert_eq!(matched(pattern, path), expected, "{pattern} {path}");
        }
        for (path, ours) in
            [("/__admin", true), ("/__admin/", true), ("/__admin/x", true), ("/__adminx", false), ("/admin", false)]
        {
            assert_eq!(concerns(path), ours, "{path}");
        }
    }
}
