//! Where a client is meant to differ, as its file lists it.

use super::file::KnownFile;

/// Stands for every scenario.
const ANY: &str = "any";

/// One difference that is meant.
#[derive(Clone, Debug)]
pub struct Known {
    /// The scenario or the case; `any` for all.
    pub scenario: String,
    /// Why the difference is accepted, for the reader of a report.
    pub reason: String,
    /// Only rows of this entity.
    pub entity: Option<String>,
    /// The fields whose difference is known; all of them when empty.
    pub fields: Vec<String>,
    /// Where it stands in its file.
    pub line: usize,
}

impl Known {
    /// The known differences that a file names.
    pub(super) fn of(file: &KnownFile) -> Vec<Self> {
        let known = |one: &crate::scenario::language::text::span::At<super::file::KnownDifference>| Self {
            scenario: one.scenario.get().clone(),
            reason: one.reason.get().clone(),
            entity: one.entity.as_ref().map(|entity| entity.get().clone()),
            fields: one.fields.iter().map(|field| field.get().clone()).collect(),
            line: one.place().line,
        };
        file.0.iter().map(known).collect()
    }

    /// Whether it is about a case: of that name, or one of the scenario of that name.
    pub fn is_about(&self, case: &str) -> bool {
        let of_scenario = || case.strip_prefix(self.scenario.as_str()).is_some_and(|rest| rest.starts_with('.'));
        self.scenario == ANY || self.scenario == case || of_scenario()
    }

    /// Whether a difference is this one; without a field it is a row that is missing or too many.
    pub fn covers(&self, entity: &str, field: Option<&str>) -> bool {
        let is_entity = self.entity.as_deref().is_none_or(|named| named == entity);
        let is_field =
            self.fields.is_empty() || field.is_some_and(|field| self.fields.iter().any(|name| name == field));
        is_entity && is_field
    }
}
