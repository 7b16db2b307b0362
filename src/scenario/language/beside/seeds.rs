//! Where a shop's starting data comes from: a seed that is compiled in, or a file beside the scenario.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::bounded;
use crate::memo::Memo;
use crate::scenario::language::finding::did_you_mean;
use crate::shop::{Seed, built_in};

/// The seed of a scenario that names none.
pub const DEFAULT: &str = "corner-shop";

/// The folder, beside a scenario or above it, whose seeds go by name.
const FOLDER: &str = "seeds";

/// Why there is no such seed: what, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct NoSeed {
    /// What is wrong with the seed.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// The file of a seed, with its whole path; `None` for one that comes with the program.
pub fn file(name: &str, scenario: &Path) -> Option<PathBuf> {
    let found = if is_path(name) {
        scenario.parent()?.join(name)
    } else {
        let mut files = scenario.ancestors().skip(1).map(|folder| folder.join(FOLDER).join(format!("{name}.yaml")));
        files.find(|path| path.is_file())?
    };
    std::path::absolute(found).ok()
}

/// Loads a seed by its name, or by its path relative to the scenario file. Names are those of the files in a `seeds`
/// folder beside the scenario or above it, then of the seeds that come with the program.
///
/// # Errors
/// An unknown name, an unreadable file, or a file that is not a seed.
pub fn load(name: &str, scenario: &Path) -> Result<Seed, NoSeed> {
    if is_path(name) {
        return read(&scenario.parent().unwrap_or(Path::new("")).join(name), name);
    }
    let folders = || scenario.ancestors().skip(1).map(|folder| folder.join(FOLDER));
    if let Some(path) = folders().map(|folder| folder.join(format!("{name}.yaml"))).find(|path| path.is_file()) {
        return read(&path, name);
    }
    if built_in::NAMES.contains(&name) {
        let make = || built_in::seed(name).unwrap_or_else(|| Ok(Seed::default())).map(|seed| (name.to_owned(), seed));
        return PARSED.get_or_try(|known| known == name, make).map_err(|error| not_a_seed(name, &error.to_string()));
    }
    let mut known: BTreeSet<String> = folders().flat_map(|folder| names_in(&folder)).collect();
    known.extend(built_in::NAMES.map(str::to_owned));
    let nearest =
        did_you_mean(name, known.iter().map(String::as_str)).map(|hint| format!("{hint} ")).unwrap_or_default();
    let list = known.iter().cloned().collect::<Vec<_>>().join("`, `");
    Err(NoSeed {
        message: format!("no seed is called `{name}`"),
        help: format!("{nearest}seeds by name are `{list}`; a file is named by its path, such as `./my-shop.yaml`"),
    })
}

fn read(path: &Path, name: &str) -> Result<Seed, NoSeed> {
    let text = bounded::read_text(path, bounded::SEED_BYTES_MAX).map_err(|cause| NoSeed {
        message: format!("cannot read the seed `{name}`: {cause}"),
        help: "the path is relative to the scenario file".to_owned(),
    })?;
    let parse = || Seed::checked(&text, name).map(|seed| (text.clone(), seed));
    PARSED.get_or_try(|known| *known == text, parse).map_err(|error| not_a_seed(name, &error.to_string()))
}

/// Seeds that were read, by their text: many scenarios share one, and an exploration starts from it again and again.
static PARSED: Memo<String, Seed> = Memo::new();

fn names_in(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let paths = entries.filter_map(Result::ok).map(|entry| entry.path());
    let seeds = paths.filter(|path| path.extension().is_some_and(|extension| extension == "yaml"));
    seeds.filter_map(|path| path.file_stem().map(|stem| stem.to_string_lossy().into_owned())).collect()
}

fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json")
}

fn not_a_seed(name: &str, why: &str) -> NoSeed {
    NoSeed {
        message: format!("`{name}` is not a seed: {why}"),
        help:
            "`mockgento seed corner-shop` prints a seed to start from, `mockgento schema seed` lists tables and columns"
                .to_owned(),
    }
}
