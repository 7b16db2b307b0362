//! The client over sockets against recorded answers of a real shop (`fixtures/recorded`, numbered as recorded), in both
//! styles, and against what shops and their surroundings get wrong.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use mockgento::client::{ClientError, ClientOptions, MagentoClient, Retries, WsdlCache};
use mockgento::clock::Clock;
use mockgento::magento::{BridgeRelease, Contract, Flavor};
use mockgento::quirk::{Quirk, Quirks};
use mockgento::secret::ApiKey;
use mockgento::soap::wsdl::{WsdlOptions, write};
use mockgento::soap::{SoapStruct, WireStyle};
use mockgento::transport::tcp::{TcpOptions, TcpTransport};
use mockgento::transport::{AllowedOrigins, Origin};
use url::Url;
use wiremock::matchers::{basic_auth, header_exists, method};
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

const KEY: &str = "apikey123";
const DATE: &str = "Mon, 23 Nov 2026 09:26:30 GMT";

/// The recorded answers of one style.
struct Recorded {
    mode: WireStyle,
    login: &'static str,
    login_again: &'static str,
    ping: &'static str,
    stores: &'static str,
    one_customer: &'static str,
    no_customer: &'static str,
}

const RPC: Recorded = Recorded {
    mode: WireStyle::RpcEncoded,
    login: include_str!("../fixtures/recorded/rpc-001-login-ok.res.xml"),
    login_again: include_str!("../fixtures/recorded/rpc-007-login-second.res.xml"),
    ping: include_str!("../fixtures/recorded/rpc-184-oroPing.res.xml"),
    stores: include_str!("../fixtures/recorded/rpc-016-storeList.res.xml"),
    one_customer: include_str!("../fixtures/recorded/rpc-059-customerCustomerList-one-match.res.xml"),
    no_customer: include_str!("../fixtures/recorded/rpc-058-customerCustomerList-none-match.res.xml"),
};

const WS_I: Recorded = Recorded {
    mode: WireStyle::WsI,
    login: include_str!("../fixtures/recorded/wsi-001-login-ok.res.xml"),
    login_again: include_str!("../fixtures/recorded/wsi-007-login-second.res.xml"),
    ping: include_str!("../fixtures/recorded/wsi-183-oroPing.res.xml"),
    stores: include_str!("../fixtures/recorded/wsi-016-storeList.res.xml"),
    one_customer: include_str!("../fixtures/recorded/wsi-059-customerCustomerList-one-match.res.xml"),
    no_customer: include_str!("../fixtures/recorded/wsi-058-customerCustomerList-none-match.res.xml"),
};

/// Both styles answer these alike.
const ACCESS_DENIED: &str = include_str!("../fixtures/recorded/rpc-002-login-bad-key.res.xml");
const SESSION_EXPIRED: &str = include_str!("../fixtures/recorded/rpc-010-storeList-after-end.res.xml");

/// Answers in order; the last one stays.
struct InOrder(Mutex<VecDeque<ResponseTemplate>>);

impl Respond for InOrder {
    fn respond(&self, _: &Request) -> ResponseTemplate {
        let mut answers = self.0.lock().unwrap();
        if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
    }
}

fn page(status: u16, body: &str) -> ResponseTemplate {
    ResponseTemplate::new(status).set_body_raw(body.as_bytes().to_vec(), "text/xml; charset=utf-8")
}

fn xml(body: &str) -> ResponseTemplate {
    page(200, body).insert_header("Date", DATE)
}

fn wsdl(mode: WireStyle, bridge: Option<&BridgeRelease>, address: &str) -> ResponseTemplate {
    let schema = Contract::shared().schema(mode, bridge, Flavor::OpenMage194);
    xml(&write(&schema, address, &WsdlOptions::default()))
}

/// A shop that answers as told.
struct Shop {
    server: MockServer,
    mode: WireStyle,
}

impl Shop {
    /// With the newest bridge in its WSDL, and a login that works.
    async fn start(recorded: &Recorded) -> Self {
        let shop = Self::without_login(recorded.mode, Some(BridgeRelease::newest())).await;
        shop.answers("login", [xml(recorded.login), xml(recorded.login_again)]).await;
        shop
    }

