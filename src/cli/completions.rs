//! `mockgento completions` and `mockgento man`: the command line told to a shell and to `man`, from the same table that reads
//! it.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use clap_complete::Shell;
use miette::miette;

use super::{ExitCode, Outcome, command};
use crate::cli::output;

const NAME: &str = "mockgento";

/// Arguments of `completions`.
#[derive(Debug, Args)]
pub struct CompletionsArgs {
    /// The shell to print completions for.
    shell: Shell,
}

/// Arguments of `man`.
#[derive(Debug, Args)]
pub struct ManArgs {
    /// The folder for the pages, such as `/usr/local/share/man/man1`; it is made.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// Prints the script for a shell.
pub fn completions(args: &CompletionsArgs) -> Outcome {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut command(), NAME, &mut script);
    // Whoever closed the pipe has seen enough; anything else is noted there.
    let _ = output::document().write_all(&script);
    Ok(ExitCode::AsExpected)
}

/// Writes the pages.
pub fn man(args: &ManArgs) -> Outcome {
    let folder = args.out.display();
    let cannot = |error: std::io::Error| {
        miette!(help = "name a folder that can be written to", "cannot write the manual to {folder}: {error}")
    };
    std::fs::create_dir_all(&args.out).map_err(cannot)?;
    clap_mangen::generate_to(command(), &args.out).map_err(cannot)?;
    let _ = writeln!(output::stdout(), "The manual is in {folder}; read it with `man {folder}/{NAME}.1`.");
    Ok(ExitCode::AsExpected)
}
