//! The CRM as the jobs see it: look-ups by Magento's keys, relations resolved, changes applied. Every function
//! works inside the transaction its caller opened.

use std::cell::RefCell;
use std::collections::HashMap;

use foldhash::fast::RandomState;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::convert::Record;
use super::outcome::Counts;
use super::strategy::Change;
use super::strategy::address::{AddressKind, RegionFacts, resolve_region};
use super::warning::Warning;
use crate::crm::{Crm, CrmError, CrmValue, Entity, Fields, IntegrationId, OriginId, Row, RowId};
use crate::quirk::{Quirk, Quirks};

/// What every imported row shares.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    /// The integration the rows belong to.
    pub(super) channel: IntegrationId,
    /// The default owner of what the integration imports.
    pub(super) owner: Option<String>,
    /// Which misbehaviours are wanted.
    pub(super) quirks: Quirks,
    /// When the batch is written.
    pub(super) now: Timestamp,
    /// Whether guest customers are synced.
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
    ids: RefCell<HashMap<(Entity, OriginId), Option<RowId>, RandomState>>,
    regions: RefCell<HashMap<OriginId, Option<RegionFacts>, RandomState>>,
}

/// Entities whose rows are few and imported before any other.
const DICTIONARIES: [Entity; 3] = [Entity::Website, Entity::Store, Entity::CustomerGroup];

/// Fields of a region besides its integration.
const REGION: &[&str] = &["combinedCode", "code", "countryCode", "name", "regionId"];

impl Scope {
    fn channel_value(&self) -> CrmValue {
        CrmValue::Ref(self.channel.0)
    }

    /// The row of this integration with that key in Magento.
    pub(super) fn by_origin(&self, crm: &Crm, entity: Entity, origin_id: OriginId) -> Result<Option<Row>, CrmError> {
        let key = [("channel", self.channel_value()), ("originId", origin_id.into())];
        Ok(crm.find(entity, &key)?.into_iter().next())
    }

    /// The same, its id only.
    pub(super) fn id_by_origin(
        &self,
        crm: &Crm,
        entity: Entity,
        origin_id: OriginId,
    ) -> Result<Option<RowId>, CrmError> {
        if let Some(known) = self.known.ids.borrow().get(&(entity, origin_id)) {
            return Ok(*known);
        }
        let found = crm.find_id(entity, &[("channel", self.channel_value()), ("originId", origin_id.into())])?;
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
        warnings: &mut Vec<Warning>,
    ) -> Result<Fields, CrmError> {
        let region = match record.link("region") {
            Some(id) => self.region_facts(crm, id)?,
            None => None,
        };
        resolve_region(&mut record, region.as_ref(), kind, &self.quirks);
        self.fields(crm, &record, row_number, warnings)
    }

    /// All rows of the region dictionary by their combined codes, the integration's own before those the CRM comes with.
    pub(super) fn regions_by_code(&self, crm: &Crm) -> Result<HashMap<String, Row>, CrmError> {
        let mut all = HashMap::new();
        for channel in [self.region_channel(), CrmValue::Null] {
            for row in crm.find(Entity::Region, &[("channel", channel)])? {
                if let Some(code) = row.fields.text("combinedCode").map(str::to_owned) {
                    all.entry(code).or_insert(row);
                }
            }
        }
        Ok(all)
    }

    /// The dictionary row of a region by its combined code; shared by all integrations in the reference client.
    pub(super) fn region_by_code(&self, crm: &Crm, combined: &str) -> Result<Option<Row>, CrmError> {
        self.region(crm, ("combinedCode", CrmValue::Text(combined.to_owned())))
    }

    /// What the dictionary says about a region number.
    pub(super) fn region_facts(&self, crm: &Crm, magento_id: OriginId) -> Result<Option<RegionFacts>, CrmError> {
        if let Some(known) = self.known.regions.borrow().get(&magento_id) {
            return Ok(known.clone());
        }
        let row = self.region(crm, ("regionId", magento_id.into()))?;
        let facts = row.map(|row| region_facts(&row));
        self.known.regions.borrow_mut().insert(magento_id, facts.clone());
        Ok(facts)
    }

