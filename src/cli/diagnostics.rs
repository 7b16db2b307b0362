//! Errors as a person reads them: what, where with a caret, what was expected, what to do next.

use std::fmt::Display;
use std::io::{IsTerminal, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, Report, SourceCode, SourceSpan,
};

use crate::printable::{is_active, printable};

use crate::scenario::{Finding, ScenarioError, SourceFile};

/// Whether colour may be used, decided once from the arguments and the environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Where the output is a terminal and neither `NO_COLOR` nor `--no-color` says otherwise.
    Auto,
    /// Nothing is coloured.
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
    if handler.render_report(&mut text, &Shown::of(report.as_ref())).is_err() {
        text = format!("error: {}\n", printable(&report.to_string()));
    }
    // A closed standard error leaves nobody to tell.
    let _ = stream.lock().write_all(text.as_bytes());
}

/// A diagnostic whose texts do nothing to a terminal; colours come in when it is drawn.
#[derive(Debug)]
struct Shown<'a> {
    of: &'a dyn Diagnostic,
    message: String,
    causes: Option<Box<Cause>>,
    related: Vec<Shown<'a>>,
}

/// A cause and what caused it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Cause {
    message: String,
    source: Option<Box<Cause>>,
}

impl Cause {
    fn of(error: &(dyn std::error::Error + 'static)) -> Box<Self> {
        Box::new(Self { message: printable(&error.to_string()).into_owned(), source: error.source().map(Self::of) })
    }
}

impl<'a> Shown<'a> {
    fn of(of: &'a dyn Diagnostic) -> Self {
        let related = of.related().into_iter().flatten().map(Self::of).collect();
        let causes = of.source().map(Cause::of);
        let message = printable(&of.to_string()).into_owned();
        let message = long_line(of).map_or_else(|| message.clone(), |place| format!("{place}: {message}"));
        Self { of, message, causes, related }
    }

    fn text<'b>(text: Option<Box<dyn Display + 'b>>) -> Option<Box<dyn Display + 'b>> {
        text.map(|text| Box::new(printable(&text.to_string()).into_owned()) as Box<dyn Display>)
    }
}

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.causes.as_deref().map(|cause| cause as &(dyn std::error::Error + 'static))
    }
}

impl Diagnostic for Shown<'_> {
    fn code<'b>(&'b self) -> Option<Box<dyn Display + 'b>> {
        Self::text(self.of.code())
    }

    fn severity(&self) -> Option<miette::Severity> {
        self.of.severity()
    }

    fn help<'b>(&'b self) -> Option<Box<dyn Display + 'b>> {
        Self::text(self.of.help())
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        if long_line(self.of).is_some() { None } else { self.of.source_code() }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let shown = |label: LabeledSpan| {
            let text = label.label().map(|text| printable(text).into_owned());
            LabeledSpan::new_with_span(text, *label.inner())
        };
        self.of.labels().map(|labels| Box::new(labels.map(shown)) as Box<dyn Iterator<Item = LabeledSpan>>)
    }

    fn related<'b>(&'b self) -> Option<Box<dyn Iterator<Item = &'b dyn Diagnostic> + 'b>> {
        if self.related.is_empty() {
            return None;
        }
        Some(Box::new(self.related.iter().map(|shown| shown as &dyn Diagnostic)))
    }
}

/// A line longer than this is not drawn: nobody reads it, and miette cannot count beyond 65,535 columns.
const LINE_MAX: usize = 10_000;

/// The place of what stands on such a line.
fn long_line(of: &dyn Diagnostic) -> Option<String> {
    let source = of.source_code()?;
    let label = of.labels()?.next()?;
    let around = source.read_span(label.inner(), 1, 1).ok()?;
    around.data().split(|byte| *byte == b'\n').find(|line| line.len() > LINE_MAX)?;
    let at = source.read_span(label.inner(), 0, 0).ok()?;
    let name = at.name().or(around.name()).unwrap_or_default();
    Some(format!("{name}:{}:{}", at.line() + 1, at.column() + 1))
}

/// Columns a report is wrapped at; the same everywhere so that messages can be compared.
const WIDTH: usize = 110;

/// A scenario error drawn on its file, all findings at once.
pub fn of_scenario(error: ScenarioError) -> Report {
    let ScenarioError::Wrong { source_file, findings } = error else { return miette::miette!("{error}") };
    let named = |file: &SourceFile| {
        let name = printable(&file.path.display().to_string()).into_owned();
        NamedSource::new(name, as_drawn(&file.text)).with_language("yaml")
    };
    let message = match findings.as_slice() {
        [_] => format!("{} cannot be run", source_file.path.display()),
        many => format!("{} cannot be run: {} mistakes", source_file.path.display(), many.len()),
    };
    let drawn = |finding: Finding| {
        let file = finding.origin.as_ref().map_or(source_file.as_ref(), |origin| origin.file.as_ref());
        let source = named(file);
        Drawn::new(finding, source)
    };
    let findings = findings.into_iter().map(drawn).collect();
    Report::new(WrongFile { message, findings })
}

/// A text in which nothing acts on a terminal and every place is where it was.
fn as_drawn(text: &str) -> String {
    let drawn = |character: char| match character {
        '\r' => ' ',
        _ if !is_active(character) => character,
        _ => match character.len_utf8() {
            1 => '?',
            2 => '\u{bf}',
            _ => '\u{fffd}',
        },
    };
    text.chars().map(drawn).collect()
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
