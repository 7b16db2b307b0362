//! Values that a form of Magento refuses by what the shop holds: records there are not, moments to come, regions of another
//! country. What can be said without a shop is in [`written`](crate::shop::written).

use super::EditError;
use super::people::not_allowed;
use crate::magento::columns::SqlType;
use crate::magento::columns::stored::stored;
use crate::magento::directory;
use crate::nearest;
use crate::shop::seed::SeedRow;
use crate::shop::written::takes::{TAX_CLASSES, Takes};
use crate::shop::written::{self, Miswritten, paths};
use crate::shop::{Row, Shop};
use crate::soap::value::leading_int;

/// The type of entity that products are.
const PRODUCT_TYPE: i64 = 4;

/// Carriers that Magento has.
const CARRIERS: &[&str] = &["flatrate", "freeshipping", "tablerate", "ups", "usps", "fedex", "dhl", "dhlint"];

/// The longest list of records that a message shows.
const LISTED_MAX: usize = 12;

impl Shop {
    /// Whether the shop takes the values of a row.
    pub(super) fn check_in_shop(&self, tables: &[&str], row: &SeedRow) -> Result<(), EditError> {
        for (column, value) in row {
            let Some(text) = value.as_deref().filter(|text| !text.is_empty()) else { continue };
            let Some((table, takes)) = written::takes_of(tables, column) else { continue };
            if let Some(remedy) = self.objection(takes, text) {
                return Err(written::not_held(table, column, text, remedy).into());
            }
        }
        Ok(())
    }

    /// Whether a path is one of the configuration's, and takes a value.
    pub(super) fn check_setting(&self, path: &str, value: &str) -> Result<(), EditError> {
        paths::check_path(path, |path| self.settings.get(path).is_some())?;
        paths::check_setting(path, value)?;
        match paths::takes(path).and_then(|takes| self.objection(takes, value)) {
            Some(remedy) => Err(Miswritten::new(format!("{path} cannot be \"{value}\""), remedy).into()),
            None => Ok(()),
        }
    }

    /// What to write instead of a value that the shop does not take.
    fn objection(&self, takes: Takes, text: &str) -> Option<String> {
        match takes {
            Takes::Record(table, named) => self.no_record(table, named, text),
            Takes::TaxClass => self.no_tax_class(text),
            Takes::AttributeSet => self.no_attribute_set(text),
            Takes::Carrier => self.no_carrier(text),
            Takes::Past => {
                let now = self.now_sql();
                let is_to_come = stored(text, SqlType::Datetime).as_ref() > now.as_str();
                is_to_come.then(|| format!("it is {now} in the shop (UTC); write a time that has been"))
            }
            Takes::Birthday => {
                let day = self.saved("customer", "dob", text).ok().flatten()?;
                let now = self.now_sql();
                let is_to_come = day.get(..DAY)? > now.get(..DAY)?;
                is_to_come.then(|| format!("it is {} in the shop; write a day that has been", &now[..DAY]))
            }
            _ => None,
        }
    }

    fn no_record(&self, table: &'static str, named: &str, text: &str) -> Option<String> {
        let rows = self.database.table(table);
        let id = text.parse::<i64>().ok();
        // Guests are customer 0.
        if id.is_some_and(|id| rows.row(id).is_some() || (table == "customer" && id == 0)) {
            return None;
        }
        let known: Vec<(String, &str)> = rows.iter().map(|(id, row)| (id.to_string(), row.text(named))).collect();
        let meant = known.iter().find(|(_, name)| name.eq_ignore_ascii_case(text));
        let meant = meant.map(|(id, _)| format!("did you mean {id}? ")).unwrap_or_default();
        Some(format!("{meant}{}", choices(&known, &format!("{table} has"))))
    }

