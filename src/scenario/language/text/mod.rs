//! The small words of the language: scalars, lists of one, places in a file, matchers. Each is read at the edge with a
//! message that names what is accepted; nothing here knows a step or a setting.

pub mod count;
pub mod kind;
pub mod matcher;
pub mod one_or_many;
pub mod span;
pub mod value;
pub mod words;
