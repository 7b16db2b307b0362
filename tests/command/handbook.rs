//! The handbook in `docs/`: every page is in its summary, links lead somewhere, every step and edit has an example that a
//! test runs (`documented`), and the tables of a seed are those of the schema. mdBook itself is not needed.

use std::collections::BTreeSet;
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
