//! The command line: arguments, what is printed for a person, exit codes. One file per command, each with its
//! arguments (`clap::Args`) and a `run` that returns [`Outcome`]. Rules do not live here; a command that needs one calls
//! the module that owns it. Besides `report`, this is the only place that prints.
#![doc(hidden)]

mod address;
mod attend;
mod audit;
mod check;
mod clients;
mod compare;
mod completions;
mod conform;
mod connection_args;
mod coverage;
mod crm;
pub mod diagnostics;
mod dry_run;
pub mod exit_code;
mod explore;
mod generate;
mod init;
mod integration;
mod interrupt;
mod key_args;
mod list;
mod migrate;
mod output;
mod places;
mod quirks;
mod ready;
mod record;
mod repeat;
mod report;
mod report_target;
mod review;
mod run;
mod scenarios;
mod schedule;
mod schema;
mod seed;
mod serve;
mod shop_args;
mod shops;
mod simulate;
mod status;
mod stop_signal;
mod stored_shop;
mod sync;
mod sync_progress;
mod undo;
mod usage;
mod watch;
mod winner;
mod wsdl;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use diagnostics::Colour;
pub use exit_code::ExitCode;
pub use scenarios::Shipped;

/// How a command ended, or why it could not run (exit code 2).
pub type Outcome = Result<ExitCode, miette::Report>;

/// A fake Magento 1 shop and a sync client like OroCRM's, for tests.
#[derive(Debug, Parser)]
#[command(name = "mockgento", version, max_term_width = 100, arg_required_else_help = true)]
struct Arguments {
    /// Print without colour; `NO_COLOR` in the environment does the same.
    #[arg(long, global = true)]
    no_color: bool,
    #[command(subcommand)]
    command: Command,
}

/// What can be asked. A new command is a file in this folder, a variant here and a line in [`dispatch`].
#[derive(Debug, Subcommand)]
enum Command {
    /// Make a project: a first scenario, a seed, the editor's schema and a CI workflow.
    Init(init::InitArgs),
    /// Make a scenario to begin with.
    New(init::NewArgs),
    /// Write down the scenarios that came with the program.
    Scenarios(scenarios::ScenariosArgs),
    /// Run scenarios and compare what they leave behind with their snapshots.
    Run(run::RunArgs),
    /// Run scenarios with a disruption at every call and see whether the sync recovers.
    Explore(explore::ExploreArgs),
    /// Run random scenarios, and write the smallest one that shows each failure.
    Simulate(simulate::SimulateArgs),
    /// Compare your own client with the built-in sync, scenario by scenario.
    Conform(conform::ConformArgs),
    /// Show what the scenarios exercise, and what none of them does.
    Coverage(coverage::CoverageArgs),
    /// List scenarios with their tags.
    List(list::ListArgs),
    /// Rewrite scenario files in the words of this release.
    Migrate(migrate::MigrateArgs),
    /// Look at snapshots that differ and decide about each.
    Review(review::ReviewArgs),
    /// Accept snapshots that differ.
    Accept(review::DecideArgs),
    /// Throw away snapshots that differ.
    Reject(review::DecideArgs),
    /// Merge the reports of runs.
    Report(report::ReportArgs),
    /// Print the JSON schema of scenarios, seeds, client files, reports and more.
    Schema(schema::SchemaArgs),
    /// List the reference client's named quirks and what each profile does about them.
    Quirks(quirks::QuirksArgs),
    /// Check the connection to a shop, as the integration form does.
    Check(check::CheckArgs),
    /// Ask two shops the same questions, read-only, and print what differs.
    Compare(compare::CompareArgs),
    /// Undo what syncs wrote to a shop, by their audit file; without --yes nothing is written.
    Undo(undo::UndoArgs),
    /// Sync a shop into a CRM file.
    Sync(sync::SyncArgs),
    /// Show and change the settings of an integration, as its form does.
    Integration(integration::IntegrationArgs),
    /// Put a sync into the queue of a CRM file; the next `mockgento sync` runs it.
    Schedule(schedule::ScheduleArgs),
    /// Show where the syncs of a CRM file stand: jobs, connectors, waiting exports.
    Status(status::StatusArgs),
    /// Record a sync of a shop, with personal data replaced.
    Record(record::RecordArgs),
    /// Replay a recorded sync without a shop and compare the CRM with the recorded one.
    Replay(record::ReplayArgs),
    /// Look at a CRM file, and edit it as a CRM user does.
    Crm(crm::CrmArgs),
    /// Generate a seed for a shop of any size.
    Generate(generate::GenerateArgs),
    /// Make seed files for the fake shop.
    Seed(seed::SeedArgs),
    /// Serve a fake Magento shop over HTTP.
    Serve(serve::ServeArgs),
    /// Print the WSDL of a shop.
    Wsdl(wsdl::WsdlArgs),
    /// Print the completions of a shell: commands, arguments and their values.
    Completions(completions::CompletionsArgs),
    /// Write the manual, a page for each command.
    Man(completions::ManArgs),
}

