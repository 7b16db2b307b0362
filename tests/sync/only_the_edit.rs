//! An export changes nothing in the shop but what the CRM's user changed: random shops with and without the bridge, in both
//! styles, random edits in the shop and in the CRM, whoever wins. Every column of every row that no edit names is as it
//! was, and no call sends a field that no edit names.

use std::collections::BTreeSet;

use crate::world::{Setup, World, settings};
use mockgento::crm::{AddressEdit, CrmValue, CustomerEdit, Entity, Fields, IntegrationSettings, SyncPriority};
use mockgento::quirk::{Profile, Quirk};
use mockgento::server::JournalEntry;
use mockgento::shop::Seed;
use mockgento::shop::seed::SeedRow;
use mockgento::soap::{SoapValue, WireStyle};
use mockgento::sync::driver;
use mockgento::sync::subscription::{self, Wanted, Whose};
use proptest::prelude::*;
use serde_json::{Value, json};

const SHOP: &str = "
config: {general/locale/timezone: America/New_York}
websites:
- {website_id: 1, code: base, name: Boutique, is_default: 1}
store_views:
- {store_id: 1, code: default, website_id: 1, name: English}
";

/// CRM field of a customer, Magento's, some values.
const CUSTOMER: &[(&str, &str, &[&str])] = &[
    ("firstName", "firstname", &["Ada", "Zoë", "0"]),
    ("lastName", "lastname", &["King", "O'Hara & Sons"]),
    ("middleName", "middlename", &["", "B."]),
    ("namePrefix", "prefix", &["", "Dr."]),
    ("nameSuffix", "suffix", &["", "Jr."]),
    ("gender", "gender", &["", "male", "female"]),
    ("vat", "taxvat", &["", "GB1"]),
    ("birthday", "dob", &["1980-12-10", "1999-01-31"]),
    ("email", "email", &["new@example.com"]),
];

/// The same of an address; a street is one field in the shop, and a region two.
const ADDRESS: &[(&str, &str, &[&str])] = &[
    ("firstName", "firstname", &["Ada", "Zoë"]),
    ("lastName", "lastname", &["King"]),
    ("middleName", "middlename", &["", "B."]),
    ("namePrefix", "prefix", &["", "Dr."]),
    ("nameSuffix", "suffix", &["", "Jr."]),
    ("organization", "company", &["", "Acme"]),
    ("street", "street", &["1 New St"]),
    ("street2", "street", &["", "Flat 2"]),
    ("city", "city", &["Paris"]),
    ("postalCode", "postcode", &["75001"]),
    ("country", "country_id", &["FR", "US"]),
    ("phone", "telephone", &["0"]),
    ("regionText", "region", &["", "Yorkshire"]),
    ("types", "default", &["billing", "shipping"]),
];

/// Values that Magento stores and the CRM's form of a record does not hold in full.
const ODD: &[(&str, &[&str])] = &[
    ("gender", &["1", "2", "123"]),
    ("prefix", &["Mrs", "  "]),
    ("suffix", &["PhD"]),
    ("middlename", &["von"]),
    ("taxvat", &["DE 1", "0"]),
    ("dob", &["1815-12-10 00:00:00", "0000-00-00 00:00:00"]),
    ("rp_token", &["abc"]),
    ("confirmation", &["k3y"]),
    ("loyalty", &["gold"]),
    ("created_in", &["English", "Somewhere else"]),
];

const ODD_OF_ADDRESSES: &[(&str, &[&str])] = &[
    ("street", &["1 Main St", "1\n2\n3", "a\n\nb", " x "]),
    ("country_id", &["GB", "XX", "GI"]),
    ("region", &["Yorkshire", "  "]),
    ("company", &["Acme Ltd"]),
    ("fax", &["99"]),
    ("vat_id", &["VAT9"]),
    ("prefix", &["Mrs"]),
    ("middlename", &["von"]),
    ("note", &["ring twice"]),
];

/// Picks: which values of a table, by number; what is beyond its values is left out.
type Picks = Vec<u8>;

#[derive(Clone, Debug)]
struct Case {
    bridge: Option<&'static str>,
    wsi: bool,
    local_wins: bool,
    reference: bool,
    customer: Picks,
    address: Picks,
    customer_in_shop: Picks,
    address_in_shop: Picks,
    customer_in_crm: Picks,
    address_in_crm: Picks,
    new_customer: Picks,
    new_address: Picks,
    subscribe: bool,
}

fn picks(count: usize) -> impl Strategy<Value = Picks> {
    prop::collection::vec(0..6_u8, count)
}

