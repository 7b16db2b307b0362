//! Rows against what `expect` says of them: how many, what each holds, or exactly which.

use indexmap::IndexMap;

use crate::scenario::language::finding::{choices, did_you_mean};
use crate::scenario::language::step::expectation::{RowMatcher, RowsExpectation};
use crate::scenario::language::text::kind::Kind;
use crate::scenario::language::text::matcher::Matcher;
use crate::scenario::language::text::span::{At, Place};

/// A row as texts; `None` for null.
pub(super) type TextRow = IndexMap<String, Option<String>>;

/// Fields by which a row is named in messages, in the order of preference.
const NAMING: &[&str] = &["email", "originId", "entity_id", "code", "name", "combinedCode"];
/// Rows that a message shows.
const SHOWN: usize = 10;

/// What a column of a table holds.
pub(super) type KindOf = fn(&str, &str) -> Kind;

/// Whose rows are looked at.
#[derive(Clone, Copy)]
struct Of<'a> {
    table: &'a str,
    kind: KindOf,
}

/// Something that is not as expected.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Unmet {
    /// Line of what was expected.
    pub(super) line: usize,
    /// What is wrong, as a lower-case fragment.
    pub(super) message: String,
    /// What was there, a line each; may be empty.
    pub(super) detail: String,
}

impl Unmet {
    pub(super) fn at(place: Place, message: impl Into<String>) -> Self {
        Self { line: place.line, message: message.into(), detail: String::new() }
    }

    /// The same with the rows that were there.
    fn among(self, rows: &[&TextRow], fields: &[&str]) -> Self {
        Self { detail: shown(rows, fields), ..self }
    }
}

