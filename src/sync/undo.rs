//! Takes back what syncs wrote to Magento, by their audit: each field that the shop still holds as it was written gets the value
//! it had before. What cannot be taken back is told with the reason; nothing is guessed.

use serde::{Deserialize, Serialize};

use super::connector::detail;
use super::context::{SyncContext, SyncEvent};
use super::convert;
use super::error::SyncError;
use super::export;
use super::outcome::{ExportOutcome, ExportResult};
use super::run::{Announced, Run};
use super::write::{FieldChange, MagentoWrite};
use crate::client::{ClientError, Endpoint};
use crate::crm::{IntegrationId, OriginId};
use crate::soap::{SoapStruct, SoapValue};

/// A line of an audit.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "audit")]
pub enum AuditLine {
    /// A call that was about to be made.
    Writing {
        /// When it was written, as the audit has it.
        at: String,
        /// The shop's address, credentials masked.
        shop: String,
        /// What it was to write.
        #[serde(flatten)]
        write: MagentoWrite,
    },
    /// What became of it.
    Ended {
        /// When it was written, as the audit has it.
        at: String,
        /// What became of the write.
        #[serde(flatten)]
        outcome: Ended,
    },
}

/// The end of a write.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct Ended {
    /// The entity whose row was written.
    pub entity: String,
    /// Magento's id of the record.
    pub origin_id: Option<OriginId>,
    /// `created`, `updated`, `failed` and so on, with the reason where there is one.
    pub result: serde_json::Value,
}

/// A write that an audit tells of.
#[derive(Clone, Debug)]
pub struct Written {
    /// When it was written, as the audit has it.
    pub at: String,
    /// In which shop, credentials masked.
    pub shop: String,
    /// The write that is to be taken back.
    pub write: MagentoWrite,
    /// Magento's id, also of what was created.
    pub origin_id: Option<OriginId>,
    /// What became of it; `None` when nobody knows.
    pub result: Option<String>,
}

/// Why an audit cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("line {line} is none of an audit: {cause}")]
pub struct AuditError {
    /// Which, counted from 1.
    pub line: usize,
    /// The error underneath.
    pub cause: serde_json::Error,
}

/// Reads an audit: the writes in their order, each with its end.
///
/// # Errors
/// [`AuditError`] at the first line that is no audit's.
pub fn read_audit(text: &str) -> Result<Vec<Written>, AuditError> {
    let mut all: Vec<Written> = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let read = serde_json::from_str(line).map_err(|cause| AuditError { line: number + 1, cause })?;
        match read {
            AuditLine::Writing { at, shop, write } => {
                let origin_id = write.origin_id;
                all.push(Written { at, shop, write, origin_id, result: None });
            }
            AuditLine::Ended { outcome, .. } => {
                if let Some(last) = all.last_mut().filter(|last| last.result.is_none()) {
                    last.result = outcome.result["result"].as_str().map(str::to_owned);
                    last.origin_id = last.origin_id.or(outcome.origin_id);
                }
            }
        }
    }
    Ok(all)
}

/// What becomes of one write.
#[derive(Clone, Debug, Serialize)]
pub struct Undone {
    /// `customer`, `customerAddress` or `newsletterSubscriber`.
    pub entity: String,
    /// Magento's id of the record.
    pub origin_id: Option<OriginId>,
    /// When it was written.
    pub written_at: String,
    /// Fields that get back what they held, `before` being what the shop holds now.
    pub put_back: Vec<FieldChange>,
    /// Fields that stay, or the whole record, and why.
    pub stays: Vec<Stays>,
    /// Why putting back failed, when it was tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<String>,
}

/// Something that is not taken back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stays {
    /// The field; none for the whole record.
    pub field: Option<String>,
    /// The reason, as a lower-case fragment.
    pub why: String,
}

/// How a kind of record is read and written.
struct Kind {
    info: &'static str,
    update: &'static str,
    key: &'static str,
    argument: &'static str,
}

/// Takes back writes, the newest first. With [`super::write::Writes::Plan`] only told.
///
/// # Errors
/// [`SyncError`] when the integration cannot be used; what Magento refuses is in the result.
pub async fn undo(
    context: &mut SyncContext<'_>,
    id: IntegrationId,
    written: &[Written],
) -> Result<Vec<Undone>, SyncError> {
    let mut run = Run::open(context, id)?;
    run.find_bridge().await?;
    let mut all = Vec::new();
    for write in written.iter().rev() {
        all.push(undo_one(&mut run, write).await);
    }
    Ok(all)
}

