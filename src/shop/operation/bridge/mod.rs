//! Operations of the OroCRM bridge: wire spec, section 8. What they share with Magento's own stands in the parent folder.

pub(super) mod attributes;
pub(super) mod customer;
pub(super) mod customer_address;
pub(super) mod newsletter;
pub(super) mod order;
pub(super) mod ping;
pub(super) mod quote;
pub(super) mod region;
pub(super) mod viewed_product;
pub(super) mod website;
pub(super) mod wishlist;
