//! Subscribing and unsubscribing from the CRM: sent to Magento at once, what it answers is imported (sync spec 8.6).

use super::connector::Connector;
use super::context::{SyncContext, SyncEvent};
use super::convert::{Link, Record, key_of};
use super::error::SyncError;
use super::export;
use super::outcome::{ConnectorOutcome, ExportOutcome, ExportResult, RunKind};
use super::run::{Announced, Run};
use super::stream::newsletter;
use super::write::{FieldChange, MagentoWrite};
use crate::client::BridgeEndpoint;
use crate::crm::integration::TwoWayOf;
use crate::crm::{CrmError, CrmValue, Entity, Fields, IntegrationId, Row, RowId};
use crate::quirk::Quirk;
use crate::soap::{SoapStruct, SoapValue};

/// Magento's name of the status.
const STATUS: &str = "subscriber_status";

/// What is wanted of a subscription.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// The subscriber gets the newsletter.
    Subscribed,
    /// It no longer comes.
    Unsubscribed,
}

impl Wanted {
    /// The number that Magento gives to the status.
    pub fn status(self) -> &'static str {
        match self {
            Self::Subscribed => "1",
            Self::Unsubscribed => "3",
        }
    }
}

/// Whose subscription is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whose {
    /// All subscriptions of a customer, or a new one.
    Customer(RowId),
    /// The subscription in this row of the CRM.
    Subscriber(RowId),
}

/// What the action answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SubscriptionOutcome {
    /// Whether something was sent and nothing went wrong.
    pub successful: bool,
    /// What the shop refused, in its words.
    pub errors: Vec<String>,
}

impl SubscriptionOutcome {
    /// What the page says.
    pub fn message(&self) -> &'static str {
        if self.successful { "Subscription updated" } else { "Subscription was not updated" }
    }

    fn refused(reason: impl Into<String>) -> Self {
        Self { successful: false, errors: vec![reason.into()] }
    }
}

/// Subscribes or unsubscribes. Rows that are so already are skipped; the first failure ends it.
///
/// # Errors
/// [`SyncError`] when the integration cannot be used at all; what Magento refuses is in the outcome.
pub async fn change(
    context: &mut SyncContext<'_>,
    id: IntegrationId,
    whose: Whose,
    wanted: Wanted,
) -> Result<SubscriptionOutcome, SyncError> {
    let mut run = Run::open(context, id)?;
    if !run.integration.settings.is_applicable(TwoWayOf::Subscribers) {
        let name = &run.integration.settings.name;
        return Ok(SubscriptionOutcome::refused(format!(
            "subscribers of \"{name}\" cannot be edited in the CRM: two way sync is off, or there is no supported bridge"
        )));
    }
    let rows = match subscriptions(&run, whose)? {
        Ok(rows) => rows,
        Err(reason) => return Ok(SubscriptionOutcome::refused(reason)),
    };
    let mut outcome = SubscriptionOutcome::default();
    let to_change: Vec<Record> =
        rows.into_iter().filter(|record| record.text("status") != Some(wanted.status())).collect();
    if !to_change.is_empty() {
        run.find_bridge().await?;
    }
    for record in to_change {
        match send(&mut run, &record, wanted).await {
            Ok(answer) => {
                import(&mut run, &answer)?;
                outcome.successful = true;
            }
            Err(reason) => {
                outcome.errors.push(reason);
                outcome.successful = false;
                break;
            }
        }
    }
    Ok(outcome)
}

/// The subscriptions as records with Magento's keys; a customer without one gets one that is not stored yet.
fn subscriptions(run: &Run<'_, '_>, whose: Whose) -> Result<Result<Vec<Record>, String>, CrmError> {
    let (customer, rows) = match whose {
        Whose::Customer(id) => {
            let rows = run.crm.find(Entity::NewsletterSubscriber, &[("customer", id.into())])?;
            (Some(run.crm.require(Entity::Customer, id)?), rows)
        }
        Whose::Subscriber(id) => {
            let row = run.crm.require(Entity::NewsletterSubscriber, id)?;
            let customer = row.fields.link("customer").map(|id| run.crm.require(Entity::Customer, id)).transpose()?;
            (customer, vec![row])
        }
    };
    if customer.as_ref().is_some_and(|row| row.fields.origin_id().is_none()) {
        return Ok(Err("the customer is not in Magento yet".to_owned()));
    }
    if rows.is_empty()
        && let Some(customer) = &customer
    {
        return new_subscription(run, customer).map(|record| Ok(vec![record]));
    }
    rows.iter().map(|row| record(run, row)).collect::<Result<_, _>>().map(Ok)
}

