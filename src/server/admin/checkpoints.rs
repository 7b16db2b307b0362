//! States of the shop to come back to: saved by a name, restored as often as wanted.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

use super::{AdminRequest, Problem, Reply};
use crate::server::checkpoints::{KEPT_MAX, Saved};
use crate::server::service::Service;

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
    match request.yaml()? {
        Wanted::Save(name) => save(service, name),
        Wanted::Restore(name) => restore(service, &name),
    }
}

fn save(service: &Service, name: String) -> Result<Reply, Problem> {
    // A name is a segment of a path, and these two lead elsewhere however they are written.
    let is_segment = !name.is_empty() && !name.contains('/') && name != "." && name != "..";
    if !is_segment || name.len() > NAME_BYTES_MAX {
        let remedy = "write a name without slashes, of 200 bytes at most, which is not \".\" or \"..\"";
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
    let checkpoint = shop.checkpoint();
    let shown = json!({"name": name, "at": checkpoint.at()});
    if !service.locked_checkpoints().save(name, Saved { checkpoint, plan }) {
        let detail = format!("there are {KEPT_MAX} checkpoints, and each holds the whole shop");
        return Err(Problem::new(
            409,
            "too many checkpoints",
            detail,
            "delete one, save under a name that is there, or reset the shop, which forgets those saved since the first reset",
        ));
    }
    Ok(Reply::Created(shown))
}

fn restore(service: &Service, name: &str) -> Result<Reply, Problem> {
    let mut shop = service.locked_shop();
    let mut plan = service.locked_plan();
    let saved = service.locked_checkpoints();
    let Some(found) = saved.get(name) else { return Err(unknown(name, saved.iter())) };
    shop.restore(&found.checkpoint);
    plan.take_over(&found.plan);
    Ok(Reply::Done)
}

pub(super) fn remove(service: &Service, _: &AdminRequest, name: &str) -> Result<Reply, Problem> {
    let mut saved = service.locked_checkpoints();
    if !saved.remove(name) {
        return Err(unknown(name, saved.iter()));
    }
    Ok(Reply::Done)
}

fn unknown<'a>(name: &str, known: impl Iterator<Item = (&'a str, &'a Saved)>) -> Problem {
    let known: Vec<&str> = known.map(|(name, _)| name).collect();
    let listed =
        if known.is_empty() { "there is none yet".to_owned() } else { format!("there are {}", known.join(", ")) };
    let remedy = format!("{listed}; a reset forgets those saved since the first reset");
    Problem::new(404, "no such checkpoint", format!("none is called \"{}\"", crate::printable::shortened(name)), remedy)
}
