//! What one case has called, met and run, for coverage.

use std::collections::BTreeSet;

use crate::disrupt::Disruption;
use crate::server::Outcome;

/// What one scenario's world has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exercised {
    /// Operations that were called.
    pub operations: BTreeSet<String>,
    /// SOAP faults that were answered, as code and text.
    pub faults: BTreeSet<String>,
    /// Disruptions that struck, by kind.
    pub disruptions: BTreeSet<String>,
    /// The names of the connectors that ran.
    pub connectors: BTreeSet<String>,
}

impl Exercised {
    /// Adds what a call was and came to; of an operation that the shop does not declare, its name is nothing that is covered.
    pub(in crate::scenario) fn add_call(
        &mut self,
        operation: &str,
        is_declared: bool,
        outcome: &Outcome,
        disruptions: &[Disruption],
    ) {
        if is_declared {
            self.operations.insert(operation.to_owned());
        }
        if let Outcome::Fault { code, string } = outcome {
            self.faults.insert(format!("{code} {string}"));
        }
        self.disruptions.extend(disruptions.iter().map(|struck| struck.kind().to_owned()));
    }
}
