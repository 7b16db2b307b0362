//! Values as the database of a real shop holds and compares them, and as Magento saves them.

use mockgento::magento::columns;
use mockgento::magento::columns::collation;
use mockgento::magento::columns::compare::Literal;
use mockgento::magento::columns::saved::saved;
use mockgento::magento::columns::stored::stored;
use mockgento::soap::SoapStruct;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::wire::{STYLES, Wire};

fn customer(email: &str, fields: Value) -> Value {
    let mut data = json!({"email": email, "firstname": "Ann", "lastname": "Case", "password": "secret12",
                          "website_id": 1, "store_id": 1, "group_id": 1});
    for (name, value) in fields.as_object().into_iter().flatten() {
        data[name] = value.clone();
    }
    json!({"customerData": data})
}

fn emails(rows: &[SoapStruct]) -> String {
    rows.iter().filter_map(|row| row.text("email")).collect::<Vec<_>>().join(" ")
}

fn where_(field: &str, operator: &str, value: &str) -> Value {
    let condition = json!({"key": field, "value": {"key": operator, "value": value}});
    let of_this_test = json!({"key": "email", "value": {"key": "like", "value": "%@values.example"}});
    json!({"filters": {"complex_filter": [of_this_test, condition]}})
}

#[test]
fn customers_are_found_by_the_collation_and_type_of_the_column() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, Some("1.2.19"));
        for (email, firstname, lastname, dob) in [
            ("a@values.example", "Zoë", "Müller", "1980-12-31"),
            ("b@values.example", "zoe", "Nan", "12/31/1981"),
            ("c@values.example", "007", "Infinity ", ""),
        ] {
            let fields = json!({"firstname": firstname, "lastname": lastname, "dob": dob});
            shop.ok("customerCustomerCreate", customer(email, fields));
        }
        for (field, operator, value, expected) in [
            ("lastname", "eq", "MULLER", "a@values.example"),
            ("lastname", "like", "mull%", "a@values.example"),
            ("firstname", "eq", "zoe  ", "a@values.example b@values.example"),
            ("firstname", "in", "7,zoë", "a@values.example b@values.example"),
            ("firstname", "eq", "7", ""),
            ("lastname", "gt", "m", "a@values.example b@values.example"),
            ("lastname", "eq", "infinity", "c@values.example"),
            ("LASTNAME", "eq", "nan", "b@values.example"),
            ("group_id", "eq", "1 OR 1=1", "a@values.example b@values.example c@values.example"),
            ("dob", "eq", "1980/12/31", "a@values.example"),
            ("dob", "from", "19810101", "b@values.example"),
            ("lastname", "regexp", "^m", "a@values.example"),
            ("lastname", "moreq", "nan", "b@values.example"),
        ] {
            let rows = shop.rows("customerCustomerList", where_(field, operator, value));
            assert_eq!(emails(&rows), expected, "{style:?}: {field} {operator} {value}");
        }
    }
}

#[test]
fn what_a_backend_throws_is_fault_1() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        for (fields, expected) in [
            (json!({"dob": "yesterday"}), "1 Invalid date"),
            (
                json!({"password": " abc "}),
                "1 The password must have at least 7 characters. Leading or trailing spaces will be ignored.",
            ),
            (json!({"website_id": 99}), "1 SQLSTATE[23000]: Integrity constraint violation: 1452 Cannot add"),
            // The store is looked up for its name, and what Magento throws has no text.
            (json!({"store_id": 99}), "1 "),
        ] {
            let refused = shop.call("customerCustomerCreate", customer("x@values.example", fields.clone()));
            let said = refused.expect_err("a refusal");
            assert!(said.starts_with(expected), "{style:?} {fields}: {said}");
        }
        for (sku, expected) in [
            ("tea-g ", "1 The value of attribute \"SKU\" must be unique"),
            ("x".repeat(65).as_str(), "1 SKU length should be 64 characters maximum."),
        ] {
            let arguments = json!({"type": "simple", "set": "4", "sku": sku, "productData": {"name": "T"}});
            assert_eq!(shop.call("catalogProductCreate", arguments), Err(expected.to_owned()));
        }
    }
}

