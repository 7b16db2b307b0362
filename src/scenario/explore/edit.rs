//! What a living shop does while somebody syncs from it, each as one edit of whoever is there.

use indexmap::IndexMap;
use jiff::Timestamp;

use crate::datetime;
use crate::shop::seed::SeedRow;
use crate::shop::{Sale, Shop, ShopEdit};

const CUSTOMER: &str = "customer";
const GROUP: &str = "customer_group";
const ORDER: &str = "sales_flat_order";

/// An edit between two calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Edit {
    /// A customer whom the sync lists is saved again, with nothing changed.
    SaveCustomer,
    /// A customer whom the sync lists is deleted.
    DeleteCustomer,
    /// Somebody registers.
    CreateCustomer,
    /// A customer places an order.
    PlaceOrder,
    /// A customer group is renamed.
    ChangeGroup,
    /// An order is cancelled.
    CancelOrder,
}

impl Edit {
    /// Every edit, in the order of the matrix.
    pub const ALL: &'static [Self] = &[
        Self::SaveCustomer,
        Self::DeleteCustomer,
        Self::CreateCustomer,
        Self::PlaceOrder,
        Self::ChangeGroup,
        Self::CancelOrder,
    ];

    /// What it is called in a report.
    pub fn name(self) -> &'static str {
        match self {
            Self::SaveCustomer => "save a customer",
            Self::DeleteCustomer => "delete a customer",
            Self::CreateCustomer => "create a customer",
            Self::PlaceOrder => "place an order",
            Self::ChangeGroup => "rename a group",
            Self::CancelOrder => "cancel an order",
        }
    }

    /// The edit for what the shop holds now; `None` where there is nobody to do it to. A customer is one who has changed
    /// since the last sync, whom the next one lists, the one with the lowest id: on the first page.
    pub(super) fn of(self, shop: &Shop, last_sync: Option<Timestamp>) -> Option<ShopEdit> {
        let row = |pairs: &[(&str, &str)]| -> SeedRow {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned()))).collect()
        };
        let (table, fields) = (CUSTOMER.to_owned(), IndexMap::new());
        Some(match self {
            Self::SaveCustomer => ShopEdit::Update { table, id: listed(shop, last_sync)?, fields },
            Self::DeleteCustomer => ShopEdit::Delete { table, id: listed(shop, last_sync)? },
            Self::CreateCustomer => ShopEdit::Create {
                table,
                fields: row(&[
                    ("email", "newcomer@explored.example"),
                    ("firstname", "New"),
                    ("lastname", "Comer"),
                    ("website_id", "1"),
                    ("store_id", "1"),
                    ("group_id", "1"),
                ]),
            },
            Self::PlaceOrder => ShopEdit::PlaceOrder(Sale {
                customer: Some(listed(shop, last_sync)?),
                items: vec![row(&[("sku", "explored"), ("name", "Explored"), ("price", "10.00"), ("qty", "1")])],
                ..Sale::default()
            }),
            Self::ChangeGroup => ShopEdit::Update {
                table: GROUP.to_owned(),
                id: shop.database().table(GROUP).iter().map(|(id, _)| id).find(|id| *id > 0)?,
                fields: row(&[("customer_group_code", "Renamed")]),
            },
            Self::CancelOrder => ShopEdit::Update {
                table: ORDER.to_owned(),
                id: shop.database().table(ORDER).iter().find(|(_, row)| row.text("state") != "canceled")?.0,
                fields: row(&[("state", "canceled"), ("status", "canceled")]),
            },
        })
    }
}

fn listed(shop: &Shop, last_sync: Option<Timestamp>) -> Option<i64> {
    let customers = shop.database().table(CUSTOMER);
    let since = last_sync.map(datetime::to_sql).unwrap_or_default();
    let changed = customers.iter().find(|(_, row)| row.text("updated_at") > since.as_str());
    changed.or_else(|| customers.iter().next()).map(|(id, _)| id)
}
