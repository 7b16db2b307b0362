//! What a seed becomes: defaults filled in, references checked, tables built.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::{Seed, SeedCustomer, SeedError, SeedRow, SeedUser, attributes, check, declared};
use crate::magento::{Contract, directory};
use crate::nearest::meant;
use crate::secret::ApiKey;
use crate::shop::acl::{API_KEY_LENGTH_MIN, ApiUser, Role, Users};
use crate::shop::config::{Settings, TIME_ZONE};
use crate::shop::database::Database;
use crate::shop::row::Row;
use crate::shop::table::Table;

/// What a seed becomes.
pub(in crate::shop) struct Loaded {
    pub(in crate::shop) settings: Settings,
    pub(in crate::shop) database: Database,
    pub(in crate::shop) users: Users,
    /// In which sets attributes of products are to be.
    pub(in crate::shop) members: Vec<attributes::Membership>,
    /// The customers as they are in the tables, whose rows they share: opened on again they are the same.
    pub(in crate::shop) customers: Vec<SeedCustomer>,
}

impl Seed {
    /// Fills in defaults, checks references and builds the tables.
    pub(in crate::shop) fn load(self, contract: &Contract) -> Result<Loaded, SeedError> {
        let mut settings = Settings::default();
        for (path, value) in &self.config {
            settings.set(path.clone(), value.clone());
        }
        if let Some(zone) = self.config.get(TIME_ZONE).filter(|zone| !zone.is_empty() && TimeZone::get(zone).is_err()) {
            return Err(SeedError::Invalid {
                what: format!("config: {TIME_ZONE} is \"{zone}\", which is no time zone"),
                remedy: "write a name such as Europe/Berlin or UTC".to_owned(),
            });
        }
        let mut database = Database::default();
        for (name, own) in &self.own_tables {
            let declared = declared::own_table(name, own)?;
            database.declare(name, &own.key, declared);
        }
        let mut members = attributes::install(&self.attributes, &mut database)?;
        members.extend(
            self.tables.get("eav_attribute").map(|rows| attributes::members_of_rows(rows)).into_iter().flatten(),
        );
        if let Some(misfit) = check::rows(&self).into_iter().next() {
            return Err(misfit.into());
        }
        for (table, columns) in &self.columns {
            let known = database.get_mut(table).ok_or_else(|| declared::unknown_table(table, &self.own_tables))?;
            columns.iter().for_each(|column| known.add_column(column));
        }
        load_stores(&self, &mut database)?;
        load_groups(&self, &mut database);
        let users = load_users(&self.api_users, contract)?;
        for (table, rows) in self.tables {
            let known = database.get_mut(&table).ok_or_else(|| declared::unknown_table(&table, &self.own_tables))?;
            let stated = stated_ids(known.key(), &rows);
            for mut row in rows {
                if table == PRODUCTS {
                    complete_product(&mut row);
                }
                let key = known.key();
                if row.get(key).is_some() && known.row(row.int(key)).is_some() {
                    return Err(SeedError::Invalid {
                        what: format!("tables: {table} has two records with the {key} {}", row.text(key)),
                        remedy: "give each a number of its own".to_owned(),
                    });
                }
                if row.get(key).is_none() {
                    leave_out(known, &stated);
                }
                known.insert(row);
            }
        }
        let mut customers = Vec::with_capacity(self.customers.len());
        let stated = stated_ids("entity_id", self.customers.iter().map(|customer| &customer.fields));
        let named = stated_ids("customer_id", self.customers.iter().map(|customer| &customer.fields));
        let stated: BTreeSet<i64> = stated.union(&named).copied().collect();
        let addresses = stated_ids("entity_id", self.customers.iter().flat_map(|customer| &customer.addresses));
        for customer in self.customers {
            let brings_one = ["entity_id", "customer_id"].iter().any(|key| customer.fields.get(key).is_some());
            if !brings_one {
                leave_out(database.table_mut("customer"), &stated);
            }
            customers.push(load_customer(customer, &settings, &mut database, &addresses)?);
        }
        database.fill_up();
        Ok(Loaded { settings, database, users, members, customers })
    }
}

