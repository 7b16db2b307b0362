//! What a person says to a change.

use super::Decision;

/// What somebody decides about a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// About all files of the change, or about everything that follows as well.
    Decide { decision: Decision, for_the_rest: bool },
    /// The calls before the snapshot in the file of that number, from 1; long messages whole or cut.
    Wire { number: usize, whole: bool },
    /// Say what the answers are.
    Help,
    /// Ask about each file of the change.
    OneByOne,
    /// Leave everything else as it is.
    Quit,
}

impl Answer {
    /// Reads one; `None` when it says nothing that is known.
    pub(super) fn of(said: &str, files: usize) -> Option<Self> {
        let mut words = said.split_whitespace();
        let (word, number) = (words.next()?, words.next());
        if number.is_some() && !["w", "W"].contains(&word) {
            return None;
        }
        let decide = |decision, for_the_rest| Some(Self::Decide { decision, for_the_rest });
        match word {
            "a" => decide(Decision::Accept, false),
            "A" => decide(Decision::Accept, true),
            "r" => decide(Decision::Reject, false),
            "R" => decide(Decision::Reject, true),
            "s" => decide(Decision::Skip, false),
            "w" | "W" => {
                let number = number.map_or(Ok(1), str::parse).ok().filter(|number| *number > 0)?;
                Some(Self::Wire { number, whole: word == "W" })
            }
            "o" if files > 1 => Some(Self::OneByOne),
            "q" => Some(Self::Quit),
            "?" | "h" => Some(Self::Help),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_single_letters_and_the_wire_may_be_that_of_a_file() {
        let decide = |decision, for_the_rest| Some(Answer::Decide { decision, for_the_rest });
        for (said, files, expected) in [
            ("a", 1, decide(Decision::Accept, false)),
            (" R ", 1, decide(Decision::Reject, true)),
            ("s", 1, decide(Decision::Skip, false)),
            ("w", 1, Some(Answer::Wire { number: 1, whole: false })),
            ("W 3", 4, Some(Answer::Wire { number: 3, whole: true })),
            ("w 0", 4, None),
            ("w x", 4, None),
            ("a 2", 4, None),
            ("o", 2, Some(Answer::OneByOne)),
            ("o", 1, None),
            ("q", 1, Some(Answer::Quit)),
            ("?", 1, Some(Answer::Help)),
            ("accept", 1, None),
            ("", 1, None),
        ] {
            assert_eq!(Answer::of(said, files), expected, "{said}");
        }
    }
}
