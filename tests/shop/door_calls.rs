//! Calls through each door, on the tea shop: what a real shop's recordings say of each protocol (the numbers are those of
//! recordings/doors), and that sessions, rights, disruptions and the journal are one for all of them.

use mockgento::disrupt::{Armed, Disruption, When};
use mockgento::magento::Flavor;
use mockgento::server::{EndpointOptions, InMemoryShop};
use mockgento::transport::in_memory::InMemoryTransport;
use mockgento::transport::{HttpAnswer, HttpRequest, Transport};

use crate::support;

const USER: &str = "apiuser";
const KEY: &str = "apikey123";

struct Doors {
    shop: InMemoryShop,
    transport: InMemoryTransport,
}

impl Doors {
    fn open(flavor: Flavor) -> Self {
        let clock = support::clock();
        let mut shop = support::shop(&clock);
        shop.set_flavor(flavor);
        let shop = InMemoryShop::new(shop, EndpointOptions::default());
        let transport = InMemoryTransport::new(shop.peer(), clock);
        Self { shop, transport }
    }

    async fn send(&self, path: &str, body: &str) -> HttpAnswer {
        let url = format!("http://127.0.0.1{path}").parse().unwrap();
        let headers = vec![("Content-Type".to_owned(), "text/xml".to_owned())];
        self.transport.send(HttpRequest::post(url, headers, body.as_bytes().to_vec())).await.unwrap()
    }

    async fn text(&self, path: &str, body: &str) -> String {
        String::from_utf8(self.send(path, body).await.body.to_vec()).unwrap()
    }

    async fn xml_rpc(&self, method: &str, parameters: &str) -> String {
        let answer = self.text("/api/xmlrpc/", &xml_rpc(method, parameters)).await;
        answer.strip_prefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n").unwrap().to_owned()
    }

    async fn login(&self) -> String {
        let parameters = strings(&[USER, KEY]);
        let answer = self.xml_rpc("login", &parameters).await;
        answer.split("<string>").nth(1).and_then(|rest| rest.split('<').next()).unwrap().to_owned()
    }
}

fn xml_rpc(method: &str, parameters: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>{parameters}</params></methodCall>"
    )
}

fn strings(texts: &[&str]) -> String {
    texts.iter().map(|text| format!("<param><value><string>{text}</string></value></param>")).collect()
}

fn soap1(call: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:m=\"urn:Magento\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
         xmlns:a=\"http://xml.apache.org/xml-soap\"><e:Body>{call}</e:Body></e:Envelope>"
    )
}

fn call1(session: &str, path: &str, args: &str) -> String {
    soap1(&format!("<m:call><sessionId>{session}</sessionId><resourcePath>{path}</resourcePath>{args}</m:call>"))
}

fn fault1(code: &str, text: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope \
         xmlns:SOAP-ENV=\"http://schemas.xmlsoap.org/soap/envelope/\"><SOAP-ENV:Body><SOAP-ENV:Fault><faultcode>{code}\
         </faultcode><faultstring>{text}</faultstring></SOAP-ENV:Fault></SOAP-ENV:Body></SOAP-ENV:Envelope>\n"
    )
}

fn fault_rpc(code: i64, text: &str) -> String {
    format!(
        "<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>{code}</int></value></member>\
         <member><name>faultString</name><value><string>{text}</string></value></member></struct></value></fault>\
         </methodResponse>"
    )
}

