//! No report is green when the terminal is red: for each format the same run, with a file that cannot be parsed, one that
//! cannot work, a failing, a passing and a case that was not run; sums, exit codes and merged parts agree.

use std::path::Path;
use std::process::{Command, Output};

fn mockgento(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("CI")
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join("scenarios").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

const PASSING: &str =
    "title: p\nintegration: {sync start date: 2024-01-08}\nsteps:\n  - sync\n  - expect: {outcome: success}\n";
const FAILING: &str =
    "title: f\nintegration: {sync start date: 2024-01-08}\nsteps:\n  - sync\n  - expect: {outcome: failure}\n";
const UNPARSABLE: &str = "title: u\nsteps:\n  - sycn\n";
const CANNOT_WORK: &str = "title: c\nsteps:\n  - in magento: {delete customer: {customer: \"1\"}}\n  - in magento: {delete customer: {customer: \"1\"}}\n";

/// A run: its files, the exit code, and how many pass and do not.
type Run = (&'static [(&'static str, &'static str)], i32, usize, usize);

/// Files, the exit code, and in which words each format says that it is not well.
const RUNS: &[Run] = &[
    (&[("p.yaml", PASSING)], 0, 1, 0),
    (&[("p.yaml", PASSING), ("f.yaml", FAILING)], 1, 1, 1),
    (&[("p.yaml", PASSING), ("u.yaml", UNPARSABLE)], 2, 1, 1),
    (&[("u.yaml", UNPARSABLE)], 2, 0, 1),
    (&[("p.yaml", PASSING), ("c.yaml", CANNOT_WORK)], 2, 1, 1),
    (&[("p.yaml", PASSING), ("f.yaml", FAILING), ("u.yaml", UNPARSABLE), ("c.yaml", CANNOT_WORK)], 2, 1, 3),
];

#[test]
fn every_format_counts_names_and_annotates_what_the_terminal_does() {
    for (files, code, passed, failed) in RUNS {
        let folder = project(files);
        let run = mockgento(folder.path(), &[&["run", "--check"], REPORTS].concat());
        let text = said(&run);
        assert_eq!(run.status.code(), Some(*code), "{files:?} {text}");
        assert!(text.contains(&format!("{passed} passed, {failed} failed")), "{files:?} {text}");
        let (github, html) = all_reports_say(folder.path(), *passed, *failed, *code);
        for (name, text) in *files {
            let name = name.trim_end_matches(".yaml");
            if *text != PASSING {
                assert!(github.contains(&format!("scenarios/{name}.yaml,line=")), "{name}: {github}");
                assert!(html.contains(&format!("scenarios/{name}.yaml")), "{name}");
                assert!(text_of_again(&said(&run), name), "{name}: {}", said(&run));
            }
        }
    }
}

const REPORTS: &[&str] = &[
    "--report",
    "junit=r.xml",
    "--report",
    "json=r.jsonl",
    "--report",
    "tap=r.tap",
    "--report",
    "github=r.github",
    "--report",
    "html=r.html",
];

/// Sums of every report are those of the terminal, and a merge of it ends as the run did. Gives the annotations and the page.
fn all_reports_say(folder: &Path, passed: usize, failed: usize, code: i32) -> (String, String) {
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let (junit, json, tap, github, html) =
        (read("r.xml"), read("r.jsonl"), read("r.tap"), read("r.github"), read("r.html"));
    let bad = junit.matches("<failure").count() + junit.matches("<error").count();
    assert_eq!((junit.matches("<testcase").count(), bad), (passed + failed, failed), "{junit}");
    assert!(json.contains(&format!("\"passed\":{passed},\"failed\":{failed}")), "{json}");
    assert!(json.contains(&format!("\"scenarios\":{}", passed + failed)), "{json}");
    assert_eq!(tap.matches("\nnot ok").count(), failed, "{tap}");
    assert!(tap.contains(&format!("1..{}\n", passed + failed)), "{tap}");
    assert_eq!(github.matches("::error").count(), failed, "{github}");
    for file in ["r.jsonl", "r.xml"] {
        let merged = mockgento(folder, &["report", "merge", file]);
        assert_eq!(merged.status.code(), Some(code), "{file}: {}", said(&merged));
        assert!(said(&merged).contains(&format!("{passed} passed, {failed} failed")), "{file}: {}", said(&merged));
    }
    (github, html)
}

/// Ctrl-C and `--fail-fast` leave cases that were not run: every report has them, and none is green.
#[cfg(unix)]
#[test]
fn cases_that_were_not_run_are_in_every_report() {
    // Whoever sends it: a person, or a CI that cancels the job.
    ["-INT", "-TERM"].into_iter().for_each(interrupted);
    let folder = project(&[("a.yaml", PASSING), ("b.yaml", FAILING), ("c.yaml", PASSING)]);
    let run = mockgento(folder.path(), &[&["run", "--check", "--jobs", "1", "--fail-fast"], REPORTS].concat());
    assert_eq!(run.status.code(), Some(1), "{}", said(&run));
    assert!(said(&run).contains("1 passed, 2 failed"), "{}", said(&run));
    all_reports_say(folder.path(), 1, 2, 1);
}

#[cfg(unix)]
fn interrupted(signal: &str) {
    let hanging =
        "title: h\nsteps:\n  - run: {command: sleep 60, timeout: 90 seconds}\n  - expect: {outcome: success}\n";
    let folder = project(&[("a.yaml", PASSING), ("b.yaml", hanging), ("c.yaml", PASSING), ("d.yaml", PASSING)]);
    let mut child = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args([&["run", "--check", "--jobs", "1"], REPORTS].concat())
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    // The second case is said to be slow while it hangs.
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(child.stdout.take().unwrap()));
    assert!(lines.by_ref().map(Result::unwrap).any(|line| line.starts_with("SLOW  b")));
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
    let rest: Vec<String> = lines.map(Result::unwrap).collect();
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let rest = rest.join("\n");
    // Those that never began are counted, not told one by one.
    assert!(rest.contains("1 passed, 3 failed") && rest.matches("the run was interrupted").count() == 2, "{rest}");
    assert!(rest.contains("2 cases did not begin: the run was interrupted") && !rest.contains("FAIL  c"), "{rest}");
    all_reports_say(folder.path(), 1, 3, 1);
}

/// Parts of each of these suites that are merged say in every format what the whole does.
#[test]
fn merged_parts_say_in_every_format_what_the_whole_does() {
    for (files, code, passed, failed) in RUNS.iter().filter(|run| run.0.len() > 1) {
        let folder = project(files);
        for part in ["1/2", "2/2"] {
            let (json, junit) = (format!("json={}.jsonl", &part[..1]), format!("junit={}.xml", &part[..1]));
            mockgento(folder.path(), &["run", "--check", "--shard", part, "--report", &json, "--report", &junit]);
        }
        let merged = mockgento(folder.path(), &[&["report", "merge", "1.jsonl", "2.jsonl"], REPORTS].concat());
        assert_eq!(merged.status.code(), Some(*code), "{files:?} {}", said(&merged));
        all_reports_say(folder.path(), *passed, *failed, *code);
        let merged = mockgento(folder.path(), &["report", "merge", "1.xml", "2.xml", "--report", "junit=r.xml"]);
        assert_eq!(merged.status.code(), Some(*code), "{files:?} {}", said(&merged));
        let junit = std::fs::read_to_string(folder.path().join("r.xml")).unwrap();
        let bad = junit.matches("<failure").count() + junit.matches("<error").count();
        assert_eq!((junit.matches("<testcase").count(), bad), (passed + failed, *failed), "{junit}");
    }
}

/// A case that somebody's client was not asked is neither passed nor failed, in each format and in merged parts.
#[test]
fn a_skipped_case_is_skipped_in_every_report() {
    let skipped = "title: s\nintegration: {two way sync: yes, sync start date: 2024-01-08}\nsteps:\n  - sync\n  - in crm: {register: {customer: li@example.com}}\n";
    let folder = project(&[("p.yaml", PASSING), ("s.yaml", skipped)]);
    let client = "title: c\ncommands: {reset: 'true', sync: 'true'}\ncrm: {command: echo {}}\n";
    std::fs::write(folder.path().join("client.yaml"), client.replace("echo {}", "'echo {}'")).unwrap();
    let run = mockgento(folder.path(), &[&["run", "--check", "--client", "client.yaml"], REPORTS].concat());
    let says = |what: &str| {
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        let (junit, json, tap, github, html) =
            (read("r.xml"), read("r.jsonl"), read("r.tap"), read("r.github"), read("r.html"));
        assert_eq!((junit.matches("<testcase").count(), junit.matches("<skipped").count()), (2, 1), "{what} {junit}");
        assert!(!junit.contains("<failure") && !junit.contains("<error"), "{what} {junit}");
        assert_eq!(json.matches("\"status\":\"skipped\"").count(), 1, "{what} {json}");
        assert!(json.contains("\"passed\":1,\"failed\":0"), "{what} {json}");
        assert!(tap.contains("1..2\n") && tap.contains("# SKIP") && !tap.contains("not ok"), "{what} {tap}");
        assert!(!github.contains("::error"), "{what} {github}");
        assert!(html.contains("\"status\":\"skipped\""), "{what}");
    };
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    assert!(said(&run).contains("1 passed, 0 failed, 1 skipped"), "{}", said(&run));
    says("run");
    for part in ["1", "2"] {
        let (shard, json) = (format!("{part}/2"), format!("json={part}.jsonl"));
        let part = ["run", "--check", "--client", "client.yaml", "--shard", &shard, "--report", &json];
        mockgento(folder.path(), &part);
    }
    let merged = mockgento(folder.path(), &[&["report", "merge", "1.jsonl", "2.jsonl"], REPORTS].concat());
    assert_eq!(merged.status.code(), Some(0), "{}", said(&merged));
    says("merged");
}

/// Where cron syncs while time passes, a failure of it is seen like any other.
#[test]
fn a_failed_sync_of_cron_is_not_overlooked() {
    let scenario = "title: t\nautomatic sync: yes\nintegration: {sync start date: 2024-01-08}\nsteps:\n  - disrupt: {times: until cleared, with: {status: 503}}\n  - advance: 1 hour\n  - clear\n";
    for (steps, code) in
        [("", 1), ("  - advance: 1 minute\n", 1), ("  - expect: {outcome: failure}\n", 0), ("  - advance: 1 hour\n", 1)]
    {
        let folder = project(&[("a.yaml", &format!("{scenario}{steps}"))]);
        let run = mockgento(folder.path(), &["run", "--check"]);
        assert_eq!(run.status.code(), Some(code), "{steps} {}", said(&run));
        assert_eq!(said(&run).contains("it failed and nothing looks at that"), code == 1, "{steps} {}", said(&run));
    }
}

/// A run in which every case was skipped shows nothing, and no report of it is green, nor a merge of it.
#[test]
fn a_run_of_skipped_cases_is_red_in_every_report() {
    let skipped = "title: s\nintegration: {two way sync: yes, sync start date: 2024-01-08}\nsteps:\n  - sync\n  - in crm: {register: {customer: li@example.com}}\n";
    let folder = project(&[("s.yaml", skipped), ("t.yaml", skipped)]);
    let client = "title: c\ncommands: {reset: 'true', sync: 'true'}\ncrm: {command: 'echo {}'}\n";
    std::fs::write(folder.path().join("client.yaml"), client).unwrap();
    let says = |code: Option<i32>, text: &str| {
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains("0 passed, 1 failed, 2 skipped"), "{text}");
        assert!(read("r.xml").contains("<error"), "{}", read("r.xml"));
        assert!(read("r.jsonl").contains("\"failed\":1,\"skipped\":2"), "{}", read("r.jsonl"));
        assert!(read("r.tap").contains("\nnot ok 3") && read("r.tap").contains("1..3"), "{}", read("r.tap"));
        assert!(read("r.github").contains("::error"), "{}", read("r.github"));
        assert!(read("r.html").contains("no case was run"));
    };
    let run = mockgento(folder.path(), &[&["run", "--check", "--client", "client.yaml"], REPORTS].concat());
    says(run.status.code(), &said(&run));
    let merged = mockgento(folder.path(), &["report", "merge", "r.xml"]);
    says(merged.status.code(), &said(&merged));
    std::fs::rename(folder.path().join("r.jsonl"), folder.path().join("a.jsonl")).unwrap();
    let merged = mockgento(folder.path(), &[&["report", "merge", "a.jsonl"], REPORTS].concat());
    says(merged.status.code(), &said(&merged));
    let again = mockgento(folder.path(), &["run", "--failed", "r.jsonl"]);
    assert!(said(&again).contains("there is nothing to repeat"), "{}", said(&again));
}

