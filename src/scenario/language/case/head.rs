//! What decides how often a scenario is run, and each of those cases.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::scenario::language::script::Script;
use crate::scenario::language::setup::case_filter::CaseFilter;
use crate::scenario::language::setup::variant::Variant;
use crate::scenario::language::text::span::At;

/// What of a scenario's head decides how many cases it has. It is read before the rest, which may hold variables.
#[derive(Debug, Default, Deserialize)]
pub(in crate::scenario) struct Head {
    #[serde(default, rename = "let")]
    pub(in crate::scenario) variables: IndexMap<At<String>, At<String>>,
    #[serde(default)]
    pub(in crate::scenario) variants: IndexMap<At<String>, Variant>,
    #[serde(default)]
    pub(in crate::scenario) matrix: IndexMap<At<String>, Vec<At<String>>>,
    #[serde(default)]
    pub(in crate::scenario) exclude: Vec<CaseFilter>,
}

impl Head {
    /// The cases of a scenario without variables.
    pub(in crate::scenario) fn of(script: &Script) -> Self {
        Self {
            variables: script.variables.clone(),
            variants: script.variants.clone(),
            matrix: script.matrix.clone(),
            exclude: script.exclude.clone(),
        }
    }
}

/// What tells one case of a scenario from the others.
#[derive(Clone, Debug, Default)]
pub struct CaseHead {
    /// The name of the variant or of the case of a matrix; `None` for a scenario that is run once.
    pub(in crate::scenario) name: Option<String>,
    /// What is different in it.
    pub(in crate::scenario) changes: Variant,
    /// What its variables are.
    pub(in crate::scenario) values: BTreeMap<String, String>,
    /// Its value in each dimension of the matrix.
    pub(in crate::scenario) combination: BTreeMap<String, String>,
}
