//! The nearest of the words there are, for "did you mean".

/// Below this a suggestion confuses more than it helps.
#[cfg(feature = "scenario")]
const LIKE_ENOUGH: f64 = 0.8;

/// The known word that is most like `word`, however little that is; case does not matter. The first of several.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(word, known).map(|(_, candidate)| candidate)
}

/// The known word that may be meant: the nearest one, if it is like enough.
#[cfg(feature = "scenario")]
pub(crate) fn meant<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    scored(word, known).filter(|(likeness, _)| *likeness > LIKE_ENOUGH).map(|(_, candidate)| candidate)
}

fn scored<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<(f64, &'a str)> {
    let lower = word.to_lowercase();
    let likeness = |candidate: &str| strsim::jaro_winkler(&lower, &candidate.to_lowercase());
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

    #[cfg(feature = "scenario")]
    #[test]
    fn a_word_like_none_is_not_meant() {
        assert_eq!(meant("zzz", ["customer", "cart"]), None);
        assert_eq!(meant("snyc", ["sync", "advance"]), Some("sync"));
    }
}
