//! Results on a terminal: a line per scenario as it ends, failures with their differences last, then the sum.

use std::fmt::Write as _;
use std::io::{self, Write};

use anstream::AutoStream;

use crate::scenario::result::{CaseResult, Failure};

const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const DIM: &str = "\u{1b}[2m";
const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// From this on a scenario's time stands out.
const SLOW_MS: u128 = 1_000;

/// Prints as results come in; the stream decides about colour.
pub struct Console<W: anstream::stream::RawStream> {
    out: AutoStream<W>,
    name_columns: usize,
}

impl Console<io::Stdout> {
    /// On standard output; `name_columns` is the length of the longest name.
    pub fn stdout(name_columns: usize) -> Self {
        Self { out: AutoStream::auto(io::stdout()), name_columns }
    }
}

impl<W: anstream::stream::RawStream> Console<W>
where
    AutoStream<W>: Write,
{
    /// The line of one result.
    ///
    /// # Errors
    /// When the stream is closed.
    pub fn line(&mut self, result: &CaseResult) -> io::Result<()> {
        let mark = if result.passed() { format!("{GREEN}ok  {RESET}") } else { format!("{RED}FAIL{RESET}") };
        let millis = result.elapsed.as_millis();
        let time =
            if millis >= SLOW_MS { format!("{BOLD}{millis} ms{RESET}") } else { format!("{DIM}{millis} ms{RESET}") };
        let accepted = match result.accepted {
            0 => String::new(),
            1 => "  1 snapshot accepted".to_owned(),
            many => format!("  {many} snapshots accepted"),
        };
        writeln!(self.out, "{mark}  {:<width$}  {time}{accepted}", result.name, width = self.name_columns)
    }

    /// All that went wrong, then how many did.
    ///
    /// # Errors
    /// When the stream is closed.
    pub fn summary(&mut self, results: &[CaseResult]) -> io::Result<()> {
        let failed: Vec<&CaseResult> = results.iter().filter(|result| !result.passed()).collect();
        for result in &failed {
            self.out.write_all(coloured(&explained(result)).as_bytes())?;
        }
        let colour = if failed.is_empty() { GREEN } else { RED };
        let (passed, failed) = (results.len() - failed.len(), failed.len());
        writeln!(self.out, "\n{colour}{passed} passed, {failed} failed{RESET}")
    }

    /// One more line.
    ///
    /// # Errors
    /// When the stream is closed.
    pub fn note(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{text}")
    }
}

/// Everything that is wrong with a case, without colour.
pub fn explained(result: &CaseResult) -> String {
    let mut text = format!("\n{}: {}\n", result.name, result.title);
    for Failure { line, step, message, detail, .. } in &result.failures {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {}:{line}: {step}: {message}", result.file.display());
        for line in detail.lines() {
            let _ = writeln!(text, "    {line}");
        }
    }
    text
}

/// Differences in colour; the stream takes it out again where it is not wanted.
fn coloured(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let colour = match line.trim_start().chars().next() {
            Some('-') if line.starts_with("    ") => RED,
            Some('+') if line.starts_with("    ") => GREEN,
            _ if !line.starts_with(' ') => BOLD,
            _ => "",
        };
        let reset = if colour.is_empty() { "" } else { RESET };
        let _ = writeln!(out, "{colour}{line}{reset}");
    }
    out
}
