//! Builds a [`ServiceSchema`] out of the type and operation tables for one style and one bridge release.
//!
//! A row of the tables may end in modifiers: `rpc` or `wsi` for one style, `>=1.2.0.0` for the first bridge package
//! that has it, `<1.2.13.0` for the first that no longer has it, `openmage` or `openmage-20` for what only they have,
//! `sequence` for the few RPC records that are one.

use indexmap::{IndexMap, IndexSet};
use serde::Deserialize;

use super::{BridgeRelease, Flavor};
use super::{OperationFacts, ResourceFacts};
use crate::soap::{
    ComplexType, Field, Message, MessageShape, Occurs, Operation, Part, ServiceSchema, Shape, TypeId, TypeRef,
    WireStyle, Xsd,
};

/// The rows of `contract/types.json`.
#[derive(Clone)]
pub(super) struct TypeTable(Vec<TypeRow>);

#[derive(Clone)]
struct TypeRow {
    name: String,
    presence: Presence,
    sequence: bool,
    shape: ShapeRow,
}

#[derive(Clone)]
enum ShapeRow {
    Array(String, Occurs),
    Struct(Vec<FieldRow>),
}

#[derive(Clone)]
struct FieldRow {
    name: String,
    type_name: String,
    occurs: Occurs,
    presence: Presence,
}

/// Where a row of a table applies.
#[derive(Clone, Default)]
struct Presence {
    mode: Option<WireStyle>,
    since: Option<String>,
    until: Option<String>,
    line: Option<Line>,
}

/// A line of products that alone has a thing.
#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum Line {
    Openmage,
    #[serde(rename = "openmage-20")]
    Openmage20,
}

impl Line {
    fn holds(self, flavor: Flavor) -> bool {
        match self {
            Self::Openmage => flavor.is_openmage(),
            Self::Openmage20 => flavor.declares_vat(),
        }
    }
}

/// What a schema is built for.
#[derive(Clone, Copy)]
struct Target<'a> {
    mode: WireStyle,
    bridge: Option<&'a BridgeRelease>,
    flavor: Flavor,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(super) enum ShapeText {
    Array(String),
    Struct(Vec<String>),
}

/// A type as it is known in one style, whatever the release.
pub(super) enum Known {
    /// Fields with their types and whether they are required; whether the RPC document says `sequence`.
    Record(Vec<(String, String, bool)>, bool),
    /// The type of the items.
    List(String),
}

impl TypeTable {
    fn rows(&self, name: &str, mode: WireStyle) -> impl Iterator<Item = &TypeRow> {
        self.0.iter().filter(move |row| row.name == name && row.presence.mode.is_none_or(|known| known == mode))
    }

    /// A type of one style by its name.
    pub(super) fn known(&self, name: &str, mode: WireStyle) -> Option<Known> {
        let mut fields = Vec::new();
        let mut is_sequence = false;
        let mut rows = self.rows(name, mode).peekable();
        rows.peek()?;
        for row in rows {
            match &row.shape {
                ShapeRow::Array(item, _) => return Some(Known::List(item.clone())),
                ShapeRow::Struct(declared) => {
                    is_sequence = row.sequence;
                    let here = declared.iter().filter(|field| field.presence.mode.is_none_or(|known| known == mode));
                    let field = |field: &FieldRow| {
                        (field.name.clone(), field.type_name.clone(), field.occurs == Occurs::Required)
                    };
                    fields.extend(here.map(field));
                }
            }
        }
        Some(Known::Record(fields, is_sequence))
    }

    /// Names of the types of one style.
    pub(super) fn names(&self, mode: WireStyle) -> impl Iterator<Item = &str> {
        let here = self.0.iter().filter(move |row| row.presence.mode.is_none_or(|known| known == mode));
        here.map(|row| row.name.as_str())
    }

