//! The sync spec's test vectors (its section 12) are numbered; every one is held by a test beside its rule, by a trace or
//! by a scenario that names it. So are its quirks (section 13). Here are those that need a whole sync, and here is looked
//! that none is forgotten.

use std::collections::BTreeSet;
use std::path::Path;

use crate::world::{Setup, World, settings};
use jiff::{SignedDuration, Timestamp};
use mockgento::crm::{
    AddressEdit, CrmValue, CustomerEdit, Entity, Fields, IntegrationSettings, JobTopic, OriginId, Row, Scheduled,
    StatusCode, WebsiteId,
};
use mockgento::quirk::{Quirk, Quirks};
use mockgento::shop::{Sale, Seed, ShopEdit};
use mockgento::soap::WireStyle;
use mockgento::sync::cart_expiration::{Expiration, expire_carts};
use mockgento::sync::connector::Connector;
use mockgento::sync::context::{SyncOptions, SyncPart};
use mockgento::sync::outcome::{ExportResult, RunKind, SyncOutcome};
use mockgento::sync::queue::run_queue;
use mockgento::sync::sync_data::{OneRecord, sync_data};
use regex::Regex;
use serde_json::json;
use walkdir::WalkDir;

const LAST: u32 = 158;

/// Vectors about parts of the CRM that are not here, and why.
const NOT_OURS: &[(u32, &str)] = &[
    (17, "a bag of filters is made anew for each call here, nothing is ever reset in one"),
    (60, "callers cannot hand filters to a stream"),
    (158, "the frame that shows Magento's admin for placing an order is a page of the CRM"),
];

/// The numbers that comments name after the word vector: `vectors A, B and C to D`.
fn named(text: &str) -> BTreeSet<u32> {
    let text = Regex::new(r"\n\s*(///?|#) ?").unwrap().replace_all(text, " ");
    let mention = Regex::new(r"[Vv]ectors? ((?:\d+(?: to \d+)?(?:, | and )?)+)").unwrap();
    let span = Regex::new(r"(\d+)(?: to (\d+))?").unwrap();
    let mut found = BTreeSet::new();
    for mention in mention.captures_iter(&text) {
        for span in span.captures_iter(&mention[1]) {
            let first: u32 = span[1].parse().unwrap();
            let last = span.get(2).map_or(first, |last| last.as_str().parse().unwrap());
            found.extend(first..=last);
        }
    }
    found
}

#[test]
fn every_vector_of_the_sync_spec_is_held_by_a_test_or_said_not_to_be() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let held = named(&said_by_tests(root));
    let not_ours: BTreeSet<u32> = NOT_OURS.iter().map(|(number, _)| *number).collect();
    let forgotten: Vec<u32> = (1..=LAST).filter(|n| !held.contains(n) && !not_ours.contains(n)).collect();
    assert_eq!(forgotten, Vec::<u32>::new(), "vectors that no test names");
    let both: Vec<_> = held.intersection(&not_ours).collect();
    assert!(both.is_empty(), "held by a test after all: {both:?}");
}

