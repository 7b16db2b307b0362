//! A file as it was read.

use std::path::PathBuf;

/// A scenario file as it was read.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// The path as the user knows it.
    pub path: PathBuf,
    /// The text of the file.
    pub text: String,
}
