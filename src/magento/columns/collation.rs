//! The collation of a shop's texts, `utf8_general_ci`: each character has one weight, so that case and accents do not
//! count, and blanks at the end do not either. The weights are MariaDB's own (`utf8_general_ci.json`, made with
//! `WEIGHT_STRING`): runs of characters whose weight is not their code point, each as first character, count, first
//! weight, step from character to character, step from weight to weight.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::sync::LazyLock;

const BLANK: u16 = 0x20;

/// What the database makes of a character outside the Basic Multilingual Plane.
const REPLACEMENT: u16 = 0xFFFD;

static WEIGHTS: LazyLock<Vec<u16>> = LazyLock::new(|| {
    let runs: Vec<[u16; 5]> = crate::magento::table::table("weights", include_str!("utf8_general_ci.json"));
    let mut weights: Vec<u16> = (0..=u16::MAX).collect();
    for [first, count, weight, step, weight_step] in runs {
        for at in 0..count {
            weights[usize::from(first + at * step)] = weight + at * weight_step;
        }
    }
    weights
});

/// The weight of a character.
fn weight(character: char) -> u16 {
    if character.is_ascii() {
        return character.to_ascii_uppercase() as u16;
    }
    u16::try_from(u32::from(character)).map_or(REPLACEMENT, |code| WEIGHTS[usize::from(code)])
}

/// Order of two texts. The shorter one is filled with blanks.
pub fn compare(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.chars().map(weight), b.chars().map(weight));
    loop {
        let (left, right) = (a.next(), b.next());
        if left.is_none() && right.is_none() {
            return Ordering::Equal;
        }
        let order = left.unwrap_or(BLANK).cmp(&right.unwrap_or(BLANK));
        if order.is_ne() {
            return order;
        }
    }
}

/// Whether two texts are the same to the database: what a unique key refuses, what `=` finds.
pub fn equal(a: &str, b: &str) -> bool {
    compare(a, b).is_eq()
}

/// A text that is the same for all texts that are [`equal`]: the key of an index. That of a number is the number.
pub fn key(text: &str) -> Cow<'_, str> {
    let text = text.trim_end_matches(' ');
    if text.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_lowercase()) {
        return Cow::Borrowed(text);
    }
    let weights = text.chars().map(weight);
    weights.map(|weight| char::from_u32(weight.into()).unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// A pattern of `LIKE`: `%` is any text, `_` any character, `\` takes the next one as it is. Blanks at the end count.
#[derive(Clone, Debug)]
pub struct Pattern(Vec<Piece>);

impl Pattern {
    /// Reads a pattern; every text is one.
    pub fn new(text: &str) -> Self {
        Self(pieces(text))
    }

    /// Whether a text is like the pattern.
    pub fn matches(&self, text: &str) -> bool {
        let text: Vec<u16> = text.chars().map(weight).collect();
        let (mut at, mut piece) = (0, 0);
        // Where to go on after the last `%` when what follows it does not fit here.
        let mut retry: Option<(usize, usize)> = None;
        while at < text.len() {
            match self.0.get(piece) {
                Some(Piece::Any) => {
                    piece += 1;
                    retry = Some((at, piece));
                    continue;
                }
                Some(Piece::One) => {}
                Some(Piece::Weight(wanted)) if *wanted == text[at] => {}
                _ => {
                    let Some((from, after)) = retry else { return false };
                    (at, piece, retry) = (from + 1, after, Some((from + 1, after)));
                    continue;
                }
            }
            (at, piece) = (at + 1, piece + 1);
        }
        self.0[piece..].iter().all(|piece| *piece == Piece::Any)
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Any,
    One,
    Weight(u16),
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut characters = pattern.chars();
    let mut pieces = Vec::with_capacity(pattern.len());
    while let Some(character) = characters.next() {
        pieces.push(match character {
            '%' => Piece::Any,
            '_' => Piece::One,
            '\\' => Piece::Weight(weight(characters.next().unwrap_or('\\'))),
            other => Piece::Weight(weight(other)),
        });
    }
    pieces
}

/// `FIND_IN_SET`: whether a text is an item of a comma list. Blanks at the end count, and a list of fewer bytes than
/// the text is not looked at.
pub fn find_in_set(item: &str, list: &str) -> bool {
    let same = |a: &str, b: &str| a.chars().map(weight).eq(b.chars().map(weight));
    !list.is_empty() && list.len() >= item.len() && list.split(',').any(|known| same(known, item))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_the_same_for_equal_texts() {
        for (a, b, same) in [
            ("Müller", "MULLER  ", true),
            ("P1", "P1 ", true),
            ("P1", " P1", false),
            ("a", "a\t", false),
            ("Øre", "Ore", false),
            ("straße", "strase", true),
            ("łódź", "lodz", false),
        ] {
            assert_eq!(equal(a, b), same, "{a} and {b}");
            assert_eq!(key(a) == key(b), same, "{a} and {b}");
        }
    }

    #[test]
    fn a_pattern_of_many_wildcards_ends() {
        let text = "a".repeat(5_000);
        assert!(!Pattern::new(&format!("{}b", "%a".repeat(200))).matches(&text));
    }
}
