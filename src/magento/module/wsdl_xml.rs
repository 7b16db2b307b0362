//! `wsdl.xml` and `wsi.xml`: types, messages and operations of one style. Names matter, prefixes do not: modules write them
//! as they like.

use super::document::Document;
use super::{Field, Message, Module, ModuleError, Operation, Shape, Spot, Type};
use crate::soap::WireStyle;
use crate::xml::Element;

/// The item of a list in WS-I.
const LIST_ITEM: &str = "complexObjectArray";
/// Simple types that are served as another one, which holds their values too.
const SERVED_AS: &[(&str, &[&str])] = &[
    (
        "int",
        &["integer", "long", "short", "byte", "unsignedInt", "unsignedShort", "nonNegativeInteger", "positiveInteger"],
    ),
    ("double", &["float", "decimal"]),
    ("string", &["date", "dateTime", "time", "anyURI", "token", "normalizedString", "base64Binary", "anySimpleType"]),
];
const SIMPLE: &[&str] = &["string", "int", "boolean", "double", "anyType"];
/// The namespace of simple types.
const XSD: &str = "http://www.w3.org/2001/XMLSchema";

/// What style a whole document is of.
pub(super) fn style(document: &Document<'_>) -> WireStyle {
    let mut bindings = document.root.children_named("binding").flat_map(|binding| binding.children_named("binding"));
    match bindings.any(|soap| soap.attribute(None, "style") == Some("rpc")) {
        true => WireStyle::RpcEncoded,
        false => WireStyle::WsI,
    }
}

/// Reads the file into the module.
pub(super) fn read(module: &mut Module, style: WireStyle, document: &Document<'_>) -> Result<(), ModuleError> {
    let mut reader = Reader { module, style, document };
    let schemas = || document.root.children_named("types").flat_map(|types| types.children_named("schema"));
    for declared in schemas().flat_map(|schema| schema.children_named("complexType")) {
        reader.complex_type(declared)?;
    }
    let elements: Vec<&Element<'_>> = schemas().flat_map(|schema| schema.children_named("element")).collect();
    for message in document.root.children_named("message") {
        reader.message(message, &elements)?;
    }
    let ports = document.root.children_named("portType").flat_map(|port| port.children_named("operation"));
    let bound: Vec<&Element<'_>> =
        document.root.children_named("binding").flat_map(|binding| binding.children_named("operation")).collect();
    let mut named = Vec::new();
    for operation in ports {
        let name = document.needed(operation, "name")?;
        if !bound.iter().any(|bound| bound.attribute(None, "name") == Some(name)) {
            let what = format!("the operation {name} of the port type is in no binding");
            return Err(ModuleError::at(&document.spot(operation), what, "PHP cannot call it; add it to <binding>"));
        }
        named.push(name);
        reader.operation(operation, name)?;
    }
    for operation in bound {
        let name = document.needed(operation, "name")?;
        if !named.contains(&name) {
            let what = format!("the operation {name} of the binding is not in the port type");
            return Err(ModuleError::at(
                &document.spot(operation),
                what,
                "PHP cannot read such a WSDL; add it to <portType>",
            ));
        }
    }
    Ok(())
}

struct Reader<'a, 'd> {
    module: &'a mut Module,
    style: WireStyle,
    document: &'a Document<'d>,
}

impl Reader<'_, '_> {
    fn complex_type(&mut self, declared: &Element<'_>) -> Result<(), ModuleError> {
        let name = self.document.needed(declared, "name")?.to_owned();
        let spot = self.document.spot(declared);
        let shape = self.shape(declared, &spot)?;
        self.module.types.push((self.style, Type { name, spot, shape }));
        Ok(())
    }

    fn shape(&mut self, declared: &Element<'_>, spot: &Spot) -> Result<Shape, ModuleError> {
        if let Some(item) = item_of_array(declared) {
            let item = item.trim_end_matches(['[', ']', ',']).to_owned();
            return Ok(Shape::List(self.type_name(&item, declared, spot), false));
        }
        let groups: Vec<&Element<'_>> =
            declared.children.iter().filter(|child| matches!(child.local, "all" | "sequence")).collect();
        let [group] = groups.as_slice() else {
            let what = format!("a type has {} lists of fields", groups.len());
            return Err(ModuleError::at(spot, what, "write one <all> or one <sequence>, or an array of soapenc:Array"));
        };
        let repeated: Vec<&Element<'_>> =
            group.children.iter().filter(|child| child.attribute(None, "maxOccurs") == Some("unbounded")).collect();
        if let ([item], 1) = (repeated.as_slice(), group.children.len()) {
            let item_name = self.document.needed(item, "name")?;
            if item_name != LIST_ITEM && self.style == WireStyle::WsI {
                let what = format!("the items of a list are called {item_name}");
                return Err(ModuleError::at(spot, what, format!("Magento unpacks {LIST_ITEM} only; call them so")));
            }
            let type_name = self.document.needed(item, "type")?.to_owned();
            let required = item.attribute(None, "minOccurs").unwrap_or("1") != "0";
            return Ok(Shape::List(self.type_name(&type_name, item, spot), required));
        }
        Ok(Shape::Record(self.fields(group)?, group.local == "sequence"))
    }

