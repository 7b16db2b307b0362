//! What a CRM user does to customers and their addresses, with the permissions and the state bits that decide what is
//! exported: sync spec, sections 8.1 and 8.2.

use std::collections::BTreeMap;

use super::export_queue::TO_EXPORT;
use super::form::is_email;
use super::ids::OriginId;
use super::{ChangeSet, Crm, CrmError, CrmValue, Entity, Fields, IntegrationId, Row, RowId};
use crate::quirk::Quirks;

/// An edit of a customer as the form submits it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CustomerEdit {
    /// The fields of the customer to set.
    pub fields: Fields,
    /// The edits of the customer's addresses.
    pub addresses: Vec<AddressEdit>,
}

impl CustomerEdit {
    /// A field of a form that is left empty is submitted as null, not as an empty text.
    fn as_submitted(&self) -> Self {
        let field = |(name, value): (&str, &CrmValue)| {
            let is_empty = matches!(value, CrmValue::Text(text) if text.is_empty());
            (name.to_owned(), if is_empty { CrmValue::Null } else { value.clone() })
        };
        let fields = |fields: &Fields| fields.iter().map(field).collect::<Fields>();
        let address = |edit: &AddressEdit| match edit {
            AddressEdit::Change { id, fields: set } => AddressEdit::Change { id: *id, fields: fields(set) },
            AddressEdit::Add(set) => AddressEdit::Add(fields(set)),
        };
        Self { fields: fields(&self.fields), addresses: self.addresses.iter().map(address).collect() }
    }
}

/// An edit of one address.
#[derive(Clone, Debug, PartialEq)]
pub enum AddressEdit {
    /// Changes an address that is there.
    Change {
        /// The row to change.
        id: RowId,
        /// The fields of the address to set.
        fields: Fields,
    },
    /// Adds an address with these fields.
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

/// What only the CRM itself writes.
const NOT_IN_FORM: &[&str] = &[
    "channel",
    "originId",
    "owner",
    "syncState",
    "guest",
    "lifetime",
    "currency",
    "account",
    "contact",
    "createdAt",
    "updatedAt",
    "importedAt",
    "syncedAt",
    "created",
    "updated",
];

/// What the form shows but does not let change once the customer exists.
const FIXED: &[&str] = &["store", "website"];

/// Shortest password the form takes.
const PASSWORD_LENGTH_MIN: usize = 6;

impl Crm {
    /// Creates a customer that Magento does not have yet, with addresses, and queues the export. The addresses follow
    /// once the customer has its origin id, see [`Crm::queue_addresses`].
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when two-way sync is off or the form would refuse the customer.
    pub fn create_customer(&mut self, channel: IntegrationId, edit: &CustomerEdit) -> Result<RowId, CrmError> {
        let edit = &edit.as_submitted();
        self.check_applicable(channel)?;
        check_writable(&edit.fields)?;
        let integration = self.integration(channel)?;
        let mut fields = edit.fields.clone();
        fields.set("channel", channel.0);
        fields.set("owner", integration.settings.default_user_owner.clone());
        self.website_of_store(&mut fields)?;
        check_form(&fields)?;
        self.check_values(&fields)?;
        self.check_relations(channel, &fields)?;
        self.check_email_is_free(channel, &fields)?;
        let now = self.clock().now();
        fields.set("createdAt", now);
        fields.set("updatedAt", now);
        self.transaction(|crm| {
            let id = crm.insert(Entity::Customer, fields)?;
            for address in &edit.addresses {
                let AddressEdit::Add(fields) = address else {
                    let text = "a new customer has no addresses to change; add them";
                    return Err(CrmError::Forbidden(text.to_owned()));
                };
                crm.add_address(channel, id, fields)?;
            }
            crm.customer_created(id, &Quirks::default())?;
            crm.mark_for_sync(Entity::Customer, id)?;
            crm.queue_export(channel, Entity::Customer, id, ChangeSet::new())?;
            Ok(id)
        })
    }

