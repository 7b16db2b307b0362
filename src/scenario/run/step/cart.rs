//! `in crm` about carts and orders placed from the CRM; `sync data` of one order or cart.

use crate::scenario::run::cannot_work::CannotWork;
use serde_json::json;

use super::sale::listed;
use super::sync::lines;
use crate::crm::{CartStep, CrmError, Entity, OriginId, Row};
use crate::nearest::did_you_mean;
use crate::scenario::language::step::crm_edit::{CartMove, MovedCart, OrderFromCrm};
use crate::scenario::language::step::sync::SyncDataStep;
use crate::scenario::language::text::span::At;
use crate::scenario::run::world::{LastOutcome, World};
use crate::shop::seed::SeedRow;
use crate::shop::{Sale, Shop, ShopEdit};
use crate::sync::sync_data::{
    NOT_SYNCHRONIZED, ORDER_NOT_IMPORTED, OneRecord, PlacedFor, SYNCHRONIZED, after_order, sync_data,
};

impl World<'_> {
    /// The button "Sync data".
    pub(in crate::scenario) async fn sync_data(&mut self, step: &SyncDataStep) -> Result<(), CannotWork> {
        let id = self.channel()?;
        let record = match (&step.order, &step.cart) {
            (Some(order), _) => {
                self.known_order(order)?;
                OneRecord::Order(order.get().clone())
            }
            (None, Some(cart)) => {
                self.crm_cart(cart)?;
                OneRecord::Cart(number(cart)?)
            }
            (None, None) => return Err(CannotWork::NothingNamed("an order or a cart")),
        };
        let mut ignore = |_| {};
        let mut context = self.sync_context(&mut ignore);
        let outcome = sync_data(&mut context, id, &record).await?;
        let success = outcome.is_ok();
        let message = if success { SYNCHRONIZED } else { NOT_SYNCHRONIZED };
        let did = lines(&outcome);
        let word = if success { "success" } else { "failure" };
        self.last = Some(LastOutcome {
            success,
            message: format!("{message}\n{}", did.join("\n")),
            shown: json!({ "sync data": word, "message": message, "did": did }),
        });
        Ok(())
    }

    pub(super) fn move_cart(&mut self, moved: &MovedCart) -> Result<Result<(), CrmError>, CannotWork> {
        let cart = self.crm_cart(&moved.cart)?;
        let step = match moved.step {
            CartMove::Abandon => CartStep::Abandon,
            CartMove::ConvertToOpportunity => CartStep::ConvertToOpportunity,
            CartMove::Reopen => CartStep::Reopen,
        };
        Ok(self.crm.move_cart(cart.id, step))
    }

    /// An order placed in the frame that shows Magento's admin, and the imports that follow it (sync spec 9.4).
    pub(super) async fn place_order(&mut self, order: &OrderFromCrm) -> Result<Result<(), CrmError>, CannotWork> {
        let channel = self.channel()?;
        let (of, placed) = match (&order.cart, &order.customer) {
            (Some(cart), _) => (self.crm_cart(cart)?, PlacedFor::Cart(number(cart)?)),
            (None, Some(customer)) => {
                let id = self.crm_customer(customer)?;
                let row = self.crm.require(Entity::Customer, id)?;
                let origin = row.fields.origin_id().ok_or(CannotWork::NotInMagentoYet)?;
                (row, PlacedFor::Customer(origin))
            }
            (None, None) => return Err(CannotWork::NothingNamed("a cart or a customer")),
        };
        let is_cart = matches!(placed, PlacedFor::Cart(_));
        let allowed = self.crm.check_order_can_be_placed(&of).and_then(|()| match is_cart {
            true => self.crm.move_cart(of.id, CartStep::PlaceOrder),
            false => Ok(()),
        });
        if let Err(refusal) = allowed {
            return Ok(Err(refusal));
        }
        let items = order.items.iter().map(|item| self.columns(item)).collect::<Result<Vec<_>, _>>()?;
        self.apply(None, |shop| Ok(vec![ShopEdit::PlaceOrder(sale(shop, placed, items)?)]))?;
        let mut ignore = |_| {};
        let mut context = self.sync_context(&mut ignore);
        let outcome = after_order(&mut context, channel, placed).await?;
        if is_cart {
            self.crm.note_cart_is_up_to_date(of.id, outcome.is_ok())?;
        }
        let refusal = CrmError::Forbidden(ORDER_NOT_IMPORTED.to_owned());
        Ok(if outcome.is_ok() { Ok(()) } else { Err(refusal) })
    }

    /// The button stands on the page of an order, so that there is one of that number in the CRM.
    fn known_order(&self, named: &At<String>) -> Result<(), CannotWork> {
        let orders = self.crm.find(Entity::Order, &[("channel", self.channel()?.0.into())])?;
        let known: Vec<&str> = orders.iter().filter_map(|order| order.fields.text("incrementId")).collect();
        if known.contains(&named.get().as_str()) {
            return Ok(());
        }
        let nearest = did_you_mean(named, known.iter().copied()).map(|said| format!("{said} ")).unwrap_or_default();
        let hint = format!(" now; {nearest}it has {}", listed(&known)).into();
        Err(CannotWork::NotInCrm { what: format!("order `{}`", named.get()), hint })
    }

    fn crm_cart(&self, named: &At<String>) -> Result<Row, CannotWork> {
        let key = [("channel", self.channel()?.0.into()), ("originId", number(named)?.into())];
        let found = self.crm.find_one(Entity::Cart, &key)?;
        found.ok_or_else(|| CannotWork::NotInCrm {
            what: format!("cart {}", named.get()),
            hint: " now; sync before".into(),
        })
    }
}

/// What is ordered, as the shop knows it.
fn sale(shop: &Shop, placed: PlacedFor, items: Vec<SeedRow>) -> Result<Sale, CannotWork> {
    let cart = match placed {
        PlacedFor::Customer(id) => return Ok(Sale { customer: Some(id.0), items, ..Sale::default() }),
        PlacedFor::Cart(cart) => cart,
    };
    let quote = shop.database().table("sales_flat_quote").row(cart.0).ok_or_else(|| CannotWork::NotInShop {
        what: "cart",
        named: cart.to_string(),
        hint: " now".to_owned(),
    })?;
    let customer = Some(quote.int("customer_id")).filter(|id| *id > 0);
    let owner =
        ["email", "firstname", "lastname"].map(|name| (name.to_owned(), quote.get(&format!("customer_{name}"))));
    let guest = owner.into_iter().map(|(name, value)| (name, value.map(str::to_owned))).collect();
    let of_cart = cart.to_string();
    let rows = shop.database().table("sales_flat_quote_item").with("quote_id", &of_cart);
    let bought = ["sku", "name", "price", "qty", "product_id"];
    let item = |row: &crate::shop::Row| -> SeedRow {
        bought.iter().map(|column| ((*column).to_owned(), row.get(column).map(str::to_owned))).collect()
    };
    let items = rows.map(|(_, row)| item(row)).collect();
    let guest = if customer.is_some() { SeedRow::new() } else { guest };
    Ok(Sale { customer, guest, items, cart: Some(cart.0), ..Sale::default() })
}

fn number(named: &At<String>) -> Result<OriginId, CannotWork> {
    named
        .parse()
        .map_err(|_| CannotWork::NotAnId { named: named.get().clone(), what: "Magento's id of a cart".to_owned() })
}
