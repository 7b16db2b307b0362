//! A page of its own: the matrix, and of each case both CRMs side by side.

use serde::Serialize;

use super::{About, feature, sums, text};
use crate::database::Row;
use crate::report::page;
use crate::scenario::conform::{Judged, Verdict};

/// Rows of a table that the page shows.
const ROWS_MAX: usize = 200;
/// Columns of a table of which the client shows none.
const COLUMNS_MAX: usize = 6;

const TEMPLATE: &str = include_str!("page.html");

#[derive(Serialize)]
struct Page<'a> {
    client: &'a str,
    file: &'a str,
    sums: Vec<Sum>,
    no_longer: &'a [String],
    too_little: Option<&'a str>,
    features: Vec<Feature<'a>>,
}

#[derive(Serialize)]
struct Sum {
    verdict: &'static str,
    class: String,
    cases: usize,
}

#[derive(Serialize)]
struct Feature<'a> {
    name: &'a str,
    cases: Vec<Case<'a>>,
}

#[derive(Serialize)]
struct Case<'a> {
    name: &'a str,
    title: &'a str,
    verdict: &'static str,
    class: String,
    is_bad: bool,
    lines: Vec<String>,
    tables: Vec<Table<'a>>,
}

#[derive(Serialize)]
struct Table<'a> {
    name: &'a str,
    sides: [Side<'a>; 2],
}

#[derive(Serialize)]
struct Side<'a> {
    whose: &'static str,
    count: usize,
    columns: Vec<&'a str>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Serialize)]
struct Cell {
    text: Option<String>,
    differs: bool,
}

/// The page.
///
/// # Errors
/// A template that does not fit its data, which a test finds first.
pub fn page(about: &About, judged: &[Judged]) -> Result<String, minijinja::Error> {
    let sum = |(verdict, cases): (&&'static str, usize)| Sum { verdict, class: class(verdict), cases };
    let mut features: Vec<Feature> = Vec::new();
    for one in judged {
        let name = feature(one);
        if features.last().is_none_or(|last| last.name != name) {
            features.push(Feature { name, cases: Vec::new() });
        }
        features.last_mut().into_iter().for_each(|last| last.cases.push(case(one)));
    }
    let data = Page {
        client: &about.client,
        file: &about.file,
        sums: Verdict::WORDS.iter().zip(sums(judged)).map(sum).collect(),
        no_longer: &about.no_longer,
        too_little: about.too_little.as_deref(),
        features,
    };
    page::page(TEMPLATE, &data)
}

fn class(word: &str) -> String {
    word.replace(' ', "-")
}

fn case(one: &Judged) -> Case<'_> {
    let word = one.verdict.word();
    let tables = one.theirs.iter().map(|(name, theirs)| {
        let ours = one.ours.get(name).map_or(&[][..], Vec::as_slice);
        let columns: Vec<&str> = theirs.first().map(|row| row.keys().map(String::as_str).collect()).unwrap_or_default();
        Table {
            name,
            sides: [side("reference", ours, &columns, one, name), side("client", theirs, &columns, one, name)],
        }
    });
    Case {
        name: &one.name,
        title: &one.title,
        verdict: word,
        class: class(word),
        is_bad: one.verdict.is_bad(),
        lines: text::lines(one),
        tables: tables.collect(),
    }
}

fn side<'a>(whose: &'static str, rows: &'a [Row], columns: &[&'a str], one: &Judged, table: &str) -> Side<'a> {
    let columns: Vec<&str> = match columns {
        [] => rows.first().map(|row| row.keys().map(String::as_str).take(COLUMNS_MAX).collect()).unwrap_or_default(),
        columns => columns.to_vec(),
    };
    let differs = |text: &Option<String>, column: &str| {
        one.differences.iter().any(|(found, _)| {
            found.entity == table
                && found.field.as_deref() == Some(column)
                && text == if whose == "client" { &found.theirs } else { &found.ours }
        })
    };
    let cell = |row: &Row, column: &str| {
        let text = row.get(column).cloned().flatten();
        Cell { differs: differs(&text, column), text }
    };
    let shown = rows.iter().take(ROWS_MAX).map(|row| columns.iter().map(|column| cell(row, column)).collect());
    Side { whose, count: rows.len(), rows: shown.collect(), columns }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::scenario::actor::Tables;

    #[test]
    fn a_page_shows_both_sides_and_nothing_in_it_can_act() {
        let row = |name: &str| {
            Row::from([
                ("email".to_owned(), Some("<b>a@x</b>".to_owned())),
                ("firstName".to_owned(), Some(name.to_owned())),
            ])
        };
        let judged = Judged {
            name: "customers/first".to_owned(),
            title: "A <script>".to_owned(),
            file: "scenarios/customers/first.yaml".into(),
            verdict: Verdict::Differs,
            differences: Vec::new(),
            known: Vec::new(),
            said: None,
            ours: Tables::from([("customer".to_owned(), vec![row("Ada")])]),
            theirs: Tables::from([("customer".to_owned(), vec![row("Adam")])]),
            elapsed: Duration::ZERO,
        };
        let about = About {
            client: "Acme & Co".to_owned(),
            file: "acme.yaml".to_owned(),
            no_longer: Vec::new(),
            too_little: None,
        };
        let page = page(&about, &[judged]).unwrap();
        for part in
            ["Acme &amp; Co", "reference: 1 row<", "client: 1 row<", "<td>Ada</td>", "<td>Adam</td>", "&lt;b&gt;a@x"]
        {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("<script"), "no script");
    }
}
