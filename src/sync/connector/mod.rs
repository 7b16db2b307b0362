//! The connectors by name, what each needs and in which order an integration runs them (sync spec 4.1 and 4.2), and the
//! ways in which Magento is asked. What is different about the rows of each stream is in `stream`, one file each.

use std::fmt;
use std::sync::LazyLock;

use serde::{Serialize, Serializer};

use crate::crm::IntegrationSettings;
use crate::version::ExtensionVersion;

pub mod detail;
pub mod dictionary;
pub mod key_order;
pub mod list;
pub mod paging;
pub mod source;
pub mod subscribers;

pub use crate::version::SUPPORTED_BRIDGE;

macro_rules! connectors {
    ($($variant:ident, $name:literal, $entity:ident, $kind:ident;)*) => {
        /// A connector of the integration: one run over one stream.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Connector {
            $(#[doc = concat!("`", $name, "`")] $variant,)*
        }

        impl Connector {
            /// Every connector, dictionaries first.
            pub const ALL: &'static [Connector] = &[$(Connector::$variant,)*];

            /// The name under which statuses and bookmarks are kept.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The stream it belongs to.
            pub fn stream(self) -> Stream {
                match self { $(Self::$variant => Stream::$entity,)* }
            }

            /// Dictionary, initial or incremental.
            pub fn kind(self) -> ConnectorKind {
                match self { $(Self::$variant => ConnectorKind::$kind,)* }
            }
        }
    };
}

connectors! {
    WebsiteDictionary, "website_dictionary", Website, Dictionary;
    StoreDictionary, "store_dictionary", Store, Dictionary;
    CustomerGroupDictionary, "customer_group_dictionary", CustomerGroup, Dictionary;
    RegionDictionary, "region_dictionary", Region, Dictionary;
    CustomerInitial, "customer_initial", Customer, Initial;
    CartInitial, "cart_initial", Cart, Initial;
    OrderInitial, "order_initial", Order, Initial;
    CreditMemoInitial, "credit_memo_initial", CreditMemo, Initial;
    NewsletterSubscriberInitial, "newsletter_subscriber_initial", NewsletterSubscriber, Initial;
    Customer, "customer", Customer, Incremental;
    Cart, "cart", Cart, Incremental;
    Order, "order", Order, Incremental;
    CreditMemo, "credit_memo", CreditMemo, Incremental;
    NewsletterSubscriber, "newsletter_subscriber", NewsletterSubscriber, Incremental;
}

/// What a connector is for; its name's suffix says so too.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConnectorKind {
    /// A small table, read whole.
    Dictionary,
    /// The walk backwards through what exists.
    Initial,
    /// What changes from then on.
    Incremental,
}

macro_rules! streams {
    ($($variant:ident, $label:literal, $record:literal, $job:literal, $need:ident;)*) => {
        /// The kind of record a connector imports.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Stream {
            $(#[doc = concat!($label, ".")] $variant,)*
        }

        impl Stream {
            fn need(self) -> Need {
                match self { $(Self::$variant => Need::$need,)* }
            }

            /// What a person calls its records, such as "Credit memos".
            pub(crate) fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)* }
            }

            /// One of its records, in messages.
            pub fn record(self) -> &'static str {
                match self { $(Self::$variant => $record,)* }
            }

            /// The reference client's name of the job that imports it (sync spec 4.1).
            pub fn import_job(self) -> &'static str {
                match self { $(Self::$variant => $job,)* }
            }
        }
    };
}

streams! {
    Website, "Websites", "website", "mage_website_import", Nothing;
    Store, "Stores", "store", "mage_store_import", Nothing;
    CustomerGroup, "Customer groups", "customer group", "mage_customer_group_import", Nothing;
    Region, "Regions", "region", "mage_region_import", Nothing;
    Customer, "Customers", "customer", "mage_customer_import", Nothing;
    Cart, "Carts", "cart", "mage_cart_import", Installed;
    Order, "Orders", "order", "mage_order_import", Nothing;
    CreditMemo, "Credit memos", "credit memo", "mage_credit_memo_import", Nothing;
    NewsletterSubscriber, "Newsletter subscribers", "newsletter subscriber", "mage_newsletter_subscriber_import", Supported;
}

/// What a stream asks of the bridge before it is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Need {
    Nothing,
    Installed,
    Supported,
}

impl Stream {
    /// The entities of a Magento channel in their default order (sync spec 4.2).
    pub const CHANNEL_DEFAULT: &'static [Stream] =
        &[Stream::Customer, Stream::Cart, Stream::Order, Stream::CreditMemo, Stream::NewsletterSubscriber];

