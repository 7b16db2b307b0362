//! Mockgento is both ends of a Magento-to-CRM sync, in a test: a fake Magento 1 SOAP v2 shop, a sync client that
//! behaves as OroCRM's Magento connector does, and scenarios that drive the two and snapshot what is left in the CRM.
//!
//! The layers, from the bottom up, and what each may import, are described in `ARCHITECTURE.md`:
//! leaf modules ([`clock`], [`secret`], [`version`], [`datetime`]), then [`xml`], [`soap`] and [`magento`] (shared by
//! both towers), the shop tower ([`shop`], [`disrupt`], [`server`]), the sync tower ([`transport`], [`client`],
//! [`crm`], [`sync`]), and [`scenario`], [`compare`], [`snapshot`], [`report`] and [`cli`] above them.
//! Rust tests that want a shop start at [`testing`].

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
pub mod datetime;
#[cfg(feature = "shop")]
pub mod disrupt;
#[cfg(feature = "sync")]
pub mod email_address;
pub mod magento;
#[cfg(any(feature = "shop", feature = "sync"))]
mod memo;
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
pub mod xml;
