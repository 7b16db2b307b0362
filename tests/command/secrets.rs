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
    ("crm sync-data order #1 --crm crm.sqlite KEYS", 0),
    ("compare URL --user oro KEYS --with fake --json", 1),
    ("record URL --user oro KEYS --out recorded --start-date 2024-01-01 -vvv", 0),
    ("replay recorded --crm replayed.sqlite", 0),
    ("status --crm replayed.sqlite --json", 0),
];

#[tokio::test(flavor = "multi_thread")]
async fn no_command_tells_a_secret_or_leaves_one_in_a_file() {
    for given in [Given::Environment, Given::Files, Given::CommandLine] {
        let world = World::new().await;
        for (words, code) in COMMANDS {
            let said = world.run(words, given);
            // Buttons have no URL on their command line, and what the shop is asked there needs no password.
            let is_known = said.code == *code || words.starts_with("compare") || words.starts_with("crm unsubscribe");
            assert!(is_known, "{words} ({given:?}): {}: {}", said.code, said.text);
            world.assert_files_are_private(words);
        }
        assert!(world.files().len() > 20, "the commands left their files");
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
