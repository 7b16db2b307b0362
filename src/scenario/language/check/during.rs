//! Edits between two calls of a sync: a call there can be, and something that can happen then.

use super::Check;
use crate::disrupt::WSDL_OPERATION;
use crate::scenario::language::step::crm_edit::CrmEdit;
use crate::scenario::language::step::during::DuringStep;
use crate::scenario::language::text::span::Place;

impl Check<'_> {
    pub(super) fn during(&mut self, step: &DuringStep, place: &Place) {
        self.sync(Some(&step.sync), place);
        let before = &step.before;
        self.at_least_one(before.call.as_ref(), "calls are counted from 1", "write 1 for the first one");
        self.at_least_one(before.page.as_ref(), "pages are counted from 1", "write 1 for the first one");
        self.at_least_one(before.session.as_ref(), "sessions are counted from 1", "write 1 for the first login's");
        if let Some(operation) = &before.operation {
            self.operation(operation, &[WSDL_OPERATION]);
        }
        for edit in &step.in_magento.0 {
            self.magento_edit(edit, place);
        }
        for edit in &step.in_crm.0 {
            if matches!(edit, CrmEdit::DeleteChannel(_) | CrmEdit::CreateChannel(_)) {
                let help = "put it in a step of its own, before or after the sync";
                self.report(place.clone(), "a channel is not deleted or created while it syncs", help);
            } else {
                self.crm_edit(edit, place);
            }
        }
        if step.in_magento.0.is_empty() && step.in_crm.0.is_empty() && step.advance.is_none() && !step.kill.is_yes() {
            let help = "add `in magento: …`, `in crm: …`, `advance: …` or `kill: yes`, or write `sync`";
            self.report(place.clone(), "nothing happens during this sync", help);
        }
    }
}
