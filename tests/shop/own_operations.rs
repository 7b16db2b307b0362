//! Operations of a module are counted, struck and answered by any of their names, and behind every door; what they bring and
//! answer is never lost or changed without a word.

use std::sync::Arc;

use mockgento::magento::{Contract, Module};
use mockgento::shop::seed::SeedUser;
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;
use serde_json::{Value, json};

use crate::stubs::{example, loyalty, with_stubs};
use crate::support::{self, served::Served, wire::STYLES};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/modules/acme-loyalty/etc");

fn file(name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{name}")).unwrap()
}

pub fn shop_with(modules: &[Module], mode: WireStyle) -> Shop {
    let mut seed = Seed::corner_shop_people().unwrap();
    seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
    let contract: Arc<Contract> = Contract::shared().with_modules(modules).unwrap();
    Shop::new(ShopConfig { mode, contract, ..ShopConfig::new(support::clock()) }, seed).unwrap()
}

/// A call of the handler over XML-RPC with parameters that are written already.
pub async fn xml_rpc(shop: &Served, method: &str, parameters: &str) -> String {
    let session = shop.session();
    let body = format!(
        "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params><param><value><string>{session}</string>\
         </value></param>{parameters}</params></methodCall>"
    );
    shop.post("/api/xmlrpc/", &body).await.1
}

pub async fn call_path(shop: &Served, path: &str, arguments: &str) -> String {
    let parameters = format!(
        "<param><value><string>{path}</string></value></param><param><value><array><data>{arguments}</data></array></value></param>"
    );
    xml_rpc(shop, "call", &parameters).await
}

#[tokio::test]
async fn an_operation_of_a_module_is_verified_and_struck_by_its_path_too() {
    for mode in STYLES {
        let shop = Served::start(example(mode)).await;
        shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await;
        for to in ["acmeLoyaltyInfo", "acme_loyalty.info", "loyalty.info"] {
            let calls = json!([{"to": to, "with": {"customerId": 1}, "count": 1}]);
            let question = json!({"calls": calls, "nothing else": true});
            let (status, answer) = shop.admin("POST", "/requests/verify", question).await;
            assert_eq!(status, 200, "{mode:?} {to}: {answer}");
            let armed = json!({
                "disruption": {"fault": {"code": "9", "string": "No luck"}},
                "when": {"operation": to, "arguments": {"customerId": 2}},
            });
            assert_eq!(shop.admin("POST", "/disruptions", armed).await.0, 201);
            let struck = shop.answer("acmeLoyaltyInfo", json!({"customerId": 2})).await;
            assert_eq!(struck, json!("9 No luck"), "{mode:?} {to}");
            shop.admin("DELETE", "/requests", Value::Null).await;
            shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await;
        }
    }
}

#[tokio::test]
async fn the_names_of_both_styles_do_wherever_arguments_are_named() {
    let wsi = file("wsi.xml").replace("name=\"customerId\"", "name=\"id\"");
    let texts = [file("api.xml"), file("wsdl.xml"), wsi];
    let module = Module::of_texts("Acme_Loyalty", texts.each_ref().map(|text| Some(text.as_str()))).unwrap();
    let shop = Served::start(shop_with(&[module], WireStyle::WsI)).await;
    shop.answer("acmeLoyaltyInfo", json!({"id": 7})).await;
    for name in ["id", "customerId"] {
        let question = json!({"calls": [{"to": "acmeLoyaltyInfo", "with": {name: 7}, "count": 1}]});
        let (status, answer) = shop.admin("POST", "/requests/verify", question).await;
        assert_eq!(status, 200, "{name}: {answer}");
    }
}

