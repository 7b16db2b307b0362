//! What a shop sends becomes the record the reference CRM client makes of it: rows decoded from a real shop's answers,
//! converted, and compared with what the reference client's own converters made of the same shop.

use crate::need;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use mockgento::crm::CrmValue;
use mockgento::crm::SyncPriority;
use mockgento::magento::{BridgeRelease, Contract, Flavor};
use mockgento::quirk::{Profile, Quirks};
use mockgento::soap::codec::{Answer, Codec};
use mockgento::soap::{SoapStruct, SoapValue, WireStyle};
use mockgento::sync::convert::{
    Record, RowError, address, cart, credit_memo, customer, dictionary, newsletter_subscriber, order,
};
use mockgento::sync::export;
use mockgento::sync::merge::{Sides, merge};
use serde_json::Value;

type Convert = fn(&SoapStruct, &Quirks) -> Result<Record, RowError>;

/// Members of the reference client's objects that conversion does not set: its own bookkeeping and column defaults.
const NOT_CONVERTED: &[&str] =
    &["@", "channel", "editMode", "guest", "isActive", "lifetime", "primary", "owner", "order", "cart", "parent"];

fn codec(bridge: bool) -> Codec {
    let bridge = bridge.then(|| BridgeRelease::find("1.2.19").unwrap());
    Codec::new(Contract::shared().schema(WireStyle::RpcEncoded, bridge, Flavor::OpenMage194))
}

/// The rows of every recorded answer to `operation`, lists flattened.
fn recorded_rows(folder: &Path, bridge: bool, operation: &str) -> Vec<SoapStruct> {
    let codec = codec(bridge);
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut rows = Vec::new();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        if name.split('-').nth(1).is_none_or(|word| word.trim_end_matches(".res.xml") != operation)
            || !name.ends_with(".res.xml")
        {
            continue;
        }
        let body = fs::read(&file).unwrap();
        match codec.read_response(operation, &body) {
            Ok(Answer::Value(SoapValue::List(items))) => {
                rows.extend(items.iter().filter_map(SoapValue::as_struct).cloned())
            }
            Ok(Answer::Value(SoapValue::Struct(row))) => rows.push(row),
            _ => {}
        }
    }
    // The same shop answers the same in every exchange: one row of each is enough.
    let mut distinct: Vec<SoapStruct> = Vec::new();
    for row in rows {
        if !distinct.contains(&row) {
            distinct.push(row);
        }
    }
    distinct
}

/// Rows of a table of the recorded shop, for lists that were not recorded themselves.
fn seeded_rows(recordings: &Path, table: &str) -> Vec<SoapStruct> {
    let seed: Value = serde_json::from_slice(&fs::read(recordings.join("seed.json")).unwrap()).unwrap();
    let tables = seed.get("tables").unwrap_or(&seed);
    let text = |value: &Value| value.as_str().map_or(SoapValue::Nil, SoapValue::from);
    let row = |row: &Value| row.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), text(value))).collect();
    tables[table].as_array().unwrap().iter().map(row).collect()
}

/// Converts the recorded row of each expected entity and compares; gives the number compared.
fn compare(rows: &[SoapStruct], key: &str, expected: &Value, convert: Convert) -> usize {
    // The recorded conversions are the reference client's, its defects included.
    let quirks = Profile::OroCrm41.quirks();
    let mut compared = 0;
    for entry in expected.as_array().unwrap() {
        let entity = &entry["entity"];
        let origin_id = entity["originId"].to_string();
        // Later exchanges of the recording change some rows; what was converted is the row before that.
        let updated = entry["record"]["updatedAt"].as_str();
        let is_same = |row: &&SoapStruct| {
            row.text(key).as_deref() == Some(&origin_id)
                && (updated.is_none() || row.text("updated_at").as_deref() == updated)
        };
        let Some(row) = rows.iter().find(is_same) else { continue };
        let record = convert(row, &quirks).unwrap();
        assert_record(&record, entity, &format!("{key} {origin_id}"));
        compared += 1;
    }
    compared
}

fn assert_record(record: &Record, entity: &Value, what: &str) {
    for (field, value) in &record.values {
        assert_value(value, &entity[field], &format!("{what}: {field}"));
    }
    for (field, link) in &record.links {
        let region = &entity[field];
        let expected = match *field {
            // The number of a region lies where the reference client keeps codes.
            "region" => region["combinedCode"].as_str().or(region["code"].as_str()).map(|id| id.parse().unwrap()),
            // Customer 0 is nobody.
            "customer" => entity[field]["originId"].as_i64().filter(|id| *id != 0),
            _ => entity[field]["originId"].as_i64(),
        };
        assert_eq!(link.map(|link| link.origin_id.0), expected, "{what}: {field}");
    }
    for (field, rows) in &record.rows {
        let expected = match &entity[field] {
            Value::Array(rows) => rows.clone(),
            Value::Null => Vec::new(),
            single => vec![single.clone()],
        };
        assert_eq!(rows.len(), expected.len(), "{what}: {field}");
        for (row, entity) in rows.iter().zip(&expected) {
            assert_record(row, entity, &format!("{what}: {field}"));
        }
    }
    for (field, value) in entity.as_object().unwrap() {
        let known = record.values.contains_key(field.as_str())
            || record.links.contains_key(field.as_str())
            || record.rows.contains_key(field.as_str());
        let is_default = value == &Value::Bool(false)
            || value.as_f64() == Some(0.0)
            || (field == "customer" && value["originId"].is_null());
        assert!(
            known || is_default || NOT_CONVERTED.contains(&field.as_str()),
            "{what}: {field} was not converted, expected {value}"
        );
    }
}

