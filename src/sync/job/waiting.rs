//! What waits for post-processing: the shared lists of the reference client's jobs (sync spec 4.8).

use indexmap::IndexMap;

use super::BATCH_SIZE;
use crate::soap::SoapStruct;
use crate::sync::connector::Stream;

/// Lists that fill while rows are read and are worked off together. Their lengths count what was put in, doubles too.
#[derive(Debug, Default)]
pub(in crate::sync) struct Waiting {
    /// Rows of the stream whose relations are missing.
    pub(super) rows: Vec<SoapStruct>,
    /// Customers to import by id.
    pub(super) customers: Vec<i64>,
    /// Carts to import by id.
    pub(super) carts: Vec<i64>,
    /// Orders to import by id.
    pub(super) orders: Vec<i64>,
    /// Orders from which guests are made.
    pub(super) guests: Vec<SoapStruct>,
    /// Keys of rows of the stream whose details are to be loaded, with the bare row.
    pub(super) details: Vec<(String, SoapStruct)>,
}

impl Waiting {
    fn lengths(&self) -> [usize; 6] {
        [
            self.rows.len(),
            self.customers.len(),
            self.carts.len(),
            self.orders.len(),
            self.guests.len(),
            self.details.len(),
        ]
    }

    /// Whether some list has come to a whole number of batches.
    pub(super) fn is_due(&self) -> bool {
        self.lengths().iter().any(|length| *length > 0 && length.is_multiple_of(BATCH_SIZE))
    }

    /// Whether nothing waits.
    pub(super) fn is_empty(&self) -> bool {
        self.lengths() == [0; 6]
    }
}

/// Under which name is noted what was fetched by id and lacks something.
pub(in crate::sync) fn fetched_by_id(stream: Stream) -> Option<&'static str> {
    match stream {
        Stream::Customer => Some("customer by id"),
        Stream::Order => Some("order by id"),
        _ => None,
    }
}

/// Ids as a list call takes them: each once, ascending, without zeros (vector 50).
pub(super) fn ids_to_load(ids: &[i64]) -> Vec<i64> {
    let mut ids: Vec<i64> = ids.iter().copied().filter(|id| *id > 0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Keys whose details are loaded: each once, ascending as numbers where they are numbers; of several rows the last.
pub(super) fn details_to_load(details: Vec<(String, SoapStruct)>) -> Vec<(String, SoapStruct)> {
    let distinct: IndexMap<String, SoapStruct> = details.into_iter().collect();
    let mut sorted: Vec<_> = distinct.into_iter().collect();
    sorted.sort_by(|(a, _), (b, _)| (number(a), a).cmp(&(number(b), b)));
    sorted
}

fn number(key: &str) -> Option<u64> {
    key.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_loaded_once_and_in_order() {
        // Vector 50, without the texts and booleans that a typed list cannot hold.
        assert_eq!(ids_to_load(&[2, 0, 1, 2]), [1, 2]);
        let details = ["100000010", "9", "100000010", "H-1"].map(|key| (key.to_owned(), SoapStruct::new()));
        let keys: Vec<String> = details_to_load(details.to_vec()).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["H-1", "9", "100000010"]);
    }

    #[test]
    fn a_list_is_due_at_every_whole_batch() {
        for (length, due) in [(0, false), (1, false), (24, false), (25, true), (26, false), (50, true)] {
            let waiting = Waiting { customers: vec![7; length], ..Waiting::default() };
            assert_eq!((waiting.is_due(), waiting.is_empty()), (due, length == 0), "{length}");
        }
    }
}
