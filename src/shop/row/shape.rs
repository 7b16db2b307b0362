//! The columns of rows, once for all rows that have the same in the same order.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};
use std::sync::{Arc, OnceLock};

use foldhash::fast::FixedState;

use crate::soap::value::Name;

/// Names of columns in their order.
#[derive(Debug)]
pub(in crate::shop) struct Shape {
    names: Box<[Name]>,
    places: HashMap<Name, u16, FixedState>,
    /// The values of the first row of the shape.
    common: OnceLock<Box<[Option<Box<str>>]>>,
}

/// Shapes that a thread keeps to find again; each is small, and a shop has some hundred.
const KNOWN_MAX: usize = 1024;

thread_local! {
    static KNOWN: RefCell<HashMap<u64, Arc<Shape>, FixedState>> = RefCell::default();
    static NAMES: RefCell<HashMap<Name, (), FixedState>> = RefCell::default();
}

impl Shape {
    /// The shape of those columns: one that is known, or a new one.
    pub(in crate::shop) fn of<'a>(names: impl Iterator<Item = &'a str> + Clone) -> Arc<Self> {
        let mut hasher = FixedState::default().build_hasher();
        for name in names.clone() {
            name.hash(&mut hasher);
        }
        let key = hasher.finish();
        KNOWN.with_borrow_mut(|known| {
            if let Some(shape) = known.get(&key)
                && shape.names.iter().map(AsRef::as_ref).eq(names.clone())
            {
                return Arc::clone(shape);
            }
            if known.len() >= KNOWN_MAX {
                known.clear();
            }
            let shape = Arc::new(Self::new(names));
            known.insert(key, Arc::clone(&shape));
            shape
        })
    }

    fn new<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let names: Box<[Name]> = names.map(shared).collect();
        let places = names.iter().zip(0..).map(|(name, place)| (Arc::clone(name), place)).collect();
        Self { names, places, common: OnceLock::new() }
    }

    /// The names of the columns in their order.
    pub(in crate::shop) fn names(&self) -> &[Name] {
        &self.names
    }

    /// Where a column is.
    pub(super) fn place(&self, column: &str) -> Option<usize> {
        self.places.get(column).map(|place| usize::from(*place))
    }

    /// The value that rows have at a place unless they say otherwise.
    pub(super) fn common(&self, place: usize) -> Option<&str> {
        self.common.get()?.get(place)?.as_deref()
    }

    /// Those of all places; none before the first row.
    pub(super) fn all_common(&self) -> &[Option<Box<str>>] {
        self.common.get().map(AsRef::as_ref).unwrap_or_default()
    }

    /// Takes the values of the first row.
    pub(super) fn learn(&self, values: impl FnOnce() -> Box<[Option<Box<str>>]>) {
        self.common.get_or_init(values);
    }

    /// Whether a name is there twice.
    pub(super) fn is_repeated(&self) -> bool {
        self.places.len() < self.names.len()
    }
}

/// A name, one copy for all shapes of a thread.
fn shared(name: &str) -> Name {
    NAMES.with_borrow_mut(|names| match names.get_key_value(name) {
        Some((shared, ())) => Arc::clone(shared),
        None => {
            let shared = Name::from(name);
            // Names come from requests too: what is many is not kept.
            if names.len() < KNOWN_MAX {
                names.insert(Arc::clone(&shared), ());
            }
            shared
        }
    })
}
