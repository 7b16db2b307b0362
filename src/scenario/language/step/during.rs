//! `during` as data: a sync, and what happens just before one of its calls.

use schemars::JsonSchema;
use serde::Deserialize;

use super::crm_edit::CrmEdit;
use super::magento_edit::MagentoEdit;
use super::sync::SyncStep;
use crate::scenario::language::text::one_or_many::OneOrMany;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::{Interval, YesNo};

/// A sync, and what happens in the shop, in the CRM or to the clock just before one of its calls. A call that never comes
/// fails the step, unless it may miss.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DuringStep {
    /// The sync, as the step `sync` has it; `{}` for the usual one.
    pub sync: SyncStep,
    /// Before which of its calls.
    pub before: CallOfSync,
    /// What somebody changes in the shop then.
    #[serde(default, rename = "in magento")]
    pub in_magento: OneOrMany<MagentoEdit>,
    /// What somebody changes in the CRM then.
    #[serde(default, rename = "in crm")]
    pub in_crm: OneOrMany<CrmEdit>,
    /// How much time passes then.
    #[serde(default)]
    pub advance: Option<At<Interval>>,
    /// Whether the sync is killed then, as by `kill -9`; the next one takes up where it was.
    #[serde(default)]
    pub kill: YesNo,
    /// Whether it is all right that the call never comes; else the step fails.
    #[serde(default, rename = "may miss")]
    pub may_miss: YesNo,
}

/// A call of a sync. Every condition given must hold; calls are counted from the beginning of that sync, repeated ones too.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CallOfSync {
    /// The operation, such as `oroCustomerList`; `wsdl` is the download of the WSDL. Left out: any call.
    #[serde(default)]
    pub operation: Option<At<String>>,
    /// Which call of it, counted from 1; left out: the first.
    #[serde(default)]
    pub call: Option<At<u64>>,
    /// Only calls that ask the bridge for this page, counted from 1.
    #[serde(default)]
    pub page: Option<At<u64>>,
    /// Only calls of this session, counted from 1 by the logins of that sync.
    #[serde(default)]
    pub session: Option<At<u64>>,
}
