//! The one ordered record of what came over the wire: masked when it is written, so no reader can leak a secret.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use indexmap::IndexMap;
use jiff::Timestamp;
use serde::Serialize;

use super::envelopes::Envelopes;
use super::kept;
use super::outcome::Outcome;
use super::secret_names::{SECRET_NAMES, SESSION_NAME};
use super::secret_values::SecretValues;
use crate::disrupt::{Disruption, WSDL_OPERATION};
use crate::secret::MASK;
use crate::soap::{SoapStruct, SoapValue};

/// Exchanges whose messages are kept.
const ENVELOPES_MAX: usize = 256;
/// What a server keeps of its exchanges beside their messages.
const BYTES_MAX: usize = 16 * 1024 * 1024;
/// What an exchange takes beside its arguments and texts.
const ENTRY_BYTES: usize = 512;
/// Entries that a reader may be behind.
const READER_MAX: usize = 1000;

/// A request and its answer, as the journal keeps them.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct JournalEntry {
    /// Counted from 1 since the server's start.
    pub number: u64,
    /// When the answer was ready, by the shop's clock.
    pub at: Timestamp,
    /// The operation; `wsdl` for a WSDL download, the method and path for anything else.
    pub operation: String,
    /// The arguments without the session id, secrets masked.
    pub arguments: SoapStruct,
    /// What came back, in short.
    pub outcome: Outcome,
    /// The HTTP status of the answer.
    pub http_status: u16,
    /// The disruptions that struck, in order; their names where it is written.
    #[serde(skip_serializing_if = "Vec::is_empty", serialize_with = "by_name")]
    pub disruptions: Vec<Disruption>,
    /// Why it failed, which Magento's own fault often hides; only for failures that can be explained.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The stub that answered, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stub: Option<String>,
}

fn by_name<S: serde::Serializer>(disruptions: &[Disruption], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(disruptions.iter().map(Disruption::name))
}

/// A call that never reached the shop, because a disruption kept it from connecting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptAway {
    /// The number of the exchange before it; 0 when it is the first.
    pub after: u64,
    /// When, by the caller's clock.
    pub at: Timestamp,
    /// The operation; `wsdl` for a WSDL download, empty for what cannot be read.
    pub operation: String,
    /// The disruption that kept the answer back.
    pub disruption: &'static str,
}

/// An exchange before the journal has numbered it.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) at: Timestamp,
    pub(super) operation: String,
    pub(super) arguments: Masked,
    pub(super) outcome: Outcome,
    pub(super) http_status: u16,
    pub(super) disruptions: Vec<Disruption>,
    pub(super) why: Option<String>,
    pub(super) stub: Option<String>,
    pub(super) envelopes: Option<Envelopes>,
}

/// The record of all exchanges.
#[derive(Debug, Default)]
pub struct Journal {
    last_number: u64,
    /// The number of the last exchange that somebody had forgotten on purpose.
    cleared_at: u64,
    entries: Vec<JournalEntry>,
    /// Of the latest exchanges, by number.
    envelopes: VecDeque<(u64, Envelopes)>,
    kept_away: Vec<KeptAway>,
    /// What the entries weigh.
    bytes: usize,
    entries_max: Option<usize>,
    keeps_all_messages: bool,
    readers: Vec<SyncSender<JournalEntry>>,
}

impl Journal {
    /// An empty journal that keeps everything, as a scenario wants it.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty journal that forgets the oldest entries beyond `entries_max` or 16 MB, so that a server can run for days.
    pub fn bounded(entries_max: usize) -> Self {
        Self { entries_max: Some(entries_max), ..Self::default() }
    }

    /// What is kept, oldest first.
    pub fn entries(&self) -> &[JournalEntry] {
        &self.entries
    }

    /// The number of the newest exchange, forgotten or not; 0 before the first.
    pub fn last_number(&self) -> u64 {
        self.last_number
    }

    /// The number of the first exchange since the last clear that is still kept; 1 more than the last when there is none.
    /// `None` when nothing has been forgotten since then.
    pub fn first_kept(&self) -> Option<u64> {
        let first = self.entries.first().map_or(self.last_number + 1, |entry| entry.number);
        (first > self.cleared_at + 1).then_some(first)
    }

    /// Calls that did not come, oldest first; only whoever asks a [`Gate`](super::gate::Gate) has any.
    pub fn kept_away(&self) -> &[KeptAway] {
        &self.kept_away
    }

    /// From here on no messages are forgotten; only a journal that is not bounded should be told so.
    pub fn keep_all_messages(&mut self) {
        self.keeps_all_messages = true;
    }

    /// The messages of an exchange; the latest 256 exchanges' are kept.
    pub fn envelopes(&self, number: u64) -> Option<&Envelopes> {
        self.envelopes.iter().rev().find(|(known, _)| *known == number).map(|(_, envelopes)| envelopes)
    }

