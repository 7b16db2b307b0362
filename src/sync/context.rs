//! What one sync works with: the CRM, the wire, the clock, the quirks, and who wants to hear about progress.

use std::sync::Arc;

use jiff::civil::Date;
use serde::Serialize;

use super::connector::{Connector, Stream};
use super::outcome::{ConnectorOutcome, ExportOutcome};
use super::window::Window;
use super::write::{MagentoWrite, Writes};
use crate::client::WsdlCache;
use crate::clock::Clock;
use crate::crm::Crm;
use crate::quirk::Quirks;
use crate::transport::Transport;

pub use super::stop::StopFlag;

/// Everything a sync is given.
pub struct SyncContext<'a> {
    /// The CRM that is synced into; it holds the integration's settings.
    pub crm: &'a mut Crm,
    /// The way to Magento.
    pub transport: Arc<dyn Transport>,
    /// The one source of time.
    pub clock: Clock,
    /// Which misbehaviours of the reference client are wanted.
    pub quirks: Quirks,
    /// Told of progress as it happens.
    pub events: &'a mut (dyn FnMut(SyncEvent) + Send),
    /// What kind of run is asked for.
    pub options: SyncOptions,
}

/// Options of one run.
#[derive(Clone, Debug, Default)]
pub struct SyncOptions {
    /// Full re-sync: forget where the connectors stand (sync spec 4.3).
    pub force: bool,
    /// The part of the sync to run.
    pub part: SyncPart,
    /// Run this connector only, after the dictionaries.
    pub only_connector: Option<Connector>,
    /// Streams to run besides the dictionaries; none for all that the channel has.
    pub streams: Vec<Stream>,
    /// Walk back to this day only, however early the integration's start date is.
    pub since: Option<Date>,
    /// Whether exports write to Magento.
    pub writes: Writes,
    /// Whether edits that wait go first although the profile imports over them: in the queue they came before the
    /// sync, so that only those wait which could not go.
    pub exports_first: bool,
    /// Whether the next page of a list is asked for while one is written. The reference client asks for one thing at a
    /// time.
    pub asks_ahead: bool,
    /// Set from outside to stop at the next batch boundary.
    pub stop: StopFlag,
    /// Downloaded WSDLs; keep one cache for all syncs of a process.
    pub wsdl_cache: WsdlCache,
}

/// The parts the reference client runs in jobs of their own (sync spec 4.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyncPart {
    /// Both, one after the other.
    #[default]
    Whole,
    /// Dictionaries, exports and changes.
    Changes,
    /// The initial walk, without dictionaries.
    Initial,
}

/// Progress of a sync.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum SyncEvent {
    /// A connector begins its run.
    ConnectorStarted {
        /// The connector it is about.
        connector: Connector,
    },
    /// A list is about to be asked for a window of time.
    WindowOpened {
        /// The connector it is about.
        connector: Connector,
        /// The window of time that was read.
        #[serde(flatten)]
        window: Window,
    },
    /// A batch was written.
    BatchWritten {
        /// The connector it is about.
        connector: Connector,
        /// The number of rows in the page.
        rows: usize,
    },
    /// A connector is done.
    ConnectorFinished {
        /// What the connector read and wrote, and how it ended.
        outcome: ConnectorOutcome,
    },
    /// A call that writes to Magento comes next, or would.
    Writing {
        /// The call and what it writes.
        write: MagentoWrite,
    },
    /// An edit went to Magento, or failed to.
    Exported {
        /// What was exported, and how it ended.
        outcome: ExportOutcome,
    },
}
