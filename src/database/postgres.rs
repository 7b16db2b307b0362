//! PostgreSQL. A query is prepared first, which takes one statement only and tells the columns' types and, of a mistake, its
//! place; then it is asked in the simple protocol, which gives every value as a text.

use tokio_postgres::types::Type;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::dsn::Dsn;
use super::error::DatabaseError;
use super::rows::{Found, Gathered, Limits, columns};
use super::{CONNECT_MAX, QUERIES_MAX, trust};

pub(super) async fn read(dsn: &Dsn, queries: &[&str]) -> Result<Vec<Found>, DatabaseError> {
    let unreachable =
        |cause: tokio_postgres::Error| DatabaseError::Unreachable { dsn: dsn.to_string(), cause: said(&cause) };
    let mut config: Config = dsn.whole().parse().map_err(unreachable)?;
    config.connect_timeout(CONNECT_MAX).application_name("mockgento");
    let client = connected(&config).await.map_err(unreachable)?;
    let begin = format!(
        "SET TIME ZONE 'UTC'; SET DateStyle = 'ISO'; SET bytea_output = 'hex'; SET statement_timeout = {}; \
         BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
        QUERIES_MAX.as_millis()
    );
    client.batch_execute(&begin).await.map_err(unreachable)?;
    let mut all = Vec::with_capacity(queries.len());
    for query in queries {
        all.push(rows(&client, query).await?);
    }
    Ok(all)
}

/// Connected, with TLS unless the address says `sslmode=disable`, or prefers none and the server has none. The task that
/// carries the connection ends with the client.
async fn connected(config: &Config) -> Result<Client, tokio_postgres::Error> {
    use tokio_postgres::config::{Host, SslMode};
    let is_here = config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => matches!(name.as_str(), "localhost" | "127.0.0.1" | "::1"),
        #[cfg(unix)]
        Host::Unix(_) => true,
    });
    // On this machine nobody listens in, and the certificates that distributions make lead to no root.
    if config.get_ssl_mode() == SslMode::Disable || (is_here && config.get_ssl_mode() == SslMode::Prefer) {
        let mut config = config.clone();
        config.ssl_mode(SslMode::Disable);
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        return Ok(client);
    }
    let (client, connection) = config.connect(MakeRustlsConnect::new(trust::config())).await?;
    tokio::spawn(connection);
    Ok(client)
}

async fn rows(client: &Client, query: &str) -> Result<Found, DatabaseError> {
    let refused = |cause: tokio_postgres::Error| refused(&cause, query);
    let statement = client.prepare(query).await.map_err(refused)?;
    let types: Vec<Type> = statement.columns().iter().map(|column| column.type_().clone()).collect();
    let names = columns(statement.columns().iter().map(|column| column.name().to_owned()).collect(), query)?;
    let mut limits = Limits::OF_A_QUERY;
    let mut gathered = Gathered::within(&mut limits);
    for message in client.simple_query(query).await.map_err(refused)? {
        let SimpleQueryMessage::Row(found) = message else { continue };
        let value =
            |(at, (name, kind)): (usize, (&String, &Type))| (name.clone(), found.get(at).map(|text| plain(text, kind)));
        gathered.add(names.iter().zip(&types).enumerate().map(value).collect())?;
    }
    Ok(gathered.all(names))
}

/// Flags and moments as every database has them here.
fn plain(text: &str, kind: &Type) -> String {
    match *kind {
        Type::BOOL => if text == "t" { "true" } else { "false" }.to_owned(),
        Type::TIMESTAMPTZ => text.strip_suffix("+00").unwrap_or(text).to_owned(),
        _ => text.to_owned(),
    }
}

fn refused(cause: &tokio_postgres::Error, query: &str) -> DatabaseError {
    use tokio_postgres::error::ErrorPosition;
    let place = cause.as_db_error().and_then(|error| error.position());
    let position = match place {
        // Counted in characters, from 1.
        Some(ErrorPosition::Original(at)) => {
            let at = usize::try_from(*at).unwrap_or(1).saturating_sub(1);
            Some(query.char_indices().nth(at).map_or(query.len(), |(byte, _)| byte))
        }
        _ => None,
    };
    DatabaseError::Query { message: said(cause), position, query: query.to_owned() }
}

/// What the server said, with its hint, or why it could not be asked.
fn said(cause: &tokio_postgres::Error) -> String {
    if let Some(error) = cause.as_db_error() {
        let hint = error.hint().map(|hint| format!(" ({hint})")).unwrap_or_default();
        return format!("{}{hint}", error.message());
    }
    let mut text = cause.to_string();
    let mut source = std::error::Error::source(cause);
    while let Some(deeper) = source {
        text = format!("{text}: {deeper}");
        source = deeper.source();
    }
    text
}
