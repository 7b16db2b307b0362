//! `mockgento undo`: takes back what syncs wrote to a shop, by their audit. Without `--yes` it only says what it would do.

use std::io::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::audit::Audit;
use super::connection_args::{ConnectionArgs, runtime, start_logging};
use super::{ExitCode, Outcome};
use crate::bounded;
use crate::client::ReadOnlyTransport;
use crate::clock::Clock;
use crate::crm::{Crm, IntegrationSettings};
use crate::sync::context::{SyncContext, SyncEvent, SyncOptions};
use crate::sync::undo::{Undone, Written, read_audit, undo};
use crate::sync::write::Writes;
use crate::transport::masked;

/// Arguments of `undo`.
#[derive(Debug, Args)]
pub struct UndoArgs {
    /// Audit of the syncs that wrote, such as `crm.sqlite.audit.jsonl`.
    #[arg(value_name = "AUDIT")]
    audit: PathBuf,
    #[command(flatten)]
    connection: ConnectionArgs,
    /// Write to the shop; without it nothing is written. What is written is in AUDIT.undo.jsonl then.
    #[arg(long)]
    yes: bool,
    /// Print what becomes of each write as JSON.
    #[arg(long)]
    json: bool,
    /// Log what is done; twice for every call.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// Takes back, or says what would be; a write that could not be taken back is exit code 1.
pub fn run(args: &UndoArgs) -> Outcome {
    start_logging(args.verbose);
    let name = args.audit.display();
    let text = bounded::read_text(&args.audit, bounded::CASSETTE_BYTES_MAX)
        .into_diagnostic()
        .wrap_err_with(|| format!("cannot read {name}"))?;
    let written = read_audit(&text).map_err(|error| {
        miette!(help = "give the file that a sync wrote, such as crm.sqlite.audit.jsonl", "{name}: {error}")
    })?;
    let shop = masked(&args.connection.url);
    let (of_shop, of_others): (Vec<Written>, Vec<Written>) = written.into_iter().partition(|one| one.shop == shop);
    if let (true, Some(other)) = (of_shop.is_empty(), of_others.first()) {
        let help = format!("give --url {}, with its user and key", other.shop);
        return Err(miette!(help = help, "{name} tells of {}, not of {shop}", other.shop));
    }
    let undone = undo_all(args, &of_shop)?;
    if args.json {
        let _ = writeln!(crate::cli::output::stdout(), "{}", crate::cli::output::to_json(&undone));
    } else {
        let _ = write!(crate::cli::output::stdout(), "{}", in_words(&undone, args.yes, of_others.len()));
    }
    let is_done = undone.iter().all(|one| one.stays.is_empty() && one.failed.is_none());
    Ok(if is_done { ExitCode::AsExpected } else { ExitCode::Failed })
}

fn undo_all(args: &UndoArgs, written: &[Written]) -> miette::Result<Vec<Undone>> {
    let clock = Clock::system();
    let mut transport = args.connection.transport()?;
    if !args.yes {
        transport = Arc::new(ReadOnlyTransport::new(transport, clock.clone()));
    }
    let options = args.connection.client_options()?;
    let mut crm = Crm::in_memory(clock.clone()).map_err(|error| miette!("{error}"))?;
    let settings = IntegrationSettings {
        api_url: options.url.to_string(),
        api_user: options.user,
        api_key: options.key,
        is_wsi_mode: args.connection.wsi,
        ..IntegrationSettings::default()
    };
    let id = crm.add_integration(&settings).map_err(|error| miette!("{error}"))?;
    let mut beside = args.audit.clone().into_os_string();
    beside.push(".undo.jsonl");
    let mut audit = Audit::new(Some(beside.as_ref()), &args.audit, masked(&args.connection.url), clock.clone());
    if args.yes {
        audit.open()?;
    }
    let options = SyncOptions { writes: if args.yes { Writes::Send } else { Writes::Plan }, ..SyncOptions::default() };
    let stop = options.stop.clone();
    let mut events = |event: SyncEvent| {
        if args.yes
            && let Err(error) = audit.hear(&event)
        {
            tracing::error!("the audit cannot be written, so nothing more is: {error}");
            stop.stop();
        }
    };
    let mut context = SyncContext {
        crm: &mut crm,
        transport,
        clock,
        quirks: args.connection.profile.quirks(),
        events: &mut events,
        options,
    };
    runtime()?.block_on(undo(&mut context, id, written)).map_err(|error| miette!("{error}"))
}

fn in_words(undone: &[Undone], is_written: bool, of_others: usize) -> String {
    let mut out = String::new();
    let would = if is_written { "" } else { "would be " };
    let mut count = 0;
    for one in undone {
        let id = one.origin_id.map(|id| format!(" {id}")).unwrap_or_default();
        out.push_str(&format!("{}{id}, written at {}\n", one.entity, one.written_at));
        for change in &one.put_back {
            let quoted =
                |value: &Option<String>| format!("\"{}\"", value.as_deref().unwrap_or_default().replace('\n', ", "));
            out.push_str(&format!(
                "  {}: {would}{} -> {}\n",
                change.field,
                quoted(&change.before),
                quoted(&change.after)
            ));
            count += 1;
        }
        for stays in &one.stays {
            let what = stays.field.clone().unwrap_or_else(|| "stays".to_owned());
            out.push_str(&format!("  {what}: {}\n", stays.why));
        }
        if let Some(reason) = &one.failed {
            out.push_str(&format!("  failed: {reason}\n"));
        }
    }
    if of_others > 0 {
        out.push_str(&format!("{of_others} writes to other shops are left alone; give their --url\n"));
    }
    out.push_str(&match (count, is_written) {
        (0, _) => "Nothing to put back.\n".to_owned(),
        (1, true) => "1 field was put back; the next sync brings it into the CRM.\n".to_owned(),
        (count, true) => format!("{count} fields were put back; the next sync brings them into the CRM.\n"),
        (1, false) => "1 field would be put back; nothing was written. --yes does it.\n".to_owned(),
        (count, false) => format!("{count} fields would be put back; nothing was written. --yes does it.\n"),
    });
    out
}
