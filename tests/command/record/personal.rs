//! Which of a shop's texts reach a recording: every text column of every table about people holds a text of its own, all
//! of it is asked for, and what is still there afterwards is a list that somebody looked at.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use indexmap::IndexMap;
use mockgento::clock::Clock;
use mockgento::magento::{BridgeRelease, Contract, Flavor};
use mockgento::record::{
    Caller, Cassette, Meta, Recorded, Recorder, Sanitiser, SubstituteKey, kept_fields, personal_fields, rebuild, write,
};
use mockgento::shop::seed::SeedRow;
use mockgento::shop::{Row, Seed};
use mockgento::soap::{Codec, Shape, SoapStruct, SoapValue, TypeRef, WireStyle, Xsd};
use mockgento::testing::TestShop;
use mockgento::transport::tcp::{TcpOptions, TcpTransport};
use mockgento::transport::{HttpRequest, Transport};

use super::files;

/// Tables with the types the API gives them as.
const TABLES: &[(&str, &[&str])] = &[
    ("customer", &["customerCustomerEntity", "oroCustomerEntity"]),
    ("customer_address", &["customerAddressEntityItem"]),
    ("sales_flat_order", &["salesOrderEntity", "salesOrderListEntity"]),
    ("sales_flat_order_address", &["salesOrderAddressEntity"]),
    ("sales_flat_order_item", &["salesOrderItemEntity"]),
    ("sales_flat_order_payment", &["salesOrderPaymentEntity"]),
    ("sales_flat_order_status_history", &["salesOrderStatusHistoryEntity"]),
    ("sales_flat_quote", &["salesQuoteEntity"]),
    ("sales_flat_quote_address", &["shoppingCartAddressEntity"]),
    ("sales_flat_quote_item", &["shoppingCartItemEntity"]),
    ("sales_flat_quote_payment", &["shoppingCartPaymentEntity"]),
    ("sales_flat_creditmemo", &["salesOrderCreditmemoEntity"]),
    ("sales_flat_creditmemo_item", &["salesOrderCreditmemoItemEntity"]),
    ("sales_flat_creditmemo_comment", &["salesOrderCreditmemoCommentEntity"]),
    ("sales_flat_invoice", &["salesOrderInvoiceEntity"]),
    ("sales_flat_invoice_comment", &["salesOrderInvoiceCommentEntity"]),
    ("sales_flat_shipment", &["salesOrderShipmentEntity"]),
    ("sales_flat_shipment_comment", &["salesOrderShipmentCommentEntity"]),
    ("sales_flat_shipment_track", &["salesOrderShipmentTrackEntity"]),
    ("newsletter_subscriber", &["newsletterSubscriberEntity"]),
    ("gift_message", &["giftMessageEntity"]),
    ("wishlist", &["wishlistEntity", "oroWishlistEntity"]),
    ("wishlist_item", &["wishlistItemEntity"]),
];

/// Columns that hold the tables together.
const STRUCTURE: &[(&str, &str)] = &[
    ("entity_id", "1"),
    ("customer_id", "1"),
    ("order_id", "1"),
    ("parent_id", "1"),
    ("quote_id", "1"),
    ("item_id", "1"),
    ("address_id", "1"),
    ("payment_id", "1"),
    ("store_id", "1"),
    ("website_id", "1"),
    ("group_id", "1"),
    ("increment_id", "100000001"),
    ("gift_message_id", "1"),
    ("subscriber_id", "1"),
    ("wishlist_id", "1"),
    ("wishlist_item_id", "1"),
    ("shared", "0"),
    ("country_id", "GB"),
    ("region_id", ""),
    ("address_type", "billing"),
    ("gender", "2"),
    ("product_id", ""),
    ("order_item_id", "1"),
    ("subscriber_status", "1"),
];

