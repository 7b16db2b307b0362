//! The example clients of the repository, in Python with PostgreSQL and in PHP with MariaDB: they conform where they say so, and
//! a rule broken in either is found, by `conform` and by `explore`. Both need databases and stacks that `ci/install` installs; a missing one is said loudly, and
//! with `MOCKGENTO_REQUIRE_CLIENTS=1`, as in the project's own CI, it is a failure.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of a test may fail it")]

use std::path::{Path, PathBuf};
use std::process::Command;

use libtest_mimic::{Arguments, Failed, Trial};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The path with Python's stack first, as `ci/install` makes it.
fn path() -> String {
    let venv = root().join("ci/clients/.venv/bin");
    format!("{}:{}", venv.display(), std::env::var("PATH").unwrap_or_default())
}

fn works(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).env("PATH", path()).output().is_ok_and(|output| output.status.success())
}

/// What is not there.
fn missing() -> Vec<&'static str> {
    let php = "exit(extension_loaded('soap') && extension_loaded('pdo_mysql') ? 0 : 1);";
    let databases = root().join("ci/databases").display().to_string();
    [
        ("PostgreSQL and MariaDB", works(&databases, &["--probe"])),
        ("Python's zeep and psycopg", works("python3", &["-c", "import zeep, psycopg"])),
        ("PHP's soap and pdo_mysql", works("php", &["-r", php])),
    ]
    .into_iter()
    .filter(|(_, there)| !there)
    .map(|(what, _)| what)
    .collect()
}

/// Runs the program with both databases at hand; exit code and what was printed.
fn told(arguments: &[&str]) -> (Option<i32>, String) {
    let output = Command::new(root().join("ci/databases"))
        .arg(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env("PATH", path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

/// A copy of a client with something in it replaced.
fn changed(client: &str, file: &str, from: &str, to: &str) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(root().join("clients").join(client)).unwrap() {
        let entry = entry.unwrap();
        if entry.file_type().unwrap().is_file() {
            std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
        }
    }
    let path = folder.path().join(file);
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} has no {from}");
    std::fs::write(&path, text.replacen(from, to, 1)).unwrap();
    let client = folder.path().join("client.yaml");
    (folder, client)
}

fn conforms(client: &str) {
    let (code, text) = told(&["conform", "--client", client, "scenarios", "--quiet"]);
    assert_eq!(code, Some(0), "{text}");
}

/// What docs/clients.md begins with; its client file is in there word by word.
fn the_smallest_client_gets_its_matrix() {
    let file = std::fs::read_to_string(root().join("examples/client/client.yaml")).unwrap();
    let docs = std::fs::read_to_string(root().join("docs/clients.md")).unwrap();
    assert!(docs.contains(&file), "docs/clients.md has another client file than examples/client/client.yaml");
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["conform", "--client", "examples/client/client.yaml", "scenarios/customers"])
        .current_dir(root())
        .env("ACME_DSN", format!("sqlite:{}", folder.path().join("acme.sqlite").display()))
        .env("NO_COLOR", "1")
        .env("PATH", path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(text.contains("The smallest client: 3 cases run, 3 conform, 0 differ"), "{text}");
}

fn the_client_in_python_conforms() {
    conforms("clients/python/client.yaml");
}

fn the_client_in_php_conforms() {
    conforms("clients/php/client.yaml");
}

/// The verdict of a client with a broken rule, told the scenarios of a folder.
fn is_found(client: &Path, folder: &str, lost: &str) {
    let text = std::fs::read_to_string(client).unwrap();
    std::fs::write(client, text.replace("at least: 30", "at least: 2")).unwrap();
    let (code, text) = told(&["conform", "--client", client.to_str().unwrap(), folder]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("differs ") && text.contains(lost), "{text}");
}

/// Explores a scenario with trouble at each call for a page; every run starts a client in Python several times.
fn explored(client: &Path) -> (Option<i32>, String) {
    let scenario = "scenarios/customers/changes-after-first-sync.yaml";
    let client = client.to_str().unwrap();
    told(&["explore", "--client", client, scenario, "--with", "internal-error", "--at", "oroCustomerList"])
}

fn is_found_by_explore(client: &Path) {
    let (code, text) = explored(client);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("lost: internal-error at line 10: oroCustomerList"), "{text}");
}

