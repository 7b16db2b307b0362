//! Products as the admin's form saves them: with the values of its attributes that nobody says, a stock item, and in every
//! website of the shop. What they are made of (options, links, media) has no edit; the database has (`tables`).

use super::people::not_allowed;
use super::{EditError, tables};
use crate::magento::columns;
use crate::shop::operation::catalog::url_key::url_key;
use crate::shop::seed::SeedRow;
use crate::shop::written::Miswritten;
use crate::shop::{Row, Shop};
use crate::soap::SoapStruct;

const TABLE: &str = "catalog_product";
const WEBSITES: &str = "catalog_product_website";

/// What a new product is where nothing else is said, as the form offers it: a simple one that is enabled and shown.
const USUAL: &[(&str, &str)] = &[
    ("entity_type_id", "4"),
    ("type_id", "simple"),
    ("attribute_set_id", "4"),
    ("status", "1"),
    ("visibility", "4"),
    ("tax_class_id", "2"),
    ("has_options", "0"),
    ("required_options", "0"),
];

/// Dates that are a range, as the form checks them (`validateAction` of its controller).
const RANGES: &[(&str, &str)] = &[
    ("special_from_date", "special_to_date"),
    ("news_from_date", "news_to_date"),
    ("custom_design_from", "custom_design_to"),
];

/// A range that is given, or of which a part is, begins before it ends.
fn check_dates(given: &SeedRow, stored: Option<&Row>) -> Result<(), EditError> {
    let value = |column: &str| match given.get(column) {
        Some(value) => value.as_deref(),
        None => stored.and_then(|row| row.get(column)),
    };
    for (from, to) in RANGES.iter().filter(|(from, to)| given.contains_key(*from) || given.contains_key(*to)) {
        if let (Some(first), Some(last)) = (value(from), value(to))
            && !last.is_empty()
            && first > last
        {
            let column = if given.contains_key(*from) { from } else { to };
            let what = "The From Date value should be less than or equal to the To Date value.";
            let remedy = format!("let it begin before it ends: {from} is {first} and {to} is {last}");
            return Err(Miswritten::of(column, what, remedy).into());
        }
    }
    Ok(())
}

impl Shop {
    /// Saves a new product. Gives its id.
    pub(super) fn add_product(&mut self, fields: &SeedRow) -> Result<i64, EditError> {
        let (mut own, stock) = self.parted(fields)?;
        for (column, value) in USUAL {
            own.entry((*column).to_owned()).or_insert_with(|| Some((*value).to_owned()));
        }
        let kind = own.get("type_id").cloned().flatten().unwrap_or_default();
        for (code, attribute) in columns::attributes(TABLE).into_iter().flatten() {
            if let Some(default) = attribute.saved_default().filter(|_| attribute.applies_to(&kind)) {
                own.entry(code.clone()).or_insert_with(|| Some(default.to_owned()));
            }
        }
        let key = own.get("name").cloned().flatten().map(|name| url_key(&name));
        own.entry("url_key".to_owned()).or_insert(key);
        check_dates(&own, None)?;
        let id = tables::create(self, TABLE, &own)?;
        let product = id.to_string();
        let websites: Vec<i64> =
            self.database.table("core_website").iter().map(|(id, _)| id).filter(|id| *id > 0).collect();
        for website in websites {
            let link = Row::new().with("product_id", product.as_str()).with("website_id", website.to_string());
            self.database.table_mut(WEBSITES).insert(link);
        }
        self.set_stock(&product, &stock);
        Ok(id)
    }

    /// Saves a product with other values.
    pub(super) fn change_product(&mut self, id: i64, fields: &SeedRow) -> Result<i64, EditError> {
        let (own, stock) = self.parted(fields)?;
        check_dates(&own, self.database.table(TABLE).row(id))?;
        tables::update(self, TABLE, id, &own)?;
        if !stock.is_empty() {
            self.set_stock(&id.to_string(), &stock);
        }
        Ok(id)
    }

    /// The columns of the product, as they are saved, and those of its stock item.
    fn parted(&self, fields: &SeedRow) -> Result<(SeedRow, SoapStruct), EditError> {
        let (mut own, mut stock) = (SeedRow::new(), SoapStruct::new());
        for (column, value) in fields {
            let is_own = columns::table(TABLE).is_some_and(|table| table.column(column).is_some());
            match value {
                Some(text) if !is_own && !self.has_own_column(TABLE, column) => {
                    stock.set(column.as_str(), text.as_str())
                }
                Some(text) => {
                    let saved = self.saved(TABLE, column, text);
                    let saved =
                        saved.map_err(|why| not_allowed(format!("{column}: {why}"), "write one such as 1980-12-31"))?;
                    own.insert(column.clone(), saved);
                }
                None => drop(own.insert(column.clone(), None)),
            }
        }
        Ok((own, stock))
    }
}
