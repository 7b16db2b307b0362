//! A row as tables keep it: its columns are those of a shape, and only the values that differ from the shape's are its own.
//! A row of an order has 150 columns, of which two in three are as in every other order.

use std::sync::Arc;

use super::shape::Shape;
use crate::soap::record::Columns;
use crate::soap::value::Name;

/// Values one behind the other.
pub(super) struct Packed {
    pub(super) shape: Arc<Shape>,
    /// Those that are not the shape's.
    text: Box<str>,
    /// A bit for each column, set where the value is the row's own; behind them where each of those ends in the text. The
    /// highest bit of an end says that the value is null.
    marks: Box<[u16]>,
    /// Whether an end takes two marks.
    is_long: bool,
}

const BITS: usize = 16;
const NULL: u32 = 1 << 31;
/// Texts up to here have ends of one mark.
const SHORT_MAX: usize = (1 << 15) - 1;

impl Packed {
    fn end(&self, rank: usize) -> (usize, bool) {
        let from = self.shape.names().len().div_ceil(BITS);
        if self.is_long {
            let at = from + 2 * rank;
            let end = u32::from(self.marks[at]) << 16 | u32::from(self.marks[at + 1]);
            return ((end & !NULL) as usize, end & NULL != 0);
        }
        let end = self.marks[from + rank];
        (usize::from(end & !(1 << 15)), end & 1 << 15 != 0)
    }

    /// The value of the column at a place.
    pub(super) fn value(&self, place: usize) -> Option<&str> {
        let (word, bit) = (place / BITS, 1_u16 << (place % BITS));
        if self.marks[word] & bit == 0 {
            return self.shape.common(place);
        }
        let before: u32 = self.marks[..word].iter().map(|word| word.count_ones()).sum();
        let rank = (before + (self.marks[word] & (bit - 1)).count_ones()) as usize;
        let from = if rank == 0 { 0 } else { self.end(rank - 1).0 };
        let (to, null) = self.end(rank);
        if null { None } else { self.text.get(from..to) }
    }

    pub(super) fn get(&self, column: &str) -> Option<&str> {
        self.value(self.shape.place(column)?)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Name, Option<&str>)> {
        self.shape.names().iter().enumerate().map(|(place, name)| (name, self.value(place)))
    }
}

impl Columns for Packed {
    fn names(&self) -> &[Name] {
        self.shape.names()
    }

    fn place(&self, name: &str) -> Option<usize> {
        self.shape.place(name)
    }

    fn value(&self, place: usize) -> Option<&str> {
        Packed::value(self, place)
    }

    /// One after the other, which takes no counting of what stands before.
    fn read<'a>(&'a self, values: &mut Vec<Option<&'a str>>) {
        let (mut rank, mut from) = (0, 0);
        let common = self.shape.all_common();
        for place in 0..self.shape.names().len() {
            if self.marks[place / BITS] & 1 << (place % BITS) == 0 {
                values.push(common.get(place).and_then(|value| value.as_deref()));
                continue;
            }
            let (to, null) = self.end(rank);
            values.push(if null { None } else { self.text.get(from..to) });
            (rank, from) = (rank + 1, to);
        }
    }
}

/// Puts values one behind the other, those of every column in order.
#[derive(Default)]
pub(super) struct Packer {
    text: String,
    ends: Vec<u32>,
}

impl Packer {
    pub(super) fn push(&mut self, value: Option<&str>) {
        self.text.push_str(value.unwrap_or_default());
        // A row of two gigabytes is refused long before: requests and seeds have limits.
        let end = u32::try_from(self.text.len()).unwrap_or(NULL - 1);
        self.ends.push(if value.is_none() { end | NULL } else { end });
    }

    fn values(&self) -> impl Iterator<Item = Option<&str>> {
        let starts = std::iter::once(0).chain(self.ends.iter().map(|end| (end & !NULL) as usize));
        starts.zip(&self.ends).map(
            |(from, end)| {
                if end & NULL != 0 { None } else { self.text.get(from..(end & !NULL) as usize) }
            },
        )
    }

    /// The row. The first of a shape says what the values of the others are unless they say otherwise.
    pub(super) fn pack(self, shape: Arc<Shape>) -> Packed {
        shape.learn(|| self.values().map(|value| value.map(Into::into)).collect());
        let mut bits = vec![0_u16; self.ends.len().div_ceil(BITS)];
        let mut own = Self::default();
        for (place, value) in self.values().enumerate() {
            if value != shape.common(place) {
                bits[place / BITS] |= 1 << (place % BITS);
                own.push(value);
            }
        }
        let is_long = own.text.len() > SHORT_MAX;
        for end in own.ends {
            let (high, low) = ((end >> 16) as u16, (end & 0xFFFF) as u16);
            match is_long {
                true => bits.extend([high, low]),
                false => bits.push(low | if end & NULL != 0 { 1 << 15 } else { 0 }),
            }
        }
        Packed { shape, text: own.text.into_boxed_str(), marks: bits.into_boxed_slice(), is_long }
    }
}
