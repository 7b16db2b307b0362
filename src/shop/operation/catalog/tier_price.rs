//! Tier prices: API resource `catalog_product_attribute_tier_price`.

use super::records;
use crate::shop::operation::{Call, Operations};
use crate::shop::sales::amount::{Amount, amount_of, money};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::value::leading_int;
use crate::soap::{SoapStruct, SoapValue, WireStyle};

pub(in crate::shop::operation) const OPERATIONS: Operations =
    &[("catalogProductAttributeTierPriceInfo", info), ("catalogProductAttributeTierPriceUpdate", update)];

const TABLE: &str = "catalog_product_tier_price";

/// What the API calls every group and every website.
const ALL: &str = "all";

/// A product's tier prices by quantity; those of the same one as they were made (tried on MariaDB 10.11).
fn sorted<'a>(shop: &'a Shop, product: &Row) -> Vec<&'a Row> {
    let mut rows = shop.database.table(TABLE).rows_with("product_id", product.text("entity_id"));
    rows.sort_by_key(|row| amount_of(row, "qty"));
    rows
}

/// A product's tier prices as the API gives them.
pub(super) fn of(shop: &Shop, product: &Row) -> SoapValue {
    let rows = sorted(shop, product).into_iter().map(|row| {
        let group = if row.get("all_groups") == Some("1") { ALL } else { row.text("customer_group_id") };
        let website =
            shop.database.table("core_website").row(row.int("website_id")).filter(|_| row.int("website_id") > 0);
        SoapStruct::new()
            .with("customer_group_id", group)
            .with("website", website.map_or(ALL, |website| website.text("code")))
            .with("qty", row.get("qty"))
            .with("price", row.get("value"))
            .into()
    });
    rows.collect::<Vec<SoapValue>>().into()
}

/// A product's tier prices as its own record has them: the price only.
pub(super) fn prices_of(shop: &Shop, product: &Row) -> SoapValue {
    let rows = sorted(shop, product).into_iter();
    rows.map(|row| SoapStruct::new().with("price", row.get("value")).into()).collect::<Vec<SoapValue>>().into()
}

/// Websites a product is in.
pub(super) fn websites_of(shop: &Shop, product: &Row) -> Vec<String> {
    let links = shop.database.table("catalog_product_website").with("product_id", product.text("entity_id"));
    links.map(|(_, link)| link.text("website_id").to_owned()).collect()
}

/// Rows of the tier prices that come with the data of a new product.
pub(super) fn read(call: &Call<'_>, list: Option<&SoapValue>, data: &SoapStruct) -> Result<Option<Vec<Row>>, Refusal> {
    let named = ["website_ids", "websites"].into_iter().flat_map(|name| super::texts(data.get(name)));
    let websites: Vec<String> = named.filter_map(|website| call.shop.website_id(&website)).collect();
    read_for(call, list, &websites)
}

