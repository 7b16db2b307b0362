//! `sync` and `check connection`: the other tower at work.

use crate::crm::IntegrationSettings;
use crate::scenario::script::{CheckStep, SyncStep};
use crate::scenario::world::{CannotWork, World};

impl World<'_> {
    /// What the form learns from the shop before it is saved.
    pub(in crate::scenario) async fn look_at_shop(&self, _settings: &mut IntegrationSettings) {}

    pub(in crate::scenario) async fn check_connection(
        &mut self,
        _settings: Option<&CheckStep>,
    ) -> Result<(), CannotWork> {
        Err("not wired yet".to_owned())
    }

    pub(in crate::scenario) async fn sync(&mut self, _settings: Option<&SyncStep>) -> Result<(), CannotWork> {
        Err("not wired yet".to_owned())
    }
}
