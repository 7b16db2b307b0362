//! Mockgento is both ends of a Magento-to-CRM sync, in a test: a fake Magento 1 SOAP v2 shop ([`TestShop`]), a sync client that
//! behaves as OroCRM's Magento connector does ([`Sync`], into a [`Crm`]), and scenarios that drive the two ([`Scenario`]) and
//! compare what is left in the CRM with a [`Snapshot`].
//!
//! ```
//! use mockgento::{Clock, Crm, Disruption, Sync, TestShop, When};
//! use serde_json::json;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let shop = TestShop::start().await;
//! shop.create("customer", json!({"email": "ann@example.com", "firstname": "Ann", "lastname": "Lee"}));
//! shop.disrupt(Disruption::ExpireSessions, When::nth_of("oroCustomerList", 1));
//!
//! let clock = Clock::virtual_at(shop.now());
//! let mut crm = Crm::in_memory(clock.clone())?;
//! let outcome = Sync::of(shop.wsdl_url(), shop.user(), shop.key()).clock(clock).run(&mut crm).await?;
//!
//! assert!(outcome.is_ok() && outcome.is_whole());
//! assert_eq!(mockgento::Snapshot::of(&crm)?.as_str().matches("email: ann@example.com").count(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! Features: `shop` is the fake alone, `sync` the client and its CRM, `scenario` both together, `report` what a run is told as,
//! `cli` (the default) the program. What is not on this page is hidden: the program, its tests and benches use it, and it
//! changes without notice. `ARCHITECTURE.md` says what lives where.

#[cfg(feature = "sync")]
pub use api::{Sync, SyncSetupError};
#[cfg(feature = "scenario")]
pub use {
    api::Snapshot,
    scenario::failure::{Failure, FailureKind},
    scenario::result::CaseResult,
    scenario::runner::{Carrier, RunOptions},
    scenario::{Case, Scenario, ScenarioError},
    snapshot::{Mode, SnapshotError, Verdict},
};
pub use {
    clock::Clock,
    quirk::{Profile, Quirk},
    secret::ApiKey,
    soap::WireStyle,
};
#[cfg(feature = "sync")]
pub use {
    crm::{Crm, CrmError, IntegrationSettings, OriginId, SyncPriority, WebsiteId},
    sync::error::SyncError,
    sync::outcome::SyncOutcome,
    sync::plan::Plan,
    sync::plan::dry_run::Planned,
};
#[cfg(feature = "shop")]
pub use {
    disrupt::{Disruption, When},
    magento::Flavor,
    shop::{Seed, ShopEdit},
    testing::{TestShop, TestShopBuilder},
};

#[cfg(feature = "sync")]
mod api;
mod bounded;
#[cfg(any(feature = "shop", feature = "sync"))]
mod carrier;
#[cfg(feature = "cli")]
pub mod cli;
#[cfg(feature = "sync")]
pub mod client;
pub mod clock;
#[cfg(all(feature = "shop", feature = "sync"))]
pub mod compare;
#[cfg(feature = "sync")]
pub mod crm;
#[cfg(feature = "scenario")]
pub mod database;
pub mod datetime;
#[cfg(feature = "shop")]
pub mod disrupt;
#[cfg(feature = "shop")]
pub mod doors;
#[cfg(feature = "sync")]
pub mod email_address;
pub mod magento;
#[cfg(feature = "shop")]
pub mod matching;
#[cfg(any(feature = "shop", feature = "sync"))]
mod memo;
mod nearest;
#[cfg(feature = "shop")]
mod place;
mod printable;
mod private_file;
pub mod quirk;
#[cfg(all(feature = "shop", feature = "sync"))]
pub mod record;
#[cfg(feature = "report")]
pub mod report;
#[cfg(feature = "scenario")]
pub mod scenario;
pub mod secret;
#[cfg(feature = "shop")]
pub mod server;
#[cfg(feature = "shop")]
pub mod shop;
#[cfg(feature = "scenario")]
pub mod snapshot;
pub mod soap;
#[cfg(feature = "sync")]
pub mod sync;
#[cfg(feature = "shop")]
pub mod testing;
#[cfg(feature = "sync")]
pub mod transport;
pub mod version;
#[cfg(feature = "scenario")]
mod whole_file;
#[cfg(feature = "shop")]
mod written_value;
pub mod xml;
#[cfg(feature = "shop")]
mod yaml_entries;
#[cfg(feature = "shop")]
mod yaml_mistake;
