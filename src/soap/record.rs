//! Records: named values in order. One that shows a row of the shop does not copy the row: it holds what was said beside it,
//! and is put together only where somebody changes what the row says or wants all of it at once.

use std::borrow::Cow;
use std::fmt;
use std::sync::{Arc, OnceLock};

use foldhash::fast::RandomState;
use indexmap::IndexMap;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

use super::value::{Name, SoapValue};

pub(super) type Members = IndexMap<Name, SoapValue, RandomState>;

/// A row that a record shows.
pub trait Columns: Send + Sync {
    /// The names of the members in their order.
    fn names(&self) -> &[Name];
    /// Where a name is.
    fn place(&self, name: &str) -> Option<usize>;
    /// The value at a place; null is none.
    fn value(&self, place: usize) -> Option<&str>;
    /// Adds the values of all places in order.
    fn read<'a>(&'a self, values: &mut Vec<Option<&'a str>>) {
        values.extend((0..self.names().len()).map(|place| self.value(place)));
    }
}

/// A member as it is read: one that was set, or a column of the row.
#[derive(Clone, Copy, Debug)]
pub enum Member<'a> {
    /// A value that is there as it is.
    Value(&'a SoapValue),
    /// A column that holds a text.
    Text(&'a str),
    /// A column that is null.
    Nil,
}

impl<'a> Member<'a> {
    fn of_column(text: Option<&'a str>) -> Self {
        text.map_or(Self::Nil, Self::Text)
    }

    /// The value, where it was set as one.
    pub fn value(self) -> Option<&'a SoapValue> {
        match self {
            Self::Value(value) => Some(value),
            Self::Text(_) | Self::Nil => None,
        }
    }

    /// Whether it is nil.
    pub fn is_nil(self) -> bool {
        match self {
            Self::Value(value) => value.is_nil(),
            Self::Text(_) => false,
            Self::Nil => true,
        }
    }

    /// Its text as PHP's string cast would give it; `None` when nil, a list or a record.
    pub fn to_text(self) -> Option<Cow<'a, str>> {
        match self {
            Self::Value(SoapValue::Text(text)) => Some(Cow::Borrowed(text)),
            Self::Value(value) => value.to_text().map(Cow::Owned),
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Nil => None,
        }
    }

    /// PHP's integer cast; `None` when nil, a list or a record.
    pub fn to_int(self) -> Option<i64> {
        match self {
            Self::Value(value) => value.to_int(),
            Self::Text(text) => Some(super::value::leading_int(text)),
            Self::Nil => None,
        }
    }
}

/// An ordered record of named values.
#[derive(Clone, Default)]
pub struct SoapStruct {
    /// What was set. Where there is a row, what is set under the name of a column stands in its place.
    members: Members,
    row: Option<Box<Shown>>,
    is_array: bool,
}

/// The row of a record.
struct Shown {
    columns: Arc<dyn Columns>,
    /// Row and members together, once somebody asked for them.
    whole: OnceLock<Members>,
}

impl Clone for Shown {
    fn clone(&self) -> Self {
        Self { columns: Arc::clone(&self.columns), whole: OnceLock::new() }
    }
}

impl Shown {
    fn whole(&self, members: &Members) -> &Members {
        self.whole.get_or_init(|| {
            let names = self.columns.names();
            let mut whole = Members::with_capacity_and_hasher(names.len() + members.len(), RandomState::default());
            for (place, name) in names.iter().enumerate() {
                whole.insert(Arc::clone(name), self.columns.value(place).into());
            }
            for (name, value) in members {
                whole.insert(Arc::clone(name), value.clone());
            }
            whole
        })
    }
}

/// Only the members count: most readers do not care what PHP made of them.
impl PartialEq for SoapStruct {
    fn eq(&self, other: &Self) -> bool {
        self.all() == other.all()
    }
}

impl fmt::Debug for SoapStruct {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SoapStruct").field("members", self.all()).field("is_array", &self.is_array).finish()
    }
}

impl SoapStruct {
    /// A record without members.
    pub fn new() -> Self {
        Self::default()
    }

    /// An empty record with room for as many members.
    pub fn with_capacity(members: usize) -> Self {
        Self { members: IndexMap::with_capacity_and_hasher(members, RandomState::default()), ..Self::default() }
    }

    /// A record of the columns of a row.
    pub fn of_row(columns: Arc<dyn Columns>) -> Self {
        let row = Some(Box::new(Shown { columns, whole: OnceLock::new() }));
        Self { row, ..Self::default() }
    }

