//! Customers: wire spec, section 7.2.

use super::entity_table::{self, Entities};
use super::{Call, Operations};
use std::borrow::Cow;

use crate::datetime;
use crate::magento::{Pager, columns};
use crate::shop::session::{random_hex, random_text};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[
    ("customerCustomerList", list),
    ("customerCustomerInfo", info),
    ("customerCustomerCreate", create),
    ("customerCustomerUpdate", update),
    ("customerCustomerDelete", delete),
];

/// How customers are listed.
const LISTING: Entities = Entities { table: "customer", aliases: &[("customer_id", "entity_id")] };

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let found = find(call)?;
    let rows: Vec<SoapValue> = found.iter().map(|(_, row)| listed(row).into()).collect();
    Ok(rows.into())
}

/// A customer as lists give it: raw UTC stamps.
pub(super) fn listed(row: &Row) -> SoapStruct {
    let mut answer = row.to_struct();
    answer.reserve(MEMBERS_BESIDE);
    answer.set("customer_id", row.text("entity_id"));
    answer
}

/// So many members does a customer's record have beside the columns of the row, or some more.
const MEMBERS_BESIDE: usize = 12;

/// Customers that pass the filters, by id.
pub(super) fn find<'a>(call: &'a Call<'_>) -> Result<Vec<(i64, Cow<'a, Row>)>, Refusal> {
    LISTING.find(call)
}

/// A page of them.
pub(super) fn find_page<'a>(call: &'a Call<'_>, pager: Pager) -> Result<Vec<(i64, Cow<'a, Row>)>, Refusal> {
    LISTING.find_page(call, 0, pager)
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let row = load(call)?;
    let mut answer = detailed(call.shop, &row);
    if let Some(wanted) = wanted_attributes(call) {
        let all = answer;
        answer = SoapStruct::new();
        for name in wanted {
            if let Some(value) = all.get(&name) {
                answer.set(name, value.clone());
            }
        }
    }
    answer.set("customer_id", row.text("entity_id"));
    Ok(answer.into())
}

/// The attribute codes an info call is restricted to; none given means all.
pub(super) fn wanted_attributes(call: &Call<'_>) -> Option<Vec<String>> {
    let list = call.arguments.get("attributes").and_then(SoapValue::as_list)?;
    Some(list.iter().filter_map(SoapValue::to_text).collect())
}

/// A customer as info gives it: `created_at` in the shop's zone as ISO 8601 (wire spec, section 10, quirk 4).
pub(super) fn detailed(shop: &Shop, row: &Row) -> SoapStruct {
    let mut answer = listed(row);
    answer.set("created_at", iso_stamp(shop, row));
    answer
}

/// An entity's `created_at` in the shop's zone.
pub(super) fn iso_stamp(shop: &Shop, row: &Row) -> Option<String> {
    let at = datetime::parse(row.text("created_at")).ok().flatten()?;
    Some(datetime::to_iso_in(at, &shop.settings.time_zone()))
}

/// The customer the call is about.
pub(super) fn load(call: &Call<'_>) -> Result<Row, Refusal> {
    let id = call.int("customerId");
    call.shop.database.table("customer").row(id).cloned().ok_or_else(|| call.fault("not_exists"))
}

