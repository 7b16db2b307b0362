//! Scalars between PHP values and the text of an element: wire spec, section 3.1.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::record::Member;
use super::value::leading_int;
use super::{SoapValue, Xsd};
use crate::xml::TextForm;
use crate::xml::writer::{escape_text, mark_forbidden, put_text};

/// Writes a value that is not nil as [`write`] does.
pub(super) fn put(out: &mut String, member: Member<'_>, declared: Xsd) {
    let text = match member {
        Member::Text(text) => text,
        Member::Value(SoapValue::Text(text)) => text,
        Member::Value(value) => return out.push_str(&write(value, declared)),
        Member::Nil => return,
    };
    match declared {
        Xsd::String | Xsd::AnyType => put_text(out, text),
        Xsd::Int if is_plain_int(text) => out.push_str(text),
        Xsd::Int => out.push_str(&leading_int(text).to_string()),
        Xsd::Boolean => out.push_str(if text.is_empty() || text == "0" { "false" } else { "true" }),
        Xsd::Double => out.push_str(&leading_double(text).to_string()),
    }
}

/// Whether a text is the number that PHP makes of it.
fn is_plain_int(text: &str) -> bool {
    let digits = text.as_bytes();
    (digits.len() < 19 && digits.iter().all(u8::is_ascii_digit)) && (text == "0" || !matches!(digits, [] | [b'0', ..]))
}

/// What is written for a value that is not nil, escaped: cast by the declared type as PHP casts it.
pub(super) fn write(value: &SoapValue, declared: Xsd) -> Cow<'_, str> {
    match declared {
        Xsd::Int => value.to_int().unwrap_or_else(|| i64::from(value.is_truthy())).to_string().into(),
        Xsd::Boolean => if value.is_truthy() { "true" } else { "false" }.into(),
        Xsd::Double => double(value).to_string().into(),
        Xsd::String | Xsd::AnyType => match value {
            SoapValue::Text(text) => match mark_forbidden(text) {
                Cow::Borrowed(text) => escape_text(text),
                Cow::Owned(marked) => escape_text(&marked).into_owned().into(),
            },
            SoapValue::List(_) | SoapValue::Struct(_) => "Array".into(),
            other => other.to_text().unwrap_or_default().into(),
        },
    }
}

/// The number a text starts with, as PHP's `(float)`.
fn double(value: &SoapValue) -> f64 {
    match value {
        SoapValue::Double(x) => *x,
        SoapValue::Text(text) => leading_double(text),
        #[expect(clippy::cast_precision_loss, reason = "PHP casts integers to doubles the same way")]
        other => other.to_int().unwrap_or_default() as f64,
    }
}

fn leading_double(text: &str) -> f64 {
    let trimmed = text.trim();
    let mut end = trimmed.len();
    while end > 0 {
        if trimmed.is_char_boundary(end)
            && let Ok(number) = trimmed[..end].parse::<f64>()
            && number.is_finite()
        {
            return number;
        }
        end -= 1;
    }
    0.0
}

/// How a text becomes a value: what PHP does for the type that is declared or stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lexical {
    /// As it stands there.
    Text,
    /// Line feeds and tabs become blanks.
    Replaced,
    /// Blanks are collapsed as well.
    Collapsed,
    Int,
    Double,
    Boolean,
    Hex,
    Base64,
}

impl Lexical {
    /// By the local name of a type of XML Schema, as PHP's table of encodings has them; `None` for what is no scalar.
    pub(super) fn of_xsd(local: &str) -> Option<Self> {
        Some(match local {
            "string" => Self::Text,
            "normalizedString" => Self::Replaced,
            "decimal" | "dateTime" | "time" | "date" | "timeInstant" | "gYear" | "gYearMonth" | "gMonth"
            | "gMonthDay" | "gDay" | "duration" | "anyURI" | "QName" | "NOTATION" | "token" | "language"
            | "NMTOKEN" | "NMTOKENS" | "Name" | "NCName" | "ID" | "IDREF" | "IDREFS" | "ENTITY" | "ENTITIES" => {
                Self::Collapsed
            }
            "int" | "integer" | "long" | "short" | "byte" | "nonPositiveInteger" | "positiveInteger"
            | "nonNegativeInteger" | "negativeInteger" | "unsignedByte" | "unsignedShort" | "unsignedInt"
            | "unsignedLong" => Self::Int,
            "double" | "float" => Self::Double,
            "boolean" => Self::Boolean,
            "hexBinary" => Self::Hex,
            "base64Binary" => Self::Base64,
            _ => return None,
        })
    }

