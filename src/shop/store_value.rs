//! Values of products and categories that hold in one store view. The entity's own row has those of the default scope; a
//! row of `*_store_value` has the value of one attribute in one store view, and where there is none the default is used.

use std::borrow::Cow;

use super::{Row, Shop};
use crate::magento::columns::{self, Scope};

/// Where an entity's values per store view are.
struct Scoped {
    entity: &'static str,
    table: &'static str,
    /// The column of `table` that names the entity.
    column: &'static str,
}

const SCOPED: &[Scoped] = &[
    Scoped { entity: "catalog_product", table: "catalog_product_store_value", column: "product_id" },
    Scoped { entity: "catalog_category", table: "catalog_category_store_value", column: "category_id" },
];

fn scoped(entity: &str) -> Option<&'static Scoped> {
    SCOPED.iter().find(|scoped| scoped.entity == entity)
}

/// Prices hold everywhere unless the configuration says by website.
const PRICE_SCOPE: &str = "catalog/price/scope";

impl Shop {
    /// An entity's row as a store view shows it; 0 is the default scope.
    pub(super) fn in_store<'a>(&self, entity: &'static str, row: &'a Row, store: i64) -> Cow<'a, Row> {
        let Some(scoped) = scoped(entity).filter(|_| store != 0) else { return Cow::Borrowed(row) };
        let mut shown = Cow::Borrowed(row);
        let store = store.to_string();
        let values = self.database.table(scoped.table).with(scoped.column, row.text("entity_id"));
        for (_, value) in values.filter(|(_, value)| value.get("store_id") == Some(store.as_str())) {
            let text = value.get("value").map(str::to_owned);
            shown.to_mut().set_opt(value.text("attribute_code"), text);
        }
        shown
    }

    /// Saves an entity that was changed in a store view: what changed is kept there, as far as its attribute's scope lets
    /// it, and everything else in the default scope. `shown` is the row as the store view showed it, `changed` what
    /// became of it. An emptied value is empty there; one that is gone is the default's again.
    pub(super) fn save_in_store(&mut self, entity: &'static str, shown: &Row, changed: Row, store: i64) {
        let id = changed.int("entity_id");
        let Some(scoped) = scoped(entity).filter(|_| store != 0) else {
            self.database.table_mut(entity).update(id, |row| *row = changed);
            return;
        };
        let mut of_default: Vec<(String, Option<String>)> = Vec::new();
        for (code, _) in shown.iter().filter(|(code, _)| !changed.has(code)) {
            for store in self.stores_of(entity, code, store) {
                self.drop_store_value(scoped, id, store, code);
            }
        }
        for (code, value) in changed.iter() {
            if shown.has(code) && shown.get(code) == value {
                continue;
            }
            let stores = self.stores_of(entity, code, store);
            if stores.is_empty() {
                of_default.push((code.to_owned(), value.map(str::to_owned)));
            }
            for store in stores {
                self.set_store_value(scoped, id, store, code, value);
            }
        }
        self.database.table_mut(entity).update(id, |row| {
            for (code, value) in of_default {
                row.set_opt(code, value);
            }
        });
    }

    /// Moves what a new entity was given in a store view there. The default scope keeps what holds everywhere and what
    /// must have a value.
    pub(super) fn keep_in_store(&mut self, entity: &'static str, id: i64, store: i64) {
        let Some(scoped) = scoped(entity).filter(|_| store != 0) else { return };
        let Some(row) = self.database.table(entity).row(id).cloned() else { return };
        let mut only_there: Vec<String> = Vec::new();
        for (code, value) in row.iter() {
            let stores = self.stores_of(entity, code, store);
            let attribute = columns::attributes(entity).and_then(|known| known.get(code));
            if !stores.is_empty() && !attribute.is_some_and(|attribute| attribute.required) {
                only_there.push(code.to_owned());
            }
            for store in stores.into_iter().filter(|_| value.is_some()) {
                self.set_store_value(scoped, id, store, code, value);
            }
        }
        self.database.table_mut(entity).update(id, |row| {
            for code in only_there {
                row.remove(&code);
            }
        });
    }

    /// The store views in which a value given in one of them holds; none when it holds everywhere.
    fn stores_of(&self, entity: &'static str, code: &str, store: i64) -> Vec<i64> {
        let attribute = columns::attributes(entity).and_then(|known| known.get(code));
        let scope = match attribute {
            Some(attribute) if attribute.backend_type == "static" => Scope::Global,
            Some(attribute) => attribute.scope,
            None => self.own_scope(entity, code),
        };
        let is_price =
            attribute.is_some_and(|it| it.backend.as_deref().is_some_and(|it| it.ends_with("backend_price")));
        match scope {
            Scope::Global => Vec::new(),
            _ if is_price && self.settings.get(PRICE_SCOPE).is_none_or(|scope| scope == "0") => Vec::new(),
            Scope::Store => vec![store],
            Scope::Website => {
                let stores = self.database.table("core_store");
                let website = stores.row(store).map(|row| row.int("website_id"));
                stores.iter().filter(|(_, row)| Some(row.int("website_id")) == website).map(|(id, _)| id).collect()
            }
        }
    }

    /// The scope of an attribute that somebody added, in its row of `eav_attribute`.
    fn own_scope(&self, entity: &str, code: &str) -> Scope {
        if entity != "catalog_product" {
            return Scope::Global;
        }
        let mut attributes = self.database.table("eav_attribute").iter();
        let found = attributes.find(|(_, row)| row.get("attribute_code") == Some(code));
        match found.map(|(_, row)| row.text("is_global")) {
            Some("0") => Scope::Store,
            Some("2") => Scope::Website,
            _ => Scope::Global,
        }
    }

    /// The row that holds a value of a store view.
    fn store_value(&self, scoped: &Scoped, entity: i64, store: i64, code: &str) -> Option<i64> {
        let is_it = |row: &Row| row.int("store_id") == store && row.get("attribute_code") == Some(code);
        let entity = entity.to_string();
        let mut values = self.database.table(scoped.table).with(scoped.column, &entity);
        values.find(|(_, row)| is_it(row)).map(|(id, _)| id)
    }

    fn drop_store_value(&mut self, scoped: &Scoped, entity: i64, store: i64, code: &str) {
        if let Some(id) = self.store_value(scoped, entity, store, code) {
            self.database.table_mut(scoped.table).remove(id);
        }
    }

    fn set_store_value(&mut self, scoped: &Scoped, entity: i64, store: i64, code: &str, value: Option<&str>) {
        let known = self.store_value(scoped, entity, store, code);
        let table = self.database.table_mut(scoped.table);
        let value = value.map(str::to_owned);
        if let Some(id) = known {
            table.update(id, |row| row.set_opt("value", value));
            return;
        }
        let mut row = Row::new().with(scoped.column, entity.to_string()).with("store_id", store.to_string());
        row.set("attribute_code", code);
        row.set_opt("value", value);
        table.insert(row);
    }
}