/// Two cases of one name would be one in reports.
#[test]
fn two_cases_of_one_name_are_refused() {
    let variants = "title: v\nvariants: {rpc: {}, wsi: {wsi: yes}}\nsteps:\n  - check connection\n  - expect: {outcome: success}\n";
    for (files, name) in [
        (&[("v.rpc.yaml", FAILING), ("v.yaml", variants)][..], "v.rpc"),
        (&[("q.yaml", PASSING), ("q.yml", FAILING)], "q"),
        (&[("q.yaml", UNPARSABLE), ("q.yml", PASSING)], "q"),
    ] {
        let folder = project(files);
        let run = mockgento(folder.path(), &["run", "--check"]);
        assert_eq!(run.status.code(), Some(2), "{}", said(&run));
        let text = said(&run).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(text.contains(&format!("two cases have the name `{name}`")), "{text}");
        assert!(files.iter().all(|(file, _)| text.contains(file)), "{text}");
    }
    let folder = project(&[("p.yaml", PASSING)]);
    std::fs::write(folder.path().join("scenarios/LOUD.YAML"), UNPARSABLE).unwrap();
    let run = mockgento(folder.path(), &["run", "--check"]);
    assert!(said(&run).contains("1 passed, 1 failed"), "a name in capitals is one as well: {}", said(&run));
    std::fs::remove_file(folder.path().join("scenarios/LOUD.YAML")).unwrap();
    let run = mockgento(folder.path(), &["run", "--check", "scenarios", "./scenarios/p.yaml"]);
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
}

