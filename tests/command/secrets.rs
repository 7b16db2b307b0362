//! Keys, passwords and session ids in no output and in no file, whatever the command, its flags and how it fails; and
//! files that are their owner's alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use mockgento::shop::generate::{Recipe, generate};
use mockgento::testing::TestShop;
use tempfile::TempDir;

const KEY: &str = "oro-key-4711";
const PASSWORD: &str = "hush-4711";
const WRONG: &str = "wrong-key-4711";

/// How the secrets are given.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Given {
    /// The key in the environment, the password in the URL.
    Environment,
    /// Both in files.
    Files,
    /// Both on the command line.
    CommandLine,
    /// A key that the shop refuses.
    Wrong,
}

struct World {
    shop: TestShop,
    folder: TempDir,
    /// What is a session id of this shop and stands nowhere else.
    sessions: regex::Regex,
}

struct Said {
    code: i32,
    text: String,
}

impl World {
    async fn new() -> Self {
        let recipe = Recipe {
            customers: 4,
            addresses: 4,
            carts: 2,
            orders: 4,
            items: 4,
            credit_memos: 1,
            products: 0,
            invoices: 0,
            shipments: 0,
            subscribers: 2,
            from: "2024-01-01T00:00:00Z".parse().unwrap(),
            to: "2024-01-10T00:00:00Z".parse().unwrap(),
            random_seed: 1,
        };
        let shop = TestShop::builder().seed(generate(&recipe).unwrap()).user("oro", KEY).running_clock().start().await;
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("key.txt"), format!("{KEY}\n")).unwrap();
        std::fs::write(folder.path().join("password.txt"), PASSWORD).unwrap();
        Self { shop, folder, sessions: regex::Regex::new("\\b[0-9a-f]{32}\\b").unwrap() }
    }

    fn url(&self, password: bool) -> String {
        let mut url = self.shop.wsdl_url();
        url.set_username("joe").unwrap();
        url.set_password(password.then_some(PASSWORD)).unwrap();
        url.to_string()
    }

    /// Runs a command in the folder; `URL` and `KEYS` among its words stand for where the shop is and its secrets.
    fn run(&self, words: &str, given: Given) -> Said {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mockgento"));
        command.current_dir(self.folder.path()).env("NO_COLOR", "1").env_remove("MOCKGENTO_API_KEY");
        for word in words.split_whitespace() {
            match (word, given) {
                ("URL", Given::Files) => command.args(["--url", &self.url(false)]),
                ("URL", _) => command.args(["--url", &self.url(true)]),
                ("KEYS", Given::Files) => {
                    command.args(["--api-key-file", "key.txt", "--url-password-file", "password.txt"])
                }
                ("KEYS", Given::CommandLine) => command.args(["--api-key", KEY]),
                ("KEYS", _) => &mut command,
                (word, _) => command.arg(word),
            };
        }
        match given {
            Given::Environment => drop(command.env("MOCKGENTO_API_KEY", KEY)),
            Given::Wrong => drop(command.env("MOCKGENTO_API_KEY", WRONG)),
            Given::Files | Given::CommandLine => {}
        }
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        for secret in [KEY, PASSWORD, WRONG] {
            assert!(!text.contains(secret), "{words} ({given:?}) prints {secret}:\n{text}");
        }
        let session = self.sessions.find(&text).map(|found| found.as_str());
        assert_eq!(session, None, "{words} ({given:?}) prints what looks like a session id:\n{text}");
        Said { code: output.status.code().unwrap(), text }
    }

    /// Every file below the folder but those that hold the secrets on purpose.
    fn files(&self) -> Vec<PathBuf> {
        let all = walkdir::WalkDir::new(self.folder.path()).into_iter().map(|entry| entry.unwrap());
        let files = all.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
        files.filter(|path| !path.ends_with("key.txt") && !path.ends_with("password.txt")).collect()
    }

    fn assert_files_are_private(&self, after: &str) {
        for path in self.files() {
            let bytes = std::fs::read(&path).unwrap();
            for secret in [KEY, PASSWORD, WRONG] {
                assert!(!holds(&bytes, secret), "after {after}: {} holds {secret}", path.display());
            }
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                let mode = path.metadata().unwrap().permissions().mode() & 0o777;
                assert_eq!(mode, 0o600, "after {after}: {}", path.display());
            }
        }
    }
}

