//! In which way a shop differs from the others of its kind: naming of the service, line feeds, namespace, web server, and
//! where releases behave otherwise. What differs is a column of `Release`; wire spec, sections 1.2, 1.3, 2.3, 2.4, 3.1.

use serde::{Deserialize, Serialize};

use crate::soap::WireStyle;

/// The release a fake shop poses as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[non_exhaustive]
pub enum Flavor {
    /// Magento CE 1.7.
    #[serde(rename = "magento-1.7")]
    Magento17,
    /// Magento CE 1.9.1.
    #[serde(rename = "magento-1.9.1")]
    Magento191,
    /// Magento CE 1.9.4, the reference.
    #[default]
    #[serde(rename = "magento-1.9.4")]
    Magento194,
    /// OpenMage LTS 19.4 with the namespace of Magento under PHP's built-in web server, what most recordings are from.
    #[serde(rename = "openmage-19.4")]
    OpenMage194,
    /// OpenMage LTS 19.4.16, the last with the namespace of Magento.
    #[serde(rename = "openmage-19.4.16")]
    OpenMage19416,
    /// OpenMage LTS 19.4.23.
    #[serde(rename = "openmage-19.4.23")]
    OpenMage19423,
    /// OpenMage LTS 20.0.
    #[serde(rename = "openmage-20.0")]
    OpenMage200,
    /// OpenMage LTS 20.12.
    #[serde(rename = "openmage-20.12")]
    OpenMage2012,
    /// OpenMage LTS 20.16; `openmage-20` means the newest 20.
    #[serde(rename = "openmage-20.16", alias = "openmage-20")]
    OpenMage2016,
}

/// What serves a shop's PHP. PHP's own server sends its `Content-Type` beside Magento's, others send one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum WebServer {
    /// nginx or Apache with PHP-FPM, or Apache's module: one `Content-Type`.
    Fpm,
    /// PHP's built-in server: two.
    BuiltIn,
}

impl WebServer {
    /// Every web server that a shop may have.
    pub const ALL: &[Self] = &[Self::Fpm, Self::BuiltIn];

    /// The name that scenarios and the command line use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fpm => "fpm",
            Self::BuiltIn => "built-in",
        }
    }
}

/// How a release names its service in RPC.
const HANDLER: &str = "Mage_Api_Model_Server_V2_Handler";
const HANDLER_1: &str = "Mage_Api_Model_Server_Handler";
const URN_MAGENTO: &str = "urn:Magento";
const URN_OPENMAGE: &str = "urn:OpenMage";

/// One release, a column for each thing that differs.
#[derive(Debug)]
struct Release {
    name: &'static str,
    /// Other names that mean it.
    aliases: &'static [&'static str],
    title: &'static str,
    rpc_handler: &'static str,
    wsi_handler: &'static str,
    target_namespace: &'static str,
    magento_version: &'static str,
    splits_rpc_lines: bool,
    web_server: WebServer,
    echoes_address: bool,
    is_openmage: bool,
    declares_vat: bool,
    saves_items_with_orders: bool,
    carts_register: bool,
    password_length_min: usize,
    denies_empty_wsi_login: bool,
    has_new_countries: bool,
    line_of_category_tree: u16,
    /// Whether PHP's driver gives integers for integer columns.
    integer_columns: bool,
    json_rpc: JsonRpc,
    logs_in_by_head: bool,
    lists_products_of_website: bool,
}

/// What a release does of JSON-RPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JsonRpc {
    /// The release has no such door: its address answers 404.
    Missing,
    /// Every request ends in the error page: OpenMage 20.11 and 20.12.
    Broken,
    /// The door answers as it should.
    Works,
}

const CE: Release = Release {
    name: "",
    aliases: &[],
    title: "",
    rpc_handler: "",
    wsi_handler: "",
    target_namespace: URN_MAGENTO,
    magento_version: "1.9.4.5",
    splits_rpc_lines: true,
    web_server: WebServer::Fpm,
    echoes_address: true,
    is_openmage: false,
    declares_vat: false,
    saves_items_with_orders: true,
    carts_register: false,
    password_length_min: 7,
    denies_empty_wsi_login: false,
    has_new_countries: false,
    line_of_category_tree: 149,
    integer_columns: false,
    json_rpc: JsonRpc::Missing,
    logs_in_by_head: false,
    lists_products_of_website: true,
};

const OLD_CE: Release = Release {
    rpc_handler: HANDLER,
    wsi_handler: "Mage_Api_Model_Server_Wsi_Handler",
    echoes_address: false,
    password_length_min: 6,
    ..CE
};

