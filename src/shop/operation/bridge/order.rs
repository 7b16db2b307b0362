//! Orders through the bridge: wire spec, section 8.6.

use super::super::flat_table::{Joins, Listing, record};
use super::super::{Call, Operations, sales_order};
use super::attributes::add_attributes;
use crate::magento::Pager;
use crate::shop::sales::order;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[("oroOrderList", list), ("oroOrderInfo", info)];

/// The core's query with the join of the store (recording 241); the website is a column from release 1.2.18 on.
const LISTING: Listing = Listing {
    table: "sales_flat_order",
    alias: ("order_id", "entity_id"),
    joins: Joins::AddressesAndWebsite,
    select: "SELECT `main_table`.*, `billing_o_a`.`firstname`, `billing_o_a`.`middlename`, `billing_o_a`.`lastname`, \
             `billing_o_a`.`telephone`, `billing_o_a`.`postcode`, `shipping_o_a`.`firstname`, \
             `shipping_o_a`.`middlename`, `shipping_o_a`.`lastname`, `shipping_o_a`.`telephone`, \
             `shipping_o_a`.`postcode`, billing_o_a.firstname AS `billing_firstname`, billing_o_a.lastname AS \
             `billing_lastname`, shipping_o_a.firstname AS `shipping_firstname`, shipping_o_a.lastname AS \
             `shipping_lastname`, CONCAT(billing_o_a.firstname, ' ', billing_o_a.lastname) AS `billing_name`, \
             CONCAT(shipping_o_a.firstname, \" \", shipping_o_a.lastname) AS `shipping_name`, `store`.`website_id` \
             FROM `sales_flat_order` AS `main_table`\n LEFT JOIN `sales_flat_order_address` AS `billing_o_a` ON \
             (main_table.entity_id = billing_o_a.parent_id AND billing_o_a.address_type = 'billing')\n LEFT JOIN \
             `sales_flat_order_address` AS `shipping_o_a` ON (main_table.entity_id = shipping_o_a.parent_id AND \
             shipping_o_a.address_type = 'shipping')\n INNER JOIN `core_store` AS `store` ON main_table.store_id = \
             store.store_id",
    order: " ORDER BY main_table.entity_id ASC",
};

/// The same without the join, as releases before 1.2.18 have it.
const WITHOUT_WEBSITE: Listing = Listing { order: " ORDER BY main_table.entity_id ASC", ..sales_order::LISTING };

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let pager = Pager::from_value(call.arguments.get("pager"))?;
    let listing = if at_least(call.shop, "1.2.18.0") { &LISTING } else { &WITHOUT_WEBSITE };
    let found = listing.find(call, pager).map_err(|error| error.uncaught(call))?;
    let page = pager.slice(found);
    let rows = page.iter().map(|order| {
        let mut answer = complete(call.shop, order);
        sales_order::add_names(call.shop, order, &mut answer);
        SoapValue::from(answer)
    });
    Ok(rows.collect::<Vec<_>>().into())
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let order = sales_order::load(call)?;
    Ok(complete(call.shop, &order).into())
}

/// The core's record with what the release adds. The payment's id is missing, other than in the core's answer.
fn complete(shop: &Shop, order: &Row) -> SoapStruct {
    let mut answer = sales_order::complete(shop, order);
    if !at_least(shop, "1.2.0.0") {
        for kind in ["shipping_address", "billing_address"] {
            if let Some(SoapValue::Struct(address)) = answer.get_mut(kind) {
                address.remove("address_id");
            }
        }
    }
    if at_least(shop, "1.2.15.0") {
        sales_order::add_gift_messages(shop, &mut answer);
    }
    if at_least(shop, "1.2.19.0") {
        let history = order::history(shop, order).into_iter();
        let rows = history.map(|row| SoapValue::from(record(row, &[("increment_id", "entity_id")])));
        answer.set("status_history", rows.collect::<Vec<_>>());
    }
    answer.set("payment", order::payment(shop, order).map(Row::to_struct).unwrap_or_default());
    add_attributes(shop, "salesOrderEntity", order, &mut answer);
    answer
}

fn at_least(shop: &Shop, release: &str) -> bool {
    shop.bridge().is_some_and(|installed| installed.at_least(release))
}
