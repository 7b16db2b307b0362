//! The whole CRM as an ordered tree that says the same on every machine: no row ids, relations by what people know,
//! nulls left out. Snapshots are made of it.

use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use super::{ColumnType, Crm, CrmError, CrmValue, Entity, IntegrationId, Row, RowId};

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
    ("lifetimeHistory", Entity::LifetimeHistory),
];

/// Lists that all integrations share.
const OF_ALL: &[(&str, Entity)] = &[("accounts", Entity::Account), ("contacts", Entity::Contact)];

/// The list of an entity in the tree, such as `orders`, below its parent's such as `customers addresses`; `None` for what
/// stands in no list.
pub fn list_of(entity: Entity) -> Option<String> {
    if let Some((name, _)) = OF_CHANNEL.iter().chain(OF_ALL).find(|(_, known)| *known == entity) {
        return Some((*name).to_owned());
    }
    let (parent, name, ..) = CHILDREN.iter().find(|(_, _, child, _)| *child == entity)?;
    Some(format!("{} {name}", list_of(*parent)?))
}

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
        for (label, entity) in OF_ALL {
            let rows = self.find(*entity, &[])?;
            if !rows.is_empty() {
                state.insert((*label).to_owned(), self.rows_state(&rows, &names)?);
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
        let mut settings = serde_json::to_value(&integration.settings).unwrap_or_default();
        // The form does not show them either; those that ran are below.
        if let Some(settings) = settings.as_object_mut() {
            // What follows from the scenario itself and from its check of the connection.
            for name in ["entities", "connectors", "websites"] {
                settings.shift_remove(name);
            }
        }
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
        let jobs = self.jobs(id)?;
        if !jobs.is_empty() {
            let mut counts: IndexMap<String, IndexMap<&str, usize>> = IndexMap::new();
            for job in &jobs {
                *counts.entry(job.topic.job_name()).or_default().entry(job.status.as_str()).or_default() += 1;
            }
            counts.sort_keys();
            tree.insert("jobs".to_owned(), json!(counts));
        }
        let pending = self.export_queue(id)?;
        if !pending.is_empty() {
            let name = |export: &super::PendingExport| {
                let row = format!("{} {}", export.entity.table(), names.of(export.entity, export.row));
                json!(if export.attempts > 0 { format!("{row} (failed {} times)", export.attempts) } else { row })
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
        sorted.sort_by_key(|row| (row.fields.origin_id().is_none(), row.fields.origin_id(), row.id));
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
        for entity in Entity::ALL.iter().copied().filter(|entity| is_pointed_at(*entity)) {
            // Each integration has groups and store views of its own, and its rows point to no others.
            let mut seen: IndexMap<(Option<RowId>, String), usize> = IndexMap::new();
            for row in self.find(entity, &[])? {
                let name = name_of(&row);
                let count = seen.entry((row.fields.link("channel"), name.clone())).or_default();
                *count += 1;
                let unique = if *count == 1 { name } else { format!("{name} #{count}") };
                names.0.insert((entity, row.id), unique);
            }
        }
        Ok(names)
    }
}

/// Whether a row elsewhere names rows of this entity: by a column, or as an edit that waits for its export.
fn is_pointed_at(entity: Entity) -> bool {
    let mut columns = Entity::ALL.iter().flat_map(|one| one.columns());
    entity == Entity::CustomerAddress || columns.any(|(_, kind)| *kind == ColumnType::Ref(entity))
}

struct Names(IndexMap<(Entity, RowId), String>);

impl Names {
    fn of(&self, entity: Entity, id: RowId) -> String {
        self.0.get(&(entity, id)).cloned().unwrap_or_else(|| "(gone)".to_owned())
    }
}

/// What people call a row.
pub(super) fn name_of(row: &Row) -> String {
    let fields = &row.fields;
    let text = |name: &str| fields.text(name).map(str::to_owned);
    let origin = fields.origin_id().map(|id| id.to_string());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::{CustomerEdit, Fields, IntegrationSettings};
    use crate::quirk::Quirks;
    use crate::secret::ApiKey;
    use jiff::Timestamp;

    /// A CRM with two customers of one name; `first` rows come and go before, so that row ids differ.
    fn crm(first: usize) -> Crm {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let settings = IntegrationSettings {
            api_url: "http://shop/".into(),
            api_user: "oro".into(),
            api_key: ApiKey::new("oro-key-1"),
            is_two_way_sync_enabled: true,
            ..IntegrationSettings::default()
        };
        let channel = crm.add_integration(&settings).unwrap();
        let base = || Fields::new().with("channel", channel.0);
        for _ in 0..first {
            crm.insert(Entity::CustomerGroup, base().with("name", "other shop's")).unwrap();
            crm.insert(Entity::Customer, base()).unwrap();
        }
        let group = crm.insert(Entity::CustomerGroup, base().with("originId", 1).with("name", "General")).unwrap();
        let website = base().with("originId", 1).with("code", "base").with("name", "Base");
        let website = crm.insert(Entity::Website, website).unwrap();
        let store = base().with("originId", 1).with("code", "default").with("name", "English").with("website", website);
        let store = crm.insert(Entity::Store, store).unwrap();
        for (origin_id, email) in [(8, "jane@b.example"), (7, "jane@a.example")] {
            let customer = base().with("originId", origin_id).with("email", email).with("group", group);
            let customer = customer.with("firstName", "Jane").with("lastName", "Lee").with("store", store);
            let id = crm.insert(Entity::Customer, customer).unwrap();
            let types = CrmValue::TextList(vec!["billing".to_owned()]);
            let address = base().with("owner", id).with("originId", origin_id + 10).with("types", types);
            crm.insert(Entity::CustomerAddress, address.with("city", "Paris")).unwrap();
            crm.customer_created(id, &Quirks::default()).unwrap();
        }
        for _ in 0..first {
            for (entity, field) in [(Entity::CustomerGroup, "originId"), (Entity::Customer, "originId")] {
                let gone = crm.find_one(entity, &[(field, CrmValue::Null)]).unwrap().unwrap();
                crm.delete(entity, gone.id).unwrap();
            }
        }
        let jane = crm.customer_by(channel, "originId", &CrmValue::Int(7)).unwrap();
        let edit = CustomerEdit { fields: Fields::new().with("vat", "12"), addresses: Vec::new() };
        crm.edit_customer(jane, &edit).unwrap();
        crm
    }

    #[test]
    fn every_entity_has_its_place_in_the_tree() {
        let below = CHILDREN.iter().map(|(.., child, _)| *child);
        let mut shown: Vec<Entity> = OF_CHANNEL.iter().chain(OF_ALL).map(|(_, entity)| *entity).chain(below).collect();
        // Regions are counted, not listed.
        shown.push(Entity::Region);
        for entity in Entity::ALL {
            assert!(shown.contains(entity), "a snapshot of the CRM would not show {}", entity.table());
        }
    }

    #[test]
    fn the_state_names_rows_as_people_do_and_does_not_depend_on_row_ids() {
        let state = crm(0).state().unwrap();
        assert_eq!(state.to_string(), crm(3).state().unwrap().to_string());
        let integration = &state["integrations"][0];
        let jane = &integration["customers"][0];
        assert_eq!(
            (&jane["originId"], &jane["group"], &jane["account"], &jane["addresses"][0]["types"]),
            (&json!(7), &json!("General"), &json!("Jane Lee #2"), &json!(["billing"]))
        );
        assert_eq!(integration["customers"][1]["contact"], json!("Jane Lee"));
        assert_eq!(integration["pendingExports"], json!(["customer 7 jane@a.example", "customerAddress 17"]));
        assert_eq!(state["accounts"].as_array().map(Vec::len), Some(2));
        assert_eq!((jane.get("id"), jane.get("channel"), jane.get("birthday")), (None, None, None));
        assert!(!state.to_string().contains("oro-key-1"));
    }
}
