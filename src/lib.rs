//! Mockgento is both ends of a Magento-to-CRM sync, in a test: a fake Magento 1 SOAP v2 shop, a sync client that
//! behaves as OroCRM's Magento connector does, and scenarios that drive the two and snapshot what is left in the CRM.
//!
//! The layers, from the bottom up, and what each may import, are described in `ARCHITECTURE.md`:
//! leaf modules ([`clock`], [`secret`], [`version`], [`datetime`]), then [`xml`], [`soap`] and [`magento`] (shared by
//! both towers), the shop tower ([`shop`], [`disrupt`], [`server`]), the sync tower ([`transport`], [`client`],
//! [`crm`], [`sync`]), and [`scenario`], [`compare`], [`snapshot`], [`report`] and [`cli`] above them.
//! Rust tests that want a shop start at [`testing`].

mod bounded;
pub mod cli;
pub mod client;
pub mod clock;
pub mod compare;
pub mod crm;
pub mod datetime;
pub mod disrupt;
pub mod email_address;
pub mod magento;
mod memo;
mod printable;
mod private_file;
pub mod quirk;
pub mod record;
pub mod report;
pub mod scenario;
pub mod secret;
pub mod server;
pub mod shop;
pub mod snapshot;
pub mod soap;
pub mod sync;
pub mod testing;
pub mod transport;
pub mod version;
mod whole_file;
pub mod xml;
