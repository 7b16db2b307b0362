//! Modules of the shop: what declares operations that are not Magento's, and one more of them.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{AdminRequest, Problem, Reply};
use crate::magento::{Declarer, Module};
use crate::server::service::Service;
use crate::shop::Shop;

/// A module as it is sent: the texts of its files.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Sent {
    /// Such as `Acme_Loyalty`.
    name: String,
    /// Its resources, methods, rights and faults.
    #[serde(default, rename = "api.xml")]
    api: Option<String>,
    /// Its operations and types in RPC style.
    #[serde(default, rename = "wsdl.xml")]
    wsdl: Option<String>,
    /// Its operations and types in WS-I.
    #[serde(default, rename = "wsi.xml")]
    wsi: Option<String>,
}

/// Operations beyond which a shop takes no more modules; Magento has some two hundred.
const OPERATIONS_MAX: usize = 5000;

pub(super) fn list(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    Ok(Reply::Json(shown(&service.locked_shop())))
}

fn shown(shop: &Shop) -> Value {
    let contract = shop.contract();
    let operations = contract.operations().filter_map(|facts| {
        let (Declarer::Module(place) | Declarer::Wsdl(place)) = contract.declarer(&facts.name)?;
        let stubs = shop.stubs().concern(&facts.name);
        Some(json!({
            "name": facts.name, "module": facts.module, "declared": place, "resource": facts.resource,
            "method": facts.method, "has_stubs": stubs,
        }))
    });
    json!({ "operations": operations.collect::<Vec<_>>() })
}

pub(super) fn add(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let sent: Sent = request.json()?;
    let bad = |error: &dyn std::fmt::Display| {
        Problem::new(
            400,
            "the module cannot be used",
            error.to_string(),
            "see docs/modules.md for what its files may hold",
        )
    };
    let texts = [sent.api.as_deref(), sent.wsdl.as_deref(), sent.wsi.as_deref()];
    let module = Module::of_texts(&sent.name, texts).map_err(|error| bad(&error))?;
    let mut shop = service.locked_shop();
    if shop.contract().operations().count() >= OPERATIONS_MAX {
        let detail = format!("the shop has {OPERATIONS_MAX} operations");
        return Err(Problem::new(409, "too many modules", detail, "start a shop with the modules that it needs"));
    }
    let contract = shop.contract().with_modules(&[module]).map_err(|error| bad(&error))?;
    shop.set_contract(contract);
    Ok(Reply::Created(shown(&shop)))
}
