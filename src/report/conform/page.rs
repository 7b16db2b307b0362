//! A page of its own: the matrix, and of each case both CRMs side by side. It has no script and needs no network.

use std::fmt::Write as _;

use super::{About, feature, sums, text};
use crate::database::Row;
use crate::scenario::conform::{Judged, Verdict};

/// Rows of a table that the page shows.
const ROWS_MAX: usize = 200;

const HEAD: &str = include_str!("page.html");

/// The page.
pub fn page(about: &About, judged: &[Judged]) -> String {
    let mut body = String::new();
    let title = escaped(&about.client);
    // Writing to a String cannot fail.
    let _ = write!(body, "<h1>{title}</h1><p>{}</p>", escaped(&about.file));
    body.push_str("<table class=\"sums\"><tr>");
    for word in Verdict::WORDS {
        let _ = write!(body, "<th>{word}</th>");
    }
    body.push_str("</tr><tr>");
    for (word, many) in Verdict::WORDS.iter().zip(sums(judged)) {
        let _ = write!(body, "<td class=\"{}\">{many}</td>", class(word));
    }
    body.push_str("</tr></table>");
    for gone in &about.no_longer {
        let _ = write!(body, "<p class=\"note\">No longer differs, take it out: {}</p>", escaped(gone));
    }
    if let Some(why) = &about.too_little {
        let _ = write!(body, "<p class=\"note\">{}</p>", escaped(why));
    }
    let mut last = "";
    for one in judged {
        if feature(one) != last {
            last = feature(one);
            let _ = write!(body, "<h2>{}</h2>", escaped(last));
        }
        case(&mut body, one);
    }
    HEAD.replace("<!-- title -->", &title).replace("<!-- body -->", &body)
}

fn class(word: &str) -> String {
    word.replace(' ', "-")
}

fn case(body: &mut String, one: &Judged) {
    let word = one.verdict.word();
    let open = if one.verdict.is_bad() { " open" } else { "" };
    let _ = write!(
        body,
        "<details class=\"{}\"{open}><summary><b>{word}</b> {} <small>{}</small></summary>",
        class(word),
        escaped(&one.name),
        escaped(&one.title)
    );
    let lines = text::lines(one);
    if !lines.is_empty() {
        body.push_str("<ul>");
        for line in lines {
            let _ = write!(body, "<li>{}</li>", escaped(&line));
        }
        body.push_str("</ul>");
    }
    for (table, theirs) in &one.theirs {
        let ours = one.ours.get(table).map_or(&[][..], Vec::as_slice);
        let _ = write!(body, "<h3>{}</h3><div class=\"sides\">", escaped(table));
        let columns: Vec<&str> = theirs.first().map(|row| row.keys().map(String::as_str).collect()).unwrap_or_default();
        side(body, "reference", ours, &columns, one, table);
        side(body, "client", theirs, &columns, one, table);
        body.push_str("</div>");
    }
    body.push_str("</details>");
}

fn side(body: &mut String, whose: &str, rows: &[Row], columns: &[&str], one: &Judged, table: &str) {
    let names: Vec<&str> = match columns {
        [] => rows.first().map(|row| row.keys().map(String::as_str).take(6).collect()).unwrap_or_default(),
        columns => columns.to_vec(),
    };
    let _ = write!(body, "<table><caption>{whose}: {} rows</caption><tr>", rows.len());
    for name in &names {
        let _ = write!(body, "<th>{}</th>", escaped(name));
    }
    body.push_str("</tr>");
    let differs = |row: &Row, name: &str| {
        one.differences.iter().any(|(found, _)| {
            let value = row.get(name).cloned().flatten();
            found.entity == table
                && found.field.as_deref() == Some(name)
                && value == *(if whose == "client" { &found.theirs } else { &found.ours })
        })
    };
    for row in rows.iter().take(ROWS_MAX) {
        body.push_str("<tr>");
        for name in &names {
            let mark = if differs(row, name) { " class=\"differs\"" } else { "" };
            match row.get(*name).cloned().flatten() {
                Some(value) => {
                    let _ = write!(body, "<td{mark}>{}</td>", escaped(&value));
                }
                None => {
                    let _ = write!(body, "<td{mark}><i>nothing</i></td>");
                }
            }
        }
        body.push_str("</tr>");
    }
    if rows.len() > ROWS_MAX {
        let _ = write!(body, "<tr><td colspan=\"{}\">and {} more</td></tr>", names.len().max(1), rows.len() - ROWS_MAX);
    }
    body.push_str("</table>");
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
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
        let page = page(&about, &[judged]);
        for part in
            ["Acme &amp; Co", "reference: 1 rows", "client: 1 rows", "<td>Ada</td>", "<td>Adam</td>", "&lt;b&gt;a@x"]
        {
            assert!(page.contains(part), "{part}");
        }
        assert!(!page.contains("<script"), "no script");
    }
}
