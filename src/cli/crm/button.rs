//! `mockgento crm subscribe`, `unsubscribe`, `sync-data`, `order-placed` and `move-cart`: the buttons on the CRM's pages. All
//! but the last talk to the shop at once, with what the integration in the CRM file says; what they do is in the library's
//! `sync`.

use std::io::Write as _;
use std::ops::AsyncFnOnce;

use clap::{Args, ValueEnum};
use miette::miette;

use super::{CrmFile, report};
use crate::cli::audit::Audit;
use crate::cli::connection_args::{NetworkArgs, runtime, start_logging};
use crate::cli::key_args::KeyArgs;
use crate::cli::output;
use crate::cli::{ExitCode, Outcome};
use crate::clock::Clock;
use crate::crm::{CartStep, Crm, Entity, IntegrationId, RowId, RunLock};
use crate::quirk::Profile;
use crate::sync::context::{StopFlag, SyncContext, SyncEvent, SyncOptions};
use crate::sync::error::SyncError;
use crate::sync::outcome::SyncOutcome;
use crate::sync::subscription::{self, Wanted, Whose};
use crate::sync::sync_data::{
    NOT_SYNCHRONIZED, ORDER_NOT_IMPORTED, OneRecord, PlacedFor, SYNCHRONIZED, after_order, sync_data,
};
use crate::transport::{Redirects, masked};

/// The shop of a row.
#[derive(Debug, Args)]
pub struct ShopOfRow {
    #[command(flatten)]
    file: CrmFile,
    #[command(flatten)]
    keys: KeyArgs,
    /// Which of the reference client's misbehaviours are wanted: `documented` or `orocrm-4.1`.
    #[arg(long, default_value_t)]
    profile: Profile,
    #[command(flatten)]
    network: NetworkArgs,
    /// Log what is done, with how long it took; twice for every call.
    #[arg(short, long, action = clap::ArgAction::Count)]
    verbose: u8,
}

/// Arguments of `crm subscribe` and `crm unsubscribe`.
#[derive(Debug, Args)]
pub struct SubscriptionArgs {
    /// The customer: an e-mail address, Magento's id, or `#` and the row that `crm show` names.
    id: String,
    /// Name a subscription instead of a customer, as for somebody without an account.
    #[arg(long)]
    subscriber: bool,
    #[command(flatten)]
    shop: ShopOfRow,
}

/// What can be asked for again.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Syncable {
    /// An order, by its number.
    Order,
    /// A cart, by Magento's id.
    Cart,
}

/// Arguments of `crm sync-data`.
#[derive(Debug, Args)]
pub struct SyncDataArgs {
    /// What to ask for again.
    entity: Syncable,
    /// Which: the order's number, the cart's id in Magento, or `#` and the row that `crm show` names.
    id: String,
    #[command(flatten)]
    shop: ShopOfRow,
}

/// Arguments of `crm order-placed`.
#[derive(Debug, Args)]
pub struct OrderPlacedArgs {
    /// The cart that was ordered: Magento's id, or `#` and the row that `crm show` names.
    #[arg(long, value_name = "ID", required_unless_present = "customer", conflicts_with = "customer")]
    cart: Option<String>,
    /// The customer it was ordered for: an e-mail address, Magento's id, or `#` and the row.
    #[arg(long, value_name = "ID")]
    customer: Option<String>,
    #[command(flatten)]
    shop: ShopOfRow,
}

/// What becomes of a cart.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum CartMove {
    /// It is given up.
    Abandon,
    /// It becomes an opportunity.
    ConvertToOpportunity,
    /// It is taken up again.
    Reopen,
}

/// Arguments of `crm move-cart`.
#[derive(Debug, Args)]
pub struct MoveCartArgs {
    /// Which cart: Magento's id, or `#` and the row that `crm show` names.
    id: String,
    /// What becomes of it.
    step: CartMove,
    #[command(flatten)]
    file: CrmFile,
}

