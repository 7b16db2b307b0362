//! Envelopes: finding header and body, writing the two fault forms.

use super::error::RequestError;
use super::{SoapFault, SoapVersion};
use crate::xml::writer::{escape_text, put_tag};
use crate::xml::{Attribute, Element, XmlErrorKind};

/// SOAP 1.1 envelope namespace.
pub const SOAP_ENV: &str = SoapVersion::V11.envelope();
/// The namespace of XML Schema.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// XML Schema instance namespace.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The first line of every document PHP writes.
pub const PROLOG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// Version, header presence and body of a request.
pub struct Opened<'a> {
    /// Which version the envelope is of.
    pub version: SoapVersion,
    /// The first header block that is meant for the server; Magento runs each as an operation (wire spec, section 4.5).
    pub header: Option<HeaderBlock>,
    /// Whether a block that is meant for the server must be understood.
    pub must_understand: bool,
    /// The `Body` element.
    pub body: &'a Element<'a>,
}

/// A header block by what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderBlock {
    /// A text, or nothing.
    Scalar,
    /// The value has elements: it is a record.
    Record,
}

/// The version of an envelope; none for any other root.
pub fn version_of(root: &Element<'_>) -> Option<SoapVersion> {
    SoapVersion::ALL.into_iter().find(|version| root.is(version.envelope(), "Envelope"))
}

/// Opens a request envelope, in the order in which PHP's SoapServer looks at it: an optional header, then the body. What
/// follows the body is not looked at in SOAP 1.1 and not allowed in 1.2.
///
/// # Errors
/// `VersionMismatch` for any other root; `NoBody` without a body; `Envelope` and `UnknownEncoding` for what an envelope of
/// its version must not have.
pub fn open<'a>(root: &'a Element<'a>) -> Result<Opened<'a>, RequestError> {
    let version = version_of(root).ok_or(RequestError::VersionMismatch)?;
    let namespace = version.envelope();
    check_attributes(root, version, &OF_ENVELOPE)?;
    let (header, rest) = match root.children.split_first() {
        Some((first, rest)) if first.is(namespace, "Header") => (Some(first), rest),
        _ => (None, root.children.as_slice()),
    };
    let (body, rest) =
        rest.split_first().filter(|(first, _)| first.is(namespace, "Body")).ok_or(RequestError::NoBody)?;
    if version == SoapVersion::V12 {
        check_attributes(body, version, &OF_BODY_12)?;
        if !rest.is_empty() {
            return Err(RequestError::Envelope("A SOAP 1.2 envelope can contain only Header and Body"));
        }
    }
    if let Some(call) = body.children.first() {
        check_encoding(call, version)?;
    }
    let (header, must_understand) = match header {
        Some(header) => header_block(header, version)?,
        None => (None, false),
    };
    Ok(Opened { version, header, must_understand, body })
}

/// What PHP says of attributes that a part of an envelope must not have.
struct Forbidden {
    unqualified: &'static str,
    /// Of an encoding style, in SOAP 1.2 only.
    style: &'static str,
}

const OF_ENVELOPE: Forbidden = Forbidden {
    unqualified: "A SOAP Envelope element cannot have non Namespace qualified attributes",
    style: "encodingStyle cannot be specified on the Envelope",
};
const OF_HEADER: Forbidden = Forbidden {
    unqualified: "A SOAP Header element cannot have non Namespace qualified attributes",
    style: "encodingStyle cannot be specified on the Header",
};
const OF_BODY_12: Forbidden = Forbidden {
    unqualified: "A SOAP Body element cannot have non Namespace qualified attributes",
    style: "encodingStyle cannot be specified on the Body",
};

/// Of several wrong attributes the first one is told.
fn check_attributes(part: &Element<'_>, version: SoapVersion, forbidden: &Forbidden) -> Result<(), RequestError> {
    let wrong = |attribute: &Attribute<'_>| match attribute.namespace.as_deref() {
        None => Some(forbidden.unqualified),
        Some(namespace) => {
            let is_style = attribute.local == ENCODING_STYLE && namespace == version.envelope();
            (is_style && version == SoapVersion::V12).then_some(forbidden.style)
        }
    };
    match part.attributes.iter().find_map(wrong) {
        Some(text) => Err(RequestError::Envelope(text)),
        None => Ok(()),
    }
}

