//! The fake as a mirror: a shop in memory that poses as the product nearest to a real one and holds the few records the
//! real one was asked about. It holds personal data for as long as the comparison takes, and nothing of it is written.

use std::sync::Arc;

use super::derive::{distance, of_service};
use super::portrait::Portrait;
use super::sample::Sample;
use super::service::ServiceFacts;
use super::wanted::WantedQuestion;
use super::{AskedShop, CompareError};
use crate::client::{ClientOptions, ReadOnlyTransport, Retries, WsdlCache};
use crate::clock::Clock;
use crate::magento::{BridgeRelease, Contract, Flavor, WebServer};
use crate::quirk::Quirks;
use crate::secret::ApiKey;
use crate::server::{EndpointOptions, InMemoryShop};
use crate::shop::Row;
use crate::shop::seed::{Seed, SeedRow, SeedUser};
use crate::shop::{Overrides, OverridesError, Shop, ShopConfig};
use crate::soap::{SoapStruct, SoapValue, WireStyle};
use crate::transport::in_memory::InMemoryTransport;

const USER: &str = "mirror";
const KEY: &str = "mirror-key";
const URL: &str = "http://fake.example/index.php/api/v2_soap/?wsdl=1";

/// What the fake poses as.
#[derive(Clone, Debug)]
pub struct Mirror {
    /// The style in which the shop speaks.
    pub mode: WireStyle,
    /// The product that the shop looks like.
    pub flavor: Flavor,
    /// The release of the bridge that the shop has; `None` without one.
    pub bridge: Option<&'static BridgeRelease>,
}

impl Mirror {
    /// The product and bridge whose declaration is nearest to a shop's.
    pub fn nearest(shop: &Portrait) -> Self {
        let facts = &shop.facts;
        let has_bridge = facts.operations.contains_key("oroPing");
        let said = |release: &&BridgeRelease| shop.bridge.as_deref() == Some(release.ping.as_str());
        let mut bridges: Vec<Option<&BridgeRelease>> = BridgeRelease::all().iter().filter(said).map(Some).collect();
        if bridges.is_empty() {
            bridges = if has_bridge { BridgeRelease::all().iter().map(Some).collect() } else { vec![None] };
        }
        let flavors = [Flavor::Magento194, Flavor::OpenMage19416, Flavor::OpenMage194, Flavor::OpenMage19423]
            .into_iter()
            .chain([Flavor::NEWEST_OPENMAGE, Flavor::Magento191, Flavor::Magento17]);
        let server = if shop.doubles_content_type() { WebServer::BuiltIn } else { WebServer::Fpm };
        let all = flavors.flat_map(|flavor| bridges.iter().rev().map(move |bridge| (flavor, *bridge)));
        let nearest = all.min_by_key(|(flavor, bridge)| {
            let schema = Contract::shared().schema(facts.mode, *bridge, *flavor);
            // A shop that answers can read its own WSDL.
            let broken = usize::from(schema.unparsable.is_some()) * 1_000;
            distance(facts, &ServiceFacts::of_schema(&schema)) + usize::from(flavor.web_server() != server) + broken
        });
        let (flavor, bridge) = nearest.unwrap_or_default();
        Self { mode: facts.mode, flavor, bridge }
    }

    /// What overrides are relative to; what they do not say is found as in [`Mirror::nearest`].
    ///
    /// # Errors
    /// [`OverridesError`] when they do not fit.
    pub fn of(overrides: &Overrides, shop: &Portrait) -> Result<Self, OverridesError> {
        let nearest = Self::nearest(shop);
        let mirror = Self {
            mode: overrides.mode().unwrap_or(nearest.mode),
            flavor: overrides.flavor.unwrap_or(nearest.flavor),
            bridge: overrides.bridge_release()?.unwrap_or(nearest.bridge),
        };
        overrides.check(&Contract::shared().schema(mirror.mode, mirror.bridge, mirror.flavor))?;
        Ok(mirror)
    }

