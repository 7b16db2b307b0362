//! A shop that is edited while it is synced loses nothing: whatever the edit and before whichever call it comes, after one
//! more sync each row is as if the edit had come before the sync, or after it. A deleted row may be there or not; no other
//! row may differ. Customers and subscribers are more than a page, so that there is an edge for rows
//! to move over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::world::{Setup, World, seed_of_customers, settings};
use jiff::SignedDuration;
use mockgento::crm::IntegrationSettings;
use mockgento::quirk::{Quirk, Quirks};
use mockgento::server::InMemoryShop;
use mockgento::shop::seed::SeedRow;
use mockgento::shop::{Sale, ShopEdit};
use mockgento::soap::WireStyle;
use mockgento::sync::driver;
use mockgento::transport::in_memory::InMemoryTransport;
use mockgento::transport::{HttpRequest, Sending, Transport};
use serde_json::{Value, json};

const CUSTOMERS: i64 = 27;
/// No calls for the regions of each of 246 countries.
const SKIPPED: &str = "directoryRegionList";

/// What happens in the shop in the middle of a sync.
#[derive(Clone, Copy, Debug)]
enum Edit {
    SaveCustomer(i64),
    DeleteCustomer(i64),
    CreateCustomer,
    ChangeGroup(i64),
    PlaceOrder(i64),
    GuestOrder,
    CancelOrder(i64),
    DeleteOrder(i64),
    FillCart(i64),
    SaveCart(i64),
    DeleteCart(i64),
    Unsubscribe(i64),
    DeleteSubscriber(i64),
    Refund(i64),
}

const EDITS: &[Edit] = &[
    Edit::SaveCustomer(1),
    Edit::SaveCustomer(5),
    Edit::DeleteCustomer(1),
    Edit::CreateCustomer,
    Edit::ChangeGroup(2),
    Edit::PlaceOrder(2),
    Edit::GuestOrder,
    Edit::CancelOrder(1),
    Edit::DeleteOrder(1),
    Edit::FillCart(1),
    Edit::SaveCart(1),
    Edit::DeleteCart(1),
    Edit::Unsubscribe(6),
    Edit::DeleteSubscriber(6),
    Edit::Refund(2),
];

impl Edit {
    fn of_shop(self) -> ShopEdit {
        let update =
            |table: &str, id, fields| ShopEdit::Update { table: table.to_owned(), id, fields: columns(fields) };
        let delete = |table: &str, id| ShopEdit::Delete { table: table.to_owned(), id };
        match self {
            Self::SaveCustomer(id) => update("customer", id, json!({ "lastname": "Saved" })),
            Self::DeleteCustomer(id) => delete("customer", id),
            Self::CreateCustomer => ShopEdit::Create {
                table: "customer".to_owned(),
                fields: columns(
                    json!({ "email": "new@example.com", "firstname": "Nina", "lastname": "New", "website_id": "1", "store_id": "1" }),
                ),
            },
            Self::ChangeGroup(id) => update("customer", id, json!({ "group_id": "2" })),
            Self::PlaceOrder(who) => ShopEdit::PlaceOrder(sale(Some(who))),
            Self::GuestOrder => ShopEdit::PlaceOrder(sale(None)),
            Self::CancelOrder(id) => {
                update("sales_flat_order", id, json!({ "status": "canceled", "state": "canceled" }))
            }
            Self::DeleteOrder(id) => delete("sales_flat_order", id),
            Self::FillCart(who) => ShopEdit::FillCart(sale(Some(who))),
            Self::SaveCart(id) => update("sales_flat_quote", id, json!({ "customer_note": "hello" })),
            Self::DeleteCart(id) => delete("sales_flat_quote", id),
            Self::Unsubscribe(id) => subscribe(id, 3),
            Self::DeleteSubscriber(id) => delete("newsletter_subscriber", id),
            Self::Refund(order) => ShopEdit::Refund { order, set: SeedRow::default() },
        }
    }
}

fn columns(value: Value) -> SeedRow {
    serde_json::from_value(value).unwrap()
}

fn sale(customer: Option<i64>) -> Sale {
    let guest = json!({ "email": "gus@example.com", "firstname": "Gus", "lastname": "Guest" });
    let guest = if customer.is_none() { columns(guest) } else { SeedRow::default() };
    let items = vec![columns(json!({ "sku": "mug", "name": "Mug", "price": "10" }))];
    Sale { customer, guest, items, ..Sale::default() }
}

fn subscribe(who: i64, status: i64) -> ShopEdit {
    ShopEdit::Subscribe { email: format!("c{who}@example.com"), status, set: SeedRow::default() }
}