    /// Classes are no table here; those of a fresh install are there, and those that rows of the shop name.
    fn no_tax_class(&self, text: &str) -> Option<String> {
        let of_rows = |table: &'static str| {
            self.database.table(table).iter().any(|(_, row)| row.get("tax_class_id") == Some(text))
        };
        let is_known = TAX_CLASSES.iter().any(|(id, _)| *id == text);
        let is_known = is_known || of_rows("customer_group") || of_rows("catalog_product");
        let known: Vec<(String, &str)> = TAX_CLASSES.iter().map(|(id, name)| ((*id).to_owned(), *name)).collect();
        (!is_known).then(|| choices(&known, "tax classes are"))
    }

    fn no_attribute_set(&self, text: &str) -> Option<String> {
        if self.set_of(leading_int(text)) == Some(PRODUCT_TYPE) {
            return None;
        }
        let rows = self.database.table("eav_attribute_set").iter();
        let rows = rows.filter(|(_, row)| row.int("entity_type_id") == PRODUCT_TYPE);
        let known: Vec<(String, &str)> =
            rows.map(|(id, row)| (id.to_string(), row.text("attribute_set_name"))).collect();
        Some(choices(&known, "sets of products are"))
    }

    fn no_carrier(&self, text: &str) -> Option<String> {
        let carrier = text.split_once('_').map(|(carrier, _)| carrier);
        let of_shop = |carrier: &str| {
            let group = format!("carriers/{carrier}/");
            self.settings.iter().any(|(path, _)| path.starts_with(&group))
        };
        if carrier.is_some_and(|carrier| CARRIERS.contains(&carrier) || of_shop(carrier)) {
            return None;
        }
        let meant = nearest::did_you_mean(carrier.unwrap_or(text), CARRIERS.iter().copied());
        let meant = meant.map(|said| format!("{said} ")).unwrap_or_default();
        Some(format!(
            "{meant}write carrier and method, such as flatrate_flatrate; carriers are {}, and those of modules that are \
             configured under carriers/",
            CARRIERS.join(", ")
        ))
    }

    /// A customer's default addresses are the customer's own.
    pub(super) fn check_default_addresses(&self, customer: i64, changes: &Row) -> Result<(), EditError> {
        for column in ["default_billing", "default_shipping"] {
            let address = changes.int(column);
            let found = self.database.table("customer_address").row(address);
            if address == 0 || found.is_some_and(|found| found.int("parent_id") == customer) {
                continue;
            }
            let own = customer.to_string();
            let own = self.database.table("customer_address").with("parent_id", &own);
            let known: Vec<(String, &str)> = own.map(|(id, row)| (id.to_string(), row.text("street"))).collect();
            let remedy = choices(&known, "the customer's addresses are");
            return Err(written::not_held("customer", column, changes.text(column), remedy).into());
        }
        Ok(())
    }
}

/// Characters of a day as the database writes it.
const DAY: usize = 10;

/// Records to choose from, or how many there are.
fn choices(known: &[(String, &str)], what: &str) -> String {
    if known.is_empty() {
        return format!("{what} none");
    }
    let listed: Vec<String> = known
        .iter()
        .take(LISTED_MAX)
        .map(|(id, name)| format!("{id} ({})", name.lines().next().unwrap_or_default()))
        .collect();
    let more = if known.len() > LISTED_MAX { ", …" } else { "" };
    format!("{what} {}{more}", listed.join(", "))
}

/// An edit says what changes.
pub(super) fn check_changes(fields: &SeedRow) -> Result<(), EditError> {
    if !fields.is_empty() {
        return Ok(());
    }
    Err(not_allowed("nothing changes: there is no value to set", "name the columns that change, with their values"))
}

/// A region is one of the address's country: by its id, or by its name where the country has regions, which the form
/// offers as a list.
pub(super) fn check_region(address: &Row, given: &SeedRow) -> Result<(), EditError> {
    let (id, country) = (address.int("region_id"), address.text("country_id"));
    let of_country = || directory::regions().iter().filter(|region| region.country_id == country);
    let wrong = |column: &str, what: String| {
        let written = given.get("region").and_then(Option::as_deref).unwrap_or_default();
        let meant = nearest::meant(written, of_country().map(|region| region.name.as_str()));
        let meant = of_country().find(|region| meant == Some(region.name.as_str()));
        let remedy = match (meant, of_country().next()) {
            (Some(region), _) => format!("did you mean {}, region_id {}?", region.name, region.region_id),
            (None, Some(region)) => format!("write the id of one, such as {} for {}", region.region_id, region.name),
            (None, None) => format!("write its name as `region`: Magento knows no regions of {country}"),
        };
        Err(Miswritten::of(column, what, remedy).into())
    };
    let told = given.get("region").and_then(Option::as_deref).filter(|name| !name.is_empty());
    if let (Some(name), Some(region), false) = (told, directory::region(id), given.contains_key("region_id")) {
        // The id is what counts, and it is that of another one.
        if !region.name.eq_ignore_ascii_case(name) && region.code != name {
            let what = format!("region is {name}, and region_id stays {id}, which is {}", region.name);
            return wrong("region", what);
        }
    }
    if id != 0 {
        let is_right = country.is_empty() || directory::region(id).is_some_and(|region| region.country_id == country);
        return if is_right {
            Ok(())
        } else {
            wrong("region_id", format!("region_id is {id}, which is no region of {country}"))
        };
    }
    let Some(Some(name)) = given.get("region").filter(|name| name.as_deref().is_some_and(|name| !name.is_empty()))
    else {
        return Ok(());
    };
    let is_known = of_country().any(|region| region.name.eq_ignore_ascii_case(name) || region.code == *name);
    match is_known || of_country().next().is_none() {
        true => Ok(()),
        false => wrong("region", format!("`{name}` is no region of {country}")),
    }
}
