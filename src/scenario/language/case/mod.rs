//! The cases of a scenario: one, or one for each of its variants, or one for each combination of its matrix.

pub(in crate::scenario) mod head;
mod matrix;

use std::collections::BTreeMap;

use indexmap::IndexMap;

use crate::scenario::language::finding::Finding;
use crate::scenario::language::read::variables::{OPENS, is_name};
use crate::scenario::language::text::span::At;
use head::{CaseHead, Head};

/// All of them, in the order of the file, or what is wrong with the head.
pub(in crate::scenario) fn all(head: &Head) -> Result<Vec<CaseHead>, Vec<Finding>> {
    let mut found = Vec::new();
    let values = values(&head.variables, &mut found);
    let cases = match (head.variants.is_empty(), head.matrix.first()) {
        (true, None) => {
            if let Some((name, _)) = head.exclude.iter().find_map(|filter| filter.0.first()) {
                let help = "add `matrix: {…}`, or drop `exclude`";
                found.push(Finding::at(name.place(), "there is no matrix to exclude from").help(help));
            }
            vec![CaseHead { values, ..CaseHead::default() }]
        }
        (false, None) => variants(head, &values, &mut found),
        (true, Some(_)) => matrix::cases(head, &values, &mut found),
        (false, Some((dimension, _))) => {
            let help = "keep one of them; a matrix is the product of its values, variants are named one by one";
            found.push(Finding::at(dimension.place(), "there are both `variants` and `matrix`").help(help));
            Vec::new()
        }
    };
    if found.is_empty() { Ok(cases) } else { Err(found) }
}

fn variants(head: &Head, values: &BTreeMap<String, String>, found: &mut Vec<Finding>) -> Vec<CaseHead> {
    let mut cases = Vec::new();
    for (name, variant) in &head.variants {
        let mut values = values.clone();
        for (variable, value) in &variant.variables {
            if values.insert(variable.get().clone(), value.get().clone()).is_none() {
                let message = format!("the scenario has no variable `{}`", variable.get());
                let help = "give it a value under `let` at the head of the file; a variant may have another one";
                found.push(Finding::at(variable.place(), message).help(help));
            }
        }
        let (name, changes) = (Some(name.get().clone()), variant.clone());
        cases.push(CaseHead { name, changes, values, combination: BTreeMap::new() });
    }
    cases
}

fn values(variables: &IndexMap<At<String>, At<String>>, found: &mut Vec<Finding>) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (name, value) in variables {
        if !is_name(name) {
            let message = format!("`{}` does not do as a variable's name", name.get());
            found.push(Finding::at(name.place(), message).help("use letters, digits, spaces, dashes and underscores"));
        }
        if value.contains(OPENS) {
            let help = "write the text itself; variables stand for values, not for other variables";
            found.push(Finding::at(value.place(), "a variable's value is taken as it is").help(help));
        }
        values.insert(name.get().clone(), value.get().clone());
    }
    values
}
