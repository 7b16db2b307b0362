//! The same change in several snapshots, which is looked at once.

use std::fmt::Write as _;

use super::{BOLD, GREEN, RED, RESET};
use crate::printable::printable;
use crate::snapshot::{Pending, unified};

/// Files that wait with the same change.
pub(super) struct Group {
    /// One or more, in the order of their names.
    pub(super) waiting: Vec<Pending>,
    /// The difference of the first of them.
    diff: String,
}

/// Puts together what changes in the same way: the same lines come and go, whatever stands around them. New snapshots
/// are alike when they are equal.
pub(super) fn of(waiting: Vec<Pending>) -> Vec<Group> {
    let mut groups: Vec<(String, Group)> = Vec::new();
    for one in waiting {
        let diff = unified(one.accepted.as_deref().unwrap_or_default(), &one.text);
        let change = change(&one, &diff);
        match groups.iter_mut().find(|(known, _)| *known == change) {
            Some((_, group)) => group.waiting.push(one),
            None => groups.push((change, Group { waiting: vec![one], diff })),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

/// The lines that come and go, and where a stretch of them ends.
fn change(one: &Pending, diff: &str) -> String {
    let comes_or_goes = |line: &str| line.starts_with(['-', '+']);
    let lines: Vec<&str> = diff.lines().collect();
    let stretches = lines.chunk_by(|one, next| comes_or_goes(one) == comes_or_goes(next));
    let stretches = stretches.filter(|stretch| stretch.first().is_some_and(|line| comes_or_goes(line)));
    let kind = if one.accepted.is_some() { "differs" } else { "new" };
    let mut change = kind.to_owned();
    for stretch in stretches {
        change.push_str("\n\n");
        change.push_str(&stretch.join("\n"));
    }
    change
}

impl Group {
    /// Each file by itself.
    pub(super) fn one_by_one(self) -> Vec<Self> {
        let alone = |one: Pending| {
            let diff = unified(one.accepted.as_deref().unwrap_or_default(), &one.text);
            Self { waiting: vec![one], diff }
        };
        self.waiting.into_iter().map(alone).collect()
    }

    /// The change and all files that have it; `follow` others come after it.
    pub(super) fn shown(&self, follow: usize) -> String {
        let mut text = String::new();
        let Some(first) = self.waiting.first() else { return text };
        let what = match (first.accepted.is_some(), self.waiting.len()) {
            (true, 1) => "differs".to_owned(),
            (false, 1) => "is new".to_owned(),
            (true, many) => format!("and {} more differ in the same way", many - 1),
            (false, many) => format!("and {} more are new and equal", many - 1),
        };
        let then = match follow {
            0 => String::new(),
            1 => " (1 change follows)".to_owned(),
            more => format!(" ({more} changes follow)"),
        };
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{BOLD}{} {what}{RESET}{then}", first.target().display());
        for (number, one) in (1..).zip(&self.waiting) {
            let header = &one.header;
            let place = format!("{} ({}:{})", header.description, header.source, header.line);
            let place = printable(&place);
            let _ = match self.waiting.len() {
                1 => writeln!(text, "{place}"),
                _ => writeln!(text, "  {number}  {}: {place}", one.target().display()),
            };
        }
        text.push('\n');
        for line in self.diff.lines() {
            let colour = match line.chars().next() {
                Some('-') => RED,
                Some('+') => GREEN,
                _ => "",
            };
            let reset = if colour.is_empty() { "" } else { RESET };
            let _ = writeln!(text, "  {colour}{}{reset}", printable(line));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::Header;

    fn waiting(name: &str, accepted: Option<&str>, text: &str) -> Pending {
        let header = Header { source: "scenarios/s.yaml".into(), line: 3, description: "A scenario".into() };
        Pending {
            path: format!("snapshots/{name}@end.snap.new").into(),
            header,
            text: text.to_owned(),
            accepted: accepted.map(str::to_owned),
        }
    }

    #[test]
    fn the_same_change_is_one_group_wherever_it_stands() {
        let groups = of(vec![
            waiting("a", Some("x: 1\ny: 2\n"), "x: 1\ny: 3\n"),
            waiting("b", Some("z: 9\ny: 2\nw: 7\n"), "z: 9\ny: 3\nw: 7\n"),
            waiting("c", Some("y: 2\n"), "y: 4\n"),
            waiting("d", None, "y: 3\n"),
            waiting("e", None, "y: 3\n"),
            // The same lines, but apart from each other.
            waiting("f", Some("y: 2\n1\n2\n"), "1\n2\ny: 3\n"),
        ]);
        let names = |group: &Group| group.waiting.iter().map(|one| one.path.display().to_string()).collect::<Vec<_>>();
        let letters: Vec<String> =
            groups.iter().map(|group| names(group).iter().map(|name| &name[10..11]).collect()).collect();
        assert_eq!(letters, ["ab", "c", "de", "f"]);
        let shown = groups[0].shown(2);
        assert!(shown.contains("a@end.snap and 1 more differ in the same way"), "{shown}");
        assert!(shown.contains("  2  snapshots/b@end.snap: A scenario (scenarios/s.yaml:3)"), "{shown}");
        assert!(shown.contains("(2 changes follow)") && shown.contains("+ y: 3"), "{shown}");
        assert_eq!(groups.into_iter().next().unwrap().one_by_one().len(), 2);
    }
}
