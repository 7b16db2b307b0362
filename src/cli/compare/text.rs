//! What differs between two shops, for a terminal: by topic, each with what it means for a client.

use std::fmt::Write as _;

use super::{Compared, NotAsked};
use crate::compare::{Difference, Topic};

/// Longer texts are cut here; the JSON has all.
const CHARS_MAX: usize = 240;

/// The whole comparison in words.
pub(super) fn compared(compared: &Compared) -> String {
    let mut out = String::new();
    let _ = writeln!(out, "< {}\n> {}", compared.first, compared.second);
    listed(&mut out, &compared.differences);
    if !compared.not_asked.is_empty() {
        let _ = writeln!(out, "\nNot compared, since not both of them have the operation and a record to ask about:");
        let _ = writeln!(out, "  {}", compared.not_asked.join(", "));
    }
    let NotAsked { writing, reading, of_modules } = &compared.not_called;
    if !of_modules.is_empty() {
        let _ = writeln!(
            out,
            "\nOf modules, declared but not called (--ask NAME, or NAME={{…}} with arguments, asks one):"
        );
        for not_called in of_modules {
            let _ = writeln!(out, "  {}: {}", not_called.operation, not_called.why);
        }
    }
    let others = [(writing, "that write"), (reading, "of whose answers nothing is compared")];
    let others = others.into_iter().filter(|(names, _)| !names.is_empty());
    let others: Vec<String> = others.map(|(names, which)| format!("{} operations {which}", names.len())).collect();
    if !others.is_empty() {
        let _ = writeln!(out, "\nNot called: {} (--json names them)", others.join(", and "));
    }
    let asked = compared.calls.iter().map(u64::to_string).collect::<Vec<_>>().join(" and ");
    let asked = format!("{asked} calls");
    let _ = match compared.differences.len() {
        0 => writeln!(out, "\nwhat was asked, both answer alike ({asked}; nothing was written)"),
        count => writeln!(out, "\n{count} differences ({asked}; nothing was written)"),
    };
    if let Some(written) = &compared.overrides {
        let _ =
            writeln!(out, "\nWhat the fake must do otherwise is in {0}: mockgento serve --overrides {0}", written.file);
        let _ = match written.left.is_empty() {
            true => writeln!(out, "With it the fake answers what was asked alike."),
            false => writeln!(out, "With it these are left, which overrides cannot express:"),
        };
        listed(&mut out, &written.left);
    }
    out
}

/// Things that changed and are named in one line.
const NAMED_MAX: usize = 5;

/// Whether the shop is as the overrides say, in one line.
pub(super) fn in_one_line(compared: &Compared) -> String {
    let calls: u64 = compared.calls.iter().sum();
    let count = compared.differences.len();
    if count == 0 {
        let unknown = compared.not_called.of_modules.len();
        let besides =
            if unknown == 0 { String::new() } else { format!(", {unknown} operations of modules not called") };
        return format!("unchanged: {} ({calls} calls{besides})", compared.first);
    }
    let mut named: Vec<String> = Vec::new();
    for differs in &compared.differences {
        let aspect = if differs.aspect == "answer" { String::new() } else { format!(" ({})", differs.aspect) };
        let name = format!("{}{aspect}", differs.question);
        if !named.contains(&name) {
            named.push(name);
        }
    }
    let more = named.len().saturating_sub(NAMED_MAX);
    named.truncate(NAMED_MAX);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{count} changed: {}: {}{more} ({calls} calls)", compared.first, cut(&named.join("; ")))
}

fn listed(out: &mut String, differences: &[Difference]) {
    for topic in Topic::ALL {
        let of_topic = differences.iter().filter(|differs| differs.topic == topic);
        for (at, differs) in of_topic.enumerate() {
            if at == 0 {
                let _ = writeln!(out, "\n{}", topic.name());
            }
            one(out, differs);
        }
    }
}

fn one(out: &mut String, differs: &Difference) {
    let aspect = if differs.aspect == "answer" { String::new() } else { format!(": {}", differs.aspect) };
    let _ = writeln!(out, "  {}{aspect}", differs.question);
    for (sign, text) in [("<", &differs.first), (">", &differs.second)] {
        if !text.is_empty() {
            let _ = writeln!(out, "    {sign} {}", cut(text));
        }
    }
    if let Some(means) = differs.means {
        let _ = writeln!(out, "    {means}");
    }
}

fn cut(text: &str) -> String {
    let text = text.replace('\n', " ");
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => {
            format!("{}… ({} more characters; --json has all)", &text[..end], text[end..].chars().count())
        }
        None => text,
    }
}
