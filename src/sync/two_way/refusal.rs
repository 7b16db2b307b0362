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

/// An expired session.
const SESSION_EXPIRED: u16 = 5;

/// Whether a fault is about the edit. Fault 1 is the text of any exception (`Mage_Api_Model_Server_Handler_Abstract`): Magento's
/// own words about a value, such as an e-mail address that is taken, come again with every try; "Internal Error" and what the
/// database says may pass.
fn is_lasting(code: u16, text: &str) -> bool {
    const MAY_PASS: &[&str] = &["Internal Error", "SQLSTATE", "Unable to"];
    match code {
        SESSION_EXPIRED => false,
        1 => !text.trim().is_empty() && !MAY_PASS.iter().any(|start| text.trim_start().starts_with(start)),
        _ => true,
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<ClientError> for Stop {
    fn from(error: ClientError) -> Self {
        let is_lasting =
            error.fault_code().is_some_and(|code| is_lasting(code, error.fault_text().unwrap_or_default()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_magento_says_of_a_value_lasts_and_trouble_of_the_shop_passes() {
        for (code, text, lasts) in [
            (100, "Invalid data", true),
            (1, "This customer email already exists", true),
            (1, "The suffix is too long.", true),
            (1, "", false),
            (1, "Internal Error. Please see log for details.", false),
            (1, "SQLSTATE[40001]: Serialization failure: 1213 Deadlock found when trying to get lock", false),
            (1, " Unable to connect to the database", false),
            (5, "Session expired. Try to relogin.", false),
        ] {
            assert_eq!(is_lasting(code, text), lasts, "{code} {text}");
        }
    }
}
