//! A real shop's requests, replayed in their order against a shop with the recorded seed: every answer of an implemented
//! operation must come out byte for byte. Only what differs between any two runs is masked: session ids, salted hashes,
//! confirmation keys, and dates of now by one second. Skipped, loudly, without the recordings beside the repository.

use crate::need;
use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::Timestamp;
use mockgento::clock::Clock;
use mockgento::datetime;
use mockgento::magento::{BridgeRelease, Flavor};
use mockgento::server::{EndpointOptions, HttpRequestParts, endpoint};
use mockgento::shop::{Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;
use regex::{Captures, Regex};
use serde::Deserialize;

const VARIANTS: [&str; 6] =
    ["rpc-bridge", "wsi-bridge", "rpc-nobridge", "wsi-nobridge", "doors/soap12-rpc", "doors/soap12-wsi"];

static SESSION_ID: LazyLock<Regex> = LazyLock::new(|| Regex::new("[0-9a-f]{32}").expect("a pattern"));
static STAMP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:[+-]\d\d:\d\d)?").expect("a pattern"));
static RANDOM: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(<(?:\w+:)?(?:password_hash|confirmation|subscriber_confirm_code)(?: [^>]*)?>)([^<]+)(</)")
        .expect("a pattern")
});

#[derive(Deserialize)]
struct Manifest {
    #[serde(alias = "base")]
    base_url: String,
    exchanges: Vec<Exchange>,
}

#[derive(Deserialize)]
struct Exchange {
    file: String,
    op: String,
    method: String,
    path: String,
    request_headers: Vec<String>,
    status: u16,
    session_id: Option<String>,
    compare: Option<String>,
}

/// An exchange that cannot be the same, and why.
#[derive(Deserialize)]
struct KnownDifference {
    variant: String,
    file: String,
    reason: String,
}

impl KnownDifference {
    fn is(&self, variant: &str, file: &str) -> bool {
        (self.variant == "all" || self.variant == variant) && self.file == file
    }
}

fn known_differences() -> Vec<KnownDifference> {
    let known: Vec<KnownDifference> =
        serde_saphyr::from_str(include_str!("../recordings/known-differences.yaml")).expect("a list of differences");
    assert!(known.iter().all(|difference| !difference.reason.is_empty()), "every difference has a reason");
    known
}

pub fn a_replayed_shop_answers_the_recorded_bytes() {
    let folder = need::recordings();
    let seed = SeedTexts::new(std::fs::read_to_string(folder.join("seed.json")).expect("the recorded seed"));
    let known = known_differences();
    let mut findings = Vec::new();
    for variant in VARIANTS {
        findings.extend(Replay::new(&folder, variant, &seed).run(&known));
    }
    assert!(findings.is_empty(), "{} answers differ:\n{}", findings.len(), findings.join("\n"));
}

/// One variant's shop, moved along the recording.
struct Replay<'a> {
    variant: &'a str,
    folder: PathBuf,
    seed: &'a SeedTexts,
    clock: Clock,
    shop: Shop,
    exchanges: Vec<Exchange>,
    /// Recorded session ids and what they are here.
    sessions: Vec<(String, String)>,
}

/// How an exchange came out.
enum Verdict {
    Same,
    /// Its operation is not implemented.
    Waiting,
    Different(String),
}

/// The recorded seed, and its texts: what is in there is never masked.
struct SeedTexts {
    json: String,
    texts: HashSet<String>,
}

impl SeedTexts {
    fn new(json: String) -> Self {
        fn collect(value: &serde_json::Value, texts: &mut HashSet<String>) {
            match value {
                serde_json::Value::String(text) => drop(texts.insert(text.clone())),
                serde_json::Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
                serde_json::Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
                _ => {}
            }
        }
        let mut texts = HashSet::new();
        collect(&serde_json::from_str(&json).expect("JSON"), &mut texts);
        Self { json, texts }
    }

    fn has(&self, text: &str) -> bool {
        self.texts.contains(text)
    }
}

