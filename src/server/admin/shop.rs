//! The shop's content: look at it, edit it, load a seed, go back to the start.

use serde_json::{Value, json};

use super::{AdminRequest, Problem, Reply};
use crate::server::service::Service;
use crate::shop::{Seed, Shop, ShopEdit, state};

/// Which rows of the tables asked for are wanted.
#[derive(Default)]
struct Rows {
    tables: Vec<String>,
    containing: String,
    offset: usize,
    limit: Option<usize>,
}

impl Rows {
    fn read(request: &AdminRequest) -> Result<Self, Problem> {
        let mut rows = Self::default();
        let number = |name: &str, value: &str| {
            value.parse().map_err(|_| Problem::bad_parameter(name, &format!("is \"{value}\""), "a whole number"))
        };
        for (name, value) in request.parameters(&["table", "containing", "offset", "limit"])? {
            match name.as_str() {
                "table" => rows.tables.push(value),
                "containing" => rows.containing = value.to_lowercase(),
                "offset" => rows.offset = number(&name, &value)?,
                _ => rows.limit = Some(number(&name, &value)?),
            }
        }
        Ok(rows)
    }

    fn wants(&self, row: &Value) -> bool {
        let contains =
            |value: &Value| value.as_str().is_some_and(|text| text.to_lowercase().contains(&self.containing));
        self.containing.is_empty() || row.as_object().is_some_and(|columns| columns.values().any(contains))
    }

    fn of(&self, shop: &Shop, table: &str) -> Result<Value, Problem> {
        let Some(rows) = state::rows(shop, table) else {
            let known: Vec<&str> = state::tables().collect();
            return Err(Problem::bad_parameter("table", &format!("is \"{table}\""), &known.join(", ")));
        };
        let wanted = rows.filter(|row| self.wants(row)).skip(self.offset);
        Ok(wanted.take(self.limit.unwrap_or(usize::MAX)).collect())
    }
}

pub(super) fn state(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let rows = Rows::read(request)?;
    let shop = service.locked_shop();
    if rows.tables.is_empty() {
        if !request.query.is_empty() {
            return Err(Problem::bad_parameter("table", "is missing", "a table whose rows are wanted"));
        }
        return Ok(Reply::Json(shop.state()));
    }
    let tables: Result<serde_json::Map<String, Value>, Problem> =
        rows.tables.iter().map(|table| Ok((table.clone(), rows.of(&shop, table)?))).collect();
    Ok(Reply::Json(Value::Object(tables?)))
}

pub(super) fn tables(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let shop = service.locked_shop();
    let described = state::tables().map(|name| match shop.database().get(name) {
        Some(table) => json!({"name": name, "key": table.key(), "rows": table.len()}),
        None => json!({"name": name, "key": "", "rows": state::rows(&shop, name).map_or(0, Iterator::count)}),
    });
    Ok(Reply::Json(json!({"tables": described.collect::<Vec<_>>()})))
}

pub(super) fn reset(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let reset = service.locked_shop().reset();
    reset.map_err(|error| Problem::new(500, "the shop cannot be reset", error.to_string(), "report this as a bug"))?;
    service.locked_plan().clear();
    service.locked_journal().clear();
    Ok(Reply::Done)
}

pub(super) fn load_seed(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let bad = |error: &dyn std::fmt::Display| {
        let remedy = "`mockgento seed corner-shop` prints a seed to start from; as JSON its keys are the same";
        Problem::new(400, "the seed cannot be used", error.to_string(), remedy)
    };
    let seed = Seed::parse(&as_yaml(request)?, "body").map_err(|error| bad(&error))?;
    service.locked_shop().reseed(seed).map_err(|error| bad(&error))?;
    Ok(Reply::Done)
}

pub(super) fn edit(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let edit: ShopEdit =
        serde_saphyr::from_str(&as_yaml(request)?).map_err(|error| Problem::bad_body(first_line(&error)))?;
    let done = service.locked_shop().edit(&edit).map_err(|error| {
        Problem::new(409, "the edit cannot be done", error.to_string(), "GET /__admin/state shows what is there")
    })?;
    Ok(Reply::Json(json!({"id": done})))
}

/// The body for the seed's reader, which takes numbers where the database has texts. JSON is YAML but for one thing:
/// characters written as two escaped surrogates.
fn as_yaml(request: &AdminRequest) -> Result<String, Problem> {
    let text = request.text()?;
    if !text.contains("\\u") {
        serde_json::from_str::<serde::de::IgnoredAny>(text)
            .map_err(|error| Problem::bad_body(format!("the body: {error}")))?;
        return Ok(text.to_owned());
    }
    let value: Value = request.json()?;
    Ok(value.to_string())
}

fn first_line(error: &impl std::fmt::Display) -> String {
    error.to_string().lines().next().unwrap_or_default().to_owned()
}
