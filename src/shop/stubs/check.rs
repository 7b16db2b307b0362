//! What is wrong with stubs before they answer anything, and what they become.

use std::sync::Arc;

use jiff::{SignedDuration, Span, SpanRelativeTo};

use super::error::StubError;
use super::file::{FaultText, StepText};
use super::rows::{self, Form};
use super::template::{Template, arguments_of, is_template};
use super::typed::may_be;
use super::{Does, Fault, Rank, Step, Stub, StubFile, Written, names};
use crate::magento::columns;
use crate::nearest::{meant, nearest};
use crate::place::{At, Place};
use crate::shop::{Database, Shop, Table, conditions};
use crate::soap::{Occurs, ServiceSchema, Shape, SoapStruct, SoapValue, TypeRef, Xsd};
use crate::written_value::Value;

/// The word in an answer that is put on top of the shop's own.
const MERGE: &str = "merge";
/// A client that waits longer has given up.
const DELAY_SECONDS_MAX: i64 = 3600;

/// The stubs of a file, ready to answer in this shop.
pub(super) fn compiled(file: &StubFile, shop: &Shop) -> Result<Vec<Stub>, StubError> {
    let check = Check { file, shop, schema: shop.codec().schema(), arguments: None, in_merge: false };
    let bytes = file.source.len() / file.stubs.len().max(1);
    let (mut stubs, mut wrong) = (Vec::with_capacity(file.stubs.len()), Vec::new());
    for stub in &file.stubs {
        match check.stub(stub) {
            Ok(stub) => stubs.push(Stub { bytes, ..stub }),
            Err(error) => wrong.push(error),
        }
    }
    StubError::of_all(wrong).map_or(Ok(stubs), Err)
}

#[derive(Clone, Copy)]
struct Check<'a> {
    file: &'a StubFile,
    shop: &'a Shop,
    schema: &'a ServiceSchema,
    /// The operation of the stub that is looked at, and the names of its arguments.
    arguments: Option<(&'a str, &'a [String])>,
    /// Whether there is an answer of the shop's own, which templates may name.
    in_merge: bool,
}

