//! Why rows cannot be read, for people: whose database, what it says, and where in the query.

/// Why rows cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// This program was built without that database.
    #[error(
        "this mockgento was built without {0}; install a released binary, or build it with `--features databases` (SQLite needs none)"
    )]
    NotBuiltIn(&'static str),
    /// Nobody answers, or lets us in.
    #[error("the database {dsn} cannot be reached: {cause}; look whether it runs, and at the name, user and password")]
    Unreachable {
        /// Which, without its password.
        dsn: String,
        /// What the database or its driver says.
        cause: String,
    },
    /// A file that is none of SQLite's.
    #[error("the file {file} cannot be read: {why}; {remedy}")]
    NoDatabase {
        /// The file.
        file: String,
        /// What it is instead.
        why: &'static str,
        /// What to do about it.
        remedy: &'static str,
    },
    /// It takes too long.
    #[error("the database {dsn} did not answer within {seconds} s")]
    TooSlow {
        /// Which, without its password.
        dsn: String,
        /// How long was waited.
        seconds: u64,
    },
    /// The database refuses the query.
    #[error("the database refuses the query: {message}{}", at(*position, query))]
    Query {
        /// The message of the database.
        message: String,
        /// Where in the query, in bytes.
        position: Option<usize>,
        /// The query that was refused.
        query: String,
    },
    /// The statement does something else than reading, or reads nothing.
    #[error("`{}` is no query that reads; write SELECT … FROM …", begin(.0))]
    NoRows(String),
    /// Two columns have one name.
    #[error("the query gives two columns `{name}`; name one of them otherwise with AS")]
    Twice {
        /// The name of both.
        name: String,
        /// The query.
        query: String,
    },
    /// More rows than anybody compares.
    #[error("the query gives more than {0} rows, 2,000,000 values or 64 MB; choose fewer with WHERE")]
    TooMany(usize),
    /// A shop that is larger than a seed.
    #[error(
        "the shop is larger than a seed may be (20,000,000 values or 1 GB); take less of it with --limit, --since or --only"
    )]
    TooLarge,
    /// No shop has such a database.
    #[error("a shop's tables are in MySQL or MariaDB, not in {0}; write mysql://user@host/name")]
    NoShop(&'static str),
}

impl DatabaseError {
    /// The query that it is about.
    pub fn query(&self) -> Option<&str> {
        match self {
            Self::Query { query, .. } | Self::NoRows(query) | Self::Twice { query, .. } => Some(query),
            _ => None,
        }
    }
}

/// How a statement begins, on one line.
fn begin(query: &str) -> String {
    query.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect()
}

/// The place in words: line, column, and what stands there.
fn at(position: Option<usize>, query: &str) -> String {
    let Some((before, rest)) = position.and_then(|at| query.split_at_checked(at)) else { return String::new() };
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    let shown: String = rest.lines().next().unwrap_or_default().chars().take(40).collect();
    let here = if shown.trim().is_empty() { "at its end".to_owned() } else { format!("at `{}`", shown.trim_end()) };
    format!(" (line {line}, column {column} of the query, {here})")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_in_a_query_is_told_by_line_column_and_text() {
        for (position, query, told) in [
            (Some(7), "SELECT foo FROM x", " (line 1, column 8 of the query, at `foo FROM x`)"),
            (Some(13), "SELECT ü,\nbar FROM x", " (line 2, column 3 of the query, at `r FROM x`)"),
            (Some(6), "SELECT", " (line 1, column 7 of the query, at its end)"),
            (Some(99), "SELECT", ""),
            (None, "SELECT", ""),
        ] {
            assert_eq!(at(position, query), told, "{query}");
        }
    }
}
