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
fn the_shipped_scenarios_are_written_down_as_they_lie_in_the_sources() {
    let folder = tempfile::tempdir().unwrap();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let (code, text) = mockgento(folder.path(), &["conform", "--client", "client.yaml"]);
    assert_eq!(code, Some(2), "{text}");
    let (code, text) = mockgento(folder.path(), &["scenarios", "suite"]);
    assert!(code == Some(0) && text.contains("cd suite && mockgento conform --client FILE"), "{text}");
    let written = folder.path().join("suite/scenarios");
    let built = Path::new(env!("CARGO_BIN_EXE_mockgento")).metadata().unwrap().modified().unwrap();
    for entry in walkdir::WalkDir::new(&sources).into_iter().map(Result::unwrap).filter(|entry| entry.path().is_file())
    {
        let name = entry.path().strip_prefix(&sources).unwrap();
        let is_older = entry.metadata().unwrap().modified().unwrap() < built;
        let found = std::fs::read(written.join(name)).ok();
        // A file that came after the program was built is in the next one.
        assert!(found.is_some_and(|text| text == std::fs::read(entry.path()).unwrap()) || !is_older, "{name:?}");
    }
    let (code, text) = mockgento(&folder.path().join("suite"), &["run", "customers/first-sync.rpc", "--accept"]);
    assert!(code == Some(0) && text.contains("1 passed"), "{text}");

    // What somebody has changed stays.
    let changed = written.join("customers/first-sync.yaml");
    std::fs::write(&changed, "mine").unwrap();
    std::fs::remove_file(written.join("seeds/boutique.yaml")).unwrap();
    let (code, text) = mockgento(&folder.path().join("suite"), &["scenarios"]);
    assert!(
        code == Some(0)
            && text.contains("1 file written")
            && text.contains("first-sync.yaml, which says something else"),
        "{text}"
    );
    assert_eq!(std::fs::read_to_string(&changed).unwrap(), "mine");
    std::fs::write(folder.path().join("file"), "").unwrap();
    let (code, text) = mockgento(folder.path(), &["scenarios", "file"]);
    assert!(code == Some(2) && text.contains("cannot write file/scenarios"), "{text}");
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
