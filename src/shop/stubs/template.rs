//! Values with templates: minijinja, with what a call brings and what the shop knows of it.

use std::fmt;
use std::sync::{Arc, LazyLock};

use jiff::civil::DateTime;
use minijinja::value::{Enumerator, Object, ObjectRepr, Serde, Value as Jinja};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use regex::Regex;
use serde::Serialize;

use super::Written;
use crate::nearest::nearest;
use crate::shop::Shop;
use crate::soap::{SoapStruct, SoapValue};

/// Steps that one template may take; a loop over a large shop is below it.
const FUEL: u64 = 1_000_000;
/// A longer text is no answer.
const TEXT_BYTES_MAX: usize = 1024 * 1024;

/// A text, or a template of one, and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Template {
    source: String,
    /// File, line and the path to the value.
    at: Arc<str>,
    is_plain: bool,
}

/// A template that fails.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{at}: the template {source_text}: {why}")]
pub(super) struct TemplateError {
    pub(super) at: String,
    source_text: String,
    pub(super) why: String,
}

/// Records that an argument points to, by the name they have in templates: the argument, the table, its column.
pub(super) const RECORDS: &[(&str, &str, &str, &str)] = &[
    ("customer", "customerId", "customer", "entity_id"),
    ("address", "addressId", "customer_address", "entity_id"),
    ("order", "orderIncrementId", "sales_flat_order", "increment_id"),
    ("invoice", "invoiceIncrementId", "sales_flat_invoice", "increment_id"),
    ("shipment", "shipmentIncrementId", "sales_flat_shipment", "increment_id"),
    ("creditmemo", "creditmemoIncrementId", "sales_flat_creditmemo", "increment_id"),
    ("quote", "quoteId", "sales_flat_quote", "entity_id"),
    ("category", "categoryId", "catalog_category", "entity_id"),
    ("product", "productId", "catalog_product", "entity_id"),
    ("product", "product", "catalog_product", "entity_id"),
    ("product", "productId", "catalog_product", "sku"),
    ("product", "product", "catalog_product", "sku"),
    ("product", "sku", "catalog_product", "sku"),
    ("store", "storeId", "core_store", "store_id"),
];

/// What templates may name: the call and the shop.
#[derive(Serialize)]
pub(super) struct Context<'a> {
    arguments: &'a SoapStruct,
    /// Moment of the shop's clock, as the database writes it.
    now: String,
    base_url: String,
    /// What the shop itself answers, where a stub changes that.
    #[serde(skip_serializing_if = "Option::is_none")]
    answer: Option<&'a SoapValue>,
    #[serde(flatten)]
    records: indexmap::IndexMap<&'static str, Jinja>,
}

/// A record that is not there: it has no member, so that `default` says what to write in the place of one.
#[derive(Debug)]
struct Absent;

impl Object for Absent {
    fn repr(self: &Arc<Self>) -> ObjectRepr {
        ObjectRepr::Map
    }

    fn enumerate(self: &Arc<Self>) -> Enumerator {
        Enumerator::Empty
    }

    fn render(self: &Arc<Self>, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Err(fmt::Error)
    }
}

fn is_defined(value: &Jinja) -> bool {
    !value.is_undefined() && value.downcast_object_ref::<Absent>().is_none()
}

impl<'a> Context<'a> {
    pub(super) fn of(shop: &Shop, arguments: &'a SoapStruct, answer: Option<&'a SoapValue>) -> Self {
        let mut records = indexmap::IndexMap::new();
        for (name, argument, table, column) in RECORDS {
            let Some(wanted) = arguments.text(argument).filter(|_| !records.contains_key(name)) else { continue };
            if let Some((_, row)) = shop.database.table(table).with(column, &wanted).next() {
                records.insert(*name, Jinja::from(Serde(row.to_struct())));
            }
        }
        for (name, ..) in RECORDS {
            records.entry(*name).or_insert_with(|| Jinja::from_object(Absent));
        }
        Self { arguments, now: shop.now_sql(), base_url: shop.base_url(), answer, records }
    }
}

static ENGINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut engine = Environment::new();
    engine.set_undefined_behavior(UndefinedBehavior::Strict);
    engine.set_fuel(Some(FUEL));
    engine.add_filter("date", date);
    engine.add_filter("datetime", datetime);
    engine.add_test("defined", |value: &Jinja| is_defined(value));
    engine.add_test("undefined", |value: &Jinja| !is_defined(value));
    engine
});