/// Everything that is not as expected of a table's rows.
pub(super) fn judge(place: &str, expected: &RowsExpectation, rows: &[TextRow], kind: KindOf) -> Vec<Unmet> {
    let of = Of { table: &expected.rows, kind };
    let selected: Vec<&TextRow> = rows.iter().filter(|row| of.fits(row, &expected.r#where)).collect();
    let table = expected.rows.get();
    let conditions = described(&expected.r#where);
    let fields = fields_of(expected);
    if let Some(wanted) = &expected.are {
        return judge_order(of, expected, wanted, &selected, &fields);
    }
    if let Some(wanted) = &expected.unordered {
        return judge_set(of, expected, wanted, &selected, &fields);
    }
    if let Some(count) = &expected.count
        && !count.is(selected.len())
    {
        let message = format!("{place} has {} {table} rows{conditions}, expected {}", selected.len(), count.get());
        let there = if selected.is_empty() { rows.iter().collect() } else { selected };
        return vec![Unmet::at(count.place(), message).among(&there, &fields)];
    }
    if expected.count.is_none() && selected.is_empty() {
        let meant = of.meant(&expected.r#where, rows).map(|said| format!("; {said}")).unwrap_or_default();
        let message = format!("{place} has no {table} row{conditions}{meant}");
        let there: Vec<&TextRow> = rows.iter().collect();
        return vec![Unmet::at(expected.rows.place(), message).among(&there, &fields)];
    }
    selected.into_iter().flat_map(|row| of.misfits(table, row, &expected.have)).collect()
}

/// Columns that are named and are not there: nothing can be said of them.
pub(super) fn unknown_columns(place: &str, expected: &RowsExpectation, columns: &[String]) -> Vec<Unmet> {
    let known: Vec<&str> = columns.iter().map(String::as_str).collect();
    let whole = expected.are.iter().chain(&expected.unordered).flatten().flat_map(|row| row.keys());
    let named = expected.r#where.keys().chain(expected.have.keys()).chain(whole);
    let unknown = named.filter(|name| !known.contains(&name.get().as_str()));
    let told = unknown.map(|name| {
        let help = choices(name, &known);
        Unmet::at(name.place(), format!("{place} has no column `{}`; {help}", name.get()))
    });
    told.collect()
}

/// Row by row; a row too many or too few is said where it would stand.
fn judge_order(
    of: Of<'_>,
    expected: &RowsExpectation,
    wanted: &[At<RowMatcher>],
    rows: &[&TextRow],
    fields: &[&str],
) -> Vec<Unmet> {
    let table = expected.rows.get();
    let mut unmet = Vec::new();
    for (number, (wanted, row)) in (1..).zip(wanted.iter().zip(rows)) {
        if !of.fits(row, wanted) {
            let wrong = of.misfits(&format!("row {number}: {table}"), row, wanted);
            unmet.extend(wrong);
        }
    }
    if wanted.len() != rows.len() {
        let place = wanted.get(rows.len()).map_or(expected.rows.place(), At::place);
        let message = format!("there are {} {table} rows, expected {}", rows.len(), wanted.len());
        unmet.push(Unmet::at(place, message).among(rows, fields));
    }
    unmet
}

/// Every row is one of those expected and the other way round, whatever their order.
fn judge_set(
    of: Of<'_>,
    expected: &RowsExpectation,
    wanted: &[At<RowMatcher>],
    rows: &[&TextRow],
    fields: &[&str],
) -> Vec<Unmet> {
    let table = expected.rows.get();
    let pairs = paired(of, wanted, rows);
    let mut unmet = Vec::new();
    for (row, _) in rows.iter().zip(&pairs).filter(|(_, pair)| pair.is_none()) {
        let message = format!("{table} {} is none of the rows expected", called(row));
        unmet.push(Unmet::at(expected.rows.place(), message).among(&[row], fields));
    }
    for (number, wanted) in wanted.iter().enumerate().filter(|(number, _)| !pairs.contains(&Some(*number))) {
        let message = format!("no {table} row is like number {}:{}", number + 1, described(wanted));
        unmet.push(Unmet::at(wanted.place(), message));
    }
    unmet
}

/// For each row which of those expected it is, so that as many as possible have one: one row may fit several.
fn paired(of: Of<'_>, wanted: &[At<RowMatcher>], rows: &[&TextRow]) -> Vec<Option<usize>> {
    let mut pairs = vec![None; rows.len()];
    for number in 0..wanted.len() {
        let mut tried = vec![false; rows.len()];
        find_row(of, number, wanted, rows, &mut pairs, &mut tried);
    }
    pairs
}

/// Finds a row for one that is expected; rows that are taken look for another (Kuhn's algorithm).
fn find_row(
    of: Of<'_>,
    number: usize,
    wanted: &[At<RowMatcher>],
    rows: &[&TextRow],
    pairs: &mut [Option<usize>],
    tried: &mut [bool],
) -> bool {
    for row in 0..rows.len() {
        if tried[row] || !of.fits(rows[row], &wanted[number]) {
            continue;
        }
        tried[row] = true;
        let free = match pairs[row] {
            None => true,
            Some(other) => find_row(of, other, wanted, rows, pairs, tried),
        };
        if free {
            pairs[row] = Some(number);
            return true;
        }
    }
    false
}

fn value<'r>(row: &'r TextRow, name: &str) -> Option<&'r str> {
    row.get(name).and_then(Option::as_deref)
}

impl Of<'_> {
    /// The value of some row that may be meant by the only condition.
    fn meant(self, wanted: &RowMatcher, rows: &[TextRow]) -> Option<String> {
        let (name, matcher) = wanted.first().filter(|_| wanted.len() == 1)?;
        let Matcher::Exact(text) = matcher.get() else { return None };
        did_you_mean(text, rows.iter().filter_map(|row| value(row, name)))
    }

    fn fits(self, row: &TextRow, wanted: &RowMatcher) -> bool {
        wanted.iter().all(|(name, matcher)| matcher.matches_as((self.kind)(self.table, name), value(row, name)))
    }

    fn misfits(self, table: &str, row: &TextRow, wanted: &RowMatcher) -> Vec<Unmet> {
        let wrong = wanted
            .iter()
            .filter(|(name, matcher)| !matcher.matches_as((self.kind)(self.table, name), value(row, name)));
        let said = |(name, matcher): (&At<String>, &At<crate::scenario::language::text::matcher::Matcher>)| {
            let found = value(row, name).map_or("nothing".to_owned(), |text| format!("\"{text}\""));
            let message = format!("{table} {}: {} is {found}, expected {}", called(row), name.get(), matcher.get());
            Unmet::at(name.place(), message)
        };
        wrong.map(said).collect()
    }
}

fn described(conditions: &RowMatcher) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    let each: Vec<_> =
        conditions.iter().map(|(name, matcher)| format!("{} is {}", name.get(), matcher.get())).collect();
    format!(" where {}", each.join(" and "))
}

fn called(row: &TextRow) -> &str {
    NAMING.iter().find_map(|name| value(row, name)).unwrap_or("row")
}

