//! `expect`: rows, calls and outcomes against what the scenario says.

use std::sync::Arc;

use super::rows::{self, TextRow, Unmet};
use crate::crm::Entity;
use crate::scenario::actor::TesteeError;
use crate::scenario::language::setup::case_filter::is_among;
use crate::scenario::language::step::Step;
use crate::scenario::language::step::expectation::{CallsExpectation, Expectation, RowsExpectation};
use crate::scenario::language::text::kind::Kind;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::YesNo;
use crate::scenario::run::cannot_work::CannotWork;
use crate::scenario::run::crm_texts::rows_of;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::world::{Failures, World};
use crate::scenario::run::{in_sync, rows_in_sync};
use crate::server::verify::{self, Together, Wanted};

impl World<'_> {
    /// Whether an expectation speaks of this case of the scenario.
    pub(in crate::scenario) fn is_told_here(&self, expectation: &Expectation) -> bool {
        let case = self.case.variant.as_deref();
        let told_here = |name: &At<String>| Some(name.get().as_str()) == case;
        let of_variants = expectation.in_variants.is_empty() || expectation.in_variants.iter().any(told_here);
        of_variants && is_among(self.case.combination(), &expectation.in_cases)
    }

    /// Everything that is not as expected.
    pub(in crate::scenario) fn expect(
        &self,
        expectation: &Expectation,
        step: &At<Step>,
    ) -> Result<Failures, CannotWork> {
        let mut unmet = Vec::new();
        self.expect_outcome(expectation, &mut unmet);
        for rows in &expectation.crm.0 {
            let found = self.crm_rows(&rows.rows)?;
            unmet.extend(rows::judge("the CRM", rows, &found, Kind::of_crm));
        }
        for rows in &expectation.shop.0 {
            let found = self.shop_rows(rows)?;
            unmet.extend(rows::judge("the shop", rows, &found, Kind::of_shop));
        }
        if self.speaks_of_who_acts() {
            unmet.extend(self.judge_calls(expectation)?);
        }
        let failed = |Unmet { line, message, detail }: Unmet| Failure {
            line,
            detail,
            ..Self::failure(step, FailureKind::Unmet, message)
        };
        Ok(unmet.into_iter().map(failed).collect())
    }

    /// What is not in sync, or that everything is when it should not be.
    pub(super) async fn expect_in_sync(
        &mut self,
        wanted: &At<YesNo>,
        step: &At<Step>,
    ) -> Result<Option<Failure>, CannotWork> {
        let found = match self.is_theirs() {
            true => rows_in_sync::out_of_sync(self).await?,
            false => in_sync::out_of_sync(self).await?,
        };
        let message = match (wanted.get(), found.as_slice()) {
            (YesNo::Yes, []) | (YesNo::No, [_, ..]) => return Ok(None),
            (YesNo::No, []) => "the CRM and the shop are in sync, expected them not to be".to_owned(),
            (YesNo::Yes, [one]) => format!("out of sync: {one}"),
            (YesNo::Yes, [first, rest @ ..]) => format!("out of sync: {first}, and {} more", rest.len()),
        };
        let detail = found.iter().map(|one| format!("{one}\n")).collect();
        let line = wanted.place().line;
        Ok(Some(Failure { line, detail, ..Self::failure(step, FailureKind::Unmet, message) }))
    }

    /// Whether what the scenario says of messages and calls is about whoever acts in it.
    fn speaks_of_who_acts(&self) -> bool {
        !self.is_theirs() || self.case.names_its_client()
    }

    fn expect_outcome(&self, expectation: &Expectation, unmet: &mut Vec<Unmet>) {
        let Some(last) = &self.last else { return };
        if let Some(expected) = &expectation.outcome
            && !expected.get().allows(last.success)
        {
            let (wanted, found) = if last.success { ("failure", "success") } else { ("success", "failure") };
            let message = format!("the outcome is {found}, expected {wanted}: {}", last.message);
            unmet.push(Unmet::at(expected.place(), message));
        }
        // What was written for our own sync says nothing of another's words.
        if let Some(expected) = &expectation.message
            && self.speaks_of_who_acts()
            && !expected.matches(Some(&last.message))
        {
            let message = format!("the message is \"{}\", expected {}", last.message, expected.get());
            unmet.push(Unmet::at(expected.place(), message));
        }
    }

    fn crm_rows(&self, table: &At<String>) -> Result<Vec<TextRow>, CannotWork> {
        if let Some(records) = self.crm_records(table)? {
            return Ok(records);
        }
        let entity = Entity::named(table)
            .ok_or_else(|| CannotWork::NotInCrm { what: format!("table `{}`", table.get()), hint: "".into() })?;
        if let Some(theirs) = self.their_rows() {
            let missing = || TesteeError::Unsupported(format!("its rows have no `{}`", table.get()));
            return Ok(theirs.get(table.get()).ok_or_else(missing)?.clone());
        }
        self.own_rows(entity)
    }

    /// Our CRM's rows of an entity as texts.
    pub(in crate::scenario) fn own_rows(&self, entity: Entity) -> Result<Vec<TextRow>, CannotWork> {
        rows_of(&self.crm, entity)
    }

    fn shop_rows(&self, rows: &RowsExpectation) -> Result<Vec<TextRow>, CannotWork> {
        self.shop(rows.shop.as_ref())?.with_shop(|shop| {
            let table = shop.database().get(&rows.rows);
            let table = table.ok_or_else(|| CannotWork::NotInShop {
                what: "table",
                named: rows.rows.get().clone(),
                hint: String::new(),
            })?;
            let texts = |row: &crate::shop::Row| {
                row.iter().map(|(column, value)| (column.to_owned(), value.map(str::to_owned))).collect()
            };
            Ok(table.iter().map(|(_, row)| texts(row)).collect())
        })
    }

    /// Calls are judged one shop at a time; what is said of all of them together is said of one shop's only.
    fn judge_calls(&self, expectation: &Expectation) -> Result<Vec<Unmet>, CannotWork> {
        let mut shops: Vec<Option<&At<String>>> = Vec::new();
        for calls in &expectation.calls.0 {
            if shops.iter().all(|known| known.map(At::get) != calls.shop.as_ref().map(At::get)) {
                shops.push(calls.shop.as_ref());
            }
        }
        let together =
            Together { in_order: expectation.in_order.is_yes(), nothing_else: expectation.nothing_else.is_yes() };
        let mut unmet = Vec::new();
        for shop in shops {
            let of_shop = |calls: &&CallsExpectation| calls.shop.as_ref().map(At::get) == shop.map(At::get);
            let expected: Vec<&CallsExpectation> = expectation.calls.0.iter().filter(of_shop).collect();
            unmet.extend(self.judge_calls_of(shop, &expected, together)?);
        }
        Ok(unmet)
    }

    fn judge_calls_of(
        &self,
        shop: Option<&At<String>>,
        expected: &[&CallsExpectation],
        together: Together,
    ) -> Result<Vec<Unmet>, CannotWork> {
        let since = self.calls_from(shop);
        let contract = self.shop(shop)?.with_shop(|shop| Arc::clone(shop.contract()));
        let journal = self.shop(shop)?.journal();
        let calls: Vec<_> = journal.entries().iter().skip(since).collect();
        let wanted: Vec<Wanted<'_>> = expected
            .iter()
            .map(|calls| Wanted {
                contract: &contract,
                to: calls.to.get(),
                with: &calls.with,
                answered: calls.answered.as_ref().map(At::get),
                count: calls.count.as_ref().map(|count| *count.get()),
            })
            .collect();
        let told = |unmet: verify::Unmet| {
            let calls = unmet.wanted.or((!expected.is_empty()).then_some(0)).and_then(|number| expected.get(number));
            let place = calls.map(|calls| calls.to.place()).unwrap_or_default();
            Unmet { detail: unmet.near_lines().join("\n"), ..Unmet::at(place, unmet.message) }
        };
        Ok(verify::judge(&calls, &wanted, together).into_iter().map(told).collect())
    }
}
