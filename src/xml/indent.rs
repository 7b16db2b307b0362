//! XML for people: one element a line.

use quick_xml::events::Event;
use quick_xml::{Reader, Writer};

/// XML with one element a line; `None` for anything that is no well-formed XML.
pub fn indented(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let mut elements = 0;
    loop {
        match reader.read_event().ok()? {
            Event::Eof => break,
            Event::Text(text) if text.trim_ascii().is_empty() => {}
            event => {
                elements += usize::from(matches!(event, Event::Start(_) | Event::Empty(_)));
                writer.write_event(event).ok()?;
            }
        }
    }
    (elements > 0).then(|| String::from_utf8(writer.into_inner()).ok()).flatten()
}
