//! Tables of somebody's MySQL or MariaDB, one after the other and all of one moment: a connection stays open in a read-only
//! transaction while its owner decides which rows to ask for next.

use indexmap::IndexMap;
use mysql_async::{Conn, Value};

use super::QUERIES_MAX;
use super::chosen::Chosen;
use super::dsn::{Dsn, Product};
use super::error::DatabaseError;
use super::mysql;
use super::rows::{Limits, Row};

/// Numbers that one query asks for.
const NUMBERS_MAX: usize = 1000;

/// An open look at a database.
pub struct TableReader {
    connection: Conn,
    dsn: Dsn,
    left: Limits,
}

impl TableReader {
    /// Begins to look.
    ///
    /// # Errors
    /// Another product, or a database that cannot be reached.
    pub async fn open(dsn: &Dsn) -> Result<Self, DatabaseError> {
        if dsn.product() != Product::Mysql {
            return Err(DatabaseError::NoShop(dsn.product().name()));
        }
        Ok(Self { connection: mysql::begun(dsn).await?, dsn: dsn.clone(), left: Limits::OF_A_SHOP })
    }

    /// Names of all tables with their columns.
    ///
    /// # Errors
    /// A database that does not answer.
    pub async fn tables(&mut self) -> Result<IndexMap<String, Vec<String>>, DatabaseError> {
        let query = "SELECT t.table_name AS name, c.column_name AS col FROM information_schema.tables t \
                     JOIN information_schema.columns c ON c.table_schema = t.table_schema AND c.table_name = t.table_name \
                     WHERE t.table_schema = DATABASE() AND t.table_type = 'BASE TABLE' ORDER BY t.table_name, c.ordinal_position";
        let mut tables: IndexMap<String, Vec<String>> = IndexMap::new();
        for mut row in self.asked(query, Vec::new()).await? {
            let (name, column) = (row.swap_remove("name").flatten(), row.swap_remove("col").flatten());
            if let (Some(name), Some(column)) = (name, column) {
                tables.entry(name).or_default().push(column);
            }
        }
        Ok(tables)
    }

    /// How many rows a table has.
    ///
    /// # Errors
    /// A database that does not answer.
    pub async fn count(&mut self, table: &str) -> Result<usize, DatabaseError> {
        let found = self.asked(&format!("SELECT COUNT(*) AS n FROM {}", quoted(table)), Vec::new()).await?;
        let count = found.first().and_then(|row| row.get("n")?.as_deref()?.parse().ok());
        Ok(count.unwrap_or_default())
    }

    /// Rows of a table.
    ///
    /// # Errors
    /// A database that does not answer, or more rows than a seed may have.
    pub async fn rows(&mut self, table: &str, chosen: &Chosen<'_>) -> Result<Vec<Row>, DatabaseError> {
        let all = format!("SELECT * FROM {}", quoted(table));
        match chosen {
            Chosen::All => self.asked(&all, Vec::new()).await,
            Chosen::Numbered { column, numbers } => {
                let mut rows = Vec::new();
                for some in numbers.chunks(NUMBERS_MAX) {
                    let list: Vec<String> = some.iter().map(i64::to_string).collect();
                    let query = format!("{all} WHERE {} IN ({})", quoted(column), list.join(","));
                    rows.extend(self.asked(&query, Vec::new()).await?);
                }
                Ok(rows)
            }
            Chosen::Newest { key, changed, since, limit } => {
                let columns: Vec<String> = changed.iter().map(|column| quoted(column)).collect();
                let moment = format!("COALESCE({})", columns.join(", "));
                let mut query = all;
                let mut values = Vec::new();
                if let Some(since) = since.filter(|_| !columns.is_empty()) {
                    query.push_str(&format!(" WHERE {moment} IS NULL OR {moment} >= ?"));
                    values.push(Value::Bytes(since.as_bytes().to_vec()));
                }
                query.push_str(&format!(" ORDER BY {} DESC", quoted(key)));
                if let Some(limit) = limit {
                    query.push_str(&format!(" LIMIT {limit}"));
                }
                self.asked(&query, values).await
            }
        }
    }

    async fn asked(&mut self, query: &str, values: Vec<Value>) -> Result<Vec<Row>, DatabaseError> {
        let answer = mysql::rows(&mut self.connection, query, values, &mut self.left);
        match tokio::time::timeout(QUERIES_MAX, answer).await {
            Ok(Err(DatabaseError::TooMany(_))) => Err(DatabaseError::TooLarge),
            Ok(found) => found.map(|found| found.rows),
            Err(_) => Err(DatabaseError::TooSlow { dsn: self.dsn.to_string(), seconds: QUERIES_MAX.as_secs() }),
        }
    }
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
