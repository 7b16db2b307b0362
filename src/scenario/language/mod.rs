//! The language of scenarios: a file becomes a checked [`Scenario`](scenario::Scenario), or everything that is wrong with it.
//! [`scenario`] goes through the rooms in order, once: `read` makes data of text (`script`, with `setup`, `step` and `text` for
//! its parts), `case` says which cases there are, `check` finds what cannot work. Nothing here runs anything; an arrow
//! from here to `run` or `explore` is a mistake.

pub mod beside;
pub(super) mod case;
mod check;
pub mod finding;
pub mod fragment_file;
pub(super) mod known;
pub mod old_words;
pub mod origin;
pub(super) mod read;
mod renamed;
pub mod scenario;
pub mod schema;
pub mod script;
pub mod setup;
pub mod source;
pub mod step;
pub mod text;
pub mod write;
