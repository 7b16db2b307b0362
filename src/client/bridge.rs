//! The OroCRM bridge as the client sees it: sync spec, section 2.4.

use serde::Serialize;

use crate::soap::SoapValue;
use crate::version::ExtensionVersion;

pub use crate::version::{
    BRIDGE_WITH_ORDER_NOTES as WITH_ORDER_NOTES, BRIDGE_WITH_REGIONS as WITH_REGIONS, SUPPORTED_BRIDGE as SUPPORTED,
};

/// What `oroPing` said of the shop and of its bridge.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct BridgeStatus {
    /// The bridge's version; `None` when it is not installed.
    pub version: Option<ExtensionVersion>,
    /// Magento's version; `None` when the bridge does not say it.
    pub magento_version: Option<String>,
    /// The address of Magento's admin pages.
    pub admin_url: Option<String>,
    /// Whether nobody knows: the WSDL declares the ping, and it failed.
    #[serde(skip)]
    pub is_unknown: bool,
}

impl BridgeStatus {
    /// Reads a ping; without a version the bridge is not installed and nothing else counts.
    pub fn from_ping(answer: &SoapValue) -> Self {
        let Some(ping) = answer.as_struct() else { return Self::default() };
        let text = |name: &str| ping.text(name).filter(|text| !text.trim().is_empty());
        match text("version") {
            Some(version) => Self {
                version: Some(ExtensionVersion::new(version)),
                magento_version: text("mage_version"),
                admin_url: text("admin_url"),
                is_unknown: false,
            },
            None => Self::default(),
        }
    }

    /// Whether a bridge is installed.
    pub fn is_installed(&self) -> bool {
        self.version.is_some()
    }

    /// Whether it is installed and at least `version`.
    pub fn at_least(&self, version: &str) -> bool {
        self.version.as_ref().is_some_and(|installed| installed.at_least(version))
    }

    /// Whether it is installed and supported.
    pub fn is_supported(&self) -> bool {
        self.at_least(SUPPORTED)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::SoapStruct;

    /// Vectors 73 to 75 and 99.
    #[test]
    fn a_ping_tells_what_is_installed_and_what_is_not() {
        let ping = SoapStruct::new()
            .with("version", "1.2.14")
            .with("mage_version", "1.8.0.0")
            .with("admin_url", "http://localhost/admin/");
        let status = BridgeStatus::from_ping(&ping.into());
        assert!(status.is_supported() && status.at_least(WITH_REGIONS) && !status.at_least(WITH_ORDER_NOTES));
        assert_eq!(status.magento_version.as_deref(), Some("1.8.0.0"));
        let without = SoapStruct::new().with("mage_version", "1.8.0.0");
        assert_eq!(BridgeStatus::from_ping(&without.into()), BridgeStatus::default());
        let old = BridgeStatus::from_ping(&SoapStruct::new().with("version", "1.1.3").into());
        assert!(old.is_installed() && !old.is_supported());
    }
}
