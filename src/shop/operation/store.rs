//! Store views and the installation's version: wire spec, section 7.1.

use super::{Call, Operations};
use crate::magento::columns::collation;
use crate::shop::{Refusal, Row};
use crate::soap::{SoapStruct, SoapValue};

pub(super) const OPERATIONS: Operations = &[("storeList", list), ("storeInfo", info), ("magentoInfo", magento_info)];

/// All store views but the admin one, inactive ones included, by their sort order, then by name.
fn list(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let stores = call.shop.database.table("core_store").iter().filter(|(id, _)| *id != 0);
    let mut stores: Vec<&Row> = stores.map(|(_, row)| row).collect();
    stores.sort_by(|a, b| {
        let by_name = || collation::compare(a.text("name"), b.text("name"));
        a.int("sort_order").cmp(&b.int("sort_order")).then_with(by_name)
    });
    Ok(stores.into_iter().map(|row| row.to_struct().into()).collect::<Vec<SoapValue>>().into())
}

/// One store view by id or code; the admin one does not exist for the API.
fn info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let asked = call.text("storeId");
    match call.shop.store(&asked).filter(|store| store.int("store_id") != 0) {
        Some(store) => Ok(store.to_struct().into()),
        None => Err(call.fault("store_not_exists")),
    }
}

fn magento_info(call: &mut Call<'_>) -> Result<SoapValue, Refusal> {
    let version = call.shop.flavor().magento_version();
    Ok(SoapStruct::new().with("magento_version", version).with("magento_edition", "Community").into())
}

impl crate::shop::Shop {
    /// A store view by id or code, as the database compares them.
    pub(in crate::shop) fn store(&self, id_or_code: &str) -> Option<&Row> {
        let stores = self.database.table("core_store");
        match id_or_code.trim().parse::<f64>() {
            Ok(id) => stores.iter().map(|(_, row)| row).find(|row| row.text("store_id").parse() == Ok(id)),
            Err(_) => {
                let code = collation::key(id_or_code);
                stores.iter().map(|(_, row)| row).find(|row| collation::key(row.text("code")) == code)
            }
        }
    }
}
