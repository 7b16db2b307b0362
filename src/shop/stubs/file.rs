//! A file of stubs: YAML, or JSON, which is a kind of it.

use indexmap::IndexMap;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::error::StubError;
use crate::matching::Conditions;
use crate::place::At;
use crate::written_value::Value;
use crate::yaml_mistake;

/// A file of stubs.
#[derive(Clone, Debug)]
pub struct StubFile {
    pub(super) stubs: Vec<At<StubText>>,
    /// The text, for numbers as they are written.
    pub(super) source: String,
    /// What it is called in messages.
    pub(super) name: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Written {
    /// What operations answer; the first that a call meets counts.
    stubs: Vec<At<StubText>>,
}

/// What an operation answers, before or on top of what the shop does. What no stub is for, the shop does as ever.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StubText {
    /// What it is called in messages and in the journal; file and line when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The operation, such as `customerCustomerInfo`, or one of a module.
    pub operation: At<String>,
    /// Only calls whose arguments are like these, such as `{customerId: 42}`; the others may be anything.
    #[serde(default, skip_serializing_if = "Conditions::is_empty")]
    pub when: Conditions,
    /// The answer: a value, a record or a list; `{merge: {…}}` on top of what the shop says. Texts may be templates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<At<Value>>,
    /// Answer with rows of this table: those that filters, pager and arguments named like columns leave.
    #[serde(default, rename = "rows of", skip_serializing_if = "Option::is_none")]
    pub rows_of: Option<At<String>>,
    /// Add a row to this table, of the arguments that are named like its columns; the answer is its id, or the row.
    #[serde(default, rename = "insert into", skip_serializing_if = "Option::is_none")]
    pub insert_into: Option<At<String>>,
    /// Further columns of the row that is added.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub with: IndexMap<At<String>, At<Value>>,
    /// Answer with a fault: `{code: 101, string: No luck}`, or the name of one of the resource's, such as `not_exists`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<At<FaultText>>,
    /// How long the answer takes, such as `2 s`; by the shop's clock, which may stand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<At<String>>,
    /// For how many calls; left out: for all, or for one when `then` follows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<At<u64>>,
    /// What comes after that, one after the other; the last holds for all further calls unless it has `times` too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub then: Vec<At<StepText>>,
}

/// A later answer of a stub.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StepText {
    /// As in a stub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<At<Value>>,
    /// As in a stub.
    #[serde(default, rename = "rows of", skip_serializing_if = "Option::is_none")]
    pub rows_of: Option<At<String>>,
    /// As in a stub.
    #[serde(default, rename = "insert into", skip_serializing_if = "Option::is_none")]
    pub insert_into: Option<At<String>>,
    /// As in a stub.
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub with: IndexMap<At<String>, At<Value>>,
    /// As in a stub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault: Option<At<FaultText>>,
    /// As in a stub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub delay: Option<At<String>>,
    /// For how many calls; left out: for one, or for all further ones when it is the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<At<u64>>,
}

/// A fault as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum FaultText {
    /// The name of one of the resource's faults.
    Named(String),
    /// A code and a text.
    Written(FaultParts),
}

/// A fault of its own.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaultParts {
    /// The code: a number as 101, or a name as `SOAP-ENV:Server`.
    pub code: FaultCodeText,
    /// The text; it may be a template.
    #[serde(default)]
    pub string: String,
}

/// A code as people write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum FaultCodeText {
    /// The fault code as a number.
    Number(u16),
    /// A name, or a number in quotes.
    Text(String),
}