/// The ids that rows bring. A row without one gets the next that none of them has, wherever it stands.
fn stated_ids<'r>(key: &str, rows: impl IntoIterator<Item = &'r Row>) -> BTreeSet<i64> {
    rows.into_iter().filter(|row| row.get(key).is_some()).map(|row| row.int(key)).collect()
}

fn leave_out(table: &mut Table, stated: &BTreeSet<i64>) {
    while stated.contains(&table.next_id()) {
        table.skip_id();
    }
}

const PRODUCTS: &str = "catalog_product";

/// What the database gives a product that does not say it.
fn complete_product(row: &mut Row) {
    for (column, default) in [("entity_type_id", "4"), ("attribute_set_id", "4"), ("type_id", "simple")] {
        row.set_default(column, default);
    }
    row.set_default("created_at", SEED_STAMP);
    let created = row.text("created_at").to_owned();
    row.set_default("updated_at", &created);
}

fn to_row(row: &SeedRow) -> Row {
    row.iter().map(|(column, value)| (column.clone(), value.clone())).collect()
}

fn row_of(columns: &[(&str, &str)]) -> Row {
    columns.iter().map(|(column, value)| ((*column).to_owned(), Some((*value).to_owned()))).collect()
}

fn load_stores(seed: &Seed, database: &mut Database) -> Result<(), SeedError> {
    let admin_website = [
        ("website_id", "0"),
        ("code", "admin"),
        ("name", "Admin"),
        ("sort_order", "0"),
        ("default_group_id", "0"),
        ("is_default", "0"),
    ];
    let admin_group = [
        ("group_id", "0"),
        ("website_id", "0"),
        ("name", "Default"),
        ("root_category_id", "0"),
        ("default_store_id", "0"),
    ];
    let admin_store = [
        ("store_id", "0"),
        ("code", "admin"),
        ("website_id", "0"),
        ("group_id", "0"),
        ("name", "Admin"),
        ("sort_order", "0"),
        ("is_active", "1"),
    ];
    database.table_mut("core_website").insert(row_of(&admin_website));
    database.table_mut("core_store_group").insert(row_of(&admin_group));
    database.table_mut("core_store").insert(row_of(&admin_store));
    let main = row_of(&[("website_id", "1"), ("code", "base"), ("name", "Main Website"), ("is_default", "1")]);
    let websites: Vec<Row> =
        if seed.websites.is_empty() { vec![main] } else { seed.websites.iter().map(to_row).collect() };
    for (at, mut website) in websites.into_iter().enumerate() {
        website.set_default("sort_order", "0");
        website.set_default("is_default", if at == 0 { "1" } else { "0" });
        let id = database.table_mut("core_website").insert(website);
        if seed.store_groups.is_empty() && id != 0 {
            let (name, text) = (website_name(database, id), id.to_string());
            let group = row_of(&[
                ("group_id", &text),
                ("website_id", &text),
                ("name", &format!("{name} Store")),
                ("root_category_id", "2"),
            ]);
            database.table_mut("core_store_group").insert(group);
            database.table_mut("core_website").update(id, |row| row.set_default("default_group_id", &text));
        }
    }
    for group in &seed.store_groups {
        database.table_mut("core_store_group").insert(to_row(group));
    }
    let default_view =
        row_of(&[("store_id", "1"), ("code", "default"), ("website_id", "1"), ("name", "Default Store View")]);
    let views: Vec<Row> =
        if seed.store_views.is_empty() { vec![default_view] } else { seed.store_views.iter().map(to_row).collect() };
    for mut view in views {
        let website = view.text("website_id").to_owned();
        if database.table("core_website").row(view.int("website_id")).is_none() {
            return Err(SeedError::Invalid {
                what: format!(
                    "store_views: \"{}\" names the website {website}, which does not exist",
                    view.text("code")
                ),
                remedy: "add the website or correct website_id".to_owned(),
            });
        }
        let group = database.table("core_store_group").with("website_id", &website).map(|(id, _)| id).next();
        view.set_default("group_id", &group.unwrap_or_default().to_string());
        view.set_default("sort_order", "0");
        view.set_default("is_active", "1");
        let group = view.int("group_id");
        let id = database.table_mut("core_store").insert(view).to_string();
        database.table_mut("core_store_group").update(group, |row| row.set_default("default_store_id", &id));
    }
    for (id, _) in database.table("core_website").clone().iter() {
        let group = database.table("core_store_group").with("website_id", &id.to_string()).map(|(id, _)| id).next();
        database
            .table_mut("core_website")
            .update(id, |row| row.set_default("default_group_id", &group.unwrap_or_default().to_string()));
    }
    Ok(())
}

