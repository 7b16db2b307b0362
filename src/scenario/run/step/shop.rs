//! `in magento`: what a merchant or a customer does.

use crate::scenario::run::cannot_work::CannotWork;
use indexmap::IndexMap;

use super::sale::Becomes;
use crate::scenario::language::step::magento_edit::{MagentoEdit, UpdateAddress, UpdateApiUser, UpdateCustomer};
use crate::scenario::language::text::span::At;
use crate::scenario::run::world::World;
use crate::shop::{Shop, ShopEdit};

const CUSTOMER: &str = "customer";
const ADDRESS: &str = "customer_address";

/// Words in an address that are columns of its customer in Magento, and those columns.
const DEFAULTS: &[(&str, &str)] =
    &[("is_default_billing", "default_billing"), ("is_default_shipping", "default_shipping")];

impl World<'_> {
    /// Does one edit in a shop.
    pub(in crate::scenario) fn edit_magento(&self, edit: &MagentoEdit) -> Result<(), CannotWork> {
        match edit {
            MagentoEdit::CreateCustomer(created) => {
                let fields = self.columns(&created.set)?;
                self.apply(created.shop.as_ref(), |_| Ok(vec![ShopEdit::Create { table: CUSTOMER.to_owned(), fields }]))
            }
            MagentoEdit::UpdateCustomer(update) => {
                let fields = self.columns(&update.set)?;
                self.apply(update.shop.as_ref(), |shop| {
                    let id = customer(shop, &update.customer)?;
                    Ok(vec![ShopEdit::Update { table: CUSTOMER.to_owned(), id, fields }])
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
            MagentoEdit::RefundOrder(told) => self.refund(told),
            MagentoEdit::Subscribe(told) => self.subscribe_in_shop(told, true),
            MagentoEdit::Unsubscribe(told) => self.subscribe_in_shop(told, false),
            MagentoEdit::UpdateApiUser(update) => self.apply(update.shop.as_ref(), |_| Ok(user_edits(update))),
            MagentoEdit::InstallBridge(installed) => {
                let version = Some(installed.version.get()).filter(|version| *version != "none").cloned();
                self.apply(installed.shop.as_ref(), |_| Ok(vec![ShopEdit::SetBridge(version)]))
            }
            MagentoEdit::SetWsi(set) => self.apply(set.shop.as_ref(), |_| Ok(vec![ShopEdit::SetWsi(set.wsi.is_yes())])),
        }
    }

    fn create_address(&self, created: &UpdateCustomer) -> Result<(), CannotWork> {
        let mut fields = self.columns(&created.set)?;
        let defaults = take_defaults(&mut fields);
        self.shop(created.shop.as_ref())?.with_shop(|shop| {
            let owner = customer(shop, &created.customer)?;
            fields.insert("parent_id".to_owned(), Some(owner.to_string()));
            let id = done(shop, &ShopEdit::Create { table: ADDRESS.to_owned(), fields })?;
            set_defaults(shop, owner, id, defaults)
        })
    }

    fn update_address(&self, update: &UpdateAddress) -> Result<(), CannotWork> {
        let mut fields = self.columns(&update.set)?;
        let defaults = take_defaults(&mut fields);
        let id = number(&update.address)?;
        self.shop(update.shop.as_ref())?.with_shop(|shop| {
            done(shop, &ShopEdit::Update { table: ADDRESS.to_owned(), id, fields })?;
            let owner = shop.database().table(ADDRESS).row(id).map_or(0, |row| row.int("parent_id"));
            set_defaults(shop, owner, id, defaults)
        })
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

/// Takes the flags out of an address and says which of the customer's columns they set.
fn take_defaults(fields: &mut IndexMap<String, Option<String>>) -> Vec<(&'static str, bool)> {
    let flag = |(word, column): &(&str, &'static str), fields: &mut IndexMap<String, Option<String>>| {
        let value = fields.shift_remove(*word)?;
        Some((*column, matches!(value.as_deref(), Some("1" | "yes" | "true"))))
    };
    DEFAULTS.iter().filter_map(|default| flag(default, fields)).collect()
}

fn set_defaults(shop: &mut Shop, owner: i64, address: i64, flags: Vec<(&str, bool)>) -> Result<(), CannotWork> {
    for (column, on) in flags {
        let is_it = shop.database().table(CUSTOMER).row(owner).is_some_and(|row| row.int(column) == address);
        let value = match (on, is_it) {
            (true, _) => Some(address.to_string()),
            (false, true) => None,
            (false, false) => continue,
        };
        let fields = IndexMap::from([(column.to_owned(), value)]);
        done(shop, &ShopEdit::Update { table: CUSTOMER.to_owned(), id: owner, fields })?;
    }
    Ok(())
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