/// Which sync is interrupted by an edit.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    First,
    /// After everything has changed.
    Later,
}

#[derive(Clone, Copy, Debug)]
struct Variant {
    bridge: Option<&'static str>,
    mode: WireStyle,
    phase: Phase,
    by_number: bool,
}

/// A transport that does something before one of its requests.
struct Meddling {
    inner: InMemoryTransport,
    calls: Arc<AtomicUsize>,
    at: Option<usize>,
    shop: InMemoryShop,
    edit: Edit,
}

impl Transport for Meddling {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        let is_skipped = String::from_utf8_lossy(&request.body).contains(SKIPPED);
        let call = if is_skipped { usize::MAX } else { self.calls.fetch_add(1, Ordering::Relaxed) };
        if self.at == Some(call) {
            self.shop.shop().lock().unwrap().edit(&self.edit.of_shop()).unwrap();
        }
        self.inner.send(request)
    }
}

fn world(variant: Variant) -> World {
    let settings =
        IntegrationSettings { sync_start_date: jiff::civil::date(2024, 1, 1), page_size: Some(25), ..settings() };
    let world = World::new(Setup {
        seed: seed_of_customers(CUSTOMERS),
        clock: "2024-01-05T12:00:00Z",
        mode: variant.mode,
        bridge: variant.bridge,
        settings,
        quirks: Quirks::default().with(Quirk::PagesByNumber, variant.by_number),
    });
    for who in 1..=4 {
        world.edit_shop(&ShopEdit::FillCart(sale(Some(who))));
        world.edit_shop(&ShopEdit::PlaceOrder(sale(Some(who))));
    }
    for who in 1..=CUSTOMERS {
        world.edit_shop(&subscribe(who, 1));
    }
    world
}

/// Everybody and everything is saved again, so that every list of changes has several pages.
fn touch_all(world: &World) {
    for id in 1..=CUSTOMERS {
        world.update_in_shop("customer", id, json!({ "firstname": "Changed" }));
        world.edit_shop(&subscribe(id, 3));
        world.edit_shop(&subscribe(id, 1));
    }
    for id in 1..=4 {
        world.update_in_shop("sales_flat_quote", id, json!({ "customer_note": "touched" }));
        world.update_in_shop("sales_flat_order", id, json!({ "customer_note": "touched" }));
    }
}

/// When the shop is edited, as seen from the sync.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    Before,
    /// Before that call, counted from 0.
    Call(usize),
    After,
}

/// The calls that the sync made, and the rows at the end, a text each.
async fn told(variant: Variant, edit: Edit, when: When) -> (usize, Rows) {
    let mut world = world(variant);
    world.advance(24);
    if variant.phase == Phase::Later {
        world.sync().await;
        world.advance(1);
        touch_all(&world);
        world.advance(1);
    }
    if when == When::Before {
        world.edit_shop(&edit.of_shop());
    }
    // Each call takes time, so that what is saved while a sync runs is newer than what the sync asks for.
    let calls = Arc::new(AtomicUsize::new(0));
    let at = if let When::Call(at) = when { Some(at) } else { None };
    let inner = InMemoryTransport::new(world.shop.peer(), world.clock.clone());
    let meddling = Meddling { inner, calls: calls.clone(), at, shop: world.shop.clone(), edit };
    let clock = world.clock.clone();
    let integration = world.integration;
    let mut ignore = |_| {};
    let mut context = world.context(&mut ignore);
    context.transport = Arc::new(Slow { inner: meddling, clock });
    let outcome = driver::sync(&mut context, integration).await.unwrap();
    assert!(outcome.is_ok(), "{variant:?} {edit:?} {when:?}: {outcome:#?}");
    if when == When::After {
        world.edit_shop(&edit.of_shop());
    }
    world.advance(1);
    let outcome = world.sync().await;
    assert!(outcome.is_ok(), "{variant:?} {edit:?} {when:?}: {outcome:#?}");
    (calls.load(Ordering::Relaxed), rows(&world))
}

struct Slow {
    inner: Meddling,
    clock: mockgento::clock::Clock,
}

impl Transport for Slow {
    fn send(&self, request: HttpRequest) -> Sending<'_> {
        self.clock.advance(SignedDuration::from_secs(2));
        self.inner.send(request)
    }
}

type Rows = BTreeMap<String, String>;

/// When a row was seen or made, which differs between two tellings without harm.
const STAMPS: &[&str] = &["createdAt", "updatedAt", "importedAt", "syncedAt", "created", "updated", "changeStatusAt"];

