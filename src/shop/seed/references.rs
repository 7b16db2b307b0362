//! What a seed says twice, and what it names that is not in it: keys, codes, e-mail addresses, websites, store views and
//! groups, all of it with its place. `load` asks the same of what comes without a text.

use std::collections::{BTreeMap, BTreeSet};

use super::check::Misfit;
use super::{Seed, SeedRow};
use crate::shop::acl::API_KEY_LENGTH_MIN;
use crate::shop::database::Database;
use crate::shop::row::Row;
use crate::shop::written::paths;
use crate::soap::value::leading_int;

/// Groups of a fresh install.
const FRESH_GROUPS: [i64; 4] = [0, 1, 2, 3];

/// The path of the group of customers who have none.
const DEFAULT_GROUP: &str = "customer/create_account/default_group";

/// Columns that a table has once besides its key.
const ONCE: &[(&str, &str)] = &[("catalog_product", "sku")];

/// All of it, in the order of the file's parts.
pub(super) fn misfits(seed: &Seed) -> Vec<Misfit> {
    let mut found = Vec::new();
    config(seed, &mut found);
    let websites = ids("websites", &seed.websites, "website_id", &mut found);
    once("websites", &seed.websites, "code", &mut found);
    let stores = ids("store_views", &seed.store_views, "store_id", &mut found);
    once("store_views", &seed.store_views, "code", &mut found);
    let groups = ids("customer_groups", &seed.customer_groups, "customer_group_id", &mut found);
    let websites: BTreeSet<i64> =
        [0].into_iter().chain(if seed.websites.is_empty() { vec![1] } else { websites }).collect();
    let stores: BTreeSet<i64> =
        [0].into_iter().chain(if seed.store_views.is_empty() { vec![1] } else { stores }).collect();
    let groups: BTreeSet<i64> = if groups.is_empty() { FRESH_GROUPS.into() } else { groups.into_iter().collect() };
    for (number, view) in seed.store_views.iter().enumerate() {
        let website = text_of(view, "website_id");
        if website.is_some_and(|id| !websites.contains(&leading_int(id))) {
            let named = format!("store_views: number {}", number + 1);
            let what = format!("it names the website {}, which does not exist", website.unwrap_or_default());
            let remedy = format!("add the website or correct website_id; there are {}", listed(&websites));
            found.push(Misfit::of(["store_views", &number.to_string()], "website_id", named, what, remedy));
        }
    }
    api_users(seed, &mut found);
    customers(seed, &Known { websites, stores, groups }, &mut found);
    unique_values(seed, &mut found);
    for (table, rows) in &seed.tables {
        let own_key = seed.own_tables.get(table).map(|own| own.key.as_str());
        if let Some(key) = own_key.or_else(|| Database::key_of(table)).filter(|key| !key.is_empty()) {
            twice(table, rows, key, "give each a number of its own", &mut found);
        }
        for (_, column) in ONCE.iter().filter(|(of, _)| of == table) {
            twice(table, rows, column, "Magento refuses the second; change or remove one of them", &mut found);
        }
    }
    found
}

/// Keys of what customers point to.
struct Known {
    websites: BTreeSet<i64>,
    stores: BTreeSet<i64>,
    groups: BTreeSet<i64>,
}

fn config(seed: &Seed, found: &mut Vec<Misfit>) {
    // A database keeps empty values that no form saves.
    for path in seed.config.keys() {
        // A shop may have fields of modules in Magento's groups; what is nearly one of Magento's is that one, misspelt.
        let wrong = paths::check_path(path, |_| false).err();
        if let Some(wrong) = wrong.filter(|wrong| wrong.remedy.starts_with("did you mean ")) {
            found.push(Misfit::of(["config"], path, "config".to_owned(), wrong.what, wrong.remedy));
        }
    }
    for (path, value) in seed.config.iter().filter(|(_, value)| !value.is_empty()) {
        if let Err(wrong) = paths::check_setting(path, value) {
            found.push(Misfit::of(["config"], path, "config".to_owned(), wrong.what, wrong.remedy));
        }
    }
}

fn api_users(seed: &Seed, found: &mut Vec<Misfit>) {
    let mut names = BTreeSet::new();
    for (number, user) in seed.api_users.iter().enumerate() {
        let at = ["api_users".to_owned(), number.to_string()];
        let named = format!("api_users: \"{}\"", user.username);
        if user.api_key.chars().count() < API_KEY_LENGTH_MIN {
            let what = format!("the API key is shorter than {API_KEY_LENGTH_MIN} characters");
            let remedy = "Magento's admin form refuses such a key; use a longer one".to_owned();
            found.push(Misfit::of(at.clone(), "api_key", named.clone(), what, remedy));
        }
        if !names.insert(user.username.as_str()) {
            let remedy = "give each a name of its own".to_owned();
            found.push(Misfit::of(at, "username", named, "there are two of that name".to_owned(), remedy));
        }
    }
}