#[test]
fn a_customer_id_in_the_data_is_the_customers_own() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let first = shop.ok("customerCustomerCreate", customer("one@values.example", json!({"taxvat": "T"})));
        let id = first.to_int().expect("an id");
        let fields = json!({"customer_id": id, "firstname": "Eve"});
        let again = shop.ok("customerCustomerCreate", customer("two@values.example", fields));
        assert_eq!(again.to_int(), Some(id));
        let info = shop.record("customerCustomerInfo", json!({"customerId": id}));
        let texts = ["email", "firstname", "taxvat"].map(|name| info.text(name).unwrap_or_default());
        assert_eq!(texts, ["two@values.example", "Eve", "T"], "what is not sent stays");
        let unused = shop.ok("customerCustomerCreate", customer("six@values.example", json!({"customer_id": 9000})));
        assert_eq!(unused.to_int(), Some(9000));
    }
}

#[test]
fn products_hold_what_magento_makes_of_their_data() {
    for style in STYLES {
        let mut shop = Wire::tea_shop(style, None);
        let mut made = |sku: &str, kind: &str, fields: Value| {
            let mut data = json!({"name": "Tee", "websites": ["1"]});
            for (name, value) in fields.as_object().into_iter().flatten() {
                data[name] = value.clone();
            }
            let arguments = json!({"type": kind, "set": "4", "sku": sku, "productData": data});
            let id = shop.ok("catalogProductCreate", arguments).to_int().expect("an id");
            (id, shop.record("catalogProductInfo", json!({"productId": id.to_string()})))
        };
        let (_, first) = made("V1", "simple", json!({"price": "9,99", "status": "Enabled", "url_key": "Ärger & Co."}));
        let (id, second) = made("V2", "virtual", json!({"price": "abc", "weight": "2", "url_key": "Ärger & Co."}));
        let (_, third) = made("V3", "simple", json!({"name": "n".repeat(300), "special_to_date": "2/9/2026"}));
        let (second_path, long_name) = (format!("arger-co-{id}.html"), "n".repeat(255));
        for (record, name, expected) in [
            (&first, "price", "9.9900"),
            (&first, "status", "0"),
            (&first, "url_key", "arger-co"),
            (&first, "url_path", "arger-co.html"),
            (&first, "visibility", "4"),
            (&second, "price", "0.0000"),
            (&second, "weight", ""),
            (&second, "url_path", second_path.as_str()),
            (&third, "name", long_name.as_str()),
            (&third, "special_to_date", "2026-02-09 00:00:00"),
        ] {
            assert_eq!(record.text(name).unwrap_or_default(), expected, "{style:?}: {name}");
        }
    }
}

fn column() -> impl Strategy<Value = &'static columns::Column> {
    let all: Vec<_> = columns::tables().filter_map(columns::table).flat_map(|table| table.columns.values()).collect();
    prop::sample::select(all)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\PC{0,40}",
        "[ +-]?[0-9]{0,12}[.,]?[0-9]{0,6}([eE][+-]?[0-9]{1,2})?[a-z ]{0,3}",
        "[0-9]{1,4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}([T ][0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2})?)?",
    ]
}

proptest! {
    /// What a column gives is what it keeps when it is given it, and it is found by what it gives.
    #[test]
    fn what_is_saved_and_read_twice_is_the_same(column in column(), text in text()) {
        let sql_type = column.declared.sql_type;
        let read = stored(&text, sql_type).into_owned();
        prop_assert_eq!(stored(&read, sql_type), read.as_str(), "{} in {}", text, sql_type);
        prop_assert!(Literal::new(&read, sql_type).is(&read), "{} in {}", read, sql_type);
        if let Ok(Some(value)) = saved(&text, sql_type, column.attribute) {
            let read = stored(&value, sql_type).into_owned();
            let again = saved(&read, sql_type, column.attribute).expect("what was saved").expect("a value");
            prop_assert_eq!(stored(&again, sql_type), read.as_str(), "{} in {}", text, sql_type);
        }
    }

    /// Equality is that of the index, and no text is before itself.
    #[test]
    fn the_collation_is_an_order(a in "\\PC{0,12} {0,2}", b in "\\PC{0,12}") {
        prop_assert_eq!(collation::compare(&a, &b), collation::compare(&b, &a).reverse());
        prop_assert_eq!(collation::equal(&a, &b), collation::key(&a) == collation::key(&b));
        prop_assert!(collation::equal(&a, &a.to_uppercase()) || !a.is_ascii());
    }
}
