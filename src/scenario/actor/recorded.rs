//! Conversations with an adapter: written down while one is held, and held again without the adapter.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::adapter::NoAnswer;
use super::program::masked;
use super::protocol::{Answer, Deed, Request};
use crate::bounded;

/// Members of the settings that are others in every run.
const OF_A_RUN: &[&str] = &["url", "wsdl url", "api key"];

/// A conversation that is being written down: a request a line, and its answer in the line after it.
#[derive(Debug)]
pub(super) struct Minutes(File);

impl Minutes {
    /// Begins a file.
    pub(super) fn begin(path: &Path) -> std::io::Result<Self> {
        File::create(path).map(Self)
    }

    /// Adds a request and what was answered, without secrets.
    pub(super) fn add(&mut self, request: &Request, answer: &Answer, secrets: &[String]) -> std::io::Result<()> {
        let request = Request { id: Some(answer.id), ..request.clone() };
        for line in [serde_json::to_string(&request)?, serde_json::to_string(answer)?] {
            writeln!(self.0, "{}", masked(line, secrets))?;
        }
        Ok(())
    }
}

/// A conversation that was written down.
#[derive(Clone, Debug)]
pub(super) struct Recorded {
    file: PathBuf,
    exchanges: Vec<Exchange>,
    next: usize,
}

#[derive(Clone, Debug)]
struct Exchange {
    /// The line of the request, counted from 1.
    line: usize,
    deed: Deed,
    asked: Value,
    answer: Answer,
}

impl Recorded {
    /// Reads a file.
    ///
    /// # Errors
    /// What is wrong with it, with its line.
    pub(super) fn read(path: &Path) -> Result<Self, String> {
        let text = bounded::read_text(path, bounded::TEXT_BYTES_MAX)
            .map_err(|cause| format!("cannot read {}: {cause}", path.display()))?;
        let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
        let mut exchanges = Vec::new();
        let wrong = |line: usize, what: &str, cause: &dyn std::fmt::Display| {
            format!("{}:{}: this is no {what} of an adapter's conversation: {cause}", path.display(), line + 1)
        };
        while let Some((number, line)) = lines.next() {
            let request: Request = serde_json::from_str(line).map_err(|cause| wrong(number, "request", &cause))?;
            let Some((at, line)) = lines.next() else {
                return Err(wrong(number, "request", &"no answer stands in the line after it"));
            };
            let answer: Answer = serde_json::from_str(line).map_err(|cause| wrong(at, "answer", &cause))?;
            exchanges.push(Exchange { line: number + 1, deed: request.request, asked: comparable(&request), answer });
        }
        match exchanges.first() {
            Some(first) if first.deed == Deed::Hello => Ok(Self { file: path.to_owned(), exchanges, next: 0 }),
            _ => Err(format!("{}: a conversation begins with `hello`, and this does not", path.display())),
        }
    }

    /// What was answered when the same was asked. A scenario begins where the next one began.
    pub(super) fn ask(&mut self, request: &Request) -> Result<Answer, NoAnswer> {
        if request.request == Deed::Reset {
            let rest = self.exchanges.iter().enumerate().skip(self.next);
            let begin = rest.filter(|(_, known)| known.deed == Deed::Reset).map(|(number, _)| number).next();
            self.next = begin.unwrap_or(self.exchanges.len());
        }
        let at = |line: usize| format!("{}:{line}", self.file.display());
        let Some(known) = self.exchanges.get(self.next) else {
            return Err(NoAnswer::RecordingEnds { file: self.file.display().to_string() });
        };
        let asked = comparable(request);
        if asked != known.asked {
            let (asked, recorded) = (asked.to_string(), known.asked.to_string());
            return Err(NoAnswer::OtherWay { asked, place: at(known.line), recorded });
        }
        self.next += 1;
        Ok(known.answer.clone())
    }
}

/// A request without what is another in every run.
fn comparable(request: &Request) -> Value {
    let mut asked = serde_json::json!(Request { id: None, now: None, ..request.clone() });
    if let Some(Value::Object(settings)) = asked.get_mut("settings") {
        settings.retain(|name, _| !OF_A_RUN.contains(&name.as_str()));
    }
    asked
}
