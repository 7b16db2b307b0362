//! The client's carriers against servers that behave, misbehave and are not there.

use std::collections::BTreeMap;
use std::time::Duration;

use mockgento::client::{ClientOptions, MagentoClient, Retries, WsdlCache};
use mockgento::clock::Clock;
use mockgento::magento::{Contract, Flavor};
use mockgento::quirk::Quirks;
use mockgento::secret::ApiKey;
use mockgento::soap::WireStyle;
use mockgento::soap::wsdl::{self, WsdlOptions};
use mockgento::transport::in_memory::InMemoryTransport;
use mockgento::transport::proxy::Proxies;
use mockgento::transport::tcp::{Identity, TcpOptions, TcpTransport, Trust};
use mockgento::transport::{HttpRequest, Transport, TransportError};
use url::Url;
use wiremock::matchers::{basic_auth, header, header_exists, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

fn tcp(options: TcpOptions) -> TcpTransport {
    TcpTransport::new(options, Clock::system()).expect("a transport")
}

fn url(server: &MockServer, path: &str) -> Url {
    Url::parse(&server.uri()).unwrap().join(path).unwrap()
}

/// A port that was just free: bound and given back.
fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[tokio::test]
async fn credentials_of_the_url_are_sent_as_basic_auth_and_never_shown() {
    let server = MockServer::start().await;
    Mock::given(basic_auth("joe", "p@ss")).respond_with(ResponseTemplate::new(200)).mount(&server).await;
    let mut with_user = url(&server, "/api/");
    with_user.set_username("joe").unwrap();
    with_user.set_password(Some("p@ss")).unwrap();
    let answer = tcp(TcpOptions::default()).send(HttpRequest::get(with_user.clone())).await.unwrap();
    assert_eq!(answer.status, 200);

    with_user.set_port(Some(free_port())).unwrap();
    let nobody = tcp(TcpOptions::default()).send(HttpRequest::get(with_user.clone())).await.unwrap_err();
    let shown = format!("{nobody} {nobody:?} {:?}", HttpRequest::get(with_user));
    assert!(!shown.contains("p@ss") && !shown.contains("p%40ss") && !shown.contains("joe"), "{shown}");
}

#[tokio::test]
async fn a_wsdl_may_move_on_its_host_once_and_takes_its_credentials_along() {
    let server = MockServer::start().await;
    let moved = |to: &str| ResponseTemplate::new(302).insert_header("location", to);
    Mock::given(path("/old")).respond_with(moved("/new")).mount(&server).await;
    Mock::given(path("/new"))
        .and(header_exists("authorization"))
        .respond_with(ResponseTemplate::new(200))
        .mount(&server)
        .await;
    Mock::given(path("/loop")).respond_with(moved("/loop")).mount(&server).await;
    Mock::given(path("/away")).respond_with(moved("http://elsewhere.test/")).mount(&server).await;
    let transport = tcp(TcpOptions::default());
    let mut old = url(&server, "/old");
    old.set_username("joe").unwrap();
    assert_eq!(transport.send(HttpRequest::get(old)).await.unwrap().status, 200);
    for target in ["/loop", "/away"] {
        let error = transport.send(HttpRequest::get(url(&server, target))).await.unwrap_err();
        assert!(matches!(error, TransportError::Redirected { status: 302, .. }), "{error}");
    }
    let post = HttpRequest::post(url(&server, "/old"), Vec::new(), b"<a/>".to_vec());
    let error = transport.send(post).await.unwrap_err().to_string();
    assert!(error.contains("/old redirects (302) to") && error.contains("/new"), "{error}");
}

#[tokio::test]
async fn an_answer_beyond_the_limit_is_refused_and_one_within_is_whole() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .respond_with(ResponseTemplate::new(500).set_body_raw(vec![b'x'; 1000], "text/xml"))
        .mount(&server)
        .await;
    let request = HttpRequest::post(url(&server, "/"), Vec::new(), Vec::new());
    let within = tcp(TcpOptions { body_max: 1000, ..TcpOptions::default() }).send(request.clone()).await.unwrap();
    assert_eq!((within.status, within.body.len(), within.header("Content-Type")), (500, 1000, Some("text/xml")));
    let beyond = tcp(TcpOptions { body_max: 999, ..TcpOptions::default() }).send(request).await.unwrap_err();
    assert!(matches!(beyond, TransportError::TooLarge { limit: 999, .. }), "{beyond}");
}

#[tokio::test]
async fn a_slow_shop_times_out() {
    let server = MockServer::start().await;
    let slow = ResponseTemplate::new(200).set_delay(Duration::from_secs(5));
    Mock::given(method("GET")).respond_with(slow).mount(&server).await;
    let limit = Duration::from_millis(50);
    let transport = tcp(TcpOptions { timeout: limit, ..TcpOptions::default() });
    let error = transport.send(HttpRequest::get(url(&server, "/"))).await.unwrap_err();
    assert!(matches!(error, TransportError::Timeout { after, .. } if after == limit), "{error}");
}

#[tokio::test]
async fn plain_text_on_a_tls_port_is_a_tls_error_even_when_any_certificate_is_taken() {
    let server = MockServer::start().await;
    let mut https = url(&server, "/");
    https.set_scheme("https").unwrap();
    for trust in [Trust::PublicRoots, Trust::Insecure] {
        let transport = tcp(TcpOptions { trust, ..TcpOptions::default() });
        let error = transport.send(HttpRequest::get(https.clone())).await.unwrap_err();
        assert!(matches!(error, TransportError::Tls { .. }), "{error}");
    }
}

