//! What a disruption does to the bytes and headers of a finished answer.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use regex::bytes::Regex;

use super::Disruption;
use super::answer::Answer;

/// What a PHP with `display_errors` on prints before the answer.
const PHP_WARNING: &str = "<br />\n<b>Warning</b>:  Undefined variable $store in \
                           <b>/var/www/app/code/local/Acme/Api/Model/Observer.php</b> on line <b>42</b><br />\n";
/// A text that is no number, no date and no flag.
const WRONG: &str = "n/a";
/// 0xC3 announces a second byte that does not come.
const NOT_UTF8: &[u8] = b"\xc3";
const CONTROL: &[u8] = b"\x07";
const OTHER_CHARSET: &str = "ISO-8859-1";

/// More than the head of an answer takes.
const HEAD_MAX: usize = 16 * 1024;

/// Spoils a finished answer. Says whether that changes anything, here or later on the wire.
pub fn spoil(disruption: &Disruption, answer: &mut Answer) -> bool {
    let whole = answer.body.len();
    match disruption {
        Disruption::TruncatedXml => answer.body.truncate(answer.body.len() / 2),
        Disruption::PhpWarning => insert(0, PHP_WARNING.as_bytes(), answer),
        Disruption::ByteOrderMark => insert(0, "\u{feff}".as_bytes(), answer),
        Disruption::EmptyBody => answer.body.clear(),
        Disruption::MissingElement(name) => return replace_element(name, "", answer),
        Disruption::WrongType(name) => {
            return replace_element(name, &format!("${{open}}{WRONG}${{close}}"), answer);
        }
        Disruption::InvalidUtf8 => insert(first_text(&answer.body), NOT_UTF8, answer),
        Disruption::ControlCharacter => insert(first_text(&answer.body), CONTROL, answer),
        Disruption::WrongCharset => claim_other_charset(answer),
        Disruption::Gzip => compress(answer),
        _ => return changes_the_wire(disruption, whole),
    }
    // What is inserted or claimed always shows; only what has no bytes cannot lose any.
    whole > 0 || !answer.body.is_empty()
}

/// Whether a disruption that leaves the answer's text alone changes what comes of it.
fn changes_the_wire(disruption: &Disruption, body: usize) -> bool {
    match disruption {
        Disruption::Reset { after_bytes } | Disruption::Close { after_bytes } | Disruption::Stall { after_bytes } => {
            *after_bytes < body + HEAD_MAX
        }
        Disruption::ContentLength(claimed) => usize::try_from(*claimed).ok() != Some(body),
        Disruption::DateSkew(seconds) => *seconds != 0,
        // These are done before there is an answer.
        Disruption::EmptyPage | Disruption::SingleRow | Disruption::DuplicateRow | Disruption::LastPageAgain => false,
        _ => true,
    }
}

/// A header the disruption adds to the answer.
pub fn header(disruption: &Disruption) -> Option<(&'static str, String)> {
    match disruption {
        Disruption::Gzip => Some(("Content-Encoding", "gzip".to_owned())),
        Disruption::Redirect(to) => Some(("Location", to.clone())),
        Disruption::Status(401) => Some(("WWW-Authenticate", "Basic realm=\"staging\"".to_owned())),
        _ => None,
    }
}

fn insert(at: usize, bytes: &[u8], answer: &mut Answer) {
    answer.body.splice(at..at, bytes.iter().copied());
}

/// Where the first character data of the innermost elements stands; the body's end when there is none.
fn first_text(body: &[u8]) -> usize {
    let text = Regex::new(r">[^<>\s]").ok();
    text.and_then(|text| text.find(body)).map_or(body.len(), |found| found.start() + 1)
}

fn replace_element(name: &str, with: &str, answer: &mut Answer) -> bool {
    let name = regex::escape(name);
    // A scalar element, empty or not, with or without a prefix and attributes.
    let pattern = format!(r"(?-u)(?<open><(?:[\w-]+:)?{name}(?:\s[^>]*[^/>])?>)[^<]*(?<close></(?:[\w-]+:)?{name}>)");
    let Ok(element) = Regex::new(&pattern) else { return false };
    let replaced = element.replace_all(&answer.body, with.as_bytes());
    let is_changed = *replaced != *answer.body;
    answer.body = replaced.into_owned();
    is_changed
}

