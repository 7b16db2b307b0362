//! Trouble to come: what is armed, one more, one less, none.

use serde_json::{Value, json};

use super::{AdminRequest, Problem, Reply, operations};
use crate::disrupt::{Armed, ArmedId, Plan, WSDL_OPERATION};
use crate::server::service::Service;

/// What is armed at once, and how long it is as JSON.
const ARMED_MAX: usize = 1000;
const ARMED_BYTES_MAX: usize = 4 * 1024 * 1024;

pub(super) fn list(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let plan = service.locked_plan();
    let armed: Vec<Value> = plan.list().map(|(id, armed)| shown(&plan, id, armed)).collect();
    Ok(Reply::Json(json!({"disruptions": armed})))
}

fn shown(plan: &Plan, id: ArmedId, armed: &Armed) -> Value {
    json!({
        "id": id,
        "name": armed.disruption.name(),
        "disruption": armed.disruption,
        "when": armed.when,
        "times": armed.times,
        "left": plan.left(id),
    })
}

pub(super) fn arm(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let armed: Armed = request.yaml()?;
    if let Some(nonsense) = armed.nonsense() {
        return Err(Problem::new(400, "the disruption cannot be used", nonsense.told(), nonsense.help));
    }
    operations::check(service, armed.when.operation.as_deref(), &[WSDL_OPERATION])?;
    if let Some(operation) = &armed.when.operation {
        operations::check_arguments(service, operation, &armed.when.arguments)?;
    }
    let mut plan = service.locked_plan();
    let bytes = |armed: &Armed| serde_json::to_string(armed).map_or(0, |text| text.len());
    let known: usize = plan.list().map(|(_, armed)| bytes(armed)).sum();
    if plan.list().count() >= ARMED_MAX || known + bytes(&armed) > ARMED_BYTES_MAX {
        let detail = format!("at most {ARMED_MAX} of {ARMED_BYTES_MAX} bytes are armed at once");
        return Err(Problem::new(409, "too many disruptions", detail, "take back those that are not needed any more"));
    }
    let id = plan.arm(armed.clone());
    Ok(Reply::Created(shown(&plan, id, &armed)))
}

pub(super) fn clear(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    service.locked_plan().clear();
    Ok(Reply::Done)
}

pub(super) fn disarm(service: &Service, _: &AdminRequest, id: &str) -> Result<Reply, Problem> {
    let known = id.parse().is_ok_and(|id| service.locked_plan().disarm(ArmedId(id)));
    if known {
        return Ok(Reply::Done);
    }
    let detail = format!("no disruption {id} is armed; it may have struck as often as it should");
    Err(Problem::new(404, "no such disruption", detail, "list them at /__admin/disruptions"))
}
