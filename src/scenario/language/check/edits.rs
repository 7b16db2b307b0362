//! Edits: customers somebody knows, fields the entities have, a channel to edit in.

use std::borrow::Cow;

use super::{Channel, Check};
use crate::crm::Entity;
use crate::scenario::language::finding::did_you_mean;
use crate::scenario::language::known;
use crate::scenario::language::step::magento_edit::{
    Configure, CreateInMagento, CreateRecord, MagentoEdit, UpdatePart,
};
use crate::scenario::language::step::run::RunStep;
use crate::scenario::language::step::sale::{DocumentInMagento, ItemOfOrder, SaleInMagento};
use crate::scenario::language::step::sync::SyncDataStep;
use crate::scenario::language::text::span::{At, Place};
use crate::scenario::language::text::value::Fields;
use crate::shop::Part;
use crate::shop::seed::entity_of;
use crate::shop::written::{self, Tables};

/// What Magento's customer model asks for.
const CUSTOMER_NEEDS: &[(&str, &str)] = &[
    ("email", "a customer has an e-mail address: Magento saves none without"),
    ("firstname", "a customer has a first name: Magento saves none without"),
    ("lastname", "a customer has a last name: Magento saves none without"),
];

/// What Magento's checkout asks a guest for besides an address.
const GUEST_NEEDS: &[(&str, &str)] = &[
    ("firstname", "a guest who buys has a first name: Magento places no order without"),
    ("lastname", "a guest who buys has a last name: Magento places no order without"),
];

/// What Magento's address model asks for in every country.
const ADDRESS_NEEDS: &[(&str, &str)] = &[
    ("firstname", "an address has a first name: Magento saves none without"),
    ("lastname", "an address has a last name: Magento saves none without"),
    ("street", "an address has a street: Magento saves none without"),
    ("city", "an address has a city: Magento saves none without"),
    ("telephone", "an address has a telephone number: Magento saves none without"),
    ("country_id", "an address has a country: Magento saves none without"),
];

