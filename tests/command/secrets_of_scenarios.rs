//! Keys, passwords and session ids of scenarios and of somebody's own client in no output, report or other file, and in no
//! argument of a process that is started.

use std::path::{Path, PathBuf};
use std::process::Command;

const KEY: &str = "oro-key-4711";
const PASSWORD: &str = "hush-4711";

/// What is done with scenarios, each with the exit codes it may have.
pub const COMMANDS: &[(&str, i32)] = &[
    ("init made", 0),
    ("list", 0),
    ("coverage", 0),
    ("migrate --check", 0),
    ("run --accept --report junit=run.xml --report json=run.json --report tap=run.tap --report html=run.html", 0),
    ("run --check --tcp --quiet", 0),
    ("run broken/key.yaml --report junit=key.xml --report json=key.json --report html=key.html", 1),
    ("run --client client.yaml --report junit=theirs.xml --report json=theirs.json --report html=theirs.html", 1),
    ("run --client rows.yaml --report junit=rows.xml --report json=rows.json --report html=rows.html", 1),
    ("run --client address.yaml --report junit=address.xml --report json=address.json --report html=address.html", 2),
    ("run --client adapter.yaml --report junit=adapter.xml --report json=adapter.json --report html=adapter.html", 1),
    (
        "run --client settings.yaml --report junit=settings.xml --report json=settings.json --report html=settings.html",
        1,
    ),
    ("conform --client client.yaml --report junit=c.xml --report json=c.json --report html=c.html", 1),
    ("explore --max-runs 4 --reproduce lost", 0),
    ("explore --max-runs 4 --json", 0),
    ("explore --client client.yaml --max-runs 2", 2),
    ("simulate --scenarios 1 --seed 1", 0),
    ("simulate --scenarios 1 --seed 1 --json", 0),
    ("review", 0),
    ("accept", 0),
    ("reject", 0),
    ("report merge run.json theirs.json --report html=merged.html", 1),
    ("schema", 0),
    ("quirks", 0),
    ("wsdl", 0),
    ("generate --customers 2", 0),
    ("seed convert dump.sql", 0),
    ("seed from mysql://acme@127.0.0.1:1/acme", 2),
    ("seed from mysql://acme:hush-4711@127.0.0.1:1/acme", 2),
    ("seed from mysql://acme:hush-4711@[broken/acme", 2),
    ("seed corner-shop", 0),
    ("new orders/refund", 0),
];

/// A client that tells everything it knows.
const TELLS: &str = r#"
title: Tells
commands:
  reset: 'true'
  configure: sh -c 'cat'
  check: sh tell.sh
  sync: sh tell.sh
"#;

const TELL: &str = r#"
echo "out $MAGENTO_API_KEY $ACME_DSN"
echo "err $MAGENTO_API_KEY $ACME_DSN" >&2
for process in $$ $PPID; do tr '\0' ' ' < /proc/$process/cmdline >> arguments; done
cat
exit 3
"#;

