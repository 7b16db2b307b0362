//! Standard output and standard error, through which everything goes that a command prints: what would act on a terminal
//! is shown as an escape, whoever wrote it (see [`crate::printable`]).

use std::io::{self, Write};
use std::sync::Mutex;

use comfy_table::{ContentArrangement, Table};
use serde::Serialize;

use crate::printable::{is_active, json, printable};

/// Lines for a person on standard output.
pub(super) fn stdout() -> Shown<Noted<anstream::AutoStream<io::Stdout>>> {
    Shown::new(Noted(anstream::stdout()), As::Text)
}

/// Lines for a person on standard error.
pub(super) fn stderr() -> Shown<anstream::AutoStream<io::Stderr>> {
    Shown::new(anstream::stderr(), As::Text)
}

/// Lines with colours of ours on standard output; whoever writes there escapes what is not ours.
pub(super) fn coloured() -> Noted<anstream::AutoStream<io::Stdout>> {
    Noted(anstream::stdout())
}

/// A document on standard output that a program reads: as it is, but on a terminal as a person may see it.
pub(super) fn document() -> Box<dyn Write> {
    let out = io::stdout();
    match io::IsTerminal::is_terminal(&out) {
        true => Box::new(Shown::new(Noted(out), As::Text)),
        false => Box::new(Noted(out)),
    }
}

/// The log on standard error. Where it is coloured the log itself shows what is in its values; colours are its own.
pub(super) fn log(is_coloured: bool) -> Box<dyn Write> {
    if is_coloured { Box::new(io::stderr()) } else { Box::new(Shown::new(io::stderr(), As::Text)) }
}

/// The log on standard error, a JSON value a line.
pub(super) fn json_log() -> Box<dyn Write> {
    Box::new(Shown::new(io::stderr(), As::Json))
}

/// `1 case`, `2 cases`.
pub(super) fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// Whether somebody sits at both ends of the program.
pub(super) fn is_conversation() -> bool {
    use io::IsTerminal as _;
    io::stdin().is_terminal() && io::stdout().is_terminal()
}

/// Below this many columns nothing can be read.
const COLUMNS_MIN: u16 = 20;

/// How wide the output may be: what `COLUMNS` in the environment says, else the width of the terminal; `None` in a file or a
/// pipe.
pub(super) fn columns() -> Option<u16> {
    use io::IsTerminal as _;
    let wanted = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let terminal = || io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
    wanted
        .or_else(|| terminal().map(|(terminal_size::Width(columns), _)| columns))
        .filter(|columns| *columns >= COLUMNS_MIN)
}

/// Lets a table be as wide as the terminal and breaks its cells; elsewhere, as in a file or a pipe, its lines stay whole.
pub(super) fn fit(table: &mut Table) {
    table.set_content_arrangement(ContentArrangement::Disabled);
    if let Some(columns) = columns() {
        table.set_content_arrangement(ContentArrangement::Dynamic).set_width(columns);
    }
}

/// JSON on standard output, streamed.
pub(super) fn json_stream() -> Shown<Noted<io::Stdout>> {
    Shown::new(Noted(io::stdout()), As::Json)
}

/// Why standard output could not be written, the first time.
static BROKEN: Mutex<Option<io::Error>> = Mutex::new(None);

/// Why not all of it could be printed; `None` also when the reader closed the pipe, who has seen what it wanted.
pub(super) fn broken() -> Option<io::Error> {
    let _ = Noted(io::stdout()).flush();
    BROKEN.lock().ok()?.take()
}

/// A writer whose failures are noted, so that a command ends with an error though it went on.
pub(super) struct Noted<W>(W);

impl<W> Noted<W> {
    fn note<T>(result: io::Result<T>) -> io::Result<T> {
        if let Err(error) = &result
            && !matches!(error.kind(), io::ErrorKind::BrokenPipe | io::ErrorKind::Interrupted)
            && let Ok(mut broken) = BROKEN.lock()
        {
            // The error itself goes to the caller; what is kept says the same.
            broken.get_or_insert_with(|| match error.raw_os_error() {
                Some(code) => io::Error::from_raw_os_error(code),
                None => io::Error::new(error.kind(), error.to_string()),
            });
        }
        result
    }
}

impl<W: Write> Write for Noted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Self::note(self.0.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Self::note(self.0.flush())
    }
}

/// A value as indented JSON.
pub(super) fn to_json(value: &impl Serialize) -> String {
    // What commands print has no keys but texts, so this does not fail.
    json(&serde_json::to_string_pretty(value).unwrap_or_default()).into_owned()
}

/// How an active character is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum As {
    Text,
    Json,
}

/// A writer behind which no character acts. Bytes that are no UTF-8 become U+FFFD.
pub(super) struct Shown<W> {
    inner: W,
    how: As,
    /// The beginning of a character whose end has not been written yet.
    rest: Vec<u8>,
}

impl<W: Write> Shown<W> {
    fn new(inner: W, how: As) -> Self {
        Self { inner, how, rest: Vec::new() }
    }

    fn put(&mut self, text: &str) -> io::Result<()> {
        match self.how {
            As::Text => self.inner.write_all(printable(text).as_bytes()),
            As::Json => self.inner.write_all(json(text).as_bytes()),
        }
    }
}

impl<W: Write> Write for Shown<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.rest.is_empty()
            && let Ok(text) = std::str::from_utf8(bytes)
            && !text.contains(is_active)
        {
            self.inner.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        let mut left = all.as_slice();
        loop {
            match std::str::from_utf8(left) {
                Ok(text) => {
                    self.put(text)?;
                    break;
                }
                Err(error) => {
                    let (good, bad) = left.split_at(error.valid_up_to());
                    self.put(&String::from_utf8_lossy(good))?;
                    let Some(length) = error.error_len() else {
                        self.rest = bad.to_vec();
                        break;
                    };
                    self.put("\u{fffd}")?;
                    left = &bad[length..];
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_shown_however_they_are_cut() {
        let text = "a\u{1b}[2J\u{9b}ü\u{202e}👩\r\n".as_bytes();
        for cut in 0..=text.len() {
            let mut out = Shown::new(Vec::new(), As::Text);
            out.write_all(&text[..cut]).unwrap();
            out.write_all(&text[cut..]).unwrap();
            assert_eq!(String::from_utf8(out.inner).unwrap(), "a\\u{1b}[2J\\u{9b}ü\\u{202e}👩\\u{d}\n", "{cut}");
        }
        let mut out = Shown::new(Vec::new(), As::Text);
        out.write_all(b"\xff\x1b\xfe!").unwrap();
        assert_eq!(String::from_utf8(out.inner).unwrap(), "\u{fffd}\\u{1b}\u{fffd}!");
    }
}
