//! `mockgento seed`: turns a real shop's tables into a seed file, out of a dump or the shop's database.

mod from_database;

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use miette::miette;

use self::from_database::FromArgs;
use super::{ExitCode, Outcome, diagnostics};
use crate::bounded;
use crate::cli::diagnostics::Colour;
use crate::cli::output;
use crate::record::{SubstituteKey, without_personal_data};
use crate::shop::Seed;
use crate::shop::dump::{Converted, Kind, Part, Tables};

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
    /// Make a YAML seed of a shop's database, MySQL or MariaDB. It is read in one read-only transaction. Personal data is replaced;
    /// what has no place in a seed is listed on standard error.
    From(FromArgs),
    /// Print the built-in corner shop, as a start for your own seed.
    CornerShop,
}

/// Arguments of `seed convert`.
#[derive(Debug, Args)]
struct ConvertArgs {
    /// The dump: SQL as `mysqldump` writes it, or a JSON object of tables by Magento's names, plus `config`, `api_users` and
    /// `api_roles` where they are the fake's.
    file: PathBuf,
    #[command(flatten)]
    part: PartArgs,
}

/// How much of a shop becomes a seed.
#[derive(Debug, Args)]
struct PartArgs {
    /// What the names of the tables begin with. Left out: what those begin with that every shop has.
    #[arg(long, value_name = "PREFIX")]
    table_prefix: Option<String>,
    /// Only these, and what they point to.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = Kind::NAMES.map(|(name, _)| name))]
    only: Vec<String>,
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

impl PartArgs {
    fn prefix(&self) -> Option<&str> {
        self.table_prefix.as_deref()
    }

    fn part(&self) -> miette::Result<Part> {
        let since = self.since.as_deref().map(moment).transpose()?;
        let is_named = |name: &str| self.only.iter().any(|only| only == name);
        let only = Kind::NAMES.iter().filter(|(name, _)| is_named(name)).map(|(_, kind)| *kind).collect();
        Ok(Part { limit: self.limit, since, only })
    }
}

/// A day or a moment as the database writes it.
fn moment(text: &str) -> miette::Result<String> {
    let wrong = || {
        miette!(help = "write --since 2026-01-31 or --since '2026-01-31 12:00:00'", "`{text}` is no day and no moment")
    };
    let moment: jiff::civil::DateTime = text.trim_end_matches('Z').parse().map_err(|_| wrong())?;
    Ok(moment.strftime("%Y-%m-%d %H:%M:%S").to_string())
}

/// Prints the seed that was asked for.
pub fn run(args: &SeedArgs, colour: Colour) -> Outcome {
    let mut is_incomplete = false;
    let yaml = match &args.command {
        SeedCommand::Convert(args) => {
            let (converted, is_real) = converted(args)?;
            is_incomplete = converted.is_incomplete;
            told(converted, is_real, args.part.keep_personal_data)?
        }
        SeedCommand::From(args) => {
            let converted = from_database::converted(args)?;
            is_incomplete = converted.is_incomplete;
            told(converted, true, args.part.keep_personal_data)?
        }
        SeedCommand::CornerShop => {
            let seed = Seed::corner_shop().and_then(|seed| seed.to_yaml());
            seed.map_err(|error| miette!("{error}"))?
        }
    };
    // A reader that closed the pipe early has seen what it wanted.
    let _ = output::document().write_all(yaml.as_bytes());
    match Seed::checked(&yaml, "the seed") {
        Ok(_) if is_incomplete => Ok(ExitCode::Incomplete),
        Ok(_) => Ok(ExitCode::AsExpected),
        Err(wrong) => {
            // Lines and columns are those of what was printed.
            let help = "correct it where it came from, or these lines of what was printed";
            diagnostics::print(&miette!(help = help, "no shop can be made of this seed: {wrong}"), colour);
            Ok(ExitCode::Failed)
        }
    }
}

/// What packed files end with.
const PACKED: &[&str] = &[".gz", ".bz2", ".xz", ".zst", ".zip"];

/// What is in a dump, and whether it is of a real shop.
fn converted(args: &ConvertArgs) -> miette::Result<(Converted, bool)> {
    let name = args.file.display().to_string();
    let text = bounded::read_text(&args.file, bounded::SEED_BYTES_MAX).map_err(|error| {
        if PACKED.iter().any(|end| name.ends_with(end)) {
            return miette!(help = "unpack it first, such as with gunzip", "{name} is packed and no text");
        }
        miette!(help = "give what mysqldump writes, or a JSON object of a shop's tables", "cannot read {name}: {error}")
    })?;
    let (part, prefix) = (args.part.part()?, args.part.prefix());
    if text.trim_start().starts_with(['{', '[']) {
        let converted = Seed::from_dump(&text, &name, prefix, &part).map_err(|error| miette!("{error}"))?;
        let is_real = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(&text)
            .is_ok_and(|dump| Tables::are_real(dump.keys().map(String::as_str)));
        return Ok((converted, is_real));
    }
    let tables = Tables::of_sql(&text, &name).map_err(|error| miette!("{error}"))?;
    if let Some(prefix) = prefix.filter(|prefix| tables.names().all(|name| !name.starts_with(prefix))) {
        let begins: Vec<&str> = tables.names().take(3).collect();
        let help = format!("its tables are such as {}; leave --table-prefix out to have it found", begins.join(", "));
        return Err(miette!(help = help, "no table of {name} begins with {prefix}"));
    }
    Ok((tables.convert(prefix, &part), true))
}

/// The seed as it is printed; what is not in it is told.
fn told(converted: Converted, is_real: bool, keeps_personal_data: bool) -> miette::Result<String> {
    let Converted { mut seed, notes, .. } = converted;
    if is_real && !keeps_personal_data {
        let key = SubstituteKey::unknown().map_err(|error| miette!("{error}"))?;
        seed = without_personal_data(&seed, key).map_err(|error| miette!("{error}"))?;
    }
    let mut said: String = notes.iter().map(|note| format!("{note}\n")).collect();
    if is_real {
        said.push_str(if keeps_personal_data {
            "Personal data is as it was.\n"
        } else {
            "Personal data is replaced.\n"
        });
    }
    let _ = output::stderr().write_all(said.as_bytes());
    seed.to_yaml().map_err(|error| miette!("{error}"))
}
