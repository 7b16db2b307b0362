//! Where a shop's starting data comes from: a seed that is compiled in, or a file beside the scenario.

use std::path::Path;

use super::finding::did_you_mean;
use crate::shop::Seed;

/// The seed of a story that names none.
pub const DEFAULT: &str = "corner-shop";

/// Seeds that come with the program, by name.
const SHIPPED: &[&str] = &[DEFAULT];

/// Why there is no such seed: what, and what to do.
#[derive(Debug, PartialEq, Eq)]
pub struct NoSeed {
    /// What is wrong.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// Loads a seed by its name, or by its path relative to the scenario file.
///
/// # Errors
/// An unknown name, an unreadable file, or a file that is not a seed.
pub fn load(name: &str, scenario: &Path) -> Result<Seed, NoSeed> {
    if name == DEFAULT {
        return Seed::corner_shop().map_err(|error| not_a_seed(name, &error.to_string()));
    }
    if !is_path(name) {
        let shipped = SHIPPED.join("`, `");
        let nearest = did_you_mean(name, SHIPPED.iter().copied()).map(|hint| format!("{hint} ")).unwrap_or_default();
        return Err(NoSeed {
            message: format!("no seed is called `{name}`"),
            help: format!(
                "{nearest}Seeds by name are `{shipped}`; a file is named by its path, such as `./my-shop.yaml`"
            ),
        });
    }
    let path = scenario.parent().unwrap_or(Path::new("")).join(name);
    let text = std::fs::read_to_string(&path).map_err(|cause| NoSeed {
        message: format!("cannot read the seed {}: {cause}", path.display()),
        help: "the path is relative to the scenario file".to_owned(),
    })?;
    Seed::parse(&text, name).map_err(|error| not_a_seed(name, &error.to_string()))
}

fn is_path(name: &str) -> bool {
    name.contains('/') || name.ends_with(".yaml") || name.ends_with(".yml") || name.ends_with(".json")
}

fn not_a_seed(name: &str, why: &str) -> NoSeed {
    NoSeed {
        message: format!("`{name}` is not a seed: {why}"),
        help: "see scenarios/seeds/corner-shop.yaml".to_owned(),
    }
}
