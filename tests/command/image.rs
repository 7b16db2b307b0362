//! The image of `serve`: its entry point, its environment and its health check are read from the Containerfile and used here as a
//! container would, so that each way to start it works and is found healthy.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The stage of a shop.
struct Image {
    address: String,
    entry_point: Vec<String>,
    /// Paths that are asked for until one answers.
    health: Vec<String>,
}

impl Image {
    fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("Containerfile");
        let text = std::fs::read_to_string(file).unwrap();
        let stage = text.split("FROM base AS serve\n").nth(1).unwrap().split("\nFROM ").next().unwrap();
        let after = |word: &str| stage.lines().find_map(|line| line.strip_prefix(word)).unwrap();
        let asked = regex::Regex::new(r#"\$at(/[^" \\]+)"#).unwrap();
        assert!(stage.contains("at=http://127.0.0.1:${MOCKGENTO_LISTEN##*:};"));
        Self {
            address: after("ENV MOCKGENTO_LISTEN=").to_owned(),
            entry_point: serde_json::from_str(after("ENTRYPOINT ")).unwrap(),
            health: asked.captures_iter(stage).map(|found| found[1].to_owned()).collect(),
        }
    }
}

struct Container {
    process: Child,
    ready: Value,
}

impl Container {
    fn start(image: &Image, folder: &Path, environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        assert_eq!(image.entry_point[0], "mockgento");
        let file = folder.join("ready.json");
        let process = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(&image.entry_point[1..])
            .args(arguments)
            .args(["--ready-file", "ready.json"])
            .env("MOCKGENTO_LISTEN", "127.0.0.1:0")
            .envs(environment.iter().copied())
            .current_dir(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut container = Self { process, ready: Value::Null };
        let limit = Instant::now() + Duration::from_secs(10);
        while !file.exists() {
            if container.process.try_wait().unwrap().is_some() || Instant::now() > limit {
                let _ = container.process.kill();
                let mut said = String::new();
                container.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
                panic!("{arguments:?}: {said}");
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        container.ready = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
        container
    }

    /// What the health check says of the port of the environment.
    fn is_healthy(&self, image: &Image, port: u16) -> bool {
        image.health.iter().any(|path| {
            let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)) else { return false };
            write!(stream, "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n").unwrap();
            let mut answer = Vec::new();
            stream.read_to_end(&mut answer).unwrap();
            answer.starts_with(b"HTTP/1.1 200 ")
        })
    }

    fn port(&self) -> u16 {
        u16::try_from(self.ready["port"].as_u64().unwrap()).unwrap()
    }
}

impl Drop for Container {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn free_port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

#[test]
fn every_way_to_start_it_is_healthy() {
    let image = Image::read();
    assert_eq!((image.address.as_str(), image.health.len()), ("0.0.0.0:8085", 2));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shops.yaml"), "shops: {live: {}, staging: {wsi: yes}}\n").unwrap();
    for arguments in [&[][..], &["--no-admin"], &["--wsi"], &["--shops", "shops.yaml"]] {
        let port = free_port();
        let address = format!("127.0.0.1:{port}");
        let container = Container::start(&image, folder.path(), &[("MOCKGENTO_LISTEN", &address)], arguments);
        assert_eq!(container.port(), port, "{arguments:?}");
        assert!(container.is_healthy(&image, port), "{arguments:?}");
        drop(container);
        let _ = std::fs::remove_file(folder.path().join("ready.json"));
    }
}

#[test]
fn an_address_among_its_arguments_goes_before_that_of_the_environment() {
    let image = Image::read();
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let container = Container::start(&image, folder.path(), &[], &["--listen", &format!("127.0.0.1:{port}")]);
    assert_eq!(container.port(), port);
}

/// Words of the page, as somebody copies them: a variable that a line uses was set by a line of its own before.
#[test]
fn its_page_sets_what_it_uses() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/containers.md");
    let page = std::fs::read_to_string(page).unwrap();
    let used = regex::Regex::new(r"\$\{?([A-Z][A-Z_]+)").unwrap();
    let mut set: Vec<String> = vec!["PWD".to_owned()];
    let mut seen = 0;
    for block in page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()) {
        for line in block.lines() {
            for found in used.captures_iter(line) {
                assert!(set.contains(&found[1].to_owned()), "{} is used and not set: {line}", &found[1]);
                seen += 1;
            }
            let set_here = line.trim_start_matches("export ").split_once('=').map(|(name, _)| name.to_owned());
            set.extend(set_here.filter(|name| name.chars().all(|letter| letter.is_ascii_uppercase() || letter == '_')));
        }
    }
    assert!(seen > 0, "it uses none");
}