#[tokio::test]
async fn arguments_that_no_call_has_are_refused_everywhere() {
    let shop = Served::start(example(WireStyle::RpcEncoded)).await;
    for (operation, with, said) in [
        ("acmeLoyaltyInfo", json!({"custmerId": 1}), "acmeLoyaltyInfo has no argument custmerId"),
        ("loyalty.info", json!({"custmerId": 1}), "acmeLoyaltyInfo has no argument custmerId"),
        ("acmeLoyaltyInfo", json!({"customerId": {"contians": 1}}), "customerId is no record and cannot have contians"),
        ("acmeLoyaltyCreate", json!({"accountData.pionts": 1}), "has no field pionts"),
        ("customerCustomerInfo", json!({"customer": 1}), "customerCustomerInfo has no argument customer"),
        ("customerCustomerInfo", json!({"customerId": {"one of": []}}), "never one of nothing"),
    ] {
        let question = json!({"calls": [{"to": operation, "with": with, "count": 0}]});
        let (status, answer) = shop.admin("POST", "/requests/verify", question).await;
        assert_eq!((status, answer["detail"].as_str().unwrap().contains(said)), (400, true), "{with}: {answer}");
        let armed = json!({"disruption": {"status": 503}, "when": {"operation": operation, "arguments": with}});
        let (status, answer) = shop.admin("POST", "/disruptions", armed).await;
        assert_eq!((status, answer["detail"].as_str().unwrap().contains(said)), (400, true), "{with}: {answer}");
    }
    let customer = json!({"customerData": {"email": "a@example.com", "an_attribute_of_ours": "x"}});
    let question = json!({"calls": [{"to": "customerCustomerCreate", "with": customer, "count": 0}]});
    assert_eq!(shop.admin("POST", "/requests/verify", question).await.0, 200, "version 1 takes any member");
}

#[tokio::test]
async fn a_message_about_a_body_is_in_one_plain_line() {
    let shop = Served::start(example(WireStyle::RpcEncoded)).await;
    let question = json!({"calls": [{"to": "storeList", "with": {"a": {"contains": "b", "not": "c"}}}]});
    let (_, answer) = shop.admin("POST", "/requests/verify", question).await;
    let detail = answer["detail"].as_str().unwrap();
    assert!(detail.contains("cannot stand beside") && !detail.contains(char::is_control), "{detail:?}");
}

#[tokio::test]
async fn methods_of_api_xml_alone_are_called_by_their_paths() {
    let module = Module::of_texts("Acme_Loyalty", [Some(&file("api.xml")), None, None]).unwrap();
    let shop = Served::start(shop_with(&[module], WireStyle::RpcEncoded)).await;
    let listed = xml_rpc(&shop, "resources", "").await;
    for path in ["<string>acme_loyalty.info</string>", "<string>loyalty.list</string>"] {
        assert!(listed.contains(path), "{path}: {listed}");
    }
    let number = "<value><int>7</int></value>";
    let honest = call_path(&shop, "loyalty.info", number).await;
    assert!(honest.contains("acme_loyalty.info has no answer in this fake shop: write a stub"), "{honest}");
    let stub = json!({
        "operation": "loyalty.info", "when": {"args.0": 7}, "answer": {"points": "{{ arguments.args[0] }}0"},
    });
    let (status, added) = shop.admin("POST", "/stubs", stub).await;
    assert_eq!((status, &added["stubs"][0]["name"]), (201, &json!("stub 1")), "{added}");
    let answer = call_path(&shop, "acme_loyalty.info", number).await;
    assert!(answer.contains("<string>70</string>"), "{answer}");
    let other = call_path(&shop, "acme_loyalty.info", "<value><int>8</int></value>").await;
    assert!(other.contains("none answers this call: stub 1 is for other arguments: args.0 is"), "{other}");
    let question = json!({"calls": [{"to": "loyalty.info", "with": {"args": ["7"]}, "count": 2}]});
    let (status, answer) = shop.admin("POST", "/requests/verify", question).await;
    assert_eq!(status, 200, "{answer}");
}

