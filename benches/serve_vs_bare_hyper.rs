//! What a login, a ping and a page of a hundred customers cost over a bare hyper server that sends the same bytes, measured
//! side by side in one run; how long `mockgento serve` takes from its start to its first answer, and whether its memory
//! grows with the requests.
//!
//! Run with `cargo bench --bench serve_vs_bare_hyper`. Wanted: half of the bare server's rate for logins and pages, 80 % for
//! pings, a fifth for lists of API version 1 that are asked anew, a cold start below 50 ms, the same memory after 100,000 requests more. "Asked anew" are requests of which no two
//! are the same, which the server cannot answer from what it remembers.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run should say so and stop")]

#[path = "support/pages.rs"]
mod pages;

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use mockgento::server::{FakeShop, ServerOptions};
use mockgento::soap::WireStyle;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LOGIN: &[u8] = include_bytes!("../tests/fixtures/recorded/rpc-001-login-ok.req.xml");
/// Ends a request that is another one each time.
const COUNTED: &[u8] = b"<!--00000000-->";
const CONNECTIONS: usize = 4;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(1_000);
const COLD_STARTS: usize = 10;

/// As in the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(rates());
    cold_start();
    memory();
    large_shop();
}

async fn rates() {
    println!(
        "{CONNECTIONS} kept-alive connections, median of {ROUNDS} rounds of {} s each, requests/s",
        ROUND.as_secs_f32()
    );
    let mut shop = pages::shop(WireStyle::RpcEncoded);
    let session = pages::session(&mut shop);
    let ping = pages::request(&shop, "oroPing", &session, None);
    let page = pages::request(&shop, "oroCustomerList", &session, Some(1));
    let requests = [
        ("login", SOAP2, LOGIN.to_vec()),
        ("oroPing", SOAP2, ping.clone()),
        ("oroPing, asked anew", SOAP2, [ping.as_slice(), COUNTED].concat()),
        ("page of 100 customers", SOAP2, page.clone()),
        ("page of 100 customers, asked anew", SOAP2, [page.as_slice(), COUNTED].concat()),
        (
            "page of 100 customers with a filter, asked anew",
            SOAP2,
            anew(&pages::filtered(&shop, "oroCustomerList", &session)),
        ),
        (
            "page of 100 orders with a filter, asked anew",
            SOAP2,
            anew(&pages::filtered(&shop, "oroOrderList", &session)),
        ),
        (
            "XML-RPC list of 100 customers, asked anew",
            XML_RPC,
            [pages::xml_rpc_list(&session).as_slice(), COUNTED].concat(),
        ),
        (
            "SOAP v1 list of 100 customers, asked anew",
            SOAP1,
            [pages::soap1_list(&session).as_slice(), COUNTED].concat(),
        ),
    ];
    let shop = FakeShop::start(shop, ServerOptions::default()).await.expect("a running shop");
    for (name, path, body) in requests {
        let request: Arc<[u8]> = post(path, &body).into();
        let answer = first_answer(shop.address(), &request).await;
        let length = answer.len();
        let bare = bare_server(answer).await;
        let (mut of_shop, mut of_bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            of_bare.push(rate(bare, &request).await);
            of_shop.push(rate(shop.address(), &request).await);
        }
        let (ours, bare) = (median(of_shop), median(of_bare));
        println!("  {name} ({length} bytes): bare hyper {bare:.0}, mockgento {ours:.0}, {:.0} %", 100.0 * ours / bare);
    }
}

fn anew(request: &[u8]) -> Vec<u8> {
    [request, COUNTED].concat()
}

const SOAP2: &str = "/index.php/api/v2_soap/";
const SOAP1: &str = "/index.php/api/soap/";
const XML_RPC: &str = "/index.php/api/xmlrpc/";

fn post(path: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// Reads one answer and returns its length on the wire.
async fn read_answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> usize {
    buffer.clear();
    loop {
        stream.read_buf(buffer).await.expect("an answer");
        let Some(head) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head]).expect("an ASCII head");
        let length: usize = text
            .lines()
            .find_map(|line| line.strip_prefix("Content-Length: "))
            .and_then(|length| length.parse().ok())
            .expect("a length");
        while buffer.len() < head + 4 + length {
            stream.read_buf(buffer).await.expect("the rest");
        }
        return head + 4 + length;
    }
}

async fn first_answer(address: SocketAddr, request: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.write_all(request).await.expect("a request sent");
    let mut buffer = Vec::new();
    read_answer(&mut stream, &mut buffer).await;
    assert!(buffer.starts_with(b"HTTP/1.1 200") && !buffer.windows(9).any(|window| window == b"faultcode"));
    buffer
}

/// Serves the head and body of `answer` to everybody, reading each request's body as the shop does.
async fn bare_server(answer: Vec<u8>) -> SocketAddr {
    let head = answer.windows(4).position(|window| window == b"\r\n\r\n").expect("a head");
    let headers: Vec<(String, String)> = String::from_utf8_lossy(&answer[..head])
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let body = Bytes::from(answer[head + 4..].to_vec());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("no delay");
            let (headers, body) = (headers.clone(), body.clone());
            let service = service_fn(move |request: Request<Incoming>| {
                let (headers, body) = (headers.clone(), body.clone());
                async move {
                    let _ = request.into_body().collect().await;
                    let mut response = Response::builder();
                    for (name, value) in headers {
                        response = response.header(name, value);
                    }
                    Ok::<_, Infallible>(response.body(Full::new(body)).expect("a response"))
                }
            });
            let mut http = http1::Builder::new();
            http.auto_date_header(false).title_case_headers(true);
            tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
        }
    });
    address
}

