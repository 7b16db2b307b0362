//! A database that fails while a sync looks something up: that is an error, and never "not there". A table is taken away as
//! an answer comes, so that whatever is looked up for it fails; the table is given back, and nothing is there twice.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use mockgento::crm::{AddressEdit, Crm, CrmValue, CustomerEdit, Entity, Fields, IntegrationSettings};
use mockgento::disrupt::{Armed, Disruption, When};
use mockgento::quirk::Quirks;
use mockgento::shop::{Sale, Seed, ShopEdit};
use mockgento::soap::WireStyle;
use mockgento::sync::context::SyncContext;
use mockgento::sync::driver;
use mockgento::transport::in_memory::InMemoryTransport;
use mockgento::transport::{HttpRequest, Sending, Transport};
use rusqlite::Connection;

use crate::world::{Setup, World, settings};

const SEED: &str = "
config: {general/locale/timezone: UTC}
websites: [{website_id: 1, code: base, name: Boutique, is_default: 1}]
store_views: [{store_id: 1, code: default, website_id: 1, name: English}]
customers:
- {customer_id: 1, email: ada@example.com, firstname: Ada, lastname: Lovelace, created_at: 2024-01-02 09:00:00}
";

/// The operation whose answer has come, and the table that is gone then.
const MOMENTS: &[(&str, &str)] = &[
    ("storeList", "store"),
    ("customerGroupList", "customerGroup"),
    ("customerCustomerList", "customer"),
    ("oroCustomerAddressList", "customerAddress"),
    ("oroCustomerList", "customer"),
    ("oroCustomerList", "customerAddress"),
    ("oroCustomerList", "order"),
    ("oroCustomerList", "unclaimed"),
    ("oroOrderList", "customer"),
    ("oroOrderList", "order"),
    ("oroQuoteList", "cart"),
];

fn renamed(file: &Path, from: &str, to: &str) {
    let other = Connection::open(file).unwrap();
    let sql = format!("PRAGMA legacy_alter_table = ON; ALTER TABLE \"{from}\" RENAME TO \"{to}\"");
    other.execute_batch(&sql).unwrap();
}

/// Takes a table away once an operation was answered.
struct Breaking {
    inner: InMemoryTransport,
    file: PathBuf,
    operation: &'static str,
    table: &'static str,
    is_broken: Arc<AtomicBool>,
}

impl Transport for Breaking {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        let is_meant = String::from_utf8_lossy(&request.body).contains(&format!("{}>", self.operation))
            || String::from_utf8_lossy(&request.body).contains(&format!("{} ", self.operation));
        Box::pin(async move {
            let answer = self.inner.send(request).await;
            if is_meant && !self.is_broken.swap(true, Ordering::Relaxed) {
                renamed(&self.file, self.table, "gone");
            }
            answer
        })
    }
}

fn address(city: &str) -> AddressEdit {
    let mut fields = Fields::new();
    for (name, value) in [("firstName", "New"), ("lastName", "Comer"), ("street", "3 Main St"), ("country", "GB")] {
        fields.set(name, value);
    }
    AddressEdit::Add(fields.with("city", city).with("postalCode", "N3").with("phone", "3"))
}

