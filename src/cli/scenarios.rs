//! `mockgento scenarios`: the scenarios that came with the program, as files.

use std::io::{ErrorKind, Write as _};
use std::path::{Component, Path, PathBuf};

use clap::Args;
use miette::miette;

use super::{ExitCode, Outcome};
use crate::bounded;
use crate::cli::output;

/// Files that came with the program, by their paths below `scenarios`; the program itself holds them, so that a change of one
/// is no change of the library.
pub type Shipped = fn() -> Vec<(&'static Path, &'static [u8])>;

/// Arguments of `scenarios`.
#[derive(Debug, Args)]
pub struct ScenariosArgs {
    /// The folder that gets a folder `scenarios`.
    #[arg(default_value = ".")]
    folder: PathBuf,
}

/// Writes them; a file that is there already stays as it is.
pub fn run(args: &ScenariosArgs, shipped: Shipped) -> Outcome {
    let root = args.folder.join("scenarios");
    let mut out = output::stdout();
    let (mut written, mut same) = (0, 0);
    let mut kept = Vec::new();
    for (name, bytes) in shipped() {
        let path = root.join(name);
        match bounded::read_text(&path, bounded::TEXT_BYTES_MAX) {
            Ok(there) if there.as_bytes() == bytes => same += 1,
            Ok(_) => kept.push(path),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                write(&path, bytes)?;
                written += 1;
            }
            Err(error) if error.kind() == ErrorKind::InvalidData => kept.push(path),
            Err(error) => return Err(cannot_write(&path, &error)),
        }
    }
    for path in &kept {
        let _ = writeln!(out, "kept  {}, which says something else", path.display());
    }
    let there = same + kept.len();
    let there = if there == 0 { String::new() } else { format!(", {there} were there already") };
    let files = if written == 1 { "file" } else { "files" };
    let _ = writeln!(out, "{written} {files} written to {}{there}", root.display());
    // Names of scenarios are paths below the folder one is in.
    let is_here = args.folder.components().all(|part| part == Component::CurDir);
    let cd = if is_here { String::new() } else { format!("cd {} && ", args.folder.display()) };
    let _ = writeln!(out, "compare your client with them: {cd}mockgento conform --client FILE");
    Ok(ExitCode::AsExpected)
}

fn write(path: &Path, bytes: &[u8]) -> miette::Result<()> {
    let folder = path.parent().unwrap_or(Path::new(""));
    std::fs::create_dir_all(folder).map_err(|error| cannot_write(folder, &error))?;
    crate::whole_file::write(path, bytes).map_err(|error| cannot_write(path, &error))
}

fn cannot_write(path: &Path, error: &std::io::Error) -> miette::Report {
    miette!(help = "name a folder that you may write to", "cannot write {}: {error}", path.display())
}
