//! The two styles a Magento server can be switched between (`api/config/compliance_wsi`).

use serde::{Deserialize, Serialize};

/// How envelopes are laid out. A server speaks exactly one of them at a time (wire spec, fact 2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WireStyle {
    /// SOAP section 5 encoding: typed parts, `SOAP-ENC:arrayType`, `xsi:nil`.
    #[default]
    RpcEncoded,
    /// WS-I compliance mode: document/literal wrapped, `complexObjectArray`.
    WsI,
}

impl WireStyle {
    /// The word users meet in file names, snapshots and reports: `rpc` or `wsi`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RpcEncoded => "rpc",
            Self::WsI => "wsi",
        }
    }
}
