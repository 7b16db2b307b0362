//! A sync as a Rust test wants it: an address, a user, a CRM.

use std::sync::Arc;

use jiff::civil::Date;
use url::Url;

use crate::client::ReadOnlyTransport;
use crate::clock::Clock;
use crate::crm::settings::masked_url;
use crate::crm::{Crm, CrmError, IntegrationId, IntegrationSettings, SyncPriority};
use crate::quirk::Profile;
use crate::secret::ApiKey;
use crate::soap::WireStyle;
use crate::sync::context::{SyncContext, SyncOptions};
use crate::sync::driver;
use crate::sync::error::SyncError;
use crate::sync::outcome::SyncOutcome;
use crate::sync::plan::dry_run::{self, DryRun, DryRunError, Ended, Planned, SoFar};
use crate::transport::Transport;
use crate::transport::tcp::{TcpOptions, TcpTransport, TrustError};

/// A sync of one Magento shop into a CRM, as `mockgento sync` runs it. It can run as often as wanted: the first run walks back
/// to the start date, the next ones bring what has changed.
///
/// Nothing is written to the shop unless [`Sync::two_way`] says so.
#[derive(Clone)]
#[must_use = "nothing is synced before run()"]
pub struct Sync {
    settings: IntegrationSettings,
    profile: Profile,
    clock: Clock,
    force: bool,
    transport: Option<Arc<dyn Transport>>,
}

/// Why a sync could not run. Connectors that fail are results: see [`SyncOutcome`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SyncSetupError {
    /// The certificates of the system cannot be read.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The CRM refused the integration, or its file cannot be read or written.
    #[error(transparent)]
    Crm(#[from] CrmError),
    /// The integration cannot be synced.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// There is no place for the copy of the CRM that a dry run syncs into.
    #[error("cannot make a folder for a copy of the CRM: {0}; set TMPDIR to a folder with room")]
    Scratch(#[source] std::io::Error),
}

impl From<DryRunError> for SyncSetupError {
    fn from(error: DryRunError) -> Self {
        match error {
            DryRunError::Crm(error) => Self::Crm(error),
            DryRunError::Sync(error) => Self::Sync(error),
        }
    }
}

impl Sync {
    /// A sync of the shop whose WSDL is at `wsdl_url`, by that API user: every website since 2007, RPC/encoded, one way, in
    /// the profile `documented`, by the system's clock.
    pub fn of(wsdl_url: Url, user: impl Into<String>, key: impl Into<String>) -> Self {
        let settings = IntegrationSettings {
            api_url: wsdl_url.into(),
            api_user: user.into(),
            api_key: ApiKey::new(key.into()),
            ..IntegrationSettings::default()
        };
        Self { settings, profile: Profile::default(), clock: Clock::system(), force: false, transport: None }
    }

    /// The style the shop speaks.
    pub fn style(mut self, style: WireStyle) -> Self {
        self.settings.is_wsi_mode = style == WireStyle::WsI;
        self
    }

    /// Whether the reference client's defects are fixed or real.
    pub fn profile(mut self, profile: Profile) -> Self {
        self.profile = profile;
        self
    }

    /// The name of the integration in the CRM, `Magento` when left out. A CRM holds several under different names.
    pub fn integration(mut self, name: impl Into<String>) -> Self {
        self.settings.name = name.into();
        self
    }

    /// The sync start date: older records are left out.
    pub fn start_date(mut self, day: Date) -> Self {
        self.settings.sync_start_date = day;
        self
    }

    /// Two way sync: edits that wait in the CRM are written to the shop, and that side wins where both changed a field.
    pub fn two_way(mut self, winner: SyncPriority) -> Self {
        self.settings.is_two_way_sync_enabled = true;
        self.settings.sync_priority = winner;
        self
    }

    /// Other settings of the integration form, such as the website or what the channel holds.
    pub fn settings(mut self, change: impl FnOnce(&mut IntegrationSettings)) -> Self {
        change(&mut self.settings);
        self
    }

    /// The clock. With [`Clock::virtual_at`] waiting between retries costs no time.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// A full re-sync: forgets where the connectors stand.
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }

    /// Another way to the shop than TCP.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.transport = Some(transport);
        self
    }

    /// Syncs once into a CRM. The integration of that name takes these settings; it is made when there is none.
    ///
    /// # Errors
    /// When it cannot run at all: [`SyncSetupError`].
    pub async fn run(&self, crm: &mut Crm) -> Result<SyncOutcome, SyncSetupError> {
        let id = self.integrated(crm)?;
        let mut context = SyncContext {
            crm,
            transport: self.way()?,
            clock: self.clock.clone(),
            quirks: self.profile.quirks(),
            events: &mut |_| (),
            options: self.options(),
        };
        Ok(driver::sync(&mut context, id).await?)
    }

    /// What [`Sync::run`] would do now, as `mockgento sync --dry-run` finds it out: the sync runs through a guard that lets
    /// only reading calls to the shop, into a copy of the CRM. Neither changes.
    ///
    /// # Errors
    /// When it cannot run at all: [`SyncSetupError`].
    pub async fn dry_run(&self, crm: &Crm) -> Result<Planned, SyncSetupError> {
        let folder = tempfile::tempdir().map_err(SyncSetupError::Scratch)?;
        let path = folder.path().join("copy.sqlite");
        crm.copy_to(&path)?;
        let mut after = Crm::open(&path, self.clock.clone())?;
        let integration = self.integrated(&mut after)?;
        let asked = DryRun {
            before: crm,
            after: &mut after,
            integration,
            transport: Arc::new(ReadOnlyTransport::new(self.way()?, self.clock.clone())),
            clock: self.clock.clone(),
            quirks: self.profile.quirks(),
            options: self.options(),
            rows_max: None,
            ended: Ended::default(),
            so_far: SoFar::default(),
            progress: &mut |_, _| (),
        };
        let mut planned = dry_run::dry_run(asked).await?;
        planned.plan.shop = masked_url(&self.settings.api_url);
        Ok(planned)
    }

    /// The integration of that name, with these settings.
    fn integrated(&self, crm: &mut Crm) -> Result<IntegrationId, CrmError> {
        let known = crm.integrations()?.into_iter().find(|known| known.settings.name == self.settings.name);
        match known {
            Some(known) => {
                crm.save_integration(known.id, &self.settings, &self.profile.quirks())?;
                Ok(known.id)
            }
            None => crm.add_integration(&self.settings),
        }
    }

    fn way(&self) -> Result<Arc<dyn Transport>, SyncSetupError> {
        Ok(match &self.transport {
            Some(transport) => Arc::clone(transport),
            None => Arc::new(TcpTransport::new(TcpOptions::default(), self.clock.clone())?),
        })
    }

    fn options(&self) -> SyncOptions {
        SyncOptions { force: self.force, ..SyncOptions::default() }
    }
}
