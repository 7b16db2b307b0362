//! Files and addresses that a customer buys: API resource `catalog_product_downloadable_link`. Files are looked at and
//! thrown away; what the API tells of them is kept.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use regex::Regex;

use super::check_store;
use crate::shop::operation::{Call, Operations};
use crate::shop::sales::amount::{Amount, money};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductDownloadableLinkAdd", add),
    ("catalogProductDownloadableLinkList", list),
    ("catalogProductDownloadableLinkRemove", remove),
];

const LINKS: &str = "downloadable_link";
const SAMPLES: &str = "downloadable_sample";

/// Addresses that pass.
static URL: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(https?|ftp)://[a-z0-9+$_-]+(\.[a-z0-9+$_-]+)*(:[0-9]{2,5})?(/[^\s<>\x22]*)?(\?[^\s<>\x22]*)?$")
        .unwrap_or_else(|error| panic!("the built-in pattern of addresses is broken: {error}"))
});

/// What a call adds or removes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Link,
    Sample,
}

impl Kind {
    fn read(call: &Call<'_>) -> Result<Self, Refusal> {
        match call.text("resourceType").as_str() {
            "link" => Ok(Self::Link),
            "sample" => Ok(Self::Sample),
            _ => Err(call.fault_with("validation_error", "unknown_resource_type")),
        }
    }

    fn table(self) -> &'static str {
        match self {
            Self::Link => LINKS,
            Self::Sample => SAMPLES,
        }
    }
}

/// A file or an address, once it is known to be one. The check's findings are names, which the client gets as text.
struct Content {
    is_file: bool,
    url: String,
    file: Option<(String, usize)>,
}

impl Content {
    fn read(data: &SoapStruct, url: &str) -> Result<Self, &'static str> {
        let url = data.text(url).unwrap_or_default();
        if !url.is_empty() && !URL.is_match(&url) {
            return Err("url_not_valid");
        }
        if data.text("type").as_deref() == Some("url") {
            return if url.is_empty() { Err("empty_url") } else { Ok(Self { is_file: false, url, file: None }) };
        }
        let file = data.get("file").and_then(SoapValue::as_struct).cloned().unwrap_or_default();
        let name = file.text("name").filter(|name| !name.is_empty()).ok_or("no_filename")?;
        let content = file.text("base64_content").filter(|text| !text.is_empty()).ok_or("no_file_base64_content")?;
        let content: String = content.split_whitespace().collect();
        let bytes = BASE64.decode(content).map_err(|_| "no_file_base64_content")?;
        Ok(Self { is_file: true, url: String::new(), file: Some((name, bytes.len())) })
    }

    /// Sets the columns that begin with `prefix`.
    fn store(self, row: &mut Row, prefix: &str) {
        row.set(format!("{prefix}_type"), if self.is_file { "file" } else { "url" });
        row.set_opt(format!("{prefix}_url"), (!self.is_file).then_some(self.url));
        if let Some((name, size)) = self.file {
            let folders: String = name.chars().take(2).map(|c| format!("/{}", c.to_ascii_lowercase())).collect();
            row.set(format!("{prefix}_file"), format!("{folders}/{name}"));
            row.set(format!("{prefix}_size"), size.to_string());
        }
    }
}

fn product(call: &Call<'_>) -> Result<Row, Refusal> {
    check_store(call)?;
    let product = super::load(call, "product_not_exists")?;
    if product.get("type_id") == Some("downloadable") {
        Ok(product)
    } else {
        Err(call.fault("product_not_downloadable"))
    }
}

/// The row that a call's record makes.
fn read(data: &SoapStruct, kind: Kind) -> Result<Row, &'static str> {
    let title = data.text("title").filter(|title| !title.is_empty()).ok_or("no_title")?;
    let number = |name: &str| data.get(name).and_then(SoapValue::to_int).unwrap_or_default();
    let mut row = Row::new().with("title", title).with("sort_order", number("sort_order").to_string());
    if kind == Kind::Sample {
        Content::read(data, "sample_url")?.store(&mut row, "sample");
        return Ok(row);
    }
    let price = data.text("price").and_then(|price| price.trim().parse::<Amount>().ok()).unwrap_or_default();
    row.set("price", money(price));
    let downloads = if number("is_unlimited") == 1 { 0 } else { number("number_of_downloads") };
    row.set("number_of_downloads", downloads.to_string());
    let shareable = Some(number("is_shareable")).filter(|value| (0..=2).contains(value)).unwrap_or(2);
    row.set("is_shareable", shareable.to_string());
    Content::read(data, "link_url")?.store(&mut row, "link");
    let sample = data.get("sample").and_then(SoapValue::as_struct).cloned().unwrap_or_default();
    Content::read(&sample, "url")?.store(&mut row, "sample");
    Ok(row)
}

