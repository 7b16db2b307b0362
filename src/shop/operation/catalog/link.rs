//! Products that go with others: API resource `catalog_product_link`.

use super::product::{IdentifiedBy, find};
use crate::shop::operation::{Call, Operations};
use crate::shop::sales::amount::{Amount, money};
use crate::shop::{Refusal, Row};
use crate::soap::value::leading_int;
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductLinkList", list),
    ("catalogProductLinkAssign", assign),
    ("catalogProductLinkUpdate", update),
    ("catalogProductLinkRemove", remove),
    ("catalogProductLinkTypes", types),
    ("catalogProductLinkAttributes", attributes),
];

const TABLE: &str = "catalog_product_link";

/// A kind of links.
struct LinkType {
    name: &'static str,
    /// `link_type_id`.
    id: &'static str,
    /// What a link holds, with the type of it.
    holds: &'static [(&'static str, &'static str)],
}

const POSITION: &[(&str, &str)] = &[("position", "int")];

const TYPES: &[LinkType] = &[
    LinkType { name: "related", id: "1", holds: POSITION },
    LinkType { name: "up_sell", id: "4", holds: POSITION },
    LinkType { name: "cross_sell", id: "5", holds: POSITION },
    LinkType { name: "grouped", id: "3", holds: &[("position", "int"), ("qty", "decimal")] },
];

fn link_type(call: &Call<'_>) -> Result<&'static LinkType, Refusal> {
    let asked = call.text("type");
    TYPES.iter().find(|kind| kind.name == asked).ok_or_else(|| call.fault("type_not_exists"))
}

fn types(_call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    Ok(TYPES.iter().map(|kind| SoapValue::from(kind.name)).collect::<Vec<_>>().into())
}

fn attributes(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let held = link_type(call)?.holds;
    let rows = held.iter().map(|(code, kind)| SoapStruct::new().with("code", *code).with("type", *kind).into());
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// Linked products; a product that is linked to itself is not shown.
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let LinkType { id, holds, .. } = link_type(call)?;
    let product = super::load(call, "product_not_exists")?;
    let products = call.shop.database.table("catalog_product");
    let columns = [("product_id", "entity_id"), ("type", "type_id"), ("set", "attribute_set_id"), ("sku", "sku")];
    let links = call.shop.database.table(TABLE).with("product_id", product.text("entity_id"));
    let own = product.get("entity_id");
    let rows = links.filter(|(_, link)| link.text("link_type_id") == *id && link.get("linked_product_id") != own);
    let rows = rows.filter_map(|(_, link)| {
        let mut row = super::pick(products.row(link.int("linked_product_id"))?, &columns);
        for (code, _) in *holds {
            if let Some(value) = link.get(code) {
                row.set(*code, value);
            }
        }
        Some(row.into())
    });
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// The id of the product to link to: that of a SKU before a number, whether there is a product with it or not.
fn linked(call: &Call<'_>) -> i64 {
    let name = ["linkedProduct", "linkedProductId"].into_iter().find_map(|name| call.arguments.text(name));
    let name = name.unwrap_or_default();
    find(call.shop, &name, IdentifiedBy::Sku).map_or_else(|| leading_int(&name), |row| row.int("entity_id"))
}

fn link(call: &Call<'_>, product: &Row, type_id: &str, linked: i64) -> Option<i64> {
    let mut links = call.shop.database.table(TABLE).with("product_id", product.text("entity_id"));
    let found = links.find(|(_, link)| link.text("link_type_id") == type_id && link.int("linked_product_id") == linked);
    found.map(|(id, _)| id)
}

/// What a call does to a link.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Deed {
    /// Makes it, or makes it anew.
    Assign,
    /// Changes what is said and leaves the rest; it makes a link only where something is said of it.
    Update,
}

/// The database refuses a product that does not exist. One function of version 2 hands on what it says.
const NO_SUCH_PRODUCT: &str = "SQLSTATE[23000]: Integrity constraint violation: 1452 Cannot add or update a child row: a \
                               foreign key constraint fails (`magento`.`catalog_product_link`, CONSTRAINT \
                               `FK_CAT_PRD_LNK_LNKED_PRD_ID_CAT_PRD_ENTT_ENTT_ID` FOREIGN KEY (`linked_product_id`) \
                               REFERENCES `catalog_product_entity` (`entity_id`) ON DELETE CASCADE ON UPDATE CASCADE), \
                               query was: INSERT INTO `catalog_product_link` (`product_id`, `linked_product_id`, \
                               `link_type_id`) VALUES (?, ?, ?)";

/// Makes a link or changes it; what is not said is not stored.
fn save(call: &mut Call<'_>, deed: Deed) -> Result<SoapValue, Refusal> {
    let LinkType { id: type_id, holds, .. } = link_type(call)?;
    let product = super::load(call, "product_not_exists")?;
    let linked = linked(call);
    let known = link(call, &product, type_id, linked);
    let data = call.record("data");
    let said: Vec<(&str, String)> = holds
        .iter()
        .filter_map(|(code, kind)| {
            let text = data.text(code)?;
            let decimal = (*kind == "decimal").then(|| text.trim().parse::<Amount>().ok()).flatten();
            Some((*code, decimal.map_or(text, money)))
        })
        .collect();
    if deed == Deed::Update && said.is_empty() {
        return Ok(true.into());
    }
    if call.shop.database.table("catalog_product").row(linked).is_none() {
        let is_told = deed == Deed::Assign && !call.given.is_version1;
        return Err(
            call.fault_with("data_invalid", if is_told { NO_SUCH_PRODUCT } else { "Link product does not exist." })
        );
    }
    let links = call.shop.database.table_mut(TABLE);
    let old = known.and_then(|id| links.row(id)).cloned().filter(|_| deed == Deed::Update);
    let mut row = old.unwrap_or_else(|| {
        Row::new()
            .with("product_id", product.text("entity_id"))
            .with("linked_product_id", linked.to_string())
            .with("link_type_id", *type_id)
    });
    for (code, value) in said {
        row.set(code, value);
    }
    if let Some(id) = known {
        row.set("link_id", id.to_string());
    }
    links.insert(row);
    Ok(true.into())
}

fn assign(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    save(call, Deed::Assign)
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    save(call, Deed::Update)
}

/// A link that is not there is as good as removed.
fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let type_id = link_type(call)?.id;
    let product = super::load(call, "product_not_exists")?;
    if let Some(id) = link(call, &product, type_id, linked(call)) {
        call.shop.database.table_mut(TABLE).remove(id);
    }
    Ok(true.into())
}
