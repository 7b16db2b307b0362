//! What a client sees on a socket: raw bytes in, raw bytes out. Expected bodies are those of a real shop
//! (`fixtures/recorded`, numbered as recorded).

use std::io::Write;

use mockgento::server::{FakeShop, ServerOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support;

const API: &str = "/index.php/api/v2_soap/";
const LOGIN: &[u8] = include_bytes!("../fixtures/recorded/rpc-001-login-ok.req.xml");
const MALFORMED: &str = include_str!("../fixtures/recorded/rpc-320-raw-malformed.res.xml");
const NOT_SOAP: &str = include_str!("../fixtures/recorded/rpc-321-raw-not-soap.res.xml");
const DTD: &str = include_str!("../fixtures/recorded/rpc-322-raw-dtd.res.xml");
/// The `Date` of recording 001, where the clock stands.
const DATE: &str = "Mon, 23 Nov 2026 09:26:30 GMT";
const TEXT_XML: &str = "text/xml; charset=utf-8";

/// One answer as it came.
#[derive(Debug)]
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn headers(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        lines.filter(|(known, _)| *known == name).map(|(_, value)| value).collect()
    }
}

struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    async fn open(shop: &FakeShop) -> Self {
        Self { stream: TcpStream::connect(shop.address()).await.expect("a connection"), read: Vec::new() }
    }

    async fn send(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("bytes sent");
    }

    /// Reads up to and including `end`.
    async fn until(&mut self, end: &[u8]) -> Vec<u8> {
        loop {
            if let Some(at) = self.read.windows(end.len()).position(|window| window == end) {
                return self.read.drain(..at + end.len()).collect();
            }
            self.more().await;
        }
    }

    async fn more(&mut self) {
        let mut buffer = [0; 16 * 1024];
        let count = self.stream.read(&mut buffer).await.expect("an answer");
        assert!(count > 0, "the answer ended early: {}", String::from_utf8_lossy(&self.read));
        self.read.extend_from_slice(&buffer[..count]);
    }

    async fn head(&mut self) -> Answer {
        let head = String::from_utf8(self.until(b"\r\n\r\n").await).expect("an ASCII head");
        let status = head[9..12].parse().expect("a status");
        Answer { status, head, body: String::new() }
    }

    async fn answer(&mut self) -> Answer {
        let mut answer = self.head().await;
        let length: usize = answer.headers("Content-Length")[0].parse().expect("a length");
        while self.read.len() < length {
            self.more().await;
        }
        answer.body = String::from_utf8(self.read.drain(..length).collect()).expect("UTF-8");
        answer
    }

    async fn closed(&mut self) -> bool {
        let mut byte = [0];
        matches!(self.stream.read(&mut byte).await, Ok(0))
    }
}

async fn start() -> FakeShop {
    FakeShop::start(support::shop(&support::clock()), ServerOptions::default()).await.expect("a running shop")
}

