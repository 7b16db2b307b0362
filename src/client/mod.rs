//! The client side of the wire: it talks to any Magento as OroCRM's connector does, or better where that is defective.
//! Login, one session, retries, the bridge, WS-I unwrapping. No CRM in here and no import rules.
#![doc(hidden)]

pub mod ahead;
pub mod bridge;
pub mod endpoint_matrix;
pub mod error;
mod magento_client;
mod mask;
mod members;
pub mod read_only;
mod received;
pub mod retry;
mod service;
pub mod unwrap;
pub mod wsdl_cache;

use url::Url;

use crate::clock::Clock;
use crate::quirk::Quirks;
use crate::secret::ApiKey;
use crate::soap::WireStyle;

pub use ahead::Ahead;
pub use bridge::BridgeStatus;
pub use endpoint_matrix::{BridgeEndpoint, Endpoint};
pub use error::{Attempted, ClientError};
pub use magento_client::MagentoClient;
pub use read_only::{ReadOnlyTransport, reads_by_name};
pub use retry::Retries;
pub use unwrap::collection;
pub use wsdl_cache::WsdlCache;

/// What a client is given.
#[derive(Clone)]
pub struct ClientOptions {
    /// WSDL URL; may hold `user:password@` for HTTP basic auth.
    pub url: Url,
    /// The name of the SOAP API user.
    pub user: String,
    /// The key of the SOAP API user.
    pub key: ApiKey,
    /// The style the integration is set to.
    pub mode: WireStyle,
    /// Whether calls are repeated (sync spec 2.7).
    pub retries: Retries,
    /// Which misbehaviours of the reference client are wanted.
    pub quirks: Quirks,
    /// The clock on which the client waits between attempts.
    pub clock: Clock,
    /// Where WSDLs are kept.
    pub wsdl_cache: WsdlCache,
}
