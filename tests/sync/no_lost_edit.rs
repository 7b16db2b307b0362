//! Edits on both sides, with trouble in between: once it is over both sides agree, and what they agree on is the newest
//! edit, or the one that the configured priority prefers. Whoever was created in the CRM is in the shop once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::world::{Setup, World, settings};
use mockgento::crm::{AddressEdit, CustomerEdit, Entity, Fields, IntegrationSettings, RowId, SyncPriority};
use mockgento::disrupt::{Armed, Disruption, When};
use mockgento::quirk::{Quirk, Quirks};
use mockgento::shop::Seed;
use mockgento::soap::WireStyle;
use mockgento::sync::context::SyncEvent;
use mockgento::sync::driver;
use proptest::prelude::*;
use serde_json::{Value, json};

const SEED: &str = "
config: {general/locale/timezone: UTC}
websites:
- {website_id: 1, code: base, name: Boutique, is_default: 1}
store_views:
- {store_id: 1, code: default, website_id: 1, name: English}
customers:
- {customer_id: 1, email: ada@example.com, firstname: Ada, lastname: Lovelace, created_at: 2024-01-02 09:00:00, addresses: [{firstname: Ada, lastname: Lovelace, street: 1 Main St, city: London, country_id: GB, postcode: N1, telephone: '1'}]}
- {customer_id: 2, email: grace@example.com, firstname: Grace, lastname: Hopper, created_at: 2024-01-06 09:00:00, addresses: [{firstname: Grace, lastname: Hopper, street: 2 Main St, city: York, country_id: GB, postcode: N2, telephone: '2'}]}
";

/// What is edited: the table and column of the shop, the entity and field of the CRM. Rows 1 and 2 of each.
const FIELDS: &[(&str, &str, Entity, &str)] = &[
    ("customer", "lastname", Entity::Customer, "lastName"),
    ("customer", "taxvat", Entity::Customer, "vat"),
    ("customer", "prefix", Entity::Customer, "namePrefix"),
    ("customer_address", "city", Entity::CustomerAddress, "city"),
    ("customer_address", "company", Entity::CustomerAddress, "organization"),
];

#[derive(Clone, Debug)]
enum Step {
    /// Somebody edits a field in the shop.
    InShop { field: usize, row: i64 },
    /// A CRM user edits it.
    InCrm { field: usize, row: i64 },
    /// A CRM user makes a customer with an address.
    Create,
    /// Hours pass, and the scheduler syncs.
    Sync(u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..FIELDS.len(), 1..=2_i64).prop_map(|(field, row)| Step::InShop { field, row }),
        3 => (0..FIELDS.len(), 1..=2_i64).prop_map(|(field, row)| Step::InCrm { field, row }),
        1 => Just(Step::Create),
        3 => (1..40_u8).prop_map(Step::Sync),
    ]
}

/// Operations that trouble strikes, with the bridge and without.
const STRUCK: &[&str] = &[
    "login",
    "oroCustomerList",
    "oroCustomerInfo",
    "oroCustomerUpdate",
    "oroCustomerCreate",
    "oroCustomerAddressInfo",
    "customerCustomerList",
    "customerCustomerInfo",
    "customerCustomerUpdate",
    "customerCustomerCreate",
    "customerAddressList",
    "customerAddressInfo",
    "customerAddressUpdate",
    "customerAddressCreate",
];

#[derive(Clone, Debug)]
enum Trouble {
    None,
    /// A call answers a fault.
    Fault {
        operation: usize,
        call: u64,
    },
    /// The shop is down at a call for longer than the client's patience.
    Down {
        operation: usize,
        call: u64,
    },
    /// The shop does what it is told, and answers a fault all the same.
    Lost {
        operation: usize,
        call: u64,
    },
    /// The sync is killed when it has said that many things.
    Kill {
        after: usize,
    },
}

fn trouble() -> impl Strategy<Value = Trouble> {
    let call = || (0..STRUCK.len(), 1..3_u64);
    prop_oneof![
        Just(Trouble::None),
        call().prop_map(|(operation, call)| Trouble::Fault { operation, call }),
        call().prop_map(|(operation, call)| Trouble::Down { operation, call }),
        call().prop_map(|(operation, call)| Trouble::Lost { operation, call }),
        (0..20_usize).prop_map(|after| Trouble::Kill { after }),
    ]
}

/// The newest edit of one field on each side, by the number of its step.
#[derive(Clone, Copy, Debug, Default)]
struct Edited {
    shop: Option<usize>,
    crm: Option<usize>,
}

struct Scenario {
    world: World,
    priority: SyncPriority,
    edited: BTreeMap<(usize, i64), Edited>,
    created: usize,
}

