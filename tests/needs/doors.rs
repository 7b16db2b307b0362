//! The other doors of a real shop: SOAP v1, XML-RPC, JSON-RPC, SOAP 1.2 and every form of an address, replayed group by group
//! from the recorded content. Every answer must be the recorded one with its status, `Content-Type` and `Location`, except
//! those of the table of known differences, each of which must still differ. Masked is what differs between any two runs of
//! the same shop. Skipped, loudly, without the recordings beside the repository; `door_calls` holds the kinds on its own.

use crate::need;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mockgento::clock::Clock;
use mockgento::doors::json_rpc;
use mockgento::magento::{BridgeRelease, Flavor};
use mockgento::server::{EndpointOptions, Forwarded, HttpAnswer, HttpRequestParts, endpoint};
use mockgento::shop::version1;
use mockgento::shop::{Overrides, Seed, Shop, ShopConfig};
use mockgento::soap::WireStyle;
use regex::{Captures, Regex};
use serde::Deserialize;

#[derive(Deserialize)]
struct Manifest {
    base: String,
    config: BTreeMap<String, String>,
    exchanges: Vec<Row>,
}

#[derive(Deserialize)]
struct Row {
    id: u32,
    file: String,
    method: String,
    path: String,
    request_headers: Vec<String>,
    status: u16,
    at: i64,
    session_id: Option<String>,
    compare: Option<String>,
}

#[derive(Deserialize)]
struct KnownDifference {
    group: String,
    id: u32,
    reason: String,
}

/// A write that the recordings leave out and that their later answers show.
#[derive(Deserialize)]
struct LeftOut {
    group: String,
    before: u32,
    path: String,
    /// A list as JSON.
    args: String,
}

/// A group and the shop it was recorded from.
struct Group {
    name: &'static str,
    flavor: Flavor,
    wsi: bool,
    overrides: Option<&'static str>,
}

const WITH_JSON_RPC: &str = "doors:\n  json-rpc: true\n";

const fn group(name: &'static str) -> Group {
    Group { name, flavor: Flavor::OpenMage194, wsi: false, overrides: None }
}

const GROUPS: &[Group] = &[
    group("soap1"),
    group("xmlrpc"),
    Group { overrides: Some(WITH_JSON_RPC), ..group("jsonrpc") },
    Group { flavor: Flavor::OpenMage2016, ..group("jsonrpc-openmage-20.16") },
    group("soap12-rpc"),
    Group { wsi: true, ..group("soap12-wsi") },
    group("urls"),
    group("urls-store-code"),
    group("urls-rewrites"),
    group("urls-https"),
];

pub fn every_door_answers_as_recorded() {
    let folder = need::recordings().join("doors");
    let seed = std::fs::read_to_string(folder.join("../seed.json")).expect("the recorded seed");
    let table = include_str!("../recordings/known-differences-doors.yaml");
    let known: Vec<KnownDifference> = serde_saphyr::from_str(table).expect("a table of differences");
    assert!(known.iter().all(|known| !known.reason.is_empty()), "every difference has a reason");
    let mut known: BTreeMap<(String, u32), String> =
        known.into_iter().map(|known| ((known.group, known.id), known.reason)).collect();
    let (mut same, mut all, mut wrong) = (0, 0, Vec::new());
    for group in GROUPS {
        let (of_group, differing) = Replay::new(group, &folder, &seed).run();
        println!("{}: {} of {of_group} answers are identical", group.name, of_group - differing.len());
        (same, all) = (same + of_group - differing.len(), all + of_group);
        for (id, text) in differing {
            if known.remove(&(group.name.to_owned(), id)).is_none() {
                wrong.push(format!("{} {id}: {text}", group.name));
            }
        }
    }
    wrong.extend(known.keys().map(|(group, id)| format!("{group} {id}: identical, take it off the known differences")));
    assert!(wrong.is_empty(), "{} surprises, {same} of {all} identical:\n{}", wrong.len(), wrong.join("\n"));
}

struct Replay {
    left_out: Vec<LeftOut>,
    folder: PathBuf,
    clock: Clock,
    shop: Shop,
    manifest: Manifest,
    sessions: Vec<(String, String)>,
}

