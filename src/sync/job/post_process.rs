//! The post-processing jobs: missing relations are fetched by id, guests are made, what waited is imported, details are
//! loaded (sync spec 4.8; client trace, section 5). The steps of all jobs stand in one order; a stream fills only the
//! lists that its own job has.

use super::import::{Import, Stop};
use crate::client::ClientError;
use crate::crm::OriginId;
use crate::quirk::Quirk;
use crate::soap::SoapStruct;
use crate::sync::connector::Connector;
use crate::sync::connector::list::PAGE_SIZE;
use crate::sync::connector::source::RowSource;
use crate::sync::error::CallError;
use crate::sync::run::Run;
use crate::sync::stream::waiting::{Batch, Pass, details_to_load, ids_to_load};
use crate::sync::stream::{BATCH_SIZE, Details, Listed, cart, customer, guest, order};
use crate::sync::warning::Warning;

/// Works off everything that waits.
pub(super) async fn work_off(import: &mut Import, run: &mut Run<'_, '_>) -> Result<(), Stop> {
    let waiting = std::mem::take(&mut import.waiting);
    // The rows are half in the CRM already.
    let _in_hand = run.stop.in_hand();
    let worked = async {
        if !waiting.orders.is_empty() {
            // Boxed, because orders have a post-processing job of their own.
            Box::pin(orders(import, run, &ids_to_load(&waiting.orders))).await?;
        }
        let mut customers = Import::by_id(Connector::Customer, &customer::RULES, import.outcome.kind);
        by_ids(&mut customers, run, &ids_to_load(&waiting.customers)).await?;
        let scope = run.scope();
        guest::create_all(run.crm, &scope, &waiting.guests, &mut import.outcome)?;
        if run.bridge.is_supported() {
            let mut carts = Import::by_id(Connector::Cart, &cart::RULES, import.outcome.kind);
            by_ids(&mut carts, run, &ids_to_load(&waiting.carts)).await?;
            import.outcome.warnings.extend(carts.outcome.warnings);
        }
        import.write_postponed(run, waiting.rows)?;
        let details = std::mem::take(&mut customers.waiting.details);
        load_details(&mut customers, run, details).await?;
        import.outcome.warnings.append(&mut customers.outcome.warnings);
        let own = waiting.details.into_iter().chain(std::mem::take(&mut import.waiting.details)).collect();
        load_details(import, run, own).await
    };
    match worked.await {
        Err(Stop::Failed(reason)) => {
            let job = import.stream().import_job();
            Err(Stop::Failed(format!("Post processing job \"{job}\" failed. Errors: {reason}")))
        }
        result => result,
    }
}

/// Orders by id, with everything that they miss in turn.
async fn orders(import: &mut Import, run: &mut Run<'_, '_>, ids: &[OriginId]) -> Result<(), Stop> {
    let mut orders = Import::by_id(Connector::Order, &order::RULES, import.outcome.kind);
    let rows = rows_by_ids(run, orders.rules, ids).await?;
    let is_whole = note_holes(run, orders.rules, ids)?;
    for row in rows {
        orders.take(run, row).await?;
    }
    orders.finish(run).await?;
    if is_whole {
        forget_holes(run, orders.rules, ids)?;
    }
    import.outcome.warnings.extend(orders.outcome.warnings);
    Ok(())
}

/// What was fetched by id may be in no window that is read again, so it is noted when it lacks something, and fetched once
/// more with the next run. Says whether it lacks nothing.
fn note_holes(run: &mut Run<'_, '_>, rules: &Listed, ids: &[OriginId]) -> Result<bool, Stop> {
    let Some(list) = rules.noted_as else { return Ok(true) };
    if !run.scope().is_incomplete {
        return Ok(true);
    }
    for id in ids {
        run.crm.note_missing_detail(run.integration.id, list, &id.to_string())?;
    }
    Ok(false)
}

/// Forgets what was noted of rows that are whole, once they are written: a run that is killed before that asks for them again.
fn forget_holes(run: &mut Run<'_, '_>, rules: &Listed, ids: &[OriginId]) -> Result<(), Stop> {
    let Some(list) = rules.noted_as else { return Ok(()) };
    let channel = run.integration.id;
    if !run.crm.missing_details(channel, list)?.is_empty() {
        for id in ids {
            run.crm.forget_missing_detail(channel, list, &id.to_string())?;
        }
    }
    Ok(())
}

/// Rows by id, imported without looking for what they miss.
async fn by_ids(found: &mut Import, run: &mut Run<'_, '_>, ids: &[OriginId]) -> Result<(), Stop> {
    if ids.is_empty() {
        return Ok(());
    }
    let rows = rows_by_ids(run, found.rules, ids).await?;
    let is_whole = note_holes(run, found.rules, ids)?;
    found.write_postponed(run, rows)?;
    if is_whole {
        forget_holes(run, found.rules, ids)?;
    }
    Ok(())
}

/// What the list gives of the ids, a page at a time; others are dropped silently.
async fn rows_by_ids(run: &mut Run<'_, '_>, rules: &Listed, ids: &[OriginId]) -> Result<Vec<SoapStruct>, Stop> {
    let page = run.integration.settings.page_size.filter(|size| *size > 0).unwrap_or(PAGE_SIZE);
    // One page is asked for, so the reference client loses what does not fit in it.
    let at_a_time = if run.quirks.has(Quirk::PagesByNumber) { ids.len() } else { page };
    let mut rows = Vec::new();
    for ids in ids.chunks(at_a_time.max(1)) {
        let asked = async {
            let mut source = RowSource::by_ids(run.list_by_ids(rules, ids).await?);
            while let Some(row) = source.next(run.client().await?).await? {
                rows.push(row);
            }
            Ok::<_, CallError>(())
        };
        asked.await.map_err(|error| Stop::Failed(error.to_string()))?;
    }
    Ok(rows)
}

/// The details of each row by ascending key. One that fails is named, the bare row stays, and the next sync asks again.
async fn load_details(
    import: &mut Import,
    run: &mut Run<'_, '_>,
    details: Vec<(String, SoapStruct)>,
) -> Result<(), Stop> {
    let Some(rules) = &import.rules.details else { return Ok(()) };
    let mut batch = Batch::new();
    for (key, bare) in details_to_load(details) {
        if !import.wants_details(&key) {
            continue;
        }
        match detail_of(run, rules, &key).await {
            Ok(row) => {
                import.whole.push(key.clone());
                batch.insert(key, row);
            }
            Err(error) => {
                let what = import.stream().record();
                let warning = Warning::DetailsMissing { what, key: key.clone(), error: error.to_string() };
                import.outcome.warnings.push(warning);
                if error.fault_code() == Some(rules.gone_fault) {
                    import.forget_missing(run.crm, run.integration.id, &key)?;
                } else {
                    run.crm.note_missing_detail(run.integration.id, import.stream().connector_name(), &key)?;
                }
                // The bare row goes through once more, so that an account is found for it all the same.
                if rules.bare_again && !bare.is_empty() {
                    batch.insert(key, bare);
                }
            }
        }
        if batch.len() >= BATCH_SIZE {
            import.write(run, &std::mem::take(&mut batch), Pass::Details)?;
        }
    }
    import.write(run, &batch, Pass::Details)
}

async fn detail_of(run: &mut Run<'_, '_>, rules: &Details, key: &str) -> Result<SoapStruct, ClientError> {
    let bridge = run.bridge.clone();
    (rules.ask)(run.client().await?, key, &bridge).await
}
