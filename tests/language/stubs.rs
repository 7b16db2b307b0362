//! Modules and stubs of a scenario's shop, and conditions on the arguments of its calls.

use std::path::Path;

use mockgento::report::console::explained;
use mockgento::scenario::Scenario;
use mockgento::scenario::runner::{Carrier, RunOptions, run};
use mockgento::snapshot::Mode;

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/modules/acme-loyalty");

/// What a run says of a scenario; empty when all of it holds.
fn told(yaml: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("scenario.yaml");
    std::fs::write(&path, yaml).unwrap();
    let etc = folder.path().join("acme-loyalty");
    std::fs::create_dir_all(&etc).unwrap();
    for file in ["api.xml", "wsdl.xml", "wsi.xml"] {
        std::fs::copy(Path::new(MODULE).join("etc").join(file), etc.join(file)).unwrap();
    }
    let case = match Scenario::load(&path) {
        Ok(scenario) => scenario.cases().remove(0),
        Err(error) => return error.to_string(),
    };
    let result = run(&case, RunOptions::new(Carrier::InMemory, Mode::Check));
    if result.passed() { String::new() } else { explained(&result) }
}

const HEAD: &str = "integration: {sync start date: 2024-01-08, entities: [customer]}\nsteps:\n";

#[test]
fn a_stub_stands_in_the_way_of_a_sync() {
    let yaml = "
title: A list of customers that cannot be had once
shop:
  modules: [acme-loyalty]
  stubs:
    - name: no luck
      operation: oroCustomerList
      times: 1
      fault: {code: 101, string: Try again}
";
    let steps = "
  - sync
  - expect:
      outcome: any
      calls:
        - {to: oroCustomerList, answered: {contains: Try again}, count: 1}
        - {to: acmeLoyaltyInfo, with: {customerId: 1}, count: 0}
";
    assert_eq!(told(&format!("{yaml}{HEAD}{steps}")), "");
}

#[test]
fn calls_are_expected_by_their_arguments_in_order_and_alone() {
    let yaml = |expectation: &str| format!("title: t\n{HEAD}  - sync\n  - expect:\n      outcome: any\n{expectation}");
    let right = "      calls:\n        - {to: oroWebsiteList}\n        - {to: oroCustomerList, with: {filters: {contains: created_at}}}\n      in order: yes\n";
    assert_eq!(told(&yaml(right)), "");
    for (expectation, said) in [
        (
            "      calls: {to: oroCustomerList, with: {filters: {contains: nothing}}}\n",
            "something with \"nothing\" in it",
        ),
        ("      calls: [{to: oroCustomerList}, {to: oroWebsiteList}]\n      in order: yes\n", "in another order"),
        ("      calls: {to: oroCustomerList}\n      nothing else: yes\n", "other calls came"),
        (
            "      calls: {to: oroCustomerList, with: {filtres: {contains: x}}}\n",
            "oroCustomerList has no argument filtres",
        ),
        ("      nothing else: yes\n", "no calls are expected"),
    ] {
        let told = told(&yaml(expectation));
        assert!(told.contains(said), "{expectation}: {told}");
    }
}

#[test]
fn a_disruption_is_for_calls_with_its_arguments() {
    let yaml = format!(
        "title: t\n{HEAD}
  - disrupt: {{operation: oroCustomerList, when: {{pager: {{page: 77}}}}, may miss: yes, with: html-page}}
  - disrupt: {{operation: oroCustomerList, when: {{pager: {{page: 1}}}}, with: {{fault: {{code: '101', string: No luck}}}}}}
  - sync
  - expect:
      outcome: any
      calls: {{to: oroCustomerList, answered: {{contains: No luck}}, count: 1}}
"
    );
    assert_eq!(told(&yaml), "");
    let wrong = yaml.replace("when: {pager: {page: 77}}", "when: {pagre: {page: 77}}");
    assert!(told(&wrong).contains("did you mean pager?"), "{}", told(&wrong));
}

#[test]
fn what_is_wrong_with_modules_and_stubs_is_said_before_the_scenario_runs() {
    let scenario = |shop: &str| format!("title: t\nshop: {{{shop}}}\nsteps:\n  - sync\n");
    for (shop, said) in [
        ("modules: [nowhere]", "nowhere"),
        ("stubs: nowhere.yaml", "cannot read the stubs `nowhere.yaml`"),
        ("stubs: [{operation: storeLst, answer: []}]", "did you mean storeList?"),
        ("stubs: [{operation: storeList, anwser: []}]", "anwser"),
        ("stubs: [{operation: acmeLoyaltyInfo, fault: not_exists}]", "no operation acmeLoyaltyInfo"),
    ] {
        let told = told(&scenario(shop));
        assert!(told.contains(said), "{shop}: {told}");
    }
}