fn website_name(database: &Database, id: i64) -> String {
    database.table("core_website").row(id).map(|row| row.text("name").to_owned()).unwrap_or_default()
}

fn load_groups(seed: &Seed, database: &mut Database) {
    const FRESH: [(&str, &str); 4] = [("0", "NOT LOGGED IN"), ("1", "General"), ("2", "Wholesale"), ("3", "Retailer")];
    let groups = database.table_mut("customer_group");
    if seed.customer_groups.is_empty() {
        for (id, code) in FRESH {
            groups.insert(row_of(&[("customer_group_id", id), ("customer_group_code", code), ("tax_class_id", "3")]));
        }
    }
    for group in &seed.customer_groups {
        groups.insert(to_row(group));
    }
}

fn load_users(users: &[SeedUser], contract: &Contract) -> Result<Users, SeedError> {
    let mut loaded = Users::default();
    for user in users {
        if user.api_key.chars().count() < API_KEY_LENGTH_MIN {
            return Err(SeedError::Invalid {
                what: format!(
                    "api_users: the API key of \"{}\" is shorter than {API_KEY_LENGTH_MIN} characters",
                    user.username
                ),
                remedy: "Magento's admin form refuses such a key; use a longer one".to_owned(),
            });
        }
        for node in user.role.iter().flatten() {
            if !contract.acl().has(node) && node != "all" {
                let known = contract.acl().nodes();
                let meant = meant(node, known.iter().map(String::as_str)).map(|known| format!("did you mean {known}?"));
                return Err(SeedError::NoRight {
                    user: user.username.clone(),
                    node: node.clone(),
                    remedy: meant.unwrap_or_else(|| "use nodes such as customer/info, or all".to_owned()),
                });
            }
        }
        loaded.put(ApiUser {
            name: user.username.clone(),
            key: ApiKey::new(user.api_key.clone()),
            active: user.is_active,
            role: user.role.clone().map(Role::from_nodes),
        });
    }
    Ok(loaded)
}

/// The stamp of rows whose seed gives none: long before any scenario's clock.
const SEED_STAMP: &str = "2013-01-01 00:00:00";

