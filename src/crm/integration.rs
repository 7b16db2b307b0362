//! Integrations: the settings a person fills in, their rules, and the snapshot of the last Check Connection. Sync spec,
//! sections 1.1 to 1.4.

use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{OptionalExtension as _, params};
use serde::{Deserialize, Serialize};

use super::{Crm, CrmError, CrmValue, Entity, Fields, RowId};
use crate::datetime;
use crate::secret::ApiKey;

/// Key of an integration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct IntegrationId(pub RowId);

/// The website choice "All web sites".
pub const ALL_WEBSITES: i64 = -1;

/// Who wins when both sides changed a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SyncPriority {
    /// "Remote wins": Magento's value goes to both.
    #[default]
    Remote,
    /// "Local wins": the CRM's value goes to both.
    Local,
}

impl SyncPriority {
    /// The stored word: `remote` or `local`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Remote => "remote",
            Self::Local => "local",
        }
    }
}

/// What the integration form holds.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationSettings {
    /// Name, 3 to 255 characters, unique.
    pub name: String,
    /// Whether it is active.
    pub enabled: bool,
    /// SOAP WSDL URL.
    pub api_url: String,
    /// SOAP API user.
    pub api_user: String,
    /// SOAP API key; kept apart in the database and never shown.
    #[serde(skip, default = "no_key")]
    pub api_key: ApiKey,
    /// WS-I compliance.
    pub is_wsi_mode: bool,
    /// Guest customer sync.
    pub guest_customer_sync: bool,
    /// Sync start date.
    pub sync_start_date: Date,
    /// Website, or [`ALL_WEBSITES`].
    pub website_id: i64,
    /// Admin URL.
    pub admin_url: Option<String>,
    /// Import order comments as order notes.
    pub is_display_order_notes: bool,
    /// Split by full name: e-mails that several people share.
    pub shared_guest_email_list: Vec<String>,
    /// Default owner of imported rows.
    pub default_user_owner: Option<String>,
    /// Enable two way sync.
    pub is_two_way_sync_enabled: bool,
    /// Sync priority.
    pub sync_priority: SyncPriority,
    /// Snapshot of the last Check Connection: whether the bridge is installed.
    pub is_extension_installed: bool,
    /// Snapshot: the bridge's version.
    pub extension_version: Option<String>,
    /// Snapshot: Magento's version.
    pub magento_version: Option<String>,
}

fn no_key() -> ApiKey {
    ApiKey::new("")
}

/// 2007-01-01, the sync start date when none is given.
pub const SYNC_START_DATE: Date = Date::constant(2007, 1, 1);

impl Default for IntegrationSettings {
    fn default() -> Self {
        Self {
            name: "Magento".to_owned(),
            enabled: true,
            api_url: String::new(),
            api_user: String::new(),
            api_key: no_key(),
            is_wsi_mode: false,
            guest_customer_sync: true,
            sync_start_date: SYNC_START_DATE,
            website_id: ALL_WEBSITES,
            admin_url: None,
            is_display_order_notes: true,
            shared_guest_email_list: Vec::new(),
            default_user_owner: Some("admin".to_owned()),
            is_two_way_sync_enabled: false,
            sync_priority: SyncPriority::Remote,
            is_extension_installed: false,
            extension_version: None,
            magento_version: None,
        }
    }
}

/// A stored integration.
#[derive(Clone, Debug)]
pub struct Integration {
    /// Key.
    pub id: IntegrationId,
    /// Settings.
    pub settings: IntegrationSettings,
    /// When the first sync was scheduled; where initial walks start.
    pub initial_sync_start_date: Option<Timestamp>,
}

/// Why settings cannot be saved, in the words of the form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// A required field is empty.
    #[error("{0}: this value should not be blank")]
    Blank(&'static str),
    /// The name's length.
    #[error("Name: between 3 and 255 characters, not {0}")]
    NameLength(usize),
    /// The start date moved later.
    #[error("Sync start date: New date should be less or equals than previously defined. ({0})")]
    StartDateLater(Date),
    /// The pair of URL and website is taken.
    #[error("Integration with this URL and website(s) is already used.")]
    Duplicate,
    /// A shared e-mail is none.
    #[error("Split by Full Name: This {0} is not a valid email address.")]
    Email(String),
}

