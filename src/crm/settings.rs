//! What the integration form holds and its rules: sync spec, sections 1.1 to 1.3. How it is stored is in `integration`.

use std::fmt;

use jiff::civil::Date;
use serde::{Deserialize, Serialize, Serializer};
use url::Url;

use super::ids::WebsiteId;
use crate::secret::{ApiKey, MASK};
use crate::version::ExtensionVersion;
use crate::version::{BRIDGE_WITH_ORDER_NOTES, SUPPORTED_BRIDGE};

/// Who wins when both sides changed a field.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
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

impl std::fmt::Display for SyncPriority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no priority, in the reference client's words (vector 33).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Strategy \"{0}\" is not supported, expected one of \"remote,local\"")]
pub struct UnknownPriority(pub String);

impl std::str::FromStr for SyncPriority {
    type Err = UnknownPriority;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        [Self::Remote, Self::Local]
            .into_iter()
            .find(|priority| priority.as_str() == text)
            .ok_or_else(|| UnknownPriority(text.to_owned()))
    }
}

/// A website that the form offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebsiteChoice {
    /// Magento's id, or [`WebsiteId::ALL`].
    pub id: WebsiteId,
    /// What the form shows.
    pub label: String,
}

/// What the integration form holds.
///
/// Its serialised and debug forms hold neither the key nor the password of a URL.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IntegrationSettings {
    /// Name, 3 to 255 characters, unique.
    pub name: String,
    /// Whether it is active.
    pub enabled: bool,
    /// What the channel holds: `customer`, `cart`, `order`, `credit_memo`, `newsletter_subscriber`; all of them when empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entities: Vec<String>,
    /// Connectors in the order they run; empty before the channel was saved with a view of the shop.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub connectors: Vec<String>,
    /// SOAP WSDL URL; may hold `user:password@`.
    #[serde(serialize_with = "without_password")]
    pub api_url: String,
    /// The name of the SOAP API user.
    pub api_user: String,
    /// SOAP API key; kept apart in the database and never shown.
    #[serde(skip, default = "no_key")]
    pub api_key: ApiKey,
    /// Whether a CRM file keeps the key and the password of the URL.
    #[serde(default, skip_serializing_if = "is_false")]
    pub save_key: bool,
    /// Whether the shop runs in WS-I compliance mode.
    pub is_wsi_mode: bool,
    /// Whether guest orders of one e-mail address are combined under one customer.
    pub guest_customer_sync: bool,
    /// The sync start date: what is older is not read.
    pub sync_start_date: Date,
    /// The website to sync, or [`WebsiteId::ALL`].
    pub website_id: WebsiteId,
    /// The choices of the last Check Connection.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub websites: Vec<WebsiteChoice>,
    /// The address of Magento's admin pages.
    pub admin_url: Option<String>,
    /// Import order comments as order notes.
    pub is_display_order_notes: bool,
    /// Split by full name: e-mails that several people share.
    pub shared_guest_email_list: Vec<String>,
    /// Default owner of imported rows.
    pub default_user_owner: Option<String>,
    /// Enable two way sync.
    pub is_two_way_sync_enabled: bool,
    /// Whose value wins where both sides changed a field.
    pub sync_priority: SyncPriority,
    /// Rows of a page of the bridge's lists, when it is not the usual 100 (of regions 500).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_size: Option<usize>,
    /// Snapshot of the last Check Connection: whether the bridge is installed.
    pub is_extension_installed: bool,
    /// Snapshot: the bridge's version.
    pub extension_version: Option<String>,
    /// The version of Magento that the last look at the shop found.
    pub magento_version: Option<String>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn no_key() -> ApiKey {
    ApiKey::new("")
}

fn without_password<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&masked_url(url))
}

/// A URL whose password is masked; a text that is no URL loses everything before an `@`.
pub fn masked_url(text: &str) -> String {
    if let Ok(mut url) = Url::parse(text) {
        if url.password().is_none() {
            return text.to_owned();
        }
        if url.set_password(Some(MASK)).is_ok() {
            return url.to_string();
        }
    }
    text.rsplit_once('@').map_or_else(|| text.to_owned(), |(_, rest)| format!("{MASK}@{rest}"))
}