/// Rows of tier prices for a product of these websites; `None` when there is no list.
pub(super) fn read_for(
    call: &Call<'_>,
    list: Option<&SoapValue>,
    websites: &[String],
) -> Result<Option<Vec<Row>>, Refusal> {
    // In WS-I an empty list is an object without members and no list.
    let is_wsi = call.shop.style() == WireStyle::WsI;
    if list.and_then(SoapValue::as_list).is_none_or(|rows| is_wsi && rows.is_empty()) {
        return Ok(None);
    }
    let mut rows = Vec::new();
    for tier in records(list) {
        let number = |name: &str| tier.text(name).and_then(|text| text.trim().parse::<Amount>().ok());
        let (Some(qty), Some(price)) = (number("qty"), number("price")) else {
            return Err(call.fault_with("data_invalid", "Invalid Tier Prices"));
        };
        // A row without a quantity is none.
        if qty.is_zero() {
            continue;
        }
        let website = tier.text("website").filter(|website| website != ALL);
        let website = website.and_then(|website| call.shop.website_id(&website)).unwrap_or_else(|| "0".to_owned());
        if website != "0" && !websites.contains(&website) {
            let text = "Invalid tier prices. The product is not associated to the requested website.";
            return Err(call.fault_with("data_invalid", text));
        }
        // Prices hold everywhere unless the catalogue is set up to have them per website.
        if website != "0" && !call.shop.settings.is_on("catalog/price/scope") {
            continue;
        }
        let group = tier.text("customer_group_id").filter(|group| group != ALL);
        let is_same = |row: &Row| {
            // All groups are not the group of those who are not logged in, whose number is 0.
            let theirs = Some(row.text("customer_group_id")).filter(|_| row.get("all_groups") == Some("0"));
            (row.text("website_id"), theirs, row.text("qty"))
                == (website.as_str(), group.as_deref(), money(qty).as_str())
        };
        if rows.iter().any(is_same) {
            return Err(call.uncaught("Duplicate website tier price customer group and quantity."));
        }
        if group.as_deref().is_some_and(|id| call.shop.database.table("customer_group").row(leading_int(id)).is_none())
        {
            return Err(call.uncaught(
                "SQLSTATE[23000]: Integrity constraint violation: 1452 Cannot add or update a child row: a foreign key \
                 constraint fails (`magento`.`catalog_product_entity_tier_price`, CONSTRAINT \
                 `FK_6E08D719F0501DD1D8E6D4EFF2511C85` FOREIGN KEY (`customer_group_id`) REFERENCES `customer_group` \
                 (`customer_group_id`) ON DELETE CASCADE ON UPDATE CASCADE), query was: INSERT INTO \
                 `catalog_product_entity_tier_price` (`entity_id`, `all_groups`, `customer_group_id`, `qty`, `value`, \
                 `website_id`) VALUES (?, ?, ?, ?, ?, ?)",
            ));
        }
        rows.push(
            Row::new()
                .with("all_groups", if group.is_none() { "1" } else { "0" })
                .with("customer_group_id", group.unwrap_or_else(|| "0".to_owned()))
                .with("qty", money(qty))
                .with("value", money(price))
                .with("website_id", website),
        );
    }
    Ok(Some(rows))
}

impl Shop {
    /// Puts tier prices in place of those a product had. One for the same website, group and quantity keeps its place.
    pub(super) fn set_tier_prices(&mut self, product: &str, rows: Vec<Row>) {
        const KEY: [&str; 4] = ["website_id", "all_groups", "customer_group_id", "qty"];
        let table = self.database.table_mut(TABLE);
        let known: Vec<(i64, Row)> = table.with("product_id", product).map(|(id, row)| (id, row.clone())).collect();
        let is_same = |one: &Row, other: &Row| KEY.iter().all(|column| one.text(column) == other.text(column));
        for (id, _) in known.iter().filter(|(_, old)| !rows.iter().any(|row| is_same(row, old))) {
            table.remove(*id);
        }
        for row in rows {
            match known.iter().find(|(_, old)| is_same(&row, old)) {
                Some((id, _)) => {
                    table.update(*id, |old| old.set("value", row.text("value")));
                }
                None => {
                    table.insert(row.with("product_id", product));
                }
            }
        }
    }
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let product = super::load(call, "product_not_exists")?;
    Ok(of(call.shop, &product))
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let product = super::load(call, "product_not_exists")?;
    let websites = websites_of(call.shop, &product);
    let list = ["tier_price", "tierPrices"].into_iter().find_map(|name| call.arguments.get(name));
    let rows =
        read_for(call, list, &websites)?.ok_or_else(|| call.fault_with("data_invalid", "Invalid Tier Prices"))?;
    call.shop.set_tier_prices(product.text("entity_id"), rows);
    let now = call.shop.now_sql();
    call.shop.database.table_mut("catalog_product").update(product.int("entity_id"), |row| row.set("updated_at", now));
    Ok(true.into())
}
