//! `mockgento generate`: a seed of any size.

use std::io::Write as _;
use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use miette::miette;

use super::{ExitCode, Outcome};
use crate::cli::output;
use crate::shop::generate::{Recipe, generate};
use crate::whole_file;

/// Arguments of `generate`.
#[derive(Debug, Args)]
pub struct GenerateArgs {
    /// Registered customers.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    customers: u32,
    /// Addresses of all customers. Left out: three for two customers.
    #[arg(long, value_name = "N")]
    addresses: Option<u32>,
    /// Products of every type, with categories, stock, prices, pictures and attributes; 0 for a shop without a catalogue.
    #[arg(long, value_name = "N", default_value_t = 30)]
    products: u32,
    /// Orders; every tenth is a guest's. Left out: as many as customers.
    #[arg(long, value_name = "N")]
    orders: Option<u32>,
    /// Items of all orders. Left out: three an order.
    #[arg(long, value_name = "N")]
    items: Option<u32>,
    /// Orders that are invoiced. Left out: every other one.
    #[arg(long, value_name = "N")]
    invoices: Option<u32>,
    /// Orders that are sent. Left out: one of three.
    #[arg(long, value_name = "N")]
    shipments: Option<u32>,
    /// Carts. Left out: one for five customers.
    #[arg(long, value_name = "N")]
    carts: Option<u32>,
    /// Credit memos. Left out: one for fifty orders.
    #[arg(long, value_name = "N")]
    credit_memos: Option<u32>,
    /// Newsletter subscribers. Left out: every other customer.
    #[arg(long, value_name = "N")]
    subscribers: Option<u32>,
    /// The day of the first registration and order; the rest is spread evenly.
    #[arg(long, value_name = "DATE", default_value = "2023-01-01")]
    from: Date,
    /// The day before which everything had happened.
    #[arg(long, value_name = "DATE", default_value = "2024-01-01")]
    to: Date,
    /// Another number makes other names, prices and quantities; the same one the same shop.
    #[arg(long, value_name = "N", default_value_t = 1)]
    random_seed: u64,
    /// File to write; JSON, which is read faster, when it ends in .json. Left out: YAML on standard output.
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl GenerateArgs {
    fn recipe(&self) -> miette::Result<Recipe> {
        let orders = self.orders.unwrap_or(self.customers);
        Ok(Recipe {
            customers: self.customers,
            addresses: self.addresses.unwrap_or(self.customers + self.customers / 2),
            products: self.products,
            carts: self.carts.unwrap_or(self.customers / 5),
            orders,
            items: self.items.unwrap_or(orders.saturating_mul(3)),
            invoices: self.invoices.unwrap_or(orders / 2),
            shipments: self.shipments.unwrap_or(orders / 3),
            credit_memos: self.credit_memos.unwrap_or(orders / 50),
            subscribers: self.subscribers.unwrap_or(self.customers / 2),
            from: midnight(self.from)?,
            to: midnight(self.to)?,
            random_seed: self.random_seed,
        })
    }
}

fn midnight(date: Date) -> miette::Result<Timestamp> {
    Offset::UTC.to_timestamp(date.to_datetime(Time::midnight())).map_err(|error| miette!("{date}: {error}"))
}

/// Generates the seed and writes it.
pub fn run(args: &GenerateArgs) -> Outcome {
    let recipe = args.recipe()?;
    let seed = generate(&recipe).map_err(|error| miette!("{error}"))?;
    let Some(path) = &args.out else {
        let yaml = seed.to_yaml().map_err(|error| miette!("{error}"))?;
        // A reader that closed the pipe early has seen what it wanted.
        let _ = output::document().write_all(yaml.as_bytes());
        return Ok(ExitCode::AsExpected);
    };
    let is_json = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"));
    let text = if is_json { seed.to_json() } else { seed.to_yaml() }.map_err(|error| miette!("{error}"))?;
    whole_file::write(path, text.as_bytes()).map_err(|error| {
        miette!(help = "name a file in a folder that can be written to", "cannot write {}: {error}", path.display())
    })?;
    let Recipe { customers, addresses, products, orders, items, carts, .. } = recipe;
    let made = format!(
        "{customers} customers with {addresses} addresses, {products} products, {orders} orders with {items} items, \
         {carts} carts"
    );
    let _ = writeln!(output::stdout(), "{made}\nserve them with \"mockgento serve --seed {}\"", path.display());
    Ok(ExitCode::AsExpected)
}
