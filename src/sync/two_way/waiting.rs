//! Edits that a sync leaves waiting, so that the last lines tell of them.

use std::collections::HashMap;

use super::{NEEDS_THE_BRIDGE, made_as};
use crate::crm::export_queue::ATTEMPTS_MAX;
use crate::crm::{Crm, CrmError, IntegrationId, Row};
use crate::sync::left_out::{self, LeftOut};
use crate::sync::outcome::{ExportOutcome, ExportResult};

/// The edits that a sync leaves waiting without having failed: those that were given up, and all of them while two-way sync is
/// off or, as `exports` tell, the shop has no bridge.
pub(in crate::sync) fn waiting_edits(
    crm: &Crm,
    id: IntegrationId,
    exports: &[ExportOutcome],
) -> Result<Vec<LeftOut>, CrmError> {
    let is_two_way = crm.integration(id)?.settings.is_two_way_sync_enabled;
    let lacks_bridge = exports
        .iter()
        .any(|done| matches!(&done.result, ExportResult::Skipped { reason } if reason == NEEDS_THE_BRIDGE));
    let mut waiting = crm.export_queue(id)?;
    waiting.retain(|edit| edit.is_given_up() || !is_two_way || lacks_bridge);
    let mut names = HashMap::new();
    for edit in &waiting {
        let name = crm.get(edit.entity, edit.row)?.map(|row| name_of(&row)).unwrap_or_default();
        names.insert(edit.id, name);
    }
    Ok(left_out::waiting_edits(&waiting, |edit| {
        let name = names.get(&edit.id).cloned().unwrap_or_default();
        if !is_two_way {
            let reason = "two-way sync is off; switch it on to have them written to the shop";
            return (reason.to_owned(), name);
        }
        if lacks_bridge && !edit.is_given_up() {
            return (NEEDS_THE_BRIDGE.to_owned(), name);
        }
        let last = edit.last_error.as_deref().unwrap_or("no answer came");
        let reason = format!("the shop refused it {ATTEMPTS_MAX} times; edit the row again to have it tried anew");
        (reason, format!("{name}: {last}"))
    }))
}

/// What a person knows a row by: Magento's id, or what it was made with.
fn name_of(row: &Row) -> String {
    match row.fields.origin_id() {
        Some(id) => id.to_string(),
        None => made_as(row).unwrap_or_default(),
    }
}
