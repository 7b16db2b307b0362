//! The bridge as a run found it.

use crate::version::{BRIDGE_WITH_REGIONS, ExtensionVersion, SUPPORTED_BRIDGE};

/// The bridge as this run found it.
#[derive(Clone, Debug, Default)]
pub struct Bridge(Option<ExtensionVersion>);

impl Bridge {
    /// A bridge of that version, or none.
    pub fn new(version: Option<ExtensionVersion>) -> Self {
        Self(version)
    }

    /// Whether any bridge is there: its lists are used.
    pub fn version(&self) -> Option<&ExtensionVersion> {
        self.0.as_ref()
    }

    /// Whether a bridge is installed.
    pub fn is_installed(&self) -> bool {
        self.0.is_some()
    }

    /// Whether its details, websites and updates are used.
    pub fn is_supported(&self) -> bool {
        self.0.as_ref().is_some_and(|version| version.at_least(SUPPORTED_BRIDGE))
    }

    /// Whether it can list regions.
    pub fn lists_regions(&self) -> bool {
        self.0.as_ref().is_some_and(|version| version.at_least(BRIDGE_WITH_REGIONS))
    }
}
