//! `in magento` about carts, orders, refunds and the newsletter; `in crm` about subscriptions; the look for expired carts.

use crate::crm::OriginId;
use crate::scenario::run::cannot_work::CannotWork;
use indexmap::IndexMap;
use serde_json::json;

use super::shop::customer;
use crate::scenario::language::step::sale::{
    CartInMagento, DocumentInMagento, ItemOfOrder, OrderInMagento, RefundInMagento, SaleInMagento, SubscriptionInCrm,
    SubscriptionInMagento,
};
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::Fields;
use crate::scenario::run::world::{LastOutcome, World};
use crate::shop::seed::SeedRow;
use crate::shop::{OrderDocument, OrderRemark, Sale, Shop, ShopEdit};
use crate::sync::cart_expiration::{Expiration, expire_carts};
use crate::sync::context::{SyncContext, SyncOptions};
use crate::sync::subscription::{self, Wanted, Whose};

const ORDER: &str = "sales_flat_order";
const CART: &str = "sales_flat_quote";
const SUBSCRIBED: i64 = 1;
const UNSUBSCRIBED: i64 = 3;

/// What a sale is to become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Becomes {
    Order,
    Cart,
}

impl World<'_> {
    pub(super) fn sell(&self, told: &SaleInMagento, becomes: Becomes) -> Result<(), CannotWork> {
        let sale = Sale {
            guest: self.columns(&told.guest)?,
            items: self.all_columns(&told.items)?,
            address: self.columns(&told.address)?,
            comment: told.comment.clone(),
            set: self.columns(&told.set)?,
            ..Sale::default()
        };
        self.apply(told.shop.as_ref(), |shop| {
            let sale = Sale {
                customer: told.customer.as_ref().map(|named| customer(shop, named)).transpose()?,
                store: told.store.as_ref().map(|named| store(shop, named)).transpose()?,
                cart: told.cart.as_ref().map(|named| cart(shop, named)).transpose()?,
                ..sale
            };
            Ok(vec![match becomes {
                Becomes::Order => ShopEdit::PlaceOrder(sale),
                Becomes::Cart => ShopEdit::FillCart(sale),
            }])
        })
    }

    pub(super) fn change_order(&self, told: &OrderInMagento) -> Result<(), CannotWork> {
        let fields = self.columns(&told.set)?;
        self.apply(told.shop.as_ref(), |shop| {
            let id = order(shop, &told.order)?;
            let (notify, visible) = (told.notify.is_yes(), told.visible.is_yes());
            let noted = told.comment.clone();
            let noted = noted.map(|comment| ShopEdit::CommentOrder { order: id, comment, notify, visible });
            let changed = (!fields.is_empty()).then_some(ShopEdit::UpdateOrder { order: id, fields });
            Ok(changed.into_iter().chain(noted).collect())
        })
    }

    pub(super) fn refund(&self, told: &RefundInMagento) -> Result<(), CannotWork> {
        let text = |amount: &Option<At<String>>| amount.as_ref().map(|amount| amount.get().clone());
        let document = OrderDocument {
            items: told.items.as_deref().map(quantities),
            shipping: text(&told.shipping),
            adjustment_refund: text(&told.adjustment_refund),
            adjustment_fee: text(&told.adjustment_fee),
            remark: OrderRemark {
                comment: told.comment.clone(),
                notify: told.notify.is_yes(),
                visible: told.visible.is_yes(),
            },
            set: self.columns(&told.set)?,
            ..OrderDocument::default()
        };
        self.with_order(told.shop.as_ref(), &told.order, |order| {
            ShopEdit::CreditMemo(OrderDocument { order, ..document })
        })
    }

    /// An invoice or a shipment.
    pub(super) fn document(
        &self,
        told: &DocumentInMagento,
        made: fn(OrderDocument) -> ShopEdit,
    ) -> Result<(), CannotWork> {
        let document = OrderDocument {
            items: told.items.as_deref().map(quantities),
            remark: OrderRemark {
                comment: told.comment.clone(),
                notify: told.notify.is_yes(),
                visible: told.visible.is_yes(),
            },
            set: self.columns(&told.set)?,
            ..OrderDocument::default()
        };
        self.with_order(told.shop.as_ref(), &told.order, |order| made(OrderDocument { order, ..document }))
    }

    /// Something that needs an order's id only.
    pub(super) fn with_order(
        &self,
        shop: Option<&At<String>>,
        named: &At<String>,
        edit: impl FnOnce(i64) -> ShopEdit,
    ) -> Result<(), CannotWork> {
        self.apply(shop, |shop| Ok(vec![edit(order(shop, named)?)]))
    }

    pub(super) fn change_cart(&self, told: &CartInMagento) -> Result<(), CannotWork> {
        let fields = self.columns(&told.set)?;
        let items = told.items.as_ref().map(|items| self.all_columns(items)).transpose()?;
        self.apply(told.shop.as_ref(), |shop| {
            let cart = cart(shop, &told.cart)?;
            let filled = items.map(|items| ShopEdit::PutInCart { cart, items });
            let changed = (!fields.is_empty()).then_some(ShopEdit::UpdateCart { cart, fields });
            Ok(filled.into_iter().chain(changed).collect())
        })
    }

    pub(super) fn delete_cart(&self, told: &CartInMagento) -> Result<(), CannotWork> {
        self.apply(told.shop.as_ref(), |shop| {
            Ok(vec![ShopEdit::Delete { table: CART.to_owned(), id: cart(shop, &told.cart)? }])
        })
    }

    pub(super) fn subscribe_in_shop(&self, told: &SubscriptionInMagento, on: bool) -> Result<(), CannotWork> {
        let set = self.columns(&told.set)?;
        let status = if on { SUBSCRIBED } else { UNSUBSCRIBED };
        let email = told.email.get().clone();
        self.apply(told.shop.as_ref(), |_| Ok(vec![ShopEdit::Subscribe { email, status, set }]))
    }

    fn all_columns(&self, rows: &[Fields]) -> Result<Vec<SeedRow>, CannotWork> {
        rows.iter().map(|row| self.columns(row)).collect::<Result<Vec<IndexMap<_, _>>, _>>()
    }

    /// Subscribes or unsubscribes a customer from the CRM. `Ok(Some(_))` is a refusal that did not come as expected.
    pub(super) async fn change_subscription(
        &mut self,
        told: &SubscriptionInCrm,
        wanted: Wanted,
    ) -> Result<Option<String>, CannotWork> {
        let id = self.channel()?;
        let customer = self.crm_customer(&told.customer)?;
        let mut ignore = |_| {};
        let mut context = self.sync_context(&mut ignore);
        let outcome = subscription::change(&mut context, id, Whose::Customer(customer), wanted).await?;
        let said = match outcome.errors.is_empty() {
            true => outcome.message().to_owned(),
            false => outcome.errors.join("; "),
        };
        Ok(match (outcome.successful, &told.refused) {
            (true, None) => None,
            (true, Some(expected)) => Some(format!("the edit was not refused; expected {}", expected.get())),
            (false, Some(expected)) => (!expected.matches(Some(&said)))
                .then(|| format!("the edit was refused with \"{said}\"; expected {}", expected.get())),
            (false, None) => Some(format!("the edit was refused: {said}")),
        })
    }

    /// The daily look for carts that Magento no longer has.
    pub(in crate::scenario) async fn expire_carts(&mut self) -> Result<(), CannotWork> {
        let id = self.channel()?;
        let mut ignore = |_| {};
        let mut context = self.sync_context(&mut ignore);
        let outcome = expire_carts(&mut context, id).await?;
        let (success, message) = match outcome {
            Expiration::Done(expired) => (true, format!("expired: {}", numbers(&expired))),
            Expiration::Rejected(reason) | Expiration::Failed(reason) => (false, reason),
        };
        let word = if success { "success" } else { "failure" };
        self.last = Some(LastOutcome { success, shown: json!({ "expire carts": word, "did": message }), message });
        Ok(())
    }

    pub(in crate::scenario) fn sync_context<'a>(
        &'a mut self,
        events: &'a mut (dyn FnMut(crate::sync::context::SyncEvent) + Send),
    ) -> SyncContext<'a> {
        SyncContext {
            crm: &mut self.crm,
            transport: self.transport.clone(),
            clock: self.clock.clone(),
            quirks: self.quirks.clone(),
            events,
            options: SyncOptions { wsdl_cache: self.wsdl_cache.clone(), ..SyncOptions::default() },
        }
    }
}

