//! The HTML report as a person reads it: a headless Chromium draws it, keys are pressed. What needs no browser is
//! tested without.

use std::io::Read;
use std::path::Path;
use std::process::Output;
use std::time::Duration;

use crate::browser::dom;
use crate::need;
use base64::Engine;
use mockgento::scenario::Scenario;
use mockgento::scenario::runner::{Carrier, RunOptions, run};
use mockgento::snapshot::Mode;

const HOSTILE: &str = "</script><img src=x onerror=document.title=1><!--";
const FAILING: &str = r#"title: A customer called <img src=x onerror=document.title=1>
description: Somebody with a name that breaks things
tags: [hostile]
integration: {sync start date: 2013-11-01, entities: [customer], two way sync: yes}
steps:
  - sync
  - in magento:
      create customer: {set: {email: new@example.com, firstname: "</script><img src=x onerror=document.title=1><!--", lastname: Comer, website_id: 1, store_id: 1}}
  - advance: 5 minutes
  - disrupt: {with: session-expired, operation: oroCustomerList}
  - sync
  - in crm:
      update customer: {customer: new@example.com, set: {firstName: Augusta}}
  - expect:
      crm: {rows: customer, where: {email: new@example.com}, have: {lastName: Nobody}}
  - snapshot: end
"#;
const PASSING: &str = r#"title: A key is changed
tags: [keys]
let: {typed: typed-key-3}
integration: {sync start date: 2013-11-01, entities: [customer]}
fragments:
  change:
    - in magento: {update api user: {user: oro, key: another-key-2}}
steps:
  - sync
  - use: change
  - check connection: {api key: "${typed}"}
  - expect: {outcome: failure}
"#;
const UNREACHABLE: &str = r#"title: Nobody listens for a while
integration: {sync start date: 2013-11-01, entities: [customer]}
steps:
  - sync
  - disrupt: {with: refused, operation: oroCustomerList, times: 2}
  - sync
  - expect: {outcome: failure}
"#;
const SECRETS: &[&str] = &["oro-key-1", "another-key-2", "typed-key-3"];

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let scenarios = folder.path().join("scenarios/a");
    std::fs::create_dir_all(&scenarios).unwrap();
    // Failures stand first whatever the names are.
    for (name, scenario) in [("first", PASSING), ("second", FAILING)] {
        std::fs::write(scenarios.join(format!("{name}.yaml")), scenario).unwrap();
    }
    folder
}

fn mockgento(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_mockgento"));
    command.current_dir(folder).env("NO_COLOR", "1").args(arguments).output().unwrap()
}

fn report(folder: &Path, more: &[&str]) -> String {
    let ran = mockgento(folder, &[&["run", "--check", "--report", "html=report.html"], more].concat());
    assert_eq!(ran.status.code(), Some(1), "{}", String::from_utf8_lossy(&ran.stderr));
    std::fs::read_to_string(folder.join("report.html")).unwrap()
}

