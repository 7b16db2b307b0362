//! House rules that no compiler checks: what a module must not contain. See "Invariants" in `ARCHITECTURE.md`.

#![expect(clippy::expect_used, reason = "helpers of a test may fail it")]

mod circles;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;

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
    Rule { forbidden: "rusqlite", allowed_in: &["crm/", "database/"], why: "SQL stays in crm and database" },
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
    Rule { forbidden: "fs::read(", allowed_in: &[], why: "files are read up to a limit, through bounded" },
    Rule { forbidden: "fs::read_to_string(", allowed_in: &[], why: "files are read up to a limit, through bounded" },
    Rule {
        forbidden: "std::process::exit",
        allowed_in: &["main.rs", "cli/interrupt.rs"],
        why: "ends of the process are in two places",
    },
];

/// Folders whose code is synchronous.
const SYNCHRONOUS: &[&str] = &["xml/", "soap/", "doors/", "magento/", "shop/", "crm/"];

/// Every folder of `src` and the folders that it may import, bottom up. A folder that is not here, or an import that is not,
/// is a finding: the table is the map of `ARCHITECTURE.md`. Files beside `lib.rs` are leaves: every folder may import them,
/// and they import nothing but other leaves.
const LAYERS: &[(&str, &[&str])] = &[
    ("xml", &[]),
    ("soap", &["xml"]),
    ("magento", &["soap", "xml"]),
    ("doors", &["soap", "xml"]),
    ("matching", &["soap"]),
    ("disrupt", &["magento", "matching", "soap"]),
    ("shop", &["magento", "matching", "soap", "xml"]),
    ("server", &["disrupt", "doors", "magento", "matching", "shop", "soap", "xml"]),
    ("testing", &["disrupt", "magento", "server", "shop", "soap"]),
    ("transport", &[]),
    ("client", &["magento", "soap", "transport", "xml"]),
    ("crm", &[]),
    ("sync", &["client", "crm", "magento", "soap", "transport"]),
    ("snapshot", &[]),
    ("database", &[]),
];

