//! What a sync would do, from a sync into a copy of the CRM: rows compared before and after, accounts and guests that
//! need a look, what would be written to Magento, how long it takes. Nothing here calls a shop but [`probe`] and
//! [`dry_run`], which only read; rendering is the command line's.

mod accounts;
pub mod dry_run;
mod estimate;
mod failures;
pub mod gate;
mod guests;

pub mod probe;
mod rows;

use serde::Serialize;

use super::write::MagentoWrite;
use crate::client::read_only::Meter;
use crate::crm::{Crm, CrmError, IntegrationId};

pub use accounts::{DoubledAccount, JoinedAccount};
pub use estimate::{Estimate, Walk};
pub use failures::Failure;
pub use guests::CombinedGuest;
pub use rows::{EntityPlan, RowChange, ValueChange};

/// The end of a dry run.
#[derive(Clone, Debug, Serialize)]
pub struct Plan {
    /// The shop's address, credentials masked.
    pub shop: String,
    /// Whether all was read that a sync would read.
    pub complete: bool,
    /// What ended it early.
    pub ended_by: Option<String>,
    /// Rows of the CRM by entity.
    pub entities: Vec<EntityPlan>,
    /// The first rows that would change, by entity.
    pub changes: Vec<RowChange>,
    /// People who would end up with several accounts.
    pub doubled_accounts: Vec<DoubledAccount>,
    /// Accounts that new customers would share.
    pub joined_accounts: Vec<JoinedAccount>,
    /// Guest orders that become one customer's.
    pub combined_guests: Vec<CombinedGuest>,
    /// What two-way sync would write to Magento.
    pub writes: Vec<MagentoWrite>,
    /// Edits that wait but would not reach Magento, and why.
    pub export_failures: Vec<String>,
    /// Records and connectors that would fail.
    pub failures: Vec<Failure>,
    /// The calls that were made.
    pub calls: Meter,
    /// What the whole initial sync takes.
    pub estimate: Estimate,
    /// What a person should know before a real sync.
    pub warnings: Vec<String>,
}

/// What a plan is made of.
pub struct Material<'a> {
    /// The CRM as it is.
    pub before: &'a Crm,
    /// The copy that was synced into.
    pub after: &'a Crm,
    /// The integration, in both.
    pub integration: IntegrationId,
    /// How far the walk had to go.
    pub walk: Walk,
    /// The calls that were made.
    pub calls: Meter,
}

impl Plan {
    /// Compares the two CRMs. What else a plan holds, its caller fills in.
    ///
    /// # Errors
    /// When a database fails.
    pub fn make(material: Material<'_>) -> Result<Self, CrmError> {
        let Material { before, after, integration, walk, calls } = material;
        let compared = rows::compare(before, after)?;
        let people = accounts::People::load(before, after)?;
        Ok(Self {
            shop: String::new(),
            complete: true,
            ended_by: None,
            entities: compared.entities,
            changes: compared.changes,
            doubled_accounts: people.doubled(),
            joined_accounts: people.joined(),
            combined_guests: guests::combined(before, after)?,
            writes: Vec::new(),
            export_failures: Vec::new(),
            failures: failures::since(before, after, integration)?,
            estimate: estimate::of(before, after, integration, &walk, &calls)?,
            calls,
            warnings: Vec::new(),
        })
    }

    /// Whether a sync would change nothing at all.
    pub fn is_empty(&self) -> bool {
        self.writes.is_empty() && self.entities.iter().all(EntityPlan::is_unchanged)
    }
}
