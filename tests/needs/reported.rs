//! What people's reports led to, and shops of other releases: a real shop's exchanges, replayed in their order, each group
//! from the same content. Every answer must be the recorded one, its status and `Content-Type` too, except those of the
//! table of known differences, each of which must still differ. Masked is what differs between any two runs of the same
//! shop. Skipped, loudly, without the recordings beside the repository.

use crate::need;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use mockgento::clock::Clock;
use mockgento::datetime;
use mockgento::magento::{BridgeRelease, Flavor};
use mockgento::server::{EndpointOptions, HttpAnswer, HttpRequestParts, endpoint};
use mockgento::shop::{Seed, Shop, ShopConfig, ShopEdit};
use mockgento::soap::WireStyle;
use regex::{Captures, Regex};
use serde::Deserialize;

#[derive(Deserialize)]
struct Manifest {
    variant: String,
    exchanges: Vec<Row>,
}

/// An exchange, or a row that is changed from outside.
#[derive(Deserialize)]
struct Row {
    edit: Option<ShopEdit>,
    #[serde(default)]
    file: String,
    #[serde(default)]
    method: String,
    #[serde(default)]
    path: String,
    #[serde(default)]
    request_headers: Vec<String>,
    #[serde(default)]
    status: u16,
    session_id: Option<String>,
    compare: Option<String>,
}

#[derive(Deserialize)]
struct KnownDifference {
    group: String,
    file: String,
    reason: String,
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a pattern")
}

static STAMP: LazyLock<Regex> = LazyLock::new(|| pattern(r"(\d{4}-\d\d-\d\d)([ T])(\d\d:\d\d:\d\d)(Z|[+-]\d\d:\d\d)?"));
static HASH: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b[0-9a-f]{64}:\w{2,32}\b|\b[0-9a-f]{32}:\w{2,32}\b|\$2y\$[^<]+"));
static RANDOM: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(<(?:\w+:)?(?:password_hash|confirmation|subscriber_confirm_code|protect_code|rp_token)(?: [^>]*)?>)([^<]+)(</)",
    )
});
static SQL: LazyLock<Regex> = LazyLock::new(|| pattern(r"(SQLSTATE\[\w+\](?::[^:<]*: \d{4})?)[^<]*"));
static FOLDER: LazyLock<Regex> = LazyLock::new(|| pattern(r" at /\S*/var/api/\(session \d+\)/"));
static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(<attribute_id(?: [^>]*)?>)\d+"));
static HOST: LazyLock<Regex> = LazyLock::new(|| pattern(r"127\.0\.0\.1:\d+"));
static SESSION: LazyLock<Regex> = LazyLock::new(|| pattern(">([0-9a-f]{32})<"));

/// The seconds around the exchanges of a group in which a stamp is one of now.
const MARGIN: SignedDuration = SignedDuration::from_secs(120);

/// A group of exchanges with the shop that they are played to.
struct Group<'a> {
    name: String,
    folder: PathBuf,
    seed: &'a Seed,
    seed_text: &'a str,
    flavor: Flavor,
}

pub fn what_reports_led_to_is_answered_as_recorded() {
    let folder = need::recordings().join("reported");
    let seed_text = std::fs::read_to_string(folder.join("seed.yaml")).expect("the recorded seed");
    let seed = Seed::parse(&seed_text, "seed.yaml").expect("a seed");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("groups")
        .map(|entry| entry.expect("a folder").file_name().to_string_lossy().into_owned())
        .filter(|name| folder.join(name).join("manifest.json").exists())
        .collect();
    names.sort();
    let group = |name: &String| Group {
        name: name.clone(),
        folder: folder.join(name),
        seed: &seed,
        seed_text: &seed_text,
        flavor: Flavor::OpenMage194,
    };
    let groups: Vec<Group<'_>> = names.iter().map(group).collect();
    judge(&groups, include_str!("../recordings/known-differences-reported.yaml"));
}

pub fn other_releases_answer_as_recorded() {
    let folder = need::recordings();
    let shops = [
        ("openmage-19.4.16-rpc-bridge", Flavor::OpenMage19416),
        ("openmage-19.4.23-wsi-bridge", Flavor::OpenMage19423),
        ("openmage-20.12.3-wsi-bridge", Flavor::OpenMage2012),
    ];
    let shops = shops.map(|(name, flavor)| {
        let text = std::fs::read_to_string(folder.join(name).join("seed.json")).expect("the recorded seed");
        let seed = Seed::from_recorded(&text, "seed.json").expect("a seed");
        (name, flavor, text, seed)
    });
    let groups: Vec<Group<'_>> = shops
        .iter()
        .map(|(name, flavor, seed_text, seed)| Group {
            name: (*name).to_owned(),
            folder: folder.join(name),
            seed,
            seed_text,
            flavor: *flavor,
        })
        .collect();
    judge(&groups, include_str!("../recordings/known-differences-releases.yaml"));
}

