//! The recording proxy, as a client that speaks plain HTTP sees it.

use mockgento::testing::{Disruption, TestShop, When};
use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Running, files, started};

/// What came back: status, head and body.
struct Heard {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Heard {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

/// Sends a request; `None` when the connection ends without an answer.
async fn send(address: &str, request: &str, body: &str) -> Option<Heard> {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{request} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    let head = match body {
        "" => format!("{head}\r\n"),
        body => format!("{head}Content-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
    };
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    // A reset shows as an error, or as nothing.
    let _ = stream.read_to_end(&mut bytes).await;
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some(Heard { status, head, body: bytes[end + 4..].to_vec() })
}

fn call(operation: &str, arguments: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:m=\"urn:Magento\"><e:Body><m:{operation}>\
         {arguments}</m:{operation}></e:Body></e:Envelope>"
    )
}

const POST: &str = "POST /index.php/api/v2_soap/index/";

async fn logged_in(shop: &TestShop, address: &str) -> String {
    let body = call("login", &format!("<username>{}</username><apiKey>{}</apiKey>", shop.user(), shop.key()));
    let answer = send(address, POST, &body).await.unwrap().text();
    let (_, rest) = answer.split_once("<loginReturn").unwrap();
    rest.split(['>', '<']).nth(1).unwrap().to_owned()
}

fn address_of(shop: &TestShop) -> String {
    let url = shop.url();
    format!("{}:{}", url.host_str().unwrap(), url.port().unwrap())
}

async fn proxy(shop: &TestShop, folder: &std::path::Path, more: &[&str]) -> Running {
    let (url, folder) = (shop.wsdl_url().to_string(), folder.display().to_string());
    Running::start(&[&["record", "--proxy", "--url", &url, "--out", &folder][..], more].concat()).await
}

fn cassette(folder: &std::path::Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(folder.join("cassette.json")).unwrap()).unwrap()
}

#[tokio::test]
async fn what_the_shop_says_passes_byte_for_byte_but_for_the_addresses_of_its_wsdl() {
    let shop = started(TestShop::builder()).await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("recording");
    let running = proxy(&shop, &folder, &[]).await;
    let direct = address_of(&shop);

    let real = send(&direct, &format!("GET {}", running.wsdl), "").await.unwrap();
    let passed = send(&running.address, &format!("GET {}", running.wsdl), "").await.unwrap();
    assert!(!passed.text().contains(&direct) && passed.text().contains(&running.address));
    assert_eq!(passed.text(), real.text().replace(&direct, &running.address));
    assert_eq!(passed.header("content-length").unwrap(), passed.body.len().to_string());
    let schema = passed.text().split('"').find(|text| text.ends_with(".xsd")).unwrap().to_owned();
    let schema = schema.split_once(&running.address).unwrap().1.to_owned();
    assert_eq!(send(&running.address, &format!("GET {schema}"), "").await.unwrap().status, 200);

    let session = logged_in(&shop, &running.address).await;
    let list = call("oroCustomerList", &format!("<sessionId>{session}</sessionId>"));
    let (real, passed) =
        (send(&direct, POST, &list).await.unwrap(), send(&running.address, POST, &list).await.unwrap());
    assert!(real.body.len() > 5000 && real.body == passed.body && real.status == passed.status);
    assert_eq!(real.header("content-type"), passed.header("content-type"));

    shop.disrupt(Disruption::Gzip, When::next_call());
    let packed = send(&running.address, POST, &list).await.unwrap();
    assert_eq!(packed.header("content-encoding"), Some("gzip"));
    assert!(packed.body.len() < real.body.len() && packed.body.starts_with(b"\x1f\x8b"));

    for (request, status) in [("GET /customer/account/", 403), ("DELETE /", 405), ("GET /__upstream/9/?wsdl=1", 404)] {
        assert_eq!(send(&running.address, request, "").await.unwrap().status, status, "{request}");
    }

    let (code, _) = running.interrupted().await;
    assert_eq!(code, Some(0), "Ctrl-C is how a proxy ends");
    let exchanges = cassette(&folder)["exchanges"].as_array().unwrap().clone();
    assert_eq!(exchanges.len(), 3);
    assert!(exchanges[2]["gzip"] == true && exchanges[2]["answer"] == exchanges[1]["answer"]);
    for (name, text) in files(&folder) {
        for secret in [session.as_str(), shop.key(), shop.user(), &direct] {
            assert!(!text.contains(secret), "{secret} is in {name}");
        }
    }
}

#[tokio::test]
async fn calls_that_write_are_refused_with_a_fault_until_they_are_allowed() {
    let shop = started(TestShop::builder()).await;
    let place = tempfile::tempdir().unwrap();
    for (more, answered) in [(&[][..], "start it with --allow-writes"), (&["--allow-writes"], "true")] {
        let folder = place.path().join(format!("recording{}", more.len()));
        let running = proxy(&shop, &folder, more).await;
        let session = logged_in(&shop, &running.address).await;
        shop.forget_calls();
        let delete =
            call("customerCustomerDelete", &format!("<sessionId>{session}</sessionId><customerId>1</customerId>"));
        let answer = send(&running.address, POST, &delete).await.unwrap();
        assert!(answer.text().contains(answered), "{}", answer.text());
        assert_eq!(shop.received("customerCustomerDelete").len(), more.len());
        assert_eq!(running.interrupted().await.0, Some(0));

        // The recording answers the same.
        let served =
            Running::start(&["serve", "--listen", "127.0.0.1:0", "--cassette", &folder.display().to_string()]).await;
        let answer = send(&served.address, POST, &delete).await.unwrap();
        assert!(answer.text().contains(answered), "{}", answer.text());
        let unknown = delete.replace("<customerId>1<", "<customerId>2<");
        let answer = send(&served.address, POST, &unknown).await.unwrap();
        let nearest = r#"the recording has no customerCustomerDelete with {"customerId":2}; the nearest call in it is customerCustomerDelete with {"customerId":1}"#;
        assert!(answer.status == 500 && answer.text().contains(nearest), "{}", answer.text());
    }
}

#[tokio::test]
async fn a_shop_in_trouble_is_passed_on_and_recorded_as_it_was() {
    let shop = started(TestShop::builder()).await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("recording");
    let running = proxy(&shop, &folder, &["--timeout", "1"]).await;
    let session = logged_in(&shop, &running.address).await;
    let list = call("oroCustomerList", &format!("<sessionId>{session}</sessionId>"));
    let cases = [
        (Disruption::Status(502), Some(502), "status", "502"),
        (Disruption::HtmlPage, Some(200), "status", "200"),
        (Disruption::InvalidUtf8, Some(200), "binary", "true"),
        (Disruption::Redirect("http://elsewhere.example/".to_owned()), Some(301), "status", "301"),
        (Disruption::Reset { after_bytes: 0 }, None, "broken", "\"before-answer\""),
        (Disruption::Close { after_bytes: 500 }, Some(200), "broken", "\"inside-answer\""),
        (Disruption::Garbage, None, "broken", "\"not-http\""),
    ];
    let mut bodies = Vec::new();
    for (disruption, status, _, _) in &cases {
        shop.disrupt(disruption.clone(), When::next_call());
        let heard = send(&running.address, POST, &list).await;
        assert_eq!(heard.as_ref().map(|heard| heard.status), *status, "{disruption:?}");
        bodies.push(heard.map(|heard| heard.body).unwrap_or_default());
    }
    shop.disrupt(Disruption::HalfOpen, When::next_call());
    let hangs = tokio::time::timeout(std::time::Duration::from_secs(4), send(&running.address, POST, &list)).await;
    assert!(hangs.is_err(), "a shop that hangs hangs for the client too");
    assert_eq!(running.interrupted().await.0, Some(0));

    let recorded = cassette(&folder);
    for (at, (disruption, _, member, value)) in cases.iter().enumerate() {
        assert_eq!(recorded["exchanges"][at + 1][*member].to_string(), *value, "{disruption:?}");
    }
    assert_eq!(recorded["exchanges"][cases.len() + 1]["broken"]["timeout"], 1000);

    let served =
        Running::start(&["serve", "--listen", "127.0.0.1:0", "--cassette", &folder.display().to_string()]).await;
    for (disruption, status, _, _) in &cases {
        let heard = send(&served.address, POST, &list).await;
        assert_eq!(heard.as_ref().map(|heard| heard.status), *status, "{disruption:?}");
    }
}

#[tokio::test]
async fn a_client_that_goes_away_is_recorded_and_the_limit_ends_it() {
    let shop = started(TestShop::builder()).await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("recording");
    let running = proxy(&shop, &folder, &["--limit", "2"]).await;
    let session = logged_in(&shop, &running.address).await;
    let body = call("oroCustomerList", &format!("<sessionId>{session}</sessionId>"));
    let mut stream = TcpStream::connect(&running.address).await.unwrap();
    let head = format!("{POST} HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    stream.write_all(head.as_bytes()).await.unwrap();
    drop(stream);
    assert_eq!(running.ended().await.0, Some(0));
    assert_eq!(cassette(&folder)["exchanges"][1]["status"], 200);
}

#[tokio::test]
async fn a_proxy_nobody_called_writes_nothing_and_says_what_to_do() {
    let shop = started(TestShop::builder()).await;
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("recording");
    let running = proxy(&shop, &folder, &["--stop-after", "1"]).await;
    let (code, said) = running.ended().await;
    assert!(code == Some(2) && said.contains("no call came through") && said.contains("WSDL URL"), "{said}");
    assert!(std::fs::read_dir(place.path()).unwrap().next().is_none());
}
