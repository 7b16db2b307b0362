//! Attributes of products and categories: API resources `catalog_product_attribute` and `catalog_category_attribute`. The
//! system's own stand in `attributes.json` and `options.json`; those that somebody adds are rows of `eav_attribute`.

use std::sync::LazyLock;

use indexmap::IndexMap;
use serde::Deserialize;

use super::{current_store, records, texts};
use crate::magento::{columns, directory};
use crate::shop::operation::{Call, Operations};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductAttributeCurrentStore", current_store),
    ("catalogProductAttributeList", list),
    ("catalogProductAttributeOptions", product_options),
    ("catalogProductAttributeTypes", types),
    ("catalogProductAttributeCreate", create),
    ("catalogProductAttributeRemove", remove),
    ("catalogProductAttributeInfo", info),
    ("catalogProductAttributeUpdate", update),
    ("catalogProductAttributeAddOption", add_option),
    ("catalogProductAttributeRemoveOption", remove_option),
    ("catalogCategoryAttributeCurrentStore", current_store),
    ("catalogCategoryAttributeList", category_list),
    ("catalogCategoryAttributeOptions", category_options),
];

/// An attribute, the system's or somebody's.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Attribute {
    #[serde(rename = "attribute_id")]
    pub(super) id: i64,
    entity: Entity,
    pub(super) code: String,
    /// How forms show it; empty for those that no form shows.
    pub(super) input: String,
    pub(super) required: bool,
    pub(super) scope: String,
    /// Whether somebody added it.
    #[serde(skip)]
    pub(super) user_defined: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Entity {
    CatalogProduct,
    CatalogCategory,
}

static SYSTEM: LazyLock<Vec<Attribute>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("attributes.json"))
        .unwrap_or_else(|error| panic!("the built-in table of attributes is broken: {error}"))
});

/// Value and label of the options of the system's own attributes, by code.
pub(super) static OPTIONS: LazyLock<IndexMap<String, Vec<(String, String)>>> = LazyLock::new(|| {
    serde_json::from_str(include_str!("options.json"))
        .unwrap_or_else(|error| panic!("the built-in table of options is broken: {error}"))
});

/// The first id that an attribute of somebody's gets in a fresh install.
const FIRST_OWN_ID: i64 = 132;

/// What a form hides of an attribute of a kind, and kinds of product that cannot have it.
const HIDDEN_FIELDS: &[&str] =
    &["is_unique", "is_required", "frontend_class", "is_configurable", "_scope", "_default_value", "_front_fieldset"];

/// The id that an attribute of the system's has in a fresh install; `entity` is `catalog_product` or `catalog_category`.
pub(in crate::shop) fn system_attribute(entity: &str, code: &str) -> Option<i64> {
    let entity = match entity {
        "catalog_product" => Entity::CatalogProduct,
        "catalog_category" => Entity::CatalogCategory,
        _ => return None,
    };
    SYSTEM.iter().find(|attribute| attribute.entity == entity && attribute.code == code).map(|attribute| attribute.id)
}

impl Shop {
    /// All product attributes, by id.
    pub(super) fn product_attributes(&self) -> Vec<Attribute> {
        self.attributes_of(Entity::CatalogProduct)
    }

    /// The system's attributes of an entity, then those that somebody added, by id.
    pub(super) fn attributes_of(&self, entity: Entity) -> Vec<Attribute> {
        let later = self.flavor().attributes_before_catalog();
        let system = SYSTEM.iter().filter(|attribute| attribute.entity == entity).cloned();
        let system = system.map(move |attribute| Attribute { id: attribute.id + later, ..attribute });
        let rows = self.database.table("eav_attribute").iter();
        // A row that names no entity is of a product.
        let own = rows.filter(|(_, row)| match entity {
            Entity::CatalogProduct => row.get("entity_type_id").is_none_or(|id| id == "4"),
            Entity::CatalogCategory => row.get("entity_type_id") == Some("3"),
        });
        let own = own.map(|(id, row)| Attribute {
            id,
            entity,
            code: row.text("attribute_code").to_owned(),
            input: row.text("frontend_input").to_owned(),
            required: row.get("is_required") == Some("1"),
            scope: row.text("scope").to_owned(),
            user_defined: true,
        });
        system.chain(own).collect()
    }

    /// A product attribute by id or code.
    pub(super) fn product_attribute(&self, id_or_code: &str) -> Option<Attribute> {
        let id = id_or_code.parse::<i64>().ok();
        self.product_attributes().into_iter().find(|it| Some(it.id) == id || it.code == id_or_code)
    }

