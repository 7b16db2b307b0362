//! A shop's customers arrive in the CRM, with their addresses, accounts and contacts, whatever SOAP style the shop
//! speaks and whatever bridge it has; and edits of the CRM arrive in the shop.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use mockgento::clock::Clock;
use mockgento::crm::{
    AddressEdit, Crm, CrmValue, CustomerEdit, Entity, Fields, IntegrationId, IntegrationSettings, JobStatus, JobTopic,
    Row, StatusRecord, SyncPriority, WebsiteId,
};
use mockgento::disrupt::{Armed, Disruption, When};
use mockgento::magento::BridgeRelease;
use mockgento::quirk::{Profile, Quirk, Quirks};
use mockgento::secret::ApiKey;
use mockgento::server::{EndpointOptions, InMemoryShop};
use mockgento::shop::seed::{SeedRow, SeedUser};
use mockgento::shop::{Seed, Shop, ShopConfig, ShopEdit};
use mockgento::soap::WireStyle;
use mockgento::sync::connector::{Connector, Stream};
use mockgento::sync::context::{SyncContext, SyncOptions};
use mockgento::sync::driver;
use mockgento::sync::outcome::{ExportResult, SyncOutcome};
use mockgento::sync::queue::{JobDone, run_queue};
use mockgento::transport::in_memory::InMemoryTransport;
use serde_json::Value;

/// A shop, a CRM with one integration of it, and the clock of both.
struct World {
    shop: InMemoryShop,
    crm: Crm,
    clock: Clock,
    integration: IntegrationId,
    quirks: Quirks,
    options: SyncOptions,
}

/// What a world is made of.
struct Setup {
    mode: WireStyle,
    bridge: Option<&'static str>,
    settings: IntegrationSettings,
    quirks: Quirks,
}

impl Default for Setup {
    fn default() -> Self {
        Self { mode: WireStyle::RpcEncoded, bridge: Some("1.2.19"), settings: settings(), quirks: Quirks::default() }
    }
}

fn settings() -> IntegrationSettings {
    IntegrationSettings {
        api_url: "http://shop.example/index.php/api/v2_soap/?wsdl=1".to_owned(),
        api_user: "apiuser".to_owned(),
        api_key: ApiKey::new("apikey123"),
        sync_start_date: jiff::civil::date(2013, 10, 1),
        connectors: Connector::of_channel(&[Stream::Customer], None).iter().map(|c| c.name().to_owned()).collect(),
        ..IntegrationSettings::default()
    }
}

fn two_way(priority: SyncPriority) -> IntegrationSettings {
    IntegrationSettings { is_two_way_sync_enabled: true, sync_priority: priority, ..settings() }
}

impl World {
    fn new(setup: Setup) -> Self {
        let clock = Clock::virtual_at("2014-01-10T12:00:00Z".parse().unwrap());
        // Exports through Magento's own functions are shown too.
        let quirks = setup.quirks.with(Quirk::TwoWayNeedsNoBridge, true);
        let config = ShopConfig {
            mode: setup.mode,
            bridge: setup.bridge.map(|version| BridgeRelease::find(version).unwrap()),
            ..ShopConfig::new(clock.clone())
        };
        let mut seed = Seed::corner_shop_people().unwrap();
        seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
        // A call needs the node of its resource and that of its method; neither grants the other.
        let nodes = ["core/store", "core/store/list", "oro", "oro/ping", "oro/website", "directory/region"];
        let nodes = nodes.map(str::to_owned).to_vec();
        seed.api_users.push(SeedUser { role: Some(nodes), ..SeedUser::with_full_access("clerk", "apikey123") });
        let mut shop = Shop::new(config, seed).unwrap();
        shop.set_base_url("http://shop.example/");
        let shop = InMemoryShop::new(shop, EndpointOptions::default());
        let mut crm = Crm::in_memory(clock.clone()).unwrap();
        let settings = IntegrationSettings { is_wsi_mode: setup.mode == WireStyle::WsI, ..setup.settings };
        let integration = crm.add_integration(&settings).unwrap();
        Self { shop, crm, clock, integration, quirks, options: SyncOptions::default() }
    }

