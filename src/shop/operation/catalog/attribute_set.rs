//! Attribute sets and their groups: API resource `catalog_product_attribute_set`. A shop opens with the default set
//! of a fresh install, and one more for each that its products name.

use super::attribute::Attribute;
use crate::shop::operation::{Call, Operations};
use crate::shop::{Refusal, Row, SeedError, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductAttributeSetList", list),
    ("catalogProductAttributeSetCreate", create),
    ("catalogProductAttributeSetRemove", remove),
    ("catalogProductAttributeSetAttributeAdd", attribute_add),
    ("catalogProductAttributeSetAttributeRemove", attribute_remove),
    ("catalogProductAttributeSetGroupAdd", group_add),
    ("catalogProductAttributeSetGroupRename", group_rename),
    ("catalogProductAttributeSetGroupRemove", group_remove),
];

const SETS: &str = "eav_attribute_set";
const GROUPS: &str = "eav_attribute_group";
const MEMBERS: &str = "eav_entity_attribute";

/// The set, and the group of it that holds everything, of a fresh install.
const DEFAULT_SET: i64 = 4;

/// The groups of the default set in a fresh install. The first holds everything here.
const DEFAULT_GROUPS: [(i64, &str); 7] = [
    (7, "General"),
    (8, "Prices"),
    (9, "Meta Information"),
    (10, "Images"),
    (11, "Recurring Profile"),
    (12, "Design"),
    (17, "Gift Options"),
];

/// The last of the sets of a fresh install: one for each type of entity.
const LAST_SET: i64 = 8;

/// Attributes that are installed but in no set until somebody puts them there, as a seed does whose products have them.
const IN_NO_SET: &[&str] = &["manufacturer", "color"];

/// Attributes that products can be configured by, where somebody made them so.
fn is_configurable(shop: &Shop, attribute: i64) -> bool {
    shop.database.table("eav_attribute").row(attribute).is_some_and(|row| row.get("is_configurable") == Some("1"))
}

impl Shop {
    /// Makes the sets of a fresh install, unless the seed brought some.
    pub(in crate::shop) fn install_attribute_sets(&mut self) {
        if !self.database.table(SETS).is_empty() {
            return;
        }
        let mut sets: Vec<i64> =
            self.database.table("catalog_product").iter().map(|(_, row)| row.int("attribute_set_id")).collect();
        sets.push(DEFAULT_SET);
        sets.sort_unstable();
        sets.dedup();
        self.database.table_mut(SETS).reserve_ids(LAST_SET);
        // Those of the customers' gender.
        self.database.table_mut("eav_attribute_option").reserve_ids(2);
        for set in sets.into_iter().filter(|set| *set > 0) {
            let name = if set == DEFAULT_SET { "Default".to_owned() } else { format!("Set {set}") };
            self.add_set(Some(set), &name, None);
        }
    }

    /// Puts attributes that a seed brings into their sets: those that are named, by name or id, or all.
    pub(in crate::shop) fn join_attribute_sets(
        &mut self,
        members: &[(i64, Option<Vec<String>>)],
    ) -> Result<(), SeedError> {
        for (attribute, names) in members {
            let sets: Vec<(i64, String)> = {
                let rows = self.database.table(SETS).iter();
                let of_products = rows.filter(|(_, row)| row.get("entity_type_id").is_none_or(|entity| entity == "4"));
                of_products.map(|(id, row)| (id, row.text("attribute_set_name").to_owned())).collect()
            };
            let is_meant = |set: &(i64, String), name: &String| set.1 == *name || set.0.to_string() == *name;
            if let Some(unknown) = names.iter().flatten().find(|name| !sets.iter().any(|set| is_meant(set, name))) {
                let listed: Vec<&str> = sets.iter().map(|(_, name)| name.as_str()).collect();
                return Err(SeedError::Invalid {
                    what: format!("attributes: there is no attribute set \"{unknown}\""),
                    remedy: format!("there are {}; another one is a row of eav_attribute_set", listed.join(", ")),
                });
            }
            for set in &sets {
                let wanted = names.as_ref().is_none_or(|names| names.iter().any(|name| is_meant(set, name)));
                let id = set.0.to_string();
                let group = self.database.table(GROUPS).with("attribute_set_id", &id).next().map(|(group, _)| group);
                if let (true, Some(group)) = (wanted, group) {
                    self.add_member(set.0, group, *attribute);
                }
            }
        }
        Ok(())
    }