fn holds(bytes: &[u8], secret: &str) -> bool {
    bytes.windows(secret.len()).any(|window| window == secret.as_bytes())
}

/// What is done with a shop, each with the exit code it has when it works.
const COMMANDS: &[(&str, i32)] = &[
    ("check URL --user oro KEYS", 0),
    ("check URL --user oro KEYS --json -vvv", 0),
    ("check URL --user oro KEYS --crm crm.sqlite --start-date 2024-01-01", 0),
    ("sync URL --user oro KEYS --crm crm.sqlite --start-date 2024-01-01 --dry-run --html plan.html --keep", 0),
    ("sync URL --user oro KEYS --crm crm.sqlite --start-date 2024-01-01 --dry-run --json --limit 3", 0),
    ("sync URL --user oro KEYS --crm crm.sqlite --start-date 2024-01-01 -vvv", 0),
    ("sync URL --user oro KEYS --crm crm.sqlite --start-date 2024-01-01 --json", 0),
    ("status --crm crm.sqlite", 0),
    ("completions bash", 0),
    ("man --out crm.sqlite/man", 2),
    ("scenarios crm.sqlite/suite", 2),
    ("status --crm crm.sqlite --json", 0),
    ("schedule --crm crm.sqlite", 0),
    ("integration show --crm crm.sqlite", 0),
    ("integration show --crm crm.sqlite --json", 0),
    ("integration set --crm crm.sqlite --two-way remote", 0),
    ("crm show customer --crm crm.sqlite --json", 0),
    ("crm export --crm crm.sqlite --out all.json", 0),
    ("crm export --crm crm.sqlite --format csv --out tables", 0),
    ("crm set customer 1 firstName=Janet --crm crm.sqlite", 0),
    ("sync URL --user oro KEYS --crm crm.sqlite --two-way remote --yes --force", 0),
    ("crm unsubscribe 1 --crm crm.sqlite KEYS -vvv", 0),
    ("crm subscribe 2 --crm crm.sqlite KEYS -vvv", 0),
    ("crm sync-data order #1 --crm crm.sqlite KEYS", 0),
    ("crm order-placed 1 --crm crm.sqlite KEYS", 0),
    ("crm create customer email=new@example.com firstName=New lastName=One --crm crm.sqlite", 0),
    ("crm register 3 --crm crm.sqlite", 0),
    ("crm move-cart 1 abandon --crm crm.sqlite", 0),
    ("crm add-contacts --crm crm.sqlite", 0),
    ("crm copy-addresses --crm crm.sqlite", 0),
    ("crm recalculate-lifetime --crm crm.sqlite", 0),
    ("undo URL --user oro KEYS crm.sqlite.audit.jsonl -vvv", 0),
    ("undo URL --user oro KEYS crm.sqlite.audit.jsonl --yes", 0),
    ("integration discovery --crm crm.sqlite", 0),
    ("integration deactivate --crm crm.sqlite", 0),
    ("sync URL --user oro KEYS --crm crm.sqlite --json", 1),
    ("integration activate --crm crm.sqlite", 0),
    ("compare URL --user oro KEYS --with fake --json", 1),
    ("record URL --user oro KEYS --out recorded --start-date 2024-01-01 -vvv", 0),
    ("replay recorded --crm replayed.sqlite", 0),
    ("status --crm replayed.sqlite --json", 0),
    ("integration delete --crm replayed.sqlite --yes", 0),
];

/// Words of [`COMMANDS`] that need a row or a file which is not there in every case: they may fail, and must be as silent.
const MAY_FAIL: &[&str] =
    &["compare", "crm", "undo", "integration delete", "sync URL --user oro KEYS --crm crm.sqlite --json"];

#[tokio::test(flavor = "multi_thread")]
async fn no_command_tells_a_secret_or_leaves_one_in_a_file() {
    for given in [Given::Environment, Given::Files, Given::CommandLine] {
        let world = World::new().await;
        for (words, code) in COMMANDS {
            let said = world.run(words, given);
            // Buttons have no URL on their command line, and what the shop is asked there needs no password.
            let is_known = said.code == *code || MAY_FAIL.iter().any(|start| words.starts_with(start));
            assert!(is_known, "{words} ({given:?}): {}: {}", said.code, said.text);
            world.assert_files_are_private(words);
        }
        assert!(world.files().len() > 20, "the commands left their files");
    }
}