/// Replays groups and compares what differs with the table.
fn judge(groups: &[Group<'_>], table: &str) {
    let known: Vec<KnownDifference> = serde_saphyr::from_str(table).expect("a table of differences");
    assert!(known.iter().all(|known| !known.reason.is_empty()), "every difference has a reason");
    let scores = Mutex::new((0, 0));
    let next = Mutex::new(groups.iter());
    let findings: Mutex<BTreeMap<String, String>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                loop {
                    let Some(group) = next.lock().expect("a lock").next() else { break };
                    let (all, differing) = Replay::new(group).run();
                    let mut score = scores.lock().expect("a lock");
                    score.0 += all - differing.len();
                    score.1 += all;
                    findings.lock().expect("a lock").extend(differing);
                }
            });
        }
    });
    let (same, all) = scores.into_inner().expect("a lock");
    println!("{same} of {all} answers are identical");
    let mut findings = findings.into_inner().expect("a lock");
    let mut wrong = Vec::new();
    for KnownDifference { group, file, .. } in &known {
        if groups.iter().any(|one| one.name == *group) && findings.remove(&format!("{group}/{file}")).is_none() {
            wrong.push(format!("{group}/{file}: identical, take it off the known differences"));
        }
    }
    wrong.extend(findings.into_iter().map(|(name, text)| format!("{name}: {text}")));
    assert!(wrong.is_empty(), "{} differences, {same} of {all} identical:\n{}", wrong.len(), wrong.join("\n"));
}

struct Replay<'a> {
    group: &'a Group<'a>,
    clock: Clock,
    shop: Shop,
    rows: Vec<Row>,
    /// Session ids as recorded, and what they are here.
    sessions: Vec<(String, Option<String>)>,
}

impl<'a> Replay<'a> {
    fn new(group: &'a Group<'a>) -> Self {
        let manifest = std::fs::read_to_string(group.folder.join("manifest.json")).expect("a manifest");
        let Manifest { variant, exchanges } = serde_json::from_str(&manifest).expect("a manifest of exchanges");
        let clock = Clock::virtual_at(Timestamp::UNIX_EPOCH);
        let config = ShopConfig {
            mode: if variant.contains("wsi") { WireStyle::WsI } else { WireStyle::RpcEncoded },
            bridge: Some(BridgeRelease::newest()),
            flavor: group.flavor,
            ..ShopConfig::new(clock.clone())
        };
        let mut shop = Shop::new(config, group.seed.clone()).expect("a shop");
        shop.set_base_url("http://127.0.0.1:9950/");
        Self { group, clock, shop, rows: exchanges, sessions: Vec::new() }
    }

    /// Replays everything but the first login; answers how many exchanges there are and those that differ.
    fn run(mut self) -> (usize, BTreeMap<String, String>) {
        let rows = std::mem::take(&mut self.rows);
        let dates: Vec<Timestamp> = rows.iter().filter(|row| row.edit.is_none()).map(|row| self.date(row)).collect();
        let (first, last) = (dates.iter().min().expect("a date"), dates.iter().max().expect("a date"));
        let window = (*first - MARGIN, *last + MARGIN);
        let (mut all, mut differing) = (0, BTreeMap::new());
        for row in &rows {
            if let Some(edit) = &row.edit {
                self.shop.edit(edit).expect("an edit");
                continue;
            }
            let difference = self.exchange(row, window);
            if row.file.starts_with("001-login") {
                continue;
            }
            all += 1;
            if let Some(text) = difference {
                differing.insert(format!("{}/{}", self.group.name, row.file), text);
            }
        }
        (all, differing)
    }

    fn exchange(&mut self, row: &Row, window: (Timestamp, Timestamp)) -> Option<String> {
        self.clock.set(self.date(row));
        let mut body = self.read(row, "req.xml");
        for (theirs, ours) in &self.sessions {
            if let Some(ours) = ours {
                replace(&mut body, theirs.as_bytes(), ours.as_bytes());
            }
        }
        let (path, query) = row.path.split_once('?').unwrap_or((&row.path, ""));
        let header = |name: &str| {
            let mut lines = row.request_headers.iter().filter_map(|line| line.split_once(": "));
            lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned())
        };
        let request = HttpRequestParts {
            method: row.method.clone(),
            path: path.to_owned(),
            query: query.to_owned(),
            host: Some("127.0.0.1:9950".to_owned()),
            content_type: header("Content-Type"),
            ..HttpRequestParts::default()
        };
        let options = EndpointOptions { exact_wsdl: true, ..EndpointOptions::default() };
        let answer = endpoint::answer(&mut self.shop, &options, &request, &body);
        if let Some(theirs) = &row.session_id {
            let text = String::from_utf8_lossy(&answer.body);
            let ours = SESSION.captures(&text).map(|found| found[1].to_owned());
            self.sessions.push((theirs.clone(), ours));
        }
        if answer.status != row.status {
            let body: String = String::from_utf8_lossy(&answer.body).chars().take(400).collect();
            return Some(format!("status {} instead of {}: {body}", answer.status, row.status));
        }
        if row.compare.as_deref() == Some("status") || row.status == 503 {
            return None;
        }
        if row.method == "GET" && row.status == 200 {
            return self.document(row, &answer.body);
        }
        let expected = String::from_utf8_lossy(&self.read(row, "res.xml")).into_owned();
        let theirs = self.masked(&expected, window, |(theirs, _)| Some(theirs));
        let ours = self.masked(&String::from_utf8_lossy(&answer.body), window, |(_, ours)| ours.as_ref());
        if theirs != ours {
            return Some(difference(&theirs, &ours));
        }
        let head = self.head(row);
        let content_types = head.lines().filter_map(|line| line.split_once(": "));
        let content_types = content_types.filter(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
        let theirs: Vec<String> = content_types.map(|(_, value)| value.trim().to_lowercase()).collect();
        let ours = content_types_of(&answer);
        (theirs != ours).then(|| format!("Content-Type {ours:?} instead of {theirs:?}"))
    }

