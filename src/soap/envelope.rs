//! Envelopes: finding header and body, writing the two fault forms.

use super::SoapFault;
use super::error::RequestError;
use crate::xml::writer::escape_text;
use crate::xml::{Element, XmlErrorKind};

/// SOAP 1.1 envelope namespace.
pub const SOAP_ENV: &str = "http://schemas.xmlsoap.org/soap/envelope/";
/// SOAP 1.2 envelope namespace.
pub const SOAP_ENV_12: &str = "http://www.w3.org/2003/05/soap-envelope";
/// SOAP 1.1 encoding namespace.
pub const SOAP_ENC: &str = "http://schemas.xmlsoap.org/soap/encoding/";
/// XML Schema namespace.
pub const XSD: &str = "http://www.w3.org/2001/XMLSchema";
/// XML Schema instance namespace.
pub const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The first line of every document PHP writes.
pub const PROLOG: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// The actor of a header block that concerns whoever gets it next.
const ACTOR_NEXT: &str = "http://schemas.xmlsoap.org/soap/actor/next";

/// Header presence and body of a request.
pub struct Opened<'a> {
    /// The first header block that is meant for the server; Magento runs each as an operation (wire spec, section 4.5).
    pub header: Option<HeaderBlock>,
    /// The `Body` element.
    pub body: &'a Element<'a>,
}

/// A header block by what is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeaderBlock {
    /// A text, or nothing.
    Scalar,
    /// Elements.
    Record,
}

/// Opens a request envelope: an optional header, then the body. What follows the body is not looked at.
///
/// # Errors
/// `VersionMismatch` for any other root and for SOAP 1.2, which this server does not speak; `NoBody` without a body;
/// `Envelope` for attributes that SOAP does not allow.
pub fn open<'a>(root: &'a Element<'a>) -> Result<Opened<'a>, RequestError> {
    if !root.is(SOAP_ENV, "Envelope") {
        return Err(RequestError::VersionMismatch);
    }
    if root.attributes.iter().any(|attribute| attribute.namespace.is_none()) {
        return Err(RequestError::Envelope("A SOAP Envelope element cannot have non Namespace qualified attributes"));
    }
    let (header, rest) = match root.children.split_first() {
        Some((first, rest)) if first.is(SOAP_ENV, "Header") => (Some(first), rest),
        _ => (None, root.children.as_slice()),
    };
    let body = rest.first().filter(|first| first.is(SOAP_ENV, "Body")).ok_or(RequestError::NoBody)?;
    if let Some(call) = body.children.first() {
        check_encoding(call)?;
    }
    Ok(Opened { header: header.map(header_block).transpose()?.flatten(), body })
}

/// The first block of a header that is meant for the server.
fn header_block(header: &Element<'_>) -> Result<Option<HeaderBlock>, RequestError> {
    if header.attributes.iter().any(|attribute| attribute.namespace.is_none()) {
        return Err(RequestError::Envelope("A SOAP Header element cannot have non Namespace qualified attributes"));
    }
    let mut found = None;
    for block in &header.children {
        check_encoding(block)?;
        if block.attribute(Some(SOAP_ENV), "actor").is_some_and(|actor| actor != ACTOR_NEXT) {
            continue;
        }
        let must = block.attribute(Some(SOAP_ENV), "mustUnderstand");
        if must.is_some_and(|must| !matches!(must, "0" | "1" | "true" | "false")) {
            return Err(RequestError::Envelope("mustUnderstand value is not boolean"));
        }
        let kind = if block.children.is_empty() { HeaderBlock::Scalar } else { HeaderBlock::Record };
        found = found.or(Some(kind));
    }
    Ok(found)
}

fn check_encoding(element: &Element<'_>) -> Result<(), RequestError> {
    match element.attribute(Some(SOAP_ENV), "encodingStyle") {
        Some(style) if style != SOAP_ENC => Err(RequestError::Envelope("Unknown Data Encoding Style")),
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

/// A fault on one line, as PHP writes it: protocol faults stay so.
pub fn fault_line(code: &str, string: &str) -> Vec<u8> {
    format!(
        "{PROLOG}<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"{SOAP_ENV}\"><SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>{}</faultcode>\
         <faultstring>{}</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n",
        escape_text(code),
        escape_text(string),
    )
    .into_bytes()
}

/// An API fault, split into lines as Magento does with every answer of its own.
pub fn fault(fault: &SoapFault) -> Vec<u8> {
    split_lines(String::from_utf8_lossy(&fault_line(&fault.code.to_string(), &fault.string)).into_owned()).into_bytes()
}

/// The SOAP 1.2 fault PHP sends when the root is no SOAP 1.1 envelope.
pub fn version_mismatch() -> Vec<u8> {
    format!(
        "{PROLOG}<env:Envelope xmlns:env=\"{SOAP_ENV_12}\"><env:Body><env:Fault><env:Code><env:Value>env:VersionMismatch\
         </env:Value></env:Code><env:Reason><env:Text>Wrong Version</env:Text></env:Reason></env:Fault></env:Body>\
         </env:Envelope>\n"
    )
    .into_bytes()
}

/// Puts a line feed between all adjacent tags, empty strings included (wire spec, fact 5).
pub fn split_lines(document: String) -> String {
    document.replace("><", ">\n<")
}