    async fn sync(&mut self) -> SyncOutcome {
        let mut ignore = |_| {};
        let mut context = SyncContext {
            crm: &mut self.crm,
            transport: Arc::new(InMemoryTransport::new(self.shop.peer(), self.clock.clone())),
            clock: self.clock.clone(),
            quirks: self.quirks.clone(),
            events: &mut ignore,
            options: self.options.clone(),
        };
        driver::sync(&mut context, self.integration).await.unwrap()
    }

    async fn run_queue(&mut self) -> Vec<JobDone> {
        let mut ignore = |_| {};
        let mut context = SyncContext {
            crm: &mut self.crm,
            transport: Arc::new(InMemoryTransport::new(self.shop.peer(), self.clock.clone())),
            clock: self.clock.clone(),
            quirks: self.quirks.clone(),
            events: &mut ignore,
            options: self.options.clone(),
        };
        run_queue(&mut context, self.integration).await.unwrap()
    }

    fn customer(&self, origin_id: i64) -> Row {
        let key = [("originId", CrmValue::Int(origin_id))];
        self.crm.find_one(Entity::Customer, &key).unwrap().unwrap()
    }

    fn addresses(&self, customer: &Row) -> Vec<Row> {
        self.crm.find(Entity::CustomerAddress, &[("owner", customer.id.into())]).unwrap()
    }

    fn edit_shop(&self, edit: &ShopEdit) {
        self.shop.shop().lock().unwrap().edit(edit).unwrap();
    }

    fn update_in_shop(&self, table: &str, id: i64, field: &str, value: &str) {
        let fields: SeedRow = serde_json::from_value(serde_json::json!({ field: value })).unwrap();
        self.edit_shop(&ShopEdit::Update { table: table.to_owned(), id, fields });
    }

    fn in_shop(&self, table: &str, id: i64) -> serde_json::Value {
        let state = self.shop.shop().lock().unwrap().state();
        let rows = state[table].as_array().cloned().unwrap_or_default();
        let is_row = |row: &&Value| row["entity_id"].as_str() == Some(&id.to_string());
        rows.iter().find(is_row).cloned().unwrap_or_default()
    }

    /// Operations since the last look, in order.
    fn calls(&self) -> Vec<String> {
        let mut journal = self.shop.journal();
        let calls = journal.entries().iter().map(|entry| entry.operation.clone()).collect();
        journal.clear();
        calls
    }

    fn edit_customer(&mut self, origin_id: i64, fields: Fields) {
        let id = self.customer(origin_id).id;
        self.crm.edit_customer(id, &CustomerEdit { fields, addresses: Vec::new() }).unwrap();
    }

    fn advance(&self, hours: i64) {
        self.clock.advance(SignedDuration::from_hours(hours));
    }
}

const STYLES: [WireStyle; 2] = [WireStyle::RpcEncoded, WireStyle::WsI];
const BRIDGES: [Option<&str>; 5] = [None, Some("1.1.4"), Some("1.2.0"), Some("1.2.13"), Some("1.2.19")];