/// What failed and cannot be run now is not mended.
#[test]
fn failed_cases_that_are_gone_or_cannot_be_read_are_not_green() {
    let variants = "title: v\nvariants: {one: {}, two: {}}\nintegration: {sync start date: 2024-01-08}\nsteps:\n  - sync\n  - expect: {outcome: failure}\n";
    let folder = project(&[("p.yaml", PASSING), ("f.yaml", FAILING), ("g.yaml", FAILING), ("v.yaml", variants)]);
    mockgento(folder.path(), &["run", "--check", "--report", "json=r.jsonl"]);
    let file = |name: &str| folder.path().join("scenarios").join(name);
    let run = mockgento(folder.path(), &["run", "--check", "--failed", "r.jsonl", "-k", "one"]);
    assert!(said(&run).contains("0 passed, 1 failed"), "what was not asked for is not gone: {}", said(&run));
    std::fs::write(file("v.yaml"), "title: v\nsteps:\n  - sycn\n").unwrap();
    std::fs::write(file("f.yaml"), PASSING).unwrap();
    std::fs::write(file("g.yaml"), PASSING).unwrap();
    let run = mockgento(folder.path(), &["run", "--check", "--failed", "r.jsonl"]);
    assert_eq!(run.status.code(), Some(2), "{}", said(&run));
    assert!(said(&run).contains("2 passed, 1 failed"), "{}", said(&run));
    let run = mockgento(folder.path(), &["run", "--check", "-k", "p"]);
    assert_eq!(run.status.code(), Some(2), "a file that cannot be read may hold the text: {}", said(&run));
    assert!(said(&run).contains("3 passed, 1 failed"), "{}", said(&run));
    std::fs::rename(file("g.yaml"), file("h.yaml")).unwrap();
    let run = mockgento(folder.path(), &["run", "--check", "--failed", "r.jsonl"]);
    assert_eq!(run.status.code(), Some(2), "{}", said(&run));
    assert!(said(&run).contains("not there any more: g (scenarios/g.yaml)"), "{}", said(&run));
}