fn value(step: usize) -> String {
    format!("Edit{step}")
}

impl Scenario {
    async fn begin(bridge: Option<&'static str>, priority: SyncPriority) -> Self {
        let settings = IntegrationSettings {
            sync_start_date: jiff::civil::date(2024, 1, 1),
            is_two_way_sync_enabled: true,
            sync_priority: priority,
            connectors: vec!["website_dictionary", "store_dictionary", "customer_group_dictionary"]
                .into_iter()
                .chain(["region_dictionary", "customer_initial", "customer"])
                .map(str::to_owned)
                .collect(),
            is_extension_installed: bridge.is_some(),
            extension_version: bridge.map(str::to_owned),
            ..settings()
        };
        let mut world = World::new(Setup {
            seed: Seed::parse(SEED, "the seed of this test").unwrap(),
            clock: "2024-01-10T12:00:00Z",
            mode: WireStyle::RpcEncoded,
            bridge,
            settings,
            quirks: Quirks::default()
                .with(Quirk::TwoWayNeedsNoBridge, true)
                .with(Quirk::DictionaryFailuresIgnored, false),
        });
        world.sync().await;
        Self { world, priority, edited: BTreeMap::new(), created: 0 }
    }

    fn crm_row(&self, entity: Entity, origin_id: i64) -> (RowId, Fields) {
        let row = self.world.row(entity, origin_id);
        (row.id, row.fields)
    }

    async fn tell(&mut self, number: usize, step: &Step, trouble: &Trouble) {
        match step {
            Step::InShop { field, row } => {
                let (table, column, ..) = FIELDS[*field];
                self.world.update_in_shop(table, *row, json!({ column: value(number) }));
                self.edited.entry((*field, *row)).or_default().shop = Some(number);
            }
            Step::InCrm { field, row } => {
                let (_, _, entity, name) = FIELDS[*field];
                let (id, fields) = self.crm_row(entity, *row);
                let change = Fields::new().with(name, value(number));
                let edit = match entity {
                    Entity::Customer => CustomerEdit { fields: change, addresses: Vec::new() },
                    _ => CustomerEdit {
                        fields: Fields::new(),
                        addresses: vec![AddressEdit::Change { id, fields: change }],
                    },
                };
                let customer = if entity == Entity::Customer { id } else { fields.link("owner").unwrap() };
                self.world.crm.edit_customer(customer, &edit).unwrap();
                self.edited.entry((*field, *row)).or_default().crm = Some(number);
            }
            Step::Create => self.create(),
            Step::Sync(hours) => {
                self.world.advance(i64::from(*hours));
                self.sync(trouble).await;
            }
        }
    }

    fn create(&mut self) {
        self.created += 1;
        let mut fields = Fields::new()
            .with("firstName", "New")
            .with("lastName", "Customer")
            .with("email", format!("new{}@example.com", self.created));
        let (_, known) = self.crm_row(Entity::Customer, 1);
        for name in ["store", "group", "website"] {
            fields.set(name, known.get(name).cloned().unwrap());
        }
        let address = Fields::new()
            .with("firstName", "New")
            .with("lastName", "Customer")
            .with("street", "3 Main St")
            .with("city", "Hull")
            .with("country", "GB")
            .with("postalCode", "N3")
            .with("phone", "3");
        let addresses = vec![AddressEdit::Add(address)];
        self.world.crm.create_customer(self.world.integration, &CustomerEdit { fields, addresses }).unwrap();
    }

    async fn sync(&mut self, trouble: &Trouble) {
        let fault = || Disruption::Fault { code: "1".to_owned(), string: "SQLSTATE[HY000]".to_owned() };
        match trouble {
            Trouble::None => {}
            Trouble::Fault { operation, call } => self.arm(fault(), *operation, *call, 1),
            Trouble::Down { operation, call } => self.arm(Disruption::Status(503), *operation, *call, 4),
            Trouble::Lost { operation, call } => self.arm(Disruption::FaultAfterwards, *operation, *call, 1),
            Trouble::Kill { after } => return self.killed(*after).await,
        }
        self.world.sync().await;
        self.world.shop.plan().clear();
    }

    fn arm(&self, disruption: Disruption, operation: usize, call: u64, times: u64) {
        let when = When { operation: Some(STRUCK[operation].to_owned()), nth: Some(call), ..When::default() };
        self.world.shop.arm(Armed { times, ..Armed::once(disruption, when) });
    }