/// Whether two SOAP URLs are those of one shop: the same host, port and path, whatever the scheme, the credentials, the query and
/// `index.php`.
pub fn is_same_shop(one: &str, other: &str) -> bool {
    let place = |text: &str| {
        let url = Url::parse(text).ok()?;
        let path = url.path().replace("/index.php/", "/").trim_end_matches('/').to_owned();
        Some((url.host_str()?.to_owned(), url.port(), path))
    };
    one == other || place(one).is_some_and(|one| Some(one) == place(other))
}

impl fmt::Debug for IntegrationSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = serde_json::to_value(self).map_err(|_| fmt::Error)?;
        write!(f, "IntegrationSettings {shown}")
    }
}

/// 2007-01-01, the sync start date when none is given.
pub const SYNC_START_DATE: Date = Date::constant(2007, 1, 1);

impl Default for IntegrationSettings {
    fn default() -> Self {
        Self {
            name: "Magento".to_owned(),
            enabled: true,
            entities: Vec::new(),
            connectors: Vec::new(),
            api_url: String::new(),
            api_user: String::new(),
            api_key: no_key(),
            save_key: false,
            is_wsi_mode: false,
            guest_customer_sync: true,
            sync_start_date: SYNC_START_DATE,
            website_id: WebsiteId::ALL,
            websites: Vec::new(),
            admin_url: None,
            is_display_order_notes: true,
            shared_guest_email_list: Vec::new(),
            default_user_owner: Some("admin".to_owned()),
            is_two_way_sync_enabled: false,
            sync_priority: SyncPriority::Remote,
            page_size: None,
            is_extension_installed: false,
            extension_version: None,
            magento_version: None,
        }
    }
}

/// The key's label in the form.
const API_KEY: &str = "SOAP API Key";

/// Why settings cannot be saved, in the words of the form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SettingsError {
    /// A required field is empty.
    #[error("{0}: this value should not be blank")]
    Blank(&'static str),
    /// The name of the integration is empty or too long: it has this many characters.
    #[error("Name: between 3 and 255 characters, not {0}")]
    NameLength(usize),
    /// A text that is too long.
    #[error("{field}: at most {max} characters, not {found}")]
    TooLong {
        /// Label of the field.
        field: &'static str,
        /// The number of characters that fit.
        max: usize,
        /// The number of characters that were given.
        found: usize,
    },
    /// Another integration has the name.
    #[error("Name: an integration named \"{0}\" exists already; choose another name")]
    NameTaken(String),
    /// A website that is never offered.
    #[error("Website: {0} is no website to choose; -1 is all web sites")]
    Website(WebsiteId),
    /// A website that the shop does not have.
    #[error(
        "Website: {id} is not offered; choose one of {choices}. A list that is outdated is read anew by Check Connection"
    )]
    NotOffered {
        /// The id of the website that was chosen.
        id: WebsiteId,
        /// The websites that the form offers.
        choices: String,
    },
    /// The start date moved later.
    #[error(
        "Sync start date: New date should be less or equals than previously defined. ({new} is later than {stored}; leave it as it is, or name an earlier one)"
    )]
    StartDateLater {
        /// The date asked for.
        new: Date,
        /// The date that is stored.
        stored: Date,
    },
    /// The start date changed although a sync was made.
    #[error(
        "Sync start date: once synchronization has been performed it is impossible to change it ({stored} is stored, not {new}); \
         leave it as it is, or use the profile orocrm-4.1, where it may move earlier"
    )]
    StartDateFixed {
        /// The date asked for.
        new: Date,
        /// The date that is stored.
        stored: Date,
    },
    /// A page that cannot hold the rows asked for by their ids.
    #[error("Page size: at least {min} rows, not {found}; rows that others refer to are asked for {min} at a time")]
    PageSize {
        /// Rows that must fit.
        min: usize,
        /// The number of rows that was given.
        found: usize,
    },
    /// The pair of URL and website is taken.
    #[error("Integration with this URL and website(s) is already used.")]
    Duplicate,
    /// A shared e-mail is none.
    #[error("Split By Full Name: This \"{0}\" is not a valid email address.")]
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

