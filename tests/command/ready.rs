//! A server that programs start: how they learn where it is, and how it ends with them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// `mockgento serve`, killed when dropped.
struct Serve {
    process: Child,
    input: Option<ChildStdin>,
}

impl Serve {
    fn start(arguments: &[&str], folder: &Path) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(arguments)
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let input = process.stdin.take();
        Self { process, input }
    }

    /// Its first line; the rest is read so that nothing waits for us.
    fn first_line(&mut self) -> String {
        let mut out = BufReader::new(self.process.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
        line
    }

    /// Its exit code, once it ends by itself, and what it logged.
    fn ended(mut self) -> (Option<i32>, String) {
        let status = waited(|| self.process.try_wait().unwrap());
        let mut said = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (status.code(), said)
    }
}

impl Drop for Serve {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What comes within ten seconds.
fn waited<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let limit = Instant::now() + Duration::from_secs(10);
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(Instant::now() < limit, "it did not happen within ten seconds");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// A file once it is there: what is written appears whole.
fn appeared(path: &Path) -> String {
    waited(|| std::fs::read_to_string(path).ok())
}

fn json_of(path: &Path) -> Value {
    serde_json::from_str(&appeared(path)).unwrap()
}

fn get(url: &str) -> String {
    let url = url::Url::parse(url).unwrap();
    let mut stream = TcpStream::connect(("127.0.0.1", url.port().unwrap())).unwrap();
    let target = &url[url::Position::BeforePath..];
    write!(stream, "GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn the_ready_file_says_where_the_shop_is_once_it_answers() {
    let folder = tempfile::tempdir().unwrap();
    let serve = Serve::start(&["--ready-file", "ready.json", "--port-file", "port"], folder.path());
    let ready = json_of(&folder.path().join("ready.json"));
    // Whoever waits for the ready file has the port too.
    let port = std::fs::read_to_string(folder.path().join("port")).unwrap();
    assert_eq!(port, format!("{}\n", ready["port"]));
    assert_eq!(ready["pid"], serve.process.id());
    assert_eq!(ready["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(ready["address"], format!("127.0.0.1:{}", ready["port"]));
    let url = ready["url"].as_str().unwrap();
    assert!(get(ready["wsdl"].as_str().unwrap()).contains("Magento"));
    assert_eq!(ready["console"], format!("{url}__admin/ui"));
    let health = get(&format!("{}/health", ready["admin"].as_str().unwrap()));
    assert!(health.starts_with("HTTP/1.1 200") && health.contains(ready["wsdl"].as_str().unwrap()), "{health}");
}

#[test]
fn with_a_log_in_json_the_first_line_is_the_same_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = Serve::start(&["--log-format", "json", "--ready-file", "ready.json"], folder.path());
    let line: Value = serde_json::from_str(&serve.first_line()).unwrap();
    assert_eq!(line, json_of(&folder.path().join("ready.json")));

    let mut silent = Serve::start(&["--log-format", "json", "--no-admin"], folder.path());
    let line: Value = serde_json::from_str(&silent.first_line()).unwrap();
    assert!(line["console"].is_null() && line["admin"].is_null() && line["wsdl"].is_string(), "{line}");

    let mut text = Serve::start(&[], folder.path());
    assert!(text.first_line().starts_with("Shop at http://127.0.0.1:"));
}

#[test]
fn a_server_ends_with_the_program_that_holds_its_input_and_takes_its_files_along() {
    let folder = tempfile::tempdir().unwrap();
    let files = ["--ready-file", "ready.json", "--port-file", "port"];
    let mut serve = Serve::start(&[&files[..], &["--die-with-parent"]].concat(), folder.path());
    let ready = json_of(&folder.path().join("ready.json"));
    // What is written to it is no end.
    serve.input.as_mut().unwrap().write_all(b"some input\n").unwrap();
    assert!(get(&format!("{}/health", ready["admin"].as_str().unwrap())).starts_with("HTTP/1.1 200"));
    assert!(serve.process.try_wait().unwrap().is_none());
    drop(serve.input.take());
    let (code, said) = serve.ended();
    assert!(code == Some(0) && said.contains("standard input is closed, stopping"), "{said}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn without_the_option_a_closed_input_ends_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut serve = Serve::start(&["--ready-file", "ready.json"], folder.path());
    let ready = json_of(&folder.path().join("ready.json"));
    drop(serve.input.take());
    std::thread::sleep(Duration::from_millis(300));
    assert!(serve.process.try_wait().unwrap().is_none());
    assert!(get(&format!("{}/health", ready["admin"].as_str().unwrap())).starts_with("HTTP/1.1 200"));
}

#[cfg(unix)]
#[test]
fn a_signal_takes_the_files_along_and_a_killed_server_leaves_no_lie_to_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ready.json");
    // The last is that of a terminal that closes.
    for signal in ["-TERM", "-INT", "-HUP"] {
        let serve = Serve::start(&["--ready-file", "ready.json"], folder.path());
        appeared(&file);
        assert!(Command::new("kill").args([signal, &serve.process.id().to_string()]).status().unwrap().success());
        assert_eq!(serve.ended().0, Some(0), "{signal}");
        assert!(!file.exists(), "{signal}");
    }

    let killed = Serve::start(&["--ready-file", "ready.json"], folder.path());
    let old = json_of(&file);
    drop(killed);
    assert!(file.exists(), "nobody could remove it");
    // The port is taken, so this one never gets ready; the old file must not say otherwise.
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let run = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["serve", "--listen", &address, "--ready-file", "ready.json"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.code() == Some(2) && said.contains(&format!("cannot listen on {address}")), "{said}");
    assert!(!file.exists());

    let _next = Serve::start(&["--ready-file", "ready.json"], folder.path());
    assert_ne!(json_of(&file)["pid"], old["pid"]);
}

/// Whoever starts it so wants it to outlive the terminal.
#[cfg(target_os = "linux")]
#[test]
fn a_server_that_is_to_outlive_its_terminal_does() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Command::new("nohup")
        .arg(env!("CARGO_BIN_EXE_mockgento"))
        .args(["serve", "--listen", "127.0.0.1:0", "--ready-file", "ready.json"])
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let ready = json_of(&folder.path().join("ready.json"));
    assert!(Command::new("kill").args(["-HUP", &process.id().to_string()]).status().unwrap().success());
    std::thread::sleep(Duration::from_millis(200));
    let health = get(&format!("{}/health", ready["admin"].as_str().unwrap()));
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(health.starts_with("HTTP/1.1 200"), "{health}");
}

/// What is wrong with one of several shops is told with the place in the file, whatever it is.
#[test]
fn a_shop_of_a_file_that_cannot_be_served_is_told_with_its_line() {
    let folder = tempfile::tempdir().unwrap();
    for (shop, why) in [
        ("{seed: ./gone.yaml}", "cannot read the seed ./gone.yaml"),
        ("{user: ann, key: short}", "the API key"),
        ("{overrides: ./gone.yaml}", "cannot read the overrides ./gone.yaml"),
    ] {
        std::fs::write(folder.path().join("shops.yaml"), format!("shops:\n  live: {{}}\n  staging: {shop}\n")).unwrap();
        let run = Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .args(["serve", "--shops", "shops.yaml"])
            .current_dir(folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&run.stderr);
        assert_eq!(run.status.code(), Some(2), "{said}");
        assert!(said.contains("shops.yaml:3:3: the shop staging cannot be served") && said.contains(why), "{said}");
    }
}

#[test]
fn files_that_no_server_wrote_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments).current_dir(folder.path());
        let run = command.env("NO_COLOR", "1").output().unwrap();
        (run.status.code(), String::from_utf8_lossy(&run.stderr).into_owned())
    };
    std::fs::write(folder.path().join("notes.json"), "{\"dear\": \"diary\"}").unwrap();
    for (arguments, expected) in [
        (&["--ready-file", "notes.json"][..], "--ready-file notes.json: it is there, and no server wrote it"),
        (&["--port-file", "notes.json"], "--port-file notes.json: it is there, and no server wrote it"),
        (&["--ready-file", "nowhere/ready.json"], "--ready-file nowhere/ready.json: there is no folder nowhere"),
        (&["--ready-file", "a", "--port-file", "a"], "--ready-file and --port-file name the same file"),
        (&["--ready-file", "."], "--ready-file .: it is there, and no server wrote it"),
    ] {
        let (code, said) = run(arguments);
        assert!(code == Some(2) && said.contains(expected), "{arguments:?}: {said}");
    }
    assert_eq!(std::fs::read_to_string(folder.path().join("notes.json")).unwrap(), "{\"dear\": \"diary\"}");
}

