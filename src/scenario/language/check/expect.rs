//! Expectations: tables, fields and operations there are, and something that has happened.

use super::Check;
use super::Finding;
use super::closed::Of;
use super::columns::matchers;
use crate::crm::Entity;
use crate::disrupt::WSDL_OPERATION;
use crate::matching::Presence;
use crate::scenario::language::finding::choices;
use crate::scenario::language::known;
use crate::scenario::language::setup::case_filter;
use crate::scenario::language::step::expectation::{CallsExpectation, Expectation, RowsExpectation};
use crate::scenario::language::text::count::Count;
use crate::scenario::language::text::kind::Kind;
use crate::scenario::language::text::matcher::{Matcher, MatcherWord};
use crate::scenario::language::text::span::{At, Place};

fn is_any_number(count: Count) -> bool {
    count.least() == 0 && count.most().is_none()
}

/// Whether an answer is ever told in these words.
fn is_answer(text: &str) -> bool {
    let is_rows = |text: &str| {
        let number = text.strip_suffix(" rows").or_else(|| text.strip_suffix(" row"));
        number.is_some_and(|number| number.parse::<u64>().is_ok())
    };
    ["ok", "a record"].contains(&text) || is_rows(text) || text.starts_with("fault ") || text.starts_with("HTTP ")
}

