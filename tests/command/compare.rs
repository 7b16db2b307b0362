//! `mockgento compare`: two shops, a shop and the fake as its mirror, and overrides that make the fake like the shop. A
//! shop that differs in every way the overrides know must end in "alike" once the fake has what was written.

use std::path::Path;
use std::process::Output;
use std::sync::Arc;

use mockgento::clock::Clock;
use mockgento::magento::{BridgeRelease, Contract, Flavor};
use mockgento::server::{FakeShop, ServerOptions};
use mockgento::shop::{Overrides, Seed, Shop, ShopConfig, built_in};
use mockgento::soap::WireStyle;
use mockgento::testing::{Disruption, TestShop, When};
use serde_json::Value;
use tokio::process::Command;

/// Every way in which overrides let a shop differ.
const OWN_WAYS: &str = r#"
operations:
  missing: [storeInfo, catalogCategoryTree]
  declared:
    acmeLoyaltyPoints: "sessionId string, customerId int -> result acmeLoyaltyEntity"
types:
  acmeLoyaltyEntity: {extra: {points: int!, tier: string}}
  customerCustomerEntity: {missing: [taxvat], extra: {loyalty_tier: int}}
  salesOrderItemEntity: {changed: {weight: double}}
  storeEntity: {order: [code, store_id, website_id, group_id, name, sort_order, is_active]}
answers:
  customerCustomerList: {with: {loyalty_tier: "3"}}
  oroOrderList: {without: [items.sku], with: {gift_message: ""}}
faults:
- {operation: customerCustomerInfo, fault: 102, code: 404, message: Kunde existiert nicht.}
- {fault: 5, message: Sitzung abgelaufen.}
paging: {last page again: [oroCustomerList, oroOrderList]}
http:
  date: false
  content type: [text/xml]
  wsdl content type: [application/xml]
  fault status: 500
  headers: {cache-control: no-cache, pragma: null}
"#;

async fn shop(mode: WireStyle, bridge: Option<&str>, flavor: Flavor, overrides: Option<&str>) -> FakeShop {
    let bridge = bridge.map(|version| BridgeRelease::find(version).unwrap());
    let overrides = overrides.map(|text| Arc::new(Overrides::parse(text, "own ways").unwrap()));
    if let Some(overrides) = &overrides {
        overrides.check(&Contract::shared().schema(mode, bridge, flavor)).unwrap();
    }
    let config = ShopConfig { mode, bridge, flavor, overrides, ..ShopConfig::new(Clock::system()) };
    let shop = Shop::new(config, built_in::seed("big").unwrap().unwrap()).unwrap();
    FakeShop::start(shop, ServerOptions::default()).await.unwrap()
}

async fn compare(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
    command.arg("compare").args(arguments).env("MOCKGENTO_API_KEY", "oro-key-1").env("NO_COLOR", "1");
    command.env_remove("MOCKGENTO_API_KEY_2").output().await.unwrap()
}

fn text(run: &Output) -> String {
    String::from_utf8_lossy(&run.stdout).into_owned()
}