const OPENMAGE: Release = Release {
    is_openmage: true,
    rpc_handler: HANDLER,
    target_namespace: URN_OPENMAGE,
    integer_columns: true,
    lists_products_of_website: false,
    ..CE
};

/// OpenMage from 20.5 to 20.10 on, between which each of these changed.
const OPENMAGE_20: Release = Release {
    declares_vat: true,
    saves_items_with_orders: false,
    denies_empty_wsi_login: true,
    has_new_countries: true,
    line_of_category_tree: 143,
    integer_columns: false,
    json_rpc: JsonRpc::Works,
    logs_in_by_head: true,
    ..OPENMAGE
};

/// In the order of [`Flavor::ALL`].
static RELEASES: [Release; 9] = [
    Release {
        name: "magento-1.7",
        title: "Magento CE 1.7",
        magento_version: "1.7.0.2",
        splits_rpc_lines: false,
        carts_register: true,
        ..OLD_CE
    },
    Release { name: "magento-1.9.1", title: "Magento CE 1.9.1", magento_version: "1.9.1.1", ..OLD_CE },
    Release { name: "magento-1.9.4", title: "Magento CE 1.9.4, the reference", ..CE },
    Release {
        name: "openmage-19.4",
        title: "OpenMage LTS 19.4 with urn:Magento under PHP's built-in server, what most recordings are from",
        target_namespace: URN_MAGENTO,
        web_server: WebServer::BuiltIn,
        ..OPENMAGE
    },
    Release {
        name: "openmage-19.4.16",
        title: "OpenMage LTS 19.4.16, the last with urn:Magento",
        rpc_handler: "",
        target_namespace: URN_MAGENTO,
        lists_products_of_website: true,
        ..OPENMAGE
    },
    Release { name: "openmage-19.4.23", title: "OpenMage LTS 19.4.23", ..OPENMAGE },
    Release { name: "openmage-20.0", title: "OpenMage LTS 20.0", ..OPENMAGE },
    Release { name: "openmage-20.12", title: "OpenMage LTS 20.12", json_rpc: JsonRpc::Broken, ..OPENMAGE_20 },
    Release {
        name: "openmage-20.16",
        aliases: &["openmage-20"],
        title: "OpenMage LTS 20.16, also called openmage-20",
        ..OPENMAGE_20
    },
];

impl Flavor {
    /// Every flavor, oldest first.
    pub const ALL: &[Self] = &[
        Self::Magento17,
        Self::Magento191,
        Self::Magento194,
        Self::OpenMage194,
        Self::OpenMage19416,
        Self::OpenMage19423,
        Self::OpenMage200,
        Self::OpenMage2012,
        Self::OpenMage2016,
    ];

    /// The release that the name `openmage-20` stands for.
    pub const NEWEST_OPENMAGE: Self = Self::OpenMage2016;

