//! Why an export came to nothing.

use crate::client::ClientError;
use crate::crm::CrmError;
use crate::sync::convert::RowError;

/// Why an export ended early.
pub(super) enum Stop {
    /// Magento did not take the edit; the run goes on with the next.
    Refused(Refusal),
    /// The CRM failed, which ends the run.
    Crm(CrmError),
}

/// Why Magento did not take an edit.
pub(super) struct Refusal {
    pub(super) reason: String,
    /// Whether it is about the edit; else about the shop, which may be well again next time.
    pub(super) is_lasting: bool,
}

impl Refusal {
    pub(super) fn lasting(reason: String) -> Self {
        Self { reason, is_lasting: true }
    }
}

/// Faults that any call may meet: Magento's "Internal Error" and an expired session.
const PASSING_FAULTS: &[u16] = &[1, 5];

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ClientError> for Stop {
    fn from(error: ClientError) -> Self {
        let is_lasting = error.fault_code().is_some_and(|code| !PASSING_FAULTS.contains(&code));
        Self::Refused(Refusal { reason: error.to_string(), is_lasting })
    }
}

impl From<RowError> for Stop {
    fn from(error: RowError) -> Self {
        Self::Refused(Refusal::lasting(error.to_string()))
    }
}

impl From<CrmError> for Stop {
    fn from(error: CrmError) -> Self {
        Self::Crm(error)
    }
}
