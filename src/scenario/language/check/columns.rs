//! Columns and values of the shop: in edits, and in what is expected of its rows.

use std::collections::BTreeSet;

use super::Check;
use super::closed::Of;
use crate::scenario::language::finding::{choices, did_you_mean};
use crate::scenario::language::step::expectation::{RowMatcher, RowsExpectation};
use crate::scenario::language::text::kind::Kind;
use crate::scenario::language::text::span::{At, Place};
use crate::scenario::language::text::value::{Fields, Value};
use crate::shop::written::{self, Tables};

/// Columns that the shops of a scenario have besides Magento's, by table.
pub(super) type Own = BTreeSet<(String, String)>;

impl Check<'_> {
    /// Columns and values of an edit; answers whether they are right.
    pub(super) fn shop_fields(&mut self, fields: &Fields, tables: Tables) -> bool {
        let before = self.found.len();
        self.stores(fields);
        for (name, value) in fields.iter() {
            if !written::is_column(tables, name) && !self.is_own(tables, name) {
                let wrong = written::no_column(tables, name);
                self.report(name.place(), wrong.what, wrong.remedy);
                continue;
            }
            if matches!(value.get(), Value::List(_) | Value::Record(_)) {
                let message = format!("`{}` takes one value, not several", name.get());
                self.report(value.place(), message, "write one; the lines of a street are parted by \\n in quotes");
                continue;
            }
            let origin = self.origin.clone();
            let source = origin.as_ref().map_or(self.source, |origin| origin.file.text.as_str());
            let wrong = match value.text(source) {
                Some(text) => written::check_value(tables, name, &text).err(),
                None => written::check_nothing(tables, name).err(),
            };
            if let Some(wrong) = wrong.filter(|_| !self.may_be_refused) {
                self.report(value.place(), wrong.what, wrong.remedy);
            }
        }
        self.found.len() == before
    }

    /// A column of a table.
    pub(super) fn shop_column(&mut self, table: &str, name: &At<String>) {
        if let Some(columns) = self.own_tables.get(table) {
            let columns = columns.clone();
            self.own_column(table, &columns, name);
        } else if !written::is_column(&[table], name) && !self.is_own(&[table], name) {
            let wrong = written::no_column(&[table], name);
            self.report(name.place(), wrong.what, wrong.remedy);
        }
    }

    /// A column of a table that the seed declares.
    fn own_column(&mut self, table: &str, columns: &[String], name: &At<String>) {
        if !columns.contains(name.get()) {
            let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
            self.report(name.place(), format!("{table} has no column `{}`", name.get()), choices(name, &columns));
        }
    }

    pub(super) fn shop_items(&mut self, items: &[Fields], place: &Place) {
        for item in items {
            self.shop_fields(item, written::ITEM);
            if !self.may_be_refused && !written::names_product(item.iter().map(|(name, _)| name.get().as_str())) {
                let at = item.iter().next().map_or_else(|| place.clone(), |(name, _)| name.place());
                let wrong = written::no_product();
                self.report(at, wrong.what, wrong.remedy);
            }
        }
    }

    /// An edit says what changes.
    pub(super) fn changes(&mut self, set: &Fields, place: Option<Place>, step: &Place) {
        if set.is_empty() && !self.may_be_refused {
            let help = "name what changes in `set`, such as `set: {lastname: Byron}`, or leave the edit out";
            self.report(place.unwrap_or_else(|| step.clone()), "nothing changes: `set` is empty", help);
        }
    }

    /// A column must be given, and not be empty.
    pub(super) fn needs(&mut self, fields: &Fields, columns: &[(&str, &str)], place: &Place) {
        if self.may_be_refused {
            return;
        }
        for (column, said) in columns {
            let is_empty = |value: &At<Value>| match value.get() {
                Value::Null => true,
                Value::Text(text) => text.trim().is_empty(),
                _ => false,
            };
            match fields.get(column) {
                None => self.report(place.clone(), *said, format!("add `{column}: …`")),
                Some(value) if is_empty(value) => {
                    let help = format!(
                        "write the {column}, in quotes where it is a word such as Null that means nothing in YAML"
                    );
                    self.report(value.place(), *said, help);
                }
                Some(_) => {}
            }
        }
    }

    /// An e-mail address that Magento's forms take.
    pub(super) fn email(&mut self, email: &str, place: Place) {
        if !written::is_email(email) && !self.may_be_refused {
            let message = format!("`{email}` is no e-mail address, and Magento refuses it");
            self.report(place, message, "write one such as ada@example.com");
        }
    }

    pub(super) fn email_of(&mut self, fields: &Fields) {
        if let Some(value) = fields.get("email")
            && let Value::Text(email) = value.get()
            && !email.trim().is_empty()
        {
            self.email(email, value.place());
        }
    }

    /// Columns and values of what is expected of a table's rows.
    pub(super) fn shop_expected(&mut self, rows: &RowsExpectation) {
        let table = rows.rows.get().clone();
        if let Some(columns) = self.own_tables.get(&table).cloned() {
            matchers(rows).flatten().for_each(|(name, _)| self.own_column(&table, &columns, name));
            return;
        }
        let Some(known) = crate::magento::columns::table(&table) else { return };
        let whole: Vec<&RowMatcher> = matchers(rows).collect();
        for (name, matcher) in whole.into_iter().flatten() {
            if !known.columns.contains_key(name.get().as_str()) && !self.is_own(&[&table], name) {
                let message = format!("{table} has no column `{}`", name.get());
                let help = did_you_mean(name, known.columns.keys().map(String::as_str));
                let help = help.unwrap_or_else(|| "`mockgento schema seed` lists the columns of every table".into());
                self.report(name.place(), message, help);
                continue;
            }
            self.comparable(Kind::of_shop(&table, name), Of::Shop(&table), name, matcher);
        }
    }

    /// A text that no row can ever hold would make an expectation pass or fail for the wrong reason.
    pub(super) fn comparable(
        &mut self,
        kind: Kind,
        of: Of<'_>,
        name: &At<String>,
        matcher: &At<crate::scenario::language::text::matcher::Matcher>,
    ) {
        for text in matcher.texts() {
            let help = kind.never(text).map(str::to_owned);
            if let Some(help) = help.or_else(|| self.outside_list(of, name, text)) {
                self.report(matcher.place(), format!("{} never is \"{text}\"", name.get()), help);
            }
        }
    }

    fn is_own(&self, tables: &[&str], column: &str) -> bool {
        tables.iter().any(|table| self.own.contains(&((*table).to_owned(), column.to_owned())))
    }
}

/// All that is said of the rows of a table.
pub(super) fn matchers(rows: &RowsExpectation) -> impl Iterator<Item = &RowMatcher> {
    let whole = rows.are.iter().chain(&rows.unordered).flatten().map(At::get);
    [&rows.r#where, &rows.have].into_iter().chain(whole)
}
