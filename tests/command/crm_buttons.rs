//! The buttons on the CRM's pages as a person presses them in a terminal: newsletter subscriptions, "Sync data", orders
//! placed from the CRM, the ways of a cart. The shop is asked at once.

use std::process::Command;

use mockgento::disrupt::{Disruption, When};
use mockgento::shop::generate::{Recipe, generate};
use mockgento::testing::TestShop;
use serde_json::{Value, json};
use tempfile::TempDir;

const KEY: &str = "oro-key-1";

/// A shop and a CRM file that was synced with it.
struct World {
    shop: TestShop,
    folder: TempDir,
}

impl World {
    /// Ten customers with an order each, five carts, five subscribers.
    async fn synced() -> Self {
        let recipe = Recipe {
            customers: 10,
            addresses: 10,
            carts: 5,
            orders: 10,
            items: 20,
            credit_memos: 0,
            products: 0,
            invoices: 0,
            shipments: 0,
            subscribers: 5,
            from: "2024-01-01T00:00:00Z".parse().unwrap(),
            to: "2024-01-10T00:00:00Z".parse().unwrap(),
            random_seed: 1,
        };
        let seed = generate(&recipe).unwrap();
        let world = Self {
            shop: TestShop::builder().seed(seed).user("oro", KEY).running_clock().start().await,
            folder: tempfile::tempdir().unwrap(),
        };
        let url = world.shop.wsdl_url().to_string();
        let shop = ["--url", &url, "--user", "oro", "--start-date", "2024-01-01"];
        // The form's check finds the admin's address, without which no order can be placed.
        assert_eq!(world.said(&[&["check"], &shop[..]].concat()).0, 0);
        let synced = world.said(&[&["sync", "--two-way", "remote"], &shop[..]].concat());
        assert_eq!(synced.0, 0, "{}", synced.1);
        world
    }

    fn said(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(arguments).arg("--crm").arg(self.folder.path().join("crm.sqlite"));
        let output = command.env("NO_COLOR", "1").env("MOCKGENTO_API_KEY", KEY).output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        (output.status.code().unwrap(), text)
    }

