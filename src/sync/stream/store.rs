//! Store views (sync spec 5.4).

use super::Dictionary;
use crate::crm::Entity;
use crate::sync::connector::dictionary;
use crate::sync::convert;

/// What is different about them.
pub(in crate::sync) const RULES: Dictionary = Dictionary {
    entity: Entity::Store,
    ask: |client, _, _, _| Box::pin(async move { Ok(dictionary::stores(client).await?) }),
    convert: convert::dictionary::store,
    batch: super::BATCH_SIZE,
    interval: None,
};
