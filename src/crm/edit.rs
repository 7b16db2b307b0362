//! What a CRM user does to customers and their addresses, with the permissions and the state bits that decide what is
//! exported: sync spec, sections 8.1 and 8.2.

use super::integration::is_email;
use super::{ChangeSet, Crm, CrmError, CrmValue, Entity, Fields, IntegrationId, Row, RowId};

/// An edit of a customer as the form submits it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerEdit {
    /// Fields to set.
    pub fields: Fields,
    /// Edits of addresses.
    pub addresses: Vec<AddressEdit>,
}

/// An edit of one address.
#[derive(Clone, Debug, PartialEq)]
pub enum AddressEdit {
    /// Changes an address.
    Change {
        /// Which.
        id: RowId,
        /// Fields to set.
        fields: Fields,
    },
    /// Adds an address.
    Add(Fields),
}

/// What the customer form requires, with its labels.
const REQUIRED: &[(&str, &str)] = &[
    ("firstName", "First name"),
    ("lastName", "Last name"),
    ("email", "Email"),
    ("store", "Store"),
    ("group", "Group"),
];

impl Crm {
    /// Creates a customer that Magento does not have yet, with addresses, and queues the export.
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when two-way sync is off or a required field is missing.
    pub fn create_customer(&mut self, channel: IntegrationId, edit: &CustomerEdit) -> Result<RowId, CrmError> {
        self.check_applicable(channel)?;
        let integration = self.integration(channel)?;
        let mut fields = edit.fields.clone();
        fields.set("channel", channel.0);
        for (name, value) in [("guest", false), ("confirmed", true), ("isActive", false)] {
            if !fields.has(name) {
                fields.set(name, value);
            }
        }
        fields.set("lifetime", rust_decimal::Decimal::ZERO);
        fields.set("owner", integration.settings.default_user_owner.clone());
        if fields.link("website").is_none()
            && let Some(store) = fields.link("store")
        {
            let website = self.require(Entity::Store, store)?.fields.get("website").cloned();
            fields.set("website", website.unwrap_or_default());
        }
        check_form(&fields)?;
        let now = self.clock().now();
        fields.set("createdAt", now);
        fields.set("updatedAt", now);
        self.transaction(|crm| {
            let id = crm.insert(Entity::Customer, fields)?;
            for address in &edit.addresses {
                if let AddressEdit::Add(fields) = address {
                    crm.add_address(channel, id, fields)?;
                }
            }
            crm.customer_created(id)?;
            crm.mark_for_sync(Entity::Customer, id)?;
            crm.queue_export(channel, Entity::Customer, id, &ChangeSet::new())?;
            Ok(id)
        })
    }

    /// Saves a changed customer and queues what must be exported: the customer, changed addresses, new addresses.
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when the permissions or the form refuse it.
    pub fn edit_customer(&mut self, id: RowId, edit: &CustomerEdit) -> Result<(), CrmError> {
        let before = self.require(Entity::Customer, id)?;
        let channel = channel_of(&before)?;
        self.check_applicable(channel)?;
        if before.fields.int("originId").is_none() && !before.fields.get("guest").is_some_and(CrmValue::is_true) {
            let text = "the customer cannot be edited before Magento has it: its creation is still to be exported";
            return Err(CrmError::Forbidden(text.to_owned()));
        }
        let mut after = before.fields.clone();
        for (name, value) in edit.fields.iter() {
            if matches!(name, "channel" | "store" | "website" | "originId") {
                return Err(CrmError::Forbidden(format!("{name} of an existing customer is fixed; leave it out")));
            }
            after.set(name, value.clone());
        }
        check_form(&after)?;
        self.transaction(|crm| {
            let change_set = changes(&before, &edit.fields);
            if !change_set.is_empty() {
                crm.update(Entity::Customer, id, &edit.fields)?;
                crm.mark_for_sync(Entity::Customer, id)?;
                crm.queue_export(channel, Entity::Customer, id, &change_set)?;
            }
            for address in &edit.addresses {
                crm.edit_address(channel, id, address)?;
            }
            Ok(())
        })
    }

