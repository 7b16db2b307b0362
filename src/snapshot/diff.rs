//! Differences for a terminal.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

/// Lines of unchanged text around a difference.
const CONTEXT_LINES: usize = 3;

/// The lines that differ, with `-` for what was expected and `+` for what is there now.
pub fn unified(expected: &str, actual: &str) -> String {
    let diff = TextDiff::from_lines(expected, actual);
    let mut text = String::new();
    for (number, group) in diff.grouped_ops(CONTEXT_LINES).iter().enumerate() {
        if number > 0 {
            text.push_str("  …\n");
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let sign = match change.tag() {
                ChangeTag::Delete => '-',
                ChangeTag::Insert => '+',
                ChangeTag::Equal => ' ',
            };
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{sign} {}", change.value().trim_end_matches('\n'));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_shows_both_lines_and_what_is_around() {
        let expected = "a: 1\nb: 2\nc: 3\n";
        assert_eq!(unified(expected, "a: 1\nb: 7\nc: 3\n"), "  a: 1\n- b: 2\n+ b: 7\n  c: 3\n");
        assert_eq!(unified(expected, expected), "");
    }
}
