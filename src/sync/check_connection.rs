//! Check Connection, as the button of the integration form does it: sync spec, sections 1.5 and 11.

use std::sync::Arc;

use indexmap::IndexMap;
use serde::Serialize;

use super::connector::{Connector, Stream};
use crate::client::bridge::{self, BridgeStatus};
use crate::client::{ClientError, ClientOptions, MagentoClient, Retries, collection};
use crate::crm::WebsiteId;
use crate::crm::{IntegrationSettings, WebsiteChoice};
use crate::soap::SoapStruct;
use crate::transport::{Transport, masked};

/// Something the integration can do, and what it is like with this shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Availability {
    /// The name of the feature, as the form shows it.
    pub feature: &'static str,
    /// Whether it is there.
    pub available: bool,
    /// What the user should know about it.
    pub note: &'static str,
}

/// What a successful check found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// Always true; failures are errors.
    pub success: bool,
    /// Message of the form.
    pub message: String,
    /// Whether the message is a warning.
    pub is_warning: bool,
    /// Websites to choose from, "all" first.
    pub websites: Vec<WebsiteChoice>,
    /// Whether the bridge is installed.
    pub is_extension_installed: bool,
    /// The bridge's version; `None` without the bridge.
    pub extension_version: Option<String>,
    /// Magento's version, from the bridge.
    pub magento_version: Option<String>,
    /// The bridge version that is required.
    pub required_extension_version: &'static str,
    /// Whether the bridge is installed and new enough.
    pub is_supported_version: bool,
    /// Whether order notes can be imported.
    pub is_order_note_support_extension_version: bool,
    /// Connectors the channel will have, and what they are called.
    pub connectors: IndexMap<&'static str, String>,
    /// Admin URL, from the bridge. The form's own answer has `false` for none, here it is null.
    pub admin_url: Option<String>,
    /// Where calls go, credentials masked; it need not be the URL that was typed.
    pub service_address: String,
    /// What is odd about that address.
    pub warnings: Vec<String>,
    /// What will and will not be available.
    pub availability: Vec<Availability>,
}

impl CheckReport {
    /// What the form learns for its fields: the choices of websites, the bridge and Magento it found, the admin URL, and
    /// the connectors of the channel's entities that this bridge allows (sync spec 1.5 and 4.2). A website that is no
    /// longer offered stays chosen, as in the form; saving says so.
    pub fn fill(&self, settings: &mut IntegrationSettings) {
        settings.websites.clone_from(&self.websites);
        settings.is_extension_installed = self.is_extension_installed;
        settings.extension_version.clone_from(&self.extension_version);
        settings.magento_version.clone_from(&self.magento_version);
        settings.admin_url.clone_from(&self.admin_url);
        settings.connectors = Connector::of_settings(settings);
    }
}

/// What the form gets of a check that failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckFailure {
    /// Always false: the form tells a failed check by it.
    pub success: bool,
    /// All that the form shows.
    pub error_message: &'static str,
    /// What really happened; the form hides it.
    pub reason: String,
    /// What to do about it, where the reason does not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remedy: Option<&'static str>,
}

impl From<&ClientError> for CheckFailure {
    fn from(error: &ClientError) -> Self {
        let error_message = match error {
            ClientError::BridgeRequired(_) => "Unable to perform this operation, Oro Bridge extension not found.",
            _ => "Parameters are not valid!",
        };
        Self { success: false, error_message, reason: error.to_string(), remedy: error.remedy() }
    }
}

/// What a connector needs of the bridge.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Nothing,
    Installed,
    Version(&'static str),
}