    /// A WSDL is compared as a document elsewhere; here only that it is one of the same service.
    fn document(&self, row: &Row, body: &[u8]) -> Option<String> {
        let facts = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let text = HOST.replace_all(&text, "HOST");
            let read = mockgento::soap::wsdl_reader::read(text.as_bytes(), None);
            read.map(|wsdl| (wsdl.address, wsdl.target_namespace)).map_err(|error| error.to_string())
        };
        let (theirs, ours) = (facts(&self.read(row, "res.xml")), facts(body));
        (theirs != ours).then(|| format!("{theirs:?} became {ours:?}"))
    }

    fn masked(
        &self,
        text: &str,
        window: (Timestamp, Timestamp),
        side: impl Fn(&(String, Option<String>)) -> Option<&String>,
    ) -> String {
        let mut text = text.to_owned();
        for (number, pair) in self.sessions.iter().enumerate() {
            if let Some(session) = side(pair) {
                text = text.replace(session, &format!("(session {number})"));
            }
        }
        let text = HOST.replace_all(&text, "HOST");
        let zone = self.shop.settings().time_zone();
        let text = STAMP.replace_all(&text, |found: &Captures<'_>| {
            let Ok(at) = format!("{}T{}", &found[1], &found[3]).parse::<DateTime>() else { return found[0].to_owned() };
            let in_zone = |zone: &TimeZone| at.to_zoned(zone.clone()).ok().map(|zoned| zoned.timestamp());
            let is_now = |at: Option<Timestamp>| at.is_some_and(|at| window.0 <= at && at <= window.1);
            let suffix = found.get(4).map_or("", |zone| zone.as_str());
            let separator = found[2].trim();
            if is_now(in_zone(&TimeZone::UTC)) {
                format!("(NOW){separator}{suffix}")
            } else if is_now(in_zone(&zone)) {
                format!("(NOW, shop time){separator}{suffix}")
            } else {
                found[0].to_owned()
            }
        });
        let text = HASH.replace_all(&text, "(hash)");
        let text = RANDOM.replace_all(&text, |found: &Captures<'_>| match self.group.seed_text.contains(&found[2]) {
            true => found[0].to_owned(),
            false => format!("{}(random){}", &found[1], &found[3]),
        });
        let text = SQL.replace_all(&text, "$1 ...");
        let text = FOLDER.replace_all(&text, " at /(path)/");
        ATTRIBUTE.replace_all(&text, "${1}(id)").into_owned()
    }

    fn read(&self, row: &Row, kind: &str) -> Vec<u8> {
        std::fs::read(self.group.folder.join(format!("{}.{kind}", row.file))).expect("a recording")
    }

    fn head(&self, row: &Row) -> String {
        String::from_utf8_lossy(&self.read(row, "res.head")).into_owned()
    }

    fn date(&self, row: &Row) -> Timestamp {
        let head = self.head(row);
        let date = head.lines().find_map(|line| line.strip_prefix("Date: ")).expect("a Date header");
        datetime::parse_http(date.trim()).expect("an HTTP date")
    }
}

fn content_types_of(answer: &HttpAnswer) -> Vec<String> {
    let all = answer.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Content-Type"));
    all.map(|(_, value)| value.to_lowercase()).collect()
}

/// Where two texts part.
fn difference(expected: &str, actual: &str) -> String {
    let at = expected.bytes().zip(actual.bytes()).position(|(a, b)| a != b);
    let at = at.unwrap_or(expected.len().min(actual.len()));
    let around = |text: &str| {
        let bytes = text.as_bytes();
        String::from_utf8_lossy(&bytes[at.saturating_sub(80).min(bytes.len())..(at + 160).min(bytes.len())])
            .into_owned()
    };
    format!("differs at byte {at}\n   expected …{}…\n   actual   …{}…", around(expected), around(actual))
}

fn replace(bytes: &mut [u8], from: &[u8], to: &[u8]) {
    let mut at = 0;
    while let Some(found) = bytes[at..].windows(from.len()).position(|window| window == from) {
        at += found;
        bytes[at..at + from.len()].copy_from_slice(to);
        at += from.len();
    }
}
