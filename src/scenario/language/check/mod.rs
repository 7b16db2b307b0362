//! What can be wrong with a scenario before it runs, all of it at once: names nobody defined, settings that contradict each
//! other, steps that cannot work.

mod closed;
mod columns;
mod crm_edits;
mod discovery;
mod disrupt;
mod during;
mod edits;
mod expect;
mod form_values;
mod integration;
mod people;
mod unread;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::magento::{BridgeRelease, Contract};
use crate::matching::Conditions;
use crate::quirk::Quirk;
use crate::scenario::language::beside::{modules, overrides, seeds};
use crate::scenario::language::finding::{Finding, choices, did_you_mean};
use crate::scenario::language::known;
use crate::scenario::language::origin::Origin;
use crate::scenario::language::script::Script;
use crate::scenario::language::setup::shop::{ApiUserSetup, ShopSetup};
use crate::scenario::language::source::SourceFile;
use crate::scenario::language::step::snapshot::{SnapshotStep, plain};
use crate::scenario::language::step::sync::SyncStep;
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::{At, Place};
use crate::scenario::language::text::value::Value;
use crate::shop::Seed;
use crate::shop::acl::API_KEY_LENGTH_MIN;
use crate::shop::conditions::{self, Unfit};
use crate::sync::connector::Stream;
use columns::Own;
use people::People;

/// Everything that is wrong.
pub fn findings(file: &SourceFile, script: &Script) -> Vec<Finding> {
    of(file, script, None)
}

/// Everything that is wrong with the rest of a file of which parts cannot be read: nothing is said of what those parts may
/// have named or done. `unread` are the steps of those parts, as they are written.
pub fn findings_of_rest(file: &SourceFile, script: &Script, unread: &[At<Value>]) -> Vec<Finding> {
    of(file, script, Some(unread))
}

fn of(file: &SourceFile, script: &Script, unread: Option<&[At<Value>]>) -> Vec<Finding> {
    let mut check = Check::new(file, script);
    check.is_rest = unread.is_some();
    check.talked = check.is_rest;
    check.head();
    for step in &script.steps {
        check.origin.clone_from(&step.1);
        check.step(step);
    }
    check.origin = None;
    for step in unread.into_iter().flatten() {
        check.unread(step, "");
    }
    check.found
}

struct Check<'a> {
    file: &'a SourceFile,
    path: &'a Path,
    source: &'a str,
    script: &'a Script,
    found: Vec<Finding>,
    /// The fragment the step at hand stands in.
    origin: Option<Arc<Origin>>,
    people: People,
    /// Columns that the shops have besides Magento's.
    own: Own,
    /// Paths that the shops' configuration has besides Magento's.
    own_paths: BTreeSet<String>,
    /// Tables that the shops have besides Magento's, with their columns.
    own_tables: BTreeMap<String, Vec<String>>,
    /// The APIs of the shops.
    contracts: Vec<Arc<Contract>>,
    /// Operations that overrides declare.
    declared: BTreeSet<String>,
    snapshots: BTreeSet<String>,
    /// The names of the shops' seeds.
    seeds: Vec<String>,
    /// Values that edits have put into columns by now.
    stored: BTreeSet<(String, String)>,
    /// Whether somebody else's program, or answers of its own, may put anything anywhere.
    has_others: bool,
    channel: Channel,
    /// Those of the integrations that steps were about before.
    channels: BTreeMap<String, Channel>,
    /// The integration that steps are about.
    selected: String,
    talked: bool,
    /// Wishes for a job by now, less those that were run.
    queued: usize,
    /// Whether the edit at hand is expected to be refused.
    may_be_refused: bool,
    /// Whether parts of the file are not there.
    is_rest: bool,
}

/// Tables that a seed declares, with their columns.
fn tables_of(seed: &Seed) -> impl Iterator<Item = (String, Vec<String>)> {
    seed.own_tables.iter().map(|(name, own)| {
        let columns = std::iter::once(&own.key).chain(own.columns.keys());
        (name.clone(), columns.cloned().collect())
    })
}

/// Whether there is an integration to speak of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Channel {
    Exists,
    Deleted,
}

