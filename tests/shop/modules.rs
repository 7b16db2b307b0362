//! Modules of somebody's own: what their files declare joins the product's, and what contradicts it is refused.

use mockgento::magento::{BridgeRelease, Contract, Declarer, Flavor, Module};
use mockgento::soap::WireStyle;
use mockgento::soap::wsdl::{WsdlOptions, write};
use serde_json::{Value, json};

use crate::support::{self, served::Served};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/modules/acme-loyalty/etc");

fn file(name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{name}")).unwrap()
}

fn module(api: &str, wsdl: &str, wsi: &str) -> Result<Module, String> {
    Module::of_texts("Acme_Loyalty", [Some(api), Some(wsdl), Some(wsi)]).map_err(|error| error.to_string())
}

fn joined(modules: &[Module]) -> Result<std::sync::Arc<Contract>, String> {
    Contract::shared().with_modules(modules).map_err(|error| error.to_string())
}

fn example() -> Module {
    module(&file("api.xml"), &file("wsdl.xml"), &file("wsi.xml")).unwrap()
}

#[test]
fn operations_types_resources_and_rights_join_the_products() {
    let contract = joined(&[example()]).unwrap();
    let facts = contract.operation("acmeLoyaltyInfo").unwrap();
    assert_eq!((facts.resource.as_deref(), facts.method.as_deref()), (Some("acme_loyalty"), Some("info")));
    assert_eq!(facts.resource_acl.as_deref(), Some("acme_loyalty"));
    assert_eq!(facts.method_acl.as_deref(), Some("acme_loyalty/info"));
    assert_eq!(contract.declarer("acmeLoyaltyInfo"), Some(&Declarer::Module("wsdl.xml:68".to_owned())));
    assert_eq!(contract.resource("loyalty").unwrap().title.as_deref(), Some("Loyalty points"));
    assert!(contract.acl().has("acme_loyalty/create"));
    assert_eq!(contract.fault("acme_loyalty", "not_exists").api_code(), Some(101));
    for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
        let base = Contract::shared().schema(mode, Some(BridgeRelease::newest()), Flavor::default());
        let schema = contract.schema(mode, Some(BridgeRelease::newest()), Flavor::default());
        assert_eq!((schema.operations.len(), schema.types.len()), (base.operations.len() + 3, base.types.len() + 4));
        let text = write(&schema, "http://shop.test/api/v2_soap/", &WsdlOptions::default());
        let read = mockgento::soap::wsdl_reader::read(text.as_bytes(), None).unwrap();
        assert!(read.has_operation("acmeLoyaltyCreate"));
        let (_, customer) = schema.type_named("customerCustomerEntity").unwrap();
        let mockgento::soap::Shape::Struct { fields, .. } = &customer.shape else { panic!("no record") };
        assert_eq!(fields.last().unwrap().name.as_ref(), "loyalty_points");
    }
    assert!(Contract::shared().operation("acmeLoyaltyInfo").is_none(), "the product itself stays");
}

#[test]
fn what_is_written_for_a_shop_is_read_back_as_what_it_declares_beyond() {
    let contract = joined(&[example()]).unwrap();
    for mode in [WireStyle::RpcEncoded, WireStyle::WsI] {
        let schema = contract.schema(mode, Some(BridgeRelease::newest()), Flavor::default());
        let text = write(&schema, "http://shop.test/api/v2_soap/", &WsdlOptions::default());
        let beyond = joined(&[Module::read_wsdl(&text, "shop.wsdl").unwrap()]).unwrap();
        let again = beyond.schema(mode, Some(BridgeRelease::newest()), Flavor::default());
        assert_eq!(write(&again, "http://shop.test/api/v2_soap/", &WsdlOptions::default()), text, "{mode:?}");
        assert!(matches!(beyond.declarer("acmeLoyaltyInfo"), Some(Declarer::Wsdl(_))));
    }
}