/// Subscribes a customer to the newsletter, or unsubscribes them.
pub fn change_subscription(args: &SubscriptionArgs, wanted: Wanted) -> Outcome {
    let mut crm = args.shop.file.open()?;
    let entity = if args.subscriber { Entity::NewsletterSubscriber } else { Entity::Customer };
    let id = crm.row_named(entity, &args.id).map_err(report)?;
    let whose = if args.subscriber { Whose::Subscriber(id) } else { Whose::Customer(id) };
    let outcome = args.shop.ask(&mut crm, (entity, id), async |context, channel| {
        subscription::change(context, channel, whose, wanted).await
    })?;
    if outcome.successful {
        return said(outcome.message());
    }
    let reasons = match outcome.errors.as_slice() {
        [] => vec!["it is so already".to_owned()],
        errors => errors.to_vec(),
    };
    failed(&format!("{}: {}", outcome.message(), reasons.join("; ")))
}

/// Asks for a record again.
pub fn ask_again(args: &SyncDataArgs) -> Outcome {
    let mut crm = args.shop.file.open()?;
    let (entity, key) = match args.entity {
        Syncable::Order => (Entity::Order, "incrementId"),
        Syncable::Cart => (Entity::Cart, "originId"),
    };
    let id = crm.row_named(entity, &args.id).map_err(report)?;
    let row = crm.require(entity, id).map_err(report)?;
    let record = match (row.fields.text(key), row.fields.origin_id()) {
        (Some(number), _) => OneRecord::Order(number.to_owned()),
        (None, Some(cart)) => OneRecord::Cart(cart),
        (None, None) => return Err(miette!("{} {} is not in Magento yet", entity.table(), args.id)),
    };
    let outcome =
        args.shop.ask(&mut crm, (entity, id), async |context, channel| sync_data(context, channel, &record).await)?;
    told(&outcome, SYNCHRONIZED, NOT_SYNCHRONIZED)
}

/// Imports what an order placed from the CRM changed.
pub fn order_placed(args: &OrderPlacedArgs) -> Outcome {
    let mut crm = args.shop.file.open()?;
    let (entity, name) = match (&args.cart, &args.customer) {
        (Some(cart), _) => (Entity::Cart, cart),
        (None, Some(customer)) => (Entity::Customer, customer),
        (None, None) => return Err(miette!("name a cart or a customer")),
    };
    let id = crm.row_named(entity, name).map_err(report)?;
    let row = crm.require(entity, id).map_err(report)?;
    let origin_id = row.fields.origin_id();
    let origin_id = origin_id.ok_or_else(|| miette!("{} {name} is not in Magento yet", entity.table()))?;
    crm.check_order_can_be_placed(&row).map_err(report)?;
    let placed = match entity {
        Entity::Cart => {
            crm.move_cart(id, CartStep::PlaceOrder).map_err(report)?;
            PlacedFor::Cart(origin_id)
        }
        _ => PlacedFor::Customer(origin_id),
    };
    let outcome =
        args.shop.ask(&mut crm, (entity, id), async |context, channel| after_order(context, channel, placed).await)?;
    if entity == Entity::Cart {
        crm.note_cart_is_up_to_date(id, outcome.is_ok()).map_err(report)?;
    }
    let found = outcome.connectors.first().is_some_and(|orders| orders.counts.read > 0);
    if outcome.is_ok() && !found {
        return failed(&format!(
            "the shop has no order of {} {name} yet; place it there, then run this",
            entity.table()
        ));
    }
    told(&outcome, "The order is in the CRM.", ORDER_NOT_IMPORTED)
}

