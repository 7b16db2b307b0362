//! Why a client cannot do a case, in names of `features`.

use std::collections::BTreeSet;

use super::testee::Testee;
use crate::quirk::{Profile, Quirks};
use crate::scenario::language::known;
use crate::scenario::language::script::Script;
use crate::scenario::language::setup::integration::IntegrationSetup;
use crate::scenario::language::setup::variant::Variant;
use crate::scenario::language::step::crm_edit::CrmEdit;
use crate::scenario::language::step::magento_edit::MagentoEdit;
use crate::scenario::language::step::sync::SyncStep;
use crate::scenario::language::step::{Step, StepKind};
use crate::scenario::language::text::span::At;
use crate::scenario::language::text::words::YesNo;
use crate::sync::connector::Stream;

/// How often cron may sync in one case; a client needs real time for each.
const CRON_SYNCS_MAX: i64 = 60;

/// Why a client cannot do a case; nothing when it can.
pub fn lacking(testee: &Testee, script: &Script, variant: &Variant, quirks: &Quirks) -> Option<String> {
    if *quirks != Profile::Documented.quirks() {
        return Some("it shows defects of the reference client".to_owned());
    }
    for step in &script.steps {
        match &step.0 {
            StepKind::During(during) if during.kill.is_yes() => {
                return Some("it kills our own sync between two calls".to_owned());
            }
            StepKind::During(during) if !during.in_crm.0.is_empty() => {
                return Some("it edits the CRM between two calls of our own sync".to_owned());
            }
            StepKind::Run(_) => return Some("it runs a program of its own".to_owned()),
            _ => {}
        }
        if let Some(why) = commands_for(&step.0).into_iter().find_map(|command| testee.lacks_command(command)) {
            return Some(why);
        }
    }
    if script.automatic_sync.is_yes() {
        let passes = |step: &At<Step>| match &step.0 {
            StepKind::Advance(interval) => interval.0.as_secs() / 300,
            _ => 0,
        };
        let syncs: i64 = script.steps.iter().map(passes).sum();
        if syncs > CRON_SYNCS_MAX {
            return Some(format!("cron would sync {syncs} times, and each takes real time"));
        }
    }
    let needed = needed(script, variant);
    needed
        .into_iter()
        .find(|feature| !testee.supports(feature))
        .map(|feature| format!("it does not support `{feature}`"))
}

/// Why a client cannot be asked what a scenario expects of the CRM; nothing when it can.
pub fn unseen(testee: &Testee, script: &Script) -> Option<String> {
    let table = tables_of(script).into_iter().find(|table| !testee.shows(table))?;
    let is_own = OF_THE_CRM.contains(&table) || known::record_fields(table).is_some();
    Some(match is_own {
        true => format!(
            "it looks at rows of `{table}`, which a CRM makes itself and Magento has none of, and the client shows none"
        ),
        false => format!("its rows have no `{table}`"),
    })
}

/// Tables whose rows a CRM makes of customers and of what its users do: Magento has no such rows.
pub const OF_THE_CRM: &[&str] = &["account", "contact", "contactPhone", "contactAddress", "lifetimeHistory"];

/// Why a client cannot be compared with ours: it says that it syncs what a case brings and shows no rows of it.
pub fn hidden(testee: &Testee, script: &Script) -> Option<String> {
    let hidden = entities(script).into_iter().find(|entity| testee.declares(entity) && !testee.shows(entity))?;
    Some(format!("it supports `{hidden}`, and its rows have none of it"))
}

/// Entities that a case brings; empty: all of them.
pub fn entities(script: &Script) -> Vec<&str> {
    script
        .integration
        .iter()
        .flat_map(|form| form.entities.iter())
        .flatten()
        .map(|entity| entity.get().as_str())
        .collect()
}

/// Tables that only a client which can leave entities out has rightly without rows, or with them.
pub fn is_brought(client: &Testee, brought: &[&str], table: &str) -> bool {
    let entity = match table {
        "customerAddress" => "customer",
        "orderItem" | "orderAddress" | "orderNote" => "order",
        "cartItem" | "cartAddress" => "cart",
        "creditMemo" | "creditMemoItem" => "credit_memo",
        "newsletterSubscriber" => "newsletter_subscriber",
        other => other,
    };
    let is_entity = Stream::entity_names().contains(&entity);
    brought.is_empty() || client.supports("entities") || !is_entity || brought.contains(&entity)
}

/// The settings of a case as a client has them that lacks some: what every scenario has unless it says otherwise is off.
pub fn settled(testee: &Testee, mut variant: Variant) -> Variant {
    if !testee.supports("guest customer sync") {
        variant.guest_customer_sync = Some(YesNo::No);
    }
    if !testee.supports("order notes") {
        variant.order_notes = Some(YesNo::No);
    }
    variant
}

/// The commands without which a step cannot be done.
fn commands_for(step: &StepKind) -> Vec<&'static str> {
    match step {
        StepKind::Sync(_)
        | StepKind::During(_)
        | StepKind::SyncData(_)
        | StepKind::RunQueue(_)
        | StepKind::ExpireCarts(_) => vec!["sync"],
        StepKind::CheckConnection(_) => vec!["check"],
        StepKind::InCrm(edits) => {
            let command = |edit: &CrmEdit| match edit {
                CrmEdit::ChangeSettings(_) | CrmEdit::CreateChannel(_) => "configure",
                CrmEdit::DeleteChannel(_) => "reset",
                _ => "edit",
            };
            edits.0.iter().map(command).collect()
        }
        _ => Vec::new(),
    }
}

