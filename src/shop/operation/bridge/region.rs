//! `oroRegionList`: wire spec, section 8.10.

use super::super::{Call, Operations};
use crate::magento::{Filters, Pager, directory};
use crate::shop::Refusal;
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[("oroRegionList", list)];

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let filters = Filters::from_value(call.arguments.get("filters"));
    let mut found = Vec::new();
    for region in directory::regions() {
        let id = region.region_id.to_string();
        let column = |field: &str| match field {
            "region_id" => Some(id.as_str()),
            "country_id" => Some(region.country_id.as_str()),
            "code" => Some(region.code.as_str()),
            "default_name" | "name" => Some(region.name.as_str()),
            _ => None,
        };
        let mut passes = true;
        for (field, condition) in &filters.fields {
            if !matches!(field.as_str(), "region_id" | "country_id" | "code" | "default_name" | "name") {
                let text =
                    format!("SQLSTATE[42S22]: Column not found: 1054 Unknown column '{field}' in 'where clause'");
                return Err(call.uncaught(text));
            }
            passes &= condition.matches(column(field)).map_err(|error| call.uncaught(error.to_string()))?;
        }
        if passes {
            let row = SoapStruct::new()
                .with("region_id", region.region_id)
                .with("countryCode", region.country_id.as_str())
                .with("code", region.code.as_str())
                .with("name", region.name.as_str());
            found.push(SoapValue::from(row));
        }
    }
    Ok(Pager::from_value(call.arguments.get("pager"))?.slice(found).into())
}