/// Moves a cart through its workflow.
pub fn move_cart(args: &MoveCartArgs) -> Outcome {
    let mut crm = args.file.open()?;
    let id = crm.row_named(Entity::Cart, &args.id).map_err(report)?;
    let step = match args.step {
        CartMove::Abandon => CartStep::Abandon,
        CartMove::ConvertToOpportunity => CartStep::ConvertToOpportunity,
        CartMove::Reopen => CartStep::Reopen,
    };
    crm.move_cart(id, step).map_err(report)?;
    let status = crm.require(Entity::Cart, id).map_err(report)?.fields.text("status").unwrap_or_default().to_owned();
    said(&format!("the cart is {status} now"))
}

impl ShopOfRow {
    /// Does something with the shop a row came from; what is written there is audited as in a sync.
    fn ask<T>(
        &self,
        crm: &mut Crm,
        (entity, id): (Entity, RowId),
        work: impl AsyncFnOnce(&mut SyncContext<'_>, IntegrationId) -> Result<T, SyncError>,
    ) -> miette::Result<T> {
        start_logging(self.verbose);
        let channel = crm.require(entity, id).map_err(report)?.fields.link("channel").map(IntegrationId);
        let channel = channel.ok_or_else(|| miette!("the row belongs to no integration"))?;
        let settings = crm.integration(channel).map_err(report)?.settings;
        let help = "give the integration a URL with \"mockgento integration set --url\"";
        let stored = settings.api_url.parse().map_err(|error| miette!(help = help, "its URL is no URL: {error}"))?;
        let url = self.keys.url(&stored)?;
        let key = match self.keys.given()? {
            Some(key) => key,
            // A file that was told to keeps it.
            None if !settings.api_key.expose_secret().is_empty() => settings.api_key,
            None => self.keys.key(&settings.api_user)?,
        };
        self.keys.warn(&stored);
        crm.lend_secrets(channel, &url, &key).map_err(report)?;
        let transport = self.network.transport(&url, Redirects::default())?;
        let _lock = RunLock::take(self.file.path()).map_err(report)?;
        let clock = Clock::system();
        let mut audit = Audit::new(None, self.file.path(), masked(&url), clock.clone());
        let (mut unaudited, stop) = (None, StopFlag::default());
        let options = SyncOptions { stop: stop.clone(), ..SyncOptions::default() };
        let mut events = |event: SyncEvent| {
            if let Err(error) = audit.hear(&event) {
                // What cannot be written down is not sent.
                stop.stop();
                unaudited = Some(error);
            }
        };
        let mut context =
            SyncContext { crm, transport, clock, quirks: self.profile.quirks(), events: &mut events, options };
        let done = runtime()?.block_on(work(&mut context, channel)).map_err(|error| miette!("{error}"));
        match unaudited {
            Some(error) => Err(miette!("the audit cannot be written, so the shop is not asked: {error}")),
            None => done,
        }
    }
}

/// A message of the page, and what the connectors did.
fn told(outcome: &SyncOutcome, good: &str, bad: &str) -> Outcome {
    if outcome.is_ok() {
        let counts = outcome.connectors.iter().map(|done| done.counts);
        let (read, added, updated) = counts.fold((0, 0, 0), |(read, added, updated), counts| {
            (read + counts.read, added + counts.added, updated + counts.updated)
        });
        let mut text = format!("{good}\n{read} rows read, {added} added, {updated} updated");
        for rows in outcome.left_out() {
            text.push_str(&format!("\n{rows}"));
        }
        said(&text)?;
        let lacks = outcome.left_out().iter().any(|rows| rows.fate.is_lack());
        return Ok(if lacks { ExitCode::Incomplete } else { ExitCode::AsExpected });
    }
    let reasons: Vec<String> =
        outcome.connectors.iter().filter(|done| !done.is_ok()).map(|done| done.message()).collect();
    failed(&format!("{bad}\n{}", reasons.join("\n")))
}

fn said(line: &str) -> Outcome {
    let _ = writeln!(output::stdout(), "{line}");
    Ok(ExitCode::AsExpected)
}

fn failed(line: &str) -> Outcome {
    let _ = writeln!(output::stderr(), "{line}");
    Ok(ExitCode::Failed)
}
