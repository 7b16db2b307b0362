//! quick-xml events into an [`Element`] tree, with the checks that quick-xml leaves to its user: document type, the XML
//! declaration, comments, entities, unclosed elements, a second root, forbidden characters. What is well-formed here is what
//! libxml2 reads, which stands behind PHP's SOAP.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use foldhash::quality::RandomState;

use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesDecl, BytesPI, BytesStart, BytesText, Event};
use quick_xml::name::{QName, ResolveResult};
use quick_xml::reader::NsReader;

use super::limits::NAMESPACE_BYTES_MAX;
use super::name::is_qualified_name;
use super::{Attribute, Element, Limits, TextForm, XmlError, XmlErrorKind, shortened};

/// Reads a document.
///
/// # Errors
/// [`XmlError`] with the place when the document is malformed, has a DTD or passes a limit.
pub fn parse<'t>(text: &'t str, limits: &Limits) -> Result<Element<'t>, XmlError> {
    TreeBuilder::new(text, limits).build()
}

struct TreeBuilder<'t, 'l> {
    text: &'t str,
    limits: &'l Limits,
    reader: NsReader<&'t [u8]>,
    open: Vec<Element<'t>>,
    root: Option<Element<'t>>,
    elements: usize,
    attributes: usize,
    namespaces: Namespaces,
    /// By depth, how many children the last element with any had: rows of a list are alike.
    children: Vec<usize>,
}

impl<'t, 'l> TreeBuilder<'t, 'l> {
    fn new(text: &'t str, limits: &'l Limits) -> Self {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        reader.resolver_mut().set_max_namespace_bindings(limits.namespaces_max);
        Self {
            text,
            limits,
            reader,
            open: Vec::new(),
            root: None,
            elements: 0,
            attributes: 0,
            namespaces: Namespaces::default(),
            children: Vec::new(),
        }
    }