    /// Makes a registered customer of a guest; it is exported together with its addresses.
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when two-way sync is off or the customer is no guest.
    pub fn register_guest(&mut self, id: RowId) -> Result<(), CrmError> {
        let customer = self.require(Entity::Customer, id)?;
        let channel = channel_of(&customer)?;
        self.check_applicable(channel)?;
        if !customer.fields.get("guest").is_some_and(CrmValue::is_true) {
            return Err(CrmError::Forbidden("only a guest can be registered".to_owned()));
        }
        self.transaction(|crm| {
            crm.update(Entity::Customer, id, &Fields::new().with("guest", false).with("isActive", true))?;
            crm.mark_for_sync(Entity::Customer, id)?;
            crm.queue_export(channel, Entity::Customer, id, &ChangeSet::new())
        })
    }

    /// Queues the addresses of a customer that Magento just got: they wait for its origin id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn queue_addresses(&mut self, customer: RowId) -> Result<(), CrmError> {
        let channel = channel_of(&self.require(Entity::Customer, customer)?)?;
        for address in self.find(Entity::CustomerAddress, &[("owner", customer.into())])? {
            if address.fields.int("originId").is_none() {
                self.mark_for_sync(Entity::CustomerAddress, address.id)?;
                self.queue_export(channel, Entity::CustomerAddress, address.id, &ChangeSet::new())?;
            }
        }
        Ok(())
    }

    fn edit_address(&mut self, channel: IntegrationId, customer: RowId, edit: &AddressEdit) -> Result<(), CrmError> {
        match edit {
            AddressEdit::Change { id, fields } => {
                let before = self.require(Entity::CustomerAddress, *id)?;
                let change_set = changes(&before, fields);
                if change_set.is_empty() {
                    return Ok(());
                }
                self.update(Entity::CustomerAddress, *id, fields)?;
                self.mark_for_sync(Entity::CustomerAddress, *id)?;
                self.queue_export(channel, Entity::CustomerAddress, *id, &change_set)
            }
            AddressEdit::Add(fields) => {
                let id = self.add_address(channel, customer, fields)?;
                self.mark_for_sync(Entity::CustomerAddress, id)?;
                self.queue_export(channel, Entity::CustomerAddress, id, &ChangeSet::new())
            }
        }
    }

    fn add_address(&mut self, channel: IntegrationId, customer: RowId, fields: &Fields) -> Result<RowId, CrmError> {
        let now = self.clock().now();
        let mut fields = fields.clone();
        fields.set("owner", customer);
        fields.set("channel", channel.0);
        fields.set("created", now);
        fields.set("updated", now);
        self.insert(Entity::CustomerAddress, fields)
    }

    /// Vector 100: enabled and two-way; the bridge is not needed for customers.
    fn check_applicable(&self, channel: IntegrationId) -> Result<(), CrmError> {
        let settings = self.integration(channel)?.settings;
        let missing = match (settings.enabled, settings.is_two_way_sync_enabled) {
            (false, _) => "the integration is not active",
            (true, false) => "two way sync is off",
            (true, true) => return Ok(()),
        };
        let text = format!("customers of \"{}\" cannot be created or edited in the CRM: {missing}", settings.name);
        Err(CrmError::Forbidden(text))
    }
}

fn check_form(fields: &Fields) -> Result<(), CrmError> {
    for (name, label) in REQUIRED {
        let blank = match fields.get(name) {
            None | Some(CrmValue::Null) => true,
            Some(CrmValue::Text(text)) => text.trim().is_empty(),
            Some(_) => false,
        };
        if blank {
            return Err(CrmError::Forbidden(format!("{label} ({name}): this value should not be blank")));
        }
    }
    match fields.text("email") {
        Some(email) if !is_email(email) => {
            Err(CrmError::Forbidden(format!("Email (email): {email} is not a valid email address")))
        }
        _ => Ok(()),
    }
}

fn channel_of(customer: &Row) -> Result<IntegrationId, CrmError> {
    let channel = customer.fields.link("channel");
    channel
        .map(IntegrationId)
        .ok_or_else(|| CrmError::NotFound { entity: "integration", what: "of the customer".to_owned() })
}

