//! What is secret in this shop now, found wherever it stands: ids of live sessions and keys of API users. Clients put them
//! into the wrong argument, take them for a method or swap them with a name.

use std::sync::LazyLock;

use regex::Regex;

use super::Shop;

/// Session ids look like this.
static IDS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[0-9a-f]{32}\b").ok());

impl Shop {
    /// Adds the secrets that a text holds to those that were found.
    pub fn find_secrets(&self, text: &str, found: &mut Vec<String>) {
        let mut add = |secret: &str| {
            if !found.iter().any(|known| known == secret) {
                found.push(secret.to_owned());
            }
        };
        for user in self.users.iter() {
            let key = user.key.expose_secret();
            // A key that is the name of a user hides nothing that is not in the open.
            if !key.is_empty() && text.contains(key) && self.users.get(key).is_none() {
                add(key);
            }
        }
        let ids = IDS.as_ref().filter(|_| text.len() >= 32);
        for id in ids.into_iter().flat_map(|ids| ids.find_iter(text)) {
            if self.sessions.is_known(id.as_str()) {
                add(id.as_str());
            }
        }
    }
}
