//! Creating, changing and deleting products. What a product must have is not looked at: Magento's own check throws its
//! findings away, except for the SKU.

use super::product::check_kind;
use super::url_key::url_key;
use super::{records, store_of, texts};
use crate::magento::columns::saved::InvalidDate;
use crate::magento::columns::{self, collation};
use crate::shop::operation::{Call, Operations, entity_table};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::value::leading_int;
use crate::soap::{SoapStruct, SoapValue, WireStyle};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductCreate", create),
    ("catalogProductUpdate", update),
    ("catalogProductMultiUpdate", multi_update),
    ("catalogProductSetSpecialPrice", set_special_price),
    ("catalogProductDelete", delete),
];

const TABLE: &str = "catalog_product";

/// Characters an SKU may have.
const SKU_MAX: usize = 64;

/// Fields of the record that are no attributes.
const NO_ATTRIBUTES: &[&str] =
    &["categories", "websites", "category_ids", "website_ids", "stock_data", "tier_price", "additional_attributes"];

/// Sets what the data brings and both the attribute set and the product's type have; an empty text empties an
/// attribute, and a `false`, which only version 1 can send, takes its value away. A bundle without a weight of its own has none.
fn fill(shop: &Shop, row: &mut Row, data: &SoapStruct) -> Result<(), InvalidDate> {
    let set = row.int("attribute_set_id");
    let known: Vec<String> = shop.attributes_of_set(set).into_iter().map(|attribute| attribute.code).collect();
    let mut given: Vec<(String, Option<String>)> = Vec::new();
    for (code, value) in data.iter().filter(|(code, value)| !NO_ATTRIBUTES.contains(code) && !value.is_nil()) {
        given.push((code.to_owned(), entity_table::joined(value)));
    }
    let gone = data.iter().filter(|(_, value)| matches!(value, SoapValue::Bool(false)));
    let gone: Vec<&str> = gone.map(|(code, _)| code).collect();
    let additional = data.get("additional_attributes").and_then(SoapValue::as_struct).cloned().unwrap_or_default();
    for pair in records(additional.get("single_data")) {
        given.push((pair.text("key").unwrap_or_default(), pair.text("value")));
    }
    for pair in records(additional.get("multi_data")) {
        given.push((pair.text("key").unwrap_or_default(), Some(texts(pair.get("value")).join(","))));
    }
    for (code, text) in given {
        let column = matches!(code.as_str(), "has_options" | "required_options");
        if !column && !known.contains(&code) || !applies(&code, row.text("type_id")) {
            continue;
        }
        let text = match text {
            Some(text) if code == "url_key" => url_key(&text),
            other => other.unwrap_or_default(),
        };
        let value = shop.saved(TABLE, &code, &text)?;
        if !column && gone.contains(&code.as_str()) && !columns::table(TABLE).is_some_and(|it| it.is_static(&code)) {
            row.remove(&code);
            continue;
        }
        row.set_opt(code, value);
    }
    let has_own_weight = !matches!(row.text("weight_type"), "" | "0");
    if row.text("type_id") == "bundle" && !has_own_weight {
        row.remove("weight");
    }
    Ok(())
}

/// Whether products of a type have an attribute.
pub(super) fn applies(code: &str, product_type: &str) -> bool {
    let attribute = columns::attributes(TABLE).and_then(|known| known.get(code));
    attribute.is_none_or(|attribute| attribute.applies_to(product_type))
}

/// Values of a new product that is given none.
fn set_defaults(row: &mut Row) {
    for (code, attribute) in columns::attributes(TABLE).into_iter().flatten() {
        if let Some(default) = attribute.saved_default().filter(|_| attribute.applies_to(row.text("type_id"))) {
            row.set_default(code, default);
        }
    }
}

