//! What never changes while the server runs: health, the OpenAPI document, the console's page.

use std::sync::LazyLock;

use serde_json::{Value, json};

use super::{AdminRequest, Problem, Reply, bodies};
use crate::server::address::wsdl_url;
use crate::server::service::Service;

/// The OpenAPI document of this API: its routes and answers are written in `openapi.json`, what is sent is told by the types.
static OPENAPI: LazyLock<String> = LazyLock::new(|| {
    let mut document: Value = serde_json::from_str(include_str!("openapi.json")).unwrap_or_default();
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.extend(bodies::schemas());
    }
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
});

/// The OpenAPI document of the control API, as `/__admin/openapi.json` answers it.
pub fn control_openapi() -> &'static str {
    &OPENAPI
}

/// The console's page with its style and scripts inside, so that it is one document that needs nothing else.
static CONSOLE: LazyLock<String> = LazyLock::new(|| {
    let scripts = [
        include_str!("console/core.js"),
        include_str!("console/calls.js"),
        include_str!("console/shop.js"),
        include_str!("console/control.js"),
    ];
    include_str!("console/page.html")
        .replacen("/* style */", concat!(include_str!("console/palette.css"), include_str!("console/style.css")), 1)
        .replacen("/* script */", &scripts.concat(), 1)
});

pub(super) fn health(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let shop = service.locked_shop();
    let url = shop.base_url();
    let wsdl = url::Url::parse(&url).map(|url| wsdl_url(&url).to_string()).ok();
    Ok(Reply::Json(json!({"status": "ok", "version": env!("CARGO_PKG_VERSION"), "url": url, "wsdl": wsdl})))
}

pub(super) fn openapi(_: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    Ok(Reply::Document { content_type: "application/json", text: control_openapi() })
}

pub(super) fn console(_: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    Ok(Reply::Console(&CONSOLE))
}
