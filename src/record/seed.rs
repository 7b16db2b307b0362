//! A shop for the fake out of a recording: what its answers showed of the real one.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::RecordError;
use super::cassette::Cassette;
use super::reader::Reader;
use super::rows::Rows;
use crate::magento::{BridgeRelease, Flavor};
use crate::shop::Row;
use crate::shop::Seed;
use crate::shop::seed::{SeedCustomer, SeedRow, SeedUser};
use crate::soap::{Answer, SoapStruct, SoapValue};

/// The API user of the seed; the real one is in no recording.
pub const USER: &str = "recorded";
/// The API key of the shop that is made of a recording.
pub const KEY: &str = "recorded-key";

/// The shop behind a recording.
pub struct Rebuilt {
    /// The rows of that shop.
    pub seed: Seed,
    /// The release of the bridge it has installed.
    pub bridge: Option<&'static BridgeRelease>,
    /// What it poses as.
    pub flavor: Flavor,
    /// Whether it speaks WS-I.
    pub wsi: bool,
}

/// Builds the shop.
///
/// # Errors
/// [`RecordError::Wsdl`] when the recording has no usable service description.
pub fn rebuild(cassette: &Cassette) -> Result<Rebuilt, RecordError> {
    let reader = Reader::of_wsdl(&cassette.wsdl)?;
    let mut rows = Rows::default();
    let mut ping = SoapStruct::new();
    let mut mage_version = None;
    for exchange in cassette.exchanges.iter().filter(|exchange| exchange.status == Some(200)) {
        let Some(Answer::Value(answer)) = reader.answer(&exchange.operation, &exchange.bytes()) else { continue };
        match exchange.operation.as_str() {
            "oroPing" => ping = inner(&answer).cloned().unwrap_or_default(),
            "magentoInfo" => mage_version = inner(&answer).and_then(|info| info.text("magento_version")),
            operation => rows.add(operation, &exchange.arguments, &answer),
        }
    }
    let bridge = bridge(&reader, ping.text("version").as_deref());
    let mage_version = ping.text("mage_version").or(mage_version);
    Ok(Rebuilt {
        seed: seed(rows, &ping),
        bridge,
        flavor: flavor(&reader, &cassette.wsdl, mage_version.as_deref()),
        wsi: reader.is_wsi(),
    })
}

/// The record of an answer, out of the wrapper of WS-I.
fn inner(answer: &SoapValue) -> Option<&SoapStruct> {
    let record = answer.as_struct()?;
    record.get("result").and_then(SoapValue::as_struct).or(Some(record))
}

/// Several releases answer a ping alike; the newest of them that declares no more than the shop did.
fn bridge(reader: &Reader, ping: Option<&str>) -> Option<&'static BridgeRelease> {
    if !reader.has_operation("oroPing") {
        return None;
    }
    let alike = |release: &&BridgeRelease| ping.is_some_and(|ping| release.ping.as_str() == ping);
    let found = BridgeRelease::all().iter().rev().find(alike);
    found.or_else(|| Some(BridgeRelease::newest()))
}

/// The product: by its namespace, its version and how it names its service.
fn flavor(reader: &Reader, wsdl: &str, version: Option<&str>) -> Flavor {
    let handler = wsdl.contains("Mage_Api_Model_Server_V2_HandlerPortType");
    let is = |begin: &str| version.is_some_and(|version| version.starts_with(begin));
    if reader.namespace() == Flavor::NEWEST_OPENMAGE.target_namespace() {
        let has_vat = wsdl.contains("vat_request_date");
        if has_vat { Flavor::NEWEST_OPENMAGE } else { Flavor::OpenMage19423 }
    } else if is("1.4.") || is("1.5.") || is("1.6.") || is("1.7.") {
        Flavor::Magento17
    } else if is("1.8.") || is("1.9.0") || is("1.9.1") {
        Flavor::Magento191
    } else if handler && !reader.is_wsi() {
        Flavor::OpenMage194
    } else {
        Flavor::Magento194
    }
}

fn seed(mut rows: Rows, ping: &SoapStruct) -> Seed {
    let mut config = IndexMap::from([("web/unsecure/base_url".to_owned(), "http://shop.example/".to_owned())]);
    if let Some(scope) = ping.text("customer_scope").filter(|scope| !scope.is_empty()) {
        config.insert("customer/account_share/scope".to_owned(), scope);
    }
    if rows.has_attributes {
        config.insert("oro/api/enable_attributes".to_owned(), "1".to_owned());
    }
    let customers = customers(&mut rows);
    let mut views = without_admin(rows.take("core_store"), "store_id");
    missing_views(&mut views, &customers);
    let websites = websites(without_admin(rows.take("core_website"), "website_id"), &views);
    let groups = store_groups(&views, &websites);
    let mut customer_groups = rows.take("customer_group");
    missing_groups(&mut customer_groups, &customers);
    let mut seed = Seed {
        config,
        store_groups: groups,
        websites,
        store_views: views,
        customer_groups,
        api_users: vec![SeedUser::with_full_access(USER, KEY)],
        customers,
        columns: IndexMap::new(),
        attributes: Vec::new(),
        own_tables: IndexMap::new(),
        tables: rows.rest().into_iter().map(|(table, rows)| (table, packed(rows))).collect(),
    };
    seed.name_own_columns();
    seed
}

