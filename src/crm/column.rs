//! What is known of a column: its type, the key beside it, what it holds when nobody speaks of it.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use rust_decimal::Decimal;

use super::columns::{self, Columns};
use super::{ColumnType, CrmValue, Entity};

/// Types by entity and name, for every field of every row that is written.
static TYPES: LazyLock<HashMap<(Entity, &'static str), ColumnType, FixedState>> = LazyLock::new(|| {
    let of = |(entity, columns): &(Entity, Columns)| {
        let entity = *entity;
        columns.iter().map(move |(name, kind)| ((entity, *name), *kind))
    };
    columns::COLUMNS.iter().flat_map(of).collect()
});

impl Entity {
    /// Columns besides the row id.
    pub fn columns(self) -> Columns {
        columns::COLUMNS.iter().find(|(entity, _)| *entity == self).map_or(&[], |(_, columns)| columns)
    }

    /// The type of a column; `None` for one that the entity does not have.
    pub fn column(self, field: &str) -> Option<ColumnType> {
        TYPES.get(&(self, field)).copied()
    }

    /// The column beside a field that holds what the field is looked up by, where that is not the field itself: of an
    /// e-mail address what all its spellings have in common. Such columns are the database's alone.
    pub(super) fn key_column(self, field: &str) -> Option<&'static str> {
        match (self, field) {
            (Self::Contact | Self::Customer | Self::Cart | Self::NewsletterSubscriber, "email") => Some("emailKey"),
            (Self::Order, "customerEmail") => Some("customerEmailKey"),
            _ => None,
        }
    }

    /// What a new row holds in fields that nobody speaks of: the defaults of the reference client's entities (sync spec 5.3,
    /// 5.7 and 5.8). The schema has more of them, where it had them from the beginning.
    pub(super) fn defaults(self) -> &'static [(&'static str, CrmValue)] {
        const NO: CrmValue = CrmValue::Bool(false);
        const NOTHING: CrmValue = CrmValue::Decimal(Decimal::ZERO);
        match self {
            Self::Website => &[("default", NO)],
            Self::CustomerAddress | Self::ContactAddress | Self::ContactPhone => &[("primary", NO)],
            Self::Order => &[
                ("totalPaidAmount", NOTHING),
                ("totalInvoicedAmount", NOTHING),
                ("totalRefundedAmount", NOTHING),
                ("totalCanceledAmount", NOTHING),
            ],
            _ => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::clock::Clock;
    use crate::crm::{Crm, Fields, IntegrationSettings};
    use crate::secret::ApiKey;

    #[test]
    fn a_new_row_holds_what_the_reference_clients_entities_begin_with() {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let settings = IntegrationSettings {
            api_url: "http://shop/".into(),
            api_user: "oro".into(),
            api_key: ApiKey::new("oro-key-1"),
            ..IntegrationSettings::default()
        };
        let channel = crm.add_integration(&settings).unwrap();
        let of_channel = Fields::new().with("channel", channel.0);
        let customer = crm.insert(Entity::Customer, of_channel.clone()).unwrap();
        let contact = crm.insert(Entity::Contact, Fields::new()).unwrap();
        let of_contact = Fields::new().with("contact", contact);
        let amounts = ["totalPaidAmount", "totalInvoicedAmount", "totalRefundedAmount", "totalCanceledAmount"];
        for (entity, fields, begins, value) in [
            (Entity::Order, of_channel.clone().with("incrementId", "1"), &amounts[..], "0"),
            (Entity::Website, of_channel.with("code", "base").with("name", "Main"), &["default"], "false"),
            (Entity::CustomerAddress, Fields::new().with("owner", customer), &["primary"], "false"),
            (Entity::ContactAddress, of_contact.clone(), &["primary"], "false"),
            (Entity::ContactPhone, of_contact.with("phone", "555"), &["primary"], "false"),
        ] {
            let id = crm.insert(entity, fields).unwrap();
            let row = crm.get(entity, id).unwrap().unwrap();
            for field in begins {
                let is = row.fields.get(field).unwrap().to_json().to_string();
                assert_eq!(is.trim_matches('"'), value, "{} {field}", entity.table());
            }
        }
    }
}
