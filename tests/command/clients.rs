//! Somebody's own client in the place of our sync: what its file may say, what it is asked, how it is judged, and what it cannot
//! do to a run. The clients here are shell scripts and the program itself; the examples of the repository, which need databases,
//! are in `client_examples`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder with a client, a scenario or two, and a way to run the program in it.
pub(super) struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    pub(super) fn new(client: &str, steps: &str) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap() };
        place.write("client.yaml", client);
        place.scenario("first", "", steps);
        place
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub(super) fn scenario(&self, name: &str, head: &str, steps: &str) {
        let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/seeds/boutique.yaml");
        self.write("scenarios/seeds/boutique.yaml", &std::fs::read_to_string(seed).unwrap());
        let text = format!(
            "title: {name}\n{head}shop: {{seed: boutique}}\nintegration: {{entities: [customer], sync start date: 2024-01-01}}\nsteps:\n{steps}"
        );
        self.write(&format!("scenarios/{name}.yaml"), &text);
    }

    /// Exit code and everything that was printed.
    pub(super) fn told(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("NO_COLOR", "1")
            .env("MOCKGENTO", env!("CARGO_BIN_EXE_mockgento"))
            .env("FILE_DSN", "sqlite:crm.sqlite")
            .env("GONE_DSN", "sqlite:gone/crm.sqlite")
            .env("PG_DSN", "postgresql://acme:s3cret@127.0.0.1:1/acme")
            .env_remove("CI")
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code(), text)
    }

    pub(super) fn run(&self) -> (Option<i32>, String) {
        self.told(&["run", "--client", "client.yaml"])
    }
}

const SYNC: &str =
    "  - sync\n  - expect: {crm: {rows: customer, where: {email: ada@example.com}, have: {firstName: Ada}}}\n";

/// A client whose rows are always the same.
pub(super) fn fixed(rows: &str) -> String {
    format!(
        "title: Fixed\ncommands: {{reset: 'true', sync: 'true', check: 'true', edit: cat}}\ncrm: {{command: \"echo '{}'\"}}\n",
        rows.replace('"', "\\\"")
    )
}

pub(super) const ADA: &str = r#"{"customer": [{"originId": 1, "email": "ada@example.com", "firstName": "Ada"}]}"#;

#[test]
fn scenarios_are_told_with_the_rows_of_the_client() {
    let place = Place::new(&fixed(ADA), SYNC);
    let (code, text) = place.run();
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("1 of 1 cases run"), "{text}");
    let other = Place::new(&fixed(&ADA.replace("Ada", "Eve")), SYNC);
    let (code, text) = other.run();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("firstName is \"Eve\", expected \"Ada\""), "{text}");
}

#[test]
fn a_client_is_given_the_shop_the_time_and_what_it_is_asked() {
    let client = r#"
title: Writes down what it gets
commands:
  reset: sh -c 'rm -f got; cat >> got'
  configure: sh -c 'cat >> got'
  sync: sh -c 'cat >> got; echo >> got; echo "$MAGENTO_NOW $MAGENTO_WSI $MORE" >> got; echo "key $MAGENTO_API_KEY"; MOCKGENTO_API_KEY=$MAGENTO_API_KEY "$MOCKGENTO" check --url "$MAGENTO_WSDL_URL" --user "$MAGENTO_API_USER"'
  edit: sh -c 'cat >> got'
env: {MORE: more}
crm: {command: "echo '{\"customer\": []}'"}
"#;
    let steps = "  - sync: {force: yes, only: customer}\n  - advance: 1 hour\n  - in crm: {update customer: {customer: ada@example.com, set: {lastName: Byron, lifetime: 1.50}}}\n  - sync\n  - expect: {outcome: success, shop: {rows: customer, count: 2}}\n  - snapshot: {name: end, of: [outcome, crm, trace]}\n";
    let place = Place::new(client, steps);
    let (code, text) = place.told(&["run", "--client", "client.yaml", "--accept"]);
    assert_eq!(code, Some(0), "{text}");
    let got = std::fs::read_to_string(place.path("got")).unwrap();
    for part in [
        r#""request":"configure""#,
        r#""sync start date":"2024-01-01""#,
        r#""guest customer sync":true"#,
        r#""sync":{"only":"customer","force":true}"#,
        r#"{"update customer":{"customer":"ada@example.com","set":{"lastName":"Byron","lifetime":"1.50"}}}"#,
        "2024-01-10T12:00:00Z 0 more",
        "2024-01-10T13:00:00Z 0 more",
    ] {
        assert!(got.contains(part), "{part} in {got}");
    }
    let snapshot = std::fs::read_to_string(place.path("client-snapshots/client/first@end.snap")).unwrap();
    assert!(snapshot.contains("oroPing") && snapshot.contains("sync: success"), "{snapshot}");
    assert!(!place.path("snapshots").exists(), "our own snapshots are left alone");
    let (code, text) = place.told(&["run", "--client", "client.yaml", "--check"]);
    assert_eq!(code, Some(0), "the same again: {text}");
}