    /// Adds a set: like another one, or with everything the system ships.
    fn add_set(&mut self, id: Option<i64>, name: &str, like: Option<i64>) -> i64 {
        let mut row = Row::new().with("entity_type_id", "4").with("attribute_set_name", name);
        row.set_opt("attribute_set_id", id.map(|id| id.to_string()));
        if id.is_none() {
            row.remove("attribute_set_id");
        }
        let set = self.database.table_mut(SETS).insert(row);
        let groups: Vec<Row> = match like {
            Some(like) => {
                let like = like.to_string();
                self.database.table(GROUPS).with("attribute_set_id", &like).map(|(_, row)| row.clone()).collect()
            }
            None if set == DEFAULT_SET => {
                let group = |(id, name): (i64, &str)| {
                    Row::new().with("attribute_group_id", id.to_string()).with("attribute_group_name", name)
                };
                DEFAULT_GROUPS.into_iter().map(group).collect()
            }
            None => vec![Row::new().with("attribute_group_name", "General")],
        };
        let mut holds_all = like.is_none();
        for old in groups {
            let mut group = Row::new().with("attribute_set_id", set.to_string());
            if like.is_none()
                && let Some(id) = old.get("attribute_group_id")
            {
                group.set("attribute_group_id", id);
            }
            group.set("attribute_group_name", old.text("attribute_group_name"));
            let group = self.database.table_mut(GROUPS).insert(group);
            let members: Vec<i64> = match old.get("attribute_group_id") {
                Some(from) if like.is_some() => {
                    let rows = self.database.table(MEMBERS).with("attribute_group_id", from);
                    rows.map(|(_, row)| row.int("attribute_id")).collect()
                }
                _ if !holds_all => Vec::new(),
                _ => {
                    holds_all = false;
                    let products = self.database.table("catalog_product");
                    let is_left_out = |code: &str| IN_NO_SET.contains(&code) && !products.has_column(code);
                    let system = self.product_attributes().into_iter();
                    let members = system.filter(|attribute| !attribute.user_defined && !is_left_out(&attribute.code));
                    members.map(|attribute| attribute.id).collect()
                }
            };
            for attribute in members {
                self.add_member(set, group, attribute);
            }
        }
        set
    }

    fn add_member(&mut self, set: i64, group: i64, attribute: i64) {
        let row = Row::new()
            .with("attribute_set_id", set.to_string())
            .with("attribute_group_id", group.to_string())
            .with("attribute_id", attribute.to_string());
        self.database.table_mut(MEMBERS).insert(row);
    }

    fn member(&self, set: i64, attribute: i64) -> Option<i64> {
        let set = set.to_string();
        let mut rows = self.database.table(MEMBERS).with("attribute_set_id", &set);
        rows.find(|(_, row)| row.int("attribute_id") == attribute).map(|(id, _)| id)
    }

    /// Attributes of a set, in the order of its groups.
    pub(super) fn attributes_of_set(&self, set: i64) -> Vec<Attribute> {
        let all = self.product_attributes().into_iter();
        all.filter(|attribute| self.member(set, attribute.id).is_some()).collect()
    }

    /// The type of entity that a set is for, 4 for products; `None` for a set that does not exist. A fresh install has one
    /// set for each of its eight types, with the type's own number.
    pub(in crate::shop) fn set_of(&self, set: i64) -> Option<i64> {
        match self.database.table(SETS).row(set) {
            Some(row) => Some(row.get("entity_type_id").map_or(4, crate::soap::value::leading_int)),
            None => (1..=8).contains(&set).then_some(set),
        }
    }

    /// Whether a set of products exists.
    pub(super) fn has_set(&self, set: i64) -> bool {
        self.database.table(SETS).row(set).is_some()
    }

    /// Removes all rows of a table with that value in a column.
    pub(super) fn forget_rows(&mut self, table: &'static str, column: &str, value: &str) {
        let ids: Vec<i64> = self.database.table(table).with(column, value).map(|(id, _)| id).collect();
        for id in ids {
            self.database.table_mut(table).remove(id);
        }
    }
}

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let rows = call.shop.database.table(SETS).iter().map(|(id, row)| {
        SoapValue::from(SoapStruct::new().with("set_id", id).with("name", row.get("attribute_set_name")))
    });
    Ok(rows.collect::<Vec<_>>().into())
}

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (name, like) = (call.text("attributeSetName"), call.int("skeletonSetId"));
    if !call.shop.has_set(like) {
        return Err(call.fault("invalid_skeleton_set_id"));
    }
    if name.trim().is_empty() {
        return Err(call.fault_with("invalid_data", "Attribute set name is empty."));
    }
    if call.shop.database.table(SETS).iter().any(|(_, row)| row.text("attribute_set_name") == name) {
        let text = format!("Attribute set with the \"{name}\" name already exists.");
        return Err(call.fault_with("invalid_data", text));
    }
    Ok(call.shop.add_set(None, &name, Some(like)).into())
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (set, name) = (call.int("attributeSetId"), call.text("attributeSetId"));
    let force = call
        .arguments
        .get("forceProductsRemove")
        .is_some_and(|flag| flag.is_truthy() && flag.to_text().is_none_or(|text| text != "false"));
    let products: Vec<i64> = {
        let all = call.shop.database.table("catalog_product").iter();
        all.filter(|(_, row)| row.int("attribute_set_id") == set).map(|(id, _)| id).collect()
    };
    if !products.is_empty() && !force {
        return Err(call.fault("attribute_set_has_related_products"));
    }
    if !call.shop.has_set(set) {
        return Err(call.fault("invalid_attribute_set_id"));
    }
    if set == DEFAULT_SET {
        let text = "Default attribute set can not be deleted";
        return Err(call.fault_with("remove_attribute_set_error", text));
    }
    for product in products {
        call.shop.remove_product(product);
    }
    call.shop.forget_rows(MEMBERS, "attribute_set_id", &name);
    call.shop.forget_rows(GROUPS, "attribute_set_id", &name);
    call.shop.database.table_mut(SETS).remove(set);
    Ok(true.into())
}

