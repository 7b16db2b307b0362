//! Why a document was refused, and where.

/// A document that was refused, and where.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {kind}")]
pub struct XmlError {
    /// What is wrong with the document.
    pub kind: XmlErrorKind,
    /// Byte offset in the decoded text.
    pub offset: usize,
    /// The line of the document, counted from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// What is wrong with a document.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum XmlErrorKind {
    /// The document is not well-formed; the parser's words.
    #[error("not well-formed XML: {0}")]
    Malformed(String),
    /// A document type declaration; always refused.
    #[error("a document type declaration is not accepted")]
    Dtd,
    /// A limit of [`super::Limits`] was passed.
    #[error("more than {max} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// The limit that was exceeded.
        max: usize,
    },
    /// The time for reading it was over.
    #[error("it was not read in time")]
    Late,
    /// Bytes that are no text in the document's encoding.
    #[error("the bytes are not valid {0}")]
    Encoding(String),
}
