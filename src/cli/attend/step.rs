//! `mockgento run --step`: after each step a person looks around, and says when to go on.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use comfy_table::{Table, presets};
use serde_json::{Map, Value};

use crate::cli::crm::show;
use crate::cli::output::{counted, fit};
use crate::crm::{Crm, Entity};
use crate::nearest;
use crate::printable::printable;
use crate::scenario::attendant::{Attendant, DoneStep, Go, Stage};
use crate::scenario::result::CaseResult;
use crate::scenario::timeline::{Change, TableChange};
use crate::scenario::wire_call::WireCall;
use crate::shop::state;

/// Rows of a table, and calls of a step, that are shown.
const ROWS_MAX: usize = 50;
/// Columns of a shop's table that are shown: those with the key, and then those that have a value.
const COLUMNS_MAX: usize = 8;

/// Rows of a table of which a step's summary says what changed.
const ROWS_TOLD_MAX: usize = 3;

const HELP: &str = "  Enter      do the next step
  c          the calls of this step; `c 12` shows call 12 with both messages
  crm        the CRM's tables; `crm customer` shows the rows of one
  shop       the shop's tables; `shop customer` shows the rows of one, `shop eu customer` of the shop eu
  r          run on to the end without stopping
  q          end here
";

pub(super) struct Stepping {
    to_stderr: bool,
    /// The last call of each shop before the step.
    seen: BTreeMap<String, u64>,
    runs_on: bool,
}

/// What a person says at a stop.
#[derive(Debug, PartialEq, Eq)]
enum Said<'a> {
    Next,
    Calls,
    Call(u64),
    Crm(Option<&'a str>),
    Shop { shop: Option<&'a str>, table: Option<&'a str> },
    RunOn,
    End,
    Help,
    Unknown(&'a str),
}

impl<'a> Said<'a> {
    fn of(line: &'a str) -> Self {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            [] | ["n" | "next"] => Self::Next,
            ["c" | "calls"] => Self::Calls,
            ["c" | "calls", number] => number.parse().map_or(Self::Unknown(line.trim()), Self::Call),
            ["crm"] => Self::Crm(None),
            ["crm", table] => Self::Crm(Some(table)),
            ["shop"] => Self::Shop { shop: None, table: None },
            ["shop", table] => Self::Shop { shop: None, table: Some(table) },
            ["shop", shop, table] => Self::Shop { shop: Some(shop), table: Some(table) },
            ["r" | "run"] => Self::RunOn,
            ["q" | "quit"] => Self::End,
            ["?" | "h" | "help"] => Self::Help,
            _ => Self::Unknown(line.trim()),
        }
    }
}

impl Stepping {
    pub(super) fn new(to_stderr: bool) -> Self {
        Self { to_stderr, seen: BTreeMap::new(), runs_on: false }
    }

    fn mark(&mut self, stage: &Stage<'_>) {
        self.seen = stage.shops().map(|shop| (shop.to_owned(), stage.last_call(shop))).collect();
    }

    fn calls(&self, stage: &Stage<'_>) -> Vec<WireCall> {
        let of = |shop: &str| stage.calls(shop, self.seen.get(shop).copied().unwrap_or_default());
        stage.shops().flat_map(of).collect()
    }

    /// What a step did, in a few lines.
    fn told(&self, stage: &Stage<'_>, done: &DoneStep<'_>) -> String {
        let steps = stage.case().scenario.script.steps.len();
        let mut text = String::new();
        let Some(told) = done.told else { return text };
        let file = told.origin.as_ref().map(|(file, _)| format!(" of {}", file.display())).unwrap_or_default();
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\nstep {} of {steps}, line {}{file}", done.index + 1, told.line);
        indented(&mut text, "  | ", told.source.trim_end());
        let ended =
            told.outcome.as_ref().map_or("", |outcome| if outcome.success { ", succeeded" } else { ", failed" });
        let _ = writeln!(text, "  {}  {}{ended}", told.until, counted(self.calls(stage).len(), "call", "calls"));
        let failed = told.outcome.as_ref().filter(|outcome| !outcome.success);
        indented(&mut text, "    ", failed.map_or("", |outcome| &outcome.message));
        told.crm.iter().for_each(|change| text.push_str(&changed("CRM", change)));
        for (name, change) in &told.shops {
            text.push_str(&changed(if name.is_empty() { "shop" } else { name }, change));
        }
        for failure in done.failures {
            let _ = writeln!(text, "  FAIL: {}", failure.message);
            indented(&mut text, "    ", &failure.detail);
        }
        text
    }

