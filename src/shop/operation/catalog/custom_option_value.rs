//! Values of options to choose from: API resource `catalog_product_custom_option_value`.

use super::custom_option::{Group, OPTIONS, VALUE_COLUMNS, VALUES, group_of, lay_over};
use super::{check_store, records};
use crate::shop::operation::{Call, Operations};
use crate::shop::{Refusal, Row};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductCustomOptionValueInfo", info),
    ("catalogProductCustomOptionValueList", list),
    ("catalogProductCustomOptionValueAdd", add),
    ("catalogProductCustomOptionValueUpdate", update),
    ("catalogProductCustomOptionValueRemove", remove),
];

/// An option that has values.
fn option(call: &Call<'_>, id: i64) -> Result<Row, Refusal> {
    check_store(call)?;
    let row = call.shop.database.table(OPTIONS).row(id).cloned().ok_or_else(|| call.fault("option_not_exists"))?;
    match group_of(row.text("type")) {
        Some(Group::Select) => Ok(row),
        _ => Err(call.fault("invalid_option_type")),
    }
}

fn value(call: &Call<'_>) -> Result<Row, Refusal> {
    let row = call.shop.database.table(VALUES).row(call.int("valueId"));
    row.cloned().ok_or_else(|| call.fault("value_not_exists"))
}

fn listed(row: &Row) -> SoapStruct {
    let mut answer: SoapStruct =
        VALUE_COLUMNS.iter().map(|column| ((*column).to_owned(), SoapValue::from(row.get(column)))).collect();
    answer.set("value_id", row.get("option_type_id"));
    answer
}

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let option = option(call, call.int("optionId"))?;
    let rows = call.shop.values_of(option.text("option_id"));
    Ok(rows.into_iter().map(|row| listed(row).into()).collect::<Vec<SoapValue>>().into())
}

/// A value with its title and price in the admin scope and in the store view: they are the same here.
fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let row = value(call)?;
    check_store(call)?;
    let mut answer = listed(&row).with("option_id", row.get("option_id"));
    for scope in ["default", "store"] {
        for column in ["price", "price_type", "title"] {
            answer.set(format!("{scope}_{column}"), row.get(column));
        }
    }
    Ok(answer.into())
}

fn add(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let option = option(call, call.int("optionId"))?;
    for data in records(call.arguments.get("data")) {
        call.shop.save_value(option.int("option_id"), &data);
    }
    Ok(true.into())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let row = value(call)?;
    option(call, row.int("option_id"))?;
    let data = call.record("data");
    if data.text("title").is_none_or(|title| title.is_empty() || title == "0") {
        return Err(call.fault("option_value_title_required"));
    }
    // Title and price have tables of their own; of the value's nothing is left to set, which is no SQL.
    if data.get("sku").is_none() && data.get("sort_order").is_none() {
        let id = row.text("option_type_id");
        let text = format!(
            "SQLSTATE[42000]: Syntax error or access violation: 1064 You have an error in your SQL syntax; check the manual \
             that corresponds to your MariaDB server version for the right syntax to use near 'WHERE \
             (option_type_id='{id}')' at line 1, query was: UPDATE `catalog_product_option_type_value` SET  WHERE \
             (option_type_id='{id}')"
        );
        return Err(call.fault_with("update_option_value_error", text));
    }
    call.shop.database.table_mut(VALUES).update(row.int("option_type_id"), |row| lay_over(row, &data, VALUE_COLUMNS));
    Ok(true.into())
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let row = value(call)?;
    if call.shop.values_of(row.text("option_id")).len() <= 1 {
        return Err(call.fault("cant_delete_last_value"));
    }
    call.shop.database.table_mut(VALUES).remove(row.int("option_type_id"));
    Ok(true.into())
}
