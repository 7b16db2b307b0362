//! A CRM file as a file: opened by several at once, through links, read-only, or no file at all.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use mockgento::testing::TestShop;

const KEY: &str = "oro-key-1";

fn mockgento(arguments: &[&str], crm: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    command.args(arguments).arg("--crm").arg(crm).env("NO_COLOR", "1").env("MOCKGENTO_API_KEY", KEY);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn said(output: &Output) -> (i32, String) {
    let text = String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned();
    (output.status.code().unwrap(), text)
}

fn names(folder: &Path) -> Vec<String> {
    let all = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = all.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn several_programs_that_open_a_new_file_work_or_say_why_not() {
    let shop = TestShop::builder().user("oro", KEY).running_clock().start().await;
    let url = shop.wsdl_url().to_string();
    for round in 0..5 {
        let folder = tempfile::tempdir().unwrap();
        let crm = folder.path().join("crm.sqlite");
        let arguments = ["check", "--url", &url, "--user", "oro", "--name"];
        let names = ["Shop one", "Shop two", "Shop three", "Shop four", "Shop five", "Shop six"];
        let started: Vec<_> =
            names.iter().map(|name| mockgento(&[&arguments[..], &[*name]].concat(), &crm).spawn().unwrap()).collect();
        let ended: Vec<_> = started.into_iter().map(|child| said(&child.wait_with_output().unwrap())).collect();
        let made = ended.iter().filter(|(code, _)| *code == 0).count();
        assert_eq!(made, 1, "a website of a URL is used once, in round {round}: {ended:?}");
        for (code, text) in ended.iter().filter(|(code, _)| *code != 0) {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(*code == 2 && text.len() < 400 && !text.contains("CREATE"), "{code}: {text}");
            // Who comes while it is made, who comes just after, and who finds it there.
            let reasons = ["writing to the CRM", "website", "the CRM file has that shop as"];
            assert!(reasons.iter().any(|reason| text.contains(reason)), "{text}");
        }
        assert!(!self::names(folder.path()).iter().any(|name| name.ends_with("-open-lock")), "no lock is left");
    }
}

#[test]
fn a_name_that_is_no_file_is_refused_and_leaves_nothing() {
    for name in [":memory:", "file:crm.sqlite", "file::memory:?cache=shared", "no/such/folder/crm.sqlite"] {
        let folder = tempfile::tempdir().unwrap();
        for arguments in [
            &["sync", "--url", "http://127.0.0.1:1/", "--user", "oro"][..],
            &["sync", "--url", "http://127.0.0.1:1/", "--user", "oro", "--dry-run"],
            &["status"],
            &["crm", "show", "customer"],
        ] {
            let output = mockgento(arguments, Path::new(name)).current_dir(folder.path()).output().unwrap();
            let (code, text) = said(&output);
            assert!(code == 1 || code == 2, "{name} {arguments:?}: {text}");
            assert_eq!(names(folder.path()), Vec::<String>::new(), "{name} {arguments:?}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let crm = folder.path().join("crm.sqlite");
    let dry = ["sync", "--url", "http://127.0.0.1:1/", "--user", "oro", "--dry-run"];
    assert_eq!(said(&mockgento(&dry, &crm).output().unwrap()).0, 1);
    assert_eq!(names(folder.path()), Vec::<String>::new(), "no lock of a file that was never made");
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_must_not_be_written_can_be_looked_at() {
    use std::os::unix::fs::PermissionsExt as _;
    let shop = TestShop::builder().user("oro", KEY).running_clock().start().await;
    let folder = tempfile::tempdir().unwrap();
    let crm = folder.path().join("crm.sqlite");
    let url = shop.wsdl_url().to_string();
    let checked = mockgento(&["check", "--url", &url, "--user", "oro"], &crm).output().unwrap();
    assert_eq!(said(&checked).0, 0);
    std::fs::set_permissions(&crm, std::fs::Permissions::from_mode(0o444)).unwrap();
    let before = std::fs::read(&crm).unwrap();
    for (arguments, code) in [
        (&["crm", "show", "customer"][..], 1),
        (&["crm", "export", "--entity", "customer"], 0),
        (&["status"], 0),
        (&["integration", "show"], 0),
        (&["integration", "deactivate"], 2),
    ] {
        let (found, text) = said(&mockgento(arguments, &crm).output().unwrap());
        assert_eq!(found, code, "{arguments:?}: {text}");
        assert_eq!(std::fs::read(&crm).unwrap(), before, "{arguments:?}");
    }
}