    /// Saves the form of a customer and queues what the reference client exports then: the customer, every address that
    /// Magento has, and the addresses it does not have yet. What did not change is exported too, with its state bit as
    /// the only change, so that edits made in Magento meanwhile arrive (sync spec 8.2).
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when the permissions or the form refuse it.
    pub fn edit_customer(&mut self, id: RowId, edit: &CustomerEdit) -> Result<(), CrmError> {
        let edit = &edit.as_submitted();
        let before = self.require(Entity::Customer, id)?;
        let channel = channel_of(&before)?;
        self.check_applicable(channel)?;
        // A creation that was given up would wait for ever: what the shop objected to can be mended.
        if !is_editable(&before) && !self.is_given_up(channel, Entity::Customer, id)? {
            let text = "the customer cannot be edited before Magento has it: its creation is still to be exported";
            return Err(CrmError::Forbidden(text.to_owned()));
        }
        check_writable(&edit.fields)?;
        let mut after = before.fields.clone();
        for (name, value) in edit.fields.iter() {
            if FIXED.contains(&name) && before.fields.get(name) != Some(value) {
                return Err(CrmError::Forbidden(format!("{name} of an existing customer is fixed; leave it out")));
            }
            after.set(name.to_owned(), value.clone());
        }
        check_form(&after)?;
        self.check_values(&edit.fields)?;
        self.check_relations(channel, &edit.fields)?;
        self.transaction(|crm| {
            crm.save(channel, &before, &edit.fields)?;
            crm.save_addresses(channel, id, &edit.addresses)
        })
    }

    /// Makes a registered customer of a guest; it is exported, and then its addresses.
    ///
    /// # Errors
    /// [`CrmError::Forbidden`] when two-way sync is off or the customer is no guest.
    pub fn register_guest(&mut self, id: RowId) -> Result<(), CrmError> {
        let customer = self.require(Entity::Customer, id)?;
        let channel = channel_of(&customer)?;
        self.check_applicable(channel)?;
        if !is_guest(&customer) {
            return Err(CrmError::Forbidden("only a guest can be registered".to_owned()));
        }
        self.transaction(|crm| {
            crm.update(Entity::Customer, id, &Fields::new().with("guest", false).with("isActive", true))?;
            crm.mark_for_sync(Entity::Customer, id)?;
            crm.queue_export(channel, Entity::Customer, id, ChangeSet::new())
        })
    }

    /// Queues the addresses of a customer that Magento just got: they wait for its origin id (vector 155).
    ///
    /// # Errors
    /// When the database fails.
    pub fn queue_addresses(&mut self, customer: RowId) -> Result<(), CrmError> {
        let channel = channel_of(&self.require(Entity::Customer, customer)?)?;
        for address in self.find(Entity::CustomerAddress, &[("owner", customer.into())])? {
            if address.fields.origin_id().is_none() {
                self.mark_for_sync(Entity::CustomerAddress, address.id)?;
                self.queue_export(channel, Entity::CustomerAddress, address.id, ChangeSet::new())?;
            }
        }
        Ok(())
    }

    /// Writes the fields of a row and queues it, unless nothing changed or the row is not exported at all (a guest, or
    /// gone in Magento). An export that was given up is tried anew, whether or not something changed.
    fn save(&mut self, channel: IntegrationId, before: &Row, fields: &Fields) -> Result<(), CrmError> {
        let mut change_set = changes(before, fields);
        self.update(before.entity, before.id, fields)?;
        let state = self.mark_for_sync(before.entity, before.id)?;
        let old = before.fields.int("syncState").unwrap_or_default();
        if old != state {
            change_set.insert("syncState".to_owned(), (old.into(), state.into()));
        }
        let is_anew = self.is_given_up(channel, before.entity, before.id)?;
        if state & TO_EXPORT == 0 || change_set.is_empty() && !fields.has("password") && !is_anew {
            return Ok(());
        }
        if before.fields.origin_id().is_none() {
            // It is still to be made, whole.
            change_set.clear();
        }
        self.queue_export(channel, before.entity, before.id, change_set)
    }

    /// All addresses of the form: those that were there, changed or not, and then the new ones.
    fn save_addresses(
        &mut self,
        channel: IntegrationId,
        customer: RowId,
        edits: &[AddressEdit],
    ) -> Result<(), CrmError> {
        let existing = self.find(Entity::CustomerAddress, &[("owner", customer.into())])?;
        let nothing = Fields::new();
        let mut changed: BTreeMap<RowId, &Fields> = BTreeMap::new();
        for edit in edits {
            if let AddressEdit::Change { id, fields } = edit {
                check_writable(fields)?;
                self.check_address(fields, false)?;
                if !existing.iter().any(|row| row.id == *id) {
                    let text = "the address belongs to another customer, or to none";
                    return Err(CrmError::Forbidden(text.to_owned()));
                }
                changed.insert(*id, fields);
            }
        }
        // Addresses of a customer that Magento does not have wait for it, see `queue_addresses`.
        let is_known = self.require(Entity::Customer, customer)?.fields.origin_id().is_some();
        for row in &existing {
            let fields = changed.get(&row.id).copied().unwrap_or(&nothing);
            if is_known {
                self.save(channel, row, fields)?;
            } else {
                self.update(Entity::CustomerAddress, row.id, fields)?;
            }
        }
        for edit in edits {
            if let AddressEdit::Add(fields) = edit {
                let id = self.add_address(channel, customer, fields)?;
                if is_known {
                    self.mark_for_sync(Entity::CustomerAddress, id)?;
                    self.queue_export(channel, Entity::CustomerAddress, id, ChangeSet::new())?;
                }
            }
        }
        Ok(())
    }

