//! Downloaded WSDLs, by URL. They do not expire: Check Connection drops the one it is about.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

/// The bytes of a description; many sessions share them.
pub type Document = Arc<[u8]>;

/// A cache that lives as long as its last clone.
#[derive(Clone, Default)]
pub struct WsdlCache(Arc<Mutex<BTreeMap<String, Document>>>);

impl fmt::Debug for WsdlCache {
    /// Not the URLs: they may hold passwords.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "WsdlCache({} documents)", self.0.lock().unwrap_or_else(PoisonError::into_inner).len())
    }
}

impl WsdlCache {
    /// The document of a URL, credentials being part of it.
    pub fn get(&self, url: &Url) -> Option<Document> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(url.as_str()).cloned()
    }

    /// Keeps the document of an address.
    pub fn put(&self, url: &Url, document: Document) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(url.as_str().to_owned(), document);
    }

    /// Forgets the document of a URL.
    pub fn forget(&self, url: &Url) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(url.as_str());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cache_is_shown_without_its_addresses() {
        assert_eq!(format!("{:?}", WsdlCache::default()), "WsdlCache(0 documents)");
    }
}
