//! The fake shop for Rust tests: started in one line, edited, disrupted, asked what it received. Everything here is
//! [`crate::server::FakeShop`] with defaults for tests and assertions that tell what came instead. Helpers panic, as
//! tests want it; nothing else in this crate may depend on them.
//!
//! ```
//! use mockgento::testing::{Disruption, TestShop, When};
//! use serde_json::json;
//!
//! # async fn import_customer(shop: &TestShop, id: i64) -> Result<(), Box<dyn std::error::Error>> {
//! #     use mockgento::{client::*, clock::Clock, quirk::Quirks, soap::*, transport::tcp::*};
//! #     let clock = Clock::virtual_at(shop.now());
//! #     let transport = TcpTransport::new(TcpOptions::default(), clock.clone())?;
//! #     let options = ClientOptions {
//! #         url: shop.wsdl_url(), user: shop.user().to_owned(), key: mockgento::secret::ApiKey::new(shop.key()),
//! #         mode: WireStyle::RpcEncoded, retries: Retries::default(), quirks: Quirks::default(), clock,
//! #         wsdl_cache: WsdlCache::default(),
//! #     };
//! #     let mut client = MagentoClient::connect(std::sync::Arc::new(transport), options).await?;
//! #     client.call("customerCustomerInfo", SoapStruct::new().with("customerId", id)).await?;
//! #     Ok(())
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let shop = TestShop::start().await;
//! let id = shop.create("customer", json!({"email": "ann@example.com", "firstname": "Ann", "lastname": "Lee"}));
//! shop.disrupt(Disruption::Status(502), When::nth_of("customerCustomerInfo", 1));
//!
//! // The code under test knows shop.wsdl_url(), shop.user() and shop.key(). This one tries again after a 502.
//! import_customer(&shop, id).await.unwrap();
//!
//! shop.assert_calls("login", 1);
//! shop.assert_called_with("customerCustomerInfo", json!({"customerId": id}));
//! assert_eq!(shop.received("customerCustomerInfo")[0].http_status, 502);
//! # }
//! ```

mod assertions;
mod builder;
mod content;
mod test_shop;

pub use builder::TestShopBuilder;
pub use test_shop::TestShop;

pub use crate::disrupt::{Disruption, When};
pub use crate::magento::Flavor;
pub use crate::server::{JournalEntry, Outcome};
pub use crate::shop::{Seed, ShopEdit};
