//! A cassette on a socket, for any client: its WSDL leads back here, and calls get their recorded answers.

use std::net::SocketAddr;

use super::RecordError;
use super::cassette::Cassette;
use super::play::{Play, Played};
use super::proxy::{Language, fault, is_authority, page, refused};
use super::sanitiser::SHOP_HOST;
use crate::disrupt::Disruption;
use crate::record::Broken;
use crate::server::{Answering, Answers, FrontAnswer, FrontRequest, HttpAnswer};
use crate::soap::SoapFault;

/// A cassette that answers over HTTP.
pub struct ServedCassette {
    play: Play,
    address: SocketAddr,
}

impl ServedCassette {
    /// Plays a cassette at an address.
    pub fn new(play: Play, address: SocketAddr) -> Self {
        Self { play, address }
    }

    /// The path and query of the service description, as it was recorded.
    ///
    /// # Errors
    /// [`RecordError::Wsdl`] when the cassette has none.
    pub fn wsdl_path(cassette: &Cassette) -> Result<String, RecordError> {
        let facts = crate::soap::wsdl_reader::read(cassette.wsdl.as_bytes(), None);
        let address = facts.map_err(|error| RecordError::Wsdl(error.to_string()))?.address;
        let path = address.parse::<url::Url>().map_or_else(|_| "/".to_owned(), |url| url.path().to_owned());
        Ok(format!("{path}?wsdl=1"))
    }

    fn reply(&self, request: &FrontRequest) -> FrontAnswer {
        let host = request.header("host").filter(|host| is_authority(host)).map(str::to_owned);
        let host = host.unwrap_or_else(|| self.address.to_string());
        match (request.method.as_str(), &request.body) {
            ("GET", _) => self.document(&request.target, &host),
            ("POST", Some(body)) => self.call(body),
            ("POST", None) => page(413, "the request is too long"),
            (other, _) => page(405, &format!("a recording answers GET and POST, not {other}")),
        }
    }

    fn document(&self, target: &str, host: &str) -> FrontAnswer {
        let query = target.split_once('?').map_or("", |(_, query)| query);
        let is_wsdl = url::form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name.eq_ignore_ascii_case("wsdl"));
        let text = if is_wsdl { Some(self.play.wsdl()) } else { self.play.document(target) };
        let Some(text) = text else {
            return page(404, "the recording has no such document; its WSDL is at any address with ?wsdl=1");
        };
        // Whatever the shop's addresses were, they are this one now.
        let body = ["https", "http"].iter().fold(text.to_owned(), |text, scheme| {
            text.replace(&format!("{scheme}://{SHOP_HOST}"), &format!("http://{host}"))
        });
        xml(body.into_bytes())
    }

    fn call(&self, body: &[u8]) -> FrontAnswer {
        match self.play.answer(body) {
            Played::Answer(answer) => {
                let mut headers = answer.headers;
                headers.push(("content-length".to_owned(), answer.body.len().to_string()));
                FrontAnswer::Http(HttpAnswer { status: answer.status, headers, body: answer.body })
            }
            Played::Broken(Broken::MayWrite(operation)) => refused(&operation, Language::of(body)),
            Played::Broken(broken) => {
                FrontAnswer::Broken(broken.as_disruption().unwrap_or(Disruption::Reset { after_bytes: 0 }))
            }
            Played::Unknown(why) => {
                tracing::warn!("{why}");
                fault(&SoapFault::server(why))
            }
        }
    }
}

fn xml(body: Vec<u8>) -> FrontAnswer {
    let headers = vec![
        ("content-type".to_owned(), "text/xml; charset=UTF-8".to_owned()),
        ("content-length".to_owned(), body.len().to_string()),
    ];
    FrontAnswer::Http(HttpAnswer { status: 200, headers, body })
}

impl Answers for ServedCassette {
    fn answer(&self, request: FrontRequest) -> Answering<'_> {
        Box::pin(std::future::ready(self.reply(&request)))
    }
}
