//! A recording's folder: `cassette.json`, `service.wsdl`, `crm.json`, `seed.json`, `scenario.yaml` and its snapshot.
//! Nothing is written before all of it was looked through.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::RecordError;
use super::cassette::{Caller, Cassette, Exchange};
use super::leaves::rewritten;
use super::sanitiser::Sanitiser;
use super::scenario::SEED;
use crate::bounded;
use crate::private_file;

const CASSETTE: &str = "cassette.json";
const WSDL: &str = "service.wsdl";
const CRM: &str = "crm.json";
const SCENARIO: &str = "scenario.yaml";

/// Members of a CRM's state that the sync itself words.
const OWN_WORDS: [&str; 4] = ["settings", "lastStatuses", "bookmarks", "jobs"];

/// A cassette, the CRM it leaves, and what runs it again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Recorded {
    /// The recorded calls, where they can be replayed.
    pub cassette: Option<Cassette>,
    /// The state of the CRM after a replay; none of somebody else's client.
    pub crm: Option<Value>,
    /// The seed of the rebuilt shop.
    pub seed: Option<Value>,
    /// The text of the scenario that repeats the recording.
    pub scenario: Option<String>,
    /// Its snapshot: the path below the folder, and the text.
    pub snapshot: Option<(PathBuf, String)>,
}

/// Refuses a folder that holds something already.
///
/// # Errors
/// [`RecordError::NotEmpty`], or [`RecordError::File`] when it is a file.
pub fn check_folder(folder: &Path) -> Result<(), RecordError> {
    match std::fs::read_dir(folder) {
        Ok(mut entries) => entries.next().map_or(Ok(()), |_| Err(RecordError::NotEmpty(folder.to_owned()))),
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(RecordError::File { path: folder.to_owned(), reason: error.to_string() })
        }
        Err(_) => Ok(()),
    }
}

/// Writes a recording into a new or empty folder: all of it, or nothing.
///
/// # Errors
/// [`RecordError::Survives`] when a personal value would be written; then no file is.
pub fn write(folder: &Path, recorded: &Recorded, sanitiser: &Sanitiser) -> Result<(), RecordError> {
    look_through(recorded, sanitiser)?;
    check_folder(folder)?;
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| RecordError::File { path, reason: error.to_string() }
    };
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(parent).map_err(failed(parent))?;
    let stage = tempfile::Builder::new().prefix(".recording-").tempdir_in(parent).map_err(failed(parent))?;
    // A folder within: the stage goes when this ends.
    let whole = stage.path().join("whole");
    for (name, text) in files(recorded) {
        let path = whole.join(&name);
        let within = path.parent().unwrap_or(&whole);
        private_file::create_folder(within).map_err(failed(within))?;
        let file = private_file::create(&path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(failed(&path))?;
    }
    if folder.exists() {
        std::fs::remove_dir(folder).map_err(failed(folder))?;
    }
    std::fs::rename(&whole, folder).map_err(failed(folder))
}

fn files(recorded: &Recorded) -> Vec<(PathBuf, String)> {
    let Recorded { cassette, crm, seed, scenario, snapshot } = recorded;
    let named = |name: &str, text: Option<String>| text.map(|text| (PathBuf::from(name), text));
    [
        named(CASSETTE, cassette.as_ref().map(pretty)),
        named(WSDL, cassette.as_ref().map(|cassette| cassette.wsdl.clone())),
        named(CRM, crm.as_ref().map(pretty)),
        named(SEED, seed.as_ref().map(pretty)),
        named(SCENARIO, scenario.clone()),
        snapshot.clone(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn pretty(value: &impl serde::Serialize) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default() + "\n"
}

const WHAT_IT_IS: &str = "name the folder of a recording, as `mockgento record --out DIR` makes it";

const NOT_WHOLE: &str = "the file is not one of a recording, or not all of it: restore it, or record again";

/// Reads a recording: the cassette, and the CRM our sync left.
///
/// # Errors
/// [`RecordError::File`] for a file that is missing or broken.
pub fn read(folder: &Path) -> Result<(Cassette, Option<Value>), RecordError> {
    let text = |name: &str| {
        let path = folder.join(name);
        bounded::read_text(&path, bounded::CASSETTE_BYTES_MAX)
            .map_err(|error| RecordError::File { path, reason: format!("{error}; {WHAT_IT_IS}") })
    };
    let broken = |name: &str| {
        let path = folder.join(name);
        move |error: serde_json::Error| RecordError::File { path, reason: format!("{error}; {NOT_WHOLE}") }
    };
    let mut cassette: Cassette = serde_json::from_str(&text(CASSETTE)?).map_err(broken(CASSETTE))?;
    cassette.wsdl = text(WSDL)?;
    let crm = match cassette.meta.caller {
        Caller::Sync => Some(serde_json::from_str(&text(CRM)?).map_err(broken(CRM))?),
        Caller::Client => None,
    };
    Ok((cassette, crm))
}

/// Looks for originals in every text of every file.
fn look_through(recorded: &Recorded, sanitiser: &Sanitiser) -> Result<(), RecordError> {
    let refuse = |file: &'static str| move |what: String| RecordError::Survives { file, what };
    let in_values = |value: &Option<Value>| value.as_ref().and_then(|value| in_json(value, sanitiser));
    if let Some(cassette) = &recorded.cassette {
        for exchange in &cassette.exchanges {
            in_exchange(exchange, sanitiser).map_or(Ok(()), |what| Err(refuse(CASSETTE)(what)))?;
        }
        let documents = cassette.documents.iter().flat_map(|document| [&document.path, &document.text]);
        // No personal field is in a service description, but the shop's address was.
        for text in documents.chain([&cassette.wsdl]) {
            sanitiser.names_the_shop(text).map_or(Ok(()), |what| Err(refuse(WSDL)(what)))?;
        }
    }
    in_values(&recorded.crm).map_or(Ok(()), |what| Err(refuse(CRM)(what)))?;
    in_values(&recorded.seed).map_or(Ok(()), |what| Err(refuse(SEED)(what)))?;
    // Our own words stand in these two; what they have of the shop's comes out of the files above.
    for text in recorded.scenario.iter().chain(recorded.snapshot.iter().map(|(_, text)| text)) {
        sanitiser.gives_away(text).map_or(Ok(()), |what| Err(refuse(SCENARIO)(what)))?;
    }
    Ok(())
}

fn in_exchange(exchange: &Exchange, sanitiser: &Sanitiser) -> Option<String> {
    let mut survivor = None;
    rewritten(&exchange.answer, &mut |_, text| {
        survivor = survivor.take().or_else(|| sanitiser.survivor(text));
        None
    });
    survivor
        .or_else(|| in_json(&exchange.arguments, sanitiser))
        .or_else(|| sanitiser.names_the_shop(&exchange.answer))
        .or_else(|| sanitiser.names_the_shop(exchange.location.as_deref().unwrap_or_default()))
        .or_else(|| sanitiser.names_the_shop(&exchange.operation))
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