fn dispatch(command: Command, colour: Colour, shipped: Shipped) -> Outcome {
    match command {
        Command::Init(args) => init::init(&args),
        Command::New(args) => init::new(&args),
        Command::Scenarios(args) => scenarios::run(&args, shipped),
        Command::Run(args) => run::run(&args, colour),
        Command::Explore(args) => explore::run(&args, colour),
        Command::Simulate(args) => simulate::run(&args, colour),
        Command::Conform(args) => conform::run(&args, colour),
        Command::Coverage(args) => coverage::run(&args, colour),
        Command::List(args) => list::run(&args, colour),
        Command::Migrate(args) => migrate::run(&args),
        Command::Review(args) => review::review(&args),
        Command::Accept(args) => review::accept(&args),
        Command::Reject(args) => review::reject(&args),
        Command::Report(args) => report::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Quirks(args) => quirks::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Compare(args) => compare::run(&args),
        Command::Sync(args) => sync::run(&args),
        Command::Undo(args) => undo::run(&args),
        Command::Integration(args) => integration::run(&args),
        Command::Schedule(args) => schedule::run(&args),
        Command::Status(args) => status::run(&args),
        Command::Record(args) => record::record(&args),
        Command::Replay(args) => record::replay(&args),
        Command::Crm(args) => crm::run(&args),
        Command::Generate(args) => generate::run(&args),
        Command::Seed(args) => seed::run(&args, colour),
        Command::Serve(args) => serve::run(&args),
        Command::Wsdl(args) => wsdl::run(&args),
        Command::Completions(args) => completions::completions(&args),
        Command::Man(args) => completions::man(&args),
    }
}

/// All commands, each with its exit codes at the end of its help.
pub fn command() -> clap::Command {
    fn with_codes(command: clap::Command, of: &str) -> clap::Command {
        let text = exit_code::help(Some(of));
        command.after_help(text).mut_subcommands(|within| with_codes(within, of))
    }
    let top = Arguments::command().after_help(exit_code::help(None));
    top.mut_subcommands(|command| {
        let name = command.get_name().to_owned();
        with_codes(command, &name)
    })
}

/// Reads the arguments, runs the command, prints why it could not run, and says what to exit with. `shipped` are the scenarios that came with
/// the program.
pub fn main(shipped: Shipped) -> ExitCode {
    let parsed = command().try_get_matches().and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(usage) => return usage::tell(usage),
    };
    let colour = if arguments.no_color { Colour::Never } else { Colour::Auto };
    colour.apply();
    let ended = dispatch(arguments.command, colour, shipped).and_then(|code| match output::broken() {
        Some(error) => Err(miette::miette!(
            help = "free some space, or send it elsewhere",
            "not everything could be printed to standard output: {error}"
        )),
        None => Ok(code),
    });
    match ended {
        Ok(code) => code,
        Err(report) => {
            diagnostics::print(&report, colour);
            ExitCode::InputWrong
        }
    }
}
