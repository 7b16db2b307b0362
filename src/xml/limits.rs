//! How much a document may hold before it is refused.

/// A page of 5,000 orders is about 60 MB; nothing legitimate is larger.
pub const BYTES_MAX: usize = 64 * 1024 * 1024;
/// The deepest real answer (category tree in a SOAP body) stays far below it.
pub const DEPTH_MAX: usize = 64;
/// Enough for the largest whole-list answers; a bound for memory.
pub const ELEMENTS_MAX: usize = 4_000_000;
/// Envelopes carry a handful of namespace declarations; WSDL elements fewer.
pub const ATTRIBUTES_MAX: usize = 64;

/// Limits of one document.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Size of the document in bytes.
    pub bytes_max: usize,
    /// Nesting of elements.
    pub depth_max: usize,
    /// Number of elements.
    pub elements_max: usize,
    /// Attributes of one element, namespace declarations included.
    pub attributes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { bytes_max: BYTES_MAX, depth_max: DEPTH_MAX, elements_max: ELEMENTS_MAX, attributes_max: ATTRIBUTES_MAX }
    }
}
