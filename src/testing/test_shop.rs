//! The handle a test holds.

use jiff::{SignedDuration, Timestamp};
use url::Url;

use super::TestShopBuilder;
use crate::disrupt::{Armed, Disruption, When};
use crate::secret::ApiKey;
use crate::server::{FakeShop, JournalEntry};

/// A running fake shop. Dropping it stops the server.
#[must_use = "the shop stops when its handle is dropped"]
pub struct TestShop {
    running: FakeShop,
    user: String,
    key: ApiKey,
}

impl TestShop {
    pub(super) fn new(running: FakeShop, user: String, key: ApiKey) -> Self {
        Self { running, user, key }
    }

    /// Starts the built-in corner shop as [`TestShopBuilder`] says, on any free port.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// A shop with other settings.
    ///
    /// ```
    /// # use mockgento::testing::TestShop;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// let shop = TestShop::builder().wsi().bridge("1.1.4").frozen_at("2014-05-01T00:00:00Z").start().await;
    /// assert_eq!(shop.state()["bridge"], "1.1.4");
    /// # }
    /// ```
    pub fn builder() -> TestShopBuilder {
        TestShopBuilder::new()
    }

    /// The shop's base URL.
    pub fn url(&self) -> &Url {
        self.running.url()
    }

    /// The WSDL's address, which is what clients are configured with.
    pub fn wsdl_url(&self) -> Url {
        self.running.wsdl_url()
    }

    /// An API user with access to everything.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// That user's API key.
    pub fn key(&self) -> &str {
        self.key.expose_secret()
    }

    /// The server below, for what is not offered here.
    pub fn server(&self) -> &FakeShop {
        &self.running
    }

    /// What came over the wire so far, oldest first: WSDL downloads and calls, secrets masked.
    pub fn received_calls(&self) -> Vec<JournalEntry> {
        self.running.journal().entries().to_vec()
    }

    /// Calls of one operation so far, oldest first.
    pub fn received(&self, operation: &str) -> Vec<JournalEntry> {
        self.running.journal().calls_of(operation).cloned().collect()
    }

    /// Forgets what came, so that the next assertion is about what follows.
    pub fn forget_calls(&self) {
        self.running.journal().clear();
    }

    /// Makes trouble once, for the first call that matches.
    ///
    /// # Panics
    /// When it could never strike or cannot be sent, such as every 0th call or the status 1000.
    #[track_caller]
    pub fn disrupt(&self, disruption: Disruption, when: When) {
        self.arm(Armed::once(disruption, when));
    }

    /// Makes trouble for every call that matches, until [`Self::clear_disruptions`].
    ///
    /// # Panics
    /// As [`Self::disrupt`].
    #[track_caller]
    pub fn keep_disrupting(&self, disruption: Disruption, when: When) {
        self.arm(Armed::until_cleared(disruption, when));
    }

    #[track_caller]
    fn arm(&self, armed: Armed) {
        if let Some(nonsense) = armed.nonsense() {
            panic!("the disruption cannot be used: {}; {}", nonsense.told(), nonsense.help);
        }
        self.running.arm(armed);
    }

    /// Ends all trouble to come.
    pub fn clear_disruptions(&self) {
        self.running.plan().clear();
    }

    /// The shop's time.
    pub fn now(&self) -> Timestamp {
        self.with(|shop| shop.clock().now())
    }

    /// Lets the shop's time pass; sessions expire by it.
    pub fn advance(&self, by: SignedDuration) {
        self.with(|shop| shop.clock().advance(by));
    }

    /// Sets the shop's time, backwards too.
    pub fn set_time(&self, to: Timestamp) {
        self.with(|shop| shop.clock().set(to));
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut crate::shop::Shop) -> T) -> T {
        let shop = self.running.shop();
        let mut shop = shop.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        work(&mut shop)
    }
}
