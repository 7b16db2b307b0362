//! Spans of time in words.

use jiff::SignedDuration;

/// A span in its largest unit.
pub fn span_in_words(span: SignedDuration) -> String {
    let (number, unit) = match (span.as_hours() / 24, span.as_hours()) {
        (0, 0) => (span.as_mins().max(1), "minute"),
        (0, hours) => (hours, "hour"),
        (days, _) => (days, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}