    /// The overrides that say only what the rest is relative to.
    pub fn posing(&self) -> Overrides {
        Overrides {
            flavor: Some(self.flavor),
            bridge: Some(self.bridge.map_or_else(|| "none".to_owned(), |release| release.short().to_owned())),
            wsi: Some(self.mode == WireStyle::WsI),
            ..Overrides::default()
        }
    }

    /// The overrides that follow from a shop's declaration alone.
    pub fn declared_as(&self, shop: &Portrait) -> Overrides {
        let product = Contract::shared().schema(self.mode, self.bridge, self.flavor);
        of_service(&shop.facts, &ServiceFacts::of_schema(&product), &self.posing())
    }

    /// Opens the fake with the records of a shop and connects to it.
    ///
    /// # Errors
    /// [`CompareError::Mirror`] when the shop's records do not do as a seed.
    pub async fn open(
        &self,
        shop: &Portrait,
        overrides: Option<Overrides>,
        wanted: &[WantedQuestion],
        clock: &Clock,
    ) -> Result<AskedShop, CompareError> {
        let config = ShopConfig {
            mode: self.mode,
            flavor: self.flavor,
            bridge: self.bridge,
            overrides: overrides.map(Arc::new),
            ..ShopConfig::new(clock.clone())
        };
        let fake = Shop::new(config, seed(&shop.sample, shop.has_attributes()))
            .map_err(|error| CompareError::Mirror(error.to_string()))?;
        let served = InMemoryShop::new(fake, EndpointOptions::default());
        let transport = Arc::new(InMemoryTransport::new(served.peer(), clock.clone()));
        let options = ClientOptions {
            url: URL.parse().map_err(|error: url::ParseError| CompareError::Mirror(error.to_string()))?,
            user: USER.to_owned(),
            key: ApiKey::new(KEY),
            mode: self.mode,
            retries: Retries::Off,
            quirks: Quirks::default(),
            clock: clock.clone(),
            wsdl_cache: WsdlCache::default(),
        };
        let guard = Arc::new(ReadOnlyTransport::new(transport, clock.clone()));
        let asked = AskedShop::connect(guard.clone(), options).await?;
        asked.readable_of_modules(wanted).iter().for_each(|(name, element)| guard.allow(name, element));
        Ok(asked)
    }

    /// In a few words, for a person.
    pub fn described(&self) -> String {
        let flavor = self.flavor.as_str();
        match self.bridge {
            Some(release) => format!("{flavor}, {}, bridge {}", self.mode.as_str(), release.short()),
            None => format!("{flavor}, {}, no bridge", self.mode.as_str()),
        }
    }
}

/// The records of a shop as the rows they come from.
fn seed(sample: &Sample, has_attributes: bool) -> Seed {
    let mut seed = Seed {
        websites: without_admin(websites(sample), "website_id"),
        store_views: sample.stores.iter().map(scalars).collect(),
        customer_groups: sample.groups.iter().map(scalars).collect(),
        api_users: vec![SeedUser::with_full_access(USER, KEY)],
        ..Seed::default()
    };
    seed.config.insert("oro/api/enable_attributes".to_owned(), u8::from(has_attributes).to_string());
    let mut tables = Tables::default();
    for customer in &sample.customers {
        let id = text(customer, "customer_id");
        let own =
            sample.addresses.iter().find(|(owner, _)| Some(owner.to_string()) == id).map(|(_, rows)| rows.as_slice());
        let mut row = renamed(customer, "customer_id", "entity_id");
        for address in own.unwrap_or_default() {
            let address_id = text(address, "customer_address_id");
            for (flag, column) in
                [("is_default_billing", "default_billing"), ("is_default_shipping", "default_shipping")]
            {
                if address.get(flag).is_some_and(SoapValue::is_truthy) {
                    row.insert(column.to_owned(), address_id.clone());
                }
            }
        }
        tables.add("customer", row);
        // Lists give the newest first.
        for address in own.unwrap_or_default().iter().rev() {
            let mut row = renamed(address, "customer_address_id", "entity_id");
            row.shift_remove("is_default_billing");
            row.shift_remove("is_default_shipping");
            row.insert("parent_id".to_owned(), id.clone());
            tables.add("customer_address", row);
        }
    }
    for order in &sample.orders {
        tables.document(order, &ORDER);
    }
    for memo in &sample.credit_memos {
        tables.document(memo, &CREDIT_MEMO);
    }
    for cart in &sample.carts {
        tables.document(cart, &CART);
        tables.products(cart);
    }
    for subscriber in &sample.subscribers {
        tables.add("newsletter_subscriber", scalars(subscriber));
    }
    let packed = |rows: Vec<SeedRow>| rows.into_iter().map(Row::from).collect();
    seed.tables = tables.0.into_iter().map(|(table, rows)| (table, packed(rows))).collect();
    seed.name_own_columns();
    seed
}

