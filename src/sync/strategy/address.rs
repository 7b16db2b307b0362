//! Countries and regions of imported addresses (sync spec 5.7, "region resolution").

use crate::crm::CrmValue;
use crate::quirk::{Quirk, Quirks};
use crate::sync::convert::Record;
use crate::sync::convert::country::system_region;

/// A row of the Magento region dictionary, as far as addresses need it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegionFacts {
    /// Magento's number of the region.
    pub magento_id: i64,
    /// The code of the country, two letters.
    pub country: String,
    /// Magento's code of the region.
    pub code: String,
    /// The name of the region.
    pub name: Option<String>,
}

/// Whose address it is; customers' addresses have a quirk of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressKind {
    /// The address belongs to a customer.
    Customer,
    /// An order's or a cart's.
    Sale,
}

/// Settles `country`, `countryText`, `region` and `regionText` of an address. `region` becomes a combined code of the
/// CRM's own directory; the raw country text goes once the country is known.
///
/// In the reference client the region of a customer's address is always null.
pub fn resolve_region(record: &mut Record, region: Option<&RegionFacts>, kind: AddressKind, quirks: &Quirks) {
    let country_known = record.text("country").is_some();
    let link = record.links.shift_remove("region").flatten();
    if country_known {
        record.values.insert("countryText", CrmValue::Null);
    }
    let never = kind == AddressKind::Customer && quirks.has(Quirk::CustomerAddressWithoutRegion);
    let found = region.filter(|_| link.is_some() && country_known && !never);
    let system = found.and_then(|region| system_region(&region.country, &region.code));
    if system.is_some() {
        record.values.insert("regionText", CrmValue::Null);
    } else if let Some(name) = found.and_then(|region| region.name.clone()) {
        record.values.insert("regionText", CrmValue::Text(name));
    }
    record.values.insert("region", system.map_or(CrmValue::Null, CrmValue::Text));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crm::Entity;
    use crate::crm::OriginId;
    use crate::quirk::Profile;
    use crate::sync::convert::Link;

    fn address(country: Option<&str>, region_id: Option<i64>) -> Record {
        let mut record = Record::default();
        record.values.insert("country", country.map_or(CrmValue::Null, |code| CrmValue::Text(code.into())));
        record.values.insert("countryText", CrmValue::Text("raw".into()));
        record.values.insert("regionText", CrmValue::Text("typed".into()));
        record.links.insert("region", region_id.map(|id| Link::to(Entity::Region, OriginId(id))));
        record
    }

    fn facts(country: &str, code: &str, name: &str) -> RegionFacts {
        RegionFacts { magento_id: 1, country: country.into(), code: code.into(), name: Some(name.into()) }
    }

    #[test]
    fn a_region_is_settled_by_the_dictionary() {
        // the reference client gives customer addresses none.
        let (documented, reference) = (Quirks::default(), Profile::OroCrm41.quirks());
        let california = || Some(facts("US", "CA", "California"));
        let (customer, sale) = (AddressKind::Customer, AddressKind::Sale);
        for (country, id, region, kind, quirks, expected) in [
            (Some("US"), Some(12), california(), customer, &documented, (Some("US-CA"), None, None)),
            (Some("FR"), Some(182), Some(facts("FR", "1", "Ain")), sale, &documented, (Some("FR-01"), None, None)),
            (Some("DE"), Some(81), Some(facts("DE", "BAY", "Bayern")), sale, &documented, (None, Some("Bayern"), None)),
            // Vector 127: an unknown region is no error.
            (Some("DE"), Some(9999), None, customer, &documented, (None, Some("typed"), None)),
            (None, Some(12), california(), customer, &documented, (None, Some("typed"), Some("raw"))),
            (Some("US"), None, None, customer, &documented, (None, Some("typed"), None)),
            (Some("US"), Some(12), california(), customer, &reference, (None, Some("typed"), None)),
            (Some("US"), Some(12), california(), sale, &reference, (Some("US-CA"), None, None)),
        ] {
            let mut record = address(country, id);
            resolve_region(&mut record, region.as_ref(), kind, quirks);
            assert_eq!((record.text("region"), record.text("regionText"), record.text("countryText")), expected);
        }
    }
}
