//! `oroWebsiteList`: wire spec, section 8.10.

use super::super::{Call, Operations};
use crate::shop::Refusal;
use crate::soap::SoapValue;

pub(in crate::shop::operation) const OPERATIONS: Operations = &[("oroWebsiteList", list)];

/// All websites, the admin one included; filters and pager are declared in WS-I and ignored.
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let websites = call.shop.database.table("core_website");
    Ok(websites.iter().map(|(_, row)| row.to_struct().into()).collect::<Vec<_>>().into())
}
