//! `disrupt` and `clear` as data: what goes wrong, and for which calls.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::disrupt::Disruption;
use crate::matching::Conditions;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::{Interval, Moment, Times, YesNo};

/// Trouble to inject into the shop's answers. Every condition given must hold; calls are counted from here on.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DisruptStep {
    /// The operation it strikes, such as `oroCustomerList`; `wsdl` is the download of the WSDL. Left out: any call.
    #[serde(default)]
    pub operation: Option<At<String>>,
    /// Only calls whose arguments are like these, such as `{customerId: 42}`; the others may be anything.
    #[serde(default)]
    pub when: Conditions,
    /// Which call of it from now on, counted from 1; left out: the next one.
    #[serde(default)]
    pub call: Option<At<u64>>,
    /// Every so many calls, such as 3 for every third.
    #[serde(default)]
    pub every: Option<At<u64>>,
    /// Only calls that ask the bridge for this page, counted from 1.
    #[serde(default)]
    pub page: Option<At<u64>>,
    /// Only calls of this session from now on, counted from 1 by its logins.
    #[serde(default)]
    pub session: Option<At<u64>>,
    /// How many calls of a hundred. Which ones is drawn, the same ones on every run.
    #[serde(default)]
    pub percent: Option<At<u64>>,
    /// What the draw starts from; 0 when left out.
    #[serde(default)]
    pub seed: Option<At<u64>>,
    /// Only from this time on, in UTC.
    #[serde(default)]
    pub from: Option<At<Moment>>,
    /// Only before this time, in UTC.
    #[serde(default)]
    pub until: Option<At<Moment>>,
    /// Only for so long, from now or from `from` on.
    #[serde(default, rename = "for")]
    pub lasting: Option<At<Interval>>,
    /// How often it strikes: a number, or `until cleared`. Left out: once.
    #[serde(default)]
    pub times: Option<At<Times>>,
    /// The disruption that strikes.
    pub with: At<Disruption>,
    /// Whether it is all right that it never strikes; else one that struck no call by the end, or by `clear`, fails the
    /// scenario.
    #[serde(default, rename = "may miss")]
    pub may_miss: YesNo,
    /// In which shop, when there are several.
    #[serde(default)]
    pub shop: Option<At<String>>,
}

impl DisruptStep {
    /// Whether it lasts until it is cleared.
    pub(in crate::scenario) fn lasts(&self) -> bool {
        self.times.as_ref().is_some_and(|times| *times.get() == Times::UntilCleared)
    }
}

/// `clear`: whatever was to go wrong does not any more.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClearStep {
    /// In which shop; left out: in all.
    #[serde(default)]
    pub shop: Option<At<String>>,
}
