//! Pictures of products: API resource `catalog_product_attribute_media`. What is in a picture is looked at and thrown
//! away: its address tells where Magento would serve it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use super::{check_store, current_store, texts};
use crate::shop::operation::{Call, Operations};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductAttributeMediaCurrentStore", current_store),
    ("catalogProductAttributeMediaList", list),
    ("catalogProductAttributeMediaInfo", info),
    ("catalogProductAttributeMediaTypes", types),
    ("catalogProductAttributeMediaCreate", create),
    ("catalogProductAttributeMediaUpdate", update),
    ("catalogProductAttributeMediaRemove", remove),
];

const TABLE: &str = "catalog_product_media_gallery";

/// Attributes that name one of the pictures.
const TYPES: &[&str] = &["image", "small_image", "thumbnail"];

/// What such an attribute holds when it names none.
const NO_SELECTION: &str = "no_selection";

/// Kinds of pictures: type, extension and the bytes they begin with.
const KINDS: &[(&str, &str, &[u8])] = &[
    ("image/jpeg", "jpg", b"\xff\xd8\xff"),
    ("image/gif", "gif", b"GIF8"),
    ("image/png", "png", b"\x89PNG\r\n\x1a\n"),
];

fn listed(shop: &Shop, product: &Row, image: &Row) -> SoapStruct {
    let file = image.text("file");
    let types = TYPES.iter().filter(|code| product.get(code) == Some(file)).map(|code| SoapValue::from(*code));
    SoapStruct::new()
        .with("file", file)
        .with("label", image.text("label"))
        .with("position", image.get("position"))
        .with("exclude", image.get("disabled"))
        .with("url", format!("{}media/catalog/product{file}", shop.base_url()))
        .with("types", types.collect::<Vec<_>>())
}

fn gallery(shop: &Shop, product: &Row) -> Vec<Row> {
    let rows = shop.database.table(TABLE).with("product_id", product.text("entity_id"));
    let mut rows: Vec<Row> = rows.map(|(_, row)| row.clone()).collect();
    rows.sort_by_key(|row| row.int("position"));
    rows
}

/// The product a call names; its attribute set must have a gallery.
fn product(call: &Call<'_>) -> Result<Row, Refusal> {
    check_store(call)?;
    let product = super::load(call, "product_not_exists")?;
    let set = product.int("attribute_set_id");
    let has_gallery = call.shop.attributes_of_set(set).iter().any(|attribute| attribute.code == "media_gallery");
    if has_gallery { Ok(product) } else { Err(call.fault("not_media")) }
}

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let product = product(call)?;
    let images = gallery(call.shop, &product);
    Ok(images.iter().map(|image| listed(call.shop, &product, image).into()).collect::<Vec<SoapValue>>().into())
}

/// The product and the picture a call is about.
fn load(call: &Call<'_>) -> Result<(Row, Row), Refusal> {
    let product = product(call)?;
    let file = call.text("file");
    let image = gallery(call.shop, &product).into_iter().find(|image| image.text("file") == file);
    Ok((product, image.ok_or_else(|| call.fault("not_exists"))?))
}

fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (product, image) = load(call)?;
    Ok(listed(call.shop, &product, &image).into())
}

