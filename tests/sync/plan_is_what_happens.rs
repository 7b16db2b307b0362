//! What a plan says is what the sync then does, row by row: random edits in the shop and in the CRM, planned on a copy of the CRM
//! file, then synced.
//!
//! Left out is what only Magento can say: ids and stamps, and of a customer that is made the name of the store and whether an
//! e-mail address is to be confirmed.

use std::sync::Arc;

use crate::world::{Setup, World, settings};
use mockgento::client::ReadOnlyTransport;
use mockgento::crm::{AddressEdit, Crm, CustomerEdit, Entity, Fields, IntegrationSettings};
use mockgento::quirk::{Quirk, Quirks};
use mockgento::shop::{Sale, Seed, ShopEdit};
use mockgento::soap::WireStyle;
use mockgento::sync::context::{SyncContext, SyncEvent, SyncOptions};
use mockgento::sync::driver;
use mockgento::sync::write::{MagentoWrite, Writes};
use mockgento::transport::in_memory::InMemoryTransport;
use proptest::prelude::*;
use serde_json::{Value, json};

const SEED: &str = "
config: {general/locale/timezone: UTC}
websites:
- {website_id: 1, code: base, name: Boutique, is_default: 1}
store_views:
- {store_id: 1, code: default, website_id: 1, name: English}
customers:
- {customer_id: 1, email: ada@example.com, firstname: Ada, lastname: Lovelace, gender: 2, created_at: 2024-01-02 09:00:00, addresses: [{firstname: Ada, lastname: Lovelace, street: 1 Main St, city: London, country_id: GB, postcode: N1, telephone: '1'}]}
- {customer_id: 2, email: grace@example.com, firstname: Grace, lastname: Hopper, created_at: 2024-01-06 09:00:00}
- {customer_id: 3, email: joan@example.com, firstname: Joan, lastname: Clarke, created_at: 2024-01-08 10:00:00}
";

#[derive(Clone, Debug)]
enum Step {
    /// A customer is called another name in the shop.
    Rename(i64, u8),
    /// A CRM user writes another name.
    RenameInCrm(i64, u8),
    /// A CRM user corrects the address.
    Address(u8),
    /// A CRM user makes a customer with an address.
    Create(u8),
    /// A guest orders.
    Guest(u8),
    /// A customer goes from the shop.
    Delete,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (1..=3_i64, any::<u8>()).prop_map(|(who, name)| Step::Rename(who, name)),
        (1..=3_i64, any::<u8>()).prop_map(|(who, name)| Step::RenameInCrm(who, name)),
        any::<u8>().prop_map(Step::Address),
        (0..3_u8).prop_map(Step::Create),
        (0..3_u8).prop_map(Step::Guest),
        Just(Step::Delete),
    ]
}

fn tell(world: &mut World, step: &Step, deleted: &mut bool, made: &mut Vec<u8>) {
    match step {
        Step::Rename(3, _) | Step::RenameInCrm(3, _) if *deleted => {}
        Step::Rename(who, name) => {
            world.update_in_shop(
                "customer",
                *who,
                json!({ "middlename": format!("M{name}"), "lastname": format!("L{name}") }),
            );
        }
        Step::RenameInCrm(who, name) => {
            let id = world.row(Entity::Customer, *who).id;
            let fields = Fields::new().with("lastName", format!("C{name}")).with("vat", format!("GB{name}"));
            world.crm.edit_customer(id, &CustomerEdit { fields, addresses: vec![] }).unwrap();
        }
        Step::Address(city) => {
            let (ada, home) = (world.row(Entity::Customer, 1).id, world.row(Entity::CustomerAddress, 1).id);
            let change = AddressEdit::Change { id: home, fields: Fields::new().with("city", format!("City{city}")) };
            world.crm.edit_customer(ada, &CustomerEdit { fields: Fields::new(), addresses: vec![change] }).unwrap();
        }
        Step::Create(number) if made.contains(number) => {}
        Step::Create(number) => {
            made.push(*number);
            let mut fields = Fields::new().with("firstName", "Nina").with("lastName", "Neu");
            fields.set("email", format!("new{number}@example.com"));
            fields.set("store", world.row(Entity::Store, 1).id);
            fields.set("group", world.row(Entity::CustomerGroup, 1).id);
            let mut address =
                Fields::new().with("firstName", "Nina").with("lastName", "Neu").with("street", "5 New St");
            for (name, value) in [("city", "Rome"), ("country", "IT"), ("postalCode", "1"), ("phone", "5")] {
                address.set(name, value);
            }
            let edit = CustomerEdit { fields, addresses: vec![AddressEdit::Add(address)] };
            world.crm.create_customer(world.integration, &edit).unwrap();
        }
        Step::Guest(number) => {
            let guest =
                json!({ "email": format!("guest{number}@example.com"), "firstname": "Gus", "lastname": "Guest" });
            let item = json!({ "sku": "mug", "name": "Mug", "price": "10" });
            let (guest, item) = (serde_json::from_value(guest).unwrap(), serde_json::from_value(item).unwrap());
            world.edit_shop(&ShopEdit::PlaceOrder(Sale { guest, items: vec![item], ..Sale::default() }));
        }
        Step::Delete if *deleted => {}
        Step::Delete => {
            *deleted = true;
            world.edit_shop(&ShopEdit::Delete { table: "customer".to_owned(), id: 3 });
        }
    }
}

