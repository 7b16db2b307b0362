//! Carts: only those that somebody can be reached about, of customers that are known (sync spec 5.9 and 6.6).

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::order::key;
use super::waiting::{Gate, Waiting};
use super::{CUSTOMERS_AGAIN, Changes, Listed, claim, keep_all, nothing_follows, person};
use crate::client::BridgeEndpoint;
use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, Row};
use crate::quirk::Quirk;
use crate::soap::{SoapStruct, SoapValue};
use crate::sync::connector::list::{ListCall, ScopedBy};
use crate::sync::convert::{self, Record, RowError, filled};
use crate::sync::outcome::ConnectorOutcome;
use crate::sync::scope::Scope;
use crate::sync::strategy::address::AddressKind;
use crate::sync::strategy::cart::{self as rules, CartImport, Existing};
use crate::sync::strategy::order::{lacks, shown_names};
use crate::sync::warning::Warning;

/// What is different about them.
pub(in crate::sync) const RULES: Listed = Listed {
    list: |bridge| {
        let operation = BridgeEndpoint::CartList.operation(bridge.version())?;
        Ok(ListCall { nested: &["items"], paged: true, ..ListCall::new(operation, "entity_id") })
    },
    scoped_by: ScopedBy::Stores,
    by_ids_scoped_by: |_| ScopedBy::Stores,
    changes: Changes::Dates,
    key: "entity_id",
    gate,
    import,
    collapse: keep_all,
    written: nothing_follows,
    details: None,
    skipped_as: Some("carts"),
    noted_as: Some(CART_BY_ID),
    works_off: &[CUSTOMERS_AGAIN],
};

/// Under which name carts are noted that were fetched by id and lack something.
pub(super) const CART_BY_ID: &str = "cart by id";

/// What validation asks of a cart: CRM field and Magento's name.
const REQUIRED: &[(&str, &str)] = &[
    ("isGuest", "customer_is_guest"),
    ("storeToBaseRate", "store_to_base_rate"),
    ("storeToQuoteRate", "store_to_quote_rate"),
    ("baseCurrencyCode", "base_currency_code"),
    ("storeCurrencyCode", "store_currency_code"),
    ("quoteCurrencyCode", "quote_currency_code"),
];

/// What validation takes from 0 on.
const NOT_NEGATIVE: &[(&str, &str)] = &[("itemsQty", "items_qty"), ("itemsCount", "items_count")];

/// What validation asks of an item.
const REQUIRED_OF_ITEM: &[(&str, &str)] = &[
    ("productId", "product_id"),
    ("productType", "product_type"),
    ("rowTotal", "row_total"),
    ("taxAmount", "tax_amount"),
    ("name", "name"),
];

const ADDRESSES: &[(&str, &str)] = &[("billingAddress", "billing"), ("shippingAddress", "shipping")];

/// Whether a cart can be imported, waits for its customer, or is left out.
///
/// With guest sync on, a guest's cart waits in the reference client for a guest that nothing makes, and is lost;
/// fixed, it is imported without customer and finds one with the order.
pub(super) fn gate(crm: &Crm, scope: &Scope, row: &SoapStruct, waiting: &mut Waiting) -> Result<Gate, CrmError> {
    if !is_reachable(row) {
        return Ok(Gate::Skip);
    }
    if let Some(id) = key(row, "customer_id") {
        if scope.id_by_origin(crm, Entity::Customer, id)?.is_some() {
            return Ok(Gate::Import);
        }
        waiting.customers.push(id);
        return Ok(Gate::Postpone);
    }
    let drops = scope.guest_sync && scope.quirks.has(Quirk::GuestCartsDropped);
    let is_lost = drops && person::find(crm, scope, &person::of_row(row))?.is_none();
    Ok(if is_lost { Gate::Postpone } else { Gate::Import })
}

fn is_reachable(row: &SoapStruct) -> bool {
    let billing = row.get("billing_address").and_then(SoapValue::as_struct);
    let phone = billing.and_then(|address| address.get("telephone")).and_then(filled);
    let email = row.get("customer_email").and_then(filled);
    rules::has_contact(email.as_deref(), phone.as_deref())
}

/// Imports one row inside the caller's transaction; gives its `updatedAt`.
pub(super) fn import(
    crm: &mut Crm,
    scope: &Scope,
    row: &SoapStruct,
    outcome: &mut ConnectorOutcome,
) -> Result<Option<Timestamp>, CrmError> {
    if !is_reachable(row) {
        outcome.leave_row_out();
        return Ok(None);
    }
    let record = match convert::cart::cart(row, &scope.quirks) {
        Ok(record) => record,
        Err(error) => return refuse(row, &error, outcome),
    };
    let number = outcome.counts.read;
    let origin_id = record.origin_id();
    let customer = customer(crm, scope, row, &record)?;
    if customer.is_none() && key(row, "customer_id").is_none() && scope.guest_sync {
        if scope.quirks.has(Quirk::GuestCartsDropped) {
            return Ok(None);
        }
    } else if customer.is_none() {
        let relation = owner_relation(scope, &record, row);
        outcome.warnings.push(scope.not_found(number, Entity::Customer, relation));
    }
    let mut import = prepared(crm, scope, record, number, &mut outcome.warnings)?;
    let existing = match origin_id {
        Some(id) => scope.by_origin(crm, Entity::Cart, id)?,
        None => None,
    };
    if let Err(error) = validated(&import, existing.as_ref()) {
        return refuse(row, &error, outcome);
    }
    let (first, last) = shown_names(customer.as_ref(), import.addresses.first());
    import.fields.set("firstName", first);
    import.fields.set("lastName", last);
    let purchaser = existing.as_ref().and_then(|row| row.fields.link("customer"));
    import.fields.set("customer", customer.as_ref().map(|row| row.id).or(purchaser));
    let updated_at = match import.fields.get("updatedAt") {
        Some(CrmValue::DateTime(at)) => Some(*at),
        _ => None,
    };
    give_email(crm, customer.as_ref(), import.fields.text("email"))?;
    let addresses = stored_addresses(crm, scope, existing.as_ref(), &import.addresses)?;
    let items = match &existing {
        Some(row) => crm.find(Entity::CartItem, &[("cart", row.id.into())])?,
        None => Vec::new(),
    };
    let found = Existing { cart: existing.as_ref(), items: &items, addresses: &addresses };
    let changes = rules::cart(import, found, scope.now, &scope.quirks);
    if let Some(id) = scope.apply(crm, changes, &mut outcome.counts)? {
        claim::note(crm, scope, (Entity::Cart, id), key(row, "customer_id"))?;
    }
    Ok(updated_at)
}

