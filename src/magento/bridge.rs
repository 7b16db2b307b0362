//! Releases of the OroCRM bridge extension (`Oro_Api`): wire spec, section 8.1.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::version::ExtensionVersion;

/// A released package of the OroCRM bridge, and what it says of itself.
#[derive(Debug, Deserialize)]
pub struct BridgeRelease {
    /// Package version, such as `1.2.19.0`.
    pub package: ExtensionVersion,
    /// What `oroPing` answers as `version`; not always the package's (wire spec, fact 20).
    pub ping: ExtensionVersion,
    /// Number of operations the release declares.
    pub operations: usize,
}

/// A text that names no released bridge.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("\"{asked}\" is not a release of the OroCRM bridge; released are {known}, or none")]
pub struct UnknownRelease {
    asked: String,
    known: String,
}

static RELEASES: LazyLock<Vec<BridgeRelease>> =
    LazyLock::new(|| super::table::table("bridge_releases", include_str!("contract/bridge_releases.json")));

impl BridgeRelease {
    /// Every release, oldest first.
    pub fn all() -> &'static [BridgeRelease] {
        &RELEASES
    }

    /// The newest release of the bridge that is known.
    pub fn newest() -> &'static BridgeRelease {
        &RELEASES[RELEASES.len() - 1]
    }

    /// Finds a release by its package version, with or without a trailing `.0`.
    ///
    /// # Errors
    /// [`UnknownRelease`] with the list of those that exist.
    pub fn find(version: &str) -> Result<&'static BridgeRelease, UnknownRelease> {
        let padded = format!("{version}.0");
        RELEASES
            .iter()
            .find(|release| release.package.as_str() == version)
            .or_else(|| RELEASES.iter().find(|release| release.package.as_str() == padded))
            .ok_or_else(|| UnknownRelease {
                asked: version.to_owned(),
                known: RELEASES.iter().map(|release| release.short()).collect::<Vec<_>>().join(", "),
            })
    }

    /// The version as people write it: `1.2.19`, `1.1.4.2`.
    pub fn short(&self) -> &str {
        let package = self.package.as_str();
        match package.strip_suffix(".0") {
            Some(short) if short.matches('.').count() >= 2 => short,
            _ => package,
        }
    }

    /// Whether this release is the one named or a later one.
    pub fn at_least(&self, package: &str) -> bool {
        self.package.at_least(package)
    }
}

impl PartialEq for BridgeRelease {
    fn eq(&self, other: &Self) -> bool {
        self.package == other.package
    }
}

impl Eq for BridgeRelease {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn releases_are_found_by_the_names_people_use() {
        for (asked, package, ping) in [
            ("1.2.19", "1.2.19.0", "1.2.19"),
            ("1.2.19.0", "1.2.19.0", "1.2.19"),
            ("1.1.4", "1.1.4", "1.1.0"),
            ("1.1.4.2", "1.1.4.2", "1.1.0"),
            ("1.2.15", "1.2.15.0", "1.2.14"),
            ("1.2.0", "1.2.0.0", "1.2.0"),
        ] {
            let release = BridgeRelease::find(asked).unwrap();
            assert_eq!((release.package.as_str(), release.ping.as_str()), (package, ping), "{asked}");
        }
        let unknown = BridgeRelease::find("9.9").unwrap_err().to_string();
        assert!(unknown.starts_with("\"9.9\" is not a release of the OroCRM bridge; released are 1.1.3, 1.1.4,"));
        assert_eq!(BridgeRelease::newest().short(), "1.2.19");
    }
}