/// Everything that is packed in a page.
fn unpacked(page: &str) -> String {
    let packs = regex::Regex::new(r#"<script type="text/plain" id="[a-z]+-\d+">([^<]*)</script>"#).unwrap();
    let mut all = String::new();
    for pack in packs.captures_iter(page) {
        let bytes = base64::engine::general_purpose::STANDARD.decode(&pack[1]).unwrap();
        flate2::read::GzDecoder::new(&bytes[..]).read_to_string(&mut all).unwrap();
    }
    all
}

pub fn no_key_and_no_session_is_in_a_page() {
    let folder = project();
    let page = report(folder.path(), &[]);
    let packed = unpacked(&page);
    assert!(
        packed.contains("SOAP-ENV:Envelope") && packed.contains("customerData") | packed.contains("oroCustomerList")
    );
    assert!(packed.contains("update api user: {user: oro, key: ***}"), "the step is there, its key is not");
    assert!(packed.contains("in `change`, used at scenarios/a/first.yaml:10"), "and where it comes from");
    let session = regex::Regex::new(r"\b[0-9a-f]{32}\b").unwrap();
    for text in [&page, &packed] {
        for secret in SECRETS {
            assert!(!text.contains(secret), "{secret}");
        }
        assert_eq!(session.find(text).map(|found| found.as_str().to_owned()), None);
    }
}

pub fn a_page_needs_nothing_and_no_value_in_it_is_markup() {
    let page = report(project().path(), &[]);
    assert!(!page.contains(HOSTILE) && !page.contains("<img"));
    assert!(unpacked(&page).contains(HOSTILE), "else this test shows nothing");
    let outward =
        regex::Regex::new(r#"(?i)(src|href)\s*=\s*["']?(https?:)?//|@import|url\(|fetch\(|XMLHttpRequest"#).unwrap();
    assert_eq!(outward.find(&page).map(|found| found.as_str()), None);
    assert!(page.contains("default-src 'none'"));
}

pub fn the_same_run_gives_the_same_page_but_for_real_time() {
    let folder = project();
    let timeless =
        |page: String| page.lines().filter(|line| !line.contains("id=\"wall\"")).collect::<Vec<_>>().join("\n");
    let [one, other] = [["--jobs", "1"], ["--jobs", "4"]].map(|jobs| timeless(report(folder.path(), &jobs)));
    assert!(one == other);
}

pub fn a_timeline_is_kept_only_when_asked_for() {
    let folder = project();
    let case = Scenario::load(&folder.path().join("scenarios/a/second.yaml")).unwrap().cases().remove(0);
    let options = RunOptions::new(Carrier::InMemory, Mode::Check);
    assert!(run(&case, options).timeline.is_none());
    let timeline = run(&case, options.with_timeline()).timeline.unwrap();
    let told: Vec<_> = timeline.steps.iter().map(|step| (step.word, step.line, step.failures.len())).collect();
    let expected = [
        ("start", 1, 0),
        ("sync", 6, 0),
        ("in magento", 7, 0),
        ("advance", 9, 0),
        ("disrupt", 10, 0),
        ("sync", 11, 0),
        ("in crm", 12, 0),
        ("expect", 14, 1),
        ("snapshot", 16, 1),
    ];
    assert_eq!(told, expected);
    let struck: Vec<_> = timeline.steps[5].calls.iter().filter(|call| !call.disruptions.is_empty()).collect();
    assert_eq!((struck.len(), struck[0].operation.as_str(), struck[0].failed), (1, "oroCustomerList", true));
    assert!(timeline.steps[6].crm.iter().any(|change| change.table == "customer" && change.rows.len() == 1));
    assert!(timeline.steps[2].shops.iter().any(|(_, change)| change.table == "customer"));
}

/// A folder with the scenario whose shop cannot be reached for two calls.
fn unreachable() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("scenarios")).unwrap();
    std::fs::write(folder.path().join("scenarios/unreachable.yaml"), UNREACHABLE).unwrap();
    folder
}

pub fn calls_that_never_reach_the_shop_stand_where_they_were_made() {
    let folder = unreachable();
    let case = Scenario::load(&folder.path().join("scenarios/unreachable.yaml")).unwrap().cases().remove(0);
    let timeline = run(&case, RunOptions::new(Carrier::InMemory, Mode::Check).with_timeline()).timeline.unwrap();
    let calls: Vec<_> = timeline.steps[3].calls.iter().filter(|call| call.operation == "oroCustomerList").collect();
    let told: Vec<_> = calls.iter().map(|call| (call.number.is_some(), call.failed, call.answer.as_str())).collect();
    assert_eq!(
        told[..3],
        [(false, true, "no connection"), (false, true, "no connection"), (true, false, calls[2].answer.as_str())]
    );
    assert_eq!((&calls[0].disruptions[..], calls[0].http_status), (&["refused".to_owned()][..], None));
    // The second attempt comes five seconds after the first, the third ten after that.
    assert!(calls[0].at < calls[1].at && calls[1].at < calls[2].at, "{} {} {}", calls[0].at, calls[1].at, calls[2].at);
    assert!(timeline.steps[1].calls.iter().all(|call| call.number.is_some()), "the sync before was not disturbed");
}

pub async fn a_call_that_never_reached_the_shop_says_so_when_it_is_opened() {
    let browser = need::browser();
    let folder = unreachable();
    report(folder.path(), &[]);
    let steps = drawn(browser, folder.path(), "", &[]).await;
    says(&between(&steps, "<main id=\"scenario\"", "</main>"), &["–", "no connection", "⚡ refused"]);
    let opened = drawn(browser, folder.path(), "", &["f", "k", "l", "click"]).await;
    says(&between(&opened, "class=\"panel messages\"", "</article>"), &["the shop never saw this call"]);
}

/// The page as it is once its scripts have run and these keys were pressed, one after the other; `click` is one on what
/// has the focus.
async fn drawn(browser: &str, folder: &Path, view: &str, keys: &[&str]) -> String {
    let mut page = std::fs::read_to_string(folder.join("report.html")).unwrap();
    let presses = serde_json::to_string(keys).unwrap();
    page += &format!(
        "<script>addEventListener('load', async () => {{ await drawing; for (const key of {presses}) {{ await new Promise((done) => \
         setTimeout(done, 150)); if (key === 'click') document.activeElement.click(); else document.activeElement.dispatchEvent(new KeyboardEvent('keydown', {{ key, bubbles: true, \
         cancelable: true }})); }} setTimeout(() => {{ document.body.dataset.focus = document.activeElement.ariaLabel || \
         document.activeElement.name || document.activeElement.textContent; }}, 150); }});</script>"
    );
    std::fs::write(folder.join("pressed.html"), page).unwrap();
    let address = format!("file://{}#{view}", folder.join("pressed.html").display());
    let dom = dom(browser, &folder.join("profile"), &address, Duration::from_secs(5)).await;
    // Data and scripts are part of the document; what they have drawn is before them.
    dom.split("<script").next().unwrap_or_default().to_owned()
}

