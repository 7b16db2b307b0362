//! Scenarios that run somebody else's client: what it is given, what is asserted of it, and what it cannot do to a run.

use std::path::Path;
use std::process::Command;

/// Runs one scenario; exit code and what was printed.
fn told(steps: &str) -> (Option<i32>, String) {
    let folder = tempfile::tempdir().unwrap();
    let seeds = folder.path().join("scenarios/seeds");
    std::fs::create_dir_all(&seeds).unwrap();
    let seed = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/seeds/boutique.yaml");
    std::fs::copy(seed, seeds.join("boutique.yaml")).unwrap();
    let scenario = format!(
        "title: A client of our own\nshop: {{seed: boutique}}\nintegration: {{entities: [customer], sync start date: 2024-01-01}}\nsteps:\n{steps}"
    );
    std::fs::write(folder.path().join("scenarios/scenario.yaml"), scenario).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["run", "--accept"])
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .env("MOCKGENTO", env!("CARGO_BIN_EXE_mockgento"))
        .env_remove("CI")
        .output()
        .unwrap();
    let mut text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    for snapshot in std::fs::read_dir(folder.path().join("snapshots")).into_iter().flatten() {
        text.push_str(&std::fs::read_to_string(snapshot.unwrap().path()).unwrap());
    }
    (output.status.code(), text)
}

#[test]
fn a_client_finds_the_shop_and_its_calls_can_be_asserted() {
    let (code, text) = told(
        r#"
  - run: sh -c 'MOCKGENTO_API_KEY="$MAGENTO_API_KEY" "$MOCKGENTO" check --url "$MAGENTO_WSDL_URL" --user "$MAGENTO_API_USER"'
  - expect:
      outcome: success
      message: {contains: Connection was successful}
      calls: [{to: login, count: 1}, {to: oroPing, count: 1}]
  - run: sh -c 'echo "$MAGENTO_NOW $MAGENTO_WSI $EXTRA $MAGENTO_API_KEY"; pwd; exit 3'
  - expect: {outcome: failure, message: {contains: "exit code 3"}}
  - run: {command: sh -c 'echo "$MAGENTO_NOW $MAGENTO_WSI $EXTRA $MAGENTO_API_KEY"', env: {EXTRA: more}}
  - expect: {outcome: success, message: {contains: "2024-01-10T12:00:00Z 0 more ***"}}
  - sync
  - expect: {outcome: success, crm: {rows: customer, count: 2}}
  - snapshot: {name: end, of: [trace]}
"#,
    );
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("step: run"), "the trace shows the client's calls: {text}");
    assert!(!text.contains("127.0.0.1"), "where the socket was is nowhere in a snapshot: {text}");
}

#[test]
fn a_client_that_crashes_floods_or_never_ends_is_contained() {
    let (code, text) = told(
        r"
  - run: sh -c 'kill -9 $$'
  - expect: {outcome: failure, message: {contains: killed by a signal}}
  - run: sh -c 'yes | head -c 300000'
  - expect: {outcome: success, message: {regex: '… and \d+ bytes more'}}
  - run: {command: sh -c 'echo begun; sleep 60; echo over', timeout: 1 second}
  - expect: {outcome: failure, message: {regex: '^stopped after 1 s(?s:.*)begun\n$'}}
  - sync
  - expect: {outcome: success}
",
    );
    assert_eq!(code, Some(0), "{text}");
}

/// What a client leaves running would keep its sockets and files, and hold up whoever waits for its output.
#[test]
fn what_a_client_has_started_ends_with_it() {
    let begun = std::time::Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let proof = folder.path().join("alive");
    let mut children = vec![format!("(sleep 3; touch {}) & echo started", proof.display())];
    if cfg!(target_os = "linux") {
        // One that has a session of its own, as daemons have, whether its parent ends or is stopped.
        let daemon = format!("setsid sh -c \\\"sleep 3; touch {}\\\" & sleep 0.3; echo started", proof.display());
        children.push(format!("{daemon}; sleep 9"));
        children.push(daemon);
    }
    for child in children {
        let (code, text) = told(&format!(
            "  - run: {{command: \"sh -c '{child}'\", timeout: 1 second}}\n  - expect: {{message: {{contains: started}}}}\n"
        ));
        assert_eq!(code, Some(0), "{text}");
    }
    std::thread::sleep(std::time::Duration::from_secs(7).saturating_sub(begun.elapsed()));
    assert!(!proof.exists(), "the child went on");
}

/// Its case is given up, or somebody ends the run.
#[cfg(unix)]
#[test]
fn a_program_ends_with_its_case() {
    for signal in [None, Some("INT"), Some("TERM")] {
        let folder = tempfile::tempdir().unwrap();
        let (begun, proof) = (folder.path().join("begun"), folder.path().join("alive"));
        let program = format!("touch {}; sleep 3; touch {}; sleep 9", begun.display(), proof.display());
        let scenario = format!("title: t\nsteps:\n  - run: {{command: \"sh -c '{program}'\", timeout: 60 seconds}}\n");
        std::fs::write(folder.path().join("scenario.yaml"), scenario).unwrap();
        let limit = if signal.is_some() { "60" } else { "1" };
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(["run", "scenario.yaml", "--check", "--timeout", limit]).current_dir(folder.path());
        let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
        if let Some(signal) = signal {
            for _ in 0..600 {
                if begun.exists() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status().unwrap();
        }
        assert_eq!(child.wait().unwrap().code(), Some(1), "{signal:?}");
        assert!(begun.exists(), "{signal:?}");
        std::thread::sleep(std::time::Duration::from_millis(3500));
        assert!(!proof.exists(), "{signal:?}: the program went on");
    }
}

#[test]
fn a_scenario_that_hangs_is_stopped_and_its_step_named() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = "title: t\nsteps:\n  - advance: 1 hour\n  - run: {command: sleep 20, timeout: 30 seconds}\n";
    std::fs::write(folder.path().join("scenario.yaml"), scenario).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["run", "scenario.yaml", "--check", "--timeout", "1"])
        .current_dir(folder.path())
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("scenario.yaml:4: run: did not end within 1 s and was given up"), "{text}");
}

#[test]
fn a_program_that_is_not_there_and_a_command_that_is_none_are_named() {
    let (code, text) = told("  - run: no-such-program --flag\n");
    assert!(code == Some(2) && text.contains("cannot start `no-such-program`"), "{text}");
    let (code, text) = told("  - run: sh -c 'open\n");
    assert!(code == Some(2) && text.contains("is not a command") && text.contains("quotes that are closed"), "{text}");
}
