//! Each disruption as a client meets it, over a pipe and over a socket: the same error either way.

use std::sync::Arc;
use std::time::Duration;

use mockgento::clock::Clock;
use mockgento::disrupt::{Armed, Disruption, When};
use mockgento::server::{EndpointOptions, FakeShop, InMemoryShop, ServerOptions, wsdl_url};
use mockgento::transport::in_memory::InMemoryTransport;
use mockgento::transport::tcp::{TcpOptions, TcpTransport};
use mockgento::transport::{Breakage, HttpAnswer, HttpRequest, Transport, TransportError};
use url::Url;

use crate::support;

const LOGIN: &[u8] = include_bytes!("../fixtures/recorded/rpc-001-login-ok.req.xml");

fn login(base: &Url) -> HttpRequest {
    let mut url = wsdl_url(base);
    url.set_query(None);
    HttpRequest::post(url, vec![("Content-Type".to_owned(), "text/xml; charset=utf-8".to_owned())], LOGIN.to_vec())
}

/// The answer to a login that `disruption` strikes, over both carriers; they must not differ.
async fn struck(disruption: Disruption) -> Result<HttpAnswer, TransportError> {
    let in_memory = in_memory(disruption.clone()).await;
    let over_tcp = over_tcp(disruption.clone()).await;
    assert_eq!(shown(&in_memory), shown(&over_tcp), "{}", disruption.name());
    in_memory
}

/// What a snapshot would show of it, ports and session ids aside.
fn shown(answer: &Result<HttpAnswer, TransportError>) -> String {
    let text = match answer {
        Ok(answer) => format!("{:?}\n{}", (answer.status, &answer.headers), String::from_utf8_lossy(&answer.body)),
        Err(error) => error.to_string(),
    };
    regex::Regex::new(r"[0-9a-f]{32}|127\.0\.0\.1(:\d+)?").unwrap().replace_all(&text, "_").into_owned()
}

async fn in_memory(disruption: Disruption) -> Result<HttpAnswer, TransportError> {
    let clock = support::clock();
    let shop = InMemoryShop::new(support::shop(&clock), EndpointOptions::default());
    shop.arm(Armed::once(disruption, When::nth_of("login", 1)));
    let transport = InMemoryTransport::new(shop.peer(), clock);
    transport.send(login(&"http://127.0.0.1/".parse().unwrap())).await
}

async fn over_tcp(disruption: Disruption) -> Result<HttpAnswer, TransportError> {
    let clock = support::clock();
    let shop = FakeShop::start(support::shop(&clock), ServerOptions::default()).await.unwrap();
    shop.arm(Armed::once(disruption, When::nth_of("login", 1)));
    let transport = TcpTransport::new(TcpOptions::default(), Clock::system()).unwrap();
    transport.send(login(shop.url())).await
}

#[tokio::test]
async fn a_broken_connection_says_where_it_broke() {
    let broken = |answer: Result<HttpAnswer, TransportError>| match answer {
        Err(TransportError::Broken { breakage, .. }) => Some(breakage),
        _ => None,
    };
    for (disruption, breakage) in [
        (Disruption::Reset { after_bytes: 0 }, Breakage::BeforeAnswer),
        (Disruption::Close { after_bytes: 0 }, Breakage::BeforeAnswer),
        (Disruption::Close { after_bytes: 40 }, Breakage::BeforeAnswer),
        (Disruption::Close { after_bytes: 500 }, Breakage::InsideBody),
        (Disruption::Garbage, Breakage::NotHttp),
    ] {
        assert_eq!(broken(struck(disruption.clone()).await), Some(breakage), "{}", disruption.name());
    }
}

#[tokio::test]
async fn a_spoiled_answer_arrives_as_spoiled() {
    let whole = struck(Disruption::NoDate).await.unwrap();
    assert_eq!((whole.status, whole.header("date")), (200, None));
    let length = whole.body.len();

    assert_eq!(struck(Disruption::TruncatedXml).await.unwrap().body.len(), length / 2);
    assert_eq!(struck(Disruption::EmptyBody).await.unwrap().body, b"");
    assert_eq!(struck(Disruption::ContentLength(10)).await.unwrap().body.len(), 10);
    // Its document is closed, so nothing is missing, whatever length was announced.
    assert_eq!(struck(Disruption::ContentLength(9000)).await.unwrap().body.len(), length);
    assert!(struck(Disruption::ByteOrderMark).await.unwrap().body.starts_with(b"\xef\xbb\xbf<?xml"));
    assert!(struck(Disruption::PhpWarning).await.unwrap().body.starts_with(b"<br />\n<b>Warning</b>"));
    let skewed = struck(Disruption::DateSkew(-3600)).await.unwrap();
    assert_eq!(skewed.header("date"), Some("Mon, 23 Nov 2026 08:26:30 GMT"));
}

