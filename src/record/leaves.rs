//! The texts of an XML document, each with the field it belongs to, rewritten in place: whatever else a shop sends stays
//! byte for byte.

use crate::xml::writer::escape_text;

/// Elements that stand for a place in a list; the field is the element around them.
const PLACES: [&str; 2] = ["item", "complexObjectArray"];

/// Rewrites the texts of elements without children. `rewrite` is given the field and the text, unescaped.
pub(super) fn rewritten(document: &str, rewrite: &mut dyn FnMut(&str, &str) -> Option<String>) -> String {
    let mut out = String::with_capacity(document.len());
    let mut open: Vec<&str> = Vec::new();
    let mut last_key = String::new();
    let mut rest = document;
    while let Some(start) = rest.find('<') {
        let (text, tag) = rest.split_at(start);
        let end = tag.find('>').map_or(tag.len(), |end| end + 1);
        let (tag, after) = tag.split_at(end);
        let closes = tag.starts_with("</");
        // Text right before an end tag whose start tag came right before it.
        let is_leaf = closes && out.ends_with('>') && !text.is_empty() && open.last() == Some(&local(tag));
        match is_leaf {
            true => {
                let plain = unescaped(text);
                let field = field_of(&open, &last_key);
                match rewrite(&field, &plain) {
                    Some(new) => out.push_str(&escape_text(&new)),
                    None => out.push_str(text),
                }
                if open.last() == Some(&"key") {
                    last_key = plain;
                }
            }
            false => out.push_str(text),
        }
        out.push_str(tag);
        if closes {
            open.pop();
        } else if !tag.ends_with("/>") && !tag.starts_with("<?") && !tag.starts_with("<!") {
            open.push(local(tag));
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// The name without its prefix.
fn local(tag: &str) -> &str {
    let name = tag.trim_start_matches(['<', '/']);
    let name = name.split([' ', '\t', '\n', '\r', '>', '/']).next().unwrap_or_default();
    name.rsplit(':').next().unwrap_or_default()
}

/// The field of the innermost element: of a map the key before it, in a list the element around it.
fn field_of(open: &[&str], last_key: &str) -> String {
    let name = open.iter().rev().find(|name| !PLACES.contains(*name)).copied().unwrap_or_default();
    if open.last() == Some(&"value") { last_key.to_owned() } else { name.to_owned() }
}

fn unescaped(text: &str) -> String {
    if !text.contains('&') {
        return text.to_owned();
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#xD;", "\r");
    text.replace("&apos;", "'").replace("&#13;", "\r").replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_comes_with_its_field_and_everything_else_stays() {
        let document = "<?xml version=\"1.0\"?>\n<e:B><r><firstname x:type=\"s\">A &amp; B</firstname><n/>\
                        <street><item>One</item><item>Two</item></street>\
                        <item><key>dob</key><value>1980</value></item></r></e:B>\n";
        let mut seen = Vec::new();
        let same = rewritten(document, &mut |field, text| {
            seen.push(format!("{field}={text}"));
            None
        });
        assert_eq!(same, document);
        assert_eq!(seen, ["firstname=A & B", "street=One", "street=Two", "key=dob", "dob=1980"]);
        let changed = rewritten(document, &mut |field, _| (field == "firstname").then(|| "<C>".to_owned()));
        assert_eq!(changed, document.replace("A &amp; B", "&lt;C&gt;"));
    }
}
