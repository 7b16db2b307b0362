//! The terminal's view.

use super::{About, feature, sums};
use crate::printable::printable;
use crate::scenario::conform::{Judged, Verdict};

/// Differences of a case that are shown.
const SHOWN: usize = 12;

/// What there is to say about a case, a line each.
pub(super) fn lines(one: &Judged) -> Vec<String> {
    let why = one.verdict.why().into_iter().flat_map(str::lines).map(str::to_owned);
    let told = one.differences.iter().take(SHOWN).map(|(found, reason)| match reason {
        Some(reason) => format!("{found} (known: {reason})"),
        None => found.to_string(),
    });
    let last =
        one.said.as_ref().filter(|_| !one.differences.is_empty()).and_then(|said| said.trim().lines().next_back());
    let last = last.map(|said| format!("the last thing it did failed: {said}"));
    let more = one.differences.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("… and {more} more; `--report json` has all of them"));
    why.chain(told).chain(more).chain(last).collect()
}

/// The lines of a case.
pub fn case(one: &Judged, width: usize) -> String {
    let mut text = format!("{:<16}  {:<width$}  {} ms\n", one.verdict.word(), one.name, one.elapsed.as_millis());
    if matches!(one.verdict, Verdict::Conforms) {
        return text;
    }
    for line in lines(one) {
        text.push_str(&format!("                    {}\n", printable(&line)));
    }
    text
}

/// Features by verdicts, what known differences are gone, and the sum.
pub fn matrix(about: &About, judged: &[Judged]) -> String {
    let mut features: Vec<&str> = Vec::new();
    for one in judged {
        if !features.contains(&feature(one)) {
            features.push(feature(one));
        }
    }
    let width = features.iter().map(|name| name.len()).max().unwrap_or_default().max("feature".len());
    let mut text = format!("\n{:<width$}", "feature");
    for word in Verdict::WORDS {
        text.push_str(&format!("  {word}"));
    }
    text.push('\n');
    let row = |name: &str, cases: &[Judged]| {
        let cells = Verdict::WORDS.iter().zip(sums(cases)).map(|(word, many)| {
            let shown = if many == 0 { "·".to_owned() } else { many.to_string() };
            format!("  {shown:>width$}", width = word.len())
        });
        format!("{name:<width$}{}\n", cells.collect::<String>())
    };
    for name in features {
        let of: Vec<Judged> = judged.iter().filter(|one| feature(one) == name).cloned().collect();
        text.push_str(&row(name, &of));
    }
    text.push_str(&row("all", judged));
    for gone in &about.no_longer {
        text.push_str(&format!("no longer differs, take it out: {}\n", printable(gone)));
    }
    if let Some(why) = &about.too_little {
        text.push_str(&format!("{}\n", printable(why)));
    }
    let [conforms, known, differs, broken, none, skipped] = sums(judged);
    let told = judged.len() - skipped;
    text.push_str(&format!(
        "\n{}: {told} cases run, {conforms} conform, {known} differ as known, {differs} differ, {} broken, {skipped} skipped\n",
        printable(&about.client),
        broken + none
    ));
    text
}
