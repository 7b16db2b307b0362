//! `run --step`, `run --keep`, `run --console` and `serve --scenario`: what a scenario does, looked at closely.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

const SCENARIO: &str = r#"title: She marries
clock: 2014-01-10 12:00:00
integration: {sync start date: 2013-08-01, entities: [customer], two way sync: yes}
steps:
  - sync
  - advance: 1 hour
  - in magento:
      update customer: {customer: pat@example.org, set: {lastname: King}}
  - disrupt: {with: session-expired, operation: oroCustomerList}
  - sync
  - expect:
      crm: {rows: customer, where: {email: pat@example.org}, have: {lastName: King}}
  - expect:
      crm: {rows: customer, where: {email: pat@example.org}, have: {lastName: Nobody}}
"#;

fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    std::fs::write(folder.path().join("scenarios/marries.yaml"), SCENARIO).unwrap();
    let variants = SCENARIO.replace("steps:", "variants: {rpc: {}, wsi: {wsi: yes}}\nsteps:");
    std::fs::write(folder.path().join("scenarios/twice.yaml"), variants).unwrap();
    folder
}

fn start(folder: &Path, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("CI", "")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

fn said_to(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut process = start(folder, arguments);
    // Whoever ends early has heard enough.
    let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
    process.wait_with_output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn timeless(output: &Output) -> String {
    let both = text(&output.stdout) + &text(&output.stderr);
    regex::Regex::new(r"\d+ ms|in [0-9.]+ s").unwrap().replace_all(&both, "[time]").into_owned()
}

#[test]
fn each_step_is_shown_with_what_it_did_and_what_can_be_asked() {
    let folder = project();
    let asked = "crm\n\n\nshop customer\nshop customers\n\n\nc\n\n\n\n";
    let ran = said_to(folder.path(), &["run", "marries", "--step"], asked);
    assert_eq!(ran.status.code(), Some(1), "an expectation of it is not met");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!("stepping", timeless(&ran));
    });
}

