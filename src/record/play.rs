//! A cassette answers requests: by operation and arguments, in the recorded order for those that repeat.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use serde_json::Value;

use super::RecordError;
use super::breakage::Broken;
use super::cassette::{Cassette, Document, Exchange};
use super::reader::Reader;
use super::recorder::packed;
use crate::clock::Deadline;
use crate::transport::HttpAnswer;

/// A cassette that is being played.
pub struct Play {
    wsdl: String,
    documents: Vec<Document>,
    reader: Reader,
    answers: Mutex<BTreeMap<Question, VecDeque<Exchange>>>,
    /// Questions in their order, to name the nearest.
    asked: Vec<Question>,
    /// A recording that was stopped has no more answers than were recorded.
    is_strict: bool,
}

type Question = (String, String);

/// What of the arguments of a call is compared with others and told.
const COMPARED_CHARS_MAX: usize = 1000;

/// What a question gets.
#[derive(Debug)]
pub enum Played {
    /// The answer that was recorded.
    Answer(HttpAnswer),
    /// None came when it was recorded.
    Broken(Broken),
    /// It was not asked when this was recorded; what was, in words.
    Unknown(String),
}

impl Play {
    /// Answers as recorded. The same question asked again gets the next answer to it, and at last the same one.
    ///
    /// # Errors
    /// [`RecordError::Wsdl`] when the service description cannot be read.
    pub fn new(cassette: &Cassette) -> Result<Self, RecordError> {
        let mut answers: BTreeMap<_, VecDeque<Exchange>> = BTreeMap::new();
        let mut asked = Vec::new();
        for exchange in &cassette.exchanges {
            let question = question(&exchange.operation, &exchange.arguments);
            let recorded = answers.entry(question.clone()).or_default();
            if recorded.is_empty() {
                asked.push(question);
            }
            recorded.push_back(exchange.clone());
        }
        Ok(Self {
            wsdl: cassette.wsdl.clone(),
            documents: cassette.documents.clone(),
            reader: Reader::of_wsdl(&cassette.wsdl)?,
            answers: Mutex::new(answers),
            asked,
            is_strict: cassette.meta.stopped,
        })
    }

    /// The text of the recorded service description.
    pub fn wsdl(&self) -> &str {
        &self.wsdl
    }

    /// Another document that was fetched, by path and query.
    pub fn document(&self, path: &str) -> Option<&str> {
        self.documents.iter().find(|document| document.path == path).map(|document| document.text.as_str())
    }

    /// The answer to a request.
    pub fn answer(&self, body: &[u8]) -> Played {
        let (operation, arguments) = self.reader.request(body);
        let question = question(&operation, &arguments);
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        let exchange = answers.get_mut(&question).and_then(|recorded| match recorded.len() {
            1 if !self.is_strict => recorded.front().cloned(),
            _ => recorded.pop_front(),
        });
        match exchange {
            Some(Exchange { broken: Some(broken), .. }) => Played::Broken(broken),
            Some(Exchange { status: None, .. }) => Played::Broken(Broken::BeforeAnswer),
            Some(exchange) => Played::Answer(answer_of(&exchange)),
            None => Played::Unknown(self.unknown(&question, &arguments)),
        }
    }

    fn unknown(&self, (operation, asked): &Question, arguments: &Value) -> String {
        let said = format!("the recording has no {operation} with {}", beginning(&arguments.to_string()));
        let same: Vec<&Question> = self.asked.iter().filter(|(known, _)| known == operation).collect();
        let alike = |known: &str, asked: &str| strsim::normalized_levenshtein(&beginning(known), &beginning(asked));
        let nearest = |among: &[&Question], of: &dyn Fn(&Question) -> f64| {
            among.iter().copied().max_by(|one, other| of(one).total_cmp(&of(other))).cloned()
        };
        if let Some((operation, arguments)) = nearest(&same, &|(_, known)| alike(known, asked)) {
            return format!("{said}; the nearest call in it is {operation} with {}", beginning(&arguments));
        }
        let all: Vec<&Question> = self.asked.iter().collect();
        match nearest(&all, &|(known, _)| alike(known, operation)) {
            Some((nearest, _)) => format!("{said}, and no other call of it; the nearest operation in it is {nearest}"),
            None => format!("{said}: it has no call at all"),
        }
    }
}

/// As much of a text as is compared and told: what two calls differ in stands early, and comparing takes time by the
/// product of both lengths.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(COMPARED_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// An argument that is null and one that is left out are the same question: clients differ in that.
fn question(operation: &str, arguments: &Value) -> Question {
    let mut arguments = arguments.clone();
    if let Some(members) = arguments.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    (operation.to_owned(), arguments.to_string())
}

fn answer_of(exchange: &Exchange) -> HttpAnswer {
    let header = |name: &str, value: &Option<String>| value.clone().map(|value| (name.to_owned(), value));
    let mut headers: Vec<(String, String)> = [
        header("content-type", &exchange.content_type),
        header("date", &exchange.date),
        header("location", &exchange.location),
    ]
    .into_iter()
    .flatten()
    .collect();
    let mut body = exchange.bytes();
    if exchange.gzip {
        headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
        body = packed(&body);
    }
    HttpAnswer { status: exchange.status.unwrap_or(200), headers, body, deadline: Deadline::never() }
}
