//! Calls through the wire without a socket: arguments become an envelope, the envelope an answer, the answer a value.

#![allow(dead_code, reason = "not every test file wants all of it")]

use jiff::Timestamp;
use mockgento::clock::Clock;
use mockgento::magento::{BridgeRelease, Contract};
use mockgento::server::{EndpointOptions, HttpRequestParts, endpoint};
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::{Answer, SoapStruct, SoapValue, WireStyle};
use serde_json::Value;

/// A shop and a client that is logged in to it.
pub struct Wire {
    pub shop: Shop,
    session: String,
}

impl Wire {
    /// The tea shop, in that style and with that bridge, on a clock of its own.
    pub fn tea_shop(mode: WireStyle, bridge: Option<&str>) -> Self {
        Self::configured_tea_shop(mode, bridge, &[])
    }

    /// The same with values of Magento's configuration.
    pub fn configured_tea_shop(mode: WireStyle, bridge: Option<&str>, config: &[(String, String)]) -> Self {
        let seed = Seed::parse(include_str!("../fixtures/seeds/tea-shop.yaml"), "tea-shop.yaml").expect("a seed");
        let seed = Seed {
            config: seed
                .config
                .iter()
                .map(|(path, value)| (path.clone(), value.clone()))
                .chain(config.iter().cloned())
                .collect(),
            ..seed
        };
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse::<Timestamp>().expect("an instant"));
        let bridge = bridge.map(|version| BridgeRelease::find(version).expect("a release"));
        // A mended bridge, so that every operation can be called in both styles.
        let config = ShopConfig { mode, bridge, mended: true, ..ShopConfig::new(clock) };
        let mut wire = Self { shop: Shop::new(config, seed).expect("a shop"), session: String::new() };
        let login = SoapStruct::new().with("username", "clerk").with("apiKey", "clerk-key-1");
        wire.session = wire.send("login", &login).expect("a session").to_text().expect("an id");
        wire
    }

    /// Calls an operation in the session; a fault comes back as `code text`.
    pub fn call(&mut self, operation: &str, arguments: Value) -> Result<SoapValue, String> {
        let mut all = SoapStruct::new().with("sessionId", self.session.as_str());
        if let SoapValue::Struct(arguments) = value(arguments) {
            for (name, argument) in arguments {
                all.set(name, argument);
            }
        }
        self.send(operation, &all)
    }

    /// The same, which must not fail.
    pub fn ok(&mut self, operation: &str, arguments: Value) -> SoapValue {
        self.call(operation, arguments).unwrap_or_else(|fault| panic!("{operation}: {fault}"))
    }

    /// The same for an answer that is a record.
    pub fn record(&mut self, operation: &str, arguments: Value) -> SoapStruct {
        match self.ok(operation, arguments) {
            SoapValue::Struct(record) => record,
            other => panic!("{operation}: {other:?}"),
        }
    }

    /// The same for an answer that is a list.
    pub fn rows(&mut self, operation: &str, arguments: Value) -> Vec<SoapStruct> {
        rows(&self.ok(operation, arguments))
    }

    /// Arguments by the names of the style at hand: WS-I calls many parts otherwise, in the same order.
    fn named(&self, operation: &str, arguments: &SoapStruct) -> SoapStruct {
        let parts = |mode| {
            let schema = Contract::shared().schema(mode, self.shop.bridge(), self.shop.flavor());
            let declared = schema.operation(operation).unwrap_or_else(|| panic!("no {operation}"));
            declared.request.parts.iter().map(|part| part.name.clone()).collect::<Vec<_>>()
        };
        let (rpc, here) = (parts(WireStyle::RpcEncoded), parts(self.shop.mode()));
        let name = |name: &str| rpc.iter().position(|part| part == name).and_then(|at| here.get(at)).cloned();
        arguments
            .iter()
            .map(|(part, value)| (name(part).unwrap_or_else(|| panic!("{operation} has no {part}")), value.clone()))
            .collect()
    }

    fn send(&mut self, operation: &str, arguments: &SoapStruct) -> Result<SoapValue, String> {
        let codec = self.shop.codec().clone();
        let arguments = &self.named(operation, arguments);
        let body = codec.write_request(operation, arguments).unwrap_or_else(|error| panic!("{operation}: {error}"));
        let request = HttpRequestParts {
            method: "POST".to_owned(),
            path: "/api/v2_soap/".to_owned(),
            content_type: Some("text/xml; charset=utf-8".to_owned()),
            ..HttpRequestParts::default()
        };
        let answer = endpoint::answer(&mut self.shop, &EndpointOptions::default(), &request, &body);
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        match codec
            .read_response(operation, &answer.body)
            .unwrap_or_else(|error| panic!("{operation}: {error}: {text}"))
        {
            Answer::Fault(fault) => Err(format!("{} {}", fault.code, fault.string)),
            Answer::Value(SoapValue::Struct(wrapper)) if self.shop.mode() == WireStyle::WsI => {
                Ok(wrapper.get("result").cloned().unwrap_or_default())
            }
            Answer::Value(value) => Ok(value),
        }
    }
}

/// A list's records in either style.
pub fn rows(value: &SoapValue) -> Vec<SoapStruct> {
    match value {
        SoapValue::List(items) => items.iter().filter_map(SoapValue::as_struct).cloned().collect(),
        SoapValue::Struct(wrapper) => match wrapper.get("complexObjectArray") {
            Some(SoapValue::Struct(one)) => vec![one.clone()],
            Some(many) => rows(many),
            None => Vec::new(),
        },
        _ => Vec::new(),
    }
}

/// Arguments as JSON writes them.
pub fn value(json: Value) -> SoapValue {
    match json {
        Value::Null => SoapValue::Nil,
        Value::Bool(flag) => flag.into(),
        Value::Number(number) => number.as_i64().map_or_else(|| number.to_string().into(), SoapValue::from),
        Value::String(text) => text.into(),
        Value::Array(items) => items.into_iter().map(value).collect::<Vec<_>>().into(),
        Value::Object(members) => {
            members.into_iter().map(|(name, member)| (name, value(member))).collect::<SoapStruct>().into()
        }
    }
}

/// Both styles.
pub const STYLES: [WireStyle; 2] = [WireStyle::RpcEncoded, WireStyle::WsI];
