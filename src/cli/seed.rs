//! `mockgento seed`: turns a dump of a real shop's tables into a seed file.

use std::io::Write as _;
use std::path::PathBuf;

use clap::{Args, Subcommand};
use miette::miette;

use super::{ExitCode, Outcome};
use crate::bounded;
use crate::cli::output;
use crate::shop::Seed;

/// Arguments of `seed`.
#[derive(Debug, Args)]
pub struct SeedArgs {
    #[command(subcommand)]
    command: SeedCommand,
}

#[derive(Debug, Subcommand)]
enum SeedCommand {
    /// Read a JSON dump of Magento's tables and print it as a YAML seed.
    Convert {
        /// The dump: an object of tables by Magento's names, plus `config`, `api_users` and `api_roles`.
        file: PathBuf,
    },
    /// Print the built-in corner shop, as a start for your own seed.
    CornerShop,
}

/// Prints the seed.
pub fn run(args: &SeedArgs) -> Outcome {
    let yaml = match &args.command {
        SeedCommand::Convert { file } => {
            let name = file.display().to_string();
            let text = bounded::read_text(file, bounded::SEED_BYTES_MAX).map_err(|error| {
                miette!(help = "give a JSON dump of a shop's tables", "cannot read {name}: {error}")
            })?;
            let seed = Seed::from_recorded(&text, &name).map_err(|error| miette!("{error}"))?;
            seed.to_yaml().map_err(|error| miette!("{error}"))?
        }
        SeedCommand::CornerShop => include_str!("../../scenarios/seeds/corner-shop.yaml").to_owned(),
    };
    // A reader that closed the pipe early has seen what it wanted.
    let _ = output::document().write_all(yaml.as_bytes());
    Ok(ExitCode::AsExpected)
}
