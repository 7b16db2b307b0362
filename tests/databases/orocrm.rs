//! `clients/orocrm-4.yaml`: its queries are asked of tables with the columns that OroCRM's installers make, and its programs run
//! against a kernel and a console as small as they can be. No OroCRM is here.

use std::collections::BTreeSet;
use std::process::Command;

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

/// Whether the programs cannot run.
pub fn php_is_missing() -> bool {
    let probe = "exit(extension_loaded('pdo_mysql') ? 0 : 1);";
    !Command::new("php").args(["-r", probe]).status().is_ok_and(|status| status.success())
}

pub fn the_programs_empty_and_configure_what_they_should(servers: &Servers) {
    let folder = tempfile::tempdir().unwrap();
    let (saved, called) = (folder.path().join("saved.json"), folder.path().join("called"));
    let reset = std::fs::read_to_string(root().join("clients/orocrm-4/reset.php")).unwrap();
    let table = regex::Regex::new("(?:'|FROM |UPDATE )(oro(?:crm)?_[a-z_]+)").unwrap();
    let emptied: BTreeSet<&str> = table.captures_iter(&reset).map(|found| found.get(1).unwrap().as_str()).collect();
    assert!(emptied.len() > 25, "{emptied:?}");
    // Tables that no query of the client asks have a column only here, and every table a row.
    let others: String = emptied.iter().map(|name| format!("CREATE TABLE IF NOT EXISTS {name} (id INT);\n")).collect();
    let rows: String = emptied.iter().map(|name| format!("INSERT INTO {name} (id) VALUES (77);\n")).collect();
    let kept = "CREATE TABLE oro_user (id INT);\nINSERT INTO oro_user VALUES (1);\n";
    let schema = std::fs::read_to_string(root().join("tests/fixtures/clients/orocrm-4.sql")).unwrap() + &others;
    servers.run_mariadb(&(schema + &rows + kept));
    let conform = |may_be_emptied: &str, integration: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args([
            "conform",
            "--client",
            "clients/orocrm-4.yaml",
            "scenarios/customers/first-sync.yaml",
            "-k",
            "rpc",
        ]);
        command.current_dir(root()).env("NO_COLOR", "1").env("OROCRM_DSN", &servers.mariadb);
        command.env("OROCRM_ROOT", root().join("tests/fixtures/clients/orocrm")).env("OROCRM_CONSUME", "+1 seconds");
        command.env("OROCRM_SAVED", &saved).env("OROCRM_CALLED", &called);
        command.env("OROCRM_MAY_BE_EMPTIED", may_be_emptied).env("OROCRM_INTEGRATION", integration);
        let run = command.output().unwrap();
        format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr))
    };
    let count = |name: &str| rows_of(servers, name);
    let refused = conform("no", "1");
    assert!(refused.contains("set OROCRM_MAY_BE_EMPTIED=yes where that is meant"), "{refused}");
    assert_eq!(count("orocrm_magento_order"), 1, "nothing was deleted");
    let unknown = conform("yes", "2");
    assert!(unknown.contains("there is no integration 2"), "{unknown}");

    // The console syncs nothing, so that every row of ours is missing; that shows that all commands ran and all tables were asked.
    let ran = conform("yes", "1");
    assert!(ran.contains("differs") && ran.contains("website originId 1 is missing"), "{ran}");
    for name in &emptied {
        assert_eq!(count(name), 0, "{name}");
    }
    assert_eq!(count("oro_user"), 1);
    let text = std::fs::read_to_string(&called).unwrap();
    assert_eq!(text, "oro:cron:integration:sync\noro:message-queue:consume\n");
    let saved: serde_json::Value = serde_json::from_str(&std::fs::read_to_string(&saved).unwrap()).unwrap();
    for (setter, expected) in [
        ("setApiUser", serde_json::json!("oro")),
        ("setIsWsiMode", false.into()),
        ("setWebsiteId", (-1).into()),
        ("setGuestCustomerSync", true.into()),
        ("setSharedGuestEmailList", serde_json::json!([])),
        ("setNewsletterSubscriberSyncedToId", serde_json::Value::Null),
        ("setEnabled", true.into()),
    ] {
        assert_eq!(saved.get(setter), Some(&expected), "{setter}: {saved:#}");
    }
    assert!(saved["setApiUrl"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{saved:#}");
    assert!(saved["setApiKey"].as_str().unwrap().starts_with("encrypted:"), "{saved:#}");
}

fn rows_of(servers: &Servers, table: &str) -> usize {
    let counted = rows(&servers.mariadb, &format!("SELECT id FROM {table}"));
    counted.unwrap_or_else(|error| panic!("{table}: {error}")).len()
}
