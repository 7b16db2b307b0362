//! `mockgento init` and `mockgento new`: a project to begin with, and a scenario to begin with.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use miette::miette;

use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::scenario::schema;

/// Arguments of `init`.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The project's folder.
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The scenario's name, folders included, such as `orders/refund`.
    name: String,
    /// The template to begin with.
    #[arg(long, value_enum, default_value_t)]
    from: Template,
    /// The folder of the scenarios.
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    scenarios: PathBuf,
}

/// Scenarios to begin with.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Template {
    /// A sync, an edit in the shop, another sync.
    #[default]
    FirstSync,
    /// An edit on either side, with both priorities.
    TwoWay,
    /// A guest's order and a customer's.
    Orders,
    /// A call that goes wrong.
    Disruption,
}

impl Template {
    fn text(self) -> &'static str {
        match self {
            Self::FirstSync => include_str!("templates/first-sync.yaml"),
            Self::TwoWay => include_str!("templates/two-way.yaml"),
            Self::Orders => include_str!("templates/orders.yaml"),
            Self::Disruption => include_str!("templates/disruption.yaml"),
        }
    }
}

const SCHEMA: &str = "scenario.schema.json";
const SEED: &str = include_str!("templates/seed.yaml");

/// Makes a project; files that are there already are kept.
pub fn init(args: &InitArgs) -> Outcome {
    let schema = schema::text();
    let workflow = include_str!("templates/workflow.yml")
        .replace("REPOSITORY", env!("CARGO_PKG_REPOSITORY"))
        .replace("VERSION", env!("CARGO_PKG_VERSION"));
    let files = [
        ("scenarios/first-sync.yaml", Template::FirstSync.text()),
        ("scenarios/seeds/shop.yaml", SEED),
        ("scenarios/scenario.schema.json", schema.as_str()),
        (".github/workflows/scenarios.yml", workflow.as_str()),
        // What waits for a review is nobody else's, nor is what a run leaves.
        (".gitignore", "*.snap.new\n/reports/\n"),
    ];
    let mut out = output::stdout();
    for (name, text) in files {
        let path = args.folder.join(name);
        let what = if path.exists() { "kept" } else { write(&path, text).map(|()| "made")? };
        let _ = writeln!(out, "{what}  {}", path.display());
    }
    let _ = writeln!(out, "\nrun it with \"mockgento run\", look at its snapshot with \"mockgento review\"");
    Ok(ExitCode::AsExpected)
}

/// Makes a scenario; one of that name is never overwritten.
pub fn new(args: &NewArgs) -> Outcome {
    let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    let name = args.name.trim_end_matches(".yaml");
    if !name.split('/').all(|part| is_plain(part) && part != "..") {
        let help = "use letters, digits, - and _, and / for folders, such as orders/refund";
        return Err(miette!(help = help, "\"{}\" is no name for a scenario", args.name));
    }
    let path = args.scenarios.join(format!("{name}.yaml"));
    if path.exists() {
        return Err(miette!(help = "choose another name", "there is a scenario {} already", path.display()));
    }
    // The editor finds the schema from the folder the scenario is in.
    let schema = format!("{}{SCHEMA}", "../".repeat(name.matches('/').count()));
    write(&path, &args.from.text().replacen(SCHEMA, &schema, 1))?;
    let mut out = output::stdout();
    let _ = writeln!(out, "made  {}", path.display());
    // The templates name this seed; without a project it is not there yet.
    let seed = args.scenarios.join("seeds/shop.yaml");
    if !seed.exists() {
        write(&seed, SEED)?;
        let _ = writeln!(out, "made  {}", seed.display());
    }
    let _ = writeln!(out, "run it with \"mockgento run {}\"", path.display());
    Ok(ExitCode::AsExpected)
}

fn write(path: &Path, text: &str) -> miette::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let written = std::fs::create_dir_all(folder).and_then(|()| crate::whole_file::write(path, text.as_bytes()));
    written.map_err(|error| {
        miette!(help = "choose a folder that can be written to", "cannot write {}: {error}", path.display())
    })
}