fn load_customer(
    customer: SeedCustomer,
    settings: &Settings,
    database: &mut Database,
    stated_addresses: &BTreeSet<i64>,
) -> Result<SeedCustomer, SeedError> {
    let mut row = customer.fields;
    // People write the API's name of the key; the column is called entity_id.
    if let Some(id) = row.remove("customer_id") {
        row.set("entity_id", id);
    }
    row.set_default("website_id", "1");
    let website = row.text("website_id").to_owned();
    let store = database.table("core_store").with("website_id", &website).map(|(id, _)| id).next();
    row.set_default("store_id", &store.unwrap_or_default().to_string());
    let Some(store) = database.table("core_store").row(row.int("store_id")) else {
        return Err(SeedError::Invalid {
            what: format!(
                "customers: \"{}\" belongs to the store {}, which does not exist",
                row.text("email"),
                row.text("store_id")
            ),
            remedy: "add the store view or correct store_id".to_owned(),
        });
    };
    row.set_default("created_in", store.text("name"));
    row.set_default("group_id", &settings.text("customer/create_account/default_group"));
    check::customer(&row, database)?;
    row.set_default("is_active", "1");
    row.set_default("created_at", SEED_STAMP);
    let created = row.text("created_at").to_owned();
    row.set_default("updated_at", &created);
    if !row.has("increment_id") {
        row.set_opt("increment_id", None);
    }
    let id = database.table_mut("customer").insert(row);
    let (mut first, mut addresses) = (None, Vec::with_capacity(customer.addresses.len()));
    for address in customer.addresses {
        let mut address = address;
        address.set("parent_id", id.to_string());
        address.set_default("created_at", &created);
        address.set_default("updated_at", &created);
        let known =
            address.get("region_id").and_then(|region| directory::region(crate::soap::value::leading_int(region)));
        if let Some(region) = known {
            address.set_default("region", &region.name);
        }
        if address.get("entity_id").is_none() {
            leave_out(database.table_mut("customer_address"), stated_addresses);
        }
        let address_id = database.table_mut("customer_address").insert(address);
        first.get_or_insert(address_id);
        addresses.extend(database.table("customer_address").row(address_id).cloned());
    }
    if let Some(first) = first {
        database.table_mut("customer").update(id, |row| {
            row.set_default("default_billing", &first.to_string());
            row.set_default("default_shipping", &first.to_string());
        });
    }
    Ok(SeedCustomer { addresses, fields: database.table("customer").row(id).cloned().unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A recording has rows of which it knows no number, before and between those whose number it knows.
    #[test]
    fn rows_without_an_id_get_those_that_no_other_row_states() {
        let seed = Seed::parse(
            "customers: [{email: a@x.de}, {email: b@x.de, customer_id: 1}, {email: c@x.de}]\n\
             tables: {sales_flat_quote_address: [{quote_id: 1}, {address_id: 1, quote_id: 1}, {quote_id: 1}, \
             {address_id: 3, quote_id: 1}], sales_flat_quote: [{entity_id: 1}]}\n",
            "seed.yaml",
        );
        let loaded = seed.unwrap().load(&Contract::base()).unwrap();
        let ids = |table: &'static str| loaded.database.table(table).iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(ids("sales_flat_quote_address"), [1, 2, 3, 4]);
        assert_eq!(ids("customer"), [1, 2, 3]);
    }

    #[test]
    fn a_seed_gets_what_a_fresh_install_would_have() {
        let seed =
            Seed::parse("customers:\n- {email: a@example.com, firstname: Ann, addresses: [{city: Rome}]}\n", "s")
                .unwrap();
        let loaded = seed.load(Contract::shared()).unwrap();
        let customer = loaded.database.table("customer").row(1).unwrap();
        assert_eq!((customer.text("store_id"), customer.text("created_in")), ("1", "Default Store View"));
        assert_eq!(customer.text("default_billing"), "1");
        assert_eq!(loaded.database.table("customer_group").len(), 4);
    }

    #[test]
    fn a_broken_seed_names_the_place_and_the_remedy() {
        for (text, expected) in [
            ("custmers: []\n", "s:1:1: `custmers` is not known here; did you mean `customers`?"),
            ("api_users:\n- {username: a, api_key: abc, role: [all]}\n", "api_users: the API key of \"a\" is shorter"),
            (
                "api_users:\n- {username: a, api_key: abcdef, role: [shoes]}\n",
                "api_users: the role of \"a\" names \"shoes\"",
            ),
            (
                "tables: {sales_order: []}\n",
                "tables: there is no table \"sales_order\"; did you mean \"sales_flat_order\"?",
            ),
            ("store_views:\n- {code: x, website_id: 9}\n", "store_views: \"x\" names the website 9"),
        ] {
            let error = Seed::parse(text, "s")
                .and_then(|seed| seed.load(Contract::shared()).map(|_| ()))
                .unwrap_err()
                .to_string();
            assert!(error.starts_with(expected), "{error}");
        }
    }

    #[test]
    fn the_built_in_seed_loads() {
        let loaded = Seed::corner_shop_people().unwrap().load(Contract::shared()).unwrap();
        assert!(loaded.database.table("customer").len() >= 10);
        assert_eq!(loaded.database.table("core_website").len(), 3);
    }
}