fn the_clients_come_through_trouble_at_each_page() {
    for client in ["clients/python/client.yaml", "clients/php/client.yaml"] {
        let (code, text) = explored(&root().join(client));
        assert_eq!(code, Some(0), "{client}: {text}");
        assert!(text.contains("3 runs") && text.contains("oroCustomerList"), "{client}: {text}");
    }
}

const PAGE_DROPPED: (&str, &str) = ("throw new Failed(\"$code: \" . $fault->getMessage());", "return [];");

fn a_page_that_the_client_in_php_drops_is_found() {
    let (_folder, client) = changed("php", "adapter.php", PAGE_DROPPED.0, PAGE_DROPPED.1);
    is_found(&client, "scenarios/access", "customer originId 1 is missing");
}

fn a_page_that_the_client_in_php_drops_is_found_by_explore() {
    let (_folder, client) = changed("php", "adapter.php", PAGE_DROPPED.0, PAGE_DROPPED.1);
    is_found_by_explore(&client);
}

/// The bookmark is later than the sync: what changes meanwhile is never asked for.
fn moved_too_far() -> (tempfile::TempDir, PathBuf) {
    changed("php", "adapter.php", "modify('-' . OVERLAP . ' second')", "modify('+60 second')")
}

/// Edits the shop before the call for orders, when the customers are read.
fn edited(client: &Path) -> (Option<i32>, String) {
    let scenario = "scenarios/orders/canceled-order.yaml";
    let at = ["--edits", "--at", "oroOrderList", "--calls", "1"];
    told(&[&["explore", "--client", client.to_str().unwrap(), scenario][..], &at].concat())
}

fn a_bookmark_that_the_client_in_php_moves_too_far_is_found_by_edits() {
    let (code, text) = edited(&root().join("clients/php/client.yaml"));
    assert_eq!(code, Some(0), "{text}");
    let (_folder, client) = moved_too_far();
    let (code, text) = edited(&client);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("lost: create a customer before"), "{text}");
}

fn a_bookmark_that_the_client_in_php_moves_too_far_is_found_by_simulation() {
    let simulate = |client: &Path| {
        let folder = tempfile::tempdir().unwrap();
        let into = folder.path().to_str().unwrap().to_owned();
        let client = client.to_str().unwrap();
        told(&["simulate", "--client", client, "--scenarios", "4", "--max-failures", "1", "--reproduce", &into])
    };
    let (code, text) = simulate(&root().join("clients/php/client.yaml"));
    assert_eq!(code, Some(0), "{text}");
    let (_folder, client) = moved_too_far();
    let (code, text) = simulate(&client);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("is missing"), "{text}");
}

/// The bookmark is in before the pages are.
fn moved_too_early() -> (tempfile::TempDir, PathBuf) {
    let pages = "    for rows in shop.pages(paged, whole, conditions):";
    let early = "    now = os.environ[\"MAGENTO_NOW\"].replace(\"T\", \" \")[:19]\n    \
                 database.execute(\"INSERT INTO bookmark VALUES (%s, %s) ON CONFLICT DO NOTHING\", [name, now])\n    \
                 database.commit()\n";
    changed("python", "client.py", pages, &format!("{early}{pages}"))
}

fn a_bookmark_that_the_client_in_python_moves_too_early_is_found() {
    let (_folder, client) = moved_too_early();
    is_found(&client, "scenarios/access", "customer originId 1 is missing");
}

fn a_bookmark_that_the_client_in_python_moves_too_early_is_found_by_explore() {
    let (_folder, client) = moved_too_early();
    is_found_by_explore(&client);
}

