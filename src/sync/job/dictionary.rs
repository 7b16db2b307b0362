//! Websites, store views, customer groups and regions: few rows, written whole (sync spec 5.3 to 5.5).

use super::{BATCH_SIZE, REGION_BATCH_SIZE};
use crate::crm::{Crm, CrmError, CrmValue, Entity};
use crate::soap::SoapStruct;
use crate::sync::connector::Stream;
use crate::sync::convert::{Record, RowError, dictionary};
use crate::sync::outcome::ConnectorOutcome;
use crate::sync::store::Scope;
use crate::sync::strategy::Change;

/// Writes the rows of a dictionary; a row that cannot be read is skipped and named.
pub(in crate::sync) fn import(
    crm: &mut Crm,
    scope: &Scope,
    stream: Stream,
    rows: &[SoapStruct],
    outcome: &mut ConnectorOutcome,
) -> Result<(), CrmError> {
    let size = if stream == Stream::Region { REGION_BATCH_SIZE } else { BATCH_SIZE };
    for batch in rows.chunks(size) {
        crm.transaction(|crm| batch.iter().try_for_each(|row| import_row(crm, scope, stream, row, outcome)))?;
    }
    Ok(())
}

fn import_row(
    crm: &mut Crm,
    scope: &Scope,
    stream: Stream,
    row: &SoapStruct,
    outcome: &mut ConnectorOutcome,
) -> Result<(), CrmError> {
    outcome.counts.read += 1;
    let (entity, converted) = convert(scope, stream, row);
    let record = match converted {
        Ok(record) => record,
        Err(error) => {
            let key = row.get_index(0).and_then(|(_, value)| value.to_text()).unwrap_or_default();
            outcome.skip_row(format!("{} {key}: {error}", entity.table()));
            return Ok(());
        }
    };
    let mut fields = scope.fields(crm, &record, outcome.counts.read, &mut outcome.warnings)?;
    let existing = match entity {
        Entity::Region => match record.text("combinedCode") {
            Some(code) => scope.region_by_code(crm, code)?,
            None => None,
        },
        _ => match record.origin_id() {
            Some(id) => scope.by_origin(crm, entity, id)?,
            None => None,
        },
    };
    // An empty region name never overwrites a stored one.
    if entity == Entity::Region && existing.is_some() && fields.get("name").is_none_or(CrmValue::is_null) {
        fields.remove("name");
    }
    let change = Change::Root { entity, id: existing.map(|row| row.id), fields };
    scope.apply(crm, vec![change], &mut outcome.counts).map(|_| ())
}

fn convert(scope: &Scope, stream: Stream, row: &SoapStruct) -> (Entity, Result<Record, RowError>) {
    match stream {
        Stream::Website => (Entity::Website, dictionary::website(row, &scope.quirks)),
        Stream::Store => (Entity::Store, dictionary::store(row, &scope.quirks)),
        Stream::CustomerGroup => (Entity::CustomerGroup, dictionary::customer_group(row, &scope.quirks)),
        _ => (Entity::Region, dictionary::region(row, &scope.quirks)),
    }
}
