//! Edits between two calls of a sync: done when their call comes, the same on both carriers, and a failure when it does not.

use std::path::Path;

use mockgento::scenario::Scenario;
use mockgento::scenario::result::CaseResult;
use mockgento::scenario::runner::{Carrier, RunOptions, run};
use mockgento::snapshot::Mode;

fn told(folder: &Path, steps: &str, carrier: Carrier) -> CaseResult {
    let path = folder.join("case.yaml");
    std::fs::write(
        &path,
        format!("title: t\nclock: 2014-01-15 12:00:00\nintegration: {{sync start date: 2013-04-01, two way sync: yes}}\nsteps:\n{steps}"),
    )
    .unwrap();
    run(&Scenario::load(&path).unwrap().cases().remove(0), RunOptions::new(carrier, Mode::Check))
}

const EDITED: &str = "  - sync
  - advance: 1 hour
  - during:
      sync: {}
      before: {operation: oroCustomerList}
      in magento:
        update customer: {customer: \"1\", set: {lastname: Meanwhile}}
      in crm:
        update customer: {customer: \"2\", set: {middleName: Meanwhile}}
  - expect:
      outcome: success
      shop: {rows: customer, where: {entity_id: 1}, have: {lastname: Meanwhile}}
      crm: {rows: customer, where: {originId: 2}, have: {middleName: Meanwhile}}
  - advance: 10 minutes
  - sync
  - expect: {crm: {rows: customer, where: {originId: 1}, have: {lastName: Meanwhile}}}
";

#[test]
fn edits_are_done_before_their_call_on_both_carriers() {
    let folder = tempfile::tempdir().unwrap();
    for carrier in [Carrier::InMemory, Carrier::Tcp] {
        let result = told(folder.path(), EDITED, carrier);
        assert!(result.passed(), "{carrier:?} {:?}", result.failures);
    }
}

#[test]
fn a_call_that_never_comes_fails_the_step_and_says_how_many_there_were() {
    let folder = tempfile::tempdir().unwrap();
    for (before, expected) in [
        ("{operation: salesOrderCancel}", "call 1 of salesOrderCancel; this sync makes none like it"),
        ("{operation: login, call: 2}", "call 2 of login; this sync made one like it"),
        ("{operation: oroCustomerList, page: 99}", "call 1 of oroCustomerList, page 99; this sync makes none like it"),
    ] {
        let steps = format!("  - during: {{sync: {{}}, before: {before}, advance: 1 second}}\n  - sync\n");
        let result = told(folder.path(), &steps, Carrier::InMemory);
        let messages: Vec<&str> = result.failures.iter().map(|failure| failure.message.as_str()).collect();
        assert!(matches!(messages.as_slice(), [only] if only.contains(expected)), "{before}: {messages:?}");
    }
}

#[test]
fn an_edit_that_cannot_work_says_so_and_the_sync_is_not_left_hanging() {
    let folder = tempfile::tempdir().unwrap();
    let steps = "  - in magento: {delete customer: {customer: \"1\"}}
  - during:
      sync: {}
      before: {operation: oroCustomerList}
      in magento: {update customer: {customer: \"1\", set: {lastname: X}}}
";
    let result = told(folder.path(), steps, Carrier::InMemory);
    assert!(result.failures[0].message.contains("the shop has no customer `1` now"), "{:?}", result.failures);
}

#[test]
fn what_cannot_happen_during_a_sync_is_said_before_anything_runs() {
    let folder = tempfile::tempdir().unwrap();
    for (during, expected) in [
        ("{sync: {}, before: {operation: oroCustomerList}}", "nothing happens during this sync"),
        ("{sync: {only: custmer}, before: {call: 1}, advance: 1 second}", "did you mean `customer`?"),
        ("{sync: {}, before: {call: 0}, advance: 1 second}", "calls are counted from 1"),
        ("{sync: {}, before: {page: 0}, advance: 1 second}", "pages are counted from 1"),
        ("{sync: {}, before: {}, in crm: {delete channel: {}}}", "a channel is not deleted or created while it syncs"),
        ("{before: {}, advance: 1 second}", "`sync` is missing"),
        ("{sync: {}, advance: 1 second}", "`before` is missing"),
        ("{sync: {}, before: {opration: login}, advance: 1 second}", "did you mean `operation`?"),
        ("{sync: {}, before: {}, in magento: {update custmer: {}}}", "did you mean `update customer`?"),
        (
            "{sync: {}, before: {}, in magento: {update customer: {customer: nobody@example.com, set: {lastname: X}}}}",
            "nobody@example.com",
        ),
    ] {
        let path = folder.path().join("wrong.yaml");
        std::fs::write(&path, format!("title: t\nsteps:\n  - during: {during}\n")).unwrap();
        let said = Scenario::load(&path).unwrap_err().to_string();
        assert!(said.contains("wrong.yaml:3:") && said.contains(expected), "{during}: {said}");
    }
}
