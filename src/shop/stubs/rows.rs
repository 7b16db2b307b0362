//! Stubs that read and write tables of the shop.

use crate::magento::{Condition, Filters, Pager};
use crate::shop::{Refusal, Row, Shop, Table};
use crate::soap::{ServiceSchema, Shape, SoapFault, SoapStruct, SoapValue, TypeRef, Xsd};

/// Arguments that are no columns.
const NO_COLUMNS: &[&str] = &["sessionId", "filters", "pager", "attributes"];

/// What an operation answers, as far as it says how rows become an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A list of records.
    List,
    /// A record.
    Record,
    /// A yes or no.
    Flag,
    /// A text or a number.
    Scalar,
    /// Nothing is declared of it.
    Any,
}

pub(super) fn form_of(schema: &ServiceSchema, operation: &str) -> Form {
    let part = schema.operation(operation).and_then(|operation| operation.response.parts.first());
    match part.map(|part| &part.type_ref) {
        Some(TypeRef::Complex(id)) => match schema.complex_type(*id).shape {
            Shape::Array { .. } => Form::List,
            Shape::Struct { .. } => Form::Record,
        },
        Some(TypeRef::Xsd(Xsd::Boolean)) => Form::Flag,
        Some(TypeRef::Xsd(Xsd::AnyType) | TypeRef::Undeclared(_)) | None => Form::Any,
        Some(TypeRef::Xsd(_)) => Form::Scalar,
    }
}

/// The column that an argument or a member stands for: of the same name, or `customer_id` for `customerId`.
pub(super) fn column_of(table: &Table, name: &str) -> Option<String> {
    if table.sql_type(name).is_some() {
        return Some(name.to_owned());
    }
    let mut snake = String::with_capacity(name.len() + 4);
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    table.sql_type(&snake).is_some().then_some(snake)
}

/// Rows that filters, pager and arguments leave.
pub(super) fn of(
    shop: &mut Shop,
    operation: &str,
    resource: &str,
    table: &str,
    arguments: &SoapStruct,
) -> Result<SoapValue, Refusal> {
    let form = form_of(shop.codec().schema(), operation);
    let contract = &shop.config.contract;
    let uncaught = |text: String| -> Refusal { SoapFault { string: text, ..contract.global_fault("internal") }.into() };
    let Some(rows) = shop.database.get(table) else {
        return Err(uncaught(format!(
            "the table {table}, which a stub of {operation} reads, is not in the shop any more"
        )));
    };
    let mut filters =
        Filters::from_value(arguments.get("filters"), shop.mode()).map_err(|_| Refusal::object_for_text())?;
    for (name, value) in arguments.iter().filter(|(name, _)| !NO_COLUMNS.contains(name)) {
        if let (Some(column), Some(text)) = (column_of(rows, name), value.to_text()) {
            filters.fields.insert(column, Condition::Simple(text));
        }
    }
    if let Some(unknown) = filters.fields.keys().find(|field| rows.sql_type(field).is_none()) {
        let text = format!("SQLSTATE[42S22]: Column not found: 1054 Unknown column '{unknown}' in 'WHERE'");
        return Err(uncaught(text));
    }
    let tests = filters
        .tests(|field| rows.sql_type(field).unwrap_or(crate::magento::columns::SqlType::TEXT))
        .map_err(|error| uncaught(error.text(&format!("SELECT `main_table`.* FROM `{table}` AS `main_table`"))))?;
    let found: Vec<SoapValue> = rows
        .candidates(&filters)
        .filter(|(_, row)| tests.iter().all(|(field, test)| test.passes(row.get(field))))
        .map(|(_, row)| record(rows, row))
        .collect();
    if form == Form::Record {
        return found.into_iter().next().ok_or_else(|| contract.fault(resource, "not_exists").into());
    }
    let pager = Pager::from_value(arguments.get("pager"))?;
    Ok(pager.slice(found).into())
}

/// A row with all columns that the table is said to have, in the order of its declaration, which API v1 shows.
fn record(table: &Table, row: &Row) -> SoapValue {
    let mut own = row.to_struct();
    let mut record = SoapStruct::new();
    for column in std::iter::once(table.key()).filter(|key| !key.is_empty()).chain(table.declared_columns()) {
        if record.get(column).is_none() {
            record.set(column, own.remove(column).unwrap_or_default());
        }
    }
    for (name, value) in own {
        record.set(name, value);
    }
    record.into()
}

/// Adds a row of what the call brings; `given` goes before that.
pub(super) fn insert(
    shop: &mut Shop,
    operation: &str,
    table: &str,
    arguments: &SoapStruct,
    given: Vec<(String, Option<String>)>,
) -> Result<SoapValue, Refusal> {
    let form = form_of(shop.codec().schema(), operation);
    let now = shop.now_sql();
    let Some(rows) = shop.database.get_mut(table) else {
        let text = format!("the table {table}, which a stub of {operation} writes, is not in the shop any more");
        return Err(SoapFault { string: text, ..shop.config.contract.global_fault("internal") }.into());
    };
    let mut row = Row::new();
    let mut take = |name: &str, value: &SoapValue| {
        let is_scalar = !matches!(value, SoapValue::List(_) | SoapValue::Struct(_));
        if let (true, Some(column)) = (is_scalar, column_of(rows, name)) {
            row.set_opt(column, value.to_text());
        }
    };
    for (name, value) in arguments.iter().filter(|(name, _)| !NO_COLUMNS.contains(name)) {
        match value {
            SoapValue::Struct(members) => members.iter().for_each(|(name, value)| take(name, value)),
            value => take(name, value),
        }
    }
    for (column, value) in given {
        row.set_opt(column, value);
    }
    for stamp in ["created_at", "updated_at"] {
        if rows.sql_type(stamp).is_some() {
            row.set_default(stamp, &now);
        }
    }
    // The next id is the database's, whatever a client sends.
    let key = rows.key();
    if !key.is_empty() {
        row.remove(key);
    }
    let id = rows.insert(row);
    let added = rows.row(id).map(|row| record(rows, row)).unwrap_or_default();
    Ok(match form {
        Form::Flag => true.into(),
        Form::Scalar | Form::Any => id.into(),
        Form::Record => added,
        Form::List => vec![added].into(),
    })
}
