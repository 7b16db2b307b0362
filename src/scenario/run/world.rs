//! Everything one case of a scenario has: its clock, shops, wire and CRM, and what happened last.

use super::cannot_work::CannotWork;
use super::ledger::Ledger;
use super::moments::Moments;
use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::client::WsdlCache;
use crate::clock::Clock;
use crate::crm::{Crm, CrmError, IntegrationId};
use crate::disrupt::ArmedId;
use crate::quirk::Quirks;
use crate::scenario::language::origin::Origin;
use crate::scenario::language::setup::variant::Variant;
use crate::scenario::language::step::Step;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::{Fields, Value};
use crate::scenario::run::actor::Actor;
use crate::scenario::run::case::Case;
use crate::scenario::run::exercised::Exercised;
use crate::scenario::run::failure::{Failure, FailureKind};
use crate::scenario::run::network::Served;
use crate::snapshot::{Header, SnapshotName, Store};
use crate::transport::Transport;

/// The SOAP user an integration logs in as unless it says otherwise.
pub(in crate::scenario) const API_USER: &str = "oro";
/// That user's key, in shops whose seed has no such user.
pub(in crate::scenario) const API_KEY: &str = "oro-key-1";

/// What a step leaves: nothing when all went well, or why not.
pub(in crate::scenario) type Failures = Vec<Failure>;

/// The end of a sync or a check.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct LastOutcome {
    /// Whether everything succeeded.
    pub(in crate::scenario) success: bool,
    /// What it said, one line per connector or finding.
    pub(in crate::scenario) message: String,
    /// The whole outcome, as snapshots show it.
    pub(in crate::scenario) shown: serde_json::Value,
}

/// The beginning of a step.
#[derive(Clone, Debug)]
pub(in crate::scenario) struct Mark {
    /// The word of the step.
    pub(in crate::scenario) step: &'static str,
    /// The time by the scenario's clock.
    pub(in crate::scenario) at: Timestamp,
    /// Journal entries of each shop at that moment.
    pub(in crate::scenario) from: IndexMap<String, usize>,
}

/// An armed disruption that must strike, and what it is when it does not.
pub(super) struct Watched {
    pub(super) shop: String,
    pub(super) id: ArmedId,
    /// What is said when it struck no call.
    pub(super) failure: Failure,
    /// What is said when it struck one and changed nothing there.
    pub(super) in_vain: Failure,
}

/// The file of a CRM that lives as long as its case.
pub(super) struct CrmFile {
    /// Removed with everything in it at the end.
    pub(super) folder: tempfile::TempDir,
}

impl CrmFile {
    pub(super) fn open(&self, clock: &Clock) -> Result<Crm, CrmError> {
        Crm::open(&self.folder.path().join("crm.sqlite"), clock.clone())
    }
}

/// The world of one case.
pub(in crate::scenario) struct World<'a> {
    pub(in crate::scenario) case: &'a Case,
    pub(in crate::scenario) variant: Variant,
    pub(in crate::scenario) clock: Clock,
    pub(in crate::scenario) quirks: Quirks,
    pub(in crate::scenario) shops: IndexMap<String, Served>,
    pub(in crate::scenario) transport: Arc<dyn Transport>,
    /// Between which calls somebody gets a word in.
    pub(in crate::scenario) moments: Moments,
    pub(in crate::scenario) wsdl_cache: WsdlCache,
    /// Whose sync the steps drive.
    pub(in crate::scenario) actor: Actor,
    /// What somebody's client turned out not to be able to do.
    pub(in crate::scenario) skipped: Option<String>,
    /// Our CRM; where somebody's client acts it holds the integration's settings and nothing else.
    pub(in crate::scenario) crm: Crm,
    /// The CRM's file, where somebody works in it while it syncs; elsewhere it is in memory.
    pub(super) crm_file: Option<CrmFile>,
    /// The integration that steps are about; `None` while its channel is deleted.
    pub(in crate::scenario) integration: Option<IntegrationId>,
    /// Its name in a scenario with several, empty otherwise.
    pub(in crate::scenario) selected: String,
    /// Integrations that steps were about before, by name.
    pub(super) others: IndexMap<String, Option<IntegrationId>>,
    /// The fragment the step at hand stands in.
    pub(super) origin: Option<&'a Origin>,
    /// Disruptions that must strike before the case is over.
    pub(super) armed: Vec<Watched>,
    /// What users of the CRM wrote.
    pub(super) ledger: Ledger,
    /// How the last sync or check ended.
    pub(in crate::scenario) last: Option<LastOutcome>,
    pub(in crate::scenario) store: Store,
    pub(in crate::scenario) accepted: usize,
    /// What is accepted when the case ends well; `None` when nothing is to be accepted.
    pub(super) to_accept: Option<Vec<(SnapshotName, Header, String)>>,
    /// Journal entries of each shop that an earlier snapshot has shown.
    pub(in crate::scenario) shown: IndexMap<String, usize>,
    /// Steps that may call, with the journals' lengths when they began.
    pub(in crate::scenario) marks: Vec<Mark>,
    /// Journal entries of each shop that an earlier `expect` of calls has counted.
    pub(super) counted: IndexMap<String, usize>,
}