/// Parses the "Split by Full Name" text: `;` and `,` separate (sync spec 1.2). With the quirk, duplicates that differ by
/// blanks survive and case matters.
pub fn parse_shared_emails(text: &str, quirk: bool) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let mut seen: Vec<String> = Vec::new();
    for part in text.split([';', ',']) {
        let trimmed = part.trim();
        let key = if quirk { part.to_owned() } else { trimmed.to_lowercase() };
        if seen.contains(&key) {
            continue;
        }
        seen.push(key);
        if !trimmed.is_empty() && trimmed != "0" {
            list.push(if quirk { trimmed.to_owned() } else { trimmed.to_lowercase() });
        }
    }
    list
}

impl IntegrationSettings {
    fn validate(&self, stored: Option<&Self>) -> Result<(), SettingsError> {
        let length = self.name.chars().count();
        if !(3..=255).contains(&length) {
            return Err(SettingsError::NameLength(length));
        }
        for (label, value) in [
            ("SOAP WSDL URL", self.api_url.as_str()),
            ("SOAP API User", self.api_user.as_str()),
            ("SOAP API Key", self.api_key.expose_secret()),
        ] {
            if value.trim().is_empty() {
                return Err(SettingsError::Blank(label));
            }
        }
        if let Some(stored) = stored
            && self.sync_start_date > stored.sync_start_date
        {
            return Err(SettingsError::StartDateLater(self.sync_start_date));
        }
        match self.shared_guest_email_list.iter().find(|email| !is_email(email)) {
            Some(bad) => Err(SettingsError::Email(bad.clone())),
            None => Ok(()),
        }
    }
}

/// Whether a text looks like an e-mail address.
pub(super) fn is_email(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    !local.is_empty()
        && domain.contains('.')
        && !domain.starts_with('.')
        && !domain.ends_with('.')
        && !text.contains(' ')
}

impl Crm {
    /// Saves a new integration.
    ///
    /// # Errors
    /// [`SettingsError`] when the form would refuse it.
    pub fn add_integration(&mut self, settings: &IntegrationSettings) -> Result<IntegrationId, CrmError> {
        settings.validate(None)?;
        self.check_unique(settings, None)?;
        self.connection
            .prepare_cached("INSERT INTO \"integration\" (\"settings\", \"apiKey\") VALUES (?, ?)")?
            .execute(params![json(settings), settings.api_key.expose_secret()])?;
        Ok(IntegrationId(RowId(self.connection.last_insert_rowid())))
    }

    /// Saves changed settings. An empty API key keeps the stored one; a default owner set for the first time becomes the
    /// owner of all ownerless rows (sync spec 1.4).
    ///
    /// # Errors
    /// [`SettingsError`] when the form would refuse it.
    pub fn save_integration(&mut self, id: IntegrationId, settings: &IntegrationSettings) -> Result<(), CrmError> {
        let stored = self.integration(id)?.settings;
        let mut settings = settings.clone();
        if settings.api_key.expose_secret().is_empty() {
            settings.api_key = stored.api_key.clone();
        }
        settings.validate(Some(&stored))?;
        self.check_unique(&settings, Some(id))?;
        self.connection
            .prepare_cached("UPDATE \"integration\" SET \"settings\" = ?, \"apiKey\" = ? WHERE \"id\" = ?")?
            .execute(params![json(&settings), settings.api_key.expose_secret(), id.0.0])?;
        match (&stored.default_user_owner, &settings.default_user_owner) {
            (None, Some(owner)) => self.fill_owners(id, owner),
            _ => Ok(()),
        }
    }

    /// A stored integration.
    ///
    /// # Errors
    /// [`CrmError::NotFound`] when there is none of that id.
    pub fn integration(&self, id: IntegrationId) -> Result<Integration, CrmError> {
        let found = self.integrations()?.into_iter().find(|integration| integration.id == id);
        found.ok_or_else(|| CrmError::NotFound { entity: "integration", what: format!("row {}", id.0.0) })
    }