#[tokio::test]
async fn one_session_opens_every_door() {
    let doors = Doors::open(Flavor::OpenMage2016);
    let session = doors.login().await;
    let soap = doors.text("/index.php/api/soap/", &call1(&session, "core_magento.info", "")).await;
    assert!(soap.contains("<key xsi:type=\"xsd:string\">openmage_version</key>"), "{soap}");
    let request = format!(r#"{{"jsonrpc":"2.0","method":"magento.info","params":["{session}"],"id":7}}"#);
    let json = doors.text("/api/jsonrpc/", &request).await;
    assert_eq!(
        json,
        r#"{"result":{"magento_edition":"Community","magento_version":"1.9.4.5","openmage_version":"20.16.0"},"id":"7","jsonrpc":"2.0"}"#
    );
    let ended = doors.xml_rpc("endSession", &strings(&[&session])).await;
    assert!(ended.contains("<boolean>1</boolean>"), "{ended}");
    let expired = doors.text("/api/soap/", &call1(&session, "core_magento.info", "")).await;
    assert_eq!(expired, fault1("5", "Session expired. Try to relogin."));
}

#[tokio::test]
async fn a_path_that_leads_nowhere_and_arguments_that_are_missing_are_told_by_each_door() {
    let doors = Doors::open(Flavor::OpenMage194);
    let session = doors.login().await;
    for path in ["customer.nosuch", "customer.", "", "customer.items", "customer.List", "salesOrderList"] {
        // Recordings soap1 711 to 721.
        let answer = doors.text("/api/soap/", &call1(&session, path, "")).await;
        assert_eq!(answer, fault1("3", "Invalid api path."), "{path}");
    }
    // Recording soap1 125, and what the same error is over XML-RPC.
    let answer = doors.text("/api/soap/", &call1(&session, "customer.list", "")).await;
    let text = "Too few arguments to function Mage_Customer_Model_Customer_Api::items(), 0 passed in \
                /var/www/shop/app/code/core/Mage/Api/Model/Server/Handler/Abstract.php on line 295 and exactly 1 expected";
    assert_eq!(answer, fault1("SOAP-ENV:Server", text));
    let call = xml_rpc("call", &strings(&[&session, "customer.list"]));
    let answer = doors.send("/api/xmlrpc/", &call).await;
    assert_eq!((answer.status, answer.body.len()), (500, 0));
    // Recordings soap1 161 and 725.
    let named = "<args xsi:type=\"a:Map\"><item><key>foo</key><value>1</value></item></args>";
    let answer = doors.text("/api/soap/", &call1(&session, "customer.info", named)).await;
    assert_eq!(answer, fault1("SOAP-ENV:Server", "Unknown named parameter $foo"));
    let object = "<args><a>1</a></args>";
    let answer = doors.text("/api/soap/", &call1(&session, "customer.info", object)).await;
    let text = "addcslashes(): Argument #1 ($string) must be of type string, stdClass given";
    assert_eq!(answer, fault1("SOAP-ENV:Server", text));
}

#[tokio::test]
async fn arguments_are_taken_by_position_by_name_and_alone() {
    let doors = Doors::open(Flavor::OpenMage194);
    let session = doors.login().await;
    let mut answers = Vec::new();
    for args in [
        "<args xmlns:c=\"http://schemas.xmlsoap.org/soap/encoding/\" c:arrayType=\"xsd:string[1]\" xsi:type=\"c:Array\"><x>1</x></args>",
        "<args xsi:type=\"a:Map\"><item><key>storeId</key><value>1</value></item></args>",
        "<args xsi:type=\"xsd:int\">1</args>",
    ] {
        answers.push(doors.text("/api/soap/", &call1(&session, "store.info", args)).await);
    }
    assert!(answers[0].contains("<key xsi:type=\"xsd:string\">store_id</key><value xsi:type=\"xsd:int\">1</value>"));
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn integers_are_texts_where_the_release_has_texts() {
    for (flavor, expected) in [
        (Flavor::OpenMage194, "<name>group_id</name><value><int>1</int></value>"),
        (Flavor::Magento194, "<name>group_id</name><value><string>1</string></value>"),
    ] {
        let doors = Doors::open(flavor);
        let session = doors.login().await;
        let args = "<param><value><array><data><value><struct/></value></data></array></value></param>";
        let call = format!("{}{args}", strings(&[&session, "customer.list"]));
        let answer = doors.xml_rpc("call", &call).await;
        assert!(answer.contains(expected), "{flavor:?}: {}", &answer[..400.min(answer.len())]);
    }
}

#[tokio::test]
async fn xml_rpc_says_what_zend_says() {
    let doors = Doors::open(Flavor::Magento194);
    let signature = "Calling parameters do not match signature";
    let no_method = "Invalid request, no method passed; request must contain a 'methodName' tag";
    for (body, expected) in [
        (String::new(), fault_rpc(630, "Unable to read request")),
        ("hello".to_owned(), fault_rpc(632, no_method)),
        (xml_rpc("nosuch", ""), fault_rpc(620, "Method &quot;nosuch&quot; does not exist")),
        (xml_rpc("login", &strings(&["a", "b", "c"])), fault_rpc(623, signature)),
        (xml_rpc("login", &strings(&["a", "b"])), fault_rpc(2, "Access denied.")),
        (xml_rpc("resources", &strings(&["x"])), fault_rpc(5, "Session expired. Try to relogin.")),
        (xml_rpc("login", "<param/>"), fault_rpc(633, "Param must contain a value")),
        (xml_rpc("login", "<param><value><int>x</int></value></param>"), fault_rpc(636, "Error creating xmlrpc value")),
    ] {
        let answer = doors.text("/api/xmlrpc/", &body).await;
        assert_eq!(answer, format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{expected}"), "{body}");
    }
}

#[tokio::test]
async fn many_calls_in_one_go_on_after_a_fault_unless_they_are_told_to_break() {
    let doors = Doors::open(Flavor::OpenMage194);
    let session = doors.login().await;
    let array = |items: &str| format!("<array><data>{items}</data></array>");
    let value = |inner: &str| format!("<value>{inner}</value>");
    let call = |path: &str, args: &str| value(&array(&format!("<value>{path}</value>{}", value(&array(args)))));
    let calls =
        format!("{}{}", call("customer.info", "<value>99999</value>"), call("core_store.info", "<value>1</value>"));
    let parameters = format!("{}<param>{}</param>", strings(&[&session]), value(&array(&calls)));
    let answer = doors.xml_rpc("multiCall", &parameters).await;
    let fault = "<value><struct><member><name>isFault</name><value><boolean>1</boolean></value></member><member>\
                 <name>faultCode</name><value><string>102</string></value></member><member><name>faultMessage</name><value>\
                 <string>Customer not exists.</string></value></member></struct></value><value><struct><member>\
                 <name>store_id</name>";
    assert!(answer.contains(fault), "{answer}");
    let map = "<calls xmlns:c=\"http://schemas.xmlsoap.org/soap/encoding/\" xsi:type=\"c:Array\">\
               <item xsi:type=\"c:Array\"><item>nosuch.x</item></item><item xsi:type=\"c:Array\"><item>core_store.list</item></item>\
               </calls><options xsi:type=\"a:Map\"><item><key>break</key><value xsi:type=\"xsd:boolean\">true</value></item></options>";
    let body = soap1(&format!("<m:multiCall><sessionId>{session}</sessionId>{map}</m:multiCall>"));
    let answer = doors.text("/api/soap/", &body).await;
    assert!(answer.contains("xsd:ur-type[1]") && answer.contains("Invalid api path."), "{answer}");
}

#[tokio::test]
async fn a_disruption_meets_a_call_through_any_door_by_either_name() {
    let doors = Doors::open(Flavor::OpenMage2016);
    let session = doors.login().await;
    let fault = || Disruption::Fault { code: "5".to_owned(), string: "Gone".to_owned() };
    for name in ["storeList", "core_store.list", "store.list"] {
        let arm = || doors.shop.arm(Armed::once(fault(), When::nth_of(name, 1)));
        arm();
        assert_eq!(doors.text("/api/soap/", &call1(&session, "store.list", "")).await, fault1("5", "Gone"), "{name}");
        arm();
        assert_eq!(
            doors.xml_rpc("call", &strings(&[&session, "core_store.list"])).await,
            fault_rpc(5, "Gone"),
            "{name}"
        );
        arm();
        let request = format!(r#"{{"method":"call","params":["{session}","store.list",[]],"id":1}}"#);
        let expected = r#"{"error":{"code":-32000,"message":"Gone","data":{}},"id":"1"}"#;
        assert_eq!(doors.text("/api/jsonrpc/", &request).await, expected, "{name}");
        arm();
        let soap2 = soap1(&format!("<m:storeList><sessionId>{session}</sessionId></m:storeList>"));
        assert!(doors.text("/api/v2_soap/", &soap2).await.contains("Gone"), "{name}");
    }
}

#[tokio::test]
async fn the_journal_has_one_name_for_an_operation_and_no_secrets() {
    let doors = Doors::open(Flavor::OpenMage194);
    let session = doors.login().await;
    doors.text("/api/soap/", &call1(&session, "customer.info", "<args>99999</args>")).await;
    doors.xml_rpc("call", &strings(&[&session, "nosuch.list"])).await;
    let journal = doors.shop.journal();
    let operations: Vec<&str> = journal.entries().iter().map(|entry| entry.operation.as_str()).collect();
    assert_eq!(operations, ["login", "customerCustomerInfo", "nosuch.list"]);
    let info = &journal.entries()[1];
    assert_eq!(info.arguments.text("customerId").as_deref(), Some("99999"));
    assert!(info.why.as_deref().is_some_and(|why| why.contains("99999")), "{:?}", info.why);
    for entry in journal.entries() {
        let shown = serde_json::to_string(entry).unwrap();
        let envelopes = journal.envelopes(entry.number).unwrap();
        let shown = format!("{shown}{}{}", envelopes.request(), envelopes.answer());
        assert!(!shown.contains(&session) && !shown.contains(KEY), "{shown}");
    }
}

#[tokio::test]
async fn what_arrives_is_bounded_at_every_door() {
    let doors = Doors::open(Flavor::OpenMage2016);
    let deep = |open: &str, close: &str| format!("{}{}", open.repeat(500), close.repeat(500));
    let body = soap1(&format!("<m:call>{}</m:call>", deep("<a>", "</a>")));
    assert!(doors.text("/api/soap/", &body).await.contains("<faultcode>Sender</faultcode>"));
    let nested = deep("<value><array><data>", "</data></array></value>");
    let body = xml_rpc("login", &format!("<param>{nested}</param>"));
    assert!(doors.text("/api/xmlrpc/", &body).await.contains("<int>632</int>"));
    let bomb = "<!DOCTYPE a [<!ENTITY b \"c\"><!ENTITY d \"&b;&b;\">]><a>&d;</a>";
    assert!(doors.text("/api/xmlrpc/", bomb).await.contains("<int>631</int>"));
    assert!(doors.text("/api/soap/", bomb).await.contains("Detected use of ENTITY"));
    let body = format!(r#"{{"method":"login","params":{},"id":1}}"#, deep("[", "]"));
    assert_eq!(doors.send("/api/jsonrpc/", &body).await.status, 503);
}
