//! What a person sees while a sync runs: on a terminal one line with connector, window, rows, rows per second and, during
//! the initial walk, a bar with the time left; anywhere else, as in CI, a line for each connector, a sign of life now and
//! then, and each failure once. With `-v` it is a plain line for each event.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::time::{Duration, Instant};

use indexmap::IndexMap;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use jiff::Timestamp;

use crate::cli::output;
use crate::datetime;
use crate::sync::connector::{Connector, ConnectorKind};
use crate::sync::context::SyncEvent;
use crate::sync::outcome::{ConnectorOutcome, ExportOutcome, ExportResult, RunStatus};

const REDRAW_EVERY: Duration = Duration::from_millis(100);
/// Steps of the bar of the initial walk.
const STEPS: u64 = 1000;
/// How often a long sync says where it is when nobody sees a bar.
const SIGN_OF_LIFE_EVERY: Duration = Duration::from_secs(15);

/// The line, or the lines.
pub(super) struct SyncProgress {
    rows: ProgressBar,
    walk: ProgressBar,
    walked: Walked,
    shown: Shown,
    sums: Sums,
}

/// How much a sync says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Telling {
    /// Only failures are printed.
    Quiet,
    /// Bars on a terminal, a line for each connector elsewhere.
    Usual,
    /// Bars on a terminal, a line for each event elsewhere.
    EveryEvent,
}

impl Telling {
    /// By the flags of a command.
    pub(super) fn of(quiet: bool, verbose: u8) -> Self {
        match (quiet, verbose) {
            (true, _) => Self::Quiet,
            (false, 0) => Self::Usual,
            (false, _) => Self::EveryEvent,
        }
    }
}

/// How much is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    Bars,
    EveryEvent,
    Sums,
    Failures,
    Nothing,
}

/// What the connectors did so far, all their windows together.
struct Sums {
    of: IndexMap<Connector, ConnectorOutcome>,
    /// Failures that were said: a shop that is down fails every connector alike.
    said: BTreeSet<String>,
    last_line: Instant,
}

impl SyncProgress {
    /// Bars on a terminal, lines elsewhere; `sync_start` is how far back the initial walk goes.
    pub(super) fn on_stderr(sync_start: Timestamp, telling: Telling) -> Self {
        let bars = indicatif::MultiProgress::with_draw_target(ProgressDrawTarget::stderr());
        let shown = match (telling, bars.is_hidden()) {
            (Telling::Quiet, _) => Shown::Failures,
            (_, false) => Shown::Bars,
            (Telling::Usual, true) => Shown::Sums,
            (Telling::EveryEvent, true) => Shown::EveryEvent,
        };
        let styled = |bar: ProgressBar, template: &str| {
            // The templates are constants; should a later release refuse one, the usual bar does as well.
            if let Ok(style) = ProgressStyle::with_template(template) {
                bar.set_style(style.progress_chars("=> "));
            }
            bar
        };
        let walk =
            styled(ProgressBar::new(STEPS), "{elapsed:>4} [{bar:24}] {percent:>3} % of the initial walk, {eta} left");
        let rows = styled(ProgressBar::new_spinner(), "{elapsed:>4} {pos} rows, {per_sec}: {wide_msg}");
        let (walk, rows) = match shown {
            Shown::Bars => (bars.add(walk), bars.add(rows)),
            _ => (ProgressBar::hidden(), ProgressBar::hidden()),
        };
        if shown == Shown::Bars {
            rows.enable_steady_tick(REDRAW_EVERY);
        }
        Self { rows, walk, walked: Walked::back_to(sync_start), shown, sums: Sums::none() }
    }

    /// Progress that prints nothing.
    pub(super) fn none() -> Self {
        let walked = Walked::back_to(Timestamp::UNIX_EPOCH);
        let hidden = ProgressBar::hidden;
        Self { rows: hidden(), walk: hidden(), walked, shown: Shown::Nothing, sums: Sums::none() }
    }

    /// Shows what has happened.
    pub(super) fn show(&mut self, event: &SyncEvent) {
        match self.shown {
            Shown::Nothing => {}
            Shown::EveryEvent if matches!(event, SyncEvent::Writing { .. }) => {}
            Shown::EveryEvent => line(&in_words(event)),
            Shown::Sums | Shown::Failures => self.sums.add(event, self.shown == Shown::Sums),
            Shown::Bars => self.draw(event),
        }
    }

    /// Takes the bars away, and says what was summed up.
    pub(super) fn finish(&self) {
        if self.shown == Shown::Sums {
            self.sums.of.values().filter_map(summed).for_each(|text| line(&text));
            let failed: Vec<&str> =
                self.sums.of.values().filter(|sum| !sum.is_ok()).map(|sum| sum.connector.name()).collect();
            if !failed.is_empty() {
                line(&format!("failed: {}", failed.join(", ")));
            }
        }
        self.walk.finish_and_clear();
        self.rows.finish_and_clear();
    }

    fn draw(&mut self, event: &SyncEvent) {
        match event {
            SyncEvent::BatchWritten { rows, .. } => self.rows.inc(*rows as u64),
            SyncEvent::ConnectorStarted { connector } => self.rows.set_message(connector.name()),
            SyncEvent::WindowOpened { connector, window } => {
                let (from, to) = (datetime::to_sql(window.from), datetime::to_sql(window.to));
                self.rows.set_message(format!("{connector} {from} to {to}"));
                if connector.kind() == ConnectorKind::Initial {
                    self.walk.set_position(self.walked.opened(*connector, window.to));
                }
            }
            // What failed stays to be read.
            SyncEvent::ConnectorFinished { outcome } if !outcome.is_ok() => self.above(event),
            SyncEvent::Exported { outcome } if matches!(outcome.result, ExportResult::Failed { .. }) => {
                self.above(event)
            }
            SyncEvent::ConnectorFinished { .. } | SyncEvent::Exported { .. } | SyncEvent::Writing { .. } => {}
        }
    }