/// Longest texts of the transport's columns.
const TEXT_LENGTH_MAX: usize = 255;

/// Rows by their ids come in one page, 25 at a time (sync spec 4.8).
const PAGE_SIZE_MIN: usize = 25;

/// Where order notes may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotesPage {
    /// The page of the order.
    Order,
    /// The page of the customer or its account.
    Customer,
}

/// What two-way sync is wanted for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TwoWayOf {
    /// Customers and their addresses: the bridge is not needed.
    Customers,
    /// Newsletter subscribers: a supported bridge is.
    Subscribers,
}

impl IntegrationSettings {
    /// Whether the stored bridge makes order notes possible (vectors 93 and 99).
    pub fn supports_order_notes(&self) -> bool {
        self.is_extension_installed && self.has_version(BRIDGE_WITH_ORDER_NOTES)
    }

    /// Whether a page shows order notes (sync spec 9.5, vector 154).
    pub fn shows_order_notes(&self, page: NotesPage) -> bool {
        self.supports_order_notes() && (page == NotesPage::Order || self.is_display_order_notes)
    }

    /// Whether the channel may be edited from the CRM (sync spec 8.1, vector 100).
    pub fn is_applicable(&self, of: TwoWayOf) -> bool {
        let supported = of == TwoWayOf::Customers || self.has_version(SUPPORTED_BRIDGE);
        self.enabled && self.is_two_way_sync_enabled && supported
    }

    /// What the edit page says about the bridge that the last look at the shop found (sync spec 1.5); nothing when it is
    /// there and supported.
    pub fn bridge_notice(&self) -> Option<String> {
        match self.extension_version.as_deref().filter(|_| self.is_extension_installed) {
            None => Some("Native Magento API is used; only customers and orders will be synced".to_owned()),
            Some(version) if !self.has_version(SUPPORTED_BRIDGE) => {
                Some(format!("OroBridge v.{version} is used\u{2014}outdated version"))
            }
            Some(_) => None,
        }
    }

    fn has_version(&self, wanted: &str) -> bool {
        self.extension_version.as_deref().is_some_and(|found| ExtensionVersion::new(found).at_least(wanted))
    }

    /// The settings as the form submits them: without a bridge there is no "Split by Full Name", and an empty key keeps
    /// the stored one (vectors 92 and 94).
    pub(super) fn submitted(&self, stored: Option<&Self>) -> Self {
        let mut settings = self.clone();
        if !settings.is_extension_installed {
            settings.shared_guest_email_list.clear();
        }
        if let Some(stored) = stored.filter(|_| settings.api_key.expose_secret().is_empty()) {
            settings.api_key = stored.api_key.clone();
        }
        settings
    }

