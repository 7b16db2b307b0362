//! A shop, a CRM with one integration of it, and the clock of both, for tests of whole syncs.

#![allow(dead_code, reason = "not every test file needs all of it")]
use std::path::Path;
use std::sync::Arc;

use jiff::SignedDuration;
use mockgento::clock::Clock;
use mockgento::crm::{Crm, CrmValue, Entity, IntegrationId, IntegrationSettings, Row};
use mockgento::magento::{BridgeRelease, Flavor};
use mockgento::quirk::Quirks;
use mockgento::secret::ApiKey;
use mockgento::server::{EndpointOptions, InMemoryShop, JournalEntry};
use mockgento::shop::seed::{SeedRow, SeedUser};
use mockgento::shop::{Seed, Shop, ShopConfig, ShopEdit};
use mockgento::soap::WireStyle;
use mockgento::sync::context::{SyncContext, SyncOptions};
use mockgento::sync::driver;
use mockgento::sync::outcome::SyncOutcome;
use mockgento::transport::in_memory::InMemoryTransport;

/// What a world is made of.
pub struct Setup {
    pub seed: Seed,
    pub clock: &'static str,
    pub mode: WireStyle,
    pub bridge: Option<&'static str>,
    pub settings: IntegrationSettings,
    pub quirks: Quirks,
}

pub struct World {
    pub shop: InMemoryShop,
    pub crm: Crm,
    pub clock: Clock,
    pub integration: IntegrationId,
    pub quirks: Quirks,
    pub options: SyncOptions,
}

pub fn settings() -> IntegrationSettings {
    IntegrationSettings {
        api_url: "http://shop.example/index.php/api/v2_soap/?wsdl=1".to_owned(),
        api_user: "apiuser".to_owned(),
        api_key: ApiKey::new("apikey123"),
        ..IntegrationSettings::default()
    }
}

/// The real shop's content.
pub fn recorded_seed(folder: &Path) -> Seed {
    let json = std::fs::read_to_string(folder.join("seed.json")).expect("a readable seed");
    Seed::from_recorded(&json, "seed.json").expect("a dump of a shop")
}

/// A shop of one website with so many customers, `c1@example.com` and so on, who have been there since 2024-01-02.
pub fn seed_of_customers(count: i64) -> Seed {
    let mut seed = String::from(
        "config: {general/locale/timezone: UTC}\nwebsites: [{website_id: 1, code: base, name: Boutique, is_default: 1}]\n\
         store_views: [{store_id: 1, code: default, website_id: 1, name: English}]\ncustomers:\n",
    );
    for id in 1..=count {
        seed.push_str(&format!(
            "- {{customer_id: {id}, email: c{id}@example.com, firstname: C, lastname: Old{id}, created_at: 2024-01-02 09:00:00}}\n"
        ));
    }
    Seed::parse(&seed, "customers").expect("a seed")
}

impl World {
    pub fn new(setup: Setup) -> Self {
        let clock = Clock::virtual_at(setup.clock.parse().expect("a timestamp"));
        let config = ShopConfig {
            mode: setup.mode,
            flavor: Flavor::OpenMage194,
            bridge: setup.bridge.map(|version| BridgeRelease::find(version).expect("a release")),
            ..ShopConfig::new(clock.clone())
        };
        let mut seed = setup.seed;
        seed.api_users.retain(|user| user.username != "apiuser");
        seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
        seed.name_own_columns();
        // Attributes of the shop's own, whether anybody has a value of them or not.
        for (table, column) in [("customer", "loyalty"), ("customer_address", "note")] {
            seed.columns.entry(table.to_owned()).or_default().push(column.to_owned());
        }
        let mut shop = Shop::new(config, seed).expect("a shop");
        shop.set_base_url("http://shop.example/");
        let shop = InMemoryShop::new(shop, EndpointOptions::default());
        let mut crm = Crm::in_memory(clock.clone()).expect("a CRM");
        let settings = IntegrationSettings { is_wsi_mode: setup.mode == WireStyle::WsI, ..setup.settings };
        let integration = crm.add_integration(&settings).expect("an integration");
        Self { shop, crm, clock, integration, quirks: setup.quirks, options: SyncOptions::default() }
    }

    pub async fn sync(&mut self) -> SyncOutcome {
        let mut ignore = |_| {};
        let integration = self.integration;
        let mut context = self.context(&mut ignore);
        driver::sync(&mut context, integration).await.expect("a sync that can run")
    }

    pub fn context<'a>(
        &'a mut self,
        events: &'a mut (dyn FnMut(mockgento::sync::context::SyncEvent) + Send),
    ) -> SyncContext<'a> {
        SyncContext {
            crm: &mut self.crm,
            transport: Arc::new(InMemoryTransport::new(self.shop.peer(), self.clock.clone())),
            clock: self.clock.clone(),
            quirks: self.quirks.clone(),
            events,
            options: self.options.clone(),
        }
    }

    pub fn rows(&self, entity: Entity) -> Vec<Row> {
        self.crm.find(entity, &[]).expect("rows")
    }

    pub fn row(&self, entity: Entity, origin_id: i64) -> Row {
        self.crm.find_one(entity, &[("originId", CrmValue::Int(origin_id))]).expect("a look-up").expect("a row")
    }

    pub fn edit_shop(&self, edit: &ShopEdit) {
        self.shop.shop().lock().expect("the shop").edit(edit).expect("an edit");
    }

    pub fn update_in_shop(&self, table: &str, id: i64, fields: serde_json::Value) {
        let fields: SeedRow = serde_json::from_value(fields).expect("columns");
        self.edit_shop(&ShopEdit::Update { table: table.to_owned(), id, fields });
    }

    pub fn create_in_shop(&self, table: &str, fields: serde_json::Value) {
        let fields: SeedRow = serde_json::from_value(fields).expect("columns");
        self.edit_shop(&ShopEdit::Create { table: table.to_owned(), fields });
    }

    /// Exchanges since the last look, in order.
    pub fn exchanges(&self) -> Vec<JournalEntry> {
        let mut journal = self.shop.journal();
        let entries = journal.entries().to_vec();
        journal.clear();
        entries
    }

    pub fn advance(&self, hours: i64) {
        self.clock.advance(SignedDuration::from_hours(hours));
    }
}