    fn above(&self, event: &SyncEvent) {
        self.rows.suspend(|| line(&in_words(event)));
    }
}

impl Sums {
    fn none() -> Self {
        Self { of: IndexMap::new(), said: BTreeSet::new(), last_line: Instant::now() }
    }

    fn add(&mut self, event: &SyncEvent, says_where_it_is: bool) {
        match event {
            SyncEvent::ConnectorFinished { outcome } => {
                for failure in outcome.failures.iter().filter(|_| !outcome.is_ok()) {
                    if self.said.insert(failure.clone()) {
                        line(&format!("{}: {failure}", outcome.connector));
                        self.last_line = Instant::now();
                    }
                }
                match self.of.get_mut(&outcome.connector) {
                    Some(sum) => sum.add(outcome.clone()),
                    None => drop(self.of.insert(outcome.connector, outcome.clone())),
                }
            }
            SyncEvent::Exported { outcome } if matches!(outcome.result, ExportResult::Failed { .. }) => {
                line(&in_words(event));
            }
            SyncEvent::WindowOpened { .. } if says_where_it_is && self.last_line.elapsed() >= SIGN_OF_LIFE_EVERY => {
                line(&format!("… {}", in_words(event)));
                self.last_line = Instant::now();
            }
            _ => {}
        }
    }
}

/// A connector's line; nothing for one that had nothing to do.
fn summed(outcome: &ConnectorOutcome) -> Option<String> {
    let counts = outcome.counts;
    if counts.read == 0 && counts.processed() == 0 {
        return None;
    }
    let mut text =
        format!("{}: {} read, {} added, {} updated", outcome.connector, counts.read, counts.added, counts.updated);
    for (count, what) in [(counts.deleted, "deleted"), (counts.invalid, "left out")] {
        if count > 0 {
            text.push_str(&format!(", {count} {what}"));
        }
    }
    Some(text)
}

/// How far the initial walk has come, over all its connectors.
struct Walked {
    back_to: Timestamp,
    /// Where each began, and where it is.
    spans: IndexMap<Connector, (Timestamp, Timestamp)>,
}

impl Walked {
    fn back_to(back_to: Timestamp) -> Self {
        Self { back_to, spans: IndexMap::new() }
    }

    /// A window that ends at `to` is asked for; gives the steps done.
    fn opened(&mut self, connector: Connector, to: Timestamp) -> u64 {
        self.spans.entry(connector).or_insert((to, to)).1 = to;
        let seconds = |from: Timestamp, to: Timestamp| u64::try_from(from.as_second() - to.as_second()).unwrap_or(0);
        let done: u64 = self.spans.values().map(|(from, at)| seconds(*from, *at)).sum();
        let whole: u64 = self.spans.values().map(|(from, _)| seconds(*from, self.back_to)).sum();
        (done * STEPS).checked_div(whole).unwrap_or(STEPS)
    }
}

fn line(text: &str) {
    let _ = writeln!(output::stderr(), "{text}");
}

fn in_words(event: &SyncEvent) -> String {
    match event {
        SyncEvent::ConnectorStarted { connector } => format!("{connector} …"),
        SyncEvent::WindowOpened { connector, window } => {
            format!("{connector} {} to {}", datetime::to_sql(window.from), datetime::to_sql(window.to))
        }
        SyncEvent::BatchWritten { connector, rows } => format!("{connector} wrote {rows} rows"),
        SyncEvent::ConnectorFinished { outcome } if outcome.status == RunStatus::Skipped => {
            format!("{} skipped: it is up to date", outcome.connector)
        }
        SyncEvent::ConnectorFinished { outcome } => format!("{} {}", outcome.connector, outcome.message()),
        SyncEvent::Exported { outcome } => exported(outcome),
        SyncEvent::Writing { write } => format!("{} {}", write.operation, write.origin_id.unwrap_or_default()),
    }
}

fn exported(outcome: &ExportOutcome) -> String {
    let what = match &outcome.result {
        ExportResult::Created => "created".to_owned(),
        ExportResult::Updated => "updated".to_owned(),
        ExportResult::Unchanged => "nothing to write".to_owned(),
        ExportResult::Removed => "removed in Magento".to_owned(),
        ExportResult::Planned => "planned".to_owned(),
        ExportResult::Skipped { reason } => format!("skipped, {reason}"),
        ExportResult::Failed { reason } => format!("failed, {reason}"),
    };
    format!("export of {}: {what}", outcome.record())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_walk_counts_the_seconds_of_every_connector() {
        let at = |day: i64| Timestamp::from_second(day * 86_400).unwrap();
        let mut walked = Walked::back_to(at(0));
        assert_eq!(walked.opened(Connector::CustomerInitial, at(100)), 0);
        assert_eq!(walked.opened(Connector::OrderInitial, at(100)), 0);
        assert_eq!(walked.opened(Connector::CustomerInitial, at(50)), 250);
        assert_eq!(walked.opened(Connector::OrderInitial, at(0)), 750);
        assert_eq!(walked.opened(Connector::CustomerInitial, at(0)), STEPS);
    }
}