/// A document with what hangs on it.
struct Document {
    table: &'static str,
    /// What the API calls its key.
    key: &'static str,
    /// Member, table, column of the document's key, what the API calls the row's key, its column, `address_type`.
    parts: &'static [Part],
}

struct Part {
    member: &'static str,
    table: &'static str,
    parent: &'static str,
    key: (&'static str, &'static str),
    kind: Option<&'static str>,
}

const fn part(
    member: &'static str,
    table: &'static str,
    parent: &'static str,
    key: (&'static str, &'static str),
    kind: Option<&'static str>,
) -> Part {
    Part { member, table, parent, key, kind }
}

const ORDER: Document = Document {
    table: "sales_flat_order",
    key: "order_id",
    parts: &[
        part("items", "sales_flat_order_item", "order_id", ("item_id", "item_id"), None),
        part(
            "shipping_address",
            "sales_flat_order_address",
            "parent_id",
            ("address_id", "entity_id"),
            Some("shipping"),
        ),
        part("billing_address", "sales_flat_order_address", "parent_id", ("address_id", "entity_id"), Some("billing")),
        part("payment", "sales_flat_order_payment", "parent_id", ("payment_id", "entity_id"), None),
        part("status_history", "sales_flat_order_status_history", "parent_id", ("increment_id", "entity_id"), None),
    ],
};

const CREDIT_MEMO: Document = Document {
    table: "sales_flat_creditmemo",
    key: "creditmemo_id",
    parts: &[
        part("items", "sales_flat_creditmemo_item", "parent_id", ("item_id", "entity_id"), None),
        part("comments", "sales_flat_creditmemo_comment", "parent_id", ("comment_id", "entity_id"), None),
    ],
};

const CART: Document = Document {
    table: "sales_flat_quote",
    key: "entity_id",
    parts: &[
        part("items", "sales_flat_quote_item", "quote_id", ("item_id", "item_id"), None),
        part(
            "shipping_address",
            "sales_flat_quote_address",
            "quote_id",
            ("address_id", "address_id"),
            Some("shipping"),
        ),
        part("billing_address", "sales_flat_quote_address", "quote_id", ("address_id", "address_id"), Some("billing")),
        part("payment", "sales_flat_quote_payment", "quote_id", ("payment_id", "payment_id"), None),
    ],
};

/// The lowest number of a category that somebody made: 1 and 2 are there in every shop.
const FIRST_CATEGORY: usize = 3;

#[derive(Default)]
struct Tables(indexmap::IndexMap<String, Vec<SeedRow>>);

/// Fields whose columns have a shorter name, in every table that has them.
const SHORTENED: &[(&str, &str)] = &[
    ("base_shipping_hidden_tax_amount", "base_shipping_hidden_tax_amnt"),
    ("base_weee_tax_applied_row_amount", "base_weee_tax_applied_row_amnt"),
];

impl Tables {
    fn add(&mut self, table: &str, mut row: SeedRow) {
        for (name, column) in SHORTENED {
            if let Some(value) = row.shift_remove(*name) {
                row.insert((*column).to_owned(), value);
            }
        }
        self.0.entry(table.to_owned()).or_default().push(row);
    }

