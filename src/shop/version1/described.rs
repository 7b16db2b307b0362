//! What the handler says of itself: resources that the user may use, and the faults of one.

use std::sync::Arc;

use super::HandlerCall;
use crate::magento::{OperationFacts, Version1};
use crate::shop::{Refusal, Shop};
use crate::soap::{SoapStruct, SoapValue};

impl Shop {
    pub(super) fn described_resources(&mut self, call: &HandlerCall) -> Result<SoapValue, Refusal> {
        let contract = Arc::clone(self.contract());
        let user = self.user_of_call(call)?;
        let mut listed = Vec::new();
        for (name, described) in &Version1::shared().resources {
            let Some(facts) = contract.resource(name) else { continue };
            let mut methods = Vec::new();
            for (method, title) in &described.methods {
                let of_method = |known: &&OperationFacts| {
                    known.resource.as_deref() == Some(name) && known.method.as_deref() == Some(method)
                };
                let Some(operation) = contract.operations().find(of_method) else { continue };
                if !self.offers(operation) || !self.users.allows(&user, operation, self.bridge(), contract.acl()) {
                    continue;
                }
                let aliases: Vec<SoapValue> =
                    facts.aliases.iter().map(|alias| format!("{alias}.{method}").into()).collect();
                let row = SoapStruct::new()
                    .with("title", title.as_str())
                    .with("description", SoapValue::Nil)
                    .with("path", format!("{name}.{method}"))
                    .with("name", method.as_str())
                    .with("aliases", aliases);
                methods.push(row.into());
            }
            if methods.is_empty() {
                continue;
            }
            let aliases: Vec<SoapValue> = facts.aliases.iter().map(|alias| alias.as_str().into()).collect();
            let row = SoapStruct::new()
                .with("title", described.title.as_str())
                .with("description", described.description.clone())
                .with("name", name.as_str())
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
