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

/// Header presence and body of a request.
pub struct Opened<'a> {
    /// Whether a header element has children; Magento runs each as an operation (wire spec, section 4.5).
    pub has_header_blocks: bool,
    /// The `Body` element.
    pub body: &'a Element<'a>,
}

/// Opens a request envelope.
///
/// # Errors
/// `VersionMismatch` for any other root and for SOAP 1.2, which this server does not speak; `NoBody` without a body.
pub fn open<'a>(root: &'a Element<'a>) -> Result<Opened<'a>, RequestError> {
    if !root.is(SOAP_ENV, "Envelope") {
        return Err(RequestError::VersionMismatch);
    }
    let header = root.children.iter().find(|child| child.is(SOAP_ENV, "Header"));
    let body = root.children.iter().find(|child| child.is(SOAP_ENV, "Body")).ok_or(RequestError::NoBody)?;
    Ok(Opened { has_header_blocks: header.is_some_and(|header| !header.children.is_empty()), body })
}

/// How PHP answers a document that cannot be read.
pub fn refused(error: crate::xml::XmlError) -> RequestError {
    match error.kind {
        XmlErrorKind::Dtd => RequestError::Entity,
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
