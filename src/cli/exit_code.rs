//! What the process ends with: a promise to scripts and CI, the same for all commands. [`TABLE`] is what `--help` and
//! `docs/exit-codes.md` say.

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExitCode {
    /// 0: everything was as expected.
    AsExpected = 0,
    /// 1: the command ran, and what it checked is not as expected: a scenario failed, a connection was refused, a
    /// sync ended with errors.
    Failed = 1,
    /// 2: the command could not run: wrong arguments, a scenario file that is not one, a folder that cannot be written.
    InputWrong = 2,
    /// 3: a sync is done, but rows were refused, skipped or out of reach.
    Incomplete = 3,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(code: ExitCode) -> Self {
        Self::from(code as u8)
    }
}

/// What each code means, for every command.
pub const CODES: &[(ExitCode, &str)] = &[
    (ExitCode::AsExpected, "everything is as expected"),
    (ExitCode::Failed, "the command ran, and what it checked or did is not as expected"),
    (ExitCode::InputWrong, "the command could not run: wrong arguments, a file of the wrong kind, no key"),
    (ExitCode::Incomplete, "done, but rows were refused, skipped or out of reach"),
];

/// What 1 means for a command, and whether it knows 3.
pub const TABLE: &[(&str, &str, bool)] = &[
    ("init", "not used", false),
    ("new", "not used", false),
    ("scenarios", "not used", false),
    ("run", "a case failed", false),
    ("explore", "a row was lost or doubled, or a sync got stuck", false),
    ("simulate", "a drawn scenario failed, or the client can do none", false),
    ("conform", "the client differs where it is not meant to, is broken, or can run too few cases", false),
    ("coverage", "not used", false),
    ("list", "not used", false),
    ("migrate", "with --check: a file has a word of an earlier release", false),
    ("review", "not used", false),
    ("accept", "not used", false),
    ("reject", "not used", false),
    ("report", "the reports tell of a failed case", false),
    ("schema", "not used", false),
    ("quirks", "not used", false),
    ("check", "the shop cannot be connected to", false),
    ("compare", "the shops differ, or one cannot be asked", false),
    ("undo", "a write could not be taken back", false),
    ("sync", "a connector or an export failed, the sync was stopped, or the integration is not active", true),
    ("integration", "nothing was deleted, because the answer was no", false),
    ("schedule", "the integration is not active, or a full re-sync is dropped because a sync runs", false),
    ("status", "the last run of a connector or job failed or was killed, or the shop refused an edit too often", false),
    ("record", "the sync failed or was stopped, or the client failed", true),
    ("replay", "the CRM is not the recorded one", false),
    ("crm", "nothing was found, or the shop did not do it", true),
    ("generate", "not used", false),
    ("seed", "no shop can be made of the seed that was printed", true),
    ("serve", "not used", false),
    ("wsdl", "not used", false),
    ("completions", "not used", false),
    ("man", "not used", false),
];

/// The codes as `--help` ends with them; of a command, with what they mean there.
pub fn help(command: Option<&str>) -> String {
    let row = TABLE.iter().find(|(name, ..)| Some(*name) == command);
    let mut text = "Exit codes:".to_owned();
    for (code, meaning) in CODES {
        let number = *code as u8;
        match (row, code) {
            (Some((_, one, _)), ExitCode::Failed) => text.push_str(&format!("\n  {number}  {one}")),
            (Some((.., false)), ExitCode::Incomplete) => {}
            _ => text.push_str(&format!("\n  {number}  {meaning}")),
        }
    }
    text
}

/// The tables of `docs/exit-codes.md`.
pub fn document() -> String {
    let mut text = "| Code | Meaning |\n|---|---|\n".to_owned();
    for (code, meaning) in CODES {
        text.push_str(&format!("| {} | {meaning} |\n", *code as u8));
    }
    text.push_str("\n| Command | 1 means | knows 3 |\n|---|---|---|\n");
    for (command, one, knows_three) in TABLE {
        text.push_str(&format!("| `{command}` | {one} | {} |\n", if *knows_three { "yes" } else { "no" }));
    }
    text
}
