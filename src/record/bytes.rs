//! Bytes as a text that can be looked through, and back: what is no UTF-8 stands as a character of its own.

/// Byte 0x80 is U+F780, and so on to 0xFF: characters nobody uses otherwise.
const FIRST: u32 = 0xF700;

/// The bytes as text, and whether some of them were no UTF-8.
pub(super) fn to_text(bytes: &[u8]) -> (String, bool) {
    let mut text = String::with_capacity(bytes.len());
    let mut broken = false;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        broken |= !chunk.invalid().is_empty();
        text.extend(chunk.invalid().iter().filter_map(|byte| char::from_u32(FIRST + u32::from(*byte))));
    }
    (text, broken)
}

/// The bytes again, of a text some of whose bytes were no UTF-8.
pub(super) fn from_text(text: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        match u32::from(character)
            .checked_sub(FIRST)
            .and_then(|byte| u8::try_from(byte).ok())
            .filter(|byte| *byte >= 0x80)
        {
            Some(byte) => bytes.push(byte),
            None => bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes()),
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_bytes_come_back() {
        for (bytes, broken) in [(&b"plain"[..], false), ("Ångström".as_bytes(), false), (b"M\xfcller \xff\xfe", true)]
        {
            let (text, is_broken) = to_text(bytes);
            assert_eq!(is_broken, broken);
            assert_eq!(from_text(&text), bytes);
        }
    }
}
