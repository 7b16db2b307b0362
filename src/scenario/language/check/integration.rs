//! What can be wrong with the integrations of a scenario, and with the step that says which one is meant.

use super::{Channel, Check};
use crate::scenario::language::finding::choices;
use crate::scenario::language::script::default_clock;
use crate::scenario::language::setup::integration::IntegrationSetup;
use crate::scenario::language::text::span::At;
use crate::sync::connector::Stream;

/// The word for all websites.
const ALL_WEBSITES: &str = "all";

impl Check<'_> {
    pub(super) fn integrations(&mut self) {
        let script = self.script;
        for setup in script.integration.iter().chain(script.integrations.values()) {
            self.integration(setup);
            self.website(setup);
        }
        if let (Some(_), Some((name, _))) = (&script.integration, script.integrations.first()) {
            let help = "keep `integrations` when there are several";
            self.report(name.place(), "there are both `integration` and `integrations`", help);
        }
        for name in script.integrations.keys() {
            self.file_name(name, "an integration's name");
        }
        for (name, setup) in script.all_integrations() {
            if script.shops.len() > 1 && setup.shop.is_none() {
                let named = script.integrations.keys().find(|known| known.get() == name);
                let place = named.or(script.shops.keys().next()).map(At::place).unwrap_or_default();
                let below = if name.is_empty() { "integration" } else { name };
                let help = format!("add `shop: …` under `{below}`");
                self.report(place, "the integration does not say which shop it is for", help);
            }
        }
    }

    /// The steps that follow are about another integration.
    pub(super) fn select(&mut self, name: &At<String>) {
        let known: Vec<&str> = self.script.integrations.keys().map(|name| name.get().as_str()).collect();
        if known.is_empty() && !self.is_rest {
            let help = "there is one only, and steps are about it; name several under `integrations`";
            self.report(name.place(), format!("there is no integration called `{}`", name.get()), help);
        } else if !known.contains(&name.get().as_str()) && !self.is_rest {
            let message = format!("there is no integration called `{}`", name.get());
            self.report(name.place(), message, choices(name, &known));
        }
        let left = std::mem::replace(&mut self.selected, name.get().clone());
        self.channels.insert(left, self.channel);
        self.channel = self.channels.get(name.get()).copied().unwrap_or(Channel::Exists);
    }

    pub(super) fn integration(&mut self, integration: &IntegrationSetup) {
        self.named_shop(integration.shop.as_ref());
        self.start_date(integration);
        for entity in integration.entities.iter().flatten() {
            self.one_of(entity, "an entity of a Magento channel", Stream::entity_names());
        }
    }

    /// The website is one that a seed has; what edits make of them is known when it runs.
    fn website(&mut self, setup: &IntegrationSetup) {
        let Some(website) = setup.website.as_ref().filter(|website| website.get() != ALL_WEBSITES) else { return };
        let known = self.seeded_websites();
        let is_it = |(id, code): &(String, String)| id == website.get() || code == website.get();
        if known.is_empty() || known.iter().any(is_it) {
            return;
        }
        let codes: Vec<&str> = known.iter().map(|(_, code)| code.as_str()).chain([ALL_WEBSITES]).collect();
        self.report(website.place(), format!("the shop has no website `{}`", website.get()), choices(website, &codes));
    }

    /// Nothing is synced before its start.
    fn start_date(&mut self, integration: &IntegrationSetup) {
        let Some(start) = &integration.sync_start_date else { return };
        let clock = self.script.clock.map_or_else(default_clock, |moment| moment.0);
        let today = clock.to_zoned(jiff::tz::TimeZone::UTC).date();
        if start.0 > today {
            let message =
                format!("the sync start date is after the clock, which is at {today}: no sync brings anything");
            let help = "write an earlier date, or set `clock: …` at the head of the file";
            self.report(start.place(), message, help);
        }
    }
}