    /// Adds a type of one style.
    pub(super) fn add(&mut self, name: &str, mode: WireStyle, shape: ShapeText, sequence: bool) {
        let row = TypeRow::new(name, shape);
        self.0.push(TypeRow { presence: Presence::of(mode), sequence, ..row });
    }

    /// Adds a field of one style to a type that is there.
    pub(super) fn add_field(&mut self, name: &str, mode: WireStyle, text: &str) {
        let rows = self.0.iter_mut();
        for row in rows.filter(|row| row.name == name && row.presence.mode.is_none_or(|known| known == mode)) {
            if let ShapeRow::Struct(fields) = &mut row.shape {
                fields.push(FieldRow { presence: Presence::of(mode), ..FieldRow::new(text) });
            }
        }
    }

    pub(super) fn new(rows: IndexMap<String, ShapeText>) -> Self {
        Self(rows.into_iter().map(|(key, shape)| TypeRow::new(&key, shape)).collect())
    }
}

impl TypeTable {
    /// Names of all fields of all types.
    pub(super) fn fields(&self) -> impl Iterator<Item = &str> {
        let fields = self.0.iter().filter_map(|row| match &row.shape {
            ShapeRow::Struct(fields) => Some(fields),
            ShapeRow::Array(..) => None,
        });
        fields.flatten().map(|field| field.name.as_str())
    }
}

impl TypeRow {
    fn new(key: &str, shape: ShapeText) -> Self {
        let mut words = key.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let modifiers: Vec<&str> = words.collect();
        let shape = match shape {
            ShapeText::Array(text) => {
                let (item, least) = declared(text.trim_start_matches("[]"));
                ShapeRow::Array(item.to_owned(), least)
            }
            ShapeText::Struct(fields) => ShapeRow::Struct(fields.iter().map(|field| FieldRow::new(field)).collect()),
        };
        let sequence = modifiers.contains(&"sequence");
        Self { name, presence: Presence::read(&modifiers), sequence, shape }
    }
}

impl FieldRow {
    fn new(text: &str) -> Self {
        let mut words = text.split(' ');
        let name = words.next().unwrap_or_default().to_owned();
        let (type_name, occurs) = declared(words.next().unwrap_or_default());
        let modifiers: Vec<&str> = words.collect();
        Self { name, type_name: type_name.to_owned(), occurs, presence: Presence::read(&modifiers) }
    }
}

/// A type's name and whether an exclamation mark makes it required.
fn declared(text: &str) -> (&str, Occurs) {
    match text.strip_suffix('!') {
        Some(required) => (required, Occurs::Required),
        None => (text, Occurs::Optional),
    }
}

impl Presence {
    /// One style, whatever the release.
    fn of(mode: WireStyle) -> Self {
        Self { mode: Some(mode), ..Self::default() }
    }

    fn read(modifiers: &[&str]) -> Self {
        let mut presence = Self::default();
        for modifier in modifiers {
            match *modifier {
                "rpc" => presence.mode = Some(WireStyle::RpcEncoded),
                "wsi" => presence.mode = Some(WireStyle::WsI),
                "openmage" => presence.line = Some(Line::Openmage),
                "openmage-20" => presence.line = Some(Line::Openmage20),
                other => {
                    if let Some(since) = other.strip_prefix(">=") {
                        presence.since = Some(since.to_owned());
                    } else if let Some(until) = other.strip_prefix('<') {
                        presence.until = Some(until.to_owned());
                    }
                }
            }
        }
        presence
    }

    fn holds(&self, Target { mode, bridge, flavor }: Target<'_>) -> bool {
        self.mode.is_none_or(|wanted| wanted == mode)
            && self.line.is_none_or(|line| line.holds(flavor))
            && self.since.as_ref().is_none_or(|since| bridge.is_some_and(|release| release.at_least(since)))
            && self.until.as_ref().is_none_or(|until| bridge.is_none_or(|release| !release.at_least(until)))
    }
}

/// The rows of `contract/operations.json`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(super) struct OperationTable(pub(super) Vec<OperationRow>);

