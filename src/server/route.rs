//! Which request means what, by its address alone (wire spec, sections 1.1 and 1.2).

use url::form_urlencoded;

/// Where the fake serves the SOAP encoding schema itself, so that clients need no internet to load the RPC WSDL.
pub const ENCODING_SCHEMA_PATH: &str = "/mockgento/soap-encoding.xsd";

macro_rules! doors {
    ($($(#[$doc:meta])+ $door:ident, $controller:literal, behind [$($other:literal)*], types [$($kind:literal)+], $wsdl:literal;)*) => {
        /// A protocol in which the shop's API is spoken.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Door {
            $($(#[$doc])+ $door,)*
        }

        impl Door {
            /// The controller that serves it: the last word of its address.
            pub fn controller(self) -> &'static str {
                match self { $(Self::$door => $controller,)* }
            }

            /// The door behind a controller.
            fn of_controller(name: &str) -> Option<Self> {
                match name {
                    $($controller $(| $other)* => Some(Self::$door),)*
                    _ => None,
                }
            }

            /// The door that `api.php` opens for a type.
            fn of_type(name: &str) -> Option<Self> {
                match name {
                    $($($kind)|+ => Some(Self::$door),)*
                    _ => None,
                }
            }

            /// Whether it has a description.
            fn has_wsdl(self) -> bool {
                match self { $(Self::$door => $wsdl,)* }
            }
        }
    };
}

// Each door: its controller, other words for that (an empty one: none was given), the types by which `api.php` opens it, and
// whether it has a description.
doors! {
    /// SOAP, API version 2.
    Soap2, "v2_soap", behind [], types ["v2_soap" "soap_v2" "soap_wsi"], true;
    /// SOAP, API version 1: what an address without a controller or a type leads to.
    Soap1, "soap", behind ["" "index"], types ["" "default" "soap"], true;
    /// XML-RPC.
    XmlRpc, "xmlrpc", behind [], types ["xmlrpc"], false;
    /// JSON-RPC.
    JsonRpc, "jsonrpc", behind [], types ["jsonrpc"], false;
}

/// The meaning of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Route {
    /// The service description; the rest is the path and query of its service address.
    Wsdl { door: Door, path: String, query: String },
    /// A call through this door.
    Call(Door),
    /// The SOAP encoding schema.
    EncodingSchema,
    /// `api.php` with a type that nothing serves.
    UnknownAdapter,
    /// `api.php` for the REST API, which nobody has set up.
    Rest,
    /// Nothing is served here.
    Unknown,
}

/// What a shop's settings say of its addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Addresses {
    /// The path of the base URL, without a slash at its end; empty for most shops.
    pub(super) base_path: String,
    /// Codes of store views that may stand in front, when the shop puts them there.
    pub(super) store_codes: Vec<String>,
}

/// Routes a path and raw query. The method does not matter: `wsdl` counts on a POST too.
pub(super) fn route(path: &str, query: &str, addresses: &Addresses) -> Route {
    if path == ENCODING_SCHEMA_PATH {
        return Route::EncodingSchema;
    }
    let base = addresses.base_path.as_str();
    // The program behind a base URL with a path is reached without it as well: nothing else is served here.
    let (front, inner) = match path.strip_prefix(base).filter(|inner| inner.starts_with('/')) {
        Some(inner) => (base, inner),
        None => ("", path),
    };
    if inner == "/api.php" {
        return of_type(path, query);
    }
    let Some(place) = place(inner, addresses) else { return Route::Unknown };
    let rest_of_query = query_without_wsdl(query);
    if !place.door.has_wsdl() || (!place.wsdl && rest_of_query == query) {
        return Route::Call(place.door);
    }
    Route::Wsdl { door: place.door, path: format!("{front}{}", place.path), query: rest_of_query }
}

