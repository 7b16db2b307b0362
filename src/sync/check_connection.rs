//! Check Connection, as the button of the integration form does it: sync spec, sections 1.5 and 11.

use std::sync::Arc;

use serde::Serialize;

use crate::client::bridge::{self, BridgeStatus};
use crate::client::{ClientError, ClientOptions, MagentoClient, Retries, collection};
use crate::crm::integration::ALL_WEBSITES;
use crate::soap::SoapStruct;
use crate::transport::Transport;

/// A website the integration can be limited to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WebsiteChoice {
    /// Website id; -1 is all.
    pub id: i64,
    /// What the select shows.
    pub label: String,
}

/// Something the integration can do, and what it is like with this shop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Availability {
    /// The feature.
    pub feature: &'static str,
    /// Whether it is there.
    pub available: bool,
    /// What that means.
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
    /// The bridge's version.
    pub extension_version: Option<String>,
    /// Magento's version, from the bridge.
    pub magento_version: Option<String>,
    /// The bridge version that is required.
    pub required_extension_version: &'static str,
    /// Whether the bridge is installed and new enough.
    pub is_supported_version: bool,
    /// Whether order notes can be imported.
    pub is_order_note_support_extension_version: bool,
    /// Connectors the channel will have.
    pub connectors: Vec<&'static str>,
    /// Admin URL, from the bridge.
    pub admin_url: Option<String>,
    /// What will and will not be available.
    pub availability: Vec<Availability>,
}

/// What a connector needs of the bridge.
#[derive(Clone, Copy, PartialEq)]
enum Needs {
    Nothing,
    Installed,
    Version(&'static str),
}

/// Connectors in the order of the channel's entities; each also has an `_initial` twin.
const CONNECTORS: &[(&str, &str, Needs)] = &[
    ("customer_initial", "customer", Needs::Nothing),
    ("cart_initial", "cart", Needs::Installed),
    ("order_initial", "order", Needs::Nothing),
    ("credit_memo_initial", "credit_memo", Needs::Nothing),
    ("newsletter_subscriber_initial", "newsletter_subscriber", Needs::Version(bridge::SUPPORTED)),
];

const DICTIONARIES: &[&str] =
    &["website_dictionary", "store_dictionary", "customer_group_dictionary", "region_dictionary"];

/// Feature, what it needs, what it is like with and without (sync spec, section 11).
const FEATURES: &[(&str, Needs, &str, &str)] = &[
    (
        "customers",
        Needs::Nothing,
        "always there; the bridge lists them in pages, the native API needs two calls each",
        "",
    ),
    ("orders", Needs::Nothing, "always there; the bridge lists them whole, the native API needs one call each", ""),
    ("credit memos", Needs::Nothing, "native calls in any case", ""),
    ("carts", Needs::Installed, "imported", "not available; orders never look for carts"),
    ("newsletter subscribers", Needs::Version(bridge::SUPPORTED), "imported", "not available"),
    (
        "websites",
        Needs::Version(bridge::SUPPORTED),
        "read as they are",
        "derived from the stores: names and codes joined",
    ),
    ("regions", Needs::Version(bridge::WITH_REGIONS), "one paged list", "one call per country"),
    ("order notes", Needs::Version(bridge::WITH_ORDER_NOTES), "imported", "not available before bridge 1.2.19"),
    (
        "two way sync",
        Needs::Version(bridge::SUPPORTED),
        "customers, addresses, newsletter",
        "customers and addresses through the native API; no newsletter, no password change",
    ),
    ("placing orders from the CRM", Needs::Installed, "through the admin URL", "not available"),
];

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
    Ok(report(&bridge, websites))
}

async fn websites(client: &mut MagentoClient, bridge: &BridgeStatus) -> Result<Vec<WebsiteChoice>, ClientError> {
    let mut choices = vec![WebsiteChoice { id: ALL_WEBSITES, label: "All web sites".to_owned() }];
    let label = |id: i64, name: &str| format!("Website ID: {id}, Stores: {name}");
    if bridge.is_supported() {
        for website in collection(client.call("oroWebsiteList", SoapStruct::new()).await?) {
            let id = id_of(&website);
            if id != 0 {
                choices.push(WebsiteChoice { id, label: label(id, &website.text("name").unwrap_or_default()) });
            }
        }
        return Ok(choices);
    }
    let mut names: indexmap::IndexMap<i64, Vec<String>> = indexmap::IndexMap::new();
    for store in collection(client.call("storeList", SoapStruct::new()).await?) {
        names.entry(id_of(&store)).or_default().push(store.text("name").unwrap_or_default());
    }
    for (id, names) in names.into_iter().filter(|(id, _)| *id != 0) {
        choices.push(WebsiteChoice { id, label: label(id, &names.join(", ")) });
    }
    Ok(choices)
}

fn id_of(row: &SoapStruct) -> i64 {
    row.get("website_id").and_then(crate::soap::SoapValue::to_int).unwrap_or_default()
}

fn report(bridge: &BridgeStatus, websites: Vec<WebsiteChoice>) -> CheckReport {
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
    let offered = || CONNECTORS.iter().filter(|(_, _, needs)| needs.met_by(bridge));
    let mut connectors = DICTIONARIES.to_vec();
    connectors.extend(offered().map(|(initial, ..)| *initial));
    connectors.extend(offered().map(|(_, name, _)| *name));
    let availability = FEATURES
        .iter()
        .map(|(feature, needs, with, without)| {
            let available = needs.met_by(bridge);
            Availability { feature, available, note: if available { with } else { without } }
        })
        .collect();
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
        for (version, connectors, notes, warning, message) in [
            ("", 10, false, false, "Connection successful, please select"),
            ("1.1.3", 12, false, true, "Your OroBridge extension version 1.1.3 is outdated"),
            ("1.2.0", 14, false, false, "Connection was successful. You are running OroBridge version 1.2.0."),
            ("1.2.19", 14, true, false, "Connection was successful."),
        ] {
            let report = report(&bridge(version), Vec::new());
            assert_eq!(report.connectors.len(), connectors, "{version}");
            assert_eq!(report.is_order_note_support_extension_version, notes, "{version}");
            assert_eq!(report.is_warning, warning, "{version}");
            assert!(report.message.starts_with(message), "{}", report.message);
        }
    }
}
