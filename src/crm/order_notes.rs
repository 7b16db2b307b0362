//! Where the notes of an order are shown: sync spec, section 9.5. They are always stored; the settings of the integration
//! decide on which pages people see them.

use super::{Crm, CrmError, CrmValue, Entity, IntegrationId, Row, RowId};
use crate::crm::settings::NotesPage;

impl Crm {
    /// Pages that show a note: `order`, and with "Import Order Comments as Order Notes" `customer` and `account` as well.
    ///
    /// # Errors
    /// When the database fails.
    pub fn pages_of_note(&self, note: &Row) -> Result<&'static [&'static str], CrmError> {
        let Some(order) = note.fields.link("order") else { return Ok(&[]) };
        let shown = |page| self.shows_notes(Entity::Order, order, page);
        Ok(match (shown(NotesPage::Order)?, shown(NotesPage::Customer)?) {
            (true, true) => &["order", "customer", "account"],
            (true, false) => &["order"],
            (false, _) => &[],
        })
    }

    /// The notes that the page of an order, a customer or an account shows, oldest first; none on other pages.
    ///
    /// # Errors
    /// When the database fails.
    pub fn notes_on_page(&self, row: &Row) -> Result<Vec<Row>, CrmError> {
        let page = if row.entity == Entity::Order { NotesPage::Order } else { NotesPage::Customer };
        let mut notes = Vec::new();
        for order in self.orders_of_page(row)? {
            if self.shows_notes(Entity::Order, order, page)? {
                notes.extend(self.find(Entity::OrderNote, &[("order", CrmValue::Ref(order))])?);
            }
        }
        Ok(notes)
    }

    fn orders_of_page(&self, row: &Row) -> Result<Vec<RowId>, CrmError> {
        let of = |entity: Entity, field: &str, id: RowId| -> Result<Vec<RowId>, CrmError> {
            Ok(self.find(entity, &[(field, CrmValue::Ref(id))])?.iter().map(|row| row.id).collect())
        };
        match row.entity {
            Entity::Order => Ok(vec![row.id]),
            Entity::Customer => of(Entity::Order, "customer", row.id),
            Entity::Account => {
                let mut orders = Vec::new();
                for customer in of(Entity::Customer, "account", row.id)? {
                    orders.extend(of(Entity::Order, "customer", customer)?);
                }
                Ok(orders)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn shows_notes(&self, entity: Entity, id: RowId, page: NotesPage) -> Result<bool, CrmError> {
        let channel = self.require(entity, id)?.fields.link("channel").map(IntegrationId);
        let Some(channel) = channel else { return Ok(false) };
        Ok(self.integration(channel)?.settings.shows_order_notes(page))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::{Fields, IntegrationSettings};
    use crate::secret::ApiKey;
    use jiff::Timestamp;

    /// Vector 154, on the pages themselves.
    #[test]
    fn pages_of_customers_and_accounts_show_notes_when_the_setting_is_on() {
        for (version, setting, pages, on_order, on_customer) in [
            ("1.2.19", true, &["order", "customer", "account"][..], 1, 1),
            ("1.2.19", false, &["order"], 1, 0),
            ("1.2.18", true, &[], 0, 0),
        ] {
            let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
            let settings = IntegrationSettings {
                api_url: "u".to_owned(),
                api_user: "u".to_owned(),
                api_key: ApiKey::new("k"),
                is_extension_installed: true,
                extension_version: Some(version.to_owned()),
                is_display_order_notes: setting,
                ..IntegrationSettings::default()
            };
            let channel = crm.add_integration(&settings).unwrap().0;
            let of_channel = || Fields::new().with("channel", channel);
            let account = crm.insert(Entity::Account, Fields::new().with("name", "Ada")).unwrap();
            let customer = crm.insert(Entity::Customer, of_channel().with("account", account)).unwrap();
            let order = of_channel().with("incrementId", "1").with("customer", customer);
            let order = crm.insert(Entity::Order, order).unwrap();
            let note = of_channel().with("order", order).with("message", "Packed");
            let note = crm.insert(Entity::OrderNote, note).unwrap();
            let row = |entity, id| crm.require(entity, id).unwrap();
            assert_eq!(crm.pages_of_note(&row(Entity::OrderNote, note)).unwrap(), pages);
            let shown = |entity, id| crm.notes_on_page(&row(entity, id)).unwrap().len();
            assert_eq!(shown(Entity::Order, order), on_order, "{version} {setting}");
            assert_eq!(shown(Entity::Customer, customer), on_customer, "{version} {setting}");
            assert_eq!(shown(Entity::Account, account), on_customer, "{version} {setting}");
        }
    }
}
