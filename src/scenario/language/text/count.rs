//! How many there must be: [`crate::matching`], under the name it has in the language.

pub use crate::matching::Count;
