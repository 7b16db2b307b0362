//! Files are read up to a limit, so that one that is named by mistake, or never ends as `/dev/zero`, is told about instead
//! of filling the memory.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result};
use std::path::Path;

/// A scenario, a fragment, overrides, a settings file, results of a run.
pub const TEXT_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// What comes through a pipe or from a device, whose length nobody knows before.
const STREAM_BYTES_MAX: u64 = 32 * 1024 * 1024;
/// A seed that is read as a text, and a dump.
pub const SEED_BYTES_MAX: u64 = 1024 * 1024 * 1024;
/// A seed in JSON that is read as it comes: that of a shop of a hundred thousand customers and orders as `generate` writes it.
pub const LONG_SEED_BYTES_MAX: u64 = 2 * 1024 * 1024 * 1024;
/// A cassette: twice what is recorded at most, for what JSON adds.
pub const CASSETTE_BYTES_MAX: u64 = 1024 * 1024 * 1024;

/// The text of a file; of a pipe or a device, whose length nobody knows, never more than 32 MB.
///
/// # Errors
/// What the system says; [`ErrorKind::FileTooLarge`] beyond `bytes_max`, [`ErrorKind::InvalidData`] for bytes that are no
/// UTF-8.
pub fn read_text(path: &Path, bytes_max: u64) -> Result<String> {
    String::from_utf8(read(path, bytes_max)?).map_err(|error| Error::new(ErrorKind::InvalidData, error))
}

/// The bytes of a file whose encoding is not known yet.
///
/// # Errors
/// As [`read_text`], whatever the bytes are.
pub fn read(path: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let file = File::open(path)?;
    let known = file.metadata()?;
    let bytes_max = if known.is_file() { bytes_max } else { bytes_max.min(STREAM_BYTES_MAX) };
    let mut bytes = Vec::new();
    if known.len() <= bytes_max {
        file.take(bytes_max + 1).read_to_end(&mut bytes)?;
    }
    if known.len().max(bytes.len() as u64) > bytes_max {
        let megabytes = bytes_max / (1024 * 1024);
        return Err(Error::new(ErrorKind::FileTooLarge, format!("it is longer than {megabytes} MB")));
    }
    Ok(bytes)
}

/// How many keys and values a JSON text has at most, found without making any of them: one of two bytes takes a hundred in
/// memory. Of a text that is no JSON it is a number too.
pub fn json_nodes(text: &[u8]) -> usize {
    let mut counted = JsonNodes::default();
    counted.add(text);
    counted.nodes()
}

/// The same of a text that comes in pieces.
#[derive(Default)]
struct JsonNodes {
    found: usize,
    is_text: bool,
    is_escaped: bool,
}

impl JsonNodes {
    fn add(&mut self, piece: &[u8]) {
        let Self { mut found, mut is_text, mut is_escaped } = *self;
        for byte in piece {
            match byte {
                _ if is_escaped => is_escaped = false,
                b'\\' if is_text => is_escaped = true,
                b'"' => is_text = !is_text,
                b',' | b':' | b'[' | b'{' if !is_text => found += 1,
                _ => {}
            }
        }
        *self = Self { found, is_text, is_escaped };
    }

    fn nodes(&self) -> usize {
        self.found + 1
    }
}

/// A JSON text that is read as it comes, and not further than to so many keys and values.
pub struct CountedJson<R> {
    reader: R,
    counted: JsonNodes,
    nodes_max: usize,
}

impl<R: Read> CountedJson<R> {
    /// Counts what `reader` gives.
    pub fn new(reader: R, nodes_max: usize) -> Self {
        Self { reader, counted: JsonNodes::default(), nodes_max }
    }
}

impl<R: Read> Read for CountedJson<R> {
    fn read(&mut self, room: &mut [u8]) -> Result<usize> {
        let read = self.reader.read(room)?;
        self.counted.add(&room[..read]);
        if self.counted.nodes() > self.nodes_max {
            return Err(Error::new(ErrorKind::InvalidData, "it has too many keys and values"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_values_are_counted_without_being_made() {
        for (text, expected) in [
            ("", 1),
            ("7", 1),
            ("[]", 2),
            ("[1,2,3]", 4),
            (r#"{"a":1,"b":[{}]}"#, 7),
            (r#"["a,b:[{","\",\\",","]"#, 4),
            ("[[[[", 5),
        ] {
            assert_eq!(json_nodes(text.as_bytes()), expected, "{text}");
            let mut read = Vec::new();
            let in_pieces = |nodes_max| CountedJson::new(text.as_bytes().chain(&b""[..]), nodes_max);
            assert_eq!(in_pieces(expected).read_to_end(&mut read).unwrap(), text.len(), "{text}");
            assert!(text.is_empty() || in_pieces(expected - 1).read_to_end(&mut read).is_err(), "{text}");
        }
    }

    #[test]
    fn a_file_is_read_up_to_its_limit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        std::fs::write(&path, "twelve bytes").unwrap();
        assert_eq!(read_text(&path, 12).unwrap(), "twelve bytes");
        assert_eq!(read_text(&path, 11).unwrap_err().kind(), ErrorKind::FileTooLarge);
        std::fs::write(&path, b"\xff").unwrap();
        assert_eq!(read_text(&path, 11).unwrap_err().kind(), ErrorKind::InvalidData);
        assert_eq!(read_text(&folder.path().join("none"), 11).unwrap_err().kind(), ErrorKind::NotFound);
        #[cfg(unix)]
        assert_eq!(read_text(Path::new("/dev/zero"), 1000).unwrap_err().kind(), ErrorKind::FileTooLarge);
    }
}
