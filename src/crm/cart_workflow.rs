//! What a salesperson does with a cart: give it up, make an opportunity of it, take it up again, order it (sync spec 9.3).

use super::{Crm, CrmError, Entity, Fields, Row, RowId};

/// A step of the abandoned cart workflow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CartStep {
    /// An order is placed for the customer; the status changes when the order is imported.
    PlaceOrder,
    /// It becomes an opportunity. The opportunity itself is not kept here.
    ConvertToOpportunity,
    /// It is given up.
    Abandon,
    /// It is taken up again.
    Reopen,
}

/// Step, its name, the statuses it begins from, and the status it leads to.
const STEPS: &[(CartStep, &str, &[&str], &str)] = &[
    (CartStep::PlaceOrder, "place order", &["open"], "open"),
    (CartStep::ConvertToOpportunity, "convert to opportunity", &["open"], "converted_to_opportunity"),
    (CartStep::Abandon, "abandon", &["open"], "lost"),
    (CartStep::Reopen, "reopen", &["lost", "converted_to_opportunity"], "open"),
];

/// Shown with a cart whose imports after an order failed.
const NOT_UP_TO_DATE: &str = "Cart data is not up to date";

impl Crm {
    /// Does a step with a cart.
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when the cart's status does not allow it.
    pub fn move_cart(&mut self, cart: RowId, step: CartStep) -> Result<(), CrmError> {
        let row = self.require(Entity::Cart, cart)?;
        let Some((_, name, from, to)) = STEPS.iter().find(|(known, ..)| *known == step) else { return Ok(()) };
        let status = row.fields.text("status").unwrap_or_default();
        if !from.contains(&status) {
            let text = format!("\"{name}\" is for carts that are {}, this one is {status}", from.join(" or "));
            return Err(CrmError::Forbidden(text));
        }
        self.update(Entity::Cart, cart, &Fields::new().with("status", *to))
    }

    /// Whether an order can be placed in Magento from here: its admin must be known, and the bridge there (sync spec 9.4).
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] in the CRM's words.
    pub fn check_order_can_be_placed(&self, of: &Row) -> Result<(), CrmError> {
        let channel = of.fields.link("channel").map(super::IntegrationId);
        let settings = channel.map(|id| self.integration(id)).transpose()?.map(|integration| integration.settings);
        let Some(settings) = settings.filter(|settings| settings.admin_url.is_some()) else {
            let text = "Unable to handle your request. Invalid Integration configuration detected.";
            return Err(CrmError::Forbidden(text.to_owned()));
        };
        if !settings.is_extension_installed {
            let text = "Unable to perform this operation, Oro Bridge extension not found.";
            return Err(CrmError::Forbidden(text.to_owned()));
        }
        Ok(())
    }

    /// Notes that the imports after an order failed, or that they worked.
    ///
    /// # Errors
    /// When the database fails.
    pub fn note_cart_is_up_to_date(&mut self, cart: RowId, is_up_to_date: bool) -> Result<(), CrmError> {
        let message = (!is_up_to_date).then_some(NOT_UP_TO_DATE);
        self.update(Entity::Cart, cart, &Fields::new().with("statusMessage", message.map(str::to_owned)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::IntegrationSettings;
    use crate::secret::ApiKey;
    use jiff::Timestamp;

    #[test]
    fn a_cart_goes_the_ways_of_its_workflow_only() {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let settings = IntegrationSettings {
            name: "Shop".to_owned(),
            api_url: "http://shop.example/".to_owned(),
            api_user: "oro".to_owned(),
            api_key: ApiKey::new("oro-key-1"),
            ..IntegrationSettings::default()
        };
        let channel = crm.add_integration(&settings).unwrap();
        use CartStep::{Abandon, ConvertToOpportunity, PlaceOrder, Reopen};
        for (status, step, expected) in [
            ("open", Abandon, Some("lost")),
            ("open", ConvertToOpportunity, Some("converted_to_opportunity")),
            ("open", PlaceOrder, Some("open")),
            ("lost", Reopen, Some("open")),
            ("converted_to_opportunity", Reopen, Some("open")),
            ("expired", Abandon, None),
            ("purchased", PlaceOrder, None),
            ("open", Reopen, None),
        ] {
            let fields = Fields::new().with("channel", channel.0).with("originId", 1).with("status", status);
            let cart = crm.insert(Entity::Cart, fields).unwrap();
            let done = crm.move_cart(cart, step);
            assert_eq!(done.is_ok(), expected.is_some(), "{status} {step:?}: {done:?}");
            let now = crm.require(Entity::Cart, cart).unwrap();
            assert_eq!(now.fields.text("status"), Some(expected.unwrap_or(status)));
            let error = crm.check_order_can_be_placed(&now).unwrap_err();
            assert!(error.to_string().contains("Invalid Integration configuration detected."), "{error}");
            crm.delete(Entity::Cart, cart).unwrap();
        }
    }
}