/// The commands that the program itself knows, with those below them: `crm show`.
fn subcommands(command: &clap::Command, above: &str, found: &mut Vec<String>) {
    for below in command.get_subcommands().filter(|below| below.get_name() != "help") {
        let name = format!("{above} {}", below.get_name()).trim().to_owned();
        if below.has_subcommands() {
            subcommands(below, &name, found);
        } else {
            found.push(name);
        }
    }
}

/// Asked of the parser, so that a command that is new is among them.
#[test]
fn every_command_is_tried() {
    let mut all = Vec::new();
    subcommands(&mockgento::cli::command(), "", &mut all);
    assert!(all.len() > 40, "{all:?}");
    let tried: Vec<&str> =
        COMMANDS.iter().chain(super::secrets_of_scenarios::COMMANDS).map(|(words, _)| *words).collect();
    let is_tried =
        |name: &str| name == "serve" || tried.iter().any(|words| format!("{words} ").starts_with(&format!("{name} ")));
    let missing: Vec<&String> = all.iter().filter(|name| !is_tried(name)).collect();
    assert!(missing.is_empty(), "these commands are not tried: {missing:?}");
}

/// How a shop is started, and where it says its address.
#[cfg(target_os = "linux")]
const SERVED: &[&[&str]] = &[
    &[
        "--listen",
        "127.0.0.1:0",
        "--user",
        "joe",
        "--flavor",
        "openmage-20.16",
        "--mend-wsdl",
        "--ready-file",
        "ready.json",
    ],
    &["--shops", "shops.yaml", "--ready-file", "ready.json"],
];

/// The key of a shop's user is in nothing that it prints or shows, whatever the door; nor is what somebody tries as a key, or
/// a session.
#[cfg(target_os = "linux")]
#[test]
fn a_shop_tells_no_secret() {
    for words in SERVED {
        served_without_secrets(words);
    }
}

