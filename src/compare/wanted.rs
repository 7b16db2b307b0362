//! Which operations of modules may be asked: those that read by their names, and those that somebody wants.

use serde::Serialize;

use super::service::ServiceFacts;
use crate::client::reads_by_name;
use crate::magento::Contract;
use crate::soap::SoapStruct;

/// An operation that somebody wants to be asked, and answers for that it only reads.
#[derive(Clone, Debug)]
pub struct WantedQuestion {
    /// Its name.
    pub operation: String,
    /// What it is asked with; `None` for what is found out.
    pub arguments: Option<SoapStruct>,
    /// How somebody wrote it, such as `acmeLoyaltyInfo={customerId: 42}`.
    pub text: String,
}

/// An operation that was not asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct NotCalled {
    /// Its name.
    pub operation: String,
    /// Why.
    pub why: String,
}

impl NotCalled {
    pub(super) fn of(operation: &str, why: impl Into<String>) -> Self {
        Self { operation: operation.to_owned(), why: why.into() }
    }
}

/// The operations of modules that a shop declares.
pub(super) fn operations(facts: &ServiceFacts) -> impl Iterator<Item = &str> {
    facts.operations.keys().map(String::as_str).filter(|name| Contract::shared().operation(name).is_none())
}

/// Why an operation of a module must not be called; `None` for one that may.
pub(super) fn refused(operation: &str, wanted: &[WantedQuestion]) -> Option<&'static str> {
    let is_wanted = wanted.iter().any(|wanted| wanted.operation == operation);
    (!is_wanted && !reads_by_name(operation)).then_some("its name does not say that it only reads")
}
