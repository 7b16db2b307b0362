//! The client that `--client` starts: in its own folder, with the shop in its environment.

use std::path::{Component, Path, PathBuf};
use std::process::Stdio;

use miette::miette;
use tokio::process::Command;

use super::RecordArgs;
use crate::clock::Clock;

/// How the client ended.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ended {
    pub(super) success: bool,
}

/// Runs it to its end; what it prints is the user's to see.
pub(super) async fn run(command: &str, wsdl: &str, args: &RecordArgs) -> miette::Result<Ended> {
    let words = words(command)?;
    let (program, arguments) = words.split_first().ok_or_else(|| miette!("--client: the command is empty"))?;
    let base = wsdl.find("://").and_then(|at| wsdl[at + 3..].find('/').map(|end| at + 3 + end + 1));
    let key = args.connection.keys.given()?.map(|key| key.expose_secret().to_owned()).unwrap_or_default();
    let started = Command::new(program)
        .args(arguments)
        .env("MAGENTO_URL", &wsdl[..base.unwrap_or(wsdl.len())])
        .env("MAGENTO_WSDL_URL", wsdl)
        .env("MAGENTO_API_USER", &args.connection.user)
        .env("MAGENTO_API_KEY", key)
        .env("MAGENTO_NOW", Clock::system().now().to_string())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn();
    let mut child = started.map_err(|error| {
        miette!(help = "install it or correct the command", "--client: cannot start `{program}`: {error}")
    })?;
    let status = child.wait().await.map_err(|error| miette!("--client: cannot wait for `{program}`: {error}"))?;
    Ok(Ended { success: status.success() })
}

fn words(command: &str) -> miette::Result<Vec<String>> {
    shell_words::split(command).map_err(|error| miette!("--client: the command cannot be read: {error}"))
}

/// The command as it is run in another folder: files it names are named from there.
pub(super) fn seen_from(command: &str, folder: &Path) -> miette::Result<String> {
    let moved = |word: String| -> String {
        let path = Path::new(&word);
        if !path.is_file() || path.is_absolute() {
            return word;
        }
        match (std::path::absolute(path), std::path::absolute(folder)) {
            (Ok(file), Ok(folder)) => between(&folder, &file).display().to_string(),
            _ => word,
        }
    };
    Ok(shell_words::join(words(command)?.into_iter().map(moved)))
}

/// The command with the files it names by their whole paths.
pub(super) fn absolute(command: &str) -> miette::Result<String> {
    let whole = |word: String| match std::path::absolute(&word) {
        Ok(path) if path.is_file() && word.contains(['/', '.']) => path.display().to_string(),
        _ => word,
    };
    Ok(shell_words::join(words(command)?.into_iter().map(whole)))
}

/// The way from a folder to a file.
fn between(folder: &Path, file: &Path) -> PathBuf {
    let (from, to): (Vec<Component<'_>>, Vec<_>) = (folder.components().collect(), file.components().collect());
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    let up = from.iter().skip(shared).map(|_| Component::ParentDir);
    up.chain(to.iter().skip(shared).copied()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_found_from_another_folder() {
        for (folder, file, way) in [
            ("/home/me/recorded", "/home/me/client.php", "../client.php"),
            ("/home/me", "/home/me/lib/client.php", "lib/client.php"),
            ("/a/b", "/c", "../../c"),
        ] {
            assert_eq!(between(Path::new(folder), Path::new(file)), PathBuf::from(way), "{folder} {file}");
        }
    }

    #[test]
    fn only_files_are_named_anew() {
        assert_eq!(seen_from("php -r 'exit(0);'", Path::new("elsewhere")).unwrap(), "php -r 'exit(0);'");
        assert_eq!(seen_from("cat Cargo.toml", Path::new("elsewhere")).unwrap(), "cat ../Cargo.toml");
        assert!(seen_from("unclosed '", Path::new("elsewhere")).is_err());
    }
}