#[cfg(target_os = "linux")]
fn served_without_secrets(words: &[&str]) {
    use base64::Engine as _;
    use std::io::{BufRead as _, BufReader, Read as _, Write as _};
    let folder = tempfile::tempdir().unwrap();
    let shops = format!("shops: {{live: {{user: joe, key: {KEY}, flavor: openmage-20.16, mend-wsdl: yes}}}}\n");
    std::fs::write(folder.path().join("shops.yaml"), shops).unwrap();
    let mut shop = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .arg("serve")
        .args(words)
        .args(["--log", "trace"])
        .current_dir(folder.path())
        .env("MOCKGENTO_API_KEY", KEY)
        .env("NO_COLOR", "1")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut printed = BufReader::new(shop.stdout.take().unwrap());
    let mut first = String::new();
    while !first.contains("http://") {
        assert!(printed.read_line(&mut first).unwrap() > 0, "{words:?}: {first}");
    }
    let mut logged = shop.stderr.take().unwrap();
    let log = std::thread::spawn(move || {
        let mut text = String::new();
        logged.read_to_string(&mut text).unwrap();
        text
    });
    let address = first.split("http://").nth(1).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
    let ask = |head: &str, body: &str| {
        let (line, headers) = head.split_once('\n').unwrap_or((head, ""));
        let mut stream = std::net::TcpStream::connect(&address).unwrap();
        let length = body.len();
        write!(
            stream,
            "{line} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\nContent-Type: application/json\r\n{headers}\
             Content-Length: {length}\r\n\r\n{body}"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let login = |key: &str| {
        let body = format!(
            "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body><login><username>joe</username>\
             <apiKey>{key}</apiKey></login></e:Body></e:Envelope>"
        );
        body
    };
    let sessions = regex::Regex::new("\\b[0-9a-f]{32}\\b").unwrap();
    let begun =
        |answer: String| sessions.find(&answer).unwrap_or_else(|| panic!("a session: {answer}")).as_str().to_owned();
    let session = begun(ask("POST /api/v2_soap/", &login(KEY)));
    assert!(ask("POST /api/v2_soap/", &login(WRONG)).contains("Access denied"));
    // The other doors, each with a session of its own.
    let xml_rpc = |method: &str, values: &[&str]| {
        let values: String = values.iter().map(|value| format!("<param><value>{value}</value></param>")).collect();
        format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>{values}</params></methodCall>"
        )
    };
    let second = begun(ask("POST /api/xmlrpc/", &xml_rpc("login", &["joe", KEY])));
    ask("POST /api/xmlrpc/", &xml_rpc("login", &["joe", WRONG]));
    ask("POST /api/xmlrpc/", &xml_rpc("call", &[&second, "customer.list"]));
    ask("POST /api/xmlrpc/", &xml_rpc("call", &[&second, "no.such"]));
    ask(
        "POST /api/xmlrpc/",
        &xml_rpc("multiCall", &[&second, "<array><data><value>store.list</value></data></array>"]),
    );
    ask("POST /api/xmlrpc/", &xml_rpc("login", &["joe", KEY])[..120]);
    let inside = format!(
        "<array><data><value><struct><member><name>methodName</name><value>login</value></member><member><name>params</name>\
         <value><array><data><value>joe</value><value>{KEY}</value></data></array></value></member></struct></value></data></array>"
    );
    let inside = begun(ask("POST /api/xmlrpc/", &xml_rpc("system.multicall", &[&inside])));
    let third =
        begun(ask("POST /api/jsonrpc/", &format!("{{\"method\":\"login\",\"params\":[\"joe\",\"{KEY}\"],\"id\":1}}")));
    for body in [
        format!("{{\"method\":\"login\",\"params\":{{\"username\":\"joe\",\"apiKey\":\"{WRONG}\"}},\"id\":1}}"),
        format!("{{\"method\":\"login\",\"params\":[\"joe\",\"{KEY}\""),
        format!("{{\"method\":\"customer.list\",\"params\":[\"{third}\"],\"id\":\"{third}\"}}"),
        format!("{{\"method\":\"customer.list\",\"params\":{{\"sessionId\":\"{third}\"}},\"id\":1}}"),
    ] {
        ask("POST /api/jsonrpc/", &body);
    }
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("joe:{KEY}"));
    ask(
        &format!("POST /api/jsonrpc/\nAuthorization: Basic {basic}\r\n"),
        "{\"method\":\"store.list\",\"params\":[null],\"id\":1}",
    );
    let fourth = begun(ask("POST /api/soap/", &login(KEY)));
    ask("POST /api/soap/", &login(WRONG));
    ask("POST /api/soap/", &login(KEY)[..130]);
    // Secrets of bodies that cannot be read, of other forms, and in the wrong place.
    ask("POST /api/v2_soap/", &format!("<e><apiKey>{WRONG}</apiKey>"));
    ask(&format!("GET /api/v2_soap/?apiKey={WRONG}&wsdl=1"), "");
    ask(&format!("POST /api/soap/?password={WRONG}"), &format!("<apiKey>{WRONG}</apiKey>"));
    ask(&format!("GET /{session}/x"), "");
    let mut shown = String::new();
    for (path, body) in [
        ("requests/verify", "{\"calls\": [{\"to\": \"login\", \"with\": {\"apiKey\": \"nothing\"}}]}"),
        (
            "requests/verify",
            "{\"calls\": [{\"to\": \"customerCustomerList\", \"with\": {\"sessionId\": \"nothing\"}}]}",
        ),
        ("requests/verify", "{\"calls\": [], \"nothing else\": true}"),
        ("stubs", "{\"operation\": \"login\", \"when\": {\"apiKey\": \"nothing\"}, \"fault\": {\"code\": 2}}"),
        ("checkpoints", "{\"save\": \"now\"}"),
        ("modules", "{\"name\": \"x\"}"),
        ("disruptions", "{\"disruption\": \"access-denied\", \"when\": {\"operation\": \"storeList\"}}"),
    ] {
        shown.push_str(&ask(&format!("POST /__admin/{path}"), body));
    }
    ask("POST /api/v2_soap/", &login(WRONG));
    for path in [
        "requests",
        "state",
        "settings",
        "disruptions",
        "clock",
        "health",
        "openapi.json",
        "ui",
        "stubs",
        "checkpoints",
        "modules",
        "nothing",
        "requests?outcome=fault",
    ] {
        shown.push_str(&ask(&format!("GET /__admin/{path}"), ""));
    }
    for number in 1..=30 {
        shown.push_str(&ask(&format!("GET /__admin/requests/{number}"), ""));
    }
    let arguments = std::fs::read(format!("/proc/{}/cmdline", shop.id())).unwrap();
    let ready = std::fs::read_to_string(folder.path().join("ready.json")).unwrap();
    shop.kill().unwrap();
    shop.wait().unwrap();
    printed.read_to_string(&mut first).unwrap();
    let log = log.join().unwrap();
    assert!(log.contains("login") && shown.contains("joe") && ready.contains(&address), "something is said at all");
    for (what, text) in [
        ("the console and the control API", shown.as_str()),
        ("the log", &log),
        ("standard output", &first),
        ("the ready file", &ready),
        ("the process arguments", &String::from_utf8_lossy(&arguments)),
    ] {
        for secret in [KEY, WRONG, &basic, &session, &second, &third, &fourth, &inside] {
            let at = text.find(secret);
            let around = at.map(|at| &text[text.floor_char_boundary(at.saturating_sub(300))..at]);
            assert_eq!(around, None, "{words:?}: {what} tells {secret}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_failure_tells_a_secret() {
    let world = World::new().await;
    assert_eq!(
        world.run("sync URL --user oro KEYS --crm crm.sqlite --start-date 2024-01-01", Given::Environment).code,
        0
    );
    for (words, _) in COMMANDS.iter().filter(|(words, _)| words.contains("KEYS")) {
        let said = world.run(words, Given::Wrong);
        assert!(said.code > 0, "{words}: {}", said.text);
    }
    for (tried, url) in [
        "http://joe:hush-4711@",
        "http://joe:hush-4711@[broken/",
        "http://joe:hush-4711@shop:port/",
        "http://joe:1/hush-4711@shop/",
        "http://joe:1#hush-4711@shop/",
        "http://joe:1?hush-4711@shop/",
        "//joe:hush-4711@shop/",
        "joe:hush-4711@shop",
        "ftp://joe:hush-4711@shop/",
        "http//joe:hush-4711@shop/",
        "http://joe:hush-4711@127.0.0.1:1/",
        "https://joe:hush-4711@127.0.0.1:1/?wsdl=1",
    ]
    .into_iter()
    .enumerate()
    {
        // The first three in every place, the others where addresses belong.
        let places = if tried < 3 { usize::MAX } else { 2 };
        let commands = [
            "check --url IT --user oro",
            "check --url=IT --user oro",
            "check --urll IT --user oro",
            "check --user oro IT",
            "check --wsi=IT --user oro",
            "check --timeout IT",
            "sync --url IT --user oro --crm new.sqlite",
            "sync --url IT --user oro --crm new.sqlite --dry-run",
            "sync --url URL --user oro --crm crm.sqlite --allow-origin IT --start-date IT",
            "compare --url IT --user oro --with fake",
            "compare --url http://127.0.0.1:1/ --with IT --user oro",
            "record --url IT --user oro --out nowhere",
            "integration set --crm crm.sqlite --admin-url IT",
            "integration set --crm crm.sqlite --two-way IT",
            "IT",
        ];
        for command in commands.into_iter().take(places) {
            let said = world.run(&command.replace("IT", url), Given::Environment);
            assert!(said.code > 0, "{command} {url}: {}", said.text);
            world.assert_files_are_private(command);
        }
    }
    for words in [
        "check --api-key oro-key-4711 --nonsense",
        "check --apikey oro-key-4711",
        "check --api_key=oro-key-4711",
        "check oro-key-4711 --user oro",
        "check --api-key oro-key-4711 --api-key oro-key-4711",
        "check --api-key oro-key-4711 --key-file key.txt",
        "sync --key=oro-key-4711 --website oro-key-4711",
    ] {
        assert_eq!(world.run(words, Given::CommandLine).code, 2, "{words}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_file_loses_its_secrets_with_a_word_and_keeps_them_only_on_purpose() {
    let world = World::new().await;
    let crm = world.folder.path().join("crm.sqlite");
    let all = || -> Vec<u8> { world.files().into_iter().flat_map(|path| std::fs::read(path).unwrap()).collect() };
    let sync = "sync URL --user oro KEYS --crm crm.sqlite --start-date 2024-01-01";
    assert_eq!(world.run(&format!("{sync} --save-key"), Given::Environment).code, 0);
    assert!(holds(&all(), KEY) && holds(&all(), PASSWORD), "they were asked to be kept");
    assert_eq!(world.run("crm sync-data order #1 --crm crm.sqlite", Given::Files).code, 0, "the kept key serves");
    assert_eq!(world.run("integration set --crm crm.sqlite --forget-key", Given::Environment).code, 0);
    world.assert_files_are_private("--forget-key");
    let said = world.run("crm sync-data order #1 --crm crm.sqlite", Given::Files);
    assert!(said.code == 2 && said.text.contains("MOCKGENTO_API_KEY"), "{}", said.text);

    let raw = rusqlite::Connection::open(&crm).unwrap();
    raw.execute("UPDATE integration SET apiKey = ?, apiUrl = ?", [KEY, &world.url(true)]).unwrap();
    drop(raw);
    open_to_all(&crm);
    assert!(holds(&all(), KEY));
    let said = world.run("status --crm crm.sqlite", Given::Files);
    assert!(said.text.contains("in the CRM file and are no longer"), "{}", said.text);
    world.assert_files_are_private("an older file was opened");
    assert!(!world.run("status --crm crm.sqlite", Given::Files).text.contains("note:"), "it is run once");
    assert_eq!(world.run(sync, Given::Environment).code, 0, "the integration is found by its URL without password");
}

#[cfg(unix)]
fn open_to_all(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666)).unwrap();
}

#[cfg(not(unix))]
fn open_to_all(_: &Path) {}

/// A page for debugging repeats what it was sent, and so does the header that carries the password.
#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_hidden_in_the_form_in_which_it_travels() {
    use base64::Engine as _;
    use std::io::{Read as _, Write as _};
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("joe:{PASSWORD}"));
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let wsdl = String::from_utf8(
        Command::new(env!("CARGO_BIN_EXE_mockgento"))
            .arg("wsdl")
            .args(["--address", &format!("http://127.0.0.1:{port}/")])
            .output()
            .unwrap()
            .stdout,
    )
    .unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut head = vec![0; 65_536];
            let read = stream.read(&mut head).unwrap_or_default();
            let head = String::from_utf8_lossy(&head[..read]).into_owned();
            let sent =
                head.lines().find(|line| line.to_lowercase().starts_with("authorization:")).unwrap_or("").to_owned();
            let (kind, body) = match head.starts_with("GET") {
                true => ("text/xml", wsdl.clone()),
                false => ("text/html", format!("<html>debug: {sent} joe:{PASSWORD}</html>")),
            };
            let answer = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    let output = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(["check", "--user", "oro", "--url", &format!("http://joe:{PASSWORD}@127.0.0.1:{port}/?wsdl=1")])
        .env("NO_COLOR", "1")
        .env("MOCKGENTO_API_KEY", KEY)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(text.contains("debug:"), "the page is repeated: {text}");
    assert!(!text.contains(basic.trim_end_matches('=')) && !text.contains(PASSWORD), "{text}");
}

#[test]
fn an_address_of_a_wsdl_is_never_repeated_with_its_password() {
    for address in [
        "HTTP://joe:hush-4711@127.0.0.1:1/",
        "http//joe:hush-4711@h/",
        "http:/joe:hush-4711@127.0.0.1:1/",
        "joe:hush-4711@h/api",
        "ftp://joe:hush-4711@h/",
        "  http://joe:hush-4711@127.0.0.1:1/ ",
        "http://joe:hush-4711@127.0.0.1:1/",
    ] {
        for command in [&["serve", "--listen", "127.0.0.1:0"][..], &["wsdl"]] {
            let output = Command::new(env!("CARGO_BIN_EXE_mockgento")).args(command).args(["--wsdl", address]).output();
            let output = output.unwrap();
            let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
            assert_eq!(output.status.code(), Some(2), "{address}: {text}");
            assert!(text.contains("WSDL") || text.contains("--wsdl"), "{address}: {text}");
            assert!(!text.contains("hush"), "{address}: {text}");
        }
    }
}

/// What is there stays until the new one is whole.
#[cfg(unix)]
#[test]
fn a_file_that_cannot_be_written_whole_leaves_what_was_there() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("seed.json");
    std::fs::write(&out, "precious").unwrap();
    // No file may grow beyond four kilobytes.
    let line = format!(
        "ulimit -f 8; exec {} generate --customers 50 --out {}",
        env!("CARGO_BIN_EXE_mockgento"),
        out.display()
    );
    let output = Command::new("sh").args(["-c", &line]).output().unwrap();
    assert!(!output.status.success());
    assert_eq!(std::fs::read_to_string(&out).unwrap(), "precious");
}
