//! Stored integrations: settings, where the first sync starts, the owner of what is imported. Sync spec, sections 1.1
//! to 1.4.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};

pub use super::form::{SettingsError, parse_shared_emails};
use super::ids::WebsiteId;
use super::secrets::without_password;
pub use super::settings::{IntegrationSettings, NotesPage, SYNC_START_DATE, SyncPriority, TwoWayOf, WebsiteChoice};
use super::settings::{is_same_shop, masked_url};
use super::{Crm, CrmError, CrmValue, Entity, Fields, IntegrationId, JobTopic, RowId};
use crate::datetime;
use crate::quirk::{Quirk, Quirks};
use crate::secret::ApiKey;

/// An integration as the CRM file keeps it.
#[derive(Clone, Debug)]
pub struct Integration {
    /// The key of its row.
    pub id: IntegrationId,
    /// The fields of its form.
    pub settings: IntegrationSettings,
    /// When the first sync was scheduled; where initial walks start.
    pub initial_sync_start_date: Option<Timestamp>,
}

/// What the bridge told of itself and its shop; nothing without a bridge.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ShopFacts {
    /// The version of the bridge; `None` without one.
    pub extension_version: Option<String>,
    /// The version of Magento that the bridge told.
    pub magento_version: Option<String>,
    /// The address of Magento's admin pages.
    pub admin_url: Option<String>,
}

impl Crm {
    /// Saves a new integration. A file keeps its key and the password of its URL only if it says so; they are held until the
    /// CRM is closed.
    ///
    /// # Errors
    /// [`SettingsError`] when the form would refuse it.
    pub fn add_integration(&mut self, settings: &IntegrationSettings) -> Result<IntegrationId, CrmError> {
        let settings = settings.submitted(None);
        settings.validate(None, false)?;
        let id = self.deciding(|crm| {
            crm.check_unique(&settings, None)?;
            let (url, key) = crm.stored_secrets(&settings);
            crm.connection
                .prepare_cached("INSERT INTO \"integration\" (\"settings\", \"apiUrl\", \"apiKey\") VALUES (?, ?, ?)")?
                .execute(params![json(&settings), url, key])?;
            Ok(IntegrationId(RowId(crm.connection.last_insert_rowid())))
        })?;
        self.hold_secrets(id, &settings);
        Ok(id)
    }

    /// Saves changed settings. An empty API key keeps the stored one; a default owner set for the first time becomes the
    /// owner of all ownerless rows (sync spec 1.4), and a changed sync start date puts a sync into the queue (1.3). After a
    /// sync the date stays, as the user guide has it; the reference client lets it move earlier.
    ///
    /// # Errors
    /// [`SettingsError`] when the form would refuse it.
    pub fn save_integration(
        &mut self,
        id: IntegrationId,
        settings: &IntegrationSettings,
        quirks: &Quirks,
    ) -> Result<(), CrmError> {
        // What the file held before is overwritten once it is committed: not within a transaction.
        match self.deciding(|crm| crm.save_decided(id, settings, quirks))? {
            Some(before) => self.sweep_after(&before),
            None => Ok(()),
        }
    }

    /// The settings before, when the file kept other secrets with them.
    fn save_decided(
        &mut self,
        id: IntegrationId,
        settings: &IntegrationSettings,
        quirks: &Quirks,
    ) -> Result<Option<IntegrationSettings>, CrmError> {
        let Integration { settings: stored, initial_sync_start_date: synced, .. } = self.integration(id)?;
        let settings = settings.submitted(Some(&stored));
        settings.validate(Some(&stored), !self.keeps_secrets(&settings))?;
        let (new, before) = (settings.sync_start_date, stored.sync_start_date);
        if new != before && synced.is_some() && !quirks.has(Quirk::StartDateMovesEarlier) {
            return Err(SettingsError::StartDateFixed { new, stored: before }.into());
        }
        self.check_unique(&settings, Some(id))?;
        self.check_edits_stay(id, &stored, &settings)?;
        let (url, key) = self.stored_secrets(&settings);
        self.connection
            .prepare_cached(
                "UPDATE \"integration\" SET \"settings\" = ?, \"apiUrl\" = ?, \"apiKey\" = ? WHERE \"id\" = ?",
            )?
            .execute(params![json(&settings), &url, &key, id.0.0])?;
        let kept_others = self.stored_secrets(&stored) != (url, key);
        self.hold_secrets(id, &settings);
        if let (None, Some(owner)) = (&stored.default_user_owner, &settings.default_user_owner) {
            self.fill_owners(id, owner)?;
        }
        if settings.sync_start_date != stored.sync_start_date {
            // The walk has further to go (sync spec 1.3); an integration that is not active stays as it is.
            self.schedule(id, JobTopic::SyncIntegration, false)?;
        }
        Ok(kept_others.then_some(stored))
    }

