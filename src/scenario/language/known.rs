//! Words the language takes from its surroundings: tables, fields, resources. Those of entities and connectors are
//! [`Stream::entity_names`](crate::sync::connector::Stream::entity_names).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::crm::{Entity, IntegrationSettings};
use crate::magento::AclTree;
use crate::magento::Contract;
use crate::magento::columns;
use crate::shop::Database;

/// In `expect: calls`, any operation.
pub(in crate::scenario) const ANY: &str = "any";

/// Fields of the CRM's tables that no column holds: where the notes of an order are shown, by page.
pub(in crate::scenario) const SHOWN_ON: &str = "shownOn";

/// Tables of the CRM, by OroCRM's names, and what it keeps besides them.
pub(in crate::scenario) fn crm_tables() -> Vec<&'static str> {
    Entity::ALL.iter().map(|entity| entity.table()).chain(CRM_RECORDS.iter().map(|(name, _)| *name)).collect()
}

/// What the CRM keeps besides its entities and a scenario may expect things of, with the fields. Those of an integration are
/// its settings.
pub(in crate::scenario) const CRM_RECORDS: &[(&str, &[&str])] = &[
    ("integration", &[]),
    ("job", &["name", "status", "force", "createdAt", "startedAt", "finishedAt", "message"]),
    ("status", &["connector", "code", "date", "lastSyncItemDate", "initialSyncedTo", "skip", "message"]),
    ("bookmark", &["connector", "syncedTo"]),
    ("export", &["entity", "originId", "email", "fields", "attempts"]),
];

/// The fields of such a record; `None` for any other table.
pub(in crate::scenario) fn record_fields(table: &str) -> Option<Vec<String>> {
    let (name, fields) = CRM_RECORDS.iter().find(|(name, _)| *name == table)?;
    let settings = serde_json::to_value(IntegrationSettings::default()).unwrap_or_default();
    let of_form = settings.as_object().into_iter().flatten().map(|(name, _)| name.clone());
    Some(match *name {
        "integration" => of_form.chain(["initialSyncStartDate", "integration"].map(str::to_owned)).collect(),
        _ => fields.iter().chain(&["integration"]).map(|name| (*name).to_owned()).collect(),
    })
}

/// Whether any table of the CRM or of a shop has that name, or any of their fields.
pub(in crate::scenario) fn is_table_or_field(name: &str) -> bool {
    let of_crm = Entity::ALL.iter().any(|entity| entity.table() == name || entity.column(name).is_some());
    let of_records = CRM_RECORDS.iter().any(|(table, fields)| *table == name || fields.contains(&name));
    let has =
        |table: &str| table == name || columns::table(table).is_some_and(|known| known.columns.contains_key(name));
    of_crm || of_records || columns::tables().any(has)
}

/// Tables of a shop, by Magento's names.
pub(in crate::scenario) fn shop_tables() -> Vec<&'static str> {
    Database::names().collect()
}

/// Nodes of the ACL trees of these APIs, which a role can name.
pub(in crate::scenario) fn acl_nodes(apis: &[Arc<Contract>]) -> BTreeSet<String> {
    let mut paths = BTreeSet::new();
    apis.iter().for_each(|api| collect(api.acl(), "", &mut paths));
    paths
}

fn collect(tree: &AclTree, parent: &str, paths: &mut BTreeSet<String>) {
    for (name, below) in &tree.0 {
        let path = if parent.is_empty() { name.clone() } else { format!("{parent}/{name}") };
        collect(below, &path, paths);
        paths.insert(path);
    }
}
