//! What a client's file says of the client and cannot be so: names that stand there twice, features without what they need,
//! variables that are not its own.

use std::collections::BTreeSet;

use super::features;
use super::file::ClientFile;
use crate::crm::Entity;
use crate::nearest::meant;
use crate::scenario::language::finding::Finding;
use crate::scenario::language::text::span::At;
use crate::sync::connector::Stream;

/// Variables with these beginnings are Mockgento's to set.
const RESERVED: &str = "MAGENTO_";

pub(super) fn findings(file: &ClientFile, found: &mut Vec<Finding>) {
    for name in file.env.keys() {
        variable(name, found);
    }
    let supports: Vec<&At<String>> = file.supports.iter().flatten().collect();
    twice("`supports` names", &supports, found);
    for feature in &supports {
        lacks(file, feature, found);
    }
    for (entity, compared) in &file.compare {
        let only: Vec<&At<String>> = compared.only.iter().flatten().collect();
        let without: Vec<&At<String>> = compared.without.iter().collect();
        twice("`only` names", &only, found);
        twice("`without` names", &without, found);
        if let (Some(first), false) = (without.first(), only.is_empty()) {
            let message = "there are both `only` and `without`";
            found.push(Finding::at(first.place(), message).help("keep one: what `only` does not name does not count"));
        }
        let Some(of) = Entity::named(entity) else { continue };
        let known = || of.columns().iter().map(|(name, _)| *name);
        // A client may have fields of its own, but not one that is spelled nearly like ours.
        for field in without.iter().filter(|field| known().all(|known| known != field.get())) {
            if let Some(known) = meant(field, known()) {
                let message = format!("{} has no field `{}`", of.table(), field.get());
                found.push(Finding::at(field.place(), message).help(format!("did you mean `{known}`?")));
            }
        }
    }
    for (name, query) in file.crm.iter().flat_map(|crm| &crm.tables) {
        let mut seen = BTreeSet::new();
        if let Some(column) = query.key.iter().find(|column| !seen.insert(*column)) {
            let message = format!("the key of {} has `{column}` twice", name.get());
            found.push(Finding::at(query.place(), message).help("keep one of them"));
        }
    }
}

fn variable(name: &At<String>, found: &mut Vec<Finding>) {
    if name.starts_with(RESERVED) {
        let message = format!("`{}` is said by Mockgento, with the shop and the time of each scenario", name.get());
        found.push(Finding::at(name.place(), message).help("take another name, or leave it out"));
    } else if name.is_empty() || name.contains(['=', '\0']) {
        let message = format!("`{}` is not the name of a variable of the environment", name.get().escape_debug());
        found.push(Finding::at(name.place(), message).help("write letters, digits and _, such as ACME_MODE"));
    }
}

fn twice(what: &str, names: &[&At<String>], found: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for name in names.iter().filter(|name| !seen.insert(name.get())) {
        found.push(Finding::at(name.place(), format!("{what} `{}` twice", name.get())).help("keep one of them"));
    }
}

/// A feature that the rest of the file leaves no way to.
fn lacks(file: &ClientFile, feature: &At<String>, found: &mut Vec<Finding>) {
    let needed = features::COMMANDS.iter().find(|(name, _)| name == feature.get()).map(|(_, command)| *command);
    if let (Some(commands), Some(command)) = (&file.commands, needed) {
        let there = if command == "edit" { &commands.edit } else { &commands.configure };
        if there.is_none() {
            let message = format!("it supports `{}` and has no command `{command}`", feature.get());
            found.push(
                Finding::at(feature.place(), message)
                    .help(format!("add `{command}: …` to `commands`, or leave it out")),
            );
        }
    }
    let tables = file.crm.as_ref().filter(|crm| crm.database.is_some()).map(|crm| &crm.tables);
    if let (Some(tables), true) = (tables, Stream::entity_names().contains(&feature.get().as_str())) {
        let table = features::table_of(feature);
        if !tables.is_empty() && tables.keys().all(|name| *name.get() != table) {
            let message = format!("it supports `{}`, and `tables` has no rows of it", feature.get());
            found.push(
                Finding::at(feature.place(), message)
                    .help(format!("add `{table}: SELECT …` to `tables`, or leave it out")),
            );
        }
    }
}
