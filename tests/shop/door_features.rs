//! Each feature of the fake through each of its doors: disruptions by both names, stubs, operations of modules, why a call failed,
//! the journal without secrets, verifying and near misses.

use std::path::Path;

use mockgento::magento::{BridgeRelease, Contract, Flavor, Module};
use mockgento::shop::seed::SeedUser;
use mockgento::shop::stubs::StubFile;
use mockgento::shop::{Seed, Shop, ShopConfig};
use serde_json::{Value, json};

use crate::support::{self, served::Served};

const MODULE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/modules/acme-loyalty");

/// A door, and the language it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Door {
    Soap2,
    Soap2InSoap12,
    Soap1,
    XmlRpc,
    JsonRpc,
}

const DOORS: [Door; 5] = [Door::Soap2, Door::Soap2InSoap12, Door::Soap1, Door::XmlRpc, Door::JsonRpc];

/// A call with one argument, as each door asks it: version 2's name of the operation and of the argument, and version 1's path.
#[derive(Clone, Copy)]
struct Asked {
    operation: &'static str,
    path: &'static str,
    argument: &'static str,
    value: u32,
}

const fn info(value: u32) -> Asked {
    Asked { operation: "customerCustomerInfo", path: "customer.info", argument: "customerId", value }
}

const fn account(value: u32) -> Asked {
    Asked { operation: "acmeLoyaltyInfo", path: "acme_loyalty.info", argument: "customerId", value }
}

