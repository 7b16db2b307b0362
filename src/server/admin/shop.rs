//! The shop's content: look at it, edit it, load a seed, go back to the start.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::{AdminRequest, CHANGE_BYTES_MAX, Problem, Reply, written_json};
use crate::server::service::Service;
use crate::shop::seed::check_nodes;
use crate::shop::{Seed, Shop, ShopEdit, state};

/// Which rows of the tables asked for are wanted.
#[derive(Default)]
struct Rows {
    tables: Vec<String>,
    containing: String,
    offset: usize,
    limit: Option<usize>,
}

impl Rows {
    fn read(request: &AdminRequest) -> Result<Self, Problem> {
        let mut rows = Self::default();
        let number = |name: &str, value: &str| {
            value.parse().map_err(|_| Problem::bad_parameter(name, &format!("is \"{value}\""), "a whole number"))
        };
        for (name, value) in request.parameters(&["table", "containing", "offset", "limit"])? {
            match name.as_str() {
                "table" => rows.tables.push(value),
                "containing" => rows.containing = value.to_lowercase(),
                "offset" => rows.offset = number(&name, &value)?,
                _ => rows.limit = Some(number(&name, &value)?),
            }
        }
        Ok(rows)
    }

    fn wants(&self, row: &Value) -> bool {
        let contains =
            |value: &Value| value.as_str().is_some_and(|text| text.to_lowercase().contains(&self.containing));
        self.containing.is_empty() || row.as_object().is_some_and(|columns| columns.values().any(contains))
    }

    fn check(&self, shop: &Shop) -> Result<(), Problem> {
        let Some(unknown) = self.tables.iter().find(|table| state::rows(shop, table).is_none()) else {
            return Ok(());
        };
        let known: Vec<&str> = state::tables(shop).collect();
        Err(Problem::bad_parameter("table", &format!("is \"{unknown}\""), &known.join(", ")))
    }
}

/// The rows that are asked for, written one by one.
struct Asked<'a> {
    rows: &'a Rows,
    shop: &'a Shop,
}

impl Serialize for Asked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.rows.tables.iter().map(|table| (table, Table { asked: self, table })))
    }
}

struct Table<'a> {
    asked: &'a Asked<'a>,
    table: &'a str,
}

impl Serialize for Table<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Asked { rows, shop } = self.asked;
        let found = state::rows(shop, self.table).into_iter().flatten();
        let wanted = found.filter(|row| rows.wants(row)).skip(rows.offset);
        serializer.collect_seq(wanted.take(rows.limit.unwrap_or(usize::MAX)))
    }
}

pub(super) fn state(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let rows = Rows::read(request)?;
    let shop = service.locked_shop();
    if rows.tables.is_empty() {
        if !request.query.is_empty() {
            return Err(Problem::bad_parameter("table", "is missing", "a table whose rows are wanted"));
        }
        return written_json(&state::Whole(&shop));
    }
    rows.check(&shop)?;
    written_json(&Asked { rows: &rows, shop: &shop })
}

pub(super) fn tables(service: &Service, _: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let shop = service.locked_shop();
    let described = state::tables(&shop).map(|name| match shop.database().get(name) {
        Some(table) => json!({"name": name, "key": table.key(), "rows": table.len()}),
        None => json!({"name": name, "key": "", "rows": state::rows(&shop, name).map_or(0, Iterator::count)}),
    });
    Ok(Reply::Json(json!({"tables": described.collect::<Vec<_>>()})))
}

pub(super) fn reset(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let asked = request.text(CHANGE_BYTES_MAX)?.trim();
    if !asked.is_empty() && !serde_json::from_str::<Value>(asked).is_ok_and(|asked| asked == json!({})) {
        let remedy = "send no body; `POST /__admin/seed` loads another seed";
        return Err(Problem::new(
            400,
            "the body cannot be used",
            "a reset goes back to the seed and takes nothing",
            remedy,
        ));
    }
    let reset = service.locked_shop().reset();
    reset.map_err(|error| Problem::new(500, "the shop cannot be reset", error.to_string(), "report this as a bug"))?;
    service.locked_plan().clear();
    service.locked_journal().clear();
    service.locked_checkpoints().reset();
    Ok(Reply::Done)
}

/// Keys and values of a seed that is sent; larger ones are loaded with the program.
const SEED_NODES_MAX: usize = 500_000;

pub(super) fn load_seed(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let bad = |error: &dyn std::fmt::Display| {
        let remedy = "`mockgento seed corner-shop` prints a seed to start from; as JSON its keys are the same";
        Problem::new(400, "the seed cannot be used", error.to_string(), remedy)
    };
    let text = as_yaml(request, usize::MAX)?;
    let seed = Seed::parse_within(&text, "body", SEED_NODES_MAX).map_err(|error| bad(&error))?;
    seed.check_rows(&text, "body").map_err(|error| bad(&error))?;
    service.locked_shop().reseed(seed).map_err(|error| bad(&error))?;
    Ok(Reply::Done)
}

pub(super) fn edit(service: &Service, request: &AdminRequest, _: &str) -> Result<Reply, Problem> {
    let edit: ShopEdit = request.yaml()?;
    let done = service.locked_shop().edit(&edit).map_err(|error| {
        Problem::new(409, "the edit cannot be done", error.to_string(), "GET /__admin/state shows what is there")
    })?;
    Ok(Reply::Json(json!({"id": done})))
}

/// The body for the seed's reader, which takes numbers where the database has texts. JSON is YAML but for two things:
/// characters written as two escaped surrogates, and those that YAML wants escaped.
pub(super) fn as_yaml(request: &AdminRequest, bytes_max: usize) -> Result<String, Problem> {
    let text = request.text(bytes_max)?;
    if !text.contains("\\u") {
        serde_json::from_str::<serde::de::IgnoredAny>(text)
            .map_err(|error| Problem::bad_body(format!("the body: {error}")))?;
        return Ok(with_escapes(text));
    }
    check_nodes(text, "body", SEED_NODES_MAX).map_err(|error| Problem::bad_body(error.to_string()))?;
    let value: Value = serde_json::from_str(text).map_err(|error| Problem::bad_body(format!("the body: {error}")))?;
    Ok(with_escapes(&value.to_string()))
}

/// A JSON text with characters that YAML knows by their escapes only (YAML 1.2, production 1); in JSON they stand in strings.
fn with_escapes(text: &str) -> String {
    let is_escaped = |character: char| matches!(character, '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    if !text.contains(is_escaped) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        match is_escaped(character) {
            true => out.push_str(&format!("\\u{:04x}", u32::from(character))),
            false => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every character that JSON may hold as it is.
    #[test]
    fn what_is_json_is_read_as_it_is() {
        let all = (0x20..=0xff).chain([0x200b, 0x202e, 0x2028, 0xfeff, 0xfffd, 0xfffe, 0xffff, 0x1f600]);
        for character in all.filter_map(char::from_u32) {
            let said = format!("A{character}B");
            let body = with_escapes(&json!({"firstname": said}).to_string());
            let read: Value = serde_saphyr::from_str(&body).unwrap_or_else(|error| panic!("{character:?}: {error}"));
            assert_eq!(read["firstname"], said.as_str(), "{character:?}");
        }
    }
}