#[test]
fn what_a_client_cannot_do_is_skipped_and_nothing_told_is_no_success() {
    for (client, steps, why) in [
        (fixed(ADA).replace(", check: 'true'", ""), "  - check connection\n", "it has no command `check`"),
        (fixed(ADA) + "supports: [order]\n", "  - sync\n", "it does not support `customer`"),
        (fixed(ADA), "  - sync\n  - expect: {crm: {rows: contact, count: 0}}\n", "its rows have no `contact`"),
        (fixed(ADA), "  - sync\n  - expect: {crm: {rows: order, count: 0}}\n", "its rows have no `order`"),
        (fixed(ADA), "  - run: 'true'\n", "it runs a program of its own"),
        (fixed(ADA), "  - disrupt: {operation: oroCustomerList, with: internal-error}\n  - sync\n", "struck"),
        (
            fixed(ADA).replace("edit: cat", "edit: \"echo '{\\\"unsupported\\\": \\\"no edits here\\\"}'\""),
            "  - sync\n  - in crm: {update customer: {customer: ada@example.com, set: {lastName: B}}}\n",
            "no edits here",
        ),
    ] {
        let place = Place::new(&client, steps);
        let (code, text) = place.run();
        assert_eq!(code, Some(1), "{why}: {text}");
        assert!(text.contains(why) && text.contains("1 skipped") && text.contains("no case was run"), "{why}: {text}");
        let (code, text) = place.told(&["conform", "--client", "client.yaml"]);
        let is_of_expect = why.starts_with("its rows");
        assert!(code == Some(1) || is_of_expect, "{why}: {text}");
        assert!(text.contains(why) || is_of_expect, "{why}: {text}");
    }
    let place = Place::new(&(fixed(ADA) + "at least: 2\n"), SYNC);
    let (code, text) = place.run();
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("`at least: 2`"), "{text}");
    place.scenario("second", "", SYNC);
    assert_eq!(place.run().0, Some(0));
}

