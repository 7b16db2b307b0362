//! The bytes of the latest exchanges, to look at: kept as they came, shown indented and without secrets only.

use std::fmt::{self, Write as _};
use std::sync::{Arc, LazyLock};

use super::secret_names::{SECRET_NAMES, SESSION_NAME};
use crate::soap::{SoapStruct, SoapValue};
use crate::xml::indent::indented;
use crate::xml::mask::Secrets;

/// What is kept of one message.
const KEPT_MAX: usize = 64 * 1024;
/// A call holds its session's id and seldom a key or a password besides.
const SECRETS_MAX: usize = 64;
/// All of them together; beyond it the messages are not shown, because masking could miss one.
const SECRET_BYTES_MAX: usize = 16 * 1024;

/// The two messages of an exchange.
#[derive(Clone)]
pub struct Envelopes {
    request: Message,
    answer: Message,
    /// Values of secret arguments, wherever in the request they stand (an `href` may lead to them); `None` when there are
    /// too many to keep.
    secrets: Option<Arc<[String]>>,
    /// Whether the request was not understood and its values have no names, so that nobody knows which is a key.
    is_unnamed: bool,
}

#[derive(Clone)]
struct Message {
    bytes: Arc<[u8]>,
    length: usize,
}

impl Message {
    fn of(bytes: &[u8]) -> Self {
        Self { bytes: bytes[..bytes.len().min(KEPT_MAX)].into(), length: bytes.len() }
    }
}

impl fmt::Debug for Envelopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Envelopes({} bytes asked, {} bytes answered)", self.request.length, self.answer.length)
    }
}

impl Envelopes {
    /// Takes both messages in; `arguments` as they were read, before anything was masked.
    pub(super) fn of(request: &[u8], answer: &[u8], arguments: &SoapStruct) -> Self {
        let mut secrets = Collected::default();
        collect_secrets(arguments, &mut secrets);
        let secrets = secrets.texts.map(Into::into);
        Self { request: Message::of(request), answer: Message::of(answer), secrets, is_unnamed: false }
    }

    /// The same with more texts that are secret.
    pub(super) fn hiding(mut self, texts: &[String]) -> Self {
        if texts.is_empty() {
            return self;
        }
        let mut all = Collected { bytes: 0, texts: self.secrets.map(|known| known.to_vec()) };
        texts.iter().for_each(|text| all.add(&SoapValue::from(text.as_str())));
        self.secrets = all.texts.map(Into::into);
        self
    }

    /// The same for a request of which nobody knows which text is a key.
    pub(super) fn unnamed(mut self) -> Self {
        self.is_unnamed = true;
        self
    }

    /// The same for a request that was not understood: of SOAP the names of elements say what is secret, of JSON, a form or
    /// XML-RPC nothing does.
    pub(super) fn not_understood(mut self) -> Self {
        let text = String::from_utf8_lossy(&self.request.bytes);
        let is_xml = text.trim_start_matches('\u{feff}').trim_start().starts_with('<');
        self.is_unnamed = !text.is_empty() && (!is_xml || text.contains("<value"));
        self
    }

    /// How many bytes of messages are kept.
    pub(super) fn weight(&self) -> usize {
        self.request.bytes.len() + self.answer.bytes.len()
    }

    /// The request, indented when it is XML, with secrets masked.
    pub fn request(&self) -> String {
        if self.is_unnamed {
            let length = self.request.length;
            return format!("{length} bytes, not shown because their values have no names, and one may be a key");
        }
        self.shown(&self.request)
    }

    /// The answer, indented when it is XML, with secrets masked.
    pub fn answer(&self) -> String {
        self.shown(&self.answer)
    }

    fn shown(&self, message: &Message) -> String {
        let Ok(text) = std::str::from_utf8(cut_to_characters(&message.bytes, message.length)) else {
            return format!("{} bytes that are not UTF-8", message.length);
        };
        let Some(texts) = &self.secrets else {
            return format!("{} bytes, not shown because they hold too many secrets to mask", message.length);
        };
        let is_cut = message.length > message.bytes.len();
        let mut text = Secrets { elements: &ELEMENTS, pairs: true, digests: true, texts, is_cut }.hide(text);
        if is_cut {
            // What stands before the tag that was cut can be indented all the same.
            if let Some((whole, _)) = text.rsplit_once('<')
                && let Some(lines) = indented(whole)
            {
                text = lines;
            }
            let _ = write!(text, "\n… {} bytes in all, of which the first {KEPT_MAX} are kept", message.length);
            return text;
        }
        indented(&text).unwrap_or(text)
    }
}

