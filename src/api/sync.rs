//! A sync as a Rust test wants it: an address, a user, a CRM.

use std::sync::Arc;

use jiff::civil::Date;
use url::Url;

use crate::clock::Clock;
use crate::crm::{Crm, CrmError, IntegrationSettings, SyncPriority};
use crate::quirk::Profile;
use crate::secret::ApiKey;
use crate::soap::WireStyle;
use crate::sync::context::{SyncContext, SyncOptions};
use crate::sync::driver;
use crate::sync::error::SyncError;
use crate::sync::outcome::SyncOutcome;
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
        let quirks = self.profile.quirks();
        let known = crm.integrations()?.into_iter().find(|known| known.settings.name == self.settings.name);
        let id = match known {
            Some(known) => {
                crm.save_integration(known.id, &self.settings, &quirks)?;
                known.id
            }
            None => crm.add_integration(&self.settings)?,
        };
        let transport = match &self.transport {
            Some(transport) => Arc::clone(transport),
            None => Arc::new(TcpTransport::new(TcpOptions::default(), self.clock.clone())?),
        };
        let mut context = SyncContext {
            crm,
            transport,
            clock: self.clock.clone(),
            quirks,
            events: &mut |_| (),
            options: SyncOptions { force: self.force, ..SyncOptions::default() },
        };
        Ok(driver::sync(&mut context, id).await?)
    }
}
