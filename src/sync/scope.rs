//! The CRM as the jobs see it: look-ups by Magento's keys, relations resolved, changes applied. Every function
//! works inside the transaction its caller opened.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use jiff::Timestamp;

use super::convert::{Link, Record};
use super::outcome::Counts;
use super::strategy::Change;
use super::strategy::address::{AddressKind, RegionFacts, resolve_region};
use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, IntegrationId, Row, RowId};
use crate::quirk::{Quirk, Quirks};

/// What every imported row shares.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// The integration the rows belong to.
    pub(super) channel: IntegrationId,
    /// Its default owner.
    pub(super) owner: Option<String>,
    /// Which misbehaviours are wanted.
    pub(super) quirks: Quirks,
    /// When the batch is written.
    pub(super) now: Timestamp,
    /// Guest Customer Sync.
    pub(super) guest_sync: bool,
    /// Split by Full Name.
    pub(super) shared_emails: Vec<String>,
    /// Whether orders look for their carts.
    pub(super) looks_for_carts: bool,
    /// Whether rows may lack what the bridge or a dictionary would have given, and are to be read again.
    pub(super) is_incomplete: bool,
    /// What the dictionaries said so far.
    pub(super) known: Known,
}

/// Rows of dictionaries by Magento's id, looked up once for all rows of a batch: an import does not change them.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    ids: RefCell<HashMap<(Entity, i64), Option<RowId>, RandomState>>,
    regions: RefCell<HashMap<i64, Option<RegionFacts>, RandomState>>,
}

/// Entities whose rows are few and imported before any other.
const DICTIONARIES: [Entity; 3] = [Entity::Website, Entity::Store, Entity::CustomerGroup];

impl Scope {
    fn channel_value(&self) -> CrmValue {
        CrmValue::Ref(self.channel.0)
    }

    /// The row of this integration with that key in Magento.
    pub(super) fn by_origin(&self, crm: &Crm, entity: Entity, origin_id: i64) -> Result<Option<Row>, CrmError> {
        let key = [("channel", self.channel_value()), ("originId", CrmValue::Int(origin_id))];
        Ok(crm.find(entity, &key)?.into_iter().next())
    }

    /// The same, its id only.
    pub(super) fn id_by_origin(&self, crm: &Crm, entity: Entity, origin_id: i64) -> Result<Option<RowId>, CrmError> {
        if let Some(known) = self.known.ids.borrow().get(&(entity, origin_id)) {
            return Ok(*known);
        }
        let found =
            crm.find_id(entity, &[("channel", self.channel_value()), ("originId", CrmValue::Int(origin_id))])?;
        if DICTIONARIES.contains(&entity) {
            self.known.ids.borrow_mut().insert((entity, origin_id), found);
        }
        Ok(found)
    }

    /// The fields of an address, its region settled by the dictionary.
    pub(super) fn address_fields(
        &self,
        crm: &Crm,
        mut record: Record,
        kind: AddressKind,
        row_number: usize,
        warnings: &mut Vec<String>,
    ) -> Result<Fields, CrmError> {
        let region = match record.link("region") {
            Some(id) => self.region_facts(crm, id)?,
            None => None,
        };
        resolve_region(&mut record, region.as_ref(), kind, &self.quirks);
        self.fields(crm, &record, row_number, warnings)
    }

    /// The dictionary row of a region by its combined code; shared by all integrations in the reference client.
    pub(super) fn region_by_code(&self, crm: &Crm, combined: &str) -> Result<Option<Row>, CrmError> {
        self.region(crm, ("combinedCode", CrmValue::Text(combined.to_owned())))
    }

    /// What the dictionary says about a region number.
    pub(super) fn region_facts(&self, crm: &Crm, magento_id: i64) -> Result<Option<RegionFacts>, CrmError> {
        if let Some(known) = self.known.regions.borrow().get(&magento_id) {
            return Ok(known.clone());
        }
        let row = self.region(crm, ("regionId", CrmValue::Int(magento_id)))?;
        let facts = row.map(|row| region_facts(&row));
        self.known.regions.borrow_mut().insert(magento_id, facts.clone());
        Ok(facts)
    }

    fn region(&self, crm: &Crm, key: (&str, CrmValue)) -> Result<Option<Row>, CrmError> {
        let keys = [("channel", self.region_channel()), key];
        crm.find_one(Entity::Region, &keys)
    }