#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OperationRow {
    pub(super) name: String,
    module: String,
    resource: Option<String>,
    method: Option<String>,
    #[serde(default)]
    reads: bool,
    #[serde(default)]
    connector: bool,
    since: Option<String>,
    #[serde(default)]
    rpc: Vec<Variant>,
    #[serde(default)]
    wsi: Vec<Variant>,
}

/// The messages of an operation in one style, from one bridge package on.
#[derive(Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    /// `part type, part type? -> part type`; a question mark is `minOccurs="0"`.
    signature: String,
    since: Option<String>,
    /// Message names, where they are not `<operation>Request` and `<operation>Response`.
    messages: Option<(String, String)>,
    /// Wrapper elements, where they are not `<operation>RequestParam` and `<operation>ResponseParam`.
    elements: Option<(Option<String>, Option<String>)>,
    shape: Option<ShapeName>,
    flavor: Option<Line>,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
enum ShapeName {
    EmptyRequest,
    Malformed,
    Undeclared,
}

/// A part's name, its type, and whether it is required.
type PartText = (String, String, bool);

impl OperationTable {
    fn variants(&self, mode: WireStyle) -> impl Iterator<Item = (&OperationRow, &Variant)> {
        self.0.iter().flat_map(move |row| row.of_style(mode).iter().map(move |variant| (row, variant)))
    }

    /// The messages of an operation of one style.
    pub(super) fn messages_of(&self, operation: &str, mode: WireStyle) -> Option<(String, String)> {
        self.variants(mode).find(|(row, _)| row.name == operation).map(|(row, variant)| variant.messages_of(&row.name))
    }

    /// The parts of a message of one style, and its wrapper.
    pub(super) fn message(&self, name: &str, mode: WireStyle) -> Option<(Vec<PartText>, Option<String>)> {
        self.variants(mode).find_map(|(row, variant)| {
            let (request, response) = variant.messages_of(&row.name);
            let is_request = request == name;
            if !is_request && response != name {
                return None;
            }
            let (requests, responses) = variant.signature.split_once("->").unwrap_or((&variant.signature, ""));
            let parts = if is_request { requests } else { responses }.split(',');
            let part = |part: &str| {
                let (name, declared) = part.trim().split_once(' ')?;
                Some((name.to_owned(), declared.trim_end_matches('?').to_owned(), !declared.ends_with('?')))
            };
            let (of_request, of_response) = variant.elements_of(&row.name, mode);
            Some((parts.filter_map(part).collect(), if is_request { of_request } else { of_response }))
        })
    }

    /// Adds an operation of a module in one style; its messages are given with their wrappers.
    pub(super) fn add(
        &mut self,
        name: &str,
        module: &str,
        mode: WireStyle,
        signature: String,
        messages: [(String, Option<String>); 2],
    ) {
        let [(request, request_element), (response, response_element)] = messages;
        let variant = Variant {
            signature,
            messages: Some((request, response)),
            elements: Some((request_element, response_element)),
            ..Variant::default()
        };
        let at = self.0.iter().position(|row| row.name == name).unwrap_or_else(|| {
            self.0.push(OperationRow::of_module(name, module));
            self.0.len() - 1
        });
        match mode {
            WireStyle::RpcEncoded => self.0[at].rpc.push(variant),
            WireStyle::WsI => self.0[at].wsi.push(variant),
        }
    }

    /// Names of the parts of an operation's requests in both styles, each once.
    pub(super) fn arguments(&self, operation: &str) -> Vec<String> {
        let variants = self.0.iter().filter(|row| row.name == operation).flat_map(|row| row.rpc.iter().chain(&row.wsi));
        let named = variants.flat_map(Variant::arguments).filter(|name| *name != "sessionId");
        named.map(str::to_owned).collect::<IndexSet<_>>().into_iter().collect()
    }
}

impl Variant {
    fn messages_of(&self, operation: &str) -> (String, String) {
        self.messages.clone().unwrap_or_else(|| (format!("{operation}Request"), format!("{operation}Response")))
    }

