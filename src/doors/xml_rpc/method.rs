//! The methods, which signatures they have, and those that the protocol answers by itself.

use super::{Fault, Request, type_of};
use crate::soap::{SoapStruct, SoapValue};

/// A method: its name, its signatures and what it is for.
struct Method {
    name: &'static str,
    returns: &'static [&'static str],
    /// Every list of parameters it may have.
    parameters: &'static [&'static [&'static str]],
    help: &'static str,
}

const STRING: &[&str] = &["string"];

/// In the order in which `system.listMethods` gives them.
const METHODS: [Method; 15] = [
    Method {
        name: "system.listMethods",
        returns: &["array"],
        parameters: &[&[]],
        help: "List all available XMLRPC methods\n\nReturns an array of methods.",
    },
    Method {
        name: "system.methodHelp",
        returns: STRING,
        parameters: &[STRING],
        help: "Display help message for an XMLRPC method",
    },
    Method {
        name: "system.methodSignature",
        returns: &["array"],
        parameters: &[STRING],
        help: "Return a method signature",
    },
    Method {
        name: "system.multicall",
        returns: &["array"],
        parameters: &[&["array"]],
        help: "Multicall - boxcar feature of XML-RPC for calling multiple methods\nin a single request.",
    },
    Method {
        name: "handlePhpError",
        returns: &["boolean"],
        parameters: &[&["int", "string", "string"]],
        help: "Handle PHP Errors",
    },
    Method { name: "startSession", returns: STRING, parameters: &[&[]], help: "Start web service session" },
    Method { name: "endSession", returns: &["boolean"], parameters: &[STRING], help: "End web service session" },
    Method {
        name: "login",
        returns: STRING,
        parameters: &[STRING, &["string", "string"]],
        help: "Login user and Retrieve session id",
    },
    Method {
        name: "call",
        returns: &["struct"],
        parameters: &[&["string", "string"], &["string", "string", "array"]],
        help: "Call resource functionality",
    },
    Method {
        name: "multiCall",
        returns: &["array", "void"],
        parameters: &[STRING, &["string", "array"], &["string", "array", "array"]],
        help: "Multiple calls of resource functionality",
    },
    Method {
        name: "resources",
        returns: &["array", "void"],
        parameters: &[STRING],
        help: "List of available resources",
    },
    Method {
        name: "resourceFaults",
        returns: &["array", "void"],
        parameters: &[&["string", "string"]],
        help: "List of resource faults",
    },
    Method { name: "globalFaults", returns: &["array"], parameters: &[STRING], help: "List of global faults" },
    Method {
        name: "processingMethodResult",
        returns: &["struct"],
        parameters: &[&["struct"]],
        help: "Processing of the method result",
    },
    Method { name: "processingRow", returns: &["struct"], parameters: &[&["struct"]], help: "Processing of the row" },
];

/// What a request asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Asked {
    /// A function of Magento's handler with its arguments by position.
    Handler(Request),
    /// Something the protocol answers by itself.
    Answer(SoapValue),
    /// Many requests in one, each of which may be none.
    Many(Vec<Result<Request, Fault>>),
}

impl Request {
    /// A request that came as part of another one.
    fn within(method: &str, parameters: Vec<SoapValue>) -> Self {
        let types = parameters.iter().map(type_of).collect();
        Self { method: method.to_owned(), parameters, types }
    }

    /// Looks the method up and its signature.
    ///
    /// # Errors
    /// The [`Fault`] for a method that does not exist, or parameters that are not its own.
    pub fn resolve(self) -> Result<Asked, Fault> {
        let unknown = |code: i64, name: &str| Fault::new(code, format!("Method \"{name}\" does not exist"));
        let method = METHODS.iter().find(|known| known.name == self.method);
        let method = method.ok_or_else(|| unknown(620, &self.method))?;
        if !method.parameters.iter().any(|types| *types == self.types) {
            return Err(Fault::new(623, "Calling parameters do not match signature"));
        }
        let named = || {
            let name = self.parameters.first().and_then(SoapValue::as_text).unwrap_or_default();
            METHODS.iter().find(|known| known.name == name).ok_or_else(|| unknown(640, name))
        };
        Ok(Asked::Answer(match method.name {
            "system.listMethods" => METHODS.iter().map(|known| known.name.into()).collect::<Vec<_>>().into(),
            "system.methodHelp" => named()?.help.into(),
            "system.methodSignature" => signatures(named()?),
            "system.multicall" => {
                let calls = self.parameters.first().and_then(SoapValue::as_list).unwrap_or_default();
                return Ok(Asked::Many(calls.iter().map(of_many).collect()));
            }
            // What the handler does with its own results and errors, public by accident.
            "handlePhpError" => true.into(),
            "processingMethodResult" | "processingRow" => self.parameters.into_iter().next().unwrap_or_default(),
            _ => return Ok(Asked::Handler(self)),
        }))
    }
}

fn signatures(method: &Method) -> SoapValue {
    let mut rows = Vec::new();
    for returns in method.returns {
        for parameters in method.parameters {
            let parameters: Vec<SoapValue> = parameters.iter().map(|name| (*name).into()).collect();
            rows.push(SoapStruct::new().with("returnType", *returns).with("parameters", parameters).into());
        }
    }
    SoapValue::List(rows)
}

/// One of many requests.
fn of_many(call: &SoapValue) -> Result<Request, Fault> {
    let no_struct = || Fault::new(601, "system.multicall expects each method to be a struct");
    let SoapValue::Struct(call) = call else {
        return Err(match call {
            SoapValue::List(_) => Fault::new(602, "Missing methodName"),
            _ => no_struct(),
        });
    };
    let method = call.get("methodName").and_then(SoapValue::to_text);
    let method = method.ok_or_else(|| Fault::new(602, "Missing methodName"))?;
    let parameters = call.get("params").filter(|value| !value.is_nil());
    let parameters = parameters.ok_or_else(|| Fault::new(603, "Missing params"))?;
    let parameters = match parameters {
        SoapValue::List(items) => items.clone(),
        SoapValue::Struct(members) => members.iter().map(|(_, value)| value.clone()).collect(),
        _ => return Err(Fault::new(604, "Params must be an array")),
    };
    if method == "system.multicall" {
        return Err(Fault::new(605, "Recursive system.multicall forbidden"));
    }
    Ok(Request::within(&method, parameters))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_must_be_those_of_a_signature() {
        let text = || SoapValue::from("x");
        for (method, parameters, is_known) in [
            ("login", vec![text()], true),
            ("login", vec![text(), SoapValue::Nil], false),
            ("call", vec![text(), text(), Vec::new().into()], true),
            ("call", vec![text(), text(), SoapStruct::new().with("a", "b").into()], false),
            ("call", vec![text(), SoapValue::Int(5)], false),
            ("startSession", vec![], true),
        ] {
            let resolved = Request::within(method, parameters.clone()).resolve();
            assert_eq!(resolved.is_ok(), is_known, "{method} {parameters:?}");
        }
    }
}