    async fn killed(&mut self, after: usize) {
        let seen = Arc::new(AtomicUsize::new(0));
        let killer = Arc::new(tokio::sync::Notify::new());
        let (count, kill) = (seen.clone(), killer.clone());
        let mut events = move |_: SyncEvent| {
            if count.fetch_add(1, Ordering::Relaxed) == after {
                kill.notify_one();
            }
        };
        let integration = self.world.integration;
        let mut context = self.world.context(&mut events);
        tokio::select! {
            biased;
            () = killer.notified() => {}
            outcome = driver::sync(&mut context, integration) => { outcome.unwrap(); }
        }
    }

    /// What may be in both at the end.
    fn allowed(&self, edited: Edited) -> Vec<String> {
        let remote_wins = self.priority == SyncPriority::Remote;
        match (edited.shop, edited.crm) {
            (Some(shop), Some(crm)) if remote_wins && shop > crm => vec![value(shop)],
            (Some(shop), Some(crm)) if !remote_wins && crm > shop => vec![value(crm)],
            (shop, crm) => shop.into_iter().chain(crm).map(value).collect(),
        }
    }

    async fn end(mut self) -> Result<(), TestCaseError> {
        for _ in 0..6 {
            self.world.advance(1);
            self.world.sync().await;
        }
        let state = self.world.shop.shop().lock().unwrap().state();
        let rows = |table: &str| state[table].as_array().cloned().unwrap_or_default();
        for ((field, row), edited) in &self.edited {
            let (table, column, entity, name) = FIELDS[*field];
            let found = rows(table).into_iter().find(|found| number(&found["entity_id"]) == Some(*row)).unwrap();
            let in_shop = found[column].as_str().unwrap_or_default().to_owned();
            let in_crm = self.crm_row(entity, *row).1.text(name).unwrap_or_default().to_owned();
            prop_assert_eq!(&in_shop, &in_crm, "{} of {} {}: shop and CRM", column, table, row);
            let allowed = self.allowed(*edited);
            prop_assert!(allowed.contains(&in_shop), "{column} of {table} {row} is {in_shop}, expected {allowed:?}");
        }
        let pending = self.world.crm.export_queue(self.world.integration).unwrap();
        prop_assert!(pending.is_empty(), "edits wait for ever: {pending:?}");
        for n in 1..=self.created {
            let email = format!("new{n}@example.com");
            let in_shop: Vec<_> = rows("customer").into_iter().filter(|row| row["email"] == email.as_str()).collect();
            prop_assert_eq!(in_shop.len(), 1, "{} in the shop", &email);
            let id = number(&in_shop[0]["entity_id"]).unwrap();
            let in_crm = self.world.crm.find(Entity::Customer, &[("email", email.as_str().into())]).unwrap();
            prop_assert_eq!(in_crm.len(), 1, "{} in the CRM", &email);
            prop_assert_eq!(in_crm[0].fields.int("originId"), Some(id));
            let of = rows("customer_address").into_iter().filter(|row| number(&row["parent_id"]) == Some(id)).count();
            let theirs = self.world.crm.find(Entity::CustomerAddress, &[("owner", in_crm[0].id.into())]).unwrap();
            prop_assert_eq!((of, theirs.len()), (1, 1), "addresses of {} in shop and CRM", &email);
        }
        Ok(())
    }
}

fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

fn check(bridge: Option<&'static str>, priority: SyncPriority, steps: &[(Step, Trouble)]) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let mut scenario = Scenario::begin(bridge, priority).await;
        for (number, (step, trouble)) in steps.iter().enumerate() {
            scenario.tell(number, step, trouble).await;
        }
        scenario.end().await
    })
}

/// What a CRM user does after a sync that was killed.
#[derive(Clone, Copy, Debug)]
enum Again {
    /// Edits the field to something else.
    Other,
    /// Takes the edit back.
    Back,
    /// Edits the address that the killed sync may have made, and nothing else.
    NewAddress,
}

impl Scenario {
    /// Goes on with a sync until it has been polled that often, and kills it then. Says whether it came to its end.
    async fn killed_after_polls(&mut self, polls: usize) -> bool {
        let mut ignore = |_: SyncEvent| {};
        let integration = self.world.integration;
        let mut context = self.world.context(&mut ignore);
        let mut sync = std::pin::pin!(driver::sync(&mut context, integration));
        let mut left = polls;
        std::future::poll_fn(|cx| {
            if left == 0 {
                return std::task::Poll::Ready(false);
            }
            left -= 1;
            sync.as_mut().poll(cx).map(|outcome| outcome.is_ok())
        })
        .await
    }

