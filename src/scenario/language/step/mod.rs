//! The steps of a scenario as data, one file a kind. The doc comments are what an editor shows. What a step does when it
//! runs is in `run::step`.

pub mod crm_edit;
pub mod disrupt;
pub mod during;
pub mod expectation;
pub mod fragment;
pub mod magento_edit;
mod place_of_edit;
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
use crate::scenario::language::step::during::DuringStep;
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

/// The one list of steps: what an editor says of each, its word, its data, and whether the word may stand alone.
macro_rules! steps {
    ($($(#[$doc:meta])+ $word:literal => $kind:ident($data:ty) $(or $alone:ident)?,)*) => {
        /// One thing that happens.
        #[derive(Clone, Debug, Deserialize, JsonSchema)]
        pub enum StepKind {
            $($(#[$doc])+ #[serde(rename = $word)] $kind($data),)*
        }

        impl StepKind {
            /// The words steps start with.
            pub const WORDS: &'static [&'static str] = &[$($word,)*];
            /// Those that may stand alone.
            const ALONE: &'static [&'static str] = &[$($(steps!(@$alone $word),)?)*];

            /// The word it starts with.
            pub fn word(&self) -> &'static str {
                match self { $(Self::$kind(_) => $word,)* }
            }

            /// The step of a word that stands alone.
            fn alone(word: &str) -> Option<Self> {
                $($(if word == $word { return Some(Self::$kind(steps!(@$alone))); })?)*
                None
            }
        }
    };
    (@alone $word:literal) => { $word };
    (@alone) => { None };
}

steps! {
    /// Check Connection, as the button of the integration form does.
    "check connection" => CheckConnection(Option<CheckStep>) or alone,
    /// "Sync website list" of the integration form: the same look at the shop, and the list of websites is kept.
    "sync website list" => SyncWebsiteList(Option<NoSettings>) or alone,
    /// The steps that follow are about the integration of that name, one of `integrations`.
    "integration" => Integration(At<String>),
    /// One run of the sync: dictionaries, initial walk when needed, changes since the last run, exports.
    "sync" => Sync(Option<SyncStep>) or alone,
    /// A sync, and an edit of the shop, of the CRM or of the clock just before one of its calls.
    "during" => During(Box<DuringStep>),
    /// Another program talks to the shop instead of our sync.
    "run" => Run(Run),
    /// The button "Sync data" of one order or cart.
    "sync data" => SyncData(SyncDataStep),
    /// The button "Schedule sync": a job waits in the queue until `run queue`, or until time passes with automatic sync.
    "schedule sync" => ScheduleSync(Option<ScheduleStep>) or alone,
    /// The jobs that wait are run, as the queue's consumer does.
    "run queue" => RunQueue(Option<NoSettings>) or alone,
    /// The daily look for carts that Magento no longer has.
    "expire carts" => ExpireCarts(Option<NoSettings>) or alone,
    /// Somebody changes something in the shop.
    "in magento" => InMagento(OneOrMany<MagentoEdit>),
    /// Somebody changes something in the CRM.
    "in crm" => InCrm(OneOrMany<CrmEdit>),
    /// Time passes.
    "advance" => Advance(At<Interval>),
    /// From now on a call goes wrong.
    "disrupt" => Disrupt(OneOrMany<DisruptStep>),
    /// Nothing goes wrong any more.
    "clear" => Clear(Option<ClearStep>) or alone,
    /// The steps of a fragment, in this place.
    "use" => Use(At<Use>),
    /// What must be true now.
    "expect" => Expect(Box<Expectation>),
    /// What is there now is compared with a file in `snapshots`.
    "snapshot" => Snapshot(SnapshotStep),
}

/// A step, and the fragment it comes from; some may stand alone as words.
#[derive(Clone, Debug)]
pub struct Step(pub StepKind, pub Option<Arc<Origin>>);

struct StepVisitor;

impl<'de> Visitor<'de> for StepVisitor {
    type Value = Step;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a step, such as `sync` or `advance: 1 day`")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<Step, E> {
        match StepKind::alone(word) {
            Some(kind) => Ok(Step(kind, None)),
            None if StepKind::WORDS.contains(&word) => {
                Err(E::custom(format_args!("`{word}` needs to say what: `{word}: …`")))
            }
            None => Err(E::unknown_variant(word, StepKind::WORDS)),
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
        json_schema!({ "anyOf": [{ "enum": StepKind::ALONE }, with_settings] })
    }
}