/// Requests per second of one round.
async fn rate(address: SocketAddr, request: &Arc<[u8]>) -> f64 {
    let started = Instant::now();
    let clients: Vec<_> =
        (0..CONNECTIONS).map(|_| tokio::spawn(client(address, Arc::clone(request), started + ROUND))).collect();
    let mut answers = 0;
    for client in clients {
        answers += client.await.expect("a client that ends");
    }
    f64::from(answers) / started.elapsed().as_secs_f64()
}

static ASKED: AtomicU32 = AtomicU32::new(0);

async fn client(address: SocketAddr, request: Arc<[u8]>, until: Instant) -> u32 {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let (mut buffer, mut answers) = (Vec::with_capacity(4096), 0);
    let mut request = request.to_vec();
    while Instant::now() < until {
        if request.ends_with(b"-->") {
            let (from, to) = (request.len() - 11, request.len() - 3);
            let number = ASKED.fetch_add(1, Ordering::Relaxed);
            request[from..to].copy_from_slice(format!("{number:08}").as_bytes());
        }
        stream.write_all(&request).await.expect("a request sent");
        read_answer(&mut stream, &mut buffer).await;
        answers += 1;
    }
    answers
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn cold_start() {
    let mut times: Vec<f64> = (0..COLD_STARTS).map(|_| one_cold_start().as_secs_f64() * 1e3).collect();
    times.sort_by(f64::total_cmp);
    println!("cold start of `mockgento serve` to the first login, {COLD_STARTS} starts");
    println!("  median {:.1} ms, slowest {:.1} ms", times[times.len() / 2], times[times.len() - 1]);
}

/// A running `mockgento serve`, ended when it is dropped.
struct Served {
    process: Child,
    address: String,
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn served() -> Served {
    served_with(&[])
}

fn served_with(more: &[&str]) -> Served {
    let mut process = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["serve", "--listen", "127.0.0.1:0", "--user", "apiuser"])
        .args(more)
        .env("MOCKGENTO_API_KEY", "apikey123")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("a started server");
    let mut lines = BufReader::new(process.stdout.take().expect("its output"));
    let mut line = String::new();
    let address = loop {
        line.clear();
        assert!(lines.read_line(&mut line).expect("a line") > 0, "the server ended without its address");
        if let Some(at) = line.find("http://") {
            break line[at + 7..].split('/').next().unwrap_or_default().to_owned();
        }
    };
    Served { process, address }
}

/// Resident memory after a first part of the requests and after 100,000 more.
fn memory() {
    let served = served();
    let mut stream = std::net::TcpStream::connect(&served.address).expect("a connection");
    let mut answer = [0; 4096];
    stream.write_all(&post(SOAP2, LOGIN)).expect("a request sent");
    let length = stream.read(&mut answer).expect("an answer");
    let session = session_of(&String::from_utf8_lossy(&answer[..length]));
    let request = post(SOAP2, &pages::request(&pages::shop(WireStyle::RpcEncoded), "storeList", &session, None));
    let mut ask = |times: u32| {
        for _ in 0..times {
            stream.write_all(&request).expect("a request sent");
            let length = stream.read(&mut answer).expect("an answer");
            assert!(answer[..length].starts_with(b"HTTP/1.1 200 OK"));
        }
        resident_mb(served.process.id())
    };
    let (before, after) = (ask(50_000), ask(100_000));
    println!("memory of `mockgento serve`, lists of store views");
    println!("  {before:.1} MB after 50,000, {after:.1} MB after 100,000 more");
}

/// What a shop of 20,000 customers and orders takes.
fn large_shop() {
    let folder = std::env::temp_dir().join(format!("mockgento-bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let seed = folder.join("large.json");
    let path = seed.to_str().expect("a path in UTF-8");
    let made = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["generate", "--customers", "20000", "--out", path])
        .stdout(Stdio::null())
        .status();
    assert!(made.expect("a generator that starts").success());
    let served = served_with(&["--seed", path]);
    println!("memory of `mockgento serve` with 20,000 customers and orders");
    println!("  {:.0} MB, {:.0} MB at the most", resident_mb(served.process.id()), peak_mb(served.process.id()));
    drop(served);
    let _ = std::fs::remove_dir_all(&folder);
}

/// The session in the answer to a login.
fn session_of(answer: &str) -> String {
    let at = answer.find("xsd:string\">").expect("a session") + "xsd:string\">".len();
    answer[at..].chars().take_while(char::is_ascii_hexdigit).collect()
}

fn resident_mb(process: u32) -> f64 {
    status_mb(process, "VmRSS:")
}

fn peak_mb(process: u32) -> f64 {
    status_mb(process, "VmHWM:")
}

fn status_mb(process: u32, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap_or("0");
    line.trim().split(' ').next().and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or(f64::NAN) / 1024.0
}

fn one_cold_start() -> Duration {
    let started = Instant::now();
    let served = served();
    let mut stream = std::net::TcpStream::connect(&served.address).expect("a connection");
    stream.write_all(&post(SOAP2, LOGIN)).expect("a request sent");
    let mut first = [0; 15];
    stream.read_exact(&mut first).expect("an answer");
    let took = started.elapsed();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    took
}