fn answer(port: &str, head: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port.parse().unwrap())).unwrap();
    write!(stream, "GET /__admin/health HTTP/1.1\r\nConnection: close\r\n{head}\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn whoever_asks_by_another_name_needs_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let token = "a-token-of-twenty-ch";
    let serve = |arguments: &[&str]| {
        let files = ["--port-file", "port"];
        let serve = Serve::start(&[&files[..], arguments].concat(), folder.path());
        let port = appeared(&folder.path().join("port")).trim().to_owned();
        (serve, port)
    };
    let (with, port) = serve(&["--admin-token", token]);
    for (head, expected) in [
        ("Host: shop:8085".to_owned(), "403"),
        (format!("Host: shop:8085\r\nAuthorization: Bearer {token}"), "200"),
        (format!("Host: shop:8085\r\nAuthorization: Bearer {token}x"), "403"),
        (format!("Host: shop:8085\r\nAuthorization: Bearer {token}\r\nOrigin: http://evil.example"), "403"),
        ("Host: localhost".to_owned(), "200"),
    ] {
        let answer = answer(&port, &head);
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{head}: {answer}");
    }
    drop(with);
    std::fs::remove_file(folder.path().join("port")).unwrap();
    let (_without, port) = serve(&[]);
    let refused = answer(&port, &format!("Host: shop:8085\r\nAuthorization: Bearer {token}"));
    assert!(refused.starts_with("HTTP/1.1 403"), "{refused}");

    let short = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["serve", "--admin-token", "short-secret"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&short.stderr);
    assert!(short.status.code() == Some(2) && said.contains("too short") && !said.contains("short-secret"), "{said}");
}

/// A token in the environment is there for all shops of a file; one may do without a control API all the same.
#[test]
fn one_of_several_shops_has_no_control_api_whatever_the_token() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shops.yaml"), "shops: {open: {}, closed: {no-admin: yes}}\n").unwrap();
    let mut process = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["serve", "--shops", "shops.yaml", "--ready-file", "ready.json"])
        .env("MOCKGENTO_ADMIN_TOKEN", "a-token-of-twenty-ch")
        .current_dir(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let ready: Value = serde_json::from_str(&appeared(&folder.path().join("ready.json"))).unwrap();
    let has_admin = |name: &str| ready["shops"][name]["admin"].is_string();
    let (open, closed) = (has_admin("open"), has_admin("closed"));
    process.kill().unwrap();
    process.wait().unwrap();
    assert!(open && !closed, "{ready}");
}