/// Bytes without the broken character at the end of a cut message.
fn cut_to_characters(bytes: &[u8], length: usize) -> &[u8] {
    match std::str::from_utf8(bytes) {
        Err(error) if bytes.len() < length && error.error_len().is_none() => &bytes[..error.valid_up_to()],
        _ => bytes,
    }
}

/// Secrets as far as there is room for them.
struct Collected {
    texts: Option<Vec<String>>,
    bytes: usize,
}

impl Default for Collected {
    fn default() -> Self {
        Self { texts: Some(Vec::new()), bytes: 0 }
    }
}

impl Collected {
    fn add(&mut self, value: &SoapValue) {
        // A long text is not worth a copy that is thrown away.
        self.bytes += value.as_text().map_or(0, str::len);
        if self.bytes > SECRET_BYTES_MAX || self.texts.as_ref().is_some_and(|texts| texts.len() >= SECRETS_MAX) {
            self.texts = None;
        }
        if let Some(texts) = &mut self.texts
            && let Some(text) = value.to_text().filter(|text| !text.is_empty())
            && !texts.contains(&text)
        {
            texts.push(text);
        }
    }
}

fn collect_secrets(arguments: &SoapStruct, secrets: &mut Collected) {
    for (name, value) in arguments.iter() {
        match value {
            SoapValue::Struct(members) => collect_secrets(members, secrets),
            SoapValue::List(items) => {
                items.iter().filter_map(SoapValue::as_struct).for_each(|item| collect_secrets(item, secrets));
            }
            scalar if name.eq_ignore_ascii_case(SESSION_NAME) || names_secret(name) => secrets.add(scalar),
            _ => {}
        }
    }
    if let (Some(key), Some(value)) = (arguments.get("key").and_then(SoapValue::as_text), arguments.get("value"))
        && names_secret(key)
    {
        secrets.add(value);
    }
}

fn names_secret(name: &str) -> bool {
    SECRET_NAMES.iter().any(|secret| secret.eq_ignore_ascii_case(name))
}

/// Elements whose content is never shown.
static ELEMENTS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| SECRET_NAMES.iter().copied().chain([SESSION_NAME]).collect());

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_is_shown_however_it_is_spelled() {
        let arguments = SoapStruct::new().with("username", "oro").with("apiKey", "s3cret<&>");
        for request in [
            "<e><username>oro</username><apiKey xsi:type=\"xsd:string\">s3cret&lt;&amp;&gt;</apiKey></e>",
            "<e><apiKey><![CDATA[s3cret<&>]]></apiKey></e>",
            "<e><m:APIKEY\n xsi:type='x'>s3cret</m:APIKEY></e>",
            "<e><apiKey href=\"#1\"/><multiRef id=\"1\">s3cret&lt;&amp;&gt;</multiRef></e>",
            "<e><item><key>password</key> <value xsi:type=\"xsd:string\">s3cret</value></item></e>",
            "<e><broken><apiKey>s3cret",
        ] {
            let envelopes = Envelopes::of(request.as_bytes(), b"<r>0123456789abcdef0123456789abcdef</r>", &arguments);
            let shown = envelopes.request();
            assert!(!shown.contains("s3cret") && shown.contains("***"), "{shown}");
            assert_eq!(envelopes.answer(), "<r>***</r>");
            assert!(!format!("{envelopes:?}").contains("s3cret"));
        }
    }

    #[test]
    fn xml_is_indented_and_anything_else_shown_as_it_is() {
        for (message, expected) in [
            ("<a><b>x &amp; y</b><c/></a>", "<a>\n  <b>x &amp; y</b>\n  <c/>\n</a>"),
            ("<a><b>", "<a>\n  <b>"),
            ("no xml", "no xml"),
            ("", ""),
        ] {
            assert_eq!(Envelopes::of(message.as_bytes(), b"", &SoapStruct::new()).request(), expected);
        }
        assert_eq!(Envelopes::of(&[0xff, 0xfe], b"", &SoapStruct::new()).request(), "2 bytes that are not UTF-8");
        let rows = format!("<r><a>{}</a></r>", "<i>x</i>".repeat(KEPT_MAX / 8));
        let shown = Envelopes::of(rows.as_bytes(), b"", &SoapStruct::new()).request();
        assert!(shown.starts_with("<r>\n  <a>\n    <i>x</i>\n    <i>x</i>"), "{}", &shown[..60]);
        assert!(shown.ends_with("of which the first 65536 are kept"));
        let long = "é".repeat(KEPT_MAX);
        let shown = Envelopes::of(long.as_bytes(), b"", &SoapStruct::new()).request();
        assert!(shown.ends_with("131072 bytes in all, of which the first 65536 are kept"), "{}", &shown[65_000..]);
    }
}
