//! The customer form asks Magento whether an e-mail address is free before it is saved (sync spec 8.1).

use super::context::SyncContext;
use super::convert::key_of;
use super::error::SyncError;
use super::filter::FilterBag;
use super::run::Run;
use crate::client::ClientError;
use crate::crm::edit::email_is_free;
pub use crate::crm::form_values::EMAIL_TAKEN as TAKEN;
use crate::crm::{Entity, IntegrationId, OriginId, RowId};
use crate::quirk::Quirk;
use crate::soap::SoapStruct;

/// The form's words when Magento does not answer.
pub const NO_ANSWER: &str = "Unable to communicate with the Magento instance. Please check integration settings.";

/// Asks; gives what the form says against the address, if anything. `store` is the CRM's row of the store view, whose own
/// key the reference client takes for Magento's; `own` is Magento's id of the customer that is saved.
///
/// # Errors
/// [`SyncError`] when the CRM fails or the integration is not active.
pub async fn objection(
    context: &mut SyncContext<'_>,
    id: IntegrationId,
    email: &str,
    store: Option<RowId>,
    own: Option<OriginId>,
) -> Result<Option<&'static str>, SyncError> {
    let mut run = Run::open(context, id)?;
    let mut filters = FilterBag::new().complex("email", "eq", email);
    if let Some(row) = store {
        let known = run.crm.get(Entity::Store, row)?.and_then(|store| store.fields.origin_id());
        let number = if run.quirks.has(Quirk::UniqueEmailAskedWithRowId) { Some(row.0) } else { known.map(|id| id.0) };
        if let Some(number) = number {
            filters = filters.complex("store_id", "eq", number.to_string());
        }
    }
    Ok(match holders(&mut run, &filters).await {
        Ok(holders) if email_is_free(&holders, own) => None,
        Ok(_) => Some(TAKEN),
        Err(_) => Some(NO_ANSWER),
    })
}

/// Magento's ids of the customers that have it.
async fn holders(run: &mut Run<'_, '_>, filters: &FilterBag) -> Result<Vec<Option<OriginId>>, ClientError> {
    let arguments = SoapStruct::new().with("filters", filters.to_argument());
    let rows = run.client().await?.call_list("customerCustomerList", arguments).await?;
    Ok(rows.iter().map(|row| key_of(row, "customer_id")).collect())
}
