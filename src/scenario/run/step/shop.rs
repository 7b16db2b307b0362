//! `in magento`: what a merchant or a customer does.

use crate::scenario::run::cannot_work::CannotWork;

use super::sale::{Becomes, listed};
use crate::scenario::language::step::Step;
use crate::scenario::language::step::magento_edit::{
    CreateInMagento, DeletePart, MagentoEdit, UpdateAddress, UpdateApiUser, UpdateCustomer, UpdatePart,
};
use crate::scenario::language::text::matcher::Matcher;
use crate::scenario::language::text::span::At;
use crate::scenario::run::failure::FailureKind;
use crate::scenario::run::world::{Failures, World};
use crate::shop::{Part, Shop, ShopEdit};

const CUSTOMER: &str = "customer";
const ADDRESS: &str = "customer_address";

impl World<'_> {
    /// Does edits in a shop, whether or not one before was refused; gives what is wrong with that.
    pub(in crate::scenario) fn edits_in_magento(
        &self,
        edits: &[MagentoEdit],
        step: &At<Step>,
    ) -> Result<Failures, CannotWork> {
        let mut failures = Vec::new();
        for edit in edits {
            let done = self.edit_magento(edit);
            let column = match &done {
                Err(CannotWork::Shop(why)) => why.column(),
                _ => None,
            };
            let place = column.and_then(|column| edit.place_of(column)).or_else(|| edit.place());
            match judged(done, edit.refused()) {
                Ok(unmet) => {
                    failures.extend(unmet.map(|message| Self::failure(step, FailureKind::Unmet, message).at(place)))
                }
                Err(why) => {
                    failures.push(Self::failure(step, FailureKind::CannotWork, why.to_string()).at(place));
                    return Ok(failures);
                }
            }
        }
        Ok(failures)
    }

    fn edit_magento(&self, edit: &MagentoEdit) -> Result<(), CannotWork> {
        match edit {
            MagentoEdit::CreateCustomer(created) => {
                let fields = self.columns(&created.set)?;
                self.apply(created.shop.as_ref(), |_| Ok(vec![ShopEdit::CreateCustomer { fields }]))
            }
            MagentoEdit::UpdateCustomer(update) => {
                let fields = self.columns(&update.set)?;
                self.apply(update.shop.as_ref(), |shop| {
                    let id = customer(shop, &update.customer)?;
                    Ok(vec![ShopEdit::UpdateCustomer { id, fields }])
                })
            }
            MagentoEdit::DeleteCustomer(deleted) => self.apply(deleted.shop.as_ref(), |shop| {
                let id = customer(shop, &deleted.customer)?;
                Ok(vec![ShopEdit::Delete { table: CUSTOMER.to_owned(), id }])
            }),
            MagentoEdit::CreateAddress(created) => self.create_address(created),
            MagentoEdit::UpdateAddress(update) => self.update_address(update),
            MagentoEdit::DeleteAddress(deleted) => self.apply(deleted.shop.as_ref(), |_| {
                Ok(vec![ShopEdit::Delete { table: ADDRESS.to_owned(), id: number(&deleted.address)? }])
            }),
            MagentoEdit::CreateCart(told) => self.sell(told, Becomes::Cart),
            MagentoEdit::UpdateCart(told) => self.change_cart(told),
            MagentoEdit::DeleteCart(told) => self.delete_cart(told),
            MagentoEdit::PlaceOrder(told) => self.sell(told, Becomes::Order),
            MagentoEdit::UpdateOrder(told) => self.change_order(told),
            MagentoEdit::InvoiceOrder(told) => self.document(told, ShopEdit::Invoice),
            MagentoEdit::ShipOrder(told) => self.document(told, ShopEdit::Ship),
            MagentoEdit::RefundOrder(told) => self.refund(told),
            MagentoEdit::CancelOrder(told) => {
                self.with_order(told.shop.as_ref(), &told.order, |order| ShopEdit::CancelOrder { order })
            }
            MagentoEdit::HoldOrder(told) => {
                self.with_order(told.shop.as_ref(), &told.order, |order| ShopEdit::HoldOrder { order })
            }
            MagentoEdit::UnholdOrder(told) => {
                self.with_order(told.shop.as_ref(), &told.order, |order| ShopEdit::UnholdOrder { order })
            }
            MagentoEdit::DeleteOrder(told) => self.with_order(told.shop.as_ref(), &told.order, |id| ShopEdit::Delete {
                table: "sales_flat_order".to_owned(),
                id,
            }),
            MagentoEdit::CreateWebsite(made) => self.add_part(Part::Website, made),
            MagentoEdit::UpdateWebsite(told) => self.change_part(Part::Website, told),
            MagentoEdit::DeleteWebsite(told) => self.delete_part(Part::Website, told),
            MagentoEdit::CreateStoreView(made) => self.add_part(Part::StoreView, made),
            MagentoEdit::UpdateStoreView(told) => self.change_part(Part::StoreView, told),
            MagentoEdit::DeleteStoreView(told) => self.delete_part(Part::StoreView, told),
            MagentoEdit::CreateGroup(made) => self.add_part(Part::CustomerGroup, made),
            MagentoEdit::UpdateGroup(told) => self.change_part(Part::CustomerGroup, told),
            MagentoEdit::DeleteGroup(told) => self.delete_part(Part::CustomerGroup, told),
            MagentoEdit::CreateProduct(made) => self.add_part(Part::Product, made),
            MagentoEdit::UpdateProduct(told) => self.change_part(Part::Product, told),
            MagentoEdit::DeleteProduct(told) => self.delete_part(Part::Product, told),
            MagentoEdit::Subscribe(told) => self.subscribe_in_shop(told, true),
            MagentoEdit::Unsubscribe(told) => self.subscribe_in_shop(told, false),
            MagentoEdit::Create(record) => {
                let (table, fields) = (record.table.get().clone(), self.columns(&record.set)?);
                self.apply(record.shop.as_ref(), |_| Ok(vec![ShopEdit::Create { table, fields }]))
            }
            MagentoEdit::Update(record) => {
                let (table, id, fields) = (record.table.get().clone(), number(&record.id)?, self.columns(&record.set)?);
                self.apply(record.shop.as_ref(), |_| Ok(vec![ShopEdit::Update { table, id, fields }]))
            }
            MagentoEdit::Delete(record) => {
                let (table, id) = (record.table.get().clone(), number(&record.id)?);
                self.apply(record.shop.as_ref(), |_| Ok(vec![ShopEdit::Delete { table, id }]))
            }
            MagentoEdit::Configure(set) => {
                let text = set.value.text(self.source()).map(std::borrow::Cow::into_owned);
                let (path, value) = (set.path.get().clone(), text.unwrap_or_default());
                self.apply(set.shop.as_ref(), |_| Ok(vec![ShopEdit::Configure { path, value }]))
            }
            MagentoEdit::UpdateApiUser(update) => self.apply(update.shop.as_ref(), |_| Ok(user_edits(update))),
            MagentoEdit::InstallBridge(installed) => {
                let version = Some(installed.version.get()).filter(|version| *version != "none").cloned();
                self.apply(installed.shop.as_ref(), |_| Ok(vec![ShopEdit::SetBridge(version)]))
            }
            MagentoEdit::FlushCache(flushed) => {
                let with_php = flushed.with_php.is_some_and(|told| told.is_yes());
                self.apply(flushed.shop.as_ref(), |_| Ok(vec![ShopEdit::FlushCache { with_php }]))
            }
            MagentoEdit::SetWsi(set) => self.apply(set.shop.as_ref(), |_| Ok(vec![ShopEdit::SetWsi(set.wsi.is_yes())])),
        }
    }

    fn add_part(&self, part: Part, made: &CreateInMagento) -> Result<(), CannotWork> {
        let fields = self.columns(&made.set)?;
        self.apply(made.shop.as_ref(), |_| Ok(vec![ShopEdit::AddPart { part, fields }]))
    }

    fn change_part(&self, part: Part, told: &UpdatePart) -> Result<(), CannotWork> {
        let fields = self.columns(&told.set)?;
        self.apply(told.shop.as_ref(), |shop| {
            Ok(vec![ShopEdit::ChangePart { part, id: part_named(shop, part, &told.named)?, fields }])
        })
    }

    fn delete_part(&self, part: Part, told: &DeletePart) -> Result<(), CannotWork> {
        self.apply(told.shop.as_ref(), |shop| {
            Ok(vec![ShopEdit::DeletePart { part, id: part_named(shop, part, &told.named)? }])
        })
    }

    fn create_address(&self, created: &UpdateCustomer) -> Result<(), CannotWork> {
        let fields = self.columns(&created.set)?;
        self.apply(created.shop.as_ref(), |shop| {
            let customer = customer(shop, &created.customer)?;
            Ok(vec![ShopEdit::CreateAddress { customer, fields }])
        })
    }

    fn update_address(&self, update: &UpdateAddress) -> Result<(), CannotWork> {
        let fields = self.columns(&update.set)?;
        let id = number(&update.address)?;
        self.apply(update.shop.as_ref(), |_| Ok(vec![ShopEdit::UpdateAddress { id, fields }]))
    }

    pub(super) fn apply(
        &self,
        shop: Option<&At<String>>,
        edits: impl FnOnce(&Shop) -> Result<Vec<ShopEdit>, CannotWork>,
    ) -> Result<(), CannotWork> {
        self.shop(shop)?.with_shop(|shop| {
            for edit in edits(shop)? {
                done(shop, &edit)?;
            }
            Ok(())
        })
    }
}

