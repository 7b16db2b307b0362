//! Answers written once for a client that asks the same thing over and over, as a poll or a load test does: the bytes
//! stay the same while nothing in the shop changes. Only operations that change nothing are remembered, and only from the
//! second time on, so that a client that never repeats itself costs no memory.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use indexmap::IndexMap;

use super::endpoint::{Forwarded, Handled, HttpRequestParts};
use super::envelopes::Envelopes;
use super::journal::Masked;

/// More different requests than one client repeats.
const KEPT: usize = 64;
/// A longer answer is not worth its memory.
const BODY_MAX: usize = 1024 * 1024;
/// Nobody asks a longer question over and over.
const QUESTION_MAX: usize = 64 * 1024;
/// All that is kept, questions, answers and messages of the journal.
const BYTES_MAX: usize = 16 * 1024 * 1024;

/// What a request's answer depends on, the shop aside.
#[derive(PartialEq, Eq, Hash)]
pub(super) struct Question {
    path: String,
    query: String,
    content_type: Option<String>,
    forwarded: Forwarded,
    body: Vec<u8>,
}

/// An answer, and what is said of it in the journal.
pub(super) struct Remembered {
    /// [`crate::shop::Shop::version`] when it was given.
    pub(super) version: u64,
    pub(super) session: String,
    pub(super) operation: String,
    pub(super) arguments: Masked,
    pub(super) handled: Handled,
    pub(super) envelopes: Envelopes,
}

/// The answers of one shop.
#[derive(Default)]
pub(super) struct Answers {
    kept: IndexMap<Question, Arc<Remembered>>,
    bytes: usize,
    /// Hashes of what was asked lately.
    asked: VecDeque<u64>,
    hasher: RandomState,
}

impl Question {
    /// The question; `None` for one that is too long to be remembered.
    pub(super) fn of(request: &HttpRequestParts, body: &[u8]) -> Option<Self> {
        if body.len() > QUESTION_MAX {
            return None;
        }
        let (path, query) = (request.path.clone(), request.query.clone());
        let (content_type, forwarded) = (request.content_type.clone(), request.forwarded.clone());
        Some(Self { path, query, content_type, forwarded, body: body.to_vec() })
    }
}

impl Answers {
    /// The answer given before; whether it still holds is for the caller to see.
    pub(super) fn find(&self, question: &Question) -> Option<Arc<Remembered>> {
        self.kept.get(question).cloned()
    }

    /// Takes an answer in when its question has been asked before.
    pub(super) fn offer(&mut self, question: Question, answer: impl FnOnce() -> Remembered) {
        let hash = self.hasher.hash_one(&question);
        if !self.asked.contains(&hash) {
            if self.asked.len() >= KEPT {
                self.asked.pop_front();
            }
            self.asked.push_back(hash);
            return;
        }
        let answer = answer();
        if answer.handled.answer.body.len() > BODY_MAX {
            return;
        }
        self.bytes += weight(&question, &answer);
        if let Some((question, before)) = self.kept.shift_remove_entry(&question) {
            self.bytes -= weight(&question, &before);
        }
        self.kept.insert(question, Arc::new(answer));
        while self.kept.len() > KEPT || self.bytes > BYTES_MAX {
            let Some((question, oldest)) = self.kept.shift_remove_index(0) else { break };
            self.bytes -= weight(&question, &oldest);
        }
    }
}

fn weight(question: &Question, answer: &Remembered) -> usize {
    question.body.len() + answer.handled.answer.body.len() + answer.envelopes.weight()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::clock::Clock;
    use crate::disrupt::{Armed, Disruption, When};
    use crate::server::{EndpointOptions, Journal, Service};
    use crate::shop::{Seed, Shop, ShopConfig, ShopEdit};
    use crate::soap::SoapStruct;

    const AGAIN: usize = 4;

    fn service() -> (Service, HttpRequestParts, Vec<u8>) {
        let clock = Clock::virtual_at("2026-01-01T00:00:00Z".parse().unwrap());
        let mut shop = Shop::new(ShopConfig::new(clock), Seed::corner_shop_people().unwrap()).unwrap();
        let user = SoapStruct::new().with("username", "oro").with("apiKey", "oro-key-1");
        let session = shop.dispatch("login", &user).unwrap().to_text().unwrap();
        let arguments = SoapStruct::new().with("sessionId", session).with("customerId", "1");
        let body = shop.codec().write_request("customerCustomerInfo", &arguments).unwrap();
        let request = HttpRequestParts {
            method: "POST".to_owned(),
            path: "/api/v2_soap/".to_owned(),
            ..HttpRequestParts::default()
        };
        (Service::new(shop, EndpointOptions::default(), Journal::new()), request, body)
    }

    fn ask(service: &Service, request: &HttpRequestParts, body: &[u8]) -> String {
        String::from_utf8(service.reply(request, body).answer.body).unwrap()
    }

    #[test]
    fn what_is_asked_again_is_answered_the_same_and_recorded_each_time() {
        let (service, request, body) = service();
        let first = ask(&service, &request, &body);
        for _ in 0..AGAIN {
            assert_eq!(ask(&service, &request, &body), first);
        }
        assert_eq!(service.locked_journal().calls_of("customerCustomerInfo").count(), AGAIN + 1);
        assert!(service.remembers(&Question::of(&request, &body).unwrap()), "else this test shows nothing");
    }

    #[test]
    fn a_change_a_dead_session_and_a_disruption_are_seen_at_once() {
        let (service, request, body) = service();
        for _ in 0..AGAIN {
            assert!(!ask(&service, &request, &body).contains("Changed"));
        }
        let fields = serde_json::from_str(r#"{"firstname": "Changed"}"#).unwrap();
        let edit = ShopEdit::Update { table: "customer".to_owned(), id: 1, fields };
        service.locked_shop().edit(&edit).unwrap();
        for _ in 0..AGAIN {
            assert!(ask(&service, &request, &body).contains("Changed"));
        }
        let armed = service.locked_plan().arm(Armed::until_cleared(Disruption::SessionExpired, When::default()));
        assert!(ask(&service, &request, &body).contains("Session expired"));
        service.locked_plan().disarm(armed);
        assert!(ask(&service, &request, &body).contains("Changed"));
        service.locked_shop().clock().advance(SignedDuration::from_hours(2));
        assert!(ask(&service, &request, &body).contains("Session expired"));
    }
}
