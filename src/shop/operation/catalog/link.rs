//! Products that go with others: API resource `catalog_product_link`.

use super::product::{IdentifiedBy, find};
use crate::shop::operation::{Call, Operations};
use crate::shop::sales::amount::{Amount, money};
use crate::shop::{Refusal, Row};
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

/// The product to link to, by SKU before id.
fn linked(call: &Call<'_>) -> Option<String> {
    let name = ["linkedProduct", "linkedProductId"].into_iter().find_map(|name| call.arguments.text(name))?;
    let found = find(call.shop, &name, IdentifiedBy::Sku).or_else(|| find(call.shop, &name, IdentifiedBy::Id));
    found.map(|row| row.text("entity_id").to_owned())
}

fn link(call: &Call<'_>, product: &Row, type_id: &str, linked: &str) -> Option<i64> {
    let mut links = call.shop.database.table(TABLE).with("product_id", product.text("entity_id"));
    let found =
        links.find(|(_, link)| link.text("link_type_id") == type_id && link.get("linked_product_id") == Some(linked));
    found.map(|(id, _)| id)
}

/// Makes a link or changes it; what is not said is not stored.
fn save(call: &mut Call<'_>, keep: bool) -> Result<SoapValue, Refusal> {
    let LinkType { id: type_id, holds, .. } = link_type(call)?;
    let product = super::load(call, "product_not_exists")?;
    let linked = linked(call).ok_or_else(|| call.fault_with("data_invalid", "Link product does not exist."))?;
    let known = link(call, &product, type_id, &linked);
    let old = known.and_then(|id| call.shop.database.table(TABLE).row(id)).cloned().filter(|_| keep);
    let mut row = old.unwrap_or_else(|| {
        Row::new()
            .with("product_id", product.text("entity_id"))
            .with("linked_product_id", linked)
            .with("link_type_id", *type_id)
    });
    let data = call.record("data");
    for (code, kind) in *holds {
        let Some(text) = data.text(code) else { continue };
        let decimal = (*kind == "decimal").then(|| text.trim().parse::<Amount>().ok()).flatten();
        row.set(*code, decimal.map_or(text, money));
    }
    if let Some(id) = known {
        row.set("link_id", id.to_string());
    }
    call.shop.database.table_mut(TABLE).insert(row);
    Ok(true.into())
}

fn assign(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    save(call, false)
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    save(call, true)
}

/// A link that is not there is as good as removed.
fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let type_id = link_type(call)?.id;
    let product = super::load(call, "product_not_exists")?;
    let found = linked(call).and_then(|linked| link(call, &product, type_id, &linked));
    if let Some(id) = found {
        call.shop.database.table_mut(TABLE).remove(id);
    }
    Ok(true.into())
}