    async fn without_login(mode: WireStyle, bridge: Option<&BridgeRelease>) -> Self {
        let server = MockServer::start().await;
        let document = wsdl(mode, bridge, &format!("{}/index.php/api/v2_soap/index/", server.uri()));
        Mock::given(method("GET")).respond_with(document).mount(&server).await;
        Self { server, mode }
    }

    async fn answers(&self, operation: &'static str, answers: impl IntoIterator<Item = ResponseTemplate>) {
        let answers = InOrder(Mutex::new(answers.into_iter().collect()));
        Mock::given(method("POST")).and(is(operation)).respond_with(answers).mount(&self.server).await;
    }

    fn url(&self) -> Url {
        format!("{}/api/v2_soap/?wsdl=1", self.server.uri()).parse().unwrap()
    }

    fn options(&self) -> ClientOptions {
        ClientOptions {
            url: self.url(),
            user: "apiuser".to_owned(),
            key: ApiKey::new(KEY),
            mode: self.mode,
            retries: Retries::Standard,
            quirks: Quirks::default(),
            clock: Clock::virtual_at("2026-11-23T09:26:30Z".parse().unwrap()),
            wsdl_cache: WsdlCache::default(),
        }
    }

    async fn client(&self) -> MagentoClient {
        connect(self.options()).await.unwrap()
    }

    /// The bodies of the requests so far that call `operation`.
    async fn requests(&self, operation: &'static str) -> Vec<String> {
        let all = self.server.received_requests().await.unwrap();
        all.iter().filter(|request| is(operation)(request)).map(text).collect()
    }

    /// How often the WSDL was downloaded.
    async fn downloads(&self) -> usize {
        let all = self.server.received_requests().await.unwrap();
        all.iter().filter(|request| request.method.as_str() == "GET").count()
    }
}

fn text(request: &Request) -> String {
    String::from_utf8(request.body.clone()).unwrap()
}

fn is(operation: &'static str) -> impl Fn(&Request) -> bool {
    move |request| {
        let body = text(request);
        ["", "Param", "RequestParam"]
            .iter()
            .any(|suffix| [">", "/>"].iter().any(|end| body.contains(&format!("<ns1:{operation}{suffix}{end}"))))
    }
}

async fn connect(options: ClientOptions) -> Result<MagentoClient, ClientError> {
    let transport = TcpTransport::new(TcpOptions::default(), options.clock.clone()).unwrap();
    MagentoClient::connect(Arc::new(transport), options).await
}

async fn refused(options: ClientOptions) -> String {
    match connect(options).await {
        Ok(_) => "connected".to_owned(),
        Err(error) => error.to_string(),
    }
}

/// The session id of a recorded login.
fn session(login: &str) -> String {
    let (_, rest) = login.split_once("Return xsi:type=\"xsd:string\">").or(login.split_once("<result>")).unwrap();
    rest.split_once('<').unwrap().0.to_owned()
}

fn nothing() -> SoapStruct {
    SoapStruct::new()
}

#[tokio::test]
async fn both_styles_give_the_same_values() {
    for recorded in [RPC, WS_I] {
        let shop = Shop::start(&recorded).await;
        shop.answers("oroPing", [xml(recorded.ping)]).await;
        shop.answers("storeList", [xml(recorded.stores)]).await;
        shop.answers("customerCustomerList", [xml(recorded.one_customer), xml(recorded.no_customer)]).await;
        let mut client = shop.client().await;
        assert_eq!(client.server_time(), Some("2026-11-23T09:26:30Z".parse().unwrap()));

        let stores = client.call_list("storeList", nothing()).await.unwrap();
        let names: Vec<_> = stores.iter().map(|store| store.text("name").unwrap()).collect();
        assert_eq!(names, ["Default Store View", "Français", "Deutsch (EU)"]);
        let filters = || nothing().with("filters", nothing());
        let one = client.call_list("customerCustomerList", filters()).await.unwrap();
        assert_eq!(one.len(), 1);
        assert_eq!(one[0].text("lastname").as_deref(), Some("O'Brien"));
        assert_eq!(one[0].text("customer_id").as_deref(), Some("1"));
        assert!(client.call_list("customerCustomerList", filters()).await.unwrap().is_empty());

        for _ in 0..2 {
            let bridge = client.bridge().await;
            assert_eq!(bridge.version.unwrap().as_str(), "1.2.19");
            assert_eq!(bridge.magento_version.as_deref(), Some("1.9.4.5"));
            assert!(bridge.admin_url.unwrap().ends_with("/index.php/admin/"));
        }
        assert_eq!(shop.requests("oroPing").await.len(), 1, "one ping answers all questions");
        let id = session(recorded.login);
        for operation in ["storeList", "customerCustomerList", "oroPing"] {
            assert!(shop.requests(operation).await.iter().all(|body| body.contains(&id)), "{operation}");
        }
        assert!(!shop.requests("login").await[0].contains("sessionId"));
    }
}

