//! What can go wrong with somebody's own client, and the messages about it.

use crate::database::DatabaseError;

/// Why a client did not do what it was asked. All but [`TesteeError::Unsupported`] are defects of it or of its file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TesteeError {
    /// Its program is not there.
    #[error("cannot start `{program}` for `{what}` of {file}: {cause}; install it or correct the command")]
    NotStarted {
        /// The program that was to be started.
        program: String,
        /// What the program was to do.
        what: &'static str,
        /// The client's file and line.
        file: String,
        /// The error underneath.
        cause: std::io::Error,
    },
    /// It hangs, crashes, or says something else than it should.
    #[error("the client's `{what}` ({file}) broke: {how}{}", said_after(said))]
    Broken {
        /// What it was asked.
        what: &'static str,
        /// The client's file and line.
        file: String,
        /// How the program ended.
        how: String,
        /// What the program printed last.
        said: String,
    },
    /// The variable that holds its database's address.
    #[error(
        "{file}: the environment has no `{variable}`, which holds the address of the client's database; set it to {FORMS}"
    )]
    NoVariable {
        /// The client's file and line.
        file: String,
        /// The name of the environment variable.
        variable: String,
    },
    /// That variable holds something else.
    #[error("{file}: `{variable}` holds no address of a database: {cause}")]
    WrongVariable {
        /// The client's file and line.
        file: String,
        /// The name of the environment variable.
        variable: String,
        /// The error underneath.
        cause: String,
    },
    /// Its rows cannot be read.
    #[error("{file}: {cause}")]
    Database {
        /// The client's file and line.
        file: String,
        /// The error underneath.
        cause: DatabaseError,
    },
    /// It says that it cannot do this; no defect.
    #[error("{0}")]
    Unsupported(String),
}

/// The forms that the address of a database may have.
const FORMS: &str = "postgresql://…, mysql://… or sqlite:…";
/// Lines of a program's output that a message shows.
const SAID_LINES: usize = 12;

fn said_after(said: &str) -> String {
    let lines: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(SAID_LINES)..).unwrap_or_default();
    if last.is_empty() { String::new() } else { format!("; it said:\n{}", last.join("\n")) }
}