fn case() -> impl Strategy<Value = Case> {
    let bridge = prop_oneof![Just(None), Just(Some("1.2.19")), Just(Some("1.2.4"))];
    (
        (bridge, any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        (picks(ODD.len()), picks(ODD_OF_ADDRESSES.len()), picks(ODD.len()), picks(ODD_OF_ADDRESSES.len())),
        (picks(CUSTOMER.len()), picks(ADDRESS.len()), picks(CUSTOMER.len()), picks(ADDRESS.len())),
    )
        .prop_map(|((bridge, wsi, local_wins, reference, subscribe), shop, crm)| Case {
            bridge,
            wsi,
            local_wins,
            reference,
            customer: shop.0,
            address: shop.1,
            customer_in_shop: shop.2,
            address_in_shop: shop.3,
            customer_in_crm: crm.0,
            address_in_crm: crm.1,
            new_customer: crm.2,
            new_address: crm.3,
            subscribe,
        })
}

fn odd(table: &[(&str, &[&str])], picks: &Picks) -> SeedRow {
    let value = |((name, values), pick): (&(&str, &[&str]), &u8)| {
        Some(((*name).to_owned(), Some((*values.get(usize::from(*pick))?).to_owned())))
    };
    table.iter().zip(picks).filter_map(value).collect()
}

/// The fields of an edit, and Magento's names of them.
fn edited(
    entity: Entity,
    table: &[(&'static str, &'static str, &'static [&'static str])],
    picks: &Picks,
) -> (Fields, BTreeSet<String>) {
    let (mut fields, mut named) = (Fields::new(), BTreeSet::new());
    for ((name, magento, values), pick) in table.iter().zip(picks) {
        let Some(value) = values.get(usize::from(*pick)) else { continue };
        let typed = match (*name, *value) {
            ("types", value) => CrmValue::TextList(vec![value.to_owned()]),
            (_, "") => CrmValue::Null,
            ("birthday", day) => CrmValue::Date(day.parse().unwrap()),
            (_, text) => CrmValue::from(text),
        };
        assert!(entity.column(name).is_some(), "{name}");
        fields.set(*name, typed);
        match *magento {
            "default" => named.extend(["is_default_billing".to_owned(), "is_default_shipping".to_owned()]),
            other => drop(named.insert(other.to_owned())),
        }
    }
    (fields, named)
}

/// What an edit may change: the table, the row, the columns.
type Named = Vec<(&'static str, i64, BTreeSet<String>)>;

fn row_of<'a>(state: &'a Value, table: &str, id: i64) -> Option<&'a Value> {
    let key = if table == "newsletter_subscriber" { "subscriber_id" } else { "entity_id" };
    let rows = state[table].as_array()?;
    rows.iter().find(|row| row[key] == json!(id.to_string()) || row[key] == json!(id))
}

fn assert_only_named(before: &Value, after: &Value, named: &Named) {
    for (table, rows) in before.as_object().unwrap() {
        if table == "api_session" {
            continue;
        }
        for (at, row) in rows.as_array().into_iter().flatten().enumerate() {
            let now = &after[table][at];
            let mut columns: BTreeSet<&String> = row.as_object().unwrap().keys().collect();
            columns.extend(now.as_object().unwrap().keys());
            for column in columns {
                if row[column] == now[column] {
                    continue;
                }
                let is_named = named.iter().any(|(of, id, names)| {
                    of == table && row_of(before, of, *id) == Some(row) && names.contains(column)
                });
                assert!(is_named, "{table}.{column} of row {row:#} became {}", now[column]);
            }
        }
    }
}

/// The fields a writing call sends.
fn sent(entry: &JournalEntry) -> Vec<String> {
    let data = entry.arguments.iter().find(|(name, _)| name.ends_with("Data"));
    let Some((_, SoapValue::Struct(data))) = data else { return Vec::new() };
    data.iter().map(|(name, _)| name.to_owned()).collect()
}

