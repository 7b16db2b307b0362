//! What programs on other machines show to use this API, as those do that run beside a container.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::secret::MASK;

/// Fewer characters are guessed.
pub const TOKEN_CHARACTERS_MIN: usize = 16;

/// A token, of which only the digest is kept: comparing digests tells nobody how much of a guess was right.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Token([u8; 32]);

impl Token {
    /// The token of that text; nothing when it is shorter than [`TOKEN_CHARACTERS_MIN`].
    pub fn new(text: &str) -> Option<Self> {
        (text.chars().count() >= TOKEN_CHARACTERS_MIN).then(|| Self::digest(text))
    }

    /// Whether an `Authorization` header shows it.
    pub(in crate::server) fn is_shown(&self, authorization: Option<&str>) -> bool {
        let shown = authorization.and_then(|text| text.split_once(' '));
        shown.is_some_and(|(scheme, text)| scheme.eq_ignore_ascii_case("bearer") && Self::digest(text.trim()) == *self)
    }

    fn digest(text: &str) -> Self {
        Self(Sha256::digest(text.as_bytes()).into())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_token_itself_is_shown() {
        let token = Token::new("0123456789abcdef").unwrap();
        for (authorization, expected) in [
            (Some("Bearer 0123456789abcdef"), true),
            (Some("bearer  0123456789abcdef"), true),
            (Some("Bearer 0123456789abcdeF"), false),
            (Some("Bearer 0123456789abcde"), false),
            (Some("Bearer "), false),
            (Some("Basic 0123456789abcdef"), false),
            (Some("0123456789abcdef"), false),
            (Some(""), false),
            (None, false),
        ] {
            assert_eq!(token.is_shown(authorization), expected, "{authorization:?}");
        }
        assert!(Token::new("0123456789abcde").is_none() && format!("{token:?}") == "***");
    }
}
