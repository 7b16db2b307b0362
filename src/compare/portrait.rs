//! All a shop said, question by question, in a form that can be laid beside another shop's.

use std::borrow::Cow;
use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::answer::Fields;
use super::asked::{AskedShop, Bounds, Heard};
use super::own_answers::{self, SeenCall};
use super::questions::{self, Question, Wants};
use super::said::{Said, of_fault};
use super::sample::{Sample, ids};
use super::service::ServiceFacts;
use super::topic::Topic;
use super::wanted::{NotCalled, WantedQuestion};
use crate::crm::OriginId;
use crate::magento::Contract;
use crate::transport::{HttpAnswer, TransportError};

/// A shop as it showed itself.
pub struct Portrait {
    /// What the shop's WSDL declares.
    pub facts: ServiceFacts,
    /// The version of its bridge, if it has one.
    pub bridge: Option<String>,
    pub(super) said: IndexMap<String, Reply>,
    pub(super) sample: Sample,
    /// Calls of modules' operations and what came of them.
    pub(super) seen: Vec<SeenCall>,
    /// Operations of modules that were not called.
    pub(super) not_called: Vec<NotCalled>,
}

/// What was said to a question.
pub(super) struct Reply {
    pub(super) topic: Topic,
    /// The operation, where the question is about one.
    pub(super) operation: Option<Cow<'static, str>>,
    pub(super) said: Said,
}

/// Headers of an answer that clients and caches heed.
const HEADERS: [&str; 6] = ["cache-control", "expires", "pragma", "etag", "last-modified", "vary"];

impl Portrait {
    /// Asks everything; of modules what reads by its name, and what is `wanted`.
    pub async fn of(
        shop: &mut AskedShop,
        bounds: Bounds,
        wanted: &[WantedQuestion],
        told: &mut dyn FnMut(&str),
    ) -> Self {
        let sample = Sample::take(shop, bounds.records, told).await;
        let mut portrait = Self {
            facts: shop.facts.clone(),
            bridge: shop.bridge.version.as_ref().map(|version| version.as_str().to_owned()),
            said: IndexMap::new(),
            sample: Sample::default(),
            seen: Vec::new(),
            not_called: Vec::new(),
        };
        portrait.heads(shop, told).await;
        for question in questions::all(&sample, bounds.records) {
            if shop.client.has_operation(question.operation) {
                told(&question.name);
                let said = asked(shop, &question).await;
                portrait.note(question.topic, &question.name, Some(question.operation.into()), said);
            }
        }
        let own = own_answers::of(shop, &sample, bounds.records, wanted, told).await;
        for reply in own.replies {
            portrait.note(Topic::Modules, &reply.question, Some(reply.operation.into()), reply.said);
        }
        (portrait.seen, portrait.not_called) = (own.seen, own.not_called);
        portrait.sample = sample;
        portrait
    }

    /// Operations of modules that were not called, and why.
    pub fn not_called_of_modules(&self) -> &[NotCalled] {
        &self.not_called
    }

    /// Operations of the product that the shop declares and that were not called: those that write, and those that read but of
    /// whose answers nothing is compared.
    pub fn not_called(&self) -> [Vec<&str>; 2] {
        const SESSION: &[&str] = &["login", "startSession", "endSession"];
        let called: BTreeSet<&str> =
            self.said.values().filter_map(|reply| reply.operation.as_deref()).chain(SESSION.iter().copied()).collect();
        let names = self.facts.operations.keys().map(String::as_str).filter(|name| !called.contains(name));
        let known = names.filter_map(|name| Some((name, Contract::shared().operation(name)?.reads_only)));
        let (reading, writing): (Vec<_>, Vec<_>) = known.partition(|(_, reads)| *reads);
        [writing, reading].map(|list| list.into_iter().map(|(name, _)| name).collect())
    }

    fn note(&mut self, topic: Topic, name: &str, operation: Option<Cow<'static, str>>, said: Said) {
        self.said.insert(format!("{}/{name}", topic.name()), Reply { topic, operation, said });
    }