impl Shop {
    /// Puts the links of a product in a table in place of those it had; rows that stay keep what else they hold.
    fn relink(&mut self, table: &'static str, column: &str, product: &str, ids: &[String]) {
        let old: Vec<(i64, String)> = self
            .database
            .table(table)
            .with("product_id", product)
            .map(|(id, row)| (id, row.text(column).to_owned()))
            .collect();
        for (id, _) in old.iter().filter(|(_, known)| !ids.contains(known)) {
            self.database.table_mut(table).remove(*id);
        }
        for id in ids.iter().filter(|id| !old.iter().any(|(_, known)| known == *id)) {
            let mut row = Row::new().with(column, id.as_str()).with("product_id", product);
            if table == "catalog_category_product" {
                row.set("position", "1");
            }
            self.database.table_mut(table).insert(row);
        }
    }

    /// Websites, categories, stock and tier prices that come with a product's data.
    fn relate(&mut self, product: &str, data: &SoapStruct) {
        // In WS-I an empty list is an object without members, which Magento takes for none.
        let is_wsi = self.style() == WireStyle::WsI;
        let list = |name: &str| {
            let given = data.get(name).and_then(SoapValue::as_list).filter(|given| !is_wsi || !given.is_empty());
            given.map(|_| texts(data.get(name)))
        };
        let numbers = |ids: Vec<String>| ids.iter().map(|id| leading_int(id).to_string()).collect::<Vec<_>>();
        if let Some(ids) = list("website_ids").map(numbers) {
            self.relink("catalog_product_website", "website_id", product, &ids);
        }
        if let Some(named) = list("websites") {
            let ids: Vec<String> =
                named.into_iter().map(|website| self.website_id(&website).unwrap_or(website)).collect();
            self.relink("catalog_product_website", "website_id", product, &ids);
        }
        if let Some(mut ids) = list("categories").or_else(|| list("category_ids")).map(numbers) {
            ids.retain(|id| self.database.table("catalog_category").row(leading_int(id)).is_some());
            self.relink("catalog_category_product", "category_id", product, &ids);
        }
        if let Some(stock) = data.get("stock_data").and_then(SoapValue::as_struct) {
            let mut stock = stock.clone();
            // What is said of one of these is meant, unless the configuration's word is said to hold.
            for (column, of_config) in OWN_SETTINGS {
                let is_said = |column: &str| stock.get(column).is_some_and(|value| !value.is_nil());
                if is_said(column) && !is_said(of_config) {
                    stock.set(*of_config, "0");
                }
            }
            self.set_stock(product, &stock);
        }
    }

    /// The id of a website by its code or id.
    pub(super) fn website_id(&self, code_or_id: &str) -> Option<String> {
        let mut websites = self.database.table("core_website").iter();
        let found = websites.find(|(id, row)| row.text("code") == code_or_id || id.to_string() == code_or_id);
        found.map(|(id, _)| id.to_string())
    }

    /// Whether a product has that path in addresses.
    pub(super) fn has_url_path(&self, path: &str) -> bool {
        let mut products = self.database.table(TABLE).iter();
        products.any(|(_, row)| row.get("url_path").is_some_and(|known| collation::equal(known, path)))
    }

    /// Removes a product and everything that hangs on it.
    pub(super) fn remove_product(&mut self, product: i64) {
        self.delete_row(TABLE, product);
    }
}

/// Settings of a stock item that hold for it once they are given with its product, and the flags that say otherwise.
const OWN_SETTINGS: &[(&str, &str)] = &[
    ("min_qty", "use_config_min_qty"),
    ("min_sale_qty", "use_config_min_sale_qty"),
    ("max_sale_qty", "use_config_max_sale_qty"),
    ("backorders", "use_config_backorders"),
    ("notify_stock_qty", "use_config_notify_stock_qty"),
    ("enable_qty_increments", "use_config_enable_qty_inc"),
    ("qty_increments", "use_config_qty_increments"),
];

