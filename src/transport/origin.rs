//! Where secrets may go: user and password of a URL, and the API key and session that calls carry, were given for one
//! origin (scheme, host and port) and stay there. The one place that decides, for redirects and for the addresses that
//! service descriptions name.

use std::fmt;

use url::{Host, Url};

/// A scheme, a host and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(url::Origin);

impl Origin {
    /// The origin of an address; `None` for one that is not reached by HTTP.
    pub fn of(url: &Url) -> Option<Self> {
        let is_http = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        is_http.then(|| Self(url.origin()))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.ascii_serialization())
    }
}

/// How one address lies to the one that secrets were given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Scheme, host and port are the same: all secrets go along.
    Same,
    /// The same host by TLS where plain HTTP was typed, both on their usual ports, as shops move logins to https: nobody
    /// reads more than before, so all secrets go along.
    OverTls,
    /// Another origin that somebody allowed: the API key goes there, user and password of the URL do not.
    Allowed,
    /// The same host without the TLS that was typed, both on their usual ports.
    Unencrypted,
    /// The address has another scheme, host or port.
    Elsewhere,
}

impl Way {
    /// Whether user and password of the URL go along.
    pub fn takes_credentials(self) -> bool {
        matches!(self, Self::Same | Self::OverTls)
    }
}

/// Origins that may get the API key besides the one it was given for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedOrigins {
    origins: Vec<Origin>,
    any: bool,
}

impl AllowedOrigins {
    /// None: what is usual.
    pub const NONE: &'static Self = &Self { origins: Vec::new(), any: false };
    /// All: for a shop that is played from a recording, where nothing is sent anywhere.
    pub const ANY: &'static Self = &Self { origins: Vec::new(), any: true };

    /// A policy that allows exactly these origins.
    pub fn new(origins: Vec<Origin>) -> Self {
        Self { origins, any: false }
    }

    /// How `to` lies to `given`, for which secrets were typed.
    pub fn way(&self, given: &Url, to: &Url) -> Way {
        let (Some(from), Some(target)) = (Origin::of(given), Origin::of(to)) else { return Way::Elsewhere };
        if from == target {
            return Way::Same;
        }
        let is_same_host = host(given) == host(to) && given.port().is_none() && to.port().is_none();
        if is_same_host && to.scheme() == "https" {
            return Way::OverTls;
        }
        if self.any || self.origins.contains(&target) {
            return Way::Allowed;
        }
        if is_same_host { Way::Unencrypted } else { Way::Elsewhere }
    }
}

fn host(url: &Url) -> Option<Host<&str>> {
    url.host()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        for (given, to, way) in [
            ("http://shop.example/a", "http://shop.example/b?c", Way::Same),
            ("http://SHOP.example/a", "http://u:p@shop.example:80/", Way::Same),
            ("https://shop.example/", "https://shop.example:443/", Way::Same),
            ("http://[::1]:8085/", "http://[::1]:8085/x", Way::Same),
            ("http://shop.example/", "https://shop.example/", Way::OverTls),
            ("http://shop.example:80/", "https://shop.example:443/", Way::OverTls),
            ("https://shop.example/", "http://shop.example/", Way::Unencrypted),
            ("https://shop.example/", "http://shop.example:443/", Way::Elsewhere),
            ("http://shop.example/", "http://shop.example:8080/", Way::Elsewhere),
            ("http://shop.example:8080/", "http://shop.example/", Way::Elsewhere),
            ("http://shop.example:8080/", "https://shop.example:8080/", Way::Elsewhere),
            ("http://shop.example:8080/", "https://shop.example/", Way::Elsewhere),
            ("http://shop.example/", "http://www.shop.example/", Way::Elsewhere),
            ("http://shop.example/", "http://shop.example./", Way::Elsewhere),
            ("http://shop.example/", "http://shop.example.evil.example/", Way::Elsewhere),
            ("http://127.0.0.1:8085/", "http://localhost:8085/", Way::Elsewhere),
            ("http://shop.example/", "ftp://shop.example/", Way::Elsewhere),
            ("file:///a", "file:///a", Way::Elsewhere),
        ] {
            assert_eq!(AllowedOrigins::NONE.way(&url(given), &url(to)), way, "{given} to {to}");
        }
    }

    #[test]
    fn an_allowed_origin_gets_the_key_and_no_other_does() {
        let allowed =
            ["https://admin.example/any/path", "http://shop.example"].map(|text| Origin::of(&url(text)).unwrap());
        let allowed = AllowedOrigins::new(allowed.to_vec());
        for (given, to, way) in [
            ("https://shop.example/", "https://admin.example/api/", Way::Allowed),
            ("https://shop.example/", "http://shop.example/api/", Way::Allowed),
            ("https://shop.example/", "http://admin.example/api/", Way::Elsewhere),
            ("https://shop.example/", "https://admin.example:8443/", Way::Elsewhere),
        ] {
            assert_eq!(allowed.way(&url(given), &url(to)), way, "{given} to {to}");
            assert!(!way.takes_credentials());
        }
        assert_eq!(Origin::of(&url("https://admin.example/any/path")).unwrap().to_string(), "https://admin.example");
    }
}