const ENCODING_STYLE: &str = "encodingStyle";

/// The first block of a header that is meant for the server, and whether any such block must be understood.
fn header_block(header: &Element<'_>, version: SoapVersion) -> Result<(Option<HeaderBlock>, bool), RequestError> {
    check_attributes(header, version, &OF_HEADER)?;
    let (mut found, mut must_understand) = (None, false);
    for block in &header.children {
        check_encoding(block, version)?;
        let attribute = |name| block.attribute(Some(version.envelope()), name);
        if attribute(version.role_attribute()).is_some_and(|role| !version.own_roles().contains(&role)) {
            continue;
        }
        if attribute("mustUnderstand").is_some_and(|must| !matches!(must, "0" | "1" | "true" | "false")) {
            return Err(RequestError::Envelope("mustUnderstand value is not boolean"));
        }
        must_understand |= attribute("mustUnderstand").is_some_and(|must| matches!(must, "1" | "true"));
        let kind = if block.children.is_empty() { HeaderBlock::Scalar } else { HeaderBlock::Record };
        found = found.or(Some(kind));
    }
    Ok((found, must_understand))
}

fn check_encoding(element: &Element<'_>, version: SoapVersion) -> Result<(), RequestError> {
    match element.attribute(Some(version.envelope()), ENCODING_STYLE) {
        Some(style) if style != version.encoding() => Err(RequestError::UnknownEncoding(version)),
        _ => Ok(()),
    }
}

/// How PHP answers a document that cannot be read. Zend looks for entities in the text before PHP reads it.
pub fn refused(error: crate::xml::XmlError, text: &str) -> RequestError {
    match error.kind {
        XmlErrorKind::Dtd if text.contains("<!ENTITY") => RequestError::Entity,
        XmlErrorKind::Dtd => RequestError::DocumentType,
        _ => RequestError::InvalidXml(Some(error)),
    }
}

/// A fault on one line, as PHP writes it: protocol faults stay so. The code is SOAP 1.1's.
pub fn fault_line(version: SoapVersion, code: &str, string: &str) -> Vec<u8> {
    let (code, string) = (version.fault_code(code), escape_text(string));
    let (code, env, namespace) = (escape_text(&code), version.prefix(), version.envelope());
    let fault = match version {
        SoapVersion::V11 => format!("<faultcode>{code}</faultcode><faultstring>{string}</faultstring>"),
        SoapVersion::V12 => format!(
            "<env:Code><env:Value>{code}</env:Value></env:Code><env:Reason><env:Text>{string}</env:Text></env:Reason>"
        ),
    };
    format!(
        "{PROLOG}<{env}:Envelope xmlns:{env}=\"{namespace}\"><{env}:Body><{env}:Fault>{fault}</{env}:Fault></{env}:Body>\
         </{env}:Envelope>\n"
    )
    .into_bytes()
}

/// An API fault, split into lines as Magento does with every answer of its own.
pub fn fault(version: SoapVersion, fault: &SoapFault) -> Vec<u8> {
    let line = fault_line(version, &fault.code.to_string(), &fault.string);
    split_lines(String::from_utf8_lossy(&line).into_owned()).into_bytes()
}

/// Splits the beginning of a document into lines where its answers are, and puts the body behind it, which is split already.
pub(super) fn complete(document: &mut String, body: &str, splits_lines: bool) {
    if splits_lines {
        *document = split_lines(std::mem::take(document));
    }
    if !body.is_empty() {
        document.reserve(body.len() + 100);
        put_tag(document, &[body], splits_lines);
    }
}

