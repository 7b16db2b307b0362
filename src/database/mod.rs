//! Rows of somebody's database, read and nothing else: where one is (`dsn`), what a query gives (`rows`), and one file for each
//! product; of a whole shop's database, `tables`. SQLite is always there; PostgreSQL and MySQL (MariaDB too) come with the feature `databases`. Nothing here knows
//! what the rows mean, and nothing here can write: every query runs in a read-only transaction, or on a file opened for reading.

mod chosen;
pub mod dsn;
mod error;
#[cfg(feature = "databases")]
mod mysql;
#[cfg(not(feature = "databases"))]
mod no_tables;
#[cfg(feature = "databases")]
mod postgres;
mod rows;
mod sqlite;
#[cfg(feature = "databases")]
mod tables;
#[cfg(feature = "databases")]
mod trust;

use std::time::Duration;

pub use chosen::Chosen;
pub use dsn::{Dsn, NoDsn, Product};
pub use error::DatabaseError;
#[cfg(not(feature = "databases"))]
pub use no_tables::TableReader;
pub use rows::{Found, ROWS_MAX, Row};
#[cfg(feature = "databases")]
pub use tables::TableReader;

/// How long a database may take to let us in.
const CONNECT_MAX: Duration = Duration::from_secs(10);
/// How long all queries of one look may take.
const QUERIES_MAX: Duration = Duration::from_secs(60);

/// The rows of several queries, all of one moment: they run in one read-only transaction.
///
/// # Errors
/// A database that cannot be reached, a query that it refuses or that reads nothing, two columns of one name, too many rows.
pub async fn read(dsn: &Dsn, queries: &[&str]) -> Result<Vec<Found>, DatabaseError> {
    let look = async {
        match dsn.product() {
            Product::Sqlite => sqlite::read(dsn, queries),
            #[cfg(feature = "databases")]
            Product::Postgres => postgres::read(dsn, queries).await,
            #[cfg(feature = "databases")]
            Product::Mysql => mysql::read(dsn, queries).await,
            #[cfg(not(feature = "databases"))]
            product => Err(DatabaseError::NotBuiltIn(product.name())),
        }
    };
    match tokio::time::timeout(CONNECT_MAX + QUERIES_MAX, look).await {
        Ok(rows) => rows,
        Err(_) => Err(DatabaseError::TooSlow { dsn: dsn.to_string(), seconds: (CONNECT_MAX + QUERIES_MAX).as_secs() }),
    }
}
