//! In which way a shop differs from the others of its kind: naming of the service, line feeds, namespace, headers.
//! Wire spec, sections 1.2, 1.3, 2.3, 2.4 and 3.1.

use serde::{Deserialize, Serialize};

use crate::soap::WireStyle;

/// The product and line a fake shop poses as.
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
    /// OpenMage LTS 19.4, what the recordings are from.
    #[serde(rename = "openmage-19.4")]
    OpenMage194,
    /// OpenMage LTS 20.
    #[serde(rename = "openmage-20")]
    OpenMage20,
}

impl Flavor {
    /// Every flavor, oldest first.
    pub const ALL: &[Self] =
        &[Self::Magento17, Self::Magento191, Self::Magento194, Self::OpenMage194, Self::OpenMage20];

    /// The name that seeds, scenarios and the command line use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Magento17 => "magento-1.7",
            Self::Magento191 => "magento-1.9.1",
            Self::Magento194 => "magento-1.9.4",
            Self::OpenMage194 => "openmage-19.4",
            Self::OpenMage20 => "openmage-20",
        }
    }

    /// In words, for a person.
    pub fn title(self) -> &'static str {
        match self {
            Self::Magento17 => "Magento CE 1.7",
            Self::Magento191 => "Magento CE 1.9.1",
            Self::Magento194 => "Magento CE 1.9.4, the reference",
            Self::OpenMage194 => "OpenMage LTS 19.4, what the recordings are from",
            Self::OpenMage20 => "OpenMage LTS 20",
        }
    }

    /// `{H}` of `{H}PortType`, `{H}Binding`, `{H}Port` and `urn:{H}Action`.
    pub fn handler(self, mode: WireStyle) -> &'static str {
        const RPC: &str = "Mage_Api_Model_Server_V2_Handler";
        match (self, mode) {
            (Self::Magento17 | Self::Magento191, WireStyle::WsI) => "Mage_Api_Model_Server_Wsi_Handler",
            (Self::Magento194, _) | (Self::OpenMage194 | Self::OpenMage20, WireStyle::WsI) => "",
            (_, WireStyle::RpcEncoded) => RPC,
        }
    }

    /// `urn:OpenMage` since OpenMage 20.0.15, `urn:Magento` everywhere else.
    pub fn target_namespace(self) -> &'static str {
        match self {
            Self::OpenMage20 => "urn:OpenMage",
            _ => "urn:Magento",
        }
    }

    /// What the shop reports as its version.
    pub fn magento_version(self) -> &'static str {
        match self {
            Self::Magento17 => "1.7.0.2",
            Self::Magento191 => "1.9.1.1",
            Self::Magento194 | Self::OpenMage194 | Self::OpenMage20 => "1.9.4.5",
        }
    }

    /// Whether answers have a line feed between all adjacent tags: from CE 1.8 always, before that in WS-I only.
    pub fn splits_lines(self, mode: WireStyle) -> bool {
        self != Self::Magento17 || mode == WireStyle::WsI
    }

    /// Whether answers carry PHP's own `Content-Type` line before Magento's.
    pub fn doubles_content_type(self) -> bool {
        matches!(self, Self::OpenMage194 | Self::OpenMage20)
    }

    /// Whether the WSDL's service address repeats the requested path and host (CE 1.9.3.7 and later) or is built
    /// from the base URL.
    pub fn echoes_address(self) -> bool {
        !matches!(self, Self::Magento17 | Self::Magento191)
    }

    /// Whether it is OpenMage.
    pub fn is_openmage(self) -> bool {
        matches!(self, Self::OpenMage194 | Self::OpenMage20)
    }

    /// Whether a comment on an order saves the order's items with it; OpenMage 20 leaves them.
    pub fn saves_items_with_comments(self) -> bool {
        self != Self::OpenMage20
    }

    /// Whether a cart of the API can be that of somebody who registers with the order. From CE 1.9.1 on the check looks
    /// for the repeated password under a name that the API never uses, so it fails whatever is sent.
    pub fn carts_register(self) -> bool {
        self == Self::Magento17
    }

    /// Whether carts of the API write the buyer's e-mail into the addresses. Magento CE does not, so its guests' orders
    /// have no e-mail.
    pub fn carts_write_email(self) -> bool {
        self.is_openmage()
    }

    /// The shortest password a customer may have.
    pub fn password_length_min(self) -> usize {
        match self {
            Self::Magento17 | Self::Magento191 => 6,
            _ => 7,
        }
    }
}