async fn undo_one(run: &mut Run<'_, '_>, written: &Written) -> Undone {
    let mut undone = Undone {
        entity: written.write.entity.clone(),
        origin_id: written.origin_id,
        written_at: written.at.clone(),
        put_back: Vec::new(),
        stays: Vec::new(),
        failed: None,
    };
    match attempt(run, written, &mut undone).await {
        Ok(None) => {}
        Ok(Some(why)) => undone.stays.push(Stays { field: None, why }),
        Err(error) => undone.failed = Some(error.to_string()),
    }
    undone
}

/// Puts back what can be; gives why nothing of the record can.
async fn attempt(run: &mut Run<'_, '_>, written: &Written, undone: &mut Undone) -> Result<Option<String>, ClientError> {
    match written.result.as_deref() {
        Some("updated") => {}
        Some("created") => {
            let why = "it was made then; records are not deleted in Magento, delete it there if it must go";
            return Ok(Some(why.to_owned()));
        }
        Some(other) => return Ok(Some(format!("nothing was written then: {other}"))),
        None => {
            return Ok(Some(
                "nobody knows whether it was written: the audit ends before its answer; look at it in the shop"
                    .to_owned(),
            ));
        }
    }
    let (Some(id), Some(kind)) = (written.origin_id, kind(run, &written.write.entity)) else {
        return Ok(Some(format!("there is no way to put back a {}", written.write.entity)));
    };
    let held = match held(run, &kind, id).await? {
        Ok(held) => held,
        Err(why) => return Ok(Some(why)),
    };
    let mut data = SoapStruct::new();
    for change in &written.write.changes {
        let name = change.field.as_str();
        match decided(change, held.get(name)) {
            Ok(before) => {
                undone.put_back.push(FieldChange {
                    field: change.field.clone(),
                    before: change.after.clone(),
                    after: Some(before.clone()),
                    unread: false,
                });
                data.set(name.to_owned(), input(name, &before));
            }
            Err(Some(why)) => undone.stays.push(Stays { field: Some(change.field.clone()), why }),
            Err(None) => {}
        }
    }
    if undone.put_back.is_empty() {
        return Ok(None);
    }
    let write = MagentoWrite {
        entity: written.write.entity.clone(),
        operation: kind.update.to_owned(),
        origin_id: Some(id),
        changes: undone.put_back.clone(),
        conflicts: Vec::new(),
    };
    if run.announce(write) != Announced::Send {
        return Ok(None);
    }
    let arguments = SoapStruct::new().with(kind.key, id).with(kind.argument, data);
    let answer = run.call(kind.update, arguments).await;
    let result = match &answer {
        Ok(answer) if answer.is_truthy() => ExportResult::Updated,
        Ok(_) => ExportResult::Failed { reason: format!("{} answered false", kind.update) },
        Err(error) => ExportResult::Failed { reason: error.to_string() },
    };
    if let ExportResult::Failed { reason } = &result {
        undone.failed = Some(reason.clone());
    }
    let entity = if kind.argument == "addressData" { "customerAddress" } else { "customer" };
    (run.events)(SyncEvent::Exported { outcome: ExportOutcome { entity, origin_id: Some(id), name: None, result } });
    Ok(None)
}

fn kind(run: &Run<'_, '_>, entity: &str) -> Option<Kind> {
    let bridge = run.bridge.version();
    match entity {
        "customer" => Some(Kind {
            info: Endpoint::CustomerInfo.operation(bridge),
            update: Endpoint::CustomerUpdate.operation(bridge),
            key: "customerId",
            argument: "customerData",
        }),
        "customerAddress" => Some(Kind {
            info: Endpoint::AddressInfo.operation(bridge),
            update: "customerAddressUpdate",
            key: "addressId",
            argument: "addressData",
        }),
        _ => None,
    }
}

/// What the shop holds, as texts in the form of an export; a field that it does not tell is not in it. `Err` says why the
/// record cannot be read.
async fn held(run: &mut Run<'_, '_>, kind: &Kind, id: OriginId) -> Result<Result<SoapStruct, String>, ClientError> {
    let (bridge, quirks) = (run.bridge.clone(), run.quirks.clone());
    let is_address = kind.argument == "addressData";
    let client = run.client().await?;
    let found = if is_address {
        detail::address(client, id, &bridge).await
    } else {
        detail::customer(client, id, &bridge).await
    };
    let found = match found {
        Ok(found) => found,
        Err(error) if matches!(error.fault_code(), Some(102 | 103)) => {
            return Ok(Err("it is gone in the shop".to_owned()));
        }
        Err(error) => return Err(error),
    };
    let converted = if is_address {
        convert::address::customer_address(&found, &quirks).map(|record| export::address::address(&record, None))
    } else {
        convert::customer::customer(&found, &quirks).map(|record| export::customer::customer(&record))
    };
    let form = match converted {
        Ok(form) => form,
        Err(error) => return Ok(Err(format!("what the shop holds cannot be read: {error}"))),
    };
    let told = |name: &str| found.get(name).is_some() || client.answers(kind.info, name);
    let data = client.leaving(kind.update, kind.argument, &form);
    let mut held = SoapStruct::new();
    for (name, value) in data.iter().filter(|(name, _)| told(name)) {
        // A street is compared line by line as the shop stores it.
        let value = if name == "street" { found.get(name).unwrap_or(value) } else { value };
        held.set(name.to_owned(), value.clone());
    }
    Ok(Ok(held))
}

