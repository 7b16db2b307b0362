//! The bytes of a document as text: which encoding they are in, and whether they are text in it.

use std::borrow::Cow;

use super::{Limits, XmlError, XmlErrorKind};

/// The text of a document, by byte order mark, XML declaration or the transport's `charset` (`Content-Type`), in this
/// order; UTF-8 otherwise.
///
/// # Errors
/// [`XmlError`] when it is longer than the limit, of an unknown encoding, or no text in its encoding.
pub fn decode<'a>(bytes: &'a [u8], charset: Option<&str>, limits: &Limits) -> Result<Cow<'a, str>, XmlError> {
    if bytes.len() > limits.bytes_max {
        return Err(refused(XmlErrorKind::Limit { what: "bytes", max: limits.bytes_max }));
    }
    let (encoding, start) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, length)) => (encoding, length),
        None => {
            let label = declared_encoding(bytes).or_else(|| charset.map(str::to_owned));
            match label {
                Some(label) => match encoding_rs::Encoding::for_label(label.as_bytes()) {
                    Some(encoding) => (encoding, 0),
                    None => return Err(refused(XmlErrorKind::Encoding(label))),
                },
                None => (encoding_rs::UTF_8, 0),
            }
        }
    };
    encoding
        .decode_without_bom_handling_and_without_replacement(&bytes[start..])
        .ok_or_else(|| refused(XmlErrorKind::Encoding(encoding.name().to_owned())))
}

/// The `encoding` pseudo attribute of an ASCII-compatible XML declaration.
fn declared_encoding(bytes: &[u8]) -> Option<String> {
    let head = &bytes[..bytes.len().min(200)];
    let head = head.strip_prefix(b"<?xml")?;
    let end = head.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&head[..end]).ok()?;
    let value = declaration.split_once("encoding")?.1.trim_start().strip_prefix('=')?.trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    value[1..].split(quote).next().map(str::to_owned)
}

/// A document that is refused before any of it is read.
fn refused(kind: XmlErrorKind) -> XmlError {
    XmlError { kind, offset: 0, line: 1, column: 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::parse;

    /// The text of the root of a document in some encoding.
    fn text_of(bytes: &[u8], charset: Option<&str>) -> Result<String, XmlError> {
        let text = decode(bytes, charset, &Limits::answer())?;
        Ok(parse(&text, &Limits::answer())?.text.into_owned())
    }

    #[test]
    fn more_bytes_than_the_limit_are_refused() {
        let small = Limits { bytes_max: 30, ..Limits::answer() };
        let large = decode(&[b' '; 31], None, &small).unwrap_err();
        assert_eq!(large.kind, XmlErrorKind::Limit { what: "bytes", max: 30 });
    }

    #[test]
    fn other_encodings_are_decoded_by_declaration_charset_or_mark() {
        let declared = b"<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><a>M\xfcller</a>";
        assert_eq!(text_of(declared, None).unwrap(), "Müller");
        assert_eq!(text_of(b"<a>M\xfcller</a>", Some("iso-8859-1")).unwrap(), "Müller");
        assert_eq!(text_of(b"\xef\xbb\xbf<a>x</a>", None).unwrap(), "x");
        assert_eq!(text_of(b"<a>\xfc</a>", None).unwrap_err().kind, XmlErrorKind::Encoding("UTF-8".to_owned()));
    }
}
