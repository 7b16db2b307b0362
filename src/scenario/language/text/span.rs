//! Values that remember where in the file they stand: `crate::place`, under the name it has in the language.

pub use crate::place::{At, Place, misfit, told_place};
