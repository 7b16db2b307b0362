//! Calls that wait: whoever drives a shop is asked of each call that has arrived, before the shop answers it, and may have it
//! wait. Calls of other people's programs have no other place to be held in.

use std::sync::{Arc, OnceLock};

use tokio::sync::oneshot;

use super::endpoint::{self, EndpointOptions, HttpRequestParts, Received};
use super::service::Service;
use crate::disrupt::Seen;

/// Says what a call has to wait for before it is answered, if anything.
pub type Usher = Box<dyn Fn(Seen<'_>) -> Option<oneshot::Receiver<()>> + Send + Sync>;

/// Who is asked, if anybody.
#[derive(Clone, Default)]
pub(super) struct Waiting(Arc<OnceLock<Usher>>);

impl Waiting {
    /// Asks from now on; the first who wants to be asked stays.
    pub(super) fn ask(&self, usher: Usher) {
        // Whoever runs a case sets this once, before the first call.
        let _ = self.0.set(usher);
    }

    /// What a request has to wait for.
    pub(super) fn of(
        &self,
        service: &Service,
        request: &HttpRequestParts,
        body: &[u8],
    ) -> Option<oneshot::Receiver<()>> {
        let usher = self.0.get()?;
        let shop = service.locked_shop();
        let received = endpoint::receive(&shop, &EndpointOptions::default(), request, body);
        let operation = received.operation();
        let arguments = match &received {
            Received::Call(call) => Some(&call.arguments),
            Received::Refused { .. } | Received::Answered { .. } => None,
        };
        let page = arguments.and_then(|arguments| service.locked_plan().page_of(operation, arguments));
        let contract = shop.contract().as_ref();
        usher(Seen { operation, arguments, contract, page, at: shop.clock().now() })
    }
}
