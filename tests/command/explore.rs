//! The explorer: it finds a planted loss, says where, writes a scenario that shows it, and is content without it.

use std::path::Path;
use std::process::Command;

use mockgento::quirk::{Profile, Quirk};
use mockgento::scenario::Scenario;
use mockgento::scenario::explore::{Blame, Exploration, ExploreOptions, Verdict, by_kind, explore};

/// Q-07 loses this edit: the reference client takes any error while it reads the address for "removed in Magento".
const SCENARIO: &str = "title: A corrected street reaches Magento
shop: {seed: ./boutique.yaml}
integration: {entities: [customer], sync start date: 2024-01-01, two way sync: yes}
steps:
  - sync
  - advance: 1 hour
  # The clerk hears it on the phone.
  - in crm:
      update address: {address: 1, set: {street: 2 Side St}}
  - in magento:
      update customer: {customer: 2, set: {firstname: Gracie}}
  - sync
  - expect: {outcome: success}
";

/// The same with the edit in a fragment, which is used for another customer's address too.
const WITH_FRAGMENT: &str = "title: Corrected streets reach Magento
shop: {seed: ./boutique.yaml}
integration: {entities: [customer], sync start date: 2024-01-01, two way sync: yes}
let: {when: 1 hour, street: 3 Other St}
steps:
  - sync
  - advance: ${when}
  - use: {fragment: correct, with: {address: '1', street: 2 Side St}}
  - in crm:
      update address: {address: 2, set: {street: '${street}'}}
  - sync
  - expect: {outcome: success}
";
const FRAGMENT: &str = "title: The clerk hears it on the phone
steps:
  - in crm:
      update address: {address: '${address}', set: {street: '${street}'}}
  # Nothing else happens.
  - in magento:
      update customer: {customer: 2, set: {firstname: Gracie}}
";

fn explored(folder: &Path, profile: Profile, depth: u8, operations: &[&str]) -> Exploration {
    explored_scenario(folder, SCENARIO, profile, depth, operations)
}

fn explored_scenario(folder: &Path, scenario: &str, profile: Profile, depth: u8, operations: &[&str]) -> Exploration {
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/seeds");
    std::fs::copy(seeds.join("boutique.yaml"), folder.join("boutique.yaml")).unwrap();
    let path = folder.join("scenario.yaml");
    std::fs::write(&path, scenario).unwrap();
    let case = Scenario::load(&path).unwrap().cases().remove(0);
    let options = ExploreOptions {
        depth,
        seed: 5,
        runs_max: 20,
        jobs: 2,
        profile: Some(profile),
        troubles: if depth == 1 {
            by_kind("internal-error")
        } else {
            [by_kind("internal-error"), by_kind("status")].concat()
        },
        operations: operations.iter().map(|name| (*name).to_owned()).collect(),
        calls_max: None,
        blame: profile == Profile::OroCrm41,
        reproduce: (depth == 1).then(|| folder.to_owned()),
        attempts: mockgento::scenario::explore::Attempts::default(),
        until: None,
        stops: None,
    };
    explore(&case, &options).unwrap()
}

/// The verdict on a call of the export: the reference client makes it right after the edit, ours with the second sync.
fn verdict(found: &Exploration, operation: &str) -> Option<Verdict> {
    let call = found.calls.iter().position(|call| call.operation == operation && [8, 12].contains(&call.line)).unwrap();
    found.matrix[call][0]
}

#[test]
fn a_planted_loss_is_found_named_and_written_down_as_a_scenario_that_fails() {
    let folder = tempfile::tempdir().unwrap();
    let found = explored(folder.path(), Profile::Documented, 1, &["oroCustomerAddressInfo"]);
    assert_eq!(
        verdict(&found, "oroCustomerAddressInfo"),
        Some(Verdict::Converged),
        "fixed, the edit waits for the next sync"
    );

    let found = explored(folder.path(), Profile::OroCrm41, 1, &["oroCustomerAddressInfo"]);
    assert_eq!(verdict(&found, "oroCustomerAddressInfo"), Some(Verdict::Lost));
    let lost = found.failed.iter().find(|failed| failed.strikes[0].site.operation == "oroCustomerAddressInfo").unwrap();
    let told: Vec<String> = lost.differences.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|line| line.contains("street \"1 Main St\" instead of \"2 Side St\"")), "{told:?}");

    // Without Q-07 alone the address stays, but its edit is forgotten like any export that fails, or overwritten by the import.
    let both = vec![Quirk::AnyErrorRemovesAddress, Quirk::ExportFlagClearedOnFailure, Quirk::WholeRecordSent];
    assert_eq!(lost.blame, Some(Blame::Together(both)));

    let reproduction = lost.reproduction.as_ref().unwrap().as_deref().unwrap();
    assert!(!reproduction.contains("update customer"), "what does not matter is left out: {reproduction}");
    let file = folder.path().join("lost.yaml");
    std::fs::write(&file, reproduction).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_mockgento")).args(["run", "--check"]).arg(&file).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(ran.status.code(), Some(1), "{said}{}{reproduction}", String::from_utf8_lossy(&ran.stderr));
    let fixed = reproduction.replace("profile: orocrm-4.1", "profile: documented");
    std::fs::write(&file, fixed).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_mockgento")).args(["run", "--check"]).arg(&file).output().unwrap();
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stdout));
}