#[tokio::test]
async fn an_expired_session_is_renewed_once_and_the_call_repeated_with_the_new_one() {
    for recorded in [RPC, WS_I] {
        let shop = Shop::start(&recorded).await;
        shop.answers("storeList", [xml(SESSION_EXPIRED), xml(recorded.stores), xml(SESSION_EXPIRED)]).await;
        let mut client = shop.client().await;
        assert_eq!(client.call_list("storeList", nothing()).await.unwrap().len(), 3);
        let calls = shop.requests("storeList").await;
        assert!(calls[0].contains(&session(recorded.login)) && calls[1].contains(&session(recorded.login_again)));

        let error = client.call("storeList", nothing()).await.unwrap_err();
        assert_eq!(error.fault_code(), Some(5));
        assert_eq!(error.to_string(), "storeList (call 7): SOAP fault 5: Session expired. Try to relogin.");
        assert_eq!((shop.requests("storeList").await.len(), shop.requests("login").await.len()), (4, 3));
    }
}

///
#[tokio::test]
async fn the_reference_client_does_not_log_in_again() {
    let shop = Shop::start(&RPC).await;
    shop.answers("storeList", [xml(SESSION_EXPIRED)]).await;
    let quirks = Quirks::default().with(Quirk::NoReLogin, true);
    let mut client = connect(ClientOptions { quirks, ..shop.options() }).await.unwrap();
    assert_eq!(client.call("storeList", nothing()).await.unwrap_err().fault_code(), Some(5));
    assert_eq!((shop.requests("storeList").await.len(), shop.requests("login").await.len()), (1, 1));
}

/// Vectors 80 to 82, and an HTML page with status 200.
#[tokio::test]
async fn what_may_pass_is_tried_four_times_and_what_will_not_once() {
    let html = "<!DOCTYPE html>\n<html><title>Maintenance</title>";
    let html_said = "storeList (call 2, 4 attempts): ";
    for (answers, calls, waited, said) in [
        (vec![page(502, "Bad Gateway")], 4, 35, "storeList (call 2, 4 attempts): HTTP 502: Bad Gateway"),
        (vec![page(502, ""), page(503, ""), page(504, ""), xml(RPC.stores)], 4, 35, ""),
        (vec![page(503, html), xml(RPC.stores)], 2, 5, ""),
        (vec![page(500, "oops")], 1, 0, "storeList (call 2): HTTP 500: oops"),
        (vec![page(404, "")], 1, 0, "storeList (call 2): HTTP 404: (an empty answer)"),
        (vec![page(200, html)], 4, 35, html_said),
        (vec![page(200, SESSION_EXPIRED), xml(RPC.stores)], 2, 0, ""),
    ] {
        let shop = Shop::start(&RPC).await;
        shop.answers("storeList", answers).await;
        let options = shop.options();
        let (clock, start) = (options.clock.clone(), options.clock.now());
        let outcome = connect(options).await.unwrap().call("storeList", nothing()).await;
        match outcome {
            Ok(_) => assert_eq!(said, ""),
            Err(error) => {
                let error = error.to_string();
                assert!(!said.is_empty() && error.starts_with(said), "{error}");
                assert!(
                    said != html_said
                        || error.ends_with("the answer begins: <!DOCTYPE html> <html><title>Maintenance</title>")
                );
            }
        }
        assert_eq!(shop.requests("storeList").await.len(), calls, "{said}");
        assert_eq!(clock.now().duration_since(start).as_secs(), waited, "{said}");
    }
}

