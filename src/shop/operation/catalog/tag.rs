//! Words that customers put on products: API resource `catalog_product_tag`.

use std::collections::BTreeMap;

use super::check_store;
use crate::shop::operation::{Call, Operations};
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("catalogProductTagList", list),
    ("catalogProductTagInfo", info),
    ("catalogProductTagAdd", add),
    ("catalogProductTagUpdate", update),
    ("catalogProductTagRemove", remove),
];

const TAGS: &str = "tag";
const RELATIONS: &str = "tag_relation";

/// Disabled, pending, approved.
const STATUSES: &[&str] = &["-1", "0", "1"];
const PENDING: &str = "0";

fn tag(call: &Call<'_>) -> Result<Row, Refusal> {
    let row = call.shop.database.table(TAGS).row(call.int("tagId"));
    row.cloned().ok_or_else(|| call.fault("tag_not_exists"))
}

fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let product = call.text("productId");
    if call.shop.database.table("catalog_product").row(call.int("productId")).is_none() {
        return Err(call.fault("product_not_exists"));
    }
    check_store(call)?;
    let store =
        call.arguments.text("store").filter(|store| !store.is_empty()).and_then(|store| call.shop.store(&store));
    let store = store.map(|row| row.text("store_id").to_owned());
    let mut ids: Vec<i64> = Vec::new();
    for (_, relation) in call.shop.database.table(RELATIONS).with("product_id", &product) {
        let id = relation.int("tag_id");
        if store.as_deref().is_none_or(|store| relation.text("store_id") == store) && !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.sort_unstable();
    let tags = call.shop.database.table(TAGS);
    let columns = [("tag_id", "tag_id"), ("name", "name")];
    let rows = ids.into_iter().filter_map(|id| tags.row(id)).map(|row| super::pick(row, &columns).into());
    Ok(rows.collect::<Vec<SoapValue>>().into())
}

/// A tag with its products: how many customers put it on each, in one store view.
fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    check_store(call)?;
    let store =
        call.shop.store(&call.text("store")).map_or_else(|| "0".to_owned(), |row| row.text("store_id").to_owned());
    let tag = tag(call)?;
    let mut products: BTreeMap<i64, i64> = BTreeMap::new();
    for (_, relation) in call.shop.database.table(RELATIONS).with("tag_id", tag.text("tag_id")) {
        if store == "0" || relation.text("store_id") == store {
            *products.entry(relation.int("product_id")).or_default() += 1;
        }
    }
    let pairs = products.into_iter().map(|(product, customers)| {
        SoapStruct::new().with("key", product.to_string()).with("value", customers.to_string()).into()
    });
    let popularity = tag.get(&format!("base_popularity_{store}")).unwrap_or("0");
    let answer = SoapStruct::new().with("name", tag.get("name")).with("status", tag.get("status"));
    Ok(answer.with("base_popularity", popularity).with("products", pairs.collect::<Vec<SoapValue>>()).into())
}

/// The words of a text: between spaces, or between single quotes.
fn words(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, part) in text.split('\'').enumerate() {
        let quoted = at % 2 == 1;
        let words: Vec<&str> = if quoted { vec![part.trim()] } else { part.split_whitespace().collect() };
        for word in words.into_iter().filter(|word| !word.is_empty()) {
            if !found.iter().any(|known| known == word) {
                found.push(word.to_owned());
            }
        }
    }
    found
}

impl Shop {
    fn tag_named(&mut self, name: &str, customer: &str, store: &str) -> i64 {
        let found = self.database.table(TAGS).iter().find(|(_, row)| row.text("name").eq_ignore_ascii_case(name));
        if let Some((id, _)) = found {
            return id;
        }
        let row = Row::new()
            .with("name", name)
            .with("status", PENDING)
            .with("first_customer_id", customer)
            .with("first_store_id", store);
        self.database.table_mut(TAGS).insert(row)
    }
}

fn add(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let data = call.record("data");
    let given = |name: &str| data.text(name).ok_or_else(|| call.fault("invalid_data"));
    let (product, text, customer, store) =
        (given("product_id")?, given("tag")?, given("customer_id")?, given("store")?);
    let id = crate::soap::value::leading_int;
    if call.shop.database.table("catalog_product").row(id(&product)).is_none() {
        return Err(call.fault("product_not_exists"));
    }
    if call.shop.database.table("customer").row(id(&customer)).is_none() {
        return Err(call.fault("customer_not_exists"));
    }
    let store = call.shop.store(&store).map(|row| row.text("store_id").to_owned());
    let store = store.ok_or_else(|| call.fault("store_not_exists"))?;
    let mut answer: Vec<SoapValue> = Vec::new();
    for word in words(&text) {
        let tag = call.shop.tag_named(&word, &customer, &store);
        let name = tag.to_string();
        let columns = [("product_id", &product), ("customer_id", &customer), ("store_id", &store)];
        let is_same = |row: &Row| columns.iter().all(|(column, value)| row.text(column) == value.as_str());
        if !call.shop.database.table(RELATIONS).with("tag_id", &name).any(|(_, row)| is_same(row)) {
            let mut row = Row::new().with("tag_id", name.as_str()).with("active", "1");
            for (column, value) in columns {
                row.set(column, value.as_str());
            }
            call.shop.database.table_mut(RELATIONS).insert(row);
        }
        answer.push(SoapStruct::new().with("key", word).with("value", name).into());
    }
    Ok(answer.into())
}

fn update(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let data = call.record("data");
    let (name, status, popularity) = (data.text("name"), data.text("status"), data.text("base_popularity"));
    if name.is_none() && status.is_none() && popularity.is_none() {
        return Err(call.fault("invalid_data"));
    }
    check_store(call)?;
    let store =
        call.shop.store(&call.text("store")).map_or_else(|| "0".to_owned(), |row| row.text("store_id").to_owned());
    let tag = tag(call)?;
    if status.as_ref().is_some_and(|status| !STATUSES.contains(&status.as_str())) {
        return Err(call.fault("invalid_data"));
    }
    call.shop.database.table_mut(TAGS).update(tag.int("tag_id"), |row| {
        if let Some(name) = name {
            row.set("name", name.trim());
        }
        if let Some(status) = status {
            row.set("status", status);
        }
        if let Some(popularity) = popularity {
            row.set(format!("base_popularity_{store}"), popularity);
        }
    });
    Ok(true.into())
}

fn remove(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let tag = tag(call)?;
    call.shop.forget_rows(RELATIONS, "tag_id", tag.text("tag_id"));
    call.shop.database.table_mut(TAGS).remove(tag.int("tag_id"));
    Ok(true.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_between_spaces_or_quotes() {
        assert_eq!(words("green 'for the evening' tea green"), ["green", "for the evening", "tea"]);
        assert!(words("  ").is_empty());
    }
}
