//! Why a step cannot work: the scenario asks for something that is not there, or what it needs fails. An edit that Magento
//! or the CRM refuses is not among them; that is a failure of its step like an expectation that does not hold.

use std::borrow::Cow;

use crate::crm::CrmError;
use crate::scenario::actor::TesteeError;
use crate::scenario::run::network::NetworkError;
use crate::shop::EditError;
use crate::snapshot::SnapshotError;
use crate::sync::error::SyncError;

/// Why a step cannot work, as a lower-case fragment.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(in crate::scenario) enum CannotWork {
    #[error("there is no shop called `{0}`")]
    NoShop(String),
    #[error("the shop has no {what} `{named}`{hint}")]
    NotInShop { what: &'static str, named: String, hint: String },
    #[error("{many} customers of the shop have the e-mail `{named}`; name one by its id: {ids:?}")]
    SeveralInShop { many: usize, named: String, ids: Vec<i64> },
    #[error("the CRM has no {what}{hint}")]
    NotInCrm { what: String, hint: Cow<'static, str> },
    #[error("the snapshot has no `{named}` to leave out; {hint}")]
    NothingToLeaveOut { named: String, hint: String },
    #[error("{many} {what} of the CRM are `{named}`; name one by Magento's id")]
    SeveralInCrm { many: usize, what: &'static str, named: String },
    #[error("`{named}` is not {what}")]
    NotAnId { named: String, what: String },
    #[error("`{0}` takes one value, not several")]
    SeveralValues(String),
    #[error("`{field}` takes {expected}")]
    Misfit { field: String, expected: &'static str },
    #[error("{table} has no field `{field}`")]
    NoField { table: &'static str, field: String },
    #[error("the channel is deleted; create it first")]
    NoChannel,
    #[error("name {0}")]
    NothingNamed(&'static str),
    #[error("the address has no customer")]
    AddressOfNobody,
    #[error("Magento does not have that customer yet")]
    NotInMagentoYet,
    #[error("there is no connector `{0}`")]
    NoConnector(String),
    #[error("its steps were not put in; please report it")]
    NotPutIn,
    #[error("nobody knows how to do `{0}`; please report it")]
    NobodyActs(&'static str),
    #[error("the command cannot be read: {0}")]
    Command(#[from] shell_words::ParseError),
    #[error("the command is empty")]
    EmptyCommand,
    #[error("a program needs the shop on a socket")]
    NeedsSocket,
    #[error("cannot start `{program}`: {cause}; install it or correct the command")]
    NotStarted { program: String, cause: std::io::Error },
    #[error("{0}")]
    Database(String),
    #[error("the client fails at `{what}`: {said}")]
    ClientRefuses { what: &'static str, said: String },
    #[error(transparent)]
    Client(#[from] TesteeError),
    #[error("the SOAP WSDL URL is not one: {0}")]
    WsdlUrl(#[from] url::ParseError),
    #[error(transparent)]
    Crm(#[from] CrmError),
    #[error(transparent)]
    Sync(#[from] SyncError),
    #[error(transparent)]
    Shop(#[from] EditError),
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
    #[error(transparent)]
    Network(#[from] NetworkError),
}

impl CannotWork {
    /// What is said for a step that somebody's client cannot do at all, which is nobody's fault.
    pub(in crate::scenario) fn unsupported(&self) -> Option<&str> {
        match self {
            Self::Client(TesteeError::Unsupported(why)) => Some(why),
            _ => None,
        }
    }

    /// Whether somebody's client is at fault, not the scenario.
    pub(in crate::scenario) fn is_the_clients(&self) -> bool {
        matches!(self, Self::Client(_) | Self::ClientRefuses { .. })
    }
}
