//! A shop on a socket with a client that is logged in to it, and its control API: what a test in another language has.

#![allow(dead_code, reason = "not every test file wants all of it")]

use mockgento::clock::Clock;
use mockgento::server::{FakeShop, ServerOptions};
use mockgento::shop::Shop;
use mockgento::soap::{Answer, SoapStruct, SoapValue, WireStyle};
use mockgento::transport::tcp::{TcpOptions, TcpTransport};
use mockgento::transport::{HttpRequest, Transport};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::wire::value;

/// A running shop and a session in it.
pub struct Served {
    pub shop: FakeShop,
    session: String,
}

impl Served {
    /// Serves a shop of `support::shop` and logs in.
    pub async fn start(shop: Shop) -> Self {
        let shop = FakeShop::start(shop, ServerOptions::default()).await.expect("a server");
        let mut served = Self { shop, session: String::new() };
        served.login().await;
        served
    }

    /// Opens another session.
    pub async fn login(&mut self) {
        let key = SoapStruct::new().with("username", "apiuser").with("apiKey", "apikey123");
        self.session = self.send("login", &key).await.expect("a session").to_text().expect("an id");
    }

    /// Calls an operation in the session; a fault comes back as `code text`.
    pub async fn call(&self, operation: &str, arguments: Value) -> Result<SoapValue, String> {
        let mut all = SoapStruct::new().with("sessionId", self.session.as_str());
        if let SoapValue::Struct(arguments) = value(arguments) {
            for (name, argument) in arguments {
                all.set(name, argument);
            }
        }
        self.send(operation, &all).await
    }

    /// The session's id.
    pub fn session(&self) -> &str {
        &self.session
    }

    /// Posts a body to an address of the shop as it is: the status and the answer.
    pub async fn post(&self, path: &str, body: &str) -> (u16, String) {
        let transport = TcpTransport::new(TcpOptions::default(), Clock::system()).expect("a transport");
        let mut url = self.shop.wsdl_url();
        url.set_query(None);
        url.set_path(path);
        let headers = vec![("Content-Type".to_owned(), "text/xml; charset=utf-8".to_owned())];
        let request = HttpRequest::post(url, headers, body.as_bytes().to_vec());
        let answer = transport.send(request).await.expect("an answer");
        (answer.status, String::from_utf8_lossy(&answer.body).into_owned())
    }

    /// The answer as JSON, or the fault as a text.
    pub async fn answer(&self, operation: &str, arguments: Value) -> Value {
        match self.call(operation, arguments).await {
            Ok(value) => serde_json::to_value(value).expect("JSON"),
            Err(fault) => Value::String(fault),
        }
    }

    async fn send(&self, operation: &str, arguments: &SoapStruct) -> Result<SoapValue, String> {
        let codec = self.shop.shop().lock().expect("a shop").codec().clone();
        let body = codec.write_request(operation, arguments).expect("an envelope");
        let transport = TcpTransport::new(TcpOptions::default(), Clock::system()).expect("a transport");
        let mut url = self.shop.wsdl_url();
        url.set_query(None);
        let headers = vec![("Content-Type".to_owned(), "text/xml; charset=utf-8".to_owned())];
        let answer = transport.send(HttpRequest::post(url, headers, body)).await.expect("an answer");
        match codec.read_response(operation, &answer.body) {
            Ok(Answer::Value(SoapValue::Struct(wrapper))) if codec.schema().mode == WireStyle::WsI => {
                Ok(wrapper.get("result").cloned().unwrap_or_default())
            }
            Ok(Answer::Value(value)) => Ok(value),
            Ok(Answer::Fault(fault)) => Err(format!("{} {}", fault.code, fault.string)),
            Err(error) => Err(format!("{error}: {}", String::from_utf8_lossy(&answer.body))),
        }
    }

    /// Asks the control API.
    pub async fn admin(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        let (body, kind) = match body {
            Value::Null => (String::new(), ""),
            body => (body.to_string(), "Content-Type: application/json\r\n"),
        };
        let head = format!(
            "{method} /__admin{path} HTTP/1.1\r\nHost: {}\r\n{kind}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
            self.shop.address(),
            body.len()
        );
        let mut stream = TcpStream::connect(self.shop.address()).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.expect("an answer");
        let (head, text) = answer.split_once("\r\n\r\n").expect("a head");
        let value = if text.is_empty() { Value::Null } else { serde_json::from_str(text).expect("JSON") };
        (head[9..12].parse().expect("a status"), value)
    }
}
