//! In which way a shop differs from the product it is: what `mockgento compare` found out about somebody's shop, as a file
//! the fake reads. The contract stays as it is; here lie only the differences, as data, and what they do to the service
//! and to answers. Nothing here knows how they were found.

mod answer;
mod check;
mod notation;
mod sense;
mod service;

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::stubs::{StubFile, StubText};
use crate::magento::{BridgeRelease, Flavor};
use crate::place::{At, misfit};
use crate::soap::WireStyle;
use crate::written_value::Value;
use crate::yaml_mistake;

pub use check::OverridesError;
pub use notation::{signature, type_text};

/// What a shop does otherwise than the fake of the same product, bridge and style.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Overrides {
    /// The product that the rest is relative to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub flavor: Option<Flavor>,
    /// The bridge that the rest is relative to: a release such as 1.2.19, or `none`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bridge: Option<String>,
    /// Whether the shop speaks WS-I.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wsi: Option<bool>,
    /// Names of the service.
    #[serde(skip_serializing_if = "is_default")]
    pub service: ServiceNames,
    /// Operations that are missing, or declared otherwise.
    #[serde(skip_serializing_if = "is_default")]
    pub operations: OperationOverrides,
    /// Types by name, and how they are declared otherwise. A name that the product does not have is a new type.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub types: IndexMap<String, TypeOverride>,
    /// By operation: fields that answers lack or have although nothing in the declaration says so.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub answers: IndexMap<String, AnswerOverride>,
    /// Faults with another code or text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<FaultOverride>,
    /// What lists with a pager do.
    #[serde(skip_serializing_if = "is_default")]
    pub paging: PagingOverrides,
    /// The status and the headers of answers.
    #[serde(skip_serializing_if = "is_default")]
    pub http: HttpOverrides,
    /// Protocols that the shop has or lacks otherwise than its product.
    #[serde(skip_serializing_if = "is_default")]
    pub doors: DoorOverrides,
    /// What operations answer, as in a file of stubs: those of modules, as they were seen. Other stubs go before them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub stubs: Vec<At<StubText>>,
    /// Operations of modules that are asked of the shop in further comparisons too, as `--ask` writes them:
    /// `acmeLoyaltyInfo={customerId: 42}`. Somebody answered for it that they only read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub asked: Vec<At<String>>,
    /// Where they were read.
    #[serde(skip)]
    pub file: Source,
}

/// The file that overrides were read from, for messages; two files that say the same are equal.
#[derive(Clone, Debug, Default, Eq)]
pub struct Source {
    name: String,
    text: String,
}

impl PartialEq for Source {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Protocols that the shop has or lacks otherwise than its product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DoorOverrides {
    /// Whether it speaks JSON-RPC.
    #[serde(rename = "json-rpc", skip_serializing_if = "Option::is_none")]
    pub json_rpc: Option<bool>,
}

/// Names of the service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ServiceNames {
    /// The target namespace, such as `urn:Magento`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// What the port type is called before `PortType`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handler: Option<String>,
}

/// Operations that are missing, or declared otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OperationOverrides {
    /// Operations that the shop does not declare.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// By operation, its parts: `sessionId string, filters filters -> storeView storeEntity`; a question mark behind a
    /// type is `minOccurs="0"`. One that the product does not have is declared, and answers what a stub says.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub declared: IndexMap<String, String>,
}

/// How a type is declared otherwise.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TypeOverride {
    /// The fields of the product that the shop leaves out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<String>,
    /// Fields it has besides, and their types: string, int, boolean, double, anyType or the name of another type; an
    /// exclamation mark makes a field required.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub extra: IndexMap<String, String>,
    /// Fields of another type.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub changed: IndexMap<String, String>,
    /// All its fields in their order, where that is another one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
    /// The type is a list of these.
    #[serde(rename = "array of", skip_serializing_if = "Option::is_none")]
    pub array_of: Option<String>,
}

/// Fields of an operation's answers. A path such as `items.sku` leads through records and all rows of lists.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AnswerOverride {
    /// Fields that are left out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Fields that are always there, and what they hold where the shop has nothing: a text, or null.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub with: IndexMap<String, Option<String>>,
}

/// A fault with another code or text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultOverride {
    /// The operation that raises it; left out: all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The code the product would answer with.
    #[serde(deserialize_with = "code_of_product")]
    pub fault: u16,
    /// The code the shop answers with, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
    /// The text the shop answers with, where it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What lists with a pager do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PagingOverrides {
    /// Operations that answer a page past the end with the last page, and not with an empty one.
    #[serde(rename = "last page again", skip_serializing_if = "Vec::is_empty")]
    pub last_page_again: Vec<String>,
}

