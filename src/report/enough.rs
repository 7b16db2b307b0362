//! Whether enough cases were run for a report to say anything: one of skipped cases only is no success.

use crate::scenario::result::CaseResult;

/// Why so many cases run are too few, by what the client's file asks for.
///
/// # Errors
/// What is missing.
pub fn enough(least: Option<usize>, run: usize) -> Result<(), String> {
    match (run, least) {
        (0, _) => Err("no case was run, so nothing is shown; what the client lacks stands beside each".to_owned()),
        (few, Some(least)) if few < least => Err(format!(
            "{few} cases were run, and `at least: {least}` stands in the client's file; what it lacks stands beside each"
        )),
        _ => Ok(()),
    }
}

/// How many cases were run: neither skipped nor in a file that cannot be read.
pub fn run(results: &[CaseResult]) -> usize {
    results.iter().filter(|result| result.skipped.is_none() && !result.is_unread()).count()
}

/// The entry of a report in which too few cases were run; `least` is there when somebody's client acted.
pub fn too_few(results: &[CaseResult], least: Option<usize>, title: &str) -> Option<CaseResult> {
    let skipped = results.iter().find(|result| result.skipped.is_some() && !result.failed());
    let at = skipped.or_else(|| results.first().filter(|_| least.is_some()))?;
    let why = enough(least, run(results)).err()?;
    Some(CaseResult::of_too_few(&at.file, title, why))
}

#[cfg(test)]
mod tests {
    use super::super::tests::results;
    use super::*;

    #[test]
    fn cases_that_were_skipped_are_not_enough() {
        let [passed, failed] = results();
        let skipped = CaseResult { skipped: Some("it cannot".to_owned()), ..passed.clone() };
        for (results, least, red) in [
            (vec![], None, false),
            (vec![passed.clone()], None, false),
            (vec![failed], None, false),
            (vec![passed.clone(), skipped.clone()], Some(1), false),
            (vec![skipped.clone()], None, true),
            (vec![skipped.clone(), skipped.clone()], Some(1), true),
            (vec![passed.clone(), skipped], Some(2), true),
            (vec![passed], Some(2), true),
        ] {
            let entry = too_few(&results, least, "a client");
            assert_eq!(entry.is_some(), red, "{results:?} {least:?}");
            assert!(entry.is_none_or(|entry| entry.failed() && entry.is_too_few() && !entry.cannot_work()));
        }
    }
}
