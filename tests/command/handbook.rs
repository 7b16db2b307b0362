//! The handbook in `docs/`: every page is in its summary, links lead somewhere, every step and edit has an example that a
//! test runs (`documented`), and the tables of a seed are those of the schema. mdBook itself is not needed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The pages of the handbook and the readme.
fn pages() -> Vec<PathBuf> {
    let docs = std::fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<PathBuf> = docs.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// A page without what stands in blocks of code.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// Where the links of a page lead.
fn links(text: &str) -> Vec<String> {
    let prose = prose(text);
    let ends = prose.match_indices("](").map(|(at, _)| at + 2);
    ends.filter_map(|at| prose[at..].split_once(')').map(|(target, _)| target.to_owned())).collect()
}

/// The anchors that headings of a page make, as mdBook and GitHub write them.
fn anchors(text: &str) -> BTreeSet<String> {
    let prose = prose(text);
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let anchor = |line: &str| -> String {
        let title = line.trim_start_matches('#').trim().to_lowercase();
        let kept = title.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'));
        kept.map(|letter| if letter == ' ' { '-' } else { letter }).collect()
    };
    headings.map(anchor).collect()
}

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_mockgento")).args(arguments).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_page_is_in_the_summary_once() {
    let summary = read(&root().join("docs/SUMMARY.md"));
    let named = links(&summary);
    let unique: BTreeSet<&String> = named.iter().collect();
    assert_eq!(named.len(), unique.len(), "a page stands there twice: {named:?}");
    for page in pages() {
        let name = page.file_name().unwrap().to_string_lossy().into_owned();
        if name != "SUMMARY.md" && name != "README.md" {
            assert!(unique.contains(&name), "docs/SUMMARY.md lacks {name}");
        }
    }
}

