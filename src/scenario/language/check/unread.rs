//! Names in steps of which another part cannot be read: an operation, a table or a path is wrong whatever stands beside it,
//! and is told in the same answer.

use super::Check;
use crate::disrupt::WSDL_OPERATION;
use crate::scenario::language::known;
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::value::Value;
use crate::shop::written::paths;

impl Check<'_> {
    /// Looks at all names of a step as it is written; `within` is the key that it stands under.
    pub(super) fn unread(&mut self, value: &At<Value>, within: &str) {
        match value.get() {
            Value::List(items) => items.iter().for_each(|item| self.unread(item, within)),
            Value::Record(fields) => {
                for (name, below) in fields.iter() {
                    if let Value::Text(text) = below.get() {
                        self.unread_name(within, name, &below.with(text.clone()));
                    }
                    self.unread(below, name);
                }
            }
            _ => {}
        }
    }

    fn unread_name(&mut self, within: &str, key: &str, name: &At<String>) {
        // What a variable stands for is told where it is read.
        if name.contains("${") {
            return;
        }
        match (within, key) {
            ("disrupt" | "before", "operation") => self.operation(name, &[WSDL_OPERATION]),
            ("calls", "to") => self.operation(name, &[WSDL_OPERATION, known::ANY]),
            ("crm", "rows") => self.one_of(name, "a table of the CRM", &known::crm_tables()),
            ("shop", "rows") | ("create" | "update" | "delete", "table") => self.shop_table(name),
            ("configure", "path") => {
                let own = &self.own_paths;
                if let Err(wrong) = paths::check_path(name, |path| own.contains(path)) {
                    self.report(name.place(), wrong.what, wrong.remedy);
                }
            }
            _ => {}
        }
    }
}
