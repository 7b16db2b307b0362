//! What the CRM holds: its entities. Their columns are in `column`, as the table in `columns`.

use serde::{Deserialize, Serialize};

macro_rules! entities {
    ($($name:ident => $table:literal,)*) => {
        /// An entity of the CRM.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(rename_all = "camelCase")]
        pub enum Entity {
            /// An integration ("channel").
            Integration,
            $(#[doc = concat!("Rows of the table `", $table, "`.")] $name,)*
        }

        impl Entity {
            /// Every entity with rows of its own, in the order of the schema.
            pub const ALL: &'static [Entity] = &[$(Entity::$name,)*];

            /// Table name, which is also the name people use.
            pub fn table(self) -> &'static str {
                match self {
                    Self::Integration => "integration",
                    $(Self::$name => $table,)*
                }
            }
        }
    };
}

entities! {
    Website => "website",
    Store => "store",
    CustomerGroup => "customerGroup",
    Region => "region",
    Account => "account",
    Contact => "contact",
    ContactPhone => "contactPhone",
    ContactAddress => "contactAddress",
    Customer => "customer",
    CustomerAddress => "customerAddress",
    Order => "order",
    OrderItem => "orderItem",
    OrderAddress => "orderAddress",
    OrderNote => "orderNote",
    Cart => "cart",
    CartItem => "cartItem",
    CartAddress => "cartAddress",
    CreditMemo => "creditMemo",
    CreditMemoItem => "creditMemoItem",
    NewsletterSubscriber => "newsletterSubscriber",
    LifetimeHistory => "lifetimeHistory",
}

impl Entity {
    /// An entity by its table name.
    pub fn named(table: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|entity| entity.table() == table)
    }
}