/// Merged reports of both kinds agree: about a part that is missing, a case that was run again, lines that were lost.
#[test]
fn merged_reports_miss_nothing() {
    let folder = project(&[("p.yaml", PASSING), ("q.yaml", PASSING), ("f.yaml", FAILING)]);
    let run = |arguments: &[&str]| mockgento(folder.path(), &[&["run", "--check"], arguments].concat());
    for part in ["1", "2"] {
        let (shard, json, junit) = (format!("{part}/2"), format!("json={part}.jsonl"), format!("junit={part}.xml"));
        run(&["--shard", &shard, "--report", &json, "--report", &junit]);
    }
    for kind in ["jsonl", "xml"] {
        let merged = mockgento(folder.path(), &["report", "merge", &format!("1.{kind}")]);
        assert_eq!(merged.status.code(), Some(2), "{}", said(&merged));
        assert!(said(&merged).contains("parts are missing: 2/2"), "{}", said(&merged));
    }
    run(&["--report", "json=a.jsonl", "--report", "junit=a.xml"]);
    std::fs::write(folder.path().join("scenarios/f.yaml"), PASSING).unwrap();
    run(&["f", "--report", "json=b.jsonl", "--report", "junit=b.xml"]);
    for kind in ["jsonl", "xml"] {
        let [first, again] = ["a", "b"].map(|name| format!("{name}.{kind}"));
        let merged = mockgento(folder.path(), &["report", "merge", &first, &again]);
        assert_eq!(merged.status.code(), Some(0), "{}", said(&merged));
        assert!(said(&merged).contains("3 passed, 0 failed"), "{}", said(&merged));
    }
    let whole = std::fs::read_to_string(folder.path().join("a.jsonl")).unwrap();
    let fewer: Vec<&str> = whole.lines().filter(|line| !line.contains("\"status\":\"failed\"")).collect();
    std::fs::write(folder.path().join("fewer.jsonl"), fewer.join("\n")).unwrap();
    let none = "{\"type\":\"run\",\"format\":1,\"mockgento\":\"0\",\"scenarios\":0}\n{\"type\":\"summary\",\"passed\":0,\"failed\":0,\"ms\":0}\n";
    std::fs::write(folder.path().join("none.jsonl"), none).unwrap();
    std::fs::write(folder.path().join("none.xml"), "<testsuites name=\"mockgento\" tests=\"0\"></testsuites>").unwrap();
    for (file, expected) in [
        ("fewer.jsonl", "its summary says 2 passed, 1 failed"),
        ("none.jsonl", "no case is in these reports"),
        ("none.xml", "no case is in these reports"),
    ] {
        let merged = mockgento(folder.path(), &["report", "merge", file]);
        assert_eq!(merged.status.code(), Some(2), "{}", said(&merged));
        assert!(said(&merged).contains(expected), "{file}: {}", said(&merged));
    }
}

