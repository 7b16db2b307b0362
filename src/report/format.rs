//! The table of formats that a report can have, written whole into a file or part by part as results come. What is special
//! about one is in its own file, as its `PARTS`.

use std::time::Duration;

use super::parts::Parts;
use super::{github, html, json, junit, tap};
use crate::scenario::result::CaseResult;

pub use super::parts::About;

macro_rules! formats {
    ($($(#[$doc:meta])+ $variant:ident, $name:literal, $file:ident;)*) => {
        /// A format that a report can have.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Format {
            $($(#[$doc])+ $variant,)*
        }

        /// The formats by their names.
        pub const NAMES: &[(&str, Format)] = &[$(($name, Format::$variant),)*];

        impl Format {
            fn parts(self) -> &'static Parts {
                match self { $(Self::$variant => &$file::PARTS,)* }
            }
        }
    };
}

formats! {
    /// JUnit XML, which every CI reads.
    Junit, "junit", junit;
    /// A line of JSON for the run, for each result and for the sum.
    Json, "json", json;
    /// TAP 14.
    Tap, "tap", tap;
    /// Annotations of GitHub's workflows.
    Github, "github", github;
    /// One HTML page to look around in.
    Html, "html", html;
}

impl Format {
    /// The format of that name.
    pub fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    /// What comes before the results.
    pub fn head(self, about: &About) -> String {
        (self.parts().head)(about)
    }

    /// One result, counted from 1. JUnit and HTML have their sums in their heads and come whole at the end.
    pub fn result(self, number: usize, result: &CaseResult) -> String {
        (self.parts().result)(number, result)
    }

    /// What comes after the results. A page made here has no coverage, which results alone do not tell.
    pub fn tail(self, about: &About, results: &[CaseResult], elapsed: Duration) -> String {
        (self.parts().tail)(about, results, elapsed)
    }

    /// The whole report: head, results and tail.
    pub fn whole(self, about: &About, results: &[CaseResult], elapsed: Duration) -> String {
        let lines = results.iter().enumerate().map(|(number, result)| self.result(number + 1, result));
        [self.head(about)].into_iter().chain(lines).chain([self.tail(about, results, elapsed)]).collect()
    }
}
