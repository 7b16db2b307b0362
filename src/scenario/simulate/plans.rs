//! A drawn scenario in which every sync that nothing strikes is planned first, on copies of the CRM and of the shop: what the
//! plan says must be what the sync then does, row by row, and call by call of what it writes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::Drawn;
use crate::client::ReadOnlyTransport;
use crate::client::read_only::Meter;
use crate::clock::Clock;
use crate::crm::{Crm, Entity, IntegrationId};
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;
use crate::scenario::run::failure::FailureKind;
use crate::scenario::run::runner::{self, Carrier, RunOptions};
use crate::scenario::run::world::World;
use crate::server::{EndpointOptions, InMemoryShop};
use crate::snapshot::Mode;
use crate::sync::context::{SyncContext, SyncEvent, SyncOptions};
use crate::sync::driver;
use crate::sync::plan::dry_run::{DryRun, Ended, SoFar, dry_run};
use crate::sync::plan::{EntityPlan, Material, Plan, Walk};
use crate::transport::in_memory::InMemoryTransport;

/// What only Magento can say of a row that an export makes or changes.
const SAID_BY_MAGENTO: &[&str] =
    &["createdAt", "updatedAt", "importedAt", "syncedAt", "created", "updated", "createdIn"];
/// The same of a row that Magento has not seen.
const OF_NEW_ROWS: &[&str] = &["originId", "confirmed"];

/// Syncs that were planned, and where the plan and the sync differ.
pub fn planned(drawn: &Drawn) -> Result<(usize, Vec<String>), String> {
    let case = super::case(&drawn.text()).map_err(|failure| failure.message)?;
    runner::runtime(Carrier::InMemory)?.block_on(async {
        let options = RunOptions::new(Carrier::InMemory, Mode::Check);
        let mut world = World::new(&case, options).await.map_err(|cause| cause.to_string())?;
        let (mut count, mut found, mut is_struck) = (0, Vec::new(), false);
        for step in &case.scenario.script.steps {
            match &step.0 {
                StepKind::Disrupt(_) => is_struck = true,
                StepKind::Clear(_) => is_struck = false,
                _ => {}
            }
            if matches!(step.0, StepKind::Sync(None)) && !is_struck {
                count += 1;
                let line = step.place().line;
                found.extend(compared(&mut world).await?.into_iter().map(|what| format!("line {line}: {what}")));
                continue;
            }
            told(&mut world, step).await?;
        }
        Ok((count, found))
    })
}

/// A step as it is told; expectations are another test's.
async fn told<'a>(world: &mut World<'a>, step: &'a At<Step>) -> Result<(), String> {
    if matches!(step.0, StepKind::Expect(_)) {
        return Ok(());
    }
    let failures = world.step(step).await;
    let broken = failures.into_iter().find(|failure| failure.kind == FailureKind::CannotWork);
    broken.map_or(Ok(()), |failure| Err(format!("line {}: {}", failure.line, failure.message)))
}

/// Plans a sync, makes it, and says what is other than planned.
async fn compared(world: &mut World<'_>) -> Result<Vec<String>, String> {
    let integration = world.channel().map_err(said)?;
    let folder = tempfile::tempdir().map_err(said)?;
    let copies = ["before.sqlite", "after.sqlite"].map(|name| copied(world, integration, &folder.path().join(name)));
    let [before, after] = copies;
    let (before, mut after) = (before?, after?);
    let (planned, so_far) = plan(world, integration, &before, &mut after).await?;
    let mut written = Vec::new();
    let mut events = |event: SyncEvent| {
        if let SyncEvent::Writing { write } = event {
            written.push(write);
        }
    };
    let options = SyncOptions { exports_first: true, ..SyncOptions::default() };
    let mut context = SyncContext { options, ..world.sync_context(&mut events) };
    let outcome = driver::sync(&mut context, integration).await.map_err(said)?;
    world.note_sync(&outcome);
    let mut found = Vec::new();
    if so_far.writes != written {
        found.push(format!("planned to write {:?}, wrote {written:?}", so_far.writes));
    }
    let real = made(&before, &world.crm, integration, world.clock.now())?;
    found.extend(counts_differ(&planned, &real));
    found.extend(rows_differ(&rows(&after)?, &rows(&world.crm)?));
    Ok(found)
}

fn said(error: impl std::fmt::Display) -> String {
    error.to_string()
}

