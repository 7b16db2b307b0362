//! A service's types, messages and operations as data: what the WSDL declares and what the encodings are guided by.

use indexmap::IndexMap;

use super::WireStyle;
use super::value::Name;

/// One WSDL: everything the encoders and the WSDL writer need. Built by `magento::contract` for one style and one
/// bridge version.
#[derive(Clone, Debug)]
pub struct ServiceSchema {
    /// The style of all operations.
    pub mode: WireStyle,
    /// `urn:Magento`, or `urn:OpenMage` on newer OpenMage.
    pub target_namespace: String,
    /// `{H}` in `{H}PortType`, `{H}Binding`, `{H}Port` and `urn:{H}Action` (wire spec, section 2.3); often empty.
    pub handler: String,
    /// Complex types in document order; a [`TypeId`] is an index here.
    pub types: Vec<ComplexType>,
    /// Operations by name, in document order.
    pub operations: IndexMap<String, Operation>,
    /// Why PHP's SoapServer cannot read the document, so that a real shop fails on every call (wire spec, section 1.3).
    pub unparsable: Option<String>,
}

/// The index of a type in [`ServiceSchema::types`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TypeId(pub usize);

/// A simple type of XML Schema that the contract uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Xsd {
    /// `xsd:string`
    String,
    /// `xsd:int`
    Int,
    /// `xsd:boolean`
    Boolean,
    /// `xsd:double`
    Double,
    /// `xsd:anyType`
    AnyType,
}

impl Xsd {
    /// The qualified name as the documents write it.
    pub fn qualified_name(self) -> &'static str {
        match self {
            Self::String => "xsd:string",
            Self::Int => "xsd:int",
            Self::Boolean => "xsd:boolean",
            Self::Double => "xsd:double",
            Self::AnyType => "xsd:anyType",
        }
    }
}

/// What a field, part or array item is declared as.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TypeRef {
    /// A simple type of XML Schema.
    Xsd(Xsd),
    /// A complex type of the target namespace.
    Complex(TypeId),
    /// A name that is declared nowhere: the real documents have such references (malformed bridge messages, the
    /// undefined type of bridge 1.2.6). Kept as written.
    Undeclared(String),
}

/// A named complex type.
#[derive(Clone, Debug)]
pub struct ComplexType {
    /// Local name in the target namespace.
    pub name: String,
    /// Whether the type is a record or a list.
    pub shape: Shape,
}

/// What a complex type is made of.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A record; fields in declaration order, which is the order on the wire.
    Struct {
        /// The fields of the record in their order.
        fields: Vec<Field>,
        /// Whether the RPC document says `sequence` where it says `all` for most types.
        sequence: bool,
    },
    /// A list: `SOAP-ENC:Array` in RPC, repeated `complexObjectArray` in WS-I.
    Array {
        /// The type of one item.
        item: TypeRef,
        /// Whether the WS-I document demands at least one item.
        least: Occurs,
    },
}

/// One field of a record.
#[derive(Clone, Debug)]
pub struct Field {
    /// Element name, shared with the records that are read.
    pub name: Name,
    /// The type that the field is declared with.
    pub type_ref: TypeRef,
    /// Whether `minOccurs` is 1.
    pub occurs: Occurs,
}

/// `minOccurs` of a field or part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occurs {
    /// `minOccurs="0"`: null is left out.
    Optional,
    /// `minOccurs="1"`: null is `xsi:nil` (RPC) or an empty element (WS-I); an absent key kills the response.
    Required,
}

/// An operation: its name and its messages.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The name of the operation.
    pub name: String,
    /// The message of the request.
    pub request: Message,
    /// The message of the response.
    pub response: Message,
}

/// One message of an operation.
#[derive(Clone, Debug)]
pub struct Message {
    /// Name of the WSDL message; several operations may share one.
    pub name: String,
    /// WS-I: the wrapper element of the body. `None` in RPC, for the empty message of `startSession`, and for the
    /// bridge's malformed WS-I messages.
    pub element: Option<String>,
    /// RPC: message parts. WS-I: children of the wrapper.
    pub parts: Vec<Part>,
    /// How the real document declares it.
    pub shape: MessageShape,
}

/// How a document declares a message; some of the bridge's are broken and are served as they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MessageShape {
    /// As its style demands.
    #[default]
    Regular,
    /// A WS-I message without any part (`startSession`).
    Empty,
    /// A WS-I message with several parts that refer to elements nobody declares (wire spec, fact 14).
    Malformed,
    /// Referred to by the port type and declared nowhere (bridge 1.2.6 and 1.2.7 in WS-I).
    Undeclared,
}

/// One part of a message (RPC) or child of the wrapper (WS-I).
#[derive(Clone, Debug)]
pub struct Part {
    /// The name of the part.
    pub name: String,
    /// The type that the part is declared with.
    pub type_ref: TypeRef,
    /// WS-I `minOccurs`. RPC has none; OpenMage's one optional part (`weight` of `salesOrderShipmentAddTrack`) is one
    /// that may be left out all the same.
    pub occurs: Occurs,
}

impl Occurs {
    /// The value of `minOccurs`.
    pub fn minimum(self) -> u8 {
        match self {
            Self::Optional => 0,
            Self::Required => 1,
        }
    }
}

impl ServiceSchema {
    /// The type behind an id.
    pub fn complex_type(&self, id: TypeId) -> &ComplexType {
        &self.types[id.0]
    }

    /// A type by its local name.
    pub fn type_named(&self, name: &str) -> Option<(TypeId, &ComplexType)> {
        self.types.iter().enumerate().find(|(_, t)| t.name == name).map(|(at, t)| (TypeId(at), t))
    }

    /// An operation whose name differs in its letters' case only: PHP finds those of RPC so.
    pub fn operation_in_any_case(&self, name: &str) -> Option<&Operation> {
        self.operations.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, operation)| operation)
    }

    /// An operation by name.
    pub fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }
}