/// Tables of the CRM that a scenario speaks of.
fn tables_of(script: &Script) -> BTreeSet<&str> {
    let expectations = script.steps.iter().filter_map(|step| match &step.0 {
        StepKind::Expect(expectation) => Some(expectation),
        _ => None,
    });
    expectations.flat_map(|expectation| expectation.crm.0.iter().map(|rows| rows.rows.get().as_str())).collect()
}

fn needed(script: &Script, variant: &Variant) -> BTreeSet<&'static str> {
    let mut needs = BTreeSet::new();
    let mut need = |feature: &'static str, is_needed: bool| {
        if is_needed {
            needs.insert(feature);
        }
    };
    let form = &script.first_integration();
    need("guest customer sync", said_yes(form.guest_customer_sync) || said_yes(variant.guest_customer_sync));
    need("two way sync", said_yes(form.two_way_sync) || said_yes(variant.two_way_sync));
    need("order notes", said_yes(form.order_notes) || said_yes(variant.order_notes));
    need("account discovery", script.account_discovery.is_some());
    need("several shops", script.shops.len() > 1);
    need("automatic sync", script.automatic_sync.is_yes());
    let shops = || script.shop.iter().chain(script.shops.values());
    need("ws-i", said_yes(variant.wsi) || shops().any(|shop| shop.wsi.is_yes()) || said_yes(form.wsi_compliance));
    need("without bridge", variant.bridge.is_some() || shops().any(|shop| shop.bridge.is_some()));
    of_form(form, &mut need);
    for step in &script.steps {
        of_step(&step.0, &mut need);
    }
    needs
}

fn said_yes(setting: Option<YesNo>) -> bool {
    setting.is_some_and(YesNo::is_yes)
}

fn of_form(form: &IntegrationSetup, need: &mut impl FnMut(&'static str, bool)) {
    need("split by full name", form.split_by_full_name.is_some());
    need("website", form.website.as_ref().is_some_and(|website| website.get() != "all"));
    need("sync start date", form.sync_start_date.is_some());
    for entity in form.entities.iter().flatten() {
        if let Some(known) = Stream::entity_names().iter().find(|known| *known == entity.get()) {
            need(known, form.entities.as_ref().is_some_and(|entities| entities.len() == 1));
        }
    }
}

fn of_step(step: &StepKind, need: &mut impl FnMut(&'static str, bool)) {
    match step {
        StepKind::Sync(Some(settings)) => of_sync(settings, need),
        StepKind::During(during) => {
            of_sync(&during.sync, need);
            during.in_magento.0.iter().for_each(|edit| of_magento_edit(edit, need));
        }
        StepKind::SyncData(one) => {
            need("sync data", true);
            need("cart", one.cart.is_some());
            need("order", one.order.is_some());
        }
        StepKind::ScheduleSync(_) | StepKind::RunQueue(_) => need("schedule sync", true),
        StepKind::ExpireCarts(_) => {
            need("expire carts", true);
            need("cart", true);
        }
        StepKind::InMagento(edits) => edits.0.iter().for_each(|edit| of_magento_edit(edit, need)),
        StepKind::InCrm(edits) => edits.0.iter().for_each(|edit| of_crm_edit(edit, need)),
        _ => {}
    }
}

fn of_sync(SyncStep { only, force }: &SyncStep, need: &mut impl FnMut(&'static str, bool)) {
    need("only", only.is_some());
    need("force", force.is_yes());
}

fn of_magento_edit(edit: &MagentoEdit, need: &mut impl FnMut(&'static str, bool)) {
    match edit {
        MagentoEdit::CreateCart(_) | MagentoEdit::UpdateCart(_) | MagentoEdit::DeleteCart(_) => need("cart", true),
        MagentoEdit::PlaceOrder(_) | MagentoEdit::UpdateOrder(_) => need("order", true),
        MagentoEdit::RefundOrder(_) => need("credit_memo", true),
        MagentoEdit::Subscribe(_) | MagentoEdit::Unsubscribe(_) => need("newsletter_subscriber", true),
        MagentoEdit::InstallBridge(_) => need("without bridge", true),
        MagentoEdit::SetWsi(_) => need("ws-i", true),
        _ => {}
    }
}

fn of_crm_edit(edit: &CrmEdit, need: &mut impl FnMut(&'static str, bool)) {
    match edit {
        CrmEdit::CreateCustomer(_)
        | CrmEdit::UpdateCustomer(_)
        | CrmEdit::CreateAddress(_)
        | CrmEdit::UpdateAddress(_)
        | CrmEdit::Register(_) => need("edit customers", true),
        CrmEdit::MoveCart(_) => need("edit carts", true),
        CrmEdit::PlaceOrder(_) => need("place orders", true),
        CrmEdit::Subscribe(_) | CrmEdit::Unsubscribe(_) => need("edit subscriptions", true),
        CrmEdit::DeleteContact(_)
        | CrmEdit::AddContacts(_)
        | CrmEdit::CopyAddresses(_)
        | CrmEdit::RecalculateLifetimes(_) => need("contacts", true),
        CrmEdit::DeleteChannel(_) | CrmEdit::CreateChannel(_) => need("delete channel", true),
        CrmEdit::ChangeSettings(changed) => {
            need("change settings", true);
            need("two way sync", said_yes(changed.set.two_way_sync));
            of_form(&changed.set, need);
        }
    }
}
