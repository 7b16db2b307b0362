//! User and password of a URL, and all that a text may show of them. The one place that knows in which forms a password
//! travels, for the header that carries it and for whoever hides it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use url::Url;

/// `Basic` credentials of a URL, percent-decoded.
pub(super) fn basic_auth(url: &Url) -> Option<String> {
    if url.username().is_empty() && url.password().is_none() {
        return None;
    }
    Some(format!("Basic {}", encoded(url, url.password().unwrap_or_default())))
}

fn encoded(url: &Url, password: &str) -> String {
    STANDARD.encode(format!("{}:{}", percent_decoded(url.username()), percent_decoded(password)))
}

/// The password of a URL in every form in which a text may repeat it: as it is written there, as it is meant, and within
/// the base64 of the header that carries it. Nothing for a URL without one.
pub fn password_texts(url: &Url) -> Vec<String> {
    let Some(password) = url.password().filter(|password| !password.is_empty()) else { return Vec::new() };
    let basic = encoded(url, password);
    let mut texts = vec![password.to_owned(), percent_decoded(password), basic.trim_end_matches('=').to_owned()];
    texts.dedup();
    texts
}

fn percent_decoded(text: &str) -> String {
    // `+` would be read as a blank by the form decoder, so it is protected first.
    let pair = format!("={}", text.replace('+', "%2B").replace('&', "%26"));
    url::form_urlencoded::parse(pair.as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_auth_is_percent_decoded_and_plus_stays_plus() {
        let url = Url::parse("http://j%40oe:a+b%26c@h/").unwrap();
        assert_eq!(basic_auth(&url), Some(format!("Basic {}", STANDARD.encode("j@oe:a+b&c"))));
        assert_eq!(basic_auth(&Url::parse("http://h/").unwrap()), None);
    }

    #[test]
    fn a_password_is_known_in_every_form_that_travels() {
        for (url, expected) in [
            ("http://joe:urlPW99@h/", vec!["urlPW99", "am9lOnVybFBXOTk"]),
            ("http://joe:a%26b@h/", vec!["a%26b", "a&b", "am9lOmEmYg"]),
            ("http://joe@h/", vec![]),
            ("http://joe:@h/", vec![]),
            ("http://h/", vec![]),
        ] {
            assert_eq!(password_texts(&Url::parse(url).unwrap()), expected, "{url}");
        }
    }
}
