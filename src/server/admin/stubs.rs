//! What operations answer before the shop does: the stubs there are, one more, one less, none.

use serde_json::{Value, json};

use super::{AdminRequest, CHANGE_BYTES_MAX, Problem, Reply, shop::as_yaml};
use crate::server::service::Service;
use crate::shop::Shop;
use crate::shop::stubs::{StubError, StubFile};

/// Stubs that a shop has, those of its files with them, and how long they are as texts.
const STUBS_MAX: usize = 10_000;
const STUBS_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What messages call the body.
const BODY: &str = "body";

pub(super) fn list(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    Ok(Reply::Json(shown(&service.locked_shop(), |_| true)))
}

fn shown(shop: &Shop, wanted: impl Fn(u64) -> bool) -> Value {
    let stubs: Vec<Value> = shop.stubs().standing().filter(|stub| wanted(stub.id)).map(|stub| json!(stub)).collect();
    json!({ "stubs": stubs })
}

pub(super) fn add(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let text = as_yaml(request, CHANGE_BYTES_MAX)?;
    let is_list = serde_json::from_str::<Value>(&text).is_ok_and(|body| body.get("stubs").is_some());
    let read = if is_list { StubFile::parse(&text, BODY) } else { StubFile::parse_one(&text, BODY) };
    let mut file = read.map_err(|error| bad(&error))?;
    let mut shop = service.locked_shop();
    let next = shop.stubs().next_id();
    file.name_unnamed(|number| format!("stub {}", next + number as u64));
    let (known, bytes) = shop.stubs().size();
    if known + file.len() > STUBS_MAX || bytes + text.len() > STUBS_BYTES_MAX {
        let detail = format!("there are {known} of {bytes} bytes; at most {STUBS_MAX} of {STUBS_BYTES_MAX} are kept");
        return Err(Problem::new(409, "too many stubs", detail, "take back those that are not needed any more"));
    }
    let ids = shop.add_stubs(&file).map_err(|error| bad(&error))?;
    Ok(Reply::Created(shown(&shop, |id| ids.contains(&id))))
}

fn bad(error: &StubError) -> Problem {
    Problem::new(400, "the stub cannot be used", error.to_string(), "see docs/stubs.md, or `mockgento schema stubs`")
}

pub(super) fn clear(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    service.locked_shop().clear_stubs();
    Ok(Reply::Done)
}

pub(super) fn remove(service: &Service, _: &AdminRequest, id: &str) -> Result<Reply, Problem> {
    let known = id.parse().is_ok_and(|id| service.locked_shop().remove_stub(id));
    if known {
        return Ok(Reply::Done);
    }
    Err(Problem::new(404, "no such stub", format!("there is no stub {id}"), "list them at /__admin/stubs"))
}
