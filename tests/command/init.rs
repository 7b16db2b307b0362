//! From nothing to a first scenario: `mockgento init`, `new`, a red run with a reason, a green one.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

fn mockgento(folder: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    let output = command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("CI").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    (output.status.code(), text)
}

#[test]
fn a_new_project_runs_is_reviewed_and_stays_green_until_something_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (code, text) = mockgento(folder.path(), &["init"]);
    assert!(code == Some(0) && text.matches("made").count() == 5, "{text}");
    for template in ["two-way", "orders", "disruption"] {
        let (code, text) = mockgento(folder.path(), &["new", &format!("more/{template}"), "--from", template]);
        assert_eq!(code, Some(0), "{text}");
    }
    let schema = std::fs::read_to_string(folder.path().join("scenarios/more/orders.yaml")).unwrap();
    assert!(schema.starts_with("# yaml-language-server: $schema=../scenario.schema.json\n"), "{schema}");

    let (code, text) = mockgento(folder.path(), &["run"]);
    assert!(code == Some(1) && text.contains("snapshot synced: is new; look at it and accept it"), "{text}");
    let (code, text) = mockgento(folder.path(), &["accept"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = mockgento(folder.path(), &["run"]);
    assert!(code == Some(0) && text.contains("5 passed, 0 failed"), "{text}");

    let seed = folder.path().join("scenarios/seeds/shop.yaml");
    let changed = std::fs::read_to_string(&seed).unwrap().replace("lastname: Hopper", "lastname: Murray");
    std::fs::write(&seed, changed).unwrap();
    let (code, text) = mockgento(folder.path(), &["run", "scenarios/first-sync.yaml"]);
    assert!(code == Some(1) && text.contains("+") && text.contains("Murray"), "{text}");
}

#[test]
fn what_is_there_is_kept_and_wrong_names_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(mockgento(folder.path(), &["init"]).0, Some(0));
    let (code, text) = mockgento(folder.path(), &["init"]);
    assert!(code == Some(0) && text.matches("kept").count() == 5, "{text}");
    for (name, expected) in [
        ("first-sync", "there is a scenario scenarios/first-sync.yaml already"),
        ("../elsewhere", "is no name for a scenario"),
        ("a//b", "is no name for a scenario"),
    ] {
        let (code, text) = mockgento(folder.path(), &["new", name]);
        assert!(code == Some(2) && text.contains(expected), "{text}");
    }
    let (code, text) = mockgento(folder.path(), &["new", "x", "--from", "orders-"]);
    assert!(code == Some(2) && text.contains("orders"), "{text}");
}

#[test]
fn watching_runs_again_when_a_file_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(mockgento(folder.path(), &["init"]).0, Some(0));
    assert_eq!(mockgento(folder.path(), &["run", "--accept"]).0, Some(0));
    let mut child = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["run", "--watch"])
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .env_remove("CI")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut summaries = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    let mut next = || summaries.by_ref().find(|line| line.contains(" passed, ")).unwrap();
    assert!(next().starts_with("1 passed, 0 failed"));
    assert!(said.any(|line| line == "watching; Ctrl-C ends"));
    let scenario = folder.path().join("scenarios/first-sync.yaml");
    let changed = std::fs::read_to_string(&scenario).unwrap().replace("count: 2}", "count: 3}");
    std::fs::write(&scenario, changed).unwrap();
    assert!(next().starts_with("0 passed, 1 failed"));
    child.kill().unwrap();
    child.wait().unwrap();
}
