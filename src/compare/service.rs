//! What a service declares, read from a WSDL of anybody's or from a schema of ours into the same form: names and texts
//! in the notation of the contract's tables.

use indexmap::IndexMap;

use crate::shop::overrides::{signature, type_text};
use crate::soap::wsdl::{WSDL, WSDL_SOAP};
use crate::soap::{MessageShape, Occurs, ServiceSchema, Shape, WireStyle};
use crate::xml::{self, Element, Limits};

/// What a service's WSDL declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceFacts {
    /// The style of its binding.
    pub mode: WireStyle,
    /// The target namespace of the WSDL.
    pub namespace: String,
    /// What the port type is called before `PortType`.
    pub handler: String,
    /// Operations in their order.
    pub operations: IndexMap<String, OperationFacts>,
    /// Types in their order.
    pub types: IndexMap<String, Declared>,
}

/// The request and the answer that an operation declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationFacts {
    /// Its parts, as in the contract's tables; what cannot be called says so in brackets.
    pub signature: String,
    /// In WS-I the element that wraps a request.
    pub wrapper: Option<String>,
}

/// A part of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PartFacts {
    pub(super) name: String,
    pub(super) type_name: String,
    /// Whether a call may leave it out.
    pub(super) optional: bool,
}

/// A type as a WSDL declares it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Declared {
    /// A list of these.
    Array(String),
    /// Fields and their types; an exclamation mark is a required one.
    Record(IndexMap<String, String>),
}

/// Messages that no client can read.
const MALFORMED: &str = "(malformed)";

impl ServiceFacts {
    /// What one of our schemas declares.
    pub fn of_schema(schema: &ServiceSchema) -> Self {
        let types = schema.types.iter().map(|declared| {
            let facts = match &declared.shape {
                Shape::Array { item, .. } => Declared::Array(type_text(item, Occurs::Optional, schema)),
                Shape::Struct { fields, .. } => Declared::Record(
                    fields.iter().map(|f| (f.name.to_string(), type_text(&f.type_ref, f.occurs, schema))).collect(),
                ),
            };
            (declared.name.clone(), facts)
        });
        let operations = schema.operations.values().map(|operation| {
            let broken = [&operation.request, &operation.response]
                .iter()
                .any(|message| matches!(message.shape, MessageShape::Malformed | MessageShape::Undeclared));
            let signature = match broken {
                true => MALFORMED.to_owned(),
                false => signature(&operation.request, &operation.response, schema),
            };
            let wrapper = operation.request.element.clone().filter(|_| !broken);
            (operation.name.clone(), OperationFacts { signature, wrapper })
        });
        Self {
            mode: schema.mode,
            namespace: schema.target_namespace.clone(),
            handler: schema.handler.clone(),
            operations: operations.collect(),
            types: types.collect(),
        }
    }

    /// What a WSDL declares; `None` when it is none.
    pub fn read(document: &[u8]) -> Option<Self> {
        let limits = Limits::wsdl();
        let text = xml::decode(document, None, &limits).ok()?;
        let root = xml::parse(&text, &limits).ok().filter(|root| root.is(WSDL, "definitions"))?;
        let mode = mode_of(&root);
        let schemas: Vec<&Element<'_>> = root.children_named("types").flat_map(|types| &types.children).collect();
        let named = |element: &Element<'_>| element.attribute(None, "name").unwrap_or_default().to_owned();
        let types = schemas.iter().flat_map(|schema| schema.children_named("complexType"));
        let wrappers: IndexMap<String, &Element<'_>> = schemas
            .iter()
            .flat_map(|schema| schema.children_named("element"))
            .map(|element| (named(element), element))
            .collect();
        let messages: IndexMap<String, &Element<'_>> =
            root.children_named("message").map(|message| (named(message), message)).collect();
        let port_type = root.child("portType")?;
        let operations = port_type.children_named("operation").map(|operation| {
            let message = |direction: &str| {
                let name = operation.child(direction).and_then(|given| given.attribute(None, "message"));
                messages.get(local(name.unwrap_or_default())).copied()
            };
            (named(operation), operation_facts(mode, [message("input"), message("output")], &wrappers))
        });
        Some(Self {
            mode,
            namespace: root.attribute(None, "targetNamespace").unwrap_or_default().to_owned(),
            handler: named(port_type).trim_end_matches("PortType").to_owned(),
            operations: operations.collect(),
            types: types.map(|declared| (named(declared), declared_by(declared))).collect(),
        })
    }

    /// The parts of an operation's request and the type of its answer; `None` for one that cannot be called.
    pub(super) fn parts(&self, operation: &str) -> Option<(Vec<PartFacts>, String)> {
        let (request, response) = self.operations.get(operation)?.signature.split_once("->")?;
        let part = |text: &str| {
            let (name, type_name) = text.trim().split_once(' ')?;
            let optional = type_name.ends_with('?');
            Some(PartFacts { name: name.to_owned(), type_name: type_name.trim_end_matches('?').to_owned(), optional })
        };
        let answer = response.split(',').next().and_then(part).map(|part| part.type_name).unwrap_or_default();
        Some((request.split(',').filter_map(part).collect(), answer))
    }

    /// The fields of a type, or of what a list of that type holds.
    pub(super) fn item_of(&self, type_name: &str) -> Option<&IndexMap<String, String>> {
        let mut name = type_name;
        // Lists of lists; a document may declare them in a circle.
        for _ in 0..=self.types.len() {
            match self.types.get(name)? {
                Declared::Array(item) => name = item,
                Declared::Record(fields) => return Some(fields),
            }
        }
        None
    }

