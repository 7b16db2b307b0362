//! `mockgento crm export`: rows as JSON or CSV, one at a time, so that a large CRM needs no large memory.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use miette::{IntoDiagnostic as _, WrapErr as _, miette};

use super::show::plain;
use super::{CannotWrite, CrmFile, entity, filters, pair};
use crate::cli::output as stdout;
use crate::cli::{ExitCode, Outcome};
use crate::crm::lookup::Filter;
use crate::crm::{Crm, Entity};
use crate::private_file;
use crate::whole_file::Growing;

/// Arguments of `crm export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    #[command(flatten)]
    file: CrmFile,
    /// Only this; everything when left out. CSV needs it, unless `--out` names a folder.
    #[arg(long, value_parser = entity)]
    entity: Option<Entity>,
    /// The format to write.
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Only rows whose field has the value, as `crm show` takes it.
    #[arg(long = "where", value_name = "FIELD=VALUE", value_parser = pair, num_args = 1.., requires = "entity")]
    filters: Vec<(String, String)>,
    /// A file to write to; for CSV of everything a folder, which gets a file for each entity.
    #[arg(long, value_name = "PATH")]
    out: Option<PathBuf>,
}

/// The format in which rows are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One object with a list for each entity.
    #[default]
    Json,
    /// A header and a line for each row.
    Csv,
}

/// Writes everything asked for.
pub fn run(args: &ExportArgs) -> Outcome {
    let crm = args.file.open_to_read()?;
    let filters = match args.entity {
        Some(entity) => filters(&crm, entity, &args.filters)?,
        None => Vec::new(),
    };
    match (args.format, args.entity, &args.out) {
        (Format::Json, chosen, Some(path)) => to_file(path, |out| json(&crm, chosen, &filters, out)),
        (Format::Csv, Some(entity), Some(path)) => to_file(path, |out| csv(&crm, entity, &filters, out)),
        (Format::Json, chosen, None) => printed(json(&crm, chosen, &filters, &mut stdout::json_stream())),
        (Format::Csv, Some(entity), None) => printed(csv(&crm, entity, &filters, &mut stdout::document())),
        (Format::Csv, None, Some(folder)) => {
            private_file::create_folder(folder)
                .into_diagnostic()
                .wrap_err_with(|| format!("cannot make the folder {}", folder.display()))?;
            for entity in Entity::ALL {
                let path = folder.join(format!("{}.csv", entity.table()));
                to_file(&path, |out| csv(&crm, *entity, &[], out))?;
            }
            Ok(ExitCode::AsExpected)
        }
        (Format::Csv, None, None) => {
            let help = "name one with --entity, or a folder with --out, which gets a file for each";
            Err(miette!(help = help, "a CSV file holds one entity"))
        }
    }
}

fn printed(done: Result<(), CannotWrite>) -> Outcome {
    done.map_or_else(CannotWrite::outcome, |()| Ok(ExitCode::AsExpected))
}

/// Writes a file that is there once it is whole; what was there before stays until then.
fn to_file(path: &Path, rows: impl FnOnce(&mut dyn Write) -> Result<(), CannotWrite>) -> Outcome {
    let written = || -> Result<(), CannotWrite> {
        let mut out = BufWriter::new(Growing::begin(path)?);
        rows(&mut out)?;
        Ok(out.into_inner().map_err(|error| error.into_error())?.end()?)
    };
    written().map_err(|error| {
        let help = "free some room, or name a file in a folder that can be written to";
        miette!(help = help, "{error} to {}", path.display())
    })?;
    Ok(ExitCode::AsExpected)
}

fn json(crm: &Crm, chosen: Option<Entity>, filters: &[Filter], out: &mut dyn Write) -> Result<(), CannotWrite> {
    let mut out = BufWriter::new(out);
    let entities: Vec<Entity> = chosen.map_or_else(|| Entity::ALL.to_vec(), |entity| vec![entity]);
    write!(out, "{{")?;
    for (at, entity) in entities.into_iter().enumerate() {
        write!(out, "{}\n  \"{}\": [", if at == 0 { "" } else { "," }, entity.table())?;
        let mut separator = "";
        crm.each_row::<CannotWrite>(entity, filters, &mut |row| {
            let shown = serde_json::Value::Object(crm.shown(&row)?);
            write!(out, "{separator}\n    {shown}")?;
            separator = ",";
            Ok(())
        })?;
        write!(out, "{}]", if separator.is_empty() { "" } else { "\n  " })?;
    }
    writeln!(out, "\n}}")?;
    Ok(out.flush()?)
}

fn csv(crm: &Crm, entity: Entity, filters: &[Filter], out: &mut dyn Write) -> Result<(), CannotWrite> {
    let columns: Vec<&str> =
        entity.columns().iter().map(|(name, _)| *name).filter(|name| *name != "password").collect();
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["row"].iter().chain(&columns))?;
    crm.each_row::<CannotWrite>(entity, filters, &mut |row| {
        let shown = crm.shown(&row)?;
        let cell = |field: &&str| shown.get(*field).map(plain).unwrap_or_default();
        writer.write_record(["row"].iter().chain(&columns).map(cell))?;
        Ok(())
    })?;
    Ok(writer.flush()?)
}