    fn build(mut self) -> Result<Element<'t>, XmlError> {
        loop {
            let offset = self.offset();
            match self.reader.read_event() {
                Err(error) => return Err(self.malformed(shortened(&error.to_string()))),
                Ok(Event::Start(start)) => self.start(&start, offset)?,
                Ok(Event::End(_)) => self.end(),
                Ok(Event::Text(text)) => self.character_data(text.xml10_content())?,
                Ok(Event::CData(text)) => self.cdata(text.xml10_content())?,
                Ok(Event::GeneralRef(reference)) => {
                    let resolved = match reference.resolve_char_ref() {
                        Ok(Some(c)) => c.to_string(),
                        Ok(None) => self.predefined(&reference.xml10_content())?.to_owned(),
                        Err(error) => return Err(self.malformed(error.to_string())),
                    };
                    self.text(resolved.into())?;
                }
                Ok(Event::DocType(_)) if !self.open.is_empty() || self.root.is_some() => {
                    return Err(
                        self.malformed("a document type declaration that is not before the root element".to_owned())
                    );
                }
                Ok(Event::DocType(_)) => return Err(self.error(XmlErrorKind::Dtd)),
                Ok(Event::PI(instruction)) => self.instruction(&instruction)?,
                Ok(Event::Decl(_)) if offset > 0 => {
                    return Err(self.malformed("an XML declaration that is not at the start".to_owned()));
                }
                Ok(Event::Decl(declaration)) => self.declaration(&declaration)?,
                Ok(Event::Comment(comment)) => self.comment(&comment)?,
                Ok(Event::Empty(_)) => {}
                Ok(Event::Eof) => break,
            }
        }
        if let Some(unclosed) = self.open.last() {
            return Err(self.malformed(format!("<{}> is not closed", shortened(unclosed.local))));
        }
        self.root.take().ok_or_else(|| self.malformed("there is no element".to_owned()))
    }

    fn start(&mut self, start: &BytesStart<'_>, offset: usize) -> Result<(), XmlError> {
        if self.open.is_empty() && self.root.is_some() {
            return Err(self.malformed("a second root element".to_owned()));
        }
        self.elements += 1;
        self.check_limit(self.elements, "elements", self.limits.elements_max)?;
        self.check_limit(self.open.len() + 1, "nested elements", self.limits.depth_max)?;
        if self.elements.is_multiple_of(ELEMENTS_BETWEEN_LOOKS) && self.limits.deadline.is_over() {
            return Err(self.error(XmlErrorKind::Late));
        }
        // The event's own slice lives no longer than the event.
        let tag = self.text.get(offset + 1..offset + 1 + start.len());
        let tag = tag.filter(|tag| *tag == &**start).ok_or_else(|| self.malformed("a tag that moved".to_owned()))?;
        let (name, attributes) = tag.split_at(start.name().as_ref().len());
        self.check_name(name)?;
        let (namespace, local) = self.reader.resolver().resolve_element(QName(name));
        let namespace = match namespace {
            ResolveResult::Bound(name) => Some(self.namespaces.intern(name.as_ref())),
            ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
        };
        // As libxml2 does: a prefix that is not declared is no error, it belongs to the name.
        let local = if namespace.is_none() { name } else { local.into_inner() };
        let mut element = Element { namespace, local, offset, ..Element::default() };
        let mut found = Attributes::new(tag, name.len());
        // One alone cannot be there twice.
        found.with_checks(attributes.bytes().filter(|byte| *byte == b'=').nth(1).is_some());
        for (count, attribute) in found.enumerate() {
            self.attributes += 1;
            self.check_limit(count + 1, "attributes", self.limits.attributes_max)?;
            self.check_limit(self.attributes, "attributes in all", self.limits.all_attributes_max())?;
            let attribute = attribute.map_err(|error| self.malformed(shortened(&error.to_string())))?;
            self.check_name(attribute.key.as_ref())?;
            if !begins_after_blank(tag, attribute.key.into_inner()) {
                return Err(self.malformed("no blank between two attributes".to_owned()));
            }
            if attribute.value.contains('<') {
                return Err(self.malformed("\"<\" in the value of an attribute; write it as \"&lt;\"".to_owned()));
            }
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .map_err(|error| self.malformed(shortened(&error.to_string())))?;
            self.check_characters(&value)?;
            if attribute.key.as_namespace_binding().is_some() {
                let prefix = attribute.key.into_inner().strip_prefix("xmlns:").unwrap_or_default();
                self.check_limit(value.len(), "bytes in the name of a namespace", NAMESPACE_BYTES_MAX)?;
                let namespace = self.namespaces.intern(&value);
                self.check_limit(self.namespaces.len(), "namespaces", self.limits.namespaces_max)?;
                element.declarations.push((prefix, namespace));
                continue;
            }
            let (namespace, local) = self.reader.resolver().resolve_attribute(attribute.key);
            let namespace = match namespace {
                ResolveResult::Bound(name) => Some(self.namespaces.intern(name.as_ref())),
                ResolveResult::Unbound | ResolveResult::Unknown(_) => None,
            };
            let local = if namespace.is_none() { attribute.key.into_inner() } else { local.into_inner() };
            if element.attributes.is_empty() {
                // Most have one, their type.
                element.attributes.reserve_exact(1);
            }
            element.attributes.push(Attribute { namespace, local, value });
        }
        self.open.push(element);
        Ok(())
    }

    fn end(&mut self) {
        // quick-xml itself refuses an end tag that does not match, so the stack is in step with it.
        let Some(mut done) = self.open.pop() else { return };
        if done.text_form == TextForm::Nothing && done.children.is_empty() && !done.text.is_empty() {
            done.text_form = TextForm::Text;
        }
        let depth = self.open.len();
        if !done.children.is_empty() {
            self.children.resize(self.children.len().max(depth + 1), 0);
            self.children[depth] = done.children.len();
        }
        match self.open.last_mut() {
            Some(parent) => {
                if parent.children.is_empty() {
                    parent.children.reserve_exact(self.children.get(depth - 1).copied().unwrap_or_default());
                }
                parent.children.push(done);
            }
            None => self.root = Some(done),
        }
    }

    /// The version comes first and is 1.something, `standalone` is yes or no (XML 1.0, productions 23 to 32). The encoding
    /// was looked at when the bytes were decoded.
    fn declaration(&self, declaration: &BytesDecl<'_>) -> Result<(), XmlError> {
        let version = declaration.version().map_err(|error| self.malformed(shortened(&error.to_string())))?;
        let minor = version.strip_prefix("1.").unwrap_or_default();
        if minor.is_empty() || !minor.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(self.malformed(format!("version \"{}\" of XML", shortened(&version))));
        }
        match declaration.standalone() {
            None => Ok(()),
            Some(Ok(value)) if matches!(value.as_ref(), "yes" | "no") => Ok(()),
            Some(_) => Err(self.malformed("standalone is neither \"yes\" nor \"no\"".to_owned())),
        }
    }

    /// Processing instructions say nothing to us; but text on both sides of one is not one text.
    fn instruction(&mut self, instruction: &BytesPI<'_>) -> Result<(), XmlError> {
        let target = instruction.target();
        if target.eq_ignore_ascii_case("xml") || !is_qualified_name(target) {
            return Err(self.malformed(format!("\"{}\" as the name of a processing instruction", shortened(target))));
        }
        self.check_characters(instruction.content())?;
        if let Some(element) = self.open.last_mut() {
            element.text_form = TextForm::Mixed;
        }
        Ok(())
    }

    /// Comments are left out; two hyphens end one (XML 1.0, production 15).
    fn comment(&mut self, comment: &BytesText<'_>) -> Result<(), XmlError> {
        if comment.contains("--") || comment.ends_with('-') {
            return Err(self.malformed("\"--\" in a comment".to_owned()));
        }
        self.check_characters(comment)?;
        if let Some(element) = self.open.last_mut().filter(|element| element.text_form == TextForm::Nothing) {
            element.text = Cow::Borrowed("");
        }
        Ok(())
    }

    /// Text as it stands in the document; `]]>` must be written with a reference there (XML 1.0, section 2.4).
    fn character_data(&mut self, text: Cow<'t, str>) -> Result<(), XmlError> {
        if text.contains("]]>") {
            return Err(self.malformed("\"]]>\" in text; write it as \"]]&gt;\"".to_owned()));
        }
        self.text(text)
    }

    /// A CDATA section. Blanks around it are no text.
    fn cdata(&mut self, text: Cow<'t, str>) -> Result<(), XmlError> {
        self.check_characters(&text)?;
        let Some(element) = self.open.last_mut() else {
            return Err(self.malformed("text outside the root element".to_owned()));
        };
        match element.text_form {
            TextForm::Nothing => {
                element.text_form = TextForm::Cdata;
                element.text = text;
            }
            _ => {
                element.text_form = TextForm::Mixed;
                element.text.to_mut().push_str(&text);
            }
        }
        Ok(())
    }

    fn text(&mut self, text: Cow<'t, str>) -> Result<(), XmlError> {
        self.check_characters(&text)?;
        let is_blank = text.bytes().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
        match self.open.last_mut() {
            Some(element) if is_blank && element.text_form == TextForm::Cdata => {}
            Some(element) => {
                element.text_form = match element.text_form {
                    form if is_blank => form,
                    TextForm::Nothing | TextForm::Text => TextForm::Text,
                    TextForm::Cdata | TextForm::Mixed => TextForm::Mixed,
                };
                if element.text.is_empty() {
                    element.text = text;
                } else {
                    element.text.to_mut().push_str(&text);
                }
            }
            None if text.trim_start_matches('\u{feff}').trim().is_empty() => {}
            None => return Err(self.malformed("text outside the root element".to_owned())),
        }
        Ok(())
    }

    fn predefined(&self, name: &str) -> Result<&'static str, XmlError> {
        quick_xml::escape::resolve_predefined_entity(name)
            .ok_or_else(|| self.malformed(format!("the entity &{}; is not defined", shortened(name))))
    }

    fn check_name(&self, name: &str) -> Result<(), XmlError> {
        if is_qualified_name(name) {
            return Ok(());
        }
        Err(self.malformed(format!("\"{}\" is not a name", shortened(name))))
    }

    /// XML 1.0 production 2.
    fn check_characters(&self, text: &str) -> Result<(), XmlError> {
        // U+FFFE and U+FFFF begin with the byte EF; most texts have neither it nor a control character.
        if text.bytes().all(|byte| byte >= b' ' && byte != 0xef) {
            return Ok(());
        }
        let forbidden = |c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}');
        match text.chars().find(|c| forbidden(*c)) {
            Some(c) => Err(self.malformed(format!("the character U+{:04X} is not allowed", u32::from(c)))),
            None => Ok(()),
        }
    }

    fn check_limit(&self, count: usize, what: &'static str, max: usize) -> Result<(), XmlError> {
        if count <= max { Ok(()) } else { Err(self.error(XmlErrorKind::Limit { what, max })) }
    }

    fn malformed(&self, what: String) -> XmlError {
        self.error(XmlErrorKind::Malformed(what))
    }

    fn error(&self, kind: XmlErrorKind) -> XmlError {
        at(kind, self.text, self.offset())
    }

    fn offset(&self) -> usize {
        usize::try_from(self.reader.buffer_position()).unwrap_or(usize::MAX)
    }
}

