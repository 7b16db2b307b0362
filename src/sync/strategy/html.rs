//! What of a comment's HTML may stay: the elements and attributes that OroCRM's platform 4.1 allows (its `FormBundle`,
//! `html_purifier_modes`, the default mode). Everything else goes, but its text stays; `&`, `<` and `>` of a text are
//! encoded; scripts and styles vanish with what is in them.

use std::sync::LazyLock;

use ammonia::Builder;

/// Elements with their attributes.
const ALLOWED: &[(&str, &[&str])] = &[
    (
        "iframe",
        &[
            "allow",
            "allowfullscreen",
            "frameborder",
            "height",
            "marginheight",
            "marginwidth",
            "name",
            "scrolling",
            "src",
            "width",
        ],
    ),
    ("table", &["cellspacing", "cellpadding", "border", "align", "width"]),
    ("thead", &["align", "valign"]),
    ("tbody", &["align", "valign"]),
    ("tr", &["align", "valign"]),
    ("td", &["align", "valign", "rowspan", "colspan", "bgcolor", "nowrap", "width", "height"]),
    ("th", &["align", "valign", "rowspan", "colspan", "bgcolor", "nowrap", "width", "height"]),
    ("a", &["href", "target", "title"]),
    ("div", &["data-title", "data-type"]),
    ("span", &["data-title", "data-type"]),
    ("font", &["color"]),
    ("img", &["src", "width", "height", "alt"]),
    ("blockquote", &["cite"]),
    ("source", &["srcset", "media"]),
    ("video", &["allowfullscreen", "autoplay", "loop", "poster", "src", "controls"]),
];

/// Elements without attributes of their own.
const PLAIN: &[&str] = &[
    "dl",
    "dt",
    "dd",
    "ul",
    "ol",
    "li",
    "em",
    "strong",
    "b",
    "p",
    "u",
    "i",
    "br",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hgroup",
    "abbr",
    "address",
    "article",
    "audio",
    "bdo",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "del",
    "details",
    "dfn",
    "figure",
    "figcaption",
    "picture",
    "footer",
    "header",
    "hr",
    "ins",
    "kbd",
    "mark",
    "menu",
    "nav",
    "pre",
    "q",
    "samp",
    "section",
    "small",
    "strike",
    "sub",
    "sup",
    "time",
    "tfoot",
    "var",
    "aside",
];

const SCHEMES: &[&str] = &["http", "https", "mailto", "ftp", "data", "tel"];

/// Where a frame may come from.
const FRAMES: &[&str] = &[
    "youtube.com/embed/",
    "www.youtube.com/embed/",
    "youtube-nocookie.com/embed/",
    "www.youtube-nocookie.com/embed/",
    "player.vimeo.com/video/",
    "maps.google.com/maps",
];

static PURIFIER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut builder = Builder::empty();
    builder
        .tags(ALLOWED.iter().map(|(tag, _)| *tag).chain(PLAIN.iter().copied()).collect())
        .tag_attributes(ALLOWED.iter().map(|(tag, attributes)| (*tag, attributes.iter().copied().collect())).collect())
        .clean_content_tags(["script", "style"].into())
        .url_schemes(SCHEMES.iter().copied().collect())
        .link_rel(None)
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            ("a", "target") => (value == "_blank").then(|| value.into()),
            ("iframe", "src") => is_framed(value).then(|| value.into()),
            _ => Some(value.into()),
        });
    builder
});

/// Whether the address is one of those whose pages may be framed.
fn is_framed(address: &str) -> bool {
    let rest = ["https://", "http://", "//"].iter().find_map(|scheme| address.strip_prefix(scheme));
    rest.is_some_and(|rest| FRAMES.iter().any(|allowed| rest.starts_with(allowed)))
}

/// The HTML of a comment without what is not allowed.
pub(super) fn sanitize(html: &str) -> String {
    // The reference client writes the character itself.
    PURIFIER.clean(html).to_string().replace("&nbsp;", "\u{a0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_allowed_stays_and_the_rest_leaves_its_text() {
        for (html, expected) in [
            ("Ünïcode & <b>html</b>", "Ünïcode &amp; <b>html</b>"),
            ("Grüße <em>für</em> <i>Zoë</i>", "Grüße <em>für</em> <i>Zoë</i>"),
            ("a < b and c > d", "a &lt; b and c &gt; d"),
            ("already &amp; &lt;b&gt; \"quoted\" 'twice'", "already &amp; &lt;b&gt; \"quoted\" 'twice'"),
            ("line<br/>break\nand a line feed", "line<br>break\nand a line feed"),
            ("a&nbsp;b&eacute;", "a\u{a0}bé"),
            ("<script>alert('x > y')</script>Paid", "Paid"),
            ("<SCRIPT src=x>never closed", ""),
            ("<style>p { color: red }</style><p style='color: red' onclick='x()'>red</p>", "<p>red</p>"),
            ("<foo>bar</foo><form><input value=1>text</form>", "bartext"),
            (
                "<a href=\"https://example.com/?a=1&b=2\" target=_blank rel=x>a</a>",
                "<a href=\"https://example.com/?a=1&amp;b=2\" target=\"_blank\">a</a>",
            ),
            ("<a href='javascript:x()' target=_top>a</a>", "<a>a</a>"),
            ("<img src=x onerror=y()>", "<img src=\"x\">"),
            (
                "<iframe src='https://www.youtube.com/embed/1'></iframe>",
                "<iframe src=\"https://www.youtube.com/embed/1\"></iframe>",
            ),
            ("<iframe src='https://evil.example/'></iframe>", "<iframe></iframe>"),
            ("<!-- hidden -->shown", "shown"),
            ("<b>never <i>closed", "<b>never <i>closed</i></b>"),
            ("  blanks  ", "  blanks  "),
        ] {
            assert_eq!(sanitize(html), expected, "{html}");
        }
    }
}