impl<'a> World<'a> {
    /// From which call on `expect: calls` counts in that shop.
    pub(in crate::scenario) fn calls_from(&self, shop: Option<&At<String>>) -> usize {
        let name = shop.map(|name| name.get().as_str()).or_else(|| self.shops.keys().next().map(String::as_str));
        name.and_then(|name| self.counted.get(name)).copied().unwrap_or_default()
    }

    /// What its shops and its CRM have seen.
    pub(in crate::scenario) fn exercised(&self) -> Exercised {
        let mut exercised = Exercised::default();
        for shop in self.shops.values() {
            let mut declared: BTreeSet<String> =
                shop.journal().entries().iter().map(|entry| entry.operation.clone()).collect();
            shop.with_shop(|shop| declared.retain(|operation| shop.declares(operation)));
            for entry in shop.journal().entries() {
                let is_declared = declared.contains(&entry.operation);
                exercised.add_call(&entry.operation, is_declared, &entry.outcome, &entry.disruptions);
            }
        }
        let statuses = self.integration.and_then(|id| self.crm.statuses(id).ok()).unwrap_or_default();
        exercised.connectors = statuses.into_iter().map(|status| status.connector).collect();
        exercised
    }

    pub(super) fn journal_lengths(&self) -> IndexMap<String, usize> {
        self.shops.iter().map(|(name, shop)| (name.clone(), shop.journal().entries().len())).collect()
    }

    /// Lets the next trace start here.
    pub(in crate::scenario) fn forget_calls(&mut self) {
        self.shown = self.journal_lengths();
    }

    pub(in crate::scenario) fn accepted(&self) -> usize {
        self.accepted
    }

    /// The text of the file that the step at hand stands in.
    pub(in crate::scenario) fn source(&self) -> &'a str {
        &self.origin.map_or(&self.case.scenario.file, |origin| &origin.file).text
    }

    /// The shop of that name, or the only one.
    pub(in crate::scenario) fn shop(&self, name: Option<&At<String>>) -> Result<&Served, CannotWork> {
        let found = match name {
            Some(name) => self.shops.get(name.get()),
            None => self.shops.first().map(|(_, shop)| shop),
        };
        found.ok_or_else(|| CannotWork::NoShop(name.map_or_else(String::new, |name| name.get().clone())))
    }

    /// Columns as an edit wants them.
    pub(in crate::scenario) fn columns(&self, fields: &Fields) -> Result<IndexMap<String, Option<String>>, CannotWork> {
        let mut columns = IndexMap::new();
        for (name, value) in fields.iter() {
            let text = match value.get() {
                Value::List(_) | Value::Record(_) => {
                    return Err(CannotWork::SeveralValues(name.get().clone()));
                }
                _ => value.text(self.source()).map(std::borrow::Cow::into_owned),
            };
            columns.insert(name.get().clone(), text);
        }
        Ok(columns)
    }

    /// A failure of the step.
    pub(in crate::scenario) fn failure(step: &At<Step>, kind: FailureKind, message: impl Into<String>) -> Failure {
        Failure {
            kind,
            file: None,
            line: step.place().line,
            column: None,
            step: step.0.word().to_owned(),
            message: message.into(),
            detail: String::new(),
        }
    }
}
