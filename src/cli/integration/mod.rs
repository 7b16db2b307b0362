//! `mockgento integration`: the page and the form of a stored integration. What a setting means, and why the form refuses
//! one, is in the library's `crm::settings` and `crm::form`; looking at the shop is `mockgento check --crm`.

mod discovery;
mod form;
mod show;

use std::io::{IsTerminal as _, Write as _};

use clap::{Args, Subcommand};
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::crm::CrmFile;
use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::crm::{Crm, CrmError, Integration};
use crate::quirk::Quirks;

/// Arguments of `integration`.
#[derive(Debug, Args)]
pub struct IntegrationArgs {
    #[command(subcommand)]
    command: IntegrationCommand,
}

#[derive(Debug, Subcommand)]
enum IntegrationCommand {
    /// Show the settings of an integration, as its form does.
    Show(show::ShowArgs),
    /// Change settings; what the form refuses, this refuses in its words.
    Set(Box<form::SetArgs>),
    /// Switch an integration on: it can be synced again.
    Activate(Chosen),
    /// Switch an integration off: no sync runs, nothing is scheduled.
    Deactivate(Chosen),
    /// Delete an integration with its channel: its customers, carts, orders, credit memos, subscribers, stores and
    /// websites go; accounts and contacts stay.
    Delete(DeleteArgs),
    /// Show or change how the account of a new customer is found, for all integrations of the file.
    Discovery(discovery::DiscoveryArgs),
}

/// An integration of a CRM file.
#[derive(Debug, Args)]
struct Chosen {
    #[command(flatten)]
    file: CrmFile,
    /// Name of the integration; may be left out when there is one only.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    name: String,
}

/// Arguments of `integration delete`.
#[derive(Debug, Args)]
struct DeleteArgs {
    #[command(flatten)]
    chosen: Chosen,
    /// Delete without asking first.
    #[arg(long)]
    yes: bool,
}

impl Chosen {
    fn open_to_read(&self) -> miette::Result<Integration> {
        let crm = self.file.open_to_read()?;
        crm.integration_named(&self.name).map_err(report)
    }

    fn open(&self) -> miette::Result<(Crm, Integration)> {
        let crm = self.file.open()?;
        let integration = crm.integration_named(&self.name).map_err(report)?;
        Ok((crm, integration))
    }
}

/// Runs one of them.
pub fn run(args: &IntegrationArgs) -> Outcome {
    match &args.command {
        IntegrationCommand::Show(args) => show::run(args),
        IntegrationCommand::Set(args) => form::run(args),
        IntegrationCommand::Activate(chosen) => switch(chosen, true),
        IntegrationCommand::Deactivate(chosen) => switch(chosen, false),
        IntegrationCommand::Delete(args) => delete(args),
        IntegrationCommand::Discovery(args) => discovery::run(args),
    }
}

fn switch(chosen: &Chosen, on: bool) -> Outcome {
    let (mut crm, integration) = chosen.open()?;
    let mut settings = integration.settings;
    let (state, before) = (if on { "active" } else { "not active" }, settings.enabled);
    settings.enabled = on;
    crm.save_integration(integration.id, &settings, &Quirks::default()).map_err(report)?;
    let already = if before == on { " already" } else { " now" };
    say(&format!("\"{}\" is {state}{already}", settings.name))
}

fn delete(args: &DeleteArgs) -> Outcome {
    let (mut crm, integration) = args.chosen.open()?;
    let name = &integration.settings.name;
    if !args.yes && !confirmed(name)? {
        let _ = writeln!(output::stderr(), "nothing was deleted");
        return Ok(ExitCode::Failed);
    }
    crm.delete_channel(integration.id).map_err(report)?;
    say(&format!(
        "\"{name}\" is deleted with its rows. Accounts and contacts stay; an integration made anew makes them a second time."
    ))
}

fn confirmed(name: &str) -> miette::Result<bool> {
    if !std::io::stdin().is_terminal() {
        return Err(miette!(help = "give --yes", "\"{name}\" and all of its rows would be deleted"));
    }
    let _ = write!(output::stderr(), "Delete \"{name}\" and all of its rows but accounts and contacts? [y/N] ");
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).into_diagnostic().wrap_err("cannot read the answer")?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// A closed pipe has seen enough.
fn say(line: &str) -> Outcome {
    let _ = writeln!(output::stdout(), "{line}");
    Ok(ExitCode::AsExpected)
}

fn report(error: CrmError) -> miette::Report {
    miette!("{error}")
}