    fn is_offered(self, bridge: Option<&ExtensionVersion>) -> bool {
        match self.need() {
            Need::Nothing => true,
            Need::Installed => bridge.is_some(),
            Need::Supported => bridge.is_some_and(|version| version.at_least(SUPPORTED_BRIDGE)),
        }
    }

    /// The names of the entities a Magento channel may hold, as settings, scenarios and commands write them. Each is the
    /// name of the stream's incremental connector too (sync spec 4.1 and 4.2).
    pub fn entity_names() -> &'static [&'static str] {
        static NAMES: LazyLock<Vec<&'static str>> =
            LazyLock::new(|| Stream::CHANNEL_DEFAULT.iter().map(|stream| stream.connector_name()).collect());
        &NAMES
    }

    /// The name of its incremental connector, or of its dictionary.
    pub fn connector_name(self) -> &'static str {
        let of_stream =
            |connector: &&Connector| connector.stream() == self && connector.kind() != ConnectorKind::Initial;
        Connector::ALL.iter().find(of_stream).map_or("", |connector| connector.name())
    }

    /// Whether a forced re-sync forgets its statuses; dictionaries are re-read anyway.
    pub fn supports_force(self) -> bool {
        let of_stream = |connector: &&Connector| connector.stream() == self;
        !Connector::ALL.iter().filter(of_stream).any(|connector| connector.kind() == ConnectorKind::Dictionary)
    }
}

impl Connector {
    /// A connector by its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|connector| connector.name() == name)
    }

    /// What a person calls it.
    pub fn label(self) -> String {
        match self.kind() {
            ConnectorKind::Initial => format!("{}, initial", self.stream().label()),
            ConnectorKind::Dictionary | ConnectorKind::Incremental => self.stream().label().to_owned(),
        }
    }

    /// The connectors of an integration by name: those of its channel's entities, all of them when it names none, as far
    /// as the bridge that its last look at the shop found allows (sync spec 4.2).
    pub fn of_settings(settings: &IntegrationSettings) -> Vec<String> {
        let named = |entity: &String| Self::named(entity).map(Self::stream);
        let chosen: Vec<Stream> = settings.entities.iter().filter_map(named).collect();
        let streams = if chosen.is_empty() { Stream::CHANNEL_DEFAULT } else { &chosen };
        let bridge = settings.extension_version.as_deref().map(ExtensionVersion::new);
        Self::of_channel(streams, bridge.as_ref()).iter().map(|connector| connector.name().to_owned()).collect()
    }

    /// The connectors of an integration: dictionaries, then every offered stream's initial one, then every offered
    /// stream's incremental one. The order inside the groups is the order of the channel's entities.
    pub fn of_channel(streams: &[Stream], bridge: Option<&ExtensionVersion>) -> Vec<Self> {
        let offered = |kind: ConnectorKind| {
            streams
                .iter()
                .filter(|stream| stream.is_offered(bridge))
                .filter_map(move |stream| Self::ALL.iter().find(|c| c.stream() == *stream && c.kind() == kind))
                .copied()
        };
        let dictionaries = Self::ALL.iter().copied().filter(|c| c.kind() == ConnectorKind::Dictionary);
        dictionaries.chain(offered(ConnectorKind::Initial)).chain(offered(ConnectorKind::Incremental)).collect()
    }
}

impl fmt::Display for Connector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Connector {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data_connectors(streams: &[Stream], bridge: Option<&str>) -> Vec<&'static str> {
        let version = bridge.map(ExtensionVersion::new);
        let all = Connector::of_channel(streams, version.as_ref());
        let (dictionaries, rest) = all.split_at(4);
        assert!(dictionaries.iter().all(|c| c.kind() == ConnectorKind::Dictionary));
        rest.iter().map(|connector| connector.name()).collect()
    }

    #[test]
    fn what_is_offered_depends_on_the_bridge() {
        // Vectors 69 to 71.
        let streams = [Stream::Order, Stream::Cart];
        assert_eq!(data_connectors(&streams, None), ["order_initial", "order"]);
        assert_eq!(data_connectors(&streams, Some("1.2.19")), ["order_initial", "cart_initial", "order", "cart"]);
        let streams = [Stream::NewsletterSubscriber, Stream::Cart];
        assert_eq!(data_connectors(&streams, Some("0")), ["cart_initial", "cart"]);
    }

    #[test]
    fn a_default_channel_has_five_streams() {
        let names = data_connectors(Stream::CHANNEL_DEFAULT, Some("1.2.0"));
        assert_eq!(names.len(), 10);
        assert_eq!((names[0], names[9]), ("customer_initial", "newsletter_subscriber"));
        assert!(Connector::ALL.iter().all(|connector| Connector::named(connector.name()) == Some(*connector)));
    }
}
