//! The one face of both encodings: requests and answers of a service, by operation name.

use std::sync::Arc;

use super::decode::{Decoder, ListForm, Refusal};
use super::envelope::{self, HeaderBlock};
use super::error::{DecodeError, EncodeError, RequestError};
use super::rpc_encoded::RPC_12;
use super::version::Form;
use super::{
    FaultCode, Operation, ServiceSchema, SoapFault, SoapStruct, SoapValue, SoapVersion, WireStyle, document_literal,
    rpc_encoded, version1,
};
use crate::clock::Deadline;
use crate::xml::{self, Element, Limits, TextForm};

/// Reads and writes the envelopes of one service in its style.
#[derive(Clone, Debug)]
pub struct Codec {
    schema: Arc<ServiceSchema>,
    form: Form,
    requests: ListForm,
}

/// A request as the server reads it.
#[derive(Clone, Debug, PartialEq)]
pub struct SoapRequest {
    /// The name of the operation that is called.
    pub operation: String,
    /// Arguments by declared name; those that were not sent are absent.
    pub arguments: SoapStruct,
    /// The first SOAP header block that is meant for the server.
    pub header: Option<HeaderBlock>,
    /// Whether one of those blocks must be understood.
    pub must_understand: bool,
    /// In which version of SOAP it came, and is answered.
    pub version: SoapVersion,
}

/// What can be told of a request that is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outline {
    /// The version of its envelope; SOAP 1.1 for what is none.
    pub version: SoapVersion,
    /// The operation it names.
    pub operation: Option<String>,
}

/// What an answer says.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// RPC: the value of the response part. WS-I: the members of the wrapper, as PHP's SoapClient delivers them.
    Value(SoapValue),
    /// The answer is a SOAP fault.
    Fault(SoapFault),
}

impl Codec {
    /// A codec whose answers have a line feed between all tags, as Magento's from CE 1.8 on.
    pub fn new(schema: Arc<ServiceSchema>) -> Self {
        Self { schema, form: Form { splits_lines: true, ..Form::default() }, requests: ListForm::Unwrapped }
    }

    /// The same for API version 1, whose arguments are whatever their elements say.
    pub fn of_version1(schema: Arc<ServiceSchema>) -> Self {
        Self { schema, form: Form::default(), requests: ListForm::Version1 }
    }

    /// Chooses whether answers are split into lines; CE 1.7 does it in WS-I only.
    #[must_use]
    pub fn with_line_splitting(mut self, splits_lines: bool) -> Self {
        self.form.splits_lines = splits_lines;
        self
    }

    /// The same, answering in that version of SOAP.
    #[must_use]
    pub fn answering_in(mut self, version: SoapVersion) -> Self {
        self.form.version = version;
        self
    }

    /// The version it answers in.
    pub fn version(&self) -> SoapVersion {
        self.form.version
    }

