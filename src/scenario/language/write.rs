//! A scenario into a file's text, for whoever makes one of something else. What is written reads back as what was meant,
//! whatever characters a text has; that is the rule here, and the quotes are nobody else's business.

use std::fmt::Write as _;

use serde_json::Value;

/// A longer value is written over several lines.
const LINE_MAX: usize = 90;

/// A scenario to be written: comments, the members of its head in order, its steps.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    head: String,
    steps: String,
}

impl Draft {
    /// A comment at the head of the file, one line.
    pub fn comment(&mut self, text: &str) {
        line(&mut self.head, format_args!("# {}", one_line(text)));
    }

    /// A member of the head, such as `clock`.
    pub fn member(&mut self, name: &str, value: &Value) {
        line(&mut self.head, format_args!("{name}: {}", flow(value)));
    }

    /// A step: a word alone as a text, or a record with its word.
    pub fn step(&mut self, step: &Value) {
        match step {
            Value::Object(members) if members.len() == 1 => {
                for (word, data) in members {
                    let _ = write!(self.steps, "  - {}:{}", scalar(word), after_colon(data, 6));
                }
            }
            other => line(&mut self.steps, format_args!("  - {}", flow(other))),
        }
    }

    /// A comment where the next step would stand.
    pub fn comment_between_steps(&mut self, text: &str) {
        line(&mut self.steps, format_args!("  # {}", one_line(text)));
    }

    /// The text of the scenario's file.
    pub fn text(&self) -> String {
        format!("{}steps:\n{}", self.head, self.steps)
    }
}

/// A value after a colon: on the same line while that can be read, below it otherwise.
fn after_colon(value: &Value, indent: usize) -> String {
    let (short, below) = (flow(value), " ".repeat(indent));
    match value {
        Value::Object(members) if short.len() > LINE_MAX && !members.is_empty() => {
            let member = |(name, value): (&String, &Value)| {
                format!("{below}{}:{}", scalar(name), after_colon(value, indent + 2))
            };
            format!("\n{}", members.iter().map(member).collect::<String>())
        }
        Value::Array(items) if short.len() > LINE_MAX && !items.is_empty() => {
            format!("\n{}", items.iter().map(|item| format!("{below}- {}\n", flow(item))).collect::<String>())
        }
        _ => format!(" {short}\n"),
    }
}

/// A value on one line.
fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(on) => if *on { "yes" } else { "no" }.to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => scalar(text),
        Value::Array(items) => format!("[{}]", items.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let member = |(name, value): (&String, &Value)| format!("{}: {}", scalar(name), flow(value));
            format!("{{{}}}", members.iter().map(member).collect::<Vec<_>>().join(", "))
        }
    }
}

/// A text, in quotes unless everybody reads it as itself. A double-quoted scalar of YAML takes what JSON writes.
fn scalar(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./ @".contains(c);
    let is_plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '.' || c == '/')
        && !text.ends_with(' ')
        && text.chars().all(plain)
        && !matches!(text.to_lowercase().as_str(), "yes" | "no" | "true" | "false" | "on" | "off" | "null" | "y" | "n")
        && !text.starts_with("..")
        && !text.to_lowercase().starts_with(".inf")
        && !text.to_lowercase().starts_with(".nan");
    // What begins a reference to a variable is escaped as the language wants it.
    if is_plain { text.to_owned() } else { printable(&Value::from(text.replace("${", "$${")).to_string()) }
}

/// JSON leaves characters as they are that YAML wants escaped.
fn printable(quoted: &str) -> String {
    let is_special = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}');
    let escaped = |c: char| if is_special(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    quoted.chars().map(escaped).collect()
}

fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

fn line(text: &mut String, line: std::fmt::Arguments<'_>) {
    // Writing into a string does not fail.
    let _ = writeln!(text, "{line}");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::scenario::language::read::parse;
    use crate::scenario::language::read::variables::Variables;
    use crate::scenario::language::step::StepKind;

    #[test]
    fn whatever_a_text_holds_it_reads_back_as_itself() {
        for text in [
            "plain words",
            "yes",
            "No",
            "null",
            "~",
            "5",
            "1.10",
            "000123",
            "-",
            "- sync",
            "a: b",
            "a #b",
            "{x}",
            "[1]",
            "it's",
            "\"quoted\"",
            "tab\there",
            "two\nlines",
            "${name}",
            "$${name}",
            "日本",
            "trailing ",
            " leading",
            "!tag",
            "&anchor",
            "*alias",
            "|",
            ">",
            "%",
            "@at",
            "`tick`",
            ".inf",
            "..",
            "2024-01-10 12:00:00",
            "",
            "=",
            "\u{7f}",
            "\u{85}",
            "\u{2028}",
            "a\\b",
        ] {
            let mut draft = Draft::default();
            draft.comment("one\ntwo: [");
            draft.member("title", &json!(text));
            draft.comment_between_steps(text);
            draft.step(&json!("sync"));
            draft.step(&json!({ "run": { "command": text, "env": { "A B": text } } }));
            let written = draft.text();
            let script =
                parse::script(&written, &Variables::default()).unwrap_or_else(|error| panic!("{error:?}\n{written}"));
            assert_eq!(script.title.get(), text, "{written}");
            let [_, step] = script.steps.as_slice() else { panic!("{written}") };
            let StepKind::Run(run) = &step.0 else { panic!("{written}") };
            assert_eq!((run.0.command.as_str(), run.0.env["A B"].as_str()), (text, text), "{written}");
        }
    }
}