fn claim_other_charset(answer: &mut Answer) {
    for content_type in &mut answer.content_types {
        let media = content_type.split(';').next().unwrap_or_default();
        *content_type = format!("{media}; charset={OTHER_CHARSET}");
    }
    if let Ok(declared) = Regex::new(r#"(?i)^(<\?xml[^>]*encoding=")[^"]*"#) {
        let claimed = format!("${{1}}{OTHER_CHARSET}");
        answer.body = declared.replace(&answer.body, claimed.as_bytes()).into_owned();
    }
}

fn compress(answer: &mut Answer) {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing into memory does not fail; if it did the answer would stay as it is.
    if encoder.write_all(&answer.body).is_ok()
        && let Ok(compressed) = encoder.finish()
    {
        answer.body = compressed;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] =
        b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ns1:a><id xsi:type=\"xsd:int\">12</id><name>Ada</name></ns1:a>";

    fn spoiled(disruption: &Disruption) -> Answer {
        let mut answer = Answer {
            status: 200,
            content_types: vec!["text/xml; charset=UTF-8".to_owned()],
            body: BODY.to_vec(),
            location: None,
        };
        spoil(disruption, &mut answer);
        answer
    }

    #[test]
    fn each_spoiling_changes_what_it_says_and_nothing_else() {
        let with = |from: &str, to: &[u8]| {
            let text = std::str::from_utf8(BODY).unwrap();
            let at = text.find(from).unwrap();
            [&BODY[..at], to, &BODY[at + from.len()..]].concat()
        };
        for (disruption, body) in [
            (Disruption::TruncatedXml, BODY[..BODY.len() / 2].to_vec()),
            (Disruption::PhpWarning, [PHP_WARNING.as_bytes(), BODY].concat()),
            (Disruption::ByteOrderMark, [b"\xef\xbb\xbf", BODY].concat()),
            (Disruption::EmptyBody, Vec::new()),
            (Disruption::NoDate, BODY.to_vec()),
            (Disruption::MissingElement("id".to_owned()), with("<id xsi:type=\"xsd:int\">12</id>", b"")),
            (Disruption::MissingElement("nam".to_owned()), BODY.to_vec()),
            (Disruption::WrongType("id".to_owned()), with("12", b"n/a")),
            (Disruption::InvalidUtf8, with("12", b"\xc312")),
            (Disruption::ControlCharacter, with("12", b"\x0712")),
            (Disruption::WrongCharset, with("UTF-8", b"ISO-8859-1")),
        ] {
            let answer = spoiled(&disruption);
            assert_eq!(String::from_utf8_lossy(&answer.body), String::from_utf8_lossy(&body), "{}", disruption.name());
            let charset = if disruption == Disruption::WrongCharset { "ISO-8859-1" } else { "UTF-8" };
            assert_eq!(answer.content_types, [format!("text/xml; charset={charset}")]);
        }
    }

    #[test]
    fn what_changes_nothing_says_so() {
        for (disruption, changes) in [
            (Disruption::MissingElement("name".to_owned()), true),
            (Disruption::MissingElement("emial".to_owned()), false),
            (Disruption::WrongType("id".to_owned()), true),
            (Disruption::WrongType("custmer_id".to_owned()), false),
            (Disruption::EmptyPage, false),
            (Disruption::LastPageAgain, false),
            (Disruption::DateSkew(0), false),
            (Disruption::DateSkew(-1), true),
            (Disruption::Stall { after_bytes: 99_999_999 }, false),
            (Disruption::Close { after_bytes: 20 }, true),
            (Disruption::ContentLength(BODY.len() as u64), false),
            (Disruption::ContentLength(1), true),
            (Disruption::Gzip, true),
            (Disruption::Status(503), true),
        ] {
            let mut answer = spoiled(&Disruption::NoDate);
            assert_eq!(spoil(&disruption, &mut answer), changes, "{}", disruption.name());
        }
    }

    #[test]
    fn a_compressed_body_says_so_and_can_be_unpacked() {
        let answer = spoiled(&Disruption::Gzip);
        let mut unpacked = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(answer.body.as_slice()), &mut unpacked).unwrap();
        assert_eq!(unpacked, BODY);
        assert_eq!(header(&Disruption::Gzip), Some(("Content-Encoding", "gzip".to_owned())));
    }
}
