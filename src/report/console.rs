//! Results on a terminal: a line per scenario as its turn comes, a mark for slow ones, failures with their differences
//! last, then the sum.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use super::progress::Progress;
use crate::printable::printable;
use crate::scenario::failure::Failure;
use crate::scenario::result::CaseResult;

const GREEN: &str = "\u{1b}[32m";
const RED: &str = "\u{1b}[31m";
const YELLOW: &str = "\u{1b}[33m";
const DIM: &str = "\u{1b}[2m";
const BOLD: &str = "\u{1b}[1m";
const RESET: &str = "\u{1b}[0m";

/// Where the lines of a run are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The standard output.
    Stdout,
    /// Standard error: standard output belongs to a report.
    Stderr,
}

/// How much is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verbosity {
    /// Every scenario, and on a terminal what runs now.
    Usual,
    /// Every scenario, but nothing that is drawn again and again: somebody is asked something meanwhile.
    Still,
    /// Failures and the sum.
    Quiet,
}

/// Prints as results come in; the stream decides about colour.
pub struct Console {
    out: Box<dyn Write>,
    verbosity: Verbosity,
    name_columns: usize,
    slow_after: Duration,
    progress: Progress,
    /// Options without which a case does something else.
    repeated_with: String,
    broken: Option<io::Error>,
}

impl Console {
    /// A console for scenarios of these names.
    pub fn new<'a>(
        target: Target,
        verbosity: Verbosity,
        slow_after: Duration,
        names: impl Iterator<Item = &'a str> + Clone,
    ) -> Self {
        let out: Box<dyn Write> = match target {
            Target::Stdout => Box::new(anstream::stdout()),
            Target::Stderr => Box::new(anstream::stderr()),
        };
        let progress = match verbosity {
            Verbosity::Usual => Progress::on_terminal(names.clone().count()),
            Verbosity::Still | Verbosity::Quiet => Progress::none(),
        };
        Self::on(out, progress, verbosity, slow_after, names)
    }

    fn on<'a>(
        out: Box<dyn Write>,
        progress: Progress,
        verbosity: Verbosity,
        slow_after: Duration,
        names: impl Iterator<Item = &'a str>,
    ) -> Self {
        let name_columns = names.map(|name| name.chars().count()).max().unwrap_or_default();
        Self { out, verbosity, name_columns, slow_after, progress, repeated_with: String::new(), broken: None }
    }

    /// The options that belong to the command which repeats a case.
    #[must_use]
    pub fn repeated_with(mut self, options: &[String]) -> Self {
        self.repeated_with = options.iter().map(|option| format!(" {}", quoted(option))).collect();
        self
    }

    /// Tells that a case begins.
    pub fn started(&mut self, name: &str) {
        self.progress.started(name);
    }

    /// A scenario has been running for long.
    pub fn slow(&mut self, name: &str) {
        let after = seconds(self.slow_after);
        let width = self.name_columns;
        self.usual_line(&format!("{YELLOW}SLOW{RESET}  {name:<width$}  {DIM}runs for more than {after} s{RESET}\n"));
    }

    /// A scenario has ended.
    pub fn ended(&mut self, name: &str) {
        self.progress.ended(name);
    }

    /// The line of one result.
    pub fn result(&mut self, result: &CaseResult) {
        if result.failed() {
            self.progress.failed();
        }
        if result.not_begun().is_some() {
            return;
        }
        if let Some(why) = result.skipped.as_ref().filter(|_| !result.failed()) {
            let width = self.name_columns;
            let why = printable(why).replace('\n', " ");
            return self.usual_line(&format!("{YELLOW}skip{RESET}  {:<width$}  {DIM}{why}{RESET}\n", result.name));
        }
        let mark = if result.passed() { format!("{GREEN}ok  {RESET}") } else { format!("{RED}FAIL{RESET}") };
        let (width, millis) = (self.name_columns, result.elapsed.as_millis());
        let time = if result.elapsed >= self.slow_after {
            format!("{YELLOW}{millis} ms  slow{RESET}")
        } else {
            format!("{DIM}{millis} ms{RESET}")
        };
        let accepted = match result.accepted {
            0 => String::new(),
            1 => "  1 snapshot accepted".to_owned(),
            many => format!("  {many} snapshots accepted"),
        };
        self.usual_line(&format!("{mark}  {:<width$}  {time}{accepted}\n", result.name));
    }

    /// All that went wrong, then how many did.
    pub fn summary(&mut self, results: &[CaseResult], elapsed: Duration) {
        self.progress.finish();
        let failed: Vec<&CaseResult> = results.iter().filter(|result| result.failed()).collect();
        let begun = || failed.iter().filter(|result| result.not_begun().is_none());
        for result in begun() {
            if result.is_unread() {
                // Its file was drawn with every mistake before anything ran.
                let many = result.failures.len();
                let mistakes = if many == 1 { "1 mistake" } else { &format!("{many} mistakes") };
                let file = result.file.display().to_string();
                self.print(&coloured(&printable(&format!("\n{file} cannot be run: {mistakes}, shown above\n"))));
            } else {
                self.print(&coloured(&printable(&explained(result))));
            }
            self.print(&format!(
                "  {DIM}again: {}{}{RESET}\n",
                printable(&again(result)),
                printable(&self.repeated_with)
            ));
        }
        let left: Vec<&str> = failed.iter().filter_map(|result| result.not_begun()).collect();
        if let Some(why) = left.first() {
            let cases = if left.len() == 1 { "1 case".to_owned() } else { format!("{} cases", left.len()) };
            self.print(&format!("\n{cases} did not begin: {}\n", printable(why)));
        }
        let colour = if failed.is_empty() { GREEN } else { RED };
        let slow = results.iter().filter(|result| result.elapsed >= self.slow_after).count();
        let slow = if slow > 0 { format!("{YELLOW}, {slow} slow{RESET}") } else { String::new() };
        let skipped = results.iter().filter(|result| !result.failed() && result.skipped.is_some()).count();
        let (passed, many, time) = (results.len() - failed.len() - skipped, failed.len(), seconds(elapsed));
        let skipped = if skipped > 0 { format!("{YELLOW}, {skipped} skipped{RESET}") } else { String::new() };
        self.print(&format!(
            "\n{colour}{passed} passed, {many} failed{RESET}{skipped}{slow} {DIM}in {time} s{RESET}\n"
        ));
        if many > 1 {
            let again = begun().map(|result| format!("{RED}FAIL{RESET}  {}\n", result.name));
            self.print(&again.collect::<String>());
        }
    }

    /// Prints one more line, whatever the run does.
    pub fn note(&mut self, text: &str) {
        self.print(&format!("{}\n", printable(text)));
    }

    /// Whether everything could be printed. Whoever closed the pipe does not want the rest; anything else is an error.
    ///
    /// # Errors
    /// What the stream said, such as that a disk is full.
    pub fn ended_well(&mut self) -> io::Result<()> {
        match self.broken.take() {
            Some(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error),
            _ => Ok(()),
        }
    }

    fn usual_line(&mut self, text: &str) {
        if self.verbosity != Verbosity::Quiet {
            self.print(text);
        }
    }

    fn print(&mut self, text: &str) {
        if self.broken.is_some() {
            return;
        }
        let out = &mut self.out;
        let written = self.progress.above(|| out.write_all(text.as_bytes()).and_then(|()| out.flush()));
        self.broken = written.err();
    }
}

