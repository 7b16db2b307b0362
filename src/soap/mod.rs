//! SOAP as Magento speaks it: the value tree, both encodings (RPC/encoded and WS-I document/literal), envelopes,
//! faults and the WSDL. It is told types by a [`schema::ServiceSchema`]; it knows no Magento operation, no shop and no
//! client.
#![doc(hidden)]

pub mod codec;
mod decode;
pub mod document_literal;
pub mod envelope;
pub mod error;
pub mod fault;
pub mod layout;
pub mod mend;
pub mod record;
mod rpc_encoded;
mod scalar;
pub mod schema;
pub mod style;
mod tags;
pub mod value;
pub mod version;
pub mod version1;
pub mod wsdl;
pub mod wsdl_reader;

pub use codec::{Answer, Codec, SoapRequest};
pub use envelope::HeaderBlock;
pub use error::{DecodeError, EncodeError, RequestError};
pub use fault::{FaultCode, SoapFault};
pub use record::SoapStruct;
pub use schema::{
    ComplexType, Field, Message, MessageShape, Occurs, Operation, Part, ServiceSchema, Shape, TypeId, TypeRef, Xsd,
};
pub use style::WireStyle;
pub use value::SoapValue;
pub use version::SoapVersion;