    fn elements_of(&self, operation: &str, mode: WireStyle) -> (Option<String>, Option<String>) {
        match (mode, self.shape) {
            (WireStyle::RpcEncoded, _) | (_, Some(ShapeName::Malformed | ShapeName::Undeclared)) => (None, None),
            (WireStyle::WsI, _) => self.elements.clone().unwrap_or_else(|| {
                (Some(format!("{operation}RequestParam")), Some(format!("{operation}ResponseParam")))
            }),
        }
    }

    /// Names of the request's parts.
    fn arguments(&self) -> impl Iterator<Item = &str> {
        let request = self.signature.split("->").next().unwrap_or_default();
        request.split(',').filter_map(|part| part.trim().split_once(' ')).map(|(name, _)| name)
    }
}

impl OperationRow {
    pub(super) fn facts(&self, resources: &IndexMap<String, ResourceFacts>) -> OperationFacts {
        let resource = self.resource.as_ref().and_then(|name| resources.get(name));
        let method_acl = resource.zip(self.method.as_ref()).and_then(|(r, m)| r.methods.get(m).cloned().flatten());
        OperationFacts {
            name: self.name.clone(),
            module: self.module.clone(),
            resource: self.resource.clone(),
            method: self.method.clone(),
            since: self.since.clone(),
            reads_only: self.reads,
            used_by_connector: self.connector,
            resource_acl: resource.and_then(|resource| resource.acl.clone()),
            method_acl,
            other_names: self.other_names(),
        }
    }

    /// Arguments stand in the same order in both styles.
    fn other_names(&self) -> Vec<(String, String)> {
        let (Some(rpc), Some(wsi)) = (self.rpc.last(), self.wsi.last()) else { return Vec::new() };
        let pairs = rpc.arguments().zip(wsi.arguments()).filter(|(rpc, wsi)| rpc != wsi);
        pairs.map(|(rpc, wsi)| (rpc.to_owned(), wsi.to_owned())).collect()
    }

    fn of_module(name: &str, module: &str) -> Self {
        Self {
            name: name.to_owned(),
            module: module.to_owned(),
            resource: None,
            method: None,
            reads: false,
            connector: false,
            since: None,
            rpc: Vec::new(),
            wsi: Vec::new(),
        }
    }

    fn of_style(&self, mode: WireStyle) -> &[Variant] {
        match mode {
            WireStyle::RpcEncoded => &self.rpc,
            WireStyle::WsI => &self.wsi,
        }
    }

    fn variant(&self, Target { mode, bridge, flavor }: Target<'_>) -> Option<&Variant> {
        let offered = self.since.as_ref().is_none_or(|since| bridge.is_some_and(|release| release.at_least(since)));
        if !offered {
            return None;
        }
        let holds = |v: &&Variant| {
            v.since.as_ref().is_none_or(|since| bridge.is_some_and(|release| release.at_least(since)))
                && v.flavor.is_none_or(|line| line.holds(flavor))
        };
        self.of_style(mode).iter().rev().find(holds)
    }
}

/// Builds the schema of one style with one bridge release or none.
pub(super) fn build(
    types: &TypeTable,
    operations: &OperationTable,
    mode: WireStyle,
    bridge: Option<&BridgeRelease>,
    flavor: Flavor,
) -> ServiceSchema {
    let target = Target { mode, bridge, flavor };
    let rows: Vec<&TypeRow> = types.0.iter().filter(|row| row.presence.holds(target)).collect();
    let ids: IndexMap<&str, TypeId> =
        rows.iter().enumerate().map(|(at, row)| (row.name.as_str(), TypeId(at))).collect();
    let complex_types = rows.iter().map(|row| complex_type(row, target, &ids)).collect();
    let built = operations.0.iter().filter_map(|row| {
        let variant = row.variant(target)?;
        Some((row.name.clone(), operation(&row.name, variant, mode, &ids)))
    });
    ServiceSchema {
        mode,
        target_namespace: flavor.target_namespace().to_owned(),
        handler: flavor.handler(mode).to_owned(),
        types: complex_types,
        operations: built.collect(),
        unparsable: unparsable(target),
    }
}

