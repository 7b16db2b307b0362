//! What a disruption does to a list before it is written.

use super::Disruption;
use crate::soap::SoapValue;

/// Spoils the value a call returns; what is no list stays as it is. Says whether that changed anything.
pub fn spoil(disruption: &Disruption, value: &mut SoapValue) -> bool {
    let SoapValue::List(rows) = value else { return false };
    let before = rows.len();
    match disruption {
        Disruption::EmptyPage => rows.clear(),
        Disruption::SingleRow => rows.truncate(1),
        Disruption::DuplicateRow => {
            if let Some(first) = rows.first().cloned() {
                rows.insert(1, first);
            }
        }
        _ => {}
    }
    rows.len() != before
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_lose_or_double_rows_and_other_values_stay() {
        let list = |rows: &[&str]| SoapValue::List(rows.iter().map(|row| SoapValue::from(*row)).collect());
        for (disruption, rows, left) in [
            (Disruption::EmptyPage, &["a", "b"][..], &[][..]),
            (Disruption::SingleRow, &["a", "b"], &["a"]),
            (Disruption::DuplicateRow, &["a", "b"], &["a", "a", "b"]),
            (Disruption::DuplicateRow, &[], &[]),
            (Disruption::HtmlPage, &["a", "b"], &["a", "b"]),
        ] {
            let mut value = list(rows);
            assert_eq!(spoil(&disruption, &mut value), rows != left, "{}", disruption.name());
            assert_eq!(value, list(left), "{}", disruption.name());
        }
        let mut text = SoapValue::from("a");
        assert!(!spoil(&Disruption::EmptyPage, &mut text));
        assert_eq!(text, SoapValue::from("a"));
    }
}
