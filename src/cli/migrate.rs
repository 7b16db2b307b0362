//! `mockgento migrate`: writes scenario files in the words of this release.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::{ExitCode, Outcome};
use crate::bounded;
use crate::cli::output;
use crate::scenario::language::old_words::{self, OldWord};
use crate::whole_file;

/// Arguments of `migrate`.
#[derive(Debug, Args)]
pub struct MigrateArgs {
    /// Scenario files, files of fragments, or folders of them.
    #[arg(default_value = "scenarios")]
    places: Vec<PathBuf>,
    /// Write nothing; exit with 1 when there is something to write.
    #[arg(long)]
    check: bool,
}

/// Rewrites the files, or says what it would rewrite.
pub fn run(args: &MigrateArgs) -> Outcome {
    let mut out = output::stdout();
    let (mut words, mut unread) = (0, 0);
    for path in files(&args.places)? {
        let text = bounded::read_text(&path, bounded::TEXT_BYTES_MAX)
            .into_diagnostic()
            .wrap_err_with(|| format!("{} cannot be read", path.display()))?;
        let found = match old_words::find(&text) {
            Ok(found) => found,
            Err(finding) => {
                unread += 1;
                let place = finding.place.as_ref().map(|place| format!(":{place}")).unwrap_or_default();
                let _ = writeln!(out, "{}{place}: {}; left as it is", path.display(), finding.told());
                continue;
            }
        };
        for word in &found {
            let _ = writeln!(out, "{}", told(&path, word));
        }
        words += found.len();
        if !args.check && !found.is_empty() {
            let new = old_words::renewed(&text).map_err(|finding| miette!("{}: {}", path.display(), finding.told()))?;
            whole_file::write(&path, new.as_bytes())
                .into_diagnostic()
                .wrap_err_with(|| format!("{} cannot be written; it is as it was", path.display()))?;
        }
    }
    let sum = match (words, args.check) {
        (0, _) => "no word of an earlier release was found".to_owned(),
        (1, true) => "1 word is to be rewritten; run it without --check".to_owned(),
        (words, true) => format!("{words} words are to be rewritten; run it without --check"),
        (1, false) => "1 word was rewritten".to_owned(),
        (words, false) => format!("{words} words were rewritten"),
    };
    let _ = writeln!(out, "{sum}");
    Ok(match (unread, words) {
        (1.., _) => ExitCode::InputWrong,
        (0, 1..) if args.check => ExitCode::Failed,
        _ => ExitCode::AsExpected,
    })
}

fn told(path: &Path, word: &OldWord) -> String {
    format!("{}:{}: `{}` is `{}` now", path.display(), word.place, word.old, word.new)
}

/// Says on standard error that a file has old words; they are read all the same.
pub(super) fn warn(path: &Path, text: &str) {
    let Some(word) = old_words::find(text).ok().and_then(|found| found.into_iter().next()) else { return };
    let _ = writeln!(output::stderr(), "warning: {}; `mockgento migrate` rewrites it", told(path, &word));
}

/// All YAML files of these places, fragments included.
fn files(places: &[PathBuf]) -> Result<Vec<PathBuf>, miette::Report> {
    let mut found = Vec::new();
    for place in places {
        for entry in walkdir::WalkDir::new(place).sort_by_file_name() {
            let entry = entry.map_err(|error| {
                miette!(
                    help = "give a scenario file or a folder of them",
                    "{} cannot be read: {error}",
                    place.display()
                )
            })?;
            let is_yaml = entry.path().extension().is_some_and(|end| end == "yaml" || end == "yml");
            let is_seed = entry.path().components().any(|part| part.as_os_str() == "seeds");
            if entry.file_type().is_file() && ((is_yaml && !is_seed) || entry.depth() == 0) {
                found.push(entry.into_path());
            }
        }
    }
    Ok(found)
}
