//! A call as people look at it.

use crate::server::{Journal, JournalEntry};

/// A call with both of its messages, masked and indented; `None` for messages that were not kept.
#[derive(Clone, Debug)]
pub struct WireCall {
    /// The shop, when there are several.
    pub shop: Option<String>,
    /// What the journal says.
    pub entry: JournalEntry,
    /// What came back, in a few words.
    pub answered: String,
    /// The body of the request; `None` when there was none.
    pub request: Option<String>,
    /// The body of the answer; `None` when there was none.
    pub answer: Option<String>,
}

impl WireCall {
    /// One of a journal's calls; `shop` where there are several.
    pub(super) fn of(journal: &Journal, entry: &JournalEntry, shop: Option<&str>) -> Self {
        let envelopes = journal.envelopes(entry.number);
        Self {
            shop: shop.map(str::to_owned),
            answered: entry.answer(),
            request: envelopes.map(|both| both.request()),
            answer: envelopes.map(|both| both.answer()),
            entry: entry.clone(),
        }
    }
}
