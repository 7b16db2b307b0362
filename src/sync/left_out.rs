//! What a sync did not bring into the CRM as the shop has it: rows refused, rows without what they refer to, rows it could
//! not get at, and how far connectors are behind. A sync that came through says so, and its exit code does.

use std::collections::BTreeSet;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;

use super::connector::Connector;
use super::outcome::ConnectorOutcome;

/// What became of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// They cannot be what they say, so they are not in the CRM.
    Refused,
    /// They are in the CRM without something they refer to, which is not there.
    Unresolved,
    /// The shop did not give all of them; the next sync asks again.
    OutOfReach,
    /// The connector's rules leave them out, as carts of people without e-mail address and phone. Nothing is missing.
    ByRule,
}

impl Fate {
    /// Whether the CRM lacks something because of it.
    pub fn is_lack(self) -> bool {
        self != Self::ByRule
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Refused => "refused",
            Self::Unresolved => "without something they refer to",
            Self::OutOfReach => "out of reach, to be asked for again",
            Self::ByRule => "left out as the connector's rules are",
        }
    }
}

/// Rows of one entity with one fate for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// What they are, such as `customer`.
    pub entity: String,
    /// What became of them.
    pub fate: Fate,
    /// Why, with what differs from row to row as `…`.
    pub reason: String,
    /// How many.
    pub rows: usize,
    /// The first of them in full.
    pub example: String,
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entity, fate, reason, rows, example } = self;
        write!(f, "{rows} {entity} {} {}: {reason}", if *rows == 1 { "row" } else { "rows" }, fate.in_words())?;
        if example.is_empty() || *fate == Fate::ByRule { Ok(()) } else { write!(f, " (first: {example})") }
    }
}

/// A connector that has not come to the shop's present.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Behind {
    /// Which one.
    pub connector: Connector,
    /// Until when it has asked the shop; of a walk backwards, back to when.
    pub synced_to: Timestamp,
    /// Where it is to come to.
    pub of: Timestamp,
}

impl Behind {
    /// How far it has to go.
    pub fn by(&self) -> SignedDuration {
        self.of.duration_since(self.synced_to).abs()
    }
}

impl fmt::Display for Behind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hours = self.by().as_hours();
        let far = match (hours / 24, hours) {
            (0, 0) => format!("{} minutes", self.by().as_mins().max(1)),
            (0, hours) => format!("{hours} hours"),
            (days, _) => format!("{days} days"),
        };
        let at = crate::datetime::to_sql(self.synced_to);
        write!(f, "{} is {far} behind: it has come to {at}; run the sync again", self.connector)
    }
}

/// The rows that the runs of connectors left out, grouped; the most first within a fate.
pub fn left_out(connectors: &[ConnectorOutcome]) -> Vec<LeftOut> {
    let mut groups: Vec<LeftOut> = Vec::new();
    let mut told = BTreeSet::new();
    for done in connectors {
        let stream = done.connector.stream().connector_name();
        let mut refused = 0;
        for warning in &done.warnings {
            let found = read(warning, stream);
            if found.fate == Fate::Refused {
                refused += found.rows;
            }
            // A row that others refer to may be asked for, and refused, several times.
            let names_its_row = warning.contains(|character: char| character.is_ascii_digit());
            if found.fate != Fate::Refused || !names_its_row || told.insert(warning.as_str()) {
                add(&mut groups, found);
            }
        }
        let by_rule = done.counts.invalid.saturating_sub(refused);
        if by_rule > 0 {
            let reason = "nobody could be reached by them";
            add(&mut groups, LeftOut { rows: by_rule, ..LeftOut::new(stream, Fate::ByRule, reason, "") });
        }
    }
    groups.sort_by(|a, b| (a.fate, b.rows, &a.entity).cmp(&(b.fate, a.rows, &b.entity)));
    groups
}

impl LeftOut {
    fn new(entity: &str, fate: Fate, reason: &str, example: &str) -> Self {
        Self { entity: entity.to_owned(), fate, reason: generalised(reason), rows: 1, example: example.to_owned() }
    }
}

fn add(groups: &mut Vec<LeftOut>, one: LeftOut) {
    let is_same =
        |known: &&mut LeftOut| (&known.entity, known.fate, &known.reason) == (&one.entity, one.fate, &one.reason);
    match groups.iter_mut().find(is_same) {
        Some(known) => known.rows += one.rows,
        None => groups.push(one),
    }
}

