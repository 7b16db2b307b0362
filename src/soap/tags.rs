//! The tags of a type's fields, put together once for all records of an answer.

use super::{Field, TypeRef, Xsd};

/// A field's tags, one behind the other in one text: that which opens it, that which closes it, that of nil.
pub(super) struct Tags {
    text: String,
    /// Where the three of each field end.
    ends: Vec<[usize; 3]>,
}

impl Tags {
    /// The tags of fields that hold scalars; what is declared as anything else counts as a text.
    pub(super) fn of(fields: &[Field]) -> Self {
        let mut text = String::with_capacity(fields.len() * 96);
        let ends = fields
            .iter()
            .map(|field| {
                let declared = if let TypeRef::Xsd(xsd) = field.type_ref { xsd } else { Xsd::String };
                let mut put = |parts: &[&str]| {
                    crate::xml::writer::put(&mut text, parts);
                    text.len()
                };
                [
                    put(&["<", &field.name, " xsi:type=\"", declared.qualified_name(), "\">"]),
                    put(&["</", &field.name, ">"]),
                    put(&["<", &field.name, " xsi:nil=\"true\"/>"]),
                ]
            })
            .collect();
        Self { text, ends }
    }

    pub(super) fn open(&self, field: usize) -> &str {
        let from = field.checked_sub(1).and_then(|before| self.ends.get(before)).map_or(0, |ends| ends[2]);
        &self.text[from..self.ends[field][0]]
    }

    pub(super) fn close(&self, field: usize) -> &str {
        let [from, to, _] = self.ends[field];
        &self.text[from..to]
    }

    pub(super) fn nil(&self, field: usize) -> &str {
        let [_, from, to] = self.ends[field];
        &self.text[from..to]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::Occurs;

    #[test]
    fn every_field_has_its_own_tags() {
        let field = |name: &str, type_ref| Field { name: name.into(), type_ref, occurs: Occurs::Required };
        let tags = Tags::of(&[
            field("a", TypeRef::Xsd(Xsd::Int)),
            field("bb", TypeRef::Undeclared("x".to_owned())),
            field("c", TypeRef::Xsd(Xsd::Double)),
        ]);
        for (at, open, close, nil) in [
            (0, "<a xsi:type=\"xsd:int\">", "</a>", "<a xsi:nil=\"true\"/>"),
            (1, "<bb xsi:type=\"xsd:string\">", "</bb>", "<bb xsi:nil=\"true\"/>"),
            (2, "<c xsi:type=\"xsd:double\">", "</c>", "<c xsi:nil=\"true\"/>"),
        ] {
            assert_eq!((tags.open(at), tags.close(at), tags.nil(at)), (open, close, nil));
        }
    }
}