/// Seconds with one digit behind the point, where there is something to show.
fn seconds(time: Duration) -> String {
    if time.subsec_millis() == 0 { time.as_secs().to_string() } else { format!("{:.1}", time.as_secs_f64()) }
}

/// A word as a shell takes it.
fn quoted(word: &str) -> Cow<'_, str> {
    let is_plain = word.chars().all(|c| c.is_ascii_alphanumeric() || "-_./".contains(c));
    if is_plain { Cow::Borrowed(word) } else { Cow::Owned(format!("'{}'", word.replace('\'', "'\\''"))) }
}

/// The command that repeats a case.
pub fn again(result: &CaseResult) -> String {
    let file = super::json::slashed(&result.file);
    let base = file.strip_suffix(".yaml").or_else(|| file.strip_suffix(".yml")).unwrap_or(&file);
    // What stands behind the scenario's own name is the variant or the case.
    let own = base.rsplit('/').next().unwrap_or(base);
    let last = result.name.rsplit('/').next().unwrap_or(&result.name);
    let case = match last.strip_prefix(own).filter(|rest| rest.starts_with('.') && file.contains("scenarios/")) {
        Some(rest) => format!("{base}{rest}"),
        None => file.clone(),
    };
    format!("mockgento run {}", quoted(&case))
}

/// Everything that is wrong with a case, without colour.
pub fn explained(result: &CaseResult) -> String {
    let mut text = format!("\n{}: {}\n", result.name, result.title);
    for failure @ Failure { step, message, detail, .. } in &result.failures {
        // Writing to a String cannot fail.
        // Further lines of a message, such as what a program printed, stand below its first one.
        let message = message.trim_end().replace('\n', "\n    ");
        let place = failure.place();
        let _ = writeln!(text, "  {}:{place}: {step}: {message}", result.file_of(failure).display());
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

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::super::tests::results;
    use super::*;

    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    struct Full;

    impl Write for Full {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::StorageFull.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn console(out: impl Write + 'static, verbosity: Verbosity) -> Console {
        let names = results().map(|result| result.name);
        let names = names.iter().map(String::as_str);
        Console::on(Box::new(out), Progress::none(), verbosity, Duration::from_millis(7), names)
    }

    fn said(verbosity: Verbosity) -> String {
        let kept = Kept::default();
        let mut console = console(anstream::StripStream::new(Box::new(kept.clone()) as Box<dyn Write>), verbosity);
        let [passed, failed] = results();
        console.started("a/c");
        console.slow("a/c");
        for result in [&passed, &failed] {
            console.ended(&result.name);
            console.result(result);
        }
        console.summary(&[passed, failed.clone(), failed], Duration::from_millis(1200));
        let bytes = kept.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn slow_ones_are_marked_and_failures_come_last() {
        let expected = "SLOW  a/c  runs for more than 0.0 s\nok    a/c  7 ms  slow\nFAIL  a/b  7 ms  slow\n\
                        \na/b: A scenario\n  scenarios/a/b.yaml:9: snapshot end: differs\n    - a: 1\n    + a: <2>\n  again: mockgento run scenarios/a/b.yaml\n\
                        \na/b: A scenario\n  scenarios/a/b.yaml:9: snapshot end: differs\n    - a: 1\n    + a: <2>\n  again: mockgento run scenarios/a/b.yaml\n\
                        \n1 passed, 2 failed, 3 slow in 1.2 s\nFAIL  a/b\nFAIL  a/b\n";
        assert_eq!(said(Verbosity::Usual), expected);
        assert!(said(Verbosity::Quiet).starts_with("\na/b: A scenario\n"), "quiet says failures and the sum only");
    }

    #[test]
    fn a_full_disk_is_an_error_and_nothing_more_is_tried() {
        let mut console = console(Full, Verbosity::Usual);
        console.note("one");
        console.note("two");
        assert_eq!(console.ended_well().unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}
