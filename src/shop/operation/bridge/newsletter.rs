//! Newsletter subscriptions: wire spec, section 8.8.

use super::super::flat_table::{Joins, Listing};
use super::super::{Call, Operations};
use crate::magento::Pager;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("newsletterSubscriberList", list),
    ("newsletterSubscriberCreate", create),
    ("newsletterSubscriberUpdate", update),
    ("newsletterSubscriberSubscribeEmail", subscribe_email),
    ("newsletterSubscriberUnsubscribe", unsubscribe),
];

const TABLE: &str = "newsletter_subscriber";

const SUBSCRIBED: &str = "1";
const UNSUBSCRIBED: &str = "3";

const LISTING: Listing = Listing {
    table: TABLE,
    alias: ("subscriber_id", "subscriber_id"),
    joins: Joins::Nothing,
    // The rows are counted before they are read.
    select: "SELECT COUNT(*) FROM `newsletter_subscriber` AS `main_table`",
    order: "",
};

/// Newest first. Releases before 1.2.0 declare no pager, so that everything is returned.
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let pager = Pager::from_value(call.arguments.get("pager"))?;
    let mut found = LISTING.find(call, Pager::All).map_err(|error| error.uncaught(call))?;
    if call.shop.bridge().is_some_and(|release| release.at_least("1.2.0.0")) {
        found.reverse();
    }
    Ok(pager.slice(found).iter().map(|row| row.to_struct().into()).collect::<Vec<SoapValue>>().into())
}

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let data = call.record("subscriberData");
    let customer = data.get("customer_id").and_then(SoapValue::to_int).filter(|id| *id != 0);
    let customer = match customer {
        Some(id) => Some(customer_row(call, id)?),
        None => None,
    };
    if let Some(customer) = &customer
        && by_customer(call.shop, customer.text("entity_id")).is_some()
    {
        return Err(call.fault("customer_already_subscribed"));
    }
    let given = data.text("subscriber_email").filter(|email| !email.is_empty());
    let email = given.or_else(|| customer.as_ref().map(|customer| customer.text("email").to_owned()));
    let Some(email) = email else { return Err(call.fault("email_is_empty")) };
    let known = by_email(call.shop, &email);
    if known.as_ref().is_some_and(|known| known.int("customer_id") != 0) {
        return Err(call.fault("email_already_subscribed"));
    }
    // Only what is set on the record is answered: defaults of the database are not (recordings 310 to 312).
    let mut row = known.unwrap_or_default();
    let existing = row.get("subscriber_id").map(crate::soap::value::leading_int);
    if row.int("customer_id") == 0 {
        row.remove("customer_id");
    }
    if let Some(customer) = &customer {
        row.set("customer_id", customer.text("entity_id"));
        row.set_default("store_id", customer.text("store_id"));
    }
    fill(&mut row, &data);
    row.set("subscriber_email", email);
    if row.get("subscriber_confirm_code").is_none() {
        row.set("subscriber_confirm_code", call.shop.confirm_code());
    }
    row.set("change_status_at", call.shop.now_sql());
    let mut stored = row.clone();
    for (column, value) in [("store_id", "0"), ("customer_id", "0"), ("subscriber_status", "0")] {
        stored.set_default(column, value);
    }
    let id = match existing {
        Some(id) => {
            call.shop.database.table_mut(TABLE).update(id, |row| *row = stored);
            id
        }
        None => call.shop.database.table_mut(TABLE).insert(stored),
    };
    row.set("subscriber_id", id.to_string());
    Ok(row.to_struct().into())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let mut row = load(call)?;
    let data = call.record("subscriberData");
    let (id, owner) = (row.int("subscriber_id"), row.int("customer_id"));
    let customer = data.get("customer_id").and_then(SoapValue::to_int).filter(|id| *id != 0);
    if let Some(customer) = customer {
        customer_row(call, customer)?;
        if owner != 0 && owner != customer {
            return Err(call.fault("subscriber_customer_change_forbidden"));
        }
        let other = by_customer(call.shop, &customer.to_string());
        if other.is_some_and(|other| other.int("subscriber_id") != id) {
            return Err(call.fault("customer_already_subscribed"));
        }
        row.set("customer_id", customer.to_string());
    }
    let email = data.text("subscriber_email").filter(|email| !email.is_empty());
    if let Some(email) = email {
        if by_email(call.shop, &email).is_some_and(|other| other.int("subscriber_id") != id) {
            return Err(call.fault("email_already_subscribed"));
        }
        row.set("subscriber_email", email);
    }
    fill(&mut row, &data);
    row.set("change_status_at", call.shop.now_sql());
    let answer = row.to_struct();
    call.shop.database.table_mut(TABLE).update(id, |stored| *stored = row);
    Ok(answer.into())
}

/// As the shop's own subscription box does it, for nobody's account and the admin store.
fn subscribe_email(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let email = call.arguments.text("email");
    if email.as_deref() == Some("") {
        return Err(call.fault("email_is_empty"));
    }
    // Null is let through: it belongs to nobody.
    let known = email.as_deref().and_then(|email| by_email(call.shop, email));
    let existing = known.as_ref().map(|row| row.int("subscriber_id"));
    let mut row = known.unwrap_or_default();
    row.set_default("store_id", "0");
    row.set_default("customer_id", "0");
    row.set("change_status_at", call.shop.now_sql());
    if let Some(email) = email {
        row.set("subscriber_email", email);
    }
    row.set("subscriber_status", SUBSCRIBED);
    row.set("subscriber_confirm_code", call.shop.confirm_code());
    let table = call.shop.database.table_mut(TABLE);
    let id = match existing {
        Some(id) => {
            table.update(id, |stored| *stored = row.clone());
            id
        }
        None => table.insert(row.clone()),
    };
    row.set("subscriber_id", id.to_string());
    Ok(row.to_struct().into())
}

fn unsubscribe(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let id = load(call)?.int("subscriber_id");
    let now = call.shop.now_sql();
    call.shop.database.table_mut(TABLE).update(id, |row| {
        row.set("subscriber_status", UNSUBSCRIBED);
        row.set("change_status_at", now);
    });
    Ok(true.into())
}

/// The subscription the call is about.
fn load(call: &Call<'_>) -> Result<Row, Refusal> {
    let row = call.shop.database.table(TABLE).row(call.int("subscriberId"));
    row.cloned().ok_or_else(|| call.fault("not_exists"))
}

fn customer_row(call: &Call<'_>, id: i64) -> Result<Row, Refusal> {
    let customer = call.shop.database.table("customer").row(id);
    customer.cloned().ok_or_else(|| call.fault("customer_not_found"))
}

fn by_email(shop: &Shop, email: &str) -> Option<Row> {
    shop.database.table(TABLE).with("subscriber_email", email).next().map(|(_, row)| row.clone())
}

fn by_customer(shop: &Shop, customer: &str) -> Option<Row> {
    shop.database.table(TABLE).with("customer_id", customer).next().map(|(_, row)| row.clone())
}

/// Sets what the data brings, apart from keys, e-mail and customer.
fn fill(row: &mut Row, data: &SoapStruct) {
    for field in ["store_id", "subscriber_status", "subscriber_confirm_code"] {
        if let Some(text) = data.text(field).filter(|text| !text.is_empty()) {
            row.set(field, text);
        }
    }
}