/// What is lost without the bridge.
#[derive(Clone, Copy)]
enum Without {
    /// The feature works through the native API, like this.
    Native(&'static str),
    /// There is no such feature.
    Missing(&'static str),
}

/// A feature, what makes it complete, what it is like then and otherwise.
struct Feature {
    name: &'static str,
    needs: Needs,
    with: &'static str,
    without: Without,
}

const fn feature(name: &'static str, needs: Needs, with: &'static str, without: Without) -> Feature {
    Feature { name, needs, with, without }
}

const SUPPORTED: Needs = Needs::Version(bridge::SUPPORTED);

/// What the bridge changes: sync spec, section 11.
const FEATURES: &[Feature] = &[
    feature(
        "customers",
        Needs::Installed,
        "listed in pages, addresses included",
        Without::Native("one list without pages, then two calls per customer"),
    ),
    feature(
        "orders",
        Needs::Installed,
        "listed in pages with items, addresses, payment and comments",
        Without::Native("one list without details, then one call per order"),
    ),
    feature("credit memos", Needs::Nothing, "native calls, bridge or not", Without::Native("")),
    feature("carts", Needs::Installed, "imported", Without::Missing("not available; orders do not look for carts")),
    feature("cart expiration", SUPPORTED, "carts gone from the shop expire", Without::Missing("not available")),
    feature("newsletter subscribers", SUPPORTED, "imported", Without::Missing("not available")),
    feature(
        "websites",
        SUPPORTED,
        "read as they are",
        Without::Native("derived from the stores: names and codes joined, no sort order, no default"),
    ),
    feature(
        "regions",
        Needs::Version(bridge::WITH_REGIONS),
        "one list in pages",
        Without::Native("one call per country"),
    ),
    feature(
        "order notes",
        Needs::Version(bridge::WITH_ORDER_NOTES),
        "imported",
        Without::Missing("not available; bridge 1.2.19 or newer is needed"),
    ),
    feature(
        "two-way sync of customers",
        SUPPORTED,
        "customers, addresses and changed passwords",
        Without::Native("customers and addresses through native calls, which the user guide does not promise"),
    ),
    feature("two-way sync of subscribers", SUPPORTED, "subscribe and unsubscribe", Without::Missing("not available")),
    feature(
        "placing orders from the CRM",
        Needs::Installed,
        "through the admin URL",
        Without::Missing("not available"),
    ),
    feature(
        "split by full name",
        Needs::Installed,
        "shared e-mails can be listed",
        Without::Missing("not available; a list is emptied when the settings are saved"),
    ),
];

impl Feature {
    fn availability(&self, bridge: &BridgeStatus) -> Availability {
        let (available, note) = match self.without {
            _ if self.needs.met_by(bridge) => (true, self.with),
            Without::Native(note) => (true, note),
            Without::Missing(note) => (false, note),
        };
        Availability { feature: self.name, available, note }
    }
}

impl Needs {
    fn met_by(self, bridge: &BridgeStatus) -> bool {
        match self {
            Self::Nothing => true,
            Self::Installed => bridge.is_installed(),
            Self::Version(version) => bridge.at_least(version),
        }
    }
}

/// Drops the cached WSDL, connects without retries and asks what the shop offers. `options.retries` is overruled.
///
/// # Errors
/// [`ClientError`] of the first call that fails; the form says "Parameters are not valid!" for all of them.
pub async fn check(transport: Arc<dyn Transport>, options: ClientOptions) -> Result<CheckReport, ClientError> {
    options.wsdl_cache.forget(&options.url);
    let mut client = MagentoClient::connect(transport, ClientOptions { retries: Retries::Off, ..options }).await?;
    let bridge = client.bridge().await;
    let websites = websites(&mut client, &bridge).await?;
    Ok(report(&bridge, websites, masked(client.address()), client.warnings().to_vec()))
}

async fn websites(client: &mut MagentoClient, bridge: &BridgeStatus) -> Result<Vec<WebsiteChoice>, ClientError> {
    let mut choices = vec![WebsiteChoice { id: WebsiteId::ALL, label: "All web sites".to_owned() }];
    let label = |id: WebsiteId, name: &str| format!("Website ID: {id}, Stores: {name}");
    if bridge.is_supported() {
        for website in collection(client.call("oroWebsiteList", SoapStruct::new()).await?) {
            let id = id_of(&website);
            if id != WebsiteId::ADMIN {
                choices.push(WebsiteChoice { id, label: label(id, &website.text("name").unwrap_or_default()) });
            }
        }
        return Ok(choices);
    }
    let mut names: IndexMap<WebsiteId, Vec<String>> = IndexMap::new();
    for store in collection(client.call("storeList", SoapStruct::new()).await?) {
        names.entry(id_of(&store)).or_default().push(store.text("name").unwrap_or_default());
    }
    for (id, names) in names.into_iter().filter(|(id, _)| *id != WebsiteId::ADMIN) {
        choices.push(WebsiteChoice { id, label: label(id, &names.join(", ")) });
    }
    Ok(choices)
}

fn id_of(row: &SoapStruct) -> WebsiteId {
    row.get("website_id").and_then(crate::soap::SoapValue::to_int).map_or(WebsiteId::ADMIN, WebsiteId)
}

fn report(
    bridge: &BridgeStatus,
    websites: Vec<WebsiteChoice>,
    service_address: String,
    warnings: Vec<String>,
) -> CheckReport {
    let version = bridge.version.as_ref().map(|version| version.as_str().to_owned());
    let shown = version.clone().unwrap_or_default();
    let message = match (bridge.is_installed(), bridge.is_supported()) {
        (true, true) => format!(
            "Connection was successful. You are running OroBridge version {shown}. Please select a website from the list below"
        ),
        (true, false) => format!(
            "Your OroBridge extension version {shown} is outdated and its functionality limited. Please update the \
             extension to the latest version {} and check the connection again.",
            bridge::SUPPORTED
        ),
        (false, _) => "Connection successful, please select a website from the list below".to_owned(),
    };
    let connectors = Connector::of_channel(Stream::CHANNEL_DEFAULT, bridge.version.as_ref());
    let connectors = connectors.into_iter().map(|connector| (connector.name(), connector.label())).collect();
    let availability = FEATURES.iter().map(|feature| feature.availability(bridge)).collect();
    CheckReport {
        success: true,
        message,
        is_warning: bridge.is_installed() && !bridge.is_supported(),
        websites,
        is_extension_installed: bridge.is_installed(),
        extension_version: version,
        magento_version: bridge.magento_version.clone(),
        required_extension_version: bridge::SUPPORTED,
        is_supported_version: bridge.is_supported(),
        is_order_note_support_extension_version: bridge.at_least(bridge::WITH_ORDER_NOTES),
        connectors,
        admin_url: bridge.admin_url.clone(),
        service_address,
        warnings,
        availability,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::ExtensionVersion;

    fn bridge(version: &str) -> BridgeStatus {
        let version = (!version.is_empty()).then(|| ExtensionVersion::new(version));
        BridgeStatus { version, ..BridgeStatus::default() }
    }

    /// Vectors 69 to 71, 98 and 99, and the messages of section 1.5.
    #[test]
    fn what_is_offered_follows_the_bridge() {
        for (version, connectors, notes, warning, missing, message) in [
            ("", 10, false, false, 7, "Connection successful, please select"),
            ("1.1.3", 12, false, true, 4, "Your OroBridge extension version 1.1.3 is outdated"),
            ("1.2.0", 14, false, false, 1, "Connection was successful. You are running OroBridge version 1.2.0."),
            ("1.2.19", 14, true, false, 0, "Connection was successful."),
        ] {
            let report = report(&bridge(version), Vec::new(), String::new(), Vec::new());
            assert_eq!(report.connectors.len(), connectors, "{version}");
            assert_eq!(report.is_order_note_support_extension_version, notes, "{version}");
            assert_eq!(report.is_warning, warning, "{version}");
            assert_eq!(report.availability.iter().filter(|feature| !feature.available).count(), missing, "{version}");
            assert!(report.message.starts_with(message), "{}", report.message);
        }
    }
}
