//! Customers and their addresses as the admin's and the shop's forms save them.

use super::EditError;
use super::values::{check_changes, check_region};
use crate::shop::address::State;
use crate::shop::seed::SeedRow;
use crate::shop::written::{self, Miswritten};
use crate::shop::{Row, Shop};

const CUSTOMER: &str = "customer";
const ADDRESS: &str = "customer_address";

/// Words in an address that are columns of its customer, and those columns.
const DEFAULTS: &[(&str, &str)] =
    &[("is_default_billing", "default_billing"), ("is_default_shipping", "default_shipping")];

/// Whether an e-mail address is one.
///
/// # Errors
/// [`EditError::NotAllowed`], in Magento's words.
pub(super) fn check_email(email: &str) -> Result<(), EditError> {
    if written::is_email(email) {
        return Ok(());
    }
    let what = format!("Invalid email address \"{email}\".");
    Err(Miswritten::of("email", what, "write one such as ada@example.com").into())
}

pub(super) fn not_allowed(what: impl Into<String>, remedy: impl Into<String>) -> EditError {
    EditError::NotAllowed(what.into(), remedy.into())
}

/// Which of its customer's defaults an address is to be, or not to be.
type Defaults = Vec<(&'static str, bool)>;

impl Shop {
    /// Whether the tables have all columns of a row, and those can hold its values.
    pub(super) fn check_written(&self, tables: &[&'static str], row: &SeedRow) -> Result<(), EditError> {
        self.check_labels(tables, row)?;
        self.check_options(tables, row)?;
        let is_own = |column: &str| tables.iter().any(|table| self.has_own_column(table, column));
        written::check_row(tables, row, is_own)?;
        self.check_in_shop(tables, row)
    }

    /// A new customer, as somebody who registers or the admin's form makes one. Gives the id.
    pub(super) fn register(&mut self, fields: &SeedRow) -> Result<i64, EditError> {
        self.check_written(written::CUSTOMER, fields)?;
        let mut row = self.saved_row(CUSTOMER, fields)?;
        if let Some(id) = row.remove("customer_id") {
            row.set("entity_id", id);
        }
        if row.has("entity_id") && self.database.table(CUSTOMER).row(row.int("entity_id")).is_some() {
            let what = format!("there is a customer {} already", row.text("entity_id"));
            return Err(not_allowed(what, "leave the id out, or take `update customer`"));
        }
        self.settle_website(&mut row);
        self.check_customer(&row, |_| true, None)?;
        let now = self.now_sql();
        row.set_default("created_at", &now);
        row.set_default("updated_at", &now);
        self.complete_customer(&mut row);
        let id = self.database.table_mut(CUSTOMER).insert(row);
        self.subscription_follows(id);
        Ok(id)
    }

    /// Saves a customer with other values.
    pub(super) fn save_customer(&mut self, id: i64, fields: &SeedRow) -> Result<i64, EditError> {
        check_changes(fields)?;
        self.check_written(written::CUSTOMER, fields)?;
        let changes = self.saved_row(CUSTOMER, fields)?;
        let mut row = self.require(CUSTOMER, id)?.clone();
        keep_key(&changes, "entity_id", id)?;
        keep_key(&changes, "customer_id", id)?;
        for (column, value) in changes.iter().filter(|(column, _)| *column != "customer_id") {
            row.set_opt(column, value.map(str::to_owned));
        }
        self.check_customer(&row, |column| changes.has(column), Some(id))?;
        self.check_default_addresses(id, &changes)?;
        if !changes.has("updated_at") {
            row.set("updated_at", self.now_sql());
        }
        self.database.table_mut(CUSTOMER).update(id, |known| *known = row);
        self.subscription_follows(id);
        Ok(id)
    }

    /// Gives a customer an address, as the admin's form does. Gives the address's id.
    pub(super) fn add_address(&mut self, customer: i64, fields: &SeedRow) -> Result<i64, EditError> {
        self.check_written(written::ADDRESS, fields)?;
        self.require(CUSTOMER, customer)?;
        let (mut row, defaults) = self.saved_address(fields)?;
        keep_owner(&row, customer)?;
        row.set("parent_id", customer.to_string());
        let missing = self.missing_in_address(&row, State::Optional);
        if !missing.is_empty() {
            return Err(not_allowed(missing.join(" "), "Magento saves no address without it"));
        }
        check_region(&row, fields)?;
        let now = self.now_sql();
        row.set_default("created_at", &now);
        row.set_default("updated_at", &now);
        let id = self.database.table_mut(ADDRESS).insert(row);
        self.touch_customer(customer);
        self.set_default_address(customer, id, &defaults);
        Ok(id)
    }

    /// Saves an address with other values.
    pub(super) fn save_address(&mut self, id: i64, fields: &SeedRow) -> Result<i64, EditError> {
        check_changes(fields)?;
        self.check_written(written::ADDRESS, fields)?;
        let before = self.require(ADDRESS, id)?.clone();
        let (changes, defaults) = self.saved_address(fields)?;
        keep_key(&changes, "entity_id", id)?;
        keep_owner(&changes, before.int("parent_id"))?;
        let mut row = before.clone();
        for (column, value) in changes.iter() {
            row.set_opt(column, value.map(str::to_owned));
        }
        let lacked = self.missing_in_address(&before, State::Optional);
        let missing: Vec<&str> =
            self.missing_in_address(&row, State::Optional).into_iter().filter(|text| !lacked.contains(text)).collect();
        if !missing.is_empty() {
            return Err(not_allowed(missing.join(" "), "Magento saves no address without it"));
        }
        if ["region", "region_id", "country_id"].iter().any(|column| changes.has(column)) {
            check_region(&row, fields)?;
        }
        let owner = row.int("parent_id");
        if !changes.has("updated_at") {
            row.set("updated_at", self.now_sql());
        }
        self.database.table_mut(ADDRESS).update(id, |known| *known = row);
        self.touch_customer(owner);
        self.set_default_address(owner, id, &defaults);
        Ok(id)
    }

    /// Values as Magento saves them.
    fn saved_row(&self, table: &'static str, fields: &SeedRow) -> Result<Row, EditError> {
        let saved = |(column, value): (&String, &Option<String>)| {
            let value = value.as_deref().map(|text| self.saved(table, column, text)).transpose();
            let what = |why| Miswritten::of(column, format!("{column}: {why}"), "write one such as 1980-12-31");
            let value = value.map_err(what)?;
            Ok((column.clone(), value.flatten()))
        };
        fields.iter().map(saved).collect()
    }

    /// An address's columns, and which of its customer's defaults it is to be or not to be.
    fn saved_address(&self, fields: &SeedRow) -> Result<(Row, Defaults), EditError> {
        let mut row = self.saved_row(ADDRESS, fields)?;
        let mut flag = |(word, column): &(&str, &'static str)| {
            row.has(word).then(|| (*column, matches!(row.remove(word).as_deref(), Some("1" | "yes" | "true"))))
        };
        let defaults = DEFAULTS.iter().filter_map(&mut flag).collect();
        Ok((row, defaults))
    }

    fn set_default_address(&mut self, owner: i64, address: i64, flags: &[(&'static str, bool)]) {
        let now = self.now_sql();
        self.database.table_mut(CUSTOMER).update(owner, |row| {
            for (column, on) in flags {
                let is_it = row.int(column) == address;
                match (on, is_it) {
                    (true, _) => row.set(*column, address.to_string()),
                    (false, true) => row.set_opt(*column, None),
                    (false, false) => continue,
                }
                row.set("updated_at", now.as_str());
            }
        });
    }

    /// The admin's form saves the customer without an address that goes; deleted by itself, as over the API, it stays its
    /// customer's default in name.
    pub(super) fn drop_default_address(&mut self, address: i64) {
        let owner = self.database.table(ADDRESS).row(address).map_or(0, |row| row.int("parent_id"));
        self.database.table_mut(CUSTOMER).update(owner, |row| {
            for (_, column) in DEFAULTS {
                if row.int(column) == address {
                    row.set_opt(*column, None);
                }
            }
        });
    }

    /// Somebody who registers does so in the shop's first website and its first store view, when nothing else is said.
    fn settle_website(&self, row: &mut Row) {
        let stores = self.database.table("core_store");
        if !row.has("website_id") {
            let of_store = row.get("store_id").and_then(|_| stores.row(row.int("store_id")));
            let website = of_store.map(|store| store.text("website_id").to_owned());
            let first = || self.database.table("core_website").iter().map(|(id, _)| id).find(|id| *id > 0);
            let website = website.or_else(|| first().map(|id| id.to_string()));
            row.set_default("website_id", &website.unwrap_or_else(|| "0".to_owned()));
            let store = stores.with("website_id", row.text("website_id")).map(|(id, _)| id).next();
            row.set_default("store_id", &store.unwrap_or_default().to_string());
        }
    }

    /// What Magento's customer model and its database say of a customer that is saved; `is_given` are the columns that
    /// come with it, the others are as they were.
    fn check_customer(&self, row: &Row, is_given: impl Fn(&str) -> bool, id: Option<i64>) -> Result<(), EditError> {
        for (column, text) in
            [("firstname", "The first name cannot be empty."), ("lastname", "The last name cannot be empty.")]
        {
            if is_given(column) && row.text(column).trim().is_empty() {
                return Err(Miswritten::of(column, text, format!("add `{column}: …`")).into());
            }
        }
        if is_given("email") {
            if row.text("email").is_empty() {
                return Err(Miswritten::of("email", "Customer email is required", "add `email: …`").into());
            }
            check_email(row.text("email"))?;
        }
        if (is_given("email") || is_given("website_id"))
            && self.email_taken(row.text("email"), row.int("website_id"), id)
        {
            let what = format!("This customer email already exists ({})", row.text("email"));
            let remedy = "take another address, or another website_id where accounts are per website";
            return Err(Miswritten::of("email", what, remedy).into());
        }
        Ok(())
    }

    /// What Magento fills in when a customer is saved for the first time.
    pub(in crate::shop) fn complete_customer(&mut self, row: &mut Row) {
        row.set_default("website_id", "0");
        row.set_default("store_id", "0");
        let created_in =
            self.database.table("core_store").row(row.int("store_id")).map(|store| store.text("name").to_owned());
        row.set_default("created_in", &created_in.unwrap_or_default());
        row.set_default("group_id", &self.settings.text("customer/create_account/default_group"));
        row.set_default("is_active", "1");
        if !row.has("increment_id") {
            row.set_opt("increment_id", None);
        }
    }

    /// Saving an address in the admin saves its customer too.
    pub(super) fn touch_customer(&mut self, id: i64) {
        let now = self.now_sql();
        self.database.table_mut("customer").update(id, |row| row.set("updated_at", now));
    }
}

/// An address is that of one customer for good; its form does not say which.
fn keep_owner(address: &Row, customer: i64) -> Result<(), EditError> {
    let told = address.get("parent_id").filter(|text| !text.is_empty());
    match told.filter(|_| address.int("parent_id") != customer) {
        Some(other) => {
            let what = format!("parent_id is {other}, and the address is one of customer {customer}");
            Err(Miswritten::of("parent_id", what, "leave it out, or name that customer").into())
        }
        None => Ok(()),
    }
}

/// The key of what is changed may be said, not changed.
fn keep_key(changes: &Row, column: &str, id: i64) -> Result<(), EditError> {
    if !changes.has(column) || changes.int(column) == id {
        return Ok(());
    }
    Err(not_allowed(format!("{column} of {id} cannot become another one"), "leave it out, or create another record"))
}
