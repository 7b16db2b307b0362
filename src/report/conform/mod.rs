//! What was found about somebody's client, for people and machines: a matrix by feature and every difference as text (`text`),
//! JUnit and JSON here, a page with both CRMs side by side (`page`).

mod page;
mod text;

use serde_json::{Value, json};

pub use page::page;
pub use text::{case, matrix};

use super::json::{millis, slashed};
use crate::scenario::conform::{Judged, Verdict};

/// What the judged cases are about.
#[derive(Clone, Debug)]
pub struct About {
    /// The title of the client.
    pub client: String,
    /// The file of the scenario.
    pub file: String,
    /// Known differences that were looked for and not found, as `file:line: scenario: reason`.
    pub no_longer: Vec<String>,
    /// Why too little was told, when it was.
    pub too_little: Option<String>,
}

/// How many cases have each verdict, in the order of [`Verdict::WORDS`].
pub fn sums(judged: &[Judged]) -> [usize; 6] {
    Verdict::WORDS.map(|word| judged.iter().filter(|one| one.verdict.word() == word).count())
}

/// The feature a case is about: the folder of its scenario.
pub fn feature(case: &Judged) -> &str {
    case.name.split_once('/').map_or("scenarios", |(folder, _)| folder)
}

/// A JUnit file: a test for each case; known differences pass and say what they are, what a client cannot do is skipped, too few
/// cases are a failure of their own.
pub fn junit(about: &About, judged: &[Judged]) -> String {
    use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
    let mut report = Report::new("mockgento conform");
    let mut suites: Vec<TestSuite> = Vec::new();
    for one in judged {
        let status = match &one.verdict {
            Verdict::Conforms | Verdict::Known => TestCaseStatus::success(),
            Verdict::Skipped(why) => {
                let mut status = TestCaseStatus::skipped();
                status.set_message(why.clone());
                status
            }
            verdict => {
                let kind = if *verdict == Verdict::Differs { NonSuccessKind::Failure } else { NonSuccessKind::Error };
                let mut status = TestCaseStatus::non_success(kind);
                let lines = text::lines(one);
                status.set_message(lines.first().cloned().unwrap_or_default()).set_description(lines.join("\n"));
                status
            }
        };
        let mut case = TestCase::new(one.name.rsplit('/').next().unwrap_or(&one.name), status);
        case.set_classname(feature(one)).set_time(one.elapsed);
        if one.verdict == Verdict::Known {
            case.set_system_out(text::lines(one).join("\n"));
        }
        match suites.iter_mut().find(|suite| suite.name.as_str() == feature(one)) {
            Some(suite) => drop(suite.add_test_case(case)),
            None => {
                let mut suite = TestSuite::new(feature(one));
                suite.add_test_case(case);
                suites.push(suite);
            }
        }
    }
    if let Some(why) = &about.too_little {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
        status.set_message(why.clone());
        let mut suite = TestSuite::new(about.client.as_str());
        suite.add_test_case(TestCase::new("enough cases were run", status));
        suites.push(suite);
    }
    report.add_test_suites(suites);
    super::junit::written(&report)
}

/// All of it as one JSON object.
pub fn json(about: &About, judged: &[Judged]) -> String {
    let sums: serde_json::Map<String, Value> =
        Verdict::WORDS.iter().zip(sums(judged)).map(|(word, many)| ((*word).to_owned(), json!(many))).collect();
    let whole = json!({
        "format": 1,
        "client": about.client,
        "file": about.file,
        "sums": sums,
        "known differences that are gone": about.no_longer,
        "too little": about.too_little,
        "cases": judged.iter().map(of_case).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}

fn of_case(one: &Judged) -> Value {
    let difference = |(found, reason): &(crate::scenario::conform::Difference, Option<String>)| {
        json!({
            "entity": found.entity,
            "row": found.key,
            "field": found.field,
            "ours": found.ours,
            "theirs": found.theirs,
            "told": found.to_string(),
            "known": reason,
        })
    };
    json!({
        "name": one.name,
        "title": one.title,
        "file": slashed(&one.file),
        "feature": feature(one),
        "verdict": one.verdict.word(),
        "why": one.verdict.why(),
        "said": one.said,
        "ms": millis(one.elapsed),
        "differences": one.differences.iter().map(difference).collect::<Vec<_>>(),
    })
}
