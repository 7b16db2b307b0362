//! A line at the bottom of the terminal while scenarios run: how many are done, which run now. On anything but a
//! terminal it is not there.

use std::fmt;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

/// Names of running scenarios that fit on the line.
const NAMES_SHOWN: usize = 3;
const REDRAW_EVERY: Duration = Duration::from_millis(100);

/// The line at the end of the terminal that says how far a run is.
pub struct Progress {
    bar: ProgressBar,
    running: Vec<String>,
    failed: usize,
}

impl Progress {
    /// A line on standard error for so many scenarios.
    pub fn on_terminal(scenarios: usize) -> Self {
        let target = ProgressDrawTarget::stderr();
        let bar = ProgressBar::with_draw_target(Some(scenarios as u64), target);
        // The template is a constant; should a later release refuse it, the usual bar does as well.
        if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} [{bar:24}] {pos}/{len}{wide_msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        if !bar.is_hidden() {
            bar.enable_steady_tick(REDRAW_EVERY);
        }
        Self { bar, running: Vec::new(), failed: 0 }
    }

    /// A line that also says how far the work at one of them is: done, and of how many.
    pub fn counting(scenarios: usize, counts: impl Fn() -> (usize, usize) + Send + Sync + Clone + 'static) -> Self {
        let progress = Self::on_terminal(scenarios);
        let attempts = move |_: &ProgressState, text: &mut dyn fmt::Write| {
            let (done, all) = counts();
            if all > 0 {
                // A line that cannot be drawn is drawn again soon.
                let _ = write!(text, ", attempt {} of {all}", done.min(all));
            }
        };
        if let Ok(style) = ProgressStyle::with_template("{elapsed:>4} [{bar:24}] {pos}/{len}{msg}{attempts}") {
            progress.bar.set_style(style.progress_chars("=> ").with_key("attempts", attempts));
        }
        progress
    }

    /// Progress that is not shown.
    pub fn none() -> Self {
        Self { bar: ProgressBar::hidden(), running: Vec::new(), failed: 0 }
    }

    /// Work at one begins.
    pub fn started(&mut self, name: &str) {
        self.running.push(name.to_owned());
        self.show();
    }

    /// Work at one ended.
    pub fn ended(&mut self, name: &str) {
        self.running.retain(|running| running != name);
        self.bar.inc(1);
        self.show();
    }

    /// Counts a case that failed.
    pub fn failed(&mut self) {
        self.failed += 1;
        self.show();
    }

    fn show(&self) {
        let failed = if self.failed > 0 { format!(", {} failed", self.failed) } else { String::new() };
        let more = self.running.len().saturating_sub(NAMES_SHOWN);
        let mut names = self.running.iter().take(NAMES_SHOWN).cloned().collect::<Vec<_>>().join(", ");
        if more > 0 {
            names.push_str(&format!(" and {more} more"));
        }
        let names = if names.is_empty() { names } else { format!(": {names}") };
        self.bar.set_message(format!("{failed}{names}"));
    }

    /// Prints something above the line.
    pub fn above<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }

    /// Takes the line away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