    /// The code of a product attribute.
    pub(in crate::shop) fn attribute_code(&self, id: &str) -> Option<String> {
        self.product_attribute(id).map(|attribute| attribute.code)
    }

    /// The label of a product attribute.
    pub(in crate::shop) fn attribute_label(&self, id: &str) -> Option<String> {
        let attribute = self.product_attribute(id)?;
        let own = self.database.table("eav_attribute").row(attribute.id);
        let label = own.and_then(|row| row.get("frontend_label").or_else(|| row.get("label_0")));
        let label = label.or_else(|| columns::attributes("catalog_product")?.get(&attribute.code)?.label.as_deref());
        Some(label.map_or(attribute.code.clone(), str::to_owned))
    }

    /// The label of an option of a product attribute.
    pub(in crate::shop) fn option_label(&self, id: &str, option: &str) -> Option<String> {
        let options = self.options_of(&self.product_attribute(id)?);
        options.into_iter().find(|(value, _)| value == option).map(|(_, label)| label)
    }

    /// Value and label of an attribute's options. Those of somebody's attribute begin with an empty one.
    pub(super) fn options_of(&self, attribute: &Attribute) -> Vec<(String, String)> {
        if attribute.code == "country_of_manufacture" {
            let countries = directory::countries().iter().map(|it| (it.country_id.clone(), it.name.clone()));
            return std::iter::once((String::new(), String::new())).chain(countries).collect();
        }
        if let Some(options) = OPTIONS.get(&attribute.code) {
            return options.clone();
        }
        match attribute.input.as_str() {
            "boolean" => vec![("1".to_owned(), "Yes".to_owned()), ("0".to_owned(), "No".to_owned())],
            "select" | "multiselect" => {
                let id = attribute.id.to_string();
                let mut rows: Vec<&Row> =
                    self.database.table("eav_attribute_option").with("attribute_id", &id).map(|(_, row)| row).collect();
                rows.sort_by_key(|row| row.int("sort_order"));
                let own = rows.into_iter().map(|row| (row.text("option_id").to_owned(), row.text("label").to_owned()));
                std::iter::once((String::new(), String::new())).chain(own).collect()
            }
            _ => Vec::new(),
        }
    }
}

/// Attributes that lists leave out.
pub(super) fn is_listed(attribute: &Attribute) -> bool {
    !matches!(attribute.input.as_str(), "gallery" | "media_image")
}

pub(super) fn listed(attribute: &Attribute) -> SoapStruct {
    let input = (!attribute.input.is_empty()).then_some(attribute.input.as_str());
    SoapStruct::new()
        .with("attribute_id", attribute.id)
        .with("code", attribute.code.as_str())
        .with("type", input)
        .with("required", if attribute.required { "1" } else { "0" })
        .with("scope", attribute.scope.as_str())
}

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let set = call.int("setId");
    let members = call.shop.attributes_of_set(set);
    let rows = members.iter().filter(|attribute| is_listed(attribute)).map(|attribute| listed(attribute).into());
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

fn category_list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let attributes = call.shop.attributes_of(Entity::CatalogCategory);
    Ok(attributes.iter().map(|attribute| listed(attribute).into()).collect::<Vec<SoapValue>>().into())
}

fn named_options(call: &Call<'_>, attribute: &Attribute) -> SoapValue {
    // A model's own numbers are numbers; what the table holds are texts, below an empty row that Magento puts there.
    let is_model = OPTIONS.contains_key(&attribute.code) || attribute.input == "boolean";
    let rows = call.shop.options_of(attribute).into_iter().map(|(value, label)| {
        if value.is_empty() && !is_model {
            return SoapStruct::new().with("label", label).with("value", value).into();
        }
        let value = match value.parse::<i64>() {
            Ok(number) if is_model || call.shop.flavor().integer_columns() => SoapValue::from(number),
            _ => value.into(),
        };
        SoapStruct::new().with("value", value).with("label", label).into()
    });
    rows.collect::<Vec<SoapValue>>().into()
}

fn product_options(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    super::check_store(call)?;
    let attribute = call.shop.product_attribute(&call.text("attributeId")).ok_or_else(|| call.fault("not_exists"))?;
    Ok(named_options(call, &attribute))
}

fn category_options(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    super::check_store(call)?;
    let asked = call.text("attributeId");
    let mut attributes = call.shop.attributes_of(Entity::CatalogCategory).into_iter();
    let found = attributes.find(|it| it.code == asked || it.id.to_string() == asked);
    let attribute = found.ok_or_else(|| call.fault("not_exists"))?;
    Ok(named_options(call, &attribute))
}

