//! What came back of a call, in short.

use std::fmt;

use serde::Serialize;

use crate::soap::{SoapFault, SoapValue};

/// What came back, in short.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// A list with this many rows.
    Rows(usize),
    /// A record with this many members.
    Record(usize),
    /// A single value: `nil`, `bool`, `int`, `double` or `text`.
    Scalar(&'static str),
    /// A SOAP fault came back.
    Fault {
        /// The fault code as written.
        code: String,
        /// The fault string.
        string: String,
    },
    /// The service description, in bytes.
    Wsdl(usize),
    /// A page that is not SOAP; its bytes.
    Page(usize),
}

impl Outcome {
    /// The short form of a value.
    pub fn of_value(value: &SoapValue) -> Self {
        match value {
            SoapValue::List(items) => Self::Rows(items.len()),
            SoapValue::Struct(members) => Self::Record(members.len()),
            SoapValue::Nil => Self::Scalar("nil"),
            SoapValue::Bool(_) => Self::Scalar("bool"),
            SoapValue::Int(_) => Self::Scalar("int"),
            SoapValue::Double(_) => Self::Scalar("double"),
            SoapValue::Text(_) => Self::Scalar("text"),
        }
    }

    /// The short form of a fault.
    pub fn of_fault(fault: &SoapFault) -> Self {
        Self::Fault { code: fault.code.to_string(), string: fault.string.clone() }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => write!(f, "{rows} rows"),
            Self::Record(members) => write!(f, "a record of {members} members"),
            Self::Scalar(kind) => f.write_str(kind),
            Self::Fault { code, string } => write!(f, "fault {code}: {string}"),
            Self::Wsdl(bytes) => write!(f, "a WSDL of {bytes} bytes"),
            Self::Page(bytes) => write!(f, "a page of {bytes} bytes"),
        }
    }
}
