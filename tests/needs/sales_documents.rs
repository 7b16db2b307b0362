//! Invoices, shipments and credit memos of a real shop, made again: the recorded orders are wound back to the day they
//! were placed, the recorded documents are created through the API, and every sum must come out as the real shop has it.

use std::collections::BTreeMap;

use crate::need;
use jiff::Timestamp;
use mockgento::clock::Clock;
use mockgento::shop::seed::SeedUser;
use mockgento::shop::{Row, Seed, Shop, ShopConfig};
use mockgento::soap::{SoapStruct, SoapValue};
use serde_json::{Map, Value, json};

type Record = Map<String, Value>;

/// What a real shop held at the end.
struct Recorded(Value);

impl Recorded {
    fn read() -> Self {
        let text = std::fs::read_to_string(need::recordings().join("seed.json")).expect("the recorded seed");
        Self(serde_json::from_str(&text).expect("JSON"))
    }

    fn rows(&self, table: &str) -> Vec<&Record> {
        self.0[table].as_array().into_iter().flatten().filter_map(Value::as_object).collect()
    }

    fn of(&self, table: &str, column: &str, value: &str) -> Vec<&Record> {
        self.rows(table).into_iter().filter(|row| text(row, column) == Some(value)).collect()
    }

    /// The shop on the day of its orders: no documents, nothing invoiced, shipped, paid or refunded.
    fn wound_back(&self) -> Seed {
        let mut all = self.0.clone();
        for table in DOCUMENTS {
            all[table] = json!([]);
        }
        all["eav_entity_store"] = json!([]);
        for (table, state) in
            [("sales_flat_order", true), ("sales_flat_order_item", false), ("sales_flat_order_payment", false)]
        {
            for row in all[table].as_array_mut().expect("rows").iter_mut().filter_map(Value::as_object_mut) {
                for (column, value) in row.iter_mut() {
                    let counts =
                        COUNTED.iter().any(|word| column.contains(word)) && !column.starts_with("qty_canceled");
                    if counts && !value.is_null() {
                        let is_zero = ZERO_AT_FIRST.contains(&column.trim_start_matches("base_"));
                        *value =
                            if is_zero && table == "sales_flat_order_item" { json!("0.0000") } else { Value::Null };
                    }
                }
                if state && text(row, "state") != Some("canceled") {
                    row.insert("state".to_owned(), json!("new"));
                    row.insert("status".to_owned(), json!("pending"));
                }
            }
        }
        Seed::from_recorded(&all.to_string(), "seed.json").expect("a seed")
    }
}

const DOCUMENTS: [&str; 11] = [
    "sales_flat_invoice",
    "sales_flat_invoice_item",
    "sales_flat_invoice_comment",
    "sales_flat_shipment",
    "sales_flat_shipment_item",
    "sales_flat_shipment_track",
    "sales_flat_shipment_comment",
    "sales_flat_creditmemo",
    "sales_flat_creditmemo_item",
    "sales_flat_creditmemo_comment",
    "sales_flat_order_status_history",
];

/// Parts of the names of columns that documents fill.
const COUNTED: [&str; 9] =
    ["invoiced", "_paid", "refunded", "shipped", "captured", "adjustment", "total_due", "_cost", "is_used_for_refund"];

/// Those that an item has as zero, not as null, when it is ordered.
const ZERO_AT_FIRST: [&str; 7] = [
    "qty_invoiced",
    "qty_refunded",
    "qty_shipped",
    "tax_invoiced",
    "discount_invoiced",
    "row_invoiced",
    "amount_refunded",
];

/// What differs by how a document was made: numbers, stamps, and money that was refunded through the payment method.
const NOT_COMPARED: [&str; 20] = [
    "entity_id",
    "parent_id",
    "increment_id",
    "created_at",
    "updated_at",
    "email_sent",
    "total_offline_refunded",
    "total_online_refunded",
    "base_total_offline_refunded",
    "base_total_online_refunded",
    "amount_refunded_online",
    "customer_id",
    "shipment_status",
    "invoice_id",
    "creditmemo_status",
    "is_used_for_refund",
    "base_total_refunded_online",
    "packages",
    "protect_code",
    "hold_before_state",
];

fn text<'a>(row: &'a Record, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Value::as_str)
}

struct World {
    recorded: Recorded,
    shop: Shop,
    session: String,
    differences: Vec<String>,
    compared: usize,
}

impl World {
    fn new(recorded: Recorded) -> Self {
        let mut seed = recorded.wound_back();
        seed.api_users.push(SeedUser::with_full_access("accountant", "accountant-key"));
        let clock = Clock::virtual_at("2026-01-01T00:00:00Z".parse::<Timestamp>().expect("an instant"));
        let mut shop = Shop::new(ShopConfig::new(clock), seed).expect("a shop");
        let login = SoapStruct::new().with("username", "accountant").with("apiKey", "accountant-key");
        let session = shop.dispatch("login", &login).expect("a session").to_text().expect("an id");
        Self { recorded, shop, session, differences: Vec::new(), compared: 0 }
    }

    fn call(&mut self, operation: &str, arguments: SoapStruct) -> String {
        let arguments =
            SoapStruct::new().with("sessionId", self.session.as_str()).into_iter().chain(arguments).collect();
        let answer = self.shop.dispatch(operation, &arguments);
        answer.unwrap_or_else(|refusal| panic!("{operation}: {refusal}")).to_text().expect("an increment id")
    }

