//! Mistakes at the command line and mistakes that only show when a scenario runs, each as typed, with the whole text of what
//! is answered and the exit code. Mistakes in files are in `tests/language/mistakes.txt`.
//!
//! Each part of `mistakes.txt` begins with `#####`; lines with a bar are the file `scenarios/a.yaml`, or the file that the last
//! line with an at sign names; lines with a dollar are commands. They run in one project of `mockgento init`; `$SHOP` is the WSDL of a shop with the key `oro-key-1`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use mockgento::shop::Seed;
use mockgento::testing::TestShop;

/// What a command prints and exits with.
fn answer(folder: &Path, shop: &str, command: &str) -> String {
    let binary = Path::new(env!("CARGO_BIN_EXE_mockgento"));
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let output = Command::new("sh")
        .args(["-c", &format!("{{ {command}\n}} 2>&1")])
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env("SHOP", shop)
        .env("MOCKGENTO_API_KEY", "oro-key-1")
        .env_remove("CI")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    format!("$ {command}\n{text}exit {}\n", output.status.code().unwrap())
}

/// The files of a part.
fn files(lines: &str) -> BTreeMap<String, String> {
    let mut files: BTreeMap<String, String> = BTreeMap::new();
    let mut name = "scenarios/a.yaml";
    for line in lines.lines() {
        if let Some(file) = line.strip_prefix("@ ") {
            name = file;
            files.entry(file.to_owned()).or_default();
        } else if let Some(text) = line.strip_prefix('|') {
            files.entry(name.to_owned()).or_default().extend([text, "\n"]);
        }
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_is_answered_with_what_to_do() {
    answered("command_mistakes", include_str!("mistakes.txt")).await;
}

/// The same of those who put a client of their own in the place of the sync.
#[tokio::test(flavor = "multi_thread")]
async fn every_mistake_about_a_client_is_answered_with_what_to_do() {
    answered("client_mistakes", include_str!("client_mistakes.txt")).await;
}

async fn answered(name: &str, parts: &str) {
    let snapshot = name;
    let shop = TestShop::builder().seed(Seed::corner_shop_people().unwrap()).running_clock().start().await;
    let url = shop.wsdl_url().to_string();
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    answer(at, &url, "mockgento init .");
    answer(at, &url, "mockgento run --accept");
    let synced = answer(at, &url, "mockgento sync --url $SHOP --user oro --crm tour.sqlite --start-date 2026-01-01");
    assert!(synced.ends_with("exit 0\n"), "{synced}");
    let mut told = String::new();
    for part in parts.split("##### ").skip(1) {
        let (name, lines) = part.split_once('\n').unwrap();
        let files = files(lines);
        for (file, text) in &files {
            let file = at.join(file);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, text).unwrap();
        }
        told.push_str(&format!("##### {name}\n"));
        for command in lines.lines().filter_map(|line| line.strip_prefix("$ ")) {
            told.push_str(&answer(at, &url, command));
        }
        told.push('\n');
        for file in files.keys() {
            let _ = std::fs::remove_file(at.join(file));
        }
    }
    let port = shop.wsdl_url().port().unwrap().to_string();
    let told = told.replace(&format!(":{port}"), ":PORT").replace(&at.display().to_string(), "PROJECT");
    insta::with_settings!({
        filters => vec![
            (r"\d+ ms", "[time]"),
            (r"in \d+(\.\d)? s\b", "in [time]"),
            (r"(?m)^SLOW .*\n", ""),
            (r"(?m)  slow$", ""),
            (r"failed, \d+ slow in", "failed in"),
            (r"has come to [0-9-]+ [0-9:]+", "has come to [moment]"),
            (r"\d+ days behind", "[n] days behind"),
        ],
        omit_expression => true,
        prepend_module_to_snapshot => false,
    }, {
        insta::assert_snapshot!(snapshot, told);
    });
}
