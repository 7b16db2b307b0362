//! What the forms of customers and their addresses take in each field, besides what its column holds: OroCRM's constraints
//! (`validation.yml` of its Magento and address bundles), and the choices that the forms offer.

use super::export_queue::REMOVED;
use super::form::is_email;
use super::{Crm, CrmError, CrmValue, Entity, Fields, IntegrationId};
use crate::datetime;
use crate::nearest;

/// The choices for a gender.
pub const GENDERS: &[&str] = &["male", "female"];

/// The form's words for an e-mail address that somebody has.
pub const EMAIL_TAKEN: &str = "This email address already in use. Please, provide another one.";

/// What the address form requires, with its labels.
const REQUIRED_OF_ADDRESS: &[(&str, &str)] = &[("street", "Street"), ("city", "City"), ("country", "Country")];

impl Crm {
    /// Whether the forms take what is given.
    pub(super) fn check_values(&self, fields: &Fields) -> Result<(), CrmError> {
        if let Some(gender) = fields.text("gender").filter(|text| !text.is_empty())
            && !GENDERS.contains(&gender)
        {
            return refused("Gender", "gender", gender, "is no choice; write male or female");
        }
        if let Some(email) = fields.text("email").filter(|email| !is_email(email)) {
            return refused("Email", "email", email, "is not a valid email address");
        }
        if let Some(CrmValue::Date(day)) = fields.get("birthday") {
            let today = datetime::to_sql(self.clock().now());
            let day = day.to_string();
            if today.get(..day.len()).is_some_and(|today| day.as_str() > today) {
                let why = format!("is to come, it is {} in the CRM; write a day that has been", &today[..day.len()]);
                return refused("Birthday", "birthday", &day, &why);
            }
        }
        Ok(())
    }

    /// Whether a new customer's e-mail address is free as far as the CRM knows: nobody of the website has it in Magento.
    /// The form asks Magento itself besides (`sync::email_check`).
    pub(super) fn check_email_is_free(&self, channel: IntegrationId, fields: &Fields) -> Result<(), CrmError> {
        let Some(email) = fields.text("email") else { return Ok(()) };
        let found = self.find(Entity::Customer, &[("channel", channel.0.into()), ("email", email.into())])?;
        let is_in_magento = |row: &super::Row| {
            let is_gone = row.fields.int("syncState").is_some_and(|state| state & REMOVED != 0);
            row.fields.origin_id().is_some() && !is_gone && row.fields.link("website") == fields.link("website")
        };
        match found.iter().any(is_in_magento) {
            true => Err(CrmError::Forbidden(EMAIL_TAKEN.to_owned())),
            false => Ok(()),
        }
    }

    /// Whether the form takes an address: the fields that are given, and those that a new one needs.
    pub(super) fn check_address(&self, fields: &Fields, is_new: bool) -> Result<(), CrmError> {
        for (name, label) in REQUIRED_OF_ADDRESS {
            let is_blank = match fields.get(name) {
                None => is_new,
                Some(CrmValue::Null) => true,
                Some(CrmValue::Text(text)) => text.trim().is_empty(),
                Some(_) => false,
            };
            if is_blank {
                return Err(CrmError::Forbidden(format!("{label} ({name}): this value should not be blank")));
            }
        }
        let country = fields.text("country");
        if let Some(country) = country.filter(|text| !is_country_code(text)) {
            return refused("Country", "country", country, "is no choice; write its code of two letters, such as US");
        }
        match fields.text("region").filter(|text| !text.is_empty()) {
            Some(region) => self.check_region(region, country),
            None => Ok(()),
        }
    }

    fn check_region(&self, region: &str, country: Option<&str>) -> Result<(), CrmError> {
        let found = self.find(Entity::Region, &[("combinedCode", region.into())])?;
        let of_country = |row: &super::Row| country.is_none_or(|code| row.fields.text("countryCode") == Some(code));
        if found.iter().any(of_country) {
            return Ok(());
        }
        let Some(country) = country else {
            return refused("Region", "region", region, "is no choice; write its code, such as US-CA");
        };
        let known = self.find(Entity::Region, &[("countryCode", country.into())])?;
        let texts = |name: &'static str| known.iter().filter_map(move |row| row.fields.text(name));
        let meant = texts("name").zip(texts("combinedCode")).find(|(name, _)| name.eq_ignore_ascii_case(region));
        let meant = meant.map(|(_, code)| code).or_else(|| nearest::nearest(region, texts("combinedCode")));
        let why = match meant {
            Some(code) => format!("is no region of {country}; did you mean {code}?"),
            None => format!("is no region of {country}, of which the CRM knows none; write it as `regionText`"),
        };
        refused("Region", "region", region, &why)
    }
}

fn is_country_code(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_uppercase())
}

fn refused<T>(label: &str, field: &str, value: &str, why: &str) -> Result<T, CrmError> {
    Err(CrmError::Forbidden(format!("{label} ({field}): {value} {why}")))
}