/// What the check of an SKU says.
fn check_sku(shop: &Shop, sku: &str, product: Option<i64>) -> Result<(), String> {
    if sku.chars().count() > SKU_MAX {
        return Err(format!("SKU length should be {SKU_MAX} characters maximum."));
    }
    // Compared without the blanks around it, kept with them.
    let mut others = shop.database.table(TABLE).with("sku", sku.trim());
    if others.any(|(id, _)| Some(id) != product) {
        return Err("The value of attribute \"SKU\" must be unique".to_owned());
    }
    Ok(())
}

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (kind, set, sku) = (call.text("type"), call.text("set"), call.text("sku"));
    let missing = |text: &str| text.is_empty() || text == "0";
    if missing(&kind) || missing(&set) || missing(&sku) {
        return Err(call.fault("data_invalid"));
    }
    check_kind(call, &kind, &set)?;
    let store = store_of(call)?;
    let data = product_data(call)?;
    let now = call.shop.now_sql();
    let mut row = Row::new()
        .with("entity_type_id", "4")
        .with("attribute_set_id", set)
        .with("type_id", kind)
        .with("sku", sku.as_str())
        .with("has_options", "0")
        .with("required_options", "0")
        .with("created_at", now.as_str())
        .with("updated_at", now);
    fill(call.shop, &mut row, &data).map_err(|error| call.uncaught(error.to_string()))?;
    set_defaults(&mut row);
    check_sku(call.shop, row.text("sku"), None).map_err(|text| call.uncaught(text))?;
    let tiers = super::tier_price::read(call, data.get("tier_price"), &data)?;
    for media in ["image", "small_image", "thumbnail"] {
        row.set_default(media, "no_selection");
    }
    if row.text("url_key").is_empty()
        && let key = url_key(row.text("name"))
        && !key.is_empty()
    {
        row.set("url_key", key);
    }
    // The path is made with the addresses of the product's websites.
    let by_id = texts(data.get("website_ids")).into_iter().any(|id| leading_int(&id) > 0);
    let by_name = texts(data.get("websites")).iter().any(|website| call.shop.website_id(website).is_some());
    let has_websites = by_id || by_name;
    let path = has_websites.then(|| format!("{}.html", row.text("url_key")));
    let is_taken = path.as_deref().is_some_and(|path| call.shop.has_url_path(path));
    if row.text("url_path").is_empty()
        && let Some(path) = path.filter(|_| !is_taken)
    {
        row.set("url_path", path);
    }
    start_special_price(call.shop, &mut row);
    if let Err(refusal) = check_websites(call, &data) {
        call.shop.database.table_mut(TABLE).skip_id();
        return Err(refusal);
    }
    let id = call.shop.database.table_mut(TABLE).insert(row);
    let name = id.to_string();
    if is_taken {
        call.shop.database.table_mut(TABLE).update(id, |row| {
            let path = format!("{}-{id}.html", row.text("url_key"));
            row.set("url_path", path);
        });
    }
    call.shop.keep_in_store(TABLE, id, store);
    // Whose stock the call does not tell is not counted; otherwise the configuration says whether it is.
    let is_told = match data.get("stock_data") {
        Some(SoapValue::Struct(_)) => true,
        given => given.is_some() && !call.given.is_version1,
    };
    let counted = SoapStruct::new().with("use_config_manage_stock", if is_told { "1" } else { "0" });
    call.shop.set_stock(&name, &counted);
    call.shop.relate(&name, &data);
    if let Some(tiers) = tiers {
        call.shop.set_tier_prices(&name, tiers);
    }
    Ok(id.into())
}

/// The data of a product; without any it is not valid.
fn product_data(call: &Call<'_>) -> Result<SoapStruct, Refusal> {
    let given = call.arguments.get("productData").and_then(SoapValue::as_struct);
    given.cloned().ok_or_else(|| call.fault("data_invalid"))
}

/// A special price without a beginning begins with this minute, by the shop's own time.
fn start_special_price(shop: &Shop, row: &mut Row) {
    let is_set = !matches!(row.text("special_price"), "" | "0");
    if is_set && row.text("special_from_date").is_empty() {
        let now = shop.config.clock.now();
        let local = crate::datetime::to_iso_in(now, &shop.settings.time_zone());
        // It is written in the short form of dates in between, which knows no seconds.
        row.set("special_from_date", format!("{}:00", local.get(..16).unwrap_or_default().replace('T', " ")));
    }
}