/// Reads a warning of a connector. The texts are the reference client's (sync spec 4.10) and this crate's own.
fn read(warning: &str, stream: &str) -> LeftOut {
    if warning.starts_with("Error in row #") {
        let reason = warning.split_once(". ").map_or(warning, |(_, rest)| rest);
        return LeftOut::new(stream, Fate::Unresolved, reason, warning);
    }
    if let Some((what, keys)) =
        warning.strip_prefix("Following ").and_then(|rest| rest.split_once(" were not imported: "))
    {
        let rows = keys.split(", ").count();
        return LeftOut { rows, ..LeftOut::new(what, Fate::Refused, "the CRM refused their batch", warning) };
    }
    // `customer 7: reason`, `newsletter subscriber 7: reason`, `customer 7 has no website`.
    let key = warning.find(|character: char| character.is_ascii_digit()).filter(|at| *at > 0);
    let Some((entity, rest)) = key.map(|at| (warning[..at].trim(), &warning[at..])) else {
        return LeftOut::new(stream, Fate::Refused, warning, warning);
    };
    let reason = rest.split_once(": ").or_else(|| rest.split_once(' ')).map_or(rest, |(_, reason)| reason);
    let fate = if reason.starts_with("details are missing") { Fate::OutOfReach } else { Fate::Refused };
    LeftOut::new(entity, fate, reason, warning)
}

/// A reason without what differs from row to row: numbers and what stands in quotes.
fn generalised(reason: &str) -> String {
    let mut text = String::with_capacity(reason.len());
    let mut quote = None;
    for character in reason.chars() {
        match quote {
            Some(open) if character == open => {
                text.push(character);
                quote = None;
            }
            Some(_) => {}
            None if character == '"' => {
                text.push_str("\"…");
                quote = Some(character);
            }
            None if character.is_ascii_digit() => {
                if !text.ends_with('…') {
                    text.push('…');
                }
            }
            None => text.push(character),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::outcome::{Counts, RunKind};

    #[test]
    fn rows_that_are_not_in_the_crm_are_counted_by_entity_and_reason() {
        let mut done = ConnectorOutcome::new(Connector::Customer, RunKind::Incremental);
        for id in 1..=683 {
            done.skip_row(format!("customer {id}: customer_id: \"x{id}\" is no number"));
        }
        done.skip_row("customer 9 has no website");
        done.warnings
            .push("Error in row #4. Not found entity \"customerGroup\". Item data: {\"originId\":9}.".to_owned());
        done.warnings.push("Following customers were not imported: 1, 2, 3".to_owned());
        done.warnings.push("customer 5: details are missing: customerCustomerInfo (call 7): HTTP 500".to_owned());
        let mut carts = ConnectorOutcome::new(Connector::Cart, RunKind::Incremental);
        carts.counts = Counts { read: 9, invalid: 2, ..Counts::default() };
        let said: Vec<String> = left_out(&[done, carts]).iter().map(ToString::to_string).collect();
        let expected = [
            "683 customer rows refused: customer_id: \"…\" is no number (first: customer 1: customer_id: \"x1\" is no number)",
            "3 customers rows refused: the CRM refused their batch (first: Following customers were not imported: 1, 2, 3)",
            "1 customer row refused: has no website (first: customer 9 has no website)",
            "1 customer row without something they refer to: Not found entity \"…\". Item data: {\"…\":…}. (first: Error in row #4. Not found entity \"customerGroup\". Item data: {\"originId\":9}.)",
            "1 customer row out of reach, to be asked for again: details are missing: customerCustomerInfo (call …): HTTP … (first: customer 5: details are missing: customerCustomerInfo (call 7): HTTP 500)",
            "2 cart rows left out as the connector's rules are: nobody could be reached by them",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn how_far_behind_is_said_in_the_largest_unit() {
        let of: Timestamp = "2026-11-20T12:00:00Z".parse().unwrap();
        for (to, far) in [
            ("2026-01-20T12:00:00Z", "304 days"),
            ("2026-11-19T12:00:00Z", "1 days"),
            ("2026-11-20T09:30:00Z", "2 hours"),
            ("2026-11-20T11:50:00Z", "10 minutes"),
        ] {
            let behind = Behind { connector: Connector::Customer, synced_to: to.parse().unwrap(), of };
            assert!(
                behind.to_string().starts_with(&format!("customer is {far} behind: it has come to 2026-")),
                "{behind}"
            );
        }
    }
}
