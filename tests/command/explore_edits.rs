//! `explore --edits`: paging by number loses a row when another one leaves the list between two pages, and the explorer
//! finds that loss in the profile that has it.

use std::path::Path;

use mockgento::quirk::Profile;
use mockgento::scenario::Scenario;
use mockgento::scenario::explore::{Edit, EditExploration, ExploreOptions, Verdict, explore_edits};

/// Thirty customers, all changed in one window, and pages of twenty-five.
fn written(folder: &Path) -> std::path::PathBuf {
    let customer = |number: usize| {
        format!(
            "  - {{email: c{number}@example.com, firstname: C{number}, lastname: Many, website_id: 1, store_id: 1, group_id: 1, created_at: '2024-01-01 10:00:00', updated_at: '2024-01-01 10:00:00'}}\n"
        )
    };
    let customers: String = (1..=30).map(customer).collect();
    std::fs::write(folder.join("many.yaml"), format!("websites:\n  - {{website_id: 1, code: base, name: Main, is_default: 1}}\nstore_views:\n  - {{store_id: 1, code: default, website_id: 1, name: English}}\ncustomers:\n{customers}")).unwrap();
    let saved: String = (1..=30)
        .map(|number| {
            format!("      - update customer: {{customer: c{number}@example.com, set: {{lastname: Changed}}}}\n")
        })
        .collect();
    let path = folder.join("many-customers.yaml");
    let text = format!(
        "title: t\nshop: {{seed: ./many.yaml}}\nintegration: {{sync start date: 2023-12-25, page size: 25, entities: [customer]}}\nsteps:\n  - sync\n  - advance: 1 hour\n  - in magento:\n{saved}  - advance: 10 minutes\n  - sync\n"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn explored(profile: Profile) -> EditExploration {
    let folder = tempfile::tempdir().unwrap();
    let case = Scenario::load(&written(folder.path())).unwrap().cases().remove(0);
    let options = ExploreOptions {
        depth: 1,
        seed: 0,
        runs_max: 10_000,
        jobs: 2,
        profile: Some(profile),
        troubles: Vec::new(),
        operations: vec!["oroCustomerList".to_owned()],
        calls_max: None,
        blame: false,
        reproduce: None,
        attempts: mockgento::scenario::explore::Attempts::default(),
        until: None,
        stops: None,
    };
    explore_edits(&case, &options).unwrap()
}

#[test]
fn the_loss_of_paging_by_number_is_found() {
    let found = explored(Profile::OroCrm41);
    let lost = |edit: Edit| found.failed.iter().any(|failed| failed.edit == edit && failed.verdict == Verdict::Lost);
    assert!(lost(Edit::SaveCustomer) && lost(Edit::DeleteCustomer), "{}", mockgento::report::matrix::edits(&found));
    // A row that comes in behind the others takes nobody's place.
    assert!(!lost(Edit::CreateCustomer), "{}", mockgento::report::matrix::edits(&found));
}