impl Replay {
    fn new(group: &Group, folder: &Path, seed: &str) -> Self {
        let folder = folder.join(group.name);
        let left_out: Vec<LeftOut> =
            serde_saphyr::from_str(include_str!("../recordings/left-out-doors.yaml")).expect("a table of calls");
        let left_out = left_out.into_iter().filter(|call| call.group == group.name).collect();
        let manifest = std::fs::read_to_string(folder.join("manifest.json")).expect("a manifest");
        let manifest: Manifest = serde_json::from_str(&manifest).expect("a manifest of exchanges");
        let mut content: serde_json::Value = serde_json::from_str(seed).expect("a seed");
        for (path, value) in &manifest.config {
            content["config"][path] = value.as_str().into();
        }
        let seed = Seed::from_recorded(&content.to_string(), "seed.json").expect("a seed");
        let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
        let overrides = group.overrides.map(|text| Overrides::parse(text, "overrides").expect("overrides").into());
        let config = ShopConfig {
            mode: if group.wsi { WireStyle::WsI } else { WireStyle::RpcEncoded },
            bridge: Some(BridgeRelease::newest()),
            flavor: group.flavor,
            web_server: Some(mockgento::magento::WebServer::BuiltIn),
            overrides,
            ..ShopConfig::new(clock.clone())
        };
        let mut shop = Shop::new(config, seed).expect("a shop");
        let named = manifest.config.get("web/unsecure/base_url").unwrap_or(&manifest.base);
        shop.set_base_url(named.as_str());
        Self { left_out, folder, clock, shop, manifest, sessions: Vec::new() }
    }

    fn run(mut self) -> (usize, BTreeMap<u32, String>) {
        let rows = std::mem::take(&mut self.manifest.exchanges);
        let differing = rows.iter().filter_map(|row| Some((row.id, self.exchange(row)?))).collect();
        (rows.len(), differing)
    }

    fn exchange(&mut self, row: &Row) -> Option<String> {
        let at = Timestamp::from_second(row.at).expect("a moment");
        self.clock.set(at);
        let left_out = self.left_out.iter().position(|call| call.before == row.id);
        if let Some(call) = left_out.map(|at| self.left_out.remove(at)) {
            self.call_left_out(&call, &self.read(row, "req.xml"));
        }
        let mut body = self.read(row, "req.xml");
        let mut path = row.path.clone();
        for (theirs, ours) in &self.sessions {
            body = replaced(&body, theirs.as_bytes(), ours.as_bytes());
            body = replaced(&body, &utf16(theirs), &utf16(ours));
            path = path.replace(theirs, ours);
        }
        let (path, query) = path.split_once('?').unwrap_or((&path, ""));
        let header = |name: &str| {
            let mut lines = row.request_headers.iter().filter_map(|line| line.split_once(": "));
            lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        let own_host = self.manifest.base.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let request = HttpRequestParts {
            method: row.method.clone(),
            path: path.to_owned(),
            query: query.to_owned(),
            host: header("Host").or(Some(own_host)),
            content_type: header("Content-Type"),
            authorization: header("Authorization"),
            forwarded: Forwarded { proto: header("X-Forwarded-Proto"), offloaded: header("SSL-Offloaded") },
        };
        let options = EndpointOptions { exact_wsdl: true, redirects: true, ..EndpointOptions::default() };
        let answer = endpoint::answer(&mut self.shop, &options, &request, &body);
        if let Some(theirs) = &row.session_id {
            let text = String::from_utf8_lossy(&answer.body);
            if let Some(found) = SESSION.captures(&text) {
                self.sessions.push((theirs.clone(), found[1].to_owned()));
            }
        }
        if answer.status != row.status {
            let body: String = String::from_utf8_lossy(&answer.body).chars().take(300).collect();
            return Some(format!("status {} instead of {}: {body}", answer.status, row.status));
        }
        if row.compare.as_deref() == Some("status") {
            return None;
        }
        let recorded = self.read(row, "res.xml");
        let is_description = recorded.windows(12).any(|window| window == b"<definitions");
        if is_description && (path.contains("v2_soap") || query.contains("v2")) {
            return description(&recorded, &answer.body);
        }
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        // HEAD has no body here or there; what a server drops is written all the same.
        let ours = if row.method == "HEAD" { Vec::new() } else { answer.body.clone() };
        let (theirs, ours) =
            (self.masked(&text(&recorded), at, |(theirs, _)| theirs), self.masked(&text(&ours), at, |(_, ours)| ours));
        if theirs != ours {
            return Some(difference(&theirs, &ours));
        }
        let head = text(&self.read(row, "res.head"));
        let of_head = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            let found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.trim().to_lowercase()).collect::<Vec<_>>()
        };
        for name in ["Content-Type", "Location"] {
            let (theirs, ours) = (of_head(name), headers_of(&answer, name));
            if theirs != ours {
                return Some(format!("{name} {ours:?} instead of {theirs:?}"));
            }
        }
        None
    }

    /// Makes a call that was left out, in the session of the one that follows it.
    fn call_left_out(&mut self, call: &LeftOut, following: &[u8]) {
        let following = String::from_utf8_lossy(following);
        let mut sessions = self.sessions.iter();
        let (_, session) = sessions.find(|(theirs, _)| following.contains(theirs)).expect("a session").clone();
        let body = format!(r#"{{"method":"call","params":["{session}","{}",{}],"id":1}}"#, call.path, call.args);
        let request = json_rpc::read(body.as_bytes()).expect("a request");
        let json_rpc::Parameters::Positional(values) = request.parameters else { panic!("{body}: no list") };
        let arguments = ["sessionId", "apiPath", "args"].into_iter().zip(values).collect();
        let read = version1::read("call", arguments, &self.shop);
        self.shop.handle(&read).expect("a call that was left out does what it did");
    }

    fn masked(&self, text: &str, at: Timestamp, side: impl Fn(&(String, String)) -> &String) -> String {
        let mut text = text.to_owned();
        for (number, pair) in self.sessions.iter().enumerate() {
            text = text.replace(side(pair).as_str(), &format!("(session {number})"));
        }
        let zone = self.shop.settings().time_zone();
        // Stamps of writes: whatever lies within the day before, which is longer than a group took.
        let text = STAMP.replace_all(&text, |found: &Captures<'_>| {
            let Ok(stamp) = format!("{}T{}", &found[1], &found[2]).parse::<DateTime>() else {
                return found[0].to_owned();
            };
            let in_zone = |zone: &TimeZone| stamp.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
            let is_now = |stamp: Option<Timestamp>| {
                stamp.is_some_and(|stamp| {
                    at - SignedDuration::from_hours(1) <= stamp && stamp <= at + SignedDuration::from_mins(1)
                })
            };
            if is_now(in_zone(&TimeZone::UTC)) || is_now(in_zone(&zone)) {
                "(now)".to_owned()
            } else {
                found[0].to_owned()
            }
        });
        let text = HASH.replace_all(&text, "(hash)");
        let text = CODE.replace_all(&text, "$1(code)$2");
        let text = DATABASE.replace_all(&text, "`(database)`$1");
        let text = LINE.replace_all(&text, "on line (n)");
        FILE.replace_all(&text, "(file)").into_owned()
    }

    fn read(&self, row: &Row, kind: &str) -> Vec<u8> {
        std::fs::read(self.folder.join(format!("{}.{kind}", row.file))).expect("a recording")
    }
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

