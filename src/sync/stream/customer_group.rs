//! Customer groups (sync spec 5.4).

use super::Dictionary;
use crate::crm::Entity;
use crate::sync::connector::dictionary;
use crate::sync::convert;

/// What is different about them.
pub(in crate::sync) const RULES: Dictionary = Dictionary {
    entity: Entity::CustomerGroup,
    ask: |client, _, _, _| Box::pin(async move { Ok(dictionary::customer_groups(client).await?) }),
    convert: convert::dictionary::customer_group,
    batch: super::BATCH_SIZE,
    interval: None,
};
