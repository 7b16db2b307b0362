//! Somebody's own client against a shop that is edited under its hands, and in what it leaves behind. The clients here are shell
//! scripts and the program itself; `client_examples` does more with those of the repository, which are quicker.

use super::clients::{ADA, CHANGED, CUSTOMERS, Place, fixed, ourselves};

fn place(tables: &str) -> Place {
    let place = Place::new(&ourselves(tables), CHANGED);
    place.write("known.yaml", "[]\n");
    place
}

#[test]
fn the_shop_is_edited_before_every_call_of_a_client() {
    let place = place(CUSTOMERS);
    let explore = ["explore", "--client", "client.yaml", "--edits", "--at", "oroCustomerList", "--calls", "1"];
    let (code, text) = place.told(&[&explore[..], &["--max-runs", "4", "--json"]].concat());
    assert_eq!(code, Some(0), "{text}");
    let told: serde_json::Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!((&told["tried"]["told"], &told["tried"]["all"]), (&4.into(), &12.into()), "{text}");
    let verdicts = told["matrix"].as_array().unwrap().iter().flat_map(|row| row.as_array().unwrap());
    assert!(verdicts.filter(|verdict| *verdict == "retried").count() >= 2, "{text}");
}

/// A written scenario may edit the shop before a call that the client makes; without that call it shows nothing.
#[test]
fn a_scenario_edits_the_shop_before_a_call_of_a_client() {
    let during = |operation: &str| {
        format!(
            "  - during:\n      sync: {{}}\n      before: {{operation: {operation}}}\n      advance: 1 second\n      in magento: \
             {{update customer: {{customer: ada@example.com, set: {{lastname: Byron}}}}}}\n  - expect: {{outcome: success, \
             crm: {{rows: customer, where: {{email: ada@example.com}}, have: {{lastName: Byron}}}}}}\n"
        )
    };
    let place = Place::new(&ourselves(CUSTOMERS), &during("oroCustomerList"));
    place.write("known.yaml", "[]\n");
    let (code, text) = place.told(&["run", "--client", "client.yaml"]);
    assert_eq!(code, Some(0), "{text}");
    place.scenario("first", "", &during("catalogProductList"));
    let (code, text) = place.told(&["run", "--client", "client.yaml"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the call it waits for never came: call 1 of catalogProductList"), "{text}");
    assert!(text.contains("asks the shop in another way"), "{text}");
    // A scenario that names its client is about the calls of that client.
    place.scenario("first", "client: ../client.yaml\n", &during("catalogProductList"));
    let (code, text) = place.told(&["run"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("this sync makes none like it; correct it, or add `may miss: yes`"), "{text}");
}

#[test]
fn what_there_was_no_time_for_is_counted() {
    let place = place(CUSTOMERS);
    let (code, text) = place.told(&["explore", "--client", "client.yaml", "--for", "1ms"]);
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("no call was explored") && text.contains("give it more time with `--for`"), "{text}");
    place.scenario("second", "", CHANGED);
    let (code, text) = place.told(&["explore", "scenarios", "--for", "1ms"]);
    assert_eq!(code, Some(2), "{text}");
    let (code, text) = place.told(&["explore", "scenarios/first.yaml", "--for", "1h", "--with", "internal-error"]);
    assert_eq!(code, Some(0), "{text}");
    assert!(!text.contains("the time was over"), "{text}");
}

#[test]
fn a_client_that_can_do_no_drawn_scenario_is_told_why() {
    let place = Place::new(&format!("{}supports: [customer]\n", fixed(ADA)), CHANGED);
    let (code, text) = place.told(&["simulate", "--client", "client.yaml", "--scenarios", "2"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(text.contains("the client can do none of the 2 scenarios"), "{text}");
    assert!(text.contains("`sync start date`") && text.contains("--features"), "{text}");
}

/// What a client says when its sync fails stands beside the snapshot that only shows that it did.
#[test]
fn a_snapshot_after_a_failed_sync_has_the_clients_own_words() {
    let client = fixed(ADA).replace("sync: 'true'", "sync: sh -c 'echo no route to the shop; exit 3'");
    let place = Place::new(&client, "  - sync\n  - snapshot: end\n");
    let (code, text) = place.told(&["run", "--client", "client.yaml", "--check"]);
    assert_eq!(code, Some(1), "{text}");
    assert!(
        text.contains("the client failed before it: exit code 3") && text.contains("no route to the shop"),
        "{text}"
    );
}

/// A program that a command has left running keeps the command's output open; nobody waits for it.
#[test]
fn a_command_that_leaves_a_program_behind_has_ended() {
    for leaving in ["sleep 20 & echo done", "setsid sleep 20 & sleep 0.3; echo done"] {
        let client = fixed(ADA).replace("sync: 'true'", &format!("sync: sh -c '{leaving}'"));
        // Whoever waited for the output would be stopped.
        let client = format!("{client}timeout: 8 seconds\n");
        let place = Place::new(&client, "  - sync\n  - expect: {outcome: success}\n");
        let (code, text) = place.told(&["run", "--client", "client.yaml"]);
        assert_eq!(code, Some(0), "{leaving}: {text}");
    }
}

/// A table that a client says it shows and does not is one without rows, and a sync that fails where ours succeeds is a difference.
#[test]
fn a_client_that_shows_nothing_or_says_that_it_failed_does_not_conform() {
    let supports = "supports: [customer, sync start date]\n";
    for (client, said) in [
        (fixed("{}"), "customer originId 1 is missing"),
        (fixed(ADA).replace("sync: 'true'", "sync: sh -c 'exit 4'"), "outcome: the client says that it failed"),
    ] {
        let client = format!("{client}compare: {{customer: {{only: [firstName]}}}}\n{supports}");
        let place = Place::new(&client, "  - sync\n");
        let (code, text) = place.told(&["conform", "--client", "client.yaml"]);
        assert_eq!(code, Some(1), "{text}");
        assert!(text.contains(said), "{said}: {text}");
    }
}

#[test]
fn what_shows_nothing_is_not_explored() {
    let failing = fixed(ADA).replace("sync: 'true'", "sync: sh -c 'exit 4'");
    for (client, arguments, said) in [
        (failing.clone(), &["--with", "internal-error"][..], "the client's sync fails without any disruption"),
        (failing, &["--edits"], "the client's sync fails without any edit"),
        (fixed(ADA), &["--edits", "--for", "1ms"], "no call was explored"),
        (fixed(ADA), &["--max-runs", "0"], "'0' for '--max-runs"),
    ] {
        let place = Place::new(&client, "  - sync\n");
        let (code, text) = place.told(&[&["explore", "--client", "client.yaml"], arguments].concat());
        assert_eq!(code, Some(2), "{arguments:?}: {text}");
        assert!(text.contains(said), "{said}: {text}");
    }
    let place = Place::new(&format!("{}compare: {{customer: {{only: []}}}}\n", fixed(ADA)), "  - sync\n");
    let (code, text) = place.run();
    assert_eq!(code, Some(2), "{text}");
    assert!(text.contains("no field is compared"), "{text}");
}

/// Whoever is stopped in the middle ends soon, and so does the client's program.
#[cfg(unix)]
#[test]
fn a_signal_ends_the_client_and_the_command_at_once() {
    let client = "title: Slow\ncommands: {reset: 'true', sync: \"sh -c 'echo $$ > pid; exec sleep 60'\"}\n\
                  crm: {command: \"echo '{\\\"customer\\\": []}'\"}\n";
    for command in [
        "simulate --client client.yaml --for 1h",
        "explore --client client.yaml",
        "conform --client client.yaml",
        "run --client client.yaml",
    ] {
        let place = Place::new(client, "  - sync\n");
        let mut started = std::process::Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(command.split(' '))
            .current_dir(place.path(""))
            .env_remove("CI")
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let pid = place.path("pid");
        let since = std::time::Instant::now();
        while !std::fs::read_to_string(&pid).is_ok_and(|pid| pid.ends_with('\n')) {
            assert!(since.elapsed().as_secs() < 60, "{command}: the client was not started");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
        let told = std::time::Instant::now();
        let number = |id: u32| rustix::process::Pid::from_raw(id.try_into().unwrap()).unwrap();
        rustix::process::kill_process(number(started.id()), rustix::process::Signal::TERM).unwrap();
        started.wait().unwrap();
        assert!(told.elapsed().as_secs() < 15, "{command}: it took {:?}", told.elapsed());
        let client: u32 = std::fs::read_to_string(&pid).unwrap().trim().parse().unwrap();
        // One that has ended may stand in the table of processes until somebody looks.
        let has_ended = || {
            let stat = std::fs::read_to_string(format!("/proc/{client}/stat")).unwrap_or_default();
            stat.contains(") Z ") || rustix::process::test_kill_process(number(client)).is_err()
        };
        let is_soon_gone = (0..100).any(|_| {
            std::thread::sleep(std::time::Duration::from_millis(20));
            has_ended()
        });
        assert!(is_soon_gone, "{command}: the client's program is still there");
    }
}
