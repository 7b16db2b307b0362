//! The formats a report can have, written whole into a file or piece by piece as results come.

use std::time::Duration;

use super::json::{self, Line};
use super::{github, html, junit, tap};
use crate::scenario::result::CaseResult;

/// A format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// JUnit XML, which every CI reads.
    Junit,
    /// JSON lines.
    Json,
    /// TAP 14.
    Tap,
    /// GitHub annotations.
    Github,
    /// One HTML page to look around in.
    Html,
}

/// The formats by their names.
pub const NAMES: &[(&str, Format)] = &[
    ("junit", Format::Junit),
    ("json", Format::Json),
    ("tap", Format::Tap),
    ("github", Format::Github),
    ("html", Format::Html),
];

/// What a report says besides results.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Scenarios in the run.
    pub scenarios: usize,
    /// Which part of the suite it is.
    pub shard: Option<String>,
    /// Files that could not be read, so that their scenarios are in no result.
    pub unread: usize,
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// What comes before the results.
    pub fn head(self, about: &About) -> String {
        match self {
            Self::Json => json::text(&Line::Run(json::Run {
                format: json::FORMAT,
                mockgento: env!("CARGO_PKG_VERSION").to_owned(),
                scenarios: about.scenarios,
                shard: about.shard.clone(),
            })),
            Self::Tap => tap::head(about.scenarios),
            Self::Junit | Self::Github | Self::Html => String::new(),
        }
    }

    /// One result, counted from 1. JUnit and HTML have their sums in their heads and come whole at the end.
    pub fn result(self, number: usize, result: &CaseResult) -> String {
        match self {
            Self::Json => json::text(&Line::Scenario(json::Scenario::of(result))),
            Self::Tap => tap::line(number, result),
            Self::Github => github::text(result),
            Self::Junit | Self::Html => String::new(),
        }
    }

    /// What comes after the results. A page made here has no coverage, which results alone do not tell.
    pub fn tail(self, about: &About, results: &[CaseResult], elapsed: Duration) -> String {
        match self {
            Self::Json => {
                let passed = results.iter().filter(|result| result.passed()).count();
                let failed = results.iter().filter(|result| result.failed()).count();
                let (skipped, ms) = (results.len() - passed - failed, json::millis(elapsed));
                json::text(&Line::Summary(json::Summary { passed, failed, skipped, ms }))
            }
            Self::Junit => junit::text(results),
            Self::Html => {
                let mut page = html::Page::default();
                results.iter().for_each(|result| page.add(result, None));
                page.text(about, elapsed, None)
            }
            Self::Tap | Self::Github => String::new(),
        }
    }

    /// All of it.
    pub fn whole(self, about: &About, results: &[CaseResult], elapsed: Duration) -> String {
        let lines = results.iter().enumerate().map(|(number, result)| self.result(number + 1, result));
        [self.head(about)].into_iter().chain(lines).chain([self.tail(about, results, elapsed)]).collect()
    }
}
