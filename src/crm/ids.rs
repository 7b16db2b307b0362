//! Keys: the CRM's own, and Magento's as the CRM keeps them. Each is a type of its own, so that one is never taken for another.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::value::CrmValue;

/// The CRM's own key of a row. It says nothing to people; snapshots never show it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowId(pub i64);

/// Key of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntegrationId(pub RowId);

/// A key of Magento's: a number on the wire, in files and on the command line.
macro_rules! magento_key {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;

            fn from_str(text: &str) -> Result<Self, ParseIntError> {
                text.parse().map(Self)
            }
        }

        impl From<$name> for CrmValue {
            fn from(key: $name) -> Self {
                Self::Int(key.0)
            }
        }
    )*};
}

magento_key! {
    /// Magento's key of a record, which the CRM keeps as the row's `originId`.
    OriginId;
    /// Magento's key of a website.
    WebsiteId;
    /// Magento's key of a store view.
    StoreId;
}

impl WebsiteId {
    /// The choice "All web sites".
    pub const ALL: Self = Self(-1);
    /// The website of the admin panel, to which no customer belongs.
    pub const ADMIN: Self = Self(0);
}