/// Puts a line feed between all adjacent tags, empty strings included (wire spec, fact 5).
pub fn split_lines(document: String) -> String {
    document.replace("><", ">\n<")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::xml::{self, Limits};

    const NEXT_11: &str = "http://schemas.xmlsoap.org/soap/actor/next";
    const NEXT_12: &str = "http://www.w3.org/2003/05/soap-envelope/role/next";
    const LAST_12: &str = "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver";

    fn opened(version: SoapVersion, attributes: &str, inside: &str) -> Result<Option<HeaderBlock>, RequestError> {
        let (namespace, encoding) = (version.envelope(), version.encoding());
        let inside = inside.replace("{own}", encoding);
        let document = format!("<e:Envelope xmlns:e=\"{namespace}\" {attributes}>{inside}</e:Envelope>");
        let root = xml::parse(&document, &Limits::request()).unwrap();
        open(&root).map(|opened| {
            assert_eq!(opened.version, version);
            opened.header
        })
    }

    /// What PHP's SoapServer allows in an envelope, by version (the first result is SOAP 1.1's).
    #[test]
    fn each_version_has_its_rules() {
        const CALL: &str = "<e:Body><c/></e:Body>";
        let header = |block: &str| format!("<e:Header>{block}</e:Header>{CALL}");
        let of = |text: &'static str| Err(RequestError::Envelope(text));
        let (none, scalar) = (Ok(None), Ok(Some(HeaderBlock::Scalar)));
        let unknown = [SoapVersion::V11, SoapVersion::V12].map(|version| Err(RequestError::UnknownEncoding(version)));
        let not_boolean = of("mustUnderstand value is not boolean");
        let unqualified = of("A SOAP Envelope element cannot have non Namespace qualified attributes");
        let in_header = of("A SOAP Header element cannot have non Namespace qualified attributes");
        for (attributes, inside, v11, v12) in [
            ("", CALL.to_owned(), none.clone(), none.clone()),
            ("a=\"1\"", CALL.to_owned(), unqualified.clone(), unqualified),
            (
                "e:encodingStyle=\"x\"",
                CALL.to_owned(),
                none.clone(),
                of("encodingStyle cannot be specified on the Envelope"),
            ),
            (
                "",
                "<e:Body a=\"1\"/>".to_owned(),
                none.clone(),
                of("A SOAP Body element cannot have non Namespace qualified attributes"),
            ),
            (
                "",
                "<e:Body e:encodingStyle=\"{own}\"/>".to_owned(),
                none.clone(),
                of("encodingStyle cannot be specified on the Body"),
            ),
            (
                "",
                format!("<e:Header e:encodingStyle=\"{{own}}\"/>{CALL}"),
                none.clone(),
                of("encodingStyle cannot be specified on the Header"),
            ),
            ("", format!("<e:Header a=\"1\"/>{CALL}"), in_header.clone(), in_header),
            ("", format!("{CALL}<x/>"), none.clone(), of("A SOAP 1.2 envelope can contain only Header and Body")),
            ("", "<e:Body><c e:encodingStyle=\"{own}\"/></e:Body>".to_owned(), none.clone(), none.clone()),
            ("", "<e:Body><c e:encodingStyle=\"x\"/></e:Body>".to_owned(), unknown[0].clone(), unknown[1].clone()),
            ("", header("<b e:encodingStyle=\"x\"/>"), unknown[0].clone(), unknown[1].clone()),
            ("", header("<b/>"), scalar.clone(), scalar.clone()),
            ("", header("<b><x/></b>"), Ok(Some(HeaderBlock::Record)), Ok(Some(HeaderBlock::Record))),
            ("", header("<b e:actor=\"x\"/>"), none.clone(), scalar.clone()),
            ("", header("<b e:role=\"x\"/>"), scalar.clone(), none.clone()),
            ("", header(&format!("<b e:actor=\"{NEXT_11}\"/>")), scalar.clone(), scalar.clone()),
            ("", header(&format!("<b e:role=\"{NEXT_12}\"/>")), scalar.clone(), scalar.clone()),
            ("", header(&format!("<b e:role=\"{LAST_12}\"/>")), scalar.clone(), scalar.clone()),
            ("", header("<b e:mustUnderstand=\"yes\"/>"), not_boolean.clone(), not_boolean.clone()),
            ("", header("<b e:role=\"x\" e:mustUnderstand=\"yes\"/>"), not_boolean, none.clone()),
            ("", "<e:Header/>".to_owned(), Err(RequestError::NoBody), Err(RequestError::NoBody)),
        ] {
            assert_eq!(opened(SoapVersion::V11, attributes, &inside), v11, "1.1: {attributes} {inside}");
            assert_eq!(opened(SoapVersion::V12, attributes, &inside), v12, "1.2: {attributes} {inside}");
        }
    }
}
