//! The columns beside a field that rows are looked up by, for the rows of a file that had none yet.

use rusqlite::{Transaction, params};
use rusqlite_migration::HookResult;

use crate::email_address;

/// Tables as they are in that schema, with the address and its key.
const KEYED: &[(&str, &str, &str)] = &[
    ("contact", "email", "emailKey"),
    ("customer", "email", "emailKey"),
    ("order", "customerEmail", "customerEmailKey"),
    ("cart", "email", "emailKey"),
    ("newsletterSubscriber", "email", "emailKey"),
];

/// Rows read at a time, so that memory does not grow with the file.
const ROWS: i64 = 1_000;

/// Computes the key of every row.
pub(super) fn fill(transaction: &Transaction<'_>) -> HookResult {
    for (table, field, key) in KEYED {
        let mut read = transaction.prepare(&format!(
            "SELECT \"id\", \"{field}\" FROM \"{table}\" WHERE \"id\" > ? AND \"{field}\" IS NOT NULL ORDER BY \"id\" LIMIT {ROWS}"
        ))?;
        let mut write = transaction.prepare(&format!("UPDATE \"{table}\" SET \"{key}\" = ? WHERE \"id\" = ?"))?;
        let mut after = i64::MIN;
        loop {
            let rows: Vec<(i64, String)> =
                read.query_map([after], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
            for (id, address) in &rows {
                write.execute(params![email_address::key(address), id])?;
            }
            let Some((last, _)) = rows.last() else { break };
            after = *last;
        }
    }
    Ok(())
}
