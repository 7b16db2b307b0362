//! Which request means what, by its address alone (wire spec, sections 1.1 and 1.2).

use url::form_urlencoded;

/// Where the fake serves the SOAP encoding schema itself, so that clients need no internet to load the RPC WSDL.
pub const ENCODING_SCHEMA_PATH: &str = "/mockgento/soap-encoding.xsd";

/// The meaning of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// The service description; the rest is the path and query of its service address.
    Wsdl { path: String, query: String },
    /// A call.
    Call,
    /// The SOAP encoding schema.
    EncodingSchema,
    /// Nothing is served here.
    Unknown,
}

/// Routes a path and raw query. The method does not matter: `wsdl` counts on a POST too.
pub(super) fn route(path: &str, query: &str) -> Route {
    if path == ENCODING_SCHEMA_PATH {
        return Route::EncodingSchema;
    }
    let Some(place) = place(path, query) else { return Route::Unknown };
    let rest_of_query = query_without_wsdl(query);
    if !place.wsdl && rest_of_query == query {
        return Route::Call;
    }
    Route::Wsdl { path: place.path, query: rest_of_query }
}

struct Place {
    /// The path without a `wsdl` parameter in it.
    path: String,
    wsdl: bool,
}

fn place(path: &str, query: &str) -> Option<Place> {
    let plain = Some(Place { path: path.to_owned(), wsdl: false });
    if path == "/api.php" {
        let is_v2 = form_urlencoded::parse(query.as_bytes()).any(|(key, value)| key == "type" && value == "v2_soap");
        return if is_v2 { plain } else { None };
    }
    let inner = path.strip_prefix("/index.php").unwrap_or(path);
    let mut segments = inner.split('/').filter(|segment| !segment.is_empty());
    if segments.next() != Some("api") || segments.next() != Some("v2_soap") {
        return None;
    }
    match segments.next() {
        None => return plain,
        Some("index") => {}
        Some(_) => return None,
    }
    let parameters: Vec<&str> = segments.collect();
    if !parameters.chunks(2).any(|pair| pair[0] == "wsdl") {
        return plain;
    }
    let kept = parameters.chunks(2).filter(|pair| pair[0] != "wsdl").map(|pair| format!("{}/", pair.join("/")));
    let front = if inner.len() == path.len() { "" } else { "/index.php" };
    Some(Place { path: format!("{front}/api/v2_soap/index/{}", kept.collect::<String>()), wsdl: true })
}

fn query_without_wsdl(query: &str) -> String {
    let is_wsdl = |pair: &&str| form_urlencoded::parse(pair.as_bytes()).any(|(key, _)| key == "wsdl");
    query.split('&').filter(|pair| !is_wsdl(pair)).collect::<Vec<_>>().join("&")
}

/// How a server forms the `soap:address` of its WSDL (wire spec, section 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AddressStyle {
    /// The requested host and path.
    Echo,
    /// The base URL, always with `index.php` and `/index/`.
    BaseUrl,
}

/// The address for a WSDL asked for at `path` and `host`.
pub(super) fn service_address(
    style: AddressStyle,
    base_url: &str,
    host: Option<&str>,
    path: &str,
    query: &str,
) -> String {
    let mut address = match style {
        AddressStyle::Echo => format!("{}{path}", origin(base_url, host)),
        AddressStyle::BaseUrl => {
            format!("{}/index.php/api/v2_soap/index/", base_url.trim_end_matches('/'))
        }
    };
    if !query.is_empty() {
        address.push('?');
        address.push_str(query);
    }
    address
}

/// Scheme of the base URL, host as requested.
pub(super) fn origin(base_url: &str, host: Option<&str>) -> String {
    let (scheme, rest) = base_url.split_once("://").unwrap_or(("http", base_url));
    let own = rest.split('/').next().unwrap_or_default();
    format!("{scheme}://{}", host.filter(|host| !host.is_empty()).unwrap_or(own))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_api_address_is_a_call() {
        for path in [
            "/api/v2_soap",
            "/api/v2_soap/",
            "/api/v2_soap/index",
            "/api/v2_soap/index/",
            "/index.php/api/v2_soap",
            "/index.php/api/v2_soap/",
            "/index.php/api/v2_soap/index/",
        ] {
            assert_eq!(route(path, ""), Route::Call, "{path}");
            assert_eq!(route(path, "store=de&x"), Route::Call, "{path}");
        }
        assert_eq!(route("/api.php", "type=v2_soap"), Route::Call);
    }

    #[test]
    fn every_form_of_wsdl_is_the_description_at_the_address_without_it() {
        for (path, query, rest) in [
            ("/api/v2_soap/", "wsdl", ""),
            ("/api/v2_soap", "wsdl=1", ""),
            ("/index.php/api/v2_soap/index/", "wsdl=0", ""),
            ("/api/v2_soap/", "a=1&wsdl=1&b=%26", "a=1&b=%26"),
            ("/api.php", "type=v2_soap&wsdl", "type=v2_soap"),
        ] {
            assert_eq!(route(path, query), Route::Wsdl { path: path.to_owned(), query: rest.to_owned() });
        }
        for (path, address) in [
            ("/index.php/api/v2_soap/index/wsdl/1/", "/index.php/api/v2_soap/index/"),
            ("/api/v2_soap/index/wsdl/1", "/api/v2_soap/index/"),
            ("/api/v2_soap/index/store/de/wsdl", "/api/v2_soap/index/store/de/"),
        ] {
            assert_eq!(route(path, ""), Route::Wsdl { path: address.to_owned(), query: String::new() });
        }
    }

    #[test]
    fn other_apis_and_paths_are_unknown() {
        for (path, query) in [
            ("/", ""),
            ("/api/soap/", "wsdl"),
            ("/api/xmlrpc/", ""),
            ("/index.php/api/", ""),
            ("/api/v2_soap/nope", ""),
            ("/api/v2_soapx/", ""),
            ("/api.php", "type=soap"),
            ("/api.php", ""),
            ("/admin", ""),
        ] {
            assert_eq!(route(path, query), Route::Unknown, "{path}?{query}");
        }
    }

    #[test]
    fn the_service_address_follows_the_request_or_the_base_url() {
        let address = |style, host| service_address(style, "https://shop.example/", host, "/api/v2_soap/", "a=1&b=2");
        for (style, host, expected) in [
            (AddressStyle::Echo, Some("127.0.0.1:81"), "https://127.0.0.1:81/api/v2_soap/?a=1&b=2"),
            (AddressStyle::Echo, None, "https://shop.example/api/v2_soap/?a=1&b=2"),
            (AddressStyle::BaseUrl, Some("h"), "https://shop.example/index.php/api/v2_soap/index/?a=1&b=2"),
        ] {
            assert_eq!(address(style, host), expected);
        }
        assert_eq!(service_address(AddressStyle::Echo, "https://shop.example/", Some("h"), "/p", ""), "https://h/p");
    }
}