impl Check<'_> {
    pub(super) fn magento_edit(&mut self, edit: &MagentoEdit, place: &Place) {
        // What Magento is expected to refuse may lack what Magento asks for.
        self.may_be_refused = edit.refused().is_some();
        self.one_magento_edit(edit, place);
        self.may_be_refused = false;
    }

    fn one_magento_edit(&mut self, edit: &MagentoEdit, place: &Place) {
        match edit {
            MagentoEdit::CreateCustomer(created) => {
                self.place_of_edit(created.shop.as_ref(), place);
                if self.shop_fields(&created.set, written::CUSTOMER) {
                    self.needs(&created.set, CUSTOMER_NEEDS, place);
                }
                self.email_of(&created.set);
                self.people.created(&created.set);
            }
            MagentoEdit::UpdateCustomer(update) => {
                self.place_of_edit(update.shop.as_ref(), place);
                self.customer(&update.customer);
                self.changes(&update.set, Some(update.customer.place()), place);
                self.shop_fields(&update.set, written::CUSTOMER);
                self.email_of(&update.set);
                self.people.reachable_at(&update.set);
            }
            MagentoEdit::DeleteCustomer(deleted) => {
                self.place_of_edit(deleted.shop.as_ref(), place);
                self.customer(&deleted.customer);
            }
            MagentoEdit::CreateAddress(created) => {
                self.place_of_edit(created.shop.as_ref(), place);
                self.customer(&created.customer);
                if self.shop_fields(&created.set, written::ADDRESS) {
                    self.needs(&created.set, ADDRESS_NEEDS, place);
                }
            }
            MagentoEdit::UpdateAddress(update) => {
                self.place_of_edit(update.shop.as_ref(), place);
                self.number(&update.address);
                self.changes(&update.set, Some(update.address.place()), place);
                self.shop_fields(&update.set, written::ADDRESS);
            }
            MagentoEdit::DeleteAddress(deleted) => {
                self.place_of_edit(deleted.shop.as_ref(), place);
                self.number(&deleted.address);
            }
            MagentoEdit::CreateCart(told) => self.sale(told, written::CART, place),
            MagentoEdit::PlaceOrder(told) => {
                self.sale(told, written::ORDER, place);
                if !told.guest.is_empty() && told.cart.is_none() {
                    let first = told.guest.iter().next().map_or_else(|| place.clone(), |(name, _)| name.place());
                    self.needs(&told.guest, GUEST_NEEDS, &first);
                }
                if told.items.is_empty() && told.cart.is_none() && !self.may_be_refused {
                    let help = "add `items: [{sku: …, price: …}]`, or `cart: …`";
                    self.report(place.clone(), "nothing is bought: Magento places no order without items", help);
                }
            }
            MagentoEdit::UpdateCart(told) => {
                self.place_of_edit(told.shop.as_ref(), place);
                self.number(&told.cart);
                self.shop_fields(&told.set, written::CART);
                self.shop_items(told.items.as_deref().unwrap_or_default(), place);
                if told.items.is_none() {
                    self.changes(&told.set, Some(told.cart.place()), place);
                }
            }
            MagentoEdit::DeleteCart(told) => {
                self.place_of_edit(told.shop.as_ref(), place);
                self.number(&told.cart);
                if !told.set.is_empty() || told.items.is_some() {
                    self.report(place.clone(), "a cart that is deleted holds nothing", "leave `set` and `items` out");
                }
            }
            MagentoEdit::UpdateOrder(told) => {
                self.place_of_edit(told.shop.as_ref(), place);
                self.shop_fields(&told.set, written::ORDER);
                if told.set.is_empty() && told.comment.is_none() {
                    self.report(place.clone(), "nothing about the order changes", "add `set: {…}` or `comment: …`");
                }
            }
            MagentoEdit::InvoiceOrder(told) => self.document(told, written::INVOICE, place),
            MagentoEdit::ShipOrder(told) => self.document(told, written::SHIPMENT, place),
            MagentoEdit::RefundOrder(told) => {
                self.place_of_edit(told.shop.as_ref(), place);
                self.shop_fields(&told.set, written::CREDIT_MEMO);
                self.quantities(told.items.as_deref());
                for amount in [&told.shipping, &told.adjustment_refund, &told.adjustment_fee].into_iter().flatten() {
                    self.amount(amount);
                }
            }
            MagentoEdit::CancelOrder(told)
            | MagentoEdit::HoldOrder(told)
            | MagentoEdit::UnholdOrder(told)
            | MagentoEdit::DeleteOrder(told) => self.place_of_edit(told.shop.as_ref(), place),
            MagentoEdit::CreateWebsite(made) => self.new_part(Part::Website, made, place),
            MagentoEdit::CreateStoreView(made) => self.new_part(Part::StoreView, made, place),
            MagentoEdit::CreateGroup(made) => self.new_part(Part::CustomerGroup, made, place),
            MagentoEdit::UpdateWebsite(told) => self.changed_part(Part::Website, told, place),
            MagentoEdit::UpdateStoreView(told) => self.changed_part(Part::StoreView, told, place),
            MagentoEdit::UpdateGroup(told) => self.changed_part(Part::CustomerGroup, told, place),
            MagentoEdit::CreateProduct(made) => self.new_part(Part::Product, made, place),
            MagentoEdit::UpdateProduct(told) => self.changed_part(Part::Product, told, place),
            MagentoEdit::DeleteWebsite(told)
            | MagentoEdit::DeleteStoreView(told)
            | MagentoEdit::DeleteGroup(told)
            | MagentoEdit::DeleteProduct(told) => {
                self.place_of_edit(told.shop.as_ref(), place);
            }
            MagentoEdit::Subscribe(told) | MagentoEdit::Unsubscribe(told) => {
                self.place_of_edit(told.shop.as_ref(), place);
                self.email(&told.email, told.email.place());
                self.stored.insert(("subscriber_email".to_owned(), told.email.get().clone()));
                self.shop_fields(&told.set, written::SUBSCRIPTION);
            }
            MagentoEdit::Create(record) => {
                self.place_of_edit(record.shop.as_ref(), place);
                self.record(&record.table, &record.set);
                self.people.created(&record.set);
                self.attribute(record);
            }
            MagentoEdit::Update(record) => {
                self.place_of_edit(record.shop.as_ref(), place);
                self.number(&record.id);
                self.changes(&record.set, Some(record.table.place()), place);
                self.record(&record.table, &record.set);
                self.people.reachable_at(&record.set);
            }
            MagentoEdit::Delete(record) => {
                self.place_of_edit(record.shop.as_ref(), place);
                self.number(&record.id);
                self.shop_table(&record.table);
            }
            MagentoEdit::Configure(value) => {
                self.place_of_edit(value.shop.as_ref(), place);
                self.setting(value);
            }
            MagentoEdit::UpdateApiUser(update) => {
                self.place_of_edit(update.shop.as_ref(), place);
                if update.active.is_none() && update.key.is_none() && update.resources.is_none() {
                    let help = "add `active: …`, `key: …` or `resources: […]`";
                    self.report(update.user.place(), "nothing about the user changes", help);
                }
                if let Some(key) = &update.key {
                    self.key(key);
                }
                for resource in update.resources.iter().flatten() {
                    self.resource(resource);
                }
            }
            MagentoEdit::InstallBridge(installed) => {
                self.place_of_edit(installed.shop.as_ref(), place);
                self.bridge(Some(&installed.version));
            }
            MagentoEdit::FlushCache(flushed) => self.place_of_edit(flushed.shop.as_ref(), place),
            MagentoEdit::SetWsi(set) => self.place_of_edit(set.shop.as_ref(), place),
        }
    }

    /// A path of the configuration and its value; what the shop has besides Magento's paths is asked when it runs.
    fn setting(&mut self, value: &Configure) {
        let own = &self.own_paths;
        let path = written::paths::check_path(value.path.get(), |path| own.contains(path)).err();
        let origin = self.origin.clone();
        let source = origin.as_ref().map_or(self.source, |origin| origin.file.text.as_str());
        let text = value.value.text(source).unwrap_or_default();
        let held = written::paths::check_setting(value.path.get(), &text).err();
        for (place, wrong) in [(value.path.place(), path), (value.value.place(), held)] {
            if let Some(wrong) = wrong.filter(|_| !self.may_be_refused) {
                self.report(place, wrong.what, wrong.remedy);
            }
        }
    }

    fn document(&mut self, told: &DocumentInMagento, of: Tables, place: &Place) {
        self.place_of_edit(told.shop.as_ref(), place);
        self.shop_fields(&told.set, of);
        self.quantities(told.items.as_deref());
    }

    fn quantities(&mut self, items: Option<&[ItemOfOrder]>) {
        for item in items.unwrap_or_default() {
            self.amount(&item.qty);
        }
    }

    fn amount(&mut self, amount: &At<String>) {
        if amount.parse::<f64>().is_err() && !self.may_be_refused {
            let message = format!("`{}` is no number", amount.get());
            self.report(amount.place(), message, "write one such as 2 or 12.50, with a point and no currency");
        }
    }

    fn new_part(&mut self, part: Part, made: &CreateInMagento, place: &Place) {
        self.place_of_edit(made.shop.as_ref(), place);
        if self.shop_fields(&made.set, part.tables()) {
            let kind = made.set.get("type_id").and_then(|kind| kind.text(self.source));
            let needed = part.needed_of(kind.as_deref()).filter(|column| made.set.get(column).is_none());
            for column in needed.filter(|_| !self.may_be_refused).collect::<Vec<_>>() {
                let message = format!("`{column}` is missing: Magento saves none without");
                self.report(place.clone(), message, format!("add `{column}: …` to `set`"));
            }
        }
    }

    fn changed_part(&mut self, part: Part, told: &UpdatePart, place: &Place) {
        self.place_of_edit(told.shop.as_ref(), place);
        self.changes(&told.set, Some(told.named.place()), place);
        self.shop_fields(&told.set, part.tables());
    }

    /// A table's columns; the database makes of values what the columns keep.
    fn record(&mut self, table: &At<String>, set: &Fields) {
        self.stores(set);
        self.shop_table(table);
        if known::shop_tables().contains(&table.get().as_str()) || self.own_tables.contains_key(table.get()) {
            for (name, _) in set.iter() {
                self.shop_column(table, name);
            }
        }
    }

    /// A row of `eav_attribute` is a column of its entity from here on.
    fn attribute(&mut self, record: &CreateRecord) {
        let text = |name: &str| record.set.get(name).and_then(|value| value.text(self.source)).map(Cow::into_owned);
        if record.table.get() == "eav_attribute"
            && let Some(code) = text("attribute_code")
        {
            self.own.extend(entity_of(text("entity_type_id").as_deref()).map(|table| (table.to_owned(), code)));
        }
    }

    fn sale(&mut self, told: &SaleInMagento, of: Tables, place: &Place) {
        self.place_of_edit(told.shop.as_ref(), place);
        self.shop_items(&told.items, place);
        self.shop_fields(&told.guest, written::CUSTOMER);
        self.shop_fields(&told.address, written::SALE_ADDRESS);
        self.shop_fields(&told.set, of);
        if let Some(cart) = &told.cart {
            self.number(cart);
        }
        if !told.guest.is_empty() {
            self.needs(&told.guest, &[("email", "a guest has an e-mail address")], place);
            self.email_of(&told.guest);
        }
        match (&told.customer, told.guest.is_empty()) {
            (Some(customer), true) => self.customer(customer),
            (None, false) => self.people.created(&told.guest),
            (Some(_), false) => {
                self.report(place.clone(), "somebody is a customer or a guest, not both", "drop `customer` or `guest`");
            }
            (None, true) => self.report(
                place.clone(),
                "it is not said who it is",
                "add `customer: …`, or `guest: {email: …, firstname: …, lastname: …}`",
            ),
        }
    }

    /// `run` has a command that can be read.
    pub(super) fn run_program(&mut self, step: &RunStep, place: &Place) {
        self.talked = true;
        self.has_others = true;
        let words = shell_words::split(&step.command);
        if words.as_ref().is_ok_and(|words| !words.is_empty()) {
            return;
        }
        let message = format!("`{}` is not a command", step.command);
        self.report(place.clone(), message, "write a program and its arguments, with quotes that are closed");
    }

    /// `sync data` names one record.
    pub(super) fn sync_data(&mut self, step: &SyncDataStep, place: &Place) {
        self.talks(place, "sync data");
        self.either(step.order.as_ref(), step.cart.as_ref(), "`order: …` or `cart: …`", place);
        if let Some(cart) = &step.cart {
            self.number(cart);
        }
    }

    pub(super) fn either(
        &mut self,
        first: Option<&At<String>>,
        second: Option<&At<String>>,
        words: &str,
        place: &Place,
    ) {
        if first.is_some() == second.is_some() {
            self.report(place.clone(), "it is not said what is meant", format!("give either {words}"));
        }
    }

    pub(super) fn field(&mut self, name: &At<String>, entity: Entity) {
        if entity.column(name).is_some() {
            return;
        }
        let known: Vec<&str> = entity.columns().iter().map(|(column, _)| *column).collect();
        let message = format!("{} has no field `{}`", entity.table(), name.get());
        let help = did_you_mean(name, known.iter().copied())
            .unwrap_or_else(|| format!("fields have OroCRM's names: `{}`", known.join("`, `")));
        self.report(name.place(), message, help);
    }

    pub(super) fn needs_channel(&mut self, place: &Place) {
        if self.channel == Channel::Deleted && !self.is_rest {
            self.report(place.clone(), "the channel is deleted", "add `create channel: {}` before this");
        }
    }

    pub(super) fn customer(&mut self, customer: &At<String>) {
        if self.is_rest || self.people.knows(customer) {
            return;
        }
        let message = format!("no customer is `{}`", customer.get());
        let meant = self.people.meant(customer).map(|email| format!("did you mean `{email}`?"));
        let help = meant.unwrap_or_else(|| {
            "write an e-mail address or an id of the seed, or create the customer before".to_owned()
        });
        self.report(customer.place(), message, help);
    }

    pub(super) fn number(&mut self, id: &At<String>) {
        if id.parse::<u32>().is_err() {
            self.report(id.place(), format!("`{}` is not an id", id.get()), "write the number Magento has for it");
        }
    }
}