fn quantities(items: &[ItemOfOrder]) -> IndexMap<String, String> {
    items.iter().map(|item| (item.sku.get().clone(), item.qty.get().clone())).collect()
}

fn numbers(ids: &[OriginId]) -> String {
    let ids: Vec<String> = ids.iter().map(OriginId::to_string).collect();
    format!("carts {}", listed(&ids))
}

/// The order of that number.
fn order(shop: &Shop, named: &At<String>) -> Result<i64, CannotWork> {
    let found = shop.database().table(ORDER).with("increment_id", named).map(|(id, _)| id).next();
    found.ok_or_else(|| {
        let known: Vec<&str> = shop.database().table(ORDER).iter().map(|(_, row)| row.text("increment_id")).collect();
        CannotWork::NotInShop {
            what: "order",
            named: named.get().clone(),
            hint: format!(" now; it has {}", listed(&known)),
        }
    })
}

fn cart(shop: &Shop, named: &At<String>) -> Result<i64, CannotWork> {
    let found = named.parse().ok().filter(|id| shop.database().table(CART).row(*id).is_some());
    found.ok_or_else(|| {
        let known: Vec<String> = shop.database().table(CART).iter().map(|(id, _)| id.to_string()).collect();
        CannotWork::NotInShop {
            what: "cart",
            named: named.get().clone(),
            hint: format!(" now; it has {}", listed(&known)),
        }
    })
}

fn store(shop: &Shop, named: &At<String>) -> Result<i64, CannotWork> {
    let stores = shop.database().table("core_store");
    let found = stores.iter().find(|(id, row)| id.to_string() == *named.get() || row.text("code") == named.get());
    found.map(|(id, _)| id).ok_or_else(|| {
        let known: Vec<&str> = stores.iter().map(|(_, row)| row.text("code")).collect();
        CannotWork::NotInShop {
            what: "store view",
            named: named.get().clone(),
            hint: format!("; it has {}", listed(&known)),
        }
    })
}

/// The longest list of names that a message shows.
const LISTED_MAX: usize = 20;

/// Names as a message shows them.
pub(super) fn listed<T: AsRef<str>>(known: &[T]) -> String {
    match known {
        [] => "none".to_owned(),
        known => {
            let first: Vec<&str> = known.iter().take(LISTED_MAX).map(AsRef::as_ref).collect();
            let more = if known.len() > LISTED_MAX {
                format!(" and {} more", known.len() - LISTED_MAX)
            } else {
                String::new()
            };
            format!("{}{more}", first.join(", "))
        }
    }
}
