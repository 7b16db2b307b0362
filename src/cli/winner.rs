//! `--two-way`: who wins when both sides changed a field, as `sync` and `integration set` take it.

use clap::ValueEnum;

use crate::crm::{IntegrationSettings, SyncPriority};

/// Who wins when both sides changed a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Winner {
    /// Remote wins: Magento's value goes to both sides.
    Remote,
    /// Local wins: the CRM's value goes to both sides.
    Local,
    /// No two way sync: nothing is written to Magento.
    Off,
}

impl Winner {
    /// Fills in the form; the priority stays as it was while two way sync is off.
    pub(in crate::cli) fn fill(self, settings: &mut IntegrationSettings) {
        settings.is_two_way_sync_enabled = self != Self::Off;
        settings.sync_priority = match self {
            Self::Remote => SyncPriority::Remote,
            Self::Local => SyncPriority::Local,
            Self::Off => settings.sync_priority,
        };
    }
}
