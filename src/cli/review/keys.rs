//! Answers of a review as single keys: nobody has to press Enter.

use std::io;

use console::Term;

use crate::cli::output;

/// Keys of a terminal, each as the line that [`super::answer::Answer`] reads.
pub(super) struct Keys {
    terminal: Term,
    line: Line,
}

impl Keys {
    /// Those of the terminal the program is at.
    pub(super) fn of_terminal() -> Self {
        Self { terminal: Term::stdout(), line: Line::default() }
    }
}

impl Iterator for Keys {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let key = match self.terminal.read_char() {
                Ok(key) => key,
                Err(error) => return Some(Err(error)),
            };
            if let Some(line) = self.line.after(key) {
                // The terminal shows no key itself.
                let _ = io::Write::write_fmt(&mut output::stdout(), format_args!("{key}\n"));
                return Some(Ok(line));
            }
        }
    }
}

/// What was typed so far: digits before a key count, as in `2w`.
#[derive(Default)]
struct Line {
    digits: String,
}

impl Line {
    /// The answer, once a key makes one.
    fn after(&mut self, key: char) -> Option<String> {
        if key.is_ascii_digit() {
            self.digits.push(key);
            return None;
        }
        let digits = std::mem::take(&mut self.digits);
        match key {
            key if key.is_whitespace() || key.is_control() => None,
            key if digits.is_empty() => Some(key.to_string()),
            key => Some(format!("{key} {digits}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_an_answer_and_digits_before_it_are_a_number() {
        let mut line = Line::default();
        let answers: Vec<String> = "a\r?12w3\nsR".chars().filter_map(|key| line.after(key)).collect();
        assert_eq!(answers, ["a", "?", "w 12", "s", "R"]);
    }
}
