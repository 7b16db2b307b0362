//! `mockgento conform`: somebody's own client against our sync, scenario by scenario.

use miette::IntoDiagnostic as _;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

use clap::Args;
use comfy_table::{Table, presets};

use super::clients::Clients;
use super::{ExitCode, Outcome, diagnostics, interrupt, places};
use crate::cli::diagnostics::Colour;
use crate::cli::output;
use crate::nearest;
use crate::quirk::Profile;
use crate::report::enough::enough;
use crate::report::{conform as report, file};
use crate::scenario::Case;
use crate::scenario::actor::Testee;
use crate::scenario::actor::features;
use crate::scenario::actor::known::Known;
use crate::scenario::conform::{self, Judged, Verdict};

/// Arguments of `conform`.
#[derive(Debug, Args)]
pub struct ConformArgs {
    /// Scenario files or folders of them.
    #[arg(default_value = "scenarios")]
    places: Vec<PathBuf>,
    /// The client's file, see docs/clients.md.
    #[arg(long, value_name = "FILE", required_unless_present = "features")]
    client: Option<PathBuf>,
    /// Write down the conversation with the client's adapter; `recorded: FILE` in a client's file then stands for the adapter.
    #[arg(long, value_name = "FILE", requires = "client")]
    record_adapter: Option<PathBuf>,
    /// Only scenarios with this tag; with several, those that have any of them.
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<String>,
    /// Only cases with this text in their name or title.
    #[arg(short = 'k', long = "filter", value_name = "TEXT")]
    filter: Option<String>,
    /// The profile of our own sync, instead of those that scenarios name: `orocrm-4.1` compares with what OroCRM does, its
    /// defects included.
    #[arg(long, value_name = "PROFILE")]
    profile: Option<Profile>,
    /// List the features a client can support, and stop.
    #[arg(long)]
    features: bool,
    /// Print only what differs or is broken, and the matrix.
    #[arg(long, short)]
    quiet: bool,
    /// Write a report as well: junit, json or html, and `=FILE`.
    #[arg(long = "report", value_name = "FORMAT=FILE")]
    reports: Vec<Target>,
}

/// A report and its file.
#[derive(Clone, Debug)]
struct Target {
    format: Format,
    file: PathBuf,
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Junit,
    Json,
    Html,
}

impl std::str::FromStr for Target {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, file) = text.split_once('=').unwrap_or((text, ""));
        let format = match name {
            "junit" => Format::Junit,
            "json" => Format::Json,
            "html" => Format::Html,
            other => return Err(format!("`{other}` is no format; there are junit, json, html")),
        };
        match file {
            "" => Err(format!("a file is missing; write `{name}=FILE`")),
            file => Ok(Self { format, file: file.into() }),
        }
    }
}