    fn fields(&mut self, group: &Element<'_>) -> Result<Vec<Field>, ModuleError> {
        group.children.iter().filter(|child| child.local == "element").map(|element| self.field(element)).collect()
    }

    fn field(&mut self, element: &Element<'_>) -> Result<Field, ModuleError> {
        let spot = self.document.spot(element);
        let name = self.document.needed(element, "name")?.to_owned();
        let type_name = self.document.needed(element, "type")?.to_owned();
        let required = element.attribute(None, "minOccurs").unwrap_or("1") != "0";
        Ok(Field { name, type_name: self.type_name(&type_name, element, &spot), required, spot })
    }

    /// A type without its prefix; a simple one that the contract does not have is served as one that holds its values.
    fn type_name(&mut self, qualified: &str, near: &Element<'_>, spot: &Spot) -> String {
        let (prefix, local) = qualified.split_once(':').unwrap_or(("", qualified));
        let declared = near.declarations.iter().chain(&self.document.root.declarations);
        let namespace = declared.clone().find(|(known, _)| *known == prefix).map(|(_, namespace)| namespace.as_ref());
        let is_simple = namespace.map_or(matches!(prefix, "xsd" | "xs"), |namespace| namespace == XSD);
        if !is_simple || SIMPLE.contains(&local) {
            return local.to_owned();
        }
        match SERVED_AS.iter().find(|(_, others)| others.contains(&local)) {
            Some((served, _)) => {
                self.module.notes.push(format!("{spot}: xsd:{local} is served as xsd:{served}"));
                (*served).to_owned()
            }
            None => local.to_owned(),
        }
    }

    fn message(&mut self, message: &Element<'_>, elements: &[&Element<'_>]) -> Result<(), ModuleError> {
        let name = self.document.needed(message, "name")?.to_owned();
        let mut read = Message { name, element: None, parts: Vec::new() };
        for part in message.children_named("part") {
            match part.attribute(None, "element") {
                Some(element) => {
                    let local = element.rsplit(':').next().unwrap_or_default();
                    read.element = Some(local.to_owned());
                    let declared = elements.iter().find(|known| known.attribute(None, "name") == Some(local));
                    if let Some(declared) = declared {
                        read.parts = self.wrapped(declared)?;
                    } else if !self.module.is_wsdl {
                        let what =
                            format!("the message {} refers to the element {local}, which is not declared", read.name);
                        return Err(ModuleError::at(&self.document.spot(part), what, "declare it in <types>"));
                    }
                }
                None => {
                    let spot = self.document.spot(part);
                    let name = self.document.needed(part, "name")?.to_owned();
                    let type_name = self.document.needed(part, "type")?.to_owned();
                    let type_name = self.type_name(&type_name, part, &spot);
                    read.parts.push(Field { name, type_name, required: true, spot });
                }
            }
        }
        self.module.messages.push((self.style, read));
        Ok(())
    }

    /// What a wrapper of WS-I holds.
    fn wrapped(&mut self, declared: &Element<'_>) -> Result<Vec<Field>, ModuleError> {
        if let Some(type_name) = declared.attribute(None, "type") {
            let local = type_name.rsplit(':').next().unwrap_or_default();
            let found = self.module.types.iter().find(|(style, known)| *style == self.style && known.name == local);
            if let Some((_, Type { shape: Shape::Record(fields, _), .. })) = found {
                return Ok(fields.clone());
            }
        }
        let group =
            declared.child("complexType").and_then(|inner| inner.child("sequence").or_else(|| inner.child("all")));
        group.map_or_else(|| Ok(Vec::new()), |group| self.fields(group))
    }

    fn operation(&mut self, operation: &Element<'_>, name: &str) -> Result<(), ModuleError> {
        let spot = self.document.spot(operation);
        let message = |direction: &str| -> Result<String, ModuleError> {
            let Some(node) = operation.child(direction) else {
                return Err(ModuleError::at(&spot, format!("{name} has no <{direction}>"), "write its message"));
            };
            let named = self.document.needed(node, "message")?;
            Ok(named.rsplit(':').next().unwrap_or_default().to_owned())
        };
        let (input, output) = (message("input")?, message("output")?);
        self.module.operations.push((self.style, Operation { name: name.to_owned(), input, output, spot }));
        Ok(())
    }
}

/// `typens:X[]` of an array in the encoding of SOAP.
fn item_of_array<'e>(declared: &'e Element<'_>) -> Option<&'e str> {
    let restriction = declared.child("complexContent")?.child("restriction")?;
    let attribute = restriction.child("attribute")?;
    attribute
        .attributes
        .iter()
        .find(|attribute| attribute.local == "arrayType")
        .map(|attribute| attribute.value.as_ref())
}