impl<'a> Check<'a> {
    fn new(file: &'a SourceFile, script: &'a Script) -> Self {
        Self {
            file,
            path: &file.path,
            source: &file.text,
            own: Own::new(),
            own_tables: BTreeMap::new(),
            script,
            found: Vec::new(),
            origin: None,
            people: People::default(),
            own_paths: BTreeSet::new(),
            contracts: Vec::new(),
            declared: BTreeSet::new(),
            snapshots: BTreeSet::new(),
            seeds: Vec::new(),
            stored: BTreeSet::new(),
            has_others: false,
            channel: Channel::Exists,
            channels: BTreeMap::new(),
            selected: script.integrations.keys().next().map(|name| name.get().clone()).unwrap_or_default(),
            talked: false,
            queued: 0,
            may_be_refused: false,
            is_rest: false,
        }
    }

    fn report(&mut self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        let finding = Finding::at(place, message).help(help);
        self.found.push(Finding { origin: self.origin.clone(), ..finding });
    }

    fn head(&mut self) {
        let script = self.script;
        if script.title.trim().is_empty() {
            self.report(script.title.place(), "the title is empty", "say what the scenario shows, as one sentence");
        }
        if script.steps.is_empty() && !self.is_rest {
            self.report(script.title.place(), "the scenario has no steps", "add one, such as `- sync`");
        }
        if let (Some(_), Some((name, _))) = (&script.shop, script.shops.first()) {
            self.report(name.place(), "there are both `shop` and `shops`", "keep `shops` when there are several");
        }
        for shop in script.shop.iter().chain(script.shops.values()) {
            self.shop(shop);
        }
        for name in script.shops.keys() {
            self.file_name(name, "a shop's name");
        }
        if script.shop.is_none() && script.shops.is_empty() {
            self.people.seeded(seeds::DEFAULT, self.path);
            self.seeds.push(seeds::DEFAULT.to_owned());
        }
        self.quirks();
        for (name, variant) in &script.variants {
            self.file_name(name, "a variant's name");
            self.bridge(variant.bridge.as_ref());
        }
        for release in script.matrix.iter().filter(|(name, _)| name.get() == "bridge").flat_map(|(_, values)| values) {
            self.bridge(Some(release));
        }
        self.integrations();
        if let Some(discovery) = &script.account_discovery {
            self.discovery(discovery);
        }
    }

    fn file_name(&mut self, name: &At<String>, what: &str) {
        if !plain(name) {
            let message = format!("`{}` does not do as {what}", name.get());
            self.report(name.place(), message, "use lower-case letters, digits, dots and dashes");
        }
    }

    fn quirks(&mut self) {
        let variants = self.script.variants.values().flat_map(|variant| variant.quirks.keys());
        for id in self.script.quirks.keys().chain(variants) {
            if let Some(quirk) = Quirk::ALL.iter().find(|quirk| quirk.id() == id.get()) {
                if !quirk.is_switchable() {
                    let message = format!("`{}` cannot be switched: {}", id.get(), quirk.summary());
                    self.report(id.place(), message, "leave it out; it is the same in every profile");
                }
                continue;
            }
            let nearest = did_you_mean(id, Quirk::ALL.iter().map(|quirk| quirk.id())).unwrap_or_default();
            let message = format!("`{}` is not a quirk", id.get());
            self.report(id.place(), message, format!("{nearest} `mockgento quirks` lists them").trim_start());
        }
    }

    fn shop(&mut self, shop: &ShopSetup) {
        self.bridge(shop.bridge.as_ref());
        let name = shop.seed.as_ref().map_or(seeds::DEFAULT, |name| name.get().as_str());
        self.people.seeded(name, self.path);
        self.seeds.push(name.to_owned());
        self.has_others |= shop.stubs.is_some() || shop.overrides.is_some() || !shop.modules.is_empty();
        match (seeds::load(name, self.path), &shop.seed) {
            (Ok(seed), _) => {
                self.own.extend(seed.own_columns());
                self.own_tables.extend(tables_of(&seed));
                self.own_paths.extend(seed.config.into_keys());
            }
            (Err(wrong), Some(named)) => self.report(named.place(), wrong.message, wrong.help),
            (Err(_), None) => {}
        }
        let contract = modules::contract(shop, self.path).unwrap_or_else(|wrong| {
            let place = shop.modules.first().map(At::place).unwrap_or_default();
            self.report(place, wrong.message, wrong.help);
            Contract::base()
        });
        self.contracts.push(Arc::clone(&contract));
        if let Err(wrong) = modules::stubs(shop, self.file) {
            let place = shop.stubs.as_ref().map(At::place).unwrap_or_default();
            self.report(place, wrong.message, wrong.help);
        }
        if let Some(file) = &shop.overrides {
            match overrides::load(file, self.path, &contract) {
                Ok(own) => self.declared.extend(own.operations.declared.into_keys()),
                Err(wrong) => self.report(file.place(), wrong.message, wrong.help),
            }
        }
        for ApiUserSetup { key, resources, .. } in shop.api_users.values() {
            self.key(key);
            for resource in resources.iter().flatten() {
                self.resource(resource);
            }
        }
    }