/// The database refuses websites that do not exist.
fn check_websites(call: &Call<'_>, data: &SoapStruct) -> Result<(), Refusal> {
    let websites = call.shop.database.table("core_website");
    let unknown = texts(data.get("website_ids")).iter().map(|id| leading_int(id)).any(|id| websites.row(id).is_none());
    if !unknown {
        return Ok(());
    }
    Err(call.uncaught(
        "SQLSTATE[23000]: Integrity constraint violation: 1452 Cannot add or update a child row: a foreign key constraint \
         fails (`magento`.`catalog_product_website`, CONSTRAINT `FK_CAT_PRD_WS_WS_ID_CORE_WS_WS_ID` FOREIGN KEY \
         (`website_id`) REFERENCES `core_website` (`website_id`) ON DELETE CASCADE ON UPDATE CASCADE)",
    ))
}

/// Changes one product by its data, in a store view.
fn save(call: &mut Call<'_>, product: &Row, data: &SoapStruct, store: i64) -> Result<(), Refusal> {
    let shown = call.shop.in_store(TABLE, product, store).into_owned();
    let mut row = shown.clone();
    let id = row.int("entity_id");
    fill(call.shop, &mut row, data).map_err(|error| call.uncaught(error.to_string()))?;
    if data.get("sku").is_some() {
        check_sku(call.shop, row.text("sku"), Some(id)).map_err(|text| call.uncaught(text))?;
    }
    let websites = super::tier_price::websites_of(call.shop, product);
    let tiers = super::tier_price::read_for(call, data.get("tier_price"), &websites)?;
    start_special_price(call.shop, &mut row);
    check_websites(call, data)?;
    row.set("updated_at", call.shop.now_sql());
    call.shop.save_in_store(TABLE, &shown, row, store);
    call.shop.relate(&id.to_string(), data);
    if let Some(tiers) = tiers {
        call.shop.set_tier_prices(&id.to_string(), tiers);
    }
    Ok(())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let store = store_of(call)?;
    let product = super::load(call, "product_not_exists")?;
    let data = product_data(call)?;
    save(call, &product, &data, store)?;
    Ok(true.into())
}

/// Changes many products; one that fails does not keep the others from being changed.
fn multi_update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    super::check_list(call, "productIds")?;
    let (ids, data) = (texts(call.arguments.get("productIds")), records(call.arguments.get("productData")));
    if ids.len() != data.len() {
        return Err(call.fault("multi_update_not_match"));
    }
    let by = super::product::IdentifiedBy::read(call.arguments.text("identifierType").as_deref());
    let store = store_of(call)?;
    let mut failed = Vec::new();
    for (id, data) in ids.iter().zip(&data) {
        let outcome = match super::product::find(call.shop, id, by).cloned() {
            Some(product) => save(call, &product, data, store),
            // Here it is the name of the fault that Magento tells.
            None => {
                failed.push(format!("Product ID {}:\n product_not_exists", leading_int(id)));
                continue;
            }
        };
        if let Err(Refusal::Fault(fault)) = outcome {
            failed.push(format!("Product ID {id}:\n{}", fault.string));
        }
    }
    if failed.is_empty() { Ok(true.into()) } else { Err(call.fault_with("partially_updated", failed.join("\n"))) }
}

fn set_special_price(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let store = store_of(call)?;
    let product = super::load(call, "product_not_exists")?;
    let mut data = SoapStruct::new();
    for (argument, code) in
        [("specialPrice", "special_price"), ("fromDate", "special_from_date"), ("toDate", "special_to_date")]
    {
        if let Some(text) = call.arguments.text(argument) {
            data.set(code, text);
        }
    }
    save(call, &product, &data, store)?;
    Ok(true.into())
}

fn delete(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let product = super::load(call, "product_not_exists")?;
    call.shop.remove_product(product.int("entity_id"));
    Ok(true.into())
}
