//! Text to data: YAML with every error at its token, variables put in while it is read, fragments put in afterwards. The
//! only room that knows the YAML library.

pub(in crate::scenario) mod filling;
pub(in crate::scenario) mod fragments;
pub(in crate::scenario) mod parse;
mod record_keys;
pub(in crate::scenario) mod recover;
pub(in crate::scenario) mod variables;
