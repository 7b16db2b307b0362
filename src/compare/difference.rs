//! Two portraits laid side by side.

use serde::Serialize;

use super::answer::{Fields, Seen};
use super::meaning;
use super::portrait::Portrait;
use super::said::{ACCESS_DENIED, Said};
use super::service::{Declared, ServiceFacts};
use super::topic::Topic;

/// A difference between two shops.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The topic of the question that differs.
    pub topic: Topic,
    /// What was asked, such as `salesOrderInfo` or `oroOrderList: a page past the end`.
    pub question: String,
    /// What differs, such as `fault code`.
    pub aspect: &'static str,
    /// What only the first shop has or says.
    pub first: String,
    /// What only the second one has or says.
    pub second: String,
    /// Whether other records would explain it: both declare the same, and the records are not the same ones.
    pub may_be_data: bool,
    /// What it means for a client, where that can be said.
    pub means: Option<&'static str>,
}

/// Everything that differs, and the questions that only one of them could be asked. `same_records` tells that both hold
/// the same ones, so that nothing is put down to them.
pub fn differences(first: &Portrait, second: &Portrait, same_records: bool) -> (Vec<Difference>, Vec<String>) {
    let mut all = Differences { all: Vec::new(), same_records };
    all.declarations(&first.facts, &second.facts);
    let mut not_asked = Vec::new();
    for (question, reply) in &first.said {
        let Some(other) = second.said.get(question) else {
            not_asked.push(question);
            continue;
        };
        if [&reply.said, &other.said].contains(&&Said::Nothing) {
            not_asked.push(question);
            continue;
        }
        let name = question.split_once('/').map_or(question.as_str(), |(_, name)| name);
        let declared = |path: &str| {
            reply
                .operation
                .as_deref()
                .is_some_and(|name| first.facts.declares(name, path) == second.facts.declares(name, path))
        };
        all.replies(reply.topic, name, [&reply.said, &other.said], &declared);
    }
    not_asked.extend(second.said.keys().filter(|question| !first.said.contains_key(*question)));
    let names = not_asked.into_iter().filter_map(|question| question.split_once('/'));
    (all.all, names.map(|(_, name)| name.to_owned()).collect())
}

struct Differences {
    all: Vec<Difference>,
    same_records: bool,
}

impl Differences {
    fn note(&mut self, topic: Topic, question: &str, aspect: &'static str, [first, second]: [String; 2]) {
        if first != second {
            let means = meaning::of(topic, question, aspect, &first, &second);
            let question = question.to_owned();
            self.all.push(Difference { topic, question, aspect, first, second, may_be_data: false, means });
        }
    }

    fn declarations(&mut self, first: &ServiceFacts, second: &ServiceFacts) {
        let topic = Topic::Declaration;
        let style = |facts: &ServiceFacts| facts.mode.as_str().to_owned();
        self.note(topic, "wsdl", "style", [style(first), style(second)]);
        self.note(topic, "wsdl", "namespace", [first.namespace.clone(), second.namespace.clone()]);
        self.note(topic, "wsdl", "port type", [first.handler.clone(), second.handler.clone()]);
        let only = |these: &ServiceFacts, those: &ServiceFacts| {
            listed(these.operations.keys().filter(|name| !those.operations.contains_key(*name)))
        };
        self.note(topic, "wsdl", "operations", [only(first, second), only(second, first)]);
        if first.mode != second.mode {
            // All messages and types differ then.
            return;
        }
        for (name, operation) in &first.operations {
            let Some(other) = second.operations.get(name) else { continue };
            self.note(topic, name, "parts", [operation.signature.clone(), other.signature.clone()]);
            let wrapper = |wrapper: &Option<String>| wrapper.clone().unwrap_or_default();
            self.note(topic, name, "wrapper", [wrapper(&operation.wrapper), wrapper(&other.wrapper)]);
        }
        let only = |these: &ServiceFacts, those: &ServiceFacts| {
            listed(these.types.keys().filter(|name| !those.types.contains_key(*name)))
        };
        self.note(topic, "wsdl", "types", [only(first, second), only(second, first)]);
        for (name, declared) in &first.types {
            if let Some(other) = second.types.get(name) {
                self.types(name, declared, other);
            }
        }
    }

    fn types(&mut self, name: &str, first: &Declared, second: &Declared) {
        let (Declared::Record(one), Declared::Record(other)) = (first, second) else {
            let shown = |declared: &Declared| match declared {
                Declared::Array(item) => format!("a list of {item}"),
                Declared::Record(fields) => format!("a record of {} fields", fields.len()),
            };
            return self.note(Topic::Declaration, name, "type", [shown(first), shown(second)]);
        };
        let only = |these: &indexmap::IndexMap<String, String>, those: &indexmap::IndexMap<String, String>| {
            let fields = these.iter().filter(|(field, declared)| those.get(*field) != Some(declared));
            listed(fields.map(|(field, declared)| format!("{field} {declared}")))
        };
        let changed = [only(one, other), only(other, one)];
        let is_same = changed[0] == changed[1];
        self.note(Topic::Declaration, name, "fields", changed);
        if is_same {
            let order = |fields: &indexmap::IndexMap<String, String>| listed(fields.keys());
            self.note(Topic::Declaration, name, "order of fields", [order(one), order(other)]);
        }
    }