/// Modules that stand on both towers and may import anything below the command line.
const ABOVE_BOTH: &[&str] = &["api", "compare", "record", "scenario", "report"];

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
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// Whoever matches an error of ours must be ready for one that a later release adds.
#[test]
fn every_error_type_may_grow() {
    let mut findings = Vec::new();
    for (name, text) in sources() {
        let file = syn::parse_file(&text).expect("a source file that parses");
        for item in file.items.iter().filter_map(|item| match item {
            syn::Item::Enum(item) if matches!(item.vis, syn::Visibility::Public(_)) => Some(item),
            _ => None,
        }) {
            let has = |wanted: &str| {
                item.attrs.iter().any(|attribute| attribute.to_token_stream().to_string().contains(wanted))
            };
            if has("thiserror") && !has("non_exhaustive") {
                findings.push(format!("src/{name}: {} is not `#[non_exhaustive]`", item.ident));
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// Lines of rustdoc that say nothing to who reads them on a page of their own, and what to write instead.
const RIDDLES: &[&str] = &[
    "All of them.",
    "As it is.",
    "As it was.",
    "Both of them.",
    "How.",
    "How it went.",
    "Its key.",
    "Its word.",
    "Key.",
    "None.",
    "Nobody.",
    "Of a result.",
    "Of what.",
    "One of them.",
    "One reason.",
    "That many.",
    "They do.",
    "They differ.",
    "What it is.",
    "What it said.",
    "What it says.",
    "What is asked.",
    "What is wrong.",
    "What there was.",
    "What was called.",
    "What was there.",
    "Which, from 0.",
    "Which one.",
    "Which of several.",
    "Whose.",
    "Whose run.",
];

#[test]
fn no_rustdoc_is_a_riddle() {
    let mut findings = Vec::new();
    for (name, text) in sources() {
        for (at, line) in text.lines().enumerate() {
            if line.trim_start().strip_prefix("/// ").is_some_and(|doc| RIDDLES.contains(&doc)) {
                findings.push(format!("src/{name}:{}: say what the thing is: {}", at + 1, line.trim()));
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// The names after `crate::` in a file, its comments, strings and unit tests left out: what it imports, wherever the path
/// stands, in a `use` tree, in an expression or inside a macro.
fn imported(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    // `syn` reads items, so that those for tests only can be left out; their tokens hold the paths.
    let file = syn::parse_file(text).expect("a source file that parses");
    for item in file.items.iter().filter(|item| !is_for_tests(item)) {
        collect(item.to_token_stream(), &mut found);
    }
    found
}

fn is_for_tests(item: &syn::Item) -> bool {
    let (syn::Item::Mod(syn::ItemMod { attrs, .. }) | syn::Item::Use(syn::ItemUse { attrs, .. })) = item else {
        return false;
    };
    attrs.iter().any(|attribute| attribute.to_token_stream().to_string().contains("cfg (test)"))
}

fn collect(tokens: TokenStream, found: &mut BTreeSet<String>) {
    let trees: Vec<TokenTree> = tokens.into_iter().collect();
    for (at, tree) in trees.iter().enumerate() {
        match tree {
            TokenTree::Group(group) => collect(group.stream(), found),
            TokenTree::Ident(word) if word == "crate" && is_path(&trees[at + 1..]) => match trees.get(at + 3) {
                Some(TokenTree::Ident(module)) => drop(found.insert(module.to_string())),
                Some(TokenTree::Group(list)) => found.extend(heads(list.stream())),
                _ => {}
            },
            _ => {}
        }
    }
}

fn is_path(rest: &[TokenTree]) -> bool {
    let is_colon = |tree: Option<&TokenTree>| matches!(tree, Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    is_colon(rest.first()) && is_colon(rest.get(1))
}

/// The first names of the branches of a `use` tree.
fn heads(list: TokenStream) -> Vec<String> {
    let mut heads = Vec::new();
    let mut is_first = true;
    for tree in list {
        match tree {
            TokenTree::Ident(word) if is_first => {
                heads.push(word.to_string());
                is_first = false;
            }
            TokenTree::Punct(mark) if mark.as_char() == ',' => is_first = true,
            _ => {}
        }
    }
    heads
}

#[test]
fn imports_run_down_the_layers() {
    let sources = sources();
    let leaves: BTreeSet<&str> = sources.iter().filter_map(|(name, _)| name.strip_suffix(".rs")).collect();
    let leaves: BTreeSet<&str> = leaves.into_iter().filter(|name| !name.contains('/')).collect();
    let mut findings = Vec::new();
    for (name, text) in &sources {
        let module = name.split(['/', '.']).next().unwrap_or_default();
        if matches!(module, "lib" | "main" | "cli") {
            continue;
        }
        let row = LAYERS.iter().find(|(layer, _)| *layer == module).map(|(_, allowed)| *allowed);
        let allowed = row.or_else(|| leaves.contains(module).then_some(&[]));
        if allowed.is_none() && !ABOVE_BOTH.contains(&module) {
            findings.push(format!("src/{name}: the module {module} is in no layer; give it a row in LAYERS"));
        }
        for import in imported(text).into_iter().filter(|import| import != module && !leaves.contains(import.as_str()))
        {
            let is_fine = allowed.map_or(import != "cli", |allowed| allowed.contains(&import.as_str()));
            if !is_fine {
                findings.push(format!("src/{name}: {module} must not import {import}"));
            }
        }
    }
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

#[test]
fn an_import_is_seen_however_it_is_written() {
    let vectors = [
        ("use crate::shop::Shop;", vec!["shop"]),
        ("use crate::{clock::Clock, shop::{Seed, Shop}, xml};", vec!["clock", "shop", "xml"]),
        ("fn f() { let x = crate::crm::Crm::open(); }", vec!["crm"]),
        ("fn f() { println!(\"{}\", crate::sync::NAME); }", vec!["sync"]),
        ("// crate::cli\nconst TEXT: &str = \"crate::cli\";", vec![]),
        ("#[cfg(test)]\nmod tests { use crate::cli; }", vec![]),
    ];
    for (text, expected) in vectors {
        assert_eq!(imported(text).into_iter().collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn every_folder_says_what_lives_there() {
    for (name, text) in sources().into_iter().filter(|(name, _)| name.ends_with("mod.rs")) {
        assert!(text.starts_with("//! ") && text.lines().next().is_some_and(|line| line.len() > 30), "src/{name}");
    }
}

/// Versions stand in Cargo.toml; the one other place is npm's, which must name the packages of the platforms with theirs.
#[test]
fn every_package_has_the_version_of_cargo_toml() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a readable file");
    let node: serde_json::Value = serde_json::from_str(&read("packages/node/package.json")).expect("JSON");
    assert_eq!(node["version"], env!("CARGO_PKG_VERSION"), "packages/node/package.json");
    for (name, version) in node["optionalDependencies"].as_object().expect("an object") {
        assert_eq!(version, env!("CARGO_PKG_VERSION"), "packages/node/package.json: {name}");
    }
    let own = format!("<artifactId>mockgento-junit</artifactId>\n  <version>{}</version>", env!("CARGO_PKG_VERSION"));
    assert!(read("packages/java/pom.xml").contains(&own), "packages/java/pom.xml");
    let used =
        format!("<artifactId>mockgento-junit</artifactId>\n      <version>{}</version>", env!("CARGO_PKG_VERSION"));
    assert!(read("docs/java.md").contains(&used), "docs/java.md");
    let action = format!("default: \"{}\"", env!("CARGO_PKG_VERSION"));
    assert!(read("action.yml").contains(&action), "action.yml");
    // The others take it from Cargo.toml and must not have one of their own.
    assert!(read("packages/python/pyproject.toml").contains("dynamic = [\"version\"]"));
    assert!(!read("packages/php/composer.json").contains("\"version\""));
}

/// Where the packages say there is a program, a release must build one.
#[test]
fn every_platform_of_the_packages_is_a_target_of_the_release() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("a readable file");
    let (dist, publish) = (read("dist-workspace.toml"), read(".github/workflows/publish-packages.yml"));
    let node: serde_json::Value = serde_json::from_str(&read("packages/node/package.json")).expect("JSON");
    let platforms = node["optionalDependencies"].as_object().expect("an object");
    for name in platforms.keys().map(|name| name.trim_start_matches("@mockgento/")) {
        let (system, machine) = name.split_once('-').expect("a system and a machine");
        let machine = if machine == "x64" { "x86_64" } else { "aarch64" };
        let (target, family) = match system {
            "linux" => (format!("{machine}-unknown-linux-musl"), "linux"),
            "darwin" => (format!("{machine}-apple-darwin"), "darwin"),
            _ => (format!("{machine}-pc-windows-msvc"), "windows"),
        };
        assert!(dist.contains(&format!("\"{target}\"")), "dist-workspace.toml builds no {target} for npm's {name}");
        assert!(publish.contains(&format!(" {name}=archives/mockgento-{target}/")), "npm's {name} is not packed");
        // Composer and Maven have theirs by other names.
        assert!(
            publish.contains(&format!(" {family}-{machine}=archives/mockgento-{target}/")),
            "{family}-{machine} is not packed"
        );
    }
}
