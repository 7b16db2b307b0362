//! What the explorer found: calls by disruptions, then each failure.

use std::fmt::Write;

use serde_json::{Value, json};

use crate::scenario::explore::{Blame, CallSite, Edit, EditExploration, Exploration, Failed, Verdict};

/// The letter of a verdict in the matrix; a blank where the disruption could not strike.
const LETTERS: &[(Option<Verdict>, char)] = &[
    (None, ' '),
    (Some(Verdict::Retried), '.'),
    (Some(Verdict::Converged), 'c'),
    (Some(Verdict::Lost), 'L'),
    (Some(Verdict::Doubled), 'D'),
    (Some(Verdict::Stuck), 'S'),
];

fn letter(verdict: Option<Verdict>) -> char {
    LETTERS.iter().find(|(known, _)| *known == verdict).map_or('?', |(_, letter)| *letter)
}

/// The name of a column: a to z, then A to Z.
fn column(number: usize) -> char {
    ('a'..='z').chain('A'..='Z').nth(number).unwrap_or('*')
}

/// Calls down, columns across: what became of each pair.
fn grid(name: &str, calls: &[CallSite], columns: usize, matrix: &[Vec<Option<Verdict>>]) -> String {
    let mut text = format!("\n{name}\n");
    let width = calls.iter().map(|call| call.name().chars().count()).max().unwrap_or_default();
    let header: String = (0..columns).map(column).collect();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {:width$}  {header}", "");
    for (call, row) in calls.iter().zip(matrix) {
        let cells: String = row.iter().map(|cell| letter(*cell)).collect();
        let _ = writeln!(text, "  {:width$}  {}", call.name(), cells.trim_end());
    }
    text
}

/// The calls of a case by what was edited before them, and each loss with the step that shows it.
pub fn edits(found: &EditExploration) -> String {
    let mut text = grid(&found.name, &found.calls, Edit::ALL.len(), &found.matrix);
    if found.tried.runs < found.tried.all {
        let _ = writeln!(text, "  edits: {} of {}", found.tried.runs, found.tried.all);
    }
    for failed in &found.failed {
        let _ = writeln!(text, "  {}: {} before {}", failed.verdict.as_str(), failed.edit.name(), failed.site.name());
        for difference in failed.differences.iter().take(DIFFERENCES_SHOWN) {
            let _ = writeln!(text, "    {difference}");
        }
        let more = failed.differences.len().saturating_sub(DIFFERENCES_SHOWN);
        if more > 0 {
            let _ = writeln!(text, "    and {more} more");
        }
        if let Some(line) = failed.message.lines().find(|line| line.contains("failed")) {
            let _ = writeln!(text, "    {line}");
        }
        for line in blamed(failed.blame.as_ref()) {
            let _ = writeln!(text, "    {line}");
        }
        let (operation, nth) = (&failed.site.operation, failed.site.nth);
        let _ = writeln!(
            text,
            "    in a scenario: `during: {{sync: {{}}, before: {{operation: {operation}, call: {nth}}}, in magento: …}}`"
        );
    }
    text
}

/// What the letters of [`edits`] mean.
pub fn legend_of_edits() -> String {
    let mut text = String::from("\nedits:\n");
    for (number, edit) in Edit::ALL.iter().enumerate() {
        let _ = writeln!(text, "  {} {}", column(number), edit.name());
    }
    text.push_str(". each row as with the edit before the step or after it  L lost  D doubled  S stuck\n");
    text
}

/// The same for machines.
pub fn json_of_edits(found: &EditExploration) -> Value {
    let cell = |cell: &Option<Verdict>| json!(cell.map(Verdict::as_str));
    json!({
        "name": found.name,
        "calls": found.calls.iter().map(CallSite::name).collect::<Vec<_>>(),
        "tried": { "told": found.tried.runs, "all": found.tried.all },
        "edits": Edit::ALL.iter().map(|edit| edit.name()).collect::<Vec<_>>(),
        "matrix": found.matrix.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "failures": found.failed.iter().map(|failed| json!({
            "verdict": failed.verdict.as_str(),
            "edit": failed.edit.name(),
            "line": failed.site.line, "operation": failed.site.operation, "nth": failed.site.nth, "shop": failed.site.shop,
            "differences": failed.differences.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "message": failed.message,
            "quirks": quirks(failed.blame.as_ref()),
        })).collect::<Vec<_>>(),
        "runs": found.runs,
    })
}

