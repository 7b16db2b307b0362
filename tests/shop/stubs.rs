//! What somebody says that an operation answers: in both styles, for operations of the product and of modules.

use std::path::Path;

use mockgento::magento::{BridgeRelease, Contract, Module};
use mockgento::shop::seed::SeedUser;
use mockgento::shop::stubs::StubFile;
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;
use serde_json::{Value, json};

use crate::support::{self, served::Served, wire::STYLES};

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/modules/acme-loyalty");

/// The shop of the example, in a style.
pub fn loyalty(mode: WireStyle) -> Shop {
    let folder = Path::new(MODULE);
    let modules = Module::read_folder(folder).unwrap();
    assert_eq!(modules[0].name, "Acme_Loyalty");
    let text = std::fs::read_to_string(folder.join("seed.yaml")).unwrap();
    let mut seed = Seed::parse(&text, "seed.yaml").unwrap();
    seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
    let config = ShopConfig {
        mode,
        bridge: Some(BridgeRelease::newest()),
        contract: Contract::shared().with_modules(&modules).unwrap(),
        ..ShopConfig::new(support::clock())
    };
    Shop::new(config, seed).unwrap()
}

pub fn with_stubs(mut shop: Shop, yaml: &str) -> Shop {
    shop.install_stubs(&StubFile::parse(yaml, "stubs.yaml").unwrap()).unwrap();
    shop
}

pub fn example(mode: WireStyle) -> Shop {
    let text = std::fs::read_to_string(Path::new(MODULE).join("stubs.yaml")).unwrap();
    with_stubs(loyalty(mode), &text)
}

fn why_not(yaml: &str) -> String {
    let mut shop = loyalty(WireStyle::RpcEncoded);
    StubFile::parse(yaml, "stubs.yaml").and_then(|file| shop.install_stubs(&file)).unwrap_err().to_string()
}

#[tokio::test]
async fn a_module_answers_by_its_stubs_in_both_styles() {
    for mode in STYLES {
        let shop = Served::start(example(mode)).await;
        let account = shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await;
        assert_eq!(account["points"], 120, "{mode:?}: {account}");
        assert_eq!((&account["level"], &account["since"]), (&json!("gold"), &json!("2024-02-01")));
        let refused = shop.answer("acmeLoyaltyInfo", json!({"customerId": 13})).await;
        assert_eq!(refused, json!("101 The customer has no loyalty account."));
        let missing = shop.answer("acmeLoyaltyInfo", json!({"customerId": 99})).await;
        assert_eq!(missing, json!("101 The customer has no loyalty account."));
        let data = json!({"accountData": {"customer_id": 7, "points": 5}});
        assert_eq!(shop.answer("acmeLoyaltyCreate", data).await, json!(3), "{mode:?}");
        let filters = json!([{"key": "customer_id", "value": "7"}]);
        let listed =
            shop.call("acmeLoyaltyList", json!({"filters": {"filter": filters}, "pager": null})).await.unwrap();
        let rows = support::wire::rows(&listed);
        assert_eq!(rows.len(), 1, "{mode:?}: {listed:?}");
        assert_eq!(rows[0].text("since").as_deref(), Some("2026-11-23"), "the shop's own date");
        let pager = json!({"filters": null, "pager": {"page": 2, "pageSize": 2}});
        let page = shop.call("acmeLoyaltyList", pager).await.unwrap();
        assert_eq!(support::wire::rows(&page).len(), 1, "{mode:?}: the third of three");
    }
}

#[tokio::test]
async fn a_field_of_a_module_joins_a_type_of_the_product_and_is_merged_into_its_answer() {
    for mode in STYLES {
        let shop = Served::start(example(mode)).await;
        let info = |id: u32| shop.answer("customerCustomerInfo", json!({"customerId": id, "attributes": null}));
        let (ann, bob) = (info(1).await, info(2).await);
        assert_eq!((&ann["email"], &ann["loyalty_points"]), (&json!("ann@example.com"), &json!(120)), "{mode:?}");
        assert!(bob.get("loyalty_points").is_none(), "{mode:?}: {bob}");
    }
}