impl Check<'_> {
    fn wrong<T>(&self, place: &Place, what: impl Into<String>, remedy: &str) -> Result<T, StubError> {
        let (line, column) = (place.line as u64, place.column as u64);
        Err(StubError::syntax(&self.file.name, line, column, format!("{}; {remedy}", what.into())))
    }

    fn stub(&self, text: &At<super::StubText>) -> Result<Stub, StubError> {
        let place = text.operation.place();
        let contract = &self.shop.config.contract;
        // Version 1 has a path in place of a name.
        let written = text.operation.get().as_str();
        let at_path = contract.operation_at(written).map(|(facts, _)| facts.name.clone());
        let operation = at_path.as_deref().unwrap_or(written);
        if contract.operation(operation).is_none() && self.schema.operation(operation).is_none() {
            let known = contract.operations().map(|facts| facts.name.as_str());
            let known = known.chain(self.schema.operations.keys().map(String::as_str));
            let meant = contract.called_in_version1(operation).or_else(|| nearest(operation, known));
            let remedy = meant.map_or_else(
                || "declare it in a module (`--module`) or in overrides".to_owned(),
                |name| format!("did you mean {name}?"),
            );
            return self.wrong(&place, format!("this shop has no operation {operation}"), &remedy);
        }
        if let Some(unfit) = conditions::unfit_in(self.shop, operation, &text.when).into_iter().next() {
            return self.wrong(&unfit.place, unfit.what, &unfit.remedy);
        }
        let names = conditions::names(contract, &[self.schema], operation);
        let check = Check { arguments: Some((operation, &names)), ..*self };
        let mut steps = vec![check.step(operation, &text.first(), &place)?];
        for then in &text.then {
            steps.push(check.step(operation, then.get(), &then.place())?);
        }
        let name = text.name.clone().unwrap_or_else(|| format!("{}:{}", self.file.name, place.line));
        let steps = steps.into_iter().map(Arc::new).collect();
        let (operation, when) = (operation.to_owned(), text.when.clone());
        Ok(Stub { id: 0, name, operation, when, steps, called: 0, bytes: 0, rank: Rank::default() })
    }

    fn step(&self, operation: &str, text: &StepText, place: &Place) -> Result<Step, StubError> {
        let kinds = [
            ("answer", text.answer.as_ref().map(At::place)),
            ("rows of", text.rows_of.as_ref().map(At::place)),
            ("insert into", text.insert_into.as_ref().map(At::place)),
            ("fault", text.fault.as_ref().map(At::place)),
        ];
        let mut given = kinds.iter().filter_map(|(name, place)| Some((name, place.clone()?)));
        let first = given.next();
        if let (Some((one, _)), Some((other, place))) = (&first, given.next()) {
            return self.wrong(
                &place,
                format!("there are both `{one}` and `{other}`"),
                "keep one; `then` has what comes after",
            );
        }
        if first.is_none() && text.delay.is_none() && text.times.is_none() {
            let remedy =
                "write `answer: …`, `rows of: …`, `insert into: …`, `fault: …`, or a `delay` for the shop's own answer";
            return self.wrong(place, "the stub answers nothing", remedy);
        }
        if let (Some((column, _)), None) = (text.with.first(), &text.insert_into) {
            return self.wrong(
                &column.place(),
                "`with` has columns of a row that is added",
                "write `insert into: …` beside it",
            );
        }
        if let Some(times) = text.times.as_ref().filter(|times| *times.get() == 0) {
            return self.wrong(&times.place(), "0 times is never", "write 1 or more, or leave it out");
        }
        let does = if let Some(answer) = &text.answer {
            self.answer(operation, answer)?
        } else if let Some(table) = &text.rows_of {
            self.table(table)?;
            let form = rows::form_of(self.schema, operation);
            self.shows(operation, table)?;
            if matches!(form, Form::Flag | Form::Scalar | Form::Values) {
                let answers = if form == Form::Values { "a list of single values" } else { "a single value" };
                let what = format!("{operation} answers {answers} and no rows");
                return self.wrong(&table.place(), what, "write `answer: …`");
            }
            Does::RowsOf(table.get().clone())
        } else if let Some(table) = &text.insert_into {
            self.insert(operation, table, text)?
        } else if let Some(fault) = &text.fault {
            Does::Fault(self.fault(operation, fault)?)
        } else {
            Does::Nothing
        };
        let delay = text.delay.as_ref().map(|delay| self.delay(delay)).transpose()?;
        let place = format!("{}:{}", self.file.name, place.line);
        Ok(Step { does, place, times: text.times.as_ref().map(|times| *times.get()), delay })
    }

    fn delay(&self, text: &At<String>) -> Result<SignedDuration, StubError> {
        let read = text.get().parse::<Span>().ok();
        let read = read.and_then(|span| span.to_duration(SpanRelativeTo::days_are_24_hours()).ok());
        match read.filter(|delay| (0..=DELAY_SECONDS_MAX).contains(&delay.as_secs()) && !delay.is_negative()) {
            Some(delay) => Ok(delay),
            None => self.wrong(
                &text.place(),
                format!("\"{}\" is no delay", text.get()),
                "write such as 500 ms, 2 s or 1 minute, an hour at most",
            ),
        }
    }

    fn table(&self, table: &At<String>) -> Result<(), StubError> {
        if self.shop.database.get(table).is_some() {
            return Ok(());
        }
        let known = self.shop.database.own_names().chain(Database::names());
        let remedy = nearest(table, known).map_or_else(
            || "declare it under `own_tables` of the seed".to_owned(),
            |name| format!("did you mean {name}? A table of your own is declared under `own_tables` of the seed"),
        );
        self.wrong(&table.place(), format!("the shop has no table {}", table.get()), &remedy)
    }

    /// Whether records of a table are what the operation declares: one that shows none of their columns, or requires a field
    /// that they lack, would fail in every call.
    fn shows(&self, operation: &str, table: &At<String>) -> Result<(), StubError> {
        let part = self.schema.operation(operation).and_then(|operation| operation.response.parts.first());
        let (Some(mut declared), Some(rows)) = (part.map(|part| &part.type_ref), self.shop.database.get(table)) else {
            return Ok(());
        };
        while let TypeRef::Complex(id) = declared {
            let of = self.schema.complex_type(*id);
            let fields = match &of.shape {
                Shape::Array { item, .. } => {
                    declared = item;
                    continue;
                }
                Shape::Struct { fields, .. } => fields,
            };
            let has = |name: &str| rows::columns(rows).any(|column| column == name) || rows.has_column(name);
            let missing = fields.iter().find(|field| field.occurs == Occurs::Required && !has(&field.name));
            let (what, field) = match missing {
                Some(field) => {
                    (format!("{} requires {}, which {} lacks", of.name, field.name, table.get()), &field.name)
                }
                None => match fields.first().filter(|_| !fields.iter().any(|field| has(&field.name))) {
                    Some(field) => (format!("{} has no column of {}", of.name, table.get()), &field.name),
                    None => return Ok(()),
                },
            };
            let known: Vec<&str> = rows::columns(rows).collect();
            let remedy = match meant(field, known.iter().copied()) {
                Some(nearest) => format!(
                    "name the columns as {operation} declares its fields ({nearest} is {field}?), or write `answer: …`"
                ),
                None => "write `answer: …`".to_owned(),
            };
            return self.wrong(&table.place(), what, &remedy);
        }
        Ok(())
    }

    /// Whether a column keeps what stands there; of a template that is seen when it is called.
    fn holds(&self, rows: &Table, table: &str, column: &At<String>, value: &At<Value>) -> Result<(), StubError> {
        let held = match value.get() {
            Value::List(_) => rows::holds(rows, table, column, &SoapValue::List(Vec::new())),
            Value::Record(_) => rows::holds(rows, table, column, &SoapStruct::new().into()),
            _ => match value.text(&self.file.source).filter(|text| !is_template(text)) {
                Some(text) => {
                    let label = self.shop.check_label(&[table], column, &text);
                    let held = || rows::holds(rows, table, column, &text.as_ref().into());
                    label.map_err(|wrong| wrong.to_string()).and_then(|()| held())
                }
                None => Ok(()),
            },
        };
        held.or_else(|why| {
            let (what, remedy) = why.rsplit_once("; ").unwrap_or((&why, "leave it out"));
            self.wrong(&value.place(), what, remedy)
        })
    }

    fn insert(&self, operation: &str, table: &At<String>, text: &StepText) -> Result<Does, StubError> {
        self.table(table)?;
        let Some(rows) = self.shop.database.get(table) else { return Ok(Does::Nothing) };
        let mut with = Vec::new();
        for (column, value) in &text.with {
            if rows.sql_type(column).is_none() {
                let remedy = nearest(column, rows.declared_columns())
                    .map_or_else(|| "write one of its columns".to_owned(), |name| format!("did you mean {name}?"));
                return self.wrong(&column.place(), format!("{} has no column {}", table.get(), column.get()), &remedy);
            }
            self.holds(rows, table, column, value)?;
            with.push((column.get().clone(), self.written(value, column)?));
        }
        if let (true, Some(declared)) = (with.is_empty(), self.schema.operation(operation)) {
            let members = |part: &crate::soap::Part| match &part.type_ref {
                TypeRef::Complex(id) => match &self.schema.complex_type(*id).shape {
                    Shape::Struct { fields, .. } => fields.iter().map(|field| field.name.to_string()).collect(),
                    Shape::Array { .. } => Vec::new(),
                },
                TypeRef::Xsd(_) | TypeRef::Undeclared(_) => vec![part.name.clone()],
            };
            let brought: Vec<String> = declared.request.parts.iter().flat_map(members).collect();
            let others = self.shop.config.contract.other_names(operation);
            let is_column = |name: &String| {
                let rpc = others.iter().find(|(_, wsi)| wsi == name).map_or(name, |(rpc, _)| rpc);
                rows::column_of(rows, rpc).is_some_and(|column| column != rows.key())
            };
            if !brought.iter().any(is_column) {
                let what = format!("no argument of {operation} is named like a column of {}", table.get());
                return self.wrong(&table.place(), what, "set the columns in `with: {column: \"{{ arguments.x }}\"}`");
            }
        }
        Ok(Does::InsertInto { table: table.get().clone(), with })
    }

    fn fault(&self, operation: &str, fault: &At<FaultText>) -> Result<Fault, StubError> {
        match fault.get() {
            FaultText::Named(name) => {
                let contract = &self.shop.config.contract;
                let resource =
                    contract.operation(operation).and_then(|facts| facts.resource.as_deref()).unwrap_or("global");
                let rows = contract.fault_table(resource).iter().chain(contract.fault_table("global"));
                if rows.clone().any(|(known, ..)| known == name) {
                    return Ok(Fault::Named(name.clone()));
                }
                let remedy = nearest(name, rows.map(|(known, ..)| known.as_str()))
                    .map_or_else(|| "write {code: 101, string: …}".to_owned(), |name| format!("did you mean {name}?"));
                self.wrong(&fault.place(), format!("{operation} has no fault {name}"), &remedy)
            }
            FaultText::Written(parts) => {
                let code = parts.code.text();
                let string = self.template(&parts.string, &fault.place(), "fault")?;
                Ok(Fault::Written { code, string })
            }
        }
    }

    fn answer(&self, operation: &str, answer: &At<Value>) -> Result<Does, StubError> {
        let declared = self.schema.operation(operation).and_then(|declared| declared.response.parts.first());
        if let Value::Record(members) = answer.get()
            && let (Some(over), 1) = (members.get(MERGE), members.0.len())
        {
            if super::is_for_stubs(&self.shop.config.contract, operation) {
                let what = format!("the shop itself answers nothing to {operation}");
                return self.wrong(&over.place(), what, "write the answer without `merge`");
            }
            if !matches!(over.get(), Value::Record(_)) {
                return self.wrong(
                    &over.place(),
                    "`merge` is a record",
                    "write the fields that are put over the shop's own",
                );
            }
            if let Some(part) = declared {
                self.can_merge(operation, over, &part.type_ref)?;
            }
            return Ok(Does::Merge(Check { in_merge: true, ..*self }.written(over, "merge")?));
        }
        if let Some(part) = declared {
            self.fits(answer, &part.type_ref, "answer")?;
        }
        Ok(Does::Answer(self.written(answer, "answer")?))
    }

    /// Whether a value has the form that is declared: a field that no type has would be dropped in silence, and one that is
    /// required and missing would end every call.
    fn fits(&self, value: &At<Value>, type_ref: &TypeRef, path: &str) -> Result<(), StubError> {
        let TypeRef::Complex(id) = type_ref else {
            return match (value.get(), type_ref) {
                (Value::List(_) | Value::Record(_), TypeRef::Xsd(xsd)) if *xsd != crate::soap::Xsd::AnyType => {
                    let what = format!("{path} is declared as {}", xsd.qualified_name());
                    self.wrong(&value.place(), what, "write a text, a number, true, false or null")
                }
                (Value::Text(_) | Value::Fraction, TypeRef::Xsd(xsd)) if !self.is(value, *xsd) => {
                    let text = value.text(&self.file.source).unwrap_or_default();
                    let what = format!("{path} is declared as {}, and \"{text}\" is none", xsd.qualified_name());
                    self.wrong(&value.place(), what, "write one, or null")
                }
                _ => Ok(()),
            };
        };
        let declared = self.schema.complex_type(*id);
        match (&declared.shape, value.get()) {
            (_, Value::Null) => Ok(()),
            (Shape::Array { item, .. }, Value::List(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(number, value)| self.fits(value, item, &format!("{path}[{number}]"))),
            (Shape::Struct { fields, .. }, Value::Record(members)) => {
                for (name, member) in members.iter() {
                    let Some(field) = fields.iter().find(|field| *field.name == **name.get()) else {
                        let names = fields.iter().map(|field| field.name.as_ref());
                        let listed = names.clone().take(20).collect::<Vec<_>>().join(", ");
                        let remedy = meant(name, names)
                            .map_or_else(|| format!("it has {listed}"), |name| format!("did you mean {name}?"));
                        return self.wrong(
                            &name.place(),
                            format!("{} has no field {}", declared.name, name.get()),
                            &remedy,
                        );
                    };
                    self.fits(member, &field.type_ref, &format!("{path}.{}", name.get()))?;
                }
                let missing =
                    fields.iter().find(|field| field.occurs == Occurs::Required && members.get(&field.name).is_none());
                match missing {
                    Some(field) => {
                        let what = format!("{path} lacks {}, which {} requires", field.name, declared.name);
                        let remedy = format!("add `{}: …`; null does too", field.name);
                        self.wrong(&value.place(), what, &remedy)
                    }
                    None => Ok(()),
                }
            }
            (Shape::Array { .. }, _) => {
                self.wrong(&value.place(), format!("{path} is a list, {}", declared.name), "write `- …` or [ … ]")
            }
            (Shape::Struct { .. }, _) => {
                self.wrong(&value.place(), format!("{path} is a record, {}", declared.name), "write its fields")
            }
        }
    }

    /// Whether the fields that are put over the shop's own are those of its answer: one that no type has may be meant for
    /// API version 1, but not one that is spelled nearly like a declared one.
    fn can_merge(&self, operation: &str, over: &At<Value>, type_ref: &TypeRef) -> Result<(), StubError> {
        let (Value::Record(members), TypeRef::Complex(id)) = (over.get(), type_ref) else {
            let is_open = matches!(type_ref, TypeRef::Complex(_) | TypeRef::Undeclared(_) | TypeRef::Xsd(Xsd::AnyType));
            let what = format!("{operation} answers a single value, which has no fields");
            return if is_open {
                Ok(())
            } else {
                self.wrong(&over.place(), what, "write `answer: …` without `merge`")
            };
        };
        let declared = self.schema.complex_type(*id);
        let fields = match &declared.shape {
            Shape::Array { item, .. } => return self.can_merge(operation, over, item),
            Shape::Struct { fields, .. } => fields,
        };
        for (name, value) in members.iter() {
            match fields.iter().find(|field| *field.name == **name.get()) {
                Some(field) if matches!(field.type_ref, TypeRef::Complex(_)) => {}
                Some(field) => self.fits(value, &field.type_ref, &format!("merge.{}", name.get()))?,
                None => {
                    let names = fields.iter().map(|field| field.name.as_ref());
                    if let (false, Some(field)) = (columns::is_known(name), meant(name, names)) {
                        let what = format!("{} has no field {}", declared.name, name.get());
                        return self.wrong(&name.place(), what, &format!("did you mean {field}?"));
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether a value can be one of that type; nothing is known of a template.
    fn is(&self, value: &At<Value>, xsd: crate::soap::Xsd) -> bool {
        let text = value.text(&self.file.source).unwrap_or_default();
        is_template(&text) || may_be(&text, xsd)
    }

    /// Whether no call brings an argument of that name; that of WS-I has become that of RPC when a template asks.
    fn is_no_argument(&self, operation: &str, known: &[String], name: &str) -> bool {
        let others = self.shop.config.contract.other_names(operation);
        let is_of_wsi =
            others.iter().any(|(rpc, wsi)| wsi == name && rpc != name) && !others.iter().any(|(rpc, _)| rpc == name);
        !conditions::is_among(known, name) || is_of_wsi
    }

    fn written(&self, value: &At<Value>, path: &str) -> Result<Written, StubError> {
        Ok(match value.get() {
            Value::Null => Written::Nil,
            Value::Bool(on) => Written::Bool(*on),
            Value::Text(_) | Value::Fraction => {
                let text = value.text(&self.file.source).unwrap_or_default();
                Written::Text(self.template(&text, &value.place(), path)?)
            }
            Value::List(items) => Written::List(
                items
                    .iter()
                    .enumerate()
                    .map(|(number, item)| self.written(item, &format!("{path}[{number}]")))
                    .collect::<Result<_, _>>()?,
            ),
            Value::Record(members) => {
                let member = |(name, value): (&At<String>, &At<Value>)| {
                    Ok((name.get().clone(), self.written(value, &format!("{path}.{}", name.get()))?))
                };
                Written::Record(members.iter().map(member).collect::<Result<_, StubError>>()?)
            }
        })
    }

    fn template(&self, source: &str, place: &Place, path: &str) -> Result<Template, StubError> {
        let at = format!("{}:{}: {path}", self.file.name, place.line);
        if let Some((operation, known)) = self.arguments
            && let Some(unknown) =
                arguments_of(source).into_iter().find(|name| self.is_no_argument(operation, known, name))
        {
            let others = self.shop.config.contract.other_names(operation);
            let remedy = others.iter().find(|(_, wsi)| *wsi == unknown).map_or_else(
                || conditions::no_argument(known, &unknown),
                |(rpc, _)| format!("arguments go by the names of RPC, {rpc}"),
            );
            return self.wrong(place, format!("{operation} has no argument {unknown}"), &remedy);
        }
        let template = Template::new(source, at.into()).or_else(|error| {
            self.wrong(
                place,
                format!("{path} is no template: {}", error.why),
                "see docs/stubs.md for what a template may be",
            )
        })?;
        if let Some((operation, arguments)) = self.arguments {
            let call = names::Call { shop: self.shop, operation, arguments, has_answer: self.in_merge };
            if let Some((what, remedy)) = call.never_has(&template) {
                return self.wrong(place, format!("{path}: {what}"), &remedy);
            }
        }
        Ok(template)
    }
}
