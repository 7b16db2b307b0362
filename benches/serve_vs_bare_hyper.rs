//! What a login, a ping and a page of a hundred customers cost over a bare hyper server that sends the same bytes, measured
//! side by side in one run; and how long `mockgento serve` takes from its start to its first answer.
//!
//! Run with `cargo bench --bench serve_vs_bare_hyper`. Wanted: half of the bare server's rate for logins and pages, 80 % for
//! pings, a cold start below 50 ms.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run should say so and stop")]

#[path = "support/pages.rs"]
mod pages;

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use mockgento::server::{FakeShop, ServerOptions};
use mockgento::soap::WireMode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const LOGIN: &[u8] = include_bytes!("../tests/fixtures/recorded/rpc-001-login-ok.req.xml");
const CONNECTIONS: usize = 4;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_millis(1_000);
const COLD_STARTS: usize = 10;

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    runtime.block_on(rates());
    cold_start();
}

async fn rates() {
    println!(
        "{CONNECTIONS} kept-alive connections, median of {ROUNDS} rounds of {} s each, requests/s",
        ROUND.as_secs_f32()
    );
    let mut shop = pages::shop(WireMode::RpcEncoded);
    let session = pages::session(&mut shop);
    let requests = [
        ("login", LOGIN.to_vec()),
        ("oroPing", pages::request(&shop, "oroPing", &session, None)),
        ("page of 100 customers", pages::request(&shop, "oroCustomerList", &session, Some(100))),
    ];
    let shop = FakeShop::start(shop, ServerOptions::default()).await.expect("a running shop");
    for (name, body) in requests {
        let request: Arc<[u8]> = post(&body).into();
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

fn post(body: &[u8]) -> Vec<u8> {
    let head = format!(
        "POST /index.php/api/v2_soap/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml; charset=utf-8\r\n\
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

async fn client(address: SocketAddr, request: Arc<[u8]>, until: Instant) -> u32 {
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    stream.set_nodelay(true).expect("no delay");
    let (mut buffer, mut answers) = (Vec::with_capacity(4096), 0);
    while Instant::now() < until {
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

fn one_cold_start() -> Duration {
    let started = Instant::now();
    let mut process = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["serve", "--listen", "127.0.0.1:0", "--user", "apiuser"])
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
    let mut stream = std::net::TcpStream::connect(&address).expect("a connection");
    stream.write_all(&post(LOGIN)).expect("a request sent");
    let mut first = [0; 15];
    stream.read_exact(&mut first).expect("an answer");
    let took = started.elapsed();
    process.kill().expect("a server to stop");
    let _ = process.wait();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    took
}
