//! `oroRegionList`: wire spec, section 8.10.

use super::super::{Call, Operations};
use crate::magento::columns::SqlType;
use crate::magento::{Filters, Pager, directory};
use crate::shop::Refusal;
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[("oroRegionList", list)];

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let filters = call.filters()?;
    let pager = Pager::from_value(call.arguments.get("pager"))?;
    let refused = |text: String| call.uncaught(format!("{text}, query was: {}", query(&filters, pager)));
    if let Some(field) = filters.fields.keys().find(|field| type_of(field).is_none()) {
        let text = format!("SQLSTATE[42S22]: Column not found: 1054 Unknown column '{field}' in 'WHERE'");
        return Err(refused(text));
    }
    let type_of = |field: &str| type_of(field).unwrap_or(SqlType::TEXT);
    let tests = filters.tests(type_of).map_err(|error| call.uncaught(error.text(&query(&filters, pager))))?;
    let mut found = Vec::new();
    for region in directory::regions() {
        let id = region.region_id.to_string();
        let column = |field: &str| match field.to_lowercase().as_str() {
            "region_id" => id.clone(),
            "country_id" => region.country_id.clone(),
            "code" => region.code.clone(),
            _ => region.name.clone(),
        };
        let passes = tests.iter().all(|(field, test)| test.passes(Some(&column(field))));
        if passes {
            let row = SoapStruct::new()
                .with("region_id", region.region_id)
                .with("countryCode", region.country_id.as_str())
                .with("code", region.code.as_str())
                .with("name", region.name.as_str());
            found.push(SoapValue::from(row));
        }
    }
    Ok(pager.slice(found).into())
}

/// The query that fault texts quote: the collection of regions joins their names in the shop's language.
fn query(filters: &Filters, pager: Pager) -> String {
    let conditions: Vec<String> =
        filters.fields.iter().map(|(field, condition)| condition.to_sql(&format!("`{field}`"))).collect();
    format!(
        "SELECT `main_table`.*, `rname`.`name` FROM `directory_country_region` AS `main_table`\n LEFT JOIN \
         `directory_country_region_name` AS `rname` ON main_table.region_id = rname.region_id AND rname.locale = \
         :region_locale WHERE {} ORDER BY region_id ASC, name ASC, default_name ASC{}",
        conditions.join(" AND "),
        pager.in_sql()
    )
}

/// Columns of the two tables of regions.
fn type_of(field: &str) -> Option<SqlType> {
    Some(match field.to_lowercase().as_str() {
        "region_id" => SqlType::Int { bytes: 4, width: 10, unsigned: true },
        "country_id" => SqlType::Varchar(4),
        "code" => SqlType::Varchar(32),
        "default_name" | "name" => SqlType::Varchar(255),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::WireStyle;

    #[test]
    fn a_fault_quotes_the_query_of_both_tables() {
        let item = SoapStruct::new().with("key", "country_id").with("value", "DE");
        let filters = SoapStruct::new().with("filter", vec![SoapValue::from(item)]).into();
        let filters = Filters::from_value(Some(&filters), WireStyle::RpcEncoded).unwrap();
        let query = query(&filters, Pager::from_value(None).unwrap());
        assert!(query.starts_with("SELECT `main_table`.*, `rname`.`name` FROM `directory_country_region`"), "{query}");
        assert!(query.contains("WHERE (`country_id` = 'DE') ORDER BY region_id ASC, name ASC"), "{query}");
    }
}
