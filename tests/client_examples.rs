//! The example clients of the repository, in Python with PostgreSQL and in PHP with MariaDB: they conform where they say so, and
//! a rule broken in either is found. Both need databases and stacks that `ci/install` installs; a missing one is said loudly, and
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

/// What is not there.
fn missing() -> Vec<&'static str> {
    let works = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).env("PATH", path()).output().is_ok_and(|output| output.status.success())
    };
    let php = "exit(extension_loaded('soap') && extension_loaded('pdo_mysql') ? 0 : 1);";
    let databases = root().join("ci/databases").display().to_string();
    [
        ("PostgreSQL and MariaDB", works(&databases, &["true"])),
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

fn a_page_that_the_client_in_php_drops_is_found() {
    let thrown = "throw new Failed(\"$code: \" . $fault->getMessage());";
    let (_folder, client) = changed("php", "adapter.php", thrown, "return [];");
    is_found(&client, "scenarios/access", "customer originId 1 is missing");
}

fn a_bookmark_that_the_client_in_python_moves_too_early_is_found() {
    let pages = "    for rows in shop.pages(paged, whole, conditions):";
    let early = "    now = os.environ[\"MAGENTO_NOW\"].replace(\"T\", \" \")[:19]\n    \
                 database.execute(\"INSERT INTO bookmark VALUES (%s, %s) ON CONFLICT DO NOTHING\", [name, now])\n    \
                 database.commit()\n";
    let (_folder, client) = changed("python", "client.py", pages, &format!("{early}{pages}"));
    is_found(&client, "scenarios/access", "customer originId 1 is missing");
}

const TESTS: &[(&str, fn())] = &[
    ("the_client_in_python_conforms", the_client_in_python_conforms),
    ("the_client_in_php_conforms", the_client_in_php_conforms),
    ("a_page_that_the_client_in_php_drops_is_found", a_page_that_the_client_in_php_drops_is_found),
    (
        "a_bookmark_that_the_client_in_python_moves_too_early_is_found",
        a_bookmark_that_the_client_in_python_moves_too_early_is_found,
    ),
];

fn main() {
    let arguments = Arguments::from_args();
    let missing = missing().join(", ");
    let is_required = std::env::var_os("MOCKGENTO_REQUIRE_CLIENTS").is_some();
    if !missing.is_empty() && !is_required {
        eprintln!("SKIPPED: the example clients; missing: {missing}; ci/install installs them");
    }
    let trial = |(name, test): &(&'static str, fn())| {
        let (test, missing) = (*test, missing.clone());
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
