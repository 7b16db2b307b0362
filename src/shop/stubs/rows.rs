//! Stubs that read and write tables of the shop.

use crate::magento::columns::SqlType;
use crate::magento::{Condition, Filters, Pager};
use crate::shop::{Refusal, Row, Shop, Table, written};
use crate::soap::{ServiceSchema, Shape, SoapFault, SoapStruct, SoapValue, TypeRef, Xsd};

/// Arguments that are no columns.
const NO_COLUMNS: &[&str] = &["sessionId", "filters", "pager", "attributes", ARGS];
/// The arguments of a method of API version 1 that no WSDL declares, so that they have no names.
const ARGS: &str = "args";

/// What an operation answers, as far as it says how rows become an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// A list of records.
    List,
    /// A list of texts or numbers.
    Values,
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
            Shape::Array { item: TypeRef::Xsd(xsd), .. } if xsd != Xsd::AnyType => Form::Values,
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

/// What a stub is asked for.
pub(super) struct Asked<'a> {
    pub(super) operation: &'a str,
    /// Whose faults are raised.
    pub(super) resource: &'a str,
    pub(super) table: &'a str,
    /// File and line of the stub.
    pub(super) place: &'a str,
}

/// Rows that filters, pager and arguments leave.
pub(super) fn of(shop: &mut Shop, asked: &Asked<'_>, arguments: &SoapStruct) -> Result<SoapValue, Refusal> {
    let Asked { operation, resource, table, place } = *asked;
    let unnamed = arguments.get(ARGS).map(unnamed).unwrap_or_default();
    // A method without names is asked for one record by its id, or for a list.
    let id = unnamed.first().and_then(|first| first.to_text());
    let form = match form_of(shop.codec().schema(), operation) {
        Form::Any if id.is_some() => Form::Record,
        form => form,
    };
    let contract = &shop.config.contract;
    let uncaught = |text: String| -> Refusal {
        let string = format!("{place}: rows of {table}: {text}");
        SoapFault { string, ..contract.global_fault("internal") }.into()
    };
    let Some(rows) = shop.database.get(table) else {
        return Err(uncaught(format!("the table, which {operation} reads, is not in the shop any more")));
    };
    let mut filters = Filters::from_value(arguments.get("filters").or(unnamed.first().copied()), shop.mode())
        .map_err(|_| Refusal::object_for_text())?;
    if let Some(id) = id {
        filters.fields.insert(rows.key().to_owned(), Condition::Simple(id));
    }
    for (name, value) in arguments.iter().filter(|(name, _)| !NO_COLUMNS.contains(name)) {
        if let (Some(column), Some(text)) = (column_of(rows, name), value.to_text()) {
            filters.fields.insert(column, Condition::Simple(text));
        }
    }
    if let Some(unknown) = filters.fields.keys().find(|field| rows.sql_type(field).is_none()) {
        let columns: Vec<&str> = columns(rows).collect();
        let meant = crate::nearest::choices(unknown, &columns);
        let text = format!("SQLSTATE[42S22]: Column not found: 1054 Unknown column '{unknown}' in 'WHERE'; {meant}");
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

/// Arguments without names, in their order.
fn unnamed(args: &SoapValue) -> Vec<&SoapValue> {
    match args {
        SoapValue::List(items) => items.iter().collect(),
        SoapValue::Struct(members) => members.iter().map(|(_, value)| value).collect(),
        _ => Vec::new(),
    }
}

/// A row with all columns that the table is said to have, in the order of its declaration, which API v1 shows.
fn record(table: &Table, row: &Row) -> SoapValue {
    let mut own = row.to_struct();
    let mut record = SoapStruct::new();
    for column in columns(table) {
        if record.get(column).is_none() {
            record.set(column, own.remove(column).unwrap_or_default());
        }
    }
    for (name, value) in own {
        record.set(name, value);
    }
    record.into()
}

/// The columns that the table is said to have, its key first.
pub(super) fn columns(table: &Table) -> impl Iterator<Item = &str> {
    let key = std::iter::once(table.key()).filter(|key| !key.is_empty());
    key.chain(table.declared_columns().filter(|column| *column != table.key()))
}

/// Whether a column keeps a value: the database would make something else of it, or drop it, and say nothing.
pub(super) fn holds(rows: &Table, table: &str, column: &str, value: &SoapValue) -> Result<(), String> {
    if matches!(value, SoapValue::List(_) | SoapValue::Struct(_)) {
        return Err(format!(
            "{table}.{column} holds one value and no list; set it in `with`, such as {{{{ arguments.x | join(',') }}}}"
        ));
    }
    let Some(text) = value.to_text().filter(|text| !text.is_empty()) else { return Ok(()) };
    if column == rows.key() {
        return Err(format!(
            "{table}.{column} is counted by the table, and the call brings \"{text}\" for it; leave it out"
        ));
    }
    let sql_type = rows.sql_type(column).unwrap_or(SqlType::TEXT);
    written::check_as(table, column, &text, sql_type).map_err(|error| error.to_string())
}

/// Adds a row of what the call brings; `given` goes before that.
pub(super) fn insert(
    shop: &mut Shop,
    asked: &Asked<'_>,
    arguments: &SoapStruct,
    given: Vec<(String, Option<String>)>,
) -> Result<SoapValue, Refusal> {
    let Asked { operation, table, place, .. } = *asked;
    let form = form_of(shop.codec().schema(), operation);
    let now = shop.now_sql();
    let Some(rows) = shop.database.get_mut(table) else {
        let string = format!("{place}: the table {table}, which {operation} fills, is not in the shop any more");
        return Err(SoapFault { string, ..shop.config.contract.global_fault("internal") }.into());
    };
    let mut row = Row::new();
    let mut kept = Ok(());
    let mut take = |name: &str, value: &SoapValue| {
        if let (Some(column), true) = (column_of(rows, name), kept.is_ok()) {
            kept = holds(rows, table, &column, value);
            row.set_opt(column, value.to_text());
        }
    };
    let named = arguments.iter().filter(|(name, _)| !NO_COLUMNS.contains(name));
    let unnamed = arguments.get(ARGS).map(unnamed).unwrap_or_default();
    for (name, value) in named.chain(unnamed.into_iter().map(|value| ("", value))) {
        match value {
            SoapValue::Struct(members) if column_of(rows, name).is_none() => {
                members.iter().for_each(|(name, value)| take(name, value));
            }
            value => take(name, value),
        }
    }
    for (column, value) in given {
        if let (Some(text), true) = (&value, kept.is_ok()) {
            kept = holds(rows, table, &column, &text.as_str().into());
        }
        row.set_opt(column, value);
    }
    if let Err(why) = kept {
        let string = format!("{place}: insert into {table}: {operation} cannot add the row: {why}");
        return Err(SoapFault { string, ..shop.config.contract.global_fault("internal") }.into());
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
        Form::Values => vec![SoapValue::from(id)].into(),
        Form::Record => added,
        Form::List => vec![added].into(),
    })
}
