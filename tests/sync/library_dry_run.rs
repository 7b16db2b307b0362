//! The dry run of the library's own sync: it says what the sync then does, and changes neither the shop nor the CRM.

use mockgento::crm::{CustomerEdit, Entity, Fields};
use mockgento::{Clock, Crm, Sync, SyncPriority, TestShop};
use serde_json::json;

#[tokio::test]
async fn a_dry_run_says_what_the_sync_does_and_does_nothing() {
    let shop = TestShop::start().await;
    let id = shop.create("customer", json!({"email": "ann@example.com", "firstname": "Ann", "lastname": "Lee"}));
    let lastname = || {
        let customers = shop.rows("customer");
        let ann = customers.iter().find(|row| row["email"] == "ann@example.com").unwrap();
        ann["lastname"].as_str().unwrap().to_owned()
    };
    let clock = Clock::virtual_at(shop.now());
    let mut crm = Crm::in_memory(clock.clone()).unwrap();
    let sync = Sync::of(shop.wsdl_url(), shop.user(), shop.key()).clock(clock).two_way(SyncPriority::Local);

    let planned = sync.dry_run(&crm).await.unwrap();
    assert!(planned.outcome.is_ok() && planned.plan.complete, "{planned:?}");
    assert!(crm.integrations().unwrap().is_empty(), "a dry run leaves the CRM as it was");
    let added = |of: &str| planned.plan.entities.iter().find(|plan| plan.entity == of).map(|plan| plan.created);
    assert!(!planned.plan.shop.contains("@"), "{}", planned.plan.shop);
    sync.run(&mut crm).await.unwrap();
    assert_eq!(added("customer"), Some(crm.find(Entity::Customer, &[]).unwrap().len()));

    let row = crm.find(Entity::Customer, &[("originId", id.into())]).unwrap().remove(0);
    let fields = Fields::new().with("lastName", "King");
    crm.edit_customer(row.id, &CustomerEdit { fields, addresses: Vec::new() }).unwrap();
    shop.forget_calls();
    let planned = sync.dry_run(&crm).await.unwrap();
    let [write] = planned.plan.writes.as_slice() else { panic!("{:?}", planned.plan.writes) };
    assert_eq!((write.origin_id, write.changes[0].field.as_str()), (Some(mockgento::OriginId(id)), "lastname"));
    assert!(shop.received("oroCustomerUpdate").is_empty() && shop.received("customerCustomerUpdate").is_empty());
    assert_eq!(crm.pending_exports(crm.integrations().unwrap()[0].id).unwrap().len(), 1);
    assert_eq!(lastname(), "Lee");

    sync.run(&mut crm).await.unwrap();
    assert_eq!(lastname(), "King");
}
