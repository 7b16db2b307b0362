//! Text written as PHP's serializer does it.

use std::borrow::Cow;

/// Adds texts one after the other.
pub fn put(out: &mut String, parts: &[&str]) {
    parts.iter().for_each(|part| out.push_str(part));
}

/// Escapes `&`, `<`, `>` and the carriage return, which a reader would take for a line feed; quotes stay (wire spec,
/// section 3.1).
pub fn escape_text(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>', '\r']) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\r' => escaped.push_str("&#13;"),
            _ => escaped.push(c),
        }
    }
    Cow::Owned(escaped)
}

/// Whether a text is written as it is: no byte of it is markup, a control other than tab and line feed, or the first of
/// U+F000 and beyond, where XML forbids some.
pub fn is_plain(text: &str) -> bool {
    const PLAIN: [bool; 256] = {
        let mut plain = [true; 256];
        let mut byte = 0;
        while byte < 256 {
            plain[byte] = byte >= b' ' as usize || byte == b'\t' as usize || byte == b'\n' as usize;
            byte += 1;
        }
        plain[b'&' as usize] = false;
        plain[b'<' as usize] = false;
        plain[b'>' as usize] = false;
        plain[0xEF] = false;
        plain
    };
    text.bytes().all(|byte| PLAIN[usize::from(byte)])
}

/// Adds a text, escaped, with what XML forbids marked.
pub fn put_text(out: &mut String, text: &str) {
    if is_plain(text) {
        return out.push_str(text);
    }
    match mark_forbidden(text) {
        Cow::Borrowed(text) => out.push_str(&escape_text(text)),
        Cow::Owned(marked) => out.push_str(&escape_text(&marked)),
    }
}

/// Adds texts one after the other; between two tags comes a line feed where answers are split into lines. A tag that is
/// added begins the first of the texts.
pub fn put_tag(out: &mut String, parts: &[&str], splits_lines: bool) {
    if splits_lines && out.as_bytes().last() == Some(&b'>') {
        out.push('\n');
    }
    put(out, parts);
}

/// Makes room for the rest of a list once its first item is written: the others are about as long.
pub fn reserve_for_more(out: &mut String, opened: usize, written: usize, count: usize) {
    /// A list may not take more than this beyond what it needs.
    const RESERVED_MAX: usize = 4 * 1024 * 1024;
    if written == 1 {
        let first = out.len() - opened;
        // One in eight more, for what is longer than the first.
        out.reserve((first + first / 8).saturating_mul(count).min(RESERVED_MAX));
    }
}

/// Escapes an attribute value between double quotes.
pub fn escape_attribute(text: &str) -> String {
    escape_text(text).replace('"', "&quot;")
}

/// Replaces characters that XML 1.0 forbids by the text `&#N;`, as Magento does before it serialises
/// (wire spec, section 3.1), so that they arrive visible.
pub fn mark_forbidden(text: &str) -> Cow<'_, str> {
    let forbidden = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
    if !text.contains(forbidden) {
        return Cow::Borrowed(text);
    }
    let mut marked = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if forbidden(c) {
            marked.push_str(&format!("&#{};", u32::from(c)));
        } else {
            marked.push(c);
        }
    }
    Cow::Owned(marked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_markup_characters_are_escaped() {
        assert_eq!(escape_text("O'Neil & <Co> \"x\""), "O'Neil &amp; &lt;Co&gt; \"x\"");
        assert_eq!(escape_text("a\r\n\tb"), "a&#13;\n\tb");
        assert_eq!(escape_attribute("a?b=\"1\"&c"), "a?b=&quot;1&quot;&amp;c");
        assert_eq!(mark_forbidden("a\u{b}b"), "a&#11;b");
    }
}
