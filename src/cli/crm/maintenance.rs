//! `mockgento crm add-contacts`, `copy-addresses` and `recalculate-lifetime`: the reference client's maintenance commands.
//! None of them talks to a shop; what they do is in the library's `crm`.

use clap::Args;

use super::{CrmFile, report};
use crate::cli::{ExitCode, Outcome};
use crate::crm::{Crm, Entity, IntegrationId, RunLock};
use std::io::Write as _;

/// The integrations whose customers are meant.
#[derive(Debug, Args)]
pub struct OfIntegrations {
    #[command(flatten)]
    file: CrmFile,
    /// Only the customers of this integration; may be given several times. Left out: of all.
    #[arg(long = "name", value_name = "NAME")]
    names: Vec<String>,
}

/// Arguments of `crm add-contacts`.
#[derive(Debug, Args)]
pub struct AddContactsArgs {
    #[command(flatten)]
    of: OfIntegrations,
}

/// Arguments of `crm copy-addresses`.
#[derive(Debug, Args)]
pub struct CopyAddressesArgs {
    #[command(flatten)]
    of: OfIntegrations,
    /// Only this customer: an e-mail address, Magento's id, or `#` and the row; may be given several times. Left out: all.
    #[arg(long = "customer", value_name = "ID")]
    customers: Vec<String>,
}

/// Arguments of `crm recalculate-lifetime`.
#[derive(Debug, Args)]
pub struct RecalculateArgs {
    #[command(flatten)]
    of: OfIntegrations,
    /// Save the values. Left out: say how many are wrong.
    #[arg(long)]
    force: bool,
}

impl OfIntegrations {
    /// The file, its lock, and the integrations that are meant; none for all.
    fn open(&self) -> miette::Result<(Crm, RunLock, Vec<IntegrationId>)> {
        let crm = self.file.open()?;
        let lock = RunLock::take(self.file.path()).map_err(report)?;
        let named = self.names.iter().map(|name| crm.integration_named(name).map(|found| found.id));
        let ids = named.collect::<Result<_, _>>().map_err(report)?;
        Ok((crm, lock, ids))
    }
}

/// Gives customers that have none a contact.
pub fn add_contacts(args: &AddContactsArgs) -> Outcome {
    let (mut crm, _lock, channels) = args.of.open()?;
    let done = crm.add_contacts(&channels).map_err(report)?;
    said(&format!("{} of {} customers had no contact and have one now.", done.changed, done.customers))
}

/// Copies addresses of customers to their contacts.
pub fn copy_addresses(args: &CopyAddressesArgs) -> Outcome {
    let (mut crm, _lock, channels) = args.of.open()?;
    let named = args.customers.iter().map(|id| crm.row_named(Entity::Customer, id));
    let only: Vec<_> = named.collect::<Result<_, _>>().map_err(report)?;
    let done = crm.copy_addresses_to_contacts(&channels, &only).map_err(report)?;
    said(&format!("{} addresses were copied to contacts that did not have them.", done.changed))
}

/// Sums the orders of customers up anew.
pub fn recalculate_lifetime(args: &RecalculateArgs) -> Outcome {
    let (mut crm, _lock, channels) = args.of.open()?;
    if args.force {
        let done = crm.recalculate_lifetimes(&channels).map_err(report)?;
        return said(&format!(
            "The lifetime of {} of {} customers was wrong and is right now.",
            done.changed, done.customers
        ));
    }
    let found = crm.lifetimes_to_recalculate(&channels).map_err(report)?;
    said(&format!(
        "The lifetime of {} of {} customers is wrong. Nothing was saved; --force saves what is right.",
        found.changed, found.customers
    ))
}

/// A closed pipe has seen enough.
fn said(line: &str) -> Outcome {
    let _ = writeln!(crate::cli::output::stdout(), "{line}");
    Ok(ExitCode::AsExpected)
}