    /// Checks what one form can know by itself. `key_may_be_missing` where it is given anew each time.
    pub(super) fn validate(&self, stored: Option<&Self>, key_may_be_missing: bool) -> Result<(), SettingsError> {
        if self.name.trim().is_empty() {
            return Err(SettingsError::Blank("Name"));
        }
        let length = self.name.chars().count();
        if !(3..=255).contains(&length) {
            return Err(SettingsError::NameLength(length));
        }
        for (label, value) in [
            ("SOAP WSDL URL", self.api_url.as_str()),
            ("SOAP API User", self.api_user.as_str()),
            (API_KEY, self.api_key.expose_secret()),
        ] {
            let may_be_missing = key_may_be_missing && label == API_KEY;
            if value.trim().is_empty() && !may_be_missing {
                return Err(SettingsError::Blank(label));
            }
            let found = value.chars().count();
            if found > TEXT_LENGTH_MAX {
                return Err(SettingsError::TooLong { field: label, max: TEXT_LENGTH_MAX, found });
            }
        }
        if self.website_id != WebsiteId::ALL && self.website_id < WebsiteId(1) {
            return Err(SettingsError::Website(self.website_id));
        }
        if !self.websites.is_empty() && self.websites.iter().all(|choice| choice.id != self.website_id) {
            let choices: Vec<String> =
                self.websites.iter().map(|choice| format!("{} ({})", choice.id, choice.label)).collect();
            return Err(SettingsError::NotOffered { id: self.website_id, choices: choices.join(", ") });
        }
        if let Some(found) = self.page_size.filter(|size| *size < PAGE_SIZE_MIN) {
            return Err(SettingsError::PageSize { min: PAGE_SIZE_MIN, found });
        }
        if let Some(stored) = stored
            && self.sync_start_date > stored.sync_start_date
        {
            return Err(SettingsError::StartDateLater { new: self.sync_start_date, stored: stored.sync_start_date });
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors 88 to 90 of the sync spec, and the recommended reading of Q-31.
    #[test]
    fn shared_emails_are_split_trimmed_and_deduplicated() {
        for (text, quirk, expected) in [
            (" ; 1 ; 2 , ; 3 , 4;  ", true, vec!["1", "2", "3", "4"]),
            ("1;1;2;2,3,3;4,4", true, vec!["1", "2", "3", "4"]),
            ("a@x.com, a@x.com", true, vec!["a@x.com", "a@x.com"]),
            ("a@x.com, A@X.com; ;0", false, vec!["a@x.com"]),
            ("a@x.com\nb@x.com", true, vec!["a@x.com\nb@x.com"]),
            ("", false, vec![]),
        ] {
            assert_eq!(parse_shared_emails(text, quirk), expected, "{text:?}");
        }
    }

    /// Vector 96.
    #[test]
    fn an_email_address_has_a_name_and_a_domain() {
        // Vector 96.
        for (text, expected) in [
            ("test@email.com", true),
            ("test_something_email.com", false),
            ("@email.com", false),
            ("a b@email.com", false),
            ("a@email.", false),
        ] {
            assert_eq!(is_email(text), expected, "{text}");
        }
    }

    /// Vectors 93, 99 and 154.
    #[test]
    fn order_notes_need_the_newest_bridge_and_elsewhere_the_setting() {
        for (version, on, order_page, customer_page) in [
            (Some("1.2.19"), true, true, true),
            (Some("1.2.20"), true, true, true),
            (Some("1.2.19"), false, true, false),
            (Some("1.0.1"), true, false, false),
            (Some("1.0.0"), true, false, false),
            (None, true, false, false),
        ] {
            let settings = IntegrationSettings {
                is_extension_installed: version.is_some(),
                extension_version: version.map(str::to_owned),
                is_display_order_notes: on,
                ..IntegrationSettings::default()
            };
            assert_eq!(settings.shows_order_notes(NotesPage::Order), order_page);
            assert_eq!(settings.shows_order_notes(NotesPage::Customer), customer_page);
        }
    }

    /// Vector 100.
    #[test]
    fn a_channel_is_applicable_when_it_is_enabled_and_two_way() {
        for (enabled, two_way, supported, subscribers, customers) in [
            (true, true, true, true, true),
            (false, true, true, false, false),
            (true, false, true, false, false),
            (true, true, false, false, true),
        ] {
            let settings = IntegrationSettings {
                enabled,
                is_two_way_sync_enabled: two_way,
                extension_version: supported.then(|| "1.2.0".to_owned()),
                ..IntegrationSettings::default()
            };
            assert_eq!(settings.is_applicable(TwoWayOf::Subscribers), subscribers);
            assert_eq!(settings.is_applicable(TwoWayOf::Customers), customers);
        }
    }

    #[test]
    fn neither_the_key_nor_the_password_of_the_url_is_ever_shown() {
        let url = "http://user:hush-hush@shop/api/v2_soap/?wsdl=1";
        let settings =
            IntegrationSettings { api_url: url.into(), api_key: ApiKey::new("oro-key-1"), ..Default::default() };
        let shown = format!("{settings:?} {}", serde_json::to_string(&settings).unwrap());
        assert!(!shown.contains("oro-key-1") && !shown.contains("hush-hush"), "{shown}");
        assert!(shown.contains("http://user:***@shop/api/v2_soap/?wsdl=1"), "{shown}");
        assert_eq!(masked_url("http://user:hush@[broken"), "***@[broken");
        assert_eq!(masked_url("http://shop/?wsdl=1"), "http://shop/?wsdl=1");
    }
}