    fn ask(&self, stage: &Stage<'_>, out: &mut dyn Write) -> Asked {
        loop {
            let _ = write!(out, "> ").and_then(|()| out.flush());
            let mut line = String::new();
            // The end of the input is nobody who could want to go on.
            match std::io::stdin().read_line(&mut line) {
                Ok(0) | Err(_) => return Asked::End,
                Ok(_) => {}
            }
            let text = match Said::of(&line) {
                Said::Next => return Asked::Next,
                Said::RunOn => return Asked::RunOn,
                Said::End => return Asked::End,
                Said::Help => HELP.to_owned(),
                Said::Calls => calls(&self.calls(stage)),
                Said::Call(number) => call(&self.calls(stage), number),
                Said::Crm(None) => crm_tables(stage),
                Said::Crm(Some(table)) => crm_rows(stage, table),
                Said::Shop { shop, table } => shop_text(stage, shop, table),
                Said::Unknown(said) => format!("  \"{said}\" is nothing that can be asked; ? lists what can\n"),
            };
            let _ = out.write_all(printable(&text).as_bytes());
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Next,
    RunOn,
    End,
}

impl Attendant for Stepping {
    fn begins(&mut self, stage: &Stage<'_>) -> Result<(), String> {
        let scenario = &stage.case().scenario;
        let mut out = super::output(self.to_stderr);
        let title = scenario.script.title.get();
        let _ = writeln!(out, "{}: {title}\n? lists what can be asked at each stop", stage.case().name);
        self.mark(stage);
        Ok(())
    }

    fn after_step(&mut self, stage: &Stage<'_>, done: &DoneStep<'_>) -> Go {
        let mut go = Go::On;
        if !self.runs_on {
            let mut out = super::output(self.to_stderr);
            let _ = out.write_all(printable(&self.told(stage, done)).as_bytes());
            if done.is_last {
                let _ = writeln!(out, "  that was the last step; Enter ends");
            }
            match self.ask(stage, out.as_mut()) {
                Asked::Next => {}
                Asked::RunOn => self.runs_on = true,
                Asked::End => go = Go::NoFurther,
            }
        }
        self.mark(stage);
        go
    }

    fn ends(&mut self, _: &Stage<'_>, _: &CaseResult) -> Result<(), String> {
        Ok(())
    }
}

/// What a step did to a table: how many rows, and the columns of the few that changed.
fn changed(side: &str, change: &TableChange) -> String {
    let (mut added, mut removed, mut differ) = (0, 0, Vec::new());
    for row in &change.rows {
        match &row.change {
            Change::Added(_) => added += 1,
            Change::Removed => removed += 1,
            Change::Changed(columns) => differ.push((&row.key, columns)),
        }
    }
    let counts = [(added, "added"), (differ.len(), "changed"), (removed, "removed"), (change.left_out, "more")];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, how)| format!("{count} {how}")).collect();
    let mut text = format!("    {side} {}: {}\n", change.table, counts.join(", "));
    for (key, columns) in differ.iter().take(ROWS_TOLD_MAX) {
        for (column, before, after) in *columns {
            let [before, after] = [before, after].map(|value| value.as_deref().unwrap_or("nothing"));
            let _ = writeln!(text, "      {key}: {column} {before} -> {after}");
        }
    }
    text
}

fn indented(text: &mut String, indent: &str, lines: &str) {
    for line in lines.lines() {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "{indent}{line}");
    }
}

fn calls(calls: &[WireCall]) -> String {
    let mut text = String::new();
    let left_out = calls.len().saturating_sub(ROWS_MAX);
    if left_out > 0 {
        let _ = writeln!(text, "  … {left_out} before these");
    }
    for call in calls.iter().skip(left_out) {
        let shop = call.shop.as_ref().map(|shop| format!("{shop} ")).unwrap_or_default();
        let struck: Vec<String> = call.entry.disruptions.iter().map(crate::disrupt::Disruption::name).collect();
        let struck = if struck.is_empty() { String::new() } else { format!(", disrupted by {}", struck.join(", ")) };
        let _ = writeln!(text, "  {shop}{} {}: {}{struck}", call.entry.number, call.entry.operation, call.answered);
    }
    if calls.is_empty() { "  no calls in this step\n".to_owned() } else { text }
}

fn call(calls: &[WireCall], number: u64) -> String {
    let mut text = String::new();
    for call in calls.iter().filter(|call| call.entry.number == number) {
        let _ = writeln!(text, "  {} {}: {}", number, call.entry.operation, call.answered);
        for message in [&call.request, &call.answer].into_iter().flatten().filter(|message| !message.is_empty()) {
            indented(&mut text, "    ", message);
            text.push('\n');
        }
    }
    if text.is_empty() { format!("  this step has no call {number}; c lists its calls\n") } else { text }
}

