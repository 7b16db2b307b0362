//! `mockgento schedule`: the button "Schedule sync" of an integration's page.

use std::io::Write as _;

use clap::Args;
use miette::miette;

use super::crm::CrmFile;
use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::crm::{JobTopic, Scheduled};
use crate::quirk::Profile;

/// Arguments of `schedule`.
#[derive(Debug, Args)]
pub struct ScheduleArgs {
    #[command(flatten)]
    file: CrmFile,
    /// Name of the integration; may be left out when there is one only.
    #[arg(long, default_value = "", hide_default_value = true)]
    name: String,
    /// Full re-sync: forget where the connectors stand.
    #[arg(long)]
    force: bool,
    /// Look for carts that Magento no longer has, instead of a sync.
    #[arg(long, conflicts_with = "force")]
    expire_carts: bool,
    /// In whose words the answer is: the user guide's (`documented`) or the page's of OroCRM 4.1 (`orocrm-4.1`).
    #[arg(long, default_value_t)]
    profile: Profile,
}

/// Schedules and says so in the CRM's words; a wish that is not kept is exit code 1.
pub fn run(args: &ScheduleArgs) -> Outcome {
    let mut crm = args.file.open()?;
    let integration = crm.integration_named(&args.name).map_err(|error| miette!("{error}"))?;
    let topic = if args.expire_carts { JobTopic::SyncCartExpirationIntegration } else { JobTopic::SyncIntegration };
    let scheduled = crm.schedule(integration.id, topic, args.force).map_err(|error| miette!("{error}"))?;
    let joined = match scheduled {
        Scheduled::Merged => " (It joined the job that waits or runs already.)",
        Scheduled::NotForced => {
            " (But a sync runs already that is no full re-sync, and this wish for one is dropped: schedule it again when that \
             sync is over.)"
        }
        Scheduled::Added | Scheduled::Inactive => "",
    };
    let _ = writeln!(output::stdout(), "{}{joined}", scheduled.message(&args.profile.quirks()));
    let is_kept = matches!(scheduled, Scheduled::Added | Scheduled::Merged);
    Ok(if is_kept { ExitCode::AsExpected } else { ExitCode::Failed })
}