/// Asking for the time costs as much as reading an element.
const ELEMENTS_BETWEEN_LOOKS: usize = 4096;

/// Namespace names repeat on every element; one copy of each is enough.
#[derive(Default)]
struct Namespaces {
    known: HashSet<Arc<str>, RandomState>,
    /// The one asked for last, which is asked for again most of the time.
    last: Option<Arc<str>>,
}

impl Namespaces {
    fn intern(&mut self, name: &str) -> Arc<str> {
        if let Some(last) = self.last.as_ref().filter(|last| last.as_ref() == name) {
            return Arc::clone(last);
        }
        let found = match self.known.get(name) {
            Some(found) => Arc::clone(found),
            None => {
                let new: Arc<str> = Arc::from(name);
                self.known.insert(Arc::clone(&new));
                new
            }
        };
        self.last = Some(Arc::clone(&found));
        found
    }

    fn len(&self) -> usize {
        self.known.len()
    }
}

/// Whether a part of a tag stands after a blank; quick-xml does not ask.
fn begins_after_blank(tag: &str, part: &str) -> bool {
    let before = (part.as_ptr() as usize).saturating_sub(tag.as_ptr() as usize);
    tag.as_bytes()[..before.min(tag.len())].last().is_some_and(u8::is_ascii_whitespace)
}

