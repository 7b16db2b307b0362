//! Values that no row ever holds, because their column has a closed list: `status: complet` in a `where` finds nothing, and
//! `count: 0` would call that right. What the scenario's seeds and edits put there all the same is as good as the list.

use super::{Check, form_values};
use crate::crm::JobTopic;
use crate::crm::form_values::GENDERS;
use crate::nearest::choices;
use crate::scenario::language::beside::seeds;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::Fields;
use crate::shop::written::{never, takes};
use crate::sync::connector::Connector;

/// Whose column it is, and of which table.
#[derive(Clone, Copy)]
pub(super) enum Of<'a> {
    Crm(&'a str),
    Shop(&'a str),
}

/// What a column of the CRM holds.
#[derive(Clone, Copy)]
enum List {
    /// One of these words.
    Words(&'static [&'static str]),
    /// Some of these words.
    Several(&'static [&'static str]),
    /// What the column of a table of Magento holds.
    Magento(&'static str, &'static str),
    Country,
    Region,
    Currency,
    Connector,
    Job,
    /// What the records of the shop are called: those of a seed, and those of a fresh install.
    Named(Records),
}

/// Records of the shop that rows of the CRM name.
#[derive(Clone, Copy)]
enum Records {
    Websites,
    StoreViews,
    Groups,
}

/// Columns that hold the same.
struct Columns {
    tables: &'static [&'static str],
    columns: &'static [&'static str],
    list: List,
    /// The columns of Magento that they come from; none for what only the CRM says.
    from: &'static [&'static str],
}

const fn of(
    tables: &'static [&'static str],
    columns: &'static [&'static str],
    list: List,
    from: &'static [&'static str],
) -> Columns {
    Columns { tables, columns, list, from }
}

const ADDRESSES: &[&str] = &["contactAddress", "customerAddress", "orderAddress", "cartAddress"];
const EMAIL: List = List::Magento("customer", "email");
const EMAILS: &[&str] = &["email", "customer_email", "subscriber_email"];
const KINDS_OF_ADDRESS: &[&str] = &["billing", "shipping"];
const FLAG: &[&str] = &["true", "false"];
/// Words of Magento's numbers; other numbers stay as they are.
const GENDERS_READ: &[&str] = &[GENDERS[0], GENDERS[1], "3"];

const CRM: &[Columns] = &[
    of(&["customer", "contact"], &["gender"], List::Words(GENDERS_READ), &["gender"]),
    of(&["customer", "contact", "cart", "newsletterSubscriber"], &["email"], EMAIL, EMAILS),
    of(&["order"], &["customerEmail"], EMAIL, EMAILS),
    of(&["order"], &["status"], List::Magento("sales_flat_order", "status"), &["status"]),
    of(&["order", "customer"], &["currency"], List::Currency, &["order_currency_code", "base_currency_code"]),
    of(
        &["cart"],
        &["baseCurrencyCode", "storeCurrencyCode", "quoteCurrencyCode"],
        List::Currency,
        &["base_currency_code", "store_currency_code", "quote_currency_code"],
    ),
    of(&["cart"], &["status"], List::Words(&["open", "expired", "purchased", "lost", "converted_to_opportunity"]), &[]),
    of(&["creditMemo"], &["status"], List::Magento("sales_flat_creditmemo", "state"), &["state"]),
    of(
        &["newsletterSubscriber"],
        &["status"],
        List::Magento("newsletter_subscriber", "subscriber_status"),
        &["subscriber_status"],
    ),
    of(
        &["orderItem", "cartItem"],
        &["productType"],
        List::Magento("sales_flat_order_item", "product_type"),
        &["product_type", "type_id"],
    ),
    of(ADDRESSES, &["country"], List::Country, &["country_id"]),
    of(ADDRESSES, &["region"], List::Region, &["region", "region_id"]),
    of(&["contactAddress", "customerAddress", "orderAddress"], &["types"], List::Several(KINDS_OF_ADDRESS), &[]),
    of(&["cartAddress"], &["kind"], List::Words(KINDS_OF_ADDRESS), &["address_type"]),
    of(&["customer"], &["website"], List::Named(Records::Websites), &["code"]),
    of(
        &["customer", "order", "cart", "creditMemo", "newsletterSubscriber"],
        &["store"],
        List::Named(Records::StoreViews),
        &["code"],
    ),
    of(&["customer"], &["group"], List::Named(Records::Groups), &["customer_group_code"]),
    of(&["job"], &["status"], List::Words(&["new", "running", "success", "failed"]), &[]),
    of(&["job"], &["name"], List::Job, &[]),
    of(&["job"], &["force"], List::Words(FLAG), &[]),
    of(&["status"], &["code"], List::Words(&["completed", "failed"]), &[]),
    of(&["status", "bookmark"], &["connector"], List::Connector, &[]),
    of(&["status"], &["skip"], List::Words(FLAG), &[]),
    of(&["export"], &["entity"], List::Words(&["customer", "customerAddress"]), &[]),
];