/// As for native methods (recordings of doors: soap1 125 and 602): PHP 7.1 and later count, older ones hand over null; version
/// 2 hands over null in RPC and answers fault 6 in WS-I.
#[tokio::test]
async fn arguments_that_are_not_there_are_complained_about_as_php_does() {
    let too_few = |function: &str, passed: usize, wanted: &str| {
        format!(
            "Too few arguments to function Acme_Loyalty_Model_Api::{function}(), {passed} passed in \
             /var/www/shop/app/code/core/Mage/Api/Model/Server/Handler/Abstract.php on line 295 and {wanted} expected"
        )
    };
    let texts = [file("api.xml"), file("wsdl.xml"), file("wsi.xml")];
    let without_wsi = Module::of_texts("Acme_Loyalty", [Some(&texts[0]), Some(&texts[1]), None]).unwrap();
    let with_wsi = Module::of_texts("Acme_Loyalty", texts.each_ref().map(|text| Some(text.as_str()))).unwrap();
    let stubs = json!({"stubs": [
        {"operation": "acmeLoyaltyInfo", "answer": {"account_id": 1, "customer_id": 1, "points": 1}}, {"operation": "acmeLoyaltyList", "answer": []},
        {"operation": "acmeLoyaltyCreate", "answer": 1},
    ]});
    let soap1 = |session: &str, path: &str, args: &str| {
        format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:m=\"urn:Magento\"><e:Body><m:call>\
             <sessionId>{session}</sessionId><resourcePath>{path}</resourcePath>{args}</m:call></e:Body></e:Envelope>"
        )
    };
    for (module, path, function, wanted) in [
        (&with_wsi, "loyalty.info", "info", "exactly 1"),
        (&without_wsi, "acme_loyalty.info", "info", "exactly 1"),
        (&with_wsi, "loyalty.create", "create", "exactly 1"),
    ] {
        let shop = Served::start(shop_with(std::slice::from_ref(module), WireStyle::RpcEncoded)).await;
        shop.admin("POST", "/stubs", stubs.clone()).await;
        let expected = too_few(function, 0, wanted);
        let [by_xml, native] = [call_path(&shop, path, "").await, call_path(&shop, "customer.info", "").await];
        assert_eq!(by_xml, native, "{path}: as the native method");
        let session = shop.session();
        let by_soap = shop.post("/api/soap/", &soap1(session, path, "")).await.1;
        assert!(by_soap.contains(&expected), "{path}: {by_soap}");
        let by_json = format!(r#"{{"method":"call","params":["{session}","{path}",[]],"id":"1"}}"#);
        let native = by_json.replace(path, "customer.info");
        let (by_json, native) = (shop.post("/api/jsonrpc/", &by_json).await, shop.post("/api/jsonrpc/", &native).await);
        assert_eq!(by_json.0, native.0, "as the native method: {} and {}", by_json.1, native.1);
        // One that is not an array is the first argument; a null is one.
        let one = shop.post("/api/soap/", &soap1(session, path, "<args>7</args>")).await.1;
        assert!(!one.contains("Too few"), "{path}: {one}");
    }
    // Filters and a pager have no default in the module's `wsi.xml`, and often one where nothing is said of them.
    let shop = Served::start(shop_with(std::slice::from_ref(&with_wsi), WireStyle::RpcEncoded)).await;
    shop.admin("POST", "/stubs", stubs.clone()).await;
    let session = shop.session();
    let list = shop.post("/api/soap/", &soap1(session, "loyalty.list", "")).await.1;
    assert!(!list.contains("Too few"), "{list}");
    // RPC hands over null, and so did older PHP behind every door.
    let v2 = |name: &str, session: &str| {
        format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:m=\"urn:Magento\"><e:Body><m:{name}>\
             <sessionId>{session}</sessionId></m:{name}></e:Body></e:Envelope>"
        )
    };
    let info = shop.post("/api/v2_soap/", &v2("acmeLoyaltyInfo", session)).await.1;
    assert!(info.contains("<points xsi:type=\"xsd:int\">1</points>"), "{info}");
    let mut old = shop_with(std::slice::from_ref(&with_wsi), WireStyle::RpcEncoded);
    old.set_flavor(mockgento::magento::Flavor::Magento191);
    let old = Served::start(old).await;
    old.admin("POST", "/stubs", stubs.clone()).await;
    let (session, info) = (old.session(), "loyalty.info");
    let info = old.post("/api/soap/", &soap1(session, info, "")).await.1;
    assert!(!info.contains("Too few") && !info.contains("Fault"), "{info}");
    // Version 2 in WS-I, where the session comes second.
    let wsi = Served::start(shop_with(&[with_wsi], WireStyle::WsI)).await;
    wsi.admin("POST", "/stubs", stubs).await;
    for session in [wsi.session(), "none"] {
        let missing = wsi.post("/api/v2_soap/", &v2("acmeLoyaltyInfoRequestParam", session)).await.1;
        assert!(missing.contains("<faultcode>6</faultcode>"), "{missing}");
    }
}

