//! What a sync did not bring into the CRM as the shop has it: rows refused, rows without what they refer to, rows it could
//! not get at. A sync that came through says so, and its exit code does.

use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;

use super::outcome::ConnectorOutcome;
use super::warning::Warning;
use crate::crm::PendingExport;

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
    /// An edit of the CRM's user that is not in the shop keeps what the shop has out of them.
    Edited,
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
            Self::Edited => "with an edit that is not in the shop",
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
    /// The number of rows.
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

/// The rows that the runs of connectors left out, grouped; the most first within a fate.
pub fn left_out(connectors: &[ConnectorOutcome]) -> Vec<LeftOut> {
    let mut groups: Vec<LeftOut> = Vec::new();
    let mut told = BTreeSet::new();
    for done in connectors {
        let stream = done.connector.stream().connector_name();
        for warning in &done.warnings {
            // A row that others refer to may be asked for, and refused, several times.
            if !names_a_refused_row(warning) || told.insert(warning) {
                add(&mut groups, of_warning(warning, stream));
            }
        }
        if done.left_out_by_rule > 0 {
            let reason = "nobody could be reached by them";
            let rows = done.left_out_by_rule;
            add(&mut groups, LeftOut { rows, ..LeftOut::new(stream, Fate::ByRule, reason, "") });
        }
    }
    groups.sort_by(|a, b| (a.fate, b.rows, &a.entity).cmp(&(b.fate, a.rows, &b.entity)));
    groups
}

/// The rows whose edits wait still, grouped. They are not read while they wait, so that nothing is overwritten.
pub(super) fn waiting_edits(edits: &[PendingExport], why: impl Fn(&PendingExport) -> (String, String)) -> Vec<LeftOut> {
    let mut groups = Vec::new();
    for edit in edits {
        let (reason, example) = why(edit);
        let entity = edit.entity.table().to_owned();
        add(&mut groups, LeftOut { entity, fate: Fate::Edited, reason, rows: 1, example });
    }
    groups
}

fn names_a_refused_row(warning: &Warning) -> bool {
    match warning {
        Warning::Refused { key, .. } => !key.is_empty(),
        Warning::NoWebsite { .. } | Warning::GuestRefused { .. } | Warning::BatchRefused { .. } => true,
        Warning::Unresolved { .. } | Warning::DetailsMissing { .. } => false,
    }
}

fn of_warning(warning: &Warning, stream: &str) -> LeftOut {
    let example = warning.to_string();
    match warning {
        Warning::Refused { what, reason, .. } => LeftOut::new(what, Fate::Refused, reason, &example),
        Warning::NoWebsite { .. } => LeftOut::new("customer", Fate::Refused, "has no website", &example),
        Warning::GuestRefused { reason, .. } => LeftOut::new("guest", Fate::Refused, reason, &example),
        Warning::Unresolved { text, .. } => LeftOut::new(stream, Fate::Unresolved, text, &example),
        Warning::BatchRefused { what, keys } => {
            let reason = "the CRM refused their batch";
            LeftOut { rows: keys.len(), ..LeftOut::new(what, Fate::Refused, reason, &example) }
        }
        Warning::DetailsMissing { what, error, .. } => {
            let reason = format!("details are missing: {error}");
            LeftOut::new(what, Fate::OutOfReach, &reason, &example)
        }
    }
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
    use crate::sync::connector::Connector;
    use crate::sync::outcome::{Counts, RunKind};

    #[test]
    fn rows_that_are_not_in_the_crm_are_counted_by_entity_and_reason() {
        let mut done = ConnectorOutcome::new(Connector::Customer, RunKind::Incremental);
        for id in 1..=683 {
            done.skip_row(Warning::refused("customer", id.to_string(), format!("customer_id: \"x{id}\" is no number")));
        }
        done.skip_row(Warning::NoWebsite { key: "9".to_owned() });
        let text = "Not found entity \"customerGroup\". Item data: {\"originId\":9}.".to_owned();
        done.warnings.push(Warning::Unresolved { row: 4, text });
        let keys = ["1", "2", "3"].map(str::to_owned).to_vec();
        done.warnings.push(Warning::BatchRefused { what: "customers", keys });
        let error = "customerCustomerInfo (call 7): HTTP 500".to_owned();
        done.warnings.push(Warning::DetailsMissing { what: "customer", key: "5".to_owned(), error });
        let mut carts = ConnectorOutcome::new(Connector::Cart, RunKind::Incremental);
        carts.counts = Counts { read: 9, ..Counts::default() };
        carts.leave_row_out();
        carts.leave_row_out();
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
}
