//! Wishlists: wire spec, section 8.9. The connector does not read them.

use super::super::flat_table::{Joins, Listing};
use super::super::{Call, Operations};
use crate::magento::columns::{self, SqlType};
use crate::magento::{Filters, Pager};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("wishlistList", wishlists),
    ("wishlistItemList", items),
    ("oroWishlistList", with_items),
    ("oroWishlistStatusList", deleted),
];

const fn listing(table: &'static str, key: &'static str, select: &'static str) -> Listing {
    Listing { table, alias: (key, key), joins: Joins::Nothing, select, order: "" }
}

const WISHLISTS: Listing = listing("wishlist", "wishlist_id", "SELECT `main_table`.* FROM `wishlist` AS `main_table`");
const ITEMS: Listing =
    listing("wishlist_item", "wishlist_item_id", "SELECT `main_table`.* FROM `wishlist_item` AS `main_table`");
const DELETED: Listing = listing(
    "oro_wishlist_status",
    "wishlist_id",
    "SELECT `main_table`.* FROM `oro_api_wishlist_status` AS `main_table`",
);

fn rows<'a>(call: &'a Call<'_>, listing: &Listing, pager: Pager) -> Result<Vec<&'a Row>, Refusal> {
    listing.find(call, pager).map(|found| pager.slice(found)).map_err(|error| error.uncaught(call))
}

fn plain(found: &[&Row]) -> SoapValue {
    found.iter().map(|row| row.to_struct().into()).collect::<Vec<SoapValue>>().into()
}

fn wishlists(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    rows(call, &WISHLISTS, Pager::All).map(|found| plain(&found))
}

fn items(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    rows(call, &ITEMS, Pager::All).map(|found| plain(&found))
}

/// The log of deleted wishlists, which only the Enterprise Edition fills.
fn deleted(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let pager = Pager::from_value(call.arguments.get("pager"))?;
    rows(call, &DELETED, pager).map(|found| plain(&found))
}

/// Which stores and websites wishlists are limited to. They only count when accounts belong to a website.
struct Limits {
    website: Option<Vec<String>>,
    store: Option<Vec<String>>,
}

impl Limits {
    /// Takes the two fields out of the filters.
    fn take(shop: &Shop, filters: &mut Filters) -> Result<Self, String> {
        let per_website = shop.settings.is_on("customer/account_share/scope");
        let mut ids = |field: &str, table: &'static str| -> Result<Option<Vec<String>>, String> {
            let Some(condition) = filters.fields.shift_remove(field).filter(|_| per_website) else { return Ok(None) };
            let column = columns::table(table).and_then(|table| table.column(field));
            let sql_type = column.map_or(SqlType::TEXT, |column| column.declared.sql_type);
            let test = condition.test(sql_type).map_err(|error| error.text(""))?;
            let rows = shop.database.table(table).iter();
            Ok(Some(rows.filter(|(_, row)| test.passes(row.get(field))).map(|(id, _)| id.to_string()).collect()))
        };
        Ok(Self { website: ids("website_id", "core_website")?, store: ids("store_id", "core_store")? })
    }

    fn admits_customer(&self, customer: Option<&Row>) -> bool {
        let Some(websites) = &self.website else { return true };
        customer.is_some_and(|customer| websites.iter().any(|id| customer.get("website_id") == Some(id)))
    }

    fn admits_store(&self, store: Option<&Row>) -> bool {
        let in_store = self
            .store
            .as_ref()
            .is_none_or(|ids| store.is_some_and(|store| ids.iter().any(|id| store.get("store_id") == Some(id))));
        let in_website = self
            .website
            .as_ref()
            .is_none_or(|ids| store.is_some_and(|store| ids.iter().any(|id| store.get("website_id") == Some(id))));
        in_store && in_website
    }
}

fn item(shop: &Shop, row: &Row, store: Option<&Row>) -> SoapStruct {
    let product = shop.database.table("catalog_product").row(row.int("product_id"));
    let of_product = |column: &str| product.and_then(|product| product.get(column)).map(str::to_owned);
    row.to_struct()
        .with("website_id", store.and_then(|store| store.get("website_id")))
        .with("sku", of_product("sku"))
        .with("product_name", of_product("name"))
}

fn with_items(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let pager = Pager::from_value(call.arguments.get("pager"))?;
    let mut filters = call.filters()?;
    let limits = Limits::take(call.shop, &mut filters).map_err(Refusal::ErrorPage)?;
    let found = WISHLISTS.find_with(call, filters, pager).map_err(|error| error.uncaught(call))?;
    let customer = |row: &Row| call.shop.database.table("customer").row(row.int("customer_id"));
    let found: Vec<&Row> = found.into_iter().filter(|row| limits.admits_customer(customer(row))).collect();
    let answer = pager.slice(found).into_iter().map(|row| {
        let items = call.shop.database.table("wishlist_item").with("wishlist_id", row.text("wishlist_id"));
        let items = items.filter_map(|(_, entry)| {
            let store = call.shop.database.table("core_store").row(entry.int("store_id"));
            limits.admits_store(store).then(|| item(call.shop, entry, store).into())
        });
        let items = items.collect::<Vec<SoapValue>>();
        let email = customer(row).and_then(|customer| customer.get("email"));
        row.to_struct().with("customer_email", email).with("items", items).into()
    });
    Ok(answer.collect::<Vec<SoapValue>>().into())
}
