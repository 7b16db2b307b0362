//! The audit of what a sync writes to Magento: JSON, a line before each call with every field before and after, and a
//! line for what became of it. A line that announces a call without one that ends it is a call nobody knows the end of.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use miette::{IntoDiagnostic as _, WrapErr as _};
use serde::Serialize;

use crate::clock::Clock;
use crate::private_file;
use crate::sync::context::SyncEvent;
use crate::sync::outcome::ExportOutcome;
use crate::sync::write::MagentoWrite;

/// An audit that is being written. The file is made when there is something to write.
pub(super) struct Audit {
    path: PathBuf,
    shop: String,
    clock: Clock,
    file: Option<File>,
    announced: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case", tag = "audit")]
enum Line<'a> {
    Writing {
        at: String,
        shop: &'a str,
        #[serde(flatten)]
        write: &'a MagentoWrite,
    },
    Ended {
        at: String,
        #[serde(flatten)]
        outcome: &'a ExportOutcome,
    },
}

impl Audit {
    /// An audit beside the CRM file unless another place is named.
    pub(super) fn new(path: Option<&Path>, crm: &Path, shop: String, clock: Clock) -> Self {
        let beside = || {
            let mut name = crm.as_os_str().to_owned();
            name.push(".audit.jsonl");
            PathBuf::from(name)
        };
        Self { path: path.map_or_else(beside, Path::to_owned), shop, clock, file: None, announced: false }
    }

    /// Opens the file, so that nothing is written to a shop which could not be written down.
    pub(super) fn open(&mut self) -> miette::Result<()> {
        let opened = private_file::append(&self.path);
        let file =
            opened.into_diagnostic().wrap_err_with(|| format!("cannot write the audit {}", self.path.display()))?;
        self.file = Some(file);
        Ok(())
    }

    /// Writes down what an event says; whether that worked.
    pub(super) fn hear(&mut self, event: &SyncEvent) -> std::io::Result<()> {
        let at = self.clock.now().to_string();
        let line = match event {
            SyncEvent::Writing { write } => Line::Writing { at, shop: &self.shop, write },
            // Exports that ended before a call have nothing to be audited.
            SyncEvent::Exported { outcome } if self.announced => Line::Ended { at, outcome },
            _ => return Ok(()),
        };
        self.announced = matches!(line, Line::Writing { .. });
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        if self.file.is_none() {
            self.file = Some(private_file::append(&self.path)?);
        }
        match &mut self.file {
            Some(file) => file.write_all(text.as_bytes()).and_then(|()| file.sync_data()),
            None => Ok(()),
        }
    }
}