    /// The type in words, for whoever is told that a text is not one.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Text | Self::Replaced | Self::Collapsed => "xsd:string",
            Self::Int => "xsd:int",
            Self::Double => "xsd:double",
            Self::Boolean => "xsd:boolean",
            Self::Hex => "xsd:hexBinary",
            Self::Base64 => "xsd:base64Binary",
        }
    }
}

impl From<Xsd> for Lexical {
    fn from(declared: Xsd) -> Self {
        match declared {
            Xsd::String | Xsd::AnyType => Self::Text,
            Xsd::Int => Self::Int,
            Xsd::Double => Self::Double,
            Xsd::Boolean => Self::Boolean,
        }
    }
}

/// Reads an element's text; `None` when the type does not allow it.
///
/// A text without anything is an empty text, a number or boolean without anything null. Texts may be one CDATA section,
/// numbers may not; nothing may be text and CDATA mixed.
pub(super) fn read(text: &str, form: TextForm, lexical: Lexical) -> Option<SoapValue> {
    let is_text =
        matches!(lexical, Lexical::Text | Lexical::Replaced | Lexical::Collapsed | Lexical::Hex | Lexical::Base64);
    match form {
        TextForm::Nothing if is_text => return Some(SoapValue::Text(String::new())),
        TextForm::Nothing => return Some(SoapValue::Nil),
        TextForm::Mixed => return None,
        TextForm::Cdata if !is_text => return None,
        TextForm::Cdata | TextForm::Text => {}
    }
    let plain = form == TextForm::Text;
    Some(match lexical {
        Lexical::Replaced if plain => SoapValue::Text(text.replace(['\t', '\n', '\r'], " ")),
        Lexical::Collapsed if plain => SoapValue::Text(collapsed(text)),
        Lexical::Text | Lexical::Replaced | Lexical::Collapsed => SoapValue::Text(text.to_owned()),
        Lexical::Int => {
            let trimmed = text.trim();
            match trimmed.parse::<i64>() {
                Ok(number) => SoapValue::Int(number),
                Err(_) => SoapValue::Double(trimmed.parse::<f64>().ok().filter(|x| x.is_finite())?),
            }
        }
        Lexical::Double => {
            let trimmed = text.trim();
            let named = |name: &str| trimmed.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
            let number = trimmed.parse::<f64>().ok().filter(|x| x.is_finite());
            SoapValue::Double(match number {
                Some(number) => number,
                None if named("NaN") => f64::NAN,
                None if named("INF") => f64::INFINITY,
                None if named("-INF") => f64::NEG_INFINITY,
                None => return None,
            })
        }
        // Whatever is no word for it is true unless it is blank, as PHP casts a text.
        Lexical::Boolean => {
            SoapValue::Bool(!matches!(text.trim().to_ascii_lowercase().as_str(), "" | "false" | "f" | "0"))
        }
        Lexical::Hex => SoapValue::Text(of_hex(if plain { collapsed(text) } else { text.to_owned() }.as_bytes())?),
        Lexical::Base64 => SoapValue::Text(of_base64(text)),
    })
}

/// Blanks at both ends gone, those between words one each.
fn collapsed(text: &str) -> String {
    text.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Two digits a byte; a last single one is left out.
fn of_hex(digits: &[u8]) -> Option<String> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let byte = |pair: &[u8]| u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).ok();
    let bytes: Option<Vec<u8>> = digits.chunks_exact(2).map(byte).collect();
    Some(String::from_utf8_lossy(&bytes?).into_owned())
}

