//! The whole CRM as an ordered tree that says the same on every machine: no row ids, relations by what people know,
//! nulls left out. Snapshots are made of it.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{Crm, CrmError, CrmValue, Entity, IntegrationId, Row, RowId};

/// What hangs below a row: field name in the tree, entity, column that points up.
const CHILDREN: &[(Entity, &str, Entity, &str)] = &[
    (Entity::Customer, "addresses", Entity::CustomerAddress, "owner"),
    (Entity::Order, "addresses", Entity::OrderAddress, "owner"),
    (Entity::Order, "items", Entity::OrderItem, "order"),
    (Entity::Order, "notes", Entity::OrderNote, "order"),
    (Entity::Cart, "items", Entity::CartItem, "cart"),
    (Entity::Cart, "addresses", Entity::CartAddress, "cart"),
    (Entity::CreditMemo, "items", Entity::CreditMemoItem, "creditMemo"),
    (Entity::Contact, "addresses", Entity::ContactAddress, "contact"),
    (Entity::Contact, "phones", Entity::ContactPhone, "contact"),
];

/// Lists of an integration in the tree.
const OF_CHANNEL: &[(&str, Entity)] = &[
    ("websites", Entity::Website),
    ("stores", Entity::Store),
    ("customerGroups", Entity::CustomerGroup),
    ("customers", Entity::Customer),
    ("carts", Entity::Cart),
    ("orders", Entity::Order),
    ("creditMemos", Entity::CreditMemo),
    ("newsletterSubscribers", Entity::NewsletterSubscriber),
];

impl Crm {
    /// The whole CRM.
    ///
    /// # Errors
    /// When the database fails.
    pub fn state(&self) -> Result<Value, CrmError> {
        let names = self.names()?;
        let mut integrations = Vec::new();
        for integration in self.integrations()? {
            integrations.push(self.integration_state(integration.id, &names)?);
        }
        let mut state = Map::new();
        state.insert("integrations".to_owned(), Value::Array(integrations));
        for (label, entity) in [("accounts", Entity::Account), ("contacts", Entity::Contact)] {
            let rows = self.find(entity, &[])?;
            if !rows.is_empty() {
                state.insert(label.to_owned(), self.rows_state(&rows, &names)?);
            }
        }
        let regions = self.count(Entity::Region)?;
        if regions > 0 {
            state.insert("regions".to_owned(), json!(format!("{regions} regions")));
        }
        Ok(Value::Object(state))
    }

    fn integration_state(&self, id: IntegrationId, names: &Names) -> Result<Value, CrmError> {
        let integration = self.integration(id)?;
        let mut tree = Map::new();
        let settings = serde_json::to_value(&integration.settings).unwrap_or_default();
        tree.insert("settings".to_owned(), without_nulls(settings));
        if let Some(at) = integration.initial_sync_start_date {
            tree.insert("initialSyncStartDate".to_owned(), json!(crate::datetime::to_sql(at)));
        }
        let bookmarks = self.bookmarks(id)?;
        if !bookmarks.is_empty() {
            tree.insert("bookmarks".to_owned(), json!(bookmarks));
        }
        let mut statuses: IndexMap<String, Value> = IndexMap::new();
        for status in self.statuses(id)? {
            let line = format!("{}: {}", status.code.as_str(), status.message);
            statuses.insert(status.connector, json!(line));
        }
        if !statuses.is_empty() {
            statuses.sort_keys();
            tree.insert("lastStatuses".to_owned(), json!(statuses));
        }
        let pending = self.export_queue(id)?;
        if !pending.is_empty() {
            let name = |export: &super::PendingExport| {
                json!(format!("{} {}", export.entity.table(), names.of(export.entity, export.row)))
            };
            tree.insert("pendingExports".to_owned(), pending.iter().map(name).collect());
        }
        for (label, entity) in OF_CHANNEL {
            let rows = self.find(*entity, &[("channel", id.0.into())])?;
            if !rows.is_empty() {
                tree.insert((*label).to_owned(), self.rows_state(&rows, names)?);
            }
        }
        Ok(Value::Object(tree))
    }

    fn rows_state(&self, rows: &[Row], names: &Names) -> Result<Value, CrmError> {
        let mut sorted: Vec<&Row> = rows.iter().collect();
        sorted.sort_by_key(|row| (row.fields.int("originId").is_none(), row.fields.int("originId"), row.id));
        sorted.into_iter().map(|row| self.row_state(row, names)).collect::<Result<Vec<_>, _>>().map(Value::Array)
    }

    fn row_state(&self, row: &Row, names: &Names) -> Result<Value, CrmError> {
        let mut tree = Map::new();
        for (name, value) in row.fields.iter() {
            let is_parent = CHILDREN.iter().any(|(_, _, child, up)| *child == row.entity && *up == name);
            if name == "channel" || is_parent || value.is_null() || name == "password" {
                continue;
            }
            let shown = match (row.entity.column(name), value) {
                (Some(super::ColumnType::Ref(entity)), CrmValue::Ref(id)) => json!(names.of(entity, *id)),
                (_, CrmValue::TextList(items)) if items.is_empty() => continue,
                _ => value.to_json(),
            };
            tree.insert(name.to_owned(), shown);
        }
        for (_, label, child, up) in CHILDREN.iter().filter(|(parent, ..)| *parent == row.entity) {
            let children = self.find(*child, &[(up, row.id.into())])?;
            if !children.is_empty() {
                tree.insert((*label).to_owned(), self.rows_state(&children, names)?);
            }
        }
        Ok(Value::Object(tree))
    }

    /// What people call each row that others point to.
    fn names(&self) -> Result<Names, CrmError> {
        let mut names = Names(IndexMap::new());
        for entity in [
            Entity::Website,
            Entity::Store,
            Entity::CustomerGroup,
            Entity::Customer,
            Entity::CustomerAddress,
            Entity::Order,
            Entity::Cart,
            Entity::CreditMemo,
            Entity::Account,
            Entity::Contact,
        ] {
            let mut seen: IndexMap<String, usize> = IndexMap::new();
            for row in self.find(entity, &[])? {
                let name = name_of(&row);
                let count = seen.entry(name.clone()).or_default();
                *count += 1;
                let unique = if *count == 1 { name } else { format!("{name} #{count}") };
                names.0.insert((entity, row.id), unique);
            }
        }
        Ok(names)
    }
}

struct Names(IndexMap<(Entity, RowId), String>);

impl Names {
    fn of(&self, entity: Entity, id: RowId) -> String {
        self.0.get(&(entity, id)).cloned().unwrap_or_else(|| "(gone)".to_owned())
    }
}

fn name_of(row: &Row) -> String {
    let fields = &row.fields;
    let text = |name: &str| fields.text(name).map(str::to_owned);
    let origin = fields.int("originId").map(|id| id.to_string());
    match row.entity {
        Entity::Website | Entity::Store => text("code").unwrap_or_default(),
        Entity::CustomerGroup | Entity::Account => text("name").unwrap_or_default(),
        Entity::Contact => {
            format!("{} {}", text("firstName").unwrap_or_default(), text("lastName").unwrap_or_default())
        }
        Entity::Order | Entity::CreditMemo => text("incrementId").unwrap_or_default(),
        Entity::Customer => match origin {
            Some(id) => format!("{id} {}", text("email").unwrap_or_default()),
            None => text("email").unwrap_or_default(),
        },
        _ => origin.unwrap_or_else(|| "new".to_owned()),
    }
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => Value::Object(members.into_iter().filter(|(_, member)| !member.is_null()).collect()),
        other => other,
    }
}