    /// The same record as an array of PHP, which is what a map of Apache, a struct of XML-RPC and an object of JSON become;
    /// anything else is an object. API version 1 tells them apart.
    #[must_use]
    pub fn into_array(mut self) -> Self {
        self.is_array = true;
        self
    }

    /// Whether it is an array of PHP and not an object.
    pub fn is_array(&self) -> bool {
        self.is_array
    }

    /// What was set.
    pub(super) fn set_members(&self) -> &Members {
        &self.members
    }

    /// The row that it shows.
    pub(super) fn columns(&self) -> Option<&dyn Columns> {
        self.row.as_ref().map(|row| &*row.columns)
    }

    fn all(&self) -> &Members {
        match &self.row {
            Some(row) => row.whole(&self.members),
            None => &self.members,
        }
    }

    /// Puts row and members together for good.
    fn open(&mut self) -> &mut Members {
        if let Some(row) = self.row.take() {
            let whole = row.whole(&self.members);
            self.members = whole.clone();
        }
        &mut self.members
    }

    fn shows(&self, name: &str) -> bool {
        self.row.as_ref().is_some_and(|row| row.columns.place(name).is_some())
    }

    /// Whether there is a member of that name, `Nil` included.
    pub fn has(&self, name: &str) -> bool {
        self.members.contains_key(name) || self.shows(name)
    }

    /// The member of that name as it is read, which costs nothing where it is a row's.
    pub fn member(&self, name: &str) -> Option<Member<'_>> {
        if !self.members.is_empty()
            && let Some(value) = self.members.get(name)
        {
            return Some(Member::Value(value));
        }
        let columns = &self.row.as_ref()?.columns;
        Some(Member::of_column(columns.value(columns.place(name)?)))
    }

    /// All members in order, as they are read.
    pub fn members(&self) -> impl Iterator<Item = (&str, Member<'_>)> {
        let columns = self.row.as_ref().map(|row| &row.columns);
        let of_row =
            columns.into_iter().flat_map(|columns| columns.names().iter().enumerate().map(move |at| (columns, at)));
        let shown = of_row.map(|(columns, (place, name))| {
            let over = if self.members.is_empty() { None } else { self.members.get(name) };
            (name.as_ref(), over.map_or_else(|| Member::of_column(columns.value(place)), Member::Value))
        });
        let set = self.members.iter().filter(|(name, _)| !self.shows(name));
        shown.chain(set.map(|(name, value)| (name.as_ref(), Member::Value(value))))
    }

    /// The member of that name, `Nil` included; `None` when the key is absent.
    pub fn get(&self, name: &str) -> Option<&SoapValue> {
        self.members.get(name).or_else(|| if self.shows(name) { self.all().get(name) } else { None })
    }

    /// The member to change in place.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut SoapValue> {
        if !self.members.contains_key(name) && self.shows(name) {
            self.open();
        }
        self.forget_whole();
        self.members.get_mut(name)
    }

    /// Sets a member; a new one goes to the end, a known one keeps its place.
    pub fn set(&mut self, name: impl Into<Name> + AsRef<str>, value: impl Into<SoapValue>) {
        self.forget_whole();
        match self.members.get_mut(name.as_ref()) {
            Some(known) => *known = value.into(),
            None => {
                self.members.insert(name.into(), value.into());
            }
        }
    }

    /// Makes room for so many members more.
    pub fn reserve(&mut self, members: usize) {
        self.members.reserve(members);
    }

    /// The same for building: `SoapStruct::new().with("a", 1)`.
    #[must_use]
    pub fn with(mut self, name: impl Into<Name> + AsRef<str>, value: impl Into<SoapValue>) -> Self {
        self.set(name, value);
        self
    }

    fn forget_whole(&mut self) {
        if let Some(row) = &mut self.row {
            row.whole.take();
        }
    }

    /// Takes a member out, the order of the others kept.
    pub fn remove(&mut self, name: &str) -> Option<SoapValue> {
        if self.shows(name) {
            return self.open().shift_remove(name);
        }
        self.forget_whole();
        self.members.shift_remove(name)
    }

    /// The members in their order, with their values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &SoapValue)> {
        self.all().iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// The member at a position, counted from 0.
    pub fn get_index(&self, at: usize) -> Option<(&str, &SoapValue)> {
        self.all().get_index(at).map(|(name, value)| (name.as_ref(), value))
    }

    /// The number of members.
    pub fn len(&self) -> usize {
        match &self.row {
            Some(row) => row.columns.names().len() + self.members.keys().filter(|name| !self.shows(name)).count(),
            None => self.members.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.members.is_empty() && self.row.as_ref().is_none_or(|row| row.columns.names().is_empty())
    }

    /// The member's text as PHP's string cast would give it; `None` when absent, nil, a list or a record.
    pub fn text(&self, name: &str) -> Option<String> {
        self.text_as_it_is(name).map(Cow::into_owned)
    }

    /// The same without a copy of what is a text already, which may be long.
    pub fn text_as_it_is(&self, name: &str) -> Option<Cow<'_, str>> {
        self.member(name)?.to_text()
    }
}

