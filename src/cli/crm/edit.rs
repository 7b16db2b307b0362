//! `mockgento crm set`, `create` and `register`: edits as a CRM user makes them. Each leaves a change set, which the next
//! two way sync sends to Magento.

use std::io::Write as _;

use clap::{Args, ValueEnum};
use miette::miette;

use super::{CrmFile, pair, report};
use crate::cli::output;
use crate::cli::{ExitCode, Outcome};
use crate::crm::{AddressEdit, Crm, CustomerEdit, Entity, Fields, IntegrationId, IntegrationSettings, RowId};
use crate::sync::connector::SUPPORTED_BRIDGE;
use crate::version::ExtensionVersion;

/// What CRM users edit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Editable {
    /// A customer of Magento.
    #[value(name = "customer")]
    Customer,
    /// An address of a customer.
    #[value(name = "customerAddress", alias = "address")]
    Address,
}

/// Arguments of `crm set`.
#[derive(Debug, Args)]
pub struct SetArgs {
    /// What to edit.
    entity: Editable,
    /// Which: an e-mail address, Magento's id, or `#` and the row that `crm show` names.
    id: String,
    /// Changed fields; an empty value clears one.
    #[arg(required = true, value_name = "FIELD=VALUE", value_parser = pair)]
    fields: Vec<(String, String)>,
    #[command(flatten)]
    file: CrmFile,
}

/// Arguments of `crm create`.
#[derive(Debug, Args)]
pub struct CreateArgs {
    /// What to create.
    entity: Editable,
    /// Its fields; an address has its customer as `owner`.
    #[arg(required = true, value_name = "FIELD=VALUE", value_parser = pair)]
    fields: Vec<(String, String)>,
    #[command(flatten)]
    file: CrmFile,
    /// The integration, when there are several.
    #[arg(long, value_name = "NAME", default_value = "", hide_default_value = true)]
    integration: String,
}

/// Arguments of `crm register`.
#[derive(Debug, Args)]
pub struct RegisterArgs {
    /// The guest: an e-mail address, or `#` and the row that `crm show` names.
    id: String,
    #[command(flatten)]
    file: CrmFile,
}

/// Changes fields of a row.
pub fn set(args: &SetArgs) -> Outcome {
    let mut crm = args.file.open()?;
    let entity = args.entity.entity();
    let id = crm.row_named(entity, &args.id).map_err(report)?;
    let fields = typed(&crm, entity, &args.fields)?;
    let (customer, edit) = match args.entity {
        Editable::Customer => (id, CustomerEdit { fields, addresses: Vec::new() }),
        Editable::Address => {
            let owner = crm.require(entity, id).map_err(report)?.fields.link("owner");
            let owner = owner.ok_or_else(|| miette!("the address {} has no customer", args.id))?;
            (owner, CustomerEdit { fields: Fields::new(), addresses: vec![AddressEdit::Change { id, fields }] })
        }
    };
    crm.edit_customer(customer, &edit).map_err(report)?;
    told(&crm, customer, "saved")
}

/// Creates a row.
pub fn create(args: &CreateArgs) -> Outcome {
    let mut crm = args.file.open()?;
    let mut fields = typed(&crm, args.entity.entity(), &args.fields)?;
    let customer = match args.entity {
        Editable::Customer => {
            let channel = crm.integration_named(&args.integration).map_err(report)?.id;
            crm.create_customer(channel, &CustomerEdit { fields, addresses: Vec::new() }).map_err(report)?
        }
        Editable::Address => {
            let owner = fields.remove("owner").and_then(|owner| owner.as_ref_id());
            let help = "add owner=EMAIL, or the customer's id in Magento";
            let owner = owner.ok_or_else(|| miette!(help = help, "an address belongs to a customer"))?;
            let edit = CustomerEdit { fields: Fields::new(), addresses: vec![AddressEdit::Add(fields)] };
            crm.edit_customer(owner, &edit).map_err(report)?;
            owner
        }
    };
    told(&crm, customer, "created")
}

/// Registers a guest as a customer.
pub fn register(args: &RegisterArgs) -> Outcome {
    let mut crm = args.file.open()?;
    let id = crm.row_named(Entity::Customer, &args.id).map_err(report)?;
    crm.register_guest(id).map_err(report)?;
    told(&crm, id, "registered")
}

impl Editable {
    fn entity(self) -> Entity {
        match self {
            Self::Customer => Entity::Customer,
            Self::Address => Entity::CustomerAddress,
        }
    }
}

fn typed(crm: &Crm, entity: Entity, pairs: &[(String, String)]) -> miette::Result<Fields> {
    crm.typed_fields(entity, pairs.iter().map(|(field, text)| (field.as_str(), text.as_str()))).map_err(report)
}

/// Says what waits for the next sync now, and what keeps it waiting. No shop is called.
fn told(crm: &Crm, customer: RowId, done: &str) -> Outcome {
    let row = crm.require(Entity::Customer, customer).map_err(report)?;
    let integration = row.fields.link("channel").map(|id| crm.integration(IntegrationId(id))).transpose();
    let integration = integration.map_err(report)?;
    let waiting = match &integration {
        Some(integration) => crm.pending_exports(integration.id).map_err(report)?.len(),
        None => 0,
    };
    let mut line = match waiting {
        0 => format!("{done}; nothing waits for the next sync"),
        1 => format!("{done}; 1 edit waits for the next sync"),
        many => format!("{done}; {many} edits wait for the next sync"),
    };
    if let Some(integration) = integration.filter(|of| waiting > 0 && lacks_the_bridge(&of.settings)) {
        line.push_str(&format!(
            ", and until \"{}\" has the OroCRM bridge 1.2.0 or newer, which it had not when it was last asked (with --profile \
             orocrm-4.1 they do not wait for it)",
            integration.settings.name
        ));
    }
    let _ = writeln!(output::stdout(), "{line}");
    Ok(ExitCode::AsExpected)
}

/// Whether the shop was looked at and had no bridge that two-way sync can use.
fn lacks_the_bridge(settings: &IntegrationSettings) -> bool {
    let version = settings.extension_version.clone().map(ExtensionVersion::new);
    !settings.connectors.is_empty() && !version.is_some_and(|version| version.at_least(SUPPORTED_BRIDGE))
}
