//! What can be wrong with `account discovery`.

use super::Check;
use crate::crm::Entity;
use crate::crm::account::ADDRESSES;
use crate::scenario::language::setup::discovery::DiscoverySetup;
use crate::scenario::language::text::span::At;

impl Check<'_> {
    pub(super) fn discovery(&mut self, discovery: &DiscoverySetup) {
        let fields = discovery.fields.as_deref().unwrap_or_default();
        self.fields_of(fields, Entity::Customer, &[ADDRESSES]);
        self.fields_of(&discovery.address_fields, Entity::CustomerAddress, &[]);
        let addresses = fields.iter().find(|field| field.get() == ADDRESSES);
        match (addresses, discovery.address_fields.first()) {
            (Some(word), None) => {
                let help = "add `address fields`, such as `[street, city, postalCode]`";
                self.report(word.place(), "it is not said what makes two addresses equal", help);
            }
            (None, Some(first)) => {
                let help = "add `addresses` to `fields`, or leave `address fields` out";
                self.report(first.place(), "addresses are not among the fields that are compared", help);
            }
            _ => {}
        }
    }

    fn fields_of(&mut self, fields: &[At<String>], entity: Entity, besides: &[&str]) {
        let columns = entity.columns().iter().map(|(name, _)| *name);
        let known: Vec<&str> = columns.chain(besides.iter().copied()).collect();
        for field in fields {
            self.one_of(field, &format!("a field of the CRM's {}", entity.table()), &known);
        }
    }
}