fn customers(rows: &mut Rows) -> Vec<SeedCustomer> {
    let mut addresses: IndexMap<String, Vec<SeedRow>> = IndexMap::new();
    for mut address in rows.take("customer_address") {
        let parent = address.shift_remove("parent_id").flatten().unwrap_or_default();
        addresses.entry(parent).or_default().push(address);
    }
    let with_addresses = |mut fields: SeedRow| {
        let id = fields.get("entity_id").cloned().flatten()?;
        // Left out, the first address would become the default.
        for column in ["default_billing", "default_shipping"] {
            fields.entry(column.to_owned()).or_insert(None);
        }
        let addresses = packed(addresses.shift_remove(&id).unwrap_or_default());
        Some(SeedCustomer { addresses, fields: fields.into() })
    };
    rows.take("customer").into_iter().filter_map(with_addresses).collect()
}

fn packed(rows: Vec<SeedRow>) -> Vec<Row> {
    rows.into_iter().map(Row::from).collect()
}

fn without_admin(rows: Vec<SeedRow>, key: &str) -> Vec<SeedRow> {
    rows.into_iter().filter(|row| text(row, key) != "0").collect()
}

fn text<'a>(row: &'a SeedRow, column: &str) -> &'a str {
    row.get(column).and_then(|value| value.as_deref()).unwrap_or_default()
}

fn row(columns: &[(&str, &str)]) -> SeedRow {
    columns.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
}

/// Customers of stores that no answer listed, for instance because that answer failed.
fn missing_views(views: &mut Vec<SeedRow>, customers: &[SeedCustomer]) {
    let known: BTreeSet<String> = views.iter().map(|view| text(view, "store_id").to_owned()).collect();
    for customer in customers {
        let (store, website) = (customer.fields.text("store_id"), customer.fields.text("website_id"));
        let is_known = known.contains(store) || views.iter().any(|view| text(view, "store_id") == store);
        if !matches!(store, "" | "0") && !is_known {
            let name = format!("store_{store}");
            views.push(row(&[("store_id", store), ("code", &name), ("website_id", website), ("name", &name)]));
        }
    }
}

/// Groups of customers that no answer listed. Without any list the shop has those of a fresh install.
fn missing_groups(groups: &mut Vec<SeedRow>, customers: &[SeedCustomer]) {
    const FRESH: [(&str, &str); 4] = [("0", "NOT LOGGED IN"), ("1", "General"), ("2", "Wholesale"), ("3", "Retailer")];
    let group = |id: &str, name: &str| row(&[("customer_group_id", id), ("customer_group_code", name)]);
    let is_fresh = |id: &str| FRESH.iter().any(|(fresh, _)| *fresh == id);
    let wanted: BTreeSet<&str> = customers.iter().map(|customer| customer.fields.text("group_id")).collect();
    if groups.is_empty() && wanted.iter().any(|id| !id.is_empty() && !is_fresh(id)) {
        groups.extend(FRESH.iter().map(|(id, name)| group(id, name)));
    }
    let is_listed = |id: &str| groups.is_empty() || groups.iter().any(|group| text(group, "customer_group_id") == id);
    let missing: Vec<&str> = wanted.into_iter().filter(|id| !id.is_empty() && !is_listed(id)).collect();
    groups.extend(missing.into_iter().map(|id| group(id, &format!("group_{id}"))));
}

/// The websites that were listed, and those that store views name.
fn websites(mut websites: Vec<SeedRow>, views: &[SeedRow]) -> Vec<SeedRow> {
    for view in views {
        let id = text(view, "website_id");
        if !id.is_empty() && !websites.iter().any(|website| text(website, "website_id") == id) {
            let name = format!("website_{id}");
            websites.push(row(&[("website_id", id), ("code", &name), ("name", &name)]));
        }
    }
    websites
}

/// Groups of stores are in no answer but for their ids.
fn store_groups(views: &[SeedRow], websites: &[SeedRow]) -> Vec<SeedRow> {
    let mut groups: IndexMap<String, SeedRow> = IndexMap::new();
    for view in views.iter().filter(|view| !text(view, "group_id").is_empty()) {
        let (id, website) = (text(view, "group_id"), text(view, "website_id"));
        let name =
            websites.iter().find(|known| text(known, "website_id") == website).map_or("", |known| text(known, "name"));
        let group = row(&[("group_id", id), ("website_id", website), ("name", name), ("root_category_id", "2")]);
        groups.entry(id.to_owned()).or_insert(group);
    }
    groups.into_values().collect()
}