#[tokio::test]
async fn a_refused_login_says_what_the_shop_said_and_no_secret() {
    let shop = Shop::without_login(WireStyle::RpcEncoded, None).await;
    let echo = format!("oops: <apiKey xsi:type=\"xsd:string\">{KEY}</apiKey> is no key, {KEY} is none");
    shop.answers("login", [xml(ACCESS_DENIED), page(500, &echo), xml(WS_I.login)]).await;
    assert_eq!(refused(shop.options()).await, "login (call 1): SOAP fault 2: Access denied.");
    assert_eq!(
        refused(shop.options()).await,
        "login (call 1): HTTP 500: oops: <apiKey xsi:type=\"xsd:string\">***</apiKey> is no key, *** is none"
    );
    let error = refused(ClientOptions { key: ApiKey::new(""), ..shop.options() }).await;
    assert_eq!(error, "the SOAP API user or key is empty; set both");
}

#[tokio::test]
async fn a_shop_of_the_other_style_and_what_is_no_wsdl_are_told_plainly() {
    for (shop_mode, set, advice) in [
        (WireStyle::WsI, WireStyle::RpcEncoded, "the shop speaks WS-I (document/literal); switch WS-I Compliance on"),
        (WireStyle::RpcEncoded, WireStyle::WsI, "the shop speaks RPC/encoded, not WS-I; switch WS-I Compliance off"),
    ] {
        let shop = Shop::without_login(shop_mode, None).await;
        assert_eq!(refused(ClientOptions { mode: set, ..shop.options() }).await, advice);
    }
    for (answer, said) in [
        (page(200, "<html><head><title>Our shop</title>"), "the answer is an HTML page titled \"Our shop\""),
        (page(401, ""), "answers HTTP 401 where a WSDL was expected; put user and password"),
        (page(503, "<html>"), "answers HTTP 503 where a WSDL was expected; the shop is down or in maintenance"),
    ] {
        let shop = Shop { server: MockServer::start().await, mode: WireStyle::RpcEncoded };
        Mock::given(method("GET")).respond_with(answer).mount(&shop.server).await;
        let mut url = shop.url();
        url.set_username("joe").unwrap();
        url.set_password(Some("s3cret")).unwrap();
        let error = refused(ClientOptions { url, ..shop.options() }).await;
        assert!(error.contains(said) && !error.contains("s3cret"), "{error}");
        assert_eq!(shop.downloads().await, 1);
    }
}

/// Vector 79.
#[tokio::test]
async fn an_address_of_nothing_is_created_with_session_customer_and_empty_data() {
    let shop = Shop::start(&RPC).await;
    shop.answers("customerAddressCreate", [xml(SESSION_EXPIRED)]).await;
    let mut client = shop.client().await;
    let arguments = SoapStruct::new().with("customerId", 3).with("addressData", SoapStruct::new());
    client.call("customerAddressCreate", arguments).await.unwrap_err();
    let request = shop.requests("customerAddressCreate").await.remove(0);
    let call = request.split_once("<ns1:customerAddressCreate>").unwrap().1;
    let members: Vec<&str> =
        ["<sessionId ", "<customerId ", "<addressData "].into_iter().filter(|member| call.contains(member)).collect();
    assert_eq!(members.len(), 3, "{request}");
    assert!(
        call.find("<sessionId ") < call.find("<customerId ") && call.find("<customerId ") < call.find("<addressData ")
    );
    assert!(call.contains(">3</customerId>"), "{request}");
    assert!(!call.contains("<city"), "{request}");
}

