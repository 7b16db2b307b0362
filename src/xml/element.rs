//! The element tree. It borrows from the document's text whatever stands there as it is meant.

use std::borrow::Cow;
use std::sync::Arc;

/// An element with resolved names. Mixed content keeps its text joined, beside the children.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element<'t> {
    /// Namespace name, `None` for unqualified elements.
    pub namespace: Option<Arc<str>>,
    /// The local name, without a prefix.
    pub local: &'t str,
    /// Attributes in document order, namespace declarations excluded.
    pub attributes: Vec<Attribute<'t>>,
    /// Prefixes declared on this element, for values that are qualified names.
    pub declarations: Vec<(&'t str, Arc<str>)>,
    /// All text directly inside, references resolved, joined.
    pub text: Cow<'t, str>,
    /// What the text is made of.
    pub text_form: TextForm,
    /// The child elements in their order.
    pub children: Vec<Element<'t>>,
    /// Where the start tag begins, in bytes of the decoded text.
    pub offset: usize,
}

/// What the text directly inside an element is made of. Readers that work on nodes, PHP's among them, tell a text from a
/// CDATA section and take no value from several of them. Blanks are text where an element has nothing else; between other
/// nodes they are none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TextForm {
    /// Nothing, or blanks before an element, a comment or a CDATA section.
    #[default]
    Nothing,
    /// Text, in whatever pieces it was written.
    Text,
    /// One CDATA section; `text` is what stands in it.
    Cdata,
    /// Text and CDATA sections, or several of those.
    Mixed,
}

/// An attribute with a resolved name.
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute<'t> {
    /// Namespace name, `None` for unprefixed attributes.
    pub namespace: Option<Arc<str>>,
    /// The local name, without a prefix.
    pub local: &'t str,
    /// The value, references resolved.
    pub value: Cow<'t, str>,
}

impl<'t> Element<'t> {
    /// The first child of that local name, whatever its namespace.
    pub fn child(&self, local: &str) -> Option<&Element<'t>> {
        self.children.iter().find(|child| child.local == local)
    }

    /// All children of that local name.
    pub fn children_named<'a>(&'a self, local: &'a str) -> impl Iterator<Item = &'a Element<'t>> {
        self.children.iter().filter(move |child| child.local == local)
    }

    /// The value of an attribute; `None` as namespace asks for an unprefixed one.
    pub fn attribute(&self, namespace: Option<&str>, local: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.local == local && attribute.namespace.as_deref() == namespace)
            .map(|attribute| attribute.value.as_ref())
    }

    /// Whether the element has that expanded name.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace.as_deref() == Some(namespace)
    }
}
