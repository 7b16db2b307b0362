//! What is being asked, on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget};

/// A line that is overwritten.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn about(shop: &str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_prefix(shop.to_owned());
        if let Ok(style) = indicatif::ProgressStyle::with_template("{elapsed:>4} asking {prefix}: {pos} {wide_msg}") {
            bar.set_style(style);
        }
        Self(bar)
    }

    pub(super) fn tell(&self, question: &str) {
        self.0.inc(1);
        self.0.set_message(question.to_owned());
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
