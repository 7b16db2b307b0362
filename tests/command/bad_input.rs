//! Files a person got wrong, each with the one message it must give: what, where, what was expected, what to do.
//! The messages are in `tests/command/snapshots`; `cargo insta review` shows what changed.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn mockgento(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("CI")
        .output()
        .expect("the mockgento binary runs")
}

fn bad() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Every file under `tests/bad/scenarios` is refused with exit code 2 and its own message.
#[test]
fn every_wrong_file_says_what_where_and_what_to_do() {
    let mut files: Vec<_> =
        std::fs::read_dir(bad().join("scenarios")).unwrap().map(|file| file.unwrap().path()).collect();
    files.sort();
    assert!(files.len() > 10);
    for file in files {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let ran = mockgento(&bad(), &["run", "--check", &format!("scenarios/{name}.yaml")]);
        assert_eq!(ran.status.code(), Some(2), "{name}: {}{}", text(&ran.stdout), text(&ran.stderr));
        let said = format!("{}{}", text(&ran.stdout), text(&ran.stderr));
        insta::with_settings!({ filters => vec![(r"\d+ ms", "[time]"), (r"in [0-9.]+ s", "in [time]")], omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(name, said);
        });
    }
    assert!(!bad().join("snapshots").exists(), "nothing is written for a file that cannot be run");
}

/// A project with one good scenario in a folder of its own.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    let scenario = "title: A scenario\nsteps:\n  - snapshot: {name: start, of: [shop]}\n";
    std::fs::write(folder.path().join("scenarios/scenario.yaml"), scenario).unwrap();
    folder
}

#[test]
fn a_folder_without_scenarios_and_a_file_that_is_not_there_are_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    for (argument, expected) in
        [("empty", "no scenario files at empty"), ("missing.yaml", "there is no scenario missing.yaml")]
    {
        let ran = mockgento(folder.path(), &["run", argument]);
        assert_eq!(ran.status.code(), Some(2));
        assert!(text(&ran.stderr).contains(expected), "{}", text(&ran.stderr));
    }
}

#[test]
fn checking_fails_on_a_new_snapshot_and_writes_nothing() {
    let folder = project();
    let ran = mockgento(folder.path(), &["run", "--check"]);
    assert_eq!(ran.status.code(), Some(1), "{}{}", text(&ran.stdout), text(&ran.stderr));
    assert!(text(&ran.stdout).contains("snapshot start: is new"), "{}", text(&ran.stdout));
    assert!(!folder.path().join("snapshots").exists());
}

#[test]
fn a_pending_snapshot_is_accepted_and_an_orphan_is_reported() {
    let folder = project();
    assert_eq!(mockgento(folder.path(), &["run"]).status.code(), Some(1));
    let pending = folder.path().join("snapshots/scenario@start.snap.new");
    assert!(pending.exists());
    let accepted = mockgento(folder.path(), &["accept"]);
    assert!(text(&accepted.stdout).contains("accepted snapshots/scenario@start.snap"), "{}", text(&accepted.stdout));
    assert!(!pending.exists());
    assert_eq!(mockgento(folder.path(), &["run", "--check"]).status.code(), Some(0));
    let orphan = folder.path().join("snapshots/old@end.snap");
    std::fs::copy(folder.path().join("snapshots/scenario@start.snap"), &orphan).unwrap();
    let ran = mockgento(folder.path(), &["run"]);
    assert!(text(&ran.stdout).contains("orphan: snapshots/old@end.snap"), "{}", text(&ran.stdout));
}

/// What a review says to these answers, a line each.
fn reviewed(folder: &Path, answers: &str) -> String {
    use std::io::Write as _;
    let mut review = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .arg("review")
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    review.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    text(&review.wait_with_output().unwrap().stdout)
}

#[test]
fn a_review_asks_about_each_and_obeys() {
    let folder = project();
    mockgento(folder.path(), &["run"]);
    let said = reviewed(folder.path(), "?\na\n");
    assert!(said.contains("snapshots/scenario@start.snap is new"), "{said}");
    assert!(said.contains("A scenario (scenarios/scenario.yaml:3)"), "{said}");
    assert!(said.contains("1 accepted, 0 rejected, 0 left for later"), "{said}");
    assert_eq!(mockgento(folder.path(), &["run", "--check"]).status.code(), Some(0));
}

