//! Keys for the addresses of products and categories. The letters of other alphabets become those of the table
//! `url_letters.json`, as Magento's own table of them says.

use std::collections::HashMap;
use std::sync::LazyLock;

use foldhash::fast::FixedState;

static LETTERS: LazyLock<HashMap<char, String, FixedState>> = LazyLock::new(|| {
    let table: HashMap<String, String> = serde_json::from_str(include_str!("url_letters.json"))
        .unwrap_or_else(|error| panic!("the built-in table of letters is broken: {error}"));
    table.iter().flat_map(|(plain, letters)| letters.chars().map(move |letter| (letter, plain.clone()))).collect()
});

/// A key: small letters, digits and single hyphens.
pub(in crate::shop) fn url_key(name: &str) -> String {
    let mut key = String::with_capacity(name.len());
    for character in name.replace("&amp;", "and").chars() {
        match LETTERS.get(&character) {
            Some(plain) => key.push_str(plain),
            None if character.is_ascii_alphanumeric() => key.push(character.to_ascii_lowercase()),
            None => key.push('-'),
        }
    }
    key.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_keys_have_small_letters_digits_and_single_hyphens() {
        for (name, key) in [
            ("Green <tea>", "green-tea"),
            ("  20% off ", "20-off"),
            ("Tee", "tee"),
            ("My Key!", "my-key"),
            ("Bücher & Mehr", "bucher-mehr"),
            ("Straße", "strasse"),
            ("Łódź", "lodz"),
            ("Œuvre №7", "oeuvre-7"),
            ("Чай", "chaj"),
            ("", ""),
        ] {
            assert_eq!(url_key(name), key, "{name}");
        }
    }
}
