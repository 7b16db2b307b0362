//! `--report FORMAT[=FILE]`: where reports go, and what an earlier one says.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use crate::bounded;
use crate::report::format::{About, Format, NAMES};
use crate::report::{file, json};
use crate::scenario::result::CaseResult;

/// A report and where it goes.
#[derive(Clone, Debug)]
pub(super) struct ReportTarget {
    pub(super) format: Format,
    /// The file; `None` for the standard output.
    pub(super) file: Option<PathBuf>,
}

impl FromStr for ReportTarget {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let known = || NAMES.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
        let format = Format::named(name).ok_or_else(|| format!("`{name}` is no format; there are {}", known()))?;
        match file {
            Some("") => Err(format!("a file is missing behind `{name}=`")),
            Some("-") | None => Ok(Self { format, file: None }),
            Some(file) => Ok(Self { format, file: Some(file.into()) }),
        }
    }
}

/// The format that goes to standard output.
pub(super) fn to_stdout(targets: &[ReportTarget]) -> Result<Option<Format>, miette::Report> {
    let mut streamed = targets.iter().filter(|target| target.file.is_none()).map(|target| target.format);
    match (streamed.next(), streamed.next()) {
        (first, None) => Ok(first),
        _ => Err(miette::miette!(
            help = "give all but one of them a file: --report junit=FILE",
            "only one report can go to standard output"
        )),
    }
}

/// What reports are made of once the last result is in.
pub(super) struct Ended<'a> {
    pub(super) about: &'a About,
    pub(super) results: &'a [CaseResult],
    pub(super) elapsed: Duration,
    /// The HTML page, when it was made as results came.
    pub(super) page: Option<String>,
}

impl Ended<'_> {
    fn tail(&self, format: Format) -> String {
        match (format, &self.page) {
            (Format::Html, Some(page)) => page.clone(),
            _ => format.tail(self.about, self.results, self.elapsed),
        }
    }

    fn whole(&self, format: Format) -> String {
        match (format, &self.page) {
            (Format::Html, Some(page)) => page.clone(),
            _ => format.whole(self.about, self.results, self.elapsed),
        }
    }
}

/// Whether one of them shows what happened step by step.
pub(super) fn want_timelines(targets: &[ReportTarget]) -> bool {
    targets.iter().any(|target| target.format == Format::Html)
}

/// A report on standard output, written as results come.
pub(super) struct Streamed {
    format: Option<Format>,
    results: usize,
    broken: Option<std::io::Error>,
}

impl Streamed {
    pub(super) fn begin(format: Option<Format>, about: &About) -> Self {
        let mut streamed = Self { format, results: 0, broken: None };
        streamed.write(|format| format.head(about));
        streamed
    }

    pub(super) fn result(&mut self, result: &CaseResult) {
        self.results += 1;
        let number = self.results;
        self.write(|format| format.result(number, result));
    }

    /// Writes the end, and says what could not be written.
    pub(super) fn end(mut self, ended: &Ended<'_>) -> Result<(), miette::Report> {
        self.write(|format| ended.tail(format));
        match self.broken {
            Some(error) => Err(miette::miette!("cannot write the report to standard output: {error}")),
            None => Ok(()),
        }
    }

    fn write(&mut self, text: impl Fn(Format) -> String) {
        let (Some(format), None) = (self.format, &self.broken) else { return };
        let mut out = super::output::document();
        self.broken = out.write_all(text(format).as_bytes()).and_then(|()| out.flush()).err();
    }
}

/// Says before anything runs which report cannot be written.
pub(super) fn probe(targets: &[ReportTarget]) -> Result<(), miette::Report> {
    for path in targets.iter().filter_map(|target| target.file.as_deref()) {
        file::probe(path).map_err(|error| miette::miette!("{error}"))?;
    }
    Ok(())
}

/// Writes the reports that have files, each in one step.
pub(super) fn write_files(targets: &[ReportTarget], ended: &Ended<'_>) -> Result<(), miette::Report> {
    for target in targets {
        if let Some(path) = &target.file {
            file::write(path, ended.whole(target.format).as_bytes()).map_err(|error| miette::miette!("{error}"))?;
        }
    }
    Ok(())
}

const WRITES_ONE: &str = "`mockgento run --report json=FILE` writes one";

/// The text of a report.
pub(super) fn read(path: &Path) -> Result<String, miette::Report> {
    bounded::read_text(path, bounded::TEXT_BYTES_MAX)
        .map_err(|cause| miette::miette!(help = WRITES_ONE, "cannot read {}: {cause}", path.display()))
}

/// How long each scenario of a JSON report took.
pub(super) fn durations(path: &Path) -> Result<BTreeMap<String, Duration>, miette::Report> {
    Ok(results(path)?.into_iter().map(|result| (result.name, result.elapsed)).collect())
}

/// The results of a JSON report.
pub(super) fn results(path: &Path) -> Result<Vec<CaseResult>, miette::Report> {
    let report = json::read(&read(path)?)
        .map_err(|error| miette::miette!(help = WRITES_ONE, "{} is no report: {error}", path.display()))?;
    Ok(report.results)
}
