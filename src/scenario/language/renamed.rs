//! Keys of scenarios that had another name in an earlier release. A key that is renamed gets an alias where it is read and a
//! row here.

/// A key that has another name now.
pub(super) struct Renamed {
    /// The key whose record it stands in.
    pub(super) within: &'static str,
    /// The word of the earlier release.
    pub(super) old: &'static str,
    /// The word of this release.
    pub(super) new: &'static str,
}

/// Every word that has been renamed.
pub(super) const RENAMED: [Renamed; 1] = [Renamed { within: "expect", old: "in cells", new: "in cases" }];

/// Whether a word is one of an earlier release, which is read and not offered.
pub(super) fn is_old(word: &str) -> bool {
    RENAMED.iter().any(|renamed| renamed.old == word)
}