/// An id in the data is the customer's own: one that exists is overwritten, one that does not is taken.
pub(super) fn register(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let data = call.record("customerData");
    let named = data.get("customer_id").and_then(SoapValue::to_int).filter(|id| *id > 0);
    let mut row = Row::new();
    fill(call, &mut row, &data)?;
    if let Some(password) = data.text("password").filter(|password| !password.is_empty()) {
        let password = password.trim();
        let shortest = call.shop.flavor().password_length_min();
        if !password.is_empty() && password.chars().count() < shortest {
            return Err(call.uncaught(format!(
                "The password must have at least {shortest} characters. Leading or trailing spaces will be ignored."
            )));
        }
        row.set("password_hash", call.shop.hash_password(password));
    }
    let email = row.text("email").to_owned();
    if email.is_empty() {
        return Err(call.fault_with("data_invalid", "Customer email is required"));
    }
    match named {
        // Where it belongs and where it came from are only filled in for who has no id yet.
        Some(_) => {
            row.set_default("store_id", "0");
            row.set_default("group_id", &call.shop.settings.text("customer/create_account/default_group"));
        }
        None => call.shop.complete_customer(&mut row),
    }
    if call.shop.email_taken(&email, row.int("website_id"), named) {
        return Err(call.fault_with("data_invalid", "This customer email already exists"));
    }
    check_keys(call, &row)?;
    let now = call.shop.now_sql();
    if let Some(id) = named {
        row.set("updated_at", now);
        return Ok(overwrite(call.shop, id, row).into());
    }
    row.set("created_at", now.clone());
    row.set("updated_at", now);
    if call.shop.confirms_accounts() {
        row.set("confirmation", random_hex(&mut call.shop.random));
    }
    let id = call.shop.database.table_mut("customer").insert(row);
    call.shop.subscription_follows(id);
    Ok(id.into())
}

/// Saves a customer whose id the data names: it is no new account, so that it gets neither a stamp nor a key, and one
/// that waits to be confirmed waits no longer.
fn overwrite(shop: &mut Shop, id: i64, mut row: Row) -> i64 {
    let customers = shop.database.table_mut("customer");
    row.remove("confirmation");
    let changed = customers.update(id, |known| {
        known.remove("confirmation");
        for (column, value) in row.iter().filter(|(column, _)| !matches!(*column, "created_at" | "increment_id")) {
            known.set_opt(column, value.map(str::to_owned));
        }
    });
    if !changed {
        let row = row.with("entity_id", id.to_string()).with("created_at", "0000-00-00 00:00:00");
        customers.insert(row.with("is_active", "1"));
    }
    shop.subscription_follows(id);
    id
}

/// A website or a store that does not exist is refused by the database, after it has counted up the id.
fn check_keys(call: &mut Call<'_>, row: &Row) -> Result<(), Refusal> {
    for (column, table) in [("website_id", "core_website"), ("store_id", "core_store")] {
        let missing = row.get(column).is_some() && call.shop.database.table(table).row(row.int(column)).is_none();
        if missing && column == "store_id" {
            // Magento looks the store up for its name, and what it throws then has no text.
            return Err(call.uncaught(""));
        }
        if missing {
            call.shop.database.table_mut("customer").skip_id();
            return Err(call.uncaught(broken_key(column, table)));
        }
    }
    Ok(())
}

fn broken_key(column: &str, table: &str) -> String {
    let name = format!("FK_CUSTOMER_ENTITY_{column}_{table}_{column}").to_uppercase();
    format!(
        "SQLSTATE[23000]: Integrity constraint violation: 1452 Cannot add or update a child row: a foreign key constraint \
         fails (`magento`.`customer_entity`, CONSTRAINT `{name}` FOREIGN KEY (`{column}`) REFERENCES `{table}` \
         (`{column}`) ON DELETE SET NULL ON UPDATE CASCADE), query was: INSERT INTO `customer_entity` \
         (`entity_type_id`, `website_id`, `email`, `group_id`, `store_id`, `created_at`, `updated_at`, \
         `disable_auto_group_change`) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
    )
}

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    call.check_record("customerData")?;
    register(call)
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    load(call)?;
    call.check_record("customerData")?;
    save(call, None)
}

