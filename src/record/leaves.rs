//! The texts of an XML document, each with the field it belongs to, rewritten in place: whatever else a shop sends stays
//! byte for byte. Documents may be cut short or be no XML at all.

use crate::xml::writer::escape_text;

/// Elements that stand for a place in a list; the field is the element around them.
const PLACES: [&str; 2] = ["item", "complexObjectArray"];

/// Elements of XML-RPC that say of what type a value is, or that it is a list.
const TYPES: [&str; 9] = ["string", "int", "i4", "double", "boolean", "dateTime.iso8601", "base64", "array", "data"];

const CDATA: &str = "<![CDATA[";
const COMMENT: &str = "<!--";

/// Rewrites the texts of elements. `rewrite` is given the field and the text, unescaped; texts between elements belong to
/// no field.
pub(super) fn rewritten(document: &str, rewrite: &mut dyn FnMut(&str, &str) -> Option<String>) -> String {
    let mut out = String::with_capacity(document.len());
    let mut open: Vec<&str> = Vec::new();
    let mut last_key = String::new();
    let mut rest = document;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        let end = end_of(tag);
        let (tag, after) = tag.split_at(end);
        let closes = tag.starts_with("</");
        // Text right before an end tag whose start tag came right before it.
        let is_leaf = closes && open.last() == Some(&local(tag));
        let field = if is_leaf { field_of(&open, &last_key) } else { String::new() };
        // A map of SOAP, a member of XML-RPC.
        if is_leaf && matches!(open.as_slice(), [.., "key"] | [.., "member", "name"]) {
            last_key = unescaped(text);
        }
        push_text(&mut out, &field, text, rewrite);
        if tag.starts_with(CDATA) || tag.starts_with(COMMENT) {
            let (begin, end) = if tag.starts_with(CDATA) { (CDATA, "]]>") } else { (COMMENT, "-->") };
            let field = field_of(&open, &last_key);
            let content = tag.strip_prefix(begin).unwrap_or(tag);
            let content = content.strip_suffix(end).unwrap_or(content);
            let new = rewrite(&field, content).unwrap_or_else(|| content.to_owned());
            let closing = if tag.ends_with(end) { end } else { "" };
            out.push_str(&format!("{begin}{new}{closing}"));
        } else {
            out.push_str(tag);
            if closes {
                open.pop();
            } else if !tag.ends_with("/>") && !tag.starts_with("<?") && !tag.starts_with("<!") {
                open.push(local(tag));
            }
        }
        rest = after;
    }
    // Of a document that was cut short, the last text is in whatever was open.
    let field = field_of(&open, &last_key);
    push_text(&mut out, &field, rest, rewrite);
    out
}

fn push_text(out: &mut String, field: &str, text: &str, rewrite: &mut dyn FnMut(&str, &str) -> Option<String>) {
    if text.trim().is_empty() {
        return out.push_str(text);
    }
    match rewrite(field, &unescaped(text)) {
        Some(new) => out.push_str(&escape_text(&new)),
        None => out.push_str(text),
    }
}

/// Where a tag, a comment or a CDATA section ends.
fn end_of(tag: &str) -> usize {
    let mark = [(CDATA, "]]>"), (COMMENT, "-->")].into_iter().find(|(begin, _)| tag.starts_with(begin));
    let mark = mark.map_or(">", |(_, end)| end);
    tag.find(mark).map_or(tag.len(), |end| end + mark.len())
}

/// The name without its prefix.
fn local(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    let name = name.split([' ', '\t', '\n', '\r', '>', '/']).next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

/// The field of the innermost element: of a map the key before it, in a list the element around it.
fn field_of(open: &[&str], last_key: &str) -> String {
    // The name of a member is as a key of a map.
    if let [.., "member", "name"] = open {
        return "key".to_owned();
    }
    let mut open = open;
    while let [.., "value", of_type] | [.., "array", of_type] | [.., "data", of_type] = open
        && (TYPES.contains(of_type) || *of_type == "value")
        && open.len() > 1
    {
        open = &open[..open.len() - 1];
    }
    let name = open.iter().rev().find(|name| !PLACES.contains(*name)).copied().unwrap_or_default();
    if open.last() == Some(&"value") && !last_key.is_empty() { last_key.to_owned() } else { name.to_owned() }
}

/// Entities and character references become what they stand for; anything else stays.
fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let known = rest.find(';').and_then(|end| Some((character(&rest[1..end])?, end)));
        match known {
            Some((character, end)) => {
                plain.push(character);
                rest = &rest[end + 1..];
            }
            None => {
                plain.push('&');
                rest = &rest[1..];
            }
        }
    }
    plain + rest
}

fn character(name: &str) -> Option<char> {
    match name {
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        "amp" => Some('&'),
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(hex) => u32::from_str_radix(hex, 16).ok()?,
                None => number.parse().ok()?,
            };
            char::from_u32(code)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(document: &str) -> Vec<String> {
        let mut seen = Vec::new();
        let same = rewritten(document, &mut |field, text| {
            seen.push(format!("{field}={text}"));
            None
        });
        assert_eq!(same, document);
        seen
    }

    #[test]
    fn every_text_comes_with_its_field_and_everything_else_stays() {
        let document = "<?xml version=\"1.0\"?>\n<e:B><r><firstname x:type=\"s\">A &amp; B</firstname><n/>\
                        <street><item>One</item><item>Two</item></street>\
                        <item><key>dob</key><value>1980</value></item></r></e:B>\n";
        assert_eq!(seen(document), ["firstname=A & B", "street=One", "street=Two", "key=dob", "dob=1980"]);
        let changed = rewritten(document, &mut |field, _| (field == "firstname").then(|| "<C>".to_owned()));
        assert_eq!(changed, document.replace("A &amp; B", "&lt;C&gt;"));
    }

    #[test]
    fn members_of_xml_rpc_are_fields() {
        let member = |name: &str, value: &str| format!("<member><name>{name}</name><value>{value}</value></member>");
        let document = format!(
            "<methodResponse><params><param><value><struct>{}{}{}</struct></value></param></params></methodResponse>",
            member("firstname", "<string>Ann</string>"),
            member("store_id", "<int>1</int>"),
            member("street", "<array><data><value><string>Line</string></value></data></array>"),
        );
        let expected = ["key=firstname", "firstname=Ann", "key=store_id", "store_id=1", "key=street", "street=Line"];
        assert_eq!(seen(&document), expected);
    }

    #[test]
    fn nothing_is_overlooked_in_documents_that_are_no_proper_ones() {
        for (document, expected) in [
            ("<r><city>Rome", &["city=Rome"][..]),
            ("Warning: Ann<?xml?><r/>", &["=Warning: Ann"]),
            ("no markup at all", &["=no markup at all"]),
            ("<r><city><![CDATA[Ro<me]]></city></r>", &["city=Ro<me"]),
            ("<!-- by Ann --><r/>", &["= by Ann "]),
            ("<p>Ann<br>Bob</p>", &["=Ann", "=Bob"]),
            ("<city>Caf&#233; &unknown; &#x41;</city>", &["city=Café &unknown; A"]),
        ] {
            assert_eq!(seen(document), expected, "{document}");
        }
    }
}