/// The fields an expectation speaks of, each once.
fn fields_of(expected: &RowsExpectation) -> Vec<&str> {
    let whole = expected.are.iter().chain(&expected.unordered).flatten().flat_map(|row| row.keys());
    let mut fields: Vec<&str> = Vec::new();
    for name in expected.r#where.keys().chain(expected.have.keys()).chain(whole) {
        if !fields.contains(&name.get().as_str()) {
            fields.push(name.get());
        }
    }
    fields
}

/// Rows by what they are called and the fields that matter.
fn shown(rows: &[&TextRow], fields: &[&str]) -> String {
    let mut text = String::new();
    for row in rows.iter().take(SHOWN) {
        let name = called(row);
        let field = |field: &&&str| {
            (value(row, field) != Some(name)).then(|| {
                format!("{field} {}", value(row, field).map_or("nothing".to_owned(), |text| format!("\"{text}\"")))
            })
        };
        let fields: Vec<String> = fields.iter().filter_map(|name| field(&name)).collect();
        let colon = if fields.is_empty() { "" } else { ": " };
        text.push_str(&format!("there: {name}{colon}{}\n", fields.join(", ")));
    }
    let more = rows.len().saturating_sub(SHOWN);
    if more > 0 {
        text.push_str(&format!("… and {more} more\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<TextRow> {
        let row = |email: &str, name: Option<&str>| {
            IndexMap::from([("email".to_owned(), Some(email.to_owned())), ("name".to_owned(), name.map(str::to_owned))])
        };
        vec![row("ada@x", Some("Ada")), row("bob@x", None), row("cleo@x", Some("Cleo"))]
    }

    fn judged(expected: &str) -> Vec<String> {
        let expected: RowsExpectation = serde_saphyr::from_str(&format!("{{rows: customer, {expected}}}")).unwrap();
        judge("the CRM", &expected, &rows(), Kind::of_crm)
            .into_iter()
            .map(|unmet| unmet.message + "\n" + &unmet.detail)
            .collect()
    }

    #[test]
    fn what_holds_is_silent() {
        for expected in [
            "count: 3",
            "count: {at least: 2}",
            "count: {at most: 3}",
            "where: {name: {is: absent}}, have: {email: bob@x}",
            "where: {email: {contains: '@x'}}, have: {name: {is: any}}",
            "where: {name: {is: present}}, count: 2",
            "are: [{email: ada@x}, {email: bob@x, name: null}, {name: Cleo}]",
            "where: {name: {is: present}}, are: [{email: ada@x}, {email: cleo@x}]",
            "where: {name: nobody}, are: []",
            "unordered: [{email: cleo@x}, {name: {is: absent}}, {name: Ada}]",
            // The first fits all of them and must leave the others theirs.
            "unordered: [{email: {is: any}}, {email: ada@x}, {email: {regex: '^(ada|bob)@'}}]",
        ] {
            assert_eq!(judged(expected), Vec::<String>::new(), "{expected}");
        }
    }

    #[test]
    fn what_does_not_hold_is_said_with_what_was_there() {
        for (expected, said) in [
            (
                "count: {at least: 4}",
                vec!["the CRM has 3 customer rows, expected at least 4\nthere: ada@x\nthere: bob@x\nthere: cleo@x\n"],
            ),
            (
                "where: {name: Eve}, have: {email: x}",
                vec![
                    "the CRM has no customer row where name is \"Eve\"\nthere: ada@x: name \"Ada\"\nthere: bob@x: name nothing\nthere: cleo@x: name \"Cleo\"\n",
                ],
            ),
            (
                "where: {email: bob@x}, have: {name: {is: present}}",
                vec!["customer bob@x: name is nothing, expected any value\n"],
            ),
            (
                "where: {email: ada@x}, have: {name: {is: absent}}",
                vec!["customer ada@x: name is \"Ada\", expected nothing\n"],
            ),
            (
                "are: [{email: bob@x}, {email: bob@x}]",
                vec![
                    "row 1: customer ada@x: email is \"ada@x\", expected \"bob@x\"\n",
                    "there are 3 customer rows, expected 2\nthere: ada@x\nthere: bob@x\nthere: cleo@x\n",
                ],
            ),
            (
                "unordered: [{name: Ada}, {name: Cleo}, {name: Eve}]",
                vec![
                    "customer bob@x is none of the rows expected\nthere: bob@x: name nothing\n",
                    "no customer row is like number 3: where name is \"Eve\"\n",
                ],
            ),
        ] {
            assert_eq!(judged(expected), said, "{expected}");
        }
    }
}
