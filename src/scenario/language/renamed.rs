//! Keys of scenarios that had another name in an earlier release. A key that is renamed gets an alias where it is read and a
//! row here.

/// A key that has another name now.
pub(super) struct Renamed {
    /// The key whose record it stands in.
    pub(super) within: &'static str,
    /// As it was.
    pub(super) old: &'static str,
    /// As it is.
    pub(super) new: &'static str,
}

/// All of them.
pub(super) const RENAMED: [Renamed; 1] = [Renamed { within: "expect", old: "in cells", new: "in cases" }];

/// Whether a word is one of an earlier release, which is read and not offered.
pub(super) fn is_old(word: &str) -> bool {
    RENAMED.iter().any(|renamed| renamed.old == word)
}