    fn region_channel(&self) -> CrmValue {
        if self.quirks.has(Quirk::RegionsSharedByIntegrations) { CrmValue::Null } else { self.channel_value() }
    }

    /// The fields of a record with its relations looked up. A relation whose row is not there becomes null and leaves a
    /// warning in the reference client's words (sync spec 4.10).
    pub(super) fn fields(
        &self,
        crm: &Crm,
        record: &Record,
        row_number: usize,
        warnings: &mut Vec<String>,
    ) -> Result<Fields, CrmError> {
        let mut fields: Fields = record.values.iter().map(|(name, value)| (*name, value.clone())).collect();
        for (name, link) in &record.links {
            let found = match link {
                Some(Link { entity, origin_id }) => {
                    let found = self.id_by_origin(crm, *entity, *origin_id)?;
                    if found.is_none() {
                        warnings.push(not_found(row_number, *entity, &format!("{{\"originId\":{origin_id}}}")));
                    }
                    found
                }
                None => None,
            };
            fields.set(*name, found);
        }
        Ok(fields)
    }

    /// Applies changes in order; counts the roots. Gives the last root's id.
    pub(super) fn apply(
        &self,
        crm: &mut Crm,
        changes: Vec<Change>,
        counts: &mut Counts,
    ) -> Result<Option<RowId>, CrmError> {
        let mut root = None;
        for change in changes {
            match change {
                Change::Root { entity, id, fields } => root = Some(self.apply_root(crm, entity, id, fields, counts)?),
                Change::Child { entity, id, owner, mut fields } => {
                    fields.set(owner, root);
                    self.put(crm, entity, id, fields)?;
                }
                Change::Delete { entity, id } => {
                    crm.delete(entity, id)?;
                }
            }
        }
        Ok(root)
    }

    fn apply_root(
        &self,
        crm: &mut Crm,
        entity: Entity,
        id: Option<RowId>,
        mut fields: Fields,
        counts: &mut Counts,
    ) -> Result<RowId, CrmError> {
        if let Some(id) = id
            && fields.is_empty()
        {
            return Ok(id);
        }
        match id {
            Some(_) => counts.updated += 1,
            None => counts.added += 1,
        }
        self.stamp(crm, entity, id, &mut fields)?;
        self.put(crm, entity, id, fields)
    }

    /// Common bookkeeping: `importedAt` once, `syncedAt` always, the default owner for rows without one.
    fn stamp(&self, crm: &Crm, entity: Entity, id: Option<RowId>, fields: &mut Fields) -> Result<(), CrmError> {
        if entity.column("syncedAt").is_some() {
            fields.set("syncedAt", self.now);
        }
        if entity.column("importedAt").is_some() {
            let stored = id.map(|id| crm.require_only(entity, &["importedAt"], id)).transpose()?;
            let is_set = |row: &Row| row.fields.get("importedAt").is_some_and(|at| !at.is_null());
            if !stored.as_ref().is_some_and(is_set) {
                fields.set("importedAt", self.now);
            }
        }
        if entity.column("owner").is_some() && id.is_none() {
            fields.set("owner", self.owner.clone());
        }
        Ok(())
    }

    fn put(&self, crm: &mut Crm, entity: Entity, id: Option<RowId>, mut fields: Fields) -> Result<RowId, CrmError> {
        match id {
            Some(id) => crm.update(entity, id, &fields).map(|()| id),
            None => {
                if entity == Entity::Region {
                    fields.set("channel", self.region_channel());
                } else if entity.column("channel").is_some() {
                    fields.set("channel", self.channel_value());
                }
                crm.insert(entity, fields)
            }
        }
    }
}

/// The reference client's words for a relation that is not there (sync spec 4.10).
pub(super) fn not_found(row_number: usize, entity: Entity, data: &str) -> String {
    format!("Error in row #{row_number}. Not found entity \"{}\". Item data: {data}.", entity.table())
}

/// A row of the region dictionary as addresses need it.
pub(super) fn region_facts(row: &Row) -> RegionFacts {
    let text = |field| row.fields.text(field).unwrap_or_default().to_owned();
    RegionFacts {
        magento_id: row.fields.int("regionId").unwrap_or_default(),
        country: text("countryCode"),
        code: text("code"),
        name: row.fields.text("name").map(str::to_owned),
    }
}
