//! Elements into values, guided by declared types and tolerant of everything PHP tolerates: children in any order,
//! unknown children, typeless values, `href` references.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::sync::Arc;

use super::document_literal::LIST_ITEM;
use super::envelope::XSI;
use super::scalar::Lexical;
use super::{Field, ServiceSchema, Shape, SoapStruct, SoapValue, SoapVersion, TypeId, TypeRef, WireStyle, Xsd, scalar};
use crate::xml::{Attribute, Element, Limits, shortened};

/// Nesting of values once references are followed; nothing real nests deeper.
const DEPTH_MAX: usize = 64;
/// Asking for the time costs as much as reading a value.
const VALUES_BETWEEN_LOOKS: usize = 4096;

/// How lists of a WS-I message are delivered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum ListForm {
    /// As lists: what Magento's handler works on.
    Unwrapped,
    /// As lists, and what has no type and elements in it is an object, as PHP's SoapServer reads it: API version 1, whose
    /// arguments are declared as anything.
    Version1,
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
        if let Some((reference, id)) = reference(element) {
            return self.referenced(reference, id, declared, depth + 1);
        }
        // Whatever the attribute says: PHP asks only whether it is there.
        if element.attributes.iter().any(|attribute| attribute.local == "nil") {
            return Ok(SoapValue::Nil);
        }
        match self.reading(element, declared) {
            Reading::Scalar(lexical) => self.scalar(element, lexical),
            Reading::Complex(id) => match &self.schema.complex_type(id).shape {
                Shape::Struct { fields, .. } => self.record(element, fields, depth),
                Shape::Array { item, .. } => self.list(element, Some(item), depth),
            },
            Reading::Map => self.map(element, depth),
            Reading::List => self.list(element, None, depth),
            Reading::Record if self.lists == ListForm::Version1 => self.object(element, depth),
            Reading::Record => self.members(element, depth),
            Reading::Guess => self.untyped(element, depth),
        }
    }

    /// A record of declared members. A server takes nothing else; a client keeps what a newer shop added.
    fn record(&self, element: &'a Element<'a>, fields: &[Field], depth: usize) -> Result<SoapValue, Refusal> {
        let is_server = self.lists != ListForm::AsPhpClient;
        let mut members = SoapStruct::with_capacity(element.children.len());
        let mut repeated: Vec<Arc<str>> = Vec::new();
        // Members come in the declared order, so that the next one is near.
        let mut next = 0;
        for child in &element.children {
            let mut places = (next..fields.len()).chain(0..next);
            let at = places.find(|at| fields.get(*at).is_some_and(|field| *field.name == *child.local));
            next = at.map_or(next, |at| at + 1);
            let field = at.and_then(|at| fields.get(at));
            if field.is_none() && is_server {
                continue;
            }
            let value = self.value_at(child, field.map(|field| &field.type_ref), depth + 1)?;
            let name = field.map_or_else(|| child.local.into(), |field| Arc::clone(&field.name));
            // One that comes again makes a list of all.
            match members.get_mut(&name).filter(|_| is_server) {
                Some(SoapValue::List(values)) if repeated.contains(&name) => values.push(value),
                Some(known) => {
                    *known = SoapValue::List(vec![std::mem::take(known), value]);
                    repeated.push(name);
                }
                None => members.set(name, value),
            }
        }
        Ok(members.into())
    }

    /// Apache's map: items of a key and a value.
    fn map(&self, element: &'a Element<'a>, depth: usize) -> Result<SoapValue, Refusal> {
        let mut members = SoapStruct::new();
        for item in element.children_named("item") {
            let missing = || Refusal::Violation {
                element: shortened(element.local),
                text: "an item without a key".to_owned(),
                expected: "ns2:Map",
            };
            let key = item.child("key").ok_or_else(missing)?;
            let key = self.value_at(key, None, depth + 1)?.to_text().ok_or_else(missing)?;
            let value = match item.child("value") {
                Some(value) => self.value_at(value, None, depth + 1)?,
                None => SoapValue::Nil,
            };
            members.set(key, value);
        }
        Ok(if members.is_empty() && element.children.is_empty() { SoapValue::Nil } else { members.into_array().into() })
    }

    /// The value that a reference leads to.
    fn referenced(
        &self,
        href: &str,
        id: Option<&str>,
        declared: Option<&TypeRef>,
        depth: usize,
    ) -> Result<SoapValue, Refusal> {
        let nowhere = || Refusal::Reference(shortened(href));
        let (id, target) = id.and_then(|id| self.targets.get_key_value(id)).ok_or_else(nowhere)?;
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

    fn scalar(&self, element: &Element<'_>, lexical: Lexical) -> Result<SoapValue, Refusal> {
        let value =
            if element.children.is_empty() { scalar::read(&element.text, element.text_form, lexical) } else { None };
        value.ok_or_else(|| Refusal::Violation {
            element: shortened(element.local),
            text: shortened(&element.text),
            expected: lexical.name(),
        })
    }

    fn list(&self, element: &'a Element<'a>, item: Option<&TypeRef>, depth: usize) -> Result<SoapValue, Refusal> {
        let wsi = self.schema.mode == WireStyle::WsI;
        let mut items = Vec::new();
        for child in element.children.iter().filter(|child| !wsi || child.local == LIST_ITEM) {
            items.push(self.value_at(child, item, depth + 1)?);
        }
        if wsi && items.is_empty() {
            // An object without members: Magento finds nothing in it that it could unpack.
            return Ok(SoapStruct::new().into());
        }
        if !wsi || self.lists != ListForm::AsPhpClient {
            return Ok(items.into());
        }
        let mut wrapper = SoapStruct::new();
        match items.len() {
            1 => wrapper.set(LIST_ITEM, items.remove(0)),
            _ => wrapper.set(LIST_ITEM, items),
        }
        Ok(wrapper.into())
    }

    /// An element nobody declared: its own form decides.
    fn untyped(&self, element: &'a Element<'a>, depth: usize) -> Result<SoapValue, Refusal> {
        let is_array = |a: &Attribute<'_>| matches!(a.local, "arrayType" | "itemType" | "arraySize");
        if element.attributes.iter().any(is_array) {
            return self.list(element, None, depth);
        }
        if element.children.is_empty() {
            return self.scalar(element, Lexical::Text);
        }
        if self.lists == ListForm::Version1 {
            return self.object(element, depth);
        }
        let is_rpc_list = element.children.len() > 1 && element.children.iter().all(|child| child.local == "item");
        if is_rpc_list || element.children.iter().all(|child| child.local == LIST_ITEM) {
            return self.list(element, None, depth);
        }
        self.members(element, depth)
    }

    /// An object of whatever is there; what comes again makes a list of all.
    fn object(&self, element: &'a Element<'a>, depth: usize) -> Result<SoapValue, Refusal> {
        let mut members = SoapStruct::new();
        let mut repeated: Vec<&str> = Vec::new();
        for child in &element.children {
            let value = self.value_at(child, None, depth + 1)?;
            match members.get_mut(child.local) {
                Some(SoapValue::List(values)) if repeated.contains(&child.local) => values.push(value),
                Some(known) => {
                    *known = SoapValue::List(vec![std::mem::take(known), value]);
                    repeated.push(child.local);
                }
                None => members.set(child.local, value),
            }
        }
        Ok(members.into())
    }

    /// A record of whatever is there.
    fn members(&self, element: &'a Element<'a>, depth: usize) -> Result<SoapValue, Refusal> {
        let mut members = SoapStruct::new();
        for child in &element.children {
            members.set(child.local, self.value_at(child, None, depth + 1)?);
        }
        Ok(members.into())
    }

    /// How an element is read: by the type it states itself, which PHP prefers, or by the declared one.
    fn reading(&self, element: &Element<'_>, declared: Option<&TypeRef>) -> Reading {
        let stated = element.attribute(Some(XSI), "type").and_then(|stated| self.stated(stated));
        stated.unwrap_or(match declared {
            Some(TypeRef::Complex(id)) => Reading::Complex(*id),
            Some(TypeRef::Xsd(Xsd::AnyType) | TypeRef::Undeclared(_)) | None => Reading::Guess,
            Some(TypeRef::Xsd(xsd)) => Reading::Scalar((*xsd).into()),
        })
    }

    /// A stated type that is known. No service calls a type of its own like one of XML Schema.
    fn stated(&self, stated: &str) -> Option<Reading> {
        let local = stated.rsplit(':').next().unwrap_or(stated);
        if let Some(lexical) = Lexical::of_xsd(local) {
            return Some(Reading::Scalar(lexical));
        }
        if let Some((id, _)) = self.schema.type_named(local) {
            return Some(Reading::Complex(id));
        }
        match local {
            "Map" => Some(Reading::Map),
            "Array" => Some(Reading::List),
            "Struct" => Some(Reading::Record),
            "anyType" | "ur-type" => Some(Reading::Guess),
            _ => None,
        }
    }
}

/// How an element is read.
enum Reading {
    Scalar(Lexical),
    Complex(TypeId),
    Map,
    List,
    Record,
    Guess,
}

/// Where an element says that its value stands, as it is written and as the id that it leads to: `href="#id"`, in SOAP 1.2
/// `enc:ref="id"`, which PHP takes with `#` as well.
fn reference<'a>(element: &'a Element<'_>) -> Option<(&'a str, Option<&'a str>)> {
    if let Some(href) = element.attribute(None, "href") {
        return Some((href, href.strip_prefix('#')));
    }
    let reference = element.attribute(Some(SoapVersion::V12.encoding()), "ref")?;
    Some((reference, Some(reference.strip_prefix('#').unwrap_or(reference))))
}

fn collect_targets<'a>(element: &'a Element<'a>, into: &mut HashMap<&'a str, Target<'a>>) {
    let id = element.attribute(None, "id").or_else(|| element.attribute(Some(SoapVersion::V12.encoding()), "id"));
    if let Some(id) = id {
        into.entry(id).or_default().element = Some(element);
    }
    if let Some((_, Some(id))) = reference(element) {
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
