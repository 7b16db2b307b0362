//! Rows on their way into the CRM: batches, what becomes of a row that was read, and what waits for post-processing, the
//! shared lists of the reference client's jobs (sync spec 4.8).

use indexmap::IndexMap;

use super::BATCH_SIZE;
use crate::crm::OriginId;
use crate::soap::SoapStruct;

/// Rows of one batch by their key.
pub(in crate::sync) type Batch = IndexMap<String, SoapStruct>;

/// What becomes of a row that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sync) enum Gate {
    /// It is imported with the next batch.
    Import,
    /// It waits for relations.
    Postpone,
    /// It is left out without a word (carts without contact information).
    Skip,
}

/// How often the rows of a batch have been seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::sync) enum Pass {
    /// The rows are seen once only.
    Only,
    /// Bare rows whose details come next.
    BeforeDetails,
    /// The details of rows that were counted already.
    Details,
}

/// Lists that fill while rows are read and are worked off together. Their lengths count what was put in, doubles too.
#[derive(Debug, Default)]
pub(in crate::sync) struct Waiting {
    /// Rows of the stream whose relations are missing.
    pub(in crate::sync) rows: Vec<SoapStruct>,
    /// Customers to import by id.
    pub(in crate::sync) customers: Vec<OriginId>,
    /// Carts to import by id.
    pub(in crate::sync) carts: Vec<OriginId>,
    /// Orders to import by id.
    pub(in crate::sync) orders: Vec<OriginId>,
    /// Orders from which guests are made.
    pub(in crate::sync) guests: Vec<SoapStruct>,
    /// Keys of rows of the stream whose details are to be loaded, with the bare row.
    pub(in crate::sync) details: Vec<(String, SoapStruct)>,
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
    pub(in crate::sync) fn is_due(&self) -> bool {
        self.lengths().iter().any(|length| *length > 0 && length.is_multiple_of(BATCH_SIZE))
    }

    /// Whether nothing waits.
    pub(in crate::sync) fn is_empty(&self) -> bool {
        self.lengths() == [0; 6]
    }
}

/// Ids as a list call takes them: each once, ascending, without zeros (vector 50).
pub(in crate::sync) fn ids_to_load(ids: &[OriginId]) -> Vec<OriginId> {
    let mut ids: Vec<OriginId> = ids.iter().copied().filter(|id| id.0 > 0).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Keys whose details are loaded: each once, ascending as numbers where they are numbers; of several rows the last.
pub(in crate::sync) fn details_to_load(details: Vec<(String, SoapStruct)>) -> Vec<(String, SoapStruct)> {
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
        assert_eq!(ids_to_load(&[2, 0, 1, 2].map(OriginId)), [1, 2].map(OriginId));
        let details = ["100000010", "9", "100000010", "H-1"].map(|key| (key.to_owned(), SoapStruct::new()));
        let keys: Vec<String> = details_to_load(details.to_vec()).into_iter().map(|(key, _)| key).collect();
        assert_eq!(keys, ["H-1", "9", "100000010"]);
    }

    #[test]
    fn a_list_is_due_at_every_whole_batch() {
        for (length, due) in [(0, false), (1, false), (24, false), (25, true), (26, false), (50, true)] {
            let waiting = Waiting { customers: vec![OriginId(7); length], ..Waiting::default() };
            assert_eq!((waiting.is_due(), waiting.is_empty()), (due, length == 0), "{length}");
        }
    }
}