    fn document(&mut self, record: &SoapStruct, document: &Document) {
        let id = text(record, document.key);
        self.add(document.table, renamed(record, document.key, "entity_id"));
        for part in document.parts {
            let mut rows = rows_of(record.get(part.member));
            if part.member == "status_history" || part.member == "comments" {
                // The newest comes first.
                rows.reverse();
            }
            // A record that only says its kind is none.
            for row in rows.iter().filter(|row| row.len() > usize::from(part.kind.is_some())) {
                let mut row = renamed(row, part.key.0, part.key.1);
                row.insert(part.parent.to_owned(), id.clone());
                if let Some(kind) = part.kind {
                    row.insert("address_type".to_owned(), Some(kind.to_owned()));
                }
                self.add(part.table, row);
            }
        }
    }

    /// Products that cart items show something of.
    fn products(&mut self, cart: &SoapStruct) {
        for item in rows_of(cart.get("items")) {
            let shows = ["product_url", "tax_class_id"].iter().any(|name| item.get(name).is_some());
            let Some(id) = text(&item, "product_id").filter(|_| shows) else { continue };
            let known = self.0.get("catalog_product").into_iter().flatten();
            if known.clone().any(|product| product.get("entity_id") == Some(&Some(id.clone()))) {
                continue;
            }
            let mut product: SeedRow =
                [("entity_id".to_owned(), Some(id)), ("sku".to_owned(), text(&item, "sku"))].into();
            if item.get("product_image_url").is_some() {
                product.insert("image".to_owned(), Some("/image.jpg".to_owned()));
            }
            if let Some(class) = text(&item, "tax_class_id") {
                product.insert("tax_class_id".to_owned(), Some(class));
            }
            let id = product["entity_id"].clone();
            self.add("catalog_product", product);
            for category in rows_of(item.get("categories")) {
                let link = [("category_id", self.category(text(&category, "name"))), ("product_id", id.clone())];
                self.add("catalog_category_product", link.map(|(name, value)| (name.to_owned(), value)).into());
            }
        }
    }

    /// The category of that name; carts say nothing else of it.
    fn category(&mut self, name: Option<String>) -> Option<String> {
        let known = self.0.get("catalog_category").map_or(&[][..], Vec::as_slice);
        let same = known.iter().find(|category| category.get("name") == Some(&name));
        if let Some(id) = same.and_then(|category| category.get("entity_id").cloned()) {
            return id;
        }
        let id = Some((FIRST_CATEGORY + known.len()).to_string());
        self.add("catalog_category", [("entity_id".to_owned(), id.clone()), ("name".to_owned(), name)].into());
        id
    }
}

/// Without the bridge nobody lists websites; store views tell which there are.
fn websites(sample: &Sample) -> Vec<SeedRow> {
    if !sample.websites.is_empty() {
        return sample.websites.iter().map(scalars).collect();
    }
    let mut known: Vec<SeedRow> = Vec::new();
    for id in sample.stores.iter().filter_map(|store| text(store, "website_id")) {
        if !known.iter().any(|website| website.get("website_id") == Some(&Some(id.clone()))) {
            let code = Some(format!("website{id}"));
            known.push([("website_id".to_owned(), Some(id)), ("code".to_owned(), code)].into());
        }
    }
    known
}

fn without_admin(rows: Vec<SeedRow>, key: &str) -> Vec<SeedRow> {
    rows.into_iter().filter(|row| row.get(key) != Some(&Some("0".to_owned()))).collect()
}

fn rows_of(member: Option<&SoapValue>) -> Vec<SoapStruct> {
    member.cloned().map(crate::client::collection).unwrap_or_default()
}

/// A record's members that a column can hold.
fn scalars(record: &SoapStruct) -> SeedRow {
    let columns = record.iter().filter(|(_, value)| !matches!(value, SoapValue::List(_) | SoapValue::Struct(_)));
    columns.map(|(name, value)| (name.to_owned(), value.to_text())).collect()
}

fn renamed(record: &SoapStruct, name: &str, column: &str) -> SeedRow {
    let mut row = scalars(record);
    if let Some(id) = row.shift_remove(name) {
        row.insert(column.to_owned(), id);
    }
    row
}

fn text(record: &SoapStruct, name: &str) -> Option<String> {
    record.text(name)
}