/// What tests say: test files, test modules of the sources, scenarios.
fn said_by_tests(root: &Path) -> String {
    let mut said = String::new();
    for folder in ["src", "tests", "scenarios"] {
        for entry in WalkDir::new(root.join(folder)).sort_by_file_name() {
            let entry = entry.unwrap();
            let path = entry.path();
            if !path.extension().is_some_and(|ending| ending == "rs" || ending == "yaml") {
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            let is_source = folder == "src" && !path.ends_with("vectors.rs") && !path.ends_with("tests.rs");
            let from = if is_source { text.find("#[cfg(test)]").unwrap_or(text.len()) } else { 0 };
            said.push_str(&text[from..]);
        }
    }
    said
}

#[test]
fn every_quirk_that_can_be_switched_is_shown_by_a_test_or_a_scenario() {
    let said = said_by_tests(Path::new(env!("CARGO_MANIFEST_DIR")));
    let is_shown = |quirk: &Quirk| said.contains(quirk.id()) || said.contains(&format!("Quirk::{quirk:?}"));
    let switched = Quirk::ALL.iter().filter(|quirk| quirk.is_switchable());
    let forgotten: Vec<&str> = switched.filter(|quirk| !is_shown(quirk)).map(|quirk| quirk.id()).collect();
    assert_eq!(forgotten, Vec::<&str>::new(), "quirks that no test shows");
}

/// Q-54. An integration that is not active is answered alike.
#[test]
fn schedule_sync_answers_in_the_words_of_the_guide_or_of_the_page() {
    let guide = "A sync job has been added to the queue. Check progress";
    let page = "The synchronization has been scheduled. Check job progress.";
    for (is_on, words) in [(false, guide), (true, page)] {
        let quirks = Quirks::default().with(Quirk::ScheduledInOtherWords, is_on);
        assert_eq!(Scheduled::Added.message(&quirks), words);
        assert_eq!(Scheduled::Merged.message(&quirks), words);
        let refused = Scheduled::Inactive.message(&quirks);
        assert_eq!(refused, "Cannot add sync job to the queue because the integration is not active.");
    }
}

const NOW: &str = "2014-01-10T12:00:00Z";

fn world(bridge: Option<&'static str>, settings: IntegrationSettings) -> World {
    let seed = Seed::corner_shop_people().unwrap();
    World::new(Setup {
        seed,
        clock: NOW,
        mode: WireStyle::RpcEncoded,
        bridge,
        settings,
        quirks: Quirks::default().with(Quirk::TwoWayNeedsNoBridge, true),
    })
}

fn recent() -> IntegrationSettings {
    IntegrationSettings { sync_start_date: jiff::civil::date(2013, 10, 1), ..settings() }
}

fn two_way() -> IntegrationSettings {
    IntegrationSettings { is_two_way_sync_enabled: true, ..recent() }
}

fn calls(world: &World) -> Vec<String> {
    world.exchanges().into_iter().map(|entry| entry.operation).collect()
}

fn failure_of(outcome: &SyncOutcome, connector: Connector) -> String {
    outcome
        .connectors
        .iter()
        .filter(|done| done.connector == connector)
        .flat_map(|done| &done.failures)
        .cloned()
        .collect()
}

/// Vector 48.
#[tokio::test(start_paused = true)]
async fn a_website_without_stores_fails_what_is_filtered_by_store() {
    let mut world = world(Some("1.2.19"), IntegrationSettings { website_id: WebsiteId(9), ..recent() });
    let outcome = world.sync().await;
    assert_eq!(failure_of(&outcome, Connector::Order), "Could not resolve store dependency for website id: 9");
    assert_eq!(failure_of(&outcome, Connector::Customer), "", "customers are filtered by website");
}

/// Vector 49, on the wire.
#[tokio::test(start_paused = true)]
async fn the_page_size_of_the_settings_is_sent() {
    for (set, expected) in [(None, ["500", "100"]), (Some(2000), ["2000", "2000"])] {
        let mut world = world(Some("1.2.19"), IntegrationSettings { page_size: set, ..recent() });
        world.sync().await;
        let exchanges = world.exchanges();
        for (operation, size) in ["oroRegionList", "oroCustomerList"].iter().zip(expected) {
            let call = exchanges.iter().find(|entry| entry.operation == *operation).unwrap();
            let pager = call.arguments.get("pager").and_then(|pager| pager.as_struct()).unwrap();
            assert_eq!(pager.text("pageSize").as_deref(), Some(size), "{operation}");
        }
    }
    let small = IntegrationSettings { page_size: Some(24), ..recent() };
    assert!(world(None, recent()).crm.add_integration(&small).is_err(), "rows by their ids come in one page");
}

/// Vector 61.
#[tokio::test(start_paused = true)]
async fn regions_are_not_asked_for_again_within_a_day() {
    let mut world = world(Some("1.2.19"), recent());
    world.sync().await;
    let asked = |world: &World| calls(world).iter().filter(|call| *call == "oroRegionList").count();
    assert_eq!(asked(&world), 1);
    world.clock.advance(SignedDuration::from_mins(10));
    world.sync().await;
    assert_eq!(asked(&world), 0, "ten minutes later");
    world.advance(24);
    world.sync().await;
    assert_eq!(asked(&world), 1, "a day later");
}

/// Vectors 65 and 66: bookmark of the initial connectors, sync start date, whether the walk is put into the queue.
#[tokio::test(start_paused = true)]
async fn the_walk_is_scheduled_while_a_bookmark_is_later_than_the_start_date() {
    for (bookmark, start, due) in [
        ("2011-01-02T00:00:00Z", (2000, 1, 1), true),
        ("2013-09-30T00:00:00Z", (2013, 10, 1), false),
        ("2013-10-01T00:00:00Z", (2013, 10, 1), false),
    ] {
        let (year, month, day) = start;
        let sync_start_date = jiff::civil::date(year, month, day);
        let mut world = world(Some("1.2.19"), IntegrationSettings { sync_start_date, ..settings() });
        for connector in ["customer_initial", "order_initial", "cart_initial", "credit_memo_initial"] {
            world.crm.set_bookmark(world.integration, connector, bookmark.parse().unwrap()).unwrap();
        }
        world.crm.set_bookmark(world.integration, "newsletter_subscriber_initial", bookmark.parse().unwrap()).unwrap();
        world.options = SyncOptions { part: SyncPart::Changes, ..SyncOptions::default() };
        assert_eq!(world.sync().await.initial_due, due, "{bookmark}");
        calls(&world);
        world.options = SyncOptions { part: SyncPart::Initial, ..SyncOptions::default() };
        if due {
            let walk = world.sync().await;
            assert!(walk.connectors.iter().all(|done| done.kind == RunKind::Initial), "no dictionaries again");
        }
        world.options = SyncOptions::default();
        let id = world.integration;
        world.crm.schedule(id, JobTopic::SyncIntegration, false).unwrap();
        let mut ignore = |_| {};
        let jobs = run_queue(&mut world.context(&mut ignore), id).await.unwrap();
        let topics: Vec<JobTopic> = jobs.iter().map(|done| done.job.topic).collect();
        assert_eq!(topics, [JobTopic::SyncIntegration], "{bookmark}: the walk is over");
    }
}

/// Vector 67.
#[tokio::test(start_paused = true)]
async fn a_forced_sync_marks_the_statuses_and_starts_anew() {
    let mut world = world(Some("1.2.19"), recent());
    world.sync().await;
    let first = world.crm.integration(world.integration).unwrap().initial_sync_start_date;
    world.advance(3);
    world.options.force = true;
    world.sync().await;
    let again = world.crm.integration(world.integration).unwrap().initial_sync_start_date;
    assert_eq!(first, NOW.parse::<Timestamp>().ok());
    assert_eq!(again, Some(world.clock.now()));
    let statuses = world.crm.statuses(world.integration).unwrap();
    let old: Vec<_> = statuses.iter().filter(|status| Some(status.date) == first).collect();
    assert!(old.iter().any(|status| status.connector == "customer" && status.code == StatusCode::Completed));
    for status in old {
        let is_dictionary = status.connector.ends_with("_dictionary");
        assert_eq!(status.is_skipped(), !is_dictionary, "{}", status.connector);
    }
}

fn with_cart(world: &World) -> i64 {
    let item = serde_json::from_value(json!({ "sku": "mug", "name": "Mug", "price": "10" })).unwrap();
    let sale = Sale { customer: Some(1), items: vec![item], ..Sale::default() };
    world.shop.shop().lock().unwrap().edit(&ShopEdit::FillCart(sale)).unwrap()
}

async fn expire(world: &mut World) -> Expiration {
    let id = world.integration;
    let mut ignore = |_| {};
    expire_carts(&mut world.context(&mut ignore), id).await.unwrap()
}

/// Vectors 142 and 143.
#[tokio::test(start_paused = true)]
async fn the_look_for_expired_carts_is_rejected_where_it_cannot_work() {
    let orders_only = vec!["order_initial".to_owned(), "order".to_owned()];
    let has_carts = vec!["cart_initial".to_owned(), "cart".to_owned()];
    let with_carts = || IntegrationSettings { connectors: has_carts.clone(), ..recent() };
    for (bridge, settings, expected) in [
        (Some("1.2.19"), IntegrationSettings { enabled: false, ..recent() }, "is not enabled"),
        (Some("1.2.19"), IntegrationSettings { connectors: orders_only, ..recent() }, "the channel has no carts"),
        (None, with_carts(), "Oro Bridge extension is not installed"),
        (Some("1.1.4"), with_carts(), "Oro Bridge extension is not installed"),
    ] {
        let mut world = world(bridge, settings);
        let Expiration::Rejected(reason) = expire(&mut world).await else { panic!("expected {expected}") };
        assert!(reason.contains(expected), "{reason}");
        assert!(!calls(&world).contains(&"oroQuoteList".to_owned()));
    }
    let mut nowhere = world(Some("1.2.19"), IntegrationSettings { website_id: WebsiteId(9), ..recent() });
    let no_stores = "Could not resolve store dependency for website id: 9".to_owned();
    assert_eq!(expire(&mut nowhere).await, Expiration::Failed(no_stores));

    let mut world = world(Some("1.2.19"), recent());
    let cart = with_cart(&world);
    world.sync().await;
    assert_eq!(expire(&mut world).await, Expiration::Done(vec![]));
    world.edit_shop(&ShopEdit::Delete { table: "sales_flat_quote".to_owned(), id: cart });
    assert_eq!(expire(&mut world).await, Expiration::Done(vec![OriginId(cart)]));
    assert_eq!(world.row(Entity::Cart, cart).fields.text("status"), Some("expired"));
    // Without an integration there is no job to run.
    let id = world.integration;
    world.crm.delete_channel(id).unwrap();
    let mut ignore = |_| {};
    assert!(expire_carts(&mut world.context(&mut ignore), id).await.is_err());
}

fn addresses_of(world: &World, customer: &Row) -> Vec<Row> {
    world.crm.find(Entity::CustomerAddress, &[("owner", customer.id.into())]).unwrap()
}

/// A customer of the corner shop who has an address.
async fn world_with_addresses(bridge: Option<&'static str>) -> (World, i64) {
    let mut world = world(bridge, two_way());
    world.sync().await;
    let owner = world.rows(Entity::CustomerAddress)[0].fields.link("owner").unwrap();
    let origin_id = world.crm.require(Entity::Customer, owner).unwrap().fields.int("originId").unwrap();
    world.advance(1);
    (world, origin_id)
}

fn edit(world: &mut World, origin_id: i64, addresses: Vec<AddressEdit>) {
    let id = world.row(Entity::Customer, origin_id).id;
    let fields = Fields::new().with("vat", "GB1");
    world.crm.edit_customer(id, &CustomerEdit { fields, addresses }).unwrap();
}

/// Vector 155; what follows for its addresses is in `crm::edit`.
#[tokio::test(start_paused = true)]
async fn a_customer_made_in_the_crm_gets_magentos_id_and_is_clean() {
    for bridge in [None, Some("1.2.19")] {
        let (mut world, origin_id) = world_with_addresses(bridge).await;
        let known = world.row(Entity::Customer, origin_id);
        let mut fields =
            Fields::new().with("firstName", "New").with("lastName", "One").with("email", "new@example.com");
        for name in ["store", "group", "website"] {
            fields.set(name, known.fields.get(name).cloned().unwrap_or(CrmValue::Null));
        }
        let made = CustomerEdit { fields, addresses: Vec::new() };
        let id = world.crm.create_customer(world.integration, &made).unwrap();
        world.sync().await;
        let row = world.crm.require(Entity::Customer, id).unwrap();
        assert!(row.fields.int("originId").is_some(), "{row:?}");
        assert_eq!(row.fields.int("syncState"), Some(0));
    }
}

/// Vector 156.
#[tokio::test(start_paused = true)]
async fn a_customer_gone_in_magento_is_marked_removed_with_its_addresses() {
    for bridge in [None, Some("1.2.19")] {
        let (mut world, origin_id) = world_with_addresses(bridge).await;
        edit(&mut world, origin_id, Vec::new());
        world.edit_shop(&ShopEdit::Delete { table: "customer".to_owned(), id: origin_id });
        let outcome = world.sync().await;
        assert_eq!(outcome.exports[0].result, ExportResult::Removed, "{bridge:?}: {outcome:#?}");
        let customer = world.row(Entity::Customer, origin_id);
        let states: Vec<_> = std::iter::once(&customer)
            .chain(&addresses_of(&world, &customer))
            .map(|row| row.fields.int("syncState"))
            .collect();
        assert!(states.len() > 1 && states.iter().all(|state| *state == Some(2)), "{states:?}");
    }
}

/// Vector 157: the bridge's fault 103, and 102 of Magento's own API (the recommendation of Q-07).
#[tokio::test(start_paused = true)]
async fn an_address_gone_in_magento_goes_from_the_customer() {
    for bridge in [None, Some("1.2.19")] {
        let (mut world, origin_id) = world_with_addresses(bridge).await;
        let customer = world.row(Entity::Customer, origin_id);
        let before = addresses_of(&world, &customer);
        let address = before[0].fields.int("originId").unwrap();
        let change = AddressEdit::Change { id: before[0].id, fields: Fields::new().with("city", "Bern") };
        edit(&mut world, origin_id, vec![change]);
        world.edit_shop(&ShopEdit::Delete { table: "customer_address".to_owned(), id: address });
        world.sync().await;
        let after = addresses_of(&world, &world.row(Entity::Customer, origin_id));
        assert_eq!(after.len(), before.len() - 1, "{bridge:?}");
    }
}

/// Q-13: the reference client's "Sync Data" of a cart leaves a status without bookmark, and that of an order none (Q-12).
#[tokio::test(start_paused = true)]
async fn sync_data_leaves_a_status_only_where_the_reference_client_does() {
    let with =
        |on| Quirks::default().with(Quirk::CartSyncDataKeepsWindow, on).with(Quirk::OrderSyncDataKeepsWindow, on);
    for (quirks, record, statuses) in [
        (with(false), OneRecord::Cart(OriginId(1)), 0),
        (with(true), OneRecord::Cart(OriginId(1)), 1),
        (with(false), OneRecord::Order("100000001".to_owned()), 0),
        (with(true), OneRecord::Order("100000001".to_owned()), 0),
    ] {
        for bridge in [Some("1.2.19"), None] {
            let mut world = world(bridge, recent());
            world.quirks = quirks.clone();
            world.sync().await;
            let before = world.crm.statuses(world.integration).unwrap().len();
            let id = world.integration;
            let mut ignore = |_| {};
            let done = sync_data(&mut world.context(&mut ignore), id, &record).await.unwrap();
            let left = world.crm.statuses(world.integration).unwrap().split_off(before);
            if bridge.is_none() && matches!(record, OneRecord::Cart(_)) {
                assert!(!done.is_ok(), "carts need the bridge");
                continue;
            }
            assert!(done.is_ok(), "{done:?}");
            assert_eq!(left.len(), statuses, "{record:?}");
            assert!(left.iter().all(|status| status.date_in("initialSyncedTo").is_none()));
        }
    }
}