/// The status and the headers of answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HttpOverrides {
    /// Whether answers have a `Date`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<bool>,
    /// The `Content-Type` lines of answers, in their order.
    #[serde(rename = "content type", skip_serializing_if = "Vec::is_empty")]
    pub content_type: Vec<String>,
    /// The `Content-Type` lines of the WSDL.
    #[serde(rename = "wsdl content type", skip_serializing_if = "Vec::is_empty")]
    pub wsdl_content_type: Vec<String>,
    /// The status of an API fault, which is 200 on most shops.
    #[serde(rename = "fault status", skip_serializing_if = "Option::is_none")]
    pub fault_status: Option<u16>,
    /// Other headers by name: what they hold, or null for one that is not sent.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub headers: IndexMap<String, Option<String>>,
}

fn code_of_product<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let written = serde_saphyr::Spanned::<String>::deserialize(deserializer)?;
    written.value.parse().map_err(|_| {
        let message = format!("\"{}\" is no code of a fault", written.value);
        misfit(written.referenced, &message, "write the number that the product has for it, such as 101")
    })
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Source {
    /// File, line and column of the last of these keys; empty for what stands in no file.
    fn place_of(&self, path: &[&str]) -> String {
        let root: Result<At<Value>, serde_saphyr::Error> = serde_saphyr::from_str(&self.text);
        let place = root.ok().and_then(|root| root.place_at(&mut path.iter().map(|step| (*step).to_owned())));
        place.map_or_else(String::new, |place| format!("{}:{place}: ", self.name))
    }
}

impl Overrides {
    /// Reads a file of overrides, YAML or JSON; `name` is for messages.
    ///
    /// # Errors
    /// [`OverridesError::Syntax`] with line and column.
    pub fn parse(text: &str, name: &str) -> Result<Self, OverridesError> {
        let wrong = |mistake: yaml_mistake::Mistake| {
            let (line, column, message) = mistake.in_one_line();
            OverridesError::Syntax { name: name.to_owned(), line, column, message }
        };
        if let Some(empty) = yaml_mistake::nothing_in(text, &yaml_mistake::OVERRIDES) {
            return Err(wrong(empty));
        }
        let mut read: Self = serde_saphyr::from_str(text)
            .map_err(|error| wrong(yaml_mistake::of(&error, text, &yaml_mistake::OVERRIDES, |_| true)))?;
        read.stubs.iter_mut().for_each(|stub| stub.get_mut().settle(text));
        read.file = Source { name: name.to_owned(), text: text.to_owned() };
        Ok(read)
    }

    /// Its stubs as a file of them.
    pub(in crate::shop) fn stub_file(&self) -> StubFile {
        let name = if self.file.name.is_empty() { "overrides" } else { &self.file.name };
        StubFile::inside_of("", name, self.stubs.clone())
    }

    /// Writes the file: YAML under a line that says what it is.
    ///
    /// # Errors
    /// The text of the serializer, which has none to report for these types.
    pub fn to_yaml(&self) -> Result<String, OverridesError> {
        let yaml = serde_saphyr::to_string(self).map_err(|error| OverridesError::Unwritable(error.to_string()))?;
        Ok(format!(
            "# What a shop does otherwise than Mockgento's, by \"mockgento compare\". Read it before you keep it;\n\
             # \"mockgento schema overrides\" says what may stand here.\n{yaml}"
        ))
    }

    /// The style they are relative to, when they say.
    pub fn mode(&self) -> Option<WireStyle> {
        self.wsi.map(|wsi| if wsi { WireStyle::WsI } else { WireStyle::RpcEncoded })
    }

    /// The bridge they are relative to: `None` when they do not say, `Some(None)` for a shop without.
    ///
    /// # Errors
    /// [`OverridesError::Invalid`] for a release nobody knows.
    pub fn bridge_release(&self) -> Result<Option<Option<&'static BridgeRelease>>, OverridesError> {
        match self.bridge.as_deref() {
            None => Ok(None),
            Some("none") => Ok(Some(None)),
            Some(version) => BridgeRelease::find(version).map(|release| Some(Some(release))).map_err(|error| {
                let text = error.to_string();
                let (what, remedy) = text.split_once("; ").unwrap_or((&text, "name one that there is"));
                let wrong = OverridesError::invalid(format!("bridge: {what}"), remedy);
                wrong.standing_at(self.file.place_of(&["bridge"]))
            }),
        }
    }

    /// Whether nothing is done otherwise.
    pub fn is_empty(&self) -> bool {
        let posing = Self { flavor: self.flavor, bridge: self.bridge.clone(), wsi: self.wsi, ..Self::default() };
        *self == posing
    }
}
