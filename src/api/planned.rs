//! What a dry run says of the corner shop, for a first sync and for one after edits on both sides, reviewed as snapshots.

use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::crm::{Crm, CustomerEdit, Entity, Fields};
use crate::{Sync, SyncPriority, TestShop};

/// The plan without the port of the shop.
async fn planned(sync: &Sync, crm: &Crm, shop: &TestShop) -> Value {
    let planned = sync.dry_run(crm).await.unwrap();
    let text = serde_json::to_string(&planned.plan).unwrap();
    let address = shop.wsdl_url().as_ref().split("/api").next().unwrap_or_default().to_owned();
    serde_json::from_str(&text.replace(&address, "http://shop.example")).unwrap()
}

#[tokio::test]
async fn a_plan_says_what_a_first_sync_and_the_next_one_do() {
    let shop = TestShop::start().await;
    let clock = Clock::virtual_at(shop.now());
    let mut crm = Crm::in_memory(clock.clone()).unwrap();
    let sync = Sync::of(shop.wsdl_url(), shop.user(), shop.key()).clock(clock.clone()).two_way(SyncPriority::Local);
    insta::assert_yaml_snapshot!("first", planned(&sync, &crm, &shop).await);

    sync.run(&mut crm).await.unwrap();
    clock.advance(SignedDuration::from_hours(1));
    shop.advance(SignedDuration::from_hours(1));
    // Somebody with the name of a customer who is there, somebody with the e-mail of another on the other website.
    shop.create("customer", json!({"email": "jane@example.org", "firstname": "Jane", "lastname": "O'Neil"}));
    shop.create("customer", json!({"email": "bob@example.com", "firstname": "Rob", "lastname": "B", "website_id": 2}));
    let jane = crm.find(Entity::Customer, &[("email", "jane.oneil@example.com".into())]).unwrap().remove(0);
    let fields = Fields::new().with("lastName", "King").with("middleName", "A");
    crm.edit_customer(jane.id, &CustomerEdit { fields, addresses: Vec::new() }).unwrap();
    insta::assert_yaml_snapshot!("next", planned(&sync, &crm, &shop).await);
}