/// The customer of a cart as the reference client's import has it, with what the cart says of them.
fn owner_relation(scope: &Scope, record: &Record, row: &SoapStruct) -> Value {
    let mut relation = Map::new();
    if let Some(link) = record.links.get("customer").copied().flatten() {
        relation.insert("originId".to_owned(), link.key());
    }
    if let Some(group) = row.get("customer_group_id").and_then(SoapValue::to_text) {
        relation.insert("group".to_owned(), json!({ "originId": group, "channel": { "id": scope.channel.0.0 } }));
    }
    let owner = convert::cart::owner(row);
    for (name, value) in [("firstName", owner.first_name), ("lastName", owner.last_name)] {
        relation.extend(value.map(|value| (name.to_owned(), Value::from(value))));
    }
    Value::Object(relation)
}

fn refuse(row: &SoapStruct, error: &RowError, outcome: &mut ConnectorOutcome) -> Result<Option<Timestamp>, CrmError> {
    outcome.skip_row(Warning::refused("cart", row.text("entity_id").unwrap_or_default(), error));
    Ok(None)
}

/// By origin id; without one by e-mail, and on a shared address by name.
fn customer(crm: &Crm, scope: &Scope, row: &SoapStruct, record: &Record) -> Result<Option<Row>, CrmError> {
    match record.link("customer") {
        Some(id) => scope.by_origin(crm, Entity::Customer, id),
        None => person::find(crm, scope, &person::of_row(row)),
    }
}

fn prepared(
    crm: &Crm,
    scope: &Scope,
    mut record: Record,
    number: usize,
    warnings: &mut Vec<Warning>,
) -> Result<CartImport, CrmError> {
    record.links.shift_remove("customer");
    let mut addresses = Vec::new();
    for (name, kind) in ADDRESSES {
        for address in record.rows.shift_remove(name).into_iter().flatten() {
            let mut fields = scope.address_fields(crm, address, AddressKind::Sale, number, warnings)?;
            // An address whose country nobody knows is dropped (vector 130).
            if fields.text("country").is_some() {
                fields.set("kind", *kind);
                addresses.push(fields);
            }
        }
    }
    let items = record
        .rows
        .shift_remove("cartItems")
        .map(|items| items.iter().map(|item| scope.fields(crm, item, number, warnings)).collect::<Result<Vec<_>, _>>());
    let items = items.transpose()?;
    let fields = scope.fields(crm, &record, number, warnings)?;
    Ok(CartImport { fields, items, addresses })
}

fn validated(import: &CartImport, stored: Option<&Row>) -> Result<(), RowError> {
    for (field, from) in REQUIRED {
        if lacks(&import.fields, stored, field) {
            return Err(RowError::Missing { field: from });
        }
    }
    for (field, from) in NOT_NEGATIVE {
        let found = match import.fields.get(field) {
            Some(CrmValue::Decimal(number)) if number.is_sign_negative() && !number.is_zero() => number.to_string(),
            Some(CrmValue::Int(number)) if *number < 0 => number.to_string(),
            _ => continue,
        };
        return Err(RowError::Value { field: (*from).to_owned(), found, expected: "a number that is not below 0" });
    }
    for item in import.items.iter().flatten() {
        for (field, from) in REQUIRED_OF_ITEM {
            if lacks(item, None, field) {
                return Err(RowError::Missing { field: from });
            }
        }
    }
    Ok(())
}

/// A customer without e-mail address gets the cart's (vector 131).
fn give_email(crm: &mut Crm, customer: Option<&Row>, email: Option<&str>) -> Result<(), CrmError> {
    match (customer, email) {
        (Some(row), Some(email)) if row.fields.text("email").is_none_or(|known| known.trim().is_empty()) => {
            crm.update(Entity::Customer, row.id, &Fields::new().with("email", email))
        }
        _ => Ok(()),
    }
}

/// The addresses of the cart. The reference client finds them by origin id alone, in any integration.
fn stored_addresses(crm: &Crm, scope: &Scope, cart: Option<&Row>, imported: &[Fields]) -> Result<Vec<Row>, CrmError> {
    let mut stored = match cart {
        Some(row) => crm.find(Entity::CartAddress, &[("cart", row.id.into())])?,
        None => Vec::new(),
    };
    if scope.quirks.has(Quirk::RegionsSharedByIntegrations) {
        for id in imported.iter().filter_map(|fields| fields.origin_id()) {
            stored.splice(0..0, crm.find(Entity::CartAddress, &[("originId", id.into())])?);
        }
    }
    Ok(stored)
}
