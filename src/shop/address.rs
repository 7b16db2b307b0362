//! What an address must have, whoever it is of.

use super::{Row, Shop};
use crate::magento::directory;

/// Whether an address must name its state where the country has some.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    /// Carts and orders ask for it in the countries that the configuration lists.
    Required,
    /// An address of a customer is saved without (recording 271).
    Optional,
}

/// What a fresh install's configuration lists.
const STATE_REQUIRED: &[&str] = &["AT", "CA", "CH", "DE", "EE", "ES", "FI", "FR", "LT", "LV", "RO", "US"];

impl Shop {
    /// The texts of Magento's address validation, in its order.
    pub(super) fn missing_in_address(&self, address: &Row, state: State) -> Vec<&'static str> {
        let zip_optional = self.settings.lists("general/country/optional_zip_countries", address.text("country_id"));
        let required = [
            ("firstname", "Please enter the first name."),
            ("lastname", "Please enter the last name."),
            ("street", "Please enter the street."),
            ("city", "Please enter the city."),
            ("telephone", "Please enter the telephone number."),
            ("postcode", "Please enter the zip/postal code."),
            ("country_id", "Please enter the country."),
        ];
        let mut missing: Vec<&str> = required
            .iter()
            .filter(|(column, _)| address.text(column).trim().is_empty() && !(*column == "postcode" && zip_optional))
            .map(|(_, text)| *text)
            .collect();
        let asked = state == State::Required && self.asks_for_state(address.text("country_id"));
        if asked && address.int("region_id") == 0 {
            missing.push("Please enter the state/province.");
        }
        missing
    }

    /// Countries whose addresses need a state: those of the configuration that have any.
    fn asks_for_state(&self, country: &str) -> bool {
        let listed = match self.settings.get("general/region/state_required") {
            Some(_) => self.settings.lists("general/region/state_required", country),
            None => STATE_REQUIRED.contains(&country),
        };
        listed && directory::regions().iter().any(|region| region.country_id == country)
    }
}
