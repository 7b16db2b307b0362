//! Options that a customer chooses from: API resource `catalog_product_custom_option`.

use super::{check_store, records};
use crate::shop::operation::{Call, Operations};
use crate::shop::sales::amount::{Amount, money};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductCustomOptionAdd", add),
    ("catalogProductCustomOptionUpdate", update),
    ("catalogProductCustomOptionTypes", types),
    ("catalogProductCustomOptionInfo", info),
    ("catalogProductCustomOptionList", list),
    ("catalogProductCustomOptionRemove", remove),
];

pub(super) const OPTIONS: &str = "catalog_product_option";
pub(super) const VALUES: &str = "catalog_product_option_type_value";

/// What the types of options have in common.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Group {
    Text,
    File,
    /// The only one with values to choose from.
    Select,
    Date,
}

/// Types: group, value, label.
const TYPES: &[(Group, &str, &str)] = &[
    (Group::Text, "field", "Field"),
    (Group::Text, "area", "Area"),
    (Group::File, "file", "File"),
    (Group::Select, "drop_down", "Drop-down"),
    (Group::Select, "radio", "Radio Buttons"),
    (Group::Select, "checkbox", "Checkbox"),
    (Group::Select, "multiple", "Multiple Select"),
    (Group::Date, "date", "Date"),
    (Group::Date, "date_time", "Date & Time"),
    (Group::Date, "time", "Time"),
];

/// Columns that an option of a group has beside price and SKU.
fn columns(group: Group) -> &'static [&'static str] {
    match group {
        Group::Text => &["max_characters"],
        Group::File => &["file_extension", "image_size_x", "image_size_y"],
        Group::Select | Group::Date => &[],
    }
}

/// The group of a type of options.
pub(super) fn group_of(kind: &str) -> Option<Group> {
    TYPES.iter().find(|(_, value, _)| *value == kind).map(|(group, _, _)| *group)
}

/// Text without its tags, as Magento strips them from what it saves here.
pub(super) fn without_tags(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    plain + rest
}

/// Sets fields of a row from a call's record: plain text, prices with four decimals.
pub(super) fn lay_over(row: &mut Row, data: &SoapStruct, columns: &[&str]) {
    for (name, value) in data.iter().filter(|(name, _)| columns.contains(name)) {
        let Some(text) = value.to_text().map(|text| without_tags(&text)) else { continue };
        let price = (name == "price").then(|| text.trim().parse::<Amount>().ok()).flatten();
        row.set(name, price.map_or(text, money));
    }
}

/// The columns of a value to choose.
pub(super) const VALUE_COLUMNS: &[&str] = &["title", "price", "price_type", "sku", "sort_order"];

fn types(_call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let rows =
        TYPES.iter().map(|(_, value, label)| SoapStruct::new().with("label", *label).with("value", *value).into());
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// The product a call names, by id or SKU.
fn product(call: &Call<'_>) -> Result<Row, Refusal> {
    check_store(call)?;
    super::load(call, "product_not_exists")
}

fn option(call: &Call<'_>) -> Result<Row, Refusal> {
    let row = call.shop.database.table(OPTIONS).row(call.int("optionId"));
    row.cloned().ok_or_else(|| call.fault("option_not_exists"))
}

/// Rows by sort order, then title.
fn sorted<'a>(rows: impl Iterator<Item = (i64, &'a Row)>) -> Vec<&'a Row> {
    let mut rows: Vec<&Row> = rows.map(|(_, row)| row).collect();
    rows.sort_by(|a, b| (a.int("sort_order"), a.text("title")).cmp(&(b.int("sort_order"), b.text("title"))));
    rows
}

impl Shop {
    /// Values of an option, by sort order and title.
    pub(super) fn values_of<'a>(&'a self, option: &'a str) -> Vec<&'a Row> {
        sorted(self.database.table(VALUES).with("option_id", option))
    }

    fn save_option(&mut self, row: Row, values: &[SoapStruct]) {
        let product = row.int("product_id");
        let option = self.database.table_mut(OPTIONS).insert(row);
        for data in values {
            self.save_value(option, data);
        }
        let required = self
            .database
            .table(OPTIONS)
            .with("product_id", &product.to_string())
            .any(|(_, row)| row.get("is_require") == Some("1"));
        self.database.table_mut("catalog_product").update(product, |row| {
            row.set("has_options", "1");
            row.set("required_options", if required { "1" } else { "0" });
        });
    }

