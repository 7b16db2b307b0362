//! Websites, store views, customer groups and products as the forms of Magento's admin save and delete them (`Mage_Core_Model_Website`,
//! `Mage_Core_Model_Store`, `Mage_Customer_Model_Group`, `Mage_Catalog_Model_Product` and their resources).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EditError, tables};
use crate::shop::seed::SeedRow;
use crate::shop::written::{self, Miswritten};
use crate::shop::{Row, Shop};

/// What a form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// A website.
    Website,
    /// A store view.
    StoreView,
    /// A customer group.
    CustomerGroup,
    /// A product, with its stock.
    Product,
}

/// A form's table and the columns that it checks.
struct Form {
    table: &'static str,
    named: &'static str,
    code: &'static str,
    /// Columns that may not be empty.
    needed: &'static [&'static str],
    /// What the form sends where nobody changes it.
    usual: &'static [(&'static str, &'static str)],
    /// What Magento says of a code that is taken.
    taken: &'static str,
}

impl Part {
    fn form(self) -> Form {
        match self {
            Self::Website => Form {
                table: "core_website",
                named: "website",
                code: "code",
                needed: &["code", "name"],
                usual: &[("sort_order", "0"), ("default_group_id", "0"), ("is_default", "0")],
                taken: "Website with the same code already exists.",
            },
            Self::StoreView => Form {
                table: "core_store",
                named: "store view",
                code: "code",
                needed: &["code", "name", "group_id"],
                usual: &[("sort_order", "0"), ("is_active", "1")],
                taken: "Store with the same code already exists.",
            },
            Self::CustomerGroup => Form {
                table: "customer_group",
                named: "customer group",
                code: "customer_group_code",
                needed: &["customer_group_code"],
                usual: &[("tax_class_id", "3")],
                taken: "Customer Group already exists.",
            },
            Self::Product => Form {
                table: "catalog_product",
                named: "product",
                code: "sku",
                needed: &["sku", "name", "price"],
                usual: &[],
                taken: "The value of attribute \"SKU\" must be unique",
            },
        }
    }

    /// The table that the form is for.
    pub fn table(self) -> &'static str {
        self.form().table
    }

    /// The same as what an edit may name columns of.
    pub fn tables(self) -> written::Tables {
        match self {
            Self::Website => &["core_website"],
            Self::StoreView => &["core_store"],
            Self::CustomerGroup => &["customer_group"],
            Self::Product => &["catalog_product", "cataloginventory_stock_item"],
        }
    }

    /// What people call it.
    pub fn named(self) -> &'static str {
        self.form().named
    }

    /// The column that names a record.
    pub fn code(self) -> &'static str {
        self.form().code
    }

    /// Columns without which nothing is saved.
    pub fn needed(self) -> &'static [&'static str] {
        self.form().needed
    }

    /// The same of a product of a type: what is made of others has their prices.
    pub fn needed_of(self, kind: Option<&str>) -> impl Iterator<Item = &'static str> {
        let has_price = !matches!(kind, Some("grouped" | "bundle"));
        self.needed().iter().copied().filter(move |column| *column != "price" || has_price)
    }
}

/// The configuration's path of the group that customers without another one get.
const DEFAULT_GROUP: &str = "customer/create_account/default_group";

impl Shop {
    /// Saves a new one.
    pub(super) fn add_part(&mut self, part: Part, fields: &SeedRow) -> Result<i64, EditError> {
        let form = part.form();
        for column in part.needed_of(fields.get("type_id").and_then(Option::as_deref)) {
            if fields.get(column).and_then(Option::as_deref).unwrap_or_default().trim().is_empty() {
                let what = format!("a {} needs a {column}: Magento saves none without", form.named);
                return Err(not_allowed(what, format!("add `{column}: …`")));
            }
        }
        self.check_written(part.tables(), fields)?;
        self.check_code(&form, fields, None)?;
        if part == Part::Product {
            return self.add_product(fields);
        }
        let mut fields = self.with_website(part, fields, None)?;
        for (column, value) in form.usual {
            fields.entry((*column).to_owned()).or_insert_with(|| Some((*value).to_owned()));
        }
        tables::create(self, form.table, &fields)
    }

    /// Saves one with other values.
    pub(super) fn change_part(&mut self, part: Part, id: i64, fields: &SeedRow) -> Result<i64, EditError> {
        let form = part.form();
        super::values::check_changes(fields)?;
        self.check_written(part.tables(), fields)?;
        self.require(form.table, id)?;
        self.check_code(&form, fields, Some(id))?;
        if part == Part::Product {
            return self.change_product(id, fields);
        }
        tables::update(self, form.table, id, &self.with_website(part, fields, Some(id))?)
    }