impl<N: Into<Name>, V: Into<SoapValue>> FromIterator<(N, V)> for SoapStruct {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(members: I) -> Self {
        let members = members.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self { members, ..Self::default() }
    }
}

impl IntoIterator for SoapStruct {
    type Item = (Name, SoapValue);
    type IntoIter = indexmap::map::IntoIter<Name, SoapValue>;

    fn into_iter(mut self) -> Self::IntoIter {
        std::mem::take(self.open()).into_iter()
    }
}

impl Serialize for SoapStruct {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.len()))?;
        for (name, member) in self.members() {
            match member {
                Member::Value(value) => map.serialize_entry(name, value)?,
                Member::Text(text) => map.serialize_entry(name, text)?,
                Member::Nil => map.serialize_entry(name, &())?,
            }
        }
        map.end()
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    #[derive(Debug)]
    pub(in crate::soap) struct Fixed(pub(in crate::soap) Vec<Name>, pub(in crate::soap) Vec<Option<&'static str>>);

    impl Columns for Fixed {
        fn names(&self) -> &[Name] {
            &self.0
        }

        fn place(&self, name: &str) -> Option<usize> {
            self.0.iter().position(|known| &**known == name)
        }

        fn value(&self, place: usize) -> Option<&str> {
            self.1[place]
        }
    }

    fn shown() -> SoapStruct {
        let names = ["a", "b", "c"].map(Name::from).to_vec();
        SoapStruct::of_row(Arc::new(Fixed(names, vec![Some("1"), None, Some("x")])))
    }

    fn copied() -> SoapStruct {
        SoapStruct::new().with("a", "1").with("b", SoapValue::Nil).with("c", "x")
    }

    /// Whatever is done to a record that shows a row, it is as one that has copied it.
    #[test]
    fn a_record_that_shows_a_row_is_as_one_that_holds_it() {
        type Deed = fn(&mut SoapStruct);
        let deeds: [(&str, Deed); 9] = [
            ("nothing", |_| {}),
            ("a column set", |it| it.set("b", "2")),
            ("a member set", |it| it.set("d", 4_i64)),
            ("both", |it| {
                it.set("d", 4_i64);
                it.set("a", SoapValue::Nil);
                it.set("d", 5_i64);
            }),
            ("read, then set", |it| {
                assert!(it.get("a").is_some() && it.iter().count() == 3);
                it.set("c", "y");
            }),
            ("a column removed", |it| drop(it.remove("a"))),
            ("a member removed", |it| {
                it.set("d", "4");
                assert_eq!(it.remove("d"), Some("4".into()));
                assert_eq!(it.remove("e"), None);
            }),
            ("changed in place", |it| *it.get_mut("c").unwrap() = 7_i64.into()),
            ("a member changed in place", |it| {
                it.set("d", "4");
                *it.get_mut("d").unwrap() = 7_i64.into();
                assert!(it.get_mut("e").is_none());
            }),
        ];
        for (name, deed) in deeds {
            let (mut shown, mut copied) = (shown(), copied());
            deed(&mut shown);
            deed(&mut copied);
            assert_eq!(shown, copied, "{name}");
            assert_eq!(shown.clone().into_iter().collect::<Vec<_>>(), copied.clone().into_iter().collect::<Vec<_>>());
            let json = |it: &SoapStruct| serde_json::to_string(it).unwrap();
            assert_eq!(json(&shown), json(&copied), "{name}");
            let read = |it: &SoapStruct| -> Vec<(String, Option<String>)> {
                it.members().map(|(name, member)| (name.to_owned(), member.to_text().map(Cow::into_owned))).collect()
            };
            assert_eq!(read(&shown), read(&copied), "{name}");
            assert_eq!((shown.len(), shown.is_empty()), (copied.len(), copied.is_empty()), "{name}");
            for member in ["a", "b", "c", "d", "e"] {
                assert_eq!(shown.has(member), copied.has(member), "{name}: {member}");
                assert_eq!(shown.get(member), copied.get(member), "{name}: {member}");
                assert_eq!(shown.text(member), copied.text(member), "{name}: {member}");
                let number = |it: &SoapStruct| it.member(member).map(|it| (it.is_nil(), it.to_int()));
                assert_eq!(number(&shown), number(&copied), "{name}: {member}");
            }
        }
    }
}
