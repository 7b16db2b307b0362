//! States of the shop to come back to: saved by a name, restored as often as wanted.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{AdminRequest, Problem, Reply};
use crate::server::service::{Saved, Service};

/// Each holds all rows of the shop.
const KEPT_MAX: usize = 32;
const NAME_BYTES_MAX: usize = 200;

/// What is to be done.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "lowercase")]
pub(super) enum Wanted {
    /// Keeps the shop as it is, under this name.
    Save(String),
    /// Goes back to what was kept under this name.
    Restore(String),
}

pub(super) fn list(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let saved = service.locked_checkpoints();
    let listed: Vec<_> = saved.iter().map(|(name, saved)| json!({"name": name, "at": saved.checkpoint.at()})).collect();
    Ok(Reply::Json(json!({ "checkpoints": listed })))
}

pub(super) fn act(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    match request.json()? {
        Wanted::Save(name) => save(service, name),
        Wanted::Restore(name) => restore(service, &name),
    }
}

fn save(service: &Service, name: String) -> Result<Reply, Problem> {
    if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains('/') {
        let remedy = "write a name without slashes, of 200 bytes at most";
        return Err(Problem::new(
            400,
            "no name for a checkpoint",
            format!("\"{}\" is none", crate::printable::shortened(&name)),
            remedy,
        ));
    }
    // The order of the locks: shop, plan, checkpoints.
    let shop = service.locked_shop();
    let plan = service.locked_plan().clone();
    let mut saved = service.locked_checkpoints();
    if saved.len() >= KEPT_MAX && !saved.contains_key(&name) {
        let detail = format!("there are {KEPT_MAX} checkpoints, and each holds the whole shop");
        return Err(Problem::new(
            409,
            "too many checkpoints",
            detail,
            "delete one, or save under a name that is there",
        ));
    }
    let checkpoint = shop.checkpoint();
    let shown = json!({"name": name, "at": checkpoint.at()});
    saved.insert(name, Saved { checkpoint, plan });
    Ok(Reply::Created(shown))
}

fn restore(service: &Service, name: &str) -> Result<Reply, Problem> {
    let mut shop = service.locked_shop();
    let mut plan = service.locked_plan();
    let saved = service.locked_checkpoints();
    let Some(found) = saved.get(name) else { return Err(unknown(name, saved.keys())) };
    shop.restore(&found.checkpoint);
    plan.take_over(&found.plan);
    Ok(Reply::Done)
}

pub(super) fn remove(service: &Service, _: &AdminRequest, name: &str) -> Result<Reply, Problem> {
    let mut saved = service.locked_checkpoints();
    if saved.shift_remove(name).is_none() {
        return Err(unknown(name, saved.keys()));
    }
    Ok(Reply::Done)
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = &'a String>) -> Problem {
    let known: Vec<&str> = known.map(String::as_str).collect();
    let listed =
        if known.is_empty() { "there is none yet".to_owned() } else { format!("there are {}", known.join(", ")) };
    Problem::new(404, "no such checkpoint", format!("none is called \"{}\"", crate::printable::shortened(name)), listed)
}
