//! Customers with their addresses (sync spec 5.6 to 5.8), and what is made for new ones.

use jiff::Timestamp;

use super::claim;
use super::waiting::{Batch, Pass};
use super::{Changes, Details, Listed, import_at_once, keep_all};
use crate::client::Endpoint;
use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, OriginId, Row, RowId};
use crate::email_address;
use crate::quirk::Quirk;
use crate::soap::SoapStruct;
use crate::sync::connector::list::{ListCall, ScopedBy};
use crate::sync::connector::{Stream, detail};
use crate::sync::convert::{self, Record};
use crate::sync::outcome::ConnectorOutcome;
use crate::sync::scope::Scope;
use crate::sync::sent;
use crate::sync::strategy::address::AddressKind;
use crate::sync::strategy::customer::{CustomerImport, Existing};
use crate::sync::strategy::guest::is_shared;
use crate::sync::strategy::{self, Change};
use crate::sync::warning::Warning;

/// What is different about them.
pub(in crate::sync) const RULES: Listed = Listed {
    list: |bridge| {
        let operation = Endpoint::CustomerList.operation(bridge.version());
        let nested = if bridge.is_installed() { &["addresses"][..] } else { &[] };
        Ok(ListCall { nested, paged: bridge.is_installed(), ..ListCall::new(operation, "customer_id") })
    },
    scoped_by: ScopedBy::Website,
    by_ids_scoped_by: |_| ScopedBy::Website,
    changes: Changes::Dates,
    key: "customer_id",
    gate: import_at_once,
    import,
    collapse: keep_all,
    written: |crm, scope, batch, written| match written.pass {
        Pass::BeforeDetails => Ok(()),
        Pass::Only | Pass::Details => discover(crm, scope, batch),
    },
    details: Some(Details {
        are_wanted: |bridge| !bridge.is_supported(),
        ask: |client, key, bridge| {
            Box::pin(detail::native_customer(client, OriginId(key.parse().unwrap_or_default()), bridge))
        },
        gone_fault: 102,
        bare_again: true,
    }),
    skipped_as: Some("customers"),
    noted_as: Some(CUSTOMER_BY_ID),
    works_off: &[],
};

/// Under which name customers are noted that were fetched by id and lack something.
pub(super) const CUSTOMER_BY_ID: &str = "customer by id";

/// Where customers are noted whose contacts were made of a row with holes.
const CONTACT: &str = "contact";

/// Gives every customer of a batch that has none an account and a contact, once its addresses are there: the reference
/// client does so in the background, after the import (sync spec 7.1, 7.2).
///
/// Nothing is passed on to a contact later, so one that was made while details or a dictionary were missing would stay
/// like that; it is noted, and filled up when its customer comes again.
pub(super) fn discover(crm: &mut Crm, scope: &Scope, batch: &Batch) -> Result<(), CrmError> {
    let noted = crm.missing_details(scope.channel, CONTACT)?;
    let bare = crm.missing_details(scope.channel, Stream::Customer.connector_name())?;
    for (key, id) in batch.keys().filter_map(|key| Some((key, key.parse().ok()?))) {
        let Some(row) = scope.by_origin(crm, Entity::Customer, id)? else { continue };
        let is_noted = noted.contains(key);
        let has_holes = scope.is_incomplete || bare.contains(key);
        if row.fields.link("account").is_none() {
            let account = crm.give_account(&row, &scope.quirks)?;
            crm.lifetime_joined(scope.channel, &row, account)?;
            if has_holes && !scope.quirks.has(Quirk::IncompleteWindowForgotten) {
                crm.note_missing_detail(scope.channel, CONTACT, key)?;
            }
        } else if is_noted {
            crm.fill_up_contact(row.id)?;
            if !has_holes {
                crm.forget_missing_detail(scope.channel, CONTACT, key)?;
            }
        }
    }
    Ok(())
}

/// Imports one row inside the caller's transaction; gives its `updatedAt`.
pub(in crate::sync) fn import(
    crm: &mut Crm,
    scope: &Scope,
    row: &SoapStruct,
    outcome: &mut ConnectorOutcome,
) -> Result<Option<Timestamp>, CrmError> {
    let record = match convert::customer::customer(row, &scope.quirks) {
        Ok(record) => record,
        Err(error) => {
            outcome.skip_row(Warning::refused("customer", row.text("customer_id").unwrap_or_default(), error));
            return Ok(None);
        }
    };
    if record.link("website").is_none() && !is_known(crm, scope, &record)? {
        let warning = Warning::NoWebsite { key: row.text("customer_id").unwrap_or_default() };
        // The reference client looks for guests by website without asking whether there is one.
        if scope.quirks.has(Quirk::CustomerWithoutWebsiteFails) {
            return Err(CrmError::Forbidden(warning.to_string()));
        }
        outcome.skip_row(warning);
        return Ok(None);
    }
    write_record(crm, scope, record, outcome)
}

fn is_known(crm: &Crm, scope: &Scope, record: &Record) -> Result<bool, CrmError> {
    match record.origin_id() {
        Some(id) => Ok(scope.id_by_origin(crm, Entity::Customer, id)?.is_some()),
        None => Ok(false),
    }
}