fn at(kind: XmlErrorKind, text: &str, offset: usize) -> XmlError {
    let mut end = offset.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let before = &text[..end];
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    XmlError { kind, offset, line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Element<'_>, XmlError> {
        parse(text, &Limits::answer())
    }

    #[test]
    fn names_and_text_are_resolved_and_joined() {
        let root = read("<a:r xmlns:a='urn:x' a:k='1 &lt; 2'><v>Jos&#233; &amp; <![CDATA[<Co>]]></v></a:r>").unwrap();
        assert!(root.is("urn:x", "r"));
        assert_eq!(root.attribute(Some("urn:x"), "k"), Some("1 < 2"));
        assert_eq!(root.child("v").unwrap().text, "José & <Co>");
        assert_eq!(root.child("v").unwrap().namespace, None);
    }

    #[test]
    fn text_is_told_from_cdata_and_both_from_blanks() {
        for (inside, form, text) in [
            ("", TextForm::Nothing, ""),
            (" \n", TextForm::Text, " \n"),
            ("&#32;", TextForm::Text, " "),
            (" <!-- c -->", TextForm::Nothing, ""),
            ("<!-- c --> ", TextForm::Text, " "),
            (" <i/> ", TextForm::Nothing, "  "),
            ("a&amp;<!-- c -->b ", TextForm::Text, "a&b "),
            (" a&#32;", TextForm::Text, " a "),
            ("<![CDATA[a]]>", TextForm::Cdata, "a"),
            ("\n <![CDATA[ a ]]> \n", TextForm::Cdata, " a "),
            ("<![CDATA[]]>", TextForm::Cdata, ""),
            ("a<![CDATA[b]]>", TextForm::Mixed, "ab"),
            ("<![CDATA[a]]><![CDATA[b]]>", TextForm::Mixed, "ab"),
            ("<![CDATA[a]]>b", TextForm::Mixed, "ab"),
        ] {
            let document = format!("<r>{inside}</r>");
            let root = read(&document).unwrap();
            assert_eq!((root.text_form, root.text.as_ref()), (form, text), "{inside}");
        }
    }

    #[test]
    fn what_quick_xml_lets_pass_is_refused() {
        for (document, expected) in [
            ("<a>", "line 1, column 4: not well-formed XML: <a> is not closed"),
            ("<a/><b/>", "line 1, column 9: not well-formed XML: a second root element"),
            ("<a>]]></a>", "line 1, column 7: not well-formed XML: \"]]>\" in text; write it as \"]]&gt;\""),
            ("<a/>x", "line 1, column 6: not well-formed XML: text outside the root element"),
            ("<a>&x;</a>", "line 1, column 7: not well-formed XML: the entity &x; is not defined"),
            ("<a>&#1;</a>", "line 1, column 8: not well-formed XML: the character U+0001 is not allowed"),
            (
                "<a><!DOCTYPE a></a>",
                "line 1, column 16: not well-formed XML: a document type declaration that is not before the root element",
            ),
            (
                "<?XML 1?><a/>",
                "line 1, column 10: not well-formed XML: \"XML\" as the name of a processing instruction",
            ),
            ("<a><!-- b -- c --></a>", "line 1, column 19: not well-formed XML: \"--\" in a comment"),
            ("<a><!-- b ---></a>", "line 1, column 15: not well-formed XML: \"--\" in a comment"),
            (
                "<a b='<'/>",
                "line 1, column 11: not well-formed XML: \"<\" in the value of an attribute; write it as \"&lt;\"",
            ),
            ("<a b='1'c='2'/>", "line 1, column 16: not well-formed XML: no blank between two attributes"),
            ("<?xml version='2.0'?><a/>", "line 1, column 22: not well-formed XML: version \"2.0\" of XML"),
            (
                "<?xml version='1.0' standalone='1'?><a/>",
                "line 1, column 37: not well-formed XML: standalone is neither \"yes\" nor \"no\"",
            ),
            ("<!DOCTYPE a [<!ENTITY b 'c'>]>\n<a/>", "line 1, column 31: a document type declaration is not accepted"),
            ("", "line 1, column 1: not well-formed XML: there is no element"),
        ] {
            assert_eq!(read(document).unwrap_err().to_string(), expected, "{document}");
        }
        assert!(read("<?xml encoding='utf-8'?><a/>").is_err());
        assert!(read("<a k='1' k='2'/>").is_err());
        assert!(read("<a></b>").is_err());
    }

    #[test]
    fn what_libxml2_lets_pass_is_read() {
        for document in [
            "<?php 1 ?><a/>",
            "<a><?b:c d?></a>",
            "<a/><?b?>",
            "<a><!----></a>",
            "<?xml version='1.1' standalone='no'?><a/>",
            "<a k='>'/>",
            "<a k='1'\n\tl='2' />",
        ] {
            assert_eq!(read(document).unwrap().local, "a", "{document}");
        }
        let undeclared = read("<p:a q:k='1'/>").unwrap();
        assert_eq!((undeclared.local, undeclared.namespace.as_deref()), ("p:a", None));
        assert_eq!(undeclared.attribute(None, "q:k"), Some("1"));
        assert_eq!(read("<a>b<?c?>d</a>").unwrap().text_form, TextForm::Mixed);
    }

    #[test]
    fn limits_are_named_when_passed() {
        let deep = "<a>".repeat(10_000);
        assert_eq!(read(&deep).unwrap_err().kind, XmlErrorKind::Limit { what: "nested elements", max: 64 });
        let small = Limits { elements_max: 2, ..Limits::answer() };
        let many = parse("<a><b/><c/></a>", &small).unwrap_err();
        assert_eq!(many.kind, XmlErrorKind::Limit { what: "elements", max: 2 });
    }

    #[test]
    fn text_that_stands_in_the_document_as_it_is_meant_is_not_copied() {
        let root = read("<a k='v'>one<b>two\r\nlines</b><c>a&amp;b</c></a>").unwrap();
        let borrowed = |text: &Cow<'_, str>| matches!(text, Cow::Borrowed(_));
        assert!(borrowed(&root.text) && borrowed(&root.attributes[0].value));
        assert_eq!(root.child("b").unwrap().text, "two\nlines");
        assert_eq!(root.child("c").unwrap().text, "a&b");
    }

    proptest::proptest! {
        /// An independent strict reader agrees on what is a document and what it says.
        #[test]
        fn roxmltree_agrees(text in "[<>/a&;x ='\"!\\[\\]-]{0,24}") {
            let document = format!("<r>{text}</r>");
            let ours = read(&document);
            let theirs = roxmltree::Document::parse(&document);
            let comparable = !document.contains("<!") && !document.contains("<?");
            if comparable {
                proptest::prop_assert_eq!(ours.is_ok(), theirs.is_ok(), "{}", document);
            }
        }
    }
}
