//! What an answer looks like: its fields by path, their order and types as the wire states them. No value leaves here.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use crate::soap::document_literal::LIST_ITEM;
use crate::soap::envelope::{SOAP_ENV, XSI};
use crate::xml::{self, Element, Limits};

/// The fields of one or several answers, in the order in which they first came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fields(pub IndexMap<String, Seen>);

/// A field as it was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The types the wire stated, such as `xsd:string` or `list`; none for one that was nil or empty.
    pub types: BTreeSet<String>,
    /// Whether it was nil in some place.
    pub nil: bool,
}

impl Fields {
    /// Adds the fields of an answer; false when it is no answer of a call.
    pub(super) fn add(&mut self, body: &[u8]) -> bool {
        let limits = Limits::answer();
        let Ok(text) = xml::decode(body, None, &limits) else { return false };
        let Ok(root) = xml::parse(&text, &limits) else { return false };
        let content = root.children.iter().find(|child| child.is(SOAP_ENV, "Body"));
        let Some(answer) = content.and_then(|body| body.children.first()) else { return false };
        if answer.is(SOAP_ENV, "Fault") {
            return false;
        }
        if let Some(value) = answer.children.first() {
            self.walk(value, "");
        }
        true
    }

    fn walk(&mut self, element: &Element<'_>, path: &str) {
        let is_nil = element.attribute(Some(XSI), "nil").is_some_and(|nil| matches!(nil, "true" | "1"));
        let stated = element.attribute(Some(XSI), "type").map(without_prefix);
        let is_list = is_list(element);
        if !path.is_empty() {
            let seen = self.0.entry(path.to_owned()).or_default();
            seen.nil |= is_nil;
            let kind = match stated {
                _ if is_nil => None,
                _ if is_list => Some("list".to_owned()),
                Some(stated) => Some(stated),
                None if !element.children.is_empty() => Some("record".to_owned()),
                None => None,
            };
            seen.types.extend(kind);
        }
        for child in &element.children {
            match (is_list, path.is_empty()) {
                (true, _) => self.walk_item(child, path),
                (false, true) => self.walk(child, child.local),
                (false, false) => self.walk(child, &format!("{path}.{}", child.local)),
            }
        }
    }

    /// A row of a list has its list's path.
    fn walk_item(&mut self, item: &Element<'_>, path: &str) {
        for child in &item.children {
            let inner = if path.is_empty() { child.local.to_owned() } else { format!("{path}.{}", child.local) };
            self.walk(child, &inner);
        }
    }
}

/// `xsd:string` keeps its well-known prefix; those of the service's own types say nothing.
fn without_prefix(name: &str) -> String {
    match name.split_once(':') {
        Some(("xsd", _)) | None => name.to_owned(),
        Some(("SOAP-ENC", _)) => "list".to_owned(),
        Some((_, local)) => local.to_owned(),
    }
}

fn is_list(element: &Element<'_>) -> bool {
    let is_array = element.attributes.iter().any(|attribute| attribute.local == "arrayType");
    is_array || (!element.children.is_empty() && element.children.iter().all(|child| child.local == LIST_ITEM))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(value: &str) -> Vec<String> {
        let envelope = format!(
            "<e:Envelope xmlns:e=\"{SOAP_ENV}\" xmlns:xsi=\"{XSI}\" xmlns:xsd=\"x\" xmlns:n=\"n\" xmlns:SOAP-ENC=\"s\">\
             <e:Body><n:r>{value}</n:r></e:Body></e:Envelope>"
        );
        let mut fields = Fields::default();
        assert!(fields.add(envelope.as_bytes()));
        let told = fields.0.iter().map(|(path, seen)| {
            let types: Vec<&str> = seen.types.iter().map(String::as_str).collect();
            format!("{path}: {}{}", types.join(" "), if seen.nil { " nil" } else { "" })
        });
        told.collect()
    }

    #[test]
    fn records_and_lists_become_paths_with_the_types_the_wire_states() {
        let rpc = "<result SOAP-ENC:arrayType=\"n:order[2]\" xsi:type=\"n:orders\"><item xsi:type=\"n:order\">\
                   <id xsi:type=\"xsd:int\">1</id><items SOAP-ENC:arrayType=\"n:i[1]\" xsi:type=\"n:is\"><item \
                   xsi:type=\"n:i\"><sku xsi:nil=\"true\"/></item></items></item><item><id xsi:type=\"xsd:string\">2\
                   </id></item></result>";
        assert_eq!(seen(rpc), ["id: xsd:int xsd:string", "items: list", "items.sku:  nil"]);
        let wsi = "<result><complexObjectArray><id>1</id><items><complexObjectArray><sku/></complexObjectArray></items>\
                   </complexObjectArray></result>";
        assert_eq!(seen(wsi), ["id: ", "items: list", "items.sku: "]);
        assert_eq!(seen("<result xsi:type=\"xsd:string\">a</result>"), [""; 0]);
    }

    #[test]
    fn a_fault_has_no_fields() {
        let fault = format!("<e:Envelope xmlns:e=\"{SOAP_ENV}\"><e:Body><e:Fault/></e:Body></e:Envelope>");
        assert!(!Fields::default().add(fault.as_bytes()) && !Fields::default().add(b"<html>"));
    }
}