/// What a field gets back. `Err(None)`: it was not changed; `Err(Some(_))`: why it stays.
fn decided(change: &FieldChange, held: Option<&SoapValue>) -> Result<String, Option<String>> {
    if change.field == "password" {
        return Err(Some("an audit holds no passwords".to_owned()));
    }
    if change.is_same() {
        return Err(None);
    }
    if change.unread {
        return Err(Some("what it held before is not known: Magento did not say".to_owned()));
    }
    let Some(held) = held else { return Err(Some("Magento does not say what it holds now".to_owned())) };
    let (held, after) = (text(held), change.after.clone().unwrap_or_default());
    if held == change.before.clone().unwrap_or_default() {
        // It is as it was already.
        return Err(None);
    }
    if held != after && !(is_zero(&held) && is_zero(&after)) {
        return Err(Some(format!("somebody changed it since: it was written as \"{after}\" and is \"{held}\" now")));
    }
    Ok(change.before.clone().unwrap_or_default())
}

/// Numbers that are not there come back as nothing, and flags as false.
fn is_zero(text: &str) -> bool {
    matches!(text, "" | "0")
}

fn text(value: &SoapValue) -> String {
    match value {
        SoapValue::Bool(flag) => i64::from(*flag).to_string(),
        SoapValue::List(lines) => lines.iter().filter_map(SoapValue::to_text).collect::<Vec<_>>().join("\n"),
        other => other.to_text().unwrap_or_default(),
    }
}

/// A value as the operation takes it.
fn input(name: &str, text: &str) -> SoapValue {
    match name {
        "street" => SoapValue::List(text.split('\n').map(SoapValue::from).collect()),
        "is_default_billing" | "is_default_shipping" => SoapValue::Bool(text == "1"),
        _ => text.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(before: Option<&str>, after: &str, unread: bool) -> FieldChange {
        let own = |text: &str| text.to_owned();
        FieldChange { field: "firstname".into(), before: before.map(own), after: Some(after.into()), unread }
    }

    #[test]
    fn a_field_goes_back_only_while_the_shop_holds_what_was_written() {
        let held = SoapValue::from("Augusta");
        let decide = |change: FieldChange, held| decided(&change, held);
        assert_eq!(decide(change(Some("Ada"), "Augusta", false), Some(&held)), Ok("Ada".to_owned()));
        assert_eq!(decide(change(None, "Augusta", false), Some(&held)), Ok(String::new()));
        assert_eq!(decide(change(Some("Augusta"), "Augusta", false), Some(&held)), Err(None));
        assert_eq!(decide(change(Some("Augusta"), "Ada", false), Some(&held)), Err(None), "it is back already");
        for (of, held, why) in [
            (change(Some("Ada"), "Agnes", false), Some(&held), "somebody changed it since"),
            (change(None, "Augusta", true), Some(&held), "is not known"),
            (change(Some("Ada"), "Augusta", false), None, "does not say"),
        ] {
            let Err(Some(said)) = decide(of, held) else { panic!("{why}") };
            assert!(said.contains(why), "{said}");
        }
    }

    #[test]
    fn an_audit_is_read_with_the_end_of_each_write() {
        let lines = r#"{"audit":"writing","at":"a","shop":"s","entity":"customer","operation":"oroCustomerUpdate","origin_id":1,"changes":[],"conflicts":[]}
{"audit":"ended","at":"b","entity":"customer","origin_id":1,"result":{"result":"updated"}}
{"audit":"writing","at":"c","shop":"s","entity":"customer","operation":"oroCustomerCreate","origin_id":null,"changes":[],"conflicts":[]}
"#;
        let read = read_audit(lines).unwrap();
        let ends: Vec<_> = read.iter().map(|written| written.result.as_deref()).collect();
        assert_eq!(ends, [Some("updated"), None]);
        assert_eq!(read_audit("{}\n").unwrap_err().line, 1);
    }
}
