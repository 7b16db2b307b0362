//! Errors as a person reads them: what, where with a caret, what was expected, what to do next.

use std::io::{IsTerminal, Write};

use miette::{GraphicalReportHandler, GraphicalTheme, NamedSource, Report, SourceSpan};

use crate::scenario::{Finding, ScenarioError, SourceFile};

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

/// A scenario error drawn on its file, all findings at once.
pub fn of_scenario(error: ScenarioError) -> Report {
    let ScenarioError::Wrong { source_file, findings } = error else { return miette::miette!("{error}") };
    let named =
        |file: &SourceFile| NamedSource::new(file.path.display().to_string(), file.text.clone()).with_language("yaml");
    let message = match findings.as_slice() {
        [_] => format!("{} cannot be run", source_file.path.display()),
        many => format!("{} cannot be run: {} findings", source_file.path.display(), many.len()),
    };
    let drawn = |finding: Finding| {
        let file = finding.origin.as_ref().map_or(source_file.as_ref(), |origin| origin.file.as_ref());
        let source = named(file);
        Drawn::new(finding, source)
    };
    let findings = findings.into_iter().map(drawn).collect();
    Report::new(WrongFile { message, findings })
}

/// A file with findings.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
struct WrongFile {
    message: String,
    #[related]
    findings: Vec<Drawn>,
}

/// A finding drawn on the text.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
struct Drawn {
    message: String,
    #[help]
    help: Option<String>,
    #[source_code]
    file: NamedSource<String>,
    #[label("here")]
    span: Option<SourceSpan>,
}

impl Drawn {
    fn new(finding: Finding, file: NamedSource<String>) -> Self {
        let message = finding.told();
        let span = finding.place.map(|place| SourceSpan::from(place.bytes));
        Self { message, help: finding.help, file, span }
    }
}