#[test]
fn a_prefix_of_a_later_module_leaves_the_paths_of_an_earlier_one() {
    let texts = [file("api.xml"), file("wsdl.xml"), file("wsi.xml")];
    let first = Module::of_texts("Acme_Loyalty", texts.each_ref().map(|text| Some(text.as_str()))).unwrap();
    let later = "<config><api><resources><other><title>Other</title><methods><info/></methods></other></resources>\
                 <v2><resources_function_prefix><other>acmeLoyalty</other></resources_function_prefix></v2></api></config>";
    let later = Module::of_texts("Acme_Other", [Some(later), None, None]).unwrap();
    let contract = Contract::shared().with_modules(&[first, later]).unwrap();
    let at = |path: &str| contract.operation_at(path).map(|(facts, _)| facts.name.clone());
    assert_eq!(at("acme_loyalty.info").as_deref(), Some("acme_loyalty.info"));
    assert_eq!(at("other.info").as_deref(), Some("acmeLoyaltyInfo"), "version 2 goes by the last prefix");
}

#[tokio::test]
async fn what_a_template_makes_is_what_is_declared_or_a_fault() {
    let stubs = "stubs:
  - operation: acmeLoyaltyCreate
    answer: \"{{ arguments.accountData.level }}\"
  - operation: customerCustomerDelete
    answer: \"{{ true }}\"
";
    let shop = Served::start(with_stubs(loyalty(WireStyle::RpcEncoded), stubs)).await;
    let create = |level: &str| json!({"accountData": {"customer_id": 1, "points": 1, "level": level}});
    assert_eq!(shop.answer("acmeLoyaltyCreate", create("12")).await, json!(12));
    let misfit = shop.answer("acmeLoyaltyCreate", create("abc")).await;
    assert_eq!(misfit, json!("1 stubs.yaml:2: answer is declared as xsd:int, and \"abc\" is none"));
    let deleted = call_path(&shop, "customer.delete", "<value><int>1</int></value>").await;
    assert!(deleted.contains("<boolean>1</boolean>"), "{deleted}");
}

#[tokio::test]
async fn a_merge_over_a_list_has_each_record() {
    let stubs = "stubs:
  - operation: customerGroupList
    answer: {merge: {customer_group_code: \"{{ answer.customer_group_code }}!\"}}
";
    let shop = Served::start(with_stubs(loyalty(WireStyle::RpcEncoded), stubs)).await;
    let groups = shop.answer("customerGroupList", json!({})).await;
    let codes: Vec<&str> =
        groups.as_array().unwrap().iter().filter_map(|row| row["customer_group_code"].as_str()).collect();
    assert!(codes.contains(&"General!") && codes.contains(&"NOT LOGGED IN!"), "{groups}");
}

#[tokio::test]
async fn a_row_that_the_table_cannot_hold_is_refused() {
    let stubs = "stubs:\n  - operation: acmeLoyaltyCreate\n    insert into: acme_loyalty\n";
    let shop = Served::start(with_stubs(loyalty(WireStyle::RpcEncoded), stubs)).await;
    let data = |value: &str| format!("<value><struct>{value}</struct></value>");
    let member = |name: &str, value: &str| format!("<member><name>{name}</name><value>{value}</value></member>");
    for (given, said) in [
        (member("points", "<string>abc</string>"), "acme_loyalty.points cannot hold"),
        (member("level", &format!("<string>{}</string>", "x".repeat(33))), "it holds 32 characters at most"),
        (member("level", "<array><data><value>a</value></data></array>"), "acme_loyalty.level holds one value"),
        (member("account_id", "<int>9</int>"), "acme_loyalty.account_id is counted by the table"),
    ] {
        let answer = call_path(&shop, "loyalty.create", &data(&given)).await;
        assert!(answer.contains("<name>faultCode</name>") && answer.contains(said), "{given}: {answer}");
    }
    let kept = call_path(&shop, "loyalty.create", &data(&member("points", "<string>5</string>"))).await;
    assert!(kept.contains("<int>3</int>") || kept.contains("<string>3</string>"), "{kept}");
}
