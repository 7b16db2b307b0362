//! A client's file: read, and everything that is wrong with it in one answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::features;
use super::file::{ClientFile, ClockWay, KnownFile};
use super::known::Known;
use super::promises;
use super::recorded::Recorded;
use crate::crm::Entity;
use crate::scenario::language::finding::{Finding, ScenarioError, choices, did_you_mean};
use crate::scenario::language::known;
use crate::scenario::language::read::{parse, recover};
use crate::scenario::language::source::SourceFile;
use crate::scenario::language::text::span::At;
use crate::yaml_mistake::{CLIENT, FileKind, KNOWN_DIFFERENCES};

/// A client's file that was read and checked, with what it names.
#[derive(Debug)]
pub struct Loaded {
    /// The file with its text, for messages that point into it.
    pub source: Arc<SourceFile>,
    /// What the client's file says.
    pub file: ClientFile,
    /// Where it is meant to differ.
    pub known: Vec<Known>,
    /// The file that lists those.
    pub known_file: Option<PathBuf>,
    /// What an adapter answered before, where that stands in its place.
    pub(super) recorded: Option<Recorded>,
}

/// Reads a client's file and the known differences it names.
///
/// # Errors
/// Everything that is wrong with either.
pub fn load(path: &Path) -> Result<Loaded, ScenarioError> {
    let source = parse::file(path)?;
    let file = checked(&source, &CLIENT, findings)?;
    let mut loaded = Loaded { source, file, known: Vec::new(), known_file: None, recorded: None };
    if let Some(named) = &loaded.file.recorded {
        let beside = path.parent().unwrap_or(Path::new("")).join(named.get());
        let read = Recorded::read(&beside).map_err(|why| {
            let help = "the path is relative to this file; `--record-adapter FILE` writes such a file";
            let finding = Finding::at(named.place(), why).help(help);
            ScenarioError::Wrong { source_file: Arc::clone(&loaded.source), findings: vec![finding] }
        })?;
        loaded.recorded = Some(read);
    }
    if let Some(named) = &loaded.file.known_differences {
        let beside = path.parent().unwrap_or(Path::new("")).join(named.get());
        let source = parse::file(&beside).map_err(|error| {
            let finding = Finding::at(named.place(), error.to_string()).help("the path is relative to this file");
            ScenarioError::Wrong { source_file: Arc::clone(&loaded.source), findings: vec![finding] }
        })?;
        loaded.known = Known::of(&checked(&source, &KNOWN_DIFFERENCES, known_findings)?);
        loaded.known_file = Some(beside);
    }
    Ok(loaded)
}

/// Reads a text of that kind; all that is wrong with it otherwise.
fn checked<T: serde::de::DeserializeOwned + schemars::JsonSchema>(
    source: &Arc<SourceFile>,
    kind: &'static FileKind,
    findings: fn(&T) -> Vec<Finding>,
) -> Result<T, ScenarioError> {
    let wrong = |mut findings: Vec<Finding>| {
        findings.sort_by_key(|finding| finding.place.as_ref().map(|place| place.bytes.start));
        ScenarioError::Wrong { source_file: Arc::clone(source), findings }
    };
    let read = |text: &str| parse::plain::<T>(text, kind).map_err(|finding| vec![finding]);
    match read(&source.text) {
        Ok(file) => {
            let found = findings(&file);
            if found.is_empty() { Ok(file) } else { Err(wrong(found)) }
        }
        Err(_) => {
            let recovered = recover::all(&source.text, read);
            let mut found = recovered.findings;
            found.extend(
                recovered.rest.iter().flat_map(findings).filter(|finding| !finding.message.starts_with("nothing ")),
            );
            Err(wrong(found))
        }
    }
}

fn findings(file: &ClientFile) -> Vec<Finding> {
    let mut found = Vec::new();
    how_it_is_started(file, &mut found);
    where_its_rows_are(file, &mut found);
    promises::findings(file, &mut found);
    for feature in file.supports.iter().flatten() {
        let known = features::names();
        if !known.contains(&feature.get().as_str()) {
            let message = format!("`{}` is nothing a client can support", feature.get());
            let help = did_you_mean(feature, known).unwrap_or_default();
            let help = format!("{help} `mockgento conform --features` lists them").trim_start().to_owned();
            found.push(Finding::at(feature.place(), message).help(help));
        }
    }
    for (entity, compared) in &file.compare {
        table(entity, &mut found);
        let Some(of) = Entity::named(entity) else { continue };
        if compared.only.as_ref().is_some_and(Vec::is_empty) {
            let message = "no field is compared, so nothing can differ";
            found.push(Finding::at(entity.place(), message).help("name fields, or leave `only` out to compare all"));
        }
        for field in compared.only.iter().flatten() {
            known_field(of, field, &mut found);
        }
    }
    found
}