fn changes(before: &Row, fields: &Fields) -> ChangeSet {
    let changed = fields.iter().filter_map(|(name, new)| {
        let old = before.fields.get(name).cloned().unwrap_or_default();
        (old != *new).then(|| (name.to_owned(), (old.to_json(), new.to_json())))
    });
    changed.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::{ExportResult, IntegrationSettings};
    use crate::quirk::Quirks;
    use crate::secret::ApiKey;
    use jiff::Timestamp;

    fn crm(two_way: bool) -> (Crm, IntegrationId, RowId) {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let settings = IntegrationSettings {
            api_url: "u".into(),
            api_user: "u".into(),
            api_key: ApiKey::new("k"),
            is_two_way_sync_enabled: two_way,
            ..IntegrationSettings::default()
        };
        let channel = crm.add_integration(&settings).unwrap();
        let website =
            Fields::new().with("channel", channel.0).with("code", "base").with("name", "Base").with("originId", 1);
        let website = crm.insert(Entity::Website, website).unwrap();
        let store =
            Fields::new().with("channel", channel.0).with("code", "default").with("name", "D").with("originId", 1);
        let store = crm.insert(Entity::Store, store.with("website", website)).unwrap();
        let group = Fields::new().with("channel", channel.0).with("name", "General").with("originId", 1);
        let group = crm.insert(Entity::CustomerGroup, group).unwrap();
        let customer = Fields::new().with("channel", channel.0).with("originId", 7).with("email", "jane@example.com");
        let customer =
            customer.with("firstName", "Jane").with("lastName", "O'Neil").with("store", store).with("group", group);
        let id = crm.insert(Entity::Customer, customer).unwrap();
        (crm, channel, id)
    }

    fn rename() -> CustomerEdit {
        CustomerEdit { fields: Fields::new().with("firstName", "Janet"), addresses: Vec::new() }
    }

    #[test]
    fn an_edit_marks_the_row_and_queues_what_changed() {
        let (mut crm, channel, id) = crm(true);
        crm.edit_customer(id, &rename()).unwrap();
        let pending = crm.pending_exports(channel).unwrap();
        assert_eq!(pending.len(), 1);
        assert_eq!(pending[0].change_set["firstName"], ("Jane".into(), "Janet".into()));
        assert_eq!(crm.require(Entity::Customer, id).unwrap().fields.int("syncState"), Some(1));
        crm.finish_export(&pending[0], &ExportResult::Failed("no".into()), &Quirks::default()).unwrap();
        assert_eq!(crm.pending_exports(channel).unwrap()[0].attempts, 1);
        crm.finish_export(&pending[0], &ExportResult::Exported, &Quirks::default()).unwrap();
        assert!(crm.pending_exports(channel).unwrap().is_empty());
        assert_eq!(crm.require(Entity::Customer, id).unwrap().fields.int("syncState"), Some(0));
    }

    #[test]
    fn edits_are_refused_for_the_documented_reasons() {
        let (mut crm, _, id) = crm(false);
        let off = crm.edit_customer(id, &rename()).unwrap_err().to_string();
        assert_eq!(off, "customers of \"Magento\" cannot be created or edited in the CRM: two way sync is off");
        let (mut crm, channel, id) = self::crm(true);
        let blank = CustomerEdit { fields: Fields::new().with("lastName", ""), addresses: Vec::new() };
        let error = crm.edit_customer(id, &blank).unwrap_err().to_string();
        assert_eq!(error, "Last name (lastName): this value should not be blank");
        let row = crm.require(Entity::Customer, id).unwrap();
        let mut fields =
            Fields::new().with("firstName", "New").with("lastName", "One").with("email", "new@example.com");
        for name in ["store", "group"] {
            fields.set(name, row.fields.get(name).cloned().unwrap());
        }
        let new = crm.create_customer(channel, &CustomerEdit { fields, addresses: Vec::new() }).unwrap();
        let pending = crm.edit_customer(new, &rename()).unwrap_err().to_string();
        assert!(pending.contains("still to be exported"), "{pending}");
    }
}
