//! A sync makes the calls that the reference client makes, in its order and with its arguments, in all four variants. The
//! expected calls stand in `fixtures/trace`, transcribed from what was observed of the reference client (client trace,
//! sections 2 to 6); what is compared is the profile `orocrm-4.1`. Of logins and pings the first of each run is there: the
//! reference client logs in anew for most connectors, this one keeps its session. Customers with exactly one address are
//! avoided, because with WS-I the reference client cannot export them.

use crate::world::{Setup, World, settings};
use mockgento::crm::{
    AddressEdit, CrmValue, CustomerEdit, Entity, Fields, IntegrationSettings, SyncPriority, WebsiteId,
};
use mockgento::quirk::Profile;
use mockgento::server::JournalEntry;
use mockgento::shop::{Sale, Seed, ShopEdit};
use mockgento::soap::{SoapStruct, SoapValue, WireStyle};
use mockgento::sync::subscription::{self, Wanted, Whose};
use serde_json::{Value, json};

const STYLES: [WireStyle; 2] = [WireStyle::RpcEncoded, WireStyle::WsI];

/// A shop in which everything misses something: customers, a cart and an order from before the sync start date are
/// referred to by an order, a credit memo and a subscriber from after it. Stores are asked for in the order in which the
/// shop lists them, which is by their sort order.
const SEED: &str = "
config: {general/locale/timezone: UTC}
websites:
- {website_id: 1, code: base, name: Boutique, is_default: 1}
store_views:
- {store_id: 1, code: default, website_id: 1, name: English, sort_order: 1}
- {store_id: 2, code: de, website_id: 1, name: Deutsch, sort_order: 2}
customers:
- {customer_id: 1, email: ada@example.com, firstname: Ada, lastname: Lovelace, created_at: 2024-01-02 09:00:00, addresses: [{firstname: Ada, lastname: Lovelace, street: 1 Main St, city: London, country_id: GB, postcode: N1, telephone: '1'}, {firstname: Ada, lastname: Lovelace, street: 2 Side St, city: London, country_id: GB, postcode: N2, telephone: '2'}]}
- {customer_id: 2, email: grace@example.com, firstname: Grace, lastname: Hopper, created_at: 2024-01-06 09:00:00}
- {customer_id: 3, email: joan@example.com, firstname: Joan, lastname: Clarke, created_at: 2024-01-02 10:00:00}
";

fn columns(value: Value) -> mockgento::shop::seed::SeedRow {
    serde_json::from_value(value).unwrap()
}

fn at(moment: &str) -> mockgento::shop::seed::SeedRow {
    columns(json!({ "created_at": moment, "updated_at": moment }))
}

fn shop(mode: WireStyle, bridge: Option<&'static str>, settings: IntegrationSettings) -> World {
    let settings = IntegrationSettings { sync_start_date: jiff::civil::date(2024, 1, 5), ..settings };
    let seed = Seed::parse(SEED, "the seed of this test").unwrap();
    let quirks = Profile::OroCrm41.quirks();
    let world = World::new(Setup { seed, clock: "2024-01-10T12:00:00Z", mode, bridge, settings, quirks });
    let mug = || vec![columns(json!({ "sku": "mug", "name": "Mug", "price": "10" }))];
    let sale = |customer, moment| Sale { customer: Some(customer), items: mug(), set: at(moment), ..Sale::default() };
    world.edit_shop(&ShopEdit::FillCart(sale(1, "2024-01-02 11:00:00")));
    world.edit_shop(&ShopEdit::PlaceOrder(Sale { cart: Some(1), ..sale(1, "2024-01-07 09:00:00") }));
    world.edit_shop(&ShopEdit::PlaceOrder(sale(2, "2024-01-03 09:00:00")));
    let guest = columns(json!({ "email": "gus@example.com", "firstname": "Gus", "lastname": "Guest" }));
    let guests = Sale { guest, items: mug(), set: at("2024-01-07 10:00:00"), ..Sale::default() };
    world.edit_shop(&ShopEdit::PlaceOrder(guests));
    world.edit_shop(&ShopEdit::Refund { order: 2, set: at("2024-01-09 09:00:00") });
    let set = columns(json!({ "change_status_at": "2024-01-09 10:00:00" }));
    world.edit_shop(&ShopEdit::Subscribe { email: "joan@example.com".to_owned(), status: 1, set });
    // Only the first order has a cart; the others have none, as orders that were imported into a shop.
    for (order, moment) in [(2, "2024-01-03 09:00:00"), (3, "2024-01-07 10:00:00")] {
        world.update_in_shop("sales_flat_order", order, json!({ "quote_id": null, "updated_at": moment }));
        world.edit_shop(&ShopEdit::Delete { table: "sales_flat_quote".to_owned(), id: order });
    }
    // What the edits touched on the way is as old as it was.
    for (table, id, moment) in [("sales_flat_quote", 1, "2024-01-02 11:00:00"), ("customer", 1, "2024-01-02 09:00:00")]
    {
        world.update_in_shop(table, id, json!({ "updated_at": moment }));
    }
    world
}