fn json(run: &Output) -> Value {
    serde_json::from_slice(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:#?}"))
}

/// Sessions and keys have these forms; the records' people have these addresses.
fn says_nothing_private(what: &str) {
    let session = regex::Regex::new(r"\b[0-9a-f]{32}\b").unwrap();
    for word in ["oro-key-1", "mirror-key", "customer.1", "@example", "555-"] {
        assert!(!what.contains(word), "{word} is in {what}");
    }
    assert!(!session.is_match(what), "a session is in {what}");
}

/// Calls that could have changed the shop.
fn writing_calls(shop: &FakeShop) -> Vec<String> {
    const SESSION: [&str; 4] = ["login", "startSession", "endSession", "wsdl"];
    let contract = Contract::shared();
    let names: Vec<String> = shop.journal().entries().iter().map(|entry| entry.operation.clone()).collect();
    assert!(names.len() > 50, "the shop was asked: {names:?}");
    let writes = |name: &String| {
        !SESSION.contains(&name.as_str()) && contract.operation(name).is_none_or(|facts| !facts.reads_only)
    };
    names.into_iter().filter(writes).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_differs_between_two_shops_is_told_and_nothing_is_written() {
    let one = shop(WireStyle::RpcEncoded, Some("1.2.19"), Flavor::default(), None).await;
    let same = shop(WireStyle::RpcEncoded, Some("1.2.19"), Flavor::default(), None).await;
    let older = shop(WireStyle::RpcEncoded, Some("1.2.0"), Flavor::default(), None).await;
    let url = one.wsdl_url().to_string();
    for (other, code, expected) in [(&same, 0, "both answer alike"), (&older, 1, "wsdl: operations\n    < ")] {
        for second in ["--with", "--url"] {
            let run = compare(&["--url", &url, second, other.wsdl_url().as_str(), "--user", "oro"]).await;
            assert_eq!((run.status.code(), text(&run).contains(expected)), (Some(code), true), "{run:#?}");
            says_nothing_private(&text(&run));
        }
    }
    assert_eq!(writing_calls(&one), [""; 0]);
    assert_eq!(writing_calls(&older), [""; 0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_of_any_product_is_like_the_fake_that_mirrors_it() {
    for (mode, bridge, flavor) in [
        (WireStyle::RpcEncoded, Some("1.2.19"), Flavor::default()),
        (WireStyle::WsI, Some("1.2.19"), Flavor::OpenMage2016),
        (WireStyle::RpcEncoded, Some("1.1.4"), Flavor::OpenMage194),
        (WireStyle::RpcEncoded, None, Flavor::OpenMage2016),
    ] {
        let shop = shop(mode, bridge, flavor, None).await;
        let run = compare(&["--url", shop.wsdl_url().as_str(), "--with", "fake", "--user", "oro"]).await;
        assert!(run.status.success() && text(&run).contains("both answer alike"), "{flavor:?}: {}", text(&run));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_with_ways_of_its_own_ends_in_overrides_that_make_the_fake_alike() {
    let folder = tempfile::tempdir().unwrap();
    for (mode, flavor) in [(WireStyle::RpcEncoded, Flavor::OpenMage194), (WireStyle::WsI, Flavor::OpenMage2016)] {
        let file = folder.path().join(format!("{}.yaml", mode.as_str())).display().to_string();
        let shop = shop(mode, Some("1.2.19"), flavor, Some(OWN_WAYS)).await;
        let url = shop.wsdl_url().to_string();
        let common = ["--url", &url, "--user", "oro"];
        let run = compare(&[&common[..], &["--with", "fake", "--write-overrides", &file, "--json"]].concat()).await;
        let told = json(&run);
        assert_eq!(run.status.code(), Some(1));
        assert_eq!(told["overrides"]["left"], serde_json::json!([]), "{told:#}");
        let differences = told["differences"].as_array().unwrap();
        let has = |question: &str, aspect: &str| {
            differences.iter().any(|found| found["question"] == question && found["aspect"] == aspect)
        };
        for (question, aspect) in [
            ("wsdl", "operations"),
            ("customerCustomerEntity", "fields"),
            ("salesOrderItemEntity", "fields"),
            ("storeEntity", "order of fields"),
            ("storeList", "order of fields"),
            ("customerCustomerList", "fields"),
            ("oroOrderList", "fields"),
            ("customerCustomerInfo: one that is not there", "fault code"),
            ("storeList: a session that does not exist", "fault text"),
            ("oroOrderList: a page past the end", "answer"),
            ("Date of an answer", "answer"),
            ("Content-Type of an answer", "answer"),
            ("Content-Type of the WSDL", "answer"),
            ("status of a fault", "answer"),
            ("cache-control of an answer", "answer"),
        ] {
            assert!(has(question, aspect), "{question}: {aspect}: {told:#}");
        }
        assert_eq!(writing_calls(&shop), [""; 0]);
        let written = std::fs::read_to_string(Path::new(&file)).unwrap();
        says_nothing_private(&written);
        says_nothing_private(&text(&run));

        // The file as it was written, in a fake that begins with it and in one that serves it.
        let alike = compare(&[&common[..], &["--overrides", &file]].concat()).await;
        assert!(alike.status.success() && text(&alike).contains("both answer alike"), "{}", text(&alike));
        let posing = self::shop(mode, Some("1.2.19"), flavor, Some(&written)).await;
        let run = compare(&[&common[..], &["--with", posing.wsdl_url().as_str()]].concat()).await;
        let declared = text(&run);
        assert!(!declared.contains("What the WSDL declares") && !declared.contains("Paging"), "{declared}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shop_that_fails_is_compared_all_the_same_or_says_why_not() {
    let shop = TestShop::builder().seed(Seed::corner_shop_people().unwrap()).start().await;
    let url = shop.wsdl_url().to_string();
    let user = shop.user().to_owned();
    let common = ["--url", &url, "--user", &user, "--with", "fake"];
    let run = |shop: &TestShop| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.arg("compare").args(common).env("MOCKGENTO_API_KEY", shop.key());
        async move { command.output().await.unwrap() }
    };
    shop.keep_disrupting(
        Disruption::Status(503),
        When { operation: Some("oroOrderList".to_owned()), ..When::default() },
    );
    let one_fails = run(&shop).await;
    assert_eq!(one_fails.status.code(), Some(1), "{one_fails:#?}");
    assert!(text(&one_fails).contains("HTTP 503 without a fault"), "{}", text(&one_fails));
    shop.clear_disruptions();
    // A failure that does not come again is no difference.
    shop.disrupt(Disruption::Status(503), When::nth_of("customerGroupList", 1));
    let healed = run(&shop).await;
    assert!(healed.status.success(), "{}", text(&healed));
    shop.clear_disruptions();
    shop.keep_disrupting(Disruption::AccessDenied, When { operation: Some("login".to_owned()), ..When::default() });
    let refused = run(&shop).await;
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert_eq!(refused.status.code(), Some(1));
    assert!(said.contains("nothing was compared") && said.contains("Access denied."), "{said}");
}

/// The carts of the corner shop that are not looked at have the stamps of those that are.
#[tokio::test(flavor = "multi_thread")]
async fn rows_that_were_not_looked_at_are_no_difference() {
    for shop in [TestShop::start().await, TestShop::builder().wsi().start().await] {
        for limit in ["1", "10"] {
            let run = Command::new(env!("CARGO_BIN_EXE_mockgento"))
                .args(["compare", "--with", "fake", "--url", shop.wsdl_url().as_str(), "--user", shop.user()])
                .args(["--limit", limit])
                .env("MOCKGENTO_API_KEY", shop.key())
                .output()
                .await
                .unwrap();
            assert!(run.status.success(), "{limit}: {}", text(&run));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_shop_gets_its_own_user_and_key() {
    let one = TestShop::start().await;
    let other = TestShop::builder().user("second", "second-key").start().await;
    let (url, second) = (one.wsdl_url().to_string(), other.wsdl_url().to_string());
    let urls = ["--url", &url, "--url", &second, "--user", one.user()];
    for (arguments, key, code) in [(&["--user-2", "second"][..], "second-key", 0), (&[], "wrong-key", 1)] {
        let run = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .arg("compare")
            .args(urls)
            .args(arguments)
            .env("MOCKGENTO_API_KEY", one.key())
            .env("MOCKGENTO_API_KEY_2", key)
            .output()
            .await
            .unwrap();
        assert_eq!(run.status.code(), Some(code), "{run:#?}");
        let said = format!("{}{}", text(&run), String::from_utf8_lossy(&run.stderr));
        assert!(!said.contains(key) && !said.contains(one.key()), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn questions_that_make_no_sense_are_refused() {
    let url = "http://127.0.0.1:1/?wsdl";
    for (arguments, expected) in [
        (&["--url", url][..], "two shops are compared"),
        (&["--url", url, "--url", url, "--with", "fake"], "two shops are compared"),
        (&["--url", url, "--with", url, "--write-overrides", "o.yaml"], "overrides are of the fake"),
        (&["--url", url, "--with", "somewhere"], "give a URL, or \"fake\""),
        (&["--url", url, "--with", "fake", "--limit", "0"], "0 is not in 1..=100"),
        (&["--url", url, "--overrides", "missing.yaml"], "cannot read missing.yaml"),
    ] {
        let run = compare(&[arguments, &["--user", "oro"]].concat()).await;
        let said = String::from_utf8_lossy(&run.stderr).into_owned();
        assert_eq!((run.status.code(), said.contains(expected)), (Some(2), true), "{arguments:?}: {said}");
    }
}

#[tokio::test]
async fn a_scenario_is_told_in_a_shop_with_ways_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    let scenario = "title: The shop has no Date and another text\nshop: {overrides: own.yaml}\nsteps:\n  - sync\n  - expect: \
                 {outcome: success}\n";
    write("scenario.yaml", scenario);
    let run = async || {
        let scenario = folder.path().join("scenario.yaml");
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.arg("run").arg(scenario).env("NO_COLOR", "1").output().await.unwrap()
    };
    let well = "bridge: none\nhttp: {date: false}\nfaults: [{fault: 102, message: Weg.}]\n";
    let lame = "bridge: none\noperations: {missing: [customerCustomerList]}\n";
    for (overrides, code, expected) in [
        (well, 0, "1 passed"),
        (lame, 1, "declares no customerCustomerList"),
        ("operations: {missing: [storeLst]}\n", 2, "there is no operation \"storeLst\""),
    ] {
        write("own.yaml", overrides);
        let run = run().await;
        let said = format!("{}{}", text(&run), String::from_utf8_lossy(&run.stderr));
        let said = said.replace(['|', '│'], " ").split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((run.status.code(), said.contains(expected)), (Some(code), true), "{overrides}: {said}");
    }
}
