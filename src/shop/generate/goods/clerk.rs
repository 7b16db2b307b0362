//! Puts goods in through the API: categories, products, pictures, options to write into.

use jiff::SignedDuration;

use super::series::{NAMES, Piece, SHELVES};
use crate::datetime;
use crate::shop::generate::recipe::{GenerateError, Random, Recipe};
use crate::shop::{Refusal, Shop};
use crate::soap::value::leading_int;
use crate::soap::{SoapStruct, SoapValue};

/// The user that every made-up shop has, and the built-in ones.
const USER: &str = "oro";
const KEY: &str = "oro-key-1";

/// Below this category every shop's catalogue begins.
const ROOT: &str = "2";

/// The set of a fresh install that holds everything.
const DEFAULT_SET: &str = "4";

/// A picture that is one by its first bytes, which are all that is looked at.
const PICTURE: &str = "iVBORw0KGgo=";

/// Whoever puts the goods in, logged in to the API.
pub(super) struct Clerk<'a> {
    pub(super) shop: &'a mut Shop,
    random: &'a mut Random,
    session: String,
    websites: Vec<SoapValue>,
    categories: Vec<String>,
    /// Days between which special prices hold: over since long, and without an end.
    from: String,
    over: String,
}

pub(super) fn money(cents: u32) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

impl<'a> Clerk<'a> {
    pub(super) fn new(shop: &'a mut Shop, recipe: &Recipe, random: &'a mut Random) -> Result<Self, GenerateError> {
        let login = SoapStruct::new().with("username", USER).with("apiKey", KEY);
        let said = |refusal: Refusal| GenerateError::Refused { operation: "login", why: refusal.to_string() };
        let session = shop.dispatch("login", &login).map_err(said)?.to_text().unwrap_or_default();
        let websites = shop.database.table("core_website").iter().map(|(id, _)| id).filter(|id| *id > 0);
        let websites = websites.map(|id| SoapValue::from(id.to_string())).collect();
        let from = datetime::to_sql(recipe.from);
        let over = recipe.from.checked_add(SignedDuration::from_hours(24 * 30)).unwrap_or(recipe.from);
        Ok(Self { shop, random, session, websites, categories: Vec::new(), from, over: datetime::to_sql(over) })
    }

    pub(super) fn call(&mut self, operation: &'static str, arguments: SoapStruct) -> Result<SoapValue, GenerateError> {
        let arguments = arguments.with("sessionId", self.session.as_str());
        let said = |refusal: Refusal| GenerateError::Refused { operation, why: refusal.to_string() };
        self.shop.dispatch(operation, &arguments).map_err(said)
    }

    pub(super) fn make_categories(&mut self) -> Result<(), GenerateError> {
        for (name, above) in SHELVES {
            let parent = above.and_then(|place| self.categories.get(place)).map_or(ROOT, String::as_str).to_owned();
            let data = SoapStruct::new()
                .with("name", *name)
                .with("is_active", "1")
                .with("include_in_menu", "1")
                .with("available_sort_by", vec![SoapValue::from("position"), "name".into(), "price".into()])
                .with("default_sort_by", "position")
                .with("description", format!("{name}: everything for the table."))
                .with("is_anchor", if above.is_none() { "1" } else { "0" });
            let made = self
                .call("catalogCategoryCreate", SoapStruct::new().with("parentId", parent).with("categoryData", data))?;
            self.categories.push(made.to_text().unwrap_or_default());
        }
        Ok(())
    }

    pub(super) fn make_product(&mut self, nth: u32, series: u32, piece: &Piece) -> Result<i64, GenerateError> {
        let named = u32::try_from(NAMES.len()).unwrap_or(1);
        let name = NAMES[usize::try_from(series % named).unwrap_or_default()];
        let again = if series < named { String::new() } else { format!(" {}", 1 + series / named) };
        let sku = format!("{}-{}", slug(name, &again), piece.sku);
        let arguments = SoapStruct::new()
            .with("type", piece.kind)
            .with("set", DEFAULT_SET)
            .with("sku", sku.as_str())
            .with("productData", self.product_data(nth, &format!("{name}{again} {}", piece.name), piece));
        let id = leading_int(&self.call("catalogProductCreate", arguments)?.to_text().unwrap_or_default());
        if piece.cents > 0 {
            self.picture(id, &sku)?;
        }
        if piece.sku == "tray" {
            self.engraving(id)?;
        }
        Ok(id)
    }