/// A call as the fixtures have it: `operation(argument: value, filters [field operator value], page 1/100)`.
fn line(entry: &JournalEntry) -> String {
    let arguments: Vec<String> = entry.arguments.iter().map(|(name, value)| argument(name, value)).collect();
    format!("{}({})", entry.operation, arguments.join(", "))
}

fn argument(name: &str, value: &SoapValue) -> String {
    match (name, value) {
        ("filters", SoapValue::Struct(filters)) => format!("filters {}", conditions(filters)),
        ("pager", SoapValue::Struct(pager)) => {
            format!("page {}/{}", pager.text("page").unwrap(), pager.text("pageSize").unwrap())
        }
        ("apiKey", _) => "apiKey".to_owned(),
        (_, SoapValue::Struct(data)) => {
            let members: Vec<String> = data.iter().map(|(name, value)| argument(name, value)).collect();
            format!("{name} {{{}}}", members.join(", "))
        }
        (_, SoapValue::List(items)) => {
            let items: Vec<String> = items.iter().map(|item| item.to_text().unwrap_or_default()).collect();
            format!("{name}: [{}]", items.join(" | "))
        }
        (_, SoapValue::Bool(flag)) => format!("{name}: {flag}"),
        (_, value) => format!("{name}: {}", value.to_text().unwrap_or_default()).trim_end().to_owned(),
    }
}

fn conditions(filters: &SoapStruct) -> String {
    let mut conditions = Vec::new();
    for (_, entries) in filters.iter() {
        for entry in listed(entries) {
            let condition = entry.get("value").and_then(SoapValue::as_struct).unwrap();
            let text = |row: &SoapStruct, name| row.text(name).unwrap_or_default();
            conditions.push(format!("{} {} {}", text(&entry, "key"), text(condition, "key"), text(condition, "value")));
        }
    }
    format!("[{}]", conditions.join(", "))
}

fn listed(value: &SoapValue) -> Vec<SoapStruct> {
    match value {
        SoapValue::List(items) => items.iter().filter_map(SoapValue::as_struct).cloned().collect(),
        SoapValue::Struct(members) => members.get("complexObjectArray").map_or_else(|| vec![members.clone()], listed),
        _ => Vec::new(),
    }
}

/// The calls of a world since the last look. The regions of the native API are one call for each of 246 countries.
fn calls(world: &World) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut regions = 0;
    let mut logged_in = false;
    for entry in world.exchanges() {
        let is_again = logged_in && ["login", "oroPing"].contains(&entry.operation.as_str());
        if entry.operation == "wsdl" || is_again {
            continue;
        }
        logged_in |= entry.operation == "oroPing" || entry.operation == "storeList";
        if entry.operation == "directoryRegionList" {
            regions += 1;
            continue;
        }
        if regions > 0 {
            lines.push(format!("directoryRegionList(country) for each of {regions} countries"));
            regions = 0;
        }
        lines.push(line(&entry));
    }
    lines
}

fn check(found: &[String], fixture: &str, what: &str) {
    let expected: Vec<&str> = fixture.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let found: Vec<&str> = found.iter().map(String::as_str).collect();
    for (at, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert_eq!(found, expected, "{what}: call {}", at + 1);
    }
    assert_eq!(found.len(), expected.len(), "{what}: {:#?}", &found[expected.len().min(found.len())..]);
}