#[test]
fn broken_files_name_file_and_line() {
    let (api, wsdl, wsi) = (file("api.xml"), file("wsdl.xml"), file("wsi.xml"));
    for (api, wsdl, said) in [
        (api.replace("</api>", ""), wsdl.clone(), "api.xml:"),
        (
            api.replace("<code>101</code>", "<code>none</code>"),
            wsdl.clone(),
            "api.xml:25: the code of the fault not_exists is \"none\"",
        ),
        (
            api.replace("<loyalty>acme_loyalty</loyalty>", "<loyalty>acme_loyalti</loyalty>"),
            wsdl.clone(),
            "did you mean acme_loyalty?",
        ),
        (
            api.clone(),
            wsdl.replace("type=\"typens:acmeLoyaltyEntityToCreate\"", "type=\"typens:acmeLoyaltyEntityToCreat\""),
            "there is no type acmeLoyaltyEntityToCreat; did you mean acmeLoyaltyEntityToCreate?",
        ),
        (
            api.clone(),
            wsdl.replace(
                "<input message=\"typens:acmeLoyaltyInfoRequest\"/>",
                "<input message=\"typens:acmeLoyaltyInfoReques\"/>",
            ),
            "there is no message acmeLoyaltyInfoReques; did you mean acmeLoyaltyInfoRequest?",
        ),
        (
            api.clone(),
            wsdl.replace("<binding name=\"{{var wsdl.handler}}Binding\"", "<bindings name=\"x\"")
                .replace("</binding>", "</bindings>"),
            "is in no binding",
        ),
        (
            api.clone(),
            wsdl.replace("name=\"loyalty_points\" type=\"xsd:int\"", "name=\"email\" type=\"xsd:int\""),
            "the field email of customerCustomerEntity is int, optional here and string, optional in the shop",
        ),
        (
            api.clone(),
            wsdl.replace("<complexType name=\"acmeLoyaltyPager\">", "<complexType name=\"acmeLoyaltyEntity\">"),
            "wsdl.xml:",
        ),
        (
            api.clone(),
            wsdl.replace("<operation name=\"acmeLoyaltyList\">", "<operation name=\"storeList\">"),
            "the shop has the operation storeList",
        ),
        (
            api.clone(),
            wsdl.replace("acmeLoyaltyCreate", "customerCustomerInfo"),
            "the shop has a message customerCustomerInfoRequest of other parts",
        ),
    ] {
        let told = module(&api, &wsdl, &wsi).and_then(|module| joined(&[module])).unwrap_err();
        assert!(told.contains(said), "{said}\n{told}");
    }
    let twice = joined(&[example(), example()]).unwrap_err();
    assert!(twice.contains("the method acme_loyalty.info is declared in api.xml:"), "{twice}");
    let no_folder = Module::read_folder(std::path::Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap_err().to_string();
    assert!(no_folder.contains("there is no api.xml, wsdl.xml, wsi.xml in it"), "{no_folder}");
}

/// A later module goes before an earlier one and before the product, and what it leaves out stays.
#[tokio::test]
async fn titles_rights_and_faults_merge_as_magentos_configuration_does() {
    let of = |name: &str, api: &str| Module::of_texts(name, [Some(api), None, None]).unwrap();
    let first = "<config><api><resources><acme><title>First</title><model>acme/api</model><acl>acme</acl><methods>\
                 <info><title>See</title><acl>acme/info</acl><method>load</method></info><list/></methods>\
                 <faults><gone><code>101</code><message>Gone.</message></gone><full><code>102</code><message>Full.</message></full>\
                 </faults></acme></resources><acl><resources><acme><title>Acme</title><info><title>I</title></info></acme>\
                 </resources></acl></api></config>";
    let later = "<config><api><resources><acme><title>Second</title><methods><info><title>Look</title></info>\
                 <list><acl>acme/list</acl></list></methods><faults><gone><message>Away.</message></gone>\
                 <full><code>112</code></full></faults></acme>\
                 <customer><title>People</title><methods><list><title>All of them</title></list>\
                 <info><acl>customer/delete</acl></info></methods></customer></resources>\
                 <acl><resources><acme><list/></acme></resources></acl></api></config>";
    let modules = [of("Acme_First", first), of("Acme_Later", later)];
    let contract = joined(&modules).unwrap();
    let facts = contract.resource("acme").unwrap();
    assert_eq!((facts.title.as_deref(), facts.acl.as_deref()), (Some("Second"), Some("acme")));
    assert_eq!(facts.method_titles["info"], "Look");
    assert_eq!(json!(facts.methods), json!({"info": "acme/info", "list": "acme/list"}));
    assert_eq!(facts.php_of("info").as_deref(), Some("Acme_Model_Api::load"));
    assert!(contract.acl().has("acme/info") && contract.acl().has("acme/list"));
    let faults: Vec<(&str, u16, &str)> =
        contract.fault_table("acme").iter().map(|(name, code, text)| (name.as_str(), *code, text.as_str())).collect();
    assert_eq!(faults, [("gone", 101, "Away."), ("full", 112, "Full.")]);
    let customer = contract.operation("customerCustomerInfo").unwrap();
    assert_eq!(customer.method_acl.as_deref(), Some("customer/delete"), "a right that the later one gives");
    let list = contract.operation("customerCustomerList").unwrap();
    assert_eq!(list.method_acl.as_deref(), Some("customer/info"), "one that nobody changed");

    let shop = Served::start(crate::own_operations::shop_with(&modules, WireStyle::RpcEncoded)).await;
    let listed = crate::own_operations::xml_rpc(&shop, "resources", "").await;
    for title in ["People", "All of them", "Second", "Look"] {
        assert!(listed.contains(&format!("<string>{title}</string>")), "{title}: {listed}");
    }
    let nameless = "<config><api><resources><acme><faults><new><message>New.</message></new></faults></acme></resources></api></config>";
    let told = joined(&[of("Acme_First", first), of("Acme_New", nameless)]).unwrap_err();
    assert!(told.starts_with("api.xml:1: the fault new has no code; write a number"), "{told}");
}

#[tokio::test]
async fn a_running_shop_takes_a_module_and_refuses_a_broken_one_whole() {
    let shop = Served::start(support::shop(&support::clock())).await;
    let body = json!({"name": "Acme_Loyalty", "api.xml": file("api.xml"), "wsdl.xml": file("wsdl.xml"), "wsi.xml": file("wsi.xml")});
    let broken =
        json!({"name": "Broken", "wsdl.xml": file("wsdl.xml").replace("typens:acmeLoyaltyEntity\"", "typens:gone\"")});
    let (status, answer) = shop.admin("POST", "/modules", broken).await;
    assert_eq!(status, 400, "{answer}");
    assert_eq!(shop.admin("GET", "/modules", Value::Null).await.1, json!({"operations": []}), "nothing of it");
    let (status, answer) = shop.admin("POST", "/modules", body).await;
    assert_eq!((status, answer["operations"].as_array().unwrap().len()), (201, 3), "{answer}");
    let honest = shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await;
    assert!(honest.as_str().unwrap().contains("POST one to /__admin/stubs"), "{honest}");
    let stub = json!({"operation": "acmeLoyaltyInfo", "answer": {"account_id": 1, "customer_id": "{{ arguments.customerId }}", "points": 3}});
    assert_eq!(shop.admin("POST", "/stubs", stub).await.0, 201);
    assert_eq!(shop.answer("acmeLoyaltyInfo", json!({"customerId": 5})).await["customer_id"], 5);
}

#[tokio::test]
async fn rights_of_a_module_are_asked_for() {
    use mockgento::shop::seed::SeedUser;
    use mockgento::shop::{Seed, Shop, ShopConfig};

    let mut seed = Seed::corner_shop_people().unwrap();
    let role = Some(vec!["acme_loyalty".to_owned(), "acme_loyalty/info".to_owned()]);
    seed.api_users.push(SeedUser { role, ..SeedUser::with_full_access("apiuser", "apikey123") });
    let contract = joined(&[example()]).unwrap();
    assert!(
        Shop::new(ShopConfig::new(support::clock()), seed.clone()).is_err(),
        "without the module there are no such rights"
    );
    let shop = Shop::new(ShopConfig { contract, ..ShopConfig::new(support::clock()) }, seed).unwrap();
    let shop = Served::start(shop).await;
    let code = |answer: Value| answer.as_str().map(|text| text.split(' ').next().unwrap().to_owned());
    assert_eq!(
        code(shop.answer("acmeLoyaltyInfo", json!({"customerId": 1})).await).as_deref(),
        Some("4"),
        "allowed, not stubbed"
    );
    let create = json!({"accountData": {"customer_id": 1}});
    assert_eq!(code(shop.answer("acmeLoyaltyCreate", create).await).as_deref(), Some("2"), "not allowed");
    let listed = shop.answer("resources", json!({})).await;
    let names: Vec<&str> = listed.as_array().unwrap().iter().filter_map(|row| row["name"].as_str()).collect();
    assert!(names.contains(&"acme_loyalty"), "{names:?}");
    // The doors of API v1 say so too, with the methods that the user may call.
    let asked = format!(
        "<?xml version=\"1.0\"?><methodCall><methodName>resources</methodName><params><param><value><string>{}</string></value>\
         </param></params></methodCall>",
        shop.session()
    );
    let (_, told) = shop.post("/api/xmlrpc/", &asked).await;
    for path in ["<string>acme_loyalty.info</string>", "<string>loyalty.list</string>", "The account of a customer"] {
        assert!(told.contains(path), "{path}: {told}");
    }
    assert!(!told.contains("acme_loyalty.create"), "not allowed: {told}");
}