fn customers(seed: &Seed, known: &Known, found: &mut Vec<Misfit>) {
    let (mut keys, mut emails) = (BTreeMap::new(), BTreeMap::new());
    for (number, customer) in seed.customers.iter().enumerate() {
        let row = &customer.fields;
        let email = row.text("email");
        let named = if email.is_empty() {
            format!("customers: number {}", number + 1)
        } else {
            format!("customers: \"{email}\"")
        };
        let mut told = |column: &str, what: String, remedy: String| {
            let path = ["customers".to_owned(), number.to_string()];
            found.push(Misfit::of(path, column, named.clone(), what, remedy));
        };
        if email.trim().is_empty() {
            told("email", "there is no e-mail address".to_owned(), "add `email: …`".to_owned());
        } else if !email.contains('@') {
            let remedy = "write one such as ada@example.com".to_owned();
            told("email", format!("`{email}` is no e-mail address"), remedy);
        }
        for key in ["entity_id", "customer_id"] {
            let Some(id) = row.get(key).map(leading_int) else { continue };
            if let Some(other) = keys.insert(id, number) {
                let what = format!("the id {id} is that of number {} too", other + 1);
                told(key, what, "give each an id of its own".to_owned());
            }
        }
        for (column, ids, what) in [
            ("website_id", &known.websites, "website"),
            ("store_id", &known.stores, "store view"),
            ("group_id", &known.groups, "customer group"),
        ] {
            let given = row.get(column).filter(|text| !text.is_empty()).map(leading_int);
            let Some(id) = given.filter(|id| !ids.contains(id)) else { continue };
            let remedy = format!("add it, or correct {column}; there are {}", listed(ids));
            told(column, format!("{column} is {id}, and there is no such {what}"), remedy);
        }
        let default = seed.config.get(DEFAULT_GROUP).map_or(1, |id| leading_int(id));
        if !row.has("group_id") && !known.groups.contains(&default) {
            let what = format!("it has no group_id, and the group {default} of those who have none does not exist");
            told("group_id", what, format!("add `group_id: …`; there are {}", listed(&known.groups)));
        }
        let website = row.get("website_id").map_or(1, leading_int);
        let address = email.to_lowercase();
        if !address.is_empty()
            && let Some(other) = emails.insert((website, address), number)
        {
            let what = format!("number {} has that e-mail address in the same website", other + 1);
            told("email", what, "Magento's database refuses the second; change or remove one of them".to_owned());
        }
    }
}

/// Values of customers' and products' own attributes that only one may have.
fn unique_values(seed: &Seed, found: &mut Vec<Misfit>) {
    for attribute in seed.attributes.iter().filter(|attribute| attribute.unique) {
        let remedy = format!("{} is `unique`; change or remove one of them", attribute.code);
        match attribute.entity.table() {
            "customer" => {
                let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
                for (number, customer) in seed.customers.iter().enumerate() {
                    let Some(text) = customer.fields.get(&attribute.code).filter(|text| !text.is_empty()) else {
                        continue;
                    };
                    if let Some(other) = seen.insert(text, number) {
                        let named = format!("customers: \"{}\"", customer.fields.text("email"));
                        let what = format!("{} is {text}, as that of number {} is", attribute.code, other + 1);
                        let path = ["customers".to_owned(), number.to_string()];
                        found.push(Misfit::of(path, &attribute.code, named, what, remedy.clone()));
                    }
                }
            }
            table => {
                let rows = seed.tables.get(table).map(Vec::as_slice).unwrap_or_default();
                twice(table, rows, &attribute.code, &remedy, found);
            }
        }
    }
}

/// The keys of rows, those given out to rows without one too; two that are the same are told.
fn ids(list: &str, rows: &[SeedRow], key: &str, found: &mut Vec<Misfit>) -> Vec<i64> {
    let mut next = 1;
    let mut ids: Vec<i64> = Vec::with_capacity(rows.len());
    for (number, row) in rows.iter().enumerate() {
        let id = text_of(row, key).map_or(next, leading_int);
        next = next.max(id + 1);
        if ids.contains(&id) {
            let named = format!("{list}: number {}", number + 1);
            let remedy = "give each a number of its own".to_owned();
            found.push(Misfit::of(
                [list, &number.to_string()],
                key,
                named,
                format!("there are two with the {key} {id}"),
                remedy,
            ));
        }
        ids.push(id);
    }
    ids
}

/// A code of which there is one.
fn once(list: &str, rows: &[SeedRow], column: &str, found: &mut Vec<Misfit>) {
    let mut seen = BTreeSet::new();
    for (number, row) in rows.iter().enumerate() {
        let Some(text) = text_of(row, column) else { continue };
        if !seen.insert(text) {
            let named = format!("{list}: number {}", number + 1);
            let what = format!("there are two with the {column} \"{text}\"");
            let remedy = "Magento's database refuses the second; change or remove one of them".to_owned();
            found.push(Misfit::of([list, &number.to_string()], column, named, what, remedy));
        }
    }
}

/// Rows of a table that share what only one may have.
fn twice(table: &str, rows: &[Row], column: &str, remedy: &str, found: &mut Vec<Misfit>) {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, row) in rows.iter().enumerate() {
        let Some(text) = row.get(column).filter(|text| !text.is_empty()) else { continue };
        if let Some(other) = seen.insert(text, number) {
            let named = format!("tables: {table}, number {}", number + 1);
            let what = format!("{column} is {text}, as that of number {} is", other + 1);
            found.push(Misfit::of(["tables", table, &number.to_string()], column, named, what, remedy.to_owned()));
        }
    }
}

fn text_of<'a>(row: &'a SeedRow, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Option::as_deref).filter(|text| !text.is_empty())
}

fn listed(ids: &BTreeSet<i64>) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}
