//! The folder of a dry run, beside the CRM file: the CRM as it was, the copy that is synced into, and the question, so
//! that a dry run that was interrupted goes on.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::civil::Date;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::bounded;
use crate::client::read_only::Meter;
use crate::clock::Clock;
use crate::crm::Crm;
use crate::private_file;
use crate::sync::plan::dry_run::SoFar;
use crate::sync::write::MagentoWrite;
use crate::whole_file;

/// The question of a dry run, which must be the same for it to go on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Question {
    pub(super) shop: String,
    pub(super) since: Option<Date>,
    pub(super) entities: Vec<String>,
    pub(super) force: bool,
    /// The calls so far.
    pub(super) calls: Meter,
    /// What would be written to Magento, as planned so far: the copy takes it for done.
    #[serde(default)]
    pub(super) writes: Vec<MagentoWrite>,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    /// Digest of the CRM file the copy was made of.
    crm: String,
    question: Question,
}

pub(super) struct Scratch {
    pub(super) folder: PathBuf,
    pub(super) before: Crm,
    pub(super) after: Crm,
    pub(super) question: Question,
    pub(super) resumed: bool,
    crm: String,
}

/// Notes the calls of a dry run while it goes on.
pub(super) struct Saver {
    path: PathBuf,
    crm: String,
    question: Question,
}

const QUESTION: &str = "dry-run.json";

impl Scratch {
    /// Goes on with the dry run of the same question, or begins one.
    pub(super) fn open(crm: &Path, question: Question, clock: &Clock) -> miette::Result<Self> {
        let folder = folder_of(crm);
        let digest = digest(crm)?;
        let known = known(&folder)?;
        let goes_on = known.filter(|known| known.crm == digest && known.question.is_same(&question));
        let resumed = goes_on.is_some();
        let question = goes_on.map_or(question, |known| known.question);
        if !resumed {
            begin(crm, &folder)?;
        }
        let open = |name: &str| Crm::open(&folder.join(name), clock.clone()).map_err(|error| miette!("{error}"));
        let (before, after) = (open("before.sqlite")?, open("after.sqlite")?);
        let scratch = Self { folder, before, after, question, resumed, crm: digest };
        scratch.saver().save(&scratch.so_far());
        Ok(scratch)
    }

    /// What is known of the question.
    pub(super) fn so_far(&self) -> SoFar {
        SoFar { calls: self.question.calls.clone(), writes: self.question.writes.clone(), ..SoFar::default() }
    }

    pub(super) fn saver(&self) -> Saver {
        Saver { path: self.folder.join(QUESTION), crm: self.crm.clone(), question: self.question.clone() }
    }

    /// Removes the folder when nothing is left to do in it.
    pub(super) fn close(self, keep: bool, done: bool) -> miette::Result<()> {
        self.saver().save(&self.so_far());
        let Self { folder, before, after, .. } = self;
        drop((before, after));
        if done && !keep {
            return std::fs::remove_dir_all(&folder)
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot remove {}", folder.display()));
        }
        Ok(())
    }
}

impl Saver {
    /// Notes what is known by now. A failure costs the count only.
    pub(super) fn save(&self, so_far: &SoFar) {
        let question = Question { calls: so_far.calls.clone(), writes: so_far.writes.clone(), ..self.question.clone() };
        let stored = Stored { crm: self.crm.clone(), question };
        // As a whole: half a file, left by a process that was killed, would be taken for somebody else's.
        let _ =
            whole_file::note_private(&self.path, serde_json::to_string_pretty(&stored).unwrap_or_default().as_bytes());
    }
}

impl Question {
    fn is_same(&self, other: &Self) -> bool {
        (&self.shop, self.since, &self.entities, self.force) == (&other.shop, other.since, &other.entities, other.force)
    }
}

fn folder_of(crm: &Path) -> PathBuf {
    let mut name = crm.file_name().unwrap_or_default().to_owned();
    name.push(".dry-run");
    crm.with_file_name(name)
}

/// What an earlier dry run left. A folder of that name that holds none is somebody else's.
fn known(folder: &Path) -> miette::Result<Option<Stored>> {
    if !folder.exists() {
        return Ok(None);
    }
    let text = bounded::read_text(&folder.join(QUESTION), bounded::TEXT_BYTES_MAX).unwrap_or_default();
    match serde_json::from_str(&text) {
        Ok(stored) => Ok(Some(stored)),
        Err(_) => Err(miette!(
            help = "move it away or delete it",
            "{} is in the way: it is not the folder of a dry run",
            folder.display()
        )),
    }
}

fn begin(crm: &Path, folder: &Path) -> miette::Result<()> {
    let said = || format!("cannot make {}", folder.display());
    if folder.exists() {
        std::fs::remove_dir_all(folder).into_diagnostic().wrap_err_with(said)?;
    }
    private_file::create_folder(folder).into_diagnostic().wrap_err_with(said)?;
    if crm.exists() {
        for name in ["before.sqlite", "after.sqlite"] {
            Crm::copy_file(crm, &folder.join(name)).map_err(|error| miette!("{error}"))?;
        }
    }
    Ok(())
}

/// Piece by piece: a CRM may be larger than the memory.
fn hash(path: &Path, hasher: &mut Sha256) -> std::io::Result<()> {
    let mut file = std::fs::File::open(path)?;
    let mut piece = vec![0; 64 * 1024];
    loop {
        let read = file.read(&mut piece)?;
        if read == 0 {
            return Ok(());
        }
        hasher.update(piece.get(..read).unwrap_or_default());
    }
}

/// Of the file and of what waits to be written into it; nothing for a file that is not there.
fn digest(crm: &Path) -> miette::Result<String> {
    let mut hasher = Sha256::new();
    // Through links: the log is beside the file itself.
    let crm = crm.canonicalize().unwrap_or_else(|_| crm.to_owned());
    let mut log = crm.as_os_str().to_owned();
    log.push("-wal");
    for path in [crm.as_path(), Path::new(&log)].into_iter().filter(|path| path.exists()) {
        hash(path, &mut hasher).into_diagnostic().wrap_err_with(|| format!("cannot read {}", path.display()))?;
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
