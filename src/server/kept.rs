//! How much of an exchange the journal keeps: short texts whole, long ones as their size and digest, so that they can
//! still be recognised and compared.

use std::io;

use sha2::{Digest, Sha256};

use super::outcome::Outcome;
use crate::soap::{SoapStruct, SoapValue};

/// A longer text is kept as its size and digest; an address or a note is shorter, a picture is not.
pub(super) const TEXT_MAX: usize = 4 * 1024;
/// Arguments that weigh more, all together, are kept one by one as size and digest.
const ARGUMENTS_MAX: usize = 64 * 1024;
/// What a value takes besides its text.
const VALUE_BYTES: usize = 80;

/// Arguments as they are kept.
pub(super) fn arguments(arguments: SoapStruct) -> SoapStruct {
    let kept: SoapStruct = arguments.into_iter().map(|(name, value)| (name, value_kept(value))).collect();
    if weight_of(&kept) <= ARGUMENTS_MAX {
        return kept;
    }
    let heavy = |value: &SoapValue| weight(value) > TEXT_MAX;
    kept.into_iter().map(|(name, value)| (name, if heavy(&value) { summary(&value) } else { value })).collect()
}

fn value_kept(value: SoapValue) -> SoapValue {
    match value {
        SoapValue::Text(text) if text.len() > TEXT_MAX => {
            SoapValue::Text(format!("{} bytes, SHA-256 {}", text.len(), hex(&Sha256::digest(text.as_bytes()))))
        }
        SoapValue::List(items) => SoapValue::List(items.into_iter().map(value_kept).collect()),
        SoapValue::Struct(members) => {
            members.into_iter().map(|(name, value)| (name, value_kept(value))).collect::<SoapStruct>().into()
        }
        other => other,
    }
}

/// Size and digest of the JSON that a value would be shown as.
fn summary(value: &SoapValue) -> SoapValue {
    let mut digester = Digester { hash: Sha256::new(), bytes: 0 };
    // Neither the digester nor a value can fail.
    let _ = serde_json::to_writer(&mut digester, value);
    SoapValue::Text(format!("{} bytes as JSON, SHA-256 {}", digester.bytes, hex(&digester.hash.finalize())))
}

struct Digester {
    hash: Sha256,
    bytes: usize,
}

impl io::Write for Digester {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        self.bytes += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A text of an exchange as it is kept: what is too long ends in its length.
pub(super) fn text(text: String) -> String {
    if text.len() <= TEXT_MAX {
        return text;
    }
    let mut end = TEXT_MAX;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    format!("{}… ({} bytes in all)", &text[..end], text.len())
}

/// An outcome with the text of its fault as it is kept.
pub(super) fn outcome(outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Fault { code, string } => Outcome::Fault { code: text(code), string: text(string) },
        other => other,
    }
}

/// About how many bytes of memory arguments take.
pub(super) fn weight_of(members: &SoapStruct) -> usize {
    members.iter().map(|(name, value)| name.len() + weight(value)).sum()
}

fn weight(value: &SoapValue) -> usize {
    VALUE_BYTES
        + match value {
            SoapValue::Text(text) => text.len(),
            SoapValue::List(items) => items.iter().map(weight).sum(),
            SoapValue::Struct(members) => weight_of(members),
            _ => 0,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_long_is_kept_as_size_and_digest() {
        let picture = "x".repeat(TEXT_MAX + 1);
        let file = SoapStruct::new().with("content", picture.as_str()).with("mime", "image/png");
        let kept = arguments(SoapStruct::new().with("product", "1").with("data", SoapStruct::new().with("file", file)));
        let shown = serde_json::to_string(&kept).unwrap();
        assert!(shown.contains(r#""content":"4097 bytes, SHA-256 "#) && shown.contains("image/png"), "{shown}");
        let many: Vec<SoapValue> = (0..ARGUMENTS_MAX as i64).map(SoapValue::from).collect();
        let kept = arguments(SoapStruct::new().with("product", "1").with("ids", many.clone()));
        assert_eq!(kept.text("product").as_deref(), Some("1"));
        assert!(kept.text("ids").is_some_and(|ids| ids.contains(" bytes as JSON, SHA-256 ")), "{kept:?}");
        let other = arguments(SoapStruct::new().with("ids", many[1..].to_vec()));
        assert_ne!(kept.text("ids"), other.text("ids"), "the digest tells them apart");
        assert_eq!(text("é".repeat(TEXT_MAX)).len(), TEXT_MAX + "… (8192 bytes in all)".len());
    }
}