    /// Calls of one operation, oldest first.
    pub fn calls_of<'a>(&'a self, operation: &'a str) -> impl Iterator<Item = &'a JournalEntry> {
        self.entries.iter().filter(move |entry| entry.operation == operation)
    }

    /// Number of calls per operation, in order of first call.
    pub fn counts(&self) -> IndexMap<String, usize> {
        let mut counts = IndexMap::new();
        for entry in &self.entries {
            *counts.entry(entry.operation.clone()).or_insert(0) += 1;
        }
        counts
    }

    /// Every entry from now on, until the receiver is dropped. One that is 1,000 entries behind is cut off.
    pub fn subscribe(&mut self) -> Receiver<JournalEntry> {
        let (sender, receiver) = sync_channel(READER_MAX);
        self.readers.push(sender);
        receiver
    }

    /// Forgets the entries; numbers go on.
    pub fn clear(&mut self) {
        self.cleared_at = self.last_number;
        self.entries.clear();
        self.bytes = 0;
        self.envelopes.clear();
        self.kept_away.clear();
    }

    pub(super) fn keep_away(&mut self, at: Timestamp, operation: &str, disruption: &'static str) {
        if self.entries_max.is_some_and(|max| self.kept_away.len() >= max.saturating_mul(2)) {
            self.kept_away.drain(..self.kept_away.len() / 2);
        }
        self.kept_away.push(KeptAway { after: self.last_number, at, operation: operation.to_owned(), disruption });
    }

    pub(super) fn record(&mut self, record: Record) {
        self.last_number += 1;
        let entry = JournalEntry {
            number: self.last_number,
            at: record.at,
            operation: kept::text(record.operation),
            arguments: record.arguments.0,
            outcome: kept::outcome(record.outcome),
            http_status: record.http_status,
            disruptions: record.disruptions,
            why: record.why.map(kept::text),
            stub: record.stub.map(kept::text),
        };
        if let Some(envelopes) = record.envelopes {
            if self.envelopes.len() >= ENVELOPES_MAX && !self.keeps_all_messages {
                self.envelopes.pop_front();
            }
            self.envelopes.push_back((entry.number, envelopes));
        }
        self.readers.retain(|reader| reader.try_send(entry.clone()).is_ok());
        self.make_room();
        self.bytes += entry.weight();
        self.entries.push(entry);
    }

    /// Forgets in blocks, so that a full journal does not move all entries on every call.
    fn make_room(&mut self) {
        let Some(max) = self.entries_max else { return };
        let by_number = if self.entries.len() >= max.saturating_mul(2) { max } else { 0 };
        let mut left = self.bytes;
        let mut by_bytes = 0;
        if left > BYTES_MAX {
            while left > BYTES_MAX / 2
                && let Some(entry) = self.entries.get(by_bytes)
            {
                left -= entry.weight();
                by_bytes += 1;
            }
        }
        let forgotten = self.entries.drain(..by_number.max(by_bytes));
        self.bytes -= forgotten.map(|entry| entry.weight()).sum::<usize>();
    }
}

impl JournalEntry {
    /// What came back, in a few words: `3 rows`, `ok`, `fault 5: Session expired. Try to relogin.`.
    pub fn answer(&self) -> String {
        if self.operation == WSDL_OPERATION && self.http_status == 200 && self.disruptions.is_empty() {
            return "ok".to_owned();
        }
        match &self.outcome {
            Outcome::Rows(1) => "1 row".to_owned(),
            Outcome::Rows(rows) => format!("{rows} rows"),
            Outcome::Record(_) => "a record".to_owned(),
            Outcome::Scalar(_) | Outcome::Wsdl(_) => "ok".to_owned(),
            Outcome::Fault { code, string } => format!("fault {code}: {string}"),
            Outcome::Page(_) => format!("HTTP {}, a page that is not SOAP", self.http_status),
        }
    }

    /// About how many bytes of memory it takes.
    pub(super) fn weight(&self) -> usize {
        let fault = match &self.outcome {
            Outcome::Fault { code, string } => code.len() + string.len(),
            _ => 0,
        };
        ENTRY_BYTES
            + self.operation.len()
            + kept::weight_of(&self.arguments)
            + fault
            + self.why.as_ref().map_or(0, String::len)
    }
}

/// Arguments that hold no secret any more.
#[derive(Clone, Debug, Default)]
pub(super) struct Masked(SoapStruct);

impl Masked {
    pub(super) fn of(arguments: SoapStruct, values: &SecretValues) -> Self {
        Self(kept::arguments(values.hide_in(masked(arguments))))
    }
}

/// Arguments without session id and with secrets masked, at every depth.
fn masked(arguments: SoapStruct) -> SoapStruct {
    arguments
        .into_iter()
        .filter(|(name, _)| !name.eq_ignore_ascii_case(SESSION_NAME))
        .map(|(name, value)| {
            let value = if is_secret(&name) { hidden(value) } else { masked_value(value) };
            (name, value)
        })
        .collect::<SoapStruct>()
}

