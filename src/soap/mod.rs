//! SOAP 1.1 as Magento speaks it: the value tree, both encodings (RPC/encoded and WS-I document/literal), envelopes,
//! faults and the WSDL. It is told types by a [`schema::ServiceSchema`]; it knows no Magento operation, no shop and no
//! client.

pub mod fault;
pub mod mode;
pub mod schema;
pub mod value;

pub use fault::{FaultCode, SoapFault};
pub use mode::WireMode;
pub use schema::{
    ComplexType, Field, Message, MessageShape, Occurs, Operation, Part, ServiceSchema, Shape, TypeId, TypeRef, Xsd,
};
pub use value::{SoapStruct, SoapValue};
