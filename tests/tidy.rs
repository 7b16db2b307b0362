//! House rules that no compiler checks: what a module must not contain. See "Invariants" in `ARCHITECTURE.md`.

#![expect(clippy::expect_used, reason = "helpers of a test may fail it")]

use std::path::{Path, PathBuf};

/// A text that may only occur under some places of `src`.
struct Rule {
    forbidden: &'static str,
    allowed_in: &'static [&'static str],
    why: &'static str,
}

const RULES: &[Rule] = &[
    Rule { forbidden: "Timestamp::now(", allowed_in: &["clock.rs"], why: "only the clock reads wall time" },
    Rule { forbidden: "SystemTime", allowed_in: &[], why: "only the clock reads wall time" },
    Rule { forbidden: "Zoned::now(", allowed_in: &[], why: "only the clock reads wall time" },
    Rule { forbidden: "quick_xml", allowed_in: &["xml/"], why: "quick-xml stays behind the xml module" },
    Rule { forbidden: "rusqlite", allowed_in: &["crm/"], why: "SQL stays in crm" },
    Rule {
        forbidden: "hyper::",
        allowed_in: &["server/", "transport/", "disrupt/wire.rs"],
        why: "HTTP stays at the sockets",
    },
    Rule { forbidden: "println!(", allowed_in: &["cli/", "report/", "main.rs"], why: "only cli and report print" },
    Rule {
        forbidden: "miette",
        allowed_in: &["cli/", "main.rs", "scenario/"],
        why: "the library returns typed errors",
    },
    Rule {
        forbidden: "anstream::std",
        allowed_in: &["cli/output.rs", "report/console.rs"],
        why: "what is printed goes through cli::output, which shows what would act on a terminal",
    },
    Rule {
        forbidden: "io::stdout()",
        allowed_in: &["cli/output.rs"],
        why: "what is printed goes through cli::output, which shows what would act on a terminal",
    },
    Rule { forbidden: " rand::", allowed_in: &[], why: "randomness is seeded through rand_chacha" },
    Rule { forbidden: "thread_rng", allowed_in: &[], why: "randomness is seeded through rand_chacha" },
    Rule { forbidden: "std::process::exit", allowed_in: &["main.rs"], why: "one place ends the process" },
];

/// Folders whose code is synchronous.
const SYNCHRONOUS: &[&str] = &["xml/", "soap/", "magento/", "shop/", "crm/"];

/// A folder and the modules it must not import.
const IMPORTS: &[(&str, &[&str])] = &[
    ("xml/", &["soap", "magento", "shop", "server", "client", "crm", "sync", "scenario", "cli"]),
    ("soap/", &["magento", "shop", "server", "client", "crm", "sync", "scenario", "cli"]),
    ("magento/", &["shop", "server", "client", "crm", "sync", "scenario", "cli"]),
    ("shop/", &["server", "client", "crm", "sync", "scenario", "cli", "transport"]),
    ("server/", &["client", "crm", "sync", "scenario", "cli"]),
    ("testing/", &["client", "crm", "sync", "scenario", "cli", "transport"]),
    ("disrupt/", &["shop", "client", "crm", "sync", "scenario", "cli"]),
    ("client/", &["shop", "server", "disrupt", "crm", "sync", "scenario", "cli"]),
    ("crm/", &["soap", "xml", "magento", "shop", "server", "client", "sync", "scenario", "cli", "transport"]),
    ("sync/", &["shop", "server", "disrupt", "scenario", "cli"]),
    ("snapshot/", &["shop", "server", "client", "crm", "sync", "cli"]),
    ("report/", &["shop", "client", "crm", "sync", "cli"]),
];

fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files: Vec<PathBuf> = walkdir::WalkDir::new(&root)
        .into_iter()
        .filter_map(Result::ok)
        .map(walkdir::DirEntry::into_path)
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    files.sort();
    files
        .into_iter()
        .map(|path| {
            let text = std::fs::read_to_string(&path).expect("a readable source file");
            let name = path.strip_prefix(&root).expect("below src").display().to_string();
            (name, text)
        })
        .collect()
}

/// Lines of rules and code, without comments and without the unit tests at a file's end.
fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .take_while(|(_, line)| !line.starts_with("#[cfg(test)]"))
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
        .map(|(at, line)| (at + 1, line))
}

#[test]
fn every_module_keeps_to_its_layer() {
    let mut findings = Vec::new();
    for (name, text) in sources() {
        for (number, line) in code_lines(&text) {
            for rule in RULES {
                if line.contains(rule.forbidden) && !rule.allowed_in.iter().any(|place| name.starts_with(place)) {
                    findings.push(format!("src/{name}:{number}: `{}`: {}", rule.forbidden, rule.why));
                }
            }
            if line.contains("async fn") && SYNCHRONOUS.iter().any(|place| name.starts_with(place)) {
                findings.push(format!("src/{name}:{number}: async below the sockets"));
            }
            for (folder, modules) in IMPORTS {
                for module in modules.iter().filter(|_| name.starts_with(folder)) {
                    if line.contains(&format!("crate::{module}::")) || line.contains(&format!("crate::{module}:")) {
                        findings.push(format!("src/{name}:{number}: {folder} must not know {module}"));
                    }
                }
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn every_folder_says_what_lives_there() {
    for (name, text) in sources().into_iter().filter(|(name, _)| name.ends_with("mod.rs")) {
        assert!(text.starts_with("//! ") && text.lines().next().is_some_and(|line| line.len() > 30), "src/{name}");
    }
}
