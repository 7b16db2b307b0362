//! The shop's content: look at it, edit it, load a seed, go back to the start.

use serde_json::{Value, json};

use super::{AdminRequest, Problem, Reply};
use crate::server::service::Service;
use crate::shop::{Database, Seed, ShopEdit};

pub(super) fn state(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let parameters = request.parameters(&["table"])?;
    let mut state = service.locked_shop().state();
    if parameters.is_empty() {
        return Ok(Reply::Json(state));
    }
    let mut tables = serde_json::Map::new();
    for (name, table) in parameters {
        if table != "api_users" && !Database::names().any(|known| known == table) {
            let known: Vec<&str> = Database::names().collect();
            return Err(Problem::bad_parameter(&name, &format!("is \"{table}\""), &known.join(", ")));
        }
        let rows = state.get_mut(&table).map_or_else(|| json!([]), Value::take);
        tables.insert(table, rows);
    }
    Ok(Reply::Json(Value::Object(tables)))
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