    fn edit(&mut self, entity: Entity, fields: Fields) {
        let (customer, _) = self.crm_row(Entity::Customer, 1);
        let edit = match entity {
            Entity::Customer => CustomerEdit { fields, addresses: Vec::new() },
            _ => {
                let addresses = self.world.crm.find(Entity::CustomerAddress, &[("owner", customer.into())]).unwrap();
                let address = match addresses.iter().find(|row| row.fields.text("street") == Some("9 New St")) {
                    Some(row) => AddressEdit::Change { id: row.id, fields },
                    None => AddressEdit::Add(fields),
                };
                CustomerEdit { fields: Fields::new(), addresses: vec![address] }
            }
        };
        self.world.crm.edit_customer(customer, &edit).unwrap();
    }

    /// Whether the edit arrived that was made last, however the sync before it was cut.
    async fn again(mut self, again: Again, polls: usize) -> bool {
        let address = |city: &str| {
            [
                ("firstName", "Ada"),
                ("lastName", "L"),
                ("street", "9 New St"),
                ("country", "GB"),
                ("postalCode", "N9"),
                ("phone", "9"),
            ]
            .into_iter()
            .fold(Fields::new().with("city", city), |fields, (name, value)| fields.with(name, value))
        };
        let name = |name: &str| Fields::new().with("lastName", name);
        let ((entity, first, second), expected) = match again {
            Again::Other => ((Entity::Customer, name("First"), name("Second")), "Second"),
            Again::Back => ((Entity::Customer, name("First"), name("Lovelace")), "Lovelace"),
            Again::NewAddress => ((Entity::CustomerAddress, address("Leeds"), address("Bath")), "Bath"),
        };
        self.edit(entity, first);
        self.world.advance(1);
        let came_through = self.killed_after_polls(polls).await;
        self.edit(entity, second);
        for _ in 0..4 {
            self.world.advance(1);
            self.world.sync().await;
        }
        let state = self.world.shop.shop().lock().unwrap().state();
        let in_shop: Vec<&str> = match entity {
            Entity::Customer => {
                let ada = state["customer"].as_array().unwrap().iter().find(|row| number(&row["entity_id"]) == Some(1));
                vec![ada.unwrap()["lastname"].as_str().unwrap()]
            }
            _ => {
                let rows = state["customer_address"].as_array().unwrap().iter();
                rows.filter(|row| row["street"] == "9 New St").map(|row| row["city"].as_str().unwrap()).collect()
            }
        };
        assert_eq!(in_shop, [expected], "{again:?} in the shop, after {polls} polls");
        let field = if entity == Entity::Customer { "lastName" } else { "city" };
        let rows = match entity {
            Entity::Customer => vec![self.world.row(Entity::Customer, 1)],
            _ => self.world.crm.find(Entity::CustomerAddress, &[("street", "9 New St".into())]).unwrap(),
        };
        let in_crm: Vec<_> = rows.iter().map(|row| row.fields.text(field).unwrap()).collect();
        assert_eq!(in_crm, [expected], "{again:?} in the CRM, after {polls} polls");
        let waiting = self.world.crm.export_queue(self.world.integration).unwrap();
        assert!(waiting.is_empty(), "{again:?} after {polls} polls: {waiting:?}");
        came_through
    }
}

/// A sync that is killed right after its write does not know that it wrote; the edit that is made again is not that of the
/// shop.
#[test]
fn an_edit_made_again_after_a_sync_was_killed_arrives() {
    for again in [Again::Other, Again::Back, Again::NewAddress] {
        for priority in [SyncPriority::Remote, SyncPriority::Local] {
            let mut polls = 0;
            loop {
                let runtime =
                    tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
                let came_through = runtime
                    .block_on(async { Scenario::begin(Some("1.2.19"), priority).await.again(again, polls).await });
                if came_through {
                    break;
                }
                polls += 1;
            }
            assert!(polls > 8, "the sync was cut at every step: {polls}");
        }
    }
}

/// A few scenarios each time; `PROPTEST_CASES=200` tells more.
fn config() -> ProptestConfig {
    const CASES: u32 = 8;
    let chosen = std::env::var_os("PROPTEST_CASES").map(|_| ProptestConfig::default().cases);
    ProptestConfig {
        cases: chosen.unwrap_or(CASES),
        failure_persistence: None,
        max_shrink_iters: 200,
        ..ProptestConfig::default()
    }
}

fn priority() -> impl Strategy<Value = SyncPriority> {
    prop_oneof![Just(SyncPriority::Remote), Just(SyncPriority::Local)]
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_edit_is_lost_with_the_bridge(
        priority in priority(),
        steps in prop::collection::vec((step(), trouble()), 1..20),
    ) {
        check(Some("1.2.19"), priority, &steps)?;
    }

    #[test]
    fn no_edit_is_lost_without_the_bridge(
        priority in priority(),
        steps in prop::collection::vec((step(), trouble()), 1..20),
    ) {
        check(None, priority, &steps)?;
    }
}