/// A world in which a creation of a customer and one of an address were made by the shop, which could not say so.
async fn world(file: &Path) -> World {
    let mut world = World::new(Setup {
        seed: Seed::parse(SEED, "the seed of this test").unwrap(),
        clock: "2024-01-10T12:00:00Z",
        mode: WireStyle::RpcEncoded,
        bridge: Some("1.2.19"),
        settings: settings(),
        quirks: Quirks::default(),
    });
    world.crm = Crm::open(file, world.clock.clone()).unwrap();
    let settings = IntegrationSettings {
        sync_start_date: jiff::civil::date(2024, 1, 1),
        is_two_way_sync_enabled: true,
        is_extension_installed: true,
        extension_version: Some("1.2.19".to_owned()),
        ..settings()
    };
    world.integration = world.crm.add_integration(&settings).unwrap();
    world.sync().await;
    let ada = world.row(Entity::Customer, 1);
    let edit = CustomerEdit { fields: Fields::new(), addresses: vec![address("Hull")] };
    world.crm.edit_customer(ada.id, &edit).unwrap();
    let mut fields = Fields::new().with("firstName", "New").with("lastName", "Comer").with("email", "new@example.com");
    for name in ["store", "group", "website"] {
        fields.set(name, ada.fields.get(name).cloned().unwrap());
    }
    world.crm.create_customer(world.integration, &CustomerEdit { fields, addresses: Vec::new() }).unwrap();
    // The list of changes fails as well, so that nothing tells what came of the creations.
    for (operation, disruption, times) in [
        ("oroCustomerCreate", Disruption::FaultAfterwards, 1),
        ("customerAddressCreate", Disruption::FaultAfterwards, 1),
        ("oroCustomerList", Disruption::InternalError, 40),
    ] {
        let when = When { operation: Some(operation.to_owned()), ..When::default() };
        world.shop.arm(Armed { times, ..Armed::once(disruption, when) });
    }
    world.advance(1);
    world.sync().await;
    world.shop.plan().clear();
    let eve = serde_json::json!({
        "email": "eve@example.com", "firstname": "Eve", "lastname": "E.", "website_id": "1", "store_id": "1"
    });
    world.create_in_shop("customer", eve);
    let item = [("sku", "mug"), ("name", "Mug"), ("price", "10.00"), ("qty", "1")];
    let item = item.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect();
    world.edit_shop(&ShopEdit::PlaceOrder(Sale { customer: Some(1), items: vec![item], ..Sale::default() }));
    world.advance(1);
    world
}

#[tokio::test(start_paused = true)]
async fn a_database_that_fails_in_a_look_up_is_no_missing_row() {
    for (operation, table) in MOMENTS {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("crm.sqlite");
        let mut world = world(&file).await;
        let is_broken = Arc::new(AtomicBool::new(false));
        let inner = InMemoryTransport::new(world.shop.peer(), world.clock.clone());
        let breaking = Breaking { inner, file: file.clone(), operation, table, is_broken: is_broken.clone() };
        let mut ignore = |_| {};
        let mut context = SyncContext {
            crm: &mut world.crm,
            transport: Arc::new(breaking),
            clock: world.clock.clone(),
            quirks: world.quirks.clone(),
            events: &mut ignore,
            options: world.options.clone(),
        };
        let ended = driver::sync(&mut context, world.integration).await;
        if is_broken.load(Ordering::Relaxed) {
            renamed(&file, "gone", table);
        }
        let is_silent = ended.as_ref().is_ok_and(|outcome| outcome.is_ok());
        assert!(is_broken.load(Ordering::Relaxed), "{operation} was not called");
        assert!(!is_silent, "{operation}, {table}: {ended:?}");
        for _ in 0..3 {
            world.advance(1);
            let outcome = world.sync().await;
            assert!(outcome.is_ok(), "{operation}, {table}: {outcome:?}");
        }
        let state = world.shop.shop().lock().unwrap().state();
        let mut emails: Vec<_> =
            state["customer"].as_array().unwrap().iter().map(|row| row["email"].as_str().unwrap_or_default()).collect();
        emails.sort_unstable();
        let expected = ["ada@example.com", "eve@example.com", "new@example.com"];
        assert_eq!(emails, expected, "the shop after {operation}, {table}");
        assert_eq!(state["customer_address"].as_array().unwrap().len(), 1, "{operation}, {table}");
        let mut known: Vec<_> = world
            .rows(Entity::Customer)
            .iter()
            .map(|row| (row.fields.text("email").unwrap().to_owned(), row.fields.int("originId").is_some()))
            .collect();
        known.sort();
        assert_eq!(known, expected.map(|email| (email.to_owned(), true)), "the CRM after {operation}, {table}");
        let addresses = world.rows(Entity::CustomerAddress);
        assert_eq!(addresses.len(), 1, "{operation}, {table}");
        assert_ne!(addresses[0].fields.get("originId"), Some(&CrmValue::Null), "{operation}, {table}");
        assert!(world.crm.export_queue(world.integration).unwrap().is_empty(), "{operation}, {table}");
    }
}