    fn add_address(&mut self, channel: IntegrationId, customer: RowId, fields: &Fields) -> Result<RowId, CrmError> {
        check_writable(fields)?;
        self.check_address(fields, true)?;
        let now = self.clock().now();
        let mut fields = fields.clone();
        fields.set("owner", customer);
        fields.set("channel", channel.0);
        fields.set("created", now);
        fields.set("updated", now);
        self.insert(Entity::CustomerAddress, fields)
    }

    /// The form asks for a store; the website is the store's.
    fn website_of_store(&self, fields: &mut Fields) -> Result<(), CrmError> {
        if fields.link("website").is_none()
            && let Some(store) = fields.link("store")
        {
            let website = self.require(Entity::Store, store)?.fields.get("website").cloned();
            fields.set("website", website.unwrap_or_default());
        }
        Ok(())
    }

    /// A form offers the stores, websites and groups of its own channel only.
    fn check_relations(&self, channel: IntegrationId, fields: &Fields) -> Result<(), CrmError> {
        for (name, entity) in [("store", Entity::Store), ("website", Entity::Website), ("group", Entity::CustomerGroup)]
        {
            let Some(id) = fields.link(name) else { continue };
            if self.require(entity, id)?.fields.link("channel") != Some(channel.0) {
                return Err(CrmError::Forbidden(format!("{name} belongs to another integration")));
            }
        }
        Ok(())
    }

    /// Whether customers of the channel may be created and edited at all (vector 100).
    fn check_applicable(&self, channel: IntegrationId) -> Result<(), CrmError> {
        let settings = self.integration(channel)?.settings;
        let missing = match (settings.enabled, settings.is_two_way_sync_enabled) {
            (false, _) => "the integration is not active; activate it first",
            (true, false) => "two way sync is off; switch it on in the integration's settings first",
            (true, true) => return Ok(()),
        };
        let text = format!("customers of \"{}\" cannot be created or edited in the CRM: {missing}", settings.name);
        Err(CrmError::Forbidden(text))
    }
}

/// Whether a customer of an applicable channel may be edited: not while its creation waits for its export (vector 153).
pub fn is_editable(customer: &Row) -> bool {
    customer.fields.origin_id().is_some() || is_guest(customer)
}

/// Whether an e-mail address is free, by the origin ids of the Magento customers that have it (`None` for a record
/// without id) and the customer's own (vector 97).
pub fn email_is_free(holders: &[Option<OriginId>], own: Option<OriginId>) -> bool {
    holders.iter().all(|holder| holder.is_some() && *holder == own)
}

fn is_guest(customer: &Row) -> bool {
    customer.fields.get("guest").is_some_and(CrmValue::is_true)
}

fn check_writable(fields: &Fields) -> Result<(), CrmError> {
    match fields.iter().find(|(name, _)| NOT_IN_FORM.contains(name)) {
        Some((name, _)) => Err(CrmError::Forbidden(format!("{name} is kept by the CRM itself; leave it out"))),
        None => Ok(()),
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
    if let Some(email) = fields.text("email").filter(|email| !is_email(email)) {
        return Err(CrmError::Forbidden(format!("Email (email): {email} is not a valid email address")));
    }
    if fields.text("password").is_some_and(|text| (1..PASSWORD_LENGTH_MIN).contains(&text.chars().count())) {
        let text = format!("Password (password): at least {PASSWORD_LENGTH_MIN} characters");
        return Err(CrmError::Forbidden(text));
    }
    Ok(())
}

fn channel_of(customer: &Row) -> Result<IntegrationId, CrmError> {
    let channel = customer.fields.link("channel");
    channel
        .map(IntegrationId)
        .ok_or_else(|| CrmError::NotFound { entity: "integration", what: "of the customer".to_owned() })
}

/// What differs; never a password, which must not be written anywhere else.
fn changes(before: &Row, fields: &Fields) -> ChangeSet {
    let changed = fields.iter().filter(|(name, _)| *name != "password").filter_map(|(name, new)| {
        let old = before.fields.get(name).cloned().unwrap_or_default();
        (old != *new).then(|| (name.to_owned(), (old.to_json(), new.to_json())))
    });
    changed.collect()
}

#[cfg(test)]
mod tests;