fn crm_tables(stage: &Stage<'_>) -> String {
    let Some(crm) = stage.crm() else { return NOT_OURS.to_owned() };
    let mut text = String::new();
    for entity in Entity::ALL {
        let rows = crm.find(*entity, &[]).map(|rows| rows.len()).unwrap_or_default();
        if rows > 0 {
            let _ = writeln!(text, "  {} {}", entity.table(), rows);
        }
    }
    if text.is_empty() { "  the CRM has no rows\n".to_owned() } else { text }
}

const NOT_OURS: &str = "  somebody's own client acts here; its rows are in its own CRM\n";

fn crm_rows(stage: &Stage<'_>, table: &str) -> String {
    let Some(crm) = stage.crm() else { return NOT_OURS.to_owned() };
    let Some(entity) = Entity::ALL.iter().find(|entity| entity.table() == table) else {
        let known: Vec<&str> = Entity::ALL.iter().map(|entity| entity.table()).collect();
        return unknown("the CRM", table, &known);
    };
    match shown_rows(crm, *entity) {
        Ok(rows) => rows_text(&show::table_of(*entity, &[], &rows), rows.len()),
        Err(error) => format!("  {error}\n"),
    }
}

fn shown_rows(crm: &Crm, entity: Entity) -> Result<Vec<Map<String, Value>>, crate::crm::CrmError> {
    crm.find(entity, &[])?.iter().map(|row| crm.shown(row)).collect()
}

fn rows_text(table: &str, rows: usize) -> String {
    let mut text = String::new();
    // One more line than rows: the head.
    for line in table.lines().take(ROWS_MAX + 1) {
        let _ = writeln!(text, "  {line}");
    }
    let _ = writeln!(text, "  {}", counted(rows, "row", "rows"));
    text
}

fn shop_text(stage: &Stage<'_>, shop: Option<&str>, table: Option<&str>) -> String {
    let names: Vec<&str> = stage.shops().collect();
    let shop = match (shop, table) {
        (Some(shop), _) if names.contains(&shop) => shop,
        (Some(shop), _) => return unknown("the scenario", shop, &names),
        // With several shops the only word may be a shop's name.
        (None, Some(word)) if names.len() > 1 && names.contains(&word) => return shop_tables(stage, word),
        (None, _) => names.first().copied().unwrap_or_default(),
    };
    let Some(table) = table else {
        return shop_tables(stage, shop);
    };
    let text = stage.shop(shop, |shop| match state::rows(shop, table) {
        None => unknown("the shop", table, &state::tables(shop).collect::<Vec<_>>()),
        Some(rows) => {
            let rows: Vec<Value> = rows.collect();
            rows_text(&shop_table(&rows), rows.len())
        }
    });
    text.unwrap_or_default()
}

fn shop_tables(stage: &Stage<'_>, shop: &str) -> String {
    let text = stage.shop(shop, |shop| {
        let counted = state::tables(shop).map(|name| (name, state::rows(shop, name).map_or(0, Iterator::count)));
        counted.filter(|(_, rows)| *rows > 0).map(|(name, rows)| format!("  {name} {rows}\n")).collect::<String>()
    });
    text.unwrap_or_default()
}

fn shop_table(rows: &[Value]) -> String {
    let mut columns: Vec<&String> = Vec::new();
    for row in rows.iter().filter_map(Value::as_object) {
        columns.extend(row.keys().filter(|column| !columns.contains(column)).collect::<Vec<_>>());
    }
    columns.truncate(COLUMNS_MAX);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    fit(&mut table);
    table.set_header(columns.iter());
    for row in rows {
        table.add_row(columns.iter().map(|column| row.get(column.as_str()).map(show::plain).unwrap_or_default()));
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    table.trim_fmt()
}

fn unknown(of: &str, name: &str, known: &[&str]) -> String {
    let meant = nearest::meant(name, known.iter().copied());
    let hint =
        meant.map_or_else(|| format!("; it has {}", known.join(", ")), |meant| format!("; did you mean {meant}?"));
    format!("  {of} has no {name}{hint}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_at_a_stop() {
        for (line, expected) in [
            ("\n", Said::Next),
            (" n ", Said::Next),
            ("c", Said::Calls),
            ("c 12", Said::Call(12)),
            ("c x", Said::Unknown("c x")),
            ("crm", Said::Crm(None)),
            ("crm customer", Said::Crm(Some("customer"))),
            ("shop customer", Said::Shop { shop: None, table: Some("customer") }),
            ("shop eu customer", Said::Shop { shop: Some("eu"), table: Some("customer") }),
            ("r", Said::RunOn),
            ("q", Said::End),
            ("?", Said::Help),
            ("sync", Said::Unknown("sync")),
        ] {
            assert_eq!(Said::of(line), expected, "{line}");
        }
    }
}
