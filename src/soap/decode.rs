//! Elements into values, guided by declared types and tolerant of everything PHP tolerates: children in any order,
//! unknown children, typeless values, `href` references.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use super::document_literal::LIST_ITEM;
use super::envelope::XSI;
use super::{ServiceSchema, Shape, SoapStruct, SoapValue, TypeRef, WireStyle, Xsd, scalar};
use crate::xml::{Element, Limits, shortened};

/// Nesting of values once references are followed; nothing real nests deeper.
const DEPTH_MAX: usize = 64;
/// Asking for the time costs as much as reading a value.
const VALUES_BETWEEN_LOOKS: usize = 4096;

/// How lists of a WS-I message are delivered.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum ListForm {
    /// As lists: what Magento's handler works on.
    Unwrapped,
    /// As PHP's SoapClient delivers them: a record with `complexObjectArray`, a list only from the second item on.
    AsPhpClient,
}

/// Why an element makes no value.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Its declared type does not allow it.
    Violation { element: String, text: String, expected: &'static str },
    /// A reference that leads nowhere or back to itself.
    Reference(String),
    /// More than a message may hold, or than may be nested, once its references are followed.
    Limit { what: &'static str, max: usize },
    /// The time for reading was over.
    Late,
}

/// Reads the values of one message. A target of several references is decoded once and copied; what is copied counts as
/// if it stood there, so that a short message cannot become a long one.
pub(super) struct Decoder<'a> {
    schema: &'a ServiceSchema,
    lists: ListForm,
    limits: Limits,
    targets: HashMap<&'a str, Target<'a>>,
    /// Targets being decoded: a reference to one of them is a circle.
    open: RefCell<Vec<&'a str>>,
    /// What targets with several references were decoded to, by target and the type declared where it is used.
    decoded: RefCell<HashMap<(&'a str, Option<TypeRef>), Decoded>>,
    spent: Cell<Cost>,
}

/// An element with an id.
#[derive(Default)]
struct Target<'a> {
    element: Option<&'a Element<'a>>,
    references: usize,
}

/// The value of a target.
struct Decoded {
    value: SoapValue,
    cost: Cost,
    height: usize,
}

/// How much was decoded.
#[derive(Clone, Copy, Default)]
struct Cost {
    values: usize,
    text_bytes: usize,
}

impl<'a> Decoder<'a> {
    /// `root` is searched for the targets of `href` references.
    pub(super) fn new(schema: &'a ServiceSchema, root: &'a Element<'a>, lists: ListForm, limits: Limits) -> Self {
        let mut targets = HashMap::new();
        if schema.mode == WireStyle::RpcEncoded {
            collect_targets(root, &mut targets);
        }
        Self {
            schema,
            lists,
            limits,
            targets,
            open: RefCell::default(),
            decoded: RefCell::default(),
            spent: Cell::default(),
        }
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
            return Err(Refusal::Limit { what: "nested values", max: DEPTH_MAX });
        }
        self.spend(Cost { values: 1, text_bytes: element.text.len() })?;
        if let Some(href) = element.attribute(None, "href") {
            return self.referenced(href, declared, depth + 1);
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

    /// The value that a reference leads to.
    fn referenced(&self, href: &str, declared: Option<&TypeRef>, depth: usize) -> Result<SoapValue, Refusal> {
        let nowhere = || Refusal::Reference(shortened(href));
        let (id, target) = href.strip_prefix('#').and_then(|id| self.targets.get_key_value(id)).ok_or_else(nowhere)?;
        let element = target.element.ok_or_else(nowhere)?;
        if self.open.borrow().contains(id) {
            return Err(nowhere());
        }
        if target.references < 2 {
            return self.target(id, element, declared, depth);
        }
        let key = (*id, declared.cloned());
        if let Some(Decoded { value, cost, height }) = self.decoded.borrow().get(&key) {
            if depth + height > DEPTH_MAX {
                return Err(Refusal::Limit { what: "nested values", max: DEPTH_MAX });
            }
            self.spend(*cost)?;
            return Ok(value.clone());
        }
        let before = self.spent.get();
        let value = self.target(id, element, declared, depth)?;
        let spent = self.spent.get();
        let cost = Cost { values: spent.values - before.values, text_bytes: spent.text_bytes - before.text_bytes };
        // The copy that is kept for the next reference takes as much memory as any other.
        self.spend(cost)?;
        self.decoded.borrow_mut().insert(key, Decoded { cost, height: height(&value), value: value.clone() });
        Ok(value)
    }

    /// Decodes a target; from within, nothing may refer to it.
    fn target(
        &self,
        id: &'a str,
        element: &'a Element<'a>,
        declared: Option<&TypeRef>,
        depth: usize,
    ) -> Result<SoapValue, Refusal> {
        self.open.borrow_mut().push(id);
        let value = self.value_at(element, declared, depth)?;
        self.open.borrow_mut().pop();
        Ok(value)
    }

    fn spend(&self, cost: Cost) -> Result<(), Refusal> {
        let before = self.spent.get();
        let spent = Cost {
            values: before.values.saturating_add(cost.values),
            text_bytes: before.text_bytes.saturating_add(cost.text_bytes),
        };
        self.spent.set(spent);
        // Elements that are values and stand outside of the call are counted already; a document within its own limits
        // and without a shared target never passes these.
        if spent.values > self.limits.elements_max {
            return Err(Refusal::Limit { what: "values once references are followed", max: self.limits.elements_max });
        }
        if spent.text_bytes > self.limits.bytes_max {
            return Err(Refusal::Limit { what: "bytes once references are followed", max: self.limits.bytes_max });
        }
        let looks = |values: usize| values / VALUES_BETWEEN_LOOKS;
        if looks(before.values) != looks(spent.values) && self.limits.deadline.is_over() {
            return Err(Refusal::Late);
        }
        Ok(())
    }

    fn scalar(&self, element: &Element<'_>, declared: Xsd) -> Result<SoapValue, Refusal> {
        scalar::read(&element.text, declared).ok_or_else(|| Refusal::Violation {
            element: shortened(element.local),
            text: shortened(&element.text),
            expected: declared.qualified_name(),
        })
    }

    fn list(&self, element: &'a Element<'a>, item: Option<&TypeRef>, depth: usize) -> Result<SoapValue, Refusal> {
        let wsi = self.schema.mode == WireStyle::WsI;
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

fn collect_targets<'a>(element: &'a Element<'a>, into: &mut HashMap<&'a str, Target<'a>>) {
    if let Some(id) = element.attribute(None, "id") {
        into.entry(id).or_default().element = Some(element);
    }
    if let Some(id) = element.attribute(None, "href").and_then(|href| href.strip_prefix('#')) {
        into.entry(id).or_default().references += 1;
    }
    for child in &element.children {
        collect_targets(child, into);
    }
}

/// How deep a value is nested; 0 for a scalar.
fn height(value: &SoapValue) -> usize {
    match value {
        SoapValue::List(items) => items.iter().map(|item| height(item) + 1).max().unwrap_or_default(),
        SoapValue::Struct(members) => members.iter().map(|(_, member)| height(member) + 1).max().unwrap_or_default(),
        _ => 0,
    }
}
