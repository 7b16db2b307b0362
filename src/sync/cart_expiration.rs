//! The daily look for carts that Magento no longer has: open carts of the CRM that the shop does not return have expired
//! (sync spec 9.2).

use super::connector::list::ScopedBy;
use super::connector::{Connector, dictionary};
use super::context::SyncContext;
use super::convert::dictionary::stores_of_website;
use super::convert::key_of;
use super::error::{CallError, SyncError};
use super::filter::pager;
use super::run::Run;
use super::stream::cart;
use crate::crm::{CrmError, CrmValue, Entity, Fields, IntegrationId, OriginId, RowId, StoreId, WebsiteId};
use crate::soap::{SoapStruct, SoapValue};

/// Carts asked for at a time.
const PAGE_SIZE: usize = 200;

/// How a look for expired carts ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expiration {
    /// All open carts were compared; the origin ids of those that are expired now.
    Done(Vec<OriginId>),
    /// There was nothing to do it with, and why (vector 143).
    Rejected(String),
    /// The shop refused; what was compared before stays.
    Failed(String),
}

/// Compares the open carts of an integration with the shop, 200 at a time.
///
/// # Errors
/// [`SyncError`] when the CRM fails. A disabled integration is a rejection.
pub async fn expire_carts(context: &mut SyncContext<'_>, id: IntegrationId) -> Result<Expiration, SyncError> {
    let mut run = match Run::open(context, id) {
        Ok(run) => run,
        Err(error @ SyncError::Disabled { .. }) => return Ok(Expiration::Rejected(error.to_string())),
        Err(error) => return Err(error),
    };
    run.find_bridge().await?;
    if !run.connectors().contains(&Connector::Cart) {
        return Ok(Expiration::Rejected("the channel has no carts".to_owned()));
    }
    if !run.bridge.is_supported() {
        return Ok(Expiration::Rejected("Oro Bridge extension is not installed, or too old for this.".to_owned()));
    }
    let stores = match stores(&mut run).await {
        Ok(stores) => stores,
        Err(error) => return Ok(Expiration::Failed(error.to_string())),
    };
    let mut expired = Vec::new();
    let open = open_carts(&run)?;
    for batch in open.chunks(PAGE_SIZE) {
        let ids: Vec<OriginId> = batch.iter().map(|(origin_id, _)| *origin_id).collect();
        let found = match returned(&mut run, &ids, &stores).await {
            Ok(found) => found,
            Err(error) => return Ok(Expiration::Failed(error.to_string())),
        };
        let gone = not_returned(batch, &found);
        run.crm.transaction(|crm| {
            let status = Fields::new().with("status", "expired");
            gone.iter().try_for_each(|(_, row)| crm.update(Entity::Cart, *row, &status))
        })?;
        expired.extend(gone.iter().map(|(origin_id, _)| *origin_id));
    }
    Ok(Expiration::Done(expired))
}

/// Magento's store ids of the website; all of them, the admin's too, for all websites (vector 142).
async fn stores(run: &mut Run<'_, '_>) -> Result<Vec<StoreId>, CallError> {
    let website = run.integration.settings.website_id;
    let rows = dictionary::stores(run.client().await?).await?;
    if website == WebsiteId::ALL {
        let id = |row: &SoapStruct| row.get("store_id").and_then(SoapValue::to_int).map(StoreId);
        let all: Vec<StoreId> = rows.iter().filter_map(id).collect();
        return if all.is_empty() { Err(CallError::NoStores(website)) } else { Ok(all) };
    }
    stores_of_website(&rows, website).ok_or(CallError::NoStores(website))
}

/// Open carts by origin id, ascending.
fn open_carts(run: &Run<'_, '_>) -> Result<Vec<(OriginId, RowId)>, CrmError> {
    let key = [("channel", CrmValue::Ref(run.integration.id.0)), ("status", "open".into())];
    let rows = run.crm.find(Entity::Cart, &key)?;
    let mut carts: Vec<_> = rows.iter().filter_map(|row| Some((row.fields.origin_id()?, row.id))).collect();
    carts.sort_unstable();
    Ok(carts)
}

fn not_returned<'a>(batch: &'a [(OriginId, RowId)], found: &[OriginId]) -> Vec<&'a (OriginId, RowId)> {
    batch.iter().filter(|(origin_id, _)| !found.contains(origin_id)).collect()
}

/// One page of carts by their ids.
async fn returned(run: &mut Run<'_, '_>, ids: &[OriginId], stores: &[StoreId]) -> Result<Vec<OriginId>, CallError> {
    let call = (cart::RULES.list)(&run.bridge)?.of_website(ScopedBy::Stores, WebsiteId::ALL, Some(stores)).of_ids(ids);
    let filters = call.filters.to_argument();
    let arguments = SoapStruct::new().with("filters", filters).with("pager", pager(1, PAGE_SIZE));
    let rows = run.client().await?.call_list(call.operation, arguments).await?;
    Ok(rows.iter().filter_map(|row| key_of(row, call.key)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn carts_that_the_shop_does_not_return_are_gone_batch_by_batch() {
        // Vector 141: rows 1, 2, 3 stand for carts 11, 22, 33; the shop knows 22 only.
        let carts = [(OriginId(11), RowId(1)), (OriginId(22), RowId(2)), (OriginId(33), RowId(3))];
        let answers: [&[OriginId]; 2] = [&[OriginId(22)], &[]];
        let gone: Vec<Vec<i64>> = carts
            .chunks(2)
            .zip(answers)
            .map(|(batch, found)| not_returned(batch, found).iter().map(|(_, row)| row.0).collect())
            .collect();
        assert_eq!(gone, [[1], [3]]);
    }
}
