//! Where Magento sends a request that came by another scheme or host than the shop's base URL has: `web/url/redirect_to_base`
//! and the secure URLs (recordings urls 98 to 124, urls-https 1 to 17).

use super::message::HttpRequestParts;
use super::route;
use crate::shop::Shop;

/// The address to go to, when the request is not answered here. `every_address` is a shop whose host is whichever a client
/// names.
pub(super) fn target(shop: &Shop, every_address: bool, request: &HttpRequestParts) -> Option<String> {
    let settings = shop.settings();
    if matches!(settings.get("web/url/redirect_to_base"), Some("0")) || request.path == "/api.php" {
        return None;
    }
    let unsecure = shop.base_url();
    let is_secure = is_secure(shop, request);
    let has_secure = settings.get("web/secure/base_url").is_some_and(|url| url.starts_with("https://"));
    let base = match settings.get("web/secure/base_url") {
        Some(secure) if is_secure && has_secure => secure.to_owned(),
        _ => unsecure.clone(),
    };
    let (scheme, rest) = base.split_once("://")?;
    if request.method.eq_ignore_ascii_case("POST") {
        // A shop whose plain URL is https takes calls by nothing else.
        let must_be_secure = unsecure.starts_with("https://") && !is_secure;
        let index = if settings.is_on("web/seo/use_rewrites") { "" } else { "index.php/" };
        let path = request.path.strip_prefix("/index.php").unwrap_or(&request.path).trim_start_matches('/');
        return must_be_secure.then(|| format!("{}/{index}{path}", base.trim_end_matches('/')));
    }
    let came_by = if is_secure || forwarded_proto(request) == Some("https") { "https" } else { "http" };
    let host = |authority: &str| authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_ascii_lowercase();
    let own = host(rest.split('/').next().unwrap_or_default());
    let is_elsewhere = request
        .host
        .as_deref()
        .map(host)
        .is_some_and(|asked| !every_address && asked != own && !(is_loopback(&asked) && is_loopback(&own)));
    (scheme != came_by || is_elsewhere).then_some(base)
}

/// Names of this machine are one: who serves a shop here may call it by any of them.
fn is_loopback(host: &str) -> bool {
    matches!(host, "localhost" | "[::1]") || host.starts_with("127.")
}

fn forwarded_proto(request: &HttpRequestParts) -> Option<&str> {
    request.forwarded.proto.as_deref()
}

/// Whether the shop takes the request for a secure one: by the header that its settings name.
fn is_secure(shop: &Shop, request: &HttpRequestParts) -> bool {
    match shop.settings().get("web/secure/offloader_header") {
        Some("HTTP_X_FORWARDED_PROTO" | "X_FORWARDED_PROTO") => forwarded_proto(request) == Some("https"),
        None | Some("SSL_OFFLOADED" | "HTTP_SSL_OFFLOADED") => {
            request.forwarded.offloaded.as_deref().is_some_and(|value| matches!(value, "1" | "https"))
        }
        Some(_) => false,
    }
}

/// The base URL of a shop that is served at `origin`: the path of its own setting stays, and so does https where a setting
/// names the same host and port.
pub(super) fn served_base_url(setting: &str, served: &str) -> String {
    let Some((scheme, rest)) = setting.split_once("://") else { return served.to_owned() };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let served_authority = served.split_once("://").map_or(served, |(_, rest)| rest).trim_end_matches('/');
    let path = if path.is_empty() || path.ends_with('/') { path.to_owned() } else { format!("{path}/") };
    let origin = match authority == served_authority {
        true => format!("{scheme}://{authority}"),
        false => route::origin(served, None),
    };
    format!("{origin}/{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_served_shop_keeps_the_path_of_its_base_url() {
        for (setting, served, expected) in [
            ("", "http://127.0.0.1:8085/", "http://127.0.0.1:8085/"),
            ("http://shop.example/", "http://127.0.0.1:8085/", "http://127.0.0.1:8085/"),
            ("http://shop.example/magento", "http://127.0.0.1:8085/", "http://127.0.0.1:8085/magento/"),
            ("https://127.0.0.1:8085/", "http://127.0.0.1:8085/", "https://127.0.0.1:8085/"),
            ("https://shop.example/", "http://127.0.0.1:8085/", "http://127.0.0.1:8085/"),
        ] {
            assert_eq!(served_base_url(setting, served), expected, "{setting}");
        }
    }
}