    /// All integrations, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn integrations(&self) -> Result<Vec<Integration>, CrmError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT \"id\", \"settings\", \"apiKey\", \"initialSyncStartDate\" FROM \"integration\" ORDER BY \"id\"",
        )?;
        let mut rows = statement.query([])?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let text: String = row.get(1)?;
            let mut settings: IntegrationSettings =
                serde_json::from_str(&text).map_err(|error| CrmError::Migration(error.to_string()))?;
            settings.api_key = ApiKey::new(row.get::<_, String>(2)?);
            let start: Option<String> = row.get(3)?;
            found.push(Integration {
                id: IntegrationId(RowId(row.get(0)?)),
                settings,
                initial_sync_start_date: start.and_then(|text| datetime::parse(&text).ok().flatten()),
            });
        }
        Ok(found)
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

    /// For one URL a website may be used once, and "all" excludes everything else.
    fn check_unique(&self, settings: &IntegrationSettings, except: Option<IntegrationId>) -> Result<(), CrmError> {
        let taken = self.integrations()?.into_iter().any(|other| {
            let website = other.settings.website_id;
            Some(other.id) != except
                && other.settings.api_url == settings.api_url
                && (settings.website_id == ALL_WEBSITES || website == settings.website_id || website == ALL_WEBSITES)
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
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn settings() -> IntegrationSettings {
        IntegrationSettings {
            api_url: "http://shop/api/v2_soap/?wsdl=1".to_owned(),
            api_user: "oro".to_owned(),
            api_key: ApiKey::new("oro-key-1"),
            ..IntegrationSettings::default()
        }
    }

    fn crm() -> Crm {
        Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap()
    }

    /// Vectors 89 and 90 of the sync spec, and the recommended reading of Q-31.
    #[test]
    fn shared_emails_are_split_trimmed_and_deduplicated() {
        assert_eq!(parse_shared_emails("1;2,2,3,3;4,4", true), ["1", "2", "3", "4"]);
        assert_eq!(parse_shared_emails("a@x.com, a@x.com", true), ["a@x.com", "a@x.com"]);
        assert_eq!(parse_shared_emails("a@x.com, A@X.com; ;0", false), ["a@x.com"]);
        assert!(parse_shared_emails("", false).is_empty());
    }

    /// Vectors 94 and 95.
    #[test]
    fn a_stored_start_date_only_moves_earlier_and_an_empty_key_keeps_the_stored_one() {
        let mut crm = crm();
        let id = crm.add_integration(&settings()).unwrap();
        let later = IntegrationSettings { sync_start_date: Date::constant(2014, 1, 1), ..settings() };
        let error = crm.save_integration(id, &later).unwrap_err().to_string();
        assert!(error.contains("New date should be less or equals than previously defined."), "{error}");
        let earlier =
            IntegrationSettings { sync_start_date: Date::constant(2006, 1, 1), api_key: ApiKey::new(""), ..settings() };
        crm.save_integration(id, &earlier).unwrap();
        assert_eq!(crm.integration(id).unwrap().settings.api_key.expose_secret(), "oro-key-1");
    }

    #[test]
    fn a_website_of_a_url_is_used_once_and_all_excludes_the_rest() {
        for (first, second, allowed) in [(1, 2, true), (1, 1, false), (-1, 1, false), (1, -1, false)] {
            let mut crm = crm();
            crm.add_integration(&IntegrationSettings { website_id: first, ..settings() }).unwrap();
            let result = crm.add_integration(&IntegrationSettings { website_id: second, ..settings() });
            assert_eq!(result.is_ok(), allowed, "{first} then {second}");
        }
    }

    #[test]
    fn forms_that_lack_something_are_refused_in_its_words() {
        for (broken, expected) in [
            (IntegrationSettings { name: "ab".to_owned(), ..settings() }, "Name: between 3 and 255 characters, not 2"),
            (
                IntegrationSettings { api_user: String::new(), ..settings() },
                "SOAP API User: this value should not be blank",
            ),
            (
                IntegrationSettings { shared_guest_email_list: vec!["x".to_owned()], ..settings() },
                "Split by Full Name: This x is not a valid email address.",
            ),
        ] {
            assert_eq!(crm().add_integration(&broken).unwrap_err().to_string(), expected);
        }
    }

    #[test]
    fn the_key_is_in_no_serialised_form() {
        assert!(!json(&settings()).contains("oro-key-1"));
        assert!(!format!("{:?}", settings()).contains("oro-key-1"));
    }
}