fn of_type(path: &str, query: &str) -> Route {
    let named = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key == "type").last();
    let named = named.map(|(_, value)| value.into_owned()).unwrap_or_default();
    if named == "rest" {
        return Route::Rest;
    }
    let Some(door) = Door::of_type(&named) else { return Route::UnknownAdapter };
    let rest_of_query = query_without_wsdl(query);
    if !door.has_wsdl() || rest_of_query == query {
        return Route::Call(door);
    }
    Route::Wsdl { door, path: path.to_owned(), query: rest_of_query }
}

struct Place {
    door: Door,
    /// The path without a store code and without a `wsdl` parameter in it.
    path: String,
    wsdl: bool,
}

fn place(path: &str, addresses: &Addresses) -> Option<Place> {
    let (index, inner) = match path.strip_prefix("/index.php") {
        Some(inner) => ("/index.php", inner),
        None => ("", path),
    };
    let mut inner = inner;
    let first = inner.strip_prefix('/')?.split('/').next()?;
    if addresses.store_codes.iter().any(|code| code == first) {
        inner = &inner[first.len() + 1..];
    }
    let after = inner.strip_prefix("/api")?;
    if !after.is_empty() && !after.starts_with('/') {
        return None;
    }
    // Empty steps count at the end only, where there may be several.
    let steps = after.trim_start_matches('/').trim_end_matches('/');
    let mut segments = steps.split('/').filter(|segment| !segment.is_empty());
    let controller = segments.next().unwrap_or_default();
    let door = Door::of_controller(controller)?;
    let plain = Place { door, path: format!("{index}{inner}"), wsdl: false };
    match segments.next() {
        None => return Some(plain),
        Some("index") => {}
        Some(_) => return None,
    }
    let parameters: Vec<&str> = segments.collect();
    if !parameters.chunks(2).any(|pair| pair[0] == "wsdl") {
        return Some(plain);
    }
    // The address that a description gives is the one that was asked for, whatever path parameters it has.
    Some(Place { wsdl: true, ..plain })
}

