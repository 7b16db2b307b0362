//! What the CRM holds: its entities. The columns of each are the table in `columns`.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::columns;
use super::value::CrmValue;

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

/// Type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnType {
    /// Text.
    Text,
    /// Integer.
    Int,
    /// Boolean.
    Bool,
    /// Decimal.
    Decimal,
    /// Date and time.
    DateTime,
    /// Date.
    Date,
    /// List of texts.
    TextList,
    /// Relation.
    Ref(Entity),
}

impl ColumnType {
    /// What the column takes, for messages.
    pub fn expected(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Int => "an integer",
            Self::Bool => "true or false",
            Self::Decimal => "a number",
            Self::DateTime => "a date and time as YYYY-MM-DD HH:MM:SS",
            Self::Date => "a date as YYYY-MM-DD",
            Self::TextList => "a list of texts",
            Self::Ref(_) => "a relation to another row",
        }
    }
}

/// Types by entity and name, for every field of every row that is written.
static TYPES: LazyLock<HashMap<(Entity, &'static str), ColumnType, FixedState>> = LazyLock::new(|| {
    let of = |(entity, columns): &(Entity, Columns)| {
        let entity = *entity;
        columns.iter().map(move |(name, kind)| ((entity, *name), *kind))
    };
    columns::COLUMNS.iter().flat_map(of).collect()
});

pub(super) type Columns = &'static [(&'static str, ColumnType)];

impl Entity {
    /// Columns besides the row id.
    pub fn columns(self) -> Columns {
        columns::COLUMNS.iter().find(|(entity, _)| *entity == self).map_or(&[], |(_, columns)| columns)
    }

    /// A column's type.
    pub fn column(self, field: &str) -> Option<ColumnType> {
        TYPES.get(&(self, field)).copied()
    }

    /// The column beside a field that holds what the field is looked up by, where that is not the field itself: of an
    /// e-mail address what all its spellings have in common. Such columns are the database's alone.
    pub(super) fn key_column(self, field: &str) -> Option<&'static str> {
        match (self, field) {
            (Self::Contact | Self::Customer | Self::Cart | Self::NewsletterSubscriber, "email") => Some("emailKey"),
            (Self::Order, "customerEmail") => Some("customerEmailKey"),
            _ => None,
        }
    }

    /// What a new row holds in fields that nobody speaks of: the defaults of the reference client's entities (sync spec 5.3,
    /// 5.7 and 5.8). The schema has more of them, where it had them from the beginning.
    pub(super) fn defaults(self) -> &'static [(&'static str, CrmValue)] {
        const NO: CrmValue = CrmValue::Bool(false);
        const NOTHING: CrmValue = CrmValue::Decimal(Decimal::ZERO);
        match self {
            Self::Website => &[("default", NO)],
            Self::CustomerAddress | Self::ContactAddress | Self::ContactPhone => &[("primary", NO)],
            Self::Order => &[
                ("totalPaidAmount", NOTHING),
                ("totalInvoicedAmount", NOTHING),
                ("totalRefundedAmount", NOTHING),
                ("totalCanceledAmount", NOTHING),
            ],
            _ => &[],
        }
    }

    /// An entity by its table name.
    pub fn named(table: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|entity| entity.table() == table)
    }
}