#[tokio::test]
async fn nobody_there_is_a_connect_error_on_both_carriers() {
    let nowhere = Url::parse(&format!("http://127.0.0.1:{}/", free_port())).unwrap();
    let over_tcp = tcp(TcpOptions::default()).send(HttpRequest::get(nowhere.clone())).await.unwrap_err();
    let in_memory = InMemoryTransport::network(BTreeMap::new(), Clock::system());
    let in_memory = in_memory.send(HttpRequest::get(nowhere)).await.unwrap_err();
    assert!(matches!(over_tcp, TransportError::Connect { .. }), "{over_tcp}");
    assert_eq!(over_tcp.to_string(), in_memory.to_string());
}

#[tokio::test]
async fn only_http_addresses_are_called() {
    let error = tcp(TcpOptions::default()).send(HttpRequest::get(Url::parse("ftp://h/").unwrap())).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot call ftp://h/: scheme 'ftp' is not supported; give an http:// or https:// address"
    );
}

#[tokio::test]
async fn plain_requests_go_to_the_proxy_whole_with_its_credentials() {
    let proxy = MockServer::start().await;
    Mock::given(header("proxy-authorization", "Basic am9lOnBAc3M="))
        .and(header("host", "shop.example"))
        .respond_with(ResponseTemplate::new(200).set_body_string("through the proxy"))
        .mount(&proxy)
        .await;
    let address = proxy.uri().replace("http://", "http://joe:p%40ss@");
    let through = |address: String| tcp(TcpOptions { proxies: Proxies::Fixed(address), ..TcpOptions::default() });
    let request = || HttpRequest::get(Url::parse("http://shop.example/api/?wsdl").unwrap());
    let answer = through(address).send(request()).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (200, b"through the proxy".as_slice()));
    let refused = through("socks5://127.0.0.1:1".to_owned()).send(request()).await.unwrap_err();
    assert!(matches!(refused, TransportError::Connect { .. }), "{refused}");
}

#[test]
fn a_client_certificate_that_cannot_be_used_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("client.pem");
    std::fs::write(&path, "nothing here").unwrap();
    let identity = Some(Identity { certificates: path.clone(), key: path.clone() });
    let refused = TcpTransport::new(TcpOptions { identity, ..TcpOptions::default() }, Clock::system()).unwrap_err();
    assert!(refused.to_string().contains("client.pem"), "{refused}");
}

/// A server that only counts, and what it was told.
async fn told(server: &MockServer) -> Vec<String> {
    let received = server.received_requests().await.unwrap_or_default();
    let said = |request: &wiremock::Request| {
        let auth = request.headers.get("authorization").map(|value| format!("{value:?}")).unwrap_or_default();
        format!("{} {auth} {}", request.method, String::from_utf8_lossy(&request.body))
    };
    received.iter().map(said).collect()
}

/// A WSDL of our own that names `address`.
fn wsdl(address: &str) -> Vec<u8> {
    let schema = Contract::shared().schema(WireStyle::RpcEncoded, None, Flavor::default());
    wsdl::write(&schema, address, &WsdlOptions::default()).into_bytes()
}

#[tokio::test]
async fn no_redirect_takes_basic_auth_a_login_or_a_session_to_another_host() {
    // Two names of this machine are two hosts to a client.
    let (shop, elsewhere) = (MockServer::start().await, MockServer::start().await);
    let away = url(&elsewhere, "/stolen").to_string().replace("127.0.0.1", "localhost");
    let api = url(&shop, "/api");
    Mock::given(method("GET"))
        .and(path("/wsdl"))
        .respond_with(ResponseTemplate::new(200).set_body_bytes(wsdl(api.as_str())))
        .mount(&shop)
        .await;
    for (verb, at) in [("POST", "/api"), ("GET", "/moved")] {
        let moved = ResponseTemplate::new(302).insert_header("location", away.as_str());
        Mock::given(method(verb)).and(path(at)).respond_with(moved).mount(&shop).await;
    }
    for at in ["/wsdl", "/moved"] {
        let mut typed = url(&shop, at);
        typed.set_username("joe").unwrap();
        typed.set_password(Some("s3cret")).unwrap();
        typed.set_query(Some("wsdl=1"));
        let options = ClientOptions {
            url: typed,
            user: "oro".to_owned(),
            key: ApiKey::new("oro-key-1"),
            mode: WireStyle::RpcEncoded,
            retries: Retries::Off,
            quirks: Quirks::default(),
            clock: Clock::system(),
            wsdl_cache: WsdlCache::default(),
        };
        let transport = std::sync::Arc::new(tcp(TcpOptions::default()));
        let said = match MagentoClient::connect(transport, options).await {
            Ok(_) => panic!("logged in at {at}"),
            Err(error) => error.to_string(),
        };
        assert!(said.contains("redirects (302)") && !said.contains("s3cret") && !said.contains("oro-key-1"), "{said}");
    }
    assert_eq!(told(&elsewhere).await, [""; 0]);
    let logins = told(&shop).await.into_iter().filter(|request| request.contains("oro-key-1")).count();
    assert_eq!(logins, 1, "the login went to the shop and nowhere else");
}
