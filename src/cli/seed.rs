//! `mockgento seed`: turns a dump of a real shop's tables into a seed file.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use miette::miette;

use super::{ExitCode, Outcome};
use crate::bounded;
use crate::cli::output;
use crate::record::{SubstituteKey, without_personal_data};
use crate::shop::Seed;
use crate::shop::dump::{Converted, Part, Tables};

/// Arguments of `seed`.
#[derive(Debug, Args)]
pub struct SeedArgs {
    #[command(subcommand)]
    command: SeedCommand,
}

#[derive(Debug, Subcommand)]
enum SeedCommand {
    /// Make a YAML seed of a shop's tables: of what `mysqldump` writes, or of a JSON object of tables. Personal data of a real
    /// shop's tables is replaced; what has no place in a seed is listed on standard error.
    Convert(ConvertArgs),
    /// Print the built-in corner shop, as a start for your own seed.
    CornerShop,
}

/// Arguments of `seed convert`.
#[derive(Debug, Args)]
struct ConvertArgs {
    /// The dump: SQL as `mysqldump` writes it, or a JSON object of tables by Magento's names, plus `config`, `api_users` and
    /// `api_roles` where they are the fake's.
    file: PathBuf,
    /// What the names of the tables begin with. Left out: what those begin with that every shop has.
    #[arg(long, value_name = "PREFIX")]
    table_prefix: Option<String>,
    /// So many of the newest customers, orders, carts, credit memos, subscribers and products, with what belongs to them and
    /// what they point to.
    #[arg(long, value_name = "RECORDS")]
    limit: Option<usize>,
    /// Only what was changed from this day or moment on, in UTC as the database has it, such as `2026-01-31`.
    #[arg(long, value_name = "MOMENT")]
    since: Option<String>,
    /// Leave personal data as it is.
    #[arg(long)]
    keep_personal_data: bool,
}

/// Prints the seed.
pub fn run(args: &SeedArgs) -> Outcome {
    let yaml = match &args.command {
        SeedCommand::Convert(args) => convert(args)?,
        SeedCommand::CornerShop => {
            let seed = Seed::corner_shop().and_then(|seed| seed.to_yaml());
            seed.map_err(|error| miette!("{error}"))?
        }
    };
    // A reader that closed the pipe early has seen what it wanted.
    let _ = output::document().write_all(yaml.as_bytes());
    Ok(ExitCode::AsExpected)
}

fn convert(args: &ConvertArgs) -> miette::Result<String> {
    let name = args.file.display().to_string();
    let text = bounded::read_text(&args.file, bounded::SEED_BYTES_MAX).map_err(|error| {
        miette!(help = "give what mysqldump writes, or a JSON object of a shop's tables", "cannot read {name}: {error}")
    })?;
    let part = Part { limit: args.limit, since: args.since.clone() };
    let prefix = args.table_prefix.as_deref();
    let is_json = text.trim_start().starts_with(['{', '[']);
    let (converted, is_real) = if is_json {
        let converted = Seed::from_dump(&text, &name, prefix, &part).map_err(|error| miette!("{error}"))?;
        let is_real = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text)
            .is_ok_and(|dump| Tables::are_real(dump.keys().map(String::as_str)));
        (converted, is_real)
    } else {
        let tables = Tables::of_sql(&text, &name).map_err(|error| miette!("{error}"))?;
        (tables.convert(prefix, &part), true)
    };
    let Converted { mut seed, notes } = converted;
    if is_real && !args.keep_personal_data {
        let key = SubstituteKey::unknown().map_err(|error| miette!("{error}"))?;
        seed = without_personal_data(&seed, key).map_err(|error| miette!("{error}"))?;
    }
    let mut said = String::new();
    for note in &notes {
        said.push_str(&format!("{note}\n"));
    }
    if is_real {
        said.push_str(if args.keep_personal_data {
            "Personal data is as it was.\n"
        } else {
            "Personal data is replaced.\n"
        });
    }
    let _ = output::stderr().write_all(said.as_bytes());
    seed.to_yaml().map_err(|error| miette!("{error}"))
}
