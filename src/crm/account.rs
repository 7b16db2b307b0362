//! Account discovery for new customers: sync spec, section 7.1.

use serde::{Deserialize, Serialize};

use super::condition::{Condition, Order};
use super::rows::column;
use super::{Crm, CrmError, CrmValue, Entity, Fields, Row, RowId};
use crate::quirk::{Quirk, Quirks};

/// The field of a discovery configuration that stands for the addresses.
pub const ADDRESSES: &str = "addresses";

/// Characters that the name of an account may have.
pub const NAME_LENGTH_MAX: usize = 255;

/// How a customer's account is looked for; replaced as a whole, never merged.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, Eq, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DiscoveryConfig {
    /// Customer fields that must all match; `addresses` stands for [`DiscoveryConfig::address_fields`]. None means:
    /// never look, always create.
    #[serde(default = "default_fields")]
    pub fields: Vec<String>,
    /// Address fields compared when `addresses` is among the fields.
    #[serde(default)]
    pub address_fields: Vec<String>,
    /// How addresses are compared.
    #[serde(default)]
    pub address_strategy: AddressStrategy,
    /// Which of several matches is taken.
    #[serde(default, rename = "match")]
    pub pick: Pick,
    /// Whether an empty field of a candidate matches anything.
    #[serde(default)]
    pub empty: bool,
}

fn default_fields() -> Vec<String> {
    ["firstName", "lastName", "email"].map(str::to_owned).to_vec()
}

impl Default for DiscoveryConfig {
    fn default() -> Self {
        Self {
            fields: default_fields(),
            address_fields: Vec::new(),
            address_strategy: AddressStrategy::AnyOf,
            pick: Pick::First,
            empty: false,
        }
    }
}

impl DiscoveryConfig {
    /// Checks the names of fields; a configuration that compares addresses must say on which fields.
    pub(super) fn validate(&self) -> Result<(), CrmError> {
        for field in self.fields.iter().filter(|field| *field != ADDRESSES) {
            column(Entity::Customer, field)?;
        }
        for field in &self.address_fields {
            column(Entity::CustomerAddress, field)?;
        }
        let by_addresses = self.fields.iter().any(|field| field == ADDRESSES);
        if by_addresses == self.address_fields.is_empty() {
            let text =
                "account discovery: list \"addresses\" among the fields together with address_fields, or neither";
            return Err(CrmError::Forbidden(text.to_owned()));
        }
        Ok(())
    }

    /// Whether two rows agree in a field: nothing equals null, but with `empty` a blank field of the other one fits.
    fn agree(&self, ours: &Row, theirs: &Row, field: &str) -> bool {
        let value = |row: &Row| row.fields.get(field).cloned().unwrap_or_default();
        let (ours, theirs) = (value(ours), value(theirs));
        let is_blank = theirs.is_null() || theirs.as_text() == Some("");
        !ours.is_null() && ours == theirs || self.empty && is_blank
    }
}

/// Which of several matching customers lends its account.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Pick {
    /// The first the database finds, here the oldest.
    #[default]
    First,
    /// The newest matching customer.
    Latest,
}

impl Pick {
    fn order(self) -> Order {
        match self {
            Self::First => Order::Oldest,
            Self::Latest => Order::Newest,
        }
    }
}

/// How the addresses of two customers are compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddressStrategy {
    /// Any address equals any address.
    #[default]
    AnyOf,
    /// Some typed address equals one that shares a type.
    ByType,
    /// Every address equals the other's shipping address.
    Shipping,
    /// Every address equals the other's billing address.
    Billing,
}

/// `FIRST LAST`, cut to `max` characters; `N/A` when both are empty (vectors 151 and 152).
pub fn account_name(first: Option<&str>, last: Option<&str>, max: usize) -> String {
    let (first, last) = (first.unwrap_or_default().trim(), last.unwrap_or_default().trim());
    let name: String = format!("{first} {last}").trim().chars().take(max).collect();
    if name.is_empty() { "N/A".to_owned() } else { name }
}

impl Crm {
    /// Finds or makes the account of a customer that has none; the caller links the two.
    pub(super) fn discover_account(&mut self, customer: &Row, quirks: &Quirks) -> Result<RowId, CrmError> {
        if let Some(account) = customer.fields.link("account") {
            return Ok(account);
        }
        match self.similar_customer(customer, quirks)?.and_then(|row| row.fields.link("account")) {
            Some(account) => Ok(account),
            None => {
                let (first, last) = (customer.fields.text("firstName"), customer.fields.text("lastName"));
                let mut fields = Fields::new().with("name", account_name(first, last, NAME_LENGTH_MAX));
                fields.set("owner", customer.fields.get("owner").cloned().unwrap_or_default());
                fields.set("defaultContact", customer.fields.get("contact").cloned().unwrap_or_default());
                self.insert(Entity::Account, fields)
            }
        }
    }