/// A list that comes empty without an error deceives every client alike, with trouble of the explorer's and without.
#[test]
fn what_is_lost_without_any_disruption_is_found_by_what_must_hold_at_every_end() {
    let folder = tempfile::tempdir().unwrap();
    let deceived = SCENARIO.replace(
        "  - sync\n  - advance: 1 hour",
        "  - disrupt: {operation: oroCustomerList, times: 50, with: empty-page}\n  - sync\n  - advance: 1 hour",
    );
    assert_ne!(deceived, SCENARIO);
    let deceived = deceived.split("  # The clerk").next().unwrap();
    let seeds = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/seeds");
    std::fs::copy(seeds.join("boutique.yaml"), folder.path().join("boutique.yaml")).unwrap();
    let path = folder.path().join("deceived.yaml");
    for (text, is_lost) in [(deceived.to_owned(), true), (deceived.replace("empty-page", "html-page"), false)] {
        std::fs::write(&path, &text).unwrap();
        let explored = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(["explore", "--profile", "documented", "--max-runs", "1", "--with", "internal-error"])
            .arg(&path)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        let said = [explored.stdout, explored.stderr].concat();
        let said = String::from_utf8_lossy(&said).replace('|', " ");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        let told = "the scenario ends wrong without any disruption: customer 1 of the shop is not in the CRM";
        assert_eq!(said.contains(told), is_lost, "{text}{said}");
        assert!(!is_lost || explored.status.code() == Some(2), "{said}");
    }
}

#[test]
fn the_written_scenario_holds_the_steps_of_fragments_with_their_own_values() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("fragments")).unwrap();
    std::fs::write(folder.path().join("fragments/correct.yaml"), FRAGMENT).unwrap();
    let found = explored_scenario(folder.path(), WITH_FRAGMENT, Profile::OroCrm41, 1, &["oroCustomerAddressInfo"]);
    let lost = found.failed.iter().find(|failed| failed.strikes[0].site.nth == 1).unwrap();
    let reproduction = lost.reproduction.as_ref().unwrap().as_deref().unwrap();
    let file = folder.path().join("lost.yaml");
    for (part, is_there) in [
        ("{address: '${address}', set: {street: '${street 2}'}}", true),
        ("\"street 2\":\"2 Side St\"", true),
        ("use:", false),
        ("# Nothing else happens.", false),
        ("update customer", false),
    ] {
        assert_eq!(reproduction.contains(part), is_there, "{part}: {reproduction}");
    }
    for (text, code) in
        [(reproduction.to_owned(), 1), (reproduction.replace("profile: orocrm-4.1", "profile: documented"), 0)]
    {
        std::fs::write(&file, &text).unwrap();
        let ran = Command::new(env!("CARGO_BIN_EXE_mockgento")).args(["run", "--check"]).arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned() + &String::from_utf8_lossy(&ran.stderr);
        assert_eq!(ran.status.code(), Some(code), "{said}{text}");
    }
}

#[test]
fn pairs_are_bounded_and_the_same_ones_are_told_every_time() {
    let folder = tempfile::tempdir().unwrap();
    let exports = ["oroCustomerAddressInfo", "oroCustomerInfo"];
    let found = explored(folder.path(), Profile::Documented, 2, &exports);
    let again = explored(folder.path(), Profile::Documented, 2, &exports);
    assert!(found.pairs.runs > 0 && found.pairs.runs < found.pairs.all, "{:?}", found.pairs);
    let told = |found: &Exploration| {
        let line = |failed: &mockgento::scenario::explore::Failed| {
            let calls: Vec<usize> = failed.strikes.iter().map(|strike| strike.call).collect();
            format!("{calls:?} {}", failed.verdict.as_str())
        };
        found.failed.iter().map(line).collect::<Vec<_>>()
    };
    assert_eq!((told(&found), found.matrix), (told(&again), again.matrix));
}

#[test]
fn the_command_says_what_it_found_and_fails_for_a_loss() {
    let folder = tempfile::tempdir().unwrap();
    explored(folder.path(), Profile::Documented, 1, &["none"]);
    let explore = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        let at = ["--at", "oroCustomerAddressInfo"];
        command.arg("explore").args(arguments).args(at).current_dir(folder.path()).output().unwrap()
    };
    let ran =
        explore(&["scenario.yaml", "--with", "internal-error", "--profile", "orocrm-4.1", "--reproduce", "found"]);
    let said = String::from_utf8_lossy(&ran.stdout).into_owned();
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("lost: internal-error at line 8: oroCustomerAddressInfo"), "{said}");
    assert!(folder.path().join("found").read_dir().unwrap().count() > 0);
    let ran = explore(&["scenario.yaml", "--with", "no-date"]);
    assert_eq!(ran.status.code(), Some(0), "{}", String::from_utf8_lossy(&ran.stdout));
    let ran = explore(&["scenario.yaml", "--with", "no-dat"]);
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(2));
    assert!(said.contains("did you mean `no-date`?"), "{said}");
}
