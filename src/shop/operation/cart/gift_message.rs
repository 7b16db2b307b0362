//! Gift messages on carts and their items: API resource `giftmessage`.

use super::super::{Call, Operations};
use super::product::line_of;
use crate::shop::{Refusal, Row, Shop};
use crate::soap::{SoapStruct, SoapValue};

pub(in crate::shop::operation) const OPERATIONS: Operations = &[
    ("giftMessageSetForQuote", for_quote),
    ("giftMessageSetForQuoteItem", for_item),
    ("giftMessageSetForQuoteProduct", for_products),
];

fn for_quote(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    let message = message(call, &call.record("giftMessage"))?;
    let id = call.shop.save_message(message, ("sales_flat_quote", quote));
    Ok(answer(quote, id).into())
}

fn for_item(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let item = call.int("quoteItemId");
    if call.shop.database.table("sales_flat_quote_item").row(item).is_none() {
        return Err(call.fault("quote_item_not_exists"));
    }
    let message = message(call, &call.record("giftMessage"))?;
    let id = call.shop.save_message(message, ("sales_flat_quote_item", item));
    Ok(answer(item, id).into())
}

fn for_products(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let quote = super::load(call)?.int("entity_id");
    let rows = call.arguments.get("productsAndMessages").and_then(SoapValue::as_list).unwrap_or_default();
    let rows: Vec<SoapStruct> = rows.iter().filter_map(SoapValue::as_struct).cloned().collect();
    if rows.is_empty() {
        return Err(call.fault("giftmessage_invalid_data"));
    }
    let part = |row: &SoapStruct, name: &str| row.get(name).and_then(SoapValue::as_struct).cloned().unwrap_or_default();
    let mut answers = Vec::new();
    for row in rows {
        let product = part(&row, "product");
        if product.is_empty() {
            return Err(call.fault("product_invalid_data"));
        }
        let message = message(call, &part(&row, "message"))?;
        let found = line_of(call.shop, quote, &product).map(|(line, _)| line);
        let item = found.map_err(|_| call.fault("quote_item_not_exists"))?;
        let id = call.shop.save_message(message, ("sales_flat_quote_item", item));
        answers.push(SoapValue::from(answer(item, id)));
    }
    Ok(answers.into())
}

fn message(call: &Call<'_>, given: &SoapStruct) -> Result<Row, Refusal> {
    if given.is_empty() {
        return Err(call.fault("giftmessage_invalid_data"));
    }
    let text = |name: &str| given.text(name).unwrap_or_default();
    Ok(Row::new()
        .with("customer_id", "0")
        .with("sender", text("from"))
        .with("recipient", text("to"))
        .with("message", text("message")))
}

fn answer(entity: i64, message: Option<i64>) -> SoapStruct {
    SoapStruct::new().with("entityId", entity.to_string()).with("result", message.is_some()).with("error", "")
}

impl Shop {
    /// Stores a message and hangs it on a row; a row that has one gets the new text.
    fn save_message(&mut self, message: Row, (table, id): (&'static str, i64)) -> Option<i64> {
        let known = self.database.table(table).row(id)?.int("gift_message_id");
        let messages = self.database.table_mut("gift_message");
        if messages.update(known, |row| *row = message.clone().with("gift_message_id", known.to_string())) {
            return Some(known);
        }
        let message = messages.insert(message);
        self.database.table_mut(table).update(id, |row| row.set("gift_message_id", message.to_string()));
        Some(message)
    }
}
