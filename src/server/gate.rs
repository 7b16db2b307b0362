//! What keeps a call from ever reaching a shop: whoever carries calls asks here before connecting.

use std::sync::Arc;

use jiff::Timestamp;

use super::service::Service;
use crate::disrupt::{Disruption, Seen, WSDL_OPERATION};
use crate::magento::Contract;
use crate::soap::SoapStruct;

/// A call as far as it can be read before it is sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    operation: String,
    arguments: Option<SoapStruct>,
    page: Option<u64>,
    contract: Arc<Contract>,
}

impl Outgoing {
    /// What a plan is told of it.
    pub fn seen(&self, at: Timestamp) -> Seen<'_> {
        Seen {
            operation: &self.operation,
            arguments: self.arguments.as_ref(),
            contract: &self.contract,
            page: self.page,
            at,
        }
    }
}

/// The way to a shop.
#[derive(Clone)]
pub struct Gate(Service);

impl Gate {
    /// Asks the service's plan from now on; calls that arrive are not struck by refused connections any more.
    pub(super) fn new(service: Service) -> Self {
        service.locked_plan().gate();
        Self(service)
    }

    /// A call's operation, its arguments and the page it asks for; one without a body is a WSDL download, one that cannot
    /// be read has no name.
    pub fn read(&self, body: &[u8]) -> Outgoing {
        let (codec, contract) = {
            let shop = self.0.locked_shop();
            (shop.codec().clone(), Arc::clone(shop.contract()))
        };
        let named = |operation: &str, contract: Arc<Contract>| Outgoing {
            operation: operation.to_owned(),
            arguments: None,
            page: None,
            contract,
        };
        if body.is_empty() {
            return named(WSDL_OPERATION, contract);
        }
        let Ok(call) = codec.read_request(body, None) else { return named("", contract) };
        let page = self.0.locked_plan().page_of(&call.operation, &call.arguments);
        Outgoing { operation: call.operation, arguments: Some(call.arguments), page, contract }
    }

    /// What keeps this call from connecting; a call without a body is a WSDL download.
    pub fn strike(&self, body: &[u8], at: Timestamp) -> Option<Disruption> {
        if self.0.locked_plan().list().all(|(_, armed)| !armed.disruption.is_before_connecting()) {
            return None;
        }
        let call = self.read(body);
        let fired = self.0.locked_plan().fire_before_connecting(call.seen(at));
        let disruption = fired.into_iter().next().map(|fired| fired.disruption)?;
        self.0.locked_journal().keep_away(at, &call.operation, disruption.kind());
        Some(disruption)
    }
}
