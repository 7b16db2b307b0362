//! Scalars between PHP values and the text of an element: wire spec, section 3.1.

use std::borrow::Cow;

use super::{SoapValue, Xsd};
use crate::xml::writer::{escape_text, mark_forbidden};

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
        SoapValue::Text(text) => {
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
        #[expect(clippy::cast_precision_loss, reason = "PHP casts integers to doubles the same way")]
        other => other.to_int().unwrap_or_default() as f64,
    }
}

/// Reads an element's text by its declared type; `None` when the type does not allow it.
///
/// An empty string is a string, an empty number or boolean is null.
pub(super) fn read(text: &str, declared: Xsd) -> Option<SoapValue> {
    let trimmed = text.trim();
    match declared {
        Xsd::String | Xsd::AnyType => Some(SoapValue::Text(text.to_owned())),
        _ if trimmed.is_empty() => Some(SoapValue::Nil),
        Xsd::Int => match trimmed.parse::<i64>() {
            Ok(number) => Some(SoapValue::Int(number)),
            Err(_) => trimmed.parse::<f64>().ok().filter(|x| x.is_finite()).map(SoapValue::Double),
        },
        Xsd::Double => trimmed.parse::<f64>().ok().map(SoapValue::Double),
        Xsd::Boolean => match trimmed.to_ascii_lowercase().as_str() {
            "true" | "t" | "1" => Some(SoapValue::Bool(true)),
            "false" | "f" | "0" => Some(SoapValue::Bool(false)),
            _ => None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cast_by_the_declared_type() {
        for (value, declared, written) in [
            (SoapValue::from("1.0000"), Xsd::Int, "1"),
            (SoapValue::from(""), Xsd::Int, "0"),
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
        }
    }

    #[test]
    fn texts_are_read_by_the_declared_type() {
        assert_eq!(read("", Xsd::String), Some(SoapValue::from("")));
        assert_eq!(read(" \n", Xsd::Int), Some(SoapValue::Nil));
        assert_eq!(read(" 7 ", Xsd::Int), Some(SoapValue::Int(7)));
        assert_eq!(read("abc", Xsd::Int), None);
        assert_eq!(read("1", Xsd::Boolean), Some(SoapValue::Bool(true)));
        assert_eq!(read("yes", Xsd::Boolean), None);
    }
}
