//! Why stubs cannot be used.

use std::fmt;

/// Why stubs cannot be used: what is wrong with the first of them, and with the others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StubError {
    name: String,
    /// The line of the file, counted from 1.
    pub line: u64,
    /// The column of the line, counted from 1.
    pub column: u64,
    message: String,
    others: Vec<StubError>,
}

/// The most mistakes of a file that are told; nobody reads more.
const TOLD_MAX: usize = 20;

impl StubError {
    pub(super) fn syntax(name: &str, line: u64, column: u64, message: String) -> Self {
        Self { name: name.to_owned(), line, column, message, others: Vec::new() }
    }

    /// Several in one; `None` where there are none.
    pub(super) fn of_all(all: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut all = all.into_iter();
        let mut first = all.next()?;
        first.others.extend(all.take(TOLD_MAX - 1));
        Some(first)
    }

    /// What is wrong with the first, without the place.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for StubError {
    /// A line for each mistake.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.name, self.line, self.column, self.message)?;
        self.others.iter().try_for_each(|other| write!(f, "\n{other}"))
    }
}

impl std::error::Error for StubError {}