impl FaultCodeText {
    pub(super) fn text(&self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

impl StubText {
    /// One that answers nothing yet.
    pub fn of(operation: &str, when: Conditions) -> Self {
        Self {
            name: None,
            operation: At::nowhere(operation.to_owned()),
            when,
            answer: None,
            rows_of: None,
            insert_into: None,
            with: IndexMap::new(),
            fault: None,
            delay: None,
            times: None,
            then: Vec::new(),
        }
    }

    /// Gives numbers with a fraction the text that they have in `source`.
    pub(in crate::shop) fn settle(&mut self, source: &str) {
        let first = self.answer.iter_mut().chain(self.with.values_mut());
        let later = self.then.iter_mut().flat_map(|step| {
            let step = step.get_mut();
            step.answer.iter_mut().chain(step.with.values_mut())
        });
        first.chain(later).for_each(|value| value.settle(source));
    }

    /// The first answer.
    pub(super) fn first(&self) -> StepText {
        StepText {
            answer: self.answer.clone(),
            rows_of: self.rows_of.clone(),
            insert_into: self.insert_into.clone(),
            with: self.with.clone(),
            fault: self.fault.clone(),
            delay: self.delay.clone(),
            times: self.times.clone(),
        }
    }
}

impl StubFile {
    /// Reads a file; `name` is for messages.
    ///
    /// # Errors
    /// [`StubError`] with line and column.
    pub fn parse(text: &str, name: &str) -> Result<Self, StubError> {
        let written: Written = read(text, name)?;
        Ok(Self { stubs: written.stubs, source: text.to_owned(), name: name.to_owned() })
    }

    /// Reads one stub alone.
    ///
    /// # Errors
    /// [`StubError`] with line and column.
    pub fn parse_one(text: &str, name: &str) -> Result<Self, StubError> {
        let stub: At<StubText> = read(text, name)?;
        Ok(Self { stubs: vec![stub], source: text.to_owned(), name: name.to_owned() })
    }

    /// Stubs that stand in another file.
    pub fn inside_of(source: &str, name: &str, stubs: Vec<At<StubText>>) -> Self {
        Self { stubs, source: source.to_owned(), name: name.to_owned() }
    }

    /// Names those that have no name: by their place among them, counted from 0.
    pub fn name_unnamed(&mut self, name: impl Fn(usize) -> String) {
        for (number, stub) in self.stubs.iter_mut().enumerate() {
            stub.get_mut().name.get_or_insert_with(|| name(number));
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.stubs.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.stubs.is_empty()
    }
}

fn read<'a, T: Deserialize<'a>>(text: &'a str, name: &str) -> Result<T, StubError> {
    serde_saphyr::from_str(text).map_err(|error| {
        let (line, column, message) = yaml_mistake::of(&error, text, &yaml_mistake::STUBS, |_| true).in_one_line();
        StubError::syntax(name, line, column, message)
    })
}

/// By hand, so that a mistake in one is said of the form that was meant.
mod fault {
    use std::fmt;

    use serde::de::value::MapAccessDeserializer;
    use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};

    use super::{FaultCodeText, FaultParts, FaultText};

    struct OfFault;

    impl<'de> Visitor<'de> for OfFault {
        type Value = FaultText;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("{code: 101, string: …}, or the name of one of the resource's faults, such as not_exists")
        }

        fn visit_str<E: Error>(self, name: &str) -> Result<FaultText, E> {
            Ok(FaultText::Named(name.to_owned()))
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<FaultText, A::Error> {
            FaultParts::deserialize(MapAccessDeserializer::new(members)).map(FaultText::Written)
        }
    }

    impl<'de> Deserialize<'de> for FaultText {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(OfFault)
        }
    }

    struct OfCode;

    impl<'de> Visitor<'de> for OfCode {
        type Value = FaultCodeText;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a number from 0 to 65535, such as 101, or a name such as SOAP-ENV:Server")
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<FaultCodeText, E> {
            let code = u16::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))?;
            Ok(FaultCodeText::Number(code))
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<FaultCodeText, E> {
            let code = u16::try_from(number).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))?;
            Ok(FaultCodeText::Number(code))
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<FaultCodeText, E> {
            let is_part = |part: &str| {
                part.starts_with(|first: char| first.is_ascii_alphabetic())
                    && part.chars().all(|letter| letter.is_ascii_alphanumeric() || "._-".contains(letter))
            };
            let is_name = text.split(':').count() <= 2 && text.split(':').all(is_part);
            if is_name || text.parse::<u16>().is_ok() {
                return Ok(FaultCodeText::Text(text.to_owned()));
            }
            Err(E::invalid_value(Unexpected::Str(text), &self))
        }
    }

    impl<'de> Deserialize<'de> for FaultCodeText {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(OfCode)
        }
    }
}

/// The JSON schema of a file of stubs.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(Written).to_value()
}
