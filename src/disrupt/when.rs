//! Which calls a disruption strikes.

use crate::magento::Contract;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::matching::Conditions;
use crate::soap::SoapStruct;

/// Which calls a disruption strikes. Calls are counted from the moment of arming, and only those that match all of
/// `operation`, `arguments`, `page`, `session` and the window of time; without conditions every call matches.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct When {
    /// Only calls of this operation; `wsdl` is a WSDL download. Without it all calls count.
    #[serde(default)]
    pub operation: Option<String>,
    /// Only calls whose arguments are like these, such as `{customerId: 42}`; the rest of them may be anything.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub arguments: Conditions,
    /// Only from the n-th matching call on, counted from 1; with the default of one strike: exactly the n-th.
    #[serde(default)]
    pub nth: Option<u64>,
    /// Only every k-th matching call.
    #[serde(default)]
    pub every: Option<u64>,
    /// Only calls that ask for this page, counted from 1.
    #[serde(default)]
    pub page: Option<u64>,
    /// Only calls of the n-th session opened since arming, its login included.
    #[serde(default)]
    pub session: Option<u64>,
    /// Only from this instant on, by the shop's clock.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub from: Option<Timestamp>,
    /// Only before this instant.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
    /// How many of a hundred matching calls, drawn with `seed`; the same calls are struck on every run.
    #[serde(default)]
    pub percent: Option<u8>,
    /// What the draw starts from; 0 when left out.
    #[serde(default)]
    pub seed: u64,
}

/// What is known of a call when it arrives.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The name of the operation that is called.
    pub operation: &'a str,
    /// What it was called with; nothing for what is no call.
    pub arguments: Option<&'a SoapStruct>,
    /// The API of the shop that is called: its paths, and what the other style calls the same arguments.
    pub contract: &'a Contract,
    /// The page it asks for.
    pub page: Option<u64>,
    /// The time by the shop's clock.
    pub at: Timestamp,
}

impl<'a> Seen<'a> {
    /// A call to the product of which only the name is known.
    pub fn named(operation: &'a str) -> Self {
        Self { operation, arguments: None, contract: Contract::shared(), page: None, at: Timestamp::UNIX_EPOCH }
    }
}

impl When {
    /// The next call, whatever it is.
    pub fn next_call() -> Self {
        Self::default()
    }

    /// The n-th call of `operation` from now on, counted from 1.
    pub fn nth_of(operation: impl Into<String>, nth: u64) -> Self {
        Self { operation: Some(operation.into()), nth: Some(nth), ..Self::default() }
    }

    /// Whether the call counts at all; `session` is the number of sessions opened since arming.
    pub(crate) fn concerns(&self, call: Seen<'_>, session: u64) -> bool {
        self.operation.as_deref().is_none_or(|wanted| call.contract.is_meant(call.operation, wanted))
            && self.page.is_none_or(|wanted| call.page == Some(wanted))
            && self.session.is_none_or(|wanted| wanted == session)
            && self.from.is_none_or(|from| call.at >= from)
            && self.until.is_none_or(|until| call.at < until)
            && (self.arguments.is_empty()
                || call
                    .arguments
                    .is_some_and(|arguments| self.arguments.hold(arguments, call.contract.other_names(call.operation))))
    }

    /// Whether the call with that number among those that count is struck.
    pub(crate) fn strikes(&self, count: u64) -> bool {
        self.nth.is_none_or(|nth| count >= nth)
            && self.every.is_none_or(|every| every > 0 && count.is_multiple_of(every))
    }
}