fn new_subscription(run: &Run<'_, '_>, customer: &Row) -> Result<Record, CrmError> {
    let fields = Fields::new()
        .with("email", customer.fields.text("email").map(str::to_owned))
        .with("status", Wanted::Unsubscribed.status())
        .with("customer", customer.id)
        .with("store", customer.fields.link("store"));
    record(run, &Row { entity: Entity::NewsletterSubscriber, id: customer.id, fields })
}

fn record(run: &Run<'_, '_>, row: &Row) -> Result<Record, CrmError> {
    let mut record = Record::default();
    for name in ["originId", "email", "status", "confirmCode", "changeStatusAt"] {
        record.values.insert(name, row.fields.get(name).cloned().unwrap_or(CrmValue::Null));
    }
    for (name, entity) in [("customer", Entity::Customer), ("store", Entity::Store)] {
        let linked = row.fields.link(name).map(|id| run.crm.require(entity, id)).transpose()?;
        let origin_id = linked.and_then(|row| row.fields.origin_id());
        record.links.insert(name, origin_id.map(|origin_id| Link::to(entity, origin_id)));
    }
    Ok(record)
}

async fn send(run: &mut Run<'_, '_>, record: &Record, wanted: Wanted) -> Result<SoapStruct, String> {
    let bridge = run.bridge.version().cloned();
    let (endpoint, arguments) = match record.origin_id() {
        Some(id) => (BridgeEndpoint::SubscriberUpdate, SoapStruct::new().with("subscriberId", id)),
        None => (BridgeEndpoint::SubscriberCreate, SoapStruct::new()),
    };
    let operation = endpoint.operation(bridge.as_ref()).map_err(|error| error.to_string())?;
    let data = data(run, record, wanted);
    let client = run.client().await.map_err(|error| error.to_string())?;
    let data = client.leaving(operation, "subscriberData", &data);
    let written = write(operation, record, &data);
    if run.announce(written) != Announced::Send {
        return Err(format!("{operation} was not called: the run only plans, or was stopped"));
    }
    let answer = run.call(operation, arguments.with("subscriberData", data)).await;
    let answer = match answer {
        Ok(SoapValue::Struct(subscriber)) => Ok(subscriber),
        Ok(_) => Err(format!("{operation} answered no subscriber")),
        Err(error) => Err(error.to_string()),
    };
    let result = match (&answer, record.origin_id()) {
        (Ok(_), Some(_)) => ExportResult::Updated,
        (Ok(_), None) => ExportResult::Created,
        (Err(reason), _) => ExportResult::Failed { reason: reason.clone() },
    };
    let answered = answer.as_ref().ok().and_then(|subscriber| key_of(subscriber, "subscriber_id"));
    let origin_id = record.origin_id().or(answered);
    let name = if origin_id.is_none() { record.text("email").map(str::to_owned) } else { None };
    let outcome = ExportOutcome { entity: Entity::NewsletterSubscriber.table(), origin_id, name, result };
    (run.events)(SyncEvent::Exported { outcome });
    answer
}

/// What is sent: of a subscription that Magento has its status only. The reference client sends the whole record.
fn data(run: &Run<'_, '_>, record: &Record, wanted: Wanted) -> SoapStruct {
    let whole = export::newsletter_subscriber::subscriber(record, wanted.status());
    if run.quirks.has(Quirk::WholeRecordSent) {
        return whole;
    }
    if record.origin_id().is_some() {
        return SoapStruct::new().with(STATUS, wanted.status());
    }
    let says_something = |value: &SoapValue| value.to_text().is_some_and(|text| !text.is_empty() && text != "0");
    whole.iter().filter(|(_, value)| says_something(value)).map(|(name, value)| (name, value.clone())).collect()
}

/// What is about to be written, for an audit, beside what the CRM last read.
fn write(operation: &str, record: &Record, data: &SoapStruct) -> MagentoWrite {
    let entity = Entity::NewsletterSubscriber.table();
    let Some(origin_id) = record.origin_id() else { return MagentoWrite::create(entity, operation, data) };
    let known = export::newsletter_subscriber::subscriber(record, record.text("status").unwrap_or_default());
    let change = |(name, value): (&str, &SoapValue)| FieldChange {
        field: name.to_owned(),
        before: known.text(name),
        after: value.to_text(),
        unread: known.get(name).is_none(),
    };
    MagentoWrite {
        entity: entity.to_owned(),
        operation: operation.to_owned(),
        origin_id: Some(origin_id),
        changes: data.iter().map(change).collect(),
        conflicts: Vec::new(),
    }
}

/// What Magento answers is imported like a row of its list.
fn import(run: &mut Run<'_, '_>, answer: &SoapStruct) -> Result<(), CrmError> {
    let scope = run.scope();
    let mut outcome = ConnectorOutcome::new(Connector::NewsletterSubscriber, RunKind::Export);
    run.crm.transaction(|crm| newsletter::import(crm, &scope, answer, &mut outcome))?;
    Ok(())
}
