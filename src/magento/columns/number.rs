//! A text as a number, as the database reads one: what stands in front as far as it is a number.

/// The part of a text that is a number: blanks in front, a sign, digits with a point, a power of ten.
pub(crate) fn leading(text: &str) -> &str {
    let text = text.trim_start_matches([' ', '\t', '\n', '\u{b}', '\u{c}', '\r']);
    let bytes = text.as_bytes();
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let sign = usize::from(matches!(bytes.first(), Some(b'+' | b'-')));
    let whole = digits(sign);
    let mut end = sign + whole;
    let mut fraction = 0;
    if bytes.get(end) == Some(&b'.') {
        fraction = digits(end + 1);
        end += 1 + fraction;
    }
    if whole + fraction == 0 {
        return "";
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let from = end + 1 + sign;
        let power = if from <= bytes.len() { digits(from) } else { 0 };
        if power > 0 {
            end = from + power;
        }
    }
    &text[..end]
}

/// A text as a number to compare with; one that begins with none is 0.
pub(super) fn of(text: &str) -> f64 {
    leading(text).parse().unwrap_or_default()
}
