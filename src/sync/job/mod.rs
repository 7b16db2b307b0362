//! What happens to the rows of a stream: pulled from a source, converted, looked up, decided on and written in batches,
//! with the bookmark in the transaction of the last one. One file per kind of stream. The order of streams and their
//! windows are the driver's business.

use jiff::Timestamp;

use super::connector::Connector;
use super::connector::source::RowSource;
use super::outcome::RunKind;

pub mod customer;
pub mod dictionary;

/// Rows written in one transaction, and details asked for after them (sync spec 4.8).
pub const BATCH_SIZE: usize = 25;
/// The same for regions.
pub const REGION_BATCH_SIZE: usize = 100;

/// One run of a connector over one stream of rows.
#[derive(Debug)]
pub struct Job {
    /// Whose run.
    pub connector: Connector,
    /// Which part of the sync.
    pub kind: RunKind,
    /// The rows.
    pub source: RowSource,
    /// What the connector remembers when all rows are in.
    pub mark: Mark,
    /// The start of the stream, recorded when it held no rows.
    pub start: Option<Timestamp>,
}

/// Where a bookmark goes once a run is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Nowhere: dictionaries, and the quirk that withholds it.
    None,
    /// To a moment known beforehand.
    At(Timestamp),
    /// To the end of the run, one step on from the bookmark at most.
    EndOfRun {
        /// The bookmark before the run.
        bookmark: Timestamp,
    },
}
