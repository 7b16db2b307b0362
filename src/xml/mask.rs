//! Takes secrets out of texts that people will read, in one pass and in time that grows with the text alone. The texts
//! are messages of a wire and need not be well-formed, so it looks at tags and builds no tree. What is hidden never
//! depends on what was hidden before, so that a secret such as `*` cannot make a text grow.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use regex::Regex;

use super::writer::{escape_attribute, escape_text};
use crate::secret::MASK;

/// Ids of sessions and hashes of passwords.
static DIGESTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\b[0-9a-f]{32}\b").ok());

/// What is hidden in texts that people read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Secrets<'a> {
    /// Elements whose content is: their local names, in any case.
    pub elements: &'a [&'a str],
    /// Whether the `value` beside a `key` that is one of these names is too, as Magento's filters and attributes have it.
    pub pairs: bool,
    /// Whether everything that looks like the id of a session or a hash is too.
    pub digests: bool,
    /// Texts, as they are and as they stand in XML.
    pub texts: &'a [String],
    /// Whether the text is only the beginning of another, so that one of `texts` may have been cut.
    pub is_cut: bool,
}

impl Secrets<'_> {
    /// The text with a mask in place of each secret.
    pub fn hide(&self, text: &str) -> String {
        let mut found = Vec::new();
        self.find_elements(text, &mut found);
        if let (true, Some(digests)) = (self.digests, DIGESTS.as_ref()) {
            found.extend(digests.find_iter(text).map(|digest| digest.range()));
        }
        self.find_texts(text, &mut found);
        replaced(text, found)
    }

    fn find_elements(&self, text: &str, found: &mut Vec<Range<usize>>) {
        let tags = self.tags(text);
        let mut closing: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for tag in tags.iter().filter(|tag| tag.closes).rev() {
            closing.entry(tag.name).or_default().push(tag.start);
        }
        let mut done = 0;
        for (at, tag) in tags.iter().enumerate() {
            if tag.closes || tag.start < done {
                continue;
            }
            let content = match self.elements.get(tag.name) {
                Some(_) => {
                    // The nearest is at the end; those that were passed are never asked for again.
                    let ends = closing.entry(tag.name).or_default();
                    while ends.last().is_some_and(|end| *end < tag.end) {
                        ends.pop();
                    }
                    tag.end..ends.last().copied().unwrap_or_else(|| content_end(text, tag.end))
                }
                None if tag.name == self.key() => match self.value_of_pair(text, tag, &tags[at + 1..]) {
                    Some(value) => value.end..content_end(text, value.end),
                    None => continue,
                },
                None => continue,
            };
            done = content.end;
            found.push(content);
        }
    }

    /// The tag of the `value` that follows a `key` naming a secret.
    fn value_of_pair<'t>(&self, text: &str, key: &Tag, following: &'t [Tag]) -> Option<&'t Tag> {
        let name = text[key.end..].split('<').next().unwrap_or_default();
        self.elements.iter().find(|secret| secret.eq_ignore_ascii_case(name.trim()))?;
        let closed = following.first().filter(|tag| tag.closes && tag.start == key.end + name.len())?;
        let value = following.get(1).filter(|tag| !tag.closes && tag.name == self.value())?;
        text[closed.end..value.start].trim().is_empty().then_some(value)
    }

    /// What a tag's name is when it is `key`: one beyond the elements.
    fn key(&self) -> usize {
        self.elements.len()
    }

    fn value(&self) -> usize {
        self.elements.len() + 1
    }

    fn name(&self, local: &str) -> Option<usize> {
        let known = self.elements.iter().position(|element| element.eq_ignore_ascii_case(local));
        known.or(match local {
            "key" if self.pairs => Some(self.key()),
            "value" if self.pairs => Some(self.value()),
            _ => None,
        })
    }

    /// The tags of elements that matter; empty elements hold nothing.
    fn tags(&self, text: &str) -> Vec<Tag> {
        let mut tags = Vec::new();
        let mut from = 0;
        while let Some(start) = text[from..].find('<').map(|at| from + at) {
            from = start + 1;
            let closes = text[from..].starts_with('/');
            let begin = from + usize::from(closes);
            let length = text[begin..].find(|c: char| !is_name(c)).unwrap_or(text.len() - begin);
            let after = begin + length;
            let local = text[begin..after].rsplit(':').next().unwrap_or_default();
            let Some(name) = self.name(local) else { continue };
            // A tag ends before the next one begins; what has no end is none.
            let Some(end) = text[after..].find(['>', '<']).map(|at| after + at) else { break };
            from = end;
            let is_tag = text[end..].starts_with('>') && text[after..].starts_with(['>', ' ', '\t', '\r', '\n', '/']);
            if is_tag && !text[..end].ends_with('/') {
                tags.push(Tag { name, closes, start, end: end + 1 });
            }
        }
        tags
    }

    fn find_texts(&self, text: &str, found: &mut Vec<Range<usize>>) {
        let mut spelled: Vec<String> = Vec::new();
        for secret in self.texts.iter().filter(|secret| !secret.is_empty()) {
            spelled.extend([secret.clone(), escape_text(secret).into_owned(), escape_attribute(secret)]);
        }
        spelled.sort_unstable();
        spelled.dedup();
        if spelled.is_empty() {
            return;
        }
        if let Ok(searcher) = AhoCorasick::new(&spelled) {
            let mut last: Option<Range<usize>> = None;
            for hit in searcher.find_overlapping_iter(text) {
                // Hits come by their ends; one that reaches into the last is a part of it.
                match last.as_mut().filter(|last| hit.start() <= last.end) {
                    Some(last) => *last = last.start.min(hit.start())..hit.end(),
                    None => found.extend(last.replace(hit.range())),
                }
            }
            found.extend(last);
        }
        if self.is_cut {
            found.extend(spelled.iter().filter_map(|secret| cut_at_end(text, secret)));
        }
    }
}

