//! What the integration form holds: sync spec, sections 1.1 to 1.3. What it refuses is in `form`, how it is stored in
//! `integration`.

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
}

#[cfg(test)]
mod tests {
    use super::*;

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