    fn replies(&mut self, topic: Topic, question: &str, said: [&Said; 2], declared: &dyn Fn(&str) -> bool) {
        match said {
            [Said::Fields(first), Said::Fields(second)] => self.fields(topic, question, first, second, declared),
            [Said::Fault(first), Said::Fault(second)] => {
                let code = |fault: &crate::soap::SoapFault| fault.code.to_string();
                let denied = [first, second].iter().any(|fault| fault.api_code() == Some(ACCESS_DENIED));
                let aspect = if denied { "rights" } else { "fault code" };
                self.note(topic, question, aspect, [code(first), code(second)]);
                self.note(topic, question, "fault text", [first.string.clone(), second.string.clone()]);
            }
            [first, second] => {
                let denied = said
                    .iter()
                    .any(|said| matches!(said, Said::Fault(fault) if fault.api_code() == Some(ACCESS_DENIED)));
                self.note(topic, question, if denied { "rights" } else { "answer" }, [told(first), told(second)]);
            }
        }
    }

    fn fields(
        &mut self,
        topic: Topic,
        question: &str,
        first: &Fields,
        second: &Fields,
        declared: &dyn Fn(&str) -> bool,
    ) {
        let only = |these: &Fields, those: &Fields| -> Vec<String> {
            let lacks = |path: &&String| !those.0.contains_key(*path);
            let is_inside =
                |path: &&String| path.rsplit_once('.').is_some_and(|(outer, _)| !those.0.contains_key(outer));
            these.0.keys().filter(lacks).filter(|path| !is_inside(path)).cloned().collect()
        };
        let (one, other) = (only(first, second), only(second, first));
        // What a stub answers for a module is the same, but what it was seen with may have changed since.
        let same_records = self.same_records && topic != Topic::Modules;
        let is_data = |path: &String| !self.same_records && declared(path);
        let (data, contract): (Vec<_>, Vec<_>) = one.iter().partition(|path| is_data(path));
        let (other_data, other_contract): (Vec<_>, Vec<_>) = other.iter().partition(|path| is_data(path));
        self.note(topic, question, "fields", [listed(contract), listed(other_contract)]);
        self.note(topic, question, "fields that records may lack", [listed(data), listed(other_data)]);
        if let Some(found) = self.all.last_mut().filter(|found| found.aspect == "fields that records may lack") {
            found.may_be_data = true;
        }
        let common = || first.0.iter().filter_map(|(path, seen)| Some((path, seen, second.0.get(path)?)));
        let types = |of: fn(&(&String, &Seen, &Seen)) -> String| {
            let differ = common()
                .filter(|(_, one, other)| !one.types.is_empty() && !other.types.is_empty() && one.types != other.types);
            differ.map(|found| format!("{} {}", found.0, of(&found))).collect::<Vec<_>>().join(", ")
        };
        self.note(topic, question, "types of fields", [types(|found| kinds(found.1)), types(|found| kinds(found.2))]);
        if same_records {
            let nil = |pick: fn((&Seen, &Seen)) -> (bool, bool)| {
                let found = common().filter(|(_, one, other)| {
                    let (here, there) = pick((one, other));
                    here && !there
                });
                listed(found.map(|(path, _, _)| path))
            };
            let only_first = nil(|(one, other)| (one.nil, other.nil));
            let only_second = nil(|(one, other)| (other.nil, one.nil));
            self.note(topic, question, "fields that are nil", [only_first, only_second]);
        }
        let order = |these: &Fields, those: &Fields| listed(these.0.keys().filter(|path| those.0.contains_key(*path)));
        self.note(topic, question, "order of fields", [order(first, second), order(second, first)]);
    }
}

fn told(said: &Said) -> String {
    match said {
        Said::Fields(_) => "an answer".to_owned(),
        Said::Fault(fault) => fault.to_string(),
        Said::Words(words) => words.clone(),
        Said::NoAnswer(why) => why.clone(),
        Said::Nothing => "nothing".to_owned(),
    }
}

fn kinds(seen: &Seen) -> String {
    seen.types.iter().cloned().collect::<Vec<_>>().join("|")
}

fn listed(names: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    names.into_iter().map(|name| name.as_ref().to_owned()).collect::<Vec<_>>().join(", ")
}