    /// Edits that wait were made of what one shop said. Another shop has other people under the same ids, so it never gets them
    /// because an integration was pointed at it.
    fn check_edits_stay(
        &self,
        id: IntegrationId,
        stored: &IntegrationSettings,
        settings: &IntegrationSettings,
    ) -> Result<(), CrmError> {
        let waiting = self.export_queue(id)?.len();
        if waiting == 0 || is_same_shop(&stored.api_url, &settings.api_url) {
            return Ok(());
        }
        let edits = if waiting == 1 { "1 edit waits".to_owned() } else { format!("{waiting} edits wait") };
        Err(CrmError::Forbidden(format!(
            "{edits} in \"{}\" that belong to {}, so it cannot be pointed at {}; sync them to their shop first, or use another CRM \
             file for the other shop",
            stored.name,
            masked_url(&stored.api_url),
            masked_url(&settings.api_url)
        )))
    }

    /// A stored integration.
    ///
    /// # Errors
    /// [`CrmError::NotFound`] when there is none of that id.
    pub fn integration(&self, id: IntegrationId) -> Result<Integration, CrmError> {
        let found = self.integrations()?.into_iter().find(|integration| integration.id == id);
        found.ok_or_else(|| CrmError::NotFound { entity: "integration", what: format!("row {}", id.0.0) })
    }

    /// An integration by its name, by its row id, or the only one when no name is given.
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when there is none of that name, or when several could be meant.
    pub fn integration_named(&self, name: &str) -> Result<Integration, CrmError> {
        let found = self.integrations()?;
        let known: Vec<String> = found.iter().map(|one| format!("\"{}\"", one.settings.name)).collect();
        let is_meant = |one: &&Integration| one.settings.name == name || format!("#{}", one.id.0.0) == name;
        if let Some(one) = found.iter().find(is_meant) {
            return Ok(one.clone());
        }
        let text = match (found.as_slice(), name) {
            ([], _) => "this CRM has no integration yet; \"mockgento sync\" makes one".to_owned(),
            ([one], "") => return Ok(one.clone()),
            (_, "") => format!("this CRM has several integrations; choose one of {}", known.join(", ")),
            _ => format!("there is no integration \"{name}\"; this CRM has {}", known.join(", ")),
        };
        Err(CrmError::Forbidden(text))
    }