    fn key(&mut self, key: &At<String>) {
        if key.chars().count() < API_KEY_LENGTH_MIN {
            let help = format!("Magento wants {} characters or more", API_KEY_LENGTH_MIN);
            self.report(key.place(), "the API key is too short", help);
        }
    }

    fn resource(&mut self, resource: &At<String>) {
        let known = known::acl_nodes(&self.apis());
        if resource.get() != "all" && !known.contains(resource.get()) {
            let nearest = did_you_mean(resource, known.iter().map(String::as_str));
            let message = format!("`{}` is not a resource of the shop's API roles", resource.get());
            self.report(
                resource.place(),
                message,
                nearest.unwrap_or_else(|| "such as `customer/info`, or `all`".into()),
            );
        }
    }

    fn bridge(&mut self, version: Option<&At<String>>) {
        let Some(version) = version.filter(|version| version.get() != "none") else { return };
        if let Err(unknown) = BridgeRelease::find(version) {
            let text = unknown.to_string();
            let (message, help) = text.split_once("; ").unwrap_or((&text, ""));
            self.report(version.place(), message, help);
        }
    }

    /// A table of Magento, or one that a seed declares.
    fn shop_table(&mut self, table: &At<String>) {
        if table.get() == "core_config_data" {
            let help = "the configuration is no table here: `configure` changes it, and a seed has it under `config`";
            return self.report(table.place(), "`core_config_data` is not a table of the shop", help);
        }
        let own: Vec<String> = self.own_tables.keys().cloned().collect();
        let known: Vec<&str> = known::shop_tables().into_iter().chain(own.iter().map(String::as_str)).collect();
        self.one_of(table, "a table of the shop", &known);
    }

    fn one_of(&mut self, word: &At<String>, what: &str, known: &[&str]) {
        if known.contains(&word.get().as_str()) {
            return;
        }
        self.report(word.place(), format!("`{}` is not {what}", word.get()), choices(word, known));
    }

    fn named_shop(&mut self, name: Option<&At<String>>) {
        let Some(name) = name.filter(|_| !self.is_rest) else { return };
        let known: Vec<&str> = self.script.shops.keys().map(|name| name.get().as_str()).collect();
        if known.is_empty() {
            let message = format!("there is no shop called `{}`", name.get());
            self.report(name.place(), message, "there is one shop only and it needs no name; leave `shop` out here");
        } else if !known.contains(&name.get().as_str()) {
            let help = did_you_mean(name, known.iter().copied());
            let message = format!("there is no shop called `{}`", name.get());
            self.report(name.place(), message, help.unwrap_or_else(|| format!("the shops are {}", known.join(", "))));
        }
    }

    /// With several shops an edit must say where it happens.
    fn place_of_edit(&mut self, name: Option<&At<String>>, at: &Place) {
        match name {
            Some(_) => self.named_shop(name),
            None if self.script.shops.len() > 1 => {
                self.report(at.clone(), "it is not said in which shop", "add `shop: …`, since there are several");
            }
            None => {}
        }
    }

    fn step(&mut self, step: &At<Step>) {
        let place = step.place();
        match &step.0 {
            StepKind::CheckConnection(_) => self.talks(&place, "check a connection"),
            StepKind::SyncWebsiteList(_) => self.talks(&place, "list its websites"),
            StepKind::Integration(name) => self.select(name),
            StepKind::Sync(settings) => self.sync(settings.as_ref(), &place),
            StepKind::During(during) => self.during(during, &place),
            StepKind::Run(run) => self.run_program(&run.0, &place),
            StepKind::SyncData(one) => self.sync_data(one, &place),
            StepKind::ScheduleSync(_) => {
                self.queued += 1;
                self.talks(&place, "schedule a sync");
            }
            StepKind::RunQueue(_) => self.run_queue(&place),
            StepKind::ExpireCarts(_) => self.talks(&place, "look for expired carts"),
            StepKind::InMagento(edits) => {
                self.is_any(&edits.0, "edit", &place);
                for edit in &edits.0 {
                    self.magento_edit(edit, &place);
                }
            }
            StepKind::InCrm(edits) => {
                self.is_any(&edits.0, "edit", &place);
                for edit in &edits.0 {
                    self.crm_edit(edit, &place);
                }
            }
            StepKind::Advance(_) if self.script.automatic_sync.is_yes() => {
                self.queued += 1;
                self.talked = true;
            }
            StepKind::Advance(_) => {}
            StepKind::Disrupt(disruptions) => {
                self.is_any(&disruptions.0, "disruption", &place);
                for disruption in &disruptions.0 {
                    self.disrupt(disruption, &place);
                }
            }
            StepKind::Clear(which) => self.clear(which.as_ref()),
            // All have been put in by now.
            StepKind::Use(_) => {}
            StepKind::Expect(expectation) => self.expect(expectation, &place),
            StepKind::Snapshot(snapshot) => self.snapshot(snapshot, &place),
        }
    }