/// Calls that show it, with their arguments as JSON would have them.
fn calls() -> Vec<(&'static str, SoapStruct)> {
    let one = |name: &str, value: &str| SoapStruct::new().with(name, value);
    let pager = || SoapStruct::new().with("page", "1").with("pageSize", "10");
    let filters = |key: &str, text: &str| {
        let filter = SoapStruct::new().with("key", key).with("value", text);
        SoapStruct::new().with("filter", vec![SoapValue::from(filter)])
    };
    vec![
        ("customerCustomerList", one("unused", "")),
        ("customerCustomerList", SoapStruct::new().with("filters", filters("email", "asked.for@acme-mail.example"))),
        ("customerCustomerInfo", one("customerId", "1")),
        ("customerAddressList", one("customerId", "1")),
        ("oroCustomerList", SoapStruct::new().with("pager", pager())),
        ("oroOrderList", SoapStruct::new().with("pager", pager())),
        ("salesOrderList", one("unused", "")),
        ("salesOrderInfo", one("orderIncrementId", "100000001")),
        ("oroQuoteList", SoapStruct::new().with("pager", pager())),
        ("salesOrderCreditmemoInfo", one("creditmemoIncrementId", "100000001")),
        ("salesOrderInvoiceInfo", one("invoiceIncrementId", "100000001")),
        ("salesOrderShipmentInfo", one("shipmentIncrementId", "100000001")),
        ("newsletterSubscriberList", SoapStruct::new().with("pager", pager())),
        ("wishlistList", one("unused", "")),
        ("wishlistItemList", one("unused", "")),
        ("oroWishlistList", SoapStruct::new().with("pager", pager())),
        (
            "customerCustomerUpdate",
            one("customerId", "1").with("customerData", one("lastname", "Zuupdatedname").with("taxvat", "DE424242421")),
        ),
        ("newsletterSubscriberSubscribeEmail", one("email", "subscribed.by.call@acme-mail.example")),
    ]
}

fn codec() -> Codec {
    Codec::new(Contract::shared().schema(WireStyle::RpcEncoded, Some(BridgeRelease::newest()), Flavor::default()))
}

/// A text no other column has; letters alone, so that it is one word.
fn marker(at: usize) -> String {
    let letter = |number: usize| char::from(b'a' + u8::try_from(number % 26).unwrap());
    format!("Zq{}{}{}xw", letter(at / 676), letter(at / 26), letter(at))
}

/// The value of a column, and the text of it that must not be found again.
fn value(field: &str, at: usize) -> (String, String) {
    let word = marker(at);
    match field {
        "email" | "customer_email" | "subscriber_email" => (format!("{word}@{word}.example"), word),
        "remote_ip" => ("203.0.113.77".to_owned(), "203.0.113.77".to_owned()),
        "x_forwarded_for" => ("2001:db8:77::9, 198.51.100.4".to_owned(), "2001:db8:77::9".to_owned()),
        "dob" | "customer_dob" => ("1971-03-09 00:00:00".to_owned(), "1971-03-09".to_owned()),
        "telephone" | "fax" => (format!("+49 (30) 77{:05}", 10_000 + at), format!("77{:05}", 10_000 + at)),
        "additional_information" | "product_options" | "additional_data" => {
            (format!("a:1:{{s:5:\"payer\";s:{}:\"{word}\";}}", word.len()), word)
        }
        _ => (word.clone(), word),
    }
}

/// Rows with a text in every text column of the types; and for each field the texts.
fn filled() -> (IndexMap<String, Vec<Row>>, BTreeMap<String, Vec<String>>) {
    let codec = codec();
    let (mut tables, mut texts) = (IndexMap::new(), BTreeMap::<String, Vec<String>>::new());
    let mut at = 0;
    for (table, types) in TABLES {
        let mut row = SeedRow::new();
        for name in *types {
            let (_, declared) = codec.schema().type_named(name).unwrap_or_else(|| panic!("no type {name}"));
            let Shape::Struct { fields, .. } = &declared.shape else { panic!("{name} is no record") };
            for field in fields.iter().filter(|field| field.type_ref == TypeRef::Xsd(Xsd::String)) {
                let is_structure = STRUCTURE.iter().any(|(column, _)| *column == &*field.name);
                let is_moment = field.name.ends_with("_at");
                if !is_structure && !is_moment && !row.contains_key(&*field.name) {
                    at += 1;
                    let (text, found) = value(&field.name, at);
                    row.insert(field.name.to_string(), Some(text));
                    // Products have a name and a description too.
                    let is_of_wishlist =
                        table.starts_with("wishlist") && matches!(&*field.name, "name" | "description");
                    let known_as =
                        if is_of_wishlist { format!("{table}.{}", field.name) } else { field.name.to_string() };
                    texts.entry(known_as).or_default().push(found);
                }
            }
        }
        for own in if table.starts_with("customer") { &["loyalty_card", "mobile_app_device"][..] } else { &[] } {
            at += 1;
            let (text, found) = value(own, at);
            row.insert((*own).to_owned(), Some(text));
            texts.entry((*own).to_owned()).or_default().push(found);
        }
        for (column, text) in STRUCTURE {
            // A default of the row's own; nothing where there is none.
            row.insert((*column).to_owned(), Some((*text).to_owned()).filter(|text| !text.is_empty()));
        }
        row.insert("created_at".to_owned(), Some("2013-11-05 10:00:00".to_owned()));
        row.insert("updated_at".to_owned(), Some("2013-11-05 10:00:00".to_owned()));
        for (column, text) in &mut row {
            // What the database makes of a text in a column of numbers.
            if text.as_deref().is_some_and(|text| mockgento::shop::written::check_stored(table, column, text).is_err())
            {
                *text = Some("0".to_owned());
            }
        }
        tables.insert((*table).to_owned(), vec![Row::from(row)]);
    }
    (tables, texts)
}

