//! How a value must look: [`crate::matching`], under the name it has in the language.

pub use crate::matching::{Conditions, Matcher, MatcherWord};
