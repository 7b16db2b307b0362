//! Customer groups: wire spec, section 7.1.

use super::{Call, Operations};
use crate::shop::Refusal;
use crate::soap::SoapValue;

pub(super) const OPERATIONS: Operations = &[("customerGroupList", list)];

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let groups = call.shop.database.table("customer_group");
    Ok(groups.iter().map(|(_, row)| row.to_struct().into()).collect::<Vec<_>>().into())
}
