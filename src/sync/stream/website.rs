//! Websites (sync spec 5.3).

use super::Dictionary;
use crate::crm::Entity;
use crate::sync::connector::dictionary;
use crate::sync::convert;

/// What is different about them.
pub(in crate::sync) const RULES: Dictionary = Dictionary {
    entity: Entity::Website,
    ask: |client, bridge, _, quirks| Box::pin(async move { Ok(dictionary::websites(client, bridge, quirks).await?) }),
    convert: convert::dictionary::website,
    batch: super::BATCH_SIZE,
    interval: None,
};