static SESSION: LazyLock<Regex> = LazyLock::new(|| pattern("[>\"]([0-9a-f]{32,64})[\"<]"));
static STAMP: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:Z|[+-]\d\d:?\d\d)?"));
static HASH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[0-9a-f]{64}:\w{2,32}\b|\b[0-9a-f]{32}:\w{2,32}\b|\$2y\$\d\d\$[./\w]{53}"));
static CODE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"((?:confirmation|subscriber_confirm_code|rp_token|protect_code|cc_number_enc|cc_cid_enc)(?:</key><value[^>]*>|</name><value><string>|":"))[^<"]+(<|")"#,
    )
});
static DATABASE: LazyLock<Regex> = LazyLock::new(|| pattern(r"`[A-Za-z0-9_]+`(\.`[a-z_]+`, CONSTRAINT)"));
static LINE: LazyLock<Regex> = LazyLock::new(|| pattern(r"on line \d+"));
static FILE: LazyLock<Regex> = LazyLock::new(|| pattern(r"/\S*\.php"));

fn headers_of(answer: &HttpAnswer, name: &str) -> Vec<String> {
    let all = answer.headers.iter().filter(|(known, _)| known.eq_ignore_ascii_case(name));
    all.map(|(_, value)| value.to_lowercase()).collect()
}

/// A WSDL of version 2 is compared as a document elsewhere; here that it is one of the same service at the same address.
fn description(recorded: &[u8], ours: &[u8]) -> Option<String> {
    let facts = |bytes: &[u8]| {
        let read = mockgento::soap::wsdl_reader::read(bytes, None);
        read.map(|wsdl| (wsdl.address, wsdl.target_namespace)).map_err(|error| error.to_string())
    };
    let (theirs, ours) = (facts(recorded), facts(ours));
    (theirs != ours).then(|| format!("{theirs:?} became {ours:?}"))
}

fn difference(expected: &str, actual: &str) -> String {
    let at = expected.bytes().zip(actual.bytes()).position(|(a, b)| a != b);
    let at = at.unwrap_or(expected.len().min(actual.len()));
    let around = |text: &str| {
        let bytes = text.as_bytes();
        String::from_utf8_lossy(&bytes[at.saturating_sub(80).min(bytes.len())..(at + 120).min(bytes.len())])
            .into_owned()
    };
    format!("differs at byte {at}\n   expected …{}…\n   actual   …{}…", around(expected), around(actual))
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        out.extend_from_slice(&bytes[at..at + found]);
        out.extend_from_slice(to);
        at += found + from.len();
    }
    out.extend_from_slice(&bytes[at..]);
    out
}