fn add(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let kind = Kind::read(call)?;
    let data = call.record("resource");
    let row = read(&data, kind);
    // Title and address are looked at before the sample, which PHP 8 wants to be an array; version 2 puts an empty one there.
    let comes_first = matches!(row, Err("no_title" | "url_not_valid"));
    if call.given.is_version1 && kind == Kind::Link && call.shop.flavor().names_arguments() && !comes_first {
        let given = match data.get("sample") {
            None | Some(SoapValue::Nil) => Some("null"),
            Some(SoapValue::Text(_)) => Some("string"),
            Some(SoapValue::Int(_)) => Some("int"),
            Some(_) => None,
        };
        if let Some(given) = given {
            let text = format!("array_key_exists(): Argument #2 ($array) must be of type array, {given} given");
            return Err(Refusal::Thrown(text));
        }
    }
    let mut row = row.map_err(|name| call.fault_with("validation_error", name))?;
    let product = product(call)?;
    row.set("product_id", product.text("entity_id"));
    call.shop.database.table_mut(kind.table()).insert(row);
    if kind == Kind::Link {
        let id = product.int("entity_id");
        call.shop.database.table_mut("catalog_product").update(id, |row| row.set("links_exist", "1"));
    }
    Ok(true.into())
}

/// What is told of a stored file.
fn file(row: &Row, prefix: &str) -> Option<SoapValue> {
    let path = row.get(&format!("{prefix}_file"))?;
    let name = path.rsplit('/').next().unwrap_or(path);
    let size = row.int(&format!("{prefix}_size"));
    let file = SoapStruct::new().with("file", path).with("name", name).with("size", size).with("status", "old");
    Some(vec![file.into()].into())
}

fn listed_link(row: &Row) -> SoapStruct {
    let columns = [
        "link_id",
        "title",
        "price",
        "number_of_downloads",
        "is_shareable",
        "link_url",
        "link_type",
        "sample_file",
        "sample_url",
        "sample_type",
        "sort_order",
    ];
    let mut answer = super::pick(row, &columns.map(|column| (column, column)));
    for (prefix, name) in [("link", "file_save"), ("sample", "sample_file_save")] {
        if let Some(file) = file(row, prefix) {
            answer.set(name, file);
        }
    }
    if row.get("number_of_downloads") == Some("0") {
        answer.set("is_unlimited", 1);
    }
    answer
}

fn sorted(shop: &Shop, table: &'static str, product: &Row) -> Vec<Row> {
    let rows = shop.database.table(table).with("product_id", product.text("entity_id"));
    let mut rows: Vec<Row> = rows.map(|(_, row)| row.clone()).collect();
    rows.sort_by_key(|row| row.int("sort_order"));
    rows
}

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let product = product(call)?;
    let links =
        sorted(call.shop, LINKS, &product).iter().map(|row| listed_link(row).into()).collect::<Vec<SoapValue>>();
    let samples = sorted(call.shop, SAMPLES, &product);
    let samples = samples.iter().map(|row| {
        let mut answer = row.to_struct();
        for name in ["default_title", "store_title"] {
            answer.set(name, row.get("title"));
        }
        answer.into()
    });
    let samples = samples.collect::<Vec<SoapValue>>();
    Ok(SoapStruct::new().with("links", links).with("samples", samples).into())
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let kind = Kind::read(call)?;
    let id = call.int("linkId");
    let removed = call.shop.database.table_mut(kind.table()).remove(id);
    if removed.is_some() { Ok(true.into()) } else { Err(call.fault("link_was_not_found")) }
}
