//! Magento's API as data, and the pure rules on it: operations, types, fault tables, access control, bridge releases,
//! filters, paging, countries and regions. No state and no bytes: what an operation does lives in `shop`, how it is
//! written in `soap`.
#![doc(hidden)]

mod acl_tree;
pub mod bridge;
pub mod columns;
pub mod contract;
pub mod currency;
pub mod directory;
pub mod encoding_schema;
mod facts;
pub mod filter;
pub mod flavor;
pub mod module;
pub mod pager;
pub mod product_type;
mod schema;
mod table;
pub mod version1;

pub use acl_tree::AclTree;
pub use bridge::BridgeRelease;
pub use contract::Contract;
pub use facts::{Declarer, OperationFacts, ResourceFacts};
pub use filter::{Condition, Filters, Operand, SqlError};
pub use flavor::{Flavor, WebServer};
pub use module::{Module, ModuleError};
pub use pager::Pager;
pub use version1::{DescribedResource, Version1};