    /// Adds a value to an option, or changes the one that the record names.
    pub(super) fn save_value(&mut self, option: i64, data: &SoapStruct) {
        let named = data.get("value_id").and_then(SoapValue::to_int).filter(|id| *id > 0);
        let known = named.and_then(|id| self.database.table(VALUES).row(id)).cloned();
        let mut row = known.unwrap_or_else(|| {
            Row::new()
                .with("option_id", option.to_string())
                .with("sort_order", "0")
                .with("price", "0.0000")
                .with("price_type", "fixed")
        });
        lay_over(&mut row, data, VALUE_COLUMNS);
        self.database.table_mut(VALUES).insert(row);
    }
}

/// What `additional_fields` holds for an option of a group: columns of the option, or values to choose from.
fn additional(call: &Call<'_>, row: &mut Row, data: &SoapStruct, group: Group) -> Result<Vec<SoapStruct>, Refusal> {
    let fields = records(data.get("additional_fields"));
    if fields.iter().any(SoapStruct::is_empty) {
        return Err(call.fault("invalid_data"));
    }
    if group == Group::Select {
        return Ok(fields);
    }
    let Some(first) = fields.first() else { return Ok(Vec::new()) };
    lay_over(row, first, &["price", "price_type", "sku"]);
    lay_over(row, first, columns(group));
    Ok(Vec::new())
}

fn add(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let product = product(call)?;
    let data = call.record("data");
    if records(data.get("additional_fields")).is_empty() {
        return Err(call.fault("invalid_data"));
    }
    let group = group_of(&data.text("type").unwrap_or_default()).ok_or_else(|| call.fault("invalid_type"))?;
    let mut row =
        Row::new().with("product_id", product.text("entity_id")).with("is_require", "1").with("sort_order", "0");
    lay_over(&mut row, &data, &["title", "type", "sort_order", "is_require"]);
    let values = additional(call, &mut row, &data, group)?;
    call.shop.save_option(row, &values);
    Ok(true.into())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let mut row = option(call)?;
    check_store(call)?;
    let data = call.record("data");
    if data.text("type").is_some_and(|kind| group_of(&kind).is_none()) {
        return Err(call.fault("invalid_type"));
    }
    let group = group_of(row.text("type")).unwrap_or(Group::Text);
    let values = additional(call, &mut row, &data, group)?;
    lay_over(&mut row, &data, &["title", "type", "sort_order", "is_require"]);
    let becomes = group_of(row.text("type")).unwrap_or(group);
    if becomes == Group::Select && values.is_empty() {
        return Err(call.fault_with("save_option_error", "Select type options required values rows."));
    }
    if group == Group::Select && becomes != Group::Select {
        call.shop.forget_rows(VALUES, "option_id", row.text("option_id"));
    }
    call.shop.save_option(row, &values);
    Ok(true.into())
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let row = option(call)?;
    check_store(call)?;
    let group = group_of(row.text("type")).unwrap_or(Group::Text);
    let as_is = |column: &'static str| (column, column);
    let mut answer = super::pick(&row, &["title", "type", "is_require", "sort_order"].map(as_is));
    let fields: Vec<SoapValue> = if group == Group::Select {
        let columns = [
            ("value_id", "option_type_id"),
            as_is("title"),
            as_is("price"),
            as_is("price_type"),
            as_is("sku"),
            as_is("sort_order"),
        ];
        call.shop
            .values_of(row.text("option_id"))
            .into_iter()
            .map(|value| super::pick(value, &columns).into())
            .collect()
    } else {
        let mut field = super::pick(&row, &["price", "price_type", "sku"].map(as_is));
        for column in columns(group) {
            field.set(*column, row.get(column));
        }
        vec![field.into()]
    };
    answer.set("additional_fields", fields);
    Ok(answer.into())
}

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let product = product(call)?;
    let columns = ["option_id", "title", "type", "is_require", "sort_order"].map(|column| (column, column));
    let rows = sorted(call.shop.database.table(OPTIONS).with("product_id", product.text("entity_id")));
    Ok(rows.into_iter().map(|row| super::pick(row, &columns).into()).collect::<Vec<SoapValue>>().into())
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let row = option(call)?;
    call.shop.forget_rows(VALUES, "option_id", row.text("option_id"));
    call.shop.database.table_mut(OPTIONS).remove(row.int("option_id"));
    Ok(true.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_stripped_and_text_stays() {
        for (text, plain) in [("a <b>bold</b> one", "a bold one"), ("plain", "plain"), ("cut <off", "cut ")] {
            assert_eq!(without_tags(text), plain);
        }
    }
}
