//! Shipments: wire spec, section 7.7.

use super::flat_table::{Joins, Listing, record};
use super::{Call, Operations, children, sales_document};
use crate::magento::Pager;
use crate::shop::sales::ship::{COMMENTS, ShipmentRequest, ship};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[
    ("salesOrderShipmentList", list),
    ("salesOrderShipmentInfo", info),
    ("salesOrderShipmentCreate", create),
    ("salesOrderShipmentAddComment", add_comment),
    ("salesOrderShipmentAddTrack", add_track),
    ("salesOrderShipmentRemoveTrack", remove_track),
    ("salesOrderShipmentSendInfo", send_info),
    ("salesOrderShipmentGetCarriers", carriers),
];

/// What the list reads; the shipment's own id is not among it (recording 144).
const LISTED: &[&str] = &["increment_id", "created_at", "total_qty"];

const LISTING: Listing = Listing {
    table: "sales_flat_shipment",
    alias: ("shipment_id", "entity_id"),
    joins: Joins::Nothing,
    select: "SELECT `main_table`.`increment_id`, `main_table`.`created_at`, `main_table`.`total_qty` \
             FROM `sales_flat_shipment` AS `main_table`",
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

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = sales_document::order(call)?;
    let email = sales_document::is_set(call, "email");
    let notified = email && sales_document::is_set(call, "includeComment");
    let request = ShipmentRequest {
        qtys: sales_document::asked(call.arguments.get("itemsQty")),
        email,
        comment: Some(sales_document::remark(call.arguments.text("comment"), notified)),
        ..ShipmentRequest::default()
    };
    let made = ship(call.shop, &order, request).map_err(|refused| sales_document::refusal(call, refused))?;
    Ok(made.increment_id.into())
}

fn load(call: &Call<'_>) -> Result<Row, Refusal> {
    let shipment = sales_document::by_increment_id(call.shop, "sales_flat_shipment", &call.text("shipmentIncrementId"));
    shipment.ok_or_else(|| call.fault("not_exists"))
}

fn add_comment(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let shipment = load(call)?;
    let email = sales_document::is_set(call, "email");
    let remark = sales_document::remark(call.arguments.text("comment"), email);
    call.shop.add_document_comment(COMMENTS, shipment.int("entity_id"), remark);
    Ok(true.into())
}

/// Carriers that can be tracked, by code, with the titles of a fresh install (wire spec, section 7.7).
const CARRIERS: &[(&str, &str)] = &[
    ("custom", "Custom Value"),
    ("dhl", "DHL (Deprecated)"),
    ("fedex", "Federal Express"),
    ("ups", "United Parcel Service"),
    ("usps", "United States Postal Service"),
    ("dhlint", "DHL"),
];

fn carriers(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    sales_document::order(call)?;
    let pairs = CARRIERS.iter().map(|(code, title)| {
        SoapValue::from(SoapStruct::new().with("key", *code).with("value", carrier_title(call.shop, code, title)))
    });
    Ok(pairs.collect::<Vec<_>>().into())
}

/// A carrier's title: what the configuration says, or what a fresh install has.
fn carrier_title(shop: &Shop, code: &str, title: &str) -> String {
    shop.settings.get(&format!("carriers/{code}/title")).unwrap_or(title).to_owned()
}

fn add_track(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let shipment = load(call)?;
    let carrier = call.text("carrier");
    if !CARRIERS.iter().any(|(code, _)| *code == carrier) {
        return Err(call.fault_with("data_invalid", "Invalid carrier specified."));
    }
    let now = call.shop.now_sql();
    let mut track = Row::new()
        .with("parent_id", shipment.text("entity_id"))
        .with("order_id", shipment.text("order_id"))
        .with("carrier_code", carrier)
        .with("created_at", now.as_str())
        .with("updated_at", now.as_str());
    for (column, argument) in [("track_number", "trackNumber"), ("title", "title")] {
        // An empty text in a column that may be null is null.
        if let Some(text) = call.arguments.text(argument).filter(|text| !text.is_empty()) {
            track.set(column, text);
        }
    }
    if let Some(weight) = call.arguments.text("weight") {
        // Newer OpenMage takes it; others do not declare it.
        track.set("weight", weight);
    }
    let id = call.shop.database.table_mut("sales_flat_shipment_track").insert(track);
    call.shop.touch_shipment(&shipment);
    Ok(id.into())
}

fn remove_track(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let shipment = load(call)?;
    let id = call.int("trackId");
    let tracks = call.shop.database.table_mut("sales_flat_shipment_track");
    if tracks.row(id).is_none_or(|track| track.text("parent_id") != shipment.text("entity_id")) {
        return Err(call.fault("track_not_exists"));
    }
    tracks.remove(id);
    Ok(true.into())
}

/// Mails the shipment; nobody receives it here, but the shipment remembers that it was sent.
fn send_info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let shipment = load(call)?;
    call.shop.database.table_mut("sales_flat_shipment").update(shipment.int("entity_id"), |row| {
        row.set("email_sent", "1");
    });
    call.shop.touch_shipment(&shipment);
    Ok(true.into())
}

impl Shop {
    fn touch_shipment(&mut self, shipment: &Row) {
        let now = self.now_sql();
        let table = self.database.table_mut("sales_flat_shipment");
        table.update(shipment.int("entity_id"), |row| row.set("updated_at", now));
    }
}
