//! What a shop, or whoever stands in its place, may answer to a check or a sync.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use mockgento::magento::{BridgeRelease, Contract, Flavor};
use mockgento::soap::WireStyle;
use mockgento::soap::wsdl::{WsdlOptions, write};

use super::{Ended, LIST, PEAK_MAX_MB, bomb, run};

/// Answers every request for a service description with `wsdl`, every call with `answer`, as long as the test runs.
fn answering(wsdl: Option<String>, answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let url = format!("http://{address}/api/v2_soap/?wsdl=1");
    let schema = Contract::shared().schema(WireStyle::RpcEncoded, Some(BridgeRelease::newest()), Flavor::Magento194);
    let honest = || write(&schema, &format!("http://{address}/api/v2_soap/"), &WsdlOptions::default());
    let wsdl = wsdl.unwrap_or_else(honest);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            one(stream, &wsdl, &answer);
        }
    });
    url
}

/// Reads a request to the end of its body and answers it.
fn one(mut stream: TcpStream, wsdl: &str, answer: &str) {
    let mut read = Vec::new();
    let mut piece = [0; 4096];
    let complete = |read: &[u8]| {
        let text = String::from_utf8_lossy(read).to_ascii_lowercase();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
        let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()?.trim().parse().ok());
        body.len() >= length.unwrap_or(0)
    };
    while !complete(&read) {
        match stream.read(&mut piece) {
            Ok(count) if count > 0 => read.extend_from_slice(&piece[..count]),
            _ => return,
        }
    }
    let body = if read.starts_with(b"GET") { wsdl } else { answer };
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
    // A client that has seen enough may be gone.
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

fn check(wsdl: Option<String>, answer: String) -> Ended {
    let url = answering(wsdl, answer);
    let ended = run(&["check", "--url", &url, "--user", "oro"]);
    assert!(ended.peak_mb < PEAK_MAX_MB, "the client had {} MB: {}", ended.peak_mb, ended.text);
    ended
}

fn answer(parts: &str, beside: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>\
         <m:loginResponse xmlns:m=\"urn:Magento\">{parts}</m:loginResponse>{beside}</e:Body></e:Envelope>"
    )
}

#[test]
fn references_do_not_make_a_short_answer_a_long_one() {
    for (levels, limit) in [(25, "values once references are followed"), (40, "64 nested values")] {
        let ended = check(None, answer("<loginReturn href=\"#i0\"/>", &bomb(levels)));
        assert!(ended.text.contains("the answer holds more than") && ended.text.contains(limit), "{}", ended.text);
    }
}

#[test]
fn a_circle_is_refused() {
    let circle = format!("<m id=\"a\" {LIST}><x href=\"#b\"/></m><m id=\"b\" {LIST}><x href=\"#a\"/></m>");
    let ended = check(None, answer("<loginReturn href=\"#a\"/>", &circle));
    assert!(ended.text.contains("leads nowhere or back to itself"), "{}", ended.text);
}

#[test]
fn masking_an_answer_takes_no_longer_than_reading_it() {
    let ended = check(None, format!("<html>{}", "<apiKey>".repeat(2_000_000)));
    assert!(ended.took < Duration::from_secs(30), "{:?}", ended.took);
    let ended = check(None, "a ".repeat(16_000_000));
    assert!(ended.took < Duration::from_secs(30), "{:?}", ended.took);
}

#[test]
fn a_wsdl_has_so_many_namespaces_and_so_many_bytes() {
    let head = "<definitions xmlns=\"http://schemas.xmlsoap.org/wsdl/\">";
    let many: String = (0..80_000).map(|n| format!("<a xmlns='u{n}'/>")).collect();
    let ended = check(Some(format!("{head}{many}</definitions>")), String::new());
    assert!(ended.text.contains("more than 128 namespaces"), "{}", ended.text);
    let ended = check(Some(format!("{head}{}</definitions>", "x".repeat(9_000_000))), String::new());
    assert!(ended.text.contains("more than 8388608 bytes"), "{}", ended.text);
    let long = format!("{head}<service><port><address location='http://{}/'/></port></service>", "h".repeat(1_000_000));
    let ended = check(Some(long), String::new());
    assert!(ended.text.len() < 100_000, "{} bytes of message", ended.text.len());
}

#[test]
fn an_answer_has_so_many_elements_and_bytes() {
    let ended = run(&["check", "--url", &answering(None, answer("", &"<a/>".repeat(2_500_000))), "--user", "oro"]);
    assert!(ended.text.contains("more than 2000000 elements"), "{}", ended.text);
    // The tree that was made so far, some 280 bytes an element.
    assert!(ended.peak_mb < 600, "{} MB", ended.peak_mb);
    let ended = check(None, "x".repeat(70 * 1024 * 1024));
    assert!(ended.text.contains("64 MB") || ended.text.contains("67108864"), "{}", ended.text);
}
