//! A file of SQLite, opened for reading.

use std::path::Path;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};

use super::dsn::Dsn;
use super::error::DatabaseError;
use super::rows::{Found, Gathered, Limits, Row, columns};

pub(super) fn read(dsn: &Dsn, queries: &[&str]) -> Result<Vec<Found>, DatabaseError> {
    let unreachable =
        |cause: rusqlite::Error| DatabaseError::Unreachable { dsn: dsn.to_string(), cause: cause.to_string() };
    let file = dsn.file();
    if let Some((why, remedy)) = no_file(&file) {
        return Err(DatabaseError::NoDatabase { file: file.display().to_string(), why, remedy });
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(&file, flags).map_err(unreachable)?;
    connection.busy_timeout(super::CONNECT_MAX).map_err(unreachable)?;
    connection.execute_batch("PRAGMA query_only = ON; BEGIN").map_err(unreachable)?;
    // The first look at it shows what it is.
    if let Err(cause) = connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(())) {
        return Err(match cause.sqlite_error_code() {
            Some(rusqlite::ErrorCode::NotADatabase) => {
                let (why, remedy) = ("it is no database of SQLite", "name the file that the client writes its rows to");
                DatabaseError::NoDatabase { file: file.display().to_string(), why, remedy }
            }
            _ => unreachable(cause),
        });
    }
    queries.iter().map(|query| rows(&connection, query)).collect()
}

/// Why there is no file to open, and what to do.
fn no_file(file: &Path) -> Option<(&'static str, &'static str)> {
    match std::fs::metadata(file) {
        Ok(known) if known.is_dir() => Some(("it is a folder", "name the file in it")),
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            Some(("there is no such file", "look at the path; what makes the file must have run before"))
        }
        _ => None,
    }
}

fn rows(connection: &Connection, query: &str) -> Result<Found, DatabaseError> {
    let refused = |cause: rusqlite::Error| refused(cause, query);
    let mut statement = connection.prepare(query).map_err(refused)?;
    if !statement.readonly() {
        return Err(DatabaseError::NoRows(query.to_owned()));
    }
    let names = statement.column_names().iter().map(|name| (*name).to_owned()).collect();
    let names = columns(names, query)?;
    let mut found = statement.query([]).map_err(refused)?;
    let mut limits = Limits::OF_A_QUERY;
    let mut gathered = Gathered::within(&mut limits);
    while let Some(row) = found.next().map_err(refused)? {
        let value = |(at, name): (usize, &String)| Ok((name.clone(), text(row.get_ref(at).map_err(refused)?)));
        gathered.add(names.iter().enumerate().map(value).collect::<Result<Row, DatabaseError>>()?)?;
    }
    Ok(gathered.all(names))
}

fn text(value: ValueRef<'_>) -> Option<String> {
    match value {
        ValueRef::Null => None,
        ValueRef::Integer(number) => Some(number.to_string()),
        ValueRef::Real(number) => Some(number.to_string()),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
    }
}

fn refused(cause: rusqlite::Error, query: &str) -> DatabaseError {
    let (message, position) = match cause {
        rusqlite::Error::SqlInputError { msg, offset, .. } => (msg, usize::try_from(offset).ok()),
        other => (other.to_string(), None),
    };
    DatabaseError::Query { message, position, query: query.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, Dsn) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("crm.sqlite");
        let connection = Connection::open(&path).unwrap();
        connection.execute_batch("CREATE TABLE c (id INTEGER, email TEXT, paid REAL); INSERT INTO c VALUES (1, 'a@x', 1.5), (2, NULL, NULL)").unwrap();
        let dsn = Dsn::parse(&format!("sqlite:{}", path.display())).unwrap();
        (folder, dsn)
    }

    #[test]
    fn rows_are_texts_in_the_order_of_the_query() {
        let (_folder, dsn) = file();
        let rows =
            read(&dsn, &["SELECT email, id AS \"originId\", paid FROM c ORDER BY id", "SELECT count(*) AS n FROM c"])
                .unwrap();
        let rows: Vec<Vec<Row>> = rows.into_iter().map(|found| found.rows).collect();
        let shown = serde_json::to_string(&rows).unwrap();
        assert_eq!(
            shown,
            r#"[[{"email":"a@x","originId":"1","paid":"1.5"},{"email":null,"originId":"2","paid":null}],[{"n":"2"}]]"#
        );
    }

    #[test]
    fn what_cannot_be_read_is_said_and_nothing_is_written() {
        let (_folder, dsn) = file();
        for (query, said) in [
            ("SELECT emial FROM c", "no such column: emial (line 1, column 8 of the query, at `emial FROM c`)"),
            ("SELECT FROM c", "syntax error"),
            ("DELETE FROM c", "is no query that reads"),
            ("INSERT INTO c VALUES (3, 'x', 1) RETURNING id", "is no query that reads"),
            ("SELECT id, email AS id FROM c", "two columns `id`"),
        ] {
            let error = read(&dsn, &[query]).unwrap_err().to_string();
            assert!(error.contains(said), "{query}: {error}");
        }
        assert_eq!(read(&dsn, &["SELECT count(*) AS n FROM c"]).unwrap()[0].rows[0]["n"].as_deref(), Some("2"));
        let nowhere = Dsn::parse("sqlite:/nowhere/crm.sqlite").unwrap();
        let error = read(&nowhere, &["SELECT 1 AS one"]).unwrap_err().to_string();
        assert!(error.starts_with("the file /nowhere/crm.sqlite cannot be read: there is no such file; "), "{error}");
    }
}
