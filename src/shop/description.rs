//! What the shop's v2 service is described as, and what it really is. With "Enable WSDL Cache" on, Magento goes on giving out
//! the description it once wrote, and PHP goes on working by the one it once read: a bridge that is installed meanwhile is
//! there, but nobody can see or call it. Magento's copy goes with its cache; PHP's file lies beside, and goes after a day
//! (`soap.wsdl_cache_ttl`) or when somebody deletes it.

use jiff::{SignedDuration, Timestamp};

use super::Shop;
use crate::soap::Codec;

/// The setting "Enable WSDL Cache".
pub const WSDL_CACHE: &str = "api/config/wsdl_cache_enabled";

/// How long PHP works by what it has read, as it is installed.
const PHP_KEEPS: SignedDuration = SignedDuration::from_hours(24);

/// The v2 service, as told and as served.
#[derive(Clone, Debug)]
pub(super) struct Description {
    /// What is told.
    document: Codec,
    /// What PHP has read, and since when; nothing while the cache is off.
    read: Option<(Codec, Timestamp)>,
}

impl Description {
    /// A service that nobody has asked for yet.
    pub(super) fn new(codec: Codec) -> Self {
        Self { document: codec, read: None }
    }

    fn keeps(now: Timestamp, since: Timestamp) -> bool {
        now.duration_since(since) < PHP_KEEPS
    }
}

impl Shop {
    /// Reads and writes envelopes in the shop's present style and bridge release, or those of the time when the service
    /// was cached.
    pub fn codec(&self) -> &Codec {
        match &self.description.read {
            Some((codec, since)) if Description::keeps(self.config.clock.now(), *since) => codec,
            _ => &self.description.document,
        }
    }

    /// The service that the WSDL describes.
    pub fn described(&self) -> &Codec {
        &self.description.document
    }

    /// Whether Magento and PHP keep the description of the v2 service.
    pub fn caches_wsdl(&self) -> bool {
        self.settings.is_on(WSDL_CACHE)
    }

    /// Whether an operation is declared by now and the shop works by a description from before.
    pub(super) fn serves_another_description(&self, operation: &str) -> bool {
        self.description.read.is_some() && super::codec_for(&self.config).schema().operation(operation).is_some()
    }

    /// The service has changed, or whether it is cached has: what is kept stays as it is.
    pub(super) fn describe_anew(&mut self) {
        if !self.caches_wsdl() {
            self.description = Description::new(super::codec_for(&self.config));
        } else if self.description.read.is_none() {
            self.php_reads();
        }
    }

    /// What PHP has read is a day old when a call comes: it reads the description again.
    pub(crate) fn read_when_due(&mut self) {
        let now = self.config.clock.now();
        if self.description.read.as_ref().is_some_and(|(_, since)| !Description::keeps(now, *since)) {
            self.php_reads();
        }
    }

    /// Empties Magento's cache, and deletes PHP's file when `with_php`.
    pub(super) fn flush_cache(&mut self, with_php: bool) {
        self.description.document = super::codec_for(&self.config);
        if with_php && self.description.read.is_some() {
            self.php_reads();
        }
    }

    fn php_reads(&mut self) {
        // What was answered by the old one is not the answer any more.
        self.version += 1;
        self.description.read = Some((self.description.document.clone(), self.config.clock.now()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::magento::BridgeRelease;
    use crate::shop::{Seed, ShopConfig, ShopEdit};

    const BRIDGED: &str = "oroPing";

    fn tells_and_serves(shop: &Shop) -> (bool, bool) {
        let knows = |codec: &Codec| codec.schema().operation(BRIDGED).is_some();
        (knows(shop.described()), knows(shop.codec()))
    }

    fn shop() -> Shop {
        let clock = Clock::virtual_at("2024-01-10T12:00:00Z".parse().unwrap());
        Shop::new(ShopConfig::new(clock), Seed::default()).unwrap()
    }

    fn cache(shop: &mut Shop, value: &str) {
        shop.edit(&ShopEdit::Configure { path: WSDL_CACHE.to_owned(), value: value.to_owned() }).unwrap();
    }

    fn install(shop: &mut Shop) {
        shop.set_bridge(Some(BridgeRelease::find("1.2.19").unwrap()));
    }

    fn flush(shop: &mut Shop, with_php: bool) {
        shop.edit(&ShopEdit::FlushCache { with_php }).unwrap();
    }

    #[test]
    fn what_is_told_and_what_is_served_are_as_old_as_their_caches() {
        let mut shop = shop();
        assert_eq!(tells_and_serves(&shop), (false, false));
        install(&mut shop);
        assert_eq!(tells_and_serves(&shop), (true, true), "nothing is cached at first");
        shop.set_bridge(None);
        cache(&mut shop, "1");
        install(&mut shop);
        assert_eq!(tells_and_serves(&shop), (false, false), "what was there when the cache came");
        flush(&mut shop, false);
        assert_eq!(tells_and_serves(&shop), (true, false), "PHP's file is not Magento's");
        flush(&mut shop, true);
        assert_eq!(tells_and_serves(&shop), (true, true));
        shop.set_bridge(None);
        assert_eq!(tells_and_serves(&shop), (true, true), "what was removed seems to be there");
        cache(&mut shop, "0");
        assert_eq!(tells_and_serves(&shop), (false, false));
    }

    #[test]
    fn what_php_has_read_lives_for_a_day() {
        let mut shop = shop();
        cache(&mut shop, "1");
        install(&mut shop);
        flush(&mut shop, false);
        shop.clock().advance(SignedDuration::from_hours(23));
        assert_eq!(tells_and_serves(&shop), (true, false));
        shop.clock().advance(SignedDuration::from_hours(2));
        assert_eq!(tells_and_serves(&shop), (true, true));
        // From the next call on it is another day.
        let version = shop.version();
        shop.read_when_due();
        assert!(shop.version() > version, "no answer of yesterday is repeated");
        shop.set_bridge(None);
        flush(&mut shop, false);
        assert_eq!(tells_and_serves(&shop), (false, true));
    }

    #[test]
    fn checkpoints_and_resets_bring_it_back() {
        let mut shop = shop();
        cache(&mut shop, "1");
        install(&mut shop);
        let checkpoint = shop.checkpoint();
        flush(&mut shop, true);
        shop.restore(&checkpoint);
        assert_eq!(tells_and_serves(&shop), (false, false));
        shop.reset().unwrap();
        install(&mut shop);
        assert_eq!(tells_and_serves(&shop), (true, true), "the seed caches nothing");
    }
}
