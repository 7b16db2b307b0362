//! A disk that is full at any moment of a sync: one message that names the file and what to do, and the next sync goes on to
//! the rows that there would have been.

use std::collections::BTreeMap;

use mockgento::crm::Crm;
use mockgento::quirk::Quirks;
use mockgento::shop::Seed;
use mockgento::shop::generate::{Recipe, generate};
use mockgento::soap::WireStyle;
use mockgento::sync::driver;
use serde_json::Value;

use crate::world::{Setup, World, settings};

fn seed() -> Seed {
    let recipe = Recipe {
        customers: 60,
        addresses: 90,
        carts: 20,
        orders: 60,
        items: 120,
        credit_memos: 5,
        products: 0,
        invoices: 0,
        shipments: 0,
        subscribers: 20,
        from: "2024-01-01T00:00:00Z".parse().unwrap(),
        to: "2024-01-09T00:00:00Z".parse().unwrap(),
        random_seed: 3,
    };
    generate(&recipe).unwrap()
}

fn world() -> World {
    let mut settings = settings();
    settings.sync_start_date = "2024-01-01".parse().unwrap();
    let clock = "2024-01-10T12:00:00Z";
    World::new(Setup {
        seed: seed(),
        clock,
        mode: WireStyle::RpcEncoded,
        bridge: Some("1.2.19"),
        settings,
        quirks: Quirks::default(),
    })
}

/// What the CRM holds: each table of the integration with the origin ids of its rows, and how many rows the others have.
/// Names that a guest leaves on an account depend on what came first, which a full disk changes.
fn rows(crm: &Crm) -> BTreeMap<String, Vec<String>> {
    let state = crm.state().unwrap();
    let tables = state.as_object().unwrap().iter().chain(state["integrations"][0].as_object().unwrap());
    let lists = tables.filter(|(name, _)| !["integrations", "lastStatuses", "bookmarks"].contains(&name.as_str()));
    lists
        .filter_map(|(name, rows)| {
            let origin = |row: &Value| row.get("originId").map(ToString::to_string).unwrap_or_default();
            let mut origins: Vec<String> = rows.as_array()?.iter().map(origin).collect();
            origins.sort();
            Some((name.clone(), origins))
        })
        .collect()
}

#[tokio::test]
async fn a_sync_that_finds_the_disk_full_says_so_and_the_next_one_goes_on() {
    let mut undisturbed = world();
    assert!(undisturbed.sync().await.is_ok());
    let expected = rows(&undisturbed.crm);

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.sqlite");
    let mut world = world();
    let settings = world.crm.integration(world.integration).unwrap().settings;
    world.crm = Crm::open(&path, world.clock.clone()).unwrap();
    world.integration = world.crm.add_integration(&settings).unwrap();
    let (mut refused, mut room) = (0, world.crm.pages().unwrap());
    let outcome = loop {
        // A batch that does not fit leaves the file as it was, so the room grows from try to try, not from the file's size.
        room += 4;
        world.crm.limit_pages(room).unwrap();
        let integration = world.integration;
        let mut ignore = |_| {};
        let done = driver::sync(&mut world.context(&mut ignore), integration).await;
        match done {
            Ok(outcome) => break outcome,
            Err(error) => {
                refused += 1;
                let said = error.to_string();
                let start = format!("{} cannot grow: the disk is full; free some space", path.display());
                assert!(said.starts_with(&start), "{said}");
                assert!(said.ends_with("a sync goes on where it stopped") && said.lines().count() == 1, "{said}");
            }
        }
    };
    assert!(outcome.is_ok(), "{outcome:#?}");
    assert!(refused > 10, "the disk was full {refused} times only");
    assert_eq!(rows(&world.crm), expected);
    assert_eq!(expected["orders"].len(), 60, "{:?}", expected.keys());
}
