//! Regions of countries (sync spec 5.5).

use super::Dictionary;
use crate::crm::Entity;
use crate::sync::connector::dictionary;
use crate::sync::convert;
use crate::sync::window;

/// Regions written in one transaction (sync spec 4.8).
pub const REGION_BATCH_SIZE: usize = 100;

/// What is different about them.
pub(in crate::sync) const RULES: Dictionary = Dictionary {
    entity: Entity::Region,
    ask: |client, bridge, page_size, quirks| Box::pin(dictionary::regions(client, bridge, page_size, quirks)),
    convert: convert::dictionary::region,
    batch: REGION_BATCH_SIZE,
    interval: Some(window::REGION_INTERVAL),
};
