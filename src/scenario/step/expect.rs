//! `expect`: rows, calls and outcomes against what the story says.

use indexmap::IndexMap;

use crate::crm::{ColumnType, CrmValue, Entity, Row};
use crate::scenario::expectation::{CallsExpectation, Expectation, Matcher, OutcomeWord, RowsExpectation};
use crate::scenario::known::{ANY, SHOWN_ON};
use crate::scenario::result::{Failure, FailureKind};
use crate::scenario::span::At;
use crate::scenario::step::Step;
use crate::scenario::trace;
use crate::scenario::world::{CannotWork, Failures, World};

/// A row as texts; `None` for null.
type TextRow = IndexMap<String, Option<String>>;

/// Fields by which a row is named in messages, in the order of preference.
const NAMING: &[&str] = &["email", "originId", "entity_id", "code", "name", "combinedCode"];

impl World<'_> {
    /// Whether an expectation speaks of this telling of the story.
    pub(in crate::scenario) fn is_told_here(&self, expectation: &Expectation) -> bool {
        let telling = self.case.variant.as_deref();
        let told_here = |name: &At<String>| Some(name.get().as_str()) == telling;
        expectation.in_variants.is_empty() || expectation.in_variants.iter().any(told_here)
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
            unmet.extend(judge_rows("the CRM", rows, &found));
        }
        for rows in &expectation.shop.0 {
            let found = self.shop_rows(rows)?;
            unmet.extend(judge_rows("the shop", rows, &found));
        }
        for calls in &expectation.calls.0 {
            unmet.extend(self.judge_calls(calls)?);
        }
        let failed =
            |(line, message): (usize, String)| Failure { line, ..Self::failure(step, FailureKind::Unmet, message) };
        Ok(unmet.into_iter().map(failed).collect())
    }

    fn expect_outcome(&self, expectation: &Expectation, unmet: &mut Vec<(usize, String)>) {
        let Some(last) = &self.last else { return };
        if let Some(expected) = &expectation.outcome
            && (*expected.get() == OutcomeWord::Success) != last.success
        {
            let (wanted, found) = if last.success { ("failure", "success") } else { ("success", "failure") };
            unmet.push((expected.place().line, format!("the outcome is {found}, expected {wanted}: {}", last.message)));
        }
        if let Some(expected) = &expectation.message
            && !expected.matches(Some(&last.message))
        {
            let message = format!("the message is \"{}\", expected {}", last.message, expected.get());
            unmet.push((expected.place().line, message));
        }
    }

    fn crm_rows(&self, table: &At<String>) -> Result<Vec<TextRow>, CannotWork> {
        let entity = Entity::named(table).ok_or_else(|| format!("the CRM has no table `{}`", table.get()))?;
        let rows = self.crm.find(entity, &[]).map_err(|error| error.to_string())?;
        Ok(rows.iter().map(|row| self.crm_texts(row)).collect())
    }

    fn crm_texts(&self, row: &Row) -> TextRow {
        let text = |name: &str, value: &CrmValue| match (row.entity.column(name), value) {
            (Some(ColumnType::Ref(Entity::Integration)), _) => None,
            (Some(ColumnType::Ref(target)), CrmValue::Ref(id)) => {
                let related = self.crm.get(target, *id).ok().flatten()?;
                Some(name_of(&related))
            }
            (_, CrmValue::Null) => None,
            (_, CrmValue::TextList(items)) => Some(items.join(", ")),
            (_, other) => Some(plain(&other.to_json())),
        };
        let mut texts: TextRow = row.fields.iter().map(|(name, value)| (name.to_owned(), text(name, value))).collect();
        if row.entity == Entity::OrderNote {
            let pages = self.crm.pages_of_note(row).unwrap_or_default();
            texts.insert(SHOWN_ON.to_owned(), Some(pages.join(", ")).filter(|pages| !pages.is_empty()));
        }
        texts
    }

    fn shop_rows(&self, rows: &RowsExpectation) -> Result<Vec<TextRow>, CannotWork> {
        self.shop(rows.shop.as_ref())?.with_shop(|shop| {
            let table = shop.database().get(&rows.rows);
            let table = table.ok_or_else(|| format!("the shop has no table `{}`", rows.rows.get()))?;
            let texts = |row: &crate::shop::Row| {
                row.iter().map(|(column, value)| (column.to_owned(), value.map(str::to_owned))).collect()
            };
            Ok(table.iter().map(|(_, row)| texts(row)).collect())
        })
    }

    fn judge_calls(&self, expected: &CallsExpectation) -> Result<Vec<(usize, String)>, CannotWork> {
        let shop = self.shop(expected.shop.as_ref())?;
        let journal = shop.journal();
        let since = self.calls_from(expected.shop.as_ref());
        let of_operation = |name: &str| expected.to.get() == ANY || name == expected.to.get();
        let answered = |answer: &str| expected.answered.as_ref().is_none_or(|matcher| matcher.matches(Some(answer)));
        let calls: Vec<_> = journal.entries().iter().skip(since).filter(|call| of_operation(&call.operation)).collect();
        let matching = calls.iter().filter(|call| answered(&trace::answer(call))).count();
        let wanted = match &expected.count {
            Some(count) if *count.get() == matching => return Ok(Vec::new()),
            Some(count) => count.get().to_string(),
            None if matching > 0 => return Ok(Vec::new()),
            None => "at least one".to_owned(),
        };
        let how =
            expected.answered.as_ref().map(|matcher| format!(" answered by {}", matcher.get())).unwrap_or_default();
        let seen: Vec<String> = calls.iter().map(|call| trace::answer(call)).collect();
        let seen =
            if seen.is_empty() { "none at all".to_owned() } else { format!("answers were: {}", seen.join("; ")) };
        let message = format!("{matching} calls of {}{how}, expected {wanted} ({seen})", expected.to.get());
        Ok(vec![(expected.to.place().line, message)])
    }
}

