//! Websites, store views, customer groups and regions: few rows, written whole (sync spec 5.3 to 5.5).

use std::collections::HashMap;

use crate::crm::{Crm, CrmError, CrmValue, Entity, Row};
use crate::soap::SoapStruct;
use crate::sync::outcome::ConnectorOutcome;
use crate::sync::scope::Scope;
use crate::sync::strategy::Change;
use crate::sync::stream::Dictionary;
use crate::sync::warning::Warning;

/// Writes the rows of a dictionary; a row that cannot be read is skipped and named.
pub(in crate::sync) fn import(
    crm: &mut Crm,
    scope: &Scope,
    dictionary: &Dictionary,
    rows: &[SoapStruct],
    outcome: &mut ConnectorOutcome,
) -> Result<(), CrmError> {
    // Nearly all regions are there and stay as they are: one question instead of two for each.
    let mut regions = match dictionary.entity {
        Entity::Region => scope.regions_by_code(crm)?,
        _ => HashMap::new(),
    };
    for batch in rows.chunks(dictionary.batch) {
        crm.transaction(|crm| {
            batch.iter().try_for_each(|row| import_row(crm, scope, dictionary, row, &mut regions, outcome))
        })?;
    }
    Ok(())
}

fn import_row(
    crm: &mut Crm,
    scope: &Scope,
    dictionary: &Dictionary,
    row: &SoapStruct,
    regions: &mut HashMap<String, Row>,
    outcome: &mut ConnectorOutcome,
) -> Result<(), CrmError> {
    outcome.counts.read += 1;
    let entity = dictionary.entity;
    let record = match (dictionary.convert)(row, &scope.quirks) {
        Ok(record) => record,
        Err(error) => {
            let key = row.get_index(0).and_then(|(_, value)| value.to_text()).unwrap_or_default();
            outcome.skip_row(Warning::refused(entity.table(), key, error));
            return Ok(());
        }
    };
    let mut fields = scope.fields(crm, &record, outcome.counts.read, &mut outcome.warnings)?;
    let existing = match entity {
        Entity::Region => match record.text("combinedCode") {
            Some(code) => match regions.remove(code) {
                Some(known) => Some(known),
                // New, or the second of that code, which finds what the first has written.
                None => scope.region_by_code(crm, code)?,
            },
            None => None,
        },
        _ => match record.origin_id() {
            Some(id) => scope.by_origin(crm, entity, id)?,
            None => None,
        },
    };
    // An empty region name never overwrites a stored one.
    if entity == Entity::Region {
        if existing.is_some() && fields.get("name").is_none_or(CrmValue::is_null) {
            fields.remove("name");
        }
        return scope.put_region(crm, existing, fields, &mut outcome.counts);
    }
    let change = Change::Root { entity, id: existing.map(|row| row.id), fields };
    scope.apply(crm, vec![change], &mut outcome.counts).map(|_| ())
}