/// `{{ now | date }}`, `{{ order.created_at | date("%d.%m.%Y") }}`.
fn date(moment: &str, format: Option<&str>) -> Result<String, Error> {
    formatted(moment, format.unwrap_or("%Y-%m-%d"))
}

/// `{{ now | datetime }}`.
fn datetime(moment: &str, format: Option<&str>) -> Result<String, Error> {
    formatted(moment, format.unwrap_or("%Y-%m-%d %H:%M:%S"))
}

fn formatted(moment: &str, format: &str) -> Result<String, Error> {
    let wrong = |what: String| Error::new(ErrorKind::InvalidOperation, what);
    let read: DateTime =
        moment.parse().map_err(|_| wrong(format!("\"{moment}\" is no moment such as 2026-01-31 09:00:00")))?;
    jiff::fmt::strtime::format(format, read).map_err(|error| wrong(format!("the format \"{format}\": {error}")))
}

/// What a template writes; it ends as soon as that is too long.
struct BoundedText(Vec<u8>);

impl std::io::Write for BoundedText {
    fn write(&mut self, piece: &[u8]) -> std::io::Result<usize> {
        let left = (TEXT_BYTES_MAX + 1).saturating_sub(self.0.len());
        if left == 0 {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        let taken = piece.get(..left).unwrap_or(piece);
        self.0.extend_from_slice(taken);
        Ok(taken.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Names that every call has, besides those of [`RECORDS`].
const ALWAYS: &[&str] = &["arguments", "now", "base_url", "answer"];

/// What is no template although it looks like one.
static RAW: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?s)\{%[-+]?\s*raw\s*[-+]?%\}.*?\{%[-+]?\s*endraw\s*[-+]?%\}|\{#.*?#\}"));
/// Texts inside of a template, which may look like anything.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| pattern(r#""(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'"#));
/// What a value is sent through.
static FILTER: LazyLock<Regex> = LazyLock::new(|| pattern(r"\|\s*([A-Za-z_]\w*)"));
/// What a value is asked.
static TEST: LazyLock<Regex> = LazyLock::new(|| pattern(r"\bis\s+(?:not\s+)?([A-Za-z_]\w*)"));
/// How a moment is to be written.
static FORMAT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\|\s*(?:date|datetime)\s*\(\s*(?:"([^"\\]*)"|'([^'\\]*)')\s*\)"#));
/// A moment that formats are tried with.
const SOME_MOMENT: &str = "2026-01-31 09:00:00";
/// Words by which a template allows for what may not be there.
static ALLOWANCE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\|\s*(?:default|d)\b|\bis\s+(?:not\s+)?(?:un)?defined\b|\bif\b"));
/// Parts of a text that are template.
static INSIDE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)\{\{.*?\}\}|\{%.*?%\}"));

fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap_or_else(|error| panic!("the built-in pattern {text}: {error}"))
}

/// A name or a filter that no call will ever have, and what may be meant.
fn never_there(template: &minijinja::Template<'_, '_>, source: &str) -> Option<String> {
    let known: Vec<&str> = ALWAYS.iter().copied().chain(RECORDS.iter().map(|(name, ..)| *name)).collect();
    let globals: Vec<&str> = ENGINE.globals().map(|(name, _)| name).collect();
    let mut named: Vec<String> = template.undeclared_variables(false).into_iter().collect();
    named.sort();
    let unknown = named.iter().find(|name| !known.contains(&name.as_str()) && !globals.contains(&name.as_str()));
    if let Some(name) = unknown {
        let meant = nearest(name, known.iter().copied())
            .map_or_else(|| format!("there are {}", known.join(", ")), |known| format!("did you mean {known}?"));
        return Some(format!("no call has {name}; {meant}"));
    }
    let without_raw = RAW.replace_all(source, "");
    let without_texts = QUOTED.replace_all(&without_raw, "");
    let mut filters = INSIDE.find_iter(&without_texts).flat_map(|inside| FILTER.captures_iter(inside.as_str()));
    let unknown = filters.find(|found| {
        let tried = ENGINE.render_str(&format!("{{{{ '' | {} }}}}", &found[1]), ());
        tried.is_err_and(|error| error.kind() == ErrorKind::UnknownFilter)
    });
    if let Some(found) = unknown {
        return Some(format!("there is no filter {}", &found[1]));
    }
    let mut tests = INSIDE.find_iter(&without_texts).flat_map(|inside| TEST.captures_iter(inside.as_str()));
    let unknown = tests.find(|found| {
        let tried = ENGINE.render_str(&format!("{{{{ '' is {} }}}}", &found[1]), ());
        tried.is_err_and(|error| error.kind() == ErrorKind::UnknownTest)
    });
    if let Some(found) = unknown {
        return Some(format!("there is no test {}", &found[1]));
    }
    let mut formats = INSIDE.find_iter(&without_raw).flat_map(|inside| FORMAT.captures_iter(inside.as_str()));
    formats.find_map(|found| {
        formatted(SOME_MOMENT, found.get(1).or(found.get(2))?.as_str()).err()?.detail().map(str::to_owned)
    })
}

/// Arguments that a template names.
static ARGUMENT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\barguments\s*(?:\.\s*([A-Za-z_]\w*)|\[\s*["']([^"'\]]+)["']\s*\])"#));

/// The names of arguments in a text that may be a template.
pub(super) fn arguments_of(source: &str) -> Vec<String> {
    let without_raw = RAW.replace_all(source, "");
    let named = INSIDE.find_iter(&without_raw).flat_map(|inside| ARGUMENT.captures_iter(inside.as_str()));
    named.filter_map(|found| Some(found.get(1).or(found.get(2))?.as_str().to_owned())).collect()
}

impl Template {
    /// Reads a template; `at` is for messages.
    ///
    /// # Errors
    /// [`TemplateError`] for one that is none.
    pub(super) fn new(source: &str, at: Arc<str>) -> Result<Self, TemplateError> {
        let is_plain = !is_template(source);
        let template = Self { source: source.to_owned(), at, is_plain };
        if !is_plain {
            let read = ENGINE.template_from_str(&template.source).map_err(|error| template.failed(&error))?;
            if let Some(why) = never_there(&read, source) {
                return Err(TemplateError { at: template.at.to_string(), source_text: template.shown(), why });
            }
        }
        Ok(template)
    }

    /// The names that it takes from a call, with the members of them.
    pub(super) fn paths(&self) -> Vec<String> {
        if self.is_plain {
            return Vec::new();
        }
        let read = ENGINE.template_from_str(&self.source);
        let mut paths: Vec<String> =
            read.map(|read| read.undeclared_variables(true)).unwrap_or_default().into_iter().collect();
        paths.sort();
        paths
    }

    /// Whether it says what to do where something is not there.
    pub(super) fn allows_for_absence(&self) -> bool {
        ALLOWANCE.is_match(&self.source)
    }

    /// The text for a call.
    ///
    /// # Errors
    /// [`TemplateError`] for a name that the call does not have, or more than a template may do.
    pub(super) fn text(&self, context: &Context<'_>) -> Result<String, TemplateError> {
        if self.is_plain {
            return Ok(self.source.clone());
        }
        let known = Jinja::from(Serde(context));
        let template = ENGINE.template_from_str(&self.source).map_err(|error| self.failed(&error))?;
        let mut text = BoundedText(Vec::new());
        let outcome = template.render_captured_to(known, &mut text).map(drop);
        match outcome {
            Ok(()) => Ok(String::from_utf8_lossy(&text.0).into_owned()),
            Err(_) if text.0.len() > TEXT_BYTES_MAX => {
                let why = format!("it makes more than {TEXT_BYTES_MAX} bytes");
                Err(TemplateError { at: self.at.to_string(), source_text: self.shown(), why })
            }
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn shown(&self) -> String {
        crate::printable::shortened(&self.source)
    }

    fn failed(&self, error: &Error) -> TemplateError {
        let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        let unknown = matches!(error.kind(), ErrorKind::UndefinedError);
        let why = match unknown {
            true => {
                "it names what this call does not have; `default` gives a value for that, as in {{ x | default(0) }}"
            }
            false => detail.as_str(),
        };
        TemplateError { at: self.at.to_string(), source_text: self.shown(), why: why.to_owned() }
    }
}

/// Whether a text is more than itself.
pub(super) fn is_template(text: &str) -> bool {
    ["{{", "{%", "{#"].iter().any(|mark| text.contains(mark))
}

impl Written {
    /// The value for a call.
    pub(super) fn value(&self, context: &Context<'_>) -> Result<SoapValue, TemplateError> {
        Ok(match self {
            Self::Nil => SoapValue::Nil,
            Self::Bool(on) => SoapValue::Bool(*on),
            Self::Text(template) => template.text(context)?.into(),
            Self::List(items) => items.iter().map(|item| item.value(context)).collect::<Result<Vec<_>, _>>()?.into(),
            Self::Record(members) => {
                let mut record = SoapStruct::with_capacity(members.len());
                for (name, member) in members {
                    record.set(name.as_str(), member.value(context)?);
                }
                record.into()
            }
        })
    }
}