    /// Whether the other one reads and writes the same service in the same way; by identity, so that asking is cheap.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.schema, &other.schema) && self.form.splits_lines == other.form.splits_lines
    }

    /// The service, shared with whoever speaks the same style and bridge.
    pub fn shared_schema(&self) -> Arc<ServiceSchema> {
        Arc::clone(&self.schema)
    }

    /// The types and operations that are read and written.
    pub fn schema(&self) -> &ServiceSchema {
        &self.schema
    }

    /// Writes a request as PHP's SoapClient does.
    ///
    /// # Errors
    /// For an operation the service does not declare, or a required member that is absent.
    pub fn write_request(&self, operation: &str, arguments: &SoapStruct) -> Result<Vec<u8>, EncodeError> {
        let declared = self.declared(operation)?;
        let arguments: Vec<_> = arguments.iter().collect();
        match self.schema.mode {
            WireStyle::RpcEncoded => {
                rpc_encoded::write(&self.schema, operation, &declared.request, &arguments, Form::default())
            }
            WireStyle::WsI => document_literal::write(&self.schema, &declared.request, &arguments, Form::default()),
        }
    }

    /// Writes an answer as PHP's SoapServer and Magento do.
    ///
    /// # Errors
    /// [`EncodeError::MissingProperty`] when a record lacks a required member; PHP answers HTTP 500 with its text.
    pub fn write_response(&self, operation: &str, value: &SoapValue) -> Result<Vec<u8>, EncodeError> {
        let declared = self.declared(operation)?;
        if self.requests == ListForm::Version1 {
            return Ok(version1::write_response(&self.schema.target_namespace, self.form.version, operation, value));
        }
        let name = declared.response.parts.first().map_or("result", |part| part.name.as_str());
        match self.schema.mode {
            WireStyle::RpcEncoded => {
                let wrapper = format!("{operation}Response");
                rpc_encoded::write(&self.schema, &wrapper, &declared.response, &[(name, value)], self.form)
            }
            WireStyle::WsI => {
                // What is called without a message is not packed into an object, and so nothing of it is written.
                let packed = [(name, value)];
                let members = if declared.request.parts.is_empty() { &[][..] } else { &packed[..] };
                document_literal::write(&self.schema, &declared.response, members, self.form)
            }
        }
    }

    /// Writes an API fault; both styles write it the same.
    pub fn write_fault(&self, fault: &SoapFault) -> Vec<u8> {
        if self.form.splits_lines {
            return envelope::fault(self.form.version, fault);
        }
        envelope::fault_line(self.form.version, &fault.code.to_string(), &fault.string)
    }

    /// Reads a request as PHP's SoapServer does.
    ///
    /// # Errors
    /// [`RequestError`] for everything the server refuses before an operation runs.
    pub fn read_request(&self, body: &[u8], charset: Option<&str>) -> Result<SoapRequest, RequestError> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Err(RequestError::InvalidXml(None));
        }
        let limits = Limits::request();
        let text = xml::decode(body, charset, &limits).map_err(|error| RequestError::InvalidXml(Some(error)))?;
        let root = xml::parse(&text, &limits).map_err(|error| envelope::refused(error, &text))?;
        let opened = envelope::open(&root)?;
        let calls = &opened.body.children;
        let (operation, arguments) = match self.schema.mode {
            WireStyle::RpcEncoded => self.rpc_call(&root, calls.first())?,
            WireStyle::WsI => self.wsi_call(&root, calls)?,
        };
        let envelope::Opened { version, header, must_understand, .. } = opened;
        Ok(SoapRequest { operation: operation.to_owned(), arguments, header, must_understand, version })
    }

    /// What a request that is refused is, for its answer and for a journal that must say what was asked all the same.
    pub fn outline(&self, body: &[u8], charset: Option<&str>) -> Outline {
        let limits = Limits::request();
        let Ok(text) = xml::decode(body, charset, &limits) else { return Outline::default() };
        let Ok(root) = xml::parse(&text, &limits) else { return Outline::default() };
        let version = envelope::version_of(&root).unwrap_or_default();
        let body = root.children.iter().find(|child| child.is(version.envelope(), "Body"));
        let call = body.and_then(|body| body.children.first());
        Outline { version, operation: call.map(|call| xml::shortened(call.local)) }
    }

    fn rpc_call<'a>(
        &'a self,
        root: &'a Element<'a>,
        call: Option<&'a Element<'a>>,
    ) -> Result<(&'a str, SoapStruct), RequestError> {
        let call = call.ok_or(RequestError::EmptyBody)?;
        let operation = self.schema.operation(call.local).or_else(|| self.schema.operation_in_any_case(call.local));
        let operation = operation.ok_or_else(|| RequestError::NoProcedure(xml::shortened(call.local)))?;
        let decoder = Decoder::new(&self.schema, root, self.requests, Limits::request());
        // Without anything inside, PHP counts the parts it was promised; with a text it counts elements.
        let is_blank = call.text_form == TextForm::Text && call.text.trim().is_empty();
        let is_empty = call.children.is_empty() && (is_blank || call.text_form == TextForm::Nothing);
        if is_empty && !operation.request.parts.is_empty() {
            return Err(RequestError::MissingParameter);
        }
        let by_name = operation.request.parts.iter().any(|part| call.child(&part.name).is_some());
        if !by_name && call.children.len() > operation.request.parts.len() {
            return Err(RequestError::TooManyParameters);
        }
        let mut arguments = SoapStruct::new();
        for (at, part) in operation.request.parts.iter().enumerate() {
            let child = if by_name { call.child(&part.name) } else { call.children.get(at) };
            if let Some(child) = child {
                arguments.set(part.name.clone(), decoder.value(child, Some(&part.type_ref)).map_err(refuse)?);
            }
        }
        Ok((&operation.name, arguments))
    }

    fn wsi_call<'a>(
        &'a self,
        root: &'a Element<'a>,
        calls: &'a [Element<'a>],
    ) -> Result<(&'a str, SoapStruct), RequestError> {
        let Some(call) = calls.first() else {
            // The one operation whose message is empty.
            let empty = self.schema.operations.values().find(|operation| operation.request.parts.is_empty());
            let operation = empty.ok_or(RequestError::EmptyBody)?;
            return Ok((&operation.name, SoapStruct::new()));
        };
        let in_namespace = call.namespace.as_deref() == Some(self.schema.target_namespace.as_str());
        let operation = self
            .schema
            .operations
            .values()
            .find(|operation| in_namespace && operation.request.element.as_deref() == Some(call.local))
            .ok_or_else(|| RequestError::NoProcedure(xml::shortened(call.local)))?;
        if calls.len() > 1 {
            return Err(RequestError::TooManyParameters);
        }
        let decoder = Decoder::new(&self.schema, root, ListForm::Unwrapped, Limits::request());
        let mut arguments = SoapStruct::new();
        for part in &operation.request.parts {
            if let Some(child) = call.child(&part.name) {
                arguments.set(part.name.clone(), decoder.value(child, Some(&part.type_ref)).map_err(refuse)?);
            }
        }
        // Magento's handler takes the first child for the session id when none is named so (wire spec, section 3.3).
        let wants_session = operation.request.parts.iter().any(|part| part.name == "sessionId");
        if wants_session
            && arguments.get("sessionId").is_none()
            && let Some(first) = call.children.first()
        {
            arguments.set("sessionId", first.text.as_ref());
        }
        Ok((&operation.name, arguments))
    }

    /// Reads an answer as PHP's SoapClient does, which takes an envelope of either version whatever it asked in.
    ///
    /// # Errors
    /// [`DecodeError`] when it is no SOAP envelope or a scalar breaks its declared type.
    pub fn read_response(&self, operation: &str, body: &[u8]) -> Result<Answer, DecodeError> {
        self.read_response_within(operation, body, Deadline::never())
    }

    /// The same with an end to the time it may take.
    ///
    /// # Errors
    /// As [`Codec::read_response`], and [`DecodeError::Late`].
    pub fn read_response_within(
        &self,
        operation: &str,
        body: &[u8],
        deadline: Deadline,
    ) -> Result<Answer, DecodeError> {
        let limits = Limits::answer().until(deadline);
        let text = xml::decode(body, None, &limits)?;
        let root = xml::parse(&text, &limits)?;
        let version = envelope::version_of(&root);
        let version = version.ok_or_else(|| DecodeError::NotSoap { root: xml::shortened(root.local) })?;
        let content = root.children.iter().find(|child| child.is(version.envelope(), "Body"));
        let content = content.ok_or_else(|| DecodeError::NotSoap { root: "Envelope without a Body".to_owned() })?;
        let Some(answer) = content.children.first() else { return Ok(Answer::Value(SoapValue::Nil)) };
        if answer.is(version.envelope(), "Fault") {
            return Ok(Answer::Fault(read_fault(answer, version)));
        }
        let declared = self.schema.operation(operation);
        let decoder = Decoder::new(&self.schema, &root, ListForm::AsPhpClient, limits);
        let value = match self.schema.mode {
            WireStyle::RpcEncoded => {
                let part = declared.and_then(|operation| operation.response.parts.first());
                // SOAP 1.2 says first which child is the result.
                let mut values = answer.children.iter().filter(|child| child.namespace.as_deref() != Some(RPC_12));
                let named = part.and_then(|part| values.clone().find(|child| child.local == part.name));
                match named.or_else(|| values.next()) {
                    Some(child) => decoder.value(child, part.map(|part| &part.type_ref)),
                    None => Ok(SoapValue::Nil),
                }
            }
            WireStyle::WsI => wrapper_members(&decoder, answer, declared).map(SoapValue::Struct),
        };
        value.map(Answer::Value).map_err(|refusal| match refusal {
            Refusal::Violation { element, text, expected } => DecodeError::Violation { element, text, expected },
            Refusal::Reference(href) => DecodeError::UnresolvedReference(href),
            Refusal::Limit { what, max } => DecodeError::Limit { what, max },
            Refusal::Late => DecodeError::Late,
        })
    }

    fn declared(&self, operation: &str) -> Result<&Operation, EncodeError> {
        self.schema.operation(operation).ok_or_else(|| EncodeError::UnknownOperation(operation.to_owned()))
    }
}

