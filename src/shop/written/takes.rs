//! What a field of one of Magento's forms takes, and what is said of a value that it does not.
//!
//! The facts are those of OpenMage/magento-lts: a select offers the options of its source and nothing else; the widget for a
//! date of birth (js/varien/js.js) wants a day there is, in 1900 or later and not later than now; prices and quantities have
//! the class `validate-zero-or-greater`; a base URL needs a scheme and a host (the backend model `baseurl`).

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::magento::currency::CURRENCIES;
use crate::magento::directory;
use crate::nearest::{did_you_mean, meant};

/// Options by what is saved, with what forms call them.
pub(in crate::shop) type Labels = &'static [(&'static str, &'static str)];

/// What a field takes besides what its column holds.
#[derive(Clone, Copy, Debug)]
pub(in crate::shop) enum Takes {
    /// One of these.
    One(Labels),
    /// 1 or 0.
    YesNo,
    /// The code of a country.
    Country,
    /// Codes of countries, parted by commas.
    Countries,
    /// The code of a currency.
    Currency,
    /// Codes of currencies, parted by commas.
    Currencies,
    /// An e-mail address.
    Email,
    /// Something; what is said of nothing.
    Something(&'static str),
    /// A number that is not negative.
    NotNegative,
    /// A number above 0.
    Positive,
    /// A whole number that is not negative.
    Count,
    /// The day somebody was born.
    Birthday,
    /// A moment that is not to come.
    Past,
    /// The key of a record of the shop's table; the column that people know it by.
    Record(&'static str, &'static str),
    /// The id of a tax class.
    TaxClass,
    /// The id of a set of attributes of products.
    AttributeSet,
    /// A way to send something: the carrier, `_` and its method.
    Carrier,
    /// The name of a time zone.
    TimeZone,
    /// A language, and the country whose form of it is meant.
    Locale,
    /// An address that the shop is reached at.
    BaseUrl,
}

/// Tax classes of a fresh install, by their ids.
pub(in crate::shop) const TAX_CLASSES: Labels =
    &[("0", "None"), ("2", "Taxable Goods"), ("3", "Retail Customer"), ("4", "Shipping")];

/// No form takes somebody who was born before.
const YEAR_MIN: i16 = 1900;

impl Takes {
    /// What to write instead of a value, as far as that is known without a shop; nothing when it may be right. What is empty
    /// is right everywhere but where something must be.
    pub(in crate::shop) fn objection(self, text: &str) -> Option<String> {
        if text.is_empty() {
            return None;
        }
        match self {
            Self::One(labels) => (!labels.iter().any(|(id, _)| *id == text)).then(|| choices(labels, text)),
            Self::YesNo => (!matches!(text, "0" | "1")).then(|| "write 1 for yes or 0 for no".to_owned()),
            Self::Country => no_country(text),
            Self::Countries => text.split(',').find_map(|code| no_country(code.trim())),
            Self::Currency => no_currency(text),
            Self::Currencies => text.split(',').find_map(|code| no_currency(code.trim())),
            Self::Email => (!super::is_email(text)).then(|| "write one such as ada@example.com".to_owned()),
            Self::Something(_) | Self::Past | Self::Record(..) | Self::AttributeSet | Self::Carrier => None,
            Self::TaxClass => None,
            Self::NotNegative => number(text).filter(|found| *found < 0.0).map(|_| "write 0 or more".to_owned()),
            Self::Positive => number(text).filter(|found| *found <= 0.0).map(|_| "write a number above 0".to_owned()),
            Self::Count => text.parse::<u64>().is_err().then(|| "write a whole number, 0 or more".to_owned()),
            Self::Birthday => no_birthday(text),
            Self::TimeZone => no_time_zone(text),
            Self::Locale => no_locale(text),
            Self::BaseUrl => no_base_url(text),
        }
    }
}

/// The form offers locales such as `de_DE` and `zh_Hans_CN`: a language in small letters and the code of a country.
fn no_locale(text: &str) -> Option<String> {
    let mut parts = text.split('_');
    let is_language = parts.next().is_some_and(|language| {
        (2..=3).contains(&language.len()) && language.bytes().all(|letter| letter.is_ascii_lowercase())
    });
    let is_country = parts.next_back().is_some_and(|country| no_country(country).is_none());
    (!is_language || !is_country).then(|| "write language and country, such as de_DE or en_US".to_owned())
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse().ok()
}

/// The options, and the one that is meant by its name.
fn choices(labels: Labels, text: &str) -> String {
    let name = meant(text, labels.iter().map(|(_, label)| *label));
    let named = labels.iter().find(|(_, label)| name == Some(*label));
    let meant = named.map(|(id, _)| format!("did you mean {id}? ")).unwrap_or_default();
    let all: Vec<String> = labels.iter().map(|(id, label)| format!("{id} for {label}")).collect();
    format!("{meant}write {}", all.join(", "))
}

/// What to write instead of a text that is no country's code. People write names, other codes, or small letters.
pub(crate) fn no_country(text: &str) -> Option<String> {
    /// What people write for countries whose code is another.
    const OTHERS: &[(&str, &str)] = &[("UK", "GB"), ("EN", "GB"), ("Great Britain", "GB"), ("Holland", "NL")];
    if directory::country(text).is_some_and(|country| country.country_id == text) {
        return None;
    }
    let is = |known: &str| known.eq_ignore_ascii_case(text);
    let other = OTHERS.iter().find(|(word, _)| is(word)).map(|(_, code)| *code);
    let all = directory::countries();
    let known = || {
        let exact = all.iter().find(|it| is(&it.country_id) || is(&it.iso3_code) || is(&it.name));
        let near = || {
            let name = meant(text, all.iter().map(|country| country.name.as_str()))?;
            all.iter().find(|country| country.name == name)
        };
        exact.or_else(near).map(|country| country.country_id.as_str())
    };
    let meant = other.or_else(known).map(|code| format!("did you mean {code}? ")).unwrap_or_default();
    Some(format!("{meant}write a country's code of two letters, such as US or DE"))
}

fn no_currency(text: &str) -> Option<String> {
    if CURRENCIES.contains(&text) {
        return None;
    }
    let nearest = meant(text, CURRENCIES.iter().copied()).map(|code| format!("did you mean {code}? "));
    Some(format!("{}write a currency's code of three letters, such as EUR or USD", nearest.unwrap_or_default()))
}

/// Seconds since 1970 and American dates are read as the shop reads them, elsewhere.
fn no_birthday(text: &str) -> Option<String> {
    if let Some(remedy) = no_day(text) {
        return Some(remedy);
    }
    let is_too_early = day_of(text).is_some_and(|(year, _)| year < YEAR_MIN);
    is_too_early.then(|| format!("nobody was born before {YEAR_MIN}, as Magento's form has it"))
}

/// Year of a text that begins with year, month and day, and the day, when there is such a day.
fn day_of(text: &str) -> Option<(i16, Option<Date>)> {
    let day = text.get(..10)?;
    let is_written_so = day.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    let year = day.get(..4)?.parse().ok()?;
    (is_written_so && day != "0000-00-00").then(|| (year, day.parse().ok()))
}

/// What to write instead of a day that no calendar has, such as February 31.
pub(crate) fn no_day(text: &str) -> Option<String> {
    let (year, day) = day_of(text)?;
    if day.is_some() {
        return None;
    }
    let month: i8 = text.get(5..7)?.parse().ok()?;
    Some(match Date::new(year, month, 1) {
        Ok(first) => format!("there is no such day: {} has {} days", first.strftime("%B %Y"), first.days_in_month()),
        Err(_) => "there is no such month: write year, month and day, such as 1980-12-31".to_owned(),
    })
}

fn no_time_zone(text: &str) -> Option<String> {
    if TimeZone::get(text).is_ok() {
        return None;
    }
    let names: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
    let nearest = did_you_mean(text, names.iter().map(String::as_str)).map(|said| format!("{said} "));
    Some(format!("{}write a name such as Europe/Berlin or UTC", nearest.unwrap_or_default()))
}

fn no_base_url(text: &str) -> Option<String> {
    let is_filled_in = text.contains("{{") && text.contains("base_url}}");
    let has_host = |rest: &str| rest.split(['/', '?', '#']).next().is_some_and(|host| !host.is_empty());
    let is_url = ["http://", "https://"].iter().any(|scheme| text.strip_prefix(scheme).is_some_and(has_host));
    let is_plain = !text.contains(char::is_whitespace);
    let is_right = is_filled_in || (is_url && is_plain);
    (!is_right).then(|| "write scheme and host, such as http://shop.example/".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_does_not_take_is_told_with_what_it_takes() {
        const GENDER: Takes = Takes::One(&[("1", "Male"), ("2", "Female")]);
        for (takes, text, expected) in [
            (GENDER, "7", Some("write 1 for Male, 2 for Female")),
            (GENDER, "female", Some("did you mean 2? write 1 for Male, 2 for Female")),
            (GENDER, "2", None),
            (GENDER, "", None),
            (Takes::YesNo, "yes", Some("write 1 for yes or 0 for no")),
            (Takes::YesNo, "2", Some("write 1 for yes or 0 for no")),
            (Takes::YesNo, "1", None),
            (Takes::Country, "DE", None),
            (Takes::Country, "Germany", Some("did you mean DE? write a country's code")),
            (Takes::Country, "germny", Some("did you mean DE? write a country's code")),
            (Takes::Country, "de", Some("did you mean DE? write a country's code")),
            (Takes::Country, "DEU", Some("did you mean DE? write a country's code")),
            (Takes::Country, "UK", Some("did you mean GB? write a country's code")),
            (Takes::Country, "zz", Some("write a country's code")),
            (Takes::Countries, "HK,IE", None),
            (Takes::Countries, "HK,Ireland", Some("did you mean IE? ")),
            (Takes::Currency, "EUR", None),
            (Takes::Currency, "EURO", Some("did you mean EUR? write a currency's code")),
            (Takes::Currency, "XYZ", Some("write a currency's code")),
            (Takes::Currencies, "EUR,USD", None),
            (Takes::Email, "nobody", Some("write one such as")),
            (Takes::NotNegative, "-30", Some("write 0 or more")),
            (Takes::NotNegative, "0", None),
            (Takes::Positive, "0", Some("write a number above 0")),
            (Takes::Count, "-1", Some("write a whole number, 0 or more")),
            (Takes::Count, "soon", Some("write a whole number, 0 or more")),
            (Takes::Birthday, "1980-02-31", Some("there is no such day: February 1980 has 29 days")),
            (Takes::Birthday, "1981-02-29 00:00:00", Some("there is no such day: February 1981 has 28 days")),
            (Takes::Birthday, "1980-13-01", Some("there is no such month: ")),
            (Takes::Birthday, "1899-12-31", Some("nobody was born before 1900")),
            (Takes::Birthday, "1980-12-31", None),
            (Takes::Birthday, "12/31/1980", None),
            (Takes::TimeZone, "Europe/Berlin", None),
            (Takes::TimeZone, "Europe/Berln", Some("did you mean `Europe/Berlin`?")),
            (Takes::TimeZone, "nowhere", Some("write a name such as Europe/Berlin or UTC")),
            (Takes::BaseUrl, "https://shop.example/", None),
            (Takes::BaseUrl, "{{unsecure_base_url}}skin/", None),
            (Takes::BaseUrl, "shop.example", Some("write scheme and host")),
            (Takes::BaseUrl, "http:///", Some("write scheme and host")),
            (Takes::BaseUrl, "ftp://shop.example/", Some("write scheme and host")),
        ] {
            let said = takes.objection(text);
            let is_right = match (&said, expected) {
                (Some(said), Some(expected)) => said.starts_with(expected),
                (said, expected) => said.is_none() && expected.is_none(),
            };
            assert!(is_right, "{takes:?} {text:?}: {said:?}");
        }
    }
}