/// A copy of the CRM as it is, in a file, with a clock of its own.
fn copied(world: &World<'_>, integration: IntegrationId, path: &Path) -> Result<Crm, String> {
    world.crm.copy_to(path).map_err(said)?;
    let mut copy = Crm::open(path, Clock::virtual_at(world.clock.now())).map_err(said)?;
    let settings = world.crm.integration(integration).map_err(said)?.settings;
    // A file keeps no key, so neither does a copy.
    let url = settings.api_url.parse().map_err(said)?;
    copy.lend_secrets(integration, &url, &settings.api_key).map_err(said)?;
    Ok(copy)
}

/// A dry run over a copy of the shop.
async fn plan(
    world: &World<'_>,
    integration: IntegrationId,
    before: &Crm,
    after: &mut Crm,
) -> Result<(Plan, SoFar), String> {
    let clock = Clock::virtual_at(world.clock.now());
    let served = world.shops.values().next().ok_or("there is no shop")?;
    let host = served.base_url().map_err(said)?.host_str().unwrap_or_default().to_owned();
    let shop = served.with_shop(|shop| shop.copied(clock.clone()));
    let shop = InMemoryShop::new(shop, EndpointOptions::default());
    let wire = InMemoryTransport::network(BTreeMap::from([(host, shop.peer())]), clock.clone());
    let asked = DryRun {
        before,
        after,
        integration,
        transport: Arc::new(ReadOnlyTransport::new(Arc::new(wire), clock.clone())),
        clock,
        quirks: world.quirks.clone(),
        options: SyncOptions::default(),
        rows_max: None,
        ended: Ended::default(),
        so_far: SoFar::default(),
        progress: &mut |_, _| (),
    };
    let planned = dry_run(asked).await.map_err(said)?;
    Ok((planned.plan, planned.so_far))
}

/// What became of the CRM, told as a plan tells it.
fn made(before: &Crm, after: &Crm, integration: IntegrationId, now: Timestamp) -> Result<Plan, String> {
    Plan::make(Material { before, after, integration, walk: Walk { now }, calls: Meter::default() }).map_err(said)
}

/// Rows that are new, changed, merged, gone or as they were, by entity.
fn counts_differ(planned: &Plan, real: &Plan) -> Vec<String> {
    let differs = |planned: &EntityPlan| {
        let real = real.entities.iter().find(|real| real.entity == planned.entity);
        (real != Some(planned)).then(|| format!("planned {planned:?}, did {real:?}"))
    };
    planned.entities.iter().filter_map(differs).collect()
}

type Rows = BTreeMap<(&'static str, i64), Map<String, Value>>;

/// All rows but what only Magento can say.
fn rows(crm: &Crm) -> Result<Rows, String> {
    let mut all = Rows::new();
    for entity in Entity::ALL.iter().copied().filter(|entity| *entity != Entity::LifetimeHistory) {
        for row in crm.find(entity, &[]).map_err(said)? {
            let fields = row.fields.iter().filter(|(name, _)| !SAID_BY_MAGENTO.contains(name));
            let fields = fields.map(|(name, value)| (name.to_owned(), value.to_json()));
            all.insert((entity.table(), row.id.0), fields.collect());
        }
    }
    Ok(all)
}

fn rows_differ(planned: &Rows, real: &Rows) -> Vec<String> {
    let keys: BTreeSet<_> = planned.keys().chain(real.keys()).collect();
    let mut found = Vec::new();
    for (entity, id) in keys {
        let (Some(planned), Some(real)) = (planned.get(&(*entity, *id)), real.get(&(*entity, *id))) else {
            let in_plan = planned.contains_key(&(*entity, *id));
            found.push(format!("row {id} of {entity} is {}", if in_plan { "planned only" } else { "not planned" }));
            continue;
        };
        // Magento gives a row that it has just been told of its id.
        let is_new =
            planned.get("originId") != real.get("originId") && planned.get("originId").is_none_or(Value::is_null);
        let names: BTreeSet<_> = planned.keys().chain(real.keys()).collect();
        for name in names.into_iter().filter(|name| !(is_new && OF_NEW_ROWS.contains(&name.as_str()))) {
            if planned.get(name) != real.get(name) {
                let (plan, real) = (planned.get(name), real.get(name));
                found.push(format!("row {id} of {entity}: {name} is planned as {plan:?} and is {real:?}"));
            }
        }
    }
    found
}
