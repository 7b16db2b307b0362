//! The calls behind a pending snapshot: its case is found again and run up to it.

use std::fmt::Write as _;
use std::path::Path;

use super::{BOLD, RESET};
use crate::printable::printable;
use crate::scenario::wire::calls_before;
use crate::scenario::wire_call::WireCall;
use crate::scenario::{Case, Scenario};
use crate::snapshot::{Pending, SnapshotName};

/// Lines of a message unless all are wanted.
const LINES: usize = 30;

/// Longer rows of calls to one operation are shown by their first and last.
const ALIKE: usize = 4;

/// Every call since the snapshot before, with both messages.
pub(super) fn shown(one: &Pending, snapshots: &Path, whole: bool) -> Result<String, String> {
    let name = name_of(one, snapshots);
    let case = case_of(one, snapshots, &name)?;
    let calls = calls_before(&case, &name)?;
    let mut text = String::new();
    // Writing to a String cannot fail.
    let _ = writeln!(text, "  {BOLD}{} calls of {} since the snapshot before{RESET}", calls.len(), case.name);
    let numbered: Vec<(usize, &WireCall)> = (1..).zip(&calls).collect();
    for alike in numbered.chunk_by(|one, next| one.1.entry.operation == next.1.entry.operation) {
        match alike {
            [first, .., last] if alike.len() > ALIKE && !whole => {
                call_text(&mut text, *first, whole);
                let (left, operation) = (alike.len() - 2, &first.1.entry.operation);
                let _ = writeln!(text, "\n  … {left} more calls of {operation}; W shows them");
                call_text(&mut text, *last, whole);
            }
            few => few.iter().for_each(|call| call_text(&mut text, *call, whole)),
        }
    }
    Ok(text)
}

fn call_text(text: &mut String, (number, call): (usize, &WireCall), whole: bool) {
    let _ = writeln!(text, "\n  {BOLD}{number}  {}{RESET}", head(call));
    for (what, message) in [("request", &call.request), ("answer", &call.answer)] {
        match message {
            None => drop(writeln!(text, "     {what}: not kept")),
            Some(message) if message.is_empty() => drop(writeln!(text, "     {what}: empty")),
            Some(message) => {
                let _ = writeln!(text, "     {what}:");
                text.push_str(&cut(message, whole));
            }
        }
    }
}

fn head(call: &WireCall) -> String {
    let shop = call.shop.as_ref().map(|shop| format!("{shop}: ")).unwrap_or_default();
    let struck = match call.entry.disruptions.as_slice() {
        [] => String::new(),
        struck => {
            let names: Vec<String> = struck.iter().map(crate::disrupt::Disruption::name).collect();
            format!(", disrupted by {}", names.join(", "))
        }
    };
    let at = crate::datetime::to_sql(call.entry.at);
    format!("{shop}{} at {at}: {}, HTTP {}{struck}", call.entry.operation, call.answered, call.entry.http_status)
}

fn cut(message: &str, whole: bool) -> String {
    let lines = if whole { usize::MAX } else { LINES };
    let mut text: String = message.lines().take(lines).map(|line| format!("       {}\n", printable(line))).collect();
    let more = message.lines().count().saturating_sub(lines);
    if more > 0 {
        let _ = writeln!(text, "       … {more} more lines; W shows them");
    }
    text
}

/// The snapshot's name below its folder.
fn name_of(one: &Pending, snapshots: &Path) -> SnapshotName {
    let target = one.target().with_extension("");
    let below = target.strip_prefix(snapshots).unwrap_or(&target);
    let parts: Vec<_> = below.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    SnapshotName(parts.join("/"))
}

/// The case that takes it. The file is named from the folder that the snapshots' folder is in.
fn case_of(one: &Pending, snapshots: &Path, name: &SnapshotName) -> Result<Case, String> {
    let folder = snapshots.parent().unwrap_or(Path::new(""));
    let scenario = Scenario::load(&folder.join(&one.header.source)).map_err(|error| error.to_string())?;
    let found = scenario.cases().into_iter().find(|case| case.snapshots().any(|taken| taken == *name));
    found.ok_or_else(|| format!("{} takes no snapshot {} any more", one.header.source, name.0))
}
