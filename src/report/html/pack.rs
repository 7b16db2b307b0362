//! Data on its way into a page: JSON that cannot end its element, texts that are kept once however often they occur, and
//! gzip in base64 for what is only looked at when somebody opens it.

use std::collections::HashMap;
use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::{Compression, GzBuilder};
use serde::Serialize;

/// JSON for the inside of a `script` element: without `<`, no text in it can end the element or begin a comment.
pub(super) fn embedded(value: &impl Serialize) -> String {
    json(value).replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}

/// JSON, compressed, in letters that mean nothing to HTML. The same value gives the same text.
pub(super) fn packed(value: &impl Serialize) -> String {
    let mut gzip = GzBuilder::new().mtime(0).write(Vec::new(), Compression::best());
    // Writing into memory cannot fail.
    let bytes = gzip.write_all(json(value).as_bytes()).and_then(|()| gzip.finish()).unwrap_or_default();
    STANDARD.encode(bytes)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Where a text is: the pack, and its place in it.
pub(super) type TextAt = [usize; 2];

/// Long texts of all timelines, each once; those that are new with a timeline are packed together.
#[derive(Default)]
pub(super) struct Texts {
    /// Looked up only, never gone through.
    known: HashMap<String, TextAt>,
    fresh: Vec<String>,
    packs: Vec<String>,
}

impl Texts {
    /// The place of a text.
    pub(super) fn place(&mut self, text: &str) -> TextAt {
        if let Some(place) = self.known.get(text) {
            return *place;
        }
        let place = [self.packs.len(), self.fresh.len()];
        self.known.insert(text.to_owned(), place);
        self.fresh.push(text.to_owned());
        place
    }

    /// Packs what is new.
    pub(super) fn close(&mut self) {
        self.packs.push(packed(&std::mem::take(&mut self.fresh)));
    }

    pub(super) fn packs(&self) -> &[String] {
        &self.packs
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::*;

    #[test]
    fn no_text_can_leave_its_element() {
        let hostile = "</script><script>alert(1)</script><!-- <script>&amp;";
        let embedded = embedded(&hostile);
        assert!(!embedded.contains(['<', '>', '&']), "{embedded}");
        assert_eq!(serde_json::from_str::<String>(&embedded).unwrap(), hostile);
    }

    #[test]
    fn a_pack_says_the_same_each_time_and_comes_back() {
        let pack = packed(&["</script>", "ä"]);
        assert_eq!(pack, packed(&["</script>", "ä"]));
        assert!(pack.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c)), "{pack}");
        let mut text = String::new();
        flate2::read::GzDecoder::new(&STANDARD.decode(pack).unwrap()[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "[\"</script>\",\"ä\"]");
    }

    #[test]
    fn a_text_is_kept_once() {
        let mut texts = Texts::default();
        assert_eq!((texts.place("a"), texts.place("b"), texts.place("a")), ([0, 0], [0, 1], [0, 0]));
        texts.close();
        assert_eq!((texts.place("c"), texts.place("b")), ([1, 0], [0, 1]));
        texts.close();
        assert_eq!(texts.packs(), [packed(&["a", "b"]), packed(&["c"])]);
    }
}
