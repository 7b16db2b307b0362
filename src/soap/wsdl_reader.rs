//! Reads what a client needs from any shop's WSDL. It relies on no name in it: shops differ (wire spec, section 2.3),
//! and extensions add their own.

use indexmap::IndexMap;

use super::WireStyle;
use super::wsdl::{WSDL, WSDL_SOAP};
use crate::xml::{Element, Limits, XmlError, decode, parse};

const EXCERPT_CHARS_MAX: usize = 80;

/// What a WSDL says about its service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WsdlFacts {
    /// The style of the binding.
    pub mode: WireStyle,
    /// Namespace of the operations.
    pub target_namespace: String,
    /// The address to which calls go.
    pub address: String,
    /// The operations and their `SOAPAction`s, in document order.
    pub soap_actions: IndexMap<String, String>,
}

/// A document that is no usable WSDL.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WsdlError {
    /// Nothing came at all.
    #[error("the answer is empty where a WSDL was expected; check the URL")]
    Empty,
    /// A web page came instead of a WSDL.
    #[error("the answer is an HTML page{} where a WSDL was expected; check the URL and that the shop's SOAP API v2 is on", titled(.title))]
    Html {
        /// The page's title, when it has one.
        title: Option<String>,
    },
    /// Not XML at all.
    #[error("the answer is not XML but \"{excerpt}\" where a WSDL was expected; check the URL")]
    NotXml {
        /// The beginning of the page.
        excerpt: String,
    },
    /// XML that is not well-formed came.
    #[error("the WSDL is broken: {0}")]
    Xml(#[from] XmlError),
    /// A SOAP fault came; its text.
    #[error("the answer is a SOAP fault where a WSDL was expected: {0}")]
    Fault(String),
    /// XML came that is no WSDL.
    #[error("the answer is XML but not a WSDL 1.1: its root is <{root}>, expected <definitions> of {WSDL}")]
    NotWsdl {
        /// Local name of the root.
        root: String,
    },
    /// No port of the SOAP 1.1 binding.
    #[error("the WSDL names no service address: no port in it holds a soap:address with a location")]
    NoAddress,
    /// The port's binding is missing.
    #[error("the WSDL's port refers to the binding \"{0}\", which it does not declare")]
    NoBinding(String),
}

fn titled(title: &Option<String>) -> String {
    title.as_ref().map(|title| format!(" titled \"{title}\"")).unwrap_or_default()
}

impl WsdlFacts {
    /// Whether the service has an operation.
    pub fn has_operation(&self, name: &str) -> bool {
        self.soap_actions.contains_key(name)
    }

    /// The operations in document order.
    pub fn operations(&self) -> impl Iterator<Item = &str> {
        self.soap_actions.keys().map(String::as_str)
    }
}

/// Reads a WSDL.
///
/// # Errors
/// [`WsdlError`] says what came instead.
pub fn read(bytes: &[u8], charset: Option<&str>) -> Result<WsdlFacts, WsdlError> {
    refuse_other_formats(bytes)?;
    let limits = Limits::wsdl();
    let text = decode(bytes, charset, &limits)?;
    let root = parse(&text, &limits)?;
    if !root.is(WSDL, "definitions") {
        return Err(other_xml(&root));
    }
    let (port, address) = port_of(&root).ok_or(WsdlError::NoAddress)?;
    let binding = binding_of(&root, port)?;
    let soap = binding.children.iter().find(|child| child.is(WSDL_SOAP, "binding"));
    let mode = match soap.and_then(|soap| soap.attribute(None, "style")) {
        Some("rpc") => WireStyle::RpcEncoded,
        _ => WireStyle::WsI,
    };
    Ok(WsdlFacts {
        mode,
        target_namespace: root.attribute(None, "targetNamespace").unwrap_or_default().to_owned(),
        address: address.to_owned(),
        soap_actions: binding.children_named("operation").filter_map(operation).collect(),
    })
}

/// HTML is seldom well-formed and plain text never is; an XML error about them would mislead.
fn refuse_other_formats(bytes: &[u8]) -> Result<(), WsdlError> {
    // Enough to see the beginning; a document in UTF-16 shows no markup here and is left to the XML reader.
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    if head.is_empty() {
        return Err(WsdlError::Empty);
    }
    let lower = head.to_ascii_lowercase();
    if lower.starts_with("<!doctype html") || (lower.contains("<html") && !lower.contains("definitions")) {
        return Err(WsdlError::Html { title: title_of(head, &lower) });
    }
    if !head.starts_with('<')
        && !head.contains('\0')
        && !bytes.starts_with(b"\xff\xfe")
        && !bytes.starts_with(b"\xfe\xff")
    {
        let excerpt = head.lines().next().unwrap_or_default().chars().take(EXCERPT_CHARS_MAX).collect();
        return Err(WsdlError::NotXml { excerpt });
    }
    Ok(())
}

fn title_of(head: &str, lower: &str) -> Option<String> {
    let start = lower.find("<title>")? + "<title>".len();
    let end = start + lower[start..].find("</title>")?;
    let title = head.get(start..end)?.split_whitespace().collect::<Vec<_>>().join(" ");
    (!title.is_empty()).then(|| title.chars().take(EXCERPT_CHARS_MAX).collect())
}

