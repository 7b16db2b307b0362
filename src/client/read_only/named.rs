//! What a request calls, read from its bytes alone. Whatever leaves a doubt has no name.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crate::magento::{BridgeRelease, Contract, Flavor};
use crate::soap::{WireStyle, envelope};
use crate::xml::{self, Element, Limits};

/// What is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Call {
    /// An operation of the contract.
    Operation(String),
    /// One that the contract does not have and somebody answers for.
    Own(String),
    /// `call` or `multiCall`, which name what they want by path.
    Paths {
        /// Which of the two.
        operation: String,
        /// Such as `customer.list`.
        paths: Vec<String>,
    },
}

impl Call {
    pub(super) fn name(&self) -> &str {
        match self {
            Self::Operation(name) | Self::Own(name) | Self::Paths { operation: name, .. } => name,
        }
    }
}

/// Operations by what their requests are called on the wire, in both styles of all products.
static BY_ELEMENT: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    let mut named = BTreeMap::new();
    for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
        for flavor in Flavor::ALL.iter().copied() {
            let schema = Contract::shared().schema(mode, Some(BridgeRelease::newest()), flavor);
            for operation in schema.operations.values() {
                named.insert(operation.name.clone(), operation.name.clone());
                if let Some(element) = &operation.request.element {
                    named.insert(element.clone(), operation.name.clone());
                }
            }
        }
    }
    named
});

/// The one call of an envelope; `own` names further ones by their elements. An empty body is `startSession`, whose WS-I message has no element.
pub(super) fn call_of(body: &[u8], own: &BTreeMap<String, String>) -> Option<Call> {
    let limits = Limits::request();
    let document = xml::decode(body, None, &limits).ok()?;
    let root = xml::parse(&document, &limits).ok()?;
    // Magento runs every block of the header as an operation (wire spec, section 4.5), whomever it is for.
    let has_blocks = |child: &Element<'_>| child.local == "Header" && !child.children.is_empty();
    if root.children.iter().any(has_blocks) {
        return None;
    }
    let opened = envelope::open(&root).ok()?;
    let call = match opened.body.children.as_slice() {
        [] => return Some(Call::Operation("startSession".to_owned())),
        // In RPC the other elements of a body are values that the first one refers to.
        [call, values @ ..] if values.iter().all(|value| value.local == "multiRef") => call,
        _ => return None,
    };
    let Some(operation) = BY_ELEMENT.get(call.local).cloned() else {
        return own.get(call.local).map(|name| Call::Own(name.clone()));
    };
    let paths = match operation.as_str() {
        "call" => call.children.iter().filter(|part| is_path_part(part)).map(text).collect(),
        "multiCall" => {
            call.child("calls").map(|calls| calls.children.iter().map(first_text).collect()).unwrap_or_default()
        }
        _ => return Some(Call::Operation(operation)),
    };
    Some(Call::Paths { operation, paths })
}

fn is_path_part(part: &Element<'_>) -> bool {
    matches!(part.local, "apiPath" | "resourcePath")
}

fn text(element: &Element<'_>) -> String {
    element.text.trim().to_owned()
}

/// The first leaf: a call of a `multiCall` is a list that begins with its path.
fn first_text(element: &Element<'_>) -> String {
    element.children.first().map_or_else(|| text(element), first_text)
}
