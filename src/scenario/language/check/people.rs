//! Who a scenario may speak of: the customers of its seeds, and those it creates.

use std::collections::BTreeSet;
use std::path::Path;

use crate::nearest;
use crate::scenario::language::beside::seeds;
use crate::scenario::language::text::value::{Fields, Value};

/// E-mail addresses and ids of customers.
#[derive(Debug, Default)]
pub(in crate::scenario) struct People {
    emails: BTreeSet<String>,
    ids: BTreeSet<String>,
    /// Someone was created whose id only the shop knows.
    created: bool,
}

impl People {
    /// Everybody of a seed; a seed that cannot be read is reported elsewhere.
    pub(in crate::scenario) fn seeded(&mut self, name: &str, scenario: &Path) {
        let Ok(seed) = seeds::load(name, scenario) else { return };
        for (number, customer) in seed.customers.iter().enumerate() {
            let column = |name: &str| customer.fields.get(name).map(str::to_owned);
            self.emails.extend(column("email"));
            self.ids.insert(column("customer_id").or_else(|| column("entity_id")).unwrap_or((number + 1).to_string()));
        }
        for row in seed.tables.get("customer").into_iter().flatten() {
            self.emails.extend(row.get("email").map(str::to_owned));
            self.ids.extend(row.get("entity_id").map(str::to_owned));
        }
    }

    /// Remembers a customer whom a step creates.
    pub(in crate::scenario) fn created(&mut self, fields: &Fields) {
        self.created = true;
        self.reachable_at(fields);
    }

    /// A new e-mail address, of somebody new or known.
    pub(in crate::scenario) fn reachable_at(&mut self, fields: &Fields) {
        if let Some(Value::Text(email)) = fields.get("email").map(|value| value.get()) {
            self.emails.insert(email.clone());
        }
    }

    /// Whether a scenario may speak of that customer.
    pub(in crate::scenario) fn knows(&self, customer: &str) -> bool {
        let is_id = customer.chars().all(|c| c.is_ascii_digit());
        self.emails.contains(customer) || self.ids.contains(customer) || (is_id && self.created)
    }

    /// The e-mail address that may be meant. Most are of one domain, so that somebody is known by what stands before it.
    pub(in crate::scenario) fn meant(&self, customer: &str) -> Option<&str> {
        let local = |email: &str| email.rsplit_once('@').map_or(email, |(local, _)| local).to_owned();
        let locals: Vec<(String, &str)> = self.emails.iter().map(|email| (local(email), email.as_str())).collect();
        let meant = nearest::meant(&local(customer), locals.iter().map(|(local, _)| local.as_str()));
        locals.iter().find(|(local, _)| meant == Some(local)).map(|(_, email)| *email)
    }
}
