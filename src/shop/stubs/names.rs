//! Names in templates that no call of an operation will ever have: records that none of its arguments points to, members that
//! neither a record nor an argument has, and an answer where there is none. Found before the shop starts.

use super::rows;
use super::template::{RECORDS, Template};
use crate::magento::columns;
use crate::nearest::meant;
use crate::shop::{Shop, conditions};
use crate::soap::{Shape, TypeRef};

/// What is known of the calls that a template is made for.
pub(super) struct Call<'a> {
    pub(super) shop: &'a Shop,
    pub(super) operation: &'a str,
    /// The names of its arguments.
    pub(super) arguments: &'a [String],
    /// Whether the shop has answered before.
    pub(super) has_answer: bool,
}

impl Call<'_> {
    /// The first name that no call has, and what to write.
    pub(super) fn never_has(&self, template: &Template) -> Option<(String, String)> {
        let with_default = template.allows_for_absence();
        template.paths().iter().find_map(|path| {
            let (first, below) =
                path.split_once('.').map_or((path.as_str(), None), |(first, rest)| (first, Some(rest)));
            match first {
                "arguments" => below.and_then(|below| conditions::misled(self.shop, self.operation, below)),
                "answer" if !self.has_answer => Some((
                    "there is no answer of the shop's own".to_owned(),
                    "`answer` is for `answer: {merge: …}`, on top of what the shop says".to_owned(),
                )),
                "answer" => below.and_then(|below| self.of_answer(below, with_default)),
                record => self.of_record(record, below, with_default),
            }
        })
    }

    fn of_answer(&self, below: &str, with_default: bool) -> Option<(String, String)> {
        let field = below.split('.').next().unwrap_or_default();
        let schema = self.shop.codec().schema();
        let mut answer = &schema.operation(self.operation)?.response.parts.first()?.type_ref;
        loop {
            let TypeRef::Complex(id) = answer else { return None };
            let declared = schema.complex_type(*id);
            match &declared.shape {
                Shape::Array { item, .. } => answer = item,
                Shape::Struct { fields, .. } => {
                    // Behind the doors of API version 1 an answer has columns that no type declares.
                    if fields.iter().any(|known| *known.name == *field) || columns::is_known(field) {
                        return None;
                    }
                    let what = format!("{} has no field {field}", declared.name);
                    return unknown(
                        what,
                        field,
                        fields.iter().map(|field| field.name.as_ref()).collect(),
                        with_default,
                    );
                }
            }
        }
    }

    fn of_record(&self, record: &str, below: Option<&str>, with_default: bool) -> Option<(String, String)> {
        let mut ways = RECORDS.iter().filter(|(name, ..)| *name == record).peekable();
        let (_, argument, table, _) = ways.peek().copied()?;
        if !ways.any(|(_, argument, ..)| conditions::is_among(self.arguments, argument)) {
            let what = format!("no argument of {} points to one `{record}`", self.operation);
            return Some((what, format!("it is there where calls have `{argument}`; write what is meant itself")));
        }
        let field = below?.split('.').next().unwrap_or_default();
        let rows = self.shop.database.get(table)?;
        if rows.sql_type(field).is_some() || rows.has_column(field) || columns::is_known(field) {
            return None;
        }
        unknown(format!("`{record}` has no column {field}"), field, rows::columns(rows).collect(), with_default)
    }
}

fn unknown(what: String, name: &str, known: Vec<&str>, with_default: bool) -> Option<(String, String)> {
    if let Some(known) = meant(name, known.iter().copied()) {
        return Some((what, format!("did you mean {known}?")));
    }
    if with_default {
        return None;
    }
    Some((what, "name one that it has, or say what to write in its place, as in {{ … | default(0) }}".to_owned()))
}
