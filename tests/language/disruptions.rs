//! Every disruption as a scenario writes it: the sync meets it as it should, and recovers once it is cleared.

use std::collections::BTreeSet;
use std::path::Path;

use mockgento::disrupt::Disruption;
use mockgento::report::console::explained;
use mockgento::scenario::Scenario;
use mockgento::scenario::runner::{Carrier, RunOptions, run};
use mockgento::snapshot::Mode;

/// How the sync during which it strikes must end.
#[derive(Clone, Copy)]
enum Ends {
    /// It does not mind, or tries again and succeeds.
    Well,
    /// It fails and says this.
    Saying(&'static str),
}

use Ends::{Saying, Well};

/// What is written after `with:`, and what becomes of a sync whose lists of customers are struck by it.
const FORMS: &[(&str, Ends)] = &[
    ("expire-sessions", Well),
    ("session-expired", Well),
    ("access-denied", Saying("Access denied.")),
    ("internal-error", Saying("Internal Error")),
    ("{fault: {code: \"3\"}}", Saying("Invalid api path.")),
    ("{fault: {code: SOAP-ENV:Server, string: Out of memory}}", Saying("Out of memory")),
    ("fault-afterwards", Saying("Internal error")),
    ("empty-page", Well),
    ("single-row", Well),
    ("duplicate-row", Well),
    ("last-page-again", Well),
    ("{missing-element: email}", Well),
    ("{wrong-type: customer_id}", Saying("Violation of encoding rules")),
    ("html-page", Well),
    ("truncated-xml", Saying("")),
    ("php-warning", Well),
    ("byte-order-mark", Well),
    ("wrong-charset", Well),
    ("invalid-utf8", Well),
    ("control-character", Well),
    ("empty-body", Well),
    ("no-date", Well),
    ("{date-skew: -3600}", Well),
    ("{status: 500}", Saying("500")),
    ("{status: 401}", Saying("401")),
    ("{status: 404}", Saying("404")),
    ("{status: 502}", Well),
    ("{status: 503}", Well),
    ("{status: 504}", Well),
    ("{redirect: \"http://elsewhere.example/\"}", Saying("redirects (301) to http://elsewhere.example/")),
    ("gzip", Well),
    ("{content-length: 90000}", Well),
    ("refused", Well),
    ("tls-failure", Saying("no TLS connection")),
    ("{reset: {after_bytes: 0}}", Well),
    ("{close: {after_bytes: 400}}", Well),
    ("{stall: {after_bytes: 10}}", Well),
    ("half-open", Well),
    ("{drip: {bytes: 100, every_seconds: 1}}", Well),
    ("garbage", Well),
];

fn told(folder: &Path, text: &str) -> String {
    let path = folder.join("scenario.yaml");
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/seeds/one-customer.yaml");
    std::fs::copy(seed, folder.join("one-customer.yaml")).unwrap();
    std::fs::write(&path, text).unwrap();
    let case = match Scenario::load(&path) {
        Ok(scenario) => scenario.cases().remove(0),
        Err(error) => return error.to_string(),
    };
    let result = run(&case, RunOptions::new(Carrier::InMemory, Mode::Check));
    if result.passed() { String::new() } else { explained(&result) }
}

fn scenario(disruption: &str, expected: &str) -> String {
    format!(
        "title: t\nshop: {{seed: ./one-customer.yaml}}\nintegration: {{sync start date: 2024-01-08, entities: [customer]}}\nsteps:\n  \
         - sync\n  - in magento: {{update customer: {{customer: 1, set: {{firstname: Changed}}}}}}\n  - advance: 5 minutes\n  - disrupt: {disruption}\n  - sync\n{expected}  - clear\n  - advance: 5 minutes\n  - sync\n  - expect: {{outcome: success}}\n"
    )
}

#[test]
fn every_disruption_is_met_as_it_should_and_recovered_from() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for kind in Disruption::KINDS {
        let has_form = |form: &str| form.trim_start_matches('{').split(':').next() == Some(*kind);
        assert!(FORMS.iter().any(|(form, _)| has_form(form)), "{kind} is not tried");
    }
    for (form, ends) in FORMS {
        let expected = match ends {
            Well => "  - expect: {outcome: success}\n".to_owned(),
            Saying("") => "  - expect: {outcome: failure}\n".to_owned(),
            Saying(text) => format!("  - expect: {{outcome: failure, message: {{contains: \"{text}\"}}}}\n"),
        };
        // A list of one customer on its only page stays as it is.
        let may_miss = if ["single-row", "last-page-again"].contains(form) { "may miss: yes, " } else { "" };
        let disruption = format!("{{operation: oroCustomerList, {may_miss}with: {form}}}");
        let failed = told(folder.path(), &scenario(&disruption, &expected));
        if !failed.is_empty() {
            wrong.push(format!("{form}: {failed}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Conditions beside `with: internal-error`, and which of three syncs, five minutes apart, fail by them: each asks for one
/// list of customers.
#[test]
fn conditions_say_which_calls_are_struck() {
    let folder = tempfile::tempdir().unwrap();
    for (conditions, fails) in [
        ("operation: oroCustomerList", [true, false, false]),
        ("operation: oroCustomerList, times: until cleared", [true, true, true]),
        ("operation: oroCustomerList, call: 2", [false, true, false]),
        ("operation: oroCustomerList, times: 2", [true, true, false]),
        ("operation: oroCustomerList, every: 2, times: until cleared", [false, true, false]),
        ("operation: oroCustomerList, page: 1, times: until cleared", [true, true, true]),
        ("operation: oroCustomerList, page: 7, may miss: yes, times: until cleared", [false, false, false]),
        ("operation: oroCustomerList, session: 2, times: until cleared", [false, true, false]),
        ("operation: oroCustomerList, percent: 100, seed: 4, times: until cleared", [true, true, true]),
        ("operation: oroCustomerList, for: 6 minutes, times: until cleared", [true, true, false]),
        ("operation: oroCustomerList, from: 2024-01-10 12:11:00, times: until cleared", [false, false, true]),
        ("operation: oroCustomerList, until: 2024-01-10 12:06:00, times: until cleared", [true, false, false]),
    ] {
        let syncs = fails.map(|fails| {
            let outcome = if fails { "failure" } else { "success" };
            format!("  - sync\n  - expect: {{outcome: {outcome}}}\n")
        });
        let struck = fails.into_iter().filter(|fails| *fails).count();
        let text = format!(
            "title: t\nshop: {{seed: ./one-customer.yaml}}\nintegration: {{sync start date: 2024-01-08, entities: [customer]}}\nsteps:\n  \
             - sync\n  - expect: {{calls: {{to: any, answered: {{contains: Internal}}, count: 0}}}}\n  - advance: 5 minutes\n  - disrupt: {{{conditions}, with: internal-error}}\n\
             {}  - expect: {{calls: {{to: oroCustomerList, answered: {{contains: Internal}}, count: {struck}}}}}\n",
            syncs.join("  - advance: 5 minutes\n")
        );
        let failed = told(folder.path(), &text);
        assert!(failed.is_empty(), "{conditions}: {failed}");
    }
}

/// The wrong form of each condition and kind, and what is said about it.
#[test]
fn a_wrong_form_is_said_at_its_place_with_a_remedy() {
    let folder = tempfile::tempdir().unwrap();
    for (form, said) in [
        ("{}", "`with` is missing"),
        ("{with: html-pag}", "did you mean `html-page`?"),
        ("{wiht: html-page}", "did you mean `with`?"),
        ("{operation: oroCustomerLst, with: html-page}", "did you mean `oroCustomerList`?"),
        ("{call: 0, with: html-page}", "calls are counted from 1"),
        ("{call: first, with: html-page}", "not a whole number"),
        ("{every: 0, with: html-page}", "every 0 calls is never"),
        ("{page: 0, with: html-page}", "pages are counted from 1"),
        ("{session: 0, with: html-page}", "sessions are counted from 1"),
        ("{percent: 0, with: html-page}", "write a number from 1 to 100"),
        ("{percent: 101, with: html-page}", "write a number from 1 to 100"),
        ("{seed: 4, with: html-page}", "add `percent: …`"),
        ("{times: 0, with: html-page}", "a number from 1 on, or `until cleared`"),
        ("{times: often, with: html-page}", "a number from 1 on, or `until cleared`"),
        ("{for: a while, with: html-page}", "a length of time"),
        ("{from: yesterday, with: html-page}", "a UTC time"),
        ("{from: 2024-01-11, until: 2024-01-10, with: html-page}", "it is over before it begins"),
        ("{until: 2024-01-11, for: 1 day, with: html-page}", "keep one of them"),
        ("{shop: staging, with: html-page}", "there is no shop called `staging`"),
        ("{with: {status: 200}}", "write one from 400 to 599"),
        ("{with: {status: bad}}", "not a whole number"),
        ("{with: {drip: {bytes: 0, every_seconds: 1}}}", "nothing would ever come"),
        ("{with: {drip: {bytes: 1}}}", "`every_seconds` is missing"),
        ("{with: {missing-element: \"<email>\"}}", "no element's name"),
        ("{with: {wrong-type: \"\"}}", "no element's name"),
        ("{with: {redirect: login}}", "this is no address"),
        ("{with: {fault: {string: Oops}}}", "`code` is missing"),
        ("{with: {fault: {code: \" \"}}}", "a fault has a code"),
        ("{with: {reset: 12}}", ""),
        ("{with: {stall: {after_bites: 12}}}", "did you mean `after_bytes`?"),
        ("{with: {content-length: long}}", "not a whole number"),
        ("{with: {date-skew: tomorrow}}", "not a whole number"),
    ] {
        let failed = told(folder.path(), &scenario(form, ""));
        assert!(failed.contains("scenario.yaml:8:"), "{form} must be refused at its line: {failed}");
        assert!(failed.contains(said), "{form}: {failed}");
    }
    let failed = told(folder.path(), "title: t\nsteps:\n  - clear: {shop: staging}\n");
    assert!(failed.contains("there is no shop called `staging`"), "{failed}");
    let failed = told(folder.path(), "title: t\nsteps:\n  - clear: all\n");
    assert!(failed.contains("scenario.yaml:3:"), "{failed}");
}

/// The types of the Node package are written by hand, beside the table they are of.
#[test]
fn the_types_of_the_node_package_have_every_disruption_and_no_other() {
    let types = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/packages/node/lib/index.d.ts")).unwrap();
    let declared = types.split("export type Disruption =").nth(1).unwrap().lines().skip(1);
    let declared: Vec<&str> = declared.take_while(|line| line.trim_start().starts_with('|')).collect();
    let words: BTreeSet<&str> = declared
        .iter()
        .flat_map(|line| line.split("| ").skip(1))
        .filter_map(|kind| kind.trim_start_matches("{ ").trim_matches('"').split(['"', ':', ' ', ';']).next())
        .collect();
    assert_eq!(words, Disruption::KINDS.iter().copied().collect());
}