/// Runs the cases, prints what was found and writes the reports.
pub fn run(args: &ConformArgs, colour: Colour) -> Outcome {
    let mut out = output::stdout();
    let Some(client) = args.client.as_ref().filter(|_| !args.features) else {
        // Whoever closed the pipe has seen what they wanted; so below.
        let _ = out.write_all(list().as_bytes());
        return Ok(ExitCode::AsExpected);
    };
    let client = Clients::load_given(client, args.record_adapter.as_deref())?;
    for target in &args.reports {
        file::probe(&target.file).map_err(|error| miette::miette!("{error}"))?;
    }
    let (mut cases, wrong) = places::load(&args.places, &args.tags)?;
    for unread in &wrong {
        diagnostics::print(&unread.report, colour);
    }
    for gone in of_no_scenario(&client, &args.places, &cases) {
        let _ = writeln!(output::stderr(), "warning: {gone}");
    }
    if let Some(text) = &args.filter {
        let text = text.to_lowercase();
        let has = |name: &str| name.to_lowercase().contains(&text);
        cases.retain(|case| has(&case.name) || has(case.scenario.script.title.get()));
    }
    if cases.is_empty() && wrong.is_empty() {
        let help = "`mockgento list` shows the names of all cases";
        let wanted = args.filter.as_deref().unwrap_or_default();
        return Err(miette::miette!(help = help, "no case has the text `{wanted}` in its name or title"));
    }
    let width = cases.iter().map(|case| case.name.chars().count()).max().unwrap_or_default();
    let mut judged: Vec<Judged> = Vec::new();
    let stops = interrupt::flag_that_ends_programs();
    for case in &cases {
        let one = conform::judge(case, &client, args.profile);
        if stops.load(Ordering::Relaxed) {
            // What it is the victim of it is not to blame for.
            break;
        }
        if !args.quiet || one.verdict.is_bad() {
            let _ = out.write_all(report::case(&one, width).as_bytes());
            let _ = out.flush();
        }
        judged.push(one);
    }
    let told = judged.iter().filter(|one| !matches!(one.verdict, Verdict::Skipped(_))).count();
    let about = report::About {
        client: client.title().to_owned(),
        file: args.client.as_ref().map(|file| file.display().to_string()).unwrap_or_default(),
        no_longer: no_longer(&client, &judged),
        too_little: enough(client.at_least(), told).err(),
    };
    let _ = out.write_all(report::matrix(&about, &judged).as_bytes());
    for target in &args.reports {
        let text = match target.format {
            Format::Junit => report::junit(&about, &judged),
            Format::Json => report::json(&about, &judged),
            Format::Html => report::page(&about, &judged).into_diagnostic()?,
        };
        file::write(&target.file, text.as_bytes()).map_err(|error| miette::miette!("{error}"))?;
    }
    if judged.len() < cases.len() {
        let left = cases.len() - judged.len();
        let _ = writeln!(
            output::stderr(),
            "stopped before {}",
            output::counted(left, "case was judged", "cases were judged")
        );
    }
    let is_bad =
        judged.len() < cases.len() || about.too_little.is_some() || judged.iter().any(|one| one.verdict.is_bad());
    Ok(match (wrong.is_empty(), is_bad) {
        (false, _) => ExitCode::InputWrong,
        (true, true) => ExitCode::Failed,
        (true, false) => ExitCode::AsExpected,
    })
}

/// Known differences that were looked for in every case they are about, and seen in none.
fn no_longer(client: &Testee, judged: &[Judged]) -> Vec<String> {
    let (known, file) = client.known();
    let file = file.map(|file| file.display().to_string()).unwrap_or_default();
    let told = known.iter().enumerate().filter(|(place, _)| {
        let mut seen = judged.iter().flat_map(|one| &one.known).filter(|(of, _)| of == place).peekable();
        seen.peek().is_some() && seen.all(|(_, seen)| !seen)
    });
    told.map(|(_, known)| format!("{file}:{}: {}: {}", known.line, known.scenario, known.reason)).collect()
}

/// Known differences of scenarios that are not there, so that the list does not outlive them. Where not all scenarios were
/// read, those that are spelled nearly like one that was.
fn of_no_scenario(client: &Testee, places: &[PathBuf], cases: &[Case]) -> Vec<String> {
    let root = Path::new(places::ROOT);
    let knows_all = root.is_dir() && places.iter().all(|place| place.starts_with(root));
    let (known, file) = client.known();
    let file = file.map(|file| file.display().to_string()).unwrap_or_default();
    let is_there = |known: &&Known| {
        let name = known.scenario.as_str();
        let names_a_file = |name: &str| root.join(format!("{name}.yaml")).is_file();
        let scenario = name.rsplit_once('.').map_or(name, |(scenario, _)| scenario);
        cases.iter().any(|case| known.is_about(&case.name)) || names_a_file(name) || names_a_file(scenario)
    };
    let names = || cases.iter().flat_map(|case| [case.scenario.name.as_str(), case.name.as_str(), "any"]);
    let said = |known: &Known| {
        let meant = nearest::did_you_mean(&known.scenario, names());
        let remedy = match (meant, knows_all) {
            (Some(meant), _) => meant,
            (None, true) => "correct the name, write `any` for all, or take the entry out".to_owned(),
            (None, false) => return None,
        };
        Some(format!("{file}:{}: there is no scenario `{}`; {remedy}", known.line, known.scenario))
    };
    known.iter().filter(|known| !is_there(known)).filter_map(said).collect()
}

fn list() -> String {
    let entities = crate::scenario::actor::features::names();
    let described = |name: &&str| features::FEATURES.iter().find(|(known, _)| known == name).map(|(_, what)| *what);
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    output::fit(&mut table);
    for name in &entities {
        table.add_row([*name, described(name).unwrap_or("rows of this entity")]);
    }
    table.column_iter_mut().for_each(|column| {
        column.set_padding((0, 2));
    });
    format!("{}\n", table.trim_fmt())
}