impl List {
    fn objection(self, text: &str, seeded: impl Fn(&str) -> Vec<String>) -> Option<String> {
        match self {
            Self::Words(words) => not_of(text, words),
            Self::Several(words) => text.split(',').find_map(|word| not_of(word.trim(), words)),
            Self::Magento(table, column) => never::never(table, column, text),
            Self::Country => takes::no_country(text),
            Self::Region => form_values::no_region(text),
            Self::Currency => never::no_currency(text),
            Self::Connector => {
                let names: Vec<&str> = Connector::ALL.iter().map(|connector| connector.name()).collect();
                not_of(text, &names)
            }
            Self::Job => {
                use JobTopic::{SyncCartExpirationIntegration, SyncInitialIntegration, SyncIntegration};
                let topics = [SyncIntegration, SyncInitialIntegration, SyncCartExpirationIntegration];
                let names = topics.map(JobTopic::job_name);
                not_of(text, &names.each_ref().map(String::as_str))
            }
            Self::Named(records) => {
                let known = records.known(seeded);
                not_of(text, &known.iter().map(String::as_str).collect::<Vec<_>>())
            }
        }
    }
}

fn not_of(text: &str, words: &[&str]) -> Option<String> {
    (!words.contains(&text)).then(|| choices(text, words))
}

impl Records {
    /// What they are called in the seeds, or in a fresh install.
    fn known(self, seeded: impl Fn(&str) -> Vec<String>) -> Vec<String> {
        let (list, fresh, always): (_, &[&str], &[&str]) = match self {
            Self::Websites => ("websites", &["base"], &["admin"]),
            Self::StoreViews => ("store_views", &["default"], &["admin"]),
            Self::Groups => ("customer_groups", &["NOT LOGGED IN", "General", "Wholesale", "Retailer"], &[]),
        };
        let mut known = seeded(list);
        if known.is_empty() {
            known.extend(fresh.iter().map(|name| (*name).to_owned()));
        }
        known.extend(always.iter().map(|name| (*name).to_owned()));
        known
    }
}

impl Check<'_> {
    /// What to write instead of a text that the column never holds.
    pub(super) fn outside_list(&self, of: Of<'_>, column: &At<String>, text: &str) -> Option<String> {
        let name = column.get().as_str();
        let (help, from) = match of {
            Of::Shop(table) => (never::never(table, name, text)?, std::slice::from_ref(&name).to_vec()),
            Of::Crm(table) => {
                let found = |known: &&Columns| known.tables.contains(&table) && known.columns.contains(&name);
                let known = CRM.iter().find(found)?;
                if text.is_empty() {
                    return None;
                }
                (known.list.objection(text, |list| self.named_in_seeds(list))?, known.from.to_vec())
            }
        };
        let is_odd = || from.iter().any(|column| self.holds(column, text));
        let may_be_odd = !from.is_empty() && (self.has_others || self.is_rest);
        (!may_be_odd && !is_odd()).then_some(help)
    }

    /// Remembers values that edits put into columns.
    pub(super) fn stores(&mut self, fields: &Fields) {
        let origin = self.origin.clone();
        let source = origin.as_ref().map_or(self.source, |origin| origin.file.text.as_str());
        for (name, value) in fields.iter() {
            if let Some(text) = value.text(source) {
                self.stored.insert((name.get().clone(), text.into_owned()));
            }
        }
    }

    fn holds(&self, column: &str, text: &str) -> bool {
        self.stored.iter().any(|(name, stored)| name == column && stored == text)
            || self.seeds().any(|seed| seed.values_of(column).any(|held| held == text))
    }

    fn seeds(&self) -> impl Iterator<Item = crate::shop::Seed> {
        // Seeds that were read are kept.
        self.seeds.iter().filter_map(|name| seeds::load(name, self.path).ok())
    }

    /// Ids and codes of the websites that seeds have; of a seed without any, those of a fresh install.
    pub(super) fn seeded_websites(&self) -> Vec<(String, String)> {
        let mut websites = Vec::new();
        for seed in self.seeds() {
            if seed.websites.is_empty() {
                websites.push(("1".to_owned(), "base".to_owned()));
            }
            for (number, row) in seed.websites.iter().enumerate() {
                let text = |column: &str| row.get(column).cloned().flatten();
                let id = text("website_id").unwrap_or_else(|| (number + 1).to_string());
                websites.push((id, text("code").unwrap_or_default()));
            }
        }
        websites
    }

    fn named_in_seeds(&self, list: &str) -> Vec<String> {
        let mut names = Vec::new();
        for seed in self.seeds() {
            let (rows, column) = match list {
                "websites" => (seed.websites, "code"),
                "store_views" => (seed.store_views, "code"),
                _ => (seed.customer_groups, "customer_group_code"),
            };
            names.extend(rows.into_iter().filter_map(|mut row| row.swap_remove(column).flatten()));
        }
        let edited = if list == "customer_groups" { "customer_group_code" } else { "code" };
        names.extend(self.stored.iter().filter(|(name, _)| name == edited).map(|(_, text)| text.clone()));
        names
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::Entity;
    use crate::scenario::language::known;

    /// A misspelt name in the table would be a rule that nobody is held to.
    #[test]
    fn every_column_is_one_of_the_crm() {
        for Columns { tables, columns, .. } in CRM {
            for table in *tables {
                let fields = known::record_fields(table);
                let has = |column: &str| match Entity::named(table) {
                    Some(entity) => entity.column(column).is_some(),
                    None => fields.as_ref().is_some_and(|fields| fields.iter().any(|field| field == column)),
                };
                assert!(columns.iter().any(|column| has(column)), "{table} {columns:?}");
            }
            for column in *columns {
                let has = |table: &&&str| {
                    Entity::named(table).is_some_and(|entity| entity.column(column).is_some())
                        || known::record_fields(table).is_some_and(|fields| fields.iter().any(|field| field == column))
                };
                assert!(tables.iter().any(|table| has(&table)), "{tables:?} {column}");
            }
        }
    }
}
