//! The table of operations, `contract/operations.json`, and what modules add to it.

use indexmap::{IndexMap, IndexSet};
use serde::Deserialize;

use super::presence::{Line, Target};
use crate::magento::{OperationFacts, ResourceFacts};
use crate::soap::WireStyle;

/// The rows of `contract/operations.json`.
#[derive(Clone, Deserialize)]
#[serde(transparent)]
pub(in crate::magento) struct OperationTable(pub(in crate::magento) Vec<OperationRow>);

/// A row: an operation, its messages in each style, and since when the bridge has it.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::magento) struct OperationRow {
    pub(in crate::magento) name: String,
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
pub(super) struct Variant {
    /// `part type, part type? -> part type`; a question mark is `minOccurs="0"`.
    pub(super) signature: String,
    since: Option<String>,
    /// Message names, where they are not `<operation>Request` and `<operation>Response`.
    messages: Option<(String, String)>,
    /// Wrapper elements, where they are not `<operation>RequestParam` and `<operation>ResponseParam`.
    elements: Option<(Option<String>, Option<String>)>,
    pub(super) shape: Option<ShapeName>,
    flavor: Option<Line>,
}

/// The shape of messages that are not as their style demands.
#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub(super) enum ShapeName {
    EmptyRequest,
    Malformed,
    Undeclared,
}

/// A part's name, its type, and whether it is required.
pub(in crate::magento) type PartText = (String, String, bool);

impl OperationTable {
    fn variants(&self, mode: WireStyle) -> impl Iterator<Item = (&OperationRow, &Variant)> {
        self.0.iter().flat_map(move |row| row.of_style(mode).iter().map(move |variant| (row, variant)))
    }

    /// The messages of an operation of one style.
    pub(in crate::magento) fn messages_of(&self, operation: &str, mode: WireStyle) -> Option<(String, String)> {
        self.variants(mode).find(|(row, _)| row.name == operation).map(|(row, variant)| variant.messages_of(&row.name))
    }

    /// The parts of a message of one style, and its wrapper.
    pub(in crate::magento) fn message(&self, name: &str, mode: WireStyle) -> Option<(Vec<PartText>, Option<String>)> {
        self.messages(name, mode).next()
    }

    /// Every form that a message of that name has in some product.
    pub(in crate::magento) fn messages(
        &self,
        name: &str,
        mode: WireStyle,
    ) -> impl Iterator<Item = (Vec<PartText>, Option<String>)> {
        self.variants(mode).filter_map(move |(row, variant)| {
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
    pub(in crate::magento) fn add(
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
    pub(in crate::magento) fn arguments(&self, operation: &str) -> Vec<String> {
        let variants = self.0.iter().filter(|row| row.name == operation).flat_map(|row| row.rpc.iter().chain(&row.wsi));
        let named = variants.flat_map(Variant::arguments).filter(|name| *name != "sessionId");
        named.map(str::to_owned).collect::<IndexSet<_>>().into_iter().collect()
    }
}

impl Variant {
    /// The names of its messages.
    pub(super) fn messages_of(&self, operation: &str) -> (String, String) {
        self.messages.clone().unwrap_or_else(|| (format!("{operation}Request"), format!("{operation}Response")))
    }

    /// The names of the wrapper elements; none in RPC.
    pub(super) fn elements_of(&self, operation: &str, mode: WireStyle) -> (Option<String>, Option<String>) {
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
    /// What is known of the operation besides its messages.
    pub(in crate::magento) fn facts(&self, resources: &IndexMap<String, ResourceFacts>) -> OperationFacts {
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

    /// The messages that hold for a target; none where the operation is not offered.
    pub(super) fn variant(&self, Target { mode, bridge, flavor }: Target<'_>) -> Option<&Variant> {
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
