//! `mockgento run --keep DIR`: the CRM's file, the calls and the shop's state that a case leaves. All of it is its owner's
//! alone, like every file with customers' data; secrets of calls and shops are masked.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use miette::miette;

use crate::crm::Crm;
use crate::private_file;
use crate::scenario::attendant::{Attendant, Stage};
use crate::scenario::result::CaseResult;
use crate::scenario::wire_call::WireCall;

/// Says that a folder is ours, so that what an earlier run left in it may go.
const MARK: &str = "kept-by-mockgento.txt";
const MARK_TEXT: &str = "What cases of `mockgento run --keep` left, a folder each: crm.sqlite (look at it with `mockgento crm show customer \
--crm crm.sqlite`), calls.txt with the messages in wire/, and the shop's tables as JSON. The next run with --keep replaces the \
folders of its cases.\n";

/// Makes the folder, or sees that it is one of ours: nothing else is ever replaced.
pub(super) fn prepare(folder: &Path) -> miette::Result<()> {
    let cannot = |error: io::Error| {
        miette!(help = "name a folder that can be written to", "cannot keep anything in {}: {error}", folder.display())
    };
    private_file::create_folder(folder).map_err(cannot)?;
    let is_ours = folder.join(MARK).is_file();
    let is_empty = folder.read_dir().map_err(cannot)?.next().is_none();
    if !is_ours && !is_empty {
        let help = "name a new folder, or an empty one";
        return Err(miette!(help = help, "--keep {}: there is something else in this folder", folder.display()));
    }
    std::fs::write(folder.join(MARK), MARK_TEXT).map_err(cannot)
}

pub(super) struct Keep {
    folder: PathBuf,
}

impl Keep {
    pub(super) fn new(folder: &Path, case: &str) -> Self {
        Self { folder: folder.join(case) }
    }

    fn keep(&self, stage: &Stage<'_>) -> Result<(), String> {
        let said = |error: io::Error| error.to_string();
        if self.folder.exists() {
            std::fs::remove_dir_all(&self.folder).map_err(said)?;
        }
        private_file::create_folder(&self.folder).map_err(said)?;
        if let Some(crm) = stage.crm() {
            let copy = self.folder.join("crm.sqlite");
            crm.copy_to(&copy).map_err(|error| error.to_string())?;
            // A CRM file that is opened loses the keys in it, unless somebody asks for them to be kept.
            Crm::open(&copy, crate::clock::Clock::virtual_at(stage.now())).map_err(|error| error.to_string())?;
        }
        let wire = self.folder.join("wire");
        private_file::create_folder(&wire).map_err(said)?;
        let mut list = String::new();
        let several = stage.shops().count() > 1;
        for shop in stage.shops() {
            let before = if several { format!("{shop}-") } else { String::new() };
            for call in stage.calls(shop, 0) {
                let name = format!("{before}{:04}-{}", call.entry.number, file_name(&call.entry.operation));
                // Writing to a String cannot fail.
                let _ = writeln!(list, "{}", line(&name, &call));
                for (end, message) in [("request.xml", &call.request), ("answer.xml", &call.answer)] {
                    if let Some(message) = message.as_ref().filter(|message| !message.is_empty()) {
                        write(&wire.join(format!("{name}.{end}")), message).map_err(said)?;
                    }
                }
            }
            let state = stage.shop(shop, |shop| serde_json::to_string_pretty(&shop.state()));
            let state = state.transpose().map_err(|error| error.to_string())?.unwrap_or_default();
            write(&self.folder.join(format!("{shop}.json")), &(state + "\n")).map_err(said)?;
        }
        write(&self.folder.join("calls.txt"), &list).map_err(said)
    }
}

impl Attendant for Keep {
    fn begins(&mut self, stage: &Stage<'_>) -> Result<(), String> {
        stage.keep_all_messages();
        Ok(())
    }

    fn ends(&mut self, stage: &Stage<'_>, _: &CaseResult) -> Result<(), String> {
        let folder = self.folder.display();
        self.keep(stage).map_err(|why| format!("--keep: cannot leave everything in {folder}: {why}"))
    }
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    private_file::create(path)?.write_all(text.as_bytes())
}

/// One call of the list: when, which, with which answer.
fn line(name: &str, call: &WireCall) -> String {
    let at = crate::datetime::to_sql(call.entry.at);
    let struck: Vec<String> = call.entry.disruptions.iter().map(crate::disrupt::Disruption::name).collect();
    let struck = if struck.is_empty() { String::new() } else { format!(", disrupted by {}", struck.join(", ")) };
    let why = call.entry.why.as_ref().map(|why| format!(" ({why})")).unwrap_or_default();
    let text = format!("{at}  {name}  {}, HTTP {}{struck}{why}", call.answered, call.entry.http_status);
    crate::printable::printable(&text).replace('\n', " ")
}

/// An operation may be the method and path of something that is no call.
fn file_name(operation: &str) -> String {
    let safe = |c: char| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' };
    operation.chars().take(60).map(safe).collect()
}
