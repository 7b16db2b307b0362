//! Shipments: wire spec, section 7.7.

use super::flat_table::{Listing, record};
use super::{Call, Operations, children};
use crate::magento::Pager;
use crate::shop::Refusal;
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[("salesOrderShipmentList", list), ("salesOrderShipmentInfo", info)];

/// What the list reads; the shipment's own id is not among it (recording 144).
const LISTED: &[&str] = &["increment_id", "created_at", "total_qty"];

const LISTING: Listing = Listing {
    table: "sales_flat_shipment",
    alias: ("shipment_id", "entity_id"),
    joined: &[],
    select: "SELECT `main_table`.`increment_id`, `main_table`.`created_at`, `main_table`.`total_qty`, \
             `main_table`.`entity_id` FROM `sales_flat_shipment` AS `main_table`",
    order: "",
};

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let found = LISTING.find(call, Pager::All).map_err(|error| error.uncaught(call))?;
    let rows = found.iter().map(|row| {
        let listed: SoapStruct =
            LISTED.iter().map(|column| ((*column).to_owned(), SoapValue::from(row.get(column)))).collect();
        SoapValue::from(listed)
    });
    Ok(rows.collect::<Vec<_>>().into())
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let increment_id = call.text("shipmentIncrementId");
    let database = &call.shop.database;
    let shipment = database.table("sales_flat_shipment").with("increment_id", &increment_id).next();
    let Some((_, shipment)) = shipment else { return Err(call.fault("not_exists")) };
    let mut answer = record(shipment, &[("shipment_id", "entity_id")]);
    let id = shipment.text("entity_id");
    answer.set("items", children(database, "sales_flat_shipment_item", id, &[("item_id", "entity_id")]));
    let track = [("track_id", "entity_id"), ("number", "track_number")];
    answer.set("tracks", children(database, "sales_flat_shipment_track", id, &track));
    answer.set("comments", children(database, "sales_flat_shipment_comment", id, &[("comment_id", "entity_id")]));
    Ok(answer.into())
}
