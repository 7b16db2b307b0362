//! XML-RPC as `Zend_XmlRpc_Server` reads and writes it: `read` and `write` know bytes and values, `method` the methods with
//! their signatures. Which of them the shop runs and what they do there is the handler's.

mod method;
mod read;
mod write;

use crate::soap::SoapValue;
use crate::soap::version1::as_list;

pub use method::Asked;
pub use read::read;
pub use write::{fault_value, write, write_fault};

/// A fault: its code and text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("XML-RPC fault {code}: {text}")]
pub struct Fault {
    /// Zend's codes begin at 600; Magento's are below.
    pub code: i64,
    /// The text of the fault.
    pub text: String,
}

impl Fault {
    fn new(code: i64, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

/// A request of XML-RPC, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The method's name as it was sent.
    pub method: String,
    /// The values of its parameters.
    pub parameters: Vec<SoapValue>,
    /// Their types, which must be those of a signature.
    types: Vec<&'static str>,
}

/// Types of the values that PHP holds, for requests that come within another one.
fn type_of(value: &SoapValue) -> &'static str {
    match value {
        SoapValue::Nil => "nil",
        SoapValue::Bool(_) => "boolean",
        SoapValue::Int(_) => "int",
        SoapValue::Double(_) => "double",
        SoapValue::Text(_) => "string",
        SoapValue::List(_) => "array",
        SoapValue::Struct(members) if as_list(members).is_some() => "array",
        SoapValue::Struct(_) => "struct",
    }
}