    /// Whether an answer's field is declared, by its path through records and lists.
    pub fn declares(&self, operation: &str, path: &str) -> bool {
        let Some(facts) = self.operations.get(operation) else { return false };
        let part = facts.signature.rsplit("-> ").next().unwrap_or_default().trim_end_matches('?');
        let mut type_name = part.rsplit(' ').next().unwrap_or_default().to_owned();
        for step in path.split('.') {
            // Lists of lists; a document may declare them in a circle.
            for _ in 0..self.types.len() {
                let Some(Declared::Array(item)) = self.types.get(&type_name) else { break };
                type_name = item.clone();
            }
            let Some(Declared::Record(fields)) = self.types.get(&type_name) else { return false };
            let Some(field) = fields.get(step) else { return false };
            type_name = field.trim_end_matches('!').to_owned();
        }
        true
    }
}

fn mode_of(root: &Element<'_>) -> WireStyle {
    let bindings = root.children_named("binding").flat_map(|binding| &binding.children);
    let style = bindings.filter(|child| child.is(WSDL_SOAP, "binding")).find_map(|soap| soap.attribute(None, "style"));
    if style == Some("rpc") { WireStyle::RpcEncoded } else { WireStyle::WsI }
}

fn operation_facts(
    mode: WireStyle,
    messages: [Option<&Element<'_>>; 2],
    wrappers: &IndexMap<String, &Element<'_>>,
) -> OperationFacts {
    let broken = || OperationFacts { signature: MALFORMED.to_owned(), wrapper: None };
    let [Some(request), Some(response)] = messages else { return broken() };
    let parts = |message: &Element<'_>| -> Option<(Option<String>, String)> {
        let parts: Vec<&Element<'_>> = message.children_named("part").collect();
        if mode == WireStyle::RpcEncoded || parts.is_empty() {
            let written = parts.iter().map(|part| field(part, "?", Occurs::Required)).map(|(n, t)| format!("{n} {t}"));
            return Some((None, written.collect::<Vec<_>>().join(", ")));
        }
        let [part] = parts.as_slice() else { return None };
        let name = local(part.attribute(None, "element")?).to_owned();
        let wrapper = wrappers.get(&name)?;
        let group = wrapper.child("complexType").and_then(|of| of.children.first());
        let members = group.iter().flat_map(|group| group.children_named("element"));
        let written = members.map(|member| field(member, "?", Occurs::Required)).map(|(n, t)| format!("{n} {t}"));
        Some((Some(name), written.collect::<Vec<_>>().join(", ")))
    };
    let (Some((wrapper, request)), Some((_, response))) = (parts(request), parts(response)) else { return broken() };
    OperationFacts { signature: format!("{request} -> {response}").trim().to_owned(), wrapper }
}

/// A field's or part's name and type, with `mark` when its occurrence is not the usual one.
fn field(element: &Element<'_>, mark: &str, usual: Occurs) -> (String, String) {
    let name = element.attribute(None, "name").unwrap_or_default().to_owned();
    let occurs = match element.attribute(None, "minOccurs") {
        Some("0") => Occurs::Optional,
        _ => Occurs::Required,
    };
    let mark = if occurs == usual { "" } else { mark };
    (name, format!("{}{mark}", local(element.attribute(None, "type").unwrap_or_default())))
}

fn declared_by(element: &Element<'_>) -> Declared {
    if let Some(array) = element.child("complexContent").and_then(|content| content.child("restriction")) {
        let attribute = array.children_named("attribute").flat_map(|attribute| &attribute.attributes);
        let item = attribute.filter(|found| found.local == "arrayType").map(|found| found.value.as_ref()).next();
        return Declared::Array(local(item.unwrap_or_default()).trim_end_matches("[]").to_owned());
    }
    let group = element.children.first();
    let members: Vec<&Element<'_>> = group.iter().flat_map(|group| group.children_named("element")).collect();
    match members.as_slice() {
        [item] if item.attribute(None, "maxOccurs") == Some("unbounded") => {
            Declared::Array(local(item.attribute(None, "type").unwrap_or_default()).to_owned())
        }
        fields => Declared::Record(fields.iter().map(|member| field(member, "!", Occurs::Optional)).collect()),
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::{BridgeRelease, Contract, Flavor};
    use crate::soap::wsdl::{WsdlOptions, write};

    #[test]
    fn a_document_says_what_its_schema_says() {
        let flavors = [Flavor::Magento17, Flavor::Magento194, Flavor::OpenMage194, Flavor::OpenMage2016];
        let bridges = [None, Some(BridgeRelease::newest()), BridgeRelease::find("1.1.4").ok()];
        for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
            for (flavor, bridge) in flavors.into_iter().zip(bridges.into_iter().cycle()) {
                let schema = Contract::shared().schema(mode, bridge, flavor);
                let document = write(&schema, "http://shop.test/", &WsdlOptions::default());
                let read = ServiceFacts::read(document.as_bytes()).unwrap();
                assert_eq!(read, ServiceFacts::of_schema(&schema), "{mode:?} {flavor:?}");
            }
        }
        assert_eq!(ServiceFacts::read(b"<html/>"), None);
    }

    #[test]
    fn a_field_is_found_through_lists_and_records() {
        let schema = Contract::shared().schema(WireStyle::RpcEncoded, None, Flavor::default());
        let facts = ServiceFacts::of_schema(&schema);
        for (operation, path, declared) in [
            ("salesOrderInfo", "items.sku", true),
            ("salesOrderInfo", "payment.nothing", false),
            ("storeList", "name", true),
            ("nothing", "name", false),
        ] {
            assert_eq!(facts.declares(operation, path), declared, "{operation} {path}");
        }
    }
}
