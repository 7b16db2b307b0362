//! Where a row of the tables applies: one style, some releases of the bridge, a line of products.

use serde::Deserialize;

use crate::magento::{BridgeRelease, Flavor};
use crate::soap::WireStyle;

/// Where a row of a table applies.
#[derive(Clone, Default)]
pub(super) struct Presence {
    pub(super) mode: Option<WireStyle>,
    since: Option<String>,
    until: Option<String>,
    line: Option<Line>,
}

/// A line of products that alone has a thing.
#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Line {
    Openmage,
    #[serde(rename = "openmage-20")]
    Openmage20,
}

impl Line {
    /// Whether a flavor is of this line.
    pub(super) fn holds(self, flavor: Flavor) -> bool {
        match self {
            Self::Openmage => flavor.is_openmage(),
            Self::Openmage20 => flavor.declares_vat(),
        }
    }
}

/// What a schema is built for.
#[derive(Clone, Copy)]
pub(super) struct Target<'a> {
    pub(super) mode: WireStyle,
    pub(super) bridge: Option<&'a BridgeRelease>,
    pub(super) flavor: Flavor,
}

impl Presence {
    /// One style, whatever the release.
    pub(super) fn of(mode: WireStyle) -> Self {
        Self { mode: Some(mode), ..Self::default() }
    }

    /// Reads the modifiers at the end of a row.
    pub(super) fn read(modifiers: &[&str]) -> Self {
        let mut presence = Self::default();
        for modifier in modifiers {
            match *modifier {
                "rpc" => presence.mode = Some(WireStyle::RpcEncoded),
                "wsi" => presence.mode = Some(WireStyle::WsI),
                "openmage" => presence.line = Some(Line::Openmage),
                "openmage-20" => presence.line = Some(Line::Openmage20),
                other => {
                    if let Some(since) = other.strip_prefix(">=") {
                        presence.since = Some(since.to_owned());
                    } else if let Some(until) = other.strip_prefix('<') {
                        presence.until = Some(until.to_owned());
                    }
                }
            }
        }
        presence
    }

    /// Whether the row applies to the target.
    pub(super) fn holds(&self, Target { mode, bridge, flavor }: Target<'_>) -> bool {
        self.mode.is_none_or(|wanted| wanted == mode)
            && self.line.is_none_or(|line| line.holds(flavor))
            && self.since.as_ref().is_none_or(|since| bridge.is_some_and(|release| release.at_least(since)))
            && self.until.as_ref().is_none_or(|until| bridge.is_none_or(|release| !release.at_least(until)))
    }
}
