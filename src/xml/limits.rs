//! How much a document may hold before it is refused. A tree takes about 150 bytes an element and 60 an attribute, so
//! that these bound memory too; docs/limits-of-input.md has the table for users.

use crate::clock::Deadline;

/// A page of 5,000 orders is about 60 MB; no legitimate answer is larger.
pub const ANSWER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What is in 64 MB of the shortest real rows, in WS-I, with about 30 bytes a field.
pub const ANSWER_ELEMENTS_MAX: usize = 2_000_000;
/// PHP's `post_max_size` is 8 MB by default; product images arrive as base64 in the envelope, so shops raise it.
pub const REQUEST_BYTES_MAX: usize = 32 * 1024 * 1024;
/// The stock of 30,000 products at once; calls that are made have a few dozen.
pub const REQUEST_ELEMENTS_MAX: usize = 100_000;
/// Magento's with the bridge is 0.4 MB; some shops have extensions twice that size.
pub const WSDL_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Magento's with the bridge has 7,000.
pub const WSDL_ELEMENTS_MAX: usize = 200_000;
/// The deepest real answer (category tree in a SOAP body) stays far below it.
pub const DEPTH_MAX: usize = 64;
/// Envelopes carry a handful of namespace declarations; WSDL elements fewer.
pub const ATTRIBUTES_MAX: usize = 64;
/// Envelopes use five namespaces, a WSDL that was put together by tools some twenty.
pub const NAMESPACES_MAX: usize = 128;
/// Namespaces are URLs or shorter.
pub const NAMESPACE_BYTES_MAX: usize = 2048;

/// Limits of one document.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Size of the document in bytes.
    pub bytes_max: usize,
    /// Number of elements, and of values once references are followed; there may be twice as many attributes.
    pub elements_max: usize,
    /// How deep elements may be nested.
    pub depth_max: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes_max: usize,
    /// Distinct namespaces, and declarations in force at one place.
    pub namespaces_max: usize,
    /// When reading must have ended.
    pub deadline: Deadline,
}

impl Limits {
    /// The limits for a request to the shop.
    pub fn request() -> Self {
        Self::of(REQUEST_BYTES_MAX, REQUEST_ELEMENTS_MAX)
    }

    /// The limits for an answer of a shop.
    pub fn answer() -> Self {
        Self::of(ANSWER_BYTES_MAX, ANSWER_ELEMENTS_MAX)
    }

    /// The limits for a WSDL.
    pub fn wsdl() -> Self {
        Self::of(WSDL_BYTES_MAX, WSDL_ELEMENTS_MAX)
    }

    /// The same with an end to the time it may take.
    #[must_use]
    pub fn until(self, deadline: Deadline) -> Self {
        Self { deadline, ..self }
    }

    /// Attributes of the whole document.
    pub fn all_attributes_max(&self) -> usize {
        self.elements_max.saturating_mul(2)
    }

    fn of(bytes_max: usize, elements_max: usize) -> Self {
        Self {
            bytes_max,
            elements_max,
            depth_max: DEPTH_MAX,
            attributes_max: ATTRIBUTES_MAX,
            namespaces_max: NAMESPACES_MAX,
            deadline: Deadline::never(),
        }
    }
}
