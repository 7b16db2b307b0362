//! `mockgento seed from`: the tables of a real shop, read from its database.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Arg, Args, Command};
use indexmap::IndexMap;
use miette::miette;
use tokio::runtime::Runtime;

use super::PartArgs;
use crate::cli::address::refused;
use crate::cli::connection_args::runtime;
use crate::cli::key_args::{masked_password, password_of_database};
use crate::cli::output;
use crate::database::{Chosen, DatabaseError, Dsn, TableReader};
use crate::secret::Password;
use crate::shop::dump::{Converted, Pick, Source, Tables, seed_of};
use crate::shop::seed::SeedRow;

/// Arguments of `seed from`.
#[derive(Debug, Args)]
pub(super) struct FromArgs {
    /// Where the shop's MySQL or MariaDB is: `mysql://user@host/name`. Leave the password out of it.
    #[arg(value_parser = ShopDatabase)]
    database: Dsn,
    #[arg(
        long = "password-of-environment", env = "MOCKGENTO_DATABASE_PASSWORD", hide = true, hide_env_values = true,
        value_parser = masked_password
    )]
    password_of_environment: Option<Password>,
    /// File whose first line is the password; `MOCKGENTO_DATABASE_PASSWORD` in the environment does the same. On a terminal you
    /// are asked for it when it is given nowhere.
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    #[command(flatten)]
    pub(super) part: PartArgs,
}

/// Reads the address of a database; what it refuses is not shown.
#[derive(Clone, Debug)]
struct ShopDatabase;

impl TypedValueParser for ShopDatabase {
    type Value = Dsn;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Dsn, clap::Error> {
        Dsn::parse(&value.to_string_lossy()).map_err(|problem| refused(command, arg, &problem.0))
    }
}

/// Reads the shop's tables and makes a seed of them.
pub(super) fn converted(args: &FromArgs) -> miette::Result<Converted> {
    let (part, prefix) = (args.part.part()?, args.part.prefix());
    let mut dsn = args.database.clone();
    if dsn.needs_password() {
        let file = args.password_file.as_deref();
        if let Some(password) = password_of_database(&dsn, file, args.password_of_environment.as_ref())? {
            dsn = dsn.with_password(&password);
        }
    } else {
        let _ = writeln!(
            output::stderr(),
            "warning: a password on the command line can be read by everybody on this machine; leave it out and set \
             MOCKGENTO_DATABASE_PASSWORD or give --password-file FILE"
        );
    }
    let said = |error: DatabaseError| miette!("{error}");
    let runtime = runtime()?;
    let reader = runtime.block_on(TableReader::open(&dsn)).map_err(said)?;
    let mut shop = Shop { runtime, reader };
    let tables = shop.tables().map_err(said)?;
    if !Tables::are_real(tables.keys().filter_map(|name| name.strip_prefix(prefix.unwrap_or_default()))) {
        return Err(miette!(
            help = "give the database of a Magento shop, and a user who may read its tables",
            "{dsn} has no tables of a shop that this user may see{}",
            prefix.map(|prefix| format!(" and that begin with {prefix}")).unwrap_or_default()
        ));
    }
    seed_of(&mut shop, prefix, &part).map_err(said)
}

/// A shop's database, asked step by step.
struct Shop {
    runtime: Runtime,
    reader: TableReader,
}

impl Source for Shop {
    type Error = DatabaseError;

    fn tables(&mut self) -> Result<IndexMap<String, Vec<String>>, DatabaseError> {
        self.runtime.block_on(self.reader.tables())
    }

    fn rows(&mut self, table: &str, pick: &Pick) -> Result<Vec<SeedRow>, DatabaseError> {
        let chosen = match pick {
            Pick::All => Chosen::All,
            Pick::Numbered { column, numbers } => Chosen::Numbered { column, numbers },
            Pick::Newest { key, changed, since, limit } => {
                Chosen::Newest { key, changed, since: since.as_deref(), limit: *limit }
            }
        };
        self.runtime.block_on(self.reader.rows(table, &chosen))
    }

    fn count(&mut self, table: &str) -> Result<usize, DatabaseError> {
        self.runtime.block_on(self.reader.count(table))
    }
}