#[test]
fn links_lead_to_files_and_headings_that_are_there() {
    let mut wrong = Vec::new();
    for page in pages() {
        let text = read(&page);
        for link in links(&text).iter().filter(|link| !link.contains("://") && !link.starts_with("mailto:")) {
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            if !target.exists() {
                wrong.push(format!("{}: there is no {link}", page.display()));
            } else if !heading.is_empty() && !anchors(&read(&target)).contains(heading) {
                wrong.push(format!("{}: {} has no heading {heading}", page.display(), target.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_step_and_edit_has_an_example() {
    let schema: Value = serde_json::from_str(&printed(&["schema"])).unwrap();
    let page = read(&root().join("docs/steps.md"));
    let examples: String = page.split("```yaml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    // What somebody edits in the CRM stands in other blocks than what is edited in Magento.
    for definition in ["StepKind", "MagentoEdit", "CrmEdit"] {
        let mut words = BTreeSet::new();
        words_of(&schema["definitions"][definition], &mut words);
        assert!(words.len() > 10, "{definition}: {words:?}");
        for word in words {
            let is_shown = examples.contains(&format!("{word}:")) || examples.contains(&format!("- {word}\n"));
            assert!(is_shown, "docs/steps.md has no example of `{word}` ({definition})");
        }
    }
}

/// The words that steps or edits of a kind begin with.
fn words_of(schema: &Value, words: &mut BTreeSet<String>) {
    for one in ["oneOf", "anyOf"].iter().filter_map(|list| schema[list].as_array()).flatten() {
        words.extend(one["properties"].as_object().into_iter().flatten().map(|(word, _)| word.clone()));
        words.extend(one["enum"].as_array().into_iter().flatten().filter_map(|word| word.as_str().map(str::to_owned)));
        words.extend(one["const"].as_str().map(str::to_owned));
        words_of(one, words);
    }
}

#[test]
fn the_tables_of_a_seed_are_those_of_the_schema() {
    let schema: Value = serde_json::from_str(&printed(&["schema", "seed"])).unwrap();
    let page = read(&root().join("docs/seeds.md"));
    let made = tables(&schema);
    let kept = page.split_once(MADE).map_or("", |(_, rest)| rest);
    if kept.trim() != made.trim() {
        let path = root().join("target/seeds.md.new");
        let _ = std::fs::write(&path, format!("{}{MADE}\n{made}", page.split(MADE).next().unwrap_or_default()));
        panic!("docs/seeds.md is not as the schema; look at {} and take it", path.display());
    }
}

const MADE: &str = "<!-- What follows is made of `mockgento schema seed`. -->";

fn tables(schema: &Value) -> String {
    let mut text = String::new();
    for (name, table) in schema["properties"]["tables"]["properties"].as_object().into_iter().flatten() {
        text.push_str(&format!("\n### {name}\n\n| Column | Kept as |\n|---|---|\n"));
        for (column, about) in table["items"]["properties"].as_object().into_iter().flatten() {
            let about = about["description"].as_str().unwrap_or_default().replace('|', "\\|");
            text.push_str(&format!("| `{column}` | {about} |\n"));
        }
    }
    text
}

/// What stands as code in a page: blocks, and the words between backticks.
fn code(text: &str) -> Vec<String> {
    let (mut found, mut is_block) = (Vec::new(), false);
    for part in text.split("```") {
        match is_block {
            true => found.extend(part.replace("\\\n", " ").lines().map(str::to_owned)),
            false => found.extend(part.split('`').skip(1).step_by(2).map(|span| span.replace('\n', " "))),
        }
        is_block = !is_block;
    }
    found
}

/// The helps of the commands, by the words that lead to them.
fn help_of(path: &[&str], known: &mut BTreeMap<String, String>) -> String {
    known.entry(path.join(" ")).or_insert_with(|| printed(&[path, &["--help"]].concat())).clone()
}

/// Commands below one, as its help lists them.
fn below(help: &str) -> BTreeSet<String> {
    let listed = help.split("Commands:\n").nth(1).unwrap_or_default();
    let rows = listed
        .lines()
        .take_while(|line| !line.is_empty())
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    rows.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect()
}

#[test]
fn commands_and_flags_that_pages_name_are_there() {
    let (mut known, mut wrong, mut looked) = (BTreeMap::new(), BTreeSet::new(), 0);
    for page in pages() {
        for line in code(&read(&page)) {
            for (at, _) in line.match_indices("mockgento ") {
                // Names of packages and of images.
                let is_of_others =
                    ["install ", "docker ", "podman ", "image"].iter().any(|word| line[..at].contains(word));
                if is_of_others
                    || line[..at].ends_with(|before: char| before.is_alphanumeric() || "/-_.\"".contains(before))
                {
                    continue;
                }
                let command = line[at..].split(['|', ';', '&', '>', '#', '"', '…', ')']).next().unwrap_or_default();
                let words: Vec<&str> = command.split_whitespace().skip(1).collect();
                let mut path: Vec<&str> = Vec::new();
                for word in &words {
                    let commands = below(&help_of(&path, &mut known));
                    if !commands.contains(*word) {
                        let is_word = word.chars().all(|letter| letter.is_ascii_lowercase() || letter == '-')
                            && !word.starts_with('-');
                        if is_word && !commands.is_empty() && words.len() > 1 && path.is_empty() {
                            wrong.insert(format!("{}: there is no command {word}: {command}", page.display()));
                        }
                        break;
                    }
                    path.push(word);
                }
                let help = help_of(&path, &mut known);
                for flag in words.iter().filter(|word| word.starts_with("--") && word.len() > 2) {
                    let flag = flag.split(['=', '[', ',']).next().unwrap_or_default().trim_end_matches(['.', ':']);
                    looked += 1;
                    let is_there = help
                        .split_whitespace()
                        .any(|word| word.trim_end_matches(',').split(['=', '[', '.']).next() == Some(flag));
                    if !is_there {
                        wrong.insert(format!(
                            "{}: `mockgento {}` has no {flag}: {command}",
                            page.display(),
                            path.join(" ")
                        ));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.into_iter().collect::<Vec<_>>().join("\n"));
    assert!(looked > 100, "{looked}");
}

/// What the program says, as the page of troubles quotes it: each piece of it stands somewhere in the source.
#[test]
fn messages_that_are_explained_are_those_that_are_said() {
    let mut source = String::new();
    for entry in walkdir::WalkDir::new(root().join("src")).into_iter().map(Result::unwrap) {
        if entry.path().extension().is_some_and(|end| end == "rs") {
            source.push_str(&read(entry.path()));
        }
    }
    let continued = regex::Regex::new(r"\\\n\s*").unwrap();
    let source = continued.replace_all(&source, "");
    let page = read(&root().join("docs/troubleshooting.md"));
    let rows: Vec<&str> = page.lines().filter_map(|line| line.strip_prefix("| `")).collect();
    assert!(rows.len() > 15);
    let mut wrong = Vec::new();
    for row in rows {
        let message = row.split(" | ").next().unwrap_or_default();
        for piece in message
            .split(|c: char| c.is_ascii_digit() || "…`;".contains(c))
            .map(|piece| piece.trim_matches([' ', ':', '/']))
            .filter(|piece| piece.len() > 3)
        {
            if !source.contains(piece) {
                wrong.push(format!("nothing says {piece:?} of {message:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