fn wrapper_members<'a>(
    decoder: &Decoder<'a>,
    wrapper: &'a Element<'a>,
    declared: Option<&Operation>,
) -> Result<SoapStruct, Refusal> {
    let mut members = SoapStruct::new();
    for child in &wrapper.children {
        let part = declared.and_then(|o| o.response.parts.iter().find(|part| part.name == child.local));
        members.set(child.local, decoder.value(child, part.map(|part| &part.type_ref))?);
    }
    Ok(members)
}

fn read_fault(fault: &Element<'_>, version: SoapVersion) -> SoapFault {
    let text = |path: &[&str]| {
        let found = path.iter().try_fold(fault, |element, name| element.child(name));
        found.map(|element| element.text.to_string()).unwrap_or_default()
    };
    let (code, string) = match version {
        SoapVersion::V11 => (text(&["faultcode"]), text(&["faultstring"])),
        SoapVersion::V12 => (text(&["Code", "Value"]), text(&["Reason", "Text"])),
    };
    SoapFault { code: FaultCode::from_wire(code.trim()), string }
}

fn refuse(refusal: Refusal) -> RequestError {
    match refusal {
        // A request is read without a deadline: its limits are low.
        Refusal::Violation { .. } | Refusal::Late => RequestError::Violation,
        Refusal::Limit { what, max } => RequestError::Limit { what, max },
        Refusal::Reference(href) => RequestError::UnresolvedReference(href),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::magento::{Contract, Flavor};
    use crate::soap::envelope::SOAP_ENV;

    fn codec() -> Codec {
        Codec::new(Contract::shared().schema(WireStyle::RpcEncoded, None, Flavor::OpenMage194))
    }

    fn customer(members: &str, beside: &str) -> Vec<u8> {
        format!(
            "<e:Envelope xmlns:e=\"{SOAP_ENV}\"><e:Body><r><customerInfo>{members}</customerInfo></r>{beside}</e:Body>\
             </e:Envelope>"
        )
        .into_bytes()
    }

    #[test]
    fn a_target_of_several_references_is_the_same_value_at_each() {
        let shared = "<m id=\"n\"><a href=\"#t\"/><b href=\"#t\"/></m><m id=\"t\">x</m>";
        let read = codec().read_response("customerCustomerInfo", &customer("<p href=\"#n\"/><q href=\"#n\"/>", shared));
        let both = SoapStruct::new().with("a", "x").with("b", "x");
        let expected = SoapStruct::new().with("p", both.clone()).with("q", both);
        assert_eq!(read, Ok(Answer::Value(expected.into())));
    }

    #[test]
    fn a_circle_a_missing_target_and_a_long_way_are_refused() {
        let chain = |n: usize| -> String {
            let links = (0..n).map(|k| format!("<m id=\"c{k}\"><x href=\"#c{}\"/></m>", k + 1));
            format!("{}<m id=\"c{n}\">x</m>", links.collect::<String>())
        };
        let nowhere = |href: &str| DecodeError::UnresolvedReference(href.to_owned());
        for (members, beside, expected) in [
            ("<p href=\"#a\"/>", "<m id=\"a\" href=\"#a\"/>".to_owned(), nowhere("#a")),
            (
                "<p href=\"#a\"/>",
                "<m id=\"a\"><x href=\"#b\"/></m><m id=\"b\"><x href=\"#a\"/></m>".to_owned(),
                nowhere("#a"),
            ),
            ("<p id=\"p\"><x href=\"#p\"/></p>", String::new(), nowhere("#p")),
            ("<p href=\"#none\"/>", String::new(), nowhere("#none")),
            ("<p href=\"elsewhere\"/>", String::new(), nowhere("elsewhere")),
            ("<p href=\"#c0\"/>", chain(100), DecodeError::Limit { what: "nested values", max: 64 }),
        ] {
            let read = codec().read_response("customerCustomerInfo", &customer(members, &beside));
            assert_eq!(read, Err(expected), "{members} {beside}");
        }
        let read = codec().read_response("customerCustomerInfo", &customer("<p href=\"#c0\"/>", &chain(30)));
        assert!(matches!(read, Ok(Answer::Value(_))), "{read:?}");
    }

    #[test]
    fn answers_of_both_versions_are_read() {
        for (style, version) in [WireStyle::RpcEncoded, WireStyle::WsI]
            .into_iter()
            .flat_map(|style| SoapVersion::ALL.map(|version| (style, version)))
        {
            let codec = Codec::new(Contract::shared().schema(style, None, Flavor::OpenMage194)).answering_in(version);
            // The parts of these two are called `loginReturn` and, in RPC, `result`.
            for operation in ["login", "customerCustomerCreate"] {
                let written = codec.write_response(operation, &SoapValue::from("7")).unwrap();
                let read = match codec.read_response(operation, &written) {
                    Ok(Answer::Value(SoapValue::Struct(members))) => {
                        members.iter().next().and_then(|(_, v)| v.to_text())
                    }
                    Ok(Answer::Value(value)) => value.to_text(),
                    other => panic!("{other:?}"),
                };
                assert_eq!(read.as_deref(), Some("7"), "{style:?} {version:?} {operation}");
            }
            let fault = SoapFault::api(102, "a & b");
            let read = codec.read_response("login", &codec.write_fault(&fault));
            assert_eq!(read, Ok(Answer::Fault(fault)), "{style:?} {version:?}");
        }
    }

    #[test]
    fn reading_ends_when_the_time_is_over() {
        let over = Clock::system().deadline(std::time::Duration::ZERO);
        let body = customer(&"<a>1</a>".repeat(5000), "");
        assert_eq!(codec().read_response_within("customerCustomerInfo", &body, over), Err(DecodeError::Late));
        let values = "<p href=\"#l\"/><q href=\"#l\"/>";
        let shared = format!("<m id=\"l\">{}</m>", "<a>1</a>".repeat(1500));
        let late = codec().read_response_within("customerCustomerInfo", &customer(values, &shared), over);
        assert_eq!(late, Err(DecodeError::Late), "copies take time too");
        let never = Clock::virtual_at(jiff::Timestamp::UNIX_EPOCH).deadline(std::time::Duration::ZERO);
        assert!(codec().read_response_within("customerCustomerInfo", &body, never).is_ok());
    }
}
