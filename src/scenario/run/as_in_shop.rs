//! Rows of the CRM beside the rows of the shop they came from, field by field: what the sync makes of a column is stated here
//! once more, in the plainest way, so that a mistake in it cannot agree with itself. Rows that are not in both are the
//! business of `invariants`.

use rust_decimal::Decimal;

use crate::crm::{Crm, CrmError, CrmValue, Entity, Integration, OriginId, Row};
use crate::shop::Shop;

/// A table of the shop, what its rows are in the CRM, and columns that arrive as they are.
struct Pair {
    table: &'static str,
    entity: Entity,
    columns: &'static [(&'static str, &'static str)],
}

const PAIRS: &[Pair] = &[
    Pair { table: "customer_group", entity: Entity::CustomerGroup, columns: &[("customer_group_code", "name")] },
    Pair {
        table: "customer",
        entity: Entity::Customer,
        columns: &[
            ("email", "email"),
            ("firstname", "firstName"),
            ("middlename", "middleName"),
            ("lastname", "lastName"),
            ("taxvat", "vat"),
        ],
    },
    Pair {
        table: "customer_address",
        entity: Entity::CustomerAddress,
        columns: &[
            ("firstname", "firstName"),
            ("lastname", "lastName"),
            ("city", "city"),
            ("postcode", "postalCode"),
            ("telephone", "phone"),
        ],
    },
    Pair {
        table: "sales_flat_order",
        entity: Entity::Order,
        columns: &[("increment_id", "incrementId"), ("status", "status"), ("grand_total", "totalAmount")],
    },
    Pair { table: "sales_flat_creditmemo", entity: Entity::CreditMemo, columns: &[("increment_id", "incrementId")] },
    Pair {
        table: "newsletter_subscriber",
        entity: Entity::NewsletterSubscriber,
        columns: &[("subscriber_email", "email"), ("subscriber_status", "status")],
    },
];

/// Lists below a row: the shop's table with its column that points up, and the same in the CRM.
const BELOW: &[(Entity, &str, &str, Entity, &str)] = &[
    (Entity::Customer, "customer_address", "parent_id", Entity::CustomerAddress, "owner"),
    (Entity::Order, "sales_flat_order_item", "order_id", Entity::OrderItem, "order"),
];

/// What is other than in the shop, in words.
pub(super) fn differences(crm: &Crm, integration: &Integration, shop: &Shop) -> Result<Vec<String>, CrmError> {
    let mut found = Vec::new();
    for pair in PAIRS {
        for row in of_channel(crm, integration, pair.entity)? {
            let Some(id) = row.fields.origin_id() else { continue };
            let Some(there) = shop.database().table(pair.table).row(id.0) else { continue };
            for (column, field) in pair.columns {
                let (is, should) = (shown(&row, field), plain(there.text(column)));
                if is != should {
                    let entity = pair.entity.table();
                    found.push(format!("{entity} {id} has {field} {is:?} instead of the shop's {should:?}"));
                }
            }
        }
    }
    for (entity, table, up, child, owner) in BELOW {
        for row in of_channel(crm, integration, *entity)? {
            let Some(id) = row.fields.origin_id().filter(|id| is_there(shop, *entity, *id)) else { continue };
            let is = crm.find(*child, &[(owner, row.id.into())])?;
            let is = is.iter().filter(|row| row.fields.origin_id().is_some()).count();
            let should = shop.database().table(table).iter().filter(|(_, row)| row.text(up) == id.to_string()).count();
            if is != should {
                found.push(format!(
                    "{} {id} has {is} rows of {}, the shop has {should}",
                    entity.table(),
                    child.table()
                ));
            }
        }
    }
    Ok(found)
}

fn of_channel(crm: &Crm, integration: &Integration, entity: Entity) -> Result<Vec<Row>, CrmError> {
    crm.find(entity, &[("channel", CrmValue::Ref(integration.id.0))])
}

fn is_there(shop: &Shop, entity: Entity, id: OriginId) -> bool {
    let table = PAIRS.iter().find(|pair| pair.entity == entity).map(|pair| pair.table);
    table.is_some_and(|table| shop.database().table(table).row(id.0).is_some())
}

fn shown(row: &Row, field: &str) -> String {
    let value = row.fields.get(field).cloned().unwrap_or_default().to_json();
    plain(
        &value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned),
    )
}

/// Nothing is nothing, amounts are numbers, blanks around do not count.
fn plain(text: &str) -> String {
    let text = text.trim();
    match text.parse::<Decimal>() {
        Ok(number) if text.contains('.') => number.normalize().to_string(),
        _ => text.to_owned(),
    }
}
