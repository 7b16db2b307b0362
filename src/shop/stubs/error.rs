//! Why stubs cannot be used.

/// Why stubs cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}:{line}:{column}: {message}")]
pub struct StubError {
    name: String,
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The column of the line, counted from 1.
    pub column: u64,
    message: String,
}

impl StubError {
    pub(super) fn syntax(name: &str, line: u64, column: u64, message: String) -> Self {
        Self { name: name.to_owned(), line, column, message }
    }

    /// What is wrong, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}