impl<'a> Replay<'a> {
    fn new(folder: &Path, variant: &'a str, seed: &'a SeedTexts) -> Self {
        let folder = folder.join(variant);
        let manifest = std::fs::read_to_string(folder.join("manifest.json")).expect("a manifest");
        let manifest: Manifest = serde_json::from_str(&manifest).expect("a manifest of exchanges");
        let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
        let config = ShopConfig {
            mode: if variant.contains("wsi") { WireStyle::WsI } else { WireStyle::RpcEncoded },
            bridge: (!variant.ends_with("-nobridge")).then(BridgeRelease::newest),
            flavor: Flavor::OpenMage194,
            ..ShopConfig::new(clock.clone())
        };
        let mut dumped = Seed::from_recorded(&seed.json, "seed.json").expect("a seed");
        // Rows that the dump of the recorded shop leaves out; their texts are in the recorded answers (114, 255).
        let missing = Seed::from_recorded(include_str!("../recordings/missing-rows.json"), "missing-rows.json");
        dumped.tables.extend(missing.expect("rows").tables);
        let mut shop = Shop::new(config, dumped).expect("a shop");
        shop.set_base_url(manifest.base_url);
        Self { variant, folder, seed, clock, shop, exchanges: manifest.exchanges, sessions: Vec::new() }
    }

    /// Replays everything, prints the score and answers what differs without being known to.
    fn run(mut self, known: &[KnownDifference]) -> Vec<String> {
        let exchanges = std::mem::take(&mut self.exchanges);
        let (mut same, mut excused, mut findings) = (0, 0, Vec::new());
        let mut waiting: BTreeMap<String, usize> = BTreeMap::new();
        for exchange in &exchanges {
            let known = known.iter().any(|difference| difference.is(self.variant, &exchange.file));
            match self.exchange(exchange) {
                Verdict::Same if known => findings
                    .push(format!("{}/{}: identical, take it off the known differences", self.variant, exchange.file)),
                Verdict::Same => same += 1,
                Verdict::Waiting => *waiting.entry(exchange.op.clone()).or_default() += 1,
                Verdict::Different(_) if known => excused += 1,
                Verdict::Different(text) => findings.push(format!("{}/{}: {text}", self.variant, exchange.file)),
            }
        }
        let all = exchanges.len();
        println!("{}: {same} of {all} identical, {excused} known to differ", self.variant);
        if !waiting.is_empty() {
            println!("{}: not implemented yet: {waiting:?}", self.variant);
        }
        findings
    }

    fn exchange(&mut self, exchange: &Exchange) -> Verdict {
        let head = String::from_utf8(self.read(exchange, "res.head")).expect("an ASCII head");
        self.clock.set(date_of(&head));
        let mut body = self.read(exchange, "req.xml");
        for (theirs, ours) in &self.sessions {
            replace(&mut body, theirs.as_bytes(), ours.as_bytes());
        }
        let (path, query) = exchange.path.split_once('?').unwrap_or((&exchange.path, ""));
        let content_type = exchange.request_headers.iter().find_map(|line| line.strip_prefix("Content-Type: "));
        let request = HttpRequestParts {
            method: exchange.method.clone(),
            path: path.to_owned(),
            query: query.to_owned(),
            host: host_of(&head),
            content_type: content_type.map(str::to_owned),
            ..HttpRequestParts::default()
        };
        let options = EndpointOptions { exact_wsdl: true, ..EndpointOptions::default() };
        let answer = endpoint::answer(&mut self.shop, &options, &request, &body);
        if let (Some(theirs), Some(ours)) = (&exchange.session_id, session(&answer.body)) {
            self.sessions.push((theirs.clone(), ours));
        }
        if exchange.method == "GET" {
            return self.same_document(exchange, &answer.body);
        }
        if !exchange.op.starts_with("raw") && !Shop::implemented(&exchange.op) {
            return Verdict::Waiting;
        }
        if answer.status != exchange.status {
            return Verdict::Different(format!("status {} instead of {}", answer.status, exchange.status));
        }
        let types = |lines: &mut dyn Iterator<Item = &str>| lines.map(str::to_owned).collect::<Vec<_>>();
        let of_line = |line| str::split_once(line, ": ").filter(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let expected = types(&mut head.lines().filter_map(of_line).map(|(_, value)| value));
        let named = |(name, _): &&(String, String)| name.eq_ignore_ascii_case("content-type");
        let actual = types(&mut answer.headers.iter().filter(named).map(|(_, value)| value.as_str()));
        if expected != actual {
            return Verdict::Different(format!("content types {actual:?} instead of {expected:?}"));
        }
        if exchange.compare.as_deref() == Some("status") {
            return Verdict::Same;
        }
        let mut expected = self.read(exchange, "res.xml");
        for (theirs, ours) in &self.sessions {
            replace(&mut expected, theirs.as_bytes(), ours.as_bytes());
        }
        let expected = self.mask(&String::from_utf8_lossy(&expected));
        let actual = self.mask(&String::from_utf8_lossy(&answer.body));
        compare(&align_dates(&expected, &actual, self.seed), &actual)
    }

    /// A WSDL is compared as a document elsewhere; here only that it is one of the same style.
    fn same_document(&self, exchange: &Exchange, body: &[u8]) -> Verdict {
        let expected = self.read(exchange, "res.xml");
        let facts = |bytes: &[u8]| {
            mockgento::soap::wsdl_reader::read(bytes, None).map(|wsdl| (wsdl.address, wsdl.target_namespace))
        };
        match (facts(&expected), facts(body)) {
            (Ok(expected), Ok(actual)) if expected == actual => Verdict::Same,
            (expected, actual) => Verdict::Different(format!("{expected:?} became {actual:?}")),
        }
    }

    fn read(&self, exchange: &Exchange, kind: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(format!("{}.{kind}", exchange.file))).expect("a recording")
    }

