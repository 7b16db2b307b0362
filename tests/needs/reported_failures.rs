//! The table of failures that users reported, in docs/shipped-scenarios.md, against the list that was collected.

use crate::need;

/// The cells of the table below a heading.
fn table(heading: &str) -> Vec<Vec<String>> {
    let page = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/shipped-scenarios.md");
    let text = std::fs::read_to_string(page).unwrap();
    let (_, below) = text.split_once(&format!("## {heading}\n")).unwrap();
    let lines = below.lines().take_while(|line| !line.starts_with("## ")).filter(|line| line.starts_with("| "));
    let cells = |line: &str| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect();
    lines.skip(1).map(cells).collect()
}

pub fn the_reported_failures_are_those_that_were_found() {
    let found = std::fs::read_to_string(need::reported_failures()).unwrap();
    let rows = table("Failures that users reported");
    let found: Vec<&str> = found.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| #")).collect();
    assert_eq!(found.len(), rows.len());
    for (found, row) in found.iter().zip(&rows) {
        let source = found.trim_matches('|').rsplit('|').next().unwrap();
        for word in source.split([' ', ',']).filter(|word| !word.is_empty()) {
            let is_told = row[2].contains(word);
            assert!(is_told, "{word} of failure {} is not in docs/shipped-scenarios.md: {}", row[0], row[2]);
        }
    }
}
