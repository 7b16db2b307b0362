//! Edits in the CRM: a channel to edit in, customers somebody knows, fields and values that the forms take.

use super::{Channel, Check, form_values};
use crate::crm::Entity;
use crate::scenario::language::step::crm_edit::CrmEdit;
use crate::scenario::language::text::span::Place;
use crate::scenario::language::text::value::{Fields, Value};

impl Check<'_> {
    pub(super) fn crm_edit(&mut self, edit: &CrmEdit, place: &Place) {
        self.may_be_refused = edit.refused().is_some();
        self.one_crm_edit(edit, place);
        self.may_be_refused = false;
    }

    fn one_crm_edit(&mut self, edit: &CrmEdit, place: &Place) {
        match edit {
            CrmEdit::Subscribe(told) | CrmEdit::Unsubscribe(told) => {
                self.needs_channel(place);
                self.customer(&told.customer);
            }
            CrmEdit::MoveCart(moved) => {
                self.needs_channel(place);
                self.number(&moved.cart);
            }
            CrmEdit::PlaceOrder(order) => {
                self.needs_channel(place);
                self.either(order.cart.as_ref(), order.customer.as_ref(), "`cart: …` or `customer: …`", place);
                if let Some(cart) = &order.cart {
                    self.number(cart);
                }
                if let Some(customer) = &order.customer {
                    self.customer(customer);
                }
                self.shop_items(&order.items, place);
            }
            CrmEdit::Register(told) => {
                self.needs_channel(place);
                self.customer(&told.customer);
            }
            CrmEdit::DeleteContact(of) => {
                self.needs_channel(place);
                self.customer(&of.customer);
            }
            CrmEdit::AddContacts(_) | CrmEdit::CopyAddresses(_) | CrmEdit::RecalculateLifetimes(_) => {
                self.needs_channel(place);
            }
            CrmEdit::DeleteChannel(_) => {
                self.needs_channel(place);
                self.channel = Channel::Deleted;
            }
            CrmEdit::CreateChannel(_) => {
                if self.channel == Channel::Exists && !self.is_rest {
                    self.report(
                        place.clone(),
                        "there is a channel already",
                        "delete it first: `- in crm: {delete channel: {}}`",
                    );
                }
                self.channel = Channel::Exists;
            }
            CrmEdit::ChangeSettings(settings) => {
                self.queued += 1;
                self.needs_channel(place);
                self.integration(&settings.set);
            }
            CrmEdit::CreateCustomer(created) => {
                self.needs_channel(place);
                self.fields(&created.set, Entity::Customer);
                for address in &created.addresses {
                    self.fields(address, Entity::CustomerAddress);
                }
                self.people.created(&created.set);
            }
            CrmEdit::UpdateCustomer(update) => {
                self.needs_channel(place);
                self.customer(&update.customer);
                self.changes(&update.set, Some(update.customer.place()), place);
                self.fields(&update.set, Entity::Customer);
                self.people.reachable_at(&update.set);
            }
            CrmEdit::CreateAddress(created) => {
                self.needs_channel(place);
                self.customer(&created.customer);
                self.fields(&created.set, Entity::CustomerAddress);
            }
            CrmEdit::UpdateAddress(update) => {
                self.needs_channel(place);
                self.changes(&update.set, Some(update.address.place()), place);
                self.fields(&update.set, Entity::CustomerAddress);
            }
        }
    }

    /// Every name must be a field of the entity, and every value one that its form takes.
    fn fields(&mut self, fields: &Fields, entity: Entity) {
        let origin = self.origin.clone();
        let source = origin.as_ref().map_or(self.source, |origin| origin.file.text.as_str());
        for (name, value) in fields.iter() {
            self.field(name, entity);
            let listed = match value.get() {
                Value::List(items) => items.iter().collect(),
                _ => vec![value],
            };
            for value in listed {
                let wrong = value.text(source).and_then(|text| form_values::objection(entity, name, &text));
                if let Some((what, help)) = wrong.filter(|_| !self.may_be_refused) {
                    self.report(value.place(), what, help);
                }
            }
        }
    }
}
