//! What a disruption does to an answer that hyper will still send in good form.

use super::Disruption;
use crate::soap::{FaultCode, SoapFault};

/// An answer's variable parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The content types, one header line each.
    pub content_types: Vec<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// What a PHP with `display_errors` on prints before the answer.
const PHP_WARNING: &str = "<br />\n<b>Warning</b>:  Undefined variable $store in \
                           <b>/var/www/app/code/local/Acme/Api/Model/Observer.php</b> on line <b>42</b><br />\n";
const HTML: &str = "text/html; charset=UTF-8";

/// What comes back instead of an answer of the shop, if the disruption replaces it: the call is not handled then.
pub fn instead(disruption: &Disruption) -> Option<Instead> {
    match disruption {
        Disruption::Fault { code, string } => {
            Some(Instead::Fault(SoapFault { code: FaultCode::from_wire(code), string: string.clone() }))
        }
        Disruption::Status(status) => Some(Instead::Page(error_page(*status))),
        Disruption::HtmlPage => Some(Instead::Page(page(200, "Service Temporarily Unavailable"))),
        _ => None,
    }
}

/// The replacement of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Instead {
    /// A fault, still to be written in the shop's style.
    Fault(SoapFault),
    /// A finished page.
    Page(Answer),
}

/// Spoils a finished answer.
pub fn spoil(disruption: &Disruption, answer: &mut Answer) {
    match disruption {
        Disruption::TruncatedXml => answer.body.truncate(answer.body.len() / 2),
        Disruption::PhpWarning => prepend(PHP_WARNING.as_bytes(), answer),
        Disruption::ByteOrderMark => prepend("\u{feff}".as_bytes(), answer),
        Disruption::EmptyBody => answer.body.clear(),
        _ => {}
    }
}

fn prepend(text: &[u8], answer: &mut Answer) {
    answer.body.splice(0..0, text.iter().copied());
}

fn error_page(status: u16) -> Answer {
    let reason = match status {
        401 => "Authorization Required",
        403 => "Forbidden",
        404 => "Not Found",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Temporarily Unavailable",
        504 => "Gateway Time-out",
        _ => "Error",
    };
    page(status, &format!("{status} {reason}"))
}

fn page(status: u16, title: &str) -> Answer {
    let body = format!(
        "<html>\n<head><title>{title}</title></head>\n<body>\n<center><h1>{title}</h1></center>\n</body>\n</html>\n"
    );
    Answer { status, content_types: vec![HTML.to_owned()], body: body.into_bytes() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn xml() -> Answer {
        Answer { status: 200, content_types: vec!["text/xml; charset=UTF-8".to_owned()], body: b"<?xml?><a/>".to_vec() }
    }

    #[test]
    fn each_spoiling_changes_the_body_and_nothing_else() {
        for (disruption, body) in [
            (Disruption::TruncatedXml, b"<?xml".to_vec()),
            (Disruption::PhpWarning, [PHP_WARNING.as_bytes(), b"<?xml?><a/>"].concat()),
            (Disruption::ByteOrderMark, b"\xef\xbb\xbf<?xml?><a/>".to_vec()),
            (Disruption::EmptyBody, Vec::new()),
            (Disruption::NoDate, b"<?xml?><a/>".to_vec()),
        ] {
            let mut answer = xml();
            spoil(&disruption, &mut answer);
            assert_eq!(answer, Answer { body, ..xml() }, "{}", disruption.name());
        }
    }

    #[test]
    fn a_status_comes_with_the_web_servers_page() {
        let Some(Instead::Page(page)) = instead(&Disruption::Status(502)) else { panic!("a page") };
        assert_eq!((page.status, page.content_types), (502, vec![HTML.to_owned()]));
        assert!(String::from_utf8(page.body).unwrap().contains("<h1>502 Bad Gateway</h1>"));
    }
}
