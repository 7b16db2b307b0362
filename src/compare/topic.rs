//! What the questions to two shops are about.

use serde::Serialize;

/// What questions are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// What the WSDL declares.
    Declaration,
    /// Stores, groups, countries, regions, the bridge itself.
    Dictionaries,
    /// Customers, addresses, orders, carts, credit memos, subscribers.
    Records,
    /// What is not there, wrong filters, sessions and stores.
    Faults,
    /// In which pages lists come.
    Paging,
    /// What the operators of filters find.
    Filters,
    /// Operations that the product does not have.
    Modules,
    /// The status and the headers of answers.
    Http,
}

impl Topic {
    /// All of them, in the order in which people read them.
    pub const ALL: [Self; 8] = [
        Self::Declaration,
        Self::Dictionaries,
        Self::Records,
        Self::Faults,
        Self::Paging,
        Self::Filters,
        Self::Modules,
        Self::Http,
    ];

    /// The heading of the topic in the printed comparison.
    pub fn name(self) -> &'static str {
        match self {
            Self::Declaration => "What the WSDL declares",
            Self::Dictionaries => "Dictionaries",
            Self::Records => "Lists and records",
            Self::Faults => "Faults",
            Self::Paging => "Paging",
            Self::Filters => "Filters",
            Self::Modules => "Operations of modules",
            Self::Http => "HTTP",
        }
    }
}