    /// Hides texts that are random in every shop, unless the seed already has them.
    fn mask(&self, body: &str) -> String {
        let masked = RANDOM.replace_all(body, |found: &Captures<'_>| {
            let value = if self.seed.has(&found[2]) || found[2].len() < 32 { &found[2] } else { "(random)" };
            format!("{}{value}{}", &found[1], &found[3])
        });
        masked.into_owned()
    }
}

fn date_of(head: &str) -> Timestamp {
    let date = head.lines().find_map(|line| line.strip_prefix("Date: ")).expect("a Date header");
    datetime::parse_http(date).expect("an HTTP date")
}

fn host_of(head: &str) -> Option<String> {
    head.lines().find_map(|line| line.strip_prefix("Host: ")).map(str::to_owned)
}

/// The session id in a login's answer.
fn session(body: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(body);
    let id = SESSION_ID.find(&text)?.as_str().to_owned();
    Some(id)
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        at += found;
        bytes[at..at + from.len()].copy_from_slice(to);
        at += from.len();
    }
}

/// Takes over our stamps where the recorded one is of the run itself and at most a second away: a response's `Date` is
/// not always the second of the write.
fn align_dates(expected: &str, actual: &str, seed: &SeedTexts) -> String {
    let mut ours = STAMP.find_iter(actual).map(|found| found.as_str());
    let aligned = STAMP.replace_all(expected, |found: &Captures<'_>| {
        let theirs = &found[0];
        match ours.next() {
            Some(ours) if !seed.has(theirs) && close(theirs, ours) => ours.to_owned(),
            _ => theirs.to_owned(),
        }
    });
    aligned.into_owned()
}

fn close(a: &str, b: &str) -> bool {
    let instant = |text: &str| match text.contains('T') {
        true => text.parse::<Timestamp>().ok(),
        false => datetime::parse(text).ok().flatten(),
    };
    matches!((instant(a), instant(b)), (Some(a), Some(b)) if (a.as_second() - b.as_second()).abs() <= 1)
}

fn compare(expected: &str, actual: &str) -> Verdict {
    if expected == actual {
        return Verdict::Same;
    }
    let (expected, actual) = (expected.as_bytes(), actual.as_bytes());
    let at = expected.iter().zip(actual).position(|(a, b)| a != b).unwrap_or(expected.len().min(actual.len()));
    let around = |bytes: &[u8]| {
        let from = at.saturating_sub(80).min(bytes.len());
        let to = (at + 120).min(bytes.len());
        String::from_utf8_lossy(&bytes[from..to]).into_owned()
    };
    Verdict::Different(format!(
        "differs at byte {at}\n   expected …{}…\n   actual   …{}…",
        around(expected),
        around(actual)
    ))
}