#[test]
fn a_scenario_may_name_its_client_itself_and_then_speaks_of_its_words() {
    let place = Place::new(&fixed(ADA).replace("sync: 'true'", "sync: echo all in"), "  - sync\n");
    place.scenario("own", "client: ../client.yaml\n", "  - sync\n  - expect: {message: {contains: all in}}\n");
    let (code, text) = place.told(&["run", "scenarios/own.yaml"]);
    assert_eq!(code, Some(0), "{text}");
    place.scenario("own", "client: ../client.yaml\n", "  - sync\n  - expect: {message: {contains: other}}\n");
    let (code, text) = place.told(&["run", "scenarios/own.yaml"]);
    assert_eq!(code, Some(1), "{text}");
    place.scenario("own", "client: ../nobody.yaml\n", "  - sync\n");
    let (code, text) = place.told(&["run", "scenarios/own.yaml"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("nobody.yaml"), "{text}");
}

/// `at least` and "no case was run" count whoever names the client.
#[test]
fn a_client_that_scenarios_name_must_act_as_often_as_one_that_is_given() {
    for (more, told, why) in [
        ("supports: [order]\n", Some(1), "no case was run"),
        ("at least: 2\n", Some(1), "1 cases were run, and `at least: 2`"),
        ("at least: 1\n", Some(0), "1 of 1 cases run"),
    ] {
        let place = Place::new(&(fixed(ADA) + more), "  - advance: 1 hour\n");
        place.scenario("own", "client: ../client.yaml\n", SYNC);
        let (code, text) = place.told(&["run", "scenarios/own.yaml"]);
        assert!(code == told && text.contains(why), "{more}: {text}");
    }
}

/// What nobody knows by that name would be compared with nothing, and what is not shown conforms to everything.
#[test]
fn what_a_client_claims_is_there_and_shown() {
    let adapter = |hello: &str, rows: &str| {
        let hello = format!(r#"{{"id": 1, "ok": true{hello}}}"#);
        let answers = format!(
            "n=0; while read -r asked; do n=$((n+1)); case $asked in\n*hello*) echo '{hello}';;\n*'\"rows\"'*) echo \"{{\\\"id\\\": $n, \\\"ok\\\": true, \\\"rows\\\": $ROWS}}\";;\n*) echo \"{{\\\"id\\\": $n, \\\"ok\\\": true}}\";;\nesac; done"
        );
        (format!("title: A\nadapter: sh adapter.sh\nenv: {{ROWS: '{rows}'}}\n"), answers)
    };
    for (hello, rows, code, said) in [
        ("", r#"{"customer": []}"#, Some(1), "differs"),
        ("", r#"{"custmer": []}"#, Some(1), "rows of `custmer`, which is not a table of the CRM"),
        (r#", "tables": ["custmer"]"#, r#"{"customer": []}"#, Some(1), "it says that it shows rows of `custmer`"),
        (r#", "supports": ["custmer"]"#, r#"{"customer": []}"#, Some(1), "that it supports `custmer`"),
        (
            r#", "tables": ["order"], "supports": ["customer", "order", "sync start date"]"#,
            r#"{"order": []}"#,
            Some(1),
            "it supports `customer`, and its rows have none of it",
        ),
    ] {
        let (client, script) = adapter(hello, rows);
        let place = Place::new(&client, "  - sync\n");
        place.write("adapter.sh", &script);
        let (found, text) = place.told(&["conform", "--client", "client.yaml"]);
        assert!(found == code && text.contains(said), "{hello} {rows}: {text}");
    }
}

#[test]
fn an_adapter_that_ended_after_a_scenario_is_started_again_with_the_next() {
    let script = r#"echo started >> starts
n=0; while read -r asked; do n=$((n+1)); case $asked in
*'"rows"'*) echo "{\"id\": $n, \"ok\": true, \"rows\": {\"customer\": []}}"; exit 0;;
*) echo "{\"id\": $n, \"ok\": true}";;
esac; done"#;
    let place = Place::new("title: A\nadapter: sh adapter.sh\n", "  - sync\n");
    place.write("adapter.sh", script);
    place.scenario("second", "", "  - sync\n");
    let (_, text) = place.told(&["conform", "--client", "client.yaml"]);
    assert!(text.contains("2 differ, 0 broken"), "{text}");
    let starts = std::fs::read_to_string(place.path("starts")).unwrap();
    assert_eq!(starts.lines().count(), 2, "{text}");
}

#[test]
fn conform_says_before_it_runs_what_cannot_be_written_and_in_its_reports_what_is_too_little() {
    let place = Place::new(&(fixed(ADA) + "at least: 2\nknown differences: known.yaml\n"), "  - sync\n");
    place.write(
        "known.yaml",
        "- {scenario: no/such, reason: it was there once}\n- {scenario: first, reason: it is Ada alone}\n",
    );
    let (code, text) = place.told(&["conform", "--client", "client.yaml", "--report", "html=no/such/folder.html"]);
    assert!(code == Some(2) && text.contains("make it first") && !text.contains("feature "), "{text}");
    let (code, text) = place.told(&["conform", "--client", "client.yaml", "--report", "junit=report.xml"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("known.yaml:1: there is no scenario `no/such`"), "{text}");
    let report = std::fs::read_to_string(place.path("report.xml")).unwrap();
    assert!(report.contains("failures=\"1\"") && report.contains("`at least: 2`"), "{report}");
    assert!(report.contains("<system-out>") && report.contains("it is Ada alone"), "{report}");
}

/// Everything somebody's program does wrong is one message, and the next scenario is told all the same.
#[test]
fn a_client_that_misbehaves_ends_its_scenario_and_nothing_else() {
    let adapter = |script: &str| format!("title: A\nadapter: sh adapter.sh\ntimeout: 1 second\n#{script}");
    let answers = |line: &str| format!("read -r a; echo '{line}'; read -r b; sleep 0.1");
    let hello = r#"{"id": 1, "ok": true}"#;
    let queries = |dsn: &str, query: &str| {
        format!(
            "title: D\ncommands: {{reset: 'true', sync: 'true'}}\ncrm: {{database: {{env: {dsn}}}, tables: {{customer: {query}}}}}\n"
        )
    };
    let wrong_sql = "near \"c\": syntax error (line 1, column 19 of the query, at `c`)";
    let table: Vec<(&str, String, &str)> = vec![
        ("hangs", fixed(ADA).replace("sync: 'true'", "sync: sleep 60") + "timeout: 1 second\n", "stopped after 1 s"),
        ("crashes", fixed(ADA).replace("sync: 'true'", "sync: \"sh -c 'echo oh; kill -9 $$'\""), "killed by a signal"),
        ("is not there", fixed(ADA).replace("sync: 'true'", "sync: no-such-program"), "cannot start `no-such-program`"),
        ("fails to reset", fixed(ADA).replace("reset: 'true'", "reset: 'false'"), "the client fails at `reset`"),
        ("prints no JSON", fixed("oops"), "begins `oops`"),
        ("prints other JSON", fixed("[1]"), "not JSON of the form"),
        ("cannot print", fixed(ADA).replace("echo '", "sh -c 'exit 3;"), "exit code 3"),
        ("adapter dies at once", adapter("exit 3"), "it ended (exit code 3) instead of answering"),
        ("adapter dies", adapter(&format!("{}; exit 4", answers(hello))), "it ended (exit code 4)"),
        ("adapter hangs", adapter("sleep 60"), "did not answer within 1 s"),
        ("adapter is no adapter", adapter("echo hello; cat"), "its answer is not what the protocol wants"),
        ("adapter answers another", adapter(&answers(r#"{"id": 7, "ok": true}"#)), "answered request 7"),
        ("adapter invents", adapter(&answers(r#"{"id": 1, "ok": true, "row": 1}"#)), "unknown field `row`"),
        (
            "adapter floods",
            adapter(r"head -c 70000000 /dev/zero | tr '\0' x").replace("1 second", "60 seconds"),
            "longer than 64 MB",
        ),
        ("no file", queries("GONE_DSN", "SELECT 1 AS originId"), "there is no such file"),
        ("unreachable", queries("PG_DSN", "SELECT 1"), "PostgreSQL"),
        ("wrong SQL", queries("FILE_DSN", "SELECT email FORM c"), wrong_sql),
        ("unknown column", queries("FILE_DSN", "SELECT emial FROM c"), "line 1, column 8 of the query"),
        ("writes", queries("FILE_DSN", "DELETE FROM c"), "is no query that reads"),
        ("two of one name", queries("FILE_DSN", "'SELECT email, email FROM c'"), "two columns `email`"),
    ];
    for (what, client, said) in table {
        let place = Place::new(&client, SYNC);
        place.scenario("second", "", "  - advance: 1 hour\n");
        let (client, script) = client.split_once('#').unwrap_or((client.as_str(), ""));
        place.write("client.yaml", client);
        place.write("adapter.sh", script);
        let connection = rusqlite::Connection::open(place.path("crm.sqlite")).unwrap();
        connection.execute_batch("CREATE TABLE c (email TEXT)").unwrap();
        let (code, text) = place.run();
        assert_eq!(code, Some(1), "{what}: {text}");
        let is_said = text.contains(said) || (what == "unreachable" && text.contains("cannot be reached"));
        assert!(is_said, "{what}: {text}");
        assert_eq!(text.matches("again: mockgento run").count(), failing(what), "{what}: one message each: {text}");
        assert!(!text.contains("s3cret"), "{what}: {text}");
        let (code, text) = place.told(&["conform", "--client", "client.yaml"]);
        assert_eq!(code, Some(1), "{what}: {text}");
        assert!(text.contains("broken"), "{what}: {text}");
    }
}

/// What fails before a scenario's first step fails in both.
fn failing(what: &str) -> usize {
    let at_once = ["fails to reset", "adapter"];
    if at_once.iter().any(|begin| what.starts_with(begin)) { 2 } else { 1 }
}

#[test]
fn everything_that_is_wrong_with_a_clients_file_is_said_at_its_place() {
    for (client, said) in [
        ("title: A\n", &["1:8: nothing says how the client is started"][..]),
        ("title: A\ncommands: {reset: x}\ncrm: {command: x}\n", &["nothing says how the client syncs"]),
        ("title: A\ncommands: {sync: x}\ncrm: {command: x}\n", &["nothing says how its CRM is emptied"]),
        ("title: A\ncommands: {reset: x, sync: x}\n", &["nothing says where the client's rows are"]),
        ("title: A\nadapter: x\ncommands: {reset: x, sync: x}\n", &["2:10: there are both `commands` and `adapter`"]),
        ("title: A\nadapter: \"sh -c 'x\"\n", &["a quote in this command is not closed"]),
        ("title: A\nadapter: x\nclock: faketime\n", &["3:8: an adapter is started once"]),
        ("title: A\nadapter: x\ntimeout: soon\n", &["3:10: \"soon\" does not fit here"]),
        ("title: A\nadapter: x\nat least: many\n", &["3:11: "]),
        ("title: A\nadapter: x\ntitle: B\n", &["3:1: `title` stands here twice"]),
        (
            "title: A\nadaptr: x\nsupports: [custmer]\ncompare: {custommer: {}, order: {only: [totl]}}\n",
            &[
                "2:1: `adaptr` is not known here; did you mean `adapter`?",
                "3:12: `custmer` is nothing a client can support; did you mean `customer`?",
                "4:11: `custommer` is not a table",
                "4:41: order has no field `totl`",
            ],
        ),
        (
            "title: A\ncommands: {reset: x, sync: x}\ncrm: {database: {env: 'postgresql://u:s3cret@h/d'}, tables: {custmer: SELECT 1}}\n",
            &["3:23: this is not the name of a variable", "3:62: `custmer` is not a table of the CRM"],
        ),
        ("title: A\nadapter: x\nknown differences: nowhere.yaml\n", &["3:20: cannot read", "nowhere.yaml"]),
    ] {
        let place = Place::new(client, SYNC);
        let (code, text) = place.run();
        assert_eq!(code, Some(2), "{client}{text}");
        for part in said {
            // A caret drawing has line and column in its head.
            let words = part.split_once(": ").map_or(*part, |(_, words)| words);
            let flat: String = text.split_whitespace().collect::<Vec<_>>().join(" ").replace(" │ ", " ");
            let words = words.split("; ").all(|words| flat.contains(words.trim()));
            assert!(words, "{part}: {client}{text}");
        }
    }
    let place = Place::new("title: A\nadapter: x\nknown differences: known.yaml\n", SYNC);
    place.write("known.yaml", "- {scenario: a, reason: ''}\n- {scenario: a, reason: r, entity: custmer}\n- {scenario: a, reason: r, fields: [x]}\n");
    let (code, text) = place.run();
    assert_eq!(code, Some(2), "{text}");
    for part in ["the reason is empty", "`custmer` is not a table", "it is not said of which entity"] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

/// Our own program as somebody's client, with its SQLite file as the CRM.
pub(super) fn ourselves(tables: &str) -> String {
    format!(
        r#"
title: Mockgento itself
commands:
  reset: rm -f crm.sqlite
  configure: sh -c 'sed -n "s/.*\"sync start date\":\"\([^\"]*\)\".*/\1/p" > start'
  sync: sh -c 'MOCKGENTO_API_KEY=$MAGENTO_API_KEY "$MOCKGENTO" sync --url "$MAGENTO_WSDL_URL" --user "$MAGENTO_API_USER" --crm crm.sqlite --start-date "$(cat start)"'
crm:
  database: {{env: FILE_DSN}}
  tables: {{{tables}}}
supports: [customer, sync start date]
known differences: known.yaml
"#
    )
}

pub(super) const CHANGED: &str = "  - sync\n  - advance: 1 hour\n  - in magento: {update customer: {customer: ada@example.com, set: {lastname: Byron}}}\n  - advance: 5 minutes\n  - sync\n";
pub(super) const CUSTOMERS: &str =
    "customer: 'SELECT originId, email, firstName, lastName, guest, createdAt FROM customer'";

#[test]
fn our_own_program_conforms_and_a_row_that_it_loses_is_found() {
    let place = Place::new(&ourselves(CUSTOMERS), CHANGED);
    place.write("known.yaml", "[]\n");
    let conform = [
        "conform",
        "--client",
        "client.yaml",
        "--report",
        "json=r.json",
        "--report",
        "junit=r.xml",
        "--report",
        "html=r.html",
    ];
    let (code, text) = place.told(&conform);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("1 cases run, 1 conform"), "{text}");

    let broken = CUSTOMERS
        .replace("FROM customer", "FROM customer WHERE originId > 1")
        .replace("firstName,", "upper(firstName) AS firstName,");
    place.write("client.yaml", &ourselves(&broken));
    let (code, text) = place.told(&conform);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("customer originId 1 is missing"), "{text}");
    assert!(text.contains("customer originId 2: firstName is \"GRACE\", expected \"Grace\""), "{text}");
    let report: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(place.path("r.json")).unwrap()).unwrap();
    assert_eq!(report["cases"][0]["verdict"], "differs");
    let differences = report["cases"][0]["differences"].as_array().unwrap();
    assert!(differences.iter().any(|one| one["theirs"] == "GRACE" && one["ours"] == "Grace"), "{differences:?}");
    assert!(std::fs::read_to_string(place.path("r.xml")).unwrap().contains("failures=\"1\""));
    assert!(std::fs::read_to_string(place.path("r.html")).unwrap().contains("class=\"differs\">GRACE"));

    place.write("known.yaml", "- {scenario: first, reason: we shout, entity: customer, fields: [firstName]}\n");
    let (code, text) = place.told(&conform);
    assert_eq!(code, Some(1), "a known field does not hide a row that is missing: {text}");
    place.write("known.yaml", "- {scenario: first, reason: we shout, entity: customer}\n");
    let (code, text) = place.told(&conform);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("(known: we shout)") && text.contains("1 differ as known"), "{text}");

    place.write("client.yaml", &ourselves(CUSTOMERS));
    let (code, text) = place.told(&conform);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("no longer differs, take it out") && text.contains("we shout"), "{text}");

    place.write("client.yaml", &ourselves(&CUSTOMERS.replace("firstName,", "firstName AS firstname,")));
    let (code, text) = place.told(&conform);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("no field of customer") && text.contains("did you mean `firstName`?"), "{text}");
}

/// The conversation of an adapter as it was recorded: it is asked the same again, and its answers are understood.
#[test]
fn a_recorded_conversation_replays() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clients/conversation.jsonl");
    let recorded = std::fs::read_to_string(recorded).unwrap();
    let (asked, answers): (Vec<&str>, Vec<&str>) = recorded.lines().partition(|line| line.contains("\"request\""));
    let place = Place::new(
        "title: Recorded\nadapter: sh -c 'n=0; while read -r line; do echo \"$line\" >> asked; n=$((n + 1)); sed -n \"${n}p\" answers; done'\n",
        CHANGED,
    );
    place.write("answers", &(answers.join("\n") + "\n"));
    place.scenario(
        "first",
        "",
        &format!("{CHANGED}  - expect: {{crm: {{rows: customer, where: {{email: ada@example.com}}, have: {{lastName: Byron}}}}}}\n"),
    );
    let (code, text) = place.run();
    assert_eq!(code, Some(0), "{text}");
    let now_asked = std::fs::read_to_string(place.path("asked")).unwrap();
    let address = regex::Regex::new(r"127\.0\.0\.1:\d+").unwrap();
    let plain = |line: &str| address.replace_all(line, "127.0.0.1:80").into_owned();
    let (now, then): (Vec<String>, Vec<String>) =
        (now_asked.lines().map(plain).collect(), asked.iter().map(|line| plain(line)).collect());
    assert_eq!(now, then);
}

/// The same without a program, by what was written down; and what goes another way is said with both requests.
#[test]
fn a_recorded_conversation_stands_for_the_adapter() {
    let recorded = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/clients/conversation.jsonl");
    let place = Place::new("title: Recorded\nrecorded: talk.jsonl\n", CHANGED);
    place.write("talk.jsonl", &std::fs::read_to_string(recorded).unwrap());
    let (code, text) = place.run();
    assert_eq!(code, Some(0), "{text}");
    place.scenario("first", "", &format!("  - sync: {{force: yes}}\n{CHANGED}"));
    let (code, text) = place.run();
    assert_eq!(code, Some(1), "{text}");
    let said = "it is asked {\"request\":\"sync\",\"sync\":{\"force\":true}} where talk.jsonl:7 has {\"request\":\"sync\"}; run what was \
                recorded, or record it again with `--record-adapter`";
    assert!(text.contains(said), "{text}");
}

#[test]
fn what_an_adapter_says_is_written_down_and_said_again() {
    let script = r#"n=0; while read -r asked; do n=$((n+1)); case $asked in
*'"rows"'*) echo "{\"id\": $n, \"ok\": true, \"rows\": {\"customer\": []}}";;
*) echo "{\"id\": $n, \"ok\": true}";;
esac; done"#;
    let place = Place::new("title: A\nadapter: sh adapter.sh\n", "  - sync\n");
    place.write("adapter.sh", script);
    place.scenario("second", "", "  - sync\n  - sync\n");
    let (_, with_program) = place.told(&["conform", "--client", "client.yaml", "--record-adapter", "talk.jsonl"]);
    assert!(with_program.contains("2 differ, 0 broken"), "{with_program}");
    let talk = std::fs::read_to_string(place.path("talk.jsonl")).unwrap();
    assert!(talk.contains(r#""api key":"***""#) && !talk.contains("oro-key-1"), "{talk}");
    place.write("again.yaml", "title: A\nrecorded: talk.jsonl\n");
    let (_, again) = place.told(&["conform", "--client", "again.yaml"]);
    let plain = |text: &str| regex::Regex::new(r" +\d+ ms").unwrap().replace_all(text, "").into_owned();
    assert_eq!(plain(&again), plain(&with_program));
    // One scenario alone, and the second one after the first went another way.
    let (_, second) = place.told(&["conform", "--client", "again.yaml", "scenarios/second.yaml"]);
    assert!(second.contains("0 differ, 1 broken"), "{second}");
    place.scenario("first", "", "  - check connection\n");
    let (_, both) = place.told(&["conform", "--client", "again.yaml"]);
    assert!(both.contains("1 differ, 1 broken"), "{both}");
    let (code, text) = place.told(&["run", "--client", "again.yaml", "--record-adapter", "more.jsonl"]);
    assert!(code == Some(2) && text.contains("again.yaml has no `adapter`"), "{text}");
}

#[test]
fn rows_of_any_database_can_be_expected() {
    let place = Place::new("title: unused\nadapter: x\n", "  - advance: 1 hour\n");
    let path = place.path("scenarios/crm.sqlite");
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .execute_batch("CREATE TABLE c (email TEXT, paid REAL); INSERT INTO c VALUES ('ada@example.com', 60)")
        .unwrap();
    for (rows, code, said) in [
        (
            "rows of: {database: {env: FILE_DSN}, query: 'SELECT email, paid FROM c'}, where: {email: ada@example.com}, have: {paid: \"60.00\"}",
            0,
            "",
        ),
        (
            "rows of: {database: {env: FILE_DSN}, query: SELECT email FROM c}, count: 2",
            1,
            "the database has 1 database rows",
        ),
        (
            "rows of: {database: {env: FILE_DSN}, query: SELECT email FROM c}, are: [{email: eve@example.com}]",
            1,
            "expected \"eve@example.com\"",
        ),
        ("rows of: {database: {env: FILE_DSN}, query: SELECT emial FROM c}, count: 1", 2, "no such column: emial"),
        // A column that is not there is like no value and like every `absent`.
        (
            "rows of: {database: {env: FILE_DSN}, query: SELECT email FROM c}, where: {emial: eve@example.com}, count: 0",
            1,
            "what the query reads has no column `emial`; did you mean `email`?",
        ),
        (
            "rows of: {database: {env: FILE_DSN}, query: SELECT email FROM c}, have: {payed: {is: absent}}",
            1,
            "what the query reads has no column `payed`; known are `email`",
        ),
        (
            "rows of: {database: {env: FILE_DSN}, query: SELECT email FROM c WHERE 1 = 2}, where: {emial: x}, count: 0",
            1,
            "has no column `emial`",
        ),
        (
            "rows of: {database: {env: FILE_DSN}, query: SELECT email FROM c}, unordered: [{emial: {is: absent}}]",
            1,
            "has no column `emial`",
        ),
        ("rows of: {database: {env: NOBODYS_DSN}, query: SELECT 1}, count: 1", 2, "no `NOBODYS_DSN`"),
        ("rows of: {database: {env: FILE_DSN}, query: SELECT 1}", 2, "nothing is expected of these rows"),
        ("have: {email: x}", 2, "it is not said of which rows"),
        ("rows of: {database: {env: 'sqlite:x'}, query: SELECT 1}, count: 1", 2, "not the name of a variable"),
    ] {
        place.scenario("first", "", &format!("  - expect: {{{rows}}}\n"));
        let (found, text) = place.told(&["run"]);
        assert_eq!(found, Some(code), "{rows}: {text}");
        assert!(text.contains(said), "{rows}: {text}");
    }
}
