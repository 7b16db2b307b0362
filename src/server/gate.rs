//! What keeps a call from ever reaching a shop: whoever carries calls asks here before connecting.

use jiff::Timestamp;

use super::service::Service;
use crate::disrupt::{Disruption, Seen, WSDL_OPERATION};

/// The way to a shop.
#[derive(Clone)]
pub struct Gate(Service);

impl Gate {
    /// Asks the service's plan from now on; calls that arrive are not struck by refused connections any more.
    pub(super) fn new(service: Service) -> Self {
        service.lock_plan().gate();
        Self(service)
    }

    /// The operation of a call and the page it asks for; a call without a body is a WSDL download, one that cannot be read
    /// has no name.
    pub fn read(&self, body: &[u8]) -> (String, Option<u64>) {
        if body.is_empty() {
            return (WSDL_OPERATION.to_owned(), None);
        }
        let call = self.0.lock_shop().codec().read_request(body, None);
        let Ok(call) = call else { return Default::default() };
        let page = self.0.lock_plan().page_of(&call.operation, &call.arguments);
        (call.operation.clone(), page)
    }

    /// What keeps this call from connecting; a call without a body is a WSDL download.
    pub fn strike(&self, body: &[u8], at: Timestamp) -> Option<Disruption> {
        if self.0.lock_plan().list().all(|(_, armed)| !armed.disruption.is_before_connecting()) {
            return None;
        }
        let (operation, page) = self.read(body);
        let operation = operation.as_str();
        let fired = self.0.lock_plan().fire_before_connecting(Seen { operation, page, at });
        let disruption = fired.into_iter().next().map(|fired| fired.disruption)?;
        self.0.locked_journal().keep_away(at, operation, disruption.kind());
        Some(disruption)
    }
}