#[tokio::test]
async fn no_text_of_a_person_reaches_a_recording_and_what_does_was_looked_at() {
    let (tables, texts) = filled();
    let mut seed = Seed { tables, ..Seed::default() };
    seed.config.insert("oro/api/enable_attributes".to_owned(), "1".to_owned());
    seed.name_own_columns();
    let shop = TestShop::builder().seed(seed).user("api-of-acme", "s3cret-key-of-acme").start().await;

    let wire = Arc::new(TcpTransport::new(TcpOptions::default(), Clock::system()).unwrap());
    let recorder = Recorder::new(wire);
    recorder.send(HttpRequest::get(shop.wsdl_url())).await.unwrap();
    let codec = codec();
    let mut address = shop.wsdl_url();
    address.set_query(None);
    let (mut session, mut heard) = (String::new(), String::new());
    let login = SoapStruct::new().with("username", shop.user()).with("apiKey", shop.key());
    for (operation, arguments) in std::iter::once(("login", login)).chain(calls()) {
        let mut all = SoapStruct::new();
        for part in &codec.schema().operation(operation).unwrap().request.parts {
            let given = arguments.get(&part.name).cloned().unwrap_or_default();
            all.set(part.name.clone(), if part.name == "sessionId" { session.as_str().into() } else { given });
        }
        let body = codec.write_request(operation, &all).unwrap();
        let answer = recorder.send(HttpRequest::post(address.clone(), Vec::new(), body)).await.unwrap();
        let text = String::from_utf8(answer.body).unwrap();
        assert!(!text.contains("faultcode"), "{operation}: {text}");
        if operation == "login" {
            let (_, rest) = text.split_once("<loginReturn").unwrap();
            session = rest.split(['>', '<']).nth(1).unwrap().to_owned();
        }
        heard.push_str(&text);
    }

    let mut sanitiser = Sanitiser::new(SubstituteKey::of("a key"));
    let meta = Meta {
        clock: shop.now(),
        wsi: false,
        caller: Caller::Client,
        profile: "documented".to_owned(),
        sync_start_date: "2007-01-01".parse().unwrap(),
        website: mockgento::WebsiteId::ALL,
        stopped: false,
    };
    let cassette = Cassette::of(&recorder.take(), meta, &mut sanitiser).unwrap();
    let seed = serde_json::to_value(rebuild(&cassette).unwrap().seed).unwrap();
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("recording");
    let recorded = Recorded { cassette: Some(cassette), seed: Some(seed), ..Recorded::default() };
    write(&folder, &recorded, &sanitiser).unwrap();
    let written: String = files(&folder).into_iter().map(|(_, text)| text).collect();

    let mut survived = BTreeSet::new();
    let (mut sent, mut gone) = (BTreeSet::new(), BTreeSet::new());
    for (field, found) in &texts {
        for text in found.iter().filter(|text| heard.contains(text.as_str())) {
            sent.insert(field.as_str());
            let is_there = written.to_lowercase().contains(&text.to_lowercase());
            if is_there {
                survived.insert(field.as_str())
            } else {
                gone.insert(field.as_str())
            };
        }
    }
    let both: Vec<_> = survived.intersection(&gone).collect();
    assert!(both.is_empty(), "replaced in one place and not in another: {both:?}");
    let personal: Vec<_> = survived.iter().filter(|field| personal_fields().contains(**field)).collect();
    assert!(personal.is_empty(), "{personal:?}");
    assert!(survived.is_subset(&kept_fields()), "{:?}", survived.difference(&kept_fields()));
    assert!(gone.contains("loyalty_card") && gone.contains("mobile_app_device"), "{gone:?}");
    // Only columns that hold texts keep one.
    assert!(sent.len() > 140, "{}", sent.len());
    insta::assert_snapshot!("replaced", gone.iter().copied().collect::<Vec<_>>().join("\n"));
    insta::assert_snapshot!("kept", survived.iter().copied().collect::<Vec<_>>().join("\n"));
    for asked in ["asked.for", "subscribed.by.call", "Zuupdatedname", "424242421", "acme", session.as_str()] {
        assert!(!written.contains(asked), "{asked}");
    }
}