    /// A row of the dictionary: the integration's own, where the shop says something else, or one of those the CRM comes
    /// with, as long as the shop does not call that one otherwise.
    fn region(&self, crm: &Crm, key: (&str, CrmValue)) -> Result<Option<Row>, CrmError> {
        let own = crm.find_one(Entity::Region, &[("channel", self.region_channel()), key.clone()])?;
        if own.is_some() || self.region_channel().is_null() {
            return Ok(own);
        }
        let is_by_code = key.0 == "combinedCode";
        let Some(shared) = crm.find_one(Entity::Region, &[("channel", CrmValue::Null), key])? else { return Ok(None) };
        if is_by_code {
            // The shop's own of that code was looked for just now.
            return Ok(Some(shared));
        }
        let code = shared.fields.get("combinedCode").cloned().unwrap_or_default();
        let is_overruled =
            crm.find_id(Entity::Region, &[("channel", self.region_channel()), ("combinedCode", code)])?;
        Ok(is_overruled.is_none().then_some(shared))
    }

    /// Writes a row of the region dictionary over the one of that code. A row that the CRM comes with belongs to all
    /// integrations: what this shop says otherwise becomes a row of its own.
    pub(super) fn put_region(
        &self,
        crm: &mut Crm,
        existing: Option<Row>,
        fields: Fields,
        counts: &mut Counts,
    ) -> Result<(), CrmError> {
        let shared = existing.as_ref().filter(|row| row.fields.link("channel") != self.region_channel().as_ref_id());
        let Some(shared) = shared else {
            let change = Change::Root { entity: Entity::Region, id: existing.map(|row| row.id), fields };
            return self.apply(crm, vec![change], counts).map(|_| ());
        };
        counts.updated += 1;
        if fields.iter().all(|(name, value)| shared.fields.get(name) == Some(value)) {
            return Ok(());
        }
        let said = |name: &str| fields.get(name).or(shared.fields.get(name)).cloned().unwrap_or_default();
        let own = REGION.iter().map(|name| (*name, said(name))).collect();
        self.put(crm, Entity::Region, None, own).map(|_| ())
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
        warnings: &mut Vec<Warning>,
    ) -> Result<Fields, CrmError> {
        let mut fields: Fields = record.values.iter().map(|(name, value)| (*name, value.clone())).collect();
        for (name, link) in &record.links {
            let found = match link {
                Some(link) => {
                    let found = self.id_by_origin(crm, link.entity, link.origin_id)?;
                    if found.is_none() {
                        warnings.push(self.not_found(row_number, link.entity, json!({ "originId": link.key() })));
                    }
                    found
                }
                None => None,
            };
            fields.set(*name, found);
        }
        Ok(fields)
    }

    /// The reference client's words for a relation that is not there: the entity by its label, the relation as the import has
    /// it (sync spec 4.10 and 5.7).
    pub(super) fn not_found(&self, row_number: usize, entity: Entity, relation: Value) -> Warning {
        let channel = json!({ "channel": { "id": self.channel.0.0 } });
        let mut members = [relation, channel].into_iter().filter_map(|part| part.as_object().cloned());
        let mut data = members.next().unwrap_or_default();
        data.extend(members.flatten());
        let text = format!("Not found entity \"{}\". Item data: {}.", label(entity), Value::Object(data));
        Warning::Unresolved { row: row_number, text }
    }

    /// Empties a status that is none of the options `1` to `last`, with a warning: options are looked up like other relations.
    pub(super) fn known_status(&self, record: &mut Record, last: u8, row_number: usize, warnings: &mut Vec<Warning>) {
        let Some(found) = record.text("status") else { return };
        if found.trim().parse().is_ok_and(|status: u8| (1..=last).contains(&status)) {
            return;
        }
        let text = format!("Not found status \"{found}\", expected 1 to {last}.");
        warnings.push(Warning::Unresolved { row: row_number, text });
        record.values.insert("status", CrmValue::Null);
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

/// What the reference client calls what others refer to.
const LABELS: &[(Entity, &str)] = &[
    (Entity::Website, "Magento Website"),
    (Entity::Store, "Magento Store"),
    (Entity::CustomerGroup, "Magento Customer Group"),
    (Entity::Customer, "Magento Customer"),
    (Entity::Cart, "Magento Shopping Cart"),
    (Entity::Order, "Magento Order"),
];

/// The label of an entity in a warning.
fn label(entity: Entity) -> &'static str {
    LABELS.iter().find(|(of, _)| *of == entity).map_or(entity.table(), |(_, label)| label)
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