/// Three cases that change in the same way, and one that changes in another.
#[test]
fn a_change_of_many_snapshots_is_decided_once_or_one_by_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("scenarios")).unwrap();
    let write = |title: &str, password: &str| {
        let scenario = format!(
            "title: {title}\nintegration: {{entities: [customer], sync start date: 2024-01-08, name: {title}}}\nmatrix: {{wsi: [no, yes], sync priority: [remote wins, local wins]}}\n\
             steps:\n  - check connection: {{api key: {password}}}\n  - snapshot: {{name: end, of: [outcome, crm]}}\n"
        );
        std::fs::write(folder.path().join("scenarios/scenario.yaml"), scenario).unwrap();
    };
    let waiting = || {
        let files = std::fs::read_dir(folder.path().join("snapshots")).unwrap();
        files.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|end| end == "new")).count()
    };
    write("First", "oro-key-1");
    mockgento(folder.path(), &["run", "--accept"]);
    write("Second", "oro-key-1");
    assert_eq!(mockgento(folder.path(), &["run"]).status.code(), Some(1));
    assert_eq!(waiting(), 4);
    let said = reviewed(folder.path(), "w\nw 9\no\nr\ns\nq\n");
    assert!(said.contains("scenario.rpc.local-wins@end.snap and 3 more differ in the same way"), "{said}");
    assert!(said.contains("calls of scenario.rpc.local-wins since the snapshot before"), "{said}");
    assert!(said.contains("login at 2024-01-10 12:00:00: ok, HTTP 200"), "{said}");
    assert!(said.contains("<ns1:login>") && said.contains("***") && !said.contains("oro-key-1"), "{said}");
    assert!(said.contains("the calls cannot be shown: there are 4 files"), "{said}");
    assert!(said.contains("0 accepted, 1 rejected, 3 left for later"), "{said}");
    assert_eq!(waiting(), 3);
    let said = reviewed(folder.path(), "a\n");
    assert!(said.contains("and 2 more differ in the same way") && said.contains("3 accepted"), "{said}");
    mockgento(folder.path(), &["run"]);
    let accepted = mockgento(folder.path(), &["review", "--accept"]);
    assert_eq!(text(&accepted.stdout), "accepted snapshots/scenario.rpc.local-wins@end.snap\n");
    assert_eq!(mockgento(folder.path(), &["run", "--check"]).status.code(), Some(0));
}

/// Permissions do not stop root, so what is in the way here is a file where the folder should be.
#[test]
fn a_snapshot_folder_that_cannot_be_written_gives_one_clear_error() {
    let folder = project();
    std::fs::write(folder.path().join("snapshots"), "in the way").unwrap();
    let ran = mockgento(folder.path(), &["run"]);
    assert_eq!(ran.status.code(), Some(2));
    let said = text(&ran.stdout);
    assert!(
        said.contains("scenarios/scenario.yaml:3: snapshot: cannot write snapshots/scenario@start.snap.new"),
        "{said}"
    );
    assert!(said.contains("make the folder writable, or compare without writing with --check"), "{said}");
}

/// The command as somebody who may not write where others forbid it: root may write anywhere, so root runs it as nobody.
#[cfg(unix)]
fn mockgento_without_privileges(folder: &Path, arguments: &[&str]) -> Output {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
    use std::os::unix::process::CommandExt as _;
    const NOBODY: u32 = 65534;
    let is_root = std::fs::metadata(folder).unwrap().uid() == 0;
    if !is_root {
        return mockgento(folder, arguments);
    }
    // Nobody may not be allowed into the folder that the program was built in.
    let program = folder.join("mockgento");
    std::fs::copy(env!("CARGO_BIN_EXE_mockgento"), &program).unwrap();
    std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env("NO_COLOR", "1").env_remove("CI");
    command.uid(NOBODY).gid(NOBODY).output().expect("the mockgento binary runs as nobody")
}

#[cfg(unix)]
#[test]
fn a_read_only_snapshot_folder_gives_one_clear_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = project();
    let snapshots = folder.path().join("snapshots");
    std::fs::create_dir(&snapshots).unwrap();
    std::fs::set_permissions(&snapshots, std::fs::Permissions::from_mode(0o555)).unwrap();
    let ran = mockgento_without_privileges(folder.path(), &["run"]);
    assert_eq!(ran.status.code(), Some(2), "{}{}", text(&ran.stdout), text(&ran.stderr));
    assert_eq!(text(&ran.stdout).matches("make the folder writable").count(), 1, "{}", text(&ran.stdout));
}

#[test]
fn a_report_that_cannot_be_written_is_an_error_and_a_good_one_is_there() {
    let folder = project();
    // It is said before anything runs, so nothing is accepted either.
    let nowhere = mockgento(folder.path(), &["run", "--accept", "--report", "junit=no/such/folder/report.xml"]);
    assert_eq!(nowhere.status.code(), Some(2));
    assert!(
        text(&nowhere.stderr).contains("cannot write the report no/such/folder/report.xml"),
        "{}",
        text(&nowhere.stderr)
    );
    assert_eq!(mockgento(folder.path(), &["run", "--accept", "--report", "junit=report.xml"]).status.code(), Some(0));
    let report = std::fs::read_to_string(folder.path().join("report.xml")).unwrap();
    assert!(report.contains("<testcase name=\"scenario\""), "{report}");
    let unknown = mockgento(folder.path(), &["run", "--report", "pdf=x"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(text(&unknown.stderr).contains("`pdf` is no format"), "{}", text(&unknown.stderr));
}