/// Kinds of attributes that somebody may add, with the labels of Magento's form.
const TYPES: &[(&str, &str)] = &[
    ("text", "Text Field"),
    ("textarea", "Text Area"),
    ("date", "Date"),
    ("boolean", "Yes/No"),
    ("multiselect", "Multiple Select"),
    ("select", "Dropdown"),
    ("price", "Price"),
    ("media_image", "Media Image"),
    ("weee", "Fixed Product Tax"),
];

fn types(_call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let texts = |texts: &[&str]| texts.iter().map(|text| SoapValue::from(*text)).collect::<Vec<_>>();
    let rows = TYPES.iter().map(|(value, label)| {
        let mut row = SoapStruct::new().with("value", *value).with("label", *label);
        if *value == "weee" {
            row.set("hide_fields", texts(HIDDEN_FIELDS));
            row.set("disabled_types", texts(&["grouped"]));
        }
        row.into()
    });
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// Columns of an attribute that a call may set as they are.
const COLUMNS: &[&str] = &[
    "default_value",
    "is_unique",
    "is_required",
    "is_configurable",
    "is_searchable",
    "is_visible_in_advanced_search",
    "is_comparable",
    "is_used_for_promo_rules",
    "is_visible_on_front",
    "used_in_product_listing",
];

fn fill(row: &mut Row, data: &SoapStruct) {
    super::lay_over(row, data, COLUMNS);
    let scope = data.text("scope").filter(|scope| scope == "global" || scope == "website");
    row.set("scope", scope.unwrap_or_else(|| "store".to_owned()));
    row.set("apply_to", texts(data.get("apply_to")).join(","));
    if let Some(SoapValue::List(_)) = data.get("frontend_label") {
        let labels = records(data.get("frontend_label"));
        for label in labels {
            let store = label.text("store_id").unwrap_or_default();
            row.set(format!("label_{store}"), label.text("label").unwrap_or_default());
        }
    }
    if let Some(SoapValue::Struct(fields)) = data.get("additional_fields") {
        super::lay_over(row, fields, ADDITIONAL_FIELDS);
    }
    for pair in records(data.get("additional_fields")) {
        if let Some(key) = pair.text("key") {
            row.set(key, pair.text("value").unwrap_or_default());
        }
    }
}

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let data = call.record("data");
    let code = data.text("attribute_code").unwrap_or_default();
    if code.is_empty() {
        return Err(call.fault("invalid_parameters"));
    }
    let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    if !code.starts_with(|c: char| c.is_ascii_lowercase()) || !code.chars().all(letters) || code.len() > 255 {
        return Err(call.fault("invalid_code"));
    }
    let input = data.text("frontend_input").unwrap_or_default();
    if !TYPES.iter().any(|(value, _)| *value == input) {
        return Err(call.fault("invalid_frontend_input"));
    }
    if call.shop.product_attribute(&code).is_some() {
        let text = "Attribute with the same code already exists";
        return Err(call.fault_with("unable_to_save", text));
    }
    let highest = call.shop.database.table("eav_attribute").iter().map(|(id, _)| id).max();
    let id = highest.map_or(FIRST_OWN_ID + call.shop.flavor().attributes_before_catalog(), |id| id + 1);
    let mut row = Row::new()
        .with("attribute_id", id.to_string())
        .with("attribute_code", code)
        .with("frontend_input", input)
        .with("is_user_defined", "1");
    fill(&mut row, &data);
    Ok(call.shop.database.table_mut("eav_attribute").insert(row).into())
}

fn named(call: &Call<'_>) -> Result<Attribute, Refusal> {
    call.shop.product_attribute(&call.text("attribute")).ok_or_else(|| call.fault("not_exists"))
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let attribute = named(call)?;
    if !attribute.user_defined {
        // What the system ships is not a row here.
        return Err(call.fault("can_not_edit"));
    }
    let data = call.record("data");
    call.shop.database.table_mut("eav_attribute").update(attribute.id, |row| fill(row, &data));
    Ok(true.into())
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let attribute = named(call)?;
    if !attribute.user_defined {
        return Err(call.fault("can_not_delete"));
    }
    call.shop.database.table_mut("eav_attribute").remove(attribute.id);
    call.shop.forget_rows("eav_entity_attribute", "attribute_id", &attribute.id.to_string());
    call.shop.forget_rows("eav_attribute_option", "attribute_id", &attribute.id.to_string());
    Ok(true.into())
}

/// Everything that an attribute may tell besides.
const ADDITIONAL_FIELDS: &[&str] = &[
    "frontend_class",
    "is_html_allowed_on_front",
    "used_for_sort_by",
    "is_wysiwyg_enabled",
    "is_filterable",
    "is_filterable_in_search",
    "position",
];