fn query_without_wsdl(query: &str) -> String {
    let is_wsdl =
        |pair: &&str| form_urlencoded::parse(pair.as_bytes()).any(|(key, _)| key == "wsdl" || key.starts_with("wsdl["));
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
    door: Door,
    base_url: &str,
    host: Option<&str>,
    path: &str,
    query: &str,
) -> String {
    let mut address = match style {
        AddressStyle::Echo => format!("{}{path}", origin(base_url, host)),
        AddressStyle::BaseUrl => {
            format!("{}/index.php/api/{}/index/", base_url.trim_end_matches('/'), door.controller())
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

    fn routed(path: &str, query: &str) -> Route {
        route(path, query, &Addresses::default())
    }

    /// Recordings of a real shop's addresses: urls 1 to 174.
    #[test]
    fn every_form_of_an_address_is_a_call() {
        for (controller, door) in [("soap", Door::Soap1), ("v2_soap", Door::Soap2), ("xmlrpc", Door::XmlRpc)] {
            for after in ["", "/", "//", "/index", "/index/", "/index/index/", "/index/type/v2_soap/"] {
                for front in ["", "/index.php"] {
                    let path = format!("{front}/api/{controller}{after}");
                    assert_eq!(routed(&path, ""), Route::Call(door), "{path}");
                    assert_eq!(routed(&path, "store=de&x"), Route::Call(door), "{path}");
                }
            }
        }
        for path in ["/api", "/api/", "/api/index", "/api/index/index/", "/index.php/api/"] {
            assert_eq!(routed(path, "type=v2_soap"), Route::Call(Door::Soap1), "{path}");
        }
        for (query, expected) in [
            ("type=v2_soap", Route::Call(Door::Soap2)),
            ("type=soap_wsi", Route::Call(Door::Soap2)),
            ("type=soap", Route::Call(Door::Soap1)),
            ("type=", Route::Call(Door::Soap1)),
            ("", Route::Call(Door::Soap1)),
            ("type=xmlrpc&wsdl", Route::Call(Door::XmlRpc)),
            ("type=nosuch&wsdl", Route::UnknownAdapter),
        ] {
            assert_eq!(routed("/api.php", query), expected, "{query}");
        }
    }

    #[test]
    fn every_form_of_wsdl_is_the_description_at_the_address_that_was_asked() {
        for (path, query, rest) in [
            ("/api/v2_soap/", "wsdl", ""),
            ("/api/v2_soap", "wsdl=1", ""),
            ("/index.php/api/v2_soap/index/", "wsdl=0", ""),
            ("/api/v2_soap/", "wsdl[]=1", ""),
            ("/api/v2_soap/", "a=1&wsdl=1&b=%26", "a=1&b=%26"),
            ("/api.php", "type=v2_soap&wsdl", "type=v2_soap"),
            ("/index.php/api/v2_soap/index/wsdl/1/", "", ""),
            ("/api/v2_soap/index/wsdl/1", "", ""),
            ("/api/v2_soap/index/store/de/wsdl", "", ""),
        ] {
            let expected = Route::Wsdl { door: Door::Soap2, path: path.to_owned(), query: rest.to_owned() };
            assert_eq!(routed(path, query), expected);
        }
        assert_eq!(routed("/api/soap/", "WSDL"), Route::Call(Door::Soap1));
    }

    #[test]
    fn other_paths_are_unknown() {
        for (path, query) in [
            ("/", ""),
            ("/api/v2_soap/nope", ""),
            ("/api/soap/wsdl/1", ""),
            ("/api/v2_soapx/", ""),
            ("/api/v2/soap/", ""),
            ("/api/SOAP/", ""),
            ("/API/soap/", ""),
            ("/INDEX.PHP/api/soap/", ""),
            ("//index.php/api/soap/", ""),
            ("/index.php/api%2Fsoap/", ""),
            ("/default/api/soap/", ""),
            ("/soap/", ""),
            ("/apis/soap/", ""),
            ("/admin", ""),
        ] {
            assert_eq!(routed(path, query), Route::Unknown, "{path}?{query}");
        }
    }

    #[test]
    fn a_base_url_with_a_path_and_a_store_code_may_stand_in_front() {
        let addresses = Addresses { base_path: "/shop".to_owned(), store_codes: vec!["fr".to_owned()] };
        for path in ["/shop/api/soap/", "/shop/index.php/fr/api/soap/", "/fr/api/soap/", "/api/soap/"] {
            assert_eq!(route(path, "", &addresses), Route::Call(Door::Soap1), "{path}");
        }
        let expected =
            Route::Wsdl { door: Door::Soap1, path: "/shop/index.php/api/soap/".to_owned(), query: String::new() };
        assert_eq!(route("/shop/index.php/fr/api/soap/", "wsdl", &addresses), expected);
        for path in ["/shop/de/api/soap/", "/shops/api/soap/"] {
            assert_eq!(route(path, "", &addresses), Route::Unknown, "{path}");
        }
    }

    #[test]
    fn the_service_address_follows_the_request_or_the_base_url() {
        let of =
            |style, door, host| service_address(style, door, "https://shop.example/", host, "/api/v2_soap/", "a=1&b=2");
        for (style, door, host, expected) in [
            (AddressStyle::Echo, Door::Soap2, Some("127.0.0.1:81"), "https://127.0.0.1:81/api/v2_soap/?a=1&b=2"),
            (AddressStyle::Echo, Door::Soap2, None, "https://shop.example/api/v2_soap/?a=1&b=2"),
            (
                AddressStyle::BaseUrl,
                Door::Soap2,
                Some("h"),
                "https://shop.example/index.php/api/v2_soap/index/?a=1&b=2",
            ),
            (AddressStyle::BaseUrl, Door::Soap1, Some("h"), "https://shop.example/index.php/api/soap/index/?a=1&b=2"),
        ] {
            assert_eq!(of(style, door, host), expected);
        }
    }
}
