//! Errors as a person reads them: what, where with a caret, what was expected, what to do next.

use std::io::{IsTerminal, Write};

use miette::{GraphicalReportHandler, GraphicalTheme, Report};

/// Whether colour may be used, decided once from the arguments and the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Where the output is a terminal and neither `NO_COLOR` nor `--no-color` says otherwise.
    Auto,
    /// Never.
    Never,
}

impl Colour {
    /// Makes every writer of the process follow the choice.
    pub fn apply(self) {
        if self == Self::Never {
            anstream::ColorChoice::Never.write_global();
        }
    }

    /// Whether a stream with that choice gets escape sequences.
    pub fn allows(self, stream: &impl anstream::stream::RawStream) -> bool {
        self == Self::Auto && anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never
    }
}

/// Prints a report on standard error.
pub fn print(report: &Report, colour: Colour) {
    let stream = std::io::stderr();
    let theme = match (colour.allows(&stream), stream.is_terminal()) {
        (true, _) => GraphicalTheme::unicode(),
        (false, true) => GraphicalTheme::unicode_nocolor(),
        (false, false) => GraphicalTheme::none(),
    };
    let mut text = String::new();
    let handler = GraphicalReportHandler::new_themed(theme).with_width(WIDTH).with_links(false);
    if handler.render_report(&mut text, report.as_ref()).is_err() {
        text = format!("error: {report}\n");
    }
    // A closed standard error leaves nobody to tell.
    let _ = stream.lock().write_all(text.as_bytes());
}

/// Columns a report is wrapped at; the same everywhere so that messages can be compared.
const WIDTH: usize = 110;