fn how_it_is_started(file: &ClientFile, found: &mut Vec<Finding>) {
    if let (Some(recorded), true) = (&file.recorded, file.commands.is_some() || file.adapter.is_some()) {
        found.push(
            Finding::at(recorded.place(), "a recorded conversation stands in the place of a program")
                .help("leave out `recorded`, or `commands` and `adapter`"),
        );
    }
    match (&file.commands, &file.adapter) {
        (None, None) if file.recorded.is_some() => {}
        (Some(_), Some(adapter)) => found.push(
            Finding::at(adapter.place(), "there are both `commands` and `adapter`")
                .help("keep `adapter` if the program stays and answers requests, `commands` otherwise"),
        ),
        (None, None) => found.push(
            Finding::at(file.title.place(), "nothing says how the client is started")
                .help("add `commands: {sync: …}`, or `adapter: …`"),
        ),
        (Some(commands), None) if commands.sync.is_none() => found.push(
            Finding::at(file.title.place(), "nothing says how the client syncs").help("add `sync: …` to `commands`"),
        ),
        (Some(commands), None) if commands.reset.is_none() => found.push(
            Finding::at(file.title.place(), "nothing says how its CRM is emptied before a scenario")
                .help("add `reset: …` to `commands`, or rows of one scenario are seen by the next"),
        ),
        _ => {}
    }
    let named = file.commands.iter().flat_map(|all| [&all.reset, &all.configure, &all.sync, &all.check, &all.edit]);
    let dump = file.crm.iter().map(|crm| &crm.command);
    for command in named.chain(dump).flatten().chain(&file.adapter) {
        match shell_words::split(command) {
            Ok(words) if words.is_empty() => {
                found.push(
                    Finding::at(command.place(), "the command is empty").help("name a program and its arguments"),
                );
            }
            Ok(_) => {}
            Err(_) => found.push(
                Finding::at(command.place(), "a quote in this command is not closed").help("quotes are as in a shell"),
            ),
        }
    }
    if let (Some(clock), Some(_)) = (&file.clock, &file.adapter)
        && *clock.get() == ClockWay::Faketime
    {
        found.push(
            Finding::at(clock.place(), "an adapter is started once and cannot be run under the time of each scenario")
                .help("leave `clock` out and take `now` from each request"),
        );
    }
    if file.timeout.as_ref().is_some_and(|limit| !limit.0.is_positive()) {
        let place = file.timeout.as_ref().map(At::place).unwrap_or_default();
        found.push(Finding::at(place, "nothing ends within this time").help("write a length such as `2 minutes`"));
    }
}

fn where_its_rows_are(file: &ClientFile, found: &mut Vec<Finding>) {
    let Some(crm) = &file.crm else {
        if file.adapter.is_none() && file.recorded.is_none() {
            found.push(
                Finding::at(file.title.place(), "nothing says where the client's rows are")
                    .help("add `crm: {database: {env: …}, tables: {…}}` or `crm: {command: …}`"),
            );
        }
        return;
    };
    match (&crm.database, &crm.command) {
        (Some(_), Some(command)) => {
            found.push(Finding::at(command.place(), "there are both `database` and `command`").help("keep one of them"))
        }
        (None, None) => found.push(
            Finding::at(file.title.place(), "nothing says where the client's rows are")
                .help("add `database: {env: …}` or `command: …` to `crm`"),
        ),
        (Some(database), None) => {
            let name = database.env.get();
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            if name.is_empty() || !name.chars().all(is_name) {
                found.push(
                    Finding::at(database.env.place(), "this is not the name of a variable of the environment")
                        .help("addresses hold passwords: put it into a variable such as ACME_DSN and name that here"),
                );
            }
            if crm.tables.is_empty() {
                let help = "add `tables: {customer: SELECT …}`";
                found.push(Finding::at(database.env.place(), "nothing says which rows the database has").help(help));
            }
        }
        (None, Some(command)) => {
            if !crm.tables.is_empty() {
                let help = "drop `tables`, or read them from a `database`";
                found.push(Finding::at(command.place(), "a command prints all its tables itself").help(help));
            }
        }
    }
    for (name, query) in &crm.tables {
        table(name, found);
        if query.query.trim().is_empty() {
            found.push(Finding::at(query.place(), "the query is empty").help("write SELECT … FROM …"));
        }
    }
}

fn table(name: &At<String>, found: &mut Vec<Finding>) {
    let known = known::crm_tables();
    if !known.contains(&name.get().as_str()) {
        let message = format!("`{}` is not a table of the CRM that scenarios know", name.get());
        found.push(Finding::at(name.place(), message).help(choices(name, &known)));
    }
}

fn known_field(entity: Entity, field: &At<String>, found: &mut Vec<Finding>) {
    if entity.column(field).is_none() {
        let known: Vec<&str> = entity.columns().iter().map(|(name, _)| *name).collect();
        let message = format!("{} has no field `{}`", entity.table(), field.get());
        found.push(Finding::at(field.place(), message).help(choices(field, &known)));
    }
}

fn known_findings(file: &KnownFile) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for one in &file.0 {
        if one.reason.trim().is_empty() {
            found.push(
                Finding::at(one.reason.place(), "the reason is empty").help("say why the client is meant to differ"),
            );
        }
        if let Some(entity) = &one.entity {
            table(entity, &mut found);
            for field in &one.fields {
                if let Some(entity) = Entity::named(entity) {
                    known_field(entity, field, &mut found);
                }
            }
        } else if let Some(field) = one.fields.first() {
            found.push(Finding::at(field.place(), "it is not said of which entity").help("add `entity: …`"));
        }
        let fields: Vec<&String> = one.fields.iter().map(At::get).collect();
        let entity = one.entity.as_ref().map(At::get);
        if !seen.insert((one.scenario.get(), entity, fields)) {
            found.push(Finding::at(one.scenario.place(), "this stands here twice").help("keep one of them"));
        }
    }
    found
}
