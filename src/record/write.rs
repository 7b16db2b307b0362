//! A recording's folder: `cassette.json`, `service.wsdl`, `crm.json`. Nothing is written before all of it was looked
//! through.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::cassette::Cassette;
use super::leaves::rewritten;
use super::sanitiser::Sanitiser;
use crate::crm::CrmError;
use crate::sync::error::SyncError;

const CASSETTE: &str = "cassette.json";
const WSDL: &str = "service.wsdl";
const CRM: &str = "crm.json";

/// Members of a CRM's state that the sync itself words.
const OWN_WORDS: [&str; 4] = ["settings", "lastStatuses", "bookmarks", "jobs"];

/// A recording that cannot be made, read or replayed.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// No service description, or a broken one.
    #[error("the recording has no usable WSDL: {0}; record again")]
    Wsdl(String),
    /// A file would tell who somebody is.
    #[error("{file} would still hold {what} of a personal value; nothing was written; report the field it comes from")]
    Survives {
        /// The file.
        file: &'static str,
        /// What, without saying it.
        what: String,
    },
    /// The folder holds something.
    #[error("{0} is not empty; name a new folder")]
    NotEmpty(PathBuf),
    /// A file cannot be read or written.
    #[error("{path}: {reason}", path = .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// An unknown profile.
    #[error("the cassette names the profile \"{0}\", which this version does not know")]
    Profile(String),
    /// The CRM fails.
    #[error(transparent)]
    Crm(#[from] CrmError),
    /// The sync cannot run.
    #[error(transparent)]
    Sync(#[from] SyncError),
}

/// A cassette and the CRM it leaves.
#[derive(Clone, Debug, PartialEq)]
pub struct Recorded {
    /// The exchanges.
    pub cassette: Cassette,
    /// The state of the CRM after a replay.
    pub crm: Value,
}

/// Writes a recording into a new or empty folder.
///
/// # Errors
/// [`RecordError::Survives`] when a personal value would be written; then no file is.
pub fn write(folder: &Path, recorded: &Recorded, sanitiser: &Sanitiser) -> Result<(), RecordError> {
    look_through(recorded, sanitiser)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| RecordError::File { path, reason: error.to_string() }
    };
    if std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(RecordError::NotEmpty(folder.to_owned()));
    }
    std::fs::create_dir_all(folder).map_err(failed(folder))?;
    for (name, text) in
        [(CASSETTE, pretty(&recorded.cassette)), (WSDL, recorded.cassette.wsdl.clone()), (CRM, pretty(&recorded.crm))]
    {
        let path = folder.join(name);
        std::fs::write(&path, text).map_err(failed(&path))?;
    }
    Ok(())
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

/// Reads a recording.
///
/// # Errors
/// [`RecordError::File`] for a file that is missing or broken.
pub fn read(folder: &Path) -> Result<Recorded, RecordError> {
    let text = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).map_err(|error| RecordError::File { path, reason: error.to_string() })
    };
    let broken = |name: &str| {
        let path = folder.join(name);
        move |error: serde_json::Error| RecordError::File { path, reason: error.to_string() }
    };
    let mut cassette: Cassette = serde_json::from_str(&text(CASSETTE)?).map_err(broken(CASSETTE))?;
    cassette.wsdl = text(WSDL)?;
    let crm = serde_json::from_str(&text(CRM)?).map_err(broken(CRM))?;
    Ok(Recorded { cassette, crm })
}

/// Looks for originals in every text of every file.
fn look_through(recorded: &Recorded, sanitiser: &Sanitiser) -> Result<(), RecordError> {
    let refuse = |file: &'static str| move |what: String| RecordError::Survives { file, what };
    for exchange in &recorded.cassette.exchanges {
        let mut survivor = None;
        rewritten(&exchange.answer, &mut |_, text| {
            survivor = survivor.take().or_else(|| sanitiser.survivor(text));
            None
        });
        let survivor = survivor.or_else(|| in_json(&exchange.arguments, sanitiser));
        if let Some(what) = survivor {
            return Err(refuse(CASSETTE)(what));
        }
    }
    if let Some(what) = in_json(&recorded.crm, sanitiser) {
        return Err(refuse(CRM)(what));
    }
    // No personal field is in a service description, but the shop's address was.
    match sanitiser.names_the_shop(&recorded.cassette.wsdl) {
        Some(what) => Err(refuse(WSDL)(what)),
        None => Ok(()),
    }
}

fn in_json(value: &Value, sanitiser: &Sanitiser) -> Option<String> {
    match value {
        Value::String(text) => sanitiser.survivor(text),
        Value::Array(items) => items.iter().find_map(|item| in_json(item, sanitiser)),
        Value::Object(members) => members
            .iter()
            .filter(|(name, _)| !OWN_WORDS.contains(&name.as_str()))
            .find_map(|(_, value)| in_json(value, sanitiser)),
        _ => None,
    }
}