    fn release(self) -> &'static Release {
        &RELEASES[self as usize]
    }

    /// The name that seeds, scenarios and the command line use.
    pub fn as_str(self) -> &'static str {
        self.release().name
    }

    /// Other names that mean it.
    pub fn aliases(self) -> &'static [&'static str] {
        self.release().aliases
    }

    /// In words, for a person.
    pub fn title(self) -> &'static str {
        self.release().title
    }

    /// `{H}` of `{H}PortType`, `{H}Binding`, `{H}Port` and `urn:{H}Action`.
    pub fn handler(self, mode: WireStyle) -> &'static str {
        match mode {
            WireStyle::RpcEncoded => self.release().rpc_handler,
            WireStyle::WsI => self.release().wsi_handler,
        }
    }

    /// The same for SOAP of API version 1.
    pub fn version1_handler(self) -> &'static str {
        // The recorded shop has been told to name it by nothing.
        if self == Self::OpenMage194 || self.release().rpc_handler.is_empty() { "" } else { HANDLER_1 }
    }

    /// `urn:OpenMage` since OpenMage 19.4.17 and 20.0.15, `urn:Magento` everywhere else.
    pub fn target_namespace(self) -> &'static str {
        self.release().target_namespace
    }

    /// Whether the namespace is OpenMage's own.
    pub fn is_urn_openmage(self) -> bool {
        self.target_namespace() == URN_OPENMAGE
    }

    /// What the shop reports as its version.
    pub fn magento_version(self) -> &'static str {
        self.release().magento_version
    }

    /// Whether answers have a line feed between all adjacent tags: from CE 1.8 always, before that in WS-I only.
    pub fn splits_lines(self, mode: WireStyle) -> bool {
        self.release().splits_rpc_lines || mode == WireStyle::WsI
    }

    /// What serves such a shop unless somebody says otherwise.
    pub fn web_server(self) -> WebServer {
        self.release().web_server
    }

    /// Whether the WSDL's service address repeats the requested path and host (CE 1.9.3.7 and later) or is built
    /// from the base URL.
    pub fn echoes_address(self) -> bool {
        self.release().echoes_address
    }

    /// Whether it is OpenMage.
    pub fn is_openmage(self) -> bool {
        self.release().is_openmage
    }

    /// Whether an order's addresses have the fields of a VAT check: OpenMage from between 20.5 and 20.10 on.
    pub fn declares_vat(self) -> bool {
        self.release().declares_vat
    }

    /// The line of Magento's code in which a tree of categories that do not exist ends, as PHP 8 tells it.
    pub fn line_of_category_tree(self) -> u16 {
        self.release().line_of_category_tree
    }

    /// Attributes that are installed before those of the catalogue, beyond those of Magento CE: OpenMage's customers have two
    /// more.
    pub fn attributes_before_catalog(self) -> i64 {
        if self.is_openmage() { 2 } else { 0 }
    }

    /// OpenMage's own version, which it reports besides Magento's.
    pub fn openmage_version(self) -> Option<&'static str> {
        match self {
            Self::OpenMage194 | Self::OpenMage19423 => Some("19.4.23"),
            Self::OpenMage19416 => Some("19.4.16"),
            Self::OpenMage200 => Some("20.0.20"),
            Self::OpenMage2012 => Some("20.12.3"),
            Self::OpenMage2016 => Some("20.16.0"),
            Self::Magento17 | Self::Magento191 | Self::Magento194 => None,
        }
    }

    /// Whether API version 1 gives integers for integer columns: OpenMage before 20.1 on PHP 8.1 and later. On older PHP, and
    /// on newer OpenMage whatever its PHP, they are texts.
    pub fn integer_columns(self) -> bool {
        self.release().integer_columns
    }

    /// What the release does of JSON-RPC.
    pub fn json_rpc(self) -> JsonRpc {
        self.release().json_rpc
    }

    /// Whether a call of API version 1 without a session may bring name and key in `Authorization`.
    pub fn logs_in_by_head(self) -> bool {
        self.release().logs_in_by_head
    }

    /// Whether a map of arguments names them, as PHP 8 takes it; before, only their order counts.
    pub fn names_arguments(self) -> bool {
        self.is_openmage()
    }

    /// Whether an order that is saved saves its items with it although nothing of theirs has changed; newer OpenMage leaves
    /// them.
    pub fn saves_items_with_orders(self) -> bool {
        self.release().saves_items_with_orders
    }

    /// Whether a cart of the API can be that of somebody who registers with the order. From CE 1.9.1 on the check looks
    /// for the repeated password under a name that the API never uses, so it fails whatever is sent.
    pub fn carts_register(self) -> bool {
        self.release().carts_register
    }

    /// Whether carts of the API write the buyer's e-mail into the addresses. Magento CE does not, so its guests' orders
    /// have no e-mail.
    pub fn carts_write_email(self) -> bool {
        self.is_openmage()
    }

    /// The shortest password a customer may have.
    pub fn password_length_min(self) -> usize {
        self.release().password_length_min
    }

    /// Whether a list of products in a store view has those of its website only. OpenMage from between 19.4.17 and 19.4.20 on
    /// lists all, with what the store view has of them.
    pub fn lists_products_of_website(self) -> bool {
        self.release().lists_products_of_website
    }

    /// Whether the countries are those of newer OpenMage.
    pub fn has_new_countries(self) -> bool {
        self.release().has_new_countries
    }

    /// Whether empty texts of a WS-I login are denied access (2) and not a bad request (6).
    pub fn denies_empty_wsi_login(self) -> bool {
        self.release().denies_empty_wsi_login
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flavor_has_its_release_and_is_read_by_its_names() {
        for flavor in Flavor::ALL {
            for name in flavor.aliases().iter().chain([&flavor.as_str()]) {
                let read: Flavor = serde_json::from_value(serde_json::json!(name)).unwrap();
                assert_eq!(read, *flavor, "{name}");
            }
            assert_eq!(serde_json::to_value(flavor).unwrap(), flavor.as_str());
        }
        assert_eq!(Flavor::NEWEST_OPENMAGE.aliases(), ["openmage-20"]);
    }
}
