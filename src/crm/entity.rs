//! What the CRM holds: entities and the columns of each, as a table. `schema.sql` declares the same to SQLite; a test
//! compares the two.

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

type Columns = &'static [(&'static str, ColumnType)];

const COLUMNS: &[(Entity, Columns)] = &[
    (
        Entity::Website,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("code", ColumnType::Text),
            ("name", ColumnType::Text),
            ("sortOrder", ColumnType::Int),
            ("defaultGroupId", ColumnType::Int),
            ("default", ColumnType::Bool),
        ],
    ),
    (
        Entity::Store,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("code", ColumnType::Text),
            ("name", ColumnType::Text),
            ("website", ColumnType::Ref(Entity::Website)),
        ],
    ),
    (
        Entity::CustomerGroup,
        &[("channel", ColumnType::Ref(Entity::Integration)), ("originId", ColumnType::Int), ("name", ColumnType::Text)],
    ),
    (
        Entity::Region,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("combinedCode", ColumnType::Text),
            ("code", ColumnType::Text),
            ("countryCode", ColumnType::Text),
            ("name", ColumnType::Text),
            ("regionId", ColumnType::Int),
        ],
    ),
    (
        Entity::Account,
        &[
            ("name", ColumnType::Text),
            ("defaultContact", ColumnType::Ref(Entity::Contact)),
            ("owner", ColumnType::Text),
        ],
    ),
    (
        Entity::Contact,
        &[
            ("account", ColumnType::Ref(Entity::Account)),
            ("namePrefix", ColumnType::Text),
            ("firstName", ColumnType::Text),
            ("middleName", ColumnType::Text),
            ("lastName", ColumnType::Text),
            ("nameSuffix", ColumnType::Text),
            ("gender", ColumnType::Text),
            ("birthday", ColumnType::Date),
            ("email", ColumnType::Text),
            ("owner", ColumnType::Text),
        ],
    ),
    (
        Entity::ContactPhone,
        &[("contact", ColumnType::Ref(Entity::Contact)), ("phone", ColumnType::Text), ("primary", ColumnType::Bool)],
    ),
    (
        Entity::ContactAddress,
        &[
            ("contact", ColumnType::Ref(Entity::Contact)),
            ("label", ColumnType::Text),
            ("namePrefix", ColumnType::Text),
            ("firstName", ColumnType::Text),
            ("middleName", ColumnType::Text),
            ("lastName", ColumnType::Text),
            ("nameSuffix", ColumnType::Text),
            ("organization", ColumnType::Text),
            ("street", ColumnType::Text),
            ("street2", ColumnType::Text),
            ("city", ColumnType::Text),
            ("postalCode", ColumnType::Text),
            ("country", ColumnType::Text),
            ("region", ColumnType::Text),
            ("regionText", ColumnType::Text),
            ("types", ColumnType::TextList),
            ("primary", ColumnType::Bool),
        ],
    ),
    (
        Entity::Customer,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("email", ColumnType::Text),
            ("namePrefix", ColumnType::Text),
            ("firstName", ColumnType::Text),
            ("middleName", ColumnType::Text),
            ("lastName", ColumnType::Text),
            ("nameSuffix", ColumnType::Text),
            ("gender", ColumnType::Text),
            ("birthday", ColumnType::Date),
            ("vat", ColumnType::Text),
            ("website", ColumnType::Ref(Entity::Website)),
            ("store", ColumnType::Ref(Entity::Store)),
            ("group", ColumnType::Ref(Entity::CustomerGroup)),
            ("createdIn", ColumnType::Text),
            ("confirmed", ColumnType::Bool),
            ("guest", ColumnType::Bool),
            ("isActive", ColumnType::Bool),
            ("lifetime", ColumnType::Decimal),
            ("currency", ColumnType::Text),
            ("account", ColumnType::Ref(Entity::Account)),
            ("contact", ColumnType::Ref(Entity::Contact)),
            ("owner", ColumnType::Text),
            ("syncState", ColumnType::Int),
            ("createdAt", ColumnType::DateTime),
            ("updatedAt", ColumnType::DateTime),
            ("importedAt", ColumnType::DateTime),
            ("syncedAt", ColumnType::DateTime),
            ("password", ColumnType::Text),
        ],
    ),
    (
        Entity::CustomerAddress,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("owner", ColumnType::Ref(Entity::Customer)),
            ("label", ColumnType::Text),
            ("namePrefix", ColumnType::Text),
            ("firstName", ColumnType::Text),
            ("middleName", ColumnType::Text),
            ("lastName", ColumnType::Text),
            ("nameSuffix", ColumnType::Text),
            ("organization", ColumnType::Text),
            ("street", ColumnType::Text),
            ("street2", ColumnType::Text),
            ("city", ColumnType::Text),
            ("postalCode", ColumnType::Text),
            ("country", ColumnType::Text),
            ("countryText", ColumnType::Text),
            ("region", ColumnType::Text),
            ("regionText", ColumnType::Text),
            ("phone", ColumnType::Text),
            ("types", ColumnType::TextList),
            ("primary", ColumnType::Bool),
            ("syncState", ColumnType::Int),
            ("created", ColumnType::DateTime),
            ("updated", ColumnType::DateTime),
        ],
    ),
    (
        Entity::Order,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("incrementId", ColumnType::Text),
            ("customer", ColumnType::Ref(Entity::Customer)),
            ("cart", ColumnType::Ref(Entity::Cart)),
            ("store", ColumnType::Ref(Entity::Store)),
            ("status", ColumnType::Text),
            ("isVirtual", ColumnType::Bool),
            ("isGuest", ColumnType::Bool),
            ("giftMessage", ColumnType::Text),
            ("remoteIp", ColumnType::Text),
            ("storeName", ColumnType::Text),
            ("couponCode", ColumnType::Text),
            ("shippingMethod", ColumnType::Text),
            ("currency", ColumnType::Text),
            ("subtotalAmount", ColumnType::Decimal),
            ("shippingAmount", ColumnType::Decimal),
            ("taxAmount", ColumnType::Decimal),
            ("discountAmount", ColumnType::Decimal),
            ("totalAmount", ColumnType::Decimal),
            ("totalPaidAmount", ColumnType::Decimal),
            ("totalInvoicedAmount", ColumnType::Decimal),
            ("totalRefundedAmount", ColumnType::Decimal),
            ("totalCanceledAmount", ColumnType::Decimal),
            ("paymentMethod", ColumnType::Text),
            ("paymentDetails", ColumnType::Text),
            ("customerEmail", ColumnType::Text),
            ("firstName", ColumnType::Text),
            ("lastName", ColumnType::Text),
            ("owner", ColumnType::Text),
            ("createdAt", ColumnType::DateTime),
            ("updatedAt", ColumnType::DateTime),
            ("importedAt", ColumnType::DateTime),
            ("syncedAt", ColumnType::DateTime),
        ],
    ),
    (
        Entity::OrderItem,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("order", ColumnType::Ref(Entity::Order)),
            ("sku", ColumnType::Text),
            ("name", ColumnType::Text),
            ("qty", ColumnType::Decimal),
            ("price", ColumnType::Decimal),
            ("cost", ColumnType::Decimal),
            ("originalPrice", ColumnType::Decimal),
            ("productType", ColumnType::Text),
            ("productOptions", ColumnType::Text),
            ("isVirtual", ColumnType::Bool),
            ("weight", ColumnType::Decimal),
            ("discountPercent", ColumnType::Decimal),
            ("discountAmount", ColumnType::Decimal),
            ("taxPercent", ColumnType::Decimal),
            ("taxAmount", ColumnType::Decimal),
            ("rowTotal", ColumnType::Decimal),
        ],
    ),
    (
        Entity::OrderAddress,
        &[
            ("originId", ColumnType::Int),
            ("owner", ColumnType::Ref(Entity::Order)),
            ("namePrefix", ColumnType::Text),
            ("firstName", ColumnType::Text),
            ("middleName", ColumnType::Text),
            ("lastName", ColumnType::Text),
            ("nameSuffix", ColumnType::Text),
            ("organization", ColumnType::Text),
            ("street", ColumnType::Text),
            ("street2", ColumnType::Text),
            ("city", ColumnType::Text),
            ("postalCode", ColumnType::Text),
            ("country", ColumnType::Text),
            ("countryText", ColumnType::Text),
            ("region", ColumnType::Text),
            ("regionText", ColumnType::Text),
            ("phone", ColumnType::Text),
            ("fax", ColumnType::Text),
            ("types", ColumnType::TextList),
            ("created", ColumnType::DateTime),
            ("updated", ColumnType::DateTime),
        ],
    ),
    (
        Entity::OrderNote,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("order", ColumnType::Ref(Entity::Order)),
            ("message", ColumnType::Text),
            ("owner", ColumnType::Text),
            ("createdAt", ColumnType::DateTime),
            ("updatedAt", ColumnType::DateTime),
        ],
    ),
    (
        Entity::Cart,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("customer", ColumnType::Ref(Entity::Customer)),
            ("store", ColumnType::Ref(Entity::Store)),
            ("email", ColumnType::Text),
            ("isGuest", ColumnType::Bool),
            ("itemsQty", ColumnType::Decimal),
            ("itemsCount", ColumnType::Int),
            ("subTotal", ColumnType::Decimal),
            ("grandTotal", ColumnType::Decimal),
            ("storeToBaseRate", ColumnType::Decimal),
            ("storeToQuoteRate", ColumnType::Decimal),
            ("baseCurrencyCode", ColumnType::Text),
            ("storeCurrencyCode", ColumnType::Text),
            ("quoteCurrencyCode", ColumnType::Text),
            ("paymentDetails", ColumnType::Text),
            ("status", ColumnType::Text),
            ("statusMessage", ColumnType::Text),
            ("firstName", ColumnType::Text),
            ("lastName", ColumnType::Text),
            ("owner", ColumnType::Text),
            ("createdAt", ColumnType::DateTime),
            ("updatedAt", ColumnType::DateTime),
            ("importedAt", ColumnType::DateTime),
            ("syncedAt", ColumnType::DateTime),
        ],
    ),
    (
        Entity::CartItem,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("cart", ColumnType::Ref(Entity::Cart)),
            ("productId", ColumnType::Int),
            ("parentItemId", ColumnType::Int),
            ("sku", ColumnType::Text),
            ("name", ColumnType::Text),
            ("description", ColumnType::Text),
            ("qty", ColumnType::Decimal),
            ("price", ColumnType::Decimal),
            ("customPrice", ColumnType::Decimal),
            ("priceInclTax", ColumnType::Decimal),
            ("discountAmount", ColumnType::Decimal),
            ("taxPercent", ColumnType::Decimal),
            ("taxAmount", ColumnType::Decimal),
            ("rowTotal", ColumnType::Decimal),
            ("freeShipping", ColumnType::Text),
            ("giftMessage", ColumnType::Text),
            ("taxClassId", ColumnType::Text),
            ("isVirtual", ColumnType::Bool),
            ("productType", ColumnType::Text),
            ("productImageUrl", ColumnType::Text),
            ("productUrl", ColumnType::Text),
            ("removed", ColumnType::Bool),
            ("createdAt", ColumnType::DateTime),
            ("updatedAt", ColumnType::DateTime),
        ],
    ),
    (
        Entity::CartAddress,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("cart", ColumnType::Ref(Entity::Cart)),
            ("kind", ColumnType::Text),
            ("namePrefix", ColumnType::Text),
            ("firstName", ColumnType::Text),
            ("middleName", ColumnType::Text),
            ("lastName", ColumnType::Text),
            ("nameSuffix", ColumnType::Text),
            ("organization", ColumnType::Text),
            ("street", ColumnType::Text),
            ("street2", ColumnType::Text),
            ("city", ColumnType::Text),
            ("postalCode", ColumnType::Text),
            ("country", ColumnType::Text),
            ("countryText", ColumnType::Text),
            ("region", ColumnType::Text),
            ("regionText", ColumnType::Text),
            ("phone", ColumnType::Text),
            ("created", ColumnType::DateTime),
            ("updated", ColumnType::DateTime),
        ],
    ),
    (
        Entity::CreditMemo,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("incrementId", ColumnType::Text),
            ("order", ColumnType::Ref(Entity::Order)),
            ("store", ColumnType::Ref(Entity::Store)),
            ("status", ColumnType::Text),
            ("invoiceId", ColumnType::Text),
            ("transactionId", ColumnType::Text),
            ("emailSent", ColumnType::Bool),
            ("adjustment", ColumnType::Decimal),
            ("subtotal", ColumnType::Decimal),
            ("adjustmentNegative", ColumnType::Decimal),
            ("adjustmentPositive", ColumnType::Decimal),
            ("shippingAmount", ColumnType::Decimal),
            ("grandTotal", ColumnType::Decimal),
            ("customerBalTotalRefunded", ColumnType::Decimal),
            ("rewardPointsBalanceRefund", ColumnType::Decimal),
            ("owner", ColumnType::Text),
            ("createdAt", ColumnType::DateTime),
            ("updatedAt", ColumnType::DateTime),
            ("importedAt", ColumnType::DateTime),
            ("syncedAt", ColumnType::DateTime),
        ],
    ),
    (
        Entity::CreditMemoItem,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("creditMemo", ColumnType::Ref(Entity::CreditMemo)),
            ("orderItemId", ColumnType::Int),
            ("price", ColumnType::Decimal),
            ("qty", ColumnType::Decimal),
            ("taxAmount", ColumnType::Decimal),
            ("discountAmount", ColumnType::Decimal),
            ("rowTotal", ColumnType::Decimal),
            ("sku", ColumnType::Text),
            ("name", ColumnType::Text),
            ("additionalData", ColumnType::Text),
            ("description", ColumnType::Text),
        ],
    ),
    (
        Entity::NewsletterSubscriber,
        &[
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("originId", ColumnType::Int),
            ("email", ColumnType::Text),
            ("status", ColumnType::Text),
            ("confirmCode", ColumnType::Text),
            ("customer", ColumnType::Ref(Entity::Customer)),
            ("store", ColumnType::Ref(Entity::Store)),
            ("owner", ColumnType::Text),
            ("changeStatusAt", ColumnType::DateTime),
            ("createdAt", ColumnType::DateTime),
            ("updatedAt", ColumnType::DateTime),
        ],
    ),
    (
        Entity::LifetimeHistory,
        &[
            ("account", ColumnType::Ref(Entity::Account)),
            ("channel", ColumnType::Ref(Entity::Integration)),
            ("amount", ColumnType::Decimal),
            ("createdAt", ColumnType::DateTime),
        ],
    ),
];

impl Entity {
    /// Columns besides the row id.
    pub fn columns(self) -> Columns {
        COLUMNS.iter().find(|(entity, _)| *entity == self).map_or(&[], |(_, columns)| columns)
    }

    /// A column's type.
    pub fn column(self, field: &str) -> Option<ColumnType> {
        self.columns().iter().find(|(name, _)| *name == field).map(|(_, kind)| *kind)
    }

    /// An entity by its table name.
    pub fn named(table: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|entity| entity.table() == table)
    }
}