fn types(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let set = call.int("setId");
    let all = call.shop.attributes_of_set(set);
    let media = all.iter().filter(|attribute| attribute.input == "media_image");
    let rows = media.map(|attribute| {
        SoapStruct::new().with("code", attribute.code.as_str()).with("scope", attribute.scope.as_str()).into()
    });
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// The extension of a picture that a call brings, once it is known to be one.
fn check_picture(call: &Call<'_>, file: &SoapStruct, not_base64: &str) -> Result<&'static str, Refusal> {
    let mime = file.text("mime").unwrap_or_default();
    let Some((_, extension, magic)) = KINDS.iter().find(|(kind, _, _)| *kind == mime) else {
        return Err(call.fault_with("data_invalid", "Invalid image type."));
    };
    let content: String = file.text("content").unwrap_or_default().split_whitespace().collect();
    let bytes = BASE64.decode(content).ok().filter(|bytes| !bytes.is_empty());
    let Some(bytes) = bytes else { return Err(call.fault_with("data_invalid", not_base64)) };
    let is_picture = bytes.starts_with(magic) || KINDS.iter().any(|(_, _, magic)| bytes.starts_with(magic));
    if is_picture { Ok(extension) } else { Err(call.fault_with("not_created", "Unsupported image format.")) }
}

/// Where a new file goes: in folders of its first two letters, numbered when the name is taken.
fn free_path(shop: &Shop, name: &str, extension: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.') { c } else { '_' };
    let mut name: String = name.chars().map(plain).collect();
    if name.chars().all(|c| c == '_') {
        name = "file".to_owned();
    }
    let folders: String =
        format!("{name}.{extension}").chars().take(2).map(|c| format!("/{}", if c == '.' { '_' } else { c })).collect();
    let is_taken = |path: &str| shop.database.table(TABLE).iter().any(|(_, row)| row.text("file") == path);
    let numbered = |number: usize| match number {
        0 => format!("{folders}/{name}.{extension}"),
        _ => format!("{folders}/{name}_{number}.{extension}"),
    };
    (0..).map(numbered).find(|path| !is_taken(path)).unwrap_or_default()
}

fn set_image(row: &mut Row, data: &SoapStruct) {
    for (field, column) in [("label", "label"), ("position", "position"), ("exclude", "disabled")] {
        if let Some(text) = data.text(field) {
            row.set(column, text);
        }
    }
}

impl Shop {
    /// Makes a picture the one that some attributes of its product name, and of those only; the others that named it get
    /// `instead`, or lose their value.
    fn set_media_types(&mut self, product: i64, file: &str, types: &[String], instead: Option<&str>) {
        let now = self.now_sql();
        self.database.table_mut("catalog_product").update(product, |row| {
            for code in TYPES {
                if types.iter().any(|wanted| wanted == code) {
                    row.set(*code, file);
                } else if row.get(code) == Some(file) {
                    match instead {
                        Some(instead) => row.set(*code, instead),
                        None => drop(row.remove(code)),
                    }
                }
            }
            row.set("updated_at", now);
        });
    }
}

fn create(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let product = product(call)?;
    let data = call.record("data");
    let file = data.get("file").and_then(SoapValue::as_struct).cloned().unwrap_or_default();
    if file.text("mime").is_none() || file.text("content").is_none() {
        return Err(call.fault_with("data_invalid", "The image is not specified."));
    }
    let extension = check_picture(call, &file, "The image contents is not valid base64 data.")?;
    let name = file.text("name").filter(|name| !name.is_empty()).unwrap_or_else(|| "image".to_owned());
    if name.contains(['/', '\\']) {
        // The file would stand outside of the folder that was made for it, and is not there afterwards.
        return Err(call.fault_with("not_created", "Cannot create image."));
    }
    let path = free_path(call.shop, &name, extension);
    let last = gallery(call.shop, &product).iter().map(|row| row.int("position")).max().unwrap_or_default();
    let mut row = Row::new()
        .with("product_id", product.text("entity_id"))
        .with("file", path.as_str())
        .with("label", "")
        .with("position", (last + 1).to_string())
        .with("disabled", "1");
    set_image(&mut row, &data);
    call.shop.database.table_mut(TABLE).insert(row);
    call.shop.set_media_types(product.int("entity_id"), &path, &texts(data.get("types")), None);
    Ok(path.into())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (product, image) = load(call)?;
    let data = call.record("data");
    let file = data.get("file").and_then(SoapValue::as_struct).cloned().unwrap_or_default();
    if file.text("mime").is_some() && file.text("content").is_some() {
        check_picture(call, &file, "Image content is not valid base64 data.")?;
    }
    call.shop.database.table_mut(TABLE).update(image.int("value_id"), |row| set_image(row, &data));
    if data.get("types").and_then(SoapValue::as_list).is_some() {
        call.shop.set_media_types(product.int("entity_id"), image.text("file"), &texts(data.get("types")), None);
    }
    Ok(true.into())
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let (product, image) = load(call)?;
    call.shop.set_media_types(product.int("entity_id"), image.text("file"), &[], Some(NO_SELECTION));
    call.shop.database.table_mut(TABLE).remove(image.int("value_id"));
    Ok(true.into())
}
