//! Bytes to an element tree and back, guarded: no DTD, no entities beyond the five predefined ones, limits on size,
//! depth and counts. It knows XML and namespaces, and nothing of SOAP. quick-xml's types stay in here.
#![doc(hidden)]

pub mod decode;
pub mod element;
pub mod error;
pub mod indent;
pub mod limits;
pub mod mask;
mod name;
pub mod reader;
pub mod writer;

pub use crate::printable::shortened;
pub use decode::decode;
pub use element::{Attribute, Element, TextForm};
pub use error::{XmlError, XmlErrorKind};
pub use limits::Limits;
pub use name::is_name;
pub use reader::parse;