fn masked_value(value: SoapValue) -> SoapValue {
    match value {
        SoapValue::List(items) => SoapValue::List(items.into_iter().map(masked_value).collect()),
        SoapValue::Struct(mut members) => {
            // A filter or an attribute names its field in `key` and holds the secret in `value`.
            let names_secret = members.text("key").is_some_and(|key| is_secret(&key));
            if let (true, Some(value)) = (names_secret, members.get_mut("value")) {
                *value = hidden(std::mem::take(value));
            }
            SoapValue::Struct(masked(members))
        }
        scalar => scalar,
    }
}

fn is_secret(name: &str) -> bool {
    SECRET_NAMES.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// Absent and empty secrets are told apart from given ones: a login without a key is worth seeing.
fn hidden(value: SoapValue) -> SoapValue {
    match value {
        SoapValue::Nil => SoapValue::Nil,
        SoapValue::Text(text) if text.is_empty() => SoapValue::Text(text),
        _ => SoapValue::from(MASK),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(operation: &str, arguments: SoapStruct) -> Record {
        Record {
            at: Timestamp::UNIX_EPOCH,
            operation: operation.to_owned(),
            arguments: Masked::of(arguments, &SecretValues::default()),
            outcome: Outcome::Scalar("text"),
            http_status: 200,
            disruptions: Vec::new(),
            why: None,
            stub: None,
            envelopes: None,
        }
    }

    #[test]
    fn no_secret_reaches_an_entry_at_any_depth() {
        let filter = SoapStruct::new().with("key", "password_hash").with("value", "s3cret");
        let nested = SoapStruct::new().with("email", "a@b").with("password", "s3cret");
        let arguments = SoapStruct::new()
            .with("sessionId", "s3cret")
            .with("apiKey", "s3cret")
            .with("customerData", nested)
            .with("filters", SoapStruct::new().with("filter", vec![SoapValue::from(filter)]));
        let mut journal = Journal::new();
        journal.record(record("login", arguments));
        let shown = serde_json::to_string(journal.entries()).unwrap();
        assert!(!shown.contains("s3cret") && !shown.contains("sessionId"), "{shown}");
        assert!(shown.contains(r#""apiKey":"***""#) && shown.contains(r#""email":"a@b""#), "{shown}");
        assert!(!format!("{journal:?}").contains("s3cret"));
    }

    #[test]
    fn an_empty_key_stays_visible_as_empty() {
        let mut journal = Journal::new();
        journal.record(record("login", SoapStruct::new().with("apiKey", "")));
        assert_eq!(journal.entries()[0].arguments.text("apiKey").as_deref(), Some(""));
    }

    #[test]
    fn what_is_kept_is_bounded_in_bytes() {
        let mut journal = Journal::bounded(1_000_000);
        let text = "x".repeat(kept::TEXT_MAX);
        for _ in 0..3 * BYTES_MAX / kept::TEXT_MAX {
            journal.record(record("login", SoapStruct::new().with("username", text.as_str())));
        }
        let kept: usize = journal.entries().iter().map(JournalEntry::weight).sum();
        assert!(kept == journal.bytes && kept > BYTES_MAX / 3 && kept <= BYTES_MAX + text.len() * 2, "{kept}");
        let fault = Outcome::Fault { code: "1".to_owned(), string: "y".repeat(1_000_000) };
        journal.record(Record { outcome: fault, operation: "z".repeat(1_000_000), ..record("", SoapStruct::new()) });
        assert!(journal.entries().last().is_some_and(|entry| entry.weight() < 4 * kept::TEXT_MAX));
        journal.clear();
        assert_eq!(journal.bytes, 0);
    }

    #[test]
    fn a_reader_that_does_not_read_is_cut_off() {
        let mut journal = Journal::bounded(2);
        let (reads, sleeps) = (journal.subscribe(), journal.subscribe());
        for _ in 0..READER_MAX + 5 {
            journal.record(record("storeList", SoapStruct::new()));
            assert!(reads.try_recv().is_ok());
        }
        assert_eq!(sleeps.iter().count(), READER_MAX, "what waited for it is all there is, and the end");
        assert_eq!(journal.readers.len(), 1);
    }

    #[test]
    fn numbers_go_on_after_a_clear_and_readers_see_everything() {
        let mut journal = Journal::bounded(2);
        let reader = journal.subscribe();
        for _ in 0..3 {
            journal.record(record("storeList", SoapStruct::new()));
        }
        journal.clear();
        for _ in 0..5 {
            journal.record(record("storeList", SoapStruct::new()));
        }
        assert_eq!(reader.try_iter().map(|entry| entry.number).collect::<Vec<_>>(), (1..=8).collect::<Vec<_>>());
        assert_eq!(journal.entries().iter().map(|entry| entry.number).collect::<Vec<_>>(), vec![6, 7, 8]);
    }
}