    fn compare(&mut self, what: &str, real: &Record, ours: &Row) {
        self.compared += 1;
        for (column, value) in real {
            if NOT_COMPARED.contains(&column.as_str()) {
                continue;
            }
            let ours = ours.get(column);
            if ours != value.as_str() {
                self.differences.push(format!("{what}.{column}: real {value}, ours {ours:?}"));
            }
        }
    }

    fn compare_document(&mut self, what: &str, table: &'static str, items: &'static str, real: &Record, number: &str) {
        let found = self.shop.database().table(table).with("increment_id", number).next();
        let (id, row) = found.map(|(id, row)| (id, row.clone())).expect("the document");
        self.compare(what, real, &row);
        let ours: BTreeMap<String, Row> = self
            .shop
            .database()
            .table(items)
            .with("parent_id", &id.to_string())
            .map(|(_, row)| (row.text("order_item_id").to_owned(), row.clone()))
            .collect();
        let items: Vec<Record> = self
            .recorded
            .of(items, "parent_id", text(real, "entity_id").expect("an id"))
            .into_iter()
            .cloned()
            .collect();
        assert_eq!(items.len(), ours.len(), "{what}: lines");
        for item in items {
            let order_item = text(&item, "order_item_id").expect("an order item");
            self.compare(&format!("{what} line {order_item}"), &item, &ours[order_item]);
        }
    }
}

/// Quantities of a recorded document's items.
fn quantities(recorded: &Recorded, items: &str, document: &Record) -> SoapValue {
    let rows = recorded.of(items, "parent_id", text(document, "entity_id").expect("an id"));
    let pair = |row: &Record| {
        let row = SoapStruct::new().with("order_item_id", text(row, "order_item_id")).with("qty", text(row, "qty"));
        SoapValue::from(row)
    };
    rows.into_iter().map(pair).collect::<Vec<_>>().into()
}

pub fn documents_made_again_have_the_sums_of_the_real_ones() {
    let recorded = Recorded::read();
    let mut world = World::new(recorded);
    let orders: Vec<Record> = world.recorded.rows("sales_flat_order").into_iter().cloned().collect();
    for order in &orders {
        let id = text(order, "entity_id").expect("an id");
        let number = text(order, "increment_id").expect("a number");
        let named = || SoapStruct::new().with("orderIncrementId", number);
        let documents =
            |table: &str| -> Vec<Record> { world.recorded.of(table, "order_id", id).into_iter().cloned().collect() };
        let (invoices, shipments, memos) =
            (documents("sales_flat_invoice"), documents("sales_flat_shipment"), documents("sales_flat_creditmemo"));
        for invoice in &invoices {
            let qtys = quantities(&world.recorded, "sales_flat_invoice_item", invoice);
            let made = world.call("salesOrderInvoiceCreate", named().with("itemsQty", qtys));
            let what = format!("invoice of order {id}");
            world.compare_document(&what, "sales_flat_invoice", "sales_flat_invoice_item", invoice, &made);
        }
        for shipment in &shipments {
            let qtys = quantities(&world.recorded, "sales_flat_shipment_item", shipment);
            let made = world.call("salesOrderShipmentCreate", named().with("itemsQty", qtys));
            let what = format!("shipment of order {id}");
            world.compare_document(&what, "sales_flat_shipment", "sales_flat_shipment_item", shipment, &made);
        }
        for memo in &memos {
            let mut qtys = quantities(&world.recorded, "sales_flat_creditmemo_item", memo);
            if qtys.as_list().is_some_and(<[SoapValue]>::is_empty) {
                // A refund of money alone: a quantity of nothing, for no quantities would mean everything.
                let nothing = SoapStruct::new().with("order_item_id", 0).with("qty", 0);
                qtys = vec![SoapValue::from(nothing)].into();
            }
            let mut data =
                SoapStruct::new().with("qtys", qtys).with("shipping_amount", text(memo, "base_shipping_amount"));
            for (name, column) in [
                ("adjustment_positive", "base_adjustment_positive"),
                ("adjustment_negative", "base_adjustment_negative"),
            ] {
                if let Some(amount) = text(memo, column) {
                    data.set(name, amount);
                }
            }
            let made = world.call("salesOrderCreditmemoCreate", named().with("creditmemoData", data));
            let what = format!("credit memo of order {id}");
            world.compare_document(&what, "sales_flat_creditmemo", "sales_flat_creditmemo_item", memo, &made);
        }
        if invoices.is_empty() && shipments.is_empty() {
            continue;
        }
        let row = world.shop.database().table("sales_flat_order").row(id.parse().expect("a number")).cloned();
        world.compare(&format!("order {id}"), order, &row.expect("the order"));
        let items: Vec<Record> =
            world.recorded.of("sales_flat_order_item", "order_id", id).into_iter().cloned().collect();
        for item in items {
            let item_id = text(&item, "item_id").expect("an id");
            let row =
                world.shop.database().table("sales_flat_order_item").row(item_id.parse().expect("a number")).cloned();
            world.compare(&format!("order {id} item {item_id}"), &item, &row.expect("the item"));
        }
    }
    println!("{} rows compared, {} columns differ", world.compared, world.differences.len());
    assert!(world.compared > 300, "only {} rows compared", world.compared);
    assert!(world.differences.is_empty(), "{}", world.differences.join("\n"));
}