fn place() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let seed = std::fs::read_to_string(root.join("scenarios/seeds/boutique.yaml")).unwrap();
    let seed = format!("api_users: [{{username: oro, api_key: {KEY}, role: [all]}}]\n{seed}");
    let scenario = |key: &str, word: &str| {
        format!(
            "title: First\nshop: {{seed: boutique}}\nintegration: {{api user: oro, api key: {key}, entities: [customer], \
             sync start date: 2024-01-01}}\nsteps:\n  - {word}\n  - sync\n  - expect: {{outcome: success}}\n  - snapshot: {{name: end, of: [outcome, crm, trace]}}\n"
        )
    };
    for below in ["scenarios", "broken"] {
        write(&format!("{below}/seeds/boutique.yaml"), &seed);
    }
    write("scenarios/first.yaml", &scenario(KEY, "check connection"));
    write("broken/key.yaml", &scenario(&format!("x{KEY}"), "check connection"));
    write("tell.sh", TELL);
    write("client.yaml", &format!("{TELLS}crm: {{command: sh tell.sh}}\n"));
    let tables = "tables: {customer: SELECT 1}";
    write(
        "rows.yaml",
        &format!("{}crm: {{database: {{env: ACME_DSN}}, {tables}}}\n", TELLS.replace("sh tell.sh", "'true'")),
    );
    write(
        "address.yaml",
        &format!("{}crm: {{database: {{env: BAD_DSN}}, {tables}}}\n", TELLS.replace("sh tell.sh", "'true'")),
    );
    write("adapter.yaml", "title: A\nadapter: sh tell.sh\n");
    write("settings.yaml", "title: S\nadapter: sh settings.sh\n");
    write(
        "settings.sh",
        "read -r a; echo '{\"id\": 1, \"ok\": true}'; read -r b; read -r b; echo \"$b\" >&2; echo \"$b\"\n",
    );
    let dump = std::fs::read_to_string(root.join("tests/fixtures/dump/shop.sql")).unwrap();
    let secrets = format!(
        "CREATE TABLE `mage_api_user` (`user_id` int, `username` varchar(40), `api_key` varchar(100), `is_active` int);\n\
         INSERT INTO `mage_api_user` VALUES (1,'oro','{KEY}',1);\n\
         CREATE TABLE `mage_core_config_data` (`config_id` int, `scope` varchar(8), `scope_id` int, `path` varchar(255), `value` text);\n\
         INSERT INTO `mage_core_config_data` VALUES (1,'default',0,'payment/acme/password','{PASSWORD}'),\
         (2,'default',0,'smtp/acme/api_key','{KEY}');\n"
    );
    write("dump.sql", &format!("{dump}\n{secrets}"));
    folder
}

fn run(folder: &Path, words: &str) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mockgento"))
        .args(words.split_whitespace())
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env("ACME_DSN", format!("postgresql://acme:{PASSWORD}@127.0.0.1:1/acme"))
        .env("MOCKGENTO_DATABASE_PASSWORD", PASSWORD)
        .env("BAD_DSN", format!("postgresql://acme:{PASSWORD}@[broken/acme"))
        .env_remove("CI")
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
}

/// Files that hold the secrets because somebody wrote them there.
fn is_source(path: &Path, folder: &Path) -> bool {
    let below = path.strip_prefix(folder).unwrap();
    below.starts_with("scenarios")
        || below.starts_with("broken")
        || below.starts_with("lost")
        || below.ends_with("dump.sql")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let all = walkdir::WalkDir::new(folder).into_iter().map(|entry| entry.unwrap());
    let files = all.filter(|entry| entry.file_type().is_file()).map(walkdir::DirEntry::into_path);
    files.filter(|path| !is_source(path, folder)).collect()
}

/// A report packs what it shows.
fn readable(path: &Path) -> String {
    use base64::Engine as _;
    use std::io::Read as _;
    let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
    let packs: String = text
        .split(['"', '<', '>', '\''])
        .filter(|piece| piece.len() > 200)
        .filter_map(|piece| base64::engine::general_purpose::STANDARD.decode(piece.trim()).ok())
        .filter_map(|bytes| {
            let mut plain = String::new();
            flate2::read::GzDecoder::new(bytes.as_slice()).read_to_string(&mut plain).ok()?;
            Some(plain)
        })
        .collect();
    text + &packs
}

#[test]
fn no_scenario_and_no_client_tells_a_secret() {
    let folder = place();
    let sessions = regex::Regex::new("\\b[0-9a-f]{32}\\b").unwrap();
    for (words, expected) in COMMANDS {
        let (code, text) = run(folder.path(), words);
        assert_eq!(code, Some(*expected), "{words}: {text}");
        let mut told = vec![(words.to_string(), text)];
        told.extend(files(folder.path()).iter().map(|path| (format!("{words}: {}", path.display()), readable(path))));
        for (what, text) in told {
            for secret in [KEY, PASSWORD] {
                let at = text.find(secret).map(|at| &text[text.floor_char_boundary(at.saturating_sub(300))..at]);
                assert_eq!(at, None, "{what} tells {secret}");
            }
            let session = sessions.find(&text).map(|found| found.as_str());
            assert_eq!(session, None, "{what} tells what looks like a session id");
        }
    }
    let arguments = std::fs::read_to_string(folder.path().join("arguments")).unwrap();
    assert!(
        arguments.contains("tell.sh") && arguments.contains("--client"),
        "the processes were looked at: {arguments}"
    );
    let html = folder.path().join("theirs.html");
    assert!(readable(&html).contains("out ***"), "what a client said is in the report");
}