#[tokio::test]
async fn the_first_stub_that_a_call_meets_counts_and_the_others_fall_through() {
    let stubs = "
stubs:
  - operation: customerCustomerInfo
    when: {customerId: 2}
    fault: {code: 101, string: 'No luck for {{ customer.email }}'}
  - operation: customerCustomerInfo
    when: {customerId: {one of: [2, 3]}}
    fault: {code: 99, string: never for 2}
  - name: three times
    operation: storeList
    answer: []
    times: 2
    then:
      - fault: {code: 'SOAP-ENV:Server', string: down}
      - answer: []
        times: 1
  - operation: magentoInfo
    answer: {magento_version: '9.9', magento_edition: '{{ arguments.sessionId | length }}'}
";
    for mode in STYLES {
        let shop = Served::start(with_stubs(loyalty(mode), stubs)).await;
        let info = |id: u32| shop.answer("customerCustomerInfo", json!({"customerId": id, "attributes": null}));
        assert_eq!(info(2).await, json!("101 No luck for bob@example.com"));
        assert_eq!(info(3).await, json!("99 never for 2"));
        assert_eq!(info(1).await["email"], "ann@example.com", "what no stub is for");
        let mut stores = Vec::new();
        for _ in 0..5 {
            stores.push(match shop.call("storeList", json!({})).await {
                Ok(list) => support::wire::rows(&list).len().to_string(),
                Err(fault) => fault,
            });
        }
        assert_eq!(stores, ["0", "0", "SOAP-ENV:Server down", "0", "1"], "{mode:?}");
        assert_eq!(shop.answer("magentoInfo", json!({})).await["magento_edition"], "32");
        let (_, listed) = shop.admin("GET", "/stubs", Value::Null).await;
        let third = &listed["stubs"][2];
        assert_eq!(
            (&third["name"], &third["called"], &third["used_up"]),
            (&json!("three times"), &json!(4), &json!(true))
        );
        let (_, calls) = shop.admin("GET", "/requests?operation=magentoInfo", Value::Null).await;
        assert_eq!(calls["requests"][0]["stub"], "stubs.yaml:17");
    }
}

#[tokio::test]
async fn stubs_of_a_test_come_and_go() {
    let shop = Served::start(example(WireStyle::RpcEncoded)).await;
    let stub = json!({"operation": "acmeLoyaltyInfo", "answer": {"account_id": 9, "customer_id": 1, "points": 1}});
    let (status, added) = shop.admin("POST", "/stubs", stub.clone()).await;
    assert_eq!((status, added["stubs"].as_array().unwrap().len()), (201, 1), "{added}");
    // Those of the file come after it.
    assert_eq!(shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await["points"], 1);
    assert_eq!(shop.admin("DELETE", "/stubs", Value::Null).await.0, 204);
    let honest = shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await;
    assert!(
        honest.as_str().unwrap().starts_with("4 acmeLoyaltyInfo has no answer in this fake shop: write a stub"),
        "{honest}"
    );
    let (_, added) = shop.admin("POST", "/stubs", json!({"stubs": [stub]})).await;
    assert_eq!(shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await["points"], 1);
    let id = added["stubs"][0]["id"].as_u64().unwrap();
    assert_eq!(shop.admin("DELETE", &format!("/stubs/{id}"), Value::Null).await.0, 204);
    assert_eq!(shop.admin("DELETE", &format!("/stubs/{id}"), Value::Null).await.0, 404);
    shop.admin("POST", "/reset", json!({})).await;
    let mut shop = shop;
    shop.login().await;
    assert_eq!(
        shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await["points"],
        120,
        "a reset brings the file's"
    );
    let (status, refused) = shop.admin("POST", "/stubs", json!({"operation": "storeLst", "answer": []})).await;
    assert_eq!(status, 400);
    assert!(refused["detail"].as_str().unwrap().contains("did you mean storeList?"), "{refused}");
}

#[tokio::test]
async fn a_template_that_fails_says_where() {
    let stubs = "stubs:\n  - operation: customerCustomerInfo\n    answer: {email: '{{ customer.email }}'}\n";
    let shop = Served::start(with_stubs(loyalty(WireStyle::RpcEncoded), stubs)).await;
    let fault = shop.answer("customerCustomerInfo", json!({"customerId": 99})).await;
    let said = fault.as_str().unwrap();
    assert!(said.starts_with("1 stubs.yaml:3: answer.email: the template {{ customer.email }}: "), "{said}");
}