/// What a related row is called.
fn name_of(row: &Row) -> String {
    let text = |name: &str| row.fields.text(name).unwrap_or_default();
    match row.entity {
        Entity::Website | Entity::Store => text("code").to_owned(),
        Entity::Customer => text("email").to_owned(),
        Entity::Contact => format!("{} {}", text("firstName"), text("lastName")),
        Entity::Order | Entity::CreditMemo => text("incrementId").to_owned(),
        Entity::CustomerGroup | Entity::Account => text("name").to_owned(),
        _ => row.fields.int("originId").map(|id| id.to_string()).unwrap_or_default(),
    }
}

fn plain(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn judge_rows(place: &str, expected: &RowsExpectation, rows: &[TextRow]) -> Vec<(usize, String)> {
    let value = |row: &TextRow, name: &str| row.get(name).cloned().flatten();
    let selected: Vec<&TextRow> = rows
        .iter()
        .filter(|row| expected.r#where.iter().all(|(name, matcher)| matcher.matches(value(row, name).as_deref())))
        .collect();
    let table = expected.rows.get();
    let conditions = described(&expected.r#where);
    if let Some(count) = &expected.count
        && *count.get() != selected.len()
    {
        let message = format!("{place} has {} {table} rows{conditions}, expected {}", selected.len(), count.get());
        return vec![(count.place().line, message)];
    }
    if expected.count.is_none() && selected.is_empty() {
        return vec![(expected.rows.place().line, format!("{place} has no {table} row{conditions}"))];
    }
    let mut unmet = Vec::new();
    for row in selected {
        for (name, matcher) in &expected.have {
            let found = value(row, name);
            if !matcher.matches(found.as_deref()) {
                let found = found.map_or("nothing".to_owned(), |text| format!("\"{text}\""));
                let message = format!("{table} {}: {} is {found}, expected {}", called(row), name.get(), matcher.get());
                unmet.push((name.place().line, message));
            }
        }
    }
    unmet
}

fn described(conditions: &IndexMap<At<String>, At<Matcher>>) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    let each: Vec<_> =
        conditions.iter().map(|(name, matcher)| format!("{} is {}", name.get(), matcher.get())).collect();
    format!(" where {}", each.join(" and "))
}

fn called(row: &TextRow) -> String {
    NAMING.iter().find_map(|name| row.get(*name).cloned().flatten()).unwrap_or_else(|| "row".to_owned())
}