    /// Prices vary by series; every seventh product has a special price, half of which are over, and pots are cheaper by
    /// the dozen.
    fn product_data(&mut self, nth: u32, name: &str, piece: &Piece) -> SoapStruct {
        let shelf = self.categories.get(piece.shelf).cloned().unwrap_or_default();
        let top = self.categories.first().cloned().unwrap_or_default();
        let is_variant = piece.size.is_some();
        let cents = piece.cents + 50 * u32::try_from(self.random.below(8)).unwrap_or_default();
        let list = |texts: Vec<String>| texts.into_iter().map(SoapValue::from).collect::<Vec<_>>();
        let stock = SoapStruct::new()
            .with("qty", "1000000")
            .with("is_in_stock", "1")
            .with("manage_stock", "1")
            .with("use_config_manage_stock", "1");
        let mut data = SoapStruct::new()
            .with("name", name)
            .with("description", format!("{name}. Made by hand; sizes vary by ± 2 %."))
            .with("short_description", name)
            .with("status", if nth % 29 == 28 { "2" } else { "1" })
            .with("visibility", if is_variant { "1" } else { "4" })
            .with("tax_class_id", "2")
            .with("meta_title", name)
            .with("categories", list(if piece.shelf == 4 { vec![shelf] } else { vec![top, shelf] }))
            .with("website_ids", self.websites.clone())
            .with("stock_data", stock);
        if piece.cents > 0 {
            data.set("price", money(cents));
            if nth % 7 == 3 {
                data.set("special_price", money(cents * 4 / 5));
                data.set("special_from_date", self.from.as_str());
                if nth % 14 == 3 {
                    data.set("special_to_date", self.over.as_str());
                }
            }
        }
        if matches!(piece.kind, "simple") {
            data.set("weight", piece.weight);
        }
        if piece.sku == "pot" {
            let tier = |group: &str, qty: &str, cents: u32| {
                SoapStruct::new()
                    .with("customer_group_id", group)
                    .with("website", "all")
                    .with("qty", qty)
                    .with("price", money(cents))
                    .into()
            };
            data.set("tier_price", vec![tier("all", "12", cents * 9 / 10), tier("2", "24", cents * 3 / 4)]);
        }
        if piece.kind == "downloadable" {
            data.set("links_title", "Files");
            data.set("samples_title", "Samples");
            data.set("links_purchased_separately", "0");
        }
        if piece.kind == "bundle" {
            for column in ["price_type", "sku_type", "weight_type", "shipment_type", "price_view"] {
                data.set(column, "0");
            }
        }
        self.add_attributes(&mut data, piece);
        data
    }

    fn add_attributes(&self, data: &mut SoapStruct, piece: &Piece) {
        let pair =
            |key: &str, value: String| -> SoapValue { SoapStruct::new().with("key", key).with("value", value).into() };
        let mut single = Vec::new();
        if let Some(size) = piece.size {
            single.push(pair("size", self.option("size", size)));
        }
        if piece.kind == "simple" {
            single.push(pair("material", if piece.sku == "tray" { "Oak" } else { "Stoneware" }.to_owned()));
            let care = ["Dishwasher", "By hand"].map(|label| SoapValue::from(self.option("care", label))).to_vec();
            let multi = vec![SoapStruct::new().with("key", "care").with("value", care).into()];
            data.set("additional_attributes", SoapStruct::new().with("single_data", single).with("multi_data", multi));
        }
    }

    /// The id of an attribute of the seed's.
    pub(super) fn attribute(&self, code: &str) -> i64 {
        let mut rows = self.shop.database.table("eav_attribute").iter();
        rows.find(|(_, row)| row.get("attribute_code") == Some(code)).map_or(0, |(id, _)| id)
    }

    /// The id of an option of it.
    pub(super) fn option(&self, code: &str, label: &str) -> String {
        let attribute = self.attribute(code).to_string();
        let mut rows = self.shop.database.table("eav_attribute_option").with("attribute_id", &attribute);
        rows.find(|(_, row)| row.get("label") == Some(label)).map_or_else(String::new, |(id, _)| id.to_string())
    }

    fn picture(&mut self, product: i64, sku: &str) -> Result<(), GenerateError> {
        let file = SoapStruct::new().with("content", PICTURE).with("mime", "image/png").with("name", sku);
        let types = ["image", "small_image", "thumbnail"].map(SoapValue::from).to_vec();
        let data = SoapStruct::new()
            .with("file", file)
            .with("label", sku)
            .with("position", "1")
            .with("types", types)
            .with("exclude", "0");
        let arguments = SoapStruct::new().with("product", product).with("data", data);
        self.call("catalogProductAttributeMediaCreate", arguments).map(drop)
    }

    /// An option that a customer may write into.
    fn engraving(&mut self, product: i64) -> Result<(), GenerateError> {
        let field = SoapStruct::new()
            .with("price", "5.00")
            .with("price_type", "fixed")
            .with("sku", "engraving")
            .with("max_characters", "20");
        let data = SoapStruct::new()
            .with("title", "Engraving")
            .with("type", "field")
            .with("is_require", "0")
            .with("sort_order", "1")
            .with("additional_fields", vec![SoapValue::from(field)]);
        let arguments = SoapStruct::new().with("productId", product).with("data", data);
        self.call("catalogProductCustomOptionAdd", arguments).map(drop)
    }
}

/// A name as the beginning of an SKU.
fn slug(name: &str, again: &str) -> String {
    let plain = |letter: char| match letter {
        'è' => 'e',
        'ö' => 'o',
        other => other.to_ascii_lowercase(),
    };
    let number = again.trim();
    let name: String = name.chars().map(plain).collect();
    if number.is_empty() { name } else { format!("{name}-{number}") }
}