/// The text between two marks of the page, tags left out.
fn between(dom: &str, from: &str, to: &str) -> String {
    let start = dom.find(from).unwrap_or_else(|| panic!("no {from} in {dom}"));
    let end = dom[start..].find(to).map_or(dom.len(), |at| start + at);
    regex::Regex::new("<[^>]*>").unwrap().replace_all(&dom[start..end], "|").into_owned()
}

fn says(text: &str, expected: &[&str]) {
    for part in expected {
        assert!(text.contains(part), "{part:?} is not in {text}");
    }
}

pub async fn a_failure_stands_first_with_its_reason_at_its_step() {
    let browser = need::browser();
    let folder = project();
    report(folder.path(), &[]);
    let dom = drawn(browser, folder.path(), "", &[]).await;
    assert!(!dom.contains("<img"), "{dom}");
    let list = between(&dom, "id=\"list\"", "<main");
    assert!(list.find("a/second").unwrap() < list.find("a/first").unwrap(), "{list}");
    let scenario = between(&dom, "<main id=\"scenario\"", "</main>");
    says(&scenario, &["✗ failed", "A customer called &lt;img src=x", "scenarios/a/second.yaml:15"]);
    says(&scenario, &["lastName is \"Comer\", expected \"Nobody\"", "is new; look at it and accept it", "2 failures"]);
    says(&scenario, &["⚡ session-expired", "fault 5: Session expired", "Magento", "Wire", "CRM", "+ 5 min"]);
    let summary = between(&dom, "id=\"summary\"", "</p>");
    says(&summary, &["1 failed", "1 passed"]);
}

pub async fn keys_lead_to_failures_tables_envelopes_and_the_filter() {
    let browser = need::browser();
    let folder = project();
    report(folder.path(), &[]);
    let focus =
        |dom: &str| dom.split("data-focus=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap().to_owned();

    let failure = drawn(browser, folder.path(), "", &["f", "Enter"]).await;
    assert!(focus(&failure).starts_with("Step 7: expect, line 14"), "{}", focus(&failure));
    let tables = between(&failure, "class=\"panel tables\"", "</article>");
    says(&tables, &["CRM customer", "new@example.com", "&lt;/script&gt;&lt;img", "Comer"]);

    let edit = drawn(browser, folder.path(), "", &["f", "k", "Enter"]).await;
    says(&between(&edit, "class=\"panel tables\"", "</article>"), &["- &lt;/script&gt;", "+ Augusta", "~"]);

    let call = drawn(browser, folder.path(), "", &["j", "Enter", "k", "k", "l"]).await;
    says(&focus(&call), &["oroCustomerList", "fault 5"]);

    let filter = drawn(browser, folder.path(), "", &["/"]).await;
    assert_eq!(focus(&filter), "text");
    let help = drawn(browser, folder.path(), "", &["?"]).await;
    assert!(help.contains("<dialog id=\"keys\" aria-labelledby=\"keys-title\" open"), "{help}");
    let dark = drawn(browser, folder.path(), "", &["t", "t"]).await;
    assert!(dark.contains("data-theme=\"dark\""));
    let next = drawn(browser, folder.path(), "", &["n"]).await;
    says(&between(&next, "<main id=\"scenario\"", "</main>"), &["A key is changed", "✓ passed", "as expected"]);
}

pub async fn coverage_says_which_scenarios_exercise_what_and_what_none_does() {
    let browser = need::browser();
    let folder = project();
    report(folder.path(), &[]);
    let dom = drawn(browser, folder.path(), "coverage", &[]).await;
    let coverage = between(&dom, "<main id=\"coverage\"", "</main>");
    says(&coverage, &["session-expired", "− expire carts", "none", "update api user", "5 Session expired"]);
}

pub async fn a_merged_page_says_that_it_has_no_timelines() {
    let folder = project();
    mockgento(folder.path(), &["run", "--check", "--report", "json=one.jsonl"]);
    let ran = mockgento(folder.path(), &["report", "merge", "one.jsonl", "--report", "html=report.html"]);
    assert_eq!(ran.status.code(), Some(1), "{}", String::from_utf8_lossy(&ran.stderr));
    let browser = need::browser();
    let dom = drawn(browser, folder.path(), "", &[]).await;
    let scenario = between(&dom, "<main id=\"scenario\"", "</main>");
    says(&scenario, &["lastName is \"Comer\"", "JSON reports, which hold no timelines"]);
    assert!(dom.contains("id=\"coverage-tab\" hidden"), "{dom}");
}
