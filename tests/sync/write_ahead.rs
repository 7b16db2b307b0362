//! What a sync writes ahead of its file stays small, however much it imports: a small disk must hold both.

use std::path::Path;

use mockgento::crm::Crm;
use mockgento::quirk::Quirks;
use mockgento::shop::generate::{Recipe, generate};
use mockgento::soap::WireStyle;
use mockgento::sync::context::SyncEvent;
use mockgento::sync::driver;

use crate::world::{Setup, World, settings};

/// What a first sync may write ahead.
const LOG_BYTES_MAX: u64 = 16 << 20;

fn bytes(path: &Path) -> u64 {
    path.metadata().map_or(0, |meta| meta.len())
}

/// Three thousand customers with their addresses change the pages of the indexes over and over: several times as much as may
/// be written ahead, unless it is copied into the file in between.
#[tokio::test]
async fn the_log_of_a_first_sync_is_bounded() {
    let recipe = Recipe {
        customers: 3_000,
        addresses: 3_000,
        products: 0,
        carts: 0,
        orders: 0,
        items: 0,
        invoices: 0,
        shipments: 0,
        credit_memos: 0,
        subscribers: 0,
        from: "2024-01-01T00:00:00Z".parse().unwrap(),
        to: "2024-01-09T00:00:00Z".parse().unwrap(),
        random_seed: 3,
    };
    let mut settings = settings();
    settings.sync_start_date = "2024-01-01".parse().unwrap();
    settings.page_size = Some(500);
    let mut world = World::new(Setup {
        seed: generate(&recipe).unwrap(),
        clock: "2024-01-10T12:00:00Z",
        mode: WireStyle::RpcEncoded,
        bridge: Some("1.2.19"),
        settings,
        quirks: Quirks::default(),
    });
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.sqlite");
    let log = folder.path().join("crm.sqlite-wal");
    let settings = world.crm.integration(world.integration).unwrap().settings;
    world.crm = Crm::open(&path, world.clock.clone()).unwrap();
    world.integration = world.crm.add_integration(&settings).unwrap();
    let integration = world.integration;
    let mut most = 0;
    let mut look = |event: SyncEvent| {
        if let SyncEvent::BatchWritten { .. } = event {
            most = bytes(&log).max(most);
        }
    };
    let outcome = driver::sync(&mut world.context(&mut look), integration).await.unwrap();
    assert!(outcome.is_ok(), "{outcome:#?}");
    assert_eq!(world.rows(mockgento::crm::Entity::Customer).len(), 3_000);
    assert!(most <= LOG_BYTES_MAX, "{most} bytes were written ahead");
    assert!(most > LOG_BYTES_MAX / 2, "{most} bytes are too few to tell whether the bound holds");
}
