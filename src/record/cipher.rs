//! Words turned into other words of the same shape by a key. Two different words of one shape never become the same, so
//! that what was two people stays two; upper and lower case follow the original, so that what differed in case only
//! still does.

use rustls::crypto::ring::default_provider;
use sha2::{Digest as _, Sha256};

/// What replaces personal data. Without it nobody finds the originals.
#[derive(Clone)]
pub struct SubstituteKey([u8; 32]);

/// Bytes HMAC pads its key to.
const BLOCK: usize = 64;

impl SubstituteKey {
    /// The key a text stands for; the same text gives the same substitutes in every recording.
    pub fn of(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }

    /// A key nobody knows, for one recording.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn unknown() -> Result<Self, String> {
        let mut key = [0; 32];
        let filled = default_provider().secure_random.fill(&mut key);
        filled.map_err(|_| "this machine gives no random numbers; name a key".to_owned())?;
        Ok(Self(key))
    }

    /// HMAC-SHA256 of some parts, the first eight bytes as a number.
    pub(super) fn number(&self, parts: &[&str]) -> u64 {
        let keyed = |pad: u8| {
            let mut hasher = Sha256::new();
            let mut block = [pad; BLOCK];
            for (byte, key) in block.iter_mut().zip(self.0) {
                *byte ^= key;
            }
            hasher.update(block);
            hasher
        };
        let mut inner = keyed(0x36);
        for part in parts {
            inner.update((part.len() as u64).to_be_bytes());
            inner.update(part.as_bytes());
        }
        let mut outer = keyed(0x5c);
        outer.update(inner.finalize());
        outer.finalize().iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// The word that stands for a word. Each character is moved within its alphabet by what stands before it, and then
    /// by what stands behind it, so that all of the word decides about all of the substitute.
    pub(super) fn word(&self, word: &str) -> String {
        let is_hex = word.len() >= 16 && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        let mut letters: Vec<char> = word.chars().collect();
        for pass in ["forward", "backward"] {
            for at in 0..letters.len() {
                let context: String = letters[..at].iter().flat_map(|letter| letter.to_lowercase()).collect();
                let number = self.number(&[pass, &letters.len().to_string(), &context]);
                letters[at] = moved(letters[at], number, is_hex);
            }
            letters.reverse();
        }
        letters.into_iter().collect()
    }
}

fn moved(letter: char, by: u64, is_hex: bool) -> char {
    let alphabet: Vec<char> = match letter {
        '0'..='9' | 'a'..='f' if is_hex => "0123456789abcdef".chars().collect(),
        '0'..='9' => ('0'..='9').collect(),
        'a'..='z' => ('a'..='z').collect(),
        'A'..='Z' => ('A'..='Z').collect(),
        _ => neighbours(letter),
    };
    let Some(at) = alphabet.iter().position(|known| *known == letter) else { return letter };
    let length = alphabet.len() as u64;
    let to = (at as u64 + by % length) % length;
    usize::try_from(to).ok().and_then(|to| alphabet.get(to)).copied().unwrap_or(letter)
}

/// Letters of other scripts move among the letters of the same case around them.
fn neighbours(letter: char) -> Vec<char> {
    let first = u32::from(letter) & !31;
    (first..first + 32)
        .filter_map(char::from_u32)
        .filter(|other| other.is_alphanumeric() && other.is_uppercase() == letter.is_uppercase())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn words_keep_their_shape_and_stay_different() {
        let key = SubstituteKey::of("a key");
        for word in ["Ann", "McDonald", "DE12345", "Ångström", "Иванова", "李", "5f4dcc3b5aa765d61d8327deb882cf99"]
        {
            let other = key.word(word);
            let shape = |text: &str| {
                text.chars().map(|c| (c.is_alphabetic(), c.is_uppercase(), c.is_numeric())).collect::<Vec<_>>()
            };
            if word.len() < 16 {
                assert_eq!(shape(word), shape(&other), "{word} {other}");
            }
            assert_eq!(key.word(word), other, "the same again");
            assert_ne!(SubstituteKey::of("another").word(word), other, "{word}");
        }
        let two: Vec<String> = ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("{a}{b}"))).collect();
        let substitutes: BTreeSet<String> = two.iter().map(|word| key.word(word)).collect();
        assert_eq!(substitutes.len(), two.len());
    }

    #[test]
    fn case_follows_the_original() {
        let key = SubstituteKey::of("a key");
        assert_eq!(key.word("Shared").to_lowercase(), key.word("shared"));
        assert_eq!(key.word("SHARED").to_lowercase(), key.word("shared"));
    }
}
