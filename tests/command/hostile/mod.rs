//! The smallest hostile inputs against the real program, one test a row of the table in `docs/limits-of-input.md`, with the most
//! memory the process ever had. Each fails when its bound goes.

mod table;
mod to_a_scenario;
mod to_the_client;
mod to_the_doors;
mod to_the_files;
mod to_the_shop;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What no hostile input may make of a process; an idle shop has 40 MB.
const PEAK_MAX_MB: u64 = 200;
/// A machine that tests on all its cores is slow; without its bound each of these takes minutes or for ever.
const PATIENCE: Duration = Duration::from_secs(90);

/// The most memory a process had so far, in megabytes; `None` when it has ended.
fn peak_mb(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse::<u64>().ok().map(|kilobytes| kilobytes / 1024)
}

/// `mockgento serve` in a process of its own.
struct Shop {
    process: Child,
    address: String,
}

impl Shop {
    /// A shop of a few people: what is measured is what a request adds.
    fn start() -> Self {
        Self::start_with(&["--seed", "scenarios/seeds/corner-shop.yaml"])
    }

    fn start_with(more: &[&str]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(["serve", "--listen", "127.0.0.1:0", "--log", "error"])
            // What the allocator only gives back a little later is no growth of the shop's.
            .env("MIMALLOC_PURGE_DELAY", "0")
            .args(more)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
        Self { process, address }
    }

    /// Sends a request and reads all of its answer.
    fn ask(&self, head: &str, body: &[u8]) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let head = format!(
            "{head} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            self.address,
            if head.contains("/__admin") { "application/json" } else { "text/plain" },
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        // A body that is refused early may break the pipe; the answer is there all the same.
        let _ = stream.write_all(body);
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("an answer in time");
        String::from_utf8_lossy(&answer).into_owned()
    }

    fn call(&self, body: &str) -> String {
        self.ask("POST /api/v2_soap/", body.as_bytes())
    }

    fn get(&self, path: &str) -> String {
        self.ask(&format!("GET {path}"), b"")
    }

    /// What stands about the last call in the console.
    fn last_shown(&self) -> String {
        let listed = self.get("/__admin/requests?limit=1");
        let number = listed.split("\"last_number\": ").nth(1).and_then(|rest| rest.split(',').next()).unwrap();
        self.get(&format!("/__admin/requests/{number}"))
    }

    #[track_caller]
    fn assert_small(&self) {
        let peak = peak_mb(self.process.id()).expect("the shop is alive");
        assert!(peak < PEAK_MAX_MB, "the shop had {peak} MB");
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        // It may have ended by itself, which the test has said then.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A call as a client would write it.
fn envelope(operation: &str, parts: &str, beside: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><m:{operation} \
         xmlns:m=\"urn:Magento\">{parts}</m:{operation}>{beside}</e:Body></e:Envelope>"
    )
}

/// Elements of which each refers twice to the next: two to the power of `n` texts in a few bytes. They state a type of
/// their own, which counts more than the one that is declared.
fn bomb(n: usize) -> String {
    let level = |k: usize| format!("<m id=\"i{k}\" {LIST}><x href=\"#i{0}\"/><y href=\"#i{0}\"/></m>", k + 1);
    format!("{}<m id=\"i{n}\">bang</m>", (0..n).map(level).collect::<String>())
}

/// Makes any element a list, whose members are read whatever their names; a record drops those that its type lacks.
const LIST: &str = "xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" \
    xmlns:c=\"http://schemas.xmlsoap.org/soap/encoding/\" i:type=\"c:Array\" c:arrayType=\"c:Struct[]\"";

/// What a command printed and how it ended.
struct Ended {
    text: String,
    peak_mb: u64,
    took: Duration,
}

/// Runs the program to its end.
fn run(arguments: &[&str]) -> Ended {
    run_in(std::path::Path::new("."), arguments)
}

fn run_in(folder: &std::path::Path, arguments: &[&str]) -> Ended {
    let began = Instant::now();
    let mut process = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("MOCKGENTO_API_KEY", "oro-key-1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let (mut out, mut err) = (process.stdout.take().unwrap(), process.stderr.take().unwrap());
    let read = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = out.read_to_string(&mut text);
        text
    });
    let read_err = std::thread::spawn(move || {
        let mut text = String::new();
        let _ = err.read_to_string(&mut text);
        text
    });
    let mut peak = 0;
    while process.try_wait().unwrap().is_none() {
        peak = peak.max(peak_mb(process.id()).unwrap_or_default());
        assert!(began.elapsed() < PATIENCE, "it does not end; {peak} MB so far");
        std::thread::sleep(Duration::from_millis(3));
    }
    let text = format!("{}{}", read.join().unwrap(), read_err.join().unwrap());
    Ended { text, peak_mb: peak, took: began.elapsed() }
}
