//! Text that a terminal can only show. A shop's data may hold the characters that move a terminal's cursor, change its
//! title or turn the direction of writing round; wherever text is printed they are shown as escapes instead.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Whether a character would do something to a terminal, or to the order of what is around it, instead of being seen: the
/// controls of ASCII but line feed and tab, those of ISO 6429 (U+0080 to U+009F), and the controls of bidirectional text.
pub fn is_active(character: char) -> bool {
    match character {
        '\n' | '\t' => false,
        '\u{0}'..='\u{1f}' | '\u{7f}'..='\u{9f}' => true,
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => true,
        // They break lines for some terminals and editors.
        '\u{2028}' | '\u{2029}' => true,
        _ => false,
    }
}

/// Characters of foreign text that a message about it repeats.
const QUOTED_CHARS_MAX: usize = 200;

/// The beginning of a foreign text, for a message: names and arguments may be as long as a document.
pub fn shortened(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A text with such characters as `\u{1b}`.
pub fn printable(text: &str) -> Cow<'_, str> {
    escaped(text, |out, character| {
        let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
    })
}

/// A JSON text with such characters as `\u001b`; it means the same, because outside of strings there are none.
pub fn json(text: &str) -> Cow<'_, str> {
    escaped(text, |out, character| {
        let _ = write!(out, "\\u{:04x}", u32::from(character));
    })
}

fn escaped(text: &str, write: impl Fn(&mut String, char)) -> Cow<'_, str> {
    if !text.contains(is_active) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_active(character) { write(&mut out, character) } else { out.push(character) }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_a_terminal_is_shown_and_what_is_text_stays() {
        for (text, shown) in [
            ("Jane\tDoe\nMünchen 東京 👩‍👩‍👧", "Jane\tDoe\nMünchen 東京 👩‍👩‍👧"),
            ("\u{1b}]0;title\u{7}", "\\u{1b}]0;title\\u{7}"),
            ("\u{1b}[2J\u{1b}[31m", "\\u{1b}[2J\\u{1b}[31m"),
            ("\u{9b}2J\u{90}q\u{9c}", "\\u{9b}2J\\u{90}q\\u{9c}"),
            ("a\rb\u{8}c\u{b}\u{c}\u{0}\u{7f}", "a\\u{d}b\\u{8}c\\u{b}\\u{c}\\u{0}\\u{7f}"),
            ("\u{202e}gpj.exe\u{202c}", "\\u{202e}gpj.exe\\u{202c}"),
            ("\u{2066}a\u{2069}\u{200f}\u{200e}\u{61c}", "\\u{2066}a\\u{2069}\\u{200f}\\u{200e}\\u{61c}"),
            ("a\u{2028}b\u{2029}c\u{85}d", "a\\u{2028}b\\u{2029}c\\u{85}d"),
        ] {
            assert_eq!(printable(text), shown);
            let value = serde_json::to_string(text).unwrap();
            let as_json = json(&value).into_owned();
            assert!(!as_json.contains(is_active), "{as_json}");
            assert_eq!(serde_json::from_str::<String>(&as_json).unwrap(), text);
        }
    }
}