fn assert_value(value: &CrmValue, expected: &Value, what: &str) {
    let same = match value {
        CrmValue::Null => expected.is_null(),
        CrmValue::Text(text) if expected.is_object() => {
            ["iso2Code", "id", "name"].iter().any(|key| expected[key] == text.as_str())
        }
        CrmValue::Text(text) => expected == text.replace(":8821/", ":8811/").as_str(),
        CrmValue::Int(n) => expected.as_i64() == Some(*n),
        CrmValue::Bool(flag) => expected.as_bool().unwrap_or_default() == *flag,
        CrmValue::Decimal(number) => expected.as_f64().map(|x| x.to_string()) == Some(number.normalize().to_string()),
        CrmValue::DateTime(at) => expected.as_str().and_then(|text| text.parse::<Timestamp>().ok()) == Some(*at),
        CrmValue::Date(day) => expected.as_str().is_some_and(|text| text.starts_with(&day.to_string())),
        CrmValue::TextList(names) => {
            let expected: Vec<&str> = expected
                .as_array()
                .map(|types| types.iter().filter_map(|t| t["name"].as_str()).collect())
                .unwrap_or_default();
            names.iter().map(String::as_str).eq(expected)
        }
        other => panic!("{what}: no conversion makes {other:?}"),
    };
    assert!(same, "{what}: {value:?}, expected {expected}");
}

pub fn rows_of_a_shop_with_bridge_become_the_reference_clients_records() {
    let recordings = need::recordings();
    let expected: Value =
        serde_json::from_slice(&fs::read(recordings.join("converted/records.json")).unwrap()).unwrap();
    let expected = &expected["with_bridge"];
    let folder = recordings.join("rpc-bridge");
    let rows = |operation| recorded_rows(&folder, true, operation);
    for (rows, key, name, convert, at_least) in [
        (rows("oroCustomerList"), "customer_id", "customers", customer::customer as Convert, 40),
        (rows("oroCustomerAddressInfo"), "customer_address_id", "customer_address_info", address::customer_address, 3),
        (rows("oroOrderList"), "order_id", "orders", order::order, 26),
        (rows("oroQuoteList"), "entity_id", "carts", cart::cart, 39),
        (rows("salesOrderCreditmemoInfo"), "creditmemo_id", "credit_memo_info", credit_memo::credit_memo, 3),
        (
            rows("newsletterSubscriberList"),
            "subscriber_id",
            "newsletter_subscribers",
            newsletter_subscriber::subscriber,
            5,
        ),
        (seeded_rows(&recordings, "core_website"), "website_id", "websites", dictionary::website, 2),
        (dictionary::stores_with_admin(&rows("storeList")), "store_id", "stores", dictionary::store, 2),
        (
            seeded_rows(&recordings, "customer_group"),
            "customer_group_id",
            "customer_groups",
            dictionary::customer_group,
            3,
        ),
    ] {
        let compared = compare(&rows, key, &expected[name], convert);
        eprintln!("{name}: {compared} compared");
        assert!(compared >= at_least, "{name}: only {compared} of {} rows were recorded", rows.len());
    }
}

pub fn rows_of_a_shop_without_bridge_become_the_reference_clients_records() {
    let recordings = need::recordings();
    let expected: Value =
        serde_json::from_slice(&fs::read(recordings.join("converted/records.json")).unwrap()).unwrap();
    let expected = &expected["without_bridge"];
    let folder = recordings.join("rpc-nobridge");
    let rows = |operation| recorded_rows(&folder, false, operation);
    assert!(compare(&rows("salesOrderInfo"), "order_id", &expected["order_info"], order::order) > 0);
    assert!(
        compare(
            &rows("salesOrderCreditmemoInfo"),
            "creditmemo_id",
            &expected["credit_memo_info"],
            credit_memo::credit_memo
        ) > 0
    );
    let stores = dictionary::stores_with_admin(&recorded_rows(&folder, false, "storeList"));
    let websites = dictionary::websites_of_stores(&stores);
    assert_eq!(compare(&websites, "website_id", &expected["websites"], dictionary::website), 2);
}

