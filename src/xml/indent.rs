//! XML for people: one element a line.

use quick_xml::events::Event;
use quick_xml::{Reader, Writer};

use super::limits::DEPTH_MAX;

/// XML with one element a line; `None` for anything that is no well-formed XML, and for elements nested deeper than any
/// document may have them: each level indents all that is in it, so that the text would grow with its square.
pub fn indented(text: &str) -> Option<String> {
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    let mut writer = Writer::new_with_indent(Vec::new(), b' ', 2);
    let mut elements = 0;
    let mut depth = 0_usize;
    loop {
        let event = reader.read_event().ok()?;
        match &event {
            Event::Eof => break,
            Event::Text(text) if text.trim_ascii().is_empty() => continue,
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEPTH_MAX {
            return None;
        }
        elements += usize::from(matches!(event, Event::Start(_) | Event::Empty(_)));
        writer.write_event(event).ok()?;
    }
    (elements > 0).then(|| String::from_utf8(writer.into_inner()).ok()).flatten()
}