    fn talks(&mut self, place: &Place, what: &str) {
        self.talked = true;
        if self.channel == Channel::Deleted && !self.is_rest {
            let message = format!("there is no channel left to {what} with");
            self.report(place.clone(), message, "add `- in crm: {create channel: {}}` before it");
        }
    }

    /// Jobs wait that somebody, or cron, has put there.
    fn run_queue(&mut self, place: &Place) {
        if self.queued == 0 && !self.has_others && !self.is_rest {
            self.report(place.clone(), "no job waits in the queue", "put `- schedule sync` before");
        }
        self.queued = self.queued.saturating_sub(1);
        self.talks(place, "run its jobs");
    }

    fn sync(&mut self, settings: Option<&SyncStep>, place: &Place) {
        self.talks(place, "sync");
        if let Some(only) = settings.and_then(|settings| settings.only.as_ref()) {
            self.one_of(only, "a connector", Stream::entity_names());
        }
    }

    /// The APIs of the scenario's shops; the product's where none has modules.
    fn apis(&self) -> Vec<Arc<Contract>> {
        if self.contracts.is_empty() { vec![Contract::base()] } else { self.contracts.clone() }
    }

    fn operation(&mut self, operation: &At<String>, besides: &[&str]) {
        let apis = self.apis();
        let declared = || self.declared.iter().map(String::as_str);
        let is_known = apis.iter().any(|api| api.operation(operation).is_some());
        if is_known || besides.contains(&operation.get().as_str()) || declared().any(|known| known == operation.get()) {
            return;
        }
        let others = || besides.iter().copied().chain(declared());
        let message = format!("Magento has no operation `{}`", operation.get());
        let meant = apis.iter().find_map(|api| api.operation_meant(operation, others()));
        let help = meant.unwrap_or_else(|| "such as `customerCustomerList`".to_owned());
        self.report(operation.place(), message, help);
    }

    /// Arguments that an operation has in one of the styles.
    fn arguments(&mut self, given: &Conditions, operation: Option<&At<String>>) {
        let Some(operation) = operation else { return };
        let apis = self.apis();
        let is_known =
            |api: &&Arc<Contract>| api.operation(operation).or(api.operation_at(operation).map(|at| at.0)).is_some();
        let judged: Vec<Vec<Unfit>> =
            apis.iter().filter(is_known).map(|api| conditions::unfit_of(api, operation, given)).collect();
        // It is enough that the API of one shop has them.
        if judged.iter().all(|unfit| !unfit.is_empty()) {
            for Unfit { place, what, remedy } in judged.into_iter().next().into_iter().flatten() {
                self.report(place, what, remedy);
            }
        }
    }

    fn is_any<T>(&mut self, all: &[T], what: &str, place: &Place) {
        if all.is_empty() {
            self.report(place.clone(), format!("the list has no {what}"), "write one, or leave the step out");
        }
    }

    fn snapshot(&mut self, snapshot: &SnapshotStep, place: &Place) {
        if snapshot.of.as_ref().is_some_and(Vec::is_empty) {
            let help = "name outcome, crm, trace or shop, or leave `of` out for the usual parts";
            self.report(place.clone(), "the snapshot holds nothing", help);
        }
        if !plain(&snapshot.name) {
            let message = format!("`{}` does not do as a snapshot's name", snapshot.name);
            self.report(place.clone(), message, "use lower-case letters, digits, dots and dashes");
        }
        if !self.snapshots.insert(snapshot.name.clone()) {
            let message = format!("there is a snapshot called `{}` already", snapshot.name);
            self.report(place.clone(), message, "give each of them a name of its own");
        }
    }
}