/// Sets what the data brings; null leaves a field alone, an empty text empties it. Save errors are fault 1.
pub(super) fn save(call: &mut Call<'_>, password_hash: Option<String>) -> Result<SoapValue, Refusal> {
    let row = load(call)?;
    let data = call.record("customerData");
    let email = data.text("email").unwrap_or_else(|| row.text("email").to_owned());
    let website = data.get("website_id").and_then(SoapValue::to_int).unwrap_or_else(|| row.int("website_id"));
    if email.is_empty() {
        return Err(call.uncaught("Customer email is required"));
    }
    let id = row.int("entity_id");
    if call.shop.email_taken(&email, website, Some(id)) {
        return Err(call.uncaught("This customer email already exists"));
    }
    let mut changed = row.clone();
    fill(call, &mut changed, &data)?;
    check_keys(call, &changed)?;
    if let Some(hash) = password_hash {
        changed.set("password_hash", hash);
    }
    changed.set("updated_at", call.shop.now_sql());
    call.shop.database.table_mut("customer").update(id, |row| *row = changed);
    call.shop.subscription_follows(id);
    Ok(true.into())
}

/// Sets what the data brings, as Magento saves it. An attribute without a value is not stored at all (recordings 304 and
/// 305).
fn fill(call: &Call<'_>, row: &mut Row, data: &SoapStruct) -> Result<(), Refusal> {
    let table = columns::table("customer");
    for (name, value) in data.iter().filter(|(name, _)| !matches!(*name, "password" | "customer_id")) {
        let Some(text) = entity_table::joined(value) else { continue };
        let saved = call.shop.saved("customer", name, &text).map_err(|error| call.uncaught(error.to_string()))?;
        match saved {
            None if !table.is_some_and(|table| table.is_static(name)) => {
                row.remove(name);
            }
            saved => row.set_opt(name, saved),
        }
    }
    Ok(())
}

fn delete(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let id = load(call)?.int("entity_id");
    Ok(call.shop.delete_row("customer", id).into())
}

impl Shop {
    /// Whether another customer has the e-mail: in the same website, or anywhere when accounts are shared globally.
    pub(in crate::shop) fn email_taken(&self, email: &str, website: i64, except: Option<i64>) -> bool {
        let per_website = self.settings.is_on("customer/account_share/scope");
        let mut others = self.database.table("customer").with("email", email);
        others.any(|(id, row)| Some(id) != except && (!per_website || row.int("website_id") == website))
    }

    /// Whether a new account starts unconfirmed. The recorded OpenMage gives every account made by the API a key;
    /// Magento's own default is not to.
    fn confirms_accounts(&self) -> bool {
        match self.settings.get("customer/create_account/confirm") {
            Some(value) => value == "1",
            None => self.flavor().is_openmage(),
        }
    }

    /// A password nobody knows, encrypted as Magento keeps that of a cart's buyer: eight bytes in base64.
    pub(in crate::shop) fn encrypted_password(&mut self) -> String {
        use base64::Engine as _;
        use rand_chacha::rand_core::Rng as _;
        let mut bytes = [0_u8; 8];
        self.random.fill_bytes(&mut bytes);
        base64::engine::general_purpose::STANDARD.encode(bytes)
    }

    /// `hash:salt`; md5 with a short salt before CE 1.9.4, SHA-256 with a long one since.
    pub(in crate::shop) fn hash_password(&mut self, password: &str) -> String {
        use crate::magento::Flavor;
        use md5::Digest as _;
        let old = matches!(self.flavor(), Flavor::Magento17 | Flavor::Magento191);
        let salt = random_text(&mut self.random, if old { 2 } else { 32 });
        let salted = format!("{salt}{password}");
        let digest: Vec<u8> = if old {
            md5::Md5::digest(salted.as_bytes()).to_vec()
        } else {
            sha2::Sha256::digest(salted.as_bytes()).to_vec()
        };
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{hex}:{salt}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::magento::Contract;

    #[test]
    fn every_operation_here_belongs_to_the_customer_resource() {
        for (name, _) in OPERATIONS {
            let facts = Contract::shared().operation(name).unwrap();
            assert_eq!(facts.resource.as_deref(), Some("customer"), "{name}");
        }
    }
}
