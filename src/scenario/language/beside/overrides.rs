//! In which way a scenario's shop differs from its product: a file beside the scenario.

use std::path::Path;
use std::sync::Arc;

use crate::bounded;
use crate::magento::{BridgeRelease, Contract, Flavor};
use crate::scenario::language::beside::seeds::NoSeed;
use crate::shop::{Overrides, ShopConfig};
use crate::soap::WireStyle;

/// Reads a file by its path relative to the scenario and compares it with the product it says it is for, and with what the
/// shop's modules add to that.
///
/// # Errors
/// An unreadable file, a file that is none of overrides, or one that does not fit.
pub fn load(name: &str, scenario: &Path, contract: &Contract) -> Result<Overrides, NoSeed> {
    let path = scenario.parent().unwrap_or(Path::new("")).join(name);
    let text = bounded::read_text(&path, bounded::TEXT_BYTES_MAX).map_err(|cause| NoSeed {
        message: format!("cannot read the overrides `{name}`: {cause}"),
        help: "the path is relative to the scenario file".to_owned(),
    })?;
    let checked = Overrides::parse(&text, name).and_then(|read| {
        let bridge = read.bridge_release()?.unwrap_or(Some(BridgeRelease::newest()));
        let (mode, flavor) = (read.mode().unwrap_or_default(), read.flavor.unwrap_or_default());
        read.check(&contract.schema(mode, bridge, flavor))?;
        Ok(read)
    });
    checked.map_err(|error| NoSeed {
        message: format!("`{name}` does not do as overrides: {error}"),
        help: "`mockgento schema overrides` says what may stand there".to_owned(),
    })
}

/// Puts overrides into a shop; what the scenario says itself stays.
pub(in crate::scenario) fn install(overrides: Overrides, config: &mut ShopConfig, says_bridge: bool) {
    if config.flavor == Flavor::default() {
        config.flavor = overrides.flavor.unwrap_or_default();
    }
    if config.mode == WireStyle::default() {
        config.mode = overrides.mode().unwrap_or_default();
    }
    if let (false, Ok(Some(bridge))) = (says_bridge, overrides.bridge_release()) {
        config.bridge = bridge;
    }
    config.overrides = Some(Arc::new(overrides));
}