    /// Deletes one with what hangs on it.
    pub(super) fn delete_part(&mut self, part: Part, id: i64) -> Result<i64, EditError> {
        let form = part.form();
        let row = self.require(form.table, id)?.clone();
        let count = self.database().table(form.table).iter().filter(|(id, _)| *id > 0).count();
        let default_group = self.default_group();
        let kept = match part {
            Part::Website => id == 0 || count < 2 || row.text("is_default") == "1",
            Part::StoreView => id == 0 || count < 2 || self.is_default_view(&row, id),
            Part::CustomerGroup => id == 0 || id == default_group,
            Part::Product => false,
        };
        if kept {
            let words = match part {
                Part::Website => "This website cannot be deleted.".to_owned(),
                Part::StoreView => "This store cannot be deleted.".to_owned(),
                Part::Product => "This product cannot be deleted.".to_owned(),
                Part::CustomerGroup => format!("The group \"{}\" cannot be deleted", row.text(form.code)),
            };
            let remedy = if part == Part::StoreView && count > 1 && id != 0 {
                let store = row.text("group_id");
                format!(
                    "it is the default of its store; make another one the default before: `update: {{table: core_store_group, id: \
                     {store}, set: {{default_store_id: …}}}}`"
                )
            } else {
                "it is the default or the last one; delete another".to_owned()
            };
            return Err(not_allowed(words, remedy));
        }
        tables::delete(self, form.table, id)
    }

    /// Magento deletes no store view that its store shows where nothing else is said.
    fn is_default_view(&self, view: &Row, id: i64) -> bool {
        let store = self.database().table("core_store_group").row(view.int("group_id"));
        store.is_some_and(|store| store.int("default_store_id") == id)
    }

    fn default_group(&self) -> i64 {
        self.settings.text(DEFAULT_GROUP).parse().unwrap_or(1)
    }

    /// A code has the letters that Magento takes, and nobody else's.
    fn check_code(&self, form: &Form, fields: &SeedRow, own: Option<i64>) -> Result<(), EditError> {
        let Some(Some(code)) = fields.get(form.code) else { return Ok(()) };
        let is_plain = code.starts_with(|first: char| first.is_ascii_lowercase())
            && code.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_');
        if form.code == "code" && !is_plain {
            let what = format!("the {} code \"{code}\" is refused", form.named);
            let remedy = "use only letters (a-z), numbers (0-9) or underscore (_), and a letter first";
            return Err(not_allowed(what, remedy.to_owned()));
        }
        let mut others = self.database().table(form.table).with(form.code, code).map(|(id, _)| id);
        if others.any(|id| Some(id) != own) {
            return Err(not_allowed(form.taken.trim_end_matches('.').to_owned(), "choose another code".to_owned()));
        }
        Ok(())
    }

    /// A store view is of the website of its store (`core_store_group`), which the form asks for.
    fn with_website(&self, part: Part, fields: &SeedRow, id: Option<i64>) -> Result<SeedRow, EditError> {
        let mut fields = fields.clone();
        let stored = id.and_then(|id| self.database().table(part.table()).row(id)?.get("group_id"));
        let given = fields.get("group_id").and_then(Option::as_deref);
        if let (Part::StoreView, Some(store)) = (part, given.or(stored)) {
            let stores = self.database().table("core_store_group");
            let Some(row) = store.parse().ok().and_then(|id: i64| stores.row(id)) else {
                let known: Vec<String> = stores.iter().map(|(id, _)| id.to_string()).collect();
                let remedy = format!("choose one of {}, or create one in core_store_group", known.join(", "));
                return Err(not_allowed(format!("the shop has no store {store} (core_store_group)"), remedy));
            };
            let website = row.text("website_id").to_owned();
            if let Some(Some(other)) = fields.get("website_id").filter(|told| told.as_deref() != Some(&website)) {
                let what =
                    format!("website_id is {other}, and the store {store} (core_store_group) is of website {website}");
                let remedy = "leave it out: a store view is of the website of its store";
                return Err(Miswritten::of("website_id", what, remedy).into());
            }
            fields.insert("website_id".to_owned(), Some(website));
        }
        Ok(fields)
    }
}

fn not_allowed(what: String, remedy: String) -> EditError {
    EditError::NotAllowed(what, remedy)
}