impl Door {
    fn address(self) -> &'static str {
        match self {
            Self::Soap2 | Self::Soap2InSoap12 => "/api/v2_soap/",
            Self::Soap1 => "/api/soap/",
            Self::XmlRpc => "/api/xmlrpc/",
            Self::JsonRpc => "/api/jsonrpc/",
        }
    }

    fn body(self, session: &str, call: Asked) -> String {
        let Asked { operation, path, argument, value } = call;
        let envelope = |namespace: &str, inside: &str| {
            format!(
                "<e:Envelope xmlns:e=\"{namespace}\" xmlns:m=\"urn:OpenMage\"><e:Body>{inside}</e:Body></e:Envelope>"
            )
        };
        let (soap11, soap12) = ("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope");
        let of_version2 =
            format!("<m:{operation}><sessionId>{session}</sessionId><{argument}>{value}</{argument}></m:{operation}>");
        match self {
            Self::Soap2 => envelope(soap11, &of_version2),
            Self::Soap2InSoap12 => envelope(soap12, &of_version2),
            Self::Soap1 => envelope(
                soap11,
                &format!(
                    "<m:call><sessionId>{session}</sessionId><resourcePath>{path}</resourcePath><args>{value}</args></m:call>"
                ),
            ),
            Self::XmlRpc => format!(
                "<?xml version=\"1.0\"?><methodCall><methodName>call</methodName><params><param><value><string>{session}\
                 </string></value></param><param><value><string>{path}</string></value></param><param><value><array><data>\
                 <value><int>{value}</int></value></data></array></value></param></params></methodCall>"
            ),
            Self::JsonRpc => format!(r#"{{"method":"call","params":["{session}","{path}",[{value}]],"id":1}}"#),
        }
    }

    /// A fault as this door writes it.
    fn fault(self, code: u32, text: &str) -> String {
        match self {
            Self::Soap2 | Self::Soap1 => format!("<faultcode>{code}</faultcode><faultstring>{text}</faultstring>"),
            Self::Soap2InSoap12 => format!("<env:Value>{code}</env:Value>"),
            Self::XmlRpc => format!(
                "<name>faultCode</name><value><int>{code}</int></value></member><member><name>faultString</name><value>\
                 <string>{text}</string>"
            ),
            Self::JsonRpc => format!(r#""error":{{"code":-32000,"message":"{text}""#),
        }
    }

    async fn ask(self, shop: &Served, call: Asked) -> String {
        let (_, answer) = shop.post(self.address(), &self.body(shop.session(), call)).await;
        // The SOAP of version 2 breaks lines between tags.
        answer.replace(">\n<", "><")
    }
}

/// The example module's shop on a release that has every door.
async fn served() -> Served {
    let folder = Path::new(MODULE);
    let modules = Module::read_folder(folder).unwrap();
    let text = std::fs::read_to_string(folder.join("seed.yaml")).unwrap();
    let mut seed = Seed::parse(&text, "seed.yaml").unwrap();
    seed.api_users.push(SeedUser::with_full_access("apiuser", "apikey123"));
    let config = ShopConfig {
        bridge: None::<&'static BridgeRelease>,
        flavor: Flavor::OpenMage2016,
        contract: Contract::shared().with_modules(&modules).unwrap(),
        ..ShopConfig::new(support::clock())
    };
    let mut shop = Shop::new(config, seed).unwrap();
    let stubs = std::fs::read_to_string(folder.join("stubs.yaml")).unwrap();
    let own = "  - {operation: customer.info, when: {customerId: 4242}, fault: {code: 102, string: Stubbed}}\n";
    shop.install_stubs(&StubFile::parse(&format!("{stubs}{own}"), "stubs.yaml").unwrap()).unwrap();
    Served::start(shop).await
}

#[tokio::test]
async fn a_disruption_by_either_name_answers_in_the_doors_language() {
    let shop = served().await;
    for door in DOORS {
        for name in ["customerCustomerInfo", "customer.info"] {
            let fault = json!({"fault": {"code": "5", "string": "Gone"}});
            let armed = json!({"disruption": fault, "when": {"operation": name}});
            let (status, answer) = shop.admin("POST", "/disruptions", armed).await;
            assert!(status < 300, "{answer}");
            let answer = door.ask(&shop, info(1)).await;
            assert!(answer.contains(&door.fault(5, "Gone")), "{door:?} {name}: {answer}");
        }
    }
}

#[tokio::test]
async fn a_stub_answers_through_every_door() {
    let shop = served().await;
    for door in DOORS {
        let answer = door.ask(&shop, info(4242)).await;
        assert!(answer.contains(&door.fault(102, "Stubbed")), "{door:?}: {answer}");
    }
}

#[tokio::test]
async fn an_operation_of_a_module_answers_through_every_door() {
    let shop = served().await;
    for door in DOORS {
        let answer = door.ask(&shop, account(1)).await;
        assert!(answer.contains("120") && answer.contains("gold"), "{door:?}: {answer}");
        let refused = door.ask(&shop, account(13)).await;
        assert!(refused.contains(&door.fault(101, "The customer has no loyalty account.")), "{door:?}: {refused}");
    }
}

#[tokio::test]
async fn the_journal_shows_why_a_call_failed_and_no_secret() {
    let shop = served().await;
    for door in DOORS {
        door.ask(&shop, info(99_999)).await;
        let (_, journal) = shop.admin("GET", "/requests", Value::Null).await;
        let entries = journal["requests"].as_array().expect("entries");
        let last = entries.iter().max_by_key(|entry| entry["number"].as_u64()).expect("an entry");
        assert_eq!(last["operation"], "customerCustomerInfo", "{door:?}: {last}");
        assert!(last["why"].as_str().is_some_and(|why| why.contains("99999")), "{door:?}: {last}");
        let number = last["number"].as_u64().expect("a number");
        let (_, whole) = shop.admin("GET", &format!("/requests/{number}"), Value::Null).await;
        let whole = whole.to_string();
        assert!(!whole.contains(shop.session()) && whole.contains("99999"), "{door:?}: {whole}");
    }
}

#[tokio::test]
async fn calls_are_verified_and_near_misses_told_through_every_door() {
    for door in DOORS {
        let shop = served().await;
        door.ask(&shop, info(1)).await;
        for name in ["customerCustomerInfo", "customer.info"] {
            let met = json!({"calls": [{"to": name, "with": {"customerId": 1}, "count": 1}]});
            let (status, answer) = shop.admin("POST", "/requests/verify", met).await;
            assert_eq!(status, 200, "{door:?} {name}: {answer}");
        }
        let missed = json!({"calls": [{"to": "customerCustomerInfo", "with": {"customerId": 7}}]});
        let (status, answer) = shop.admin("POST", "/requests/verify", missed).await;
        assert_eq!(status, 409, "{door:?}: {answer}");
        let near = &answer["unmet"][0]["near"][0]["differs"][0];
        assert_eq!((&near["argument"], &near["found"]), (&json!("customerId"), &json!("\"1\"")), "{door:?}: {answer}");
    }
}