/// A tag that matters.
struct Tag {
    /// Which of the names.
    name: usize,
    closes: bool,
    start: usize,
    /// Behind its `>`.
    end: usize,
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | ':')
}

/// Where the text after an open tag ends that is not closed: at the next tag, CDATA included.
fn content_end(text: &str, from: usize) -> usize {
    const CDATA: &str = "<![CDATA[";
    let mut at = from;
    loop {
        match text[at..].find('<').map(|found| at + found) {
            None => return text.len(),
            Some(next) if text[next..].starts_with(CDATA) => match text[next..].find("]]>") {
                Some(end) => at = next + end + "]]>".len(),
                None => return text.len(),
            },
            Some(next) => return next,
        }
    }
}

/// The end of a text, as far as it is the beginning of a secret.
fn cut_at_end(text: &str, secret: &str) -> Option<Range<usize>> {
    let lengths = (1..secret.len().min(text.len() + 1)).rev();
    let longest = lengths.filter(|length| secret.is_char_boundary(*length)).find(|n| text.ends_with(&secret[..*n]))?;
    Some(text.len() - longest..text.len())
}

/// The text with each range replaced once, however many of them overlap.
fn replaced(text: &str, mut ranges: Vec<Range<usize>>) -> String {
    ranges.retain(|range| !range.is_empty());
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut hidden = String::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        if range.start >= done {
            hidden.push_str(&text[done..range.start]);
            hidden.push_str(MASK);
        }
        done = done.max(range.end);
    }
    hidden.push_str(&text[done..]);
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    const ELEMENTS: &[&str] = &["apiKey", "password"];

    fn hidden(text: &str, texts: &[&str]) -> String {
        let texts: Vec<String> = texts.iter().map(ToString::to_string).collect();
        let secrets = Secrets { elements: ELEMENTS, pairs: true, digests: true, texts: &texts, is_cut: false };
        secrets.hide(text)
    }

    #[test]
    fn contents_are_hidden_however_their_elements_are_written() {
        for (text, expected) in [
            ("<apiKey>s</apiKey><b>x</b>", "<apiKey>***</apiKey><b>x</b>"),
            ("<m:APIKEY\n a='b'>s</m:APIKEY>", "<m:APIKEY\n a='b'>***</m:APIKEY>"),
            ("<apiKey><![CDATA[<s>]]></apiKey>", "<apiKey>***</apiKey>"),
            ("<apiKey><b>s</b></apiKey>", "<apiKey>***</apiKey>"),
            ("<apiKey>s<b>x</b>", "<apiKey>***<b>x</b>"),
            ("<apiKey><![CDATA[s<b>", "<apiKey>***"),
            ("<apiKey>s", "<apiKey>***"),
            ("<apiKey/>x<apiKey />y", "<apiKey/>x<apiKey />y"),
            ("<apiKey></apiKey>", "<apiKey></apiKey>"),
            ("<apiKeys>x</apiKeys>", "<apiKeys>x</apiKeys>"),
            (
                "<a><key>password</key> <value t='x'>s</value></a>",
                "<a><key>password</key> <value t='x'>***</value></a>",
            ),
            ("<key>name</key><value>x</value>", "<key>name</key><value>x</value>"),
            ("id 0123456789abcdef0123456789abcdef.", "id ***."),
            ("<apiKey", "<apiKey"),
        ] {
            assert_eq!(hidden(text, &[]), expected);
        }
    }

    #[test]
    fn texts_are_hidden_once_whatever_they_are() {
        for (text, texts, expected) in [
            ("a s<b c s&lt;b", vec!["s<b"], "a *** c ***"),
            ("*", vec!["*", "**", "***"], "***"),
            ("abcd", vec!["abc", "bcd"], "***"),
            ("abc-bc-c", vec!["abc", "c", "b"], "***-***-***"),
            ("none", vec!["", "other"], "none"),
        ] {
            assert_eq!(hidden(text, &texts), expected);
        }
        let texts = ["secret".to_owned()];
        let cut = Secrets { texts: &texts, is_cut: true, ..Secrets::default() };
        assert_eq!(cut.hide("secret and sec"), "*** and ***");
    }

    /// A quadratic search over one of these takes minutes.
    #[test]
    fn time_grows_with_the_text_alone() {
        let many = 400_000;
        for text in [
            "<apiKey>".repeat(many),
            "<apiKey ".repeat(many),
            "<key>password</key>".repeat(many),
            "<apiKey><![CDATA[".repeat(many),
            format!("{}{}", "<apiKey>".repeat(many), "</password>".repeat(many)),
            "0123456789abcdef".repeat(many),
        ] {
            assert!(hidden(&text, &["apiKey", "*"]).len() <= 3 * text.len());
        }
    }
}