/// A client that asks the machine for the time.
fn the_clock_of_the_machine_shows_the_scenarios_time() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("sync.sh", "date -u '+{\"customer\":[{\"originId\":1,\"firstName\":\"%F %H\"}]}' > rows.json\n");
    let client = "title: By the machine's clock\nCLOCKcommands: {reset: rm -f rows.json, sync: sh sync.sh}\ncrm: {command: cat rows.json}\n";
    write("with.yaml", &client.replace("CLOCK", "clock: faketime\n"));
    write("without.yaml", &client.replace("CLOCK", ""));
    let scenario = |client: &str| {
        format!(
            "title: A clock\nclient: {client}\nclock: 2014-01-15 12:00:00\nsteps:\n  - sync\n  - expect:\n      \
             crm: {{rows: customer, have: {{firstName: 2014-01-15 12}}}}\n  - advance: 3 hours\n  - sync\n  - expect:\n      \
             crm: {{rows: customer, have: {{firstName: 2014-01-15 15}}}}\n"
        )
    };
    for (client, code) in [("with.yaml", 0), ("without.yaml", 1)] {
        write("clock.yaml", &scenario(client));
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        let output = command.args(["run", "clock.yaml"]).current_dir(folder.path()).env("CI", "1").output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{client}: {text}");
    }
}

/// What a test needs.
#[derive(Clone, Copy, PartialEq)]
enum Need {
    Clients,
    Faketime,
}

const TESTS: &[(&str, Need, fn())] = &[
    ("the_smallest_client_gets_its_matrix", Need::Clients, the_smallest_client_gets_its_matrix),
    ("the_client_in_python_conforms", Need::Clients, the_client_in_python_conforms),
    ("the_client_in_php_conforms", Need::Clients, the_client_in_php_conforms),
    ("the_clients_come_through_trouble_at_each_page", Need::Clients, the_clients_come_through_trouble_at_each_page),
    ("a_page_that_the_client_in_php_drops_is_found", Need::Clients, a_page_that_the_client_in_php_drops_is_found),
    (
        "a_page_that_the_client_in_php_drops_is_found_by_explore",
        Need::Clients,
        a_page_that_the_client_in_php_drops_is_found_by_explore,
    ),
    (
        "a_bookmark_that_the_client_in_python_moves_too_early_is_found",
        Need::Clients,
        a_bookmark_that_the_client_in_python_moves_too_early_is_found,
    ),
    (
        "a_bookmark_that_the_client_in_python_moves_too_early_is_found_by_explore",
        Need::Clients,
        a_bookmark_that_the_client_in_python_moves_too_early_is_found_by_explore,
    ),
    (
        "a_bookmark_that_the_client_in_php_moves_too_far_is_found_by_edits",
        Need::Clients,
        a_bookmark_that_the_client_in_php_moves_too_far_is_found_by_edits,
    ),
    (
        "a_bookmark_that_the_client_in_php_moves_too_far_is_found_by_simulation",
        Need::Clients,
        a_bookmark_that_the_client_in_php_moves_too_far_is_found_by_simulation,
    ),
    (
        "the_clock_of_the_machine_shows_the_scenarios_time",
        Need::Faketime,
        the_clock_of_the_machine_shows_the_scenarios_time,
    ),
];

fn main() {
    let arguments = Arguments::from_args();
    let clients = missing().join(", ");
    let faketime = if works("faketime", &["--version"]) { "" } else { "faketime" };
    let is_required = std::env::var_os("MOCKGENTO_REQUIRE_CLIENTS").is_some();
    for missing in [clients.as_str(), faketime] {
        if !missing.is_empty() && !is_required {
            eprintln!("SKIPPED: the example clients; missing: {missing}; ci/install installs them");
        }
    }
    let trial = |(name, need, test): &(&'static str, Need, fn())| {
        let test = *test;
        let missing = if *need == Need::Clients { clients.clone() } else { faketime.to_owned() };
        let is_ignored = !missing.is_empty() && !is_required;
        let run = move || {
            if !missing.is_empty() {
                return Err(Failed::from(format!("missing: {missing}; ci/install installs them")));
            }
            test();
            Ok(())
        };
        Trial::test(*name, run).with_ignored_flag(is_ignored)
    };
    libtest_mimic::run(&arguments, TESTS.iter().map(trial).collect()).exit();
}