fn text_of_again(text: &str, name: &str) -> bool {
    text.contains(&format!("again: mockgento run scenarios/{name}.yaml"))
}

#[test]
fn merged_parts_of_a_suite_with_an_unparsable_file_fail() {
    let folder = project(&[("p.yaml", PASSING), ("q.yaml", PASSING), ("u.yaml", UNPARSABLE)]);
    let mut codes = Vec::new();
    for part in ["1", "2"] {
        let (shard, json, junit) = (format!("{part}/2"), format!("json={part}.jsonl"), format!("junit={part}.xml"));
        let run =
            mockgento(folder.path(), &["run", "--check", "--shard", &shard, "--report", &json, "--report", &junit]);
        codes.push(run.status.code().unwrap());
    }
    codes.sort_unstable();
    assert_eq!(codes, [0, 2], "the file belongs to one part");
    for (files, code) in [(["1.jsonl", "2.jsonl"], 2), (["1.xml", "2.xml"], 2)] {
        let merged = mockgento(folder.path(), &["report", "merge", files[0], files[1]]);
        assert_eq!(merged.status.code(), Some(code), "{}", said(&merged));
        assert!(said(&merged).contains("2 passed, 1 failed"), "{}", said(&merged));
    }
}

#[test]
fn one_case_is_run_by_the_name_a_failure_prints() {
    let variants = "title: v\nintegration: {sync start date: 2024-01-08}\nvariants: {one: {}, two: {wsi: yes}}\nsteps:\n  - sync\n  - expect: {outcome: success}\n";
    let folder = project(&[("group/many.yaml", variants), ("p.yaml", PASSING), ("f.yaml", FAILING)]);
    for (arguments, passed, failed) in [
        (&["group/many.two"][..], 1, 0),
        (&["scenarios/group/many.one"], 1, 0),
        (&["group/many"], 2, 0),
        (&["group/many.one", "p"], 2, 0),
        (&["-k", "MANY"], 2, 0),
        (&["--variant", "two"], 1, 0),
        (&["f"], 0, 1),
    ] {
        let run = mockgento(folder.path(), &[&["run", "--check"], arguments].concat());
        assert!(said(&run).contains(&format!("{passed} passed, {failed} failed")), "{arguments:?} {}", said(&run));
    }
    for (arguments, expected) in [
        (&["group/many.tow"][..], "did you mean `group/many.two`?"),
        (&["-k", "nothing like it"], "none of the 4 cases has the text `nothing like it` in its name or title"),
        (&["--variant", "three"], "none of the 4 cases has the variant `three`"),
        (&["nosuch"], "nosuch"),
    ] {
        let run = mockgento(folder.path(), &[&["run", "--check"], arguments].concat());
        assert_eq!(run.status.code(), Some(2), "{arguments:?} {}", said(&run));
        assert!(said(&run).contains(expected), "{arguments:?} {}", said(&run));
    }
    let first = mockgento(folder.path(), &["run", "--check", "--report", "json=r.jsonl"]);
    assert_eq!(first.status.code(), Some(1));
    let again = mockgento(folder.path(), &["run", "--check", "--failed", "r.jsonl"]);
    assert!(said(&again).contains("0 passed, 1 failed"), "{}", said(&again));
}