#[tokio::test]
async fn a_replaced_answer_is_a_fault_or_a_page() {
    let fault = Disruption::Fault { code: "1".to_owned(), string: "Internal Error & more".to_owned() };
    let fault = struck(fault).await.unwrap();
    let text = String::from_utf8(fault.body).unwrap();
    assert_eq!(fault.status, 200);
    assert!(text.contains("<faultcode>1</faultcode>\n<faultstring>Internal Error &amp; more</faultstring>"), "{text}");

    let page = struck(Disruption::Status(503)).await.unwrap();
    assert_eq!((page.status, page.header("content-type")), (503, Some("text/html; charset=UTF-8")));
    let page = struck(Disruption::HtmlPage).await.unwrap();
    assert_eq!((page.status, page.header("content-type")), (200, Some("text/html; charset=UTF-8")));
}

#[tokio::test(start_paused = true)]
async fn a_stalled_answer_costs_virtual_time_only() {
    for after_bytes in [0, 500] {
        let clock = support::clock();
        let shop = InMemoryShop::new(support::shop(&clock), EndpointOptions::default());
        shop.arm(Armed::once(Disruption::Stall { after_bytes }, When::next_call()));
        let limit = Duration::from_secs(40);
        let transport = InMemoryTransport::new(shop.peer(), clock.clone()).with_timeout(limit);
        let before = clock.now();
        let error = transport.send(login(&"http://shop.test/".parse().unwrap())).await.unwrap_err();
        assert!(matches!(error, TransportError::Timeout { after, .. } if after == limit), "{error}");
        assert_eq!(clock.now().duration_since(before).as_secs(), 40);
        assert!(transport.send(login(&"http://shop.test/".parse().unwrap())).await.is_ok(), "the next call is well");
    }
}

#[tokio::test]
async fn the_journal_names_what_struck() {
    let clock = support::clock();
    let shop = InMemoryShop::new(support::shop(&clock), EndpointOptions::default());
    shop.arm(Armed::once(Disruption::HtmlPage, When::nth_of("wsdl", 2)));
    let transport: Arc<dyn Transport> = Arc::new(InMemoryTransport::new(shop.peer(), clock));
    let base = "http://shop.test/".parse().unwrap();
    for _ in 0..3 {
        transport.send(HttpRequest::get(wsdl_url(&base))).await.unwrap();
    }
    let disruptions = shop.journal().entries().iter().map(|entry| entry.disruptions.clone()).collect::<Vec<_>>();
    assert_eq!(disruptions, vec![vec![], vec![mockgento::disrupt::Disruption::HtmlPage], vec![]]);
}

/// Nobody listened, or there was no TLS: whatever the door, the shop never heard of the call, so that whoever tries again makes
/// its row once.
#[tokio::test]
async fn a_call_that_is_kept_from_connecting_is_not_carried_out() {
    for disruption in [Disruption::Refused, Disruption::TlsFailure] {
        let shop = support::served::Served::start(support::shop(&support::clock())).await;
        let carts = || shop.shop.shop().lock().unwrap().database().get("sales_flat_quote").map_or(0, |rows| rows.len());
        let (before, heard) = (carts(), shop.shop.journal().entries().len());
        shop.shop.arm(Armed::once(disruption.clone(), When::nth_of("shoppingCartCreate", 1)));
        let arguments = mockgento::soap::SoapStruct::new().with("sessionId", shop.session()).with("storeId", "1");
        let codec = shop.shop.shop().lock().unwrap().codec().clone();
        let body = codec.write_request("shoppingCartCreate", &arguments).unwrap();
        let transport = TcpTransport::new(TcpOptions::default(), Clock::system()).unwrap();
        let request = || HttpRequest { body: body.clone(), ..login(shop.shop.url()) };
        assert!(transport.send(request()).await.is_err(), "{disruption}");
        assert_eq!(carts(), before, "{disruption}");
        assert_eq!(shop.shop.journal().entries().len(), heard, "{disruption}");
        assert_eq!(shop.shop.journal().kept_away().len(), 1, "{disruption}");
        assert_eq!(transport.send(request()).await.unwrap().status, 200);
        assert_eq!(carts(), before + 1, "{disruption}");

        let xml = format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>call</methodName><params><param><value>{}</value></param>\
             <param><value>cart.create</value></param></params></methodCall>",
            shop.session()
        );
        shop.shop.arm(Armed::once(disruption.clone(), When::nth_of("shoppingCartCreate", 1)));
        let mut url = shop.shop.url().clone();
        url.set_path("/api/xmlrpc/");
        let request = || HttpRequest::post(url.clone(), vec![], xml.clone().into_bytes());
        assert!(transport.send(request()).await.is_err(), "{disruption}");
        assert_eq!(carts(), before + 1, "{disruption} over XML-RPC");
        assert_eq!(transport.send(request()).await.unwrap().status, 200);
        assert_eq!(carts(), before + 2, "{disruption} over XML-RPC");
    }
}