async fn check(case: &Case) {
    let mut seed = Seed::parse(SHOP, "the seed of this test").unwrap();
    let text = |pairs: &[(&str, &str)]| -> SeedRow {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
    };
    let mut customer = text(&[("email", "ada@example.com"), ("firstname", "Ada"), ("lastname", "Lovelace")]);
    customer.extend(text(&[("created_at", "2024-01-02 09:00:00"), ("updated_at", "2024-01-02 09:00:00")]));
    customer.extend(odd(ODD, &case.customer));
    let mut address =
        text(&[("firstname", "Ada"), ("lastname", "Lovelace"), ("street", "1 Main St"), ("city", "York")]);
    address.extend(text(&[("country_id", "GB"), ("postcode", "Y1"), ("telephone", "1")]));
    let second = address.clone();
    address.extend(odd(ODD_OF_ADDRESSES, &case.address));
    let american = text(&[("country_id", "US"), ("region_id", "12"), ("region", "California")]);
    let third = second.clone().into_iter().chain(american).collect();
    let addresses = vec![address, second, third];
    let addresses = addresses.into_iter().map(Into::into).collect();
    seed.customers = vec![mockgento::shop::seed::SeedCustomer { addresses, fields: customer.into() }];

    let quirks = if case.reference { Profile::OroCrm41 } else { Profile::Documented }.quirks();
    let quirks = quirks.with(Quirk::WholeRecordSent, false).with(Quirk::TwoWayNeedsNoBridge, true);
    let settings = IntegrationSettings {
        is_two_way_sync_enabled: true,
        sync_priority: if case.local_wins { SyncPriority::Local } else { SyncPriority::Remote },
        is_extension_installed: case.bridge.is_some(),
        extension_version: case.bridge.map(str::to_owned),
        sync_start_date: jiff::civil::date(2024, 1, 1),
        ..settings()
    };
    let mode = if case.wsi { WireStyle::WsI } else { WireStyle::RpcEncoded };
    let mut world =
        World::new(Setup { seed, clock: "2024-01-10T12:00:00Z", mode, bridge: case.bridge, settings, quirks });
    assert!(world.sync().await.is_ok());
    world.advance(1);
    let to_json = |row: SeedRow| serde_json::to_value(row).unwrap();
    world.update_in_shop("customer", 1, to_json(odd(ODD, &case.customer_in_shop)));
    world.update_in_shop("customer_address", 1, to_json(odd(ODD_OF_ADDRESSES, &case.address_in_shop)));
    // Somebody moves the defaults in the shop; the CRM has not heard of it.
    world.update_in_shop("customer", 1, json!({"default_billing": "2"}));

    let ada = world.row(Entity::Customer, 1);
    let home = world.row(Entity::CustomerAddress, 1).id;
    let (fields, customer_named) = edited(Entity::Customer, CUSTOMER, &case.customer_in_crm);
    let (address_fields, address_named) = edited(Entity::CustomerAddress, ADDRESS, &case.address_in_crm);
    let (mut new_address, new_address_named) = edited(Entity::CustomerAddress, ADDRESS, &case.new_address);
    for (name, value) in [
        ("firstName", "Nina"),
        ("lastName", "Neu"),
        ("street", "Main St 1"),
        ("city", "Rome"),
        ("country", "IT"),
        ("postalCode", "1"),
        ("phone", "5"),
    ] {
        if !new_address.has(name) {
            new_address.set(name, value);
        }
    }
    let addresses =
        vec![AddressEdit::Change { id: home, fields: address_fields }, AddressEdit::Add(new_address.clone())];
    world.crm.edit_customer(ada.id, &CustomerEdit { fields, addresses }).unwrap();
    let (mut new, new_named) = edited(Entity::Customer, CUSTOMER, &case.new_customer);
    for (name, value) in [("firstName", "Nina"), ("lastName", "Neu"), ("email", "nina@example.com")] {
        new.set(name, value);
    }
    new.set("store", world.row(Entity::Store, 1).id);
    new.set("group", world.row(Entity::CustomerGroup, 1).id);
    let edit = CustomerEdit { fields: new, addresses: vec![AddressEdit::Add(new_address)] };
    world.crm.create_customer(world.integration, &edit).unwrap();

    let state = |world: &World| world.shop.shop().lock().unwrap().state();
    let before = state(&world);
    world.exchanges();
    let integration = world.integration;
    let mut ignore = |_| {};
    let mut context = world.context(&mut ignore);
    let outcome = driver::export_pending(&mut context, integration).await.unwrap();
    if case.subscribe && case.bridge.is_some() {
        subscription::change(&mut context, integration, Whose::Customer(ada.id), Wanted::Subscribed).await.unwrap();
    }
    let after = state(&world);
    assert!(outcome.is_ok(), "{outcome:#?}");

    let mut columns: Named =
        vec![("customer", 1, customer_named.clone()), ("customer_address", 1, address_named.clone())];
    if !customer_named.is_empty() {
        columns[0].2.insert("updated_at".to_owned());
    }
    if !address_named.is_empty() {
        columns[1].2.insert("updated_at".to_owned());
    }
    // A new default takes the place of the old one in the customer's row.
    let makes_default =
        address_named.contains("is_default_billing") || new_address_named.contains("is_default_billing");
    if makes_default {
        columns[0].2.extend(["default_billing".to_owned(), "default_shipping".to_owned()]);
    }
    assert_only_named(&before, &after, &columns);

    let required = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<String>>();
    for entry in world.exchanges() {
        let allowed = match entry.operation.as_str() {
            "customerCustomerUpdate" | "oroCustomerUpdate" => customer_named.clone(),
            "customerAddressUpdate" => address_named.clone(),
            "customerCustomerCreate" | "oroCustomerCreate" => {
                &new_named | &required(&["firstname", "lastname", "email", "store_id", "group_id", "website_id"])
            }
            "customerAddressCreate" => {
                let always = ["firstname", "lastname", "street", "city", "country_id", "postcode", "telephone"];
                &new_address_named | &required(&always)
            }
            "newsletterSubscriberCreate" => {
                required(&["customer_id", "subscriber_email", "subscriber_status", "store_id"])
            }
            "newsletterSubscriberUpdate" => required(&["subscriber_status"]),
            _ => continue,
        };
        for name in sent(&entry) {
            assert!(allowed.contains(&name), "{} sends {name}, which nobody changed: {allowed:?}", entry.operation);
        }
    }
}

/// Some shops each time; `PROPTEST_CASES=2000` tries more.
fn config() -> ProptestConfig {
    const CASES: u32 = 12;
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
    fn an_export_changes_nothing_but_what_the_edit_names(case in case()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
        runtime.block_on(check(&case));
    }
}
