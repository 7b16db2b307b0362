//! How a value must look, and how the arguments of a call must: the one engine behind what scenarios expect, which calls a
//! disruption strikes, which a stub answers, and what a test verifies. It knows values and names; what is done with a match
//! is for whoever asks.
#![doc(hidden)]

mod arguments;
mod conditions;
mod count;
mod matcher;

pub use arguments::lines_of_filters;
pub use conditions::{Condition, Conditions, Difference, OtherNames};
pub use count::{Bound, Count};
pub use matcher::{Matcher, MatcherWord, NoSettings, Pattern, Presence};