/// The matrix and the failures of a case.
pub fn text(found: &Exploration) -> String {
    let mut text = grid(&found.name, &found.calls, found.troubles.len(), &found.matrix);
    let (singles, pairs) = (found.singles, found.pairs);
    if singles.runs < singles.all {
        let _ = writeln!(text, "  single ones: {} of {}", singles.runs, singles.all);
    }
    if pairs.all > 0 {
        let _ = writeln!(text, "  pairs: {} of {}", pairs.runs, pairs.all);
    }
    for failed in &found.failed {
        let _ = writeln!(text, "  {}: {}", failed.verdict.as_str(), struck(failed));
        for difference in failed.differences.iter().take(DIFFERENCES_SHOWN) {
            let _ = writeln!(text, "    {difference}");
        }
        let more = failed.differences.len().saturating_sub(DIFFERENCES_SHOWN);
        if more > 0 {
            let _ = writeln!(text, "    and {more} more");
        }
        if let Some(line) =
            failed.message.lines().find(|line| line.contains("failed")).or(failed.message.lines().next())
        {
            let _ = writeln!(text, "    {line}");
        }
        for line in blamed(failed.blame.as_ref()) {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// Differences of a failure that are told on a terminal.
const DIFFERENCES_SHOWN: usize = 3;

fn struck(failed: &Failed) -> String {
    let names = failed.strikes.iter().map(|strike| format!("{} at {}", strike.trouble.name(), strike.site.name()));
    names.collect::<Vec<_>>().join(", then ")
}

fn blamed(blame: Option<&Blame>) -> Vec<String> {
    let Some(blame) = blame else { return Vec::new() };
    let words = match blame {
        Blame::Each(_) => "behind it",
        Blame::Together(_) => "behind it, together",
        Blame::Nothing => return vec!["no quirk is behind it".to_owned()],
    };
    blame.quirks().iter().map(|quirk| format!("{words}: {} {}", quirk.id(), quirk.summary())).collect()
}

fn quirks(blame: Option<&Blame>) -> Option<Vec<&'static str>> {
    blame.map(|blame| blame.quirks().iter().map(|quirk| quirk.id()).collect())
}

/// What the letters mean.
pub fn legend(found: &Exploration) -> String {
    let mut text = String::from("\ndisruptions:");
    for (number, trouble) in found.troubles.iter().enumerate() {
        let separator = if number % 4 == 0 { "\n  " } else { "  " };
        let _ = write!(text, "{separator}{} {:<26}", column(number), trouble.name());
    }
    text.push_str("\n. retried  c converged  L lost  D doubled  S stuck\n");
    text
}

/// All of it for machines.
pub fn json(found: &Exploration) -> Value {
    let cell = |cell: &Option<Verdict>| json!(cell.map(Verdict::as_str));
    let failure = |failed: &Failed| {
        json!({
            "verdict": failed.verdict.as_str(),
            "strikes": failed.strikes.iter().map(|strike| json!({
                "line": strike.site.line, "operation": strike.site.operation, "nth": strike.site.nth,
                "shop": strike.site.shop, "disruption": strike.trouble.name(),
            })).collect::<Vec<_>>(),
            "differences": failed.differences.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "message": failed.message,
            "quirks": quirks(failed.blame.as_ref()),
        })
    };
    json!({
        "name": found.name,
        "calls": found.calls.iter().map(|call| call.name()).collect::<Vec<_>>(),
        "disruptions": found.troubles.iter().map(|trouble| trouble.name()).collect::<Vec<_>>(),
        "matrix": found.matrix.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>()).collect::<Vec<_>>(),
        "singles": { "told": found.singles.runs, "all": found.singles.all },
        "pairs": { "told": found.pairs.runs, "all": found.pairs.all },
        "failures": found.failed.iter().map(failure).collect::<Vec<_>>(),
        "runs": found.runs,
    })
}
