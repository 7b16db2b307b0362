//! Status and headers of a real shop: every recorded request goes through the endpoint of a shop with the recorded seed,
//! in the recorded order, and wherever the status is the same the headers must be too.

use crate::need;
use std::path::Path;

use mockgento::clock::Clock;
use mockgento::magento::{BridgeRelease, Flavor};
use mockgento::server::{EndpointOptions, HttpAnswer, HttpRequestParts, endpoint};
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;

const HEADERS: &[&str] = &["Expires", "Cache-Control", "Pragma", "Content-Type"];

fn shop(folder: &Path, variant: &str) -> Shop {
    let seed = std::fs::read_to_string(folder.join("seed.json")).expect("the recorded seed");
    let seed = Seed::from_recorded(&seed, "seed.json").expect("a seed");
    let clock = Clock::virtual_at("2026-11-23T09:26:30Z".parse().expect("a timestamp"));
    let config = ShopConfig {
        mode: if variant.starts_with("wsi") { WireStyle::WsI } else { WireStyle::RpcEncoded },
        bridge: variant.ends_with("-bridge").then(BridgeRelease::newest),
        flavor: Flavor::OpenMage194,
        ..ShopConfig::new(clock)
    };
    Shop::new(config, seed).expect("a shop")
}

/// The values of a header in a recorded head.
fn recorded<'a>(head: &'a str, name: &str) -> Vec<&'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
}

fn answered<'a>(answer: &'a HttpAnswer, name: &str) -> Vec<&'a str> {
    answer.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
}

/// The session id in a login's answer.
fn session(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let id = regex::Regex::new("[0-9a-f]{32}").expect("a pattern").find(&text)?.as_str().to_owned();
    Some(id)
}

pub fn headers_are_those_of_a_real_shop() {
    let folder = need::recordings();
    for variant in ["rpc-bridge", "wsi-bridge", "rpc-nobridge", "wsi-nobridge"] {
        let (same, all) = replay(&folder, variant);
        println!("{variant}: {same} of {all} answers with the recorded status and headers");
        assert_eq!(same, all, "{variant}: all answers have the recorded status");
    }
}

fn replay(folder: &Path, variant: &str) -> (usize, usize) {
    let mut shop = shop(folder, variant);
    let manifest = std::fs::read_to_string(folder.join(variant).join("manifest.json")).expect("a manifest");
    let manifest: serde_json::Value = serde_json::from_str(&manifest).expect("JSON");
    let (mut sessions, mut same, mut all) = (Vec::<(String, String)>::new(), 0, 0);
    for row in manifest["exchanges"].as_array().expect("exchanges") {
        let file = row["file"].as_str().expect("a file name");
        let read =
            |kind: &str| std::fs::read(folder.join(variant).join(format!("{file}.{kind}"))).expect("a recording");
        let mut body = read("req.xml");
        for (theirs, ours) in &sessions {
            replace(&mut body, theirs.as_bytes(), ours.as_bytes());
        }
        let (path, query) = row["path"]
            .as_str()
            .and_then(|path| path.split_once('?'))
            .unwrap_or_else(|| (row["path"].as_str().expect("a path"), ""));
        let request = HttpRequestParts {
            method: row["method"].as_str().expect("a method").to_owned(),
            path: path.to_owned(),
            query: query.to_owned(),
            host: Some("127.0.0.1".to_owned()),
            content_type: None,
            ..HttpRequestParts::default()
        };
        let answer = endpoint::answer(&mut shop, &EndpointOptions::default(), &request, &body);
        if let (Some(theirs), Some(ours)) = (row["session_id"].as_str(), session(&answer.body)) {
            sessions.push((theirs.to_owned(), ours));
        }
        all += 1;
        let head = String::from_utf8(read("res.head")).expect("an ASCII head");
        if row["status"].as_u64() != Some(u64::from(answer.status)) {
            eprintln!("{variant}/{file}: {} instead of {}", answer.status, row["status"]);
            continue;
        }
        same += 1;
        for name in HEADERS {
            assert_eq!(answered(&answer, name), recorded(&head, name), "{variant}/{file}: {name}");
        }
    }
    (same, all)
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        at += found;
        bytes[at..at + from.len()].copy_from_slice(to);
        at += from.len();
    }
}