fn post(path: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("POST {path} HTTP/1.1\r\nHost: shop.test\r\nContent-Length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}

async fn ask(request: &[u8]) -> Answer {
    let shop = start().await;
    let mut connection = Connection::open(&shop).await;
    connection.send(request).await;
    connection.answer().await
}

/// The login answer with the session id, the one thing that differs between two runs, replaced.
fn is_login(answer: &Answer) {
    let expected = include_str!("../fixtures/recorded/rpc-001-login-ok.res.xml");
    let mask = |text: &str| regex::Regex::new("[0-9a-f]{32}").expect("a pattern").replace(text, "SID").into_owned();
    assert_eq!((answer.status, mask(&answer.body)), (200, mask(expected)));
}

#[tokio::test]
async fn a_login_is_answered_as_a_real_shop_does() {
    let answer = ask(&post(API, "Content-Type: text/xml; charset=utf-8\r\n", LOGIN)).await;
    is_login(&answer);
    assert_eq!(answer.headers("Date"), vec![DATE]);
    assert_eq!(answer.headers("Content-Type"), vec![TEXT_XML, "text/xml; charset=UTF-8"]);
    assert_eq!(answer.headers("Expires"), vec!["Thu, 19 Nov 1981 08:52:00 GMT"]);
    assert_eq!(answer.headers("Cache-Control"), vec!["no-store, no-cache, must-revalidate"]);
    assert_eq!(answer.headers("Pragma"), vec!["no-cache"]);
}

/// Recorded exchanges of a real shop that need none of its rows: the answer is in the version of the envelope.
#[tokio::test]
async fn soap_1_2_is_answered_in_soap_1_2() {
    macro_rules! exchange {
        ($name:literal) => {
            (
                include_str!(concat!("../fixtures/recorded/soap12-rpc-", $name, ".req.xml")),
                include_str!(concat!("../fixtures/recorded/soap12-rpc-", $name, ".res.xml")),
            )
        };
    }
    const PHP: &str = "application/soap+xml; charset=utf-8";
    let session = regex::Regex::new("[0-9a-f]{32}").expect("a pattern");
    let (handled, fatal) = (vec![PHP, "text/xml; charset=UTF-8"], vec![PHP]);
    for (name, (request, expected), status, types) in [
        ("login", exchange!("001-login-ok"), 200, &handled),
        ("a wrong key", exchange!("002-login-bad-key"), 200, &handled),
        ("encoding on the envelope", exchange!("038-raw-encodingstyle-on-envelope"), 500, &fatal),
        ("a header", exchange!("040-raw-header"), 200, &handled),
        ("an unknown operation", exchange!("054-raw-unknown-operation"), 500, &fatal),
        ("no body", exchange!("056-raw-no-body"), 500, &fatal),
        ("broken", exchange!("060-raw-broken"), 500, &vec![TEXT_XML]),
        ("an attribute on the envelope", exchange!("064-raw-attribute-on-envelope"), 500, &fatal),
    ] {
        // The content type is not looked at.
        for sent in ["application/soap+xml; charset=utf-8; action=\"urn:x\"", "text/xml"] {
            let answer = ask(&post(API, &format!("Content-Type: {sent}\r\n"), request.as_bytes())).await;
            let mask = |text: &str| session.replace(text, "SID").into_owned();
            assert_eq!((answer.status, mask(&answer.body)), (status, mask(expected)), "{name}");
            assert_eq!(&answer.headers("Content-Type"), types, "{name}");
        }
    }
}

/// `enc:ref` leads to a value as `href` does, and as far: what refers to itself or to too much is refused.
#[tokio::test]
async fn references_of_soap_1_2_are_followed_within_limits() {
    const ENC: &str = "xmlns:enc=\"http://www.w3.org/2003/05/soap-encoding\"";
    let call = |user: &str, beside: &str| {
        format!(
            "<e:Envelope xmlns:e=\"http://www.w3.org/2003/05/soap-envelope\" {ENC}><e:Body><m:login \
             xmlns:m=\"urn:Magento\">{user}<apiKey>x</apiKey></m:login>{beside}</e:Body></e:Envelope>"
        )
    };
    let record = "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" i:type=\"enc:Struct\"";
    let bomb: String = (0..30)
        .map(|k| format!("<m enc:id=\"i{k}\" {record}><x enc:ref=\"i{0}\"/><y enc:ref=\"i{0}\"/></m>", k + 1))
        .collect();
    for (user, beside, expected) in [
        ("<username enc:ref=\"u\"/>", "<m enc:id=\"u\">apiuser</m>".to_owned(), "Access denied."),
        ("<username enc:ref=\"u\"/>", "<m enc:id=\"u\" enc:ref=\"u\">x</m>".to_owned(), "Unresolved reference 'u'"),
        ("<username enc:ref=\"i0\"/>", format!("{bomb}<m enc:id=\"i30\">x</m>"), "once references are followed"),
    ] {
        let answer = ask(&post(API, "", call(user, &beside).as_bytes())).await;
        assert!(answer.body.contains(expected) && answer.body.contains("<env:"), "{user}: {}", answer.body);
    }
}

#[tokio::test]
async fn bad_input_gets_the_status_type_and_body_of_a_real_shop() {
    let deep = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let bomb = "<?xml version=\"1.0\"?><!DOCTYPE b [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]><b>&b;</b>";
    let future = "<e:Envelope xmlns:e=\"http://www.w3.org/2002/12/soap-envelope\"><e:Body/></e:Envelope>";
    for (name, body, content_type, expected) in [
        ("malformed", include_str!("../fixtures/recorded/rpc-320-raw-malformed.req.xml"), TEXT_XML, MALFORMED),
        ("empty", "", TEXT_XML, MALFORMED),
        ("10,000 deep", &deep, TEXT_XML, MALFORMED),
        ("a DTD", include_str!("../fixtures/recorded/rpc-322-raw-dtd.req.xml"), TEXT_XML, DTD),
        ("an entity bomb", bomb, TEXT_XML, DTD),
        (
            "not SOAP",
            include_str!("../fixtures/recorded/rpc-321-raw-not-soap.req.xml"),
            "application/soap+xml; charset=utf-8",
            NOT_SOAP,
        ),
        ("another SOAP", future, "application/soap+xml; charset=utf-8", NOT_SOAP),
        (
            "the other style",
            include_str!("../fixtures/recorded/rpc-327-raw-wrong-style.req.xml"),
            TEXT_XML,
            include_str!("../fixtures/recorded/rpc-327-raw-wrong-style.res.xml"),
        ),
    ] {
        let answer = ask(&post(API, "", body.as_bytes())).await;
        assert_eq!((answer.status, answer.body.as_str()), (500, expected), "{name}");
        assert_eq!(answer.headers("Content-Type"), vec![content_type], "{name}");
    }
}

#[tokio::test]
async fn a_refused_login_is_a_fault_with_status_200() {
    let wrong = String::from_utf8(LOGIN.to_vec()).unwrap().replace("apikey123", "wrong-key");
    let answer = ask(&post(API, "", wrong.as_bytes())).await;
    let expected = include_str!("../fixtures/recorded/rpc-002-login-bad-key.res.xml");
    assert_eq!((answer.status, answer.body.as_str()), (200, expected));
}

#[tokio::test]
async fn any_header_element_makes_a_call_fail_with_fault_5() {
    let with_header = String::from_utf8(LOGIN.to_vec())
        .unwrap()
        .replace("<SOAP-ENV:Body>", "<SOAP-ENV:Header><x xmlns=\"u:x\">1</x></SOAP-ENV:Header><SOAP-ENV:Body>");
    let answer = ask(&post(API, "", with_header.as_bytes())).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("<faultcode>5</faultcode>"), "{}", answer.body);
    let empty = with_header.replace("<x xmlns=\"u:x\">1</x>", "");
    is_login(&ask(&post(API, "", empty.as_bytes())).await);
}

#[tokio::test]
async fn the_content_type_of_a_request_does_not_matter() {
    for content_type in ["", "Content-Type:\r\n", "Content-Type: application/json\r\n"] {
        is_login(&ask(&post(API, content_type, LOGIN)).await);
    }
}

#[tokio::test]
async fn a_hundred_megabytes_are_refused_in_soap() {
    let shop = start().await;
    let mut connection = Connection::open(&shop).await;
    let size = 100 * 1024 * 1024;
    connection.send(format!("POST {API} HTTP/1.1\r\nHost: h\r\nContent-Length: {size}\r\n\r\n").as_bytes()).await;
    let block = vec![b'x'; 1024 * 1024];
    for _ in 0..100 {
        connection.send(&block).await;
    }
    let answer = connection.answer().await;
    assert_eq!((answer.status, answer.body.as_str()), (500, MALFORMED));
    assert_eq!(answer.headers("Connection"), vec!["close"]);
    is_login(&{
        let mut next = Connection::open(&shop).await;
        next.send(&post(API, "", LOGIN)).await;
        next.answer().await
    });
}

#[tokio::test]
async fn a_client_that_waits_for_continue_gets_it_or_the_answer() {
    let shop = start().await;
    let mut connection = Connection::open(&shop).await;
    let expects = "Expect: 100-continue\r\n";
    let request = post(API, expects, LOGIN);
    let (head, body) = request.split_at(request.len() - LOGIN.len());
    connection.send(head).await;
    assert_eq!(connection.head().await.status, 100);
    connection.send(body).await;
    is_login(&connection.answer().await);

    let too_long = format!("POST {API} HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999\r\n{expects}\r\n");
    connection.send(too_long.as_bytes()).await;
    assert_eq!(connection.answer().await.status, 500);
}

#[tokio::test]
async fn bodies_come_chunked_and_never_compressed() {
    let mut chunked = format!("POST {API} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n").into_bytes();
    for chunk in LOGIN.chunks(100) {
        chunked.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        chunked.extend_from_slice(chunk);
        chunked.extend_from_slice(b"\r\n");
    }
    chunked.extend_from_slice(b"0\r\n\r\n");
    is_login(&ask(&chunked).await);

    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(LOGIN).unwrap();
    // PHP does not undo it (recording soap12-http-rpc/005).
    let answer = ask(&post(API, "Content-Encoding: gzip\r\n", &encoder.finish().unwrap())).await;
    assert_eq!(answer.status, 500);
}

#[tokio::test]
async fn connections_stay_open_for_http_1_1_and_close_for_1_0() {
    let shop = start().await;
    let mut connection = Connection::open(&shop).await;
    for _ in 0..3 {
        connection.send(&post(API, "", LOGIN)).await;
        is_login(&connection.answer().await);
    }
    let mut old = Connection::open(&shop).await;
    let head = format!("POST {API} HTTP/1.0\r\nContent-Length: {}\r\n\r\n", LOGIN.len());
    old.send(&[head.as_bytes(), LOGIN].concat()).await;
    is_login(&old.answer().await);
    assert!(old.closed().await);
}

#[tokio::test]
async fn the_wsdl_is_served_at_every_address_and_names_it() {
    for (request_line, address) in [
        ("GET /api/v2_soap?wsdl", "http://shop.test:81/api/v2_soap"),
        ("GET /api/v2_soap/?wsdl=1", "http://shop.test:81/api/v2_soap/"),
        ("GET /index.php/api/v2_soap/index/?wsdl=0", "http://shop.test:81/index.php/api/v2_soap/index/"),
        ("GET /index.php/api/v2_soap/index/wsdl/1/", "http://shop.test:81/index.php/api/v2_soap/index/wsdl/1/"),
        ("POST /api/v2_soap/?wsdl=1&a=b&c=d", "http://shop.test:81/api/v2_soap/?a=b&amp;c=d"),
    ] {
        let answer = ask(format!("{request_line} HTTP/1.1\r\nHost: shop.test:81\r\n\r\n").as_bytes()).await;
        assert_eq!(answer.status, 200, "{request_line}");
        assert_eq!(answer.headers("Content-Type"), vec!["text/xml; charset=UTF-8"]);
        assert!(answer.body.contains(&format!("location=\"{address}\"")), "{request_line}");
        assert!(answer.body.contains("http://shop.test:81/mockgento/soap-encoding.xsd"), "{request_line}");
    }
}

#[tokio::test]
async fn the_encoding_schema_is_served_to_clients_without_internet() {
    let answer = ask(b"GET /mockgento/soap-encoding.xsd HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.contains("http://schemas.xmlsoap.org/soap/encoding/"), "{}", answer.body);
}

#[tokio::test]
async fn head_is_a_get_without_its_body() {
    let shop = start().await;
    let mut connection = Connection::open(&shop).await;
    connection.send(b"HEAD /api/v2_soap/?wsdl HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let head = connection.head().await;
    assert_eq!((head.status, head.headers("Content-Type")), (200, vec!["text/xml; charset=UTF-8"]));
    connection.send(b"GET /api/v2_soap/?wsdl HTTP/1.1\r\nHost: h\r\n\r\n").await;
    let whole = connection.answer().await;
    assert_eq!(head.headers("Content-Length"), whole.headers("Content-Length"));
    assert_eq!(whole.body.len().to_string(), whole.headers("Content-Length")[0]);
}

#[tokio::test]
async fn a_get_without_wsdl_is_an_empty_call_and_other_paths_are_not_found() {
    let answer = ask(b"GET /api/v2_soap/ HTTP/1.1\r\nHost: h\r\n\r\n").await;
    assert_eq!((answer.status, answer.body.as_str()), (500, MALFORMED));
    for path in ["/", "/api/rest/", "/api/v2_soap/nope", "/index.php"] {
        let answer = ask(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n").as_bytes()).await;
        assert_eq!((answer.status, answer.headers("Content-Type")), (404, vec!["text/html; charset=UTF-8"]), "{path}");
    }
}

#[tokio::test]
async fn the_journal_tells_what_came_and_no_secret() {
    let shop = start().await;
    let mut connection = Connection::open(&shop).await;
    for request in [
        post(API, "", LOGIN),
        b"GET /api/v2_soap/?wsdl HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(),
        post(API, "", b"<nope"),
        b"GET /favicon.ico HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(),
    ] {
        connection.send(&request).await;
        connection.answer().await;
    }
    let journal = shop.journal();
    let seen = journal.entries().iter().map(|entry| (entry.operation.as_str(), entry.http_status)).collect::<Vec<_>>();
    let call = format!("POST {API}");
    assert_eq!(seen, vec![("login", 200), ("wsdl", 200), (call.as_str(), 500), ("GET /favicon.ico", 404)]);
    let text = serde_json::to_string(journal.entries()).unwrap();
    assert!(text.contains("apiuser") && !text.contains("apikey123"), "{text}");
}

#[tokio::test]
async fn a_dropped_or_stopped_shop_is_gone() {
    let shop = start().await;
    let address = shop.address();
    let mut idle = Connection::open(&shop).await;
    idle.send(&post(API, "", LOGIN)).await;
    is_login(&idle.answer().await);
    shop.stop().await;
    assert!(idle.closed().await);
    assert!(TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn a_mended_shop_takes_the_calls_that_the_bridges_real_wsi_document_breaks() {
    let call = b"<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
        <m:oroWishlistListRequestParam xmlns:m=\"urn:Magento\"><sessionId>x</sessionId>\
        </m:oroWishlistListRequestParam></e:Body></e:Envelope>";
    for (mended, expected) in [(false, "Procedure 'oroWishlistListRequestParam' not present"), (true, "<faultcode>5<")]
    {
        let shop = support::wsi_shop(&support::clock(), mended);
        let shop = FakeShop::start(shop, ServerOptions::default()).await.expect("a running shop");
        let mut connection = Connection::open(&shop).await;
        connection.send(&post(API, "", call)).await;
        let answer = connection.answer().await;
        assert!(answer.body.contains(expected), "mended {mended}: {}", answer.body);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for_for_ever() {
    let shop = start().await;
    let mut connection = Connection::open(&shop).await;
    connection.send(format!("POST {API} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<a>").as_bytes()).await;
    let began = tokio::time::Instant::now();
    let answer = connection.answer().await;
    assert_eq!((answer.status, answer.headers("Connection")), (408, vec!["close"]));
    assert_eq!(began.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_comes_byte_by_byte_has_five_minutes() {
    let shop = start().await;
    let mut connection = Connection::open(&shop).await;
    connection.send(format!("POST {API} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n").as_bytes()).await;
    let began = tokio::time::Instant::now();
    // The eleventh byte would come at 290 seconds, the next at 319.
    for _ in 0..11 {
        tokio::time::sleep(std::time::Duration::from_secs(29)).await;
        connection.send(b"x").await;
    }
    let answer = connection.answer().await;
    assert_eq!(answer.status, 408);
    assert!((300..=320).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}