/// As PHP decodes: what is no letter of the alphabet is passed over.
fn of_base64(text: &str) -> String {
    let letters: Vec<u8> =
        text.bytes().filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).collect();
    let whole = if letters.len() % 4 == 1 { letters.len() - 1 } else { letters.len() };
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone);
    let bytes = GeneralPurpose::new(&alphabet::STANDARD, config).decode(&letters[..whole]).unwrap_or_default();
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cast_by_the_declared_type() {
        for (value, declared, written) in [
            (SoapValue::from("1.0000"), Xsd::Int, "1"),
            (SoapValue::from(""), Xsd::Int, "0"),
            (SoapValue::from("0"), Xsd::Int, "0"),
            (SoapValue::from("120"), Xsd::Int, "120"),
            (SoapValue::from("007"), Xsd::Int, "7"),
            (SoapValue::from("-7"), Xsd::Int, "-7"),
            (SoapValue::from(" 7x"), Xsd::Int, "7"),
            (SoapValue::from("9999999999999999999"), Xsd::Int, "0"),
            (SoapValue::from("a\u{fffe}ü\t\r\n"), Xsd::String, "a&amp;#65534;ü\t&#13;\n"),
            (SoapValue::from(true), Xsd::Int, "1"),
            (SoapValue::from("19.9900"), Xsd::Double, "19.99"),
            (SoapValue::from("1.0000"), Xsd::Double, "1"),
            (SoapValue::from("0.2000"), Xsd::Double, "0.2"),
            (SoapValue::from("0"), Xsd::Boolean, "false"),
            (SoapValue::from("no"), Xsd::Boolean, "true"),
            (SoapValue::from(false), Xsd::String, ""),
            (SoapValue::from(Vec::new()), Xsd::String, "Array"),
            (SoapValue::from("O'Neil & <Co>"), Xsd::String, "O'Neil &amp; &lt;Co&gt;"),
            (SoapValue::from("a\u{b}"), Xsd::String, "a&amp;#11;"),
        ] {
            assert_eq!(write(&value, declared), written, "{value:?} as {declared:?}");
            let mut out = String::new();
            put(&mut out, Member::Value(&value), declared);
            assert_eq!(out, written, "{value:?} as {declared:?}, put");
        }
    }

    #[test]
    fn texts_are_read_by_the_declared_type() {
        use TextForm::{Cdata, Mixed, Nothing, Text};
        let text = |text: &str| Some(SoapValue::from(text));
        for (written, form, stated, expected) in [
            ("", Nothing, "string", text("")),
            (" \n", Text, "string", text(" \n")),
            (" ", Text, "int", None),
            (" ", Text, "double", None),
            ("\n", Text, "boolean", Some(SoapValue::Bool(false))),
            (" a\n b ", Text, "string", text(" a\n b ")),
            (" a\n b ", Text, "normalizedString", text(" a  b ")),
            ("  100000001 ", Text, "token", text("100000001")),
            (" a \n b", Text, "anyURI", text("a b")),
            (" a \n b", Cdata, "token", text(" a \n b")),
            ("a", Cdata, "string", text("a")),
            ("ab", Mixed, "string", None),
            ("313030", Text, "hexBinary", text("100")),
            ("3x", Text, "hexBinary", None),
            ("MT A=", Text, "base64Binary", text("10")),
            ("MTAw", Cdata, "base64Binary", text("100")),
            ("", Nothing, "int", Some(SoapValue::Nil)),
            (" 7 ", Text, "int", Some(SoapValue::Int(7))),
            ("0007", Text, "unsignedShort", Some(SoapValue::Int(7))),
            ("1.0", Text, "int", Some(SoapValue::Double(1.0))),
            ("7", Cdata, "int", None),
            ("abc", Text, "int", None),
            ("nan", Text, "int", None),
            ("-inf", Text, "double", Some(SoapValue::Double(f64::NEG_INFINITY))),
            ("x", Text, "double", None),
            ("1", Text, "boolean", Some(SoapValue::Bool(true))),
            ("F", Text, "boolean", Some(SoapValue::Bool(false))),
            ("yes", Text, "boolean", Some(SoapValue::Bool(true))),
            ("", Nothing, "boolean", Some(SoapValue::Nil)),
        ] {
            let lexical = Lexical::of_xsd(stated).unwrap();
            assert_eq!(read(written, form, lexical), expected, "{written:?} as {stated}");
        }
        assert_eq!(Lexical::of_xsd("Array"), None);
    }
}
