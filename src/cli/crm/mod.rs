//! `mockgento crm`: what is in a CRM file, and edits as a CRM user makes them. One file per thing to do; what a value or
//! an edit means is in the library's `crm`.

mod button;
mod edit;
mod export;
mod maintenance;
pub(in crate::cli) mod show;

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use miette::miette;

use super::{ExitCode, Outcome, output};
use crate::clock::Clock;
use crate::crm::lookup::Filter;
use crate::crm::{Crm, CrmError, Entity};
use crate::nearest::nearest;
use crate::sync::subscription::Wanted;

/// Arguments of `crm`.
#[derive(Debug, Args)]
pub struct CrmArgs {
    #[command(subcommand)]
    command: CrmCommand,
}

#[derive(Debug, Subcommand)]
enum CrmCommand {
    /// Show rows: a table, one row in full, or JSON.
    Show(show::ShowArgs),
    /// Write rows as JSON or CSV.
    Export(export::ExportArgs),
    /// Edit a customer or an address as in its form; two way sync sends the changes.
    Set(edit::SetArgs),
    /// Create a customer or an address as in its form; two way sync sends it.
    Create(edit::CreateArgs),
    /// Register a guest as a customer; two way sync sends it.
    Register(edit::RegisterArgs),
    /// Subscribe a customer to the newsletter: sent to the shop at once.
    Subscribe(button::SubscriptionArgs),
    /// Unsubscribe a customer from the newsletter: sent to the shop at once.
    Unsubscribe(button::SubscriptionArgs),
    /// The button "Sync data" of an order or a cart: ask the shop for it again.
    SyncData(button::SyncDataArgs),
    /// Import what an order placed from the CRM changed; place it in the shop first.
    OrderPlaced(button::OrderPlacedArgs),
    /// Abandon a cart, make an opportunity of it, or take it up again.
    MoveCart(button::MoveCartArgs),
    /// Maintenance: give every customer that has no contact one.
    AddContacts(maintenance::AddContactsArgs),
    /// Maintenance: copy the addresses of customers to their contacts, where those lack them.
    CopyAddresses(maintenance::CopyAddressesArgs),
    /// Maintenance: calculate the lifetime value of every customer again.
    RecalculateLifetime(maintenance::RecalculateArgs),
}

/// A CRM file that is there already.
#[derive(Debug, Args)]
pub struct CrmFile {
    /// CRM file, as `mockgento sync --crm` made it.
    #[arg(long = "crm", value_name = "FILE")]
    path: PathBuf,
}

/// Runs one of them.
pub fn run(args: &CrmArgs) -> Outcome {
    match &args.command {
        CrmCommand::Show(args) => show::run(args),
        CrmCommand::Export(args) => export::run(args),
        CrmCommand::Set(args) => edit::set(args),
        CrmCommand::Create(args) => edit::create(args),
        CrmCommand::Register(args) => edit::register(args),
        CrmCommand::Subscribe(args) => button::change_subscription(args, Wanted::Subscribed),
        CrmCommand::Unsubscribe(args) => button::change_subscription(args, Wanted::Unsubscribed),
        CrmCommand::SyncData(args) => button::ask_again(args),
        CrmCommand::OrderPlaced(args) => button::order_placed(args),
        CrmCommand::MoveCart(args) => button::move_cart(args),
        CrmCommand::AddContacts(args) => maintenance::add_contacts(args),
        CrmCommand::CopyAddresses(args) => maintenance::copy_addresses(args),
        CrmCommand::RecalculateLifetime(args) => maintenance::recalculate_lifetime(args),
    }
}

impl CrmFile {
    /// The path of the CRM file.
    pub(in crate::cli) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it; a file that is not there is not made.
    pub fn open(&self) -> miette::Result<Crm> {
        self.is_there()?;
        opened(Crm::open(&self.path, Clock::system()))
    }

    /// Opens it to look at it; it may be one that must not be written.
    pub fn open_to_read(&self) -> miette::Result<Crm> {
        self.is_there()?;
        opened(Crm::open_to_read(&self.path, Clock::system()))
    }

    fn is_there(&self) -> miette::Result<()> {
        let help = "give the file that \"mockgento sync --crm FILE\" made";
        if !self.path.exists() {
            return Err(miette!(help = help, "there is no CRM file {}", self.path.display()));
        }
        // SQLite would take it for a database without tables, and opening it would make a CRM of it.
        if self.path.metadata().is_ok_and(|meta| meta.is_file() && meta.len() == 0) {
            return Err(miette!(help = help, "{} is empty, no CRM is in it", self.path.display()));
        }
        Ok(())
    }
}

/// A CRM that was opened, with a word about what that changed.
pub(super) fn opened(crm: Result<Crm, CrmError>) -> miette::Result<Crm> {
    let crm = crm.map_err(report)?;
    for note in crm.notes() {
        let _ = writeln!(output::stderr(), "note: {note}");
    }
    Ok(crm)
}

/// Reads an entity's name; clap shows what this says.
fn entity(text: &str) -> Result<Entity, String> {
    if let Some(found) = Entity::ALL.iter().copied().find(|entity| entity.table().eq_ignore_ascii_case(text)) {
        return Ok(found);
    }
    let names: Vec<&str> = Entity::ALL.iter().map(|entity| entity.table()).collect();
    let hint = nearest(text, names.iter().copied()).map(|name| format!("did you mean {name}? ")).unwrap_or_default();
    Err(format!("{hint}the CRM has {}", names.join(", ")))
}

/// Reads an argument of the form `field=value`.
fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((field, value)) if !field.is_empty() => Ok((field.trim().to_owned(), value.to_owned())),
        _ => Err("write it as field=value; field= is an empty value".to_owned()),
    }
}

fn filters(crm: &Crm, entity: Entity, pairs: &[(String, String)]) -> miette::Result<Vec<Filter>> {
    let read = |(field, text): &(String, String)| crm.filter(entity, field, text).map_err(report);
    pairs.iter().map(read).collect()
}

fn report(error: CrmError) -> miette::Report {
    miette!("{error}")
}

/// Why rows could not be written out.
#[derive(Debug, thiserror::Error)]
enum CannotWrite {
    /// The CRM file cannot be read.
    #[error(transparent)]
    Crm(#[from] CrmError),
    /// The output cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] std::io::Error),
    /// The output cannot be written as CSV.
    #[error("cannot write: {0}")]
    Csv(#[from] csv::Error),
}

impl CannotWrite {
    /// A reader that went away has seen what it wanted.
    fn outcome(self) -> Outcome {
        let is_gone = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
        match &self {
            Self::Output(error) if is_gone(error) => Ok(ExitCode::AsExpected),
            Self::Csv(error) if matches!(error.kind(), csv::ErrorKind::Io(error) if is_gone(error)) => {
                Ok(ExitCode::AsExpected)
            }
            _ => Err(miette!("{self}")),
        }
    }
}
