//! Where the members of records are. A list is made of records that have theirs at the same places, so that a writer looks
//! for their names once, and not in every record.

use std::rc::Rc;
use std::sync::Arc;

use super::record::{Member, SoapStruct};
use super::value::Name;

/// Layouts that are remembered; a list has a few, one for each set of columns that its rows have.
const KNOWN_MAX: usize = 32;

/// Where a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A column of the record's row.
    Column(usize),
    /// Among what was set.
    Set(usize),
}

/// The columns that a record shows and the names that were set.
struct Layout {
    /// Where the names of the columns are, which is the same for all rows of one shape as long as they live.
    columns: usize,
    set: Vec<Name>,
}

impl Layout {
    fn of(record: &SoapStruct) -> Self {
        Self { columns: address(record), set: record.set_members().keys().cloned().collect() }
    }

    fn is_of(&self, record: &SoapStruct) -> bool {
        let set = record.set_members();
        let is_same = |(known, name): (&Name, &Name)| Arc::ptr_eq(known, name) || known == name;
        self.columns == address(record) && self.set.len() == set.len() && self.set.iter().zip(set.keys()).all(is_same)
    }
}

fn address(record: &SoapStruct) -> usize {
    record.columns().map_or(0, |columns| columns.names().as_ptr().addr())
}

/// What a writer has found out for a layout, to take it again for the next record of it. Layouts are told by what is in
/// memory: they are those of one value that is written, which holds its rows.
pub struct Layouts<T> {
    known: Vec<(usize, Layout, Rc<T>)>,
}

impl<T> Default for Layouts<T> {
    fn default() -> Self {
        Self { known: Vec::new() }
    }
}

impl<T> Layouts<T> {
    /// What was found out for the layout of a record, written as something of that number.
    pub fn find(&mut self, number: usize, record: &SoapStruct, make: impl FnOnce() -> T) -> Rc<T> {
        if let Some((_, _, found)) = self.known.iter().find(|(of, layout, _)| *of == number && layout.is_of(record)) {
            return Rc::clone(found);
        }
        if self.known.len() >= KNOWN_MAX {
            self.known.clear();
        }
        let made = Rc::new(make());
        self.known.push((number, Layout::of(record), Rc::clone(&made)));
        made
    }
}

impl SoapStruct {
    /// Where the member of that name is.
    pub fn place(&self, name: &str) -> Option<Place> {
        let set = self.set_members().get_index_of(name).map(Place::Set);
        set.or_else(|| self.columns()?.place(name).map(Place::Column))
    }

    /// All members in order, by where they are.
    pub fn places(&self) -> impl Iterator<Item = (&str, Place)> {
        let set = self.set_members();
        let of_row = self.columns().map(|columns| columns.names()).unwrap_or_default().iter().enumerate();
        let of_row =
            of_row.map(|(at, name)| (name.as_ref(), set.get_index_of(name).map_or(Place::Column(at), Place::Set)));
        let beside =
            set.keys().enumerate().filter(|(_, name)| self.columns().is_none_or(|it| it.place(name).is_none()));
        of_row.chain(beside.map(|(at, name)| (name.as_ref(), Place::Set(at))))
    }

    /// Reads all columns of the row at once.
    pub fn read_columns<'a>(&'a self, values: &mut Vec<Option<&'a str>>) {
        if let Some(columns) = self.columns() {
            columns.read(values);
        }
    }

    /// The member at a place, of the columns that were read.
    pub fn at<'a>(&'a self, place: Place, columns: &[Option<&'a str>]) -> Member<'a> {
        match place {
            Place::Column(at) => columns.get(at).copied().flatten().map_or(Member::Nil, Member::Text),
            Place::Set(at) => self.set_members().get_index(at).map_or(Member::Nil, |(_, value)| Member::Value(value)),
        }
    }
}

/// Room for the columns of records that are written one within the other.
#[derive(Default)]
pub struct Columns<'a> {
    free: Vec<Vec<Option<&'a str>>>,
}

impl<'a> Columns<'a> {
    /// The columns of a record; give them back when it is written.
    pub fn read(&mut self, record: &'a SoapStruct) -> Vec<Option<&'a str>> {
        let mut columns = self.free.pop().unwrap_or_default();
        record.read_columns(&mut columns);
        columns
    }

    /// Takes the room back.
    pub fn give_back(&mut self, mut columns: Vec<Option<&'a str>>) {
        columns.clear();
        self.free.push(columns);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::soap::SoapValue;
    use crate::soap::record::tests::Fixed;

    /// Members are found at their places as they are by their names, whatever was set.
    #[test]
    fn places_say_what_names_say() {
        let row = || {
            let names = ["a", "b", "c"].map(Name::from).to_vec();
            SoapStruct::of_row(Arc::new(Fixed(names, vec![Some("1"), None, Some("x")])))
        };
        for record in [
            SoapStruct::new(),
            SoapStruct::new().with("b", "2").with("d", SoapValue::Nil),
            row(),
            row().with("d", 4_i64),
            row().with("c", "y").with("d", "z").with("a", SoapValue::Nil),
        ] {
            let mut room = Columns::default();
            let columns = room.read(&record);
            let told = |member: Member<'_>| (member.is_nil(), member.to_text().map(|text| text.into_owned()));
            for name in ["a", "b", "c", "d", "e"] {
                let found = record.place(name).map(|place| told(record.at(place, &columns)));
                assert_eq!(found, record.member(name).map(told), "{name} of {record:?}");
            }
            let places: Vec<_> =
                record.places().map(|(name, place)| (name, told(record.at(place, &columns)))).collect();
            let members: Vec<_> = record.members().map(|(name, member)| (name, told(member))).collect();
            assert_eq!(places, members, "{record:?}");
            room.give_back(columns);
        }
    }

    #[test]
    fn what_was_found_out_is_taken_for_records_of_the_same_layout_only() {
        let mut layouts = Layouts::default();
        let mut found = |number: usize, record: &SoapStruct| {
            let mut is_new = false;
            layouts.find(number, record, || is_new = true);
            is_new
        };
        let record = |names: &[&str]| names.iter().map(|name| (*name, "x")).collect::<SoapStruct>();
        assert!(found(1, &record(&["a", "b"])));
        assert!(!found(1, &record(&["a", "b"])));
        for (number, names) in [(2, &["a", "b"][..]), (1, &["b", "a"]), (1, &["a"]), (1, &["a", "b", "c"]), (1, &[])] {
            assert!(found(number, &record(names)), "{number} {names:?}");
        }
    }
}