impl Check<'_> {
    pub(super) fn expect(&mut self, expectation: &Expectation, place: &Place) {
        let has_rows = !expectation.crm.0.is_empty() || !expectation.shop.0.is_empty();
        let has_end = expectation.outcome.is_some() || expectation.message.is_some();
        let is_about_more = expectation.in_sync.is_some() || expectation.rows_of.is_some();
        if !has_rows && !has_end && expectation.calls.0.is_empty() && !is_about_more {
            let help =
                "say what must be true: `outcome: success`, `crm: {…}`, `shop: {…}`, `in sync: yes` or `calls: {…}`";
            self.report(place.clone(), "nothing is expected here", help);
        }
        self.rows_of(expectation);
        for name in &expectation.in_variants {
            if self.script.variants.is_empty() {
                let help = "say `in cases: {…}` of a matrix, or drop it where the scenario is run once";
                self.report(name.place(), "this scenario has no variants", help);
                continue;
            }
            let known: Vec<&str> = self.script.variants.keys().map(|name| name.get().as_str()).collect();
            self.one_of(name, "a variant of this scenario", &known);
        }
        let mut found = Vec::new();
        case_filter::known(&self.script.matrix, std::slice::from_ref(&expectation.in_cases), &mut found);
        self.found.extend(found.into_iter().map(|finding| Finding { origin: self.origin.clone(), ..finding }));
        let outcome = expectation.outcome.as_ref().map(At::place);
        let message = expectation.message.as_ref().map(At::place);
        if let Some(message) = &expectation.message {
            self.says_something(message);
            if matches!(message.get(), Matcher::Word(MatcherWord::Is(Presence::Any))) {
                let help = "write the text that is meant, or `outcome: any` for a sync that may fail";
                self.report(message.place(), "every message fulfils `is: any`", help);
            }
        }
        if let Some(place) = outcome.or(message).filter(|_| !self.talked) {
            self.report(
                place,
                "nothing has happened yet that has an outcome",
                "put `- sync` or `- check connection` before",
            );
        }
        for rows in &expectation.crm.0 {
            self.one_of(&rows.rows, "a table of the CRM", &known::crm_tables());
            if let Some(entity) = Entity::named(&rows.rows) {
                let whole = rows.are.iter().chain(&rows.unordered).flatten();
                let named = whole.flat_map(|row| row.keys());
                let names = rows.r#where.keys().chain(rows.have.keys()).chain(named);
                for name in names.filter(|name| entity != Entity::OrderNote || name.get() != known::SHOWN_ON) {
                    self.field(name, entity);
                }
                for (name, matcher) in matchers(rows).flatten() {
                    self.comparable(Kind::of_crm(&rows.rows, name), Of::Crm(&rows.rows), name, matcher);
                }
            }
            if let Some(fields) = known::record_fields(&rows.rows) {
                for (name, matcher) in matchers(rows).flatten() {
                    self.record_field(name, &rows.rows, &fields);
                    self.comparable(Kind::Text, Of::Crm(&rows.rows), name, matcher);
                }
            }
            self.rows(rows);
        }
        for rows in &expectation.shop.0 {
            self.shop_table(&rows.rows);
            self.place_of_edit(rows.shop.as_ref(), &rows.rows.place());
            self.shop_expected(rows);
            self.rows(rows);
        }
        for calls in &expectation.calls.0 {
            self.operation(&calls.to, &[WSDL_OPERATION, known::ANY]);
            self.place_of_edit(calls.shop.as_ref(), &calls.to.place());
            self.arguments(&calls.with, Some(&calls.to));
            self.calls(calls);
        }
        if expectation.calls.0.is_empty() && (expectation.in_order.is_yes() || expectation.nothing_else.is_yes()) {
            let help = "list them: `calls: [{to: customerCustomerInfo}]`";
            self.report(place.clone(), "no calls are expected that could be in order or alone", help);
        }
        let mut shops = expectation.calls.0.iter().map(|calls| calls.shop.as_ref().map(|shop| shop.get()));
        let first = shops.next();
        if let (true, Some(other)) = (
            expectation.in_order.is_yes() || expectation.nothing_else.is_yes(),
            expectation.calls.0.iter().find(|calls| Some(calls.shop.as_ref().map(|shop| shop.get())) != first),
        ) {
            let help = "expect the calls of each shop in a step of its own";
            self.report(other.to.place(), "calls of two shops are in no order and not alone", help);
        }
    }

    fn record_field(&mut self, name: &At<String>, table: &str, fields: &[String]) {
        let known: Vec<&str> = fields.iter().map(String::as_str).collect();
        if !known.contains(&name.get().as_str()) {
            self.report(name.place(), format!("{table} has no field `{}`", name.get()), choices(name, &known));
        }
    }

    /// What is expected of another database stands beside its query, and nowhere else.
    fn rows_of(&mut self, expectation: &Expectation) {
        if let Some((of, expected)) = expectation.of_database() {
            if of.query.trim().is_empty() {
                self.report(of.query.place(), "the query is empty", "write SELECT … FROM …");
            }
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if of.database.env.is_empty() || !of.database.env.chars().all(is_name) {
                let help = "addresses hold passwords: put it into a variable such as ACME_DSN and name that here";
                self.report(of.database.env.place(), "this is not the name of a variable of the environment", help);
            }
            return self.rows(&expected);
        }
        let names = expectation.r#where.keys().chain(expectation.have.keys()).map(At::place);
        let lists = expectation.are.iter().chain(&expectation.unordered).flatten().map(At::place);
        let count = expectation.count.iter().map(At::place);
        if let Some(place) = names.chain(lists).chain(count).next() {
            let help =
                "put it under `crm: {rows: …}` or `shop: {rows: …}`, or beside `rows of: {database: …, query: …}`";
            self.report(place, "it is not said of which rows", help);
        }
    }

    /// A condition that every value fulfils, or none, says nothing.
    fn says_something(&mut self, matcher: &At<Matcher>) {
        let help = "write the text that is meant, or `{is: present}` for any value";
        let (word, text) = match matcher.get() {
            Matcher::Word(MatcherWord::Contains(text)) => ("contains", text.as_str()),
            Matcher::Word(MatcherWord::Regex(pattern)) => ("regex", pattern.text()),
            Matcher::Word(MatcherWord::OneOf(texts)) if texts.is_empty() => {
                let help = "write the texts that it may be: `{one of: [a, b]}`";
                return self.report(matcher.place(), "nothing is one of nothing", help);
            }
            _ => return,
        };
        if text.is_empty() {
            self.report(matcher.place(), format!("every value fulfils `{word}: \"\"`"), help);
        }
    }

    fn calls(&mut self, calls: &CallsExpectation) {
        if let Some(count) = calls.count.as_ref().filter(|count| is_any_number(*count.get())) {
            self.report(count.place(), "any number of calls is at least 0", "write how many, such as `{at least: 1}`");
        }
        let Some(answered) = &calls.answered else { return };
        self.says_something(answered);
        if let Matcher::Exact(text) = answered.get()
            && !is_answer(text)
        {
            let help = "an answer is told as `ok`, `a record`, `2 rows`, `fault 5: …` or `HTTP 503, …`; a part of it is matched \
                        by `{contains: …}`";
            self.report(answered.place(), format!("no call is answered by `{text}`"), help);
        }
    }

    fn rows(&mut self, rows: &RowsExpectation) {
        let place = rows.rows.place();
        for (_, matcher) in matchers(rows).flatten() {
            self.says_something(matcher);
        }
        if let Some(count) = rows.count.as_ref().filter(|count| is_any_number(*count.get()) && rows.have.is_empty()) {
            self.report(count.place(), "any number of rows is at least 0", "write how many, such as `{at least: 1}`");
        }
        if rows.count.is_none() && rows.have.is_empty() && rows.are.is_none() && rows.unordered.is_none() {
            self.report(place, "nothing is expected of these rows", "add `count: …`, `have: {…}` or `are: […]`");
        } else if rows.are.is_some() && rows.unordered.is_some() {
            self.report(place, "there are both `are` and `unordered`", "keep one of them");
        } else if let Some(count) = rows.count.as_ref().filter(|_| rows.are.is_some() || rows.unordered.is_some()) {
            self.report(count.place(), "rows that are listed need no count", "drop `count`");
        }
        let none = rows.count.as_ref().is_some_and(|count| count.most() == Some(0));
        if let (true, Some((name, _))) = (none, rows.have.first()) {
            self.report(name.place(), "rows that must not be there cannot hold anything", "drop `have` or `count: 0`");
        }
    }
}
