//! Which people would have several accounts, and which accounts several people (sync spec 7.1).

use std::collections::BTreeMap;

use serde::Serialize;

use crate::crm::{Crm, CrmError, Entity, OriginId, Row, RowId};
use crate::email_address;

/// Somebody who seems to be one person and would have several accounts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DoubledAccount {
    /// The e-mail address, or the name.
    pub person: String,
    /// Names of the accounts, those that are there already first.
    pub accounts: Vec<String>,
    /// Why nobody joined the two.
    pub why: String,
}

/// An account that a new customer would share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JoinedAccount {
    /// The name of the account.
    pub account: String,
    /// The customers, by e-mail address and Magento's id.
    pub customers: Vec<String>,
    /// Whether the account was there before.
    pub existed: bool,
}

struct Person {
    account: Option<RowId>,
    email: String,
    first: String,
    last: String,
    origin_id: Option<OriginId>,
    is_new: bool,
}

pub(super) struct People {
    people: Vec<Person>,
    /// Names, and whether they were there before.
    accounts: BTreeMap<RowId, (String, bool)>,
}

impl People {
    pub(super) fn load(before: &Crm, after: &Crm) -> Result<Self, CrmError> {
        let (mut people, mut accounts) = (Vec::new(), BTreeMap::new());
        after.each_row(Entity::Customer, &[], &mut |row| {
            people.push(person(&row, before.get(Entity::Customer, row.id)?.is_none()));
            Ok::<_, CrmError>(())
        })?;
        after.each_row(Entity::Account, &[], &mut |row| {
            let name = row.fields.text("name").unwrap_or_default().to_owned();
            accounts.insert(row.id, (name, before.get(Entity::Account, row.id)?.is_some()));
            Ok::<_, CrmError>(())
        })?;
        Ok(Self { people, accounts })
    }

    pub(super) fn doubled(&self) -> Vec<DoubledAccount> {
        let by_email = self.groups(|person| email_address::key(&person.email));
        let mut doubled: Vec<DoubledAccount> = by_email
            .values()
            .filter_map(|group| {
                self.several_accounts(group, "same e-mail address, but the names differ", |person| person.email.clone())
            })
            .collect();
        let by_name = self.groups(|person| format!("{} {}", person.first, person.last).trim().to_lowercase());
        doubled.extend(by_name.values().filter_map(|group| {
            self.several_accounts(group, "same name, but the e-mail addresses differ", |person| {
                format!("{} {}", person.first, person.last).trim().to_owned()
            })
        }));
        doubled
    }

    pub(super) fn joined(&self) -> Vec<JoinedAccount> {
        let mut by_account: BTreeMap<RowId, Vec<&Person>> = BTreeMap::new();
        for person in &self.people {
            if let Some(account) = person.account {
                by_account.entry(account).or_default().push(person);
            }
        }
        let shared = |group: &Vec<&Person>| group.len() > 1 && group.iter().any(|person| person.is_new);
        by_account
            .iter()
            .filter(|(_, group)| shared(group))
            .filter_map(|(id, group)| {
                let (name, existed) = self.accounts.get(id)?;
                let customers = group.iter().map(|person| described(person)).collect();
                Some(JoinedAccount { account: name.clone(), customers, existed: *existed })
            })
            .collect()
    }

    /// People by something they share; those without it are nobody's likeness.
    fn groups(&self, key: impl Fn(&Person) -> String) -> BTreeMap<String, Vec<&Person>> {
        let mut groups: BTreeMap<String, Vec<&Person>> = BTreeMap::new();
        for person in &self.people {
            let key = key(person);
            if !key.is_empty() {
                groups.entry(key).or_default().push(person);
            }
        }
        groups
    }

    fn several_accounts(
        &self,
        group: &[&Person],
        why: &str,
        name: impl Fn(&Person) -> String,
    ) -> Option<DoubledAccount> {
        let mut ids: Vec<RowId> = group.iter().filter_map(|person| person.account).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.len() < 2 || !group.iter().any(|person| person.is_new) {
            return None;
        }
        ids.sort_by_key(|id| !self.accounts.get(id).is_some_and(|(_, existed)| *existed));
        let shown = |id: &RowId| self.accounts.get(id).map(|(name, _)| name.clone());
        let person = group.first().map(|person| name(person))?;
        Some(DoubledAccount { person, accounts: ids.iter().filter_map(shown).collect(), why: why.to_owned() })
    }
}

fn described(person: &Person) -> String {
    match person.origin_id {
        Some(id) => format!("{} (customer {id})", person.email),
        None => format!("{} (guest)", person.email),
    }
}

fn person(row: &Row, is_new: bool) -> Person {
    let text = |field: &str| row.fields.text(field).unwrap_or_default().to_owned();
    Person {
        account: row.fields.link("account"),
        email: text("email"),
        first: text("firstName"),
        last: text("lastName"),
        origin_id: row.fields.origin_id(),
        is_new,
    }
}
