//! Errors of this API in the form of RFC 9457, each with the way out.

use serde_json::{Value, json};

use crate::printable::printable;
use crate::yaml_mistake::{self, BODY, Mistake};

const BODY_REMEDY: &str = "see /__admin/openapi.json for what it must hold";

/// Why a request was not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Problem {
    pub(super) status: u16,
    title: &'static str,
    detail: String,
    remedy: String,
    /// The methods that would do.
    pub(super) allow: Option<String>,
    /// What a program reads of it, by name.
    pub(super) more: Option<Box<(&'static str, Value)>>,
}

impl Problem {
    pub(super) fn new(status: u16, title: &'static str, detail: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { status, title, detail: detail.into(), remedy: remedy.into(), allow: None, more: None }
    }

    pub(super) fn bad_body(detail: impl Into<String>) -> Self {
        Self::new(400, "the body cannot be used", detail, BODY_REMEDY)
    }

    /// What the reader says of a body: where, what is wrong, and what to write instead where that is known.
    pub(super) fn wrong_body(error: &serde_saphyr::Error, text: &str) -> Self {
        let Mistake { place, message, help } = yaml_mistake::of(error, text, &BODY, |_| true);
        let at = place.map(|place| format!(":{place}")).unwrap_or_default();
        let remedy = help.unwrap_or_else(|| BODY_REMEDY.to_owned());
        Self::new(400, "the body cannot be used", printable(&format!("body{at}: {message}")), printable(&remedy))
    }

    pub(super) fn too_long() -> Self {
        Self::new(413, "the body is too long", "it was not read", "load large seeds with `mockgento serve --seed`")
    }

    pub(super) fn answer_too_long(bytes_max: usize) -> Self {
        Self::new(
            413,
            "the answer is too long",
            format!("it would have more than {} MB", bytes_max / (1024 * 1024)),
            "ask for a part: requests with limit and after, the state with table, offset and limit",
        )
    }

    pub(super) fn bad_parameter(name: &str, what: &str, expected: &str) -> Self {
        Self::new(
            400,
            "a query parameter cannot be used",
            format!("the parameter \"{name}\" {what}"),
            format!("expected {expected}"),
        )
    }

    pub(super) fn unknown_path<'a>(path: &str, known: impl Iterator<Item = &'a str>) -> Self {
        let mut known: Vec<&str> = known.collect();
        known.dedup();
        let remedy = format!("there are, below /__admin: {}", known.join(", "));
        Self::new(404, "nothing is here", format!("no \"{path}\" below /__admin"), remedy)
    }

    pub(super) fn wrong_method(method: &str, allowed: &str) -> Self {
        let remedy = format!("use {allowed}");
        let problem = Self::new(405, "the method is not for this path", format!("{method} does nothing here"), remedy);
        Self { allow: Some(allowed.to_owned()), ..problem }
    }

    /// The same with something for programs to read.
    pub(super) fn with(self, name: &'static str, value: Value) -> Self {
        Self { more: Some(Box::new((name, value))), ..self }
    }

    pub(super) fn to_json(&self) -> Value {
        let mut shown =
            json!({"title": self.title, "status": self.status, "detail": self.detail, "remedy": self.remedy});
        if let Some((name, value)) = self.more.as_deref() {
            shown[*name] = value.clone();
        }
        shown
    }
}