#[test]
fn a_message_can_be_read_at_a_stop_without_secrets() {
    let folder = project();
    let ran = said_to(folder.path(), &["run", "marries", "--step"], "c 5\nc 99\ncrm customr\nq\n");
    let said = text(&ran.stdout);
    for part in ["<ns1:login", "***", "this step has no call 99", "did you mean customer?"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(!said.contains("oro-key-1"), "{said}");
}

#[test]
fn a_case_that_was_ended_has_failed_in_every_report() {
    let folder = project();
    for input in ["\nq\n", "\n", ""] {
        let reports = ["--report", "junit=junit.xml", "--report", "tap=report.tap", "--report", "json=report.jsonl"];
        let ran = said_to(folder.path(), &[&["run", "marries", "--step"], &reports[..]].concat(), input);
        assert_eq!(ran.status.code(), Some(1), "{input:?}: {}", timeless(&ran));
        assert!(timeless(&ran).contains("ended here, after step"), "{}", timeless(&ran));
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
        assert!(read("junit.xml").contains("ended here, after step"), "{}", read("junit.xml"));
        assert!(read("report.tap").contains("not ok 1"), "{}", read("report.tap"));
        assert!(read("report.jsonl").contains(r#""status":"error""#), "{}", read("report.jsonl"));
    }
}

#[test]
fn the_rest_runs_without_stops_and_the_same_way() {
    let folder = project();
    let ran = said_to(folder.path(), &["run", "marries", "--step"], "r\n");
    let said = timeless(&ran);
    assert!(said.contains("step 1 of 7") && !said.contains("step 2 of 7"), "{said}");
    assert!(said.contains("marries.yaml:14: expect: ") && said.contains("0 passed, 1 failed"), "{said}");
}

#[test]
fn one_case_is_stepped_through() {
    let folder = project();
    for argument in ["--step", "--console"] {
        let ran = said_to(folder.path(), &["run", "twice", argument], "");
        assert_eq!(ran.status.code(), Some(2));
        let said = text(&ran.stderr);
        assert!(said.contains(&format!("{argument} is for one case, and 2 are asked for")), "{said}");
        assert!(said.contains("name one as `mockgento list` does: twice.rpc, twice.wsi"), "{said}");
    }
    for wrong in [["--step", "--quiet"], ["--step", "--watch"]] {
        assert_eq!(said_to(folder.path(), &[&["run", "twice.rpc"][..], &wrong].concat(), "").status.code(), Some(2));
    }
}

#[test]
fn what_a_case_leaves_is_kept_without_secrets_and_nothing_else_is_replaced() {
    let folder = project();
    let run = |keep: &str| said_to(folder.path(), &["run", "--keep", keep], "");
    for _ in 0..2 {
        let ran = run("kept/here");
        assert_eq!(ran.status.code(), Some(1), "{}", timeless(&ran));
    }
    let kept = folder.path().join("kept/here");
    for case in ["marries", "twice.rpc", "twice.wsi"] {
        let case = kept.join(case);
        let calls = std::fs::read_to_string(case.join("calls.txt")).unwrap();
        assert!(
            calls.contains("fault 5: Session expired") && calls.contains("disrupted by session-expired"),
            "{calls}"
        );
        let messages = std::fs::read_dir(case.join("wire")).unwrap().count();
        // Of the download of the WSDL no message is kept.
        assert_eq!(messages, (calls.lines().count() - 1) * 2, "{calls}");
        let shop: serde_json::Value =
            serde_json::from_str(&std::fs::read_to_string(case.join("magento.json")).unwrap()).unwrap();
        assert!(shop["customer"].as_array().unwrap().iter().any(|row| row["lastname"] == "King"), "{shop}");
        let crm = case.join("crm.sqlite").display().to_string();
        let shown = said_to(folder.path(), &["crm", "show", "customer", "--crm", &crm, "--where", "lastName=King"], "");
        assert_eq!(shown.status.code(), Some(0), "{}", timeless(&shown));
        for entry in walkdir::WalkDir::new(&case).into_iter().map(Result::unwrap) {
            if entry.file_type().is_file() {
                let bytes = std::fs::read(entry.path()).unwrap();
                let has_key = bytes.windows(9).any(|window| window == b"oro-key-1");
                assert!(!has_key, "a key is in {}", entry.path().display());
                #[cfg(unix)]
                {
                    use std::os::unix::fs::PermissionsExt as _;
                    assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{}", entry.path().display());
                }
            }
        }
    }
    let own = folder.path().join("own");
    std::fs::create_dir_all(own.join("marries")).unwrap();
    std::fs::write(own.join("marries/letter.txt"), "mine").unwrap();
    let refused = run("own");
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("there is something else in this folder"), "{}", text(&refused.stderr));
    assert_eq!(std::fs::read_to_string(own.join("marries/letter.txt")).unwrap(), "mine");
}

/// The answer to a GET.
fn get(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

/// The host and port in the first line that says where something is.
fn address_in(lines: &mut impl Iterator<Item = std::io::Result<String>>, what: &str) -> String {
    let line = lines.map(Result::unwrap).find(|line| line.contains(what)).unwrap();
    let (_, url) = line.split_once("http://").unwrap();
    url.split('/').next().unwrap().to_owned()
}

#[test]
fn the_console_of_a_running_scenario_shows_its_shop() {
    let folder = project();
    let mut process = start(folder.path(), &["run", "marries", "--console", "--step"]);
    let mut input = process.stdin.take().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let address = address_in(&mut lines, "Console at ");
    let lastname = || get(&address, "/__admin/state?table=customer");
    let until = |lines: &mut dyn Iterator<Item = std::io::Result<String>>, step: &str| {
        assert!(lines.map(Result::unwrap).any(|line| line.contains(step)), "{step}");
    };
    until(&mut lines, "step 1 of 7");
    assert!(get(&address, "/__admin/requests").contains("oroCustomerList"), "the calls of the first sync are there");
    assert!(!lastname().contains("King"), "{}", lastname());
    writeln!(input, "\n").unwrap();
    until(&mut lines, "step 3 of 7");
    assert!(lastname().contains("King"), "{}", lastname());
    writeln!(input, "r").unwrap();
    drop(input);
    std::thread::spawn(move || lines.for_each(drop));
    assert_eq!(process.wait().unwrap().code(), Some(1));
}

#[test]
fn the_shop_of_a_scenario_is_served_as_it_is_after_a_line() {
    let folder = project();
    for (until, lastname) in [(&["--until", "7"][..], "King"), (&["--until", "6"], "Example"), (&[], "King")] {
        let serve = [&["serve", "--scenario", "marries", "--listen", "127.0.0.1:0"], until].concat();
        let mut process = start(folder.path(), &serve);
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let address = address_in(&mut lines, "WSDL at ");
        assert!(get(&address, "/__admin/state?table=customer").contains(lastname), "{until:?}: {lastname}");
        assert!(get(&address, "/__admin/requests").contains("oroCustomerList"), "what it has heard is there");
        let clock = get(&address, "/__admin/clock");
        assert!(clock.contains("T13:00:00Z") && clock.contains("\"runs\": false"), "{clock}");
        let url = format!("http://{address}/index.php/api/v2_soap/?wsdl=1");
        let check = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(["check", "--url", &url, "--user", "oro"])
            .env("MOCKGENTO_API_KEY", "oro-key-1")
            .output()
            .unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
        assert!(check.status.success(), "{}{}", text(&check.stdout), text(&check.stderr));
    }
}

#[test]
fn a_scenario_that_cannot_be_served_says_why() {
    let folder = project();
    let broken = SCENARIO
        .replace("update customer: {customer: pat@example.org", "update customer: {customer: nobody@example.com");
    std::fs::write(folder.path().join("scenarios/broken.yaml"), broken).unwrap();
    std::fs::write(folder.path().join("scenarios/typo.yaml"), "title: T\nsteps: [sycn]\n").unwrap();
    for (arguments, expected) in [
        (&["--scenario", "twice"][..], "--scenario serves one case, and twice has 2"),
        (&["--scenario", "nobody"], "there is no scenario nobody"),
        (&["--scenario", "marries", "--until", "2"], "line 2 is before its first step, which stands in line 5"),
        (&["--scenario", "marries", "--until", "99"], "it has 14 lines, and no line 99"),
        (&["--scenario", "broken"], "no customer is `nobody@example.com`"),
        (&["--scenario", "typo"], "did you mean `sync`?"),
        (&["--until", "4"], "--scenario <SCENARIO>"),
        (&["--scenario", "marries", "--seed", "big"], "cannot be used with"),
    ] {
        let ran = said_to(folder.path(), &[&["serve", "--listen", "127.0.0.1:0"], arguments].concat(), "");
        assert_eq!(ran.status.code(), Some(2), "{arguments:?}");
        let said = text(&ran.stderr).split_whitespace().filter(|word| *word != "|").collect::<Vec<_>>().join(" ");
        assert!(said.contains(expected), "{arguments:?}: {said}");
    }
}