fn other_xml(root: &Element<'_>) -> WsdlError {
    let fault = root.child("Body").and_then(|body| body.child("Fault")).and_then(|fault| fault.child("faultstring"));
    match fault {
        Some(text) => WsdlError::Fault(text.text.trim().to_owned()),
        None => WsdlError::NotWsdl { root: root.local.to_owned() },
    }
}

/// The first port that has a SOAP 1.1 address.
fn port_of<'a>(root: &'a Element<'a>) -> Option<(&'a Element<'a>, &'a str)> {
    let ports = root.children_named("service").flat_map(|service| service.children_named("port"));
    ports
        .filter_map(|port| {
            let address = port.children.iter().find(|child| child.is(WSDL_SOAP, "address"))?;
            let location = address.attribute(None, "location")?.trim();
            (!location.is_empty()).then_some((port, location))
        })
        .next()
}

fn binding_of<'a>(root: &'a Element<'a>, port: &Element<'_>) -> Result<&'a Element<'a>, WsdlError> {
    let name = port.attribute(None, "binding").unwrap_or_default();
    let local = name.rsplit(':').next().unwrap_or_default();
    root.children_named("binding")
        .find(|binding| binding.attribute(None, "name") == Some(local))
        .ok_or_else(|| WsdlError::NoBinding(name.to_owned()))
}

fn operation(element: &Element<'_>) -> Option<(String, String)> {
    let name = element.attribute(None, "name")?;
    let soap = element.children.iter().find(|child| child.is(WSDL_SOAP, "operation"));
    let action = soap.and_then(|soap| soap.attribute(None, "soapAction")).unwrap_or_default();
    Some((name.to_owned(), action.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::{BridgeRelease, Contract, Flavor};
    use crate::soap::wsdl::{WsdlOptions, write};

    #[test]
    fn what_the_writer_says_is_read_back() {
        for (mode, flavor, count, action) in [
            (WireStyle::RpcEncoded, Flavor::Magento194, 172, "urn:Action"),
            (WireStyle::RpcEncoded, Flavor::Magento17, 172, "urn:Mage_Api_Model_Server_V2_HandlerAction"),
            (WireStyle::WsI, Flavor::Magento194, 171, ""),
        ] {
            let schema = Contract::shared().schema(mode, Some(BridgeRelease::newest()), flavor);
            let text = write(&schema, "http://shop.test/api.php?a=1&type=v2_soap", &WsdlOptions::default());
            let facts = read(text.as_bytes(), None).unwrap();
            assert_eq!(facts.mode, mode);
            assert_eq!(facts.target_namespace, "urn:Magento");
            assert_eq!(facts.address, "http://shop.test/api.php?a=1&type=v2_soap");
            assert_eq!(facts.operations().count(), count);
            assert!(facts.has_operation("oroPing") && !facts.has_operation("oropong"));
            assert_eq!(facts.soap_actions["login"], action);
        }
    }

    #[test]
    fn what_is_no_wsdl_is_said_plainly() {
        let envelope = "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/'><e:Body><e:Fault>\
                        <faultcode>Sender</faultcode><faultstring>Invalid XML</faultstring></e:Fault></e:Body></e:Envelope>";
        let bare = format!("<definitions xmlns='{WSDL}'/>");
        let unbound = format!(
            "<definitions xmlns='{WSDL}'><service><port binding='t:B'><a:address xmlns:a='{WSDL_SOAP}' location='http://h/'/>\
             </port></service></definitions>"
        );
        for (document, message) in [
            ("  \n", "the answer is empty where a WSDL was expected; check the URL"),
            (
                "<!DOCTYPE html><html><head><title>Our\n shop</title>",
                "the answer is an HTML page titled \"Our shop\" where a WSDL was expected; check the URL and that the \
                 shop's SOAP API v2 is on",
            ),
            (
                "<!-- x --><HTML><body>",
                "the answer is an HTML page where a WSDL was expected; check the URL and that the shop's SOAP API v2 is on",
            ),
            (
                "There has been an error\nx",
                "the answer is not XML but \"There has been an error\" where a WSDL was expected; check the URL",
            ),
            (envelope, "the answer is a SOAP fault where a WSDL was expected: Invalid XML"),
            (
                "<rss/>",
                "the answer is XML but not a WSDL 1.1: its root is <rss>, expected <definitions> of \
                 http://schemas.xmlsoap.org/wsdl/",
            ),
            (&bare, "the WSDL names no service address: no port in it holds a soap:address with a location"),
            (&unbound, "the WSDL's port refers to the binding \"t:B\", which it does not declare"),
        ] {
            assert_eq!(read(document.as_bytes(), None).unwrap_err().to_string(), message, "{document}");
        }
        let cut = read(b"<definitions xmlns='http://schemas.xmlsoap.org/wsdl/'>", None).unwrap_err().to_string();
        assert!(cut.starts_with("the WSDL is broken: line 1, column "), "{cut}");
    }
}
