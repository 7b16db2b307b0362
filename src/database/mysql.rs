//! MySQL and MariaDB. A query is prepared, which takes one statement only, and asked in a read-only transaction.

use mysql_async::consts::ColumnType;
use mysql_async::prelude::Queryable as _;
use mysql_async::{Conn, Opts, OptsBuilder, Params, Value};

use super::dsn::Dsn;
use super::error::DatabaseError;
use super::rows::{Found, Gathered, Limits, columns};
use super::{CONNECT_MAX, QUERIES_MAX, trust};

pub(super) async fn read(dsn: &Dsn, queries: &[&str]) -> Result<Vec<Found>, DatabaseError> {
    let mut connection = begun(dsn).await?;
    let mut all = Vec::with_capacity(queries.len());
    for query in queries {
        all.push(rows(&mut connection, query, Vec::new(), &mut Limits::OF_A_QUERY.clone()).await?);
    }
    // The transaction ends with the connection; whether it says good-bye does not matter.
    let _ = connection.disconnect().await;
    Ok(all)
}

/// A connection with a read-only transaction that sees one moment.
pub(super) async fn begun(dsn: &Dsn) -> Result<Conn, DatabaseError> {
    let unreachable =
        |cause: mysql_async::Error| DatabaseError::Unreachable { dsn: dsn.to_string(), cause: said(&cause) };
    let address = dsn.whole();
    let address = address.split_once(':').map_or(address, |(_, rest)| rest);
    let options = Opts::from_url(&format!("mysql:{address}"))
        .map_err(|cause| DatabaseError::Unreachable { dsn: dsn.to_string(), cause: cause.to_string() })?;
    // A socket of this machine would be another way than the address says.
    let mut builder = OptsBuilder::from_opts(options.clone()).prefer_socket(false);
    if let Some(tls) = options.ssl_opts() {
        // The driver knows the public roots only.
        let roots = trust::of_this_machine().into_iter().map(|root| root.to_vec().into()).collect();
        builder = builder.ssl_opts(tls.clone().with_root_certs(roots));
    }
    let connecting = tokio::time::timeout(CONNECT_MAX, Conn::new(builder));
    let Ok(connection) = connecting.await else {
        return Err(DatabaseError::TooSlow { dsn: dsn.to_string(), seconds: CONNECT_MAX.as_secs() });
    };
    let mut connection = connection.map_err(unreachable)?;
    connection.query_drop("SET time_zone = '+00:00'").await.map_err(unreachable)?;
    // MariaDB and MySQL have different names for the same limit; whoever does not know one has the other, or ours.
    let limit = QUERIES_MAX.as_secs();
    let _ = connection.query_drop(format!("SET SESSION max_statement_time = {limit}")).await;
    connection.query_drop("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ").await.map_err(unreachable)?;
    connection.query_drop("START TRANSACTION READ ONLY").await.map_err(unreachable)?;
    Ok(connection)
}

/// Rows of a query with values for its `?`, up to what is left of the limits.
pub(super) async fn rows(
    connection: &mut Conn,
    query: &str,
    values: Vec<Value>,
    limits: &mut Limits,
) -> Result<Found, DatabaseError> {
    let refused = |cause: mysql_async::Error| refused(&cause, query);
    let statement = connection.prep(query).await.map_err(refused)?;
    let types: Vec<ColumnType> = statement.columns().iter().map(mysql_async::Column::column_type).collect();
    let names = columns(statement.columns().iter().map(|column| column.name_str().into_owned()).collect(), query)?;
    let values = if values.is_empty() { Params::Empty } else { Params::Positional(values) };
    let mut found = connection.exec_iter(&statement, values).await.map_err(refused)?;
    let mut gathered = Gathered::within(limits);
    while let Some(row) = found.next().await.map_err(refused)? {
        let values = row.unwrap_raw();
        let value = |(at, (name, kind)): (usize, (&String, &ColumnType))| {
            (name.clone(), values.get(at).and_then(Option::as_ref).and_then(|value| plain(value, *kind)))
        };
        gathered.add(names.iter().zip(&types).enumerate().map(value).collect())?;
    }
    let rows = gathered.all(names);
    drop(found);
    // A statement is kept by the server until it is closed, and a shop has hundreds of tables.
    let _ = connection.close(statement).await;
    Ok(rows)
}

/// The value as a text.
fn plain(value: &Value, kind: ColumnType) -> Option<String> {
    match value {
        Value::NULL => None,
        Value::Bytes(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
        Value::Int(number) => Some(number.to_string()),
        Value::UInt(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::Double(number) => Some(number.to_string()),
        Value::Date(year, month, day, ..) if kind == ColumnType::MYSQL_TYPE_DATE => {
            Some(format!("{year:04}-{month:02}-{day:02}"))
        }
        Value::Date(year, month, day, hour, minute, second, micros) => {
            let parts = if *micros > 0 { format!(".{micros:06}") } else { String::new() };
            Some(format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}{parts}"))
        }
        Value::Time(is_negative, days, hours, minutes, seconds, _) => {
            let sign = if *is_negative { "-" } else { "" };
            Some(format!("{sign}{:02}:{minutes:02}:{seconds:02}", days * 24 + u32::from(*hours)))
        }
    }
}

fn refused(cause: &mysql_async::Error, query: &str) -> DatabaseError {
    let message = said(cause);
    let position = place(&message, query);
    DatabaseError::Query { message, position, query: query.to_owned() }
}

/// What the server points at: the text after `near`, or the name that it does not know.
fn place(message: &str, query: &str) -> Option<usize> {
    let quoted = |after: &str| message.split_once(after)?.1.rsplit_once('\'').map(|(text, _)| text);
    let near = quoted("near '").filter(|near| !near.is_empty());
    if let Some(near) = near {
        return query.find(near);
    }
    if message.contains("near ''") {
        return Some(query.len());
    }
    let unknown = message.split_once("Unknown column '")?.1.split('\'').next()?;
    query.find(unknown)
}

fn said(cause: &mysql_async::Error) -> String {
    match cause {
        mysql_async::Error::Server(error) => error.message.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_points_at_is_found_in_the_query() {
        for (message, query, expected) in [
            ("You have an error in your SQL syntax; … to use near 'FORM c' at line 1", "SELECT id FORM c", Some(10)),
            ("You have an error in your SQL syntax; … to use near '' at line 1", "SELECT id FROM", Some(14)),
            ("Unknown column 'emial' in 'SELECT'", "SELECT id, emial FROM c", Some(11)),
            ("Table 'crm.d' doesn't exist", "SELECT id FROM d", None),
        ] {
            assert_eq!(place(message, query), expected, "{message}");
        }
    }
}