fn done(shop: &mut Shop, edit: &ShopEdit) -> Result<i64, CannotWork> {
    Ok(shop.edit(edit)?)
}

/// Whether an edit was refused as expected; what is wrong when it was not.
fn judged(done: Result<(), CannotWork>, refused: Option<&At<Matcher>>) -> Result<Option<String>, CannotWork> {
    match (done, refused) {
        (Ok(()), None) => Ok(None),
        (Ok(()), Some(expected)) => Ok(Some(format!("the edit was not refused; expected {}", expected.get()))),
        (Err(CannotWork::Shop(why)), expected) if why.is_refusal() => {
            let said = why.to_string();
            Ok(match expected {
                Some(expected) if expected.matches(Some(&said)) => None,
                Some(expected) => Some(format!("the edit was refused with \"{said}\"; expected {}", expected.get())),
                None => Some(format!("the edit was refused: {said}")),
            })
        }
        (Err(why), _) => Err(why),
    }
}

/// A website, store view or customer group by its code or id.
fn part_named(shop: &Shop, part: Part, named: &At<String>) -> Result<i64, CannotWork> {
    let code = part.code();
    let table = shop.database().table(part.table());
    let found = table.iter().find(|(id, row)| row.text(code) == named.get() || id.to_string() == *named.get());
    found.map(|(id, _)| id).ok_or_else(|| {
        let known: Vec<&str> = table.iter().map(|(_, row)| row.text(code)).collect();
        let nearest = crate::nearest::did_you_mean(named, known.iter().copied());
        let has = nearest.unwrap_or_else(|| format!("it has {}", listed(&known)));
        CannotWork::NotInShop { what: part.named(), named: named.get().clone(), hint: format!(" now; {has}") }
    })
}

