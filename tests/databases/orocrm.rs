//! `clients/orocrm-4.yaml`: its queries are asked of tables with the columns that OroCRM's installers make.

use std::collections::BTreeSet;

use mockgento::scenario::actor::load::load;

use crate::servers::{Servers, root, rows};

/// What scenarios speak of and the client must show.
const SPOKEN_OF: &[&str] = &[
    "website",
    "store",
    "customer",
    "customerAddress",
    "order",
    "orderItem",
    "orderAddress",
    "orderNote",
    "cart",
    "cartItem",
    "cartAddress",
    "creditMemo",
    "creditMemoItem",
    "newsletterSubscriber",
    "account",
    "contact",
];

const ROWS: &str = "
INSERT INTO orocrm_magento_website (id, origin_id, website_code) VALUES (1, 1, 'base');
INSERT INTO orocrm_magento_store (id, website_id, origin_id, store_code) VALUES (1, 1, 1, 'default');
INSERT INTO orocrm_magento_customer (id, website_id, store_id, email, first_name, origin_id, lifetime) VALUES (3, 1, 1, 'ada@example.com', 'Ada', 7, 60.0000);
INSERT INTO orocrm_magento_order (id, customer_id, store_id, increment_id, total_amount) VALUES (1, 3, 1, '100000001', 60.0000);
INSERT INTO orocrm_magento_cart_address (id, origin_id, city) VALUES (1, 11, 'Bonn');
INSERT INTO orocrm_magento_cart (id, origin_id, shipping_address_id) VALUES (1, 5, 1);
";

pub fn the_client_file_asks_what_its_tables_have(servers: &Servers) {
    let loaded = load(&root().join("clients/orocrm-4.yaml")).unwrap_or_else(|error| panic!("{error}"));
    let tables = loaded.file.crm.as_ref().unwrap().tables.clone();
    let schema = std::fs::read_to_string(root().join("tests/fixtures/clients/orocrm-4.sql")).unwrap() + ROWS;
    servers.run_mariadb(&schema);
    servers.run_postgres(&schema);
    let shown: BTreeSet<&str> = tables.keys().map(|name| name.as_str()).collect();
    let missing: Vec<&&str> = SPOKEN_OF.iter().filter(|table| !shown.contains(**table)).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for address in [&servers.postgres, &servers.mariadb] {
        let of = |table: &str| {
            let (_, query) = tables.iter().find(|(name, _)| name.as_str() == table).unwrap();
            rows(address, &query.query).unwrap_or_else(|error| panic!("{table}: {error}"))
        };
        for (name, query) in &tables {
            let found = of(name.as_str());
            for column in found.first().into_iter().flat_map(|row| row.keys()) {
                assert!(query.query.contains(&format!("AS \"{column}\"")), "{}: {column}", name.as_str());
            }
        }
        let told = |table: &str, columns: &[&str]| -> Vec<Option<String>> {
            let row = &of(table)[0];
            columns.iter().map(|column| row[*column].clone()).collect()
        };
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            told("customer", &["originId", "email", "website", "store"]),
            [some("7"), some("ada@example.com"), some("base"), some("default")]
        );
        assert_eq!(told("order", &["customer", "totalAmount"]), [some("ada@example.com"), some("60.0000")]);
        assert_eq!(told("cartAddress", &["cart", "kind", "city"]), [some("5"), some("shipping"), some("Bonn")]);
    }
}