/// What an attribute tells besides, by its input.
fn additional_fields(input: &str) -> &'static [&'static str] {
    match input {
        "text" => &["frontend_class", "is_html_allowed_on_front", "used_for_sort_by"],
        "textarea" => &["is_wysiwyg_enabled", "is_html_allowed_on_front"],
        "date" | "boolean" => &["used_for_sort_by"],
        "multiselect" => &["is_filterable", "is_filterable_in_search", "position"],
        "select" | "price" => &["is_filterable", "is_filterable_in_search", "position", "used_for_sort_by"],
        _ => &[],
    }
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let attribute = named(call)?;
    let row = call.shop.database.table("eav_attribute").row(attribute.id).cloned();
    let row = row.unwrap_or_else(|| system_row(&attribute.code));
    let mut answer = SoapStruct::new()
        .with("attribute_id", attribute.id)
        .with("attribute_code", attribute.code.as_str())
        .with("frontend_input", attribute.input.as_str());
    for column in COLUMNS {
        let flag = column.starts_with("is_") || *column == "used_in_product_listing";
        answer.set(*column, row.get(column).or(flag.then_some("0")));
    }
    answer.set("is_required", i64::from(attribute.required));
    let apply_to = row.text("apply_to").split(',').filter(|kind| !kind.is_empty());
    answer.set("apply_to", apply_to.map(SoapValue::from).collect::<Vec<_>>());
    if attribute.input != "price" {
        answer.set("scope", attribute.scope.as_str());
    }
    let fields = additional_fields(&attribute.input).iter().map(|name| {
        let value = row.get(name).or((!name.ends_with("class")).then_some("0"));
        SoapStruct::new().with("key", *name).with("value", value).into()
    });
    answer.set("additional_fields", fields.collect::<Vec<SoapValue>>());
    let labels =
        row.iter().filter_map(|(column, label)| Some((column.strip_prefix("label_")?.to_owned(), label?.to_owned())));
    let mut labels: Vec<(String, String)> = labels.collect();
    if labels.is_empty() {
        labels.push(("0".to_owned(), attribute.code.clone()));
    }
    let labels =
        labels.into_iter().map(|(store, label)| SoapStruct::new().with("store_id", store).with("label", label).into());
    answer.set("frontend_label", labels.collect::<Vec<SoapValue>>());
    let mut options = call.shop.options_of(&attribute);
    if attribute.input != "boolean" && !options.is_empty() {
        options.remove(0);
    }
    if !options.is_empty() {
        let rows = options
            .into_iter()
            .map(|(value, label)| SoapStruct::new().with("label", label).with("value", value).into());
        answer.set("options", rows.collect::<Vec<SoapValue>>());
    }
    Ok(answer.into())
}

/// What is known of an attribute that the system ships, as a row of somebody's attribute has it.
fn system_row(code: &str) -> Row {
    let mut row = Row::new();
    let Some(known) = columns::attributes("catalog_product").and_then(|known| known.get(code)) else { return row };
    for flag in &known.flags {
        row.set(flag.as_str(), "1");
    }
    row.set("apply_to", known.apply_to.join(","));
    if let Some(label) = &known.label {
        row.set("label_0", label.as_str());
    }
    row
}

fn with_options(call: &Call<'_>) -> Result<Attribute, Refusal> {
    let attribute = named(call)?;
    let has = matches!(attribute.input.as_str(), "select" | "multiselect" | "boolean");
    if has { Ok(attribute) } else { Err(call.fault("invalid_frontend_input")) }
}

fn add_option(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let attribute = with_options(call)?;
    let data = call.record("data");
    let labels = records(data.get("label"));
    let Some(label) = labels.first().and_then(|label| label.text("value")) else {
        return Err(call.fault("unable_to_add_option"));
    };
    let row = Row::new()
        .with("attribute_id", attribute.id.to_string())
        .with("label", label)
        .with("sort_order", data.text("order").unwrap_or_else(|| "0".to_owned()));
    let option = call.shop.database.table_mut("eav_attribute_option").insert(row);
    if data.get("is_default").is_some_and(SoapValue::is_truthy) {
        let attributes = call.shop.database.table_mut("eav_attribute");
        attributes.update(attribute.id, |row| row.set("default_value", option.to_string()));
    }
    Ok(true.into())
}

fn remove_option(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let attribute = with_options(call)?;
    let option = call.int("optionId");
    let options = call.shop.database.table_mut("eav_attribute_option");
    // One that is not there is no error.
    if options.row(option).is_some_and(|row| row.int("attribute_id") == attribute.id) {
        options.remove(option);
    }
    Ok(true.into())
}