/// Writes a converted customer with the addresses it speaks of.
pub(in crate::sync) fn write_record(
    crm: &mut Crm,
    scope: &Scope,
    mut record: Record,
    outcome: &mut ConnectorOutcome,
) -> Result<Option<Timestamp>, CrmError> {
    let updated_at = match record.value("updatedAt") {
        Some(CrmValue::DateTime(at)) => Some(*at),
        _ => None,
    };
    let number = outcome.counts.read;
    let addresses = record.rows.shift_remove("addresses");
    let fields = scope.fields(crm, &record, number, &mut outcome.warnings)?;
    let existing = find_existing(crm, scope, &fields)?;
    let existing_addresses = match &existing {
        Some(row) => crm.find(Entity::CustomerAddress, &[("owner", row.id.into())])?,
        None => Vec::new(),
    };
    let addresses = match addresses {
        Some(records) => Some(
            records
                .into_iter()
                .map(|record| scope.address_fields(crm, record, AddressKind::Customer, number, &mut outcome.warnings))
                .collect::<Result<Vec<_>, _>>()?,
        ),
        None => None,
    };
    let email = fields.text("email").map(email_address::key);
    let import = CustomerImport { fields, addresses };
    let sent_before = sent_of(crm, scope, &existing_addresses)?;
    let found = Existing { customer: existing.as_ref(), addresses: &existing_addresses, sent: &sent_before };
    let changes = strategy::customer::customer(import, found, &scope.quirks);
    let registered = existing.as_ref().filter(|row| is_guest(row));
    let origin_id = changes.iter().find_map(|change| match change {
        Change::Root { fields, .. } => fields.origin_id(),
        _ => None,
    });
    let imported = scope.apply(crm, changes, &mut outcome.counts)?;
    if let Some(id) = imported.filter(|_| is_newly_known(existing.as_ref(), origin_id, email.as_deref())) {
        claim::take(crm, scope, id)?;
    }
    if let (Some(guest), Some(id)) = (registered, origin_id)
        && !scope.quirks.has(Quirk::RegisteredGuestStaysAsMade)
    {
        crm.guest_registered(guest, &scope.quirks)?;
        // Its addresses may come with the details: `discover` fills the contact up.
        crm.note_missing_detail(scope.channel, CONTACT, &id.to_string())?;
    }
    Ok(updated_at)
}

/// What exports sent of addresses that have no origin id yet.
fn sent_of(crm: &Crm, scope: &Scope, addresses: &[Row]) -> Result<Vec<(RowId, Record)>, CrmError> {
    let made: Vec<RowId> = addresses.iter().filter(|row| row.fields.origin_id().is_none()).map(|row| row.id).collect();
    if made.is_empty() {
        return Ok(Vec::new());
    }
    let mut all = Vec::new();
    let queue = crm.export_queue(scope.channel)?;
    for edit in queue.iter().filter(|edit| edit.entity == Entity::CustomerAddress && made.contains(&edit.row)) {
        for fields in &edit.sent {
            let record = convert::address::customer_address(&sent::record(fields), &scope.quirks);
            let record = record.map_err(|error| {
                CrmError::Forbidden(format!("what was sent of the waiting edit {} cannot be read: {error}", edit.id))
            })?;
            all.push((edit.row, record));
        }
    }
    Ok(all)
}

/// Whether nobody could be found yet by what the customer is known by now: Magento's id and the e-mail address.
fn is_newly_known(existing: Option<&Row>, origin_id: Option<OriginId>, email: Option<&str>) -> bool {
    let Some(existing) = existing else { return true };
    let had = existing.fields.text("email").map(email_address::key);
    origin_id.is_some() && existing.fields.origin_id() != origin_id || email.is_some() && had.as_deref() != email
}

/// Whether a row was made of a guest's order and nothing else.
fn is_guest(row: &Row) -> bool {
    row.fields.get("guest").is_some_and(CrmValue::is_true) && row.fields.origin_id().is_none()
}

/// By origin id; else a row of the same e-mail and website that has none: a guest, or a customer made in the CRM. Of the guests
/// who share an address it is the one of that name; the reference client takes any of them.
fn find_existing(crm: &Crm, scope: &Scope, fields: &Fields) -> Result<Option<Row>, CrmError> {
    if let Some(origin_id) = fields.origin_id()
        && let Some(row) = scope.by_origin(crm, Entity::Customer, origin_id)?
    {
        return Ok(Some(row));
    }
    let (Some(email), Some(website)) = (fields.text("email"), fields.link("website")) else { return Ok(None) };
    let key = [
        ("channel", scope.channel.0.into()),
        ("email", email.into()),
        ("website", RowId(website.0).into()),
        ("originId", CrmValue::Null),
    ];
    let is_shared =
        is_shared(email, &scope.shared_emails, &scope.quirks) && !scope.quirks.has(Quirk::AnyGuestRegisters);
    if !is_shared {
        return crm.find_one(Entity::Customer, &key);
    }
    let is_named = |row: &Row| ["firstName", "lastName"].iter().all(|name| row.fields.text(name) == fields.text(name));
    Ok(crm.find(Entity::Customer, &key)?.into_iter().find(|row| !is_guest(row) || is_named(row)))
}
