//! What is in the shop: a test looks, and does what a merchant or customer would do.

use serde_json::Value;

use super::TestShop;
use crate::shop::ShopEdit;
use crate::shop::seed::SeedRow;

impl TestShop {
    /// Adds a record to one of Magento's tables, such as `customer` or `sales_flat_order`; answers its key. Stamps and
    /// what a fresh record gets by default are filled in.
    ///
    /// # Panics
    /// When there is no such table, naming the nearest, or `fields` is no object of plain values.
    #[track_caller]
    pub fn create(&self, table: &str, fields: Value) -> i64 {
        self.edit(&ShopEdit::Create { table: table.to_owned(), fields: row(fields) })
    }

    /// Changes columns of a record; null empties one.
    ///
    /// # Panics
    /// When there is no such table or record, or `fields` is no object of plain values.
    #[track_caller]
    pub fn update(&self, table: &str, id: i64, fields: Value) {
        self.edit(&ShopEdit::Update { table: table.to_owned(), id, fields: row(fields) });
    }

    /// Deletes a record and what hangs on it.
    ///
    /// # Panics
    /// When there is no such table or record.
    #[track_caller]
    pub fn delete(&self, table: &str, id: i64) {
        self.edit(&ShopEdit::Delete { table: table.to_owned(), id });
    }

    /// Any other edit.
    ///
    /// # Panics
    /// When it cannot be done, saying why.
    #[track_caller]
    pub fn edit(&self, edit: &ShopEdit) -> i64 {
        match self.with(|shop| shop.edit(edit)) {
            Ok(id) => id,
            Err(error) => panic!("{error}"),
        }
    }

    /// All tables that hold something, in order, secrets masked.
    pub fn state(&self) -> Value {
        self.with(|shop| shop.state())
    }

    /// The rows of one table.
    pub fn rows(&self, table: &str) -> Vec<Value> {
        match self.state().get_mut(table).map(Value::take) {
            Some(Value::Array(rows)) => rows,
            _ => Vec::new(),
        }
    }

    /// Puts everything back as it was started: content, users, switches, clock; ends trouble and forgets calls.
    ///
    /// ```
    /// # use mockgento::testing::TestShop;
    /// # use serde_json::json;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let shop = TestShop::start().await;
    /// let before = shop.state();
    /// let id = shop.create("customer", json!({"email": "ann@example.com", "website_id": 1}));
    /// shop.update("customer", id, json!({"group_id": 2}));
    /// assert_eq!(shop.rows("customer").last().unwrap()["group_id"], "2");
    /// shop.reset();
    /// assert_eq!(shop.state(), before);
    /// # }
    /// ```
    ///
    /// # Panics
    /// Never: a shop that started can start again.
    pub fn reset(&self) {
        if let Err(error) = self.with(|shop| shop.reset()) {
            panic!("{error}");
        }
        self.clear_disruptions();
        self.forget_calls();
    }
}

#[track_caller]
fn row(fields: Value) -> SeedRow {
    let Value::Object(fields) = fields else { panic!("fields are an object of columns, not {fields}") };
    let text = |column: &str, value: Value| match value {
        Value::Null => None,
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(u8::from(flag).to_string()),
        other => panic!("the column {column} holds a text, a number, a flag or null, not {other}"),
    };
    fields.into_iter().map(|(column, value)| (column.clone(), text(&column, value))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_values_become_what_a_database_holds() {
        let row = row(json!({"a": "x", "b": 1.5, "c": true, "d": null}));
        let shown: Vec<(&str, Option<&str>)> =
            row.iter().map(|(column, value)| (column.as_str(), value.as_deref())).collect();
        assert_eq!(shown, vec![("a", Some("x")), ("b", Some("1.5")), ("c", Some("1")), ("d", None)]);
    }
}