    /// What web servers say besides: of the WSDL, an answer and a fault.
    async fn heads(&mut self, shop: &mut AskedShop, told: &mut dyn FnMut(&str)) {
        told("HTTP");
        let answer = shop.ask("storeList", crate::soap::SoapStruct::new()).await.answer;
        let session = shop.ask_without_session("storeList").await;
        let fault = session.answer.clone();
        self.note(
            Topic::Faults,
            "storeList: a session that does not exist",
            Some("storeList".into()),
            of_fault(&session),
        );
        let wsdl = Some(shop.wsdl.clone());
        for (what, answer) in [("the WSDL", wsdl), ("an answer", answer), ("a fault", fault)] {
            let Some(answer) = answer else { continue };
            self.note(Topic::Http, &format!("status of {what}"), None, Said::Words(answer.status.to_string()));
            self.note(Topic::Http, &format!("Content-Type of {what}"), None, Said::Words(all(&answer, "content-type")));
            if what == "a fault" {
                // Its other headers are those of any answer.
                continue;
            }
            let date = if answer.header("date").is_some() { "sent" } else { "not sent" };
            self.note(Topic::Http, &format!("Date of {what}"), None, Said::Words(date.to_owned()));
            for name in HEADERS {
                let header = all(&answer, name);
                self.note(Topic::Http, &format!("{name} of {what}"), None, Said::Words(header));
            }
        }
        if let Some(said) = plain_http(shop).await {
            self.note(Topic::Http, "the same address without TLS", None, Said::Words(said));
        }
    }
}

/// All lines of a header.
fn all(answer: &HttpAnswer, name: &str) -> String {
    let lines = answer.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str());
    let lines: Vec<&str> = lines.collect();
    if lines.is_empty() { "not sent".to_owned() } else { lines.join(" | ") }
}

/// What the shop does with a call that comes without TLS: one that holds no secret.
async fn plain_http(shop: &AskedShop) -> Option<String> {
    let mut address = shop.client.address().clone();
    let _ = (address.set_username(""), address.set_password(None));
    if shop.url.scheme() != "https" || address.port().is_some() {
        return None;
    }
    address.set_scheme("http").ok()?;
    let request = shop.client.harmless_request(address).ok()?;
    Some(match shop.send(request).await {
        Ok(answer) => format!("answers with HTTP {}", answer.status),
        Err(TransportError::Redirected { status, location, .. }) => {
            let to = if location.starts_with("https:") { "https" } else { "elsewhere" };
            format!("redirects to {to} with HTTP {status}")
        }
        Err(_) => "does not answer".to_owned(),
    })
}

async fn asked(shop: &mut AskedShop, question: &Question) -> Said {
    let mut fields = Fields::default();
    let mut said = None;
    for arguments in &question.calls {
        let heard = shop.ask(question.operation, arguments.clone()).await;
        match &question.wants {
            Wants::Fault => return of_fault(&heard),
            Wants::Rows { of, key, last } => return of_rows(&heard, *of, key, *last),
            Wants::Row { key, id } => return of_row(&heard, key, *id),
            Wants::Fields if heard.value.is_err() => said = Some(of_fault(&heard)),
            Wants::Fields => {
                let is_read = heard.answer.as_ref().is_some_and(|answer| fields.add(&answer.body));
                if !is_read {
                    said = Some(Said::NoAnswer("it cannot be read".to_owned()));
                }
            }
        }
    }
    said.unwrap_or(Said::Fields(fields))
}

fn of_rows(heard: &Heard, of: usize, key: &str, last: Option<OriginId>) -> Said {
    let Ok(value) = &heard.value else { return of_fault(heard) };
    let rows = crate::client::collection(value.clone());
    let found = ids(&rows, key);
    Said::Words(match (found.len(), last) {
        (0, _) => "no row".to_owned(),
        (count, _) if count == of => "all rows".to_owned(),
        (count, _) if count > of => "more rows than asked for".to_owned(),
        (1, Some(last)) if found.first() == Some(&last) => "the last row".to_owned(),
        (1, _) => "one row".to_owned(),
        _ => "some rows".to_owned(),
    })
}

fn of_row(heard: &Heard, key: &str, id: OriginId) -> Said {
    let Ok(value) = &heard.value else { return of_fault(heard) };
    let rows = crate::client::collection(value.clone());
    let is_there = ids(&rows, key).contains(&id);
    Said::Words(if is_there { "the row" } else { "not the row" }.to_owned())
}

impl Portrait {
    /// Whether answers carry PHP's own `Content-Type` before Magento's.
    pub(super) fn doubles_content_type(&self) -> bool {
        let types = self.said.get(&format!("{}/Content-Type of an answer", Topic::Http.name()));
        types.is_some_and(|reply| matches!(&reply.said, Said::Words(words) if words.contains(" | ")))
    }

    /// Whether the bridge sends attributes by key and value.
    pub(super) fn has_attributes(&self) -> bool {
        let fields = self.said.values().filter_map(|reply| match &reply.said {
            Said::Fields(fields) => Some(fields),
            _ => None,
        });
        fields.flat_map(|fields| fields.0.keys()).any(|path| path.ends_with("attributes.key"))
    }
}