/// Whatever a stub is called, what fails in it names its file and line.
#[tokio::test]
async fn whatever_fails_in_a_call_names_file_and_line() {
    let stubs = "stubs:
  - operation: acmeLoyaltyList
    name: a name of its own
    rows of: acme_loyalty
  - operation: acmeLoyaltyCreate
    name: another
    when: {accountData.level: flat}
    answer: \"{{ arguments.accountData.level }}\"
  - operation: acmeLoyaltyCreate
    name: a third
    insert into: acme_loyalty
  - operation: customerCustomerInfo
    answer: {customer_id: 99}
    then:
      - fault: {code: 9, string: \"{{ customer.email }}\"}
";
    let shop = Served::start(with_stubs(loyalty(WireStyle::RpcEncoded), stubs)).await;
    let filters = json!({"filter": [{"key": "pionts", "value": "1"}]});
    let create = |level: &str, customer: &str| json!({"accountData": {"customer_id": customer, "level": level}});
    shop.answer("customerCustomerInfo", json!({"customerId": 99})).await;
    for (operation, arguments, said) in [
        (
            "acmeLoyaltyList",
            json!({"filters": filters}),
            "1 stubs.yaml:2: rows of acme_loyalty: SQLSTATE[42S22]: Column not found: 1054 Unknown column 'pionts' in \
             'WHERE'; did you mean `points`?",
        ),
        (
            "acmeLoyaltyCreate",
            create("flat", "1"),
            "1 stubs.yaml:5: answer is declared as xsd:int, and \"flat\" is none",
        ),
        (
            "acmeLoyaltyCreate",
            create("far too long for the column that it is to be kept in", "1"),
            "1 stubs.yaml:9: insert into acme_loyalty: acmeLoyaltyCreate cannot add the row: acme_loyalty.level cannot hold",
        ),
        (
            "customerCustomerInfo",
            json!({"customerId": 99}),
            "1 stubs.yaml:15: fault: the template {{ customer.email }}: ",
        ),
    ] {
        let fault = shop.answer(operation, arguments).await;
        assert!(fault.as_str().is_some_and(|fault| fault.starts_with(said)), "{said}\n{fault}");
    }
}

#[tokio::test]
async fn a_delay_is_the_shops_time_where_that_can_pass_and_real_time_elsewhere() {
    let stubs = "stubs:\n  - operation: storeList\n    delay: 90 s\n";
    let shop = Served::start(with_stubs(loyalty(WireStyle::RpcEncoded), stubs)).await;
    let before = shop.shop.shop().lock().unwrap().clock().now();
    assert!(shop.answer("storeList", json!({})).await.is_array(), "the shop's own answer");
    let after = shop.shop.shop().lock().unwrap().clock().now();
    assert_eq!(after.duration_since(before).as_secs(), 90);
}

#[test]
fn what_cannot_work_names_file_and_line() {
    for (yaml, said) in [
        ("stubs:\n  - operation: nothing\n    answer: 1", "stubs.yaml:2:16: this shop has no operation nothing"),
        ("stubs:\n  - operation: storeList", "stubs.yaml:2:16: the stub answers nothing"),
        ("stubs:\n  - operation: storeList\n    answer: 1", "stubs.yaml:3:13: answer is a list"),
        (
            "stubs:\n  - operation: storeList\n    answer: []\n    fault: {code: 1}",
            "stubs.yaml:4:12: there are both `answer` and `fault`",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyInfo\n    when: {customerID: 1}\n    answer: null",
            "stubs.yaml:3:12: acmeLoyaltyInfo has no argument customerID; did you mean customerId?",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyInfo\n    answer: {account_id: 1, customer_id: 1, pints: 3}",
            "acmeLoyaltyEntity has no field pints; did you mean points?",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyInfo\n    answer: {account_id: 1, customer_id: 1}",
            "answer lacks points, which acmeLoyaltyEntity requires",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyInfo\n    answer: {merge: {points: 1}}",
            "the shop itself answers nothing to acmeLoyaltyInfo",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyList\n    rows of: acme_loyalti",
            "the shop has no table acme_loyalti; did you mean acme_loyalty?",
        ),
        ("stubs:\n  - operation: acmeLoyaltyCreate\n    rows of: acme_loyalty", "answers a single value and no rows"),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    insert into: acme_loyalty\n    with: {poinst: 1}",
            "acme_loyalty has no column poinst; did you mean points?",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyInfo\n    fault: not_exist",
            "acmeLoyaltyInfo has no fault not_exist; did you mean not_exists?",
        ),
        (
            "stubs:\n  - operation: magentoInfo\n    answer: {magento_edition: '{{ x', magento_version: a}",
            "is no template",
        ),
        // What no call could ever make right is found before the first one comes.
        (
            "stubs:\n  - operation: magentoInfo\n    answer: {magento_edition: '{{ now | dat }}', magento_version: a}",
            "there is no filter dat",
        ),
        (
            "stubs:\n  - operation: magentoInfo\n    answer: {magento_edition: '{{ custmer.email | default(0) }}', magento_version: a}",
            "no call has custmer; did you mean customer?",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    answer: many",
            "answer is declared as xsd:int, and \"many\" is none",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyInfo\n    when: {customerId: {contain: 4}}\n    answer: null",
            "stubs.yaml:3:25: customerId is no record and cannot have contain; did you mean contains?",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyInfo\n    when: {customerId: [1]}\n    answer: null",
            "stubs.yaml:3:24: customerId is one value and no list; write the value, or {one of: [a, b]}",
        ),
        ("stubs:\n  - operation: storeList\n    answer: []\n    times: 0", "0 times is never"),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    when: {accountData.pionts: 4}\n    answer: 1",
            "acmeLoyaltyEntityToCreate has no field pionts; did you mean points?",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    when: {accountData: {pionts: 4}}\n    answer: 1",
            "acmeLoyaltyEntityToCreate has no field pionts; did you mean points?",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyInfo\n    when: {customerId: {one of: []}}\n    answer: null",
            "customerId is never one of nothing",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyList\n    when: {filters: {contians: x}}\n    answer: []",
            "filters has no member contians; did you mean contains?",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    answer: '{{ arguments.customerId }}'",
            "acmeLoyaltyCreate has no argument customerId; did you mean accountData?",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    answer: 1.5",
            "answer is declared as xsd:int, and \"1.5\" is none",
        ),
        ("stubs:\n  - operation: catalogProductMultiUpdate\n    answer: [{a: 1}]", "answer is declared as xsd:boolean"),
        (
            "stubs:\n  - operation: acmeLoyaltyInfo\n    fault: {code: 70000}",
            "expected a number from 0 to 65535, such as 101, or a name such as SOAP-ENV:Server",
        ),
        (
            "stubs:\n  - operation: magentoInfo\n    insert into: acme_loyalty",
            "no argument of magentoInfo is named like a column of acme_loyalty",
        ),
        // Columns that the table lacks, values that it does not keep.
        (
            "stubs:\n  - operation: acmeLoyaltyList\n    rows of: newsletter_subscriber",
            "stubs.yaml:3:14: acmeLoyaltyEntity requires account_id, which newsletter_subscriber lacks; write `answer: …`",
        ),
        (
            "stubs:\n  - operation: customerGroupList\n    rows of: acme_loyalty",
            "stubs.yaml:3:14: customerGroupEntity requires customer_group_id, which acme_loyalty lacks",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    insert into: acme_loyalty\n    with: {points: many}",
            "stubs.yaml:4:20: acme_loyalty.points cannot hold \"many\"; it is a whole number",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    insert into: acme_loyalty\n    with: {points: [1]}",
            "stubs.yaml:4:20: acme_loyalty.points holds one value and no list; set it in `with`",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    insert into: acme_loyalty\n    with: {account_id: 7}",
            "stubs.yaml:4:24: acme_loyalty.account_id is counted by the table",
        ),
        (
            "stubs:\n  - operation: acmeLoyaltyCreate\n    insert into: catalog_product\n    with: {sku: a, status: Disabled}",
            "stubs.yaml:4:28: catalog_product.status holds ids of options, and \"Disabled\" is none; write 2, which is Disabled",
        ),
        ("stubs:\n  - operation: storeList\n    delay: soon", "\"soon\" is no delay"),
        ("stubs:\n  - operation: storeList\n    anwser: []", "stubs.yaml:3:5: "),
        ("stub: []", "stubs.yaml:1:1: "),
    ] {
        let told = why_not(yaml);
        assert!(told.starts_with("stubs.yaml:") && told.contains(said), "{yaml}\n{told}");
    }
}

