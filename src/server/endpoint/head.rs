//! The head of an answer.

use jiff::Timestamp;

use super::HttpAnswer;
use crate::disrupt::answer::Answer;
use crate::shop::overrides::HttpOverrides;

/// Puts the headers of a Magento behind `index.php` around an answer (recording 001); without `date` no `Date`.
pub(in crate::server) fn dress(answer: Answer, date: Option<Timestamp>, own: Option<&HttpOverrides>) -> HttpAnswer {
    let date = date.filter(|_| own.and_then(|own| own.date).unwrap_or(true));
    let mut headers = Vec::with_capacity(8);
    let mut add = |name: &str, value: String| headers.push((name.to_owned(), value));
    if let Some(date) = date {
        add("Date", http_date(date));
    }
    add("Expires", "Thu, 19 Nov 1981 08:52:00 GMT".to_owned());
    add("Cache-Control", "no-store, no-cache, must-revalidate".to_owned());
    add("Pragma", "no-cache".to_owned());
    for content_type in answer.content_types {
        add("Content-Type", content_type);
    }
    if let Some(location) = answer.location {
        add("Location", location);
    }
    for (name, value) in own.iter().flat_map(|own| &own.headers) {
        headers.retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        headers.extend(value.clone().map(|value| (name.clone(), value)));
    }
    headers.push(("Content-Length".to_owned(), answer.body.len().to_string()));
    HttpAnswer { status: answer.status, headers, body: answer.body }
}

/// The fixed form of HTTP dates, always in GMT.
fn http_date(at: Timestamp) -> String {
    at.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_date_is_as_http_wants_it() {
        let at: Timestamp = "2026-11-23T09:26:30.9Z".parse().unwrap();
        assert_eq!(http_date(at), "Mon, 23 Nov 2026 09:26:30 GMT");
    }
}