#[test]
fn what_shows_nothing_is_not_green() {
    for (steps, expected) in [
        ("  - expect: {}\n", "nothing is expected here"),
        (
            "  - disrupt: {operation: salesOrderCancel, with: html-page}\n  - sync\n",
            "the disruption html-page never struck",
        ),
        ("  - disrupt: {call: 900, with: html-page}\n  - sync\n  - clear\n", "the disruption html-page never struck"),
        (
            "  - disrupt: {times: until cleared, with: access-denied}\n  - sync\n  - clear\n  - sync\n",
            "it failed and nothing looks at that",
        ),
        ("  - disrupt: {times: until cleared, with: access-denied}\n  - sync\n", "it failed and nothing looks at that"),
        (
            "  - disrupt: {times: until cleared, with: {status: 503}}\n  - sync website list\n",
            "it failed and nothing looks at that",
        ),
        (
            "  - disrupt: {times: until cleared, with: {status: 503}}\n  - sync\n  - expect: {shop: {rows: customer, count: 0}}\n",
            "it failed and nothing looks at that",
        ),
        (
            "  - disrupt: {times: until cleared, with: {status: 503}}\n  - sync\n  - snapshot: {name: s, of: [shop]}\n",
            "it failed and nothing looks at that",
        ),
        ("  - sync\n  - expect: {message: {contains: \"\"}}\n", "every value fulfils `contains: \"\"`"),
        (
            "  - sync\n  - expect: {crm: {rows: customer, have: {email: {regex: \"\"}}}}\n",
            "every value fulfils `regex: \"\"`",
        ),
        ("  - sync\n  - expect: {crm: {rows: customer, count: {at least: 0}}}\n", "any number of rows is at least 0"),
        ("  - sync\n  - expect: {calls: {to: any, count: {at least: 0}}}\n", "any number of calls is at least 0"),
        ("  - sync\n  - expect: {calls: {to: login, answered: falt 5, count: 0}}\n", "no call is answered by `falt 5`"),
        ("  - snapshot: {name: s, of: []}\n", "the snapshot holds nothing"),
        ("  - in magento: []\n", "the list has no edit"),
        ("  - in crm: []\n", "the list has no edit"),
        ("  - disrupt: []\n", "the list has no disruption"),
        ("  - disrupt: {with: {missing-element: emial}}\n  - sync\n", "but it changed nothing there"),
        (
            "  - disrupt: {times: until cleared, with: {wrong-type: custmer_id}}\n  - sync\n",
            "but it changed nothing there",
        ),
        (
            "  - disrupt: {operation: customerGroupList, with: {stall: {after_bytes: 99999999}}}\n  - sync\n",
            "but it changed nothing there",
        ),
        ("  - disrupt: {operation: login, with: single-row}\n  - sync\n", "what this operation answers has no rows"),
        ("  - disrupt: {page: 1, with: last-page-again}\n  - sync\n", "the first page has none before it"),
        ("  - disrupt: {with: {date-skew: 0}}\n  - sync\n", "a clock that is 0 seconds off is right"),
    ] {
        let folder =
            project(&[("a.yaml", &format!("title: t\nintegration: {{sync start date: 2024-01-08}}\nsteps:\n{steps}"))]);
        let run = mockgento(folder.path(), &["run", "--check"]);
        assert_ne!(run.status.code(), Some(0), "{steps} {}", said(&run));
        assert!(said(&run).contains(expected), "{steps} {}", said(&run));
    }
    for steps in [
        "  - disrupt: {operation: salesOrderCancel, may miss: yes, with: html-page}\n  - sync\n",
        "  - disrupt: {times: until cleared, with: access-denied}\n  - sync\n  - expect: {outcome: failure}\n",
    ] {
        let folder =
            project(&[("a.yaml", &format!("title: t\nintegration: {{sync start date: 2024-01-08}}\nsteps:\n{steps}"))]);
        let run = mockgento(folder.path(), &["run", "--check"]);
        assert_eq!(run.status.code(), Some(0), "{steps} {}", said(&run));
    }
}

#[test]
fn snapshots_of_a_scenario_that_fails_are_not_accepted() {
    let wrong = "title: t\nintegration: {sync start date: 2024-01-08}\nsteps:\n  - sync\n  - snapshot: end\n  - expect: {outcome: failure}\n";
    let folder = project(&[("a.yaml", wrong)]);
    let run = mockgento(folder.path(), &["run", "--accept"]);
    assert_eq!(run.status.code(), Some(1), "{}", said(&run));
    assert!(said(&run).contains("is not accepted, since something else is wrong"), "{}", said(&run));
    assert!(!folder.path().join("snapshots/a@end.snap").exists());
    std::fs::write(folder.path().join("scenarios/a.yaml"), wrong.replace("failure", "success")).unwrap();
    let run = mockgento(folder.path(), &["run", "--accept"]);
    assert_eq!(run.status.code(), Some(0), "{}", said(&run));
    assert!(folder.path().join("snapshots/a@end.snap").exists());
}