/// Documents that no real server can read itself (wire spec, sections 1.3 and 8.1).
fn unparsable(target: Target<'_>) -> Option<String> {
    let bridge = target.bridge?;
    let lacks_messages = bridge.at_least("1.2.6.0") && !bridge.at_least("1.2.8.0");
    match target.mode {
        WireStyle::WsI if lacks_messages => Some(format!(
            "bridge {} declares operations in WS-I whose messages it forgot, so the shop cannot read its own WSDL; \
             use another release, or RPC",
            bridge.short()
        )),
        WireStyle::RpcEncoded if target.flavor.is_urn_openmage() => Some(
            "the bridge's types do not merge into the RPC WSDL of urn:OpenMage, so the shop cannot read its own WSDL; \
             use WS-I, an older flavor, or no bridge"
                .to_owned(),
        ),
        _ => None,
    }
}

fn complex_type(row: &TypeRow, target: Target<'_>, ids: &IndexMap<&str, TypeId>) -> ComplexType {
    let shape = match &row.shape {
        ShapeRow::Array(item, least) => Shape::Array { item: type_ref(item, ids), least: *least },
        ShapeRow::Struct(fields) => Shape::Struct {
            fields: fields
                .iter()
                .filter(|field| field.presence.holds(target))
                .map(|field| Field {
                    name: field.name.as_str().into(),
                    type_ref: type_ref(&field.type_name, ids),
                    occurs: field.occurs,
                })
                .collect(),
            sequence: row.sequence || target.mode == WireStyle::WsI,
        },
    };
    ComplexType { name: row.name.clone(), shape }
}

fn operation(name: &str, variant: &Variant, mode: WireStyle, ids: &IndexMap<&str, TypeId>) -> Operation {
    let (request, response) = variant.signature.split_once("->").unwrap_or((&variant.signature, ""));
    let (names, elements) = (variant.messages_of(name), variant.elements_of(name, mode));
    let shape_of = |is_request: bool| match variant.shape {
        Some(ShapeName::Malformed) => MessageShape::Malformed,
        Some(ShapeName::Undeclared) => MessageShape::Undeclared,
        Some(ShapeName::EmptyRequest) if is_request => MessageShape::Empty,
        _ => MessageShape::Regular,
    };
    Operation {
        name: name.to_owned(),
        request: Message { name: names.0, element: elements.0, parts: parts(request, ids), shape: shape_of(true) },
        response: Message { name: names.1, element: elements.1, parts: parts(response, ids), shape: shape_of(false) },
    }
}

fn parts(text: &str, ids: &IndexMap<&str, TypeId>) -> Vec<Part> {
    text.split(',')
        .filter_map(|part| part.trim().split_once(' '))
        .map(|(name, declared)| {
            let (type_name, occurs) = match declared.strip_suffix('?') {
                Some(optional) => (optional, Occurs::Optional),
                None => (declared, Occurs::Required),
            };
            Part { name: name.to_owned(), type_ref: type_ref(type_name, ids), occurs }
        })
        .collect()
}

fn type_ref(name: &str, ids: &IndexMap<&str, TypeId>) -> TypeRef {
    match name {
        "string" => TypeRef::Xsd(Xsd::String),
        "int" => TypeRef::Xsd(Xsd::Int),
        "boolean" => TypeRef::Xsd(Xsd::Boolean),
        "double" => TypeRef::Xsd(Xsd::Double),
        "anyType" => TypeRef::Xsd(Xsd::AnyType),
        complex => match ids.get(complex) {
            Some(id) => TypeRef::Complex(*id),
            None => TypeRef::Undeclared(complex.to_owned()),
        },
    }
}
