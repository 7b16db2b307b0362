//! Values of the CRM's forms that are wrong whatever the CRM holds. What it takes to know the CRM is in
//! `crm::form_values`.

use jiff::civil::Date;

use crate::crm::form_values::GENDERS;
use crate::crm::{ColumnType, Entity};
use crate::magento::directory;
use crate::nearest::{choices, did_you_mean};
use crate::scenario::language::text::kind::Kind;
use crate::shop::written::{self, takes};

/// What an address may be for.
const ADDRESS_TYPES: &[&str] = &["billing", "shipping"];

/// What is wrong with a value for a field of an entity's form, and what to write instead.
pub(super) fn objection(entity: Entity, field: &str, text: &str) -> Option<(String, String)> {
    let help = help(entity, field, text)?;
    Some((format!("{}.{field} cannot be \"{text}\"", entity.table()), help))
}

fn help(entity: Entity, field: &str, text: &str) -> Option<String> {
    if text.is_empty() {
        return None;
    }
    match (entity, field) {
        (Entity::Customer, "gender") if !GENDERS.contains(&text) => {
            let meant =
                did_you_mean(text, GENDERS.iter().copied()).unwrap_or_else(|| "write male or female".to_owned());
            Some(meant)
        }
        (Entity::Customer, "email") if !written::is_email(text) => Some("write one such as ada@example.com".to_owned()),
        (Entity::CustomerAddress, "country") => takes::no_country(text),
        (Entity::CustomerAddress, "region") => no_region(text),
        (Entity::CustomerAddress, "types") => {
            let unknown = text.split(',').map(str::trim).find(|name| !ADDRESS_TYPES.contains(name))?;
            Some(choices(unknown, ADDRESS_TYPES))
        }
        _ => misfit(entity.column(field)?, text),
    }
}

/// People write a region's name, or its code alone.
pub(super) fn no_region(text: &str) -> Option<String> {
    let is_code = text.split_once('-').is_some_and(|(country, _)| directory::country(country).is_some());
    if is_code {
        return None;
    }
    let meant = directory::regions().iter().find(|region| region.name.eq_ignore_ascii_case(text));
    let meant = meant.map(|region| format!("did you mean {}-{}? ", region.country_id, region.code));
    Some(format!("{}write country and region, such as US-CA", meant.unwrap_or_default()))
}

fn misfit(kind: ColumnType, text: &str) -> Option<String> {
    if kind == ColumnType::Date && text.parse::<Date>().is_err() {
        return takes::no_day(text).or_else(|| Some("write year, month and day, such as 1980-12-31".to_owned()));
    }
    match kind {
        ColumnType::Bool => {
            (!matches!(text, "0" | "1" | "yes" | "no" | "true" | "false")).then(|| "write yes or no".to_owned())
        }
        ColumnType::Ref(_) => text.parse::<u32>().is_err().then(|| "write the id that Magento has for it".to_owned()),
        _ => Kind::Crm(kind).never(text).map(str::to_owned),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_that_no_form_takes_is_told_with_what_it_takes() {
        use Entity::{Customer, CustomerAddress};
        for (entity, field, text, expected) in [
            (Customer, "gender", "7", Some("write male or female")),
            (Customer, "gender", "Female", Some("did you mean `female`?")),
            (Customer, "gender", "female", None),
            (Customer, "birthday", "1980-02-31", Some("there is no such day: February 1980 has 29 days")),
            (Customer, "birthday", "31.12.1980", Some("write year, month and day, such as 1980-12-31")),
            (Customer, "birthday", "1980-12-31", None),
            (Customer, "email", "nobody", Some("write one such as ada@example.com")),
            (Customer, "vat", "anything", None),
            (
                CustomerAddress,
                "country",
                "Germany",
                Some("did you mean DE? write a country's code of two letters, such as US or DE"),
            ),
            (CustomerAddress, "country", "US", None),
            (
                CustomerAddress,
                "region",
                "California",
                Some("did you mean US-CA? write country and region, such as US-CA"),
            ),
            (CustomerAddress, "region", "Somewhere", Some("write country and region, such as US-CA")),
            (CustomerAddress, "region", "US-CA", None),
            (CustomerAddress, "types", "billling", Some("did you mean `billing`? known are `billing`, `shipping`")),
            (CustomerAddress, "types", "billing, shipping", None),
        ] {
            let said = objection(entity, field, text).map(|(_, help)| help);
            assert_eq!(said.as_deref(), expected, "{field} {text}");
        }
    }
}
