//! The nearest of the words there are, for "did you mean".

/// Below this a suggestion confuses more than it helps.
const LIKE_ENOUGH: f64 = 0.8;

/// The known word that is most like `word`, however little that is; case does not matter. The first of several.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(word, known).map(|(_, candidate)| candidate)
}

/// The known word that may be meant: the nearest one, if it is like enough.
pub(crate) fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(word, known).filter(|(likeness, _)| *likeness > LIKE_ENOUGH).map(|(_, candidate)| candidate)
}

/// The nearest known word, for "did you mean".
#[cfg(feature = "shop")]
pub(crate) fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<String> {
    meant(word, known).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// The nearest known word, and the others while the list is short enough to read.
#[cfg(feature = "shop")]
pub(crate) fn choices(word: &str, known: &[&str]) -> String {
    if known.is_empty() {
        return "nothing can be set here; leave it out".to_owned();
    }
    let list = || format!("known are `{}`", known.join("`, `"));
    match did_you_mean(word, known.iter().copied()) {
        Some(suggestion) if known.len() > CHOICES_MAX => suggestion,
        Some(suggestion) => format!("{suggestion} {}", list()),
        None => list(),
    }
}

/// Longer lists are left out next to a good suggestion.
#[cfg(feature = "shop")]
const CHOICES_MAX: usize = 12;

/// How like each other two words of the same letters are.
const SHUFFLED: f64 = 0.99;

fn sorted(word: &str) -> Vec<char> {
    let mut letters: Vec<char> = word.chars().collect();
    letters.sort_unstable();
    letters
}

fn scored<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<(f64, &'a str)> {
    let lower = word.to_lowercase();
    let letters = sorted(&lower);
    let likeness = |candidate: &str| {
        let candidate = candidate.to_lowercase();
        // Letters that changed places are one mistake, however short the word is.
        let is_shuffled = lower != candidate && letters == sorted(&candidate);
        if is_shuffled { SHUFFLED } else { strsim::jaro_winkler(&lower, &candidate) }
    };
    known
        .into_iter()
        .map(|candidate| (likeness(candidate), candidate))
        .reduce(|best, next| if next.0 > best.0 { next } else { best })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_found_whatever_its_case() {
        let known = ["customer", "cart", "order", "orderAddress"];
        for (word, expected) in
            [("costumer", "customer"), ("CART", "cart"), ("oder", "order"), ("orderadress", "orderAddress")]
        {
            assert_eq!(nearest(word, known), Some(expected), "{word}");
        }
        assert_eq!(nearest("anything", []), None);
    }

    #[cfg(feature = "shop")]
    #[test]
    fn a_word_like_none_is_not_meant() {
        assert_eq!(meant("zzz", ["customer", "cart"]), None);
        assert_eq!(meant("snyc", ["sync", "advance"]), Some("sync"));
        assert_eq!(meant("wis", ["bridge", "wsi"]), Some("wsi"));
    }
}