fn rows(world: &World) -> Rows {
    let state = world.crm.state().unwrap();
    let mut rows = Rows::new();
    let integration = &state["integrations"][0];
    let lists =
        ["customers", "carts", "orders", "creditMemos", "newsletterSubscribers"].map(|list| (list, &integration[list]));
    for (list, found) in lists.into_iter().chain(["accounts", "contacts"].map(|list| (list, &state[list]))) {
        for row in found.as_array().into_iter().flatten() {
            let mut row = row.clone();
            strip(&mut row);
            let key = ["incrementId", "originId", "email", "name"].iter().find_map(|name| row.get(name)).cloned();
            let key = format!("{list} {}", key.unwrap_or_default());
            let twice = rows.insert(key.clone(), serde_json::to_string(&row).unwrap());
            assert!(twice.is_none(), "{key} is there twice");
        }
    }
    rows
}

fn strip(row: &mut Value) {
    match row {
        Value::Object(members) => {
            members.retain(|name, _| !STAMPS.contains(&name.as_str()));
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

/// What is wrong with the rows of a sync that was edited between two calls.
fn lost(found: &Rows, before: &Rows, after: &Rows) -> Vec<String> {
    let keys: std::collections::BTreeSet<&String> = found.keys().chain(before.keys()).chain(after.keys()).collect();
    let mut wrong = Vec::new();
    for key in keys {
        let [is, before, after] = [found, before, after].map(|rows| rows.get(key));
        if is != before && is != after {
            wrong.push(format!("{key}\n  is     {is:?}\n  before {before:?}\n  after  {after:?}"));
        }
    }
    wrong
}

fn told_on_its_own(variant: Variant, edit: Edit, when: When) -> (usize, Rows) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(told(variant, edit, when))
}

/// Every so many-th call of each edit is tried, each edit from another one on; `MOCKGENTO_EVERY_CALL=1` tries all. Without
/// the bridge a sync makes a call for the regions of each country, so that fewer have to do.
fn check(variant: Variant) -> Vec<String> {
    let stride = match (std::env::var_os("MOCKGENTO_EVERY_CALL"), variant.bridge) {
        (Some(_), _) => 1,
        (None, Some(_)) => 13,
        (None, None) => 29,
    };
    let mut wrong = Vec::new();
    for (number, edit) in EDITS.iter().enumerate() {
        let (calls, before) = told_on_its_own(variant, *edit, When::Before);
        let (_, after) = told_on_its_own(variant, *edit, When::After);
        for call in (3 * number % stride..calls).step_by(stride) {
            let (made, found) = told_on_its_own(variant, *edit, When::Call(call));
            // The edit itself may have made more calls necessary than there are without it.
            if made <= call {
                continue;
            }
            for row in lost(&found, &before, &after) {
                wrong.push(format!("{edit:?} before call {call}: {row}"));
            }
        }
    }
    wrong
}

fn assert_nothing_lost(variant: Variant) {
    let wrong = check(variant);
    assert!(
        wrong.is_empty(),
        "{variant:?}: {} rows, the first: {}",
        wrong.len(),
        wrong[..wrong.len().min(5)].join("\n")
    );
}

const NEWEST: Variant =
    Variant { bridge: Some("1.2.19"), mode: WireStyle::RpcEncoded, phase: Phase::First, by_number: false };

#[test]
fn a_first_sync_loses_nothing_with_the_bridge() {
    assert_nothing_lost(NEWEST);
}

#[test]
fn a_later_sync_loses_nothing_with_the_bridge() {
    assert_nothing_lost(Variant { phase: Phase::Later, mode: WireStyle::WsI, ..NEWEST });
}

#[test]
fn a_first_sync_loses_nothing_without_the_bridge() {
    assert_nothing_lost(Variant { bridge: None, mode: WireStyle::WsI, ..NEWEST });
}

#[test]
fn a_later_sync_loses_nothing_without_the_bridge() {
    assert_nothing_lost(Variant { bridge: None, phase: Phase::Later, ..NEWEST });
}

/// The same look finds what pages by number lose: a customer who is saved again moves others over the edge.
#[test]
fn pages_by_number_lose_who_moves() {
    let variant = Variant { phase: Phase::Later, by_number: true, ..NEWEST };
    let edit = Edit::SaveCustomer(1);
    let (calls, before) = told_on_its_own(variant, edit, When::Before);
    let (_, after) = told_on_its_own(variant, edit, When::After);
    let found: Vec<String> = (0..calls)
        .flat_map(|call| lost(&told_on_its_own(variant, edit, When::Call(call)).1, &before, &after))
        .collect();
    assert!(found.iter().any(|row| row.starts_with("customers 26")), "{found:#?}");
}