/// The customer with that e-mail address or id.
pub(super) fn customer(shop: &Shop, named: &At<String>) -> Result<i64, CannotWork> {
    let table = shop.database().table(CUSTOMER);
    if let Some(id) = named.parse().ok().filter(|id| table.row(*id).is_some()) {
        return Ok(id);
    }
    let ids: Vec<i64> = table.with("email", named).map(|(id, _)| id).collect();
    match ids.as_slice() {
        [id] => Ok(*id),
        [] => Err(CannotWork::NotInShop { what: "customer", named: named.get().clone(), hint: " now".to_owned() }),
        many => Err(CannotWork::SeveralInShop { many: many.len(), named: named.get().clone(), ids: many.to_vec() }),
    }
}

fn number(id: &At<String>) -> Result<i64, CannotWork> {
    id.parse().map_err(|_| CannotWork::NotAnId { named: id.get().clone(), what: "an id".to_owned() })
}

fn user_edits(update: &UpdateApiUser) -> Vec<ShopEdit> {
    let user = || update.user.get().clone();
    let active = update.active.map(|active| ShopEdit::SetUserActive { user: user(), active: active.is_yes() });
    let key = update.key.as_ref().map(|key| ShopEdit::SetUserKey { user: user(), key: key.get().clone() });
    let role = update.resources.as_ref().map(|resources| ShopEdit::SetUserRole {
        user: user(),
        nodes: resources.iter().map(|node| node.get().clone()).collect(),
    });
    active.into_iter().chain(key).chain(role).collect()
}