const SAID_BY_MAGENTO: &[&str] =
    &["createdAt", "updatedAt", "importedAt", "syncedAt", "created", "updated", "createdIn"];

/// All rows but what only Magento can say, by entity and row.
fn rows(crm: &Crm) -> Vec<(String, Value)> {
    let mut all = Vec::new();
    for entity in Entity::ALL.iter().copied().filter(|entity| *entity != Entity::LifetimeHistory) {
        for row in crm.find(entity, &[]).unwrap() {
            let mut shown = serde_json::Map::new();
            // The seed has three customers and one address.
            let is_new = match entity {
                Entity::Customer => row.id.0 > 3,
                Entity::CustomerAddress => row.id.0 > 1,
                _ => false,
            };
            for (name, value) in row.fields.iter() {
                if !(SAID_BY_MAGENTO.contains(&name) || is_new && ["originId", "confirmed"].contains(&name)) {
                    shown.insert(name.to_owned(), value.to_json());
                }
            }
            all.push((format!("{} {}", entity.table(), row.id.0), Value::Object(shown)));
        }
    }
    all
}

async fn run(world: &World, crm: &mut Crm, writes: Writes) -> (Vec<MagentoWrite>, bool) {
    let mut heard = Vec::new();
    let mut events = |event: SyncEvent| {
        if let SyncEvent::Writing { write } = event {
            heard.push(write);
        }
    };
    let shop = Arc::new(InMemoryTransport::new(world.shop.peer(), world.clock.clone()));
    let transport: Arc<dyn mockgento::transport::Transport> = match writes {
        Writes::Plan => Arc::new(ReadOnlyTransport::new(shop, world.clock.clone())),
        Writes::Send => shop,
    };
    let mut context = SyncContext {
        crm,
        transport,
        clock: world.clock.clone(),
        quirks: world.quirks.clone(),
        events: &mut events,
        options: SyncOptions { writes, exports_first: true, ..SyncOptions::default() },
    };
    let outcome = driver::sync(&mut context, world.integration).await.unwrap();
    (heard, outcome.is_ok())
}

async fn check(bridge: Option<&'static str>, steps: &[Step]) {
    let settings = IntegrationSettings {
        sync_start_date: jiff::civil::date(2024, 1, 1),
        is_two_way_sync_enabled: true,
        is_extension_installed: bridge.is_some(),
        extension_version: bridge.map(str::to_owned),
        ..settings()
    };
    let mut world = World::new(Setup {
        seed: Seed::parse(SEED, "the seed of this test").unwrap(),
        clock: "2024-01-10T12:00:00Z",
        mode: WireStyle::RpcEncoded,
        bridge,
        settings: settings.clone(),
        quirks: Quirks::default().with(Quirk::TwoWayNeedsNoBridge, true),
    });
    let folder = tempfile::tempdir().unwrap();
    let (file, copy) = (folder.path().join("crm.sqlite"), folder.path().join("copy.sqlite"));
    world.crm = Crm::open(&file, world.clock.clone()).unwrap();
    world.integration = world.crm.add_integration(&settings).unwrap();
    assert!(world.sync().await.is_ok());
    world.advance(1);
    let (mut deleted, mut made) = (false, Vec::new());
    for step in steps {
        tell(&mut world, step, &mut deleted, &mut made);
    }
    Crm::copy_file(&file, &copy).unwrap();
    let mut planned = Crm::open(&copy, world.clock.clone()).unwrap();
    // A file keeps no key, so neither does its copy: a plan gets it anew, as the dry run gives it.
    planned.lend_secrets(world.integration, &settings.api_url.parse().unwrap(), &settings.api_key).unwrap();
    let (writes, plan_is_ok) = run(&world, &mut planned, Writes::Plan).await;
    let mut crm = std::mem::replace(&mut world.crm, Crm::in_memory(world.clock.clone()).unwrap());
    let (written, is_ok) = run(&world, &mut crm, Writes::Send).await;
    assert_eq!((writes, plan_is_ok), (written, is_ok), "what is written");
    let (planned, real) = (rows(&planned), rows(&crm));
    for (planned, real) in planned.iter().zip(&real) {
        assert_eq!(planned, real);
    }
    assert_eq!(planned.len(), real.len());
}

/// Some shops each time; `PROPTEST_CASES=500` tries more.
fn config() -> ProptestConfig {
    const CASES: u32 = 8;
    let chosen = std::env::var_os("PROPTEST_CASES").map(|_| ProptestConfig::default().cases);
    ProptestConfig {
        cases: chosen.unwrap_or(CASES),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_sync_does_what_its_plan_says(steps in prop::collection::vec(step(), 0..8), native in prop::bool::weighted(0.2)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(check(if native { None } else { Some("1.2.19") }, &steps));
    }
}
