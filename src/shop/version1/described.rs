//! What the handler says of itself: resources that the user may use, and the faults of one.

use std::sync::Arc;

use super::HandlerCall;
use crate::magento::{Contract, Declarer, DescribedResource, OperationFacts, ResourceFacts, Version1};
use crate::shop::{Refusal, Shop};
use crate::soap::{SoapStruct, SoapValue};

impl Shop {
    pub(super) fn described_resources(&mut self, call: &HandlerCall) -> Result<SoapValue, Refusal> {
        let contract = Arc::clone(self.contract());
        let user = self.user_of_call(call)?;
        let product = &Version1::shared().resources;
        let of_modules = contract.resources().map(|(name, _)| name).filter(|name| !product.contains_key(*name));
        let mut listed = Vec::new();
        for name in product.keys().map(String::as_str).chain(of_modules) {
            let Some(facts) = contract.resource(name) else { continue };
            let described = product.get(name);
            let mut methods = Vec::new();
            for (method, title, operation) in methods_of(&contract, name, facts, described) {
                if !self.offers(operation) || !self.users.allows(&user, operation, self.bridge(), contract.acl()) {
                    continue;
                }
                let aliases: Vec<SoapValue> =
                    facts.aliases.iter().map(|alias| format!("{alias}.{method}").into()).collect();
                let row = SoapStruct::new()
                    .with("title", title)
                    .with("description", SoapValue::Nil)
                    .with("path", format!("{name}.{method}"))
                    .with("name", method)
                    .with("aliases", aliases);
                methods.push(row.into());
            }
            if methods.is_empty() {
                continue;
            }
            let aliases: Vec<SoapValue> = facts.aliases.iter().map(|alias| alias.as_str().into()).collect();
            let title = facts.title.as_deref().or(described.map(|described| described.title.as_str()));
            let row = SoapStruct::new()
                .with("title", title.unwrap_or(name))
                .with("description", described.and_then(|described| described.description.clone()))
                .with("name", name)
                .with("aliases", aliases)
                .with("methods", methods);
            listed.push(row.into());
        }
        Ok(listed.into())
    }

    /// Whether the shop has the module that an operation belongs to.
    pub(super) fn offers(&self, operation: &OperationFacts) -> bool {
        match &operation.since {
            Some(since) => self.bridge().is_some_and(|release| release.at_least(since)),
            None => true,
        }
    }

    pub(super) fn described_faults(&mut self, call: &HandlerCall) -> Result<SoapValue, Refusal> {
        let contract = Arc::clone(self.contract());
        let user = self.user_of_call(call)?;
        let asked = call.arguments.text("resourceName").unwrap_or_default();
        let known = contract.resources().find(|(name, facts)| *name == asked || facts.aliases.contains(&asked));
        let (name, facts) = known.ok_or_else(|| contract.global_fault("resource_path_invalid"))?;
        if !self.users.allows_resource(&user, facts) {
            return Err(contract.global_fault("access_denied").into());
        }
        Ok(crate::shop::operation::fault_rows(&contract, name))
    }

    fn user_of_call(&mut self, call: &HandlerCall) -> Result<String, Refusal> {
        let session = call.arguments.text("sessionId").unwrap_or_default();
        Ok(self.user_of(&session).ok_or_else(|| self.contract().global_fault("session_expired"))?)
    }
}

/// Methods of a resource with their titles and operations: the product's, then those that modules add.
fn methods_of<'c>(
    contract: &'c Contract,
    resource: &str,
    facts: &'c ResourceFacts,
    described: Option<&'c DescribedResource>,
) -> Vec<(&'c str, &'c str, &'c OperationFacts)> {
    let of_product = |method: &str| described.is_some_and(|described| described.methods.contains_key(method));
    let operations: Vec<(&str, &OperationFacts)> = contract
        .operations()
        .filter(|known| known.resource.as_deref() == Some(resource))
        .filter_map(|known| Some((known.method.as_deref()?, known)))
        .collect();
    let product = described.into_iter().flat_map(|described| &described.methods).filter_map(|(method, title)| {
        let (_, operation) = operations.iter().find(|(known, _)| known == method)?;
        let title = facts.method_titles.get(method).unwrap_or(title);
        Some((method.as_str(), title.as_str(), *operation))
    });
    let added = operations.iter().filter(|(method, operation)| {
        !of_product(method) && matches!(contract.declarer(&operation.name), Some(Declarer::Module(_)))
    });
    let added = added.map(|(method, operation)| {
        (*method, facts.method_titles.get(*method).map_or(*method, String::as_str), *operation)
    });
    product.chain(added).collect()
}
