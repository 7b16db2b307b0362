//! What can be wrong with a story before it runs, all of it at once: names nobody defined, settings that contradict each
//! other, steps that cannot work.

use std::collections::BTreeSet;
use std::path::Path;

use super::expectation::{Expectation, RowsExpectation};
use super::finding::{Finding, SourceFile, choices, did_you_mean};
use super::known::{CONNECTORS, ENTITIES};
use super::people::People;
use super::script::{ApiUserSetup, CrmEdit, DisruptStep, IntegrationSetup, MagentoEdit, Script, ShopSetup, SyncStep};
use super::snapshot_step::{SnapshotStep, plain};
use super::span::{At, Place};
use super::step::{Step, StepKind};
use super::value::Fields;
use super::{known, seeds};
use crate::crm::Entity;
use crate::disrupt::WSDL_OPERATION;
use crate::magento::{BridgeRelease, Contract};
use crate::quirk::Quirk;
use crate::shop::acl::API_KEY_LENGTH_MIN;

/// Everything that is wrong, in the order of the file.
pub fn findings(file: &SourceFile, script: &Script) -> Vec<Finding> {
    let mut check = Check::new(&file.path, script);
    check.head();
    for step in &script.steps {
        check.step(step);
    }
    check.found.sort_by_key(|finding| finding.place.as_ref().map(|place| place.bytes.start));
    check.found
}

struct Check<'a> {
    path: &'a Path,
    script: &'a Script,
    found: Vec<Finding>,
    people: People,
    snapshots: BTreeSet<String>,
    channel: Channel,
    talked: bool,
}

/// Whether there is an integration to speak of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Channel {
    Exists,
    Deleted,
}

impl<'a> Check<'a> {
    fn new(path: &'a Path, script: &'a Script) -> Self {
        Self {
            path,
            script,
            found: Vec::new(),
            people: People::default(),
            snapshots: BTreeSet::new(),
            channel: Channel::Exists,
            talked: false,
        }
    }

    fn report(&mut self, place: Place, message: impl Into<String>, help: impl Into<String>) {
        self.found.push(Finding::at(place, message).help(help));
    }

