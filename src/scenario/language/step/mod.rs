//! The steps of a scenario as data, one file a kind. The doc comments are what an editor shows. What a step does when it
//! runs is in `run::step`.

pub mod crm_edit;
pub mod disrupt;
pub mod expectation;
pub mod fragment;
pub mod magento_edit;
pub mod run;
pub mod sale;
pub mod snapshot;
pub mod sync;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};

use crate::scenario::language::origin::Origin;
use crate::scenario::language::step::crm_edit::CrmEdit;
use crate::scenario::language::step::disrupt::{ClearStep, DisruptStep};
use crate::scenario::language::step::expectation::Expectation;
use crate::scenario::language::step::fragment::Use;
use crate::scenario::language::step::magento_edit::MagentoEdit;
use crate::scenario::language::step::run::Run;
use crate::scenario::language::step::snapshot::SnapshotStep;
use crate::scenario::language::step::sync::{CheckStep, ScheduleStep, SyncDataStep, SyncStep};
use crate::scenario::language::text::one_or_many::OneOrMany;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::Interval;
use crate::scenario::language::text::words::NoSettings;

/// One thing that happens.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
pub enum StepKind {
    /// Check Connection, as the button of the integration form does.
    #[serde(rename = "check connection")]
    CheckConnection(Option<CheckStep>),
    /// One run of the sync: dictionaries, initial walk when needed, changes since the last run, exports.
    #[serde(rename = "sync")]
    Sync(Option<SyncStep>),
    /// Another program talks to the shop instead of our sync.
    #[serde(rename = "run")]
    Run(Run),
    /// The button "Sync data" of one order or cart.
    #[serde(rename = "sync data")]
    SyncData(SyncDataStep),
    /// The button "Schedule sync": a job waits in the queue until `run queue`, or until time passes with automatic sync.
    #[serde(rename = "schedule sync")]
    ScheduleSync(Option<ScheduleStep>),
    /// The jobs that wait are run, as the queue's consumer does.
    #[serde(rename = "run queue")]
    RunQueue(Option<NoSettings>),
    /// The daily look for carts that Magento no longer has.
    #[serde(rename = "expire carts")]
    ExpireCarts(Option<NoSettings>),
    /// Somebody changes something in the shop.
    #[serde(rename = "in magento")]
    InMagento(OneOrMany<MagentoEdit>),
    /// Somebody changes something in the CRM.
    #[serde(rename = "in crm")]
    InCrm(OneOrMany<CrmEdit>),
    /// Time passes.
    #[serde(rename = "advance")]
    Advance(At<Interval>),
    /// From now on a call goes wrong.
    #[serde(rename = "disrupt")]
    Disrupt(OneOrMany<DisruptStep>),
    /// Nothing goes wrong any more.
    #[serde(rename = "clear")]
    Clear(Option<ClearStep>),
    /// The steps of a fragment, in this place.
    #[serde(rename = "use")]
    Use(At<Use>),
    /// What must be true now.
    #[serde(rename = "expect")]
    Expect(Box<Expectation>),
    /// What is there now is compared with a file in `snapshots`.
    #[serde(rename = "snapshot")]
    Snapshot(SnapshotStep),
}

/// A step, and the fragment it comes from; those of `ALONE` may stand alone as words.
#[derive(Clone, Debug)]
pub struct Step(pub StepKind, pub Option<Arc<Origin>>);

const ALONE: &[&str] = &["sync", "check connection", "schedule sync", "run queue", "expire carts", "clear"];

const WORDS: &[&str] = &[
    "check connection",
    "sync",
    "sync data",
    "run",
    "schedule sync",
    "run queue",
    "expire carts",
    "in magento",
    "in crm",
    "advance",
    "disrupt",
    "clear",
    "use",
    "expect",
    "snapshot",
];

impl StepKind {
    /// The words steps start with.
    pub const WORDS: &'static [&'static str] = WORDS;

    /// The word it starts with.
    pub fn word(&self) -> &'static str {
        match self {
            Self::CheckConnection(_) => "check connection",
            Self::Sync(_) => "sync",
            Self::Run(_) => "run",
            Self::SyncData(_) => "sync data",
            Self::ScheduleSync(_) => "schedule sync",
            Self::RunQueue(_) => "run queue",
            Self::ExpireCarts(_) => "expire carts",
            Self::InMagento(_) => "in magento",
            Self::InCrm(_) => "in crm",
            Self::Advance(_) => "advance",
            Self::Disrupt(_) => "disrupt",
            Self::Clear(_) => "clear",
            Self::Use(_) => "use",
            Self::Expect(_) => "expect",
            Self::Snapshot(_) => "snapshot",
        }
    }
}

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = Step;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step, such as `sync` or `advance: 1 day`")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Step, E> {
        match word {
            "sync" => Ok(Step(StepKind::Sync(None), None)),
            "schedule sync" => Ok(Step(StepKind::ScheduleSync(None), None)),
            "run queue" => Ok(Step(StepKind::RunQueue(None), None)),
            "expire carts" => Ok(Step(StepKind::ExpireCarts(None), None)),
            "check connection" => Ok(Step(StepKind::CheckConnection(None), None)),
            "clear" => Ok(Step(StepKind::Clear(None), None)),
            known if WORDS.contains(&known) => {
                Err(E::custom(format_args!("`{known}` needs to say what: `{known}: …`")))
            }
            unknown => Err(E::unknown_variant(unknown, WORDS)),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Step, A::Error> {
        StepKind::deserialize(MapAccessDeserializer::new(members)).map(|kind| Step(kind, None))
    }
}

impl<'de> Deserialize<'de> for Step {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StepVisitor)
    }
}

impl JsonSchema for Step {
    fn schema_name() -> Cow<'static, str> {
        "Step".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let with_settings = generator.subschema_for::<StepKind>();
        json_schema!({ "anyOf": [{ "enum": ALONE }, with_settings] })
    }
}
