//! The console at `/__admin/ui` as a person sees it: a headless Chromium draws it after a client has called.

use std::path::Path;
use std::time::Duration;

use crate::browser::dom;
use crate::need;
use mockgento::disrupt::{Armed, Disruption, When};
use mockgento::server::{FakeShop, ServerOptions};

use crate::support;

/// The texts of the page, as they are after its scripts have run.
async fn drawn(browser: &str, profile: &Path, shop: &FakeShop, view: &str) -> String {
    let url = format!("{}#{view}", shop.admin_url());
    let dom = dom(browser, profile, &url, Duration::from_millis(2500)).await;
    // The script's own text is part of the document; what it has drawn is before it.
    dom.split("<script>").next().unwrap_or_default().to_owned()
}

/// The text of an element by its id, tags left out.
fn text_of(dom: &str, id: &str) -> String {
    let start = dom.find(&format!("id=\"{id}\"")).unwrap_or_else(|| panic!("nothing is {id}"));
    let tag_end = start + dom[start..].find('>').unwrap();
    let name_start = dom[..start].rfind('<').unwrap() + 1;
    let name = dom[name_start..].split([' ', '>']).next().unwrap();
    let end = dom[tag_end..].find(&format!("</{name}>")).map_or(dom.len(), |at| tag_end + at);
    let tags = regex::Regex::new("<[^>]*>").unwrap();
    tags.replace_all(&dom[tag_end + 1..end], "|").into_owned()
}

/// A shop that was called three times.
pub async fn called() -> FakeShop {
    let shop = FakeShop::start(support::shop(&support::clock()), ServerOptions::default()).await.unwrap();
    for (operation, parts) in [
        ("login", "<username>apiuser</username><apiKey>nope-nope-nope</apiKey>"),
        ("customerCustomerLst", ""),
        ("login", "<username>&lt;img src=x onerror=document.title=1&gt;</username><apiKey>x</apiKey>"),
    ] {
        let body = format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><m:{operation} \
             xmlns:m=\"urn:Magento\">{parts}</m:{operation}></e:Body></e:Envelope>"
        );
        post(&shop, &body).await;
    }
    shop
}

async fn post(shop: &FakeShop, body: &str) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(shop.address()).await.unwrap();
    let head = format!(
        "POST /api/v2_soap/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.read_to_end(&mut Vec::new()).await.unwrap();
}

pub async fn the_console_shows_what_a_client_just_did_and_why_it_failed() {
    let browser = need::browser();
    let profile = tempfile::tempdir().unwrap();
    let shop = called().await;

    let calls = drawn(browser, profile.path(), &shop, "calls/1").await;
    let rows = text_of(&calls, "calls-rows");
    assert!(rows.contains("fault 2: Access denied.") && rows.contains("customerCustomerLst"), "{rows}");
    let shown = text_of(&calls, "call");
    assert!(shown.contains("1 login") && shown.contains("the apiKey is not the one of"), "{shown}");
    assert!(!calls.contains("nope-nope-nope") && shown.contains("***"), "{shown}");

    let misspelt = text_of(&drawn(browser, profile.path(), &shop, "calls/2").await, "call");
    assert!(misspelt.contains("did you mean customerCustomerList?"), "{misspelt}");

    let hostile = drawn(browser, profile.path(), &shop, "calls/3").await;
    assert!(text_of(&hostile, "call").contains("&lt;img src=x") && !hostile.contains("<img"), "{hostile}");
}

pub async fn the_console_shows_tables_disruptions_and_settings() {
    let browser = need::browser();
    let profile = tempfile::tempdir().unwrap();
    let shop = called().await;
    shop.arm(Armed::until_cleared(Disruption::SessionExpired, When::default()));

    let tables = drawn(browser, profile.path(), &shop, "shop/customer_group").await;
    assert!(text_of(&tables, "rows-body").contains("NOT LOGGED IN"), "{}", text_of(&tables, "rows"));
    let disruptions = drawn(browser, profile.path(), &shop, "disruptions").await;
    let armed = text_of(&disruptions, "armed");
    assert!(armed.contains("session-expired") && armed.contains("until disarmed"), "{armed}");
    let settings = drawn(browser, profile.path(), &shop, "settings").await;
    assert!(text_of(&settings, "wsdl").starts_with("http://127.0.0.1:"), "{}", text_of(&settings, "wsdl"));
    assert!(text_of(&settings, "values").contains("general/locale/timezone"));
}
