//! Values that remember where in a file they stand.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::{Deref, Range};

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Deserialize, Serialize, Serializer};
use serde_saphyr::{Location, Spanned};

/// A value and its place in its file.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct At<T>(Spanned<T>);

/// An error at a place, for values that are read through serde. Its errors have room for a text only, so the place
/// travels in it; [`told_place`] takes it out again.
pub fn misfit<E: serde::de::Error>(location: Location, message: &str, help: &str) -> E {
    let Place { line, column, bytes } = Place::from(location);
    E::custom(format_args!("{line}{SEP}{column}{SEP}{}{SEP}{}{SEP}{message}{SEP}{help}", bytes.start, bytes.end))
}

/// Parts of an error's text made by [`misfit`]; a control character cannot stand in a scenario file's scalar.
const SEP: char = '\u{1f}';

/// The place, message and remedy in an error's text, when [`misfit`] made it.
pub fn told_place(text: &str) -> Option<(Place, String, String)> {
    let parts: Vec<&str> = text.split(SEP).collect();
    let [line, column, start, end, message, help] = parts.as_slice() else { return None };
    let bytes = start.parse().ok()?..end.parse().ok()?;
    let place = Place { line: line.parse().ok()?, column: column.parse().ok()?, bytes };
    Some((place, (*message).to_owned(), (*help).to_owned()))
}

/// A place in a file, for errors.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The line of the file, counted from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// Byte range in the file.
    pub bytes: Range<usize>,
}

impl<T> At<T> {
    /// A value that stands in no file.
    pub fn nowhere(value: T) -> Self {
        Self(Spanned::new(value, Location::UNKNOWN, Location::UNKNOWN))
    }

    /// Where the value stands.
    pub fn place(&self) -> Place {
        Place::from(self.0.referenced)
    }

    /// Another value in the same place.
    pub fn with<U>(&self, value: U) -> At<U> {
        At(Spanned::new(value, self.0.referenced, self.0.defined))
    }

    /// The value without its place.
    pub fn get(&self) -> &T {
        &self.0.value
    }

    /// The value itself, to change; it stays where it stands.
    pub fn get_mut(&mut self) -> &mut T {
        &mut self.0.value
    }

    /// Gives up the place.
    pub fn into_inner(self) -> T {
        self.0.value
    }
}

impl<T> Deref for At<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0.value
    }
}

impl<T: PartialEq> PartialEq for At<T> {
    fn eq(&self, other: &Self) -> bool {
        self.0.value == other.0.value
    }
}

impl<T: Eq> Eq for At<T> {}

/// As a key a value counts, not its place.
impl<T: Hash> Hash for At<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.value.hash(state);
    }
}

/// What is written out stands somewhere else.
impl<T: Serialize> Serialize for At<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.value.serialize(serializer)
    }
}

/// Editors know nothing of places.
impl<T: JsonSchema> JsonSchema for At<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}

impl From<Location> for Place {
    fn from(location: Location) -> Self {
        let span = location.span();
        let start = usize_of(span.byte_offset().unwrap_or_else(|| span.offset()));
        let length = usize_of(span.byte_len().unwrap_or_else(|| span.len()));
        Self {
            line: usize_of(location.line()),
            column: usize_of(location.column()),
            bytes: start..start.saturating_add(length),
        }
    }
}

fn usize_of(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.line, self.column)
    }
}