    /// All integrations, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn integrations(&self) -> Result<Vec<Integration>, CrmError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT \"id\", \"settings\", \"apiUrl\", \"apiKey\", \"initialSyncStartDate\" FROM \"integration\" \
             ORDER BY \"id\"",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let text: String = row.get(1)?;
            let mut settings: IntegrationSettings =
                serde_json::from_str(&text).map_err(|error| CrmError::Migration(error.to_string()))?;
            settings.api_url = row.get(2)?;
            settings.api_key = ApiKey::new(row.get::<_, String>(3)?);
            let start: Option<String> = row.get(4)?;
            let id = IntegrationId(RowId(row.get(0)?));
            self.with_secrets(id, &mut settings);
            found.push(Integration {
                id,
                settings,
                initial_sync_start_date: start.and_then(|text| datetime::parse(&text).ok().flatten()),
            });
        }
        Ok(found)
    }

    /// Keeps what a sync found out about the shop, for an integration that was never saved with a view of it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn remember_shop(&mut self, id: IntegrationId, found: ShopFacts) -> Result<(), CrmError> {
        let mut settings = self.integration(id)?.settings;
        settings.is_extension_installed = found.extension_version.is_some();
        settings.extension_version = found.extension_version;
        settings.magento_version = found.magento_version;
        settings.admin_url = found.admin_url.or(settings.admin_url);
        self.connection
            .prepare_cached("UPDATE \"integration\" SET \"settings\" = ? WHERE \"id\" = ?")?
            .execute(params![json(&settings), id.0.0])?;
        Ok(())
    }

    /// Keeps the connectors of an integration that was never saved with a view of the shop.
    ///
    /// # Errors
    /// When the database fails.
    pub fn remember_connectors(&mut self, id: IntegrationId, connectors: Vec<String>) -> Result<(), CrmError> {
        let settings = IntegrationSettings { connectors, ..self.integration(id)?.settings };
        self.connection
            .prepare_cached("UPDATE \"integration\" SET \"settings\" = ? WHERE \"id\" = ?")?
            .execute(params![json(&settings), id.0.0])?;
        Ok(())
    }

    /// Sets or resets the moment from which the initial walk goes backwards.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_initial_sync_start_date(&mut self, id: IntegrationId, at: Option<Timestamp>) -> Result<(), CrmError> {
        self.connection
            .prepare_cached("UPDATE \"integration\" SET \"initialSyncStartDate\" = ? WHERE \"id\" = ?")?
            .execute(params![at.map(datetime::to_sql), id.0.0])?;
        Ok(())
    }

    /// The cursor of the initial newsletter import.
    ///
    /// # Errors
    /// When the database fails.
    pub fn newsletter_synced_to(&self, id: IntegrationId) -> Result<Option<i64>, CrmError> {
        let found = self
            .connection
            .prepare_cached("SELECT \"newsletterSubscriberSyncedToId\" FROM \"integration\" WHERE \"id\" = ?")?
            .query_row([id.0.0], |row| row.get(0))
            .optional()?;
        Ok(found.flatten())
    }

    /// Moves the cursor of the initial newsletter import.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_newsletter_synced_to(&mut self, id: IntegrationId, to: Option<i64>) -> Result<(), CrmError> {
        self.connection
            .prepare_cached("UPDATE \"integration\" SET \"newsletterSubscriberSyncedToId\" = ? WHERE \"id\" = ?")?
            .execute(params![to, id.0.0])?;
        Ok(())
    }

    /// A name is used once, and so is a website of one URL, where "all" excludes everything else.
    fn check_unique(&self, settings: &IntegrationSettings, except: Option<IntegrationId>) -> Result<(), CrmError> {
        let mut others = self.integrations()?;
        others.retain(|other| Some(other.id) != except);
        if others.iter().any(|other| other.settings.name == settings.name) {
            return Err(SettingsError::NameTaken(settings.name.clone()).into());
        }
        let taken = others.iter().any(|other| {
            let website = other.settings.website_id;
            without_password(&other.settings.api_url) == without_password(&settings.api_url)
                && (settings.website_id == WebsiteId::ALL
                    || website == settings.website_id
                    || website == WebsiteId::ALL)
        });
        if taken { Err(SettingsError::Duplicate.into()) } else { Ok(()) }
    }

    fn fill_owners(&mut self, id: IntegrationId, owner: &str) -> Result<(), CrmError> {
        let channel = CrmValue::Ref(id.0);
        let owned = Fields::new().with("owner", owner);
        for customer in self.find(Entity::Customer, &[("channel", channel.clone())])? {
            for (entity, field) in [(Entity::Contact, "contact"), (Entity::Account, "account")] {
                if let Some(linked) = customer.fields.link(field)
                    && self.get(entity, linked)?.is_some_and(|row| row.fields.text("owner").is_none())
                {
                    self.update(entity, linked, &owned)?;
                }
            }
        }
        for entity in [Entity::Customer, Entity::Cart, Entity::Order] {
            for row in self.find(entity, &[("channel", channel.clone()), ("owner", CrmValue::Null)])? {
                self.update(entity, row.id, &owned)?;
            }
        }
        Ok(())
    }
}

fn json(settings: &IntegrationSettings) -> String {
    serde_json::to_string(settings).unwrap_or_default()
}

#[cfg(test)]
mod tests;