#[tokio::test(start_paused = true)]
async fn customers_arrive_the_same_in_both_styles_and_with_every_bridge() {
    let mut first: Option<Value> = None;
    for bridge in BRIDGES {
        for mode in STYLES {
            let what = format!("{mode:?}, bridge {bridge:?}");
            let mut world = World::new(Setup { mode, bridge, ..Setup::default() });
            let outcome = world.sync().await;
            assert!(outcome.is_ok(), "{what}: {outcome:#?}");
            // Customers 6 to 12 were created after the sync start date.
            let mut found = world.crm.state().unwrap()["integrations"][0]["customers"].clone();
            let customers = found.as_array_mut().unwrap();
            let ids: Vec<i64> = customers.iter().filter_map(|row| row["originId"].as_i64()).collect();
            assert_eq!(ids, [6, 7, 8, 9, 10, 11, 12], "{what}");
            // The native API has no gender, and websites made of store views have joined codes; the rest is the same.
            for customer in customers {
                let differing = ["gender", "website", "importedAt", "syncedAt"];
                customer.as_object_mut().unwrap().retain(|name, _| !differing.contains(&name.as_str()));
            }
            assert_eq!(&found, first.get_or_insert(found.clone()), "{what}");
            assert_eq!(world.customer(12).fields.text("firstName"), Some("伟"), "{what}");

            let sam = world.customer(8);
            let addresses = world.addresses(&sam);
            assert_eq!(addresses.len(), 1, "{what}");
            let address = &addresses[0].fields;
            assert_eq!((address.text("city"), address.text("region")), (Some("Zürich"), Some("CH-ZH")), "{what}");
            assert!(sam.fields.link("account").is_some() && sam.fields.link("contact").is_some(), "{what}");
            assert_eq!(world.crm.find(Entity::ContactAddress, &[]).unwrap().len(), 1, "{what}");

            // Nothing changes in the shop: a second sync reads nothing new.
            world.advance(1);
            let again = world.sync().await;
            assert!(again.is_ok(), "{what}: {again:#?}");
            let of_customers = |name: &str| matches!(name, "customer" | "customer_initial");
            let done = again.connectors.iter().filter(|c| of_customers(c.connector.name()));
            assert_eq!(done.map(|c| c.counts.read).sum::<usize>(), 0, "{what}: {again:#?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_calls_of_a_sync_are_the_reference_clients() {
    let dictionaries = ["oroWebsiteList", "storeList", "customerGroupList", "oroRegionList"];
    let mut world = World::new(Setup::default());
    world.sync().await;
    let calls = world.calls();
    let data: Vec<&str> =
        calls.iter().map(String::as_str).filter(|call| !["wsdl", "login", "oroPing"].contains(call)).collect();
    assert_eq!(data[..4], dictionaries);
    assert!(data[4..].iter().all(|call| *call == "oroCustomerList"), "{data:?}");
    // One incremental window, and 15 of the walk from 2014-01-10 back to 2013-10-01.
    assert_eq!(data[4..].len(), 1 + 15);

    // Within a day regions are not asked for again.
    world.advance(1);
    world.sync().await;
    assert!(!world.calls().contains(&"oroRegionList".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn what_changes_in_the_shop_arrives_with_the_next_sync() {
    for bridge in [None, Some("1.2.19")] {
        let mut world = World::new(Setup { bridge, ..Setup::default() });
        world.sync().await;
        world.advance(2);
        world.update_in_shop("customer", 8, "lastname", "Thrice");
        world.advance(1);
        world.sync().await;
        let sam = world.customer(8);
        assert_eq!(sam.fields.text("lastName"), Some("Thrice"), "bridge {bridge:?}");
        assert_eq!(world.addresses(&sam).len(), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn one_website_only() {
    let mut world = World::new(Setup {
        settings: IntegrationSettings { website_id: WebsiteId(2), ..settings() },
        ..Setup::default()
    });
    world.sync().await;
    let customers = world.crm.find(Entity::Customer, &[]).unwrap();
    assert_eq!(customers.iter().filter_map(|row| row.fields.int("originId")).max(), Some(10));
    assert_eq!(customers.len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_key_fails_every_connector_and_is_asked_once() {
    let mut world = World::new(Setup {
        settings: IntegrationSettings { api_key: ApiKey::new("wrong-key"), ..settings() },
        ..Setup::default()
    });
    let outcome = world.sync().await;
    assert!(!outcome.is_ok());
    assert!(outcome.connectors.iter().all(|connector| !connector.is_ok()));
    assert!(outcome.connectors[0].failures[0].contains("Access denied"), "{outcome:#?}");
    assert!(!format!("{outcome:?}").contains("wrong-key"));
    assert_eq!(world.calls().iter().filter(|call| *call == "login").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_walk_that_was_stopped_goes_on_where_its_bookmark_stands() {
    let mut world = World::new(Setup::default());
    world.options.stop.stop();
    let outcome = world.sync().await;
    assert!(outcome.interrupted);
    assert!(world.crm.find(Entity::Customer, &[]).unwrap().is_empty());
    world.options = SyncOptions::default();
    let outcome = world.sync().await;
    assert!(outcome.is_ok());
    assert_eq!(world.crm.find(Entity::Customer, &[]).unwrap().len(), 7);
    let bookmark = world.crm.bookmark(world.integration, "customer_initial").unwrap();
    assert_eq!(bookmark, Some("2013-10-01T00:00:00Z".parse::<Timestamp>().unwrap()));
}

/// Vectors 65 and 66.
#[tokio::test(start_paused = true)]
async fn the_initial_walk_is_a_job_of_its_own_while_there_is_one_to_make() {
    let mut world = World::new(Setup::default());
    for expected in [&["sync_integration", "sync_initial_integration"][..], &["sync_integration"]] {
        world.crm.schedule(world.integration, JobTopic::SyncIntegration, false).unwrap();
        let done = world.run_queue().await;
        let topics: Vec<&str> = done.iter().map(|done| done.job.topic.as_str()).collect();
        assert_eq!(topics, expected);
        assert!(done.iter().all(|done| done.job.status == JobStatus::Success), "{done:#?}");
        let has_dictionary = |done: &JobDone| {
            let outcome = done.outcome.as_ref().unwrap();
            outcome.connectors.iter().any(|outcome| outcome.connector.name() == "website_dictionary")
        };
        let with: Vec<bool> = done.iter().map(has_dictionary).collect();
        assert_eq!(with, [true, false][..done.len()], "the walk leaves the dictionaries out");
    }
}

/// Vector 61.
#[tokio::test(start_paused = true)]
async fn regions_are_asked_for_once_a_day() {
    let mut world = World::new(Setup::default());
    for (hours, expected) in [(0, true), (1, false), (22, false), (2, true)] {
        world.advance(hours);
        world.sync().await;
        assert_eq!(world.calls().iter().any(|call| call == "oroRegionList"), expected, "after {hours} more hours");
    }
}

/// Vector 53.
#[tokio::test(start_paused = true)]
async fn regions_without_the_bridge_come_country_by_country_and_carry_its_code() {
    let mut world = World::new(Setup { bridge: None, ..Setup::default() });
    world.sync().await;
    let of = |country: &str| world.crm.find(Entity::Region, &[("countryCode", country.into())]).unwrap();
    let codes: Vec<_> = of("US").iter().filter_map(|row| row.fields.text("combinedCode").map(str::to_owned)).collect();
    assert!(codes.contains(&"US-AZ".to_owned()) && codes.contains(&"US-DE".to_owned()), "{codes:?}");
    assert!(of("UA").is_empty(), "a country without regions has none");
}

#[tokio::test(start_paused = true)]
async fn a_forced_sync_walks_again_and_duplicates_nothing() {
    let mut world = World::new(Setup::default());
    world.sync().await;
    world.advance(1);
    world.options.force = true;
    let outcome = world.sync().await;
    let walked = outcome.connectors.iter().find(|c| c.connector.name() == "customer_initial").unwrap();
    assert_eq!((walked.counts.added, walked.counts.updated), (0, 7), "{outcome:#?}");
    // Vector 67: what was known is skipped, and the walk has a new start.
    let before = world.crm.statuses(world.integration).unwrap();
    let before = before.iter().filter(|status| status.connector == "customer" && status.date < world.clock.now());
    assert!(before.clone().count() > 0 && before.clone().all(StatusRecord::is_skipped), "{before:?}");
    let start = world.crm.integration(world.integration).unwrap().initial_sync_start_date;
    assert_eq!(start, Some(world.clock.now()));
    assert_eq!(world.crm.find(Entity::Customer, &[]).unwrap().len(), 7);
}

#[tokio::test(start_paused = true)]
async fn a_conflict_goes_to_the_side_the_priority_names_and_other_edits_merge() {
    for bridge in [None, Some("1.2.19")] {
        for mode in STYLES {
            for (priority, winner) in [(SyncPriority::Remote, "Remote"), (SyncPriority::Local, "Local")] {
                // Without the bridge one priority says enough about either style.
                if bridge.is_none() && (mode == WireStyle::WsI) != (priority == SyncPriority::Local) {
                    continue;
                }
                let what = format!("{mode:?}, bridge {bridge:?}, {winner}");
                let mut world = World::new(Setup { mode, bridge, settings: two_way(priority), ..Setup::default() });
                world.sync().await;
                world.advance(1);
                world.edit_customer(8, Fields::new().with("firstName", "Local").with("vat", "CHE-1"));
                world.update_in_shop("customer", 8, "firstname", "Remote");
                world.update_in_shop("customer", 8, "middlename", "R.");
                world.calls();
                let outcome = world.sync().await;
                assert!(outcome.is_ok(), "{what}: {outcome:#?}");
                assert!(
                    outcome.exports.iter().any(|export| export.result == ExportResult::Updated),
                    "{what}: {outcome:#?}"
                );
                let shop = world.in_shop("customer", 8);
                let crm = world.customer(8).fields;
                for (magento, field, expected) in
                    [("firstname", "firstName", winner), ("taxvat", "vat", "CHE-1"), ("middlename", "middleName", "R.")]
                {
                    assert_eq!(shop[magento], expected, "{what}: shop {magento}");
                    assert_eq!(crm.text(field), Some(expected), "{what}: crm {field}");
                }
                assert_eq!(crm.int("syncState"), Some(0), "{what}");
                assert!(world.crm.pending_exports(world.integration).unwrap().is_empty(), "{what}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_customer_made_in_the_crm_is_made_in_the_shop_with_its_addresses() {
    for bridge in [None, Some("1.2.19")] {
        for mode in STYLES {
            let what = format!("{mode:?}, bridge {bridge:?}");
            let mut world =
                World::new(Setup { mode, bridge, settings: two_way(SyncPriority::Remote), ..Setup::default() });
            world.sync().await;
            let link =
                |entity, id: i64| world.crm.find_one(entity, &[("originId", CrmValue::Int(id))]).unwrap().unwrap().id;
            let fields = Fields::new()
                .with("email", "new@example.com")
                .with("firstName", "Nina")
                .with("lastName", "Neu")
                .with("store", link(Entity::Store, 1))
                .with("website", link(Entity::Website, 1))
                .with("group", link(Entity::CustomerGroup, 1));
            let address = Fields::new()
                .with("firstName", "Nina")
                .with("lastName", "Neu")
                .with("street", "Main St 1")
                .with("city", "Los Angeles")
                .with("country", "US")
                .with("region", "US-CA")
                .with("postalCode", "90001")
                .with("phone", "555")
                .with("types", CrmValue::TextList(vec!["billing".to_owned()]));
            let addresses = vec![AddressEdit::Add(address)];
            world.crm.create_customer(world.integration, &CustomerEdit { fields, addresses }).unwrap();
            world.calls();
            let outcome = world.sync().await;
            assert!(outcome.is_ok(), "{what}: {outcome:#?}");
            let results: Vec<_> = outcome.exports.iter().map(|export| (export.entity, export.result.clone())).collect();
            assert_eq!(
                results,
                [("customer", ExportResult::Created), ("customerAddress", ExportResult::Created)],
                "{what}"
            );
            let customer = world.customer(13);
            assert_eq!(customer.fields.text("email"), Some("new@example.com"), "{what}");
            let shop = world.in_shop("customer", 13);
            assert_eq!(shop["lastname"], "Neu", "{what}: {shop}");
            // The next import knows the rows it made.
            world.advance(1);
            world.sync().await;
            assert_eq!(
                world.crm.find(Entity::Customer, &[("email", "new@example.com".into())]).unwrap().len(),
                1,
                "{what}"
            );
            let addresses = world.addresses(&world.customer(13));
            assert_eq!(addresses.len(), 1, "{what}");
            assert_eq!(addresses[0].fields.text("region"), Some("US-CA"), "{what}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn two_way_off_leaves_the_shop_alone() {
    let mut world = World::new(Setup::default());
    world.sync().await;
    let before = world.in_shop("customer", 8);
    // The form would not offer the edit; whatever waits is not sent.
    let id = world.customer(8).id;
    let _ = world
        .crm
        .edit_customer(id, &CustomerEdit { fields: Fields::new().with("firstName", "Local"), addresses: Vec::new() });
    let outcome = world.sync().await;
    assert!(outcome.exports.is_empty());
    assert_eq!(world.in_shop("customer", 8), before);
}

#[tokio::test(start_paused = true)]
async fn an_import_does_not_overwrite_an_edit_that_waits_unless_the_quirk_is_on() {
    for (quirks, expected) in [(Quirks::default(), "Local"), (Profile::OroCrm41.quirks(), "Sam")] {
        let mut world =
            World::new(Setup { settings: two_way(SyncPriority::Local), quirks: quirks.clone(), ..Setup::default() });
        world.sync().await;
        world.advance(1);
        world.edit_customer(8, Fields::new().with("firstName", "Local"));
        world.update_in_shop("customer", 8, "lastname", "Thrice");
        world.sync().await;
        let with_quirk = quirks.has(Quirk::ImportOverwritesPendingEdits);
        assert_eq!(world.customer(8).fields.text("firstName"), Some(expected), "quirk {with_quirk}");
    }
}

/// Vector 157.
#[tokio::test(start_paused = true)]
async fn an_address_removed_in_the_shop_goes_from_the_crm_when_it_is_exported() {
    for bridge in [None, Some("1.2.19")] {
        let mut world = World::new(Setup { bridge, settings: two_way(SyncPriority::Local), ..Setup::default() });
        world.sync().await;
        world.advance(1);
        let sam = world.customer(8);
        let address = world.addresses(&sam).remove(0);
        let origin_id = address.fields.int("originId").unwrap();
        let edit = AddressEdit::Change { id: address.id, fields: Fields::new().with("city", "Bern") };
        world.crm.edit_customer(sam.id, &CustomerEdit { fields: Fields::new(), addresses: vec![edit] }).unwrap();
        world.edit_shop(&ShopEdit::Delete { table: "customer_address".to_owned(), id: origin_id });
        let outcome = world.sync().await;
        assert!(
            outcome.exports.iter().any(|export| export.result == ExportResult::Removed),
            "{bridge:?}: {outcome:#?}"
        );
        assert!(world.addresses(&world.customer(8)).is_empty(), "{bridge:?}");
    }
}

/// Vector 156.
#[tokio::test(start_paused = true)]
async fn a_customer_removed_in_the_shop_is_marked_with_its_addresses_when_it_is_exported() {
    for bridge in [None, Some("1.2.19")] {
        let mut world = World::new(Setup { bridge, settings: two_way(SyncPriority::Local), ..Setup::default() });
        world.sync().await;
        world.advance(1);
        let sam = world.customer(8);
        let edit = CustomerEdit { fields: Fields::new().with("lastName", "Gone"), addresses: Vec::new() };
        world.crm.edit_customer(sam.id, &edit).unwrap();
        world.edit_shop(&ShopEdit::Delete { table: "customer".to_owned(), id: 8 });
        let outcome = world.sync().await;
        assert!(
            outcome.exports.iter().any(|export| export.result == ExportResult::Removed),
            "{bridge:?}: {outcome:#?}"
        );
        let state = |row: &Row| row.fields.int("syncState");
        assert_eq!(state(&world.customer(8)), Some(2), "{bridge:?}");
        let addresses = world.addresses(&world.customer(8));
        assert!(!addresses.is_empty() && addresses.iter().all(|row| state(row) == Some(2)), "{bridge:?}");
    }
}

/// A fault that stands for any trouble of the shop.
fn trouble() -> Disruption {
    Disruption::Fault { code: "1".to_owned(), string: "SQLSTATE[HY000]".to_owned() }
}

#[tokio::test(start_paused = true)]
async fn a_list_that_fails_ends_the_walk_and_the_next_sync_resumes_it() {
    let mut world = World::new(Setup::default());
    // The first list is the incremental one; the fourth window of the walk fails.
    world.shop.arm(Armed::once(trouble(), When::nth_of("oroCustomerList", 5)));
    let outcome = world.sync().await;
    let walk = outcome.connectors.iter().find(|c| c.connector.name() == "customer_initial").unwrap();
    assert!(!outcome.is_ok() && !walk.is_ok());
    assert!(walk.failures[0].contains("SQLSTATE"), "{walk:#?}");
    let customer = outcome.connectors.iter().find(|c| c.connector.name() == "customer").unwrap();
    assert!(customer.is_ok(), "the incremental connector is not stopped by the walk");
    // Three windows are done: back to 2013-12-20, with the customers created since.
    let bookmark = world.crm.bookmark(world.integration, "customer_initial").unwrap();
    assert_eq!(bookmark, Some("2013-12-20T12:00:00Z".parse::<Timestamp>().unwrap()));
    assert_eq!(world.crm.find(Entity::Customer, &[]).unwrap().len(), 2);

    world.advance(1);
    world.calls();
    let outcome = world.sync().await;
    assert!(outcome.is_ok(), "{outcome:#?}");
    assert_eq!(world.crm.find(Entity::Customer, &[]).unwrap().len(), 7);
    // The windows that were done are not asked for again: one incremental list and the other twelve.
    assert_eq!(world.calls().iter().filter(|call| *call == "oroCustomerList").count(), 1 + 12);
}

#[tokio::test(start_paused = true)]
async fn an_expired_session_is_renewed_unless_the_quirk_is_on() {
    for (quirks, works) in [(Quirks::default(), true), (Quirks::default().with(Quirk::NoReLogin, true), false)] {
        let mut world = World::new(Setup { quirks, ..Setup::default() });
        world.shop.arm(Armed::once(Disruption::ExpireSessions, When::nth_of("oroCustomerList", 3)));
        let outcome = world.sync().await;
        assert_eq!(outcome.is_ok(), works, "{outcome:#?}");
        let logins = world.calls().iter().filter(|call| *call == "login").count();
        assert_eq!(logins, if works { 2 } else { 1 });
    }
}

#[tokio::test(start_paused = true)]
async fn details_that_fail_are_named_and_the_rest_is_imported() {
    let mut world = World::new(Setup { bridge: None, ..Setup::default() });
    world.shop.arm(Armed::once(trouble(), When::nth_of("customerCustomerInfo", 1)));
    let outcome = world.sync().await;
    assert!(outcome.is_ok(), "{outcome:#?}");
    let walk = outcome.connectors.iter().find(|c| c.connector.name() == "customer_initial").unwrap();
    assert_eq!(walk.warnings.len(), 1, "{walk:#?}");
    assert!(walk.warnings[0].to_string().starts_with("customer 12: details are missing:"), "{walk:#?}");
    assert_eq!((walk.counts.read, walk.counts.added), (7, 7));
    assert!(world.customer(12).fields.link("account").is_some());
}

#[tokio::test(start_paused = true)]
async fn a_role_without_customers_fails_those_connectors_only() {
    let mut world = World::new(Setup {
        settings: IntegrationSettings { api_user: "clerk".to_owned(), ..settings() },
        ..Setup::default()
    });
    let outcome = world.sync().await;
    let failed: Vec<&str> = outcome.connectors.iter().filter(|c| !c.is_ok()).map(|c| c.connector.name()).collect();
    assert_eq!(failed, ["customer_group_dictionary", "customer", "customer_initial"], "{outcome:#?}");
    assert_eq!(world.crm.find(Entity::Website, &[]).unwrap().len(), 3);
    assert!(!world.crm.find(Entity::Region, &[]).unwrap().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_failed_export_waits_for_the_next_sync_unless_the_quirk_forgets_it() {
    for (quirks, expected) in
        [(Quirks::default(), "Local"), (Quirks::default().with(Quirk::ExportFlagClearedOnFailure, true), "Sam")]
    {
        let mut world = World::new(Setup { settings: two_way(SyncPriority::Local), quirks, ..Setup::default() });
        world.sync().await;
        world.advance(1);
        world.edit_customer(8, Fields::new().with("firstName", "Local"));
        world.shop.arm(Armed::once(trouble(), When::nth_of("oroCustomerUpdate", 1)));
        let outcome = world.sync().await;
        assert!(matches!(outcome.exports[0].result, ExportResult::Failed { .. }), "{outcome:#?}");
        assert!(!outcome.is_ok());
        world.advance(1);
        world.sync().await;
        assert_eq!(world.in_shop("customer", 8)["firstname"], expected);
    }
}

#[tokio::test(start_paused = true)]
async fn trouble_while_an_address_is_read_removes_it_only_with_the_quirk() {
    for (quirks, removes) in
        [(Quirks::default(), false), (Quirks::default().with(Quirk::AnyErrorRemovesAddress, true), true)]
    {
        let mut world = World::new(Setup { settings: two_way(SyncPriority::Local), quirks, ..Setup::default() });
        world.sync().await;
        world.advance(1);
        let sam = world.customer(8);
        let address = world.addresses(&sam).remove(0);
        let edit = AddressEdit::Change { id: address.id, fields: Fields::new().with("city", "Bern") };
        world
            .crm
            .edit_customer(sam.id, &CustomerEdit { fields: Fields::new().with("vat", "CHE-1"), addresses: vec![edit] })
            .unwrap();
        world.shop.arm(Armed::once(trouble(), When::nth_of("oroCustomerAddressInfo", 1)));
        let outcome = world.sync().await;
        // The shop still has it, so the import that follows brings a removed one back, without the edit.
        let removed = outcome.exports.iter().any(|export| export.result == ExportResult::Removed);
        assert_eq!(removed, removes, "{outcome:#?}");
        let city = if removes { "Zürich" } else { "Bern" };
        assert_eq!(world.addresses(&world.customer(8))[0].fields.text("city"), Some(city));
    }
}

#[tokio::test(start_paused = true)]
async fn an_edited_group_and_region_are_local_edits_like_any_other() {
    let mut world = World::new(Setup { settings: two_way(SyncPriority::Remote), ..Setup::default() });
    world.sync().await;
    world.advance(1);
    let group = world.crm.find_one(Entity::CustomerGroup, &[("originId", CrmValue::Int(2))]).unwrap().unwrap().id;
    let sam = world.customer(8);
    let address = world.addresses(&sam).remove(0);
    let edit =
        AddressEdit::Change { id: address.id, fields: Fields::new().with("region", "CH-BE").with("city", "Bern") };
    world
        .crm
        .edit_customer(sam.id, &CustomerEdit { fields: Fields::new().with("group", group), addresses: vec![edit] })
        .unwrap();
    let outcome = world.sync().await;
    assert!(outcome.is_ok(), "{outcome:#?}");
    assert_eq!(world.in_shop("customer", 8)["group_id"], "2");
    let shop = world.in_shop("customer_address", address.fields.int("originId").unwrap());
    assert_eq!((&shop["city"], &shop["region"]), (&Value::from("Bern"), &Value::from("Bern")), "{shop}");
    assert_eq!(world.addresses(&world.customer(8))[0].fields.text("region"), Some("CH-BE"));
}