#[tokio::test]
async fn a_running_tests_stub_goes_before_those_of_files() {
    let shop = Served::start(example(WireStyle::RpcEncoded)).await;
    let stub =
        json!({"operation": "acmeLoyaltyInfo", "when": {"customerId": 1}, "fault": {"code": 7, "string": "mine"}});
    assert_eq!(shop.admin("POST", "/stubs", stub).await.0, 201);
    assert_eq!(shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await, json!("7 mine"));
    assert_eq!(shop.answer("acmeLoyaltyInfo", json!({"customerId": 2})).await["points"], 15, "others are the file's");
    assert_eq!(shop.admin("POST", "/reset", json!({})).await.0, 204);
    let (_, left) = shop.admin("GET", "/stubs", Value::Null).await;
    assert!(left["stubs"].as_array().unwrap().iter().all(|stub| stub["name"] != "stub 5"), "{left}");
}

#[test]
fn templates_that_can_work_are_taken() {
    for text in [
        "{{ now | date('%Y | x') }}",
        "{{ customer.email | default('| nofilter') | upper }}",
        "{% for line in arguments.customerId | default([]) %}{{ loop.index }}{{ line | trim }}{% endfor %}",
        "{% set sum = 1 + 2 %}{{ sum }}{{ range(3) | join(',') }}",
        "{% raw %}{{ x | nofilter }}{% endraw %}{# {{ x | nofilter }} #}",
        "a | nofilter, and {{ base_url }} | again",
        "{{ '{{ x | y }}' }}",
    ] {
        let mut shop = loyalty(WireStyle::RpcEncoded);
        let yaml =
            json!({"stubs": [{"operation": "acmeLoyaltyInfo", "fault": {"code": 1, "string": text}}]}).to_string();
        shop.install_stubs(&StubFile::parse(&yaml, "stubs.yaml").unwrap()).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn stubs_are_taken_all_or_none() {
    let mut shop = loyalty(WireStyle::RpcEncoded);
    let yaml = "stubs:\n  - {operation: storeList, answer: []}\n  - {operation: nothing, answer: []}\n";
    assert!(shop.install_stubs(&StubFile::parse(yaml, "stubs.yaml").unwrap()).is_err());
    assert!(shop.stubs().is_empty());
}

/// A record that no argument of the call points to has no members, so that `default` can say what to write.
#[tokio::test]
async fn a_member_of_a_record_that_is_not_there_has_a_default() {
    let stubs = "stubs:
  - operation: acmeLoyaltyInfo
    answer:
      account_id: 1
      customer_id: 1
      points: \"{{ customer.points | default(7) }}\"
      level: \"{{ customer.email if customer is defined else 'nobody' }}\"
";
    let shop = Served::start(with_stubs(loyalty(WireStyle::RpcEncoded), stubs)).await;
    for (id, level) in [(1, "ann@example.com"), (99, "nobody")] {
        let account = shop.answer("acmeLoyaltyInfo", json!({"customerId": id})).await;
        assert_eq!((&account["points"], &account["level"]), (&json!(7), &json!(level)), "{account}");
    }
}

/// Many calls in one keep what a stub says of itself; what the shop did not expect keeps its words.
#[tokio::test]
async fn many_calls_in_one_say_why_a_stub_failed() {
    let stubs = "stubs:\n  - operation: customerCustomerInfo\n    answer: {email: '{{ customer.email }}'}\n";
    let shop = Served::start(with_stubs(loyalty(WireStyle::RpcEncoded), stubs)).await;
    let calls = "<param><value><array><data><value><array><data><value><string>customer.info</string></value><value><int>99</int>\
                 </value></data></array></value></data></array></value></param>";
    let told = crate::own_operations::xml_rpc(&shop, "multiCall", calls).await;
    assert!(told.contains("stubs.yaml:3: answer.email: the template {{ customer.email }}"), "{told}");
}
