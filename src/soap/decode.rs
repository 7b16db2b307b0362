//! Elements into values, guided by declared types and tolerant of everything PHP tolerates: children in any order,
//! unknown children, typeless values, `href` references.

use std::collections::HashMap;
use std::sync::Arc;

use super::document_literal::LIST_ITEM;
use super::envelope::XSI;
use super::{ServiceSchema, Shape, SoapStruct, SoapValue, TypeRef, WireMode, Xsd, scalar};
use crate::xml::Element;

/// References that lead nowhere or in a circle end here; nothing real nests deeper.
const DEPTH_MAX: usize = 64;

/// How lists of a WS-I message are delivered.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ListForm {
    /// As lists: what Magento's handler works on.
    Unwrapped,
    /// As PHP's SoapClient delivers them: a record with `complexObjectArray`, a list only from the second item on.
    AsPhpClient,
}

/// A value its declared type does not allow, or a reference that cannot be followed.
#[derive(Debug)]
pub(super) enum Refusal {
    Violation { element: String, text: String, expected: &'static str },
    Reference(String),
}

pub(super) struct Decoder<'a> {
    schema: &'a ServiceSchema,
    lists: ListForm,
    referenced: HashMap<&'a str, &'a Element<'a>>,
}

impl<'a> Decoder<'a> {
    /// `root` is searched for the targets of `href` references.
    pub(super) fn new(schema: &'a ServiceSchema, root: &'a Element<'a>, lists: ListForm) -> Self {
        let mut referenced = HashMap::new();
        if schema.mode == WireMode::RpcEncoded {
            collect_ids(root, &mut referenced);
        }
        Self { schema, lists, referenced }
    }

    pub(super) fn value(&self, element: &'a Element<'a>, declared: Option<&TypeRef>) -> Result<SoapValue, Refusal> {
        self.value_at(element, declared, 0)
    }

    fn value_at(
        &self,
        element: &'a Element<'a>,
        declared: Option<&TypeRef>,
        depth: usize,
    ) -> Result<SoapValue, Refusal> {
        if depth > DEPTH_MAX {
            return Err(Refusal::Reference(element.local.to_owned()));
        }
        if let Some(href) = element.attribute(None, "href") {
            let target = href.strip_prefix('#').and_then(|id| self.referenced.get(id).copied());
            let target = target.ok_or_else(|| Refusal::Reference(href.to_owned()))?;
            return self.value_at(target, declared, depth + 1);
        }
        if element.attribute(Some(XSI), "nil").is_some_and(|nil| nil == "true" || nil == "1") {
            return Ok(SoapValue::Nil);
        }
        let stated = self.stated_type(element);
        match stated.as_ref().or(declared) {
            Some(TypeRef::Xsd(xsd)) if *xsd != Xsd::AnyType => self.scalar(element, *xsd),
            Some(TypeRef::Complex(id)) => match &self.schema.complex_type(*id).shape {
                Shape::Struct { fields, .. } => {
                    let mut members = SoapStruct::with_capacity(element.children.len());
                    // Members come in the declared order, so that the next one is near.
                    let mut next = 0;
                    for child in &element.children {
                        let mut places = (next..fields.len()).chain(0..next);
                        let at = places.find(|at| fields.get(*at).is_some_and(|field| *field.name == *child.local));
                        next = at.map_or(next, |at| at + 1);
                        let field = at.and_then(|at| fields.get(at));
                        let value = self.value_at(child, field.map(|field| &field.type_ref), depth + 1)?;
                        members.set(field.map_or_else(|| child.local.into(), |field| Arc::clone(&field.name)), value);
                    }
                    Ok(members.into())
                }
                Shape::Array { item, .. } => self.list(element, Some(item), depth),
            },
            _ => self.untyped(element, depth),
        }
    }

    fn scalar(&self, element: &Element<'_>, declared: Xsd) -> Result<SoapValue, Refusal> {
        scalar::read(&element.text, declared).ok_or_else(|| Refusal::Violation {
            element: element.local.to_owned(),
            text: element.text.to_string(),
            expected: declared.qualified_name(),
        })
    }

    fn list(&self, element: &'a Element<'a>, item: Option<&TypeRef>, depth: usize) -> Result<SoapValue, Refusal> {
        let wsi = self.schema.mode == WireMode::WsI;
        let mut items = Vec::new();
        for child in element.children.iter().filter(|child| !wsi || child.local == LIST_ITEM) {
            items.push(self.value_at(child, item, depth + 1)?);
        }
        if !wsi || self.lists == ListForm::Unwrapped {
            return Ok(items.into());
        }
        let mut wrapper = SoapStruct::new();
        match items.len() {
            0 => {}
            1 => wrapper.set(LIST_ITEM, items.remove(0)),
            _ => wrapper.set(LIST_ITEM, items),
        }
        Ok(wrapper.into())
    }

    /// An element nobody declared: its own form decides.
    fn untyped(&self, element: &'a Element<'a>, depth: usize) -> Result<SoapValue, Refusal> {
        if element.children.is_empty() {
            return Ok(SoapValue::Text(element.text.to_string()));
        }
        let is_rpc_list = element.attributes.iter().any(|a| a.local == "arrayType")
            || (element.children.len() > 1 && element.children.iter().all(|child| child.local == "item"));
        if is_rpc_list || element.children.iter().all(|child| child.local == LIST_ITEM) {
            return self.list(element, None, depth);
        }
        let mut members = SoapStruct::new();
        for child in &element.children {
            members.set(child.local, self.value_at(child, None, depth + 1)?);
        }
        Ok(members.into())
    }

    /// The type an RPC value states itself; PHP prefers it to the declared one.
    fn stated_type(&self, element: &Element<'_>) -> Option<TypeRef> {
        let stated = element.attribute(Some(XSI), "type")?;
        let local = stated.rsplit(':').next().unwrap_or(stated);
        // Most values are texts and numbers; no service calls a type of its own like one of XML Schema.
        match local {
            "string" => Some(TypeRef::Xsd(Xsd::String)),
            "int" | "integer" | "long" | "short" => Some(TypeRef::Xsd(Xsd::Int)),
            "boolean" => Some(TypeRef::Xsd(Xsd::Boolean)),
            "double" | "float" | "decimal" => Some(TypeRef::Xsd(Xsd::Double)),
            _ => self.schema.type_named(local).map(|(id, _)| TypeRef::Complex(id)),
        }
    }
}

fn collect_ids<'a>(element: &'a Element<'a>, into: &mut HashMap<&'a str, &'a Element<'a>>) {
    if let Some(id) = element.attribute(None, "id") {
        into.insert(id, element);
    }
    for child in &element.children {
        collect_ids(child, into);
    }
}
