//! Secrets as types: nothing here prints or serialises its content. Whoever really sends one calls
//! `expose_secret` and is easy to find by that name.
#![doc(hidden)]

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize, Serializer};

/// What every writer prints instead of a secret.
pub const MASK: &str = "***";

macro_rules! secret {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Deserialize)]
        #[serde(transparent)]
        pub struct $name(SecretString);

        impl $name {
            /// Wraps a plain text.
            pub fn new(plain: impl Into<String>) -> Self {
                Self(SecretString::from(plain.into()))
            }

            /// The plain text, for the one place that sends or compares it.
            pub fn expose_secret(&self) -> &str {
                self.0.expose_secret()
            }
        }

        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                self.expose_secret() == other.expose_secret()
            }
        }

        impl Eq for $name {}

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MASK)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(MASK)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(MASK)
            }
        }
    };
}

secret! {
    /// The API key (password) of a Magento SOAP user.
    ApiKey
}
secret! {
    /// A password for HTTP basic auth or a customer's storefront account.
    Password
}
secret! {
    /// A Magento API session id.
    SessionId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_prints_and_serialises_as_its_mask() -> Result<(), serde_json::Error> {
        let key = ApiKey::new("apikey123");
        assert_eq!(format!("{key} {key:?}"), "*** ***");
        assert_eq!(serde_json::to_string(&key)?, "\"***\"");
        assert_eq!(key.expose_secret(), "apikey123");
        Ok(())
    }
}
