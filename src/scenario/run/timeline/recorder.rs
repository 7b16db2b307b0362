//! Looks at a world before and after each step.

use std::time::Instant;

use indexmap::IndexMap;

use super::crm_rows::CrmRows;
use super::shop_rows::ShopRows;
use super::source::{self, Secrets};
use super::{Timeline, ToldOutcome, ToldStep, calls, shortened};
use crate::datetime::to_sql;
use crate::scenario::language::script::Script;
use crate::scenario::language::step::StepKind;
use crate::scenario::run::world::{LastOutcome, World};

/// The word for what happens before the first step.
const START: &str = "start";
/// Of a form that is saved before the first step.
const SAVED: &str = "the integration is saved, after a look at the shop";

/// What keeps a timeline while a scenario is told.
pub(in crate::scenario) struct Recorder {
    timeline: Timeline,
    secrets: Secrets,
    crm: CrmRows,
    shops: IndexMap<String, ShopRows>,
    begun: Begun,
}

/// What was there when a step began.
#[derive(Default)]
struct Begun {
    at: String,
    since: Option<Instant>,
    journals: IndexMap<String, calls::Mark>,
    /// How the sync before ended, put away so that an end in this step shows.
    last: Option<LastOutcome>,
}

impl Recorder {
    /// Begins with a world in which the integration is there and no step was done.
    pub(in crate::scenario) fn of(world: &World<'_>) -> Self {
        let secrets = Secrets::of_world(world);
        let shops = world.shops.iter().map(|(name, shop)| (name.clone(), shop.with_shop(|shop| ShopRows::of(shop))));
        let timeline = Timeline { setup: source::setup(world.source(), &secrets), steps: Vec::new() };
        let mut recorder =
            Self { timeline, shops: shops.collect(), secrets, crm: CrmRows::default(), begun: Begun::default() };
        recorder.begun.at = to_sql(world.clock.now());
        let start = recorder.told(world, START, 1, SAVED.to_owned(), None, 0..0);
        recorder.timeline.steps.push(start);
        recorder
    }

    /// A step is about to be done.
    pub(in crate::scenario) fn begin(&mut self, world: &mut World<'_>, step: &StepKind) {
        let journals =
            world.shops.iter().map(|(name, shop)| (name.clone(), calls::Mark::of(&shop.journal()))).collect();
        // Those two look at how the last sync ended; no other does.
        let looks_back = matches!(step, StepKind::Expect(_) | StepKind::Snapshot(_));
        let last = if looks_back { None } else { world.last.take() };
        self.begun = Begun { at: to_sql(world.clock.now()), since: Some(Instant::now()), journals, last };
    }

    /// Step `index` of the scenario was done; `failures` are those of the result that it left.
    pub(in crate::scenario) fn end(
        &mut self,
        world: &mut World<'_>,
        script: &Script,
        index: usize,
        failures: std::ops::Range<usize>,
    ) {
        let Some(step) = script.steps.get(index) else { return };
        let looked_back = matches!(step.0, StepKind::Expect(_) | StepKind::Snapshot(_));
        let outcome = world
            .last
            .as_ref()
            .filter(|_| !looked_back)
            .map(|last| ToldOutcome { success: last.success, message: shortened(self.secrets.masked(&last.message)) });
        if world.last.is_none() {
            world.last = self.begun.last.take();
        }
        let line = step.place().line;
        let text = match &step.1 {
            Some(origin) => source::step(&origin.file.text, line, &self.secrets),
            None => source::step(world.source(), line, &self.secrets),
        };
        let told = self.told(world, step.0.word(), line, text, outcome, failures);
        let origin = step.1.as_ref().map(|origin| (origin.file.path.clone(), origin.to_string()));
        self.timeline.steps.push(ToldStep { origin, ..told });
    }

    fn told(
        &mut self,
        world: &World<'_>,
        word: &'static str,
        line: usize,
        source: String,
        outcome: Option<ToldOutcome>,
        failures: std::ops::Range<usize>,
    ) -> ToldStep {
        // What it takes to look at the rows afterwards is not the step's.
        let elapsed = self.begun.since.map(|since| since.elapsed()).unwrap_or_default();
        let several = world.shops.len() > 1;
        let (mut calls, mut calls_left_out, mut shops) = (Vec::new(), 0, Vec::new());
        for (name, served) in &world.shops {
            let shown = if several { name.as_str() } else { "" };
            let from = self.begun.journals.get(name).copied().unwrap_or_default();
            let (kept, left_out) = calls::of(&served.journal(), from, shown);
            calls.extend(kept);
            calls_left_out += left_out;
            let changes = self.shops.get_mut(name).map(|known| served.with_shop(|shop| known.look(shop)));
            shops.extend(changes.into_iter().flatten().map(|change| (shown.to_owned(), change)));
        }
        // A CRM that cannot be read fails the steps that read it; here its rows are missing then.
        let crm = self.crm.look(&world.crm).unwrap_or_default();
        let until = to_sql(world.clock.now());
        let at = self.begun.at.clone();
        ToldStep {
            word,
            line,
            origin: None,
            source,
            at,
            until,
            elapsed,
            failures,
            outcome,
            calls,
            calls_left_out,
            crm,
            shops,
        }
    }

    /// The step that was done last.
    pub(in crate::scenario) fn last(&self) -> Option<&ToldStep> {
        self.timeline.steps.last()
    }

    /// What was kept, with nothing in it that must not be read.
    pub(in crate::scenario) fn end_of_scenario(self) -> Timeline {
        self.timeline
    }
}