    /// The rows of an entity that have a value.
    fn rows(&self, entity: &str, filter: &str) -> Vec<Value> {
        let (code, text) = self.said(&["crm", "show", entity, "--where", filter, "--json"]);
        assert_eq!(code, 0, "{text}");
        serde_json::from_str(&text).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_is_changed_in_both_places_and_the_write_is_audited() {
    let world = World::synced().await;
    for (arguments, id, status) in [
        (&["unsubscribe", "customer.3@example.com"][..], 3, "3"),
        (&["subscribe", "3"], 3, "1"),
        (&["unsubscribe", "--subscriber", "customer.4@example.com"], 4, "3"),
        // Nobody subscribed the seventh customer before.
        (&["subscribe", "customer.7@example.com"], 6, "1"),
    ] {
        let said = world.said(&[&["crm"], arguments].concat());
        assert_eq!(said, (0, "Subscription updated\n".to_owned()), "{arguments:?}");
        assert_eq!(world.shop.rows("newsletter_subscriber")[id - 1]["subscriber_status"], status, "{arguments:?}");
        assert_eq!(world.rows("newsletterSubscriber", &format!("originId={id}"))[0]["status"], status, "{arguments:?}");
    }
    let again = world.said(&["crm", "subscribe", "3"]);
    assert_eq!(again, (1, "Subscription was not updated: it is so already\n".to_owned()));
    let audit = std::fs::read_to_string(world.folder.path().join("crm.sqlite.audit.jsonl")).unwrap();
    let lines: Vec<Value> = audit.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let first = json!([{"field": "subscriber_status", "before": "1", "after": "3"}]);
    assert_eq!((lines.len(), &lines[0]["changes"], &lines[0]["origin_id"]), (8, &first, &json!(3)));
    assert_eq!((&lines[6]["operation"], &lines[6]["origin_id"]), (&json!("newsletterSubscriberCreate"), &Value::Null));
    assert_eq!((&lines[7]["result"], &lines[7]["origin_id"]), (&json!({"result": "created"}), &json!(6)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_shop_refuses_changes_nothing_and_is_told() {
    let world = World::synced().await;
    let broken = Disruption::Fault { code: "103".to_owned(), string: "out of order".to_owned() };
    world.shop.disrupt(broken, When::nth_of("newsletterSubscriberUpdate", 1));
    let (code, text) = world.said(&["crm", "unsubscribe", "3"]);
    assert!(code == 1 && text.contains("Subscription was not updated: ") && text.contains("out of order"), "{text}");
    assert_eq!(world.rows("newsletterSubscriber", "originId=3")[0]["status"], "1");
    for (arguments, expected) in [
        (&["crm", "unsubscribe", "nobody@example.com"][..], "there is no customer nobody@example.com"),
        (&["crm", "sync-data", "order", "4711"], "there is no order 4711"),
        (&["crm", "move-cart", "1", "reopen"], "\"reopen\" is for carts that are lost or converted_to_opportunity"),
        (&["crm", "order-placed"], "--cart"),
    ] {
        let (code, text) = world.said(arguments);
        assert!(code == 2 && text.contains(expected), "{arguments:?}: {text}");
    }
    assert_eq!(world.said(&["integration", "set", "--two-way", "off"]).0, 0);
    let (code, text) = world.said(&["crm", "unsubscribe", "3"]);
    assert!(code == 1 && text.contains("two way sync is off"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_written_down_is_not_sent() {
    let world = World::synced().await;
    std::fs::create_dir(world.folder.path().join("crm.sqlite.audit.jsonl")).unwrap();
    let (code, text) = world.said(&["crm", "unsubscribe", "3"]);
    assert!(code == 2 && text.contains("the audit cannot be written, so the shop is not asked"), "{text}");
    world.shop.assert_not_called("newsletterSubscriberUpdate");
}

#[tokio::test(flavor = "multi_thread")]
async fn sync_data_asks_for_one_record_again() {
    let world = World::synced().await;
    world.shop.update("sales_flat_order", 2, json!({"status": "holded"}));
    world.shop.update("sales_flat_order", 3, json!({"status": "holded"}));
    world.shop.update("sales_flat_quote", 2, json!({"grand_total": "999.0000"}));
    let synced = "Data successfully synchronized.\n1 rows read, 0 added, 1 updated\n";
    assert_eq!(world.said(&["crm", "sync-data", "order", "100000002"]), (0, synced.to_owned()));
    assert_eq!(world.said(&["crm", "sync-data", "cart", "2"]), (0, synced.to_owned()));
    let status = |order| world.rows("order", &format!("incrementId={order}"))[0]["status"].clone();
    assert_eq!(status("100000002"), "holded");
    assert_ne!(status("100000003"), "holded", "only the one that was asked for");
    assert_eq!(world.rows("cart", "originId=2")[0]["grandTotal"], "999.0000");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cart_goes_its_ways_and_its_order_is_fetched_once_it_was_placed() {
    let world = World::synced().await;
    let cart = world.rows("cart", "status=open")[0]["originId"].to_string();
    let status = || world.rows("cart", &format!("originId={cart}"))[0]["status"].clone();
    for (step, expected) in
        [("abandon", "lost"), ("reopen", "open"), ("convert-to-opportunity", "converted_to_opportunity")]
    {
        let said = world.said(&["crm", "move-cart", &cart, step]);
        assert_eq!((said, status()), ((0, format!("the cart is {expected} now\n")), json!(expected)));
    }
    assert_eq!(world.said(&["crm", "move-cart", &cart, "reopen"]).0, 0);
    let (code, text) = world.said(&["crm", "order-placed", "--cart", &cart]);
    assert!(code == 1 && text.contains(&format!("the shop has no order of cart {cart} yet; place it there")), "{text}");
    // The new order of the cart, as the shop's admin places it.
    world.shop.update("sales_flat_order", 9, json!({"quote_id": cart}));
    world.shop.update("sales_flat_quote", cart.parse().unwrap(), json!({"is_active": "0"}));
    let (code, text) = world.said(&["crm", "order-placed", "--cart", &cart]);
    assert!(code == 0 && text.starts_with("The order is in the CRM.\n"), "{text}");
    assert_eq!(status(), "purchased");
}

#[tokio::test(flavor = "multi_thread")]
async fn maintenance_mends_what_is_missing_and_says_how_much() {
    let world = World::synced().await;
    let file = world.folder.path().join("crm.sqlite");
    let broken = rusqlite::Connection::open(&file).unwrap();
    broken
        .execute_batch(
            "PRAGMA foreign_keys = ON;
             DELETE FROM contact WHERE id IN (SELECT contact FROM customer WHERE originId IN (1, 2, 3));
             DELETE FROM contactAddress WHERE contact = (SELECT contact FROM customer WHERE originId = 4);
             UPDATE customer SET lifetime = '1' WHERE originId = 5;",
        )
        .unwrap();
    drop(broken);
    for (arguments, expected) in [
        (&["add-contacts"][..], "3 of 11 customers had no contact and have one now.\n"),
        (&["add-contacts", "--name", "Magento"], "0 of 11 customers had no contact and have one now.\n"),
        (&["copy-addresses", "--customer", "1"], "0 addresses were copied to contacts that did not have them.\n"),
        (&["copy-addresses"], "1 addresses were copied to contacts that did not have them.\n"),
        (
            &["recalculate-lifetime"],
            "The lifetime of 1 of 11 customers is wrong. Nothing was saved; --force saves what is right.\n",
        ),
        (&["recalculate-lifetime", "--force"], "The lifetime of 1 of 11 customers was wrong and is right now.\n"),
        (&["recalculate-lifetime", "--force"], "The lifetime of 0 of 11 customers was wrong and is right now.\n"),
    ] {
        assert_eq!(world.said(&[&["crm"], arguments].concat()), (0, expected.to_owned()), "{arguments:?}");
    }
    let (code, text) = world.said(&["crm", "add-contacts", "--name", "Magneto"]);
    assert!(code == 2 && text.contains("there is no integration \"Magneto\"; this CRM has \"Magento\""), "{text}");
    assert_eq!(world.shop.rows("sales_flat_order").len(), 10, "no shop was asked to change anything");
}