/// Vectors 72 and 77.
#[tokio::test]
async fn without_a_bridge_nothing_pings_and_what_needs_one_is_refused_unsent() {
    let shop = Shop::without_login(WireStyle::RpcEncoded, None).await;
    shop.answers("login", [xml(RPC.login)]).await;
    let mut client = shop.client().await;
    assert!(!client.bridge().await.is_installed());
    for (operation, said) in [
        ("oroQuoteList", "oroQuoteList needs the OroCRM bridge: Oro Bridge extension is not installed."),
        ("newsletterSubscriberList", "newsletterSubscriberList needs the OroCRM bridge"),
        ("catalogTeapotList", "the shop's WSDL declares no catalogTeapotList"),
    ] {
        let error = client.call(operation, nothing()).await.unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
    assert_eq!(shop.server.received_requests().await.unwrap().len(), 2, "the WSDL and the login");
}

/// The recommendation of Q-38, and its other half.
#[tokio::test]
async fn a_cached_wsdl_is_downloaded_again_when_it_lacks_a_function() {
    let cache = WsdlCache::default();
    let shop = Shop::start(&RPC).await;
    shop.answers("oroPing", [xml(RPC.ping)]).await;
    let options = || ClientOptions { wsdl_cache: cache.clone(), ..shop.options() };
    let native = Contract::shared().schema(RPC.mode, None, Flavor::OpenMage194);
    let address = format!("{}/index.php/api/v2_soap/index/", shop.server.uri());
    cache.put(&shop.url(), write(&native, &address, &WsdlOptions::default()).into_bytes().into());

    let never = Quirks::default().with(Quirk::WsdlCacheNeverExpires, true);
    let mut client = connect(ClientOptions { quirks: never.clone(), ..options() }).await.unwrap();
    assert!(!client.bridge().await.is_installed(), "a new bridge is not seen while the WSDL is cached");
    assert_eq!(shop.downloads().await, 0);
    client.call("oroPing", nothing()).await.unwrap();
    assert_eq!(shop.downloads().await, 1);

    cache.put(&shop.url(), write(&native, &address, &WsdlOptions::default()).into_bytes().into());
    let without = Quirks::default().with(Quirk::WsdlCacheNeverExpires, false);
    let mut client = connect(ClientOptions { quirks: without, ..options() }).await.unwrap();
    assert!(client.bridge().await.is_installed());
    assert_eq!(shop.downloads().await, 2);
}

#[tokio::test]
async fn secrets_go_with_the_calls_but_to_no_other_origin_unless_it_is_allowed() {
    for (elsewhere, is_allowed) in [(false, false), (true, true), (true, false)] {
        let (typed, other) = (MockServer::start().await, MockServer::start().await);
        let called = if elsewhere { &other } else { &typed };
        let document = wsdl(WireStyle::RpcEncoded, None, &format!("{}/index.php/api/", called.uri()));
        Mock::given(method("GET")).and(basic_auth("joe", "s3cret")).respond_with(document).mount(&typed).await;
        let login = Mock::given(method("POST"));
        let login = if elsewhere { login } else { login.and(basic_auth("joe", "s3cret")) };
        login.respond_with(xml(RPC.login)).mount(called).await;
        Mock::given(header_exists("authorization")).respond_with(page(500, "")).with_priority(1).mount(&other).await;

        let shop = Shop { server: typed, mode: WireStyle::RpcEncoded };
        let mut url = shop.url();
        url.set_username("joe").unwrap();
        url.set_password(Some("s3cret")).unwrap();
        let origin = Origin::of(&other.uri().parse().unwrap()).filter(|_| is_allowed);
        let allowed_origins = AllowedOrigins::new(origin.into_iter().collect());
        let options = TcpOptions { allowed_origins, ..TcpOptions::default() };
        let carrier = TcpTransport::new(options, Clock::system()).unwrap();
        let connected = MagentoClient::connect(Arc::new(carrier), ClientOptions { url, ..shop.options() }).await;
        if elsewhere && !is_allowed {
            let said = connected.err().unwrap().to_string();
            assert!(said.contains("another host or port") && said.contains("--allow-origin"), "{said}");
            assert!(!said.contains("s3cret") && other.received_requests().await.unwrap().is_empty(), "{said}");
            continue;
        }
        let client = connected.unwrap();
        assert_eq!(client.warnings().len(), usize::from(elsewhere));
        let warned = client.warnings().concat();
        assert!(!elsewhere || warned.contains("user and password of the URL are not sent there"), "{warned}");
        assert!(!warned.contains("s3cret"), "{warned}");
    }
}