/// Attribute and set of a call; both must exist.
fn pair(call: &mut Call<'_>) -> Result<(i64, i64), Refusal> {
    let (attribute, set) = (call.text("attributeId"), call.int("attributeSetId"));
    let attribute = call.shop.product_attribute(&attribute).ok_or_else(|| call.fault("invalid_attribute_id"))?;
    if call.shop.has_set(set) { Ok((attribute.id, set)) } else { Err(call.fault("invalid_attribute_set_id")) }
}

fn attribute_add(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (attribute, set) = pair(call)?;
    let asked = call.int("attributeGroupId");
    let group = if asked > 0 {
        call.shop.database.table(GROUPS).row(asked).map(|_| asked)
    } else {
        let name = set.to_string();
        call.shop.database.table(GROUPS).with("attribute_set_id", &name).next().map(|(id, _)| id)
    };
    let group = group.ok_or_else(|| call.fault("invalid_attribute_group_id"))?;
    if call.shop.member(set, attribute).is_some() {
        return Err(call.fault("attribute_is_already_in_set"));
    }
    let code = call.shop.product_attribute(&attribute.to_string()).map(|attribute| attribute.code).unwrap_or_default();
    if IN_NO_SET.contains(&code.as_str()) && call.shop.flavor().is_openmage() {
        return Err(call.fault_with("add_attribute_error", NO_SOURCE_MODEL));
    }
    call.shop.add_member(set, group, attribute);
    Ok(true.into())
}

/// What OpenMage says of an attribute whose options are rows and that names no source for them.
const NO_SOURCE_MODEL: &str = "Invalid method Mage_Eav_Model_Entity_Attribute::_getDefaultSourceModel(Array\n(\n)\n)";

fn attribute_remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (attribute, set) = pair(call)?;
    let member = call.shop.member(set, attribute).ok_or_else(|| call.fault("attribute_is_not_in_set"))?;
    call.shop.database.table_mut(MEMBERS).remove(member);
    Ok(true.into())
}

fn group_add(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (set, name) = (call.text("attributeSetId"), call.text("groupName"));
    if !call.shop.has_set(call.int("attributeSetId")) {
        // The database refuses it, after it has counted up the id.
        call.shop.database.table_mut(GROUPS).skip_id();
        return Err(call.fault_with("group_add_error", NO_SUCH_SET));
    }
    let mut groups = call.shop.database.table(GROUPS).with("attribute_set_id", &set);
    if groups.any(|(_, row)| row.text("attribute_group_name") == name) {
        drop(groups);
        return Err(call.fault("group_already_exists"));
    }
    drop(groups);
    let row = Row::new().with("attribute_set_id", set).with("attribute_group_name", name);
    Ok(call.shop.database.table_mut(GROUPS).insert(row).into())
}

const NO_SUCH_SET: &str = "SQLSTATE[23000]: Integrity constraint violation: 1452 Cannot add or update a child row: a foreign \
                           key constraint fails (`magento`.`eav_attribute_group`, CONSTRAINT \
                           `FK_EAV_ATTR_GROUP_ATTR_SET_ID_EAV_ATTR_SET_ATTR_SET_ID` FOREIGN KEY (`attribute_set_id`) \
                           REFERENCES `eav_attribute_set` (`attribute_set_id`) ON DELETE CASCADE ON UPDATE CASCADE), query \
                           was: INSERT INTO `eav_attribute_group` (`attribute_set_id`, `attribute_group_name`, \
                           `sort_order`) VALUES (?, ?, ?)";

fn group_rename(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (group, name) = (call.int("groupId"), call.text("groupName"));
    let found = call.shop.database.table_mut(GROUPS).update(group, |row| row.set("attribute_group_name", name));
    if found { Ok(true.into()) } else { Err(call.fault("invalid_attribute_group_id")) }
}

fn group_remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (group, name) = (call.int("attributeGroupId"), call.text("attributeGroupId"));
    if call.shop.database.table(GROUPS).row(group).is_none() {
        return Err(call.fault("invalid_attribute_group_id"));
    }
    let members: Vec<i64> = {
        let rows = call.shop.database.table(MEMBERS).with("attribute_group_id", &name);
        rows.map(|(_, row)| row.int("attribute_id")).collect()
    };
    if members.iter().any(|attribute| is_configurable(call.shop, *attribute)) {
        return Err(call.fault("group_has_configurable_attributes"));
    }
    let system =
        |id: &i64| call.shop.product_attribute(&id.to_string()).is_some_and(|attribute| !attribute.user_defined);
    if members.iter().any(system) {
        return Err(call.fault("group_has_system_attributes"));
    }
    call.shop.forget_rows(MEMBERS, "attribute_group_id", &name);
    call.shop.database.table_mut(GROUPS).remove(group);
    Ok(true.into())
}