    /// A customer, not an account, that agrees in all the configured fields. Plain fields are compared by the database,
    /// addresses here, candidate by candidate until one fits.
    ///
    /// A customer without addresses to compare is found by the other fields alone. Where there are none, nobody is like
    /// them; for the reference client anybody is.
    pub(super) fn similar_customer(&self, customer: &Row, quirks: &Quirks) -> Result<Option<Row>, CrmError> {
        let config = &self.discovery;
        if config.fields.is_empty() {
            return Ok(None);
        }
        let by_addresses = config.fields.iter().any(|field| field == ADDRESSES);
        let ours = if by_addresses { self.compared_addresses(customer.id)? } else { Vec::new() };
        let by_nothing = by_addresses && ours.is_empty() && config.fields.iter().all(|field| field == ADDRESSES);
        if by_nothing && !quirks.has(Quirk::AnybodySharesAnAccount) {
            return Ok(None);
        }
        let by_addresses = by_addresses && !ours.is_empty();
        let mut conditions = vec![Condition::IsNot(customer.id)];
        for field in config.fields.iter().filter(|field| *field != ADDRESSES) {
            let value = customer.fields.get(field).unwrap_or(&CrmValue::Null);
            conditions.push(if config.empty {
                Condition::EqualsOrBlank(field, value)
            } else if value.is_null() {
                // Nothing equals null, and without it no customer can match.
                return Ok(None);
            } else {
                Condition::Equals(field, value)
            });
        }
        let limit = if by_addresses { None } else { Some(1) };
        for candidate in self.select_where(Entity::Customer, conditions, config.pick.order(), limit)? {
            if !by_addresses || self.addresses_agree(&ours, candidate.id)? {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    /// The addresses by which a customer is compared: by type, those that have one.
    fn compared_addresses(&self, customer: RowId) -> Result<Vec<Row>, CrmError> {
        let mut addresses = self.find(Entity::CustomerAddress, &[("owner", CrmValue::Ref(customer))])?;
        if self.discovery.address_strategy == AddressStrategy::ByType {
            addresses.retain(|address| !types(address).is_empty());
        }
        Ok(addresses)
    }

    fn addresses_agree(&self, ours: &[Row], theirs: RowId) -> Result<bool, CrmError> {
        let theirs = self.find(Entity::CustomerAddress, &[("owner", CrmValue::Ref(theirs))])?;
        let equal =
            |a: &Row, b: &Row| self.discovery.address_fields.iter().all(|field| self.discovery.agree(a, b, field));
        let typed = |row: &Row, kind: &str| types(row).iter().any(|t| t == kind);
        Ok(match self.discovery.address_strategy {
            AddressStrategy::AnyOf => ours.iter().any(|a| theirs.iter().any(|b| equal(a, b))),
            AddressStrategy::ByType => ours.iter().any(|a| {
                let shares_type = |b: &Row| types(a).iter().any(|kind| typed(b, kind));
                theirs.iter().any(|b| shares_type(b) && equal(a, b))
            }),
            AddressStrategy::Shipping => all_equal(ours, &theirs, "shipping", &equal, &typed),
            AddressStrategy::Billing => all_equal(ours, &theirs, "billing", &equal, &typed),
        })
    }
}

fn all_equal(
    ours: &[Row],
    theirs: &[Row],
    kind: &str,
    equal: &impl Fn(&Row, &Row) -> bool,
    typed: &impl Fn(&Row, &str) -> bool,
) -> bool {
    let target = theirs.iter().find(|row| typed(row, kind));
    target.is_some_and(|target| ours.iter().all(|address| equal(address, target)))
}

/// The types of an address row.
pub(super) fn types(row: &Row) -> Vec<String> {
    match row.fields.get("types") {
        Some(CrmValue::TextList(types)) => types.clone(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::crm::{IntegrationSettings, integration::SYNC_START_DATE};
    use crate::quirk::Profile;
    use crate::secret::ApiKey;
    use jiff::Timestamp;

    /// Vectors 151 and 152.
    #[test]
    fn account_names_are_joined_trimmed_and_cut() {
        for (first, last, max, expected) in [
            (
                "Too long first name for Account",
                "Too long last name for Account",
                42,
                "Too long first name for Account Too long l",
            ),
            ("", "  Last Name  ", 255, "Last Name"),
            ("", "", 255, "N/A"),
        ] {
            assert_eq!(account_name(Some(first), Some(last), max), expected);
        }
    }

    /// The data of vectors 147 to 150: who is found for whom.
    fn found_for(config: DiscoveryConfig, wanted: usize) -> Vec<usize> {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let settings = IntegrationSettings {
            api_url: "u".into(),
            api_user: "u".into(),
            api_key: ApiKey::new("k"),
            sync_start_date: SYNC_START_DATE,
            ..IntegrationSettings::default()
        };
        let channel = crm.add_integration(&settings).unwrap().0;
        let customers: [(&str, &[(&str, &str)]); 5] = [
            ("fn1", &[("billing", "123456")]),
            ("fn1", &[("billing", "555555")]),
            ("fn2", &[("shipping", "123456")]),
            ("fn2", &[("shipping", "555555")]),
            ("fn2", &[("billing", "123456"), ("shipping", "555555")]),
        ];
        let mut ids = Vec::new();
        for (name, addresses) in customers {
            let id =
                crm.insert(Entity::Customer, Fields::new().with("channel", channel).with("firstName", name)).unwrap();
            for (kind, code) in addresses {
                let types = CrmValue::TextList(vec![(*kind).to_owned()]);
                let fields = Fields::new().with("owner", id).with("postalCode", *code).with("types", types);
                crm.insert(Entity::CustomerAddress, fields).unwrap();
            }
            ids.push(id);
        }
        crm.set_discovery(config).unwrap();
        let us = crm.require(Entity::Customer, ids[wanted - 1]).unwrap();
        let mut found = Vec::new();
        // One by one, so that every match shows and not only the first.
        for (at, id) in ids.iter().enumerate() {
            if *id == us.id {
                found.push(at + 1);
                continue;
            }
            let others: Vec<RowId> = ids.iter().copied().filter(|other| other != id && *other != us.id).collect();
            let result: Result<bool, CrmError> = crm.transaction(|crm| {
                for other in &others {
                    crm.delete(Entity::Customer, *other)?;
                }
                let is_match = crm.similar_customer(&us, &Quirks::default())?.is_some();
                Err(CrmError::Forbidden(is_match.to_string()))
            });
            if result.unwrap_err().to_string() == "true" {
                found.push(at + 1);
            }
        }
        found
    }

    #[test]
    fn customers_are_similar_by_fields_and_by_addresses() {
        let by_name = || DiscoveryConfig { fields: vec!["firstName".to_owned()], ..DiscoveryConfig::default() };
        let by_address = |strategy| DiscoveryConfig {
            fields: vec!["addresses".to_owned()],
            address_fields: vec!["postalCode".to_owned()],
            address_strategy: strategy,
            ..DiscoveryConfig::default()
        };
        assert_eq!(found_for(by_name(), 1), [1, 2]);
        assert_eq!(found_for(by_name(), 3), [3, 4, 5]);
        assert_eq!(found_for(by_address(AddressStrategy::AnyOf), 1), [1, 3, 5]);
        assert_eq!(found_for(by_address(AddressStrategy::AnyOf), 3), [1, 3, 5]);
        assert_eq!(found_for(by_address(AddressStrategy::ByType), 1), [1, 5]);
        assert_eq!(found_for(by_address(AddressStrategy::ByType), 3), [3]);
        for (strategy, wanted, expected) in [
            (AddressStrategy::Billing, 1, &[1, 5][..]),
            (AddressStrategy::Billing, 3, &[1, 3, 5]),
            (AddressStrategy::Shipping, 1, &[1, 3]),
            (AddressStrategy::Shipping, 3, &[3]),
        ] {
            assert_eq!(found_for(by_address(strategy), wanted), expected, "{strategy:?} of {wanted}");
        }
    }

    /// Whose account a customer without addresses gets, by what else is compared.
    #[test]
    fn a_customer_without_addresses_is_found_by_the_other_fields_alone() {
        let (documented, reference) = (Quirks::default(), Profile::OroCrm41.quirks());
        let config = |fields: &[&str], address_strategy| DiscoveryConfig {
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            address_fields: vec!["postalCode".to_owned()],
            address_strategy,
            ..DiscoveryConfig::default()
        };
        let (any, typed) = (AddressStrategy::AnyOf, AddressStrategy::ByType);
        for (config, ours, quirks, expected) in [
            (config(&["firstName", ADDRESSES], any), None, &documented, true),
            (config(&["lastName", ADDRESSES], any), None, &documented, false),
            (config(&[ADDRESSES], any), None, &documented, false),
            (config(&[ADDRESSES], any), None, &reference, true),
            (config(&[ADDRESSES], any), Some(("1", "")), &reference, false),
            // An address without type is none to compare by type.
            (config(&["firstName", ADDRESSES], typed), Some(("1", "")), &documented, true),
            (config(&["firstName", ADDRESSES], typed), Some(("1", "billing")), &documented, false),
        ] {
            let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
            crm.set_discovery(config.clone()).unwrap();
            let settings = IntegrationSettings {
                api_url: "u".into(),
                api_user: "u".into(),
                api_key: ApiKey::new("k"),
                ..IntegrationSettings::default()
            };
            let channel = crm.add_integration(&settings).unwrap().0;
            let person =
                |last: &str| Fields::new().with("channel", channel).with("firstName", "Ann").with("lastName", last);
            let other = crm.insert(Entity::Customer, person("Lee")).unwrap();
            let mut live_at = |id: RowId, code: &str, kind: &str| {
                let types = CrmValue::TextList(if kind.is_empty() { vec![] } else { vec![kind.to_owned()] });
                let fields = Fields::new().with("owner", id).with("postalCode", code).with("types", types);
                crm.insert(Entity::CustomerAddress, fields).unwrap();
            };
            live_at(other, "2", "billing");
            let us = crm.insert(Entity::Customer, person("Poe")).unwrap();
            if let Some((code, kind)) = ours {
                let types = CrmValue::TextList(if kind.is_empty() { vec![] } else { vec![kind.to_owned()] });
                let fields = Fields::new().with("owner", us).with("postalCode", code).with("types", types);
                crm.insert(Entity::CustomerAddress, fields).unwrap();
            }
            let us = crm.require(Entity::Customer, us).unwrap();
            let found = crm.similar_customer(&us, quirks).unwrap();
            assert_eq!(found.is_some(), expected, "{config:?} {ours:?}");
        }
    }

    #[test]
    fn a_discovery_configuration_names_existing_fields() {
        let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
        let config = |fields: &[&str], address_fields: &[&str]| DiscoveryConfig {
            fields: fields.iter().map(|field| (*field).to_owned()).collect(),
            address_fields: address_fields.iter().map(|field| (*field).to_owned()).collect(),
            ..DiscoveryConfig::default()
        };
        for (config, allowed) in [
            (config(&[], &[]), true),
            (config(&["vat", ADDRESSES], &["city"]), true),
            (config(&["e-mail"], &[]), false),
            (config(&[ADDRESSES], &[]), false),
            (config(&[ADDRESSES], &["zip"]), false),
            (config(&["vat"], &["city"]), false),
        ] {
            assert_eq!(crm.set_discovery(config.clone()).is_ok(), allowed, "{config:?}");
        }
    }

    /// Names of the accounts of five customers created one after the other, by discovery configuration.
    #[test]
    fn a_new_customer_joins_the_account_of_a_similar_one() {
        let joined = |config: DiscoveryConfig| {
            let mut crm = Crm::in_memory(Clock::virtual_at(Timestamp::UNIX_EPOCH)).unwrap();
            crm.set_discovery(config).unwrap();
            let settings = IntegrationSettings {
                api_url: "u".into(),
                api_user: "u".into(),
                api_key: ApiKey::new("k"),
                ..IntegrationSettings::default()
            };
            let channel = crm.add_integration(&settings).unwrap().0;
            let people =
                [("ä@x.com", "Ann"), ("b@x.com", "Ann"), ("Ä@x.com", "Ann"), ("ä@x.com", ""), ("B@X.com", "Ann")];
            let ids = people.map(|(email, name)| {
                let base = Fields::new().with("channel", channel).with("email", email).with("firstName", name);
                let id = crm.insert(Entity::Customer, base.with("lastName", "Lee")).unwrap();
                crm.customer_created(id, &Quirks::default()).unwrap();
                id
            });
            assert_eq!(crm.count(Entity::Contact).unwrap(), 5, "everybody gets a contact");
            ids.map(|id| crm.require(Entity::Customer, id).unwrap().fields.link("account").unwrap().0)
        };
        let default = DiscoveryConfig::default;
        let by_name = || DiscoveryConfig { fields: vec!["lastName".to_owned(), "firstName".to_owned()], ..default() };
        assert_eq!(joined(default()), [1, 2, 1, 3, 2]);
        assert_eq!(joined(DiscoveryConfig { fields: Vec::new(), ..default() }), [1, 2, 3, 4, 5]);
        assert_eq!(joined(by_name()), [1, 1, 1, 2, 1]);
        assert_eq!(joined(DiscoveryConfig { empty: true, pick: Pick::Latest, ..by_name() }), [1, 1, 1, 2, 2]);
    }
}
