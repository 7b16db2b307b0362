//! What happened while a case ran, step by step and lane by lane: calls with their messages, rows that changed on both
//! sides, what came of it. Kept only when asked for, and within limits that say what they left out. Reports read it;
//! nothing here decides whether a scenario passes.

mod calls;
mod crm_rows;
pub(super) mod recorder;
mod shop_rows;
mod source;
mod table;

use std::ops::Range;
use std::path::PathBuf;
use std::time::Duration;

pub use table::{Cells, Change, ColumnChange, RowChange, TableChange};

/// Calls of one step that are kept: this many of its first, of its last, and of those between that went wrong.
pub const CALLS_MAX: usize = 128;
/// Rows of one table whose changes are kept for one step.
pub const ROWS_MAX: usize = 200;
/// Characters of one cell or argument.
pub const TEXT_MAX: usize = 2000;

/// What was there and what happened, step by step, for the HTML report.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// The file up to its steps, secrets masked.
    pub setup: String,
    /// Before the first step, and then each step that was begun.
    pub steps: Vec<ToldStep>,
}

/// One step as it happened.
#[derive(Clone, Debug)]
pub struct ToldStep {
    /// The word it starts with; `start` for what happens before the first.
    pub word: &'static str,
    /// Line in the file.
    pub line: usize,
    /// The fragment's file and how the scenario comes to it, for a step that does not stand in the scenario's own.
    pub origin: Option<(PathBuf, String)>,
    /// How it is written, secrets masked.
    pub source: String,
    /// The scenario's time when it began, as `YYYY-MM-DD HH:MM:SS`.
    pub at: String,
    /// The scenario's time when it ended.
    pub until: String,
    /// Real time it took.
    pub elapsed: Duration,
    /// Which of the result's failures it has.
    pub failures: Range<usize>,
    /// How the last sync, check or program in it ended.
    pub outcome: Option<ToldOutcome>,
    /// What came over the wire.
    pub calls: Vec<ToldCall>,
    /// Calls that are not among them.
    pub calls_left_out: usize,
    /// Rows of the CRM that changed.
    pub crm: Vec<TableChange>,
    /// Rows of each shop that changed; the shop's name is empty in a scenario with one.
    pub shops: Vec<(String, TableChange)>,
}

/// How a sync or a button ended, and what it said.
#[derive(Clone, Debug)]
pub struct ToldOutcome {
    /// Whether it succeeded.
    pub success: bool,
    /// The message that it ended with.
    pub message: String,
}

/// A call of the timeline.
#[derive(Clone, Debug)]
pub struct ToldCall {
    /// Its number in the shop's journal; none for one that never reached the shop.
    pub number: Option<u64>,
    /// The shop, in a scenario with several.
    pub shop: String,
    /// The scenario's time of the answer.
    pub at: String,
    /// The name of the operation.
    pub operation: String,
    /// The arguments without session and secrets.
    pub arguments: Vec<(String, String)>,
    /// What came back, in a few words.
    pub answer: String,
    /// Whether that is a failure.
    pub failed: bool,
    /// The HTTP status; none when nothing came back.
    pub http_status: Option<u16>,
    /// The names of the disruptions that struck.
    pub disruptions: Vec<String>,
    /// Why the call failed; `None` when it did not.
    pub why: Option<String>,
    /// The messages, indented and masked; a WSDL's are not kept, nor those of calls long before a step's last.
    pub envelopes: Option<ToldEnvelopes>,
}

/// The two messages of a call.
#[derive(Clone, Debug)]
pub struct ToldEnvelopes {
    /// The body of the request.
    pub request: String,
    /// The body of the answer.
    pub answer: String,
}

/// The first characters of a text that is too long, and how many there are.
fn shortened(text: String) -> String {
    let length = text.chars().count();
    if length <= TEXT_MAX {
        return text;
    }
    let kept: String = text.chars().take(TEXT_MAX).collect();
    format!("{kept}… ({length} characters)")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_beyond_the_limit_is_counted() {
        assert_eq!(shortened("é".repeat(TEXT_MAX)).chars().count(), TEXT_MAX);
        let long = shortened("é".repeat(TEXT_MAX + 1));
        assert!(long.ends_with("é… (2001 characters)") && long.chars().count() < TEXT_MAX + 30, "{long}");
    }
}