/// A recorded map as the value tree; numbers and booleans keep their types.
fn tree(value: &Value) -> SoapValue {
    match value {
        Value::Null => SoapValue::Nil,
        Value::Bool(flag) => (*flag).into(),
        Value::Number(number) => number.as_i64().map_or_else(|| number.as_f64().unwrap().into(), SoapValue::from),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(tree).collect::<Vec<_>>().into(),
        Value::Object(_) => members(value).into(),
    }
}

fn members(value: &Value) -> SoapStruct {
    value.as_object().unwrap().iter().map(|(name, value)| (name.as_str(), tree(value))).collect()
}

fn exported_customer(row: &SoapStruct) -> SoapStruct {
    export::customer::customer(&customer::customer(row, &Profile::OroCrm41.quirks()).unwrap())
}

fn exported_address(row: &SoapStruct) -> SoapStruct {
    let owner = row.get("customer_id").and_then(SoapValue::to_int);
    export::address::address(
        &address::customer_address(row, &Profile::OroCrm41.quirks()).unwrap(),
        owner.map(mockgento::OriginId),
    )
}

pub fn a_merged_customer_goes_out_as_the_reference_client_sends_it() {
    let recordings = need::recordings();
    let expected: Value =
        serde_json::from_slice(&fs::read(recordings.join("converted/records.json")).unwrap()).unwrap();
    for case in expected["two_way_customer"].as_array().unwrap() {
        let row = members(&case["remote"]);
        let unchanged = exported_customer(&row);
        assert_eq!(unchanged, members(&case["export_unchanged"]));
        assert_eq!(unchanged.clone().with("firstname", "LocalNew"), members(&case["local_export"]));

        let edited = |fields: &[(&str, &str)]| {
            fields.iter().fold(unchanged.clone(), |data, (name, value)| data.with(*name, *value))
        };
        for (name, local, remote) in [
            ("local_only_change", &[("firstname", "LocalNew")][..], &[][..]),
            ("conflict", &[("firstname", "LocalNew")], &[("firstname", "RemoteNew")]),
            (
                "two_local_conflict_last",
                &[("firstname", "LocalNew"), ("lastname", "LocalLast")],
                &[("lastname", "RemoteNew")],
            ),
            (
                "two_local_conflict_first",
                &[("firstname", "LocalNew"), ("lastname", "LocalLast")],
                &[("firstname", "RemoteNew")],
            ),
            ("remote_only_change", &[("firstname", "LocalNew")], &[("lastname", "RemoteNew")]),
        ] {
            let (local, remote) = (edited(local), edited(remote));
            let sides = Sides { local: &local, before: Some(&unchanged), remote: &remote, additional: &[] };
            for priority in [SyncPriority::Remote, SyncPriority::Local] {
                let merged = merge(sides, priority, &Profile::OroCrm41.quirks());
                let recorded = members(&case[format!("merge_{name}_{priority}").as_str()]);
                assert_eq!(merged, recorded, "{name}, {priority} wins");
            }
        }
    }
}

pub fn a_merged_address_goes_out_as_the_reference_client_sends_it() {
    let recordings = need::recordings();
    let expected: Value =
        serde_json::from_slice(&fs::read(recordings.join("converted/records.json")).unwrap()).unwrap();
    for case in expected["two_way_address"].as_array().unwrap() {
        let unchanged = exported_address(&members(&case["remote"]));
        assert_eq!(unchanged, members(&case["export_unchanged"]));
        let (local, remote) =
            (unchanged.clone().with("city", "LocalCity"), unchanged.clone().with("city", "RemoteCity"));
        let sides =
            Sides { local: &local, before: Some(&unchanged), remote: &remote, additional: export::address::ADDITIONAL };
        for priority in [SyncPriority::Remote, SyncPriority::Local] {
            let recorded = members(&case[format!("merge_conflict_{priority}").as_str()]);
            assert_eq!(merge(sides, priority, &Profile::OroCrm41.quirks()), recorded, "{priority} wins");
        }
    }
}

/// Rows as a real shop sent them, each with the record the reference client made of it: one of every kind, bundled, so
/// that conversion is checked without the recordings too.
pub fn bundled_rows_become_the_reference_clients_records() {
    for (name, text, convert) in [
        ("customer", include_str!("../fixtures/convert/customer.json"), customer::customer as Convert),
        (
            "customer address",
            include_str!("../fixtures/convert/customer_address.json"),
            address::customer_address as Convert,
        ),
        ("order", include_str!("../fixtures/convert/order.json"), order::order),
        ("cart", include_str!("../fixtures/convert/cart.json"), cart::cart),
        ("credit memo", include_str!("../fixtures/convert/credit_memo.json"), credit_memo::credit_memo),
        (
            "newsletter subscriber",
            include_str!("../fixtures/convert/newsletter_subscriber.json"),
            newsletter_subscriber::subscriber,
        ),
    ] {
        let case: Value = serde_json::from_str(text).unwrap();
        let record = convert(&members(&case["row"]), &Profile::OroCrm41.quirks()).unwrap();
        assert_record(&record, &case["expected"], name);
    }
}