/// Two syncs an hour apart.
async fn two_syncs(bridge: Option<&'static str>, website: i64, fixture: &str) {
    for mode in STYLES {
        let what = format!("{mode:?}, bridge {bridge:?}, website {website}");
        let mut world = shop(mode, bridge, IntegrationSettings { website_id: WebsiteId(website), ..settings() });
        world.exchanges();
        world.sync().await;
        let mut found = calls(&world);
        world.advance(1);
        world.sync().await;
        found.extend(calls(&world));
        check(&found, fixture, &what);
    }
}

/// Vector 49 among others: pages of 100, of regions 500.
#[tokio::test(start_paused = true)]
async fn with_the_bridge() {
    two_syncs(Some("1.2.19"), -1, include_str!("../fixtures/trace/bridge.txt")).await;
}

#[tokio::test(start_paused = true)]
async fn with_the_bridge_for_one_website() {
    two_syncs(Some("1.2.19"), 1, include_str!("../fixtures/trace/bridge-one-website.txt")).await;
}

#[tokio::test(start_paused = true)]
async fn without_the_bridge() {
    two_syncs(None, -1, include_str!("../fixtures/trace/native.txt")).await;
}

#[tokio::test(start_paused = true)]
async fn without_the_bridge_for_one_website() {
    two_syncs(None, 1, include_str!("../fixtures/trace/native-one-website.txt")).await;
}

#[tokio::test(start_paused = true)]
async fn with_an_old_bridge() {
    two_syncs(Some("1.1.4"), -1, include_str!("../fixtures/trace/old-bridge.txt")).await;
}

/// The reverse direction: a changed customer with an address, a new one with an address, and subscriptions.
async fn exports(bridge: Option<&'static str>, fixture: &str) {
    for mode in STYLES {
        let what = format!("{mode:?}, bridge {bridge:?}");
        let two_way = IntegrationSettings {
            is_two_way_sync_enabled: true,
            sync_priority: SyncPriority::Local,
            is_extension_installed: bridge.is_some(),
            extension_version: bridge.map(str::to_owned),
            sync_start_date: jiff::civil::date(2024, 1, 1),
            ..settings()
        };
        let mut world = shop(mode, bridge, two_way);
        world.sync().await;
        world.advance(1);
        let link = |entity, id: i64| world.row(entity, id).id;
        let new = Fields::new()
            .with("email", "new@example.com")
            .with("firstName", "Nina")
            .with("lastName", "Neu")
            .with("store", link(Entity::Store, 1))
            .with("group", link(Entity::CustomerGroup, 1));
        let home = Fields::new()
            .with("firstName", "Nina")
            .with("lastName", "Neu")
            .with("street", "Main St 1")
            .with("city", "Los Angeles")
            .with("country", "US")
            .with("region", "US-CA")
            .with("postalCode", "90001")
            .with("phone", "555")
            .with("types", CrmValue::TextList(vec!["billing".to_owned()]));
        let addresses = vec![AddressEdit::Add(home)];
        world.crm.create_customer(world.integration, &CustomerEdit { fields: new, addresses }).unwrap();
        let ada = world.row(Entity::Customer, 1);
        let address = world.crm.find_one(Entity::CustomerAddress, &[("owner", ada.id.into())]).unwrap().unwrap();
        let changed = AddressEdit::Change { id: address.id, fields: Fields::new().with("city", "Oxford") };
        let edit = CustomerEdit { fields: Fields::new().with("lastName", "King"), addresses: vec![changed] };
        world.crm.edit_customer(ada.id, &edit).unwrap();
        world.exchanges();
        let integration = world.integration;
        let mut ignore = |_| {};
        let mut context = world.context(&mut ignore);
        mockgento::sync::driver::export_pending(&mut context, integration).await.unwrap();
        if bridge.is_some() {
            for wanted in [Wanted::Subscribed, Wanted::Unsubscribed] {
                subscription::change(&mut context, integration, Whose::Customer(ada.id), wanted).await.unwrap();
            }
        }
        check(&calls(&world), fixture, &what);
    }
}

#[tokio::test(start_paused = true)]
async fn exports_with_the_bridge() {
    exports(Some("1.2.19"), include_str!("../fixtures/trace/export-bridge.txt")).await;
}

/// Vector 79 among others.
#[tokio::test(start_paused = true)]
async fn exports_without_the_bridge() {
    exports(None, include_str!("../fixtures/trace/export-native.txt")).await;
}
