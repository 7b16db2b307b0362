//! Somebody's own client: what its file says of it, and what it says of itself. How it is asked is in `ask`.

use std::collections::BTreeSet;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock};

use super::adapter::Speaker;
use super::error::TesteeError;
use super::features;
use super::file::{ClientFile, Compared};
use super::known::Known;
use super::lacking;
use super::load::{self, Loaded};
use super::recorded::{Minutes, Recorded};
use crate::scenario::language::finding::ScenarioError;
use crate::scenario::language::source::SourceFile;
use crate::sync::connector::Stream;

/// The shop and the time, as a client gets to know them.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// The scenario's time, RFC 3339.
    pub now: String,
    /// The shop, as `MAGENTO_…` variables by name.
    pub variables: Vec<(&'static str, String)>,
    /// What must not be repeated.
    pub secrets: Vec<String>,
}

/// Somebody's own client, ready to be asked.
pub struct Testee {
    pub(super) path: PathBuf,
    source: Arc<SourceFile>,
    pub(super) file: ClientFile,
    known: Vec<Known>,
    known_file: Option<PathBuf>,
    pub(super) adapter: tokio::sync::Mutex<Option<Speaker>>,
    /// What an adapter answered before, where that stands in its place.
    pub(super) recorded: Option<Recorded>,
    /// Where its conversation is written down.
    pub(super) minutes: OnceLock<Mutex<Minutes>>,
    pub(super) learned: OnceLock<Learned>,
    /// One case at a time: there is one CRM.
    turn: Arc<tokio::sync::Mutex<()>>,
}

/// What an adapter says of itself.
#[derive(Debug, Default)]
pub(super) struct Learned {
    pub(super) tables: Option<BTreeSet<String>>,
    pub(super) supports: Option<BTreeSet<String>>,
}

impl fmt::Debug for Testee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Testee({})", self.path.display())
    }
}

impl Testee {
    /// Reads a client's file; nothing is started yet.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn load(path: &Path) -> Result<Arc<Self>, ScenarioError> {
        let Loaded { source, file, known, known_file, recorded } = load::load(path)?;
        Ok(Arc::new(Self {
            path: path.to_owned(),
            source,
            file,
            known,
            known_file,
            adapter: tokio::sync::Mutex::new(None),
            recorded,
            minutes: OnceLock::new(),
            learned: OnceLock::new(),
            turn: Arc::default(),
        }))
    }

    /// Writes down the conversation with its adapter from here on.
    ///
    /// # Errors
    /// When it has no adapter, or the file cannot be written.
    pub fn record_to(&self, path: &Path) -> Result<(), String> {
        if self.file.adapter.is_none() {
            return Err(format!("{} has no `adapter`, whose conversation could be recorded", self.path.display()));
        }
        let minutes = Minutes::begin(path).map_err(|cause| format!("cannot write {}: {cause}", path.display()))?;
        // Nobody asks for two files.
        let _ = self.minutes.set(Mutex::new(minutes));
        Ok(())
    }

    /// The title that the client's file gives it.
    pub fn title(&self) -> &str {
        self.file.title.get()
    }

    /// Its name in paths: that of its file.
    pub fn name(&self) -> String {
        self.path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
    }

    /// The text of its file.
    pub fn source(&self) -> &SourceFile {
        &self.source
    }

    /// Fewer cases run than this are a failure.
    pub fn at_least(&self) -> Option<usize> {
        self.file.at_least.as_ref().map(|least| *least.get())
    }

    /// Where it is meant to differ, and the file that says so.
    pub fn known(&self) -> (&[Known], Option<&Path>) {
        (&self.known, self.known_file.as_deref())
    }

    /// Which fields of an entity count.
    pub fn compared(&self, entity: &str) -> Option<&Compared> {
        self.file.compare.iter().find(|(name, _)| name.get() == entity).map(|(_, compared)| compared)
    }

    /// The columns that tell rows of a table apart, when its file says so.
    pub fn key(&self, table: &str) -> &[String] {
        let tables = self.file.crm.iter().flat_map(|crm| &crm.tables);
        tables.into_iter().find(|(name, _)| name.get() == table).map_or(&[], |(_, query)| query.key.as_slice())
    }

    /// Where its file says what tells rows of a table apart, or where its query is.
    pub fn place_of(&self, table: &str) -> String {
        let tables = self.file.crm.iter().flat_map(|crm| &crm.tables);
        let place = tables.into_iter().find(|(name, _)| name.get() == table).map(|(name, _)| name.place());
        place.map_or_else(|| self.path.display().to_string(), |place| format!("{}:{place}", self.path.display()))
    }

    /// Its rows are not what they should be.
    pub fn wrong_rows(&self, how: String) -> TesteeError {
        TesteeError::Broken { what: "rows", file: self.path.display().to_string(), how, said: String::new() }
    }

    /// Waits until no other case uses it.
    pub async fn turn(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.turn).lock_owned().await
    }

    /// Whether its rows have that table, as far as is known before they are read.
    pub fn shows(&self, table: &str) -> bool {
        let entity =
            Stream::entity_names().iter().find(|entity| **entity == table || features::table_of(entity) == table);
        let table = entity.map_or_else(|| table.to_owned(), |entity| features::table_of(entity));
        if let Some(tables) = self.learned.get().and_then(|learned| learned.tables.as_ref()) {
            return tables.contains(&table);
        }
        match &self.file.crm {
            Some(crm) if crm.database.is_some() => crm.tables.keys().any(|name| *name.get() == table),
            _ => match entity {
                Some(entity) => self.supports(entity),
                None => !lacking::OF_THE_CRM.contains(&table.as_str()) || self.supports("contacts"),
            },
        }
    }

    /// Tables that it says it shows: those an adapter names, else the entities that it supports in so many words.
    pub fn promised(&self) -> Vec<String> {
        if let Some(tables) = self.learned.get().and_then(|learned| learned.tables.as_ref()) {
            return tables.iter().cloned().collect();
        }
        let entities = Stream::entity_names().iter().filter(|entity| self.declares(entity) && self.shows(entity));
        entities.map(|entity| features::table_of(entity)).collect()
    }

    /// Whether it says in so many words that it can do that.
    pub fn declares(&self, feature: &str) -> bool {
        let is_told =
            self.file.supports.is_some() || self.learned.get().is_some_and(|learned| learned.supports.is_some());
        is_told && self.supports(feature)
    }

    /// Whether it says that it can do that; all of it when it says nothing.
    pub fn supports(&self, feature: &str) -> bool {
        if let Some(told) = &self.file.supports {
            return told.iter().any(|name| name.get() == feature);
        }
        let learned = self.learned.get().and_then(|learned| learned.supports.as_ref());
        learned.is_none_or(|told| told.contains(feature))
    }

    /// Why it has no such command; nothing when it has. An adapter answers for itself.
    pub fn lacks_command(&self, command: &str) -> Option<String> {
        let commands = self.file.commands.as_ref()?;
        let there = match command {
            "reset" => commands.reset.is_some(),
            "configure" => commands.configure.is_some(),
            "sync" => commands.sync.is_some(),
            "check" => commands.check.is_some(),
            _ => commands.edit.is_some(),
        };
        (!there).then(|| format!("it has no command `{command}`"))
    }
}