    fn head(&mut self) {
        let script = self.script;
        if script.title.trim().is_empty() {
            self.report(script.title.place(), "the title is empty", "say what the story shows, as one sentence");
        }
        if script.steps.is_empty() {
            self.report(script.title.place(), "the story has no steps", "add one, such as `- sync`");
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
        }
        self.quirks();
        for (name, variant) in &script.variants {
            self.file_name(name, "a variant's name");
            self.bridge(variant.bridge.as_ref());
        }
        self.integration(&script.integration);
        if script.shops.len() > 1 && script.integration.shop.is_none() {
            let place = script.shops.keys().next().map(At::place).unwrap_or_default();
            self.report(
                place,
                "the integration does not say which shop it is for",
                "add `shop: …` under `integration`",
            );
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
            if Quirk::ALL.iter().any(|quirk| quirk.id() == id.get()) {
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
        if let Some(seed) = &shop.seed
            && let Err(wrong) = seeds::load(seed, self.path)
        {
            self.report(seed.place(), wrong.message, wrong.help);
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
        let known = known::acl_nodes();
        if resource.get() != "all" && !known.contains(resource.get()) {
            let nearest = did_you_mean(resource, known.iter().map(String::as_str));
            let message = format!("`{}` is not a resource of Magento's API roles", resource.get());
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

    fn integration(&mut self, integration: &IntegrationSetup) {
        self.named_shop(integration.shop.as_ref());
        for entity in integration.entities.iter().flatten() {
            self.one_of(entity, "an entity of a Magento channel", ENTITIES);
        }
    }

    fn one_of(&mut self, word: &At<String>, what: &str, known: &[&str]) {
        if known.contains(&word.get().as_str()) {
            return;
        }
        self.report(word.place(), format!("`{}` is not {what}", word.get()), choices(word, known));
    }

    fn named_shop(&mut self, name: Option<&At<String>>) {
        let Some(name) = name else { return };
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
            StepKind::Sync(settings) => self.sync(settings.as_ref(), &place),
            StepKind::InMagento(edits) => {
                for edit in &edits.0 {
                    self.magento_edit(edit, &place);
                }
            }
            StepKind::InCrm(edits) => {
                for edit in &edits.0 {
                    self.crm_edit(edit, &place);
                }
            }
            StepKind::Advance(_) => {}
            StepKind::Disrupt(disruptions) => {
                for disruption in &disruptions.0 {
                    self.disrupt(disruption, &place);
                }
            }
            StepKind::Expect(expectation) => self.expect(expectation),
            StepKind::Snapshot(snapshot) => self.snapshot(snapshot, &place),
        }
    }

    fn talks(&mut self, place: &Place, what: &str) {
        self.talked = true;
        if self.channel == Channel::Deleted {
            let message = format!("there is no channel left to {what} with");
            self.report(place.clone(), message, "add `- in crm: {create channel: {}}` before it");
        }
    }

    fn sync(&mut self, settings: Option<&SyncStep>, place: &Place) {
        self.talks(place, "sync");
        if let Some(only) = settings.and_then(|settings| settings.only.as_ref()) {
            self.one_of(only, "a connector", CONNECTORS);
        }
    }

    fn magento_edit(&mut self, edit: &MagentoEdit, place: &Place) {
        match edit {
            MagentoEdit::CreateCustomer(created) => {
                self.place_of_edit(created.shop.as_ref(), place);
                self.people.created(&created.set);
            }
            MagentoEdit::UpdateCustomer(update) => {
                self.place_of_edit(update.shop.as_ref(), place);
                self.customer(&update.customer);
                self.people.reachable_at(&update.set);
            }
            MagentoEdit::DeleteCustomer(deleted) => {
                self.place_of_edit(deleted.shop.as_ref(), place);
                self.customer(&deleted.customer);
            }
            MagentoEdit::CreateAddress(created) => {
                self.place_of_edit(created.shop.as_ref(), place);
                self.customer(&created.customer);
            }
            MagentoEdit::UpdateAddress(update) => {
                self.place_of_edit(update.shop.as_ref(), place);
                self.number(&update.address);
            }
            MagentoEdit::DeleteAddress(deleted) => {
                self.place_of_edit(deleted.shop.as_ref(), place);
                self.number(&deleted.address);
            }
            MagentoEdit::UpdateApiUser(update) => {
                self.place_of_edit(update.shop.as_ref(), place);
                if let Some(key) = &update.key {
                    self.key(key);
                }
                for resource in update.resources.iter().flatten() {
                    self.resource(resource);
                }
            }
            MagentoEdit::InstallBridge(installed) => {
                self.place_of_edit(installed.shop.as_ref(), place);
                self.bridge(Some(&installed.version));
            }
            MagentoEdit::SetWsi(set) => self.place_of_edit(set.shop.as_ref(), place),
        }
    }

    fn crm_edit(&mut self, edit: &CrmEdit, place: &Place) {
        match edit {
            CrmEdit::DeleteChannel(_) => {
                self.needs_channel(place);
                self.channel = Channel::Deleted;
            }
            CrmEdit::CreateChannel(_) => {
                if self.channel == Channel::Exists {
                    self.report(
                        place.clone(),
                        "there is a channel already",
                        "delete it first: `- in crm: {delete channel: {}}`",
                    );
                }
                self.channel = Channel::Exists;
            }
            CrmEdit::ChangeSettings(settings) => {
                self.needs_channel(place);
                self.integration(&settings.set);
            }
            CrmEdit::CreateCustomer(created) => {
                self.needs_channel(place);
                self.fields(&created.set, Entity::Customer);
                for address in &created.addresses {
                    self.fields(address, Entity::CustomerAddress);
                }
                self.people.created(&created.set);
            }
            CrmEdit::UpdateCustomer(update) => {
                self.needs_channel(place);
                self.customer(&update.customer);
                self.fields(&update.set, Entity::Customer);
                self.people.reachable_at(&update.set);
            }
            CrmEdit::CreateAddress(created) => {
                self.needs_channel(place);
                self.customer(&created.customer);
                self.fields(&created.set, Entity::CustomerAddress);
            }
            CrmEdit::UpdateAddress(update) => {
                self.needs_channel(place);
                self.number(&update.address);
                self.fields(&update.set, Entity::CustomerAddress);
            }
        }
    }

    /// Every name must be a field of the entity.
    fn fields(&mut self, fields: &Fields, entity: Entity) {
        for (name, _) in fields.iter() {
            self.field(name, entity);
        }
    }

    fn field(&mut self, name: &At<String>, entity: Entity) {
        if entity.column(name).is_some() {
            return;
        }
        let known = entity.columns().iter().map(|(column, _)| *column);
        let message = format!("{} has no field `{}`", entity.table(), name.get());
        let help =
            did_you_mean(name, known).unwrap_or_else(|| "fields have OroCRM's names, such as `firstName`".into());
        self.report(name.place(), message, help);
    }

    fn needs_channel(&mut self, place: &Place) {
        if self.channel == Channel::Deleted {
            self.report(place.clone(), "the channel is deleted", "add `create channel: {}` before this");
        }
    }

    fn customer(&mut self, customer: &At<String>) {
        if self.people.knows(customer) {
            return;
        }
        let message = format!("no customer is `{}`", customer.get());
        let help = did_you_mean(customer, self.people.emails()).unwrap_or_else(|| {
            "write an e-mail address or an id of the seed, or create the customer before".to_owned()
        });
        self.report(customer.place(), message, help);
    }

    fn number(&mut self, id: &At<String>) {
        if id.parse::<u32>().is_err() {
            self.report(id.place(), format!("`{}` is not an id", id.get()), "write Magento's number of the address");
        }
    }

    fn disrupt(&mut self, disruption: &DisruptStep, place: &Place) {
        self.place_of_edit(disruption.shop.as_ref(), place);
        if let Some(call) = disruption.call.as_ref().filter(|call| *call.get() == 0) {
            self.report(call.place(), "calls are counted from 1", "write 1 for the next one");
        }
        if let Some(operation) = &disruption.operation {
            self.operation(operation, &[WSDL_OPERATION]);
        }
    }

    fn operation(&mut self, operation: &At<String>, besides: &[&str]) {
        let contract = Contract::shared();
        if contract.operation(operation).is_some() || besides.contains(&operation.get().as_str()) {
            return;
        }
        let known = contract.operations().map(|facts| facts.name.as_str()).chain(besides.iter().copied());
        let message = format!("Magento has no operation `{}`", operation.get());
        let help = did_you_mean(operation, known).unwrap_or_else(|| "such as `customerCustomerList`".to_owned());
        self.report(operation.place(), message, help);
    }

    fn expect(&mut self, expectation: &Expectation) {
        for name in &expectation.in_variants {
            let known: Vec<&str> = self.script.variants.keys().map(|name| name.get().as_str()).collect();
            self.one_of(name, "a variant of this story", &known);
        }
        let outcome = expectation.outcome.as_ref().map(At::place);
        let message = expectation.message.as_ref().map(At::place);
        if let Some(place) = outcome.or(message).filter(|_| !self.talked) {
            self.report(
                place,
                "nothing has happened yet that has an outcome",
                "put `- sync` or `- check connection` before",
            );
        }
        for rows in &expectation.crm.0 {
            self.one_of(&rows.rows, "a table of the CRM", &known::crm_tables());
            if let Some(entity) = Entity::named(&rows.rows) {
                for name in rows.r#where.keys().chain(rows.have.keys()) {
                    self.field(name, entity);
                }
            }
            self.rows(rows);
        }
        for rows in &expectation.shop.0 {
            self.one_of(&rows.rows, "a table of the shop", &known::shop_tables());
            self.place_of_edit(rows.shop.as_ref(), &rows.rows.place());
            self.rows(rows);
        }
        for calls in &expectation.calls.0 {
            self.operation(&calls.to, &[WSDL_OPERATION, known::ANY]);
            self.place_of_edit(calls.shop.as_ref(), &calls.to.place());
        }
    }

    fn rows(&mut self, rows: &RowsExpectation) {
        if rows.count.is_none() && rows.have.is_empty() {
            self.report(rows.rows.place(), "nothing is expected of these rows", "add `count: …` or `have: {…}`");
        }
        if let (Some(0), Some((name, _))) = (rows.count.as_ref().map(|count| *count.get()), rows.have.first()) {
            self.report(name.place(), "rows that must not be there cannot hold anything", "drop `have` or `count: 0`");
        }
    }

    fn snapshot(&mut self, snapshot: &SnapshotStep, place: &Place) {
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
